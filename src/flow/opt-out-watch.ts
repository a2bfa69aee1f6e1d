/**
 * OptOutWatch: an account that goes on writing to numbers that opted out raises an alarm; it is over with the business day.
 */
import type { AlarmKind } from "../contract/alarm.js";
import type { NumberLists } from "../contract/number-lists.js";
import type { LiveAccount } from "./accounts.js";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Told of an account by its number. */
export type TellAlarm = (kind: AlarmKind, accountNo: number, on: boolean, detail: string) => void;

export class OptOutWatch {
  readonly #lists: NumberLists;
  readonly #tell: TellAlarm;
  /** By account, its tries before this day. */
  readonly #before = new Map<number, number>();
  readonly #raised = new Set<number>();
  #day = -1;

  constructor(lists: NumberLists, tell: TellAlarm) {
    this.#lists = lists;
    this.#tell = tell;
  }

  /** Called about once a second. */
  tick(accounts: Iterable<LiveAccount>, wallMs: number): void {
    const day = Math.floor((wallMs + this.#lists.zoneMinutes * MINUTE_MS) / DAY_MS);
    const begins = day !== this.#day;
    const first = this.#day < 0;
    this.#day = day;
    for (const { terms: { no, optOutAlarm } } of accounts) {
      const { optOutHits } = this.#lists.account(no);
      if (begins && !first) {
        this.#before.set(no, optOutHits);
        this.#raised.delete(no);
        this.#tell("opt_out_breach", no, false, "a new day");
        continue;
      }
      const today = optOutHits - (this.#before.get(no) ?? 0);
      if (optOutAlarm === 0 || today < optOutAlarm || this.#raised.has(no)) continue;
      this.#raised.add(no);
      this.#tell("opt_out_breach", no, true, `${String(today)} messages today to numbers that opted out, all refused`);
    }
  }
}
