/**
 * Correlator: brings an operator's two spellings of one message id together, and learns which it uses.
 *
 * The id in a submit answer is indexed in one normal form (lifecycle/operator-key.ts); the id in a receipt is
 * looked up under up to four readings. Digits-only ids are valid both ways, so the reading that keeps matching
 * is learned per operator and tried first. Ids never pass through a JavaScript number.
 */
import type { Receipt } from "../../protocols/model/receipt.js";
import type { IdReading } from "../flow/ports.js";
import { operatorKey } from "../lifecycle/operator-key.js";

/** Consistent hits after which a reading is taken as the operator's own, and misses in a row after which it is doubted. */
const LEARN_AFTER = 20;
const DOUBT_AFTER = 3;
const DIGITS = /^[0-9]+$/;
const HEX = /^[0-9A-F]+$/;
/** Longer ids are never numbers in two bases. */
const MAX_NUMERIC = 32;
const TEXT_ONLY: IdReading[] = ["text"];

export class Correlator {
  readonly #fixed: IdReading | null;
  #learned: IdReading | null = null;
  #last: IdReading | null = null;
  #streak = 0;
  #misses = 0;
  #readings: readonly IdReading[] = TEXT_ONLY;

  /** @param style the configured style; "auto" learns it */
  constructor(style: "auto" | "text" | "hex_in_receipt" | "decimal_in_receipt") {
    this.#fixed = style === "auto" ? null : style;
  }

  /** The reading in force: configured, learned, or null while neither. */
  get reading(): IdReading | null {
    return this.#fixed ?? this.#learned;
  }

  /** The ids to look a receipt up under, best first. */
  candidates(receipt: Receipt): string[] {
    const known = this.reading;
    const normal = operatorKey(receipt.operatorMessageId);
    // The common case once learned: written alike in both, no second id, nothing else to try.
    if (known === "text" && normal !== "" && receipt.alternateId === "") {
      this.#readings = TEXT_ONLY;
      return [normal];
    }
    const found: string[] = [];
    const readings: IdReading[] = [];
    if (normal !== "") {
      add(found, readings, normal, "text");
      if (normal.length <= MAX_NUMERIC && known !== "text") {
        if (DIGITS.test(normal)) add(found, readings, BigInt(normal).toString(16).toUpperCase(), "decimal_in_receipt");
        if (HEX.test(normal)) add(found, readings, BigInt(`0x${normal}`).toString(10), "hex_in_receipt");
      }
    }
    const alternate = operatorKey(receipt.alternateId);
    if (alternate !== "") add(found, readings, alternate, "alternate");
    if (known !== null && known !== "text") {
      const at = readings.indexOf(known);
      if (at > 0) {
        readings.unshift(...readings.splice(at, 1));
        found.unshift(...found.splice(at, 1));
      }
    }
    this.#readings = readings;
    return found;
  }

  /** The readings behind the last candidates() call, in the same order. */
  get lastReadings(): readonly IdReading[] {
    return this.#readings;
  }

  /** A receipt matched nothing. An operator that has changed its style is learned anew. */
  missed(): void {
    if (this.#learned === null || ++this.#misses < DOUBT_AFTER) return;
    this.#misses = 0;
    this.#learned = null;
    this.#last = null;
  }

  /** Candidate `reading` matched. Returns the reading when it has just been learned, else null. */
  matched(reading: IdReading): IdReading | null {
    this.#misses = 0;
    if (this.#fixed !== null || this.#learned === reading) return null;
    if (reading === this.#last) this.#streak++;
    else {
      this.#last = reading;
      this.#streak = 1;
    }
    if (this.#streak < LEARN_AFTER) return null;
    this.#learned = reading;
    return reading;
  }
}

function add(found: string[], readings: IdReading[], id: string, reading: IdReading): void {
  if (found.includes(id)) return;
  found.push(id);
  readings.push(reading);
}
