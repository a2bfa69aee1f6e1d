/**
 * KeptIntents: what has happened already while nothing can be written; booked first when the store is back. Bounded.
 */
import type { StoreEvents } from "../store.js";
import { KEPT_OPS } from "./intents.js";

const MAX_OCTETS = 64 * 1_048_576;

export class KeptIntents {
  readonly #log: StoreEvents["log"];
  #records: Buffer[] = [];
  #octets = 0;

  constructor(log: StoreEvents["log"]) {
    this.#log = log;
  }

  /** Keeps an intent's record if it tells of something that has happened; others were refused, and that is all. */
  keep(record: Buffer): void {
    const op = record[4] as number;
    if (!KEPT_OPS.has(op)) return;
    if (this.#octets + record.length > MAX_OCTETS) {
      this.#log("error", "intent_lost", { op, reason: "too many intents wait for the store" });
      return;
    }
    this.#records.push(Buffer.from(record));
    this.#octets += record.length;
  }

  /** All of them, oldest first; none is kept any more. */
  take(): Buffer[] {
    const records = this.#records;
    this.#records = [];
    this.#octets = 0;
    return records;
  }
}
