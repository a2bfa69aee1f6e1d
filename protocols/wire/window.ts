/**
 * Window: our requests in flight on one session, by sequence number, with their tickets and in order of sending.
 *
 * ```
 *   hash: sequence -> slot (open addressing)       age list: oldest <-> ... <-> newest
 *                                                            overdue prefix ^ #fresh
 * ```
 * Everything is O(1): add, find, remove, the oldest's age, the next overdue one. Times only grow, so the overdue
 * entries are always a prefix of the age list and no scan ever meets the same entry twice.
 */
const EMPTY = -1;

export class Window<T extends object> {
  readonly capacity: number;
  readonly #shift: number;
  readonly #mask: number;
  /** Hash cell -> slot, or EMPTY. */
  readonly #cells: Int32Array;
  readonly #sequences: Int32Array;
  readonly #commands: Int32Array;
  readonly #sentMs: Float64Array;
  readonly #older: Int32Array;
  /** Also the free list's link. */
  readonly #newer: Int32Array;
  /** 1 once reported overdue. */
  readonly #late: Uint8Array;
  readonly #tickets: (T | null)[];
  #free = 0;
  #oldest = EMPTY;
  #newest = EMPTY;
  #fresh = EMPTY;
  #size = 0;
  #overdue = 0;

  /** `capacity` requests may be in flight at once, 1..1,048,576. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > 1 << 20) throw new RangeError(`window of ${capacity}`);
    this.capacity = capacity;
    const bits = Math.max(3, 33 - Math.clz32(capacity));
    this.#shift = 32 - bits;
    this.#mask = (1 << bits) - 1;
    this.#cells = new Int32Array(1 << bits).fill(EMPTY);
    this.#sequences = new Int32Array(capacity);
    this.#commands = new Int32Array(capacity);
    this.#sentMs = new Float64Array(capacity);
    this.#older = new Int32Array(capacity);
    this.#newer = new Int32Array(capacity);
    this.#late = new Uint8Array(capacity);
    this.#tickets = new Array<T | null>(capacity).fill(null);
    for (let slot = 0; slot < capacity; slot++) this.#newer[slot] = slot + 1 < capacity ? slot + 1 : EMPTY;
  }

  get size(): number {
    return this.#size;
  }

  get free(): number {
    return this.capacity - this.#size;
  }

  /** Entries that `nextOverdue` has returned and that are still here. */
  get overdue(): number {
    return this.#overdue;
  }

  /** When the oldest one was sent; -1 when there is none. */
  get oldestSentMs(): number {
    return this.#oldest === EMPTY ? -1 : (this.#sentMs[this.#oldest] ?? -1);
  }

  has(sequence: number): boolean {
    return this.#cells[this.#cellOf(sequence)] !== EMPTY;
  }

  /** Takes a place. The caller has checked `free` and that the sequence is not in use. */
  add(sequence: number, command: number, ticket: T, nowMs: number): void {
    const slot = this.#free;
    const cell = this.#cellOf(sequence);
    if (slot === EMPTY) throw new RangeError("window is full");
    if (this.#cells[cell] !== EMPTY) throw new RangeError(`sequence ${sequence} is in flight`);
    this.#free = this.#newer[slot] as number;
    this.#cells[cell] = slot;
    this.#sequences[slot] = sequence;
    this.#commands[slot] = command;
    this.#sentMs[slot] = nowMs;
    this.#tickets[slot] = ticket;
    this.#older[slot] = this.#newest;
    this.#newer[slot] = EMPTY;
    if (this.#newest === EMPTY) this.#oldest = slot;
    else this.#newer[this.#newest] = slot;
    this.#newest = slot;
    if (this.#fresh === EMPTY) this.#fresh = slot;
    this.#size++;
  }

  /**
   * Gives the place of `sequence` back and returns its ticket; null when it is not in flight or was sent as another
   * command. `command` 0 stands for any (an answer that does not say what it answers, such as generic_nack).
   */
  take(sequence: number, command: number): T | null {
    const cell = this.#cellOf(sequence);
    const slot = this.#cells[cell] as number;
    if (slot === EMPTY || (command !== 0 && this.#commands[slot] !== command)) return null;
    return this.#remove(cell, slot);
  }

  /** The next request sent at or before `sentBeforeMs` and not yet reported: marks it overdue, keeps its place. */
  nextOverdue(sentBeforeMs: number): T | null {
    const slot = this.#fresh;
    if (slot === EMPTY || (this.#sentMs[slot] as number) > sentBeforeMs) return null;
    this.#fresh = this.#newer[slot] as number;
    this.#late[slot] = 1;
    this.#overdue++;
    return this.#tickets[slot] ?? null;
  }

  /** As `nextOverdue`, but gives the place back. */
  takeOverdue(sentBeforeMs: number): T | null {
    const slot = this.#fresh;
    if (slot === EMPTY || (this.#sentMs[slot] as number) > sentBeforeMs) return null;
    return this.#remove(this.#cellOf(this.#sequences[slot] as number), slot);
  }

  /** Empties the window; returns the tickets not yet reported overdue, oldest first. */
  drain(): T[] {
    const tickets: T[] = [];
    for (let slot = this.#fresh; slot !== EMPTY; slot = this.#newer[slot] as number) {
      const ticket = this.#tickets[slot];
      if (ticket) tickets.push(ticket);
    }
    while (this.#oldest !== EMPTY) this.#remove(this.#cellOf(this.#sequences[this.#oldest] as number), this.#oldest);
    return tickets;
  }

  /** The cell that holds `sequence`, or the empty one where it would go. */
  #cellOf(sequence: number): number {
    let cell = Math.imul(sequence, 0x9e37_79b1) >>> this.#shift;
    for (;;) {
      const slot = this.#cells[cell] as number;
      if (slot === EMPTY || this.#sequences[slot] === sequence) return cell;
      cell = (cell + 1) & this.#mask;
    }
  }

  #remove(cell: number, slot: number): T | null {
    const ticket = this.#tickets[slot] ?? null;
    this.#tickets[slot] = null;
    this.#closeGap(cell);
    const older = this.#older[slot] as number;
    const newer = this.#newer[slot] as number;
    if (this.#fresh === slot) this.#fresh = newer;
    this.#overdue -= this.#late[slot] as number;
    this.#late[slot] = 0;
    if (older === EMPTY) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === EMPTY) this.#newest = older;
    else this.#older[newer] = older;
    this.#newer[slot] = this.#free;
    this.#free = slot;
    this.#size--;
    return ticket;
  }

  /** Linear probing without tombstones: pulls later entries of the run back over the emptied cell. */
  #closeGap(gap: number): void {
    let cell = gap;
    for (;;) {
      cell = (cell + 1) & this.#mask;
      const slot = this.#cells[cell] as number;
      if (slot === EMPTY) break;
      const home = Math.imul(this.#sequences[slot] as number, 0x9e37_79b1) >>> this.#shift;
      if (((cell - home) & this.#mask) < ((cell - gap) & this.#mask)) continue;
      this.#cells[gap] = slot;
      gap = cell;
    }
    this.#cells[gap] = EMPTY;
  }
}
