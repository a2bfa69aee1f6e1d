/**
 * Carried schema: the tables of ledger.db for what statements need of days whose files are gone, and for what operators charge.
 */
export const CARRIED_TABLES = `-- What operators charge us for a segment. A day's cost is fixed when it is sealed, by what is in force then.
CREATE TABLE operator_cost (
  no       INTEGER PRIMARY KEY,
  operator INTEGER NOT NULL REFERENCES operator (no),
  prefix   TEXT NOT NULL,
  from_ms  INTEGER NOT NULL,
  cost     INTEGER NOT NULL,          -- micro-units
  charged  TEXT NOT NULL CHECK (charged IN ('sent', 'delivered')),
  added_at INTEGER NOT NULL,
  ended_at INTEGER                    -- no longer in the configuration; kept for the record
) STRICT;
CREATE UNIQUE INDEX operator_cost_in_force ON operator_cost (operator, prefix, from_ms) WHERE ended_at IS NULL;

-- What a sealed day leaves for statements, for ever (rollup.ts). Of a day that is not here, no more is known than carried_message says.
CREATE TABLE carried_day (
  day INTEGER PRIMARY KEY REFERENCES sealed_day (day)
) STRICT;
CREATE TABLE carried_use (
  day       INTEGER NOT NULL REFERENCES carried_day (day),
  account   INTEGER NOT NULL,
  operator  INTEGER NOT NULL,
  signature INTEGER NOT NULL,
  state     INTEGER NOT NULL,         -- final MessageState
  messages  INTEGER NOT NULL,
  segments  INTEGER NOT NULL,
  sent      INTEGER NOT NULL,         -- messages an operator had taken
  charged   INTEGER NOT NULL,         -- micro-units that stayed charged
  PRIMARY KEY (day, account, operator, signature, state)
) STRICT, WITHOUT ROWID;
CREATE INDEX carried_use_account ON carried_use (account, day);
CREATE TABLE carried_failure (
  day      INTEGER NOT NULL REFERENCES carried_day (day),
  account  INTEGER NOT NULL,
  operator INTEGER NOT NULL,
  code     TEXT NOT NULL,
  messages INTEGER NOT NULL,
  segments INTEGER NOT NULL,
  PRIMARY KEY (day, account, operator, code)
) STRICT, WITHOUT ROWID;
CREATE TABLE carried_traffic (
  day             INTEGER NOT NULL REFERENCES carried_day (day),
  account         INTEGER NOT NULL,
  parts           INTEGER NOT NULL,   -- messages that long ones went out as
  inbound         INTEGER NOT NULL,
  inbound_taken   INTEGER NOT NULL,
  inbound_parked  INTEGER NOT NULL,
  opt_outs        INTEGER NOT NULL,
  second          INTEGER NOT NULL,   -- the one with most segments, seconds since 1970; 0 = nothing was accepted
  second_segments INTEGER NOT NULL,
  hour            INTEGER NOT NULL,   -- the beginning of the one with most messages, seconds since 1970
  hour_messages   INTEGER NOT NULL,
  PRIMARY KEY (day, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE carried_cost (
  day      INTEGER NOT NULL REFERENCES carried_day (day),
  account  INTEGER NOT NULL,
  operator INTEGER NOT NULL,
  units    INTEGER NOT NULL,          -- segments as the operator counts them
  amount   INTEGER NOT NULL,          -- micro-units
  PRIMARY KEY (day, account, operator)
) STRICT, WITHOUT ROWID;
`;
