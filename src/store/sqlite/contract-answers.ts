/**
 * Contract answers: an account's history as the audit log and its terms tell it, and the invoices of top-ups.
 */
import { currentTerm } from "../../contract/term.js";
import type { HistoryEntry, InvoiceView } from "../query.js";
import { SUBJECTS } from "./audit-subjects.js";
import type { Books } from "./books.js";

/** Kinds of subject that are an account's, with its number behind them. */
const OF_ACCOUNT = Object.entries(SUBJECTS).filter(([, subject]) => subject.ofAccount).map(([kind]) => kind);

interface Raw {
  readonly no: bigint;
  readonly at: bigint;
  readonly actor: string;
  readonly reason: string;
  readonly what: string;
  readonly subject: string;
}

/** The last `limit` things that became of an account, oldest first; null when there is none of that name. Renewals, which nobody logs, are among them. */
export function readHistory(books: Books, name: string, limit: number, nowMs: number): HistoryEntry[] | null {
  const row = books.ledger.accountRow(name);
  if (row === null) return null;
  const { no } = row.account;
  const all = new Map<number, HistoryEntry>();
  const take = (rows: Raw[]): void => {
    for (const { no: record, at, actor, reason, what, subject } of rows) {
      all.set(Number(record), { atMs: Number(at), about: subject.slice(0, subject.indexOf(":")), actor, reason, what });
    }
  };
  const columns = "audit.no, audit.at, actor, reason, what, subject FROM audit";
  for (const kind of OF_ACCOUNT) {
    // One subject of its own, and those with more behind the number: ':' comes just before ';'.
    const sql = `SELECT ${columns} WHERE subject = ? OR (subject > ? AND subject < ?) ORDER BY audit.no DESC LIMIT ?`;
    take(books.ledger.prepare(sql).all(`${kind}:${no}`, `${kind}:${no}:`, `${kind}:${no};`, limit) as Raw[]);
  }
  const refunds = `SELECT ${columns} JOIN refund ON audit.subject = 'refund:' || refund.message WHERE refund.account = ? ORDER BY audit.no DESC LIMIT ?`;
  take(books.ledger.prepare(refunds).all(no, limit) as Raw[]);
  const entries = `SELECT ${columns} JOIN entry ON audit.subject = 'entry:' || entry.id WHERE entry.account = ? ORDER BY audit.no DESC LIMIT ?`;
  take(books.ledger.prepare(entries).all(no, limit) as Raw[]);
  const logged = [...all.entries()].sort(([a], [b]) => a - b).map(([, entry]) => entry);
  const told = [...logged, ...renewals(books, row.account, row.createdAtMs, nowMs, limit)].sort((a, b) => a.atMs - b.atMs);
  return told.slice(-limit);
}

/** The renewals that have come about by the terms as they are now, newest first, at most so many. */
function renewals(books: Books, account: Parameters<typeof currentTerm>[0], createdAtMs: number, nowMs: number, limit: number): HistoryEntry[] {
  const told: HistoryEntry[] = [];
  let term = currentTerm(account, nowMs, books.zoneMinutes);
  while (term !== null && term.renewals > 0 && term.startMs > createdAtMs && term.startMs <= nowMs && told.length < limit) {
    const end = new Date(term.endMs - 1 + books.zoneMinutes * 60_000).toISOString().slice(0, 10);
    told.push({ atMs: term.startMs, about: "contract", actor: "contract", reason: "", what: `renewed by its terms until ${end} (renewal ${term.renewals})` });
    term = currentTerm(account, term.startMs - 1, books.zoneMinutes);
  }
  return told;
}

/** Of one account, or of all; those that are owed first, by the day they are due. */
export function readInvoices(books: Books, name: string, limit: number): InvoiceView[] {
  const sql = `SELECT a.name, i.number, i.reference, t.amount, a.currency, e.at, i.due, i.state, i.paid_at FROM invoice i
    JOIN account a ON a.no = i.account JOIN topup t ON t.account = i.account AND t.reference = i.reference JOIN entry e ON e.id = t.entry
    WHERE ? = '' OR a.name = ? ORDER BY i.state <> 'unpaid', CASE WHEN i.state = 'unpaid' THEN i.due ELSE -e.at END LIMIT ?`;
  const rows = books.ledger.prepare(sql).all(name, name, limit) as (Readonly<Record<"amount" | "at" | "due" | "paid_at", bigint>> & Readonly<Record<"name" | "number" | "reference" | "currency", string>> & { readonly state: InvoiceView["state"] })[];
  return rows.map((row) => ({
    account: row.name, number: row.number, reference: row.reference, amountMicros: row.amount, currency: row.currency, state: row.state,
    bookedAtMs: Number(row.at), dueMs: Number(row.due), paidAtMs: Number(row.paid_at),
  }));
}
