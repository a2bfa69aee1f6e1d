/**
 * Random: the simulator's own source of chance, the same numbers for the same seed, so that a run can be repeated.
 */

/** mulberry32: 32 bits of state, one multiplication chain a number. Not for secrets. */
export class Random {
  #state: number;

  /** `seed` is taken modulo 2^32. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** True in `share` (0..1) of all calls; draws nothing when the share is 0. */
  chance(share: number): boolean {
    return share > 0 && this.next() < share;
  }

  /** `digits` lower-case hexadecimal digits. */
  hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += this.below(0x1000_0000).toString(16).padStart(7, "0");
    return text.slice(0, digits);
  }
}
