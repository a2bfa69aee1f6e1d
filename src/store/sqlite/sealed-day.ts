/**
 * Sealed day: what a finished day's file leaves to ledger.db for ever: entries, outcomes, refusals and its rollup, added up.
 *
 * Collected in short steps, each its own read, so that it can run between batches of the writer (or on the reader's
 * thread) however many rows there are; a day with no open message does not change meanwhile.
 */
import type Database from "better-sqlite3";
import { Book, ChargeState } from "../../ledger/settlement.js";
import type { Ints } from "./books.js";
import { dayName } from "./paths.js";
import { collectRollup, readRefused } from "./rollup.js";
import type { OperatorCosts, Rollup } from "./rollup.js";

export interface CarriedEntry {
  readonly account: number;
  /** Day (from 1970, business time) the entries were booked on. */
  readonly onDay: number;
  readonly kind: number;
  readonly debit: Book;
  readonly credit: Book;
  readonly count: bigint;
  readonly amount: bigint;
}

export interface SealedDay {
  readonly day: number;
  readonly name: string;
  readonly messages: number;
  readonly entries: number;
  readonly carried: readonly CarriedEntry[];
  readonly outcomes: readonly CarriedOutcome[];
  readonly refusals: readonly { readonly account: number; readonly outcome: number; readonly count: number }[];
  readonly rollup: Rollup;
}

export interface CarriedOutcome {
  readonly account: number;
  readonly operator: number;
  /** Final MessageState. */
  readonly state: number;
  readonly messages: bigint;
  readonly segments: bigint;
}

/** Rows looked at in one step; some milliseconds. */
const STEP = 20_000;
const DAY_MS = 86_400_000;

/** A day that may not be sealed (a message is still open), or whose rows contradict each other. */
export class SealRefused extends Error {
  readonly code = "seal_refused";

  constructor(day: number, why: string) {
    super(`day ${dayName(day)} cannot be sealed: ${why}`);
    this.name = "SealRefused";
  }
}

type EntryRow = Ints<"account" | "on_day" | "kind" | "debit" | "credit" | "n" | "amount" | "rows" | "last">;

/** Adds a day's file up; `next()` does one step, the last gives the sums. Throws SealRefused. */
export function* collectSealedDay(
  db: Database.Database, day: number, zoneMinutes: number, costs: OperatorCosts = new Map(),
): Generator<undefined, SealedDay> {
  const carried = new Map<string, CarriedEntry>();
  const outcomes = new Map<string, CarriedOutcome>();
  const entrySql = db.prepare(
    `SELECT account, (at + ?) / ${DAY_MS} AS on_day, kind, debit, credit, sum(count) AS n, sum(amount) AS amount, count(*) AS rows, max(id) AS last
       FROM (SELECT * FROM entry WHERE id > ? ORDER BY id LIMIT ${STEP}) GROUP BY account, on_day, kind, debit, credit`,
  ).safeIntegers(true);
  let entries = 0;
  for (let last = 0n; ; ) {
    const rows = entrySql.all(BigInt(zoneMinutes) * 60_000n, last) as EntryRow[];
    if (rows.length === 0) break;
    for (const row of rows) {
      const key = `${row.account}:${row.on_day}:${row.kind}`;
      const before = carried.get(key);
      carried.set(key, {
        account: Number(row.account), onDay: Number(row.on_day), kind: Number(row.kind),
        debit: Number(row.debit) as Book, credit: Number(row.credit) as Book,
        count: (before?.count ?? 0n) + row.n, amount: (before?.amount ?? 0n) + row.amount,
      });
      entries += Number(row.rows);
      if (row.last > last) last = row.last;
    }
    yield undefined;
  }
  const messageSql = db.prepare(
    `SELECT account, operator, state, charge_state = ${ChargeState.part} AS part, count(*) AS n, sum(segments) AS segments, max(id) AS last,
            sum(state < 20 OR charge_state = ${ChargeState.held}) AS open
       FROM (SELECT * FROM message WHERE id > ? ORDER BY id LIMIT ${STEP}) GROUP BY account, operator, state, part`,
  ).safeIntegers(true);
  let messages = 0;
  for (let last = 0n; ; ) {
    const rows = messageSql.all(last) as Ints<"account" | "operator" | "state" | "part" | "n" | "segments" | "open" | "last">[];
    if (rows.length === 0) break;
    for (const row of rows) {
      if (row.open !== 0n) throw new SealRefused(day, `${row.open} messages are still open`);
      if (row.last > last) last = row.last;
      // Its whole is carried.
      if (row.part === 1n) continue;
      const key = `${row.account}:${row.operator}:${row.state}`;
      const before = outcomes.get(key);
      outcomes.set(key, {
        account: Number(row.account), operator: Number(row.operator), state: Number(row.state),
        messages: (before?.messages ?? 0n) + row.n, segments: (before?.segments ?? 0n) + row.segments,
      });
      messages += Number(row.n);
    }
    yield undefined;
  }
  const source = { db, version: Number(db.pragma("user_version", { simple: true })) };
  const rollup = yield* collectRollup(source, { account: null, costs, zoneMinutes });
  const sums = [...carried.values()];
  checkTotals(db, day, sums);
  return {
    day, name: dayName(day), messages, entries, carried: sums, outcomes: [...outcomes.values()],
    refusals: readRefused(source, null), rollup,
  };
}

/** What is carried must be what the day's own running totals say, or the balances would change by the sealing. */
function checkTotals(db: Database.Database, day: number, carried: readonly CarriedEntry[]): void {
  const available = new Map<number, bigint>();
  const held = new Map<number, bigint>();
  for (const row of carried) {
    for (const [book, sign] of [[row.debit, -1n], [row.credit, 1n]] as const) {
      const sums = book === Book.available ? available : book === Book.held ? held : null;
      sums?.set(row.account, (sums.get(row.account) ?? 0n) + sign * row.amount);
    }
  }
  const totals = db.prepare("SELECT account, available_delta AS delta, held FROM account_total").safeIntegers(true)
    .all() as Ints<"account" | "delta" | "held">[];
  for (const total of totals) {
    const account = Number(total.account);
    if ((available.get(account) ?? 0n) !== total.delta || (held.get(account) ?? 0n) !== total.held || total.held !== 0n) {
      throw new SealRefused(day, `the entries of account ${account} do not add up to its totals; run "tollgate ledger verify --full"`);
    }
    available.delete(account);
  }
  for (const [account, sum] of available) {
    if (sum !== 0n) throw new SealRefused(day, `account ${account} has entries but no total`);
  }
}
