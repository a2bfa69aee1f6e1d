/**
 * Standing: what ledger.db holds of an account's contract beside the account's own row: read for it, and written for the changes.
 */
import type { AccountSettings } from "../../ledger/commands.js";
import type { Credentials, DatedChange, RegisteredSignature, RegisteredTemplate, Standing } from "../../ledger/account.js";
import type { LedgerDb } from "./ledger-db.js";

export interface ReadStanding extends Standing {
  /** What it was warned for; "" when it is not. */
  readonly cureReason: string;
}

type Raw = Readonly<Record<string, bigint | string | null>>;

/** @param active as its own row says: only such a one can be warned */
export function readStanding(ledger: LedgerDb, no: number, active: boolean, kept: AccountSettings, createdAtMs: number): ReadStanding {
  const warning = active ? readWarning(ledger, no) : NO_WARNING;
  return {
    cureByMs: warning.cureByMs, cureReason: warning.reason, signatures: readSignatures(ledger, no), templates: readTemplates(ledger, no),
    openedAtMs: kept.opensWith === "topup" ? readOpened(ledger, no) : 0, unpaidDueMs: readUnpaidDue(ledger, no),
    credentials: readCredentials(ledger, no, kept, createdAtMs), dated: readDated(ledger, no),
  };
}

// ---------------------------------------------------------------- warnings

const NO_WARNING = { cureByMs: 0, reason: "" };

/** The deadline and its reason; 0 and "" when there is none, or none any more. */
export function readWarning(ledger: LedgerDb, no: number): { readonly cureByMs: number; readonly reason: string } {
  const raw = ledger.prepare("SELECT cure_by, cure_reason FROM contract WHERE account = ?").get(no) as { cure_by: bigint; cure_reason: string } | undefined;
  return raw === undefined ? NO_WARNING : { cureByMs: Number(raw.cure_by), reason: raw.cure_reason };
}

/** @param cureByMs 0: the warning is over */
export function setWarning(ledger: LedgerDb, no: number, cureByMs: number, reason: string): void {
  const sql = `INSERT INTO contract (account, cure_by, cure_reason) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET cure_by = excluded.cure_by, cure_reason = excluded.cure_reason`;
  ledger.prepare(sql).run(no, cureByMs, reason);
}

// ---------------------------------------------------------------- registers

export function readSignatures(ledger: LedgerDb, no: number): RegisteredSignature[] {
  const rows = ledger.prepare("SELECT no, text, state, source FROM signature WHERE account = ? ORDER BY no").all(no) as Raw[];
  return rows.map((row) => ({ no: Number(row["no"]), text: String(row["text"]), state: row["state"] as RegisteredSignature["state"], source: String(row["source"]) }));
}

/** Puts a signature in, or changes one that is there. */
export function putSignature(ledger: LedgerDb, accountNo: number, signature: RegisteredSignature, nowMs: number): void {
  const sql = `INSERT INTO signature (account, no, text, state, source, added_at) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (account, no) DO UPDATE SET state = excluded.state, source = excluded.source, added_at = excluded.added_at`;
  ledger.prepare(sql).run(accountNo, signature.no, signature.text, signature.state, signature.source, nowMs);
}

export function readTemplates(ledger: LedgerDb, no: number): RegisteredTemplate[] {
  const rows = ledger.prepare("SELECT no, text FROM template WHERE account = ? AND ended_at IS NULL ORDER BY no").all(no) as Raw[];
  return rows.map((row) => ({ no: Number(row["no"]), text: String(row["text"]) }));
}

/** The number it got. */
export function addTemplate(ledger: LedgerDb, accountNo: number, text: string, nowMs: number): number {
  const no = Number(ledger.prepare("SELECT ifnull(max(no), 0) + 1 FROM template WHERE account = ?").pluck().get(accountNo));
  ledger.prepare("INSERT INTO template (account, no, text, added_at) VALUES (?, ?, ?, ?)").run(accountNo, no, text, nowMs);
  return no;
}

export function endTemplate(ledger: LedgerDb, accountNo: number, no: number, nowMs: number): void {
  ledger.prepare("UPDATE template SET ended_at = ? WHERE account = ? AND no = ?").run(nowMs, accountNo, no);
}

// ---------------------------------------------------------------- payments

/** When its first payment came: a top-up that stands, its invoice paid where it has one. */
function readOpened(ledger: LedgerDb, no: number): number {
  const sql = `SELECT min(ifnull(i.paid_at, e.at)) FROM topup t JOIN entry e ON e.id = t.entry
    LEFT JOIN invoice i ON i.account = t.account AND i.reference = t.reference
    WHERE t.account = ? AND t.reversal IS NULL AND ifnull(i.state, 'paid') = 'paid'`;
  return Number(ledger.prepare(sql).pluck().get(no) ?? 0n);
}

function readUnpaidDue(ledger: LedgerDb, no: number): number {
  const sql = "SELECT min(due) FROM invoice WHERE account = ? AND state = 'unpaid' AND due > 0";
  return Number(ledger.prepare(sql).pluck().get(no) ?? 0n);
}

// ---------------------------------------------------------------- credentials

/** One that was never changed is as old as the account. */
export function readCredentials(ledger: LedgerDb, no: number, kept: AccountSettings, createdAtMs: number): Credentials {
  const raw = ledger.prepare("SELECT * FROM credential WHERE account = ?").get(no) as Raw | undefined;
  const since = (column: string, value = ""): number => (value === "" ? 0 : Number(raw?.[column] ?? 0n) || createdAtMs);
  return {
    passwordSetAtMs: since("password_at", kept.passwordHash), secretSetAtMs: since("secret_at", kept.cmppSecret),
    formerPasswordHash: String(raw?.["former_password"] ?? ""), formerSecret: String(raw?.["former_secret"] ?? ""),
    formerPasswordUntilMs: Number(raw?.["former_password_until"] ?? 0n), formerSecretUntilMs: Number(raw?.["former_secret_until"] ?? 0n),
  };
}

export function setCredentials(ledger: LedgerDb, no: number, now: Credentials): void {
  const sql = `INSERT INTO credential (account, password_at, secret_at, former_password, former_password_until, former_secret, former_secret_until)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account) DO UPDATE SET password_at = excluded.password_at, secret_at = excluded.secret_at,
    former_password = excluded.former_password, former_password_until = excluded.former_password_until,
    former_secret = excluded.former_secret, former_secret_until = excluded.former_secret_until`;
  ledger.prepare(sql).run(no, now.passwordSetAtMs, now.secretSetAtMs, now.formerPasswordHash, now.formerPasswordUntilMs, now.formerSecret, now.formerSecretUntilMs);
}

// ---------------------------------------------------------------- changes to come

function readDated(ledger: LedgerDb, no: number): DatedChange[] {
  const rows = ledger.prepare("SELECT no, from_ms, settings FROM dated_change WHERE account = ? AND state = 'waiting' ORDER BY from_ms, no").all(no) as Raw[];
  return rows.map((row) => ({ no: Number(row["no"]), fromMs: Number(row["from_ms"]), settings: JSON.parse(String(row["settings"])) as AccountSettings }));
}

/** The number it got. */
export function addDated(ledger: LedgerDb, accountNo: number, fromMs: number, settings: AccountSettings, reason: string, nowMs: number): number {
  const no = Number(ledger.prepare("SELECT ifnull(max(no), 0) + 1 FROM dated_change WHERE account = ?").pluck().get(accountNo));
  ledger.prepare("INSERT INTO dated_change VALUES (?, ?, ?, ?, ?, ?, 'waiting', 0)").run(accountNo, no, fromMs, JSON.stringify(settings), reason, nowMs);
  return no;
}

export function endDated(ledger: LedgerDb, accountNo: number, no: number, state: "applied" | "cancelled" | "refused", nowMs: number): void {
  ledger.prepare("UPDATE dated_change SET state = ?, ended_at = ? WHERE account = ? AND no = ?").run(state, nowMs, accountNo, no);
}

// ---------------------------------------------------------------- invoices

export interface InvoiceRow {
  readonly reference: string;
  readonly number: string;
  /** Wall ms from which on it is overdue, 0 = no such day. */
  readonly dueMs: number;
  readonly state: "unpaid" | "paid" | "cancelled";
  readonly acted: boolean;
}

/** By its own number, or by the reference of its top-up. */
export function readInvoice(ledger: LedgerDb, accountNo: number, which: string): InvoiceRow | null {
  const sql = "SELECT reference, number, due, state, acted FROM invoice WHERE account = ? AND (number = ? OR reference = ?) ORDER BY number = ? DESC LIMIT 1";
  const raw = ledger.prepare(sql).get(accountNo, which, which, which) as Raw | undefined;
  if (raw === undefined) return null;
  return {
    reference: String(raw["reference"]), number: String(raw["number"]), dueMs: Number(raw["due"]), state: raw["state"] as InvoiceRow["state"], acted: raw["acted"] === 1n,
  };
}

export function addInvoice(ledger: LedgerDb, accountNo: number, invoice: InvoiceRow, paidAtMs: number): void {
  ledger.prepare("INSERT INTO invoice VALUES (?, ?, ?, ?, ?, ?, 0)").run(accountNo, invoice.reference, invoice.number, invoice.dueMs, invoice.state, paidAtMs);
}

export function setInvoice(ledger: LedgerDb, accountNo: number, reference: string, state: InvoiceRow["state"], paidAtMs: number): void {
  ledger.prepare("UPDATE invoice SET state = ?, paid_at = ? WHERE account = ? AND reference = ?").run(state, paidAtMs, accountNo, reference);
}

/** Unpaid invoices that are overdue and were acted on, the oldest first. */
export function actedOverdue(ledger: LedgerDb, accountNo: number, nowMs: number): { readonly reference: string; readonly number: string }[] {
  const sql = "SELECT reference, number FROM invoice WHERE account = ? AND state = 'unpaid' AND acted = 1 AND due > 0 AND due <= ? ORDER BY due";
  return ledger.prepare(sql).all(accountNo, nowMs) as { reference: string; number: string }[];
}

/** @param acted whether what the account's terms want of an overdue invoice was done */
export function markActed(ledger: LedgerDb, accountNo: number, reference: string, acted = true): void {
  ledger.prepare("UPDATE invoice SET acted = ? WHERE account = ? AND reference = ?").run(acted ? 1 : 0, accountNo, reference);
}
