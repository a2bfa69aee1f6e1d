/**
 * Duplicate: the same text to the same number again within a while is refused; known by a hash of account, number and text.
 *
 * Counted is what was accepted; one that was refused does not lengthen the wait. When more texts come than can be remembered, the
 * account with most of them forgets its earliest (RecentCounts.dropped): a duplicate of those is let through.
 */
import { RecentCounts } from "./recent-counts.js";
import { TextHash } from "./text-hash.js";

export class Duplicates {
  readonly counts: RecentCounts;
  readonly #hash = new TextHash();

  /** @param maxTexts texts remembered at once */
  constructor(maxTexts: number) {
    this.counts = new RecentCounts({ maxKeys: maxTexts, maxRecords: maxTexts, calendar: false });
  }

  /** Whether it came within the window before. */
  seen(accountNo: number, destination: string, text: string, wallMs: number, windowMs: number): boolean {
    const { counts } = this;
    this.#hash.of(accountNo, 0, destination, text);
    const { high, low } = this.#hash;
    counts.expire(accountNo, wallMs - windowMs);
    if (counts.find(high, low) < 0) return false;
    counts.expire(accountNo, wallMs - windowMs, Infinity);
    return counts.find(high, low) >= 0;
  }

  add(accountNo: number, destination: string, text: string, wallMs: number): void {
    this.#hash.of(accountNo, 0, destination, text);
    this.counts.add(accountNo, this.#hash.high, this.#hash.low, wallMs, 0);
  }

  addOlder(accountNo: number, destination: string, text: string, wallMs: number): boolean {
    this.#hash.of(accountNo, 0, destination, text);
    return this.counts.addOlder(accountNo, this.#hash.high, this.#hash.low, wallMs, 0);
  }

  undo(accountNo: number, destination: string, text: string): void {
    this.#hash.of(accountNo, 0, destination, text);
    this.counts.undo(this.#hash.high, this.#hash.low, 0);
  }
}
