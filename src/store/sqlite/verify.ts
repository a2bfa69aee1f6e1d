/**
 * Verify: proves that the books add up, and says in plain words where they do not.
 *
 * ```
 *  ledger.db   audit chain - rows against the log - entries against balances - top-ups and refunds against entries
 *  open days   entries against totals - messages against entries - tallies        (sealed ones too when `full`)
 *  accounts    available not below the credit limit, across all files
 * ```
 * Safe beside a working gateway: each file is judged as of one bound (its last entry when the check began), without a
 * read transaction that lasts. Sealed days stand for themselves by the digest in the audit log unless `full` is asked.
 */
import { formatMoney } from "../../ledger/money.js";
import type { VerifyReport } from "../query.js";
import type { Books } from "./books.js";
import { readRollups } from "./carried-rollup.js";
import type { Failure, Rollup, Traffic, Use } from "./rollup.js";
import { collectSealedDay } from "./sealed-day.js";
import { digestOf } from "../../ledger/audit.js";
import { verifyDay } from "./verify-day.js";
import { verifyLedger } from "./verify-ledger.js";

/** Problems told in full; the rest is counted. */
const MOST_TOLD = 100;
/** Reads of one account's balance across files before a breach is believed (a live gateway moves between two reads). */
const ATTEMPTS = 5;

/** Gathers what a check finds. */
export class Findings {
  readonly #told: string[] = [];
  #untold = 0;
  messages = 0;
  entries = 0;

  problem(words: string): void {
    if (this.#told.length < MOST_TOLD) this.#told.push(words);
    else this.#untold += 1;
  }

  get problems(): string[] {
    return this.#untold === 0 ? this.#told : [...this.#told, `and ${this.#untold} more`];
  }
}

/** Checks everything; `next()` does one short step, the last gives the report. `nowMs` tells monotonic time. */
export function* verifyBooks(books: Books, full: boolean, nowMs: () => number): Generator<undefined, VerifyReport> {
  const startMs = nowMs();
  const findings = new Findings();
  yield* verifyLedger(books, findings);
  const sealed = books.ledger.sealedDays();
  let days = 0;
  for (const day of books.days()) {
    if (sealed.has(day) && !full) continue;
    const file = books.file(day);
    if (file === null) continue;
    days += 1;
    yield* verifyDay(file, books.zoneMinutes, full, findings);
    if (sealed.has(day)) yield* verifyCarried(books, day, findings);
  }
  verifyLimits(books, findings);
  const accounts = Number(books.ledger.prepare("SELECT count(*) FROM account").pluck().get());
  const { problems, messages, entries } = findings;
  return { clean: problems.length === 0, problems, messages, entries, accounts, days, tookMs: Math.round(nowMs() - startMs) };
}

/** What a sealed day carried must be what its file still says. */
function* verifyCarried(books: Books, day: number, findings: Findings): Generator<undefined, void> {
  const file = books.file(day);
  if (file === null) return;
  try {
    const sealed = yield* collectSealedDay(file.db, day, books.zoneMinutes);
    const [kept] = readRollups(books.ledger, null, day, day + 1);
    // Costs were those in force at the seal.
    const figures = (rollup: Rollup): string[][] => [rollup.uses, rollup.failures, rollup.traffic].map((rows) => rows.map((row) => rowKey(row)).sort());
    const there = [
      ...(kept === undefined ? [] : figures(sealed.rollup)),
      sealed.carried.map((row) => [row.account, row.onDay, row.kind, row.count, row.amount].join()).sort(),
      sealed.outcomes.map((row) => [row.account, row.operator, row.state, row.messages, row.segments].join()).sort(),
    ];
    const here = [
      "SELECT account || ',' || on_day || ',' || kind || ',' || count || ',' || amount FROM carried_entry WHERE day = ?",
      "SELECT account || ',' || operator || ',' || state || ',' || messages || ',' || segments FROM carried_message WHERE day = ?",
    ].map((sql) => (books.ledger.prepare(sql).pluck().all(day) as string[]).sort());
    if (kept !== undefined) here.unshift(...figures(kept));
    if (digestOf(there) === digestOf(here)) return;
    findings.problem(`${sealed.name}: the file does not say what was carried to ledger.db when the day was sealed`);
  } catch (error) {
    findings.problem(error instanceof Error ? error.message : String(error));
  }
}

function rowKey(row: Use | Failure | Traffic): string {
  return Object.entries(row).map(([name, value]) => `${name}=${String(value)}`).sort().join();
}

/** No account is below its credit limit, and a closed one has nothing. */
function verifyLimits(books: Books, findings: Findings): void {
  for (const { account } of books.ledger.accountRows()) {
    const floor = -BigInt(account.creditLimitMicros);
    let available = 0n;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      available = books.ledger.available(account.no) + books.totals(account.no).availableDeltaMicros;
      if (available >= floor) break;
    }
    const whose = `account ${account.name}`;
    if (available < floor) findings.problem(`${whose}: available ${formatMoney(available)} is below its credit limit`);
    const { heldMicros } = books.totals(account.no);
    if (account.state === "closed" && heldMicros !== 0n) findings.problem(`${whose} is closed but ${formatMoney(heldMicros)} is held`);
  }
}
