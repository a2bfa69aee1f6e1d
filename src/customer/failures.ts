/**
 * Failures: slows down those who keep failing to bind, by source address; bounded in memory and time.
 *
 * A token bucket an address: each failure takes one, they come back evenly over a minute. An address without any
 * is refused before its password is looked at, so guessing costs the guesser time and us nothing.
 */
interface Record {
  tokens: number;
  atMs: number;
}

/** Addresses remembered; the longest quiet is forgotten first. */
const ADDRESSES_MAX = 10_000;
const MINUTE_MS = 60_000;

export class BindFailures {
  readonly #perMinute: number;
  readonly #records = new Map<string, Record>();

  /** @param perMinute failures an address may make in a minute before it is refused unheard */
  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  get size(): number {
    return this.#records.size;
  }

  /** Whether this address must wait. */
  blocked(address: string, nowMs: number): boolean {
    const record = this.#records.get(address);
    if (record === undefined) return false;
    this.#refill(record, nowMs);
    if (record.tokens >= this.#perMinute) {
      this.#records.delete(address);
      return false;
    }
    return record.tokens < 1;
  }

  failed(address: string, nowMs: number): void {
    let record = this.#records.get(address);
    if (record === undefined) record = { tokens: this.#perMinute, atMs: nowMs };
    else this.#refill(record, nowMs);
    record.tokens = Math.max(0, record.tokens - 1);
    // Re-inserted at the end, so the map's first key is the one that has been quiet longest.
    this.#records.delete(address);
    this.#records.set(address, record);
    if (this.#records.size > ADDRESSES_MAX) {
      for (const oldest of this.#records.keys()) {
        this.#records.delete(oldest);
        break;
      }
    }
  }

  succeeded(address: string): void {
    this.#records.delete(address);
  }

  #refill(record: Record, nowMs: number): void {
    const gained = ((nowMs - record.atMs) / MINUTE_MS) * this.#perMinute;
    record.tokens = Math.min(this.#perMinute, record.tokens + gained);
    record.atMs = nowMs;
  }
}
