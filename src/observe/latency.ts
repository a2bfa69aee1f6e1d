/**
 * Latency: a histogram that costs a few nanoseconds to feed; prom-client's own takes some 350.
 */
import { LATENCY_BUCKETS } from "./metrics-table.js";

const BOUNDS_MS = Float64Array.from(LATENCY_BUCKETS, (seconds) => seconds * 1000);

export class Latency {
  /** Observations by bucket, not cumulated; the last is everything above the highest bound. */
  readonly counts = new Float64Array(BOUNDS_MS.length + 1);
  /** Sum of all observations in milliseconds. */
  sumMs = 0;
  count = 0;

  /** Counts one observation. A clock that went back counts as 0; NaN is left out. */
  observe(ms: number): void {
    if (!(ms >= 0)) {
      if (Number.isNaN(ms)) return;
      ms = 0;
    }
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && ms > (BOUNDS_MS[bucket] as number)) bucket++;
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    this.sumMs += ms;
    this.count++;
  }
}
