/**
 * SweepClock: the wall time by which things expire, which a jump of the wall clock cannot hurry.
 *
 * Wall and monotonic time are compared at each tick. After a jump of more than five seconds the sweep goes by the
 * earlier of the new wall time and the old one carried on, so that nothing expires, is given up or is tried again
 * before its time; after ten minutes in which the clocks agree the new time is taken for right.
 */
const JUMP_MS = 5_000;
const UNDERSTOOD_AFTER_MS = 600_000;

export class SweepClock {
  /** Wall minus monotonic, as it was when the clocks last agreed. */
  #offsetMs: number;
  /** The offset seen since the jump, and since when. */
  #newOffsetMs = 0;
  #jumpedAtMs = -1;

  constructor(wallMs: number, monotonicMs: number) {
    this.#offsetMs = wallMs - monotonicMs;
  }

  /** Whether a jump is still doubted. */
  get doubted(): boolean {
    return this.#jumpedAtMs >= 0;
  }

  /**
   * Takes both clocks' reading of one moment.
   * @returns by how many ms the wall clock has just jumped (0 almost always)
   */
  tick(wallMs: number, monotonicMs: number): number {
    const offsetMs = wallMs - monotonicMs;
    const expectedMs = this.doubted ? this.#newOffsetMs : this.#offsetMs;
    const jumpMs = offsetMs - expectedMs;
    if (Math.abs(jumpMs) > JUMP_MS) {
      this.#newOffsetMs = offsetMs;
      this.#jumpedAtMs = monotonicMs;
      // Stepped back to where it was: nothing is left to doubt.
      if (Math.abs(offsetMs - this.#offsetMs) <= JUMP_MS) this.#jumpedAtMs = -1;
      return jumpMs;
    }
    if (!this.doubted) {
      // Slow drift and slewing are followed.
      this.#offsetMs = offsetMs;
    } else if (monotonicMs - this.#jumpedAtMs >= UNDERSTOOD_AFTER_MS) {
      this.#offsetMs = offsetMs;
      this.#jumpedAtMs = -1;
    }
    return 0;
  }

  /** The wall time the sweep goes by, ms. */
  sweepMs(wallMs: number, monotonicMs: number): number {
    return this.doubted ? Math.min(wallMs, monotonicMs + this.#offsetMs) : wallMs;
  }
}
