/**
 * Frequency: how many messages one number may get from an account: a minute and an hour by the clock, a day as 24 hours that slide.
 *
 * Each number may have caps, and each number with each signature. Counted is what was accepted, whatever its receipt says later. When more numbers are written to
 * than can be remembered, the account with most of them forgets its earliest (RecentCounts.dropped): its caps may then let more through.
 */
import { RecentCounts } from "./recent-counts.js";
import { TextHash } from "./text-hash.js";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Tags of keys: a number by itself, or from here on with its signature. */
const NUMBER = 0;
const SIGNATURE = 1;

/** Caps of one kind; Infinity: none. */
interface Caps {
  minute: number;
  hour: number;
  day: number;
}

export class FrequencyCaps {
  readonly #number: Caps;
  readonly #signature: Caps;
  /** How far back the longest of them looks. */
  readonly memoryMs: number;
  readonly #byNumber: boolean;
  readonly #bySignature: boolean;

  /** @param caps such as "1/m", "5/h", "10/d@sig"; of several for the same the lowest counts */
  constructor(caps: readonly string[]) {
    this.#number = capsOf(caps, false);
    this.#signature = capsOf(caps, true);
    this.#byNumber = anyOf(this.#number);
    this.#bySignature = anyOf(this.#signature);
    this.memoryMs = Math.min(this.#number.day, this.#signature.day) < Infinity ? DAY_MS : HOUR_MS;
  }

  /** The cap that one more message would break, such as "5/h"; "" when it may go. */
  broken(seen: Frequencies, accountNo: number, destination: string, signatureNo: number, wallMs: number, minute: number): string {
    if (this.#byNumber) {
      const cap = seen.broken(this.#number, accountNo, NUMBER, destination, wallMs, minute);
      if (cap !== "") return cap;
    }
    if (!this.#bySignature) return "";
    const cap = seen.broken(this.#signature, accountNo, SIGNATURE + signatureNo, destination, wallMs, minute);
    return cap === "" ? "" : `${cap}@sig`;
  }

  accepted(seen: Frequencies, accountNo: number, destination: string, signatureNo: number, wallMs: number, minute: number): void {
    if (this.#byNumber) seen.add(accountNo, NUMBER, destination, wallMs, minute);
    if (this.#bySignature) seen.add(accountNo, SIGNATURE + signatureNo, destination, wallMs, minute);
  }

  undone(seen: Frequencies, accountNo: number, destination: string, signatureNo: number, minute: number): void {
    if (this.#byNumber) seen.undo(accountNo, NUMBER, destination, minute);
    if (this.#bySignature) seen.undo(accountNo, SIGNATURE + signatureNo, destination, minute);
  }

  /** See RecentCounts.addOlder. */
  restored(seen: Frequencies, accountNo: number, destination: string, signatureNo: number, wallMs: number, minute: number): boolean {
    if (this.#byNumber && !seen.addOlder(accountNo, NUMBER, destination, wallMs, minute)) return false;
    return !this.#bySignature || seen.addOlder(accountNo, SIGNATURE + signatureNo, destination, wallMs, minute);
  }
}

/** What all accounts have sent of late, by number. */
export class Frequencies {
  readonly counts: RecentCounts;
  readonly #hash = new TextHash();

  /** @param maxNumbers numbers, or numbers with a signature, remembered at once */
  constructor(maxNumbers: number) {
    this.counts = new RecentCounts({ maxKeys: maxNumbers, maxRecords: maxNumbers * 2, calendar: true });
  }

  broken(caps: Readonly<Caps>, accountNo: number, tag: number, destination: string, wallMs: number, minute: number): string {
    const { counts } = this;
    this.#hash.of(accountNo, tag, destination, "");
    const { high, low } = this.#hash;
    counts.expire(accountNo, wallMs - DAY_MS);
    let key = counts.find(high, low);
    if (key < 0) return "";
    if (counts.inMinute(key, minute) >= caps.minute) return `${String(caps.minute)}/m`;
    if (counts.inHour(key, minute) >= caps.hour) return `${String(caps.hour)}/h`;
    if (counts.inWindow(key) < caps.day) return "";
    // Before a refusal everything that is due is forgotten.
    counts.expire(accountNo, wallMs - DAY_MS, Infinity);
    key = counts.find(high, low);
    return counts.inWindow(key) >= caps.day ? `${String(caps.day)}/d` : "";
  }

  add(accountNo: number, tag: number, destination: string, wallMs: number, minute: number): void {
    this.#hash.of(accountNo, tag, destination, "");
    this.counts.add(accountNo, this.#hash.high, this.#hash.low, wallMs, minute);
  }

  addOlder(accountNo: number, tag: number, destination: string, wallMs: number, minute: number): boolean {
    this.#hash.of(accountNo, tag, destination, "");
    return this.counts.addOlder(accountNo, this.#hash.high, this.#hash.low, wallMs, minute);
  }

  undo(accountNo: number, tag: number, destination: string, minute: number): void {
    this.#hash.of(accountNo, tag, destination, "");
    this.counts.undo(this.#hash.high, this.#hash.low, minute);
  }

  /** Forgets what is older than a day, some of it each time. */
  tick(wallMs: number, most: number): void {
    for (const accountNo of this.counts.accounts()) this.counts.expire(accountNo, wallMs - DAY_MS, most);
  }
}

function capsOf(caps: readonly string[], signature: boolean): Caps {
  const lowest = { minute: Infinity, hour: Infinity, day: Infinity };
  for (const cap of caps) {
    const [, most, unit, sig] = /^(\d+)\/([mhd])(@sig)?$/.exec(cap) ?? [];
    if (most === undefined || (sig !== undefined) !== signature) continue;
    const of = unit === "m" ? "minute" : unit === "h" ? "hour" : "day";
    lowest[of] = Math.min(lowest[of], Number(most));
  }
  return lowest;
}

function anyOf({ minute, hour, day }: Caps): boolean {
  return Math.min(minute, hour, day) < Infinity;
}
