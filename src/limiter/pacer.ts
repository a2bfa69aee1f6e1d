/**
 * Pacer: how fast one link may send: the operator's rate, cut when the operator throttles and recovered gently.
 *
 * ```
 *  pace ─────┐ slowDown: half, at once          ┌──── the rate again
 *            └────────── hold 1 s ── +10 % a second ──┘
 * ```
 */
import { TokenBucket } from "./token-bucket.js";

/** After a cut nothing changes for this long; further complaints within it are the same event. */
const HOLD_MS = 1_000;
const RECOVER_EVERY_MS = 1_000;
const RECOVER_FACTOR = 1.1;
/** An unlimited link that is throttled is slowed from its own speed of late, and from no less than this. */
const UNLIMITED_FLOOR = 10;

export class Pacer {
  /** Messages a second; 0 = unlimited. */
  readonly #rate: number;
  #bucket: TokenBucket | null;
  /** Messages a second now; Infinity when unlimited and not slowed. */
  #pace: number;
  #slowedAtMs = -Infinity;
  #recoverAtMs = 0;
  #taken = 0;
  #countedFromMs: number;
  #lately = 0;

  /** @param rate messages a second, 0 = unlimited */
  constructor(rate: number, nowMs: number) {
    this.#rate = rate;
    this.#pace = rate === 0 ? Infinity : rate;
    this.#bucket = rate === 0 ? null : new TokenBucket(rate, burstOf(rate), nowMs);
    this.#countedFromMs = nowMs;
  }

  /** The pace now, messages a second; Infinity when unlimited. */
  get pace(): number {
    return this.#pace;
  }

  /** Whether one message may go now; takes its token. */
  take(nowMs: number): boolean {
    if (nowMs - this.#countedFromMs >= RECOVER_EVERY_MS) this.#everySecond(nowMs);
    if (this.#bucket !== null && !this.#bucket.take(1, nowMs)) return false;
    this.#taken++;
    return true;
  }

  /** The message was not sent after all. */
  giveBack(): void {
    this.#taken--;
    this.#bucket?.giveBack(1);
  }

  /** The operator complained of the speed: half the pace at once, never below one message a second. */
  slowDown(nowMs: number): void {
    if (nowMs - this.#slowedAtMs < HOLD_MS) return;
    this.#slowedAtMs = nowMs;
    this.#recoverAtMs = nowMs + HOLD_MS;
    const from = this.#pace === Infinity ? Math.max(UNLIMITED_FLOOR, this.#lately, this.#taken) : this.#pace;
    this.#setPace(Math.max(1, Math.floor(from / 2)), nowMs);
  }

  #everySecond(nowMs: number): void {
    this.#lately = Math.round((this.#taken * 1_000) / (nowMs - this.#countedFromMs));
    this.#taken = 0;
    this.#countedFromMs = nowMs;
    if (this.#slowedAtMs === -Infinity || nowMs < this.#recoverAtMs) return;
    this.#recoverAtMs = nowMs + RECOVER_EVERY_MS;
    const raised = Math.ceil(this.#pace * RECOVER_FACTOR);
    const limit = this.#rate === 0 ? Infinity : this.#rate;
    if (raised < limit && raised < MAX_PACE) {
      this.#setPace(raised, nowMs);
      return;
    }
    this.#slowedAtMs = -Infinity;
    this.#pace = limit;
    if (this.#rate === 0) this.#bucket = null;
    else this.#bucket?.reconfigure(this.#rate, burstOf(this.#rate), nowMs);
  }

  #setPace(pace: number, nowMs: number): void {
    this.#pace = pace;
    if (this.#bucket === null) this.#bucket = new TokenBucket(pace, burstOf(pace), nowMs);
    else this.#bucket.reconfigure(pace, burstOf(pace), nowMs);
  }
}

/** Beyond this a slowed unlimited link counts as unlimited again. */
const MAX_PACE = 1_000_000;

/** A tenth of a second's worth: smooth, and enough for one shared tick. */
function burstOf(rate: number): number {
  return Math.max(1, Math.ceil(rate / 10));
}
