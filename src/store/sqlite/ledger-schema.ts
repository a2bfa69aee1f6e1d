/**
 * Ledger schema: the tables of ledger.db, its version, and the steps that bring an older file up to it.
 *
 * Numbers of books are those of ledger/settlement.ts. `balance` is the running sum of `entry` and of what the sealed
 * days carried over (`carried_entry`); the days still open add their own account_total to it.
 */
import type Database from "better-sqlite3";
import { CONTRACT_TABLES } from "./contract-schema.js";

/** Version of ledger.db this program writes (`PRAGMA user_version`). */
export const LEDGER_VERSION = 2;

/** `PRAGMA application_id`: "Toll". */
const APPLICATION_ID = 0x546f6c6c;

/** Kinds of entry ledger.db books itself; they follow on the day files' (ledger/settlement.ts EntryKind). On disk. */
export const LedgerKind = { topUp: 20, reversal: 21, refund: 22, forfeit: 23, payout: 24 } as const;
export type LedgerKind = (typeof LedgerKind)[keyof typeof LedgerKind];

const VERSION_1 = `
CREATE TABLE account (
  no         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  state      TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'closed')),
  reason     TEXT NOT NULL,
  currency   TEXT NOT NULL,
  settings   TEXT NOT NULL,           -- JSON, ledger/account-settings.ts
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE tariff (
  no       INTEGER PRIMARY KEY,
  account  INTEGER NOT NULL REFERENCES account (no),
  prefix   TEXT NOT NULL,
  from_ms  INTEGER NOT NULL,
  price    INTEGER NOT NULL,          -- micro-units a segment
  added_at INTEGER NOT NULL,
  ended_at INTEGER                    -- replaced by a later change; kept for the record
) STRICT;
CREATE UNIQUE INDEX tariff_in_force ON tariff (account, prefix, from_ms) WHERE ended_at IS NULL;

CREATE TABLE entry (
  id        INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,         -- commit time, never decreasing
  account   INTEGER NOT NULL,
  kind      INTEGER NOT NULL,         -- LedgerKind
  debit     INTEGER NOT NULL,         -- Book it was taken from
  credit    INTEGER NOT NULL,         -- Book it was given to
  count     INTEGER NOT NULL,
  amount    INTEGER NOT NULL CHECK (amount > 0),
  reference TEXT NOT NULL             -- the bank's, or the message id of a refund
) STRICT;
CREATE INDEX entry_account ON entry (account, at);

CREATE TABLE topup (
  account   INTEGER NOT NULL REFERENCES account (no),
  reference TEXT NOT NULL,
  amount    INTEGER NOT NULL,
  entry     INTEGER NOT NULL,
  reversal  INTEGER,                  -- entry that took it back
  PRIMARY KEY (account, reference)
) STRICT, WITHOUT ROWID;

CREATE TABLE refund (
  message INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  amount  INTEGER NOT NULL,
  entry   INTEGER NOT NULL
) STRICT;

CREATE TABLE balance (
  account INTEGER NOT NULL,
  book    INTEGER NOT NULL,           -- Book
  amount  INTEGER NOT NULL,
  PRIMARY KEY (account, book)
) STRICT, WITHOUT ROWID;

CREATE TABLE operator (
  no   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- What a sealed day carries forward for ever, when its file is long gone. Days count from 1970 in business time.
CREATE TABLE sealed_day (
  day       INTEGER PRIMARY KEY,
  sealed_at INTEGER NOT NULL,
  messages  INTEGER NOT NULL,
  entries   INTEGER NOT NULL
) STRICT;
CREATE TABLE carried_entry (
  day     INTEGER NOT NULL REFERENCES sealed_day (day),
  account INTEGER NOT NULL,
  on_day  INTEGER NOT NULL,           -- day the entries were booked
  kind    INTEGER NOT NULL,           -- EntryKind
  count   INTEGER NOT NULL,
  amount  INTEGER NOT NULL,
  PRIMARY KEY (day, account, on_day, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX carried_entry_account ON carried_entry (account, on_day);
CREATE TABLE carried_message (
  day      INTEGER NOT NULL REFERENCES sealed_day (day),
  account  INTEGER NOT NULL,
  operator INTEGER NOT NULL,
  state    INTEGER NOT NULL,          -- final MessageState
  messages INTEGER NOT NULL,
  segments INTEGER NOT NULL,
  PRIMARY KEY (day, account, operator, state)
) STRICT, WITHOUT ROWID;
CREATE TABLE carried_refusal (
  day     INTEGER NOT NULL REFERENCES sealed_day (day),
  account INTEGER NOT NULL,
  outcome INTEGER NOT NULL,           -- Outcome
  count   INTEGER NOT NULL,
  PRIMARY KEY (day, account, outcome)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  no      INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  actor   TEXT NOT NULL,
  reason  TEXT NOT NULL,
  what    TEXT NOT NULL,
  subject TEXT NOT NULL,
  digest  TEXT NOT NULL,
  hash    TEXT NOT NULL
) STRICT;

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A slip of ours must not rewrite the books; whoever means to will still be found by verify.
CREATE TRIGGER entry_kept   BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;
CREATE TRIGGER entry_fixed  BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER audit_kept   BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_fixed  BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER refund_kept  BEFORE DELETE ON refund BEGIN SELECT RAISE(ABORT, 'refunds are never removed'); END;
CREATE TRIGGER refund_fixed BEFORE UPDATE ON refund BEGIN SELECT RAISE(ABORT, 'refunds are never changed'); END;
`;

/** Step i brings a file of version i to version i + 1. */
const STEPS: readonly string[] = [VERSION_1, CONTRACT_TABLES];

/** A data file this program must not touch: of a newer version, or none of ours. */
export class DataVersionError extends Error {
  readonly code = "data_version";

  constructor(message: string) {
    super(message);
    this.name = "DataVersionError";
  }
}

/** Looks at the file's version without changing anything. Throws DataVersionError; returns the version (0 = empty file). */
export function checkLedgerVersion(db: Database.Database): number {
  const version = Number(db.pragma("user_version", { simple: true }));
  const application = Number(db.pragma("application_id", { simple: true }));
  if (version > LEDGER_VERSION) {
    throw new DataVersionError(
      `${db.name} was written by a newer tollgate (version ${version}, this one knows ${LEDGER_VERSION}): ` +
        "install that one again, or restore the data of before",
    );
  }
  const tables = Number(db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get());
  if (application !== APPLICATION_ID && (version !== 0 || tables !== 0)) {
    throw new DataVersionError(`${db.name} is not a tollgate ledger`);
  }
  return version;
}

/** Creates the tables or brings an older file up to date, each step with its version in one transaction. */
export function migrateLedger(db: Database.Database): void {
  for (let version = checkLedgerVersion(db); version < LEDGER_VERSION; version += 1) {
    db.transaction(() => {
      db.exec(STEPS[version] ?? "");
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${version + 1}`);
    }).immediate();
  }
}
