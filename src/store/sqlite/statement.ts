/**
 * Statement: what an account paid in, was charged and has left over a period of business days, exact to the micro-unit.
 *
 * Everything about money is summed from entries, up to one bound in each file, so the identity
 *     opening + top-ups + refunds - charges - forfeits = closing
 * holds whatever is booked meanwhile: `opening` and `closing` count available and held money, so one period opens
 * with what the one before it closed with. Sealed days come from what they
 * carried to ledger.db, whether their files are still there or not; open days are read in short steps.
 */
import { MessageState, stateName } from "../../../protocols/model/state.js";
import type { Movement, OwnerOperator, OwnerStatement, Statement } from "../statement.js";
import { MOST_MOVEMENTS } from "../statement.js";
import type { Books, DayFile, Ints } from "./books.js";
import { carriedDays, readCosts, readRollups } from "./carried-rollup.js";
import { LedgerKind } from "./ledger-schema.js";
import { dayOfMs, dayStartMs } from "./paths.js";
import { collectRollup, readRefused } from "./rollup.js";
import type { Cost, OperatorCosts, Rollup } from "./rollup.js";
import { FateSums, Keyed, StatementSums } from "./statement-sums.js";

/** Entries looked at in one step. */
const STEP = 50_000;
const DAY_MS = 86_400_000;

/**
 * The statement of [fromMs, toMs), widened to whole business days; null when there is no such account. Top-ups are less their
 * reversals, forfeits include a rest paid out, charges are settled ones.
 */
export function* readStatement(books: Books, name: string, fromMs: number, toMs: number): Generator<undefined, Statement | null> {
  const row = books.ledger.accountRow(name);
  if (row === null) return null;
  const { no, currency, signatures } = row.account;
  const period = new Period(books, fromMs, toMs);
  const sums = period.sums(no);
  yield* period.read(no, [sums]);
  const texts = new Map(signatures.map((signature) => [signature.no, signature.text]));
  return sums.statement(name, currency, books.operatorNames(), texts, readMovements(books, no, sums));
}

/** All accounts over a period, with what their messages cost at the operators. */
export function* readOwnerStatement(books: Books, fromMs: number, toMs: number): Generator<undefined, OwnerStatement> {
  const period = new Period(books, fromMs, toMs);
  const accounts = books.ledger.accountRows().map(({ account }) => ({ account, sums: period.sums(account.no) }));
  yield* period.read(null, accounts.map(({ sums }) => sums));
  const operators = new Keyed<number, FateSums>(() => new FateSums());
  for (const { sums } of accounts) for (const [no, each] of sums.operators) operators.of(no).merge(each);
  for (const no of period.costs.keys()) operators.of(no);
  const names = books.operatorNames();
  return {
    fromMs: dayStartMs(period.fromDay, books.zoneMinutes), toMs: dayStartMs(period.toDay, books.zoneMinutes),
    accounts: accounts.map(({ account, sums }) => sums.owner(account.name, account.currency)).sort((a, b) => (a.account < b.account ? -1 : 1)),
    operators: [...operators].sort(([a], [b]) => a - b).map(([no, each]): OwnerOperator => ({
      name: names.get(no) ?? `#${no}`, ...each.fates, chargedMicros: each.charged,
      units: period.costs.get(no)?.units ?? 0, costMicros: period.costs.get(no)?.amount ?? 0n,
    })),
  };
}

/** One reading of the books over a period, for one account or all. */
class Period {
  readonly fromDay: number;
  readonly toDay: number;
  /** By operator. */
  readonly costs = new Map<number, Cost>();
  readonly #books: Books;
  readonly #inForce: OperatorCosts;

  constructor(books: Books, fromMs: number, toMs: number) {
    this.#books = books;
    this.fromDay = dayOfMs(fromMs, books.zoneMinutes);
    this.toDay = Math.max(this.fromDay, dayOfMs(toMs - 1, books.zoneMinutes) + 1);
    this.#inForce = readCosts(books.ledger);
  }

  sums(account: number): StatementSums {
    return new StatementSums(account, this.fromDay, this.toDay, this.#books.zoneMinutes);
  }

  /** @param account the one whose sums these are, null = all there are */
  *read(account: number | null, all: readonly StatementSums[]): Generator<undefined, void> {
    const books = this.#books;
    const byNo = new Map(all.map((sums) => [sums.account, sums]));
    const { sealed, figured } = books.ledger.snapshot(() => {
      this.#addLedger(account, byNo);
      return { sealed: books.ledger.sealedDays(), figured: carriedDays(books.ledger) };
    });
    // Sealed before there were rollups: read like an open day while the file is there, else what is known of it.
    for (const day of sealed) {
      if (!this.#includes(day) || figured.has(day)) continue;
      const file = books.file(day);
      if (file === null) this.#addRollup(day, lesserRollup(books, account, day), byNo);
      else this.#addRollup(day, yield* collectRollup(file, this.#asked(account)), byNo);
    }
    for (const file of books.openFiles(sealed)) {
      yield* addEntries(file, account, books.zoneMinutes, byNo);
      if (!this.#includes(file.day)) continue;
      this.#addRollup(file.day, yield* collectRollup(file, this.#asked(account)), byNo);
      for (const row of readRefused(file, account)) byNo.get(row.account)?.refusals(file.day, row.outcome, row.count);
    }
  }

  #asked(account: number | null): Parameters<typeof collectRollup>[1] {
    return { account, costs: this.#inForce, zoneMinutes: this.#books.zoneMinutes };
  }

  #includes(day: number): boolean {
    return day >= this.fromDay && day < this.toDay;
  }

  #addRollup(day: number, { uses, failures, traffic, costs }: Rollup, byNo: ReadonlyMap<number, StatementSums>): void {
    for (const row of uses) byNo.get(row.account)?.use(day, row);
    for (const row of failures) byNo.get(row.account)?.failure(row);
    for (const row of traffic) byNo.get(row.account)?.traffic(day, row);
    for (const row of costs) {
      byNo.get(row.account)?.cost(row);
      const sum = this.costs.get(row.operator);
      this.costs.set(row.operator, { ...row, units: row.units + (sum?.units ?? 0), amount: row.amount + (sum?.amount ?? 0n) });
    }
  }

  /** Ledger.db's own entries, and all that sealed days carried. */
  #addLedger(account: number | null, byNo: ReadonlyMap<number, StatementSums>): void {
    const { ledger, zoneMinutes } = this.#books;
    const whose = account === null ? "1" : `account = ${account}`;
    const own = ledger.prepare(
      `SELECT account, (at + ?) / ${DAY_MS} AS day, kind, sum(amount) AS amount FROM entry WHERE ${whose} GROUP BY account, day, kind`,
    );
    const carried = ledger.prepare(
      `SELECT account, on_day AS day, kind, sum(amount) AS amount FROM carried_entry WHERE ${whose} GROUP BY account, on_day, kind`,
    );
    for (const rows of [own.all(BigInt(zoneMinutes) * 60_000n), carried.all()]) {
      for (const row of rows as Ints<"account" | "day" | "kind" | "amount">[]) byNo.get(Number(row.account))?.entries(Number(row.day), Number(row.kind), row.amount);
    }
    for (const rollup of readRollups(ledger, account, this.fromDay, this.toDay)) this.#addRollup(rollup.day, rollup, byNo);
    const refusals = ledger.prepare(`SELECT day, account, outcome, count AS n FROM carried_refusal WHERE ${whose} AND day >= ? AND day < ?`);
    for (const row of refusals.all(this.fromDay, this.toDay) as Ints<"day" | "account" | "outcome" | "n">[]) {
      byNo.get(Number(row.account))?.refusals(Number(row.day), Number(row.outcome), Number(row.n));
    }
  }
}

/** What a day without a rollup has left: how its messages ended. */
function lesserRollup(books: Books, account: number | null, day: number): Rollup {
  const sql = `SELECT account, operator, state, messages, segments FROM carried_message WHERE day = ? ${account === null ? "" : `AND account = ${account}`}`;
  const rows = (books.ledger.prepare(sql).all(day) as Ints<"account" | "operator" | "state" | "messages" | "segments">[])
    .map((row) => ({ account: Number(row.account), operator: Number(row.operator), state: Number(row.state), messages: Number(row.messages), segments: Number(row.segments) }));
  return {
    uses: rows.map((row) => ({ ...row, signature: 0, sent: 0, charged: 0n })),
    failures: rows.filter(({ state }) => state > MessageState.delivered).map(({ state, ...row }) => ({ ...row, code: stateName(state).toUpperCase() })),
    traffic: [], costs: [],
  };
}

function* addEntries(file: DayFile, account: number | null, zoneMinutes: number, byNo: ReadonlyMap<number, StatementSums>): Generator<undefined, void> {
  const last = (file.prepare("SELECT max(id) FROM entry").pluck().get() as bigint | null) ?? 0n;
  const step = file.prepare(
    `SELECT account, (at + ?) / ${DAY_MS} AS day, kind, sum(amount) AS amount FROM entry
      WHERE id > ? AND id <= ? ${account === null ? "" : `AND account = ${account}`} GROUP BY account, day, kind`,
  );
  const first = (file.prepare("SELECT min(id) FROM entry").pluck().get() as bigint | null) ?? 0n;
  for (let from = first - 1n; from < last; from += BigInt(STEP)) {
    const to = from + BigInt(STEP) < last ? from + BigInt(STEP) : last;
    const rows = step.all(BigInt(zoneMinutes) * 60_000n, from, to) as Ints<"account" | "day" | "kind" | "amount">[];
    for (const row of rows) byNo.get(Number(row.account))?.entries(Number(row.day), Number(row.kind), row.amount);
    yield undefined;
  }
}

const MOVEMENTS: Readonly<Record<number, Movement["kind"]>> = {
  [LedgerKind.topUp]: "topup", [LedgerKind.reversal]: "reversal", [LedgerKind.refund]: "refund", [LedgerKind.forfeit]: "forfeit", [LedgerKind.payout]: "payout",
};

/** What people booked for the account in the period; one more than a statement has when there is more. */
function readMovements(books: Books, no: number, { fromDay, toDay }: StatementSums): Movement[] {
  const { ledger, zoneMinutes } = books;
  const rows = ledger.prepare("SELECT id, at, kind, amount, reference FROM entry WHERE account = ? AND at >= ? AND at < ? ORDER BY at, id LIMIT ?")
    .all(no, dayStartMs(fromDay, zoneMinutes), dayStartMs(toDay, zoneMinutes), MOST_MOVEMENTS + 1) as (Ints<"id" | "at" | "kind" | "amount"> & { reference: string })[];
  const reason = ledger.prepare("SELECT reason FROM audit WHERE subject = ? AND reason <> '' ORDER BY no DESC LIMIT 1").pluck();
  const invoice = ledger.prepare("SELECT number FROM invoice WHERE account = ? AND reference = ?").pluck();
  return rows.map(({ id, at, kind, amount, reference }) => {
    const subject = Number(kind) === LedgerKind.refund ? `refund:${reference}` : Number(kind) >= LedgerKind.forfeit ? `entry:${id}` : "";
    return {
      atMs: Number(at), kind: MOVEMENTS[Number(kind)] ?? "topup", reference, amountMicros: amount,
      invoice: Number(kind) === LedgerKind.topUp ? ((invoice.get(no, reference) as string | undefined) ?? "") : "",
      reason: subject === "" ? "" : ((reason.get(subject) as string | undefined) ?? ""),
    };
  });
}
