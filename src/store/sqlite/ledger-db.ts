/**
 * LedgerDb: the one connection to ledger.db; reads accounts and balances, books entries, and logs every change.
 *
 * Every integer comes back as a bigint (no sum is ever rounded); callers make numbers of what is known to be small.
 * All writing happens inside `transaction`; the writer thread owns the only writing instance.
 */
import Database from "better-sqlite3";
import type { Account, AccountState, Tariff } from "../../ledger/account.js";
import { makeAccount } from "../../ledger/account-settings.js";
import { FIRST_HASH, auditHash, digestOf } from "../../ledger/audit.js";
import type { AuditRecord, CanonicalObject } from "../../ledger/audit.js";
import type { AccountSettings } from "../../ledger/commands.js";
import { Book } from "../../ledger/settlement.js";
import { SUBJECTS } from "./audit-subjects.js";
import { readStanding } from "./standing.js";
import { saveRollup } from "./carried-rollup.js";
import { checkLedgerVersion, migrateLedger } from "./ledger-schema.js";
import type { LedgerKind } from "./ledger-schema.js";
import type { SealedDay } from "./sealed-day.js";

/** An account row with what only the ledger needs. */
export interface AccountRow {
  readonly account: Account;
  /** The settings as kept: what is missing follows from others (ledger/account-settings.ts). */
  readonly kept: AccountSettings;
  readonly createdAtMs: number;
}

export interface TopUpRow {
  readonly amount: bigint;
  readonly entry: bigint;
  readonly reversal: bigint | null;
}

export interface RefundRow {
  readonly account: bigint;
  readonly amount: bigint;
}

/** Who and what, for the log; `subject` as in AuditRecord. */
export interface Logged {
  readonly actor: string;
  readonly reason: string;
  readonly what: string;
  readonly subject: string;
}

interface RawAccount {
  readonly no: bigint;
  readonly name: string;
  readonly state: AccountState;
  readonly reason: string;
  readonly currency: string;
  readonly settings: string;
  readonly created_at: bigint;
}

interface RawTariff {
  readonly prefix: string;
  readonly price: bigint;
  readonly from_ms: bigint;
}

export class LedgerDb {
  /** For the readers of this folder (statement, trace, verify); everyone else uses the methods. */
  readonly db: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  private constructor(db: Database.Database) {
    this.db = db;
    db.defaultSafeIntegers(true);
    db.pragma("foreign_keys = ON");
  }

  /** Opens for writing; makes or migrates the file. Throws DataVersionError when it is newer or not ours. */
  static open(path: string): LedgerDb {
    const db = new Database(path, { timeout: 5_000 });
    try {
      checkLedgerVersion(db);
      db.pragma("journal_mode = WAL");
      // better-sqlite3's default in WAL mode is NORMAL, which loses commits at a power failure.
      db.pragma("synchronous = FULL");
      db.pragma("journal_size_limit = 4194304");
      // Small, and it knows people's numbers: what is taken out is gone.
      db.pragma("secure_delete = ON");
      migrateLedger(db);
      return new LedgerDb(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Opens read-only; the file must exist and be of this very version. */
  static openReadOnly(path: string): LedgerDb {
    const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 5_000 });
    try {
      checkLedgerVersion(db);
      return new LedgerDb(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  close(): void {
    this.db.close();
  }

  /** Runs `work` in one transaction (all of it or nothing, on disk when it returns). */
  transaction<T>(work: () => T): T {
    return this.db.transaction(work).immediate();
  }

  /** Runs several reads on one state of the file. Keep it short: a reader that stays pins the WAL. */
  snapshot<T>(work: () => T): T {
    return this.db.transaction(work).deferred();
  }

  /** A prepared statement, kept for next time. */
  prepare(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  // ---- accounts

  /** All accounts, by number. */
  accountRows(): AccountRow[] {
    return (this.prepare("SELECT * FROM account ORDER BY no").all() as RawAccount[]).map((raw) => this.#accountRow(raw));
  }

  accountRow(name: string): AccountRow | null {
    const raw = this.prepare("SELECT * FROM account WHERE name = ?").get(name) as RawAccount | undefined;
    return raw === undefined ? null : this.#accountRow(raw);
  }

  accountRowByNo(no: number | bigint): AccountRow | null {
    const raw = this.prepare("SELECT * FROM account WHERE no = ?").get(no) as RawAccount | undefined;
    return raw === undefined ? null : this.#accountRow(raw);
  }

  #accountRow(raw: RawAccount): AccountRow {
    const no = Number(raw.no);
    const tariffs = this.tariffs(no);
    const kept = JSON.parse(raw.settings) as AccountSettings;
    const { name, reason: stateReason, currency } = raw;
    const standing = readStanding(this, no, raw.state === "active", kept, Number(raw.created_at));
    const state = standing.cureByMs > 0 ? "warned" : raw.state;
    // A price to come is a tariff from that moment on already, so that it holds exactly from then.
    const priced = standing.dated.flatMap(({ fromMs, settings: { priceMicros } }): Tariff[] => (priceMicros === undefined ? [] : [{ prefix: "", priceMicros, fromMs }]));
    const account = makeAccount({ no, name, state, stateReason: standing.cureReason || stateReason, currency, tariffs: priced.length === 0 ? tariffs : [...priced, ...tariffs], ...standing }, kept);
    return { account, kept, createdAtMs: Number(raw.created_at) };
  }

  addAccount(name: string, currency: string, kept: AccountSettings, nowMs: number): number {
    const sql = "INSERT INTO account (name, state, reason, currency, settings, created_at) VALUES (?, 'active', '', ?, ?, ?)";
    return Number(this.prepare(sql).run(name, currency, JSON.stringify(kept), nowMs).lastInsertRowid);
  }

  setAccount(no: number, kept: AccountSettings): void {
    this.prepare("UPDATE account SET settings = ? WHERE no = ?").run(JSON.stringify(kept), no);
  }

  setState(no: number, state: AccountState, reason: string): void {
    this.prepare("UPDATE account SET state = ?, reason = ? WHERE no = ?").run(state, reason, no);
  }

  /** The tariffs in force or to come. */
  tariffs(no: number): Tariff[] {
    const sql = "SELECT prefix, price, from_ms FROM tariff WHERE account = ? AND ended_at IS NULL ORDER BY prefix, from_ms";
    return (this.prepare(sql).all(no) as RawTariff[]).map((row) => ({ prefix: row.prefix, priceMicros: Number(row.price), fromMs: Number(row.from_ms) }));
  }

  /** The names and numbers that accounts which are not closed have for themselves. */
  ownTerms(): Map<string, AccountSettings> {
    const rows = this.prepare("SELECT name, settings FROM account WHERE state <> 'closed'").all() as { name: string; settings: string }[];
    return new Map(rows.map(({ name, settings }) => [name, JSON.parse(settings) as AccountSettings]));
  }

  /** Puts a tariff in force, in the place of one with the same prefix and start. */
  addTariff(no: number, tariff: Tariff, nowMs: number): void {
    this.endTariffs(no, tariff.prefix, tariff.fromMs, tariff.fromMs, nowMs);
    const sql = "INSERT INTO tariff (account, prefix, from_ms, price, added_at) VALUES (?, ?, ?, ?, ?)";
    this.prepare(sql).run(no, tariff.prefix, tariff.fromMs, tariff.priceMicros, nowMs);
  }

  /** Takes the tariffs of one prefix with a start from `fromMs` to `toMs` (both included) out of force; how many. */
  endTariffs(no: number, prefix: string, fromMs: number, toMs: number, nowMs: number): number {
    const sql = "UPDATE tariff SET ended_at = ? WHERE account = ? AND prefix = ? AND from_ms BETWEEN ? AND ? AND ended_at IS NULL";
    return this.prepare(sql).run(nowMs, no, prefix, fromMs, toMs).changes;
  }

  // ---- money

  /** The account's available money without the days still open. */
  available(no: number): bigint {
    const amount = this.prepare("SELECT amount FROM balance WHERE account = ? AND book = ?").pluck().get(no, Book.available);
    return (amount as bigint | undefined) ?? 0n;
  }

  /** As `available`, for all accounts that ever had money. */
  availableAll(): Map<number, bigint> {
    const rows = this.prepare("SELECT account, amount FROM balance WHERE book = ?").all(Book.available) as { account: bigint; amount: bigint }[];
    return new Map(rows.map((row) => [Number(row.account), row.amount]));
  }

  /** Books one movement from `debit` to `credit`; the entry's id. */
  book(no: number, kind: LedgerKind, debit: Book, credit: Book, amount: bigint, reference: string, nowMs: number): bigint {
    const sql = "INSERT INTO entry (at, account, kind, debit, credit, count, amount, reference) VALUES (?, ?, ?, ?, ?, 1, ?, ?)";
    const id = this.prepare(sql).run(this.#stamp("entry", nowMs), no, kind, debit, credit, amount, reference).lastInsertRowid;
    this.addBalance(no, debit, -amount);
    this.addBalance(no, credit, amount);
    return BigInt(id);
  }

  addBalance(no: number, book: Book, amount: bigint): void {
    const sql = "INSERT INTO balance (account, book, amount) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount";
    this.prepare(sql).run(no, book, amount);
  }

  topUp(no: number, reference: string): TopUpRow | null {
    const sql = "SELECT amount, entry, reversal FROM topup WHERE account = ? AND reference = ?";
    return (this.prepare(sql).get(no, reference) as TopUpRow | undefined) ?? null;
  }

  addTopUp(no: number, reference: string, amount: bigint, entry: bigint): void {
    this.prepare("INSERT INTO topup (account, reference, amount, entry) VALUES (?, ?, ?, ?)").run(no, reference, amount, entry);
  }

  reverseTopUp(no: number, reference: string, entry: bigint): void {
    this.prepare("UPDATE topup SET reversal = ? WHERE account = ? AND reference = ?").run(entry, no, reference);
  }

  refund(messageId: number): RefundRow | null {
    return (this.prepare("SELECT account, amount FROM refund WHERE message = ?").get(messageId) as RefundRow | undefined) ?? null;
  }

  addRefund(messageId: number, no: number, amount: bigint, entry: bigint): void {
    this.prepare("INSERT INTO refund (message, account, amount, entry) VALUES (?, ?, ?, ?)").run(messageId, no, amount, entry);
  }

  // ---- operators and sealed days

  operators(): Map<string, number> {
    const rows = this.prepare("SELECT no, name FROM operator ORDER BY no").all() as { no: bigint; name: string }[];
    return new Map(rows.map((row) => [row.name, Number(row.no)]));
  }

  /** Gives each name that has none yet the next number, for ever. Opens its own transaction; all names and numbers. */
  registerOperators(names: readonly string[], nowMs: number): Map<string, number> {
    return this.transaction(() => {
      for (const name of names) {
        if (this.prepare("INSERT INTO operator (name) VALUES (?) ON CONFLICT DO NOTHING").run(name).changes === 0) continue;
        const no = this.operators().get(name) ?? 0;
        const what = `operator ${name} is number ${no}`;
        this.log({ actor: "gateway", reason: "", what, subject: `operator:${no}` }, nowMs);
      }
      return this.operators();
    });
  }

  /** Days whose books are closed and carried forward. */
  sealedDays(): Set<number> {
    return new Set((this.prepare("SELECT day FROM sealed_day").pluck().all() as bigint[]).map(Number));
  }

  /** Carries a finished day forward, in one transaction of its own; false when it was sealed already (nothing changes). */
  seal(sealed: SealedDay, nowMs: number): boolean {
    return this.transaction(() => {
      const { day } = sealed;
      const added = this.prepare("INSERT INTO sealed_day VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");
      if (added.run(day, nowMs, sealed.messages, sealed.entries).changes === 0) return false;
      const entry = this.prepare("INSERT INTO carried_entry VALUES (?, ?, ?, ?, ?, ?)");
      for (const row of sealed.carried) {
        entry.run(day, row.account, row.onDay, row.kind, row.count, row.amount);
        this.addBalance(row.account, row.debit, -row.amount);
        this.addBalance(row.account, row.credit, row.amount);
      }
      const outcome = this.prepare("INSERT INTO carried_message VALUES (?, ?, ?, ?, ?, ?)");
      for (const row of sealed.outcomes) outcome.run(day, row.account, row.operator, row.state, row.messages, row.segments);
      for (const row of sealed.refusals) {
        this.prepare("INSERT INTO carried_refusal VALUES (?, ?, ?, ?)").run(day, row.account, row.outcome, row.count);
      }
      const what = `day ${sealed.name} sealed: ${sealed.messages} messages`;
      this.log({ actor: "gateway", reason: "", what, subject: `day:${day}` }, nowMs);
      saveRollup(this, day, sealed.name, sealed.rollup, nowMs);
      return true;
    });
  }

  // ---- audit

  /** Appends to the log, inside the transaction of the change it tells of. */
  log(logged: Logged, nowMs: number): void {
    const last = this.prepare("SELECT no, hash FROM audit ORDER BY no DESC LIMIT 1").get() as { no: bigint; hash: string } | undefined;
    const record: AuditRecord = {
      no: Number(last?.no ?? 0n) + 1, atMs: this.#stamp("audit", nowMs), ...logged, digest: this.subjectDigest(logged.subject),
    };
    const hash = auditHash(last?.hash ?? FIRST_HASH, record);
    const { no, atMs, actor, reason, what, subject, digest } = record;
    this.prepare("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)").run(no, atMs, actor, reason, what, subject, digest, hash);
    // The head stands apart from the log, so that a log cut short at its end is found too.
    this.prepare("INSERT INTO meta VALUES ('audit_head', ?) ON CONFLICT DO UPDATE SET value = excluded.value").run(`${no}:${hash}`);
  }

  /** "number:hash" of the last record logged; "" when there is none. */
  auditHead(): string {
    return (this.prepare("SELECT value FROM meta WHERE key = 'audit_head'").pluck().get() as string | undefined) ?? "";
  }

  /** The digest of the rows a subject of the log stands for, as they are now; "" for no subject, "gone" when there are none. */
  subjectDigest(subject: string): string {
    if (subject === "") return "";
    const [kind = "", no = "", ...rest] = subject.split(":");
    const parts = (SUBJECTS[kind]?.rows ?? []).map(([sql, withRest]) =>
      this.prepare(sql).all(...(withRest ? [BigInt(no), rest.join(":")] : [BigInt(no)])),
    );
    return parts.every((rows) => rows.length === 0) ? "gone" : digestOf(parts as CanonicalObject[][]);
  }

  /** Times of one table never decrease, whatever the wall clock does. */
  #stamp(table: "entry" | "audit", nowMs: number): number {
    const column = table === "entry" ? "id" : "no";
    const last = this.prepare(`SELECT at FROM ${table} ORDER BY ${column} DESC LIMIT 1`).pluck().get() as bigint | undefined;
    return Math.max(nowMs, Number(last ?? 0n));
  }
}
