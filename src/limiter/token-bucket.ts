/**
 * TokenBucket: a rate in segments a second with a burst; a message is taken whole or not at all.
 *
 * Exact integers: tokens are counted in thousandths, so that a rate of r a second gains r of them each millisecond
 * and nothing is ever rounded away. Time is handed in, monotonic; a refused try changes nothing but the refill it saw.
 */
const SCALE = 1_000;

export class TokenBucket {
  /** Segments a second = thousandths a millisecond. */
  #rate: number;
  /** Thousandths the bucket holds when full. */
  #capacity: number;
  #tokens: number;
  #atMs: number;

  /**
   * @param rate segments a second, an integer of at least 1
   * @param burst segments the full bucket holds, an integer of at least 1
   */
  constructor(rate: number, burst: number, nowMs: number) {
    this.#rate = rate;
    this.#capacity = burst * SCALE;
    this.#tokens = this.#capacity;
    this.#atMs = nowMs;
  }

  /**
   * Takes `segments` tokens, or none. A message larger than the burst is taken when the bucket is full and leaves
   * a debt, so that it is neither impossible nor free.
   */
  take(segments: number, nowMs: number): boolean {
    this.#refill(nowMs);
    const cost = segments * SCALE;
    if (this.#tokens < cost && this.#tokens < this.#capacity) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Puts tokens back that were taken and not used. */
  giveBack(segments: number): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + segments * SCALE);
  }

  /** Whole tokens there are now; negative while a debt is paid off. */
  tokens(nowMs: number): number {
    this.#refill(nowMs);
    return Math.floor(this.#tokens / SCALE);
  }

  /** Changes rate and burst of a live bucket; what was gained until now is kept, up to the new burst. */
  reconfigure(rate: number, burst: number, nowMs: number): void {
    this.#refill(nowMs);
    this.#rate = rate;
    this.#capacity = burst * SCALE;
    if (this.#tokens > this.#capacity) this.#tokens = this.#capacity;
  }

  #refill(nowMs: number): void {
    const elapsedMs = Math.floor(nowMs) - this.#atMs;
    if (elapsedMs <= 0) return;
    this.#atMs += elapsedMs;
    const tokens = this.#tokens + elapsedMs * this.#rate;
    this.#tokens = tokens < this.#capacity ? tokens : this.#capacity;
  }
}
