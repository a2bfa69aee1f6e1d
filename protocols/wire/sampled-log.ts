/**
 * SampledLog: a WireLog that lets a burst of one event through, then a few a second, and says how many it held back.
 *
 * What strangers can cause by connecting must not be able to fill a disk.
 */
import type { Clock } from "./clock.js";
import type { WireLog } from "./protocol.js";

interface Allowance {
  tokens: number;
  refilledMs: number;
  suppressed: number;
}

export class SampledLog implements WireLog {
  readonly #log: WireLog;
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #allowances = new Map<string, Allowance>();

  /** Each event name may come `burst` times at once and `perSecond` times a second in the long run. */
  constructor(log: WireLog, clock: Clock, burst = 20, perSecond = 1) {
    this.#log = log;
    this.#clock = clock;
    this.#burst = burst;
    this.#perSecond = perSecond;
  }

  event(level: "error" | "warn" | "info" | "debug", event: string, fields: Record<string, string | number | boolean>): void {
    const nowMs = this.#clock.monotonicMs;
    let allowance = this.#allowances.get(event);
    if (allowance === undefined) {
      allowance = { tokens: this.#burst, refilledMs: nowMs, suppressed: 0 };
      this.#allowances.set(event, allowance);
    }
    const refill = ((nowMs - allowance.refilledMs) / 1_000) * this.#perSecond;
    allowance.tokens = Math.min(this.#burst, allowance.tokens + refill);
    allowance.refilledMs = nowMs;
    if (allowance.tokens < 1) {
      allowance.suppressed++;
      return;
    }
    allowance.tokens--;
    const { suppressed } = allowance;
    allowance.suppressed = 0;
    this.#log.event(level, event, suppressed > 0 ? { ...fields, suppressed } : fields);
  }
}
