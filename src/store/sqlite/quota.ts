/**
 * Quota: how many segments an account has had accepted in a business day and in its calendar month, and whether more fit.
 *
 * ```
 *  month = tallies of its open days (in memory, moved with every acceptance) + what its sealed days carried to ledger.db (read once)
 * ```
 * Nothing is kept beside the books: what a transaction that failed had counted goes with it, and a start finds what stands on disk. A
 * message counts on the day of its acceptance, whatever becomes of it.
 */
import type { Account } from "../../ledger/account.js";
import { Tally } from "./day-schema.js";
import type { DayWriter } from "./day-writer.js";
import type { LedgerDb } from "./ledger-db.js";
import type { Days } from "./state.js";

const DAY_MS = 86_400_000;

/** First day of a day's calendar month, and the first of the next; days counted from 1970. */
export function monthOfDay(day: number): { readonly from: number; readonly to: number } {
  const date = new Date(day * DAY_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { from: Date.UTC(year, month, 1) / DAY_MS, to: Date.UTC(year, month + 1, 1) / DAY_MS };
}

export function hasQuota({ quotaDay, quotaMonth }: Account): boolean {
  return quotaDay > 0 || quotaMonth > 0;
}

export class Quotas {
  readonly #days: Days;
  /** Where sealed days' sums stand; null: there are none. */
  ledger: Pick<LedgerDb, "prepare"> | null = null;
  /** The list of open days that what follows was read for, and the day it is about. */
  #open: readonly DayWriter[] = [];
  #day = NaN;
  /** Open days of its month. */
  #ofMonth: readonly DayWriter[] = [];
  /** Segments that the month's sealed days carried, by account. */
  readonly #carried = new Map<number, number>();

  constructor(days: Days) {
    this.#days = days;
  }

  /** Whether so many segments more fit into the quotas of an account that has any, on a file's day. */
  fits({ no, quotaDay, quotaMonth }: Account, file: DayWriter, segments: number): boolean {
    if (quotaDay > 0 && acceptedOf(file, no) + segments > quotaDay) return false;
    return quotaMonth === 0 || this.month(no, file) + segments <= quotaMonth;
  }

  /** Segments accepted in the calendar month of a file's day. */
  month(accountNo: number, file: DayWriter): number {
    if (this.#open !== this.#days.open() || this.#day !== file.day) this.#read(file.day);
    let sum = this.#carried.get(accountNo) ?? 0;
    for (const one of this.#ofMonth) sum += acceptedOf(one, accountNo);
    return sum;
  }

  /** The list of open days is another one whenever a day was opened or sealed, or all were opened again. */
  #read(day: number): void {
    const { from, to } = monthOfDay(day);
    const open = this.#days.open();
    this.#carried.clear();
    const sql = "SELECT account, sum(segments) AS segments FROM carried_message WHERE day >= ? AND day < ? GROUP BY account";
    const rows = (this.ledger?.prepare(sql).all(from, to) ?? []) as { account: bigint | number; segments: bigint | number }[];
    for (const { account, segments } of rows) this.#carried.set(Number(account), Number(segments));
    this.#ofMonth = open.filter((file) => file.day >= from && file.day < to);
    this.#open = open;
    this.#day = day;
  }
}

function acceptedOf(file: DayWriter, accountNo: number): number {
  return file.account(accountNo).segments[Tally.accepted] as number;
}
