/**
 * Anomaly: what is unusual in an account's traffic, against its own recent past; counts of windows in, verdicts out.
 *
 * ```
 *  failures   of the messages that ended in the window, how many did not arrive: unusual when the share is above the
 *             past's by three standard deviations of that many draws, by a tenth, and by half of it again
 *  speed      messages accepted in the window: unusual when more than three times the busiest window of the past day,
 *             or less than a tenth of the usual (median) of the past hour
 * ```
 * Windows with fewer messages than `least` say nothing. While an alarm stands the past stands still, so that what is wrong does not
 * become usual; after a day of it (an hour, for speed) it is what is usual now, and the alarm is over.
 */

/** Windows that make up the past: a day of five-minute ones. */
export const PAST_WINDOWS = 288;
/** Windows of the past that say what is usual now: an hour of five-minute ones. */
export const RECENT_WINDOWS = 12;
/** Share that fails, taken for usual while there is no past to go by. */
const UNKNOWN_SHARE = 0.3;
const DEVIATIONS = 3;
const LEAST_RISE = 0.1;
const BUSY_TIMES = 3;
const QUIET_SHARE = 0.1;

/** The last so many figures; the oldest gives way. */
class Ring {
  readonly #figures: Float64Array;
  #next = 0;
  size = 0;

  constructor(most: number) {
    this.#figures = new Float64Array(most);
  }

  push(figure: number): void {
    this.#figures[this.#next] = figure;
    this.#next = (this.#next + 1) % this.#figures.length;
    if (this.size < this.#figures.length) this.size++;
  }

  clear(): void {
    this.#next = 0;
    this.size = 0;
  }

  /** The last `count`, in no order. */
  last(count: number): number[] {
    const { length } = this.#figures;
    return Array.from({ length: Math.min(count, this.size) }, (_, at) => this.#figures[(this.#next - 1 - at + length) % length] as number);
  }
}

/** Whether an alarm stands, and in words why; `changed`: it began or ended with this window. */
export interface Verdict {
  readonly on: boolean;
  readonly changed: boolean;
  readonly detail: string;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

/** Failures of one account, window by window. */
export class FailureWatch {
  readonly #least: number;
  readonly #ended = new Ring(PAST_WINDOWS);
  readonly #failed = new Ring(PAST_WINDOWS);
  #on: boolean;
  #windowsOn = 0;

  /** @param least messages that must have ended in a window for it to count; @param on whether the alarm stands (from before a restart) */
  constructor(least: number, on = false) {
    this.#least = least;
    this.#on = on;
  }

  /** @param ended messages that came to their end in the window; @param failed those of them that did not arrive */
  window(ended: number, failed: number): Verdict {
    const was = this.#on;
    const share = ended === 0 ? 0 : failed / ended;
    const usual = this.#usual();
    const limit = Math.max(usual + DEVIATIONS * Math.sqrt((usual * (1 - usual)) / Math.max(1, ended)), usual + LEAST_RISE, usual * 1.5);
    if (ended >= this.#least) {
      if (!this.#on) this.#on = share > limit;
      // Half-way back is not yet usual again: it would come and go.
      else if (share <= usual + (limit - usual) / 2) this.#on = false;
    }
    if (this.#on && was && ++this.#windowsOn >= PAST_WINDOWS) {
      this.#on = false;
      this.#ended.clear();
      this.#failed.clear();
    }
    if (!this.#on) {
      this.#windowsOn = 0;
      this.#ended.push(ended);
      this.#failed.push(failed);
    }
    const detail = `${String(failed)} of ${String(ended)} messages failed (${percent(share)}), usual are ${percent(usual)}`;
    return { on: this.#on, changed: this.#on !== was, detail };
  }

  #usual(): number {
    const ended = this.#ended.last(PAST_WINDOWS).reduce((sum, each) => sum + each, 0);
    const failed = this.#failed.last(PAST_WINDOWS).reduce((sum, each) => sum + each, 0);
    return ended < this.#least ? UNKNOWN_SHARE : failed / ended;
  }
}

/** Speed of one account, window by window. */
export class SpeedWatch {
  readonly #least: number;
  readonly #past = new Ring(PAST_WINDOWS);
  #on: boolean;
  #windowsOn = 0;

  constructor(least: number, on = false) {
    this.#least = least;
    this.#on = on;
  }

  /** @param accepted messages taken in the window */
  window(accepted: number): Verdict {
    const was = this.#on;
    const busiest = Math.max(0, ...this.#past.last(PAST_WINDOWS));
    const usual = median(this.#past.last(RECENT_WINDOWS));
    const known = this.#past.size >= RECENT_WINDOWS;
    const fast = known && busiest > 0 && accepted >= this.#least && accepted > busiest * BUSY_TIMES;
    const slow = known && usual >= this.#least && accepted < usual * QUIET_SHARE;
    this.#on = fast || slow;
    if (this.#on && was && ++this.#windowsOn >= RECENT_WINDOWS) {
      this.#on = false;
      this.#past.clear();
    }
    if (!this.#on) {
      this.#windowsOn = 0;
      this.#past.push(accepted);
    }
    const words = `${String(accepted)} messages in the window`;
    const detail = fast ? `${words}, the busiest of the past day had ${String(busiest)}` : `${words}, usual are ${String(usual)}`;
    return { on: this.#on, changed: this.#on !== was, detail };
  }
}

function median(figures: readonly number[]): number {
  if (figures.length === 0) return 0;
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

/**
 * Whether a balance counts as low: it is below the threshold, or was and is not yet a tenth above it (so that a balance at the threshold
 * does not come and go).
 * @param thresholdMicros 0: there is none
 */
export function isLow(was: boolean, availableMicros: bigint, thresholdMicros: number): boolean {
  if (thresholdMicros <= 0) return false;
  const threshold = BigInt(thresholdMicros);
  return availableMicros < threshold || (was && availableMicros * 10n < threshold * 11n);
}

interface Failing {
  count: number;
  sinceMs: number;
  lastMs: number;
  on: boolean;
}

/** Names and addresses watched at once; the longest quiet is forgotten first. */
const LOGINS_MAX = 1_000;

/** Binds that fail again and again, by name or address. */
export class LoginWatch {
  readonly #least: number;
  readonly #windowMs: number;
  readonly #failing = new Map<string, Failing>();

  /** @param least failures within `windowMs` that are an alarm; it is over when there was none for as long */
  constructor(least: number, windowMs: number) {
    this.#least = least;
    this.#windowMs = windowMs;
  }

  /** A bind failed. @returns whether the alarm begins with it */
  failed(subject: string, nowMs: number): boolean {
    let entry = this.#failing.get(subject);
    if (entry === undefined) entry = { count: 0, sinceMs: nowMs, lastMs: nowMs, on: false };
    else if (!entry.on && nowMs - entry.sinceMs > this.#windowMs) {
      entry.count = 0;
      entry.sinceMs = nowMs;
    }
    entry.count++;
    entry.lastMs = nowMs;
    this.#failing.delete(subject);
    this.#failing.set(subject, entry);
    if (this.#failing.size > LOGINS_MAX) this.#forgetOne();
    if (entry.on || entry.count < this.#least) return false;
    entry.on = true;
    return true;
  }

  /** Those that have been quiet long enough, whose alarm is over. */
  quiet(nowMs: number): string[] {
    const over: string[] = [];
    for (const [subject, { lastMs, on }] of this.#failing) {
      if (nowMs - lastMs < this.#windowMs) continue;
      this.#failing.delete(subject);
      if (on) over.push(subject);
    }
    return over;
  }

  /** An alarm stands since before a restart. */
  restore(subject: string, nowMs: number): void {
    this.#failing.set(subject, { count: this.#least, sinceMs: nowMs, lastMs: nowMs, on: true });
  }

  /** One without an alarm: those that stand are ended by being quiet. */
  #forgetOne(): void {
    for (const [subject, { on }] of this.#failing) {
      if (on && this.#failing.size <= 2 * LOGINS_MAX) continue;
      this.#failing.delete(subject);
      return;
    }
  }
}
