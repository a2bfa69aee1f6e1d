/**
 * Operator ids: the message ids a simulated message centre gives out, and how it writes them again in receipts.
 *
 * Real centres write the same id in other bases and paddings in answer and receipt; each style here was met in the wild.
 */
import type { CentreIds } from "./centre.js";
import type { Random } from "./random.js";

/**
 * - `decimal`, `hex`: the same text in answer and receipt.
 * - `uuid`: 36 characters with hyphens. `18digits`: more than 2^53 holds.
 * - `padded`: bare digits in the answer, zeros in front up to 20 digits in the receipt.
 * - `hex_answer_decimal_receipt`: upper-case hexadecimal answered, the same number in decimal in the receipt.
 */
export const ID_STYLES = ["decimal", "hex", "uuid", "padded", "18digits", "hex_answer_decimal_receipt"] as const;
export type IdStyle = (typeof ID_STYLES)[number];

const PADDED_DIGITS = 20;
/** Ids of one second of start time: a centre started later begins higher, so that no id comes twice. */
const IDS_A_SECOND = 100_000;
/** The last six digits are counted apart: making text of a number beyond 32 bits costs more than all else here. */
const LOW = 1_000_000;

export class OperatorIds implements CentreIds {
  readonly #style: IdStyle;
  readonly #random: Random;
  #high: number;
  #highDigits: string;
  #low: number;

  /** `startWallMs` decides the first number: centres started a second apart share none below 100,000 messages a second. */
  constructor(style: IdStyle, startWallMs: number, random: Random) {
    this.#style = style;
    this.#random = random;
    const first = Math.floor(startWallMs / 1_000) * IDS_A_SECOND;
    this.#high = Math.floor(first / LOW);
    this.#highDigits = String(this.#high);
    this.#low = first % LOW;
  }

  /** The next id as the answer bears it. */
  take(): string {
    if (++this.#low === LOW) {
      this.#low = 0;
      this.#highDigits = String(++this.#high);
    }
    if (this.#style === "decimal" || this.#style === "padded") return this.#digits();
    const number = this.#high * LOW + this.#low;
    switch (this.#style) {
      case "18digits":
        return `900${this.#digits().padStart(15, "0")}`;
      case "hex":
        return number.toString(16);
      case "hex_answer_decimal_receipt":
        return number.toString(16).toUpperCase();
      case "uuid": {
        const tail = number.toString(16).padStart(15, "0");
        const head = this.#random.hex(16);
        return `${head.slice(0, 8)}-${head.slice(8, 12)}-4${head.slice(13, 16)}-a${tail.slice(0, 3)}-${tail.slice(3)}`;
      }
    }
  }

  #digits(): string {
    return this.#highDigits + String(LOW + this.#low).slice(1);
  }

  /** SMPP gives every destination an answer of its own, so that no row is longer than one. */
  following(): string {
    return this.take();
  }

  /** The same id as a receipt bears it. */
  inReceipt(id: string): string {
    if (this.#style === "padded") return id.padStart(PADDED_DIGITS, "0");
    if (this.#style === "hex_answer_decimal_receipt") return String(Number.parseInt(id, 16));
    return id;
  }
}
