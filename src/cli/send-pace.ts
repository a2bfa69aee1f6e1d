/**
 * Pace: how fast a client sends: a rate given, and below it what the gateway's throttling teaches.
 *
 * ```
 *  throttled -> a little below what was accepted in the last second -> a little faster every quiet second
 * ```
 */

const SECOND_MS = 1_000;
/** Answers that were under way when the pace was cut say nothing new. */
const SETTLE_MS = 250;
const BELOW = 0.95;
const FASTER = 1.03;
/** A sender kept waiting makes up for this long at the most. */
const CATCH_UP_MS = 20;

export class Pace {
  readonly #most: number;
  /** Submits a second; Infinity = as fast as the window allows. */
  #rate: number;
  #nextMs = 0;
  #cutMs = -Infinity;
  #raisedMs = 0;
  /** Accepted in the second that began at `#secondMs`, and in the one before. */
  #secondMs = 0;
  #accepted = 0;
  #acceptedBefore = 0;

  /** `ratePerSecond` 0 is no limit. */
  constructor(ratePerSecond: number) {
    this.#most = ratePerSecond > 0 ? ratePerSecond : Infinity;
    this.#rate = this.#most;
  }

  get rate(): number {
    return this.#rate;
  }

  /** Takes the next place in the line; how long it is to be waited for, ms. */
  take(nowMs: number): number {
    if (this.#rate === Infinity) return 0;
    if (nowMs - Math.max(this.#raisedMs, this.#cutMs) >= SECOND_MS) {
      this.#rate = Math.min(this.#most, this.#rate * FASTER);
      this.#raisedMs = nowMs;
    }
    this.#nextMs = Math.max(this.#nextMs, nowMs - CATCH_UP_MS) + SECOND_MS / this.#rate;
    return Math.max(0, this.#nextMs - nowMs);
  }

  accepted(nowMs: number): void {
    this.#turn(nowMs);
    this.#accepted++;
  }

  throttled(nowMs: number): void {
    this.#turn(nowMs);
    if (nowMs - this.#cutMs < SETTLE_MS) return;
    const elapsedMs = Math.max(1, nowMs - this.#secondMs);
    // Early in a second the one before says more.
    const measured = elapsedMs < SECOND_MS / 2 && this.#acceptedBefore > 0 ? this.#acceptedBefore : (this.#accepted * SECOND_MS) / elapsedMs;
    this.#rate = Math.max(1, Math.min(this.#rate, measured * BELOW));
    this.#cutMs = nowMs;
    // The whole line behind waits as long as the bucket needs to have something again.
    this.#nextMs = Math.max(this.#nextMs, nowMs + SETTLE_MS / 2);
  }

  #turn(nowMs: number): void {
    const elapsedMs = nowMs - this.#secondMs;
    if (elapsedMs < SECOND_MS) return;
    this.#acceptedBefore = elapsedMs < 2 * SECOND_MS ? this.#accepted : 0;
    this.#accepted = 0;
    this.#secondMs = nowMs;
  }
}
