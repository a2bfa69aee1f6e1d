/**
 * Contract schema: the tables of ledger.db that accounts' contracts need, from version 2 on.
 *
 * Tables of version 1 keep their columns: the audit log's digests cover whole rows of them (audit-subjects.ts). What is new stands in
 * tables, and under subjects, of its own.
 */
import { CARRIED_TABLES } from "./carried-schema.js";

export const CONTRACT_TABLES = `
-- What an account's row does not say (its columns are under the digests of the audit log since version 1, and stay as they are).
CREATE TABLE contract (
  account     INTEGER PRIMARY KEY REFERENCES account (no),
  cure_by     INTEGER NOT NULL,       -- wall ms; > 0 of an active account: it is warned
  cure_reason TEXT NOT NULL           -- what it was warned for
) STRICT;

-- Since when a password and a shared secret are in force, and the former ones while they are still taken ('' = none).
CREATE TABLE credential (
  account               INTEGER PRIMARY KEY REFERENCES account (no),
  password_at           INTEGER NOT NULL,
  secret_at             INTEGER NOT NULL,
  former_password       TEXT NOT NULL,
  former_password_until INTEGER NOT NULL,
  former_secret         TEXT NOT NULL,
  former_secret_until   INTEGER NOT NULL
) STRICT;

-- Changes of terms entered for a day to come.
CREATE TABLE dated_change (
  account  INTEGER NOT NULL REFERENCES account (no),
  no       INTEGER NOT NULL,
  from_ms  INTEGER NOT NULL,
  settings TEXT NOT NULL,             -- JSON, what alone changes
  reason   TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  state    TEXT NOT NULL CHECK (state IN ('waiting', 'applied', 'cancelled', 'refused')),
  ended_at INTEGER NOT NULL,          -- 0 while it waits
  PRIMARY KEY (account, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX dated_waiting ON dated_change (from_ms) WHERE state = 'waiting';

-- Invoices of top-ups.
CREATE TABLE invoice (
  account   INTEGER NOT NULL,
  reference TEXT NOT NULL,            -- the top-up's
  number    TEXT NOT NULL,
  due       INTEGER NOT NULL,         -- wall ms from which on it is overdue, 0 = no such day
  state     TEXT NOT NULL CHECK (state IN ('unpaid', 'paid', 'cancelled')),
  paid_at   INTEGER NOT NULL,         -- 0 while it is not
  acted     INTEGER NOT NULL,         -- 1: what the account's terms want of an overdue one was done
  PRIMARY KEY (account, reference),
  FOREIGN KEY (account, reference) REFERENCES topup (account, reference)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX invoice_number ON invoice (account, number);
CREATE INDEX invoice_unpaid ON invoice (due) WHERE state = 'unpaid';

CREATE INDEX audit_subject ON audit (subject);

-- Signatures of an account, registered with the operators or only seen in its messages. Numbers are never used again.
CREATE TABLE signature (
  account  INTEGER NOT NULL REFERENCES account (no),
  no       INTEGER NOT NULL,
  text     TEXT NOT NULL,             -- without its brackets
  state    TEXT NOT NULL CHECK (state IN ('registered', 'seen', 'ended')),
  source   TEXT NOT NULL,             -- the source number its messages must come from, '' = any
  added_at INTEGER NOT NULL,
  PRIMARY KEY (account, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX signature_text ON signature (account, text);

CREATE TABLE template (
  account  INTEGER NOT NULL REFERENCES account (no),
  no       INTEGER NOT NULL,
  text     TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  ended_at INTEGER,                   -- taken back; kept for the record
  PRIMARY KEY (account, no)
) STRICT, WITHOUT ROWID;

-- Complaints, and what was done about them. The log's digests leave out the number and the words (audit-subjects.ts): who was
-- forgotten must not be found again by trying.
CREATE TABLE complaint (
  id          INTEGER PRIMARY KEY,
  at          INTEGER NOT NULL,
  due         INTEGER NOT NULL,       -- wall ms by which it is to be answered
  source      TEXT NOT NULL,          -- who brought it, such as 12321
  account     INTEGER NOT NULL,       -- 0 = not known
  state       TEXT NOT NULL CHECK (state IN ('open', 'answered', 'closed')),
  answered_at INTEGER NOT NULL        -- 0 = not yet
) STRICT;
CREATE INDEX complaint_open ON complaint (due) WHERE state = 'open';
CREATE TABLE complaint_line (
  complaint INTEGER NOT NULL REFERENCES complaint (id),
  no        INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  actor     TEXT NOT NULL,
  kind      TEXT NOT NULL CHECK (kind IN ('note', 'evidence', 'answer', 'close')),
  text      TEXT NOT NULL,
  PRIMARY KEY (complaint, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE complaint_person (
  complaint INTEGER PRIMARY KEY REFERENCES complaint (id),
  number    TEXT NOT NULL             -- in its normal form
) STRICT;
CREATE INDEX complaint_person_number ON complaint_person (number);

-- What did not work, and when; measurements, and what was announced.
CREATE TABLE incident (
  no        INTEGER PRIMARY KEY,
  kind      TEXT NOT NULL CHECK (kind IN ('operator', 'restart', 'gateway', 'planned')),
  subject   TEXT NOT NULL,
  begun     INTEGER NOT NULL,
  ended     INTEGER NOT NULL,         -- 0 while it goes on
  announced INTEGER NOT NULL,         -- 0 = it was not
  accounts  TEXT NOT NULL,            -- JSON, names of who waited
  detail    TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX incident_same ON incident (kind, subject, begun);
CREATE INDEX incident_begun ON incident (begun);

-- Under which the texts of a day are encrypted; none of a day of which nothing is.
CREATE TABLE day_key (
  day     INTEGER PRIMARY KEY,
  wrapped TEXT NOT NULL,              -- sealed under the secret key, as shared secrets are (ledger/secret.ts)
  made_at INTEGER NOT NULL
) STRICT;

${CARRIED_TABLES}`;
