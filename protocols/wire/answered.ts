/**
 * Answered submits: the last submits of one connection by sequence, so that one sent again is known and answered as before.
 *
 * ```
 *   hash: sequence -> slot (open addressing)       ring: oldest ... newest, the oldest gives way
 *                                                  slot: key, time, and the answer once it is given
 * ```
 * Bounded, and O(1) whatever the peer does: nothing is ever searched. For protocols that send a request again under its
 * old sequence when the answer is late (CMPP's T and N); the key tells the same submit from another one.
 */
import { Outcome } from "../model/outcome.js";

/** What `look` found under a sequence. */
export const Seen = {
  /** Nothing, or nothing recent: a new submit. */ no: 0,
  /** Another submit, not long ago. */ other: 1,
  /** The same one, which has no answer yet. */ unanswered: 2,
  /** The same one, answered: `outcome` and `messageId` say how. */ answered: 3,
} as const;
export type Seen = (typeof Seen)[keyof typeof Seen];

const EMPTY = -1;
const UNANSWERED = 0xff;

export class AnsweredSubmits {
  readonly #keepMs: number;
  readonly #capacity: number;
  readonly #shift: number;
  readonly #mask: number;
  /** Hash cell -> slot, or EMPTY. */
  readonly #cells: Int32Array;
  readonly #sequences: Uint32Array;
  readonly #keys: Float64Array;
  readonly #atMs: Float64Array;
  readonly #ids: Float64Array;
  /** The Outcome it was answered with, or UNANSWERED. */
  readonly #outcomes: Uint8Array;
  /** 1 while the slot holds a submit. */
  readonly #used: Uint8Array;
  #next = 0;
  #size = 0;
  /** How the submit that `look` found was answered. */
  outcome: Outcome = Outcome.ok;
  messageId = 0;

  /** Remembers up to `capacity` submits (at least 1), each for `keepMs` from its coming, and until it is answered. */
  constructor(capacity: number, keepMs: number) {
    this.#keepMs = keepMs;
    this.#capacity = capacity;
    const bits = Math.max(3, 33 - Math.clz32(capacity));
    this.#shift = 32 - bits;
    this.#mask = (1 << bits) - 1;
    this.#cells = new Int32Array(1 << bits).fill(EMPTY);
    this.#sequences = new Uint32Array(capacity);
    this.#keys = new Float64Array(capacity);
    this.#atMs = new Float64Array(capacity);
    this.#ids = new Float64Array(capacity);
    this.#outcomes = new Uint8Array(capacity);
    this.#used = new Uint8Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** What is known of a submit with this sequence (0..2^32-1) and key. */
  look(sequence: number, key: number, nowMs: number): Seen {
    const slot = this.#cells[this.#cellOf(sequence)] as number;
    if (slot === EMPTY) return Seen.no;
    const unanswered = this.#outcomes[slot] === UNANSWERED;
    if (!unanswered && nowMs - (this.#atMs[slot] as number) >= this.#keepMs) return Seen.no;
    if (this.#keys[slot] !== key) return Seen.other;
    if (unanswered) return Seen.unanswered;
    this.outcome = this.#outcomes[slot] as Outcome;
    this.messageId = this.#ids[slot] as number;
    return Seen.answered;
  }

  /** A submit that `look` has not seen is taken; the oldest gives way where there is no room. */
  add(sequence: number, key: number, nowMs: number): void {
    this.forget(sequence);
    const slot = this.#next;
    if (this.#used[slot] === 1) this.forget(this.#sequences[slot] as number);
    this.#next = slot + 1 === this.#capacity ? 0 : slot + 1;
    this.#cells[this.#cellOf(sequence)] = slot;
    this.#sequences[slot] = sequence;
    this.#keys[slot] = key;
    this.#atMs[slot] = nowMs;
    this.#ids[slot] = 0;
    this.#outcomes[slot] = UNANSWERED;
    this.#used[slot] = 1;
    this.#size++;
  }

  /** It is answered now. Returns its key, 0 when it has given way to others meanwhile. */
  answered(sequence: number, outcome: Outcome, messageId: number): number {
    const slot = this.#cells[this.#cellOf(sequence)] as number;
    if (slot === EMPTY) return 0;
    this.#outcomes[slot] = outcome;
    this.#ids[slot] = messageId;
    return this.#keys[slot] as number;
  }

  /** Nothing is known under this sequence any more. */
  forget(sequence: number): void {
    const cell = this.#cellOf(sequence);
    const slot = this.#cells[cell] as number;
    if (slot === EMPTY) return;
    this.#used[slot] = 0;
    this.#size--;
    this.#closeGap(cell);
  }

  /** The same memory with more room. */
  grown(capacity: number): AnsweredSubmits {
    const wider = new AnsweredSubmits(Math.max(capacity, this.#capacity), this.#keepMs);
    for (let step = 0; step < this.#capacity; step++) {
      const slot = (this.#next + step) % this.#capacity;
      if (this.#used[slot] === 0) continue;
      const sequence = this.#sequences[slot] as number;
      wider.add(sequence, this.#keys[slot] as number, this.#atMs[slot] as number);
      if (this.#outcomes[slot] !== UNANSWERED) wider.answered(sequence, this.#outcomes[slot] as Outcome, this.#ids[slot] as number);
    }
    return wider;
  }

  /** Keys and ids of all that were accepted and are still remembered, oldest first. */
  keys(nowMs: number): Map<number, number> {
    const keys = new Map<number, number>();
    for (let step = 0; step < this.#capacity; step++) {
      const slot = (this.#next + step) % this.#capacity;
      if (this.#used[slot] === 0 || this.#outcomes[slot] !== Outcome.ok || nowMs - (this.#atMs[slot] as number) >= this.#keepMs) continue;
      keys.set(this.#keys[slot] as number, this.#ids[slot] as number);
    }
    return keys;
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
