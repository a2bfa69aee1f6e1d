/**
 * Contract schema: the tables of ledger.db that accounts' contracts need, from version 2 on.
 *
 * Tables of version 1 keep their columns: the audit log's digests cover whole rows of them (ledger-db.ts SUBJECTS). What is new stands in
 * tables, and under subjects, of its own.
 */
export const CONTRACT_TABLES = `
-- What an account's row does not say (its columns are under the digests of the audit log since version 1, and stay as they are).
CREATE TABLE contract (
  account   INTEGER PRIMARY KEY REFERENCES account (no),
  cure_by   INTEGER NOT NULL DEFAULT 0, -- wall ms; > 0 of an active account: it is warned
  opened_at INTEGER NOT NULL DEFAULT 0  -- wall ms of its first top-up, 0 = none yet
) STRICT;

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
`;
