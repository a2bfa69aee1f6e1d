/**
 * IsmgIds: the 64-bit message ids of a simulated gateway: Beijing month, day, hour, minute and second, gateway code, running sequence.
 *
 * They are written as 16 hexadecimal digits everywhere but on the wire. The sequence runs round by itself, within a range too.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import type { CentreIds } from "./centre.js";

const BEIJING_S = 8 * 3_600;
const IDS_PER_SECOND = 65_536;

export class IsmgIds implements CentreIds {
  readonly #clock: Clock;
  readonly #gateway: number;
  #second = 0;
  #takenInSecond = 0;
  #sequence: number;
  /** The 12 digits in front of the sequence's four. */
  #front = "";

  /** `gateway` is the code in the ids, 0..4194303; `firstSequence` lies before the first id's. */
  constructor(clock: Clock, gateway: number, firstSequence = 0) {
    this.#clock = clock;
    this.#gateway = gateway;
    this.#sequence = firstSequence;
  }

  take(count: number): string {
    const second = Math.floor(this.#clock.wallMs / 1_000);
    if (second > this.#second) this.#begin(second);
    else if (this.#takenInSecond + count > IDS_PER_SECOND) this.#begin(this.#second + 1);
    this.#takenInSecond += count;
    const first = (this.#sequence + 1) & 0xffff;
    this.#sequence = (this.#sequence + count) & 0xffff;
    return this.#front + hex4(first);
  }

  /** The sequence field alone runs on, and round to 0. [protocols sheet 1.6] */
  following(first: string, place: number): string {
    return first.slice(0, 12) + hex4((Number.parseInt(first.slice(12), 16) + place) & 0xffff);
  }

  inReceipt(id: string): string {
    return id;
  }

  #begin(second: number): void {
    this.#second = second;
    this.#takenInSecond = 0;
    const time = new Date((second + BEIJING_S) * 1_000);
    const moment = (BigInt(time.getUTCMonth() + 1) << 22n) | BigInt(
      (time.getUTCDate() << 17) | (time.getUTCHours() << 12) | (time.getUTCMinutes() << 6) | time.getUTCSeconds(),
    );
    this.#front = ((moment << 22n) | BigInt(this.#gateway)).toString(16).padStart(12, "0");
  }
}

function hex4(value: number): string {
  return (0x10000 + value).toString(16).slice(1);
}
