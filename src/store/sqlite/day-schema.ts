/**
 * Day schema: the tables of one day's book (see paths.ts), and what the numbers in them mean.
 *
 * A `message` row is narrow and of constant width: whatever happens to the message, its row is overwritten in
 * place and never moves. Hence the placeholders below (an "empty" of the same width as what comes later), and the
 * rule that small numbers start at 2 (SQLite stores 0 and 1 in no octet, 2..127 in one). Texts that come later
 * (operators' words and error codes) are numbers of `word`. What never changes stands in `content`, and several small
 * things share a column: SQLite reads and writes every column of a row at each update. `message_all` has it all by
 * name, for reading. No index stands on the hot tables but those that dispatch, receipts, the outbox and the sweep
 * need; all are partial and hold only what is still open. Their conditions are plain comparisons: an IN list of three
 * or more would cost a temporary table at every update.
 *
 * A split message has, beside its bit in `try`, the number of its parts where others have that of their tries, and how many
 * ids lie between its own and the first of theirs where others have a link: its parts are the rows whole + that + 1 and on,
 * without a gap, of charge_state 7 (`part`), with the id of the whole in the place of the entry of a hold. They bear no
 * money and are tallied apart. A held message has the same of the ids kept for its parts, with a bit of its own.
 *
 * Money: `entry` is the book (one row a commit, account and kind), `account_total` its running sum by account.
 * In every account_total row: available_delta = -(held + settled) and held = the charges of messages with
 * charge_state 3.
 */
import type Database from "better-sqlite3";
import { keyHash } from "../../lifecycle/operator-key.js";
import { ID_EPOCH_S } from "../../../protocols/model/message-id.js";

/** Version of the day files this program writes (`PRAGMA user_version`). */
export const DAY_VERSION = 3;

/** A wall time in ms that has not come yet (as wide as a real one). A real time is > 0. */
export const NO_TIME = -1_099_511_627_776;
/** No entry; entries count from FIRST_ENTRY, so that all are equally wide. */
export const NO_ENTRY = 8_388_608;
export const FIRST_ENTRY = 8_388_609;
/** The empty word; words count from it, so that all are equally wide (2 octets up to LAST_WORD). */
export const NO_WORD = 256;
export const LAST_WORD = 32_767;
/** `message.op_hash` without an id of the operator's; hashes lie above it, so that all are equally wide. */
export const NO_HASH = 2_147_483_648;

/** What stands in `message.op_hash` for an id in its normal form. */
export function opHash(key: string): number {
  return NO_HASH + 1 + keyHash(key);
}

/** `message.report` with neither error nor word. */
export const NO_REPORT = NO_WORD * 65_536 + NO_WORD;
/** Order numbers in one millisecond; an order number / ORD_PER_MS + ORD_EPOCH_MS is the wall time it was drawn. */
export const ORD_PER_MS = 4_096;
export const ORD_EPOCH_MS = ID_EPOCH_S * 1_000;

/** `message.notify`, `inbound.notify`: does the customer have to be told? */
export const Notify = { none: 2, pending: 3, done: 4, parked: 5 } as const;

/** `attempt.state`: below 20 as here, from 20 the final MessageState that closed it. */
export const AttemptState = {
  /** The operator took it; its receipt is awaited. The only state in the index. */
  open: 2,
  /** Refused for good. */
  refused: 3,
  /** Not taken; tried again later. */
  returned: 4,
  /** No answer came; another attempt was made or the message ended. */
  unanswered: 5,
  /** A negative report came while another attempt was still out. */
  negative: 6,
  /** Closed because another attempt decided. */
  superseded: 7,
} as const;

/** `orphan.state_of`: why a report was kept. */
export const OrphanState = { unreadable: 1, waiting: 2, matched: 3 } as const;
export type OrphanState = (typeof OrphanState)[keyof typeof OrphanState];

/** `message.try`: the message goes out in parts, whose number stands in its low octet. */
export const SPLIT_BIT = 512;
/** `message.try`: the message is held, and as many ids are kept for its parts. */
export const KEPT_BIT = 1_024;
/** `message.try`: the message is held for a person to look at (table review), beside what else stands there. */
export const REVIEW_BIT = 2_048;

/**
 * `tally.state` beside the final states (20..25), all no MessageState: every message but parts is counted under `accepted`,
 * and once more under `sent` when an operator had it or under `unsent` when it ended without that.
 */
export const Tally = {
  /** Inbound messages by which somebody wants no more. */
  optOuts: 11,
  accepted: 12,
  parts: 13,
  partsEnded: 14,
  sent: 15,
  unsent: 16,
  /** Inbound messages for a customer, those it took, and those that are no longer offered. */
  inbound: 17,
  inboundTaken: 18,
  inboundParked: 19,
} as const;
export type Tally = (typeof Tally)[keyof typeof Tally];
/** A row of `message` that counts as sent, and one that ended without being sent. */
export const IS_SENT = "(sent_at > 0 OR state = 20)";
export const IS_UNSENT = "(sent_at <= 0 AND state > 20)";

/** From version 3 on. */
const CONTRACT_TABLES = `
-- Held messages that wait for a person; each as long as it does.
CREATE TABLE review (
  id      INTEGER PRIMARY KEY,     -- message.id
  at      INTEGER NOT NULL,        -- wall ms since when
  outcome INTEGER NOT NULL,        -- what it would be refused for (model/outcome.ts)
  rule    TEXT NOT NULL,
  text    INTEGER NOT NULL         -- message.id of a message of the text that is looked at as one
) STRICT;
CREATE INDEX review_text ON review (text);

-- All refusals counted, kept with their reason or not.
CREATE TABLE refused (
  account INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  count   INTEGER NOT NULL,
  PRIMARY KEY (account, outcome)
) STRICT, WITHOUT ROWID;
`;

const TABLES = `
CREATE TABLE message (
  id           INTEGER PRIMARY KEY,
  account      INTEGER NOT NULL,
  lane         INTEGER NOT NULL,
  ord          INTEGER NOT NULL,  -- the writer's order number: place in the lane, once notify = 3 place in the outbox, then when notified
  state        INTEGER NOT NULL,  -- MessageState
  charge_state INTEGER NOT NULL,  -- ChargeState (ledger/settlement.ts)
  notify       INTEGER NOT NULL,  -- Notify
  segments     INTEGER NOT NULL,  -- units of charge
  charge       INTEGER NOT NULL,  -- micro-units, all segments together
  hold_entry   INTEGER NOT NULL,  -- entry.id, NO_ENTRY when nothing was charged; of a part: message.id of its whole
  last_entry   INTEGER NOT NULL,  -- entry.id of the latest movement after the hold, or NO_ENTRY
  operator     INTEGER NOT NULL,
  try          INTEGER NOT NULL,  -- link << 16 | resent << 8 | number of the latest attempt (0: never dispatched);
                                  -- split: ids between it and its parts << 16 | 512 | number of parts; held: the same of the ids kept for them, 1024;
                                  -- held for a person: 2048 beside either
  due          INTEGER NOT NULL,  -- wall ms of the next look at it (its expiry when queued), NO_TIME when nothing is due
  at           INTEGER NOT NULL,  -- wall ms: when it became what it is (but SENT: sent_at)
  report       INTEGER NOT NULL,  -- word.no of the error code << 16 | word.no of the state word, as shown in the receipt
  dispatched_at INTEGER NOT NULL, -- wall ms of the latest dispatch
  sent_at      INTEGER NOT NULL,  -- wall ms at which the operator took it
  op_hash      INTEGER NOT NULL,  -- hash of the operator's id in its normal form (lifecycle/operator-key.ts), NO_HASH without one
  op_id        TEXT NOT NULL      -- the operator's id as it wrote it; blanks keep its place until it is known
) STRICT;
CREATE INDEX message_queue  ON message (lane, ord) WHERE state = 4;
CREATE INDEX message_uncertain ON message (operator) WHERE state = 7;
CREATE INDEX message_op     ON message (op_hash) WHERE state = 10;
CREATE INDEX message_due    ON message (due) WHERE due > 0;
CREATE INDEX message_outbox ON message (account, ord) WHERE notify = 3;

-- What never changes: with message, everything needed to build the Message again.
CREATE TABLE content (
  id          INTEGER PRIMARY KEY,
  accepted_at INTEGER NOT NULL,
  expires     INTEGER NOT NULL,    -- wall ms
  wanted      INTEGER NOT NULL,    -- bits of ReceiptWanted
  words       INTEGER NOT NULL,    -- version of the word lists it passed (set again when it is released)
  kinds       INTEGER NOT NULL,    -- source TON << 24 | source NPI << 16 | destination TON << 8 | destination NPI
  source      TEXT NOT NULL,
  destination TEXT NOT NULL,
  body        BLOB NOT NULL,       -- packed by store/content.ts
  key         INTEGER NOT NULL DEFAULT 0, -- Message.submitKey, of the first message of a submit; 0 = none
  signature   INTEGER NOT NULL DEFAULT 0  -- number among the account's signatures, 0 = none that is known
) STRICT;

-- Tries that did not go straight: refused, put off, unanswered, and every try of a message that was sent twice. A
-- message taken at its latest try, and never sent again, has that try in its own row. id = message << 8 | number of the try.
CREATE TABLE attempt (
  id            INTEGER PRIMARY KEY,
  message       INTEGER AS (id >> 8) VIRTUAL,
  no            INTEGER AS (id & 255) VIRTUAL,
  operator      INTEGER NOT NULL,
  link          INTEGER NOT NULL,
  state         INTEGER NOT NULL,  -- AttemptState, or the final MessageState
  status        INTEGER NOT NULL,  -- the operator's raw status of the submit
  status_name   INTEGER NOT NULL,  -- word.no
  dispatched_at INTEGER NOT NULL,
  answered_at   INTEGER NOT NULL,
  op_key        TEXT NOT NULL,     -- normalised (lifecycle/operator-key.ts); '' when the operator gave none
  op_id         TEXT               -- as the operator wrote it, NULL when that is op_key itself
) STRICT;
CREATE INDEX attempt_open ON attempt (operator, op_key) WHERE state = 2;
CREATE INDEX attempt_unanswered ON attempt (operator) WHERE state = 5;

CREATE TABLE inbound (
  id          INTEGER PRIMARY KEY,
  account     INTEGER NOT NULL,    -- 0: no customer for it
  operator    INTEGER NOT NULL,
  notify      INTEGER NOT NULL,
  note_ord    INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  notified_at INTEGER NOT NULL,
  kinds       INTEGER NOT NULL,
  source      TEXT NOT NULL,
  destination TEXT NOT NULL,
  body        BLOB NOT NULL,       -- as content.body
  opt_out     INTEGER NOT NULL DEFAULT 0 -- 1: by it somebody wants no more
) STRICT;
CREATE INDEX inbound_outbox ON inbound (account, note_ord) WHERE notify = 3;

-- Reports nobody was waiting for (yet): of unknown ids, or late ones for days already sealed. They wait while the day is open.
CREATE TABLE orphan (
  id          INTEGER PRIMARY KEY,
  at          INTEGER NOT NULL,
  state_of    INTEGER NOT NULL,    -- OrphanState
  message     INTEGER NOT NULL,    -- the message it was matched with, 0 = none
  operator    INTEGER NOT NULL,
  op_id       TEXT NOT NULL,       -- as the operator wrote it
  state       INTEGER NOT NULL,    -- MessageState reported
  final       INTEGER NOT NULL,
  word        TEXT NOT NULL,
  error       TEXT NOT NULL,
  source      TEXT NOT NULL,
  destination TEXT NOT NULL,
  done_at     INTEGER NOT NULL,
  raw         BLOB NOT NULL
) STRICT;
CREATE INDEX orphan_waiting ON orphan (operator, destination) WHERE state_of = 2;
-- Each way its id may be written, while it waits.
CREATE TABLE orphan_key (
  operator INTEGER NOT NULL,
  op_key   TEXT NOT NULL,
  orphan   INTEGER NOT NULL REFERENCES orphan (id),
  PRIMARY KEY (operator, op_key, orphan)
) STRICT, WITHOUT ROWID;
CREATE INDEX orphan_key_of ON orphan_key (orphan);

-- Refusals worth keeping with their reason.
CREATE TABLE refusal (
  id          INTEGER PRIMARY KEY,
  at          INTEGER NOT NULL,
  account     INTEGER NOT NULL,
  outcome     INTEGER NOT NULL,    -- model/outcome.ts
  rule        TEXT NOT NULL,
  source      TEXT NOT NULL,
  destination TEXT NOT NULL,
  body        BLOB NOT NULL
) STRICT;

CREATE TABLE entry (
  id      INTEGER PRIMARY KEY,     -- from FIRST_ENTRY
  at      INTEGER NOT NULL,        -- commit time, never decreasing
  account INTEGER NOT NULL,
  kind    INTEGER NOT NULL,        -- EntryKind (ledger/settlement.ts)
  debit   INTEGER NOT NULL,        -- Book
  credit  INTEGER NOT NULL,        -- Book
  count   INTEGER NOT NULL,        -- messages
  amount  INTEGER NOT NULL         -- micro-units, > 0
) STRICT;

CREATE TABLE account_total (
  account         INTEGER PRIMARY KEY,
  available_delta INTEGER NOT NULL,  -- what this day has done to the account's available money
  held            INTEGER NOT NULL,
  settled         INTEGER NOT NULL,  -- settled less refunded
  held_count      INTEGER NOT NULL   -- messages whose hold is open
) STRICT;

-- Messages and segments by account and final state, and other counts under numbers that are no states (Tally).
CREATE TABLE tally (
  account  INTEGER NOT NULL,
  state    INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  segments INTEGER NOT NULL,
  PRIMARY KEY (account, state)
) STRICT, WITHOUT ROWID;

${CONTRACT_TABLES}
CREATE TABLE word (
  no   INTEGER PRIMARY KEY,
  text TEXT NOT NULL
) STRICT;
INSERT INTO word VALUES (${NO_WORD}, '');

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Empty: filled and emptied to prove that there is room on the disk again.
CREATE TABLE room (
  octets BLOB NOT NULL
) STRICT;
`;

/** All of a message by name, for reading; error and word are numbers of word. */
const MESSAGE_ALL = `message_all AS
SELECT m.id, m.account, m.lane, m.ord, m.state, m.charge_state, m.notify, c.wanted, m.segments, m.charge, m.hold_entry, m.last_entry,
       m.operator, iif(m.try & ${SPLIT_BIT | KEPT_BIT}, 0, m.try >> 16) AS link, iif(m.try & ${SPLIT_BIT | KEPT_BIT}, 0, m.try & 255) AS attempts,
       iif(m.try & ${SPLIT_BIT}, m.try & 255, 0) AS parts, iif(m.try & ${SPLIT_BIT}, m.id + (m.try >> 16) + 1, 0) AS first_part,
       iif(m.charge_state = 7, m.hold_entry, 0) AS whole, m.try >> 8 & 1 AS resent, m.report >> 16 AS error, m.report & 65535 AS word,
       m.due, c.expires, c.accepted_at, m.at, m.dispatched_at, m.sent_at, trim(m.op_id) AS op_id, m.op_hash,
       iif(m.state >= 20, m.at, ${NO_TIME}) AS final_at,
       iif(m.notify > 3, m.ord / ${ORD_PER_MS} + ${ORD_EPOCH_MS}, ${NO_TIME}) AS notified_at,
       c.words, c.kinds, c.source, c.destination
  FROM message m LEFT JOIN content c ON c.id = m.id;
`;

/** What a new day's file is made of. */
export const DAY_SCHEMA = `${TABLES}CREATE VIEW ${MESSAGE_ALL}`;

/** For a connection that may only read a file of an earlier version: the view as it is now, over the file's own. */
export const READING_VIEW = `CREATE TEMP VIEW ${MESSAGE_ALL}`;

/** Step i brings a file of version i to version i + 1 (0: a new one). Reads the day's messages once. */
const STEPS: Readonly<Record<number, string>> = {
  1: `
    ALTER TABLE content ADD COLUMN key INTEGER NOT NULL DEFAULT 0;
    DROP VIEW message_all;
    CREATE VIEW ${MESSAGE_ALL}
    INSERT INTO tally SELECT account, ${Tally.sent}, count(*), sum(segments) FROM message WHERE ${IS_SENT} GROUP BY account;
    INSERT INTO tally SELECT account, ${Tally.unsent}, count(*), sum(segments) FROM message WHERE ${IS_UNSENT} GROUP BY account;
    INSERT INTO tally SELECT account, ${Tally.inbound}, count(*), 0 FROM inbound WHERE account <> 0 GROUP BY account;
    INSERT INTO tally SELECT account, ${Tally.inboundTaken}, count(*), 0 FROM inbound WHERE notify = ${Notify.done} AND account <> 0 GROUP BY account;
    INSERT INTO tally SELECT account, ${Tally.inboundParked}, count(*), 0 FROM inbound WHERE notify = ${Notify.parked} AND account <> 0 GROUP BY account;
  `,
  2: `
    ALTER TABLE content ADD COLUMN signature INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE inbound ADD COLUMN opt_out INTEGER NOT NULL DEFAULT 0;
    ${CONTRACT_TABLES}
    INSERT INTO refused SELECT account, outcome, count(*) FROM refusal GROUP BY account, outcome;
  `,
};

/** Makes a day's tables, or brings those of an earlier version up to this one's; all or nothing. */
export function prepareDay(db: Database.Database, version: number): void {
  if (version >= DAY_VERSION) return;
  db.transaction(() => {
    if (version === 0) db.exec(DAY_SCHEMA);
    else for (let step = version; step < DAY_VERSION; step++) db.exec(STEPS[step] ?? "");
    db.pragma(`user_version = ${DAY_VERSION}`);
  }).immediate();
}

/** Built when a day is sealed: nothing changes any more, and people search. */
export const SEAL_INDEXES = `
CREATE INDEX IF NOT EXISTS sealed_destination ON content (destination);
CREATE INDEX IF NOT EXISTS sealed_op_hash ON message (op_hash);
CREATE INDEX IF NOT EXISTS sealed_op_key ON attempt (op_key);
`;
