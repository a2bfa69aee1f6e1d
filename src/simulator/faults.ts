/**
 * Faults: what a simulated message centre does wrong, decided submit by submit from its seed.
 */
import type { Random } from "./random.js";

export interface FaultOptions {
  /** Share (0..1) of submits answered as too many. */
  readonly throttleRate: number;
  /** Submits a second above which they are answered as too many; 0 = no limit. */
  readonly maxPerSecond: number;
  /** Share (0..1) of submits answered `errorStatus`. */
  readonly errorRate: number;
  /** What those are answered with; 0: as the protocol says that a submit failed. */
  readonly errorStatus: number;
  /** Share (0..1) of submits taken and never answered; their receipts come. */
  readonly lostAnswerRate: number;
  /** Share (0..1) of messages that never get a receipt. */
  readonly lostReceiptRate: number;
  /** Every n-th submit (all connections together) costs its connection; 0 = never. */
  readonly dropEvery: number;
  /** Whether the submit that costs the connection was taken (its receipt comes) or not. */
  readonly dropAfterTaking: boolean;
  /** Share (0..1) of receipts sent twice. */
  readonly duplicateReceiptRate: number;
  /** Share (0..1) of receipts sent before the answer to their submit. */
  readonly earlyReceiptRate: number;
}

export const NO_FAULTS: FaultOptions = {
  throttleRate: 0,
  maxPerSecond: 0,
  errorRate: 0,
  errorStatus: 0,
  lostAnswerRate: 0,
  lostReceiptRate: 0,
  dropEvery: 0,
  dropAfterTaking: false,
  duplicateReceiptRate: 0,
  earlyReceiptRate: 0,
};

/** Bits of what becomes of one submit. */
export const Fate = {
  throttled: 1,
  refused: 2,
  answerLost: 4,
  droppedBefore: 8,
  droppedAfter: 16,
  receiptLost: 32,
  receiptTwice: 64,
  receiptEarly: 128,
} as const;

/** With one of these the message is not taken. */
export const NOT_TAKEN = Fate.throttled | Fate.refused | Fate.droppedBefore;

export class Faults {
  readonly #options: FaultOptions;
  readonly #random: Random;
  readonly #none: boolean;
  #submits = 0;
  #tokens: number;
  #tokensAtMs = -1;

  constructor(options: FaultOptions, random: Random) {
    this.#options = options;
    this.#random = random;
    this.#tokens = options.maxPerSecond;
    const rates = [
      options.throttleRate, options.maxPerSecond, options.errorRate, options.lostAnswerRate, options.lostReceiptRate,
      options.dropEvery, options.duplicateReceiptRate, options.earlyReceiptRate,
    ];
    this.#none = rates.every((rate) => rate === 0);
  }

  /** Bits of Fate for the next submit; 0 is a quiet life. */
  next(nowMs: number): number {
    if (this.#none) return 0;
    const options = this.#options;
    const random = this.#random;
    this.#submits++;
    if (options.dropEvery > 0 && this.#submits % options.dropEvery === 0) {
      return options.dropAfterTaking ? Fate.droppedAfter : Fate.droppedBefore;
    }
    if (options.maxPerSecond > 0 && !this.#takeToken(nowMs)) return Fate.throttled;
    if (random.chance(options.throttleRate)) return Fate.throttled;
    if (random.chance(options.errorRate)) return Fate.refused;
    let fate = random.chance(options.lostAnswerRate) ? Fate.answerLost : 0;
    if (random.chance(options.lostReceiptRate)) return fate | Fate.receiptLost;
    if (random.chance(options.duplicateReceiptRate)) fate |= Fate.receiptTwice;
    if (random.chance(options.earlyReceiptRate)) fate |= Fate.receiptEarly;
    return fate;
  }

  /** A bucket of one second's size. */
  #takeToken(nowMs: number): boolean {
    const limit = this.#options.maxPerSecond;
    if (this.#tokensAtMs >= 0) this.#tokens = Math.min(limit, this.#tokens + ((nowMs - this.#tokensAtMs) * limit) / 1_000);
    this.#tokensAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
