/**
 * Verify ledger: the checks of ledger.db by itself: log, entries, balances, top-ups, refunds and the rows behind them.
 */
import { ChainCheck } from "../../ledger/audit.js";
import { formatMoney } from "../../ledger/money.js";
import { Book, ChargeState, ENTRY_BOOKS } from "../../ledger/settlement.js";
import type { EntryKind } from "../../ledger/settlement.js";
import { SUBJECT_ROWS } from "./audit-subjects.js";
import type { Books, Ints } from "./books.js";
import type { LedgerDb } from "./ledger-db.js";
import { LedgerKind } from "./ledger-schema.js";
import type { Findings } from "./verify.js";

const STEP = 5_000;

/** Which book each kind takes from and gives to. */
const LEDGER_BOOKS: Readonly<Record<LedgerKind, readonly [debit: Book, credit: Book]>> = {
  [LedgerKind.topUp]: [Book.cash, Book.available],
  [LedgerKind.reversal]: [Book.available, Book.cash],
  [LedgerKind.refund]: [Book.revenue, Book.available],
  [LedgerKind.forfeit]: [Book.available, Book.forfeits],
  [LedgerKind.payout]: [Book.available, Book.cash],
};

interface Entry {
  readonly id: bigint;
  readonly at: bigint;
  readonly account: bigint;
  readonly kind: bigint;
  readonly debit: bigint;
  readonly credit: bigint;
  readonly amount: bigint;
  readonly reference: string;
}

export function* verifyLedger(books: Books, findings: Findings): Generator<undefined, void> {
  const { ledger } = books;
  // Everything cheap in one short read; the log and the entries are append-only and go step by step up to these bounds.
  const bounds = ledger.snapshot(() => {
    verifyBalances(ledger, findings);
    return {
      entry: (ledger.prepare("SELECT max(id) FROM entry").pluck().get() as bigint | null) ?? 0n,
      audit: (ledger.prepare("SELECT max(no) FROM audit").pluck().get() as bigint | null) ?? 0n,
      head: ledger.auditHead(),
    };
  });
  const subjects = yield* verifyAudit(ledger, bounds.audit, bounds.head, findings);
  yield* verifyEntries(ledger, bounds.entry, findings);
  yield* verifyRefunds(books, findings);
  yield* verifySubjects(ledger, subjects, findings);
}

/** Every balance is the sum of its entries and of what sealed days carried, and the books of an account sum to zero. */
function verifyBalances(ledger: LedgerDb, findings: Findings): void {
  const sums = new Map<string, bigint>();
  const add = (account: bigint, book: bigint | number, amount: bigint): void => {
    const key = `${account}:${book}`;
    sums.set(key, (sums.get(key) ?? 0n) + amount);
  };
  const own = ledger.prepare("SELECT account, debit, credit, sum(amount) AS amount FROM entry GROUP BY account, debit, credit");
  for (const row of own.all() as Ints<"account" | "debit" | "credit" | "amount">[]) {
    add(row.account, row.debit, -row.amount);
    add(row.account, row.credit, row.amount);
  }
  const carried = ledger.prepare("SELECT account, kind, sum(amount) AS amount FROM carried_entry GROUP BY account, kind");
  for (const row of carried.all() as Ints<"account" | "kind" | "amount">[]) {
    const moved = ENTRY_BOOKS[Number(row.kind) as EntryKind] as (typeof ENTRY_BOOKS)[EntryKind] | undefined;
    if (moved === undefined) {
      findings.problem(`ledger.db: carried entries of unknown kind ${row.kind}`);
      continue;
    }
    add(row.account, moved.debit, -row.amount);
    add(row.account, moved.credit, row.amount);
  }
  const zero = new Map<bigint, bigint>();
  for (const row of ledger.prepare("SELECT account, book, amount FROM balance").all() as Ints<"account" | "book" | "amount">[]) {
    const key = `${row.account}:${row.book}`;
    const sum = sums.get(key) ?? 0n;
    if (sum !== row.amount) {
      const whose = `${bookName(row.book)} of account ${row.account}`;
      findings.problem(`ledger.db: ${whose} is ${formatMoney(row.amount)}, its entries sum to ${formatMoney(sum)}`);
    }
    sums.delete(key);
    zero.set(row.account, (zero.get(row.account) ?? 0n) + row.amount);
  }
  for (const [key, sum] of sums) {
    if (sum !== 0n) findings.problem(`ledger.db: account and book ${key} have entries of ${formatMoney(sum)} but no balance`);
  }
  for (const [account, sum] of zero) {
    if (sum !== 0n) findings.problem(`ledger.db: the books of account ${account} sum to ${formatMoney(sum)} instead of zero`);
  }
}

function bookName(book: bigint): string {
  return Object.entries(Book).find(([, no]) => BigInt(no) === book)?.[0] ?? `book ${book}`;
}

/** The chain is whole up to its head; for each subject the digest of its latest record. */
function* verifyAudit(ledger: LedgerDb, last: bigint, head: string, findings: Findings): Generator<undefined, Map<string, string>> {
  const check = new ChainCheck();
  const subjects = new Map<string, string>();
  const step = ledger.prepare("SELECT * FROM audit WHERE no > ? AND no <= ? ORDER BY no LIMIT ?");
  for (let from = 0n; from < last; ) {
    const rows = step.all(from, last, STEP) as (Ints<"no" | "at"> & Readonly<Record<"actor" | "reason" | "what" | "subject" | "digest" | "hash", string>>)[];
    for (const { no, at, actor, reason, what, subject, digest, hash } of rows) {
      const fault = check.next({ no: Number(no), atMs: Number(at), actor, reason, what, subject, digest }, hash);
      if (fault !== null) findings.problem(fault);
      if (subject !== "") subjects.set(subject, digest);
      from = no;
    }
    if (rows.length === 0) break;
    yield undefined;
  }
  const found = check.count === 0 ? "" : `${check.count}:${check.hash}`;
  if (found !== head) findings.problem("the audit log does not end where it was last written: records are missing at its end");
  return subjects;
}

/** Each entry moves money as its kind says and has the row that it was made for. */
function* verifyEntries(ledger: LedgerDb, last: bigint, findings: Findings): Generator<undefined, void> {
  const step = ledger.prepare("SELECT id, at, account, kind, debit, credit, amount, reference FROM entry WHERE id > ? AND id <= ? ORDER BY id LIMIT ?");
  let atMs = 0n;
  for (let from = 0n; from < last; ) {
    const rows = step.all(from, last, STEP) as Entry[];
    for (const entry of rows) {
      if (entry.id !== from + 1n) findings.problem(`ledger.db: entry ${from + 1n} is missing`);
      from = entry.id;
      const moved = LEDGER_BOOKS[Number(entry.kind) as LedgerKind] as (typeof LEDGER_BOOKS)[LedgerKind] | undefined;
      if (moved === undefined || BigInt(moved[0]) !== entry.debit || BigInt(moved[1]) !== entry.credit) {
        findings.problem(`ledger.db: entry ${entry.id} of kind ${entry.kind} moves money between the wrong books`);
      }
      if (entry.at < atMs) findings.problem(`ledger.db: entry ${entry.id} is older than the one before it`);
      atMs = entry.at;
      const fault = verifyOrigin(ledger, entry);
      if (fault !== null) findings.problem(`ledger.db: entry ${entry.id} ${fault}`);
      findings.entries += 1;
    }
    if (rows.length === 0) break;
    yield undefined;
  }
}

/** What is wrong between an entry and the top-up or refund it stands for; null when they agree. */
function verifyOrigin(ledger: LedgerDb, entry: Entry): string | null {
  const no = Number(entry.account);
  switch (Number(entry.kind)) {
    case LedgerKind.topUp: {
      const topUp = ledger.topUp(no, entry.reference);
      return topUp?.entry === entry.id && topUp.amount === entry.amount ? null : `(top-up ${entry.reference}) does not agree with its top-up`;
    }
    case LedgerKind.reversal: {
      const topUp = ledger.topUp(no, entry.reference);
      return topUp?.reversal === entry.id && topUp.amount === entry.amount ? null : `(reversal of ${entry.reference}) does not agree with its top-up`;
    }
    case LedgerKind.refund: {
      const refund = ledger.prepare("SELECT entry, amount, account FROM refund WHERE message = ?").get(BigInt(entry.reference)) as
        Ints<"entry" | "amount" | "account"> | undefined;
      return refund?.entry === entry.id && refund.amount === entry.amount && refund.account === entry.account
        ? null
        : `(refund of message ${entry.reference}) does not agree with its refund`;
    }
    default:
      return null;
  }
}

/** Each refund is of a settled message of that account, at most its charge (where the day's file is still there). */
function* verifyRefunds(books: Books, findings: Findings): Generator<undefined, void> {
  const step = books.ledger.prepare("SELECT message, account, amount FROM refund WHERE message > ? ORDER BY message LIMIT ?");
  for (let from = 0n; ; ) {
    const rows = step.all(from, STEP) as Ints<"message" | "account" | "amount">[];
    if (rows.length === 0) return;
    for (const row of rows) {
      from = row.message;
      const id = Number(row.message);
      if (books.fileOf(id) === null) continue;
      const charge = books.charge(id);
      const settled = charge?.chargeState === ChargeState.settled && BigInt(charge.accountNo) === row.account;
      if (!settled || row.amount > charge.chargeMicros) {
        findings.problem(`message ${id} was refunded ${formatMoney(row.amount)}, but was not charged that to account ${row.account}`);
      }
    }
    yield undefined;
  }
}

/** Every row is as the latest log record about it left it, and none is there that was never logged. */
function* verifySubjects(ledger: LedgerDb, subjects: ReadonlyMap<string, string>, findings: Findings): Generator<undefined, void> {
  let looked = 0;
  for (const [subject, digest] of subjects) {
    // A change may have come while the check ran: what looks wrong is looked at again beside the log as it is now.
    const changed = ledger.subjectDigest(subject) !== digest;
    if (changed && ledger.snapshot(() => latestDigest(ledger, subject) !== ledger.subjectDigest(subject))) {
      findings.problem(`ledger.db: ${subject} is not as the audit log says it was left`);
    }
    looked += 1;
    if (looked % 1_000 === 0) yield undefined;
  }
  for (const sql of SUBJECT_ROWS) {
    for (const subject of ledger.prepare(sql).pluck().all() as string[]) {
      if (subjects.has(subject) || latestDigest(ledger, subject) !== "") continue;
      findings.problem(`ledger.db: ${subject} is there, but the audit log does not know it`);
    }
    yield undefined;
  }
}

/** The digest last logged for a subject; "" when it never was. Searches the whole log: for what looks wrong only. */
function latestDigest(ledger: LedgerDb, subject: string): string {
  return (ledger.prepare("SELECT digest FROM audit WHERE subject = ? ORDER BY no DESC LIMIT 1").pluck().get(subject) as string | undefined) ?? "";
}
