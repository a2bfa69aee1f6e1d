/** Version 1 of a day's file: its schema as it was released, and a file of it made from one of today's, row by row. */
import Database from "better-sqlite3";
import { renameSync, rmSync } from "node:fs";

const SCHEMA = `
CREATE TABLE message (
  id           INTEGER PRIMARY KEY,
  account      INTEGER NOT NULL,
  lane         INTEGER NOT NULL,
  ord          INTEGER NOT NULL,
  state        INTEGER NOT NULL,
  charge_state INTEGER NOT NULL,
  notify       INTEGER NOT NULL,
  segments     INTEGER NOT NULL,
  charge       INTEGER NOT NULL,
  hold_entry   INTEGER NOT NULL,
  last_entry   INTEGER NOT NULL,
  operator     INTEGER NOT NULL,
  try          INTEGER NOT NULL,
  due          INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  report       INTEGER NOT NULL,
  dispatched_at INTEGER NOT NULL,
  sent_at      INTEGER NOT NULL,
  op_hash      INTEGER NOT NULL,
  op_id        TEXT NOT NULL
) STRICT;
CREATE INDEX message_queue  ON message (lane, ord) WHERE state = 4;
CREATE INDEX message_uncertain ON message (operator) WHERE state = 7;
CREATE INDEX message_op     ON message (op_hash) WHERE state = 10;
CREATE INDEX message_due    ON message (due) WHERE due > 0;
CREATE INDEX message_outbox ON message (account, ord) WHERE notify = 3;
CREATE TABLE content (
  id          INTEGER PRIMARY KEY,
  accepted_at INTEGER NOT NULL,
  expires     INTEGER NOT NULL,
  wanted      INTEGER NOT NULL,
  words       INTEGER NOT NULL,
  kinds       INTEGER NOT NULL,
  source      TEXT NOT NULL,
  destination TEXT NOT NULL,
  body        BLOB NOT NULL
) STRICT;
CREATE TABLE attempt (
  id            INTEGER PRIMARY KEY,
  message       INTEGER AS (id >> 8) VIRTUAL,
  no            INTEGER AS (id & 255) VIRTUAL,
  operator      INTEGER NOT NULL,
  link          INTEGER NOT NULL,
  state         INTEGER NOT NULL,
  status        INTEGER NOT NULL,
  status_name   INTEGER NOT NULL,
  dispatched_at INTEGER NOT NULL,
  answered_at   INTEGER NOT NULL,
  op_key        TEXT NOT NULL,
  op_id         TEXT
) STRICT;
CREATE INDEX attempt_open ON attempt (operator, op_key) WHERE state = 2;
CREATE INDEX attempt_unanswered ON attempt (operator) WHERE state = 5;
CREATE TABLE inbound (
  id          INTEGER PRIMARY KEY,
  account     INTEGER NOT NULL,
  operator    INTEGER NOT NULL,
  notify      INTEGER NOT NULL,
  note_ord    INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  notified_at INTEGER NOT NULL,
  kinds       INTEGER NOT NULL,
  source      TEXT NOT NULL,
  destination TEXT NOT NULL,
  body        BLOB NOT NULL
) STRICT;
CREATE INDEX inbound_outbox ON inbound (account, note_ord) WHERE notify = 3;
CREATE TABLE orphan (
  id          INTEGER PRIMARY KEY,
  at          INTEGER NOT NULL,
  state_of    INTEGER NOT NULL,
  message     INTEGER NOT NULL,
  operator    INTEGER NOT NULL,
  op_id       TEXT NOT NULL,
  state       INTEGER NOT NULL,
  final       INTEGER NOT NULL,
  word        TEXT NOT NULL,
  error       TEXT NOT NULL,
  source      TEXT NOT NULL,
  destination TEXT NOT NULL,
  done_at     INTEGER NOT NULL,
  raw         BLOB NOT NULL
) STRICT;
CREATE INDEX orphan_waiting ON orphan (operator, destination) WHERE state_of = 2;
CREATE TABLE orphan_key (
  operator INTEGER NOT NULL,
  op_key   TEXT NOT NULL,
  orphan   INTEGER NOT NULL REFERENCES orphan (id),
  PRIMARY KEY (operator, op_key, orphan)
) STRICT, WITHOUT ROWID;
CREATE INDEX orphan_key_of ON orphan_key (orphan);
CREATE TABLE refusal (
  id          INTEGER PRIMARY KEY,
  at          INTEGER NOT NULL,
  account     INTEGER NOT NULL,
  outcome     INTEGER NOT NULL,
  rule        TEXT NOT NULL,
  source      TEXT NOT NULL,
  destination TEXT NOT NULL,
  body        BLOB NOT NULL
) STRICT;
CREATE TABLE entry (
  id      INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  account INTEGER NOT NULL,
  kind    INTEGER NOT NULL,
  debit   INTEGER NOT NULL,
  credit  INTEGER NOT NULL,
  count   INTEGER NOT NULL,
  amount  INTEGER NOT NULL
) STRICT;
CREATE TABLE account_total (
  account         INTEGER PRIMARY KEY,
  available_delta INTEGER NOT NULL,
  held            INTEGER NOT NULL,
  settled         INTEGER NOT NULL,
  held_count      INTEGER NOT NULL
) STRICT;
CREATE TABLE tally (
  account  INTEGER NOT NULL,
  state    INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  segments INTEGER NOT NULL,
  PRIMARY KEY (account, state)
) STRICT, WITHOUT ROWID;
CREATE TABLE word (
  no   INTEGER PRIMARY KEY,
  text TEXT NOT NULL
) STRICT;
INSERT INTO word VALUES (256, '');
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE room (
  octets BLOB NOT NULL
) STRICT;
CREATE VIEW message_all AS
SELECT m.id, m.account, m.lane, m.ord, m.state, m.charge_state, m.notify, c.wanted, m.segments, m.charge, m.hold_entry, m.last_entry,
       m.operator, m.try >> 16 AS link, m.try & 255 AS attempts, m.try >> 8 & 1 AS resent, m.report >> 16 AS error, m.report & 65535 AS word,
       m.due, c.expires, c.accepted_at, m.at, m.dispatched_at, m.sent_at, trim(m.op_id) AS op_id, m.op_hash,
       iif(m.state >= 20, m.at, -1099511627776) AS final_at,
       iif(m.notify > 3, m.ord / 4096 + 1704067200000, -1099511627776) AS notified_at,
       c.words, c.kinds, c.source, c.destination
  FROM message m LEFT JOIN content c ON c.id = m.id;
`;

/** Columns of a table that version 1 has. */
function columnsOf(db: Database.Database, table: string): string {
  return (db.prepare("SELECT name FROM pragma_table_info(?)").pluck().all(table) as string[]).join(", ");
}

/** Turns a closed file into what version 1 would have written for the same messages: no keys, none but its own tallies. */
export function makeVersion1(path: string): void {
  const old = `${path}.old`;
  const db = new Database(old);
  db.pragma("page_size = 4096");
  db.exec(SCHEMA);
  db.prepare("DELETE FROM word").run();
  db.prepare("ATTACH ? AS now").run(path);
  const tables = db.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  for (const table of tables) {
    const columns = table === "attempt" ? "id, operator, link, state, status, status_name, dispatched_at, answered_at, op_key, op_id" : columnsOf(db, table);
    db.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM now.${table} ${table === "tally" ? "WHERE state = 12 OR state >= 20" : ""}`);
  }
  db.exec("DETACH now");
  db.pragma("user_version = 1");
  db.close();
  for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
  renameSync(old, path);
}
