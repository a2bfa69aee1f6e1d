/**
 * Owed: deliveries of an operator that still want their answer, by a small number each; their Sequence_Id and Msg_Id are kept.
 *
 * ```
 *   handle = round * SLOTS + slot      a slot's round grows each time it is emptied, so that an old handle finds nothing
 * ```
 */

/** More than may ever be owed: the largest deliver window and what one read can bring beyond it. */
const SLOTS = 1 << 17;
const ROUNDS = 1 << 16;
const FIRST_SLOTS = 64;
const NONE = -1;

export class Owed {
  #sequences = new Uint32Array(FIRST_SLOTS);
  #highs = new Uint32Array(FIRST_SLOTS);
  #lows = new Uint32Array(FIRST_SLOTS);
  #rounds = new Uint16Array(FIRST_SLOTS);
  /** 1 while a slot is in use. */
  #used = new Uint8Array(FIRST_SLOTS);
  /** The free list's link. */
  #next = new Int32Array(FIRST_SLOTS);
  #free = NONE;
  #slots = 0;

  /** Of the delivery taken last. */
  sequence = 0;
  msgIdHigh = 0;
  msgIdLow = 0;

  /** Keeps a delivery; returns its handle, 0..2^33-1, or -1 when no more can be kept. */
  add(sequence: number, msgIdHigh: number, msgIdLow: number): number {
    let slot = this.#free;
    if (slot !== NONE) this.#free = this.#next[slot] as number;
    else {
      if (this.#slots === SLOTS) return NONE;
      slot = this.#slots++;
      if (slot === this.#sequences.length) this.#grow();
    }
    this.#sequences[slot] = sequence;
    this.#highs[slot] = msgIdHigh;
    this.#lows[slot] = msgIdLow;
    this.#used[slot] = 1;
    return (this.#rounds[slot] as number) * SLOTS + slot;
  }

  /** Puts what is kept under a handle into `sequence`, `msgIdHigh` and `msgIdLow` and forgets it; false when there is nothing. */
  take(handle: number): boolean {
    const slot = handle % SLOTS;
    if (slot >= this.#slots || this.#used[slot] === 0 || this.#rounds[slot] !== Math.floor(handle / SLOTS)) return false;
    this.sequence = this.#sequences[slot] as number;
    this.msgIdHigh = this.#highs[slot] as number;
    this.msgIdLow = this.#lows[slot] as number;
    this.#used[slot] = 0;
    this.#rounds[slot] = ((this.#rounds[slot] as number) + 1) % ROUNDS;
    this.#next[slot] = this.#free;
    this.#free = slot;
    return true;
  }

  #grow(): void {
    const size = this.#sequences.length * 2;
    this.#sequences = grown(this.#sequences, new Uint32Array(size));
    this.#highs = grown(this.#highs, new Uint32Array(size));
    this.#lows = grown(this.#lows, new Uint32Array(size));
    this.#rounds = grown(this.#rounds, new Uint16Array(size));
    this.#used = grown(this.#used, new Uint8Array(size));
    this.#next = grown(this.#next, new Int32Array(size));
  }
}

function grown<T extends Uint32Array | Uint16Array | Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
