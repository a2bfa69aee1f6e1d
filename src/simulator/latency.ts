/**
 * LatencyHistogram: latencies counted in buckets an eighth of a power of two wide, so that percentiles are right within 6%.
 */

/** Microseconds up to this are counted one by one. */
const EXACT = 16;
const BUCKETS = 8 * 32 + EXACT;

export class LatencyHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  #total = 0;
  #maxMs = 0;

  get count(): number {
    return this.#total;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  add(ms: number): void {
    const bucket = bucketOf(ms * 1_000);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total++;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /** Begins anew. */
  forget(): void {
    this.#counts.fill(0);
    this.#total = 0;
    this.#maxMs = 0;
  }

  /** The latency in ms that `share` (0..1) of all stay within; 0 when there are none. */
  percentileMs(share: number): number {
    if (this.#total === 0) return 0;
    let left = Math.ceil(this.#total * share);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#counts[bucket] ?? 0;
      if (left <= 0) return Math.min(this.#maxMs, upperMicros(bucket) / 1_000);
    }
    return this.#maxMs;
  }
}

function bucketOf(micros: number): number {
  if (micros < EXACT) return Math.max(0, Math.floor(micros));
  const whole = Math.min(micros, 0x7fff_ffff) >>> 0;
  const power = 31 - Math.clz32(whole);
  return EXACT + (power - 4) * 8 + ((whole >>> (power - 3)) & 7);
}

/** The end of a bucket's range in microseconds. */
function upperMicros(bucket: number): number {
  if (bucket < EXACT) return bucket + 1;
  const eighths = (bucket - EXACT) % 8;
  const power = Math.floor((bucket - EXACT) / 8) + 4;
  return (8 + eighths + 1) * 2 ** (power - 3);
}
