/**
 * BlockTable: which of the 10,000 numbers of a block an account wrote to of late, for many blocks at once; bounded.
 *
 * ```
 *  (account, block) ─ hash ─▶ record ─▶ its numbers in order, each with the quarter of the window it was last seen in
 *                                        in lists of 6, 24, 96, 384, 1,536 or 10,000 places
 * ```
 * A third of the window is a slice; what was seen in this slice or the three before it counts, so a number is remembered for a window to
 * a third more. A block grows from list to list as its numbers become more. Each size of list has its own bound, so that the many
 * blocks with a few numbers push out each other, the longest untouched first, and never one that grows dense; and no account has more
 * than half the lists of a size. Everything lies in typed arrays made once.
 */
const SIZES: readonly number[] = [6, 24, 96, 384, 1_536, 10_000];
/** Of each size so many as the smallest has, divided by this to the size's place. */
const FEWER = 4;
/** Slices of a window, and how many a number is remembered for, the present one included. */
const SLICES = 3;
const REMEMBERED = 4;
/** Records looked at for the one longest untouched. */
const LOOKED_AT = 32;
/** Records looked at by one sweep. */
const SWEPT = 4_096;
const NONE = -1;

class Owner {
  readonly no: number;
  /** Length of a slice in ms; all its records are of this measure. */
  sliceMs: number;
  /** Its records of each size. */
  readonly records = new Int32Array(SIZES.length);

  constructor(no: number, sliceMs: number) {
    this.no = no;
    this.sliceMs = sliceMs;
  }
}

/** Records of one size: a stretch of all records, and their lists. */
interface Shelf {
  readonly place: number;
  readonly size: number;
  readonly first: number;
  readonly capacity: number;
  readonly numbers: Uint16Array;
  used: number;
  free: number;
  hand: number;
}

export class BlockTable {
  readonly maxBlocks: number;
  readonly #shelves: readonly Shelf[];
  readonly #account: Uint32Array;
  readonly #block: Float64Array;
  /** The next record of the same chain, or of the free ones. */
  readonly #next: Int32Array;
  readonly #count: Uint16Array;
  /** Slice it was last touched in; -1: the record is free. */
  readonly #slice: Float64Array;
  readonly #chains: Int32Array;
  readonly #mask: number;
  readonly #owners = new Map<number, Owner>();
  #sweepAt = 0;
  #blocks = 0;
  /** Pushed out before their time for want of room, since start. */
  dropped = 0;
  /** Of the block touched last: distinct numbers in it, and how many of them stand in a row around the one just seen. */
  dense = 0;
  run = 0;

  /** @param maxBlocks lists of the smallest size; in all there are a third more records */
  constructor(maxBlocks: number) {
    this.maxBlocks = maxBlocks;
    let first = 0;
    this.#shelves = SIZES.map((size, place) => {
      const capacity = Math.max(4, Math.floor(maxBlocks / FEWER ** place));
      const shelf = { place, size, first, capacity, numbers: new Uint16Array(size * capacity), used: 0, free: NONE, hand: 0 };
      first += capacity;
      return shelf;
    });
    this.#account = new Uint32Array(first);
    this.#block = new Float64Array(first);
    this.#next = new Int32Array(first);
    this.#count = new Uint16Array(first);
    this.#slice = new Float64Array(first);
    this.#mask = 2 ** Math.ceil(Math.log2(Math.max(2, maxBlocks))) - 1;
    this.#chains = new Int32Array(this.#mask + 1);
  }

  /** Blocks remembered now. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Octets of all that may be used. */
  get octets(): number {
    return [this.#account, this.#block, this.#next, this.#count, this.#slice, this.#chains, ...this.#shelves.map(({ numbers }) => numbers)]
      .reduce((sum, array) => sum + array.byteLength, 0);
  }

  /**
   * A number was written to; `dense` and `run` tell how its block stands.
   * @param number 0..9999
   * @param windowMs the account's; another than before forgets all its blocks
   * @param runMax no longer run is looked for
   */
  see(accountNo: number, block: number, number: number, wallMs: number, windowMs: number, runMax: number): void {
    const owner = this.#owner(accountNo, Math.ceil(windowMs / SLICES));
    let now = Math.floor(wallMs / owner.sliceMs);
    let record = this.#find(accountNo, block);
    if (record === NONE) {
      record = this.#take(0, owner, now);
      this.#enter(record, accountNo, block, now);
    }
    const touched = this.#slice[record] as number;
    // What is read back at a start, or comes after a clock went back, is of its own slice, or of the earliest that counts.
    if (now < touched - (REMEMBERED - 1)) now = touched - (REMEMBERED - 1);
    if (now > touched) record = this.#clear(record, touched, now, owner);
    this.#put(record, number, now & 3, owner, Math.max(now, touched), runMax);
  }

  /** Forgets an account's blocks. */
  forget(accountNo: number): void {
    if (!this.#owners.delete(accountNo)) return;
    for (const shelf of this.#shelves) {
      for (let record = shelf.first; record < shelf.first + shelf.used; record++) {
        if ((this.#slice[record] as number) >= 0 && this.#account[record] === accountNo) this.#release(record, shelf, null);
      }
    }
  }

  /** Gives records free whose numbers have all been forgotten; some of them each time. */
  sweep(wallMs: number): void {
    for (let left = SWEPT; left > 0; left--) {
      const shelf = this.#shelfOf(this.#sweepAt);
      if (this.#sweepAt >= shelf.first + shelf.used) {
        const at = shelf.place + 1;
        this.#sweepAt = at === this.#shelves.length ? 0 : (this.#shelves[at] as Shelf).first;
        if (this.#sweepAt === 0) return;
        continue;
      }
      const record = this.#sweepAt++;
      const slice = this.#slice[record] as number;
      if (slice < 0) continue;
      const owner = this.#owners.get(this.#account[record] as number);
      if (owner === undefined || Math.floor(wallMs / owner.sliceMs) - slice >= REMEMBERED) this.#release(record, shelf, owner ?? null);
    }
  }

  // ---------------------------------------------------------------- one block's numbers

  /** Forgets what was seen before the slices that count. The record, which is another when a shorter list now does. */
  #clear(record: number, touched: number, now: number, owner: Owner): number {
    const shelf = this.#shelfOf(record);
    const { numbers } = shelf;
    const start = (record - shelf.first) * shelf.size;
    const end = start + (this.#count[record] as number);
    let kept = start;
    if (now - touched < REMEMBERED) {
      for (let at = start; at < end; at++) {
        const entry = numbers[at] as number;
        const seen = touched - ((touched - (entry & 3)) & 3);
        if (now - seen < REMEMBERED) numbers[kept++] = entry;
      }
    }
    const count = kept - start;
    this.#count[record] = count;
    this.#slice[record] = now;
    const { place } = shelf;
    return place > 0 && count <= (this.#shelves[place - 1] as Shelf).size / 2 ? this.#move(record, place - 1, owner, now) : record;
  }

  /** Puts a number, last seen in a slice, into its place, and says how the block stands. */
  #put(record: number, number: number, slice: number, owner: Owner, now: number, runMax: number): void {
    let shelf = this.#shelfOf(record);
    const count = this.#count[record] as number;
    let start = (record - shelf.first) * shelf.size;
    let low = start;
    let high = start + count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((shelf.numbers[middle] as number) >> 2 < number) low = middle + 1;
      else high = middle;
    }
    if (low < start + count && (shelf.numbers[low] as number) >> 2 === number) {
      const seen = (shelf.numbers[low] as number) & 3;
      // The later of the two slices counts.
      if (((now - seen) & 3) > ((now - slice) & 3)) shelf.numbers[low] = (number << 2) | slice;
    } else {
      if (count === shelf.size) {
        const at = low - start;
        record = this.#move(record, shelf.place + 1, owner, now);
        shelf = this.#shelfOf(record);
        start = (record - shelf.first) * shelf.size;
        low = start + at;
      }
      shelf.numbers.copyWithin(low + 1, low, start + count);
      shelf.numbers[low] = (number << 2) | slice;
      this.#count[record] = count + 1;
    }
    this.dense = this.#count[record] as number;
    this.run = runAround(shelf.numbers, start, start + this.dense, low, runMax);
  }

  // ---------------------------------------------------------------- records

  #find(accountNo: number, block: number): number {
    for (let record = (this.#chains[this.#chainOf(accountNo, block)] as number) - 1; record !== NONE; record = this.#next[record] as number) {
      if (this.#block[record] === block && this.#account[record] === accountNo) return record;
    }
    return NONE;
  }

  #chainOf(accountNo: number, block: number): number {
    let mixed = Math.imul((block | 0) ^ Math.imul(accountNo, 0x9e37_79b1), 0x85eb_ca6b);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0xc2b2_ae35);
    return (mixed ^ (mixed >>> 16)) & this.#mask;
  }

  #enter(record: number, accountNo: number, block: number, slice: number): void {
    const chain = this.#chainOf(accountNo, block);
    this.#account[record] = accountNo;
    this.#block[record] = block;
    this.#slice[record] = slice;
    this.#count[record] = 0;
    this.#next[record] = (this.#chains[chain] as number) - 1;
    this.#chains[chain] = record + 1;
    this.#blocks++;
  }

  /** The record with its numbers in a list of another size. */
  #move(record: number, place: number, owner: Owner, now: number): number {
    const from = this.#shelfOf(record);
    const account = this.#account[record] as number;
    const block = this.#block[record] as number;
    const slice = this.#slice[record] as number;
    const count = this.#count[record] as number;
    const to = this.#shelves[place] as Shelf;
    const moved = this.#take(place, owner, now);
    const start = (record - from.first) * from.size;
    to.numbers.set(from.numbers.subarray(start, start + count), (moved - to.first) * to.size);
    this.#release(record, from, owner);
    this.#enter(moved, account, block, slice);
    this.#count[moved] = count;
    return moved;
  }

  /** A free record of a size; the longest untouched is pushed out when there is none. */
  #take(place: number, owner: Owner, now: number): number {
    const shelf = this.#shelves[place] as Shelf;
    const own = (owner.records[place] as number) >= Math.max(1, shelf.capacity / 2);
    if (own || (shelf.free === NONE && shelf.used === shelf.capacity)) {
      this.dropped++;
      const record = own ? this.#oldestOwn(shelf, owner) : this.#oldest(shelf, now * owner.sliceMs);
      this.#release(record, shelf, this.#owners.get(this.#account[record] as number) ?? null);
    }
    owner.records[place] = (owner.records[place] as number) + 1;
    if (shelf.free === NONE) return shelf.first + shelf.used++;
    const record = shelf.free;
    shelf.free = this.#next[record] as number;
    return record;
  }

  #oldest(shelf: Shelf, nowMs: number): number {
    let oldest = NONE;
    let idleMs = -1;
    for (let left = LOOKED_AT; left > 0; left--) {
      const record = this.#turn(shelf);
      const slice = this.#slice[record] as number;
      if (slice < 0) continue;
      const owner = this.#owners.get(this.#account[record] as number);
      // By time, for slices of accounts differ.
      const idle = owner === undefined ? Infinity : Math.max(0, nowMs - slice * owner.sliceMs);
      if (idle <= idleMs) continue;
      oldest = record;
      idleMs = idle;
    }
    return oldest;
  }

  /** One of the account's own that has not been touched for long, the first where the hand stands. */
  #oldestOwn(shelf: Shelf, owner: Owner): number {
    let oldest = NONE;
    let found = 0;
    for (let left = shelf.used; left > 0 && found < LOOKED_AT; left--) {
      const record = this.#turn(shelf);
      if ((this.#slice[record] as number) < 0 || this.#account[record] !== owner.no) continue;
      found++;
      if (oldest === NONE || (this.#slice[record] as number) < (this.#slice[oldest] as number)) oldest = record;
    }
    return oldest;
  }

  #turn(shelf: Shelf): number {
    if (shelf.hand >= shelf.used) shelf.hand = 0;
    return shelf.first + shelf.hand++;
  }

  #release(record: number, shelf: Shelf, owner: Owner | null): void {
    const chain = this.#chainOf(this.#account[record] as number, this.#block[record] as number);
    const next = this.#next[record] as number;
    let at = (this.#chains[chain] as number) - 1;
    if (at === record) {
      this.#chains[chain] = next + 1;
    } else {
      while (this.#next[at] !== record) at = this.#next[at] as number;
      this.#next[at] = next;
    }
    this.#slice[record] = NONE;
    this.#next[record] = shelf.free;
    shelf.free = record;
    this.#blocks--;
    if (owner !== null) {
      owner.records[shelf.place] = (owner.records[shelf.place] as number) - 1;
    }
  }

  #owner(accountNo: number, sliceMs: number): Owner {
    let owner = this.#owners.get(accountNo);
    if (owner !== undefined && owner.sliceMs !== sliceMs) {
      this.forget(accountNo);
      owner = undefined;
    }
    if (owner === undefined) {
      owner = new Owner(accountNo, sliceMs);
      this.#owners.set(accountNo, owner);
    }
    return owner;
  }

  #shelfOf(record: number): Shelf {
    const shelves = this.#shelves;
    let at = shelves.length - 1;
    while (record < (shelves[at] as Shelf).first) at--;
    return shelves[at] as Shelf;
  }
}

/** How many numbers stand in a row around the one at `at`, up to `max`. */
function runAround(numbers: Uint16Array, start: number, end: number, at: number, max: number): number {
  const middle = (numbers[at] as number) >> 2;
  let first = at;
  while (first > start && at - first < max && (numbers[first - 1] as number) >> 2 === middle - (at - first) - 1) first--;
  let last = at;
  while (last + 1 < end && last - first + 1 < max && (numbers[last + 1] as number) >> 2 === middle + (last - at) + 1) last++;
  return last - first + 1;
}
