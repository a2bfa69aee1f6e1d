/**
 * Day statements: everything the writer says to a day's file, prepared once when the file is opened.
 */
import type Database from "better-sqlite3";
import { ROW_STRETCH } from "../content.js";
import { AttemptState, NO_HASH, NO_REPORT, NO_TIME } from "./day-schema.js";

const MESSAGE_COLUMNS = `m.id, m.account, m.lane, m.ord, m.state, m.charge_state, m.notify, m.segments, m.charge, m.hold_entry, m.last_entry,
  m.operator, m.try, m.due, m.at, m.report, m.dispatched_at, m.sent_at, c.accepted_at, c.expires, c.wanted, c.words, c.kinds, c.source, c.destination,
  substr(c.body, ${ROW_STRETCH.at + 1}, ${ROW_STRETCH.octets})`;

export type DayStatements = ReturnType<typeof prepareStatements>;

export function prepareStatements(db: Database.Database) {
  const raw = (sql: string): Database.Statement => db.prepare(sql).raw();
  return {
    begin: db.prepare("BEGIN IMMEDIATE"),
    commit: db.prepare("COMMIT"),
    rollback: db.prepare("ROLLBACK"),
    lookAtWal: raw("PRAGMA wal_checkpoint(NOOP)"),
    insertMessage: db.prepare(
      `INSERT INTO message (id, account, lane, ord, state, charge_state, notify, segments, charge, hold_entry, last_entry, operator, try, due, at, report,
         dispatched_at, sent_at, op_hash, op_id)
       VALUES (?, ?, ?, ?, ?, ?, 2, ?, ?, ?, ?, ?, ?, ?, ?, ${NO_REPORT}, ?, ${NO_TIME}, ${NO_HASH}, ?)`,
    ),
    insertContent: db.prepare(
      "INSERT INTO content (id, accepted_at, expires, wanted, words, kinds, source, destination, body, key, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    getMessage: raw(`SELECT ${MESSAGE_COLUMNS} FROM message m CROSS JOIN content c ON c.id = m.id WHERE m.id = ?`),
    getBody: db.prepare("SELECT body FROM content WHERE id = ?").pluck(),
    setWords: db.prepare("UPDATE content SET words = ? WHERE id = ?"),
    setSignature: db.prepare("UPDATE content SET signature = ? WHERE id = ?"),
    setBody: db.prepare("UPDATE content SET body = ? WHERE id = ?"),
    dispatch: db.prepare(`UPDATE message SET state = 6, operator = ?, try = ?, due = ${NO_TIME}, dispatched_at = ? WHERE id = ?`),
    sent: db.prepare("UPDATE message SET state = 10, charge_state = ?, last_entry = ?, sent_at = ?, op_hash = ?, op_id = ? WHERE id = ?"),
    final: db.prepare("UPDATE message SET state = ?, at = ?, charge_state = ?, last_entry = ?, notify = ?, ord = ?, report = ? WHERE id = ?"),
    /** Everything that can change, for the rarer steps. */
    update: db.prepare(
      `UPDATE message SET ord = ?, state = ?, charge_state = ?, notify = ?, last_entry = ?, operator = ?, try = ?, due = ?, at = ?, report = ?, dispatched_at = ?, sent_at = ?
       WHERE id = ?`,
    ),
    notified: db.prepare("UPDATE message SET notify = ?, ord = ? WHERE id = ? AND notify = 3 AND ord = ?"),
    notifiedInbound: db.prepare("UPDATE inbound SET notify = ?, notified_at = ? WHERE id = ? AND notify = 3"),
    putAttempt: db.prepare(
      `INSERT INTO attempt (id, operator, link, state, status, status_name, dispatched_at, answered_at, op_key, op_id) VALUES ((? << 8) | ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, status = excluded.status, status_name = excluded.status_name, answered_at = excluded.answered_at,
       op_key = excluded.op_key, op_id = excluded.op_id WHERE attempt.state IN (${AttemptState.unanswered}, ${AttemptState.returned})`,
    ),
    findTaken: raw("SELECT id, op_id FROM message WHERE op_hash = ? AND state = 10 AND operator = ? ORDER BY id DESC LIMIT 4"),
    findAttempt: raw(`SELECT id >> 8, id & 255 FROM attempt WHERE operator = ? AND op_key = ? AND state = ${AttemptState.open} ORDER BY id DESC LIMIT 1`),
    closeAttempt: db.prepare("UPDATE attempt SET state = ? WHERE id = (? << 8) | ?"),
    closeOthers: db.prepare(`UPDATE attempt SET state = ${AttemptState.superseded} WHERE id > (? << 8) AND id <= ((? << 8) | 255) AND state = ${AttemptState.open}`),
    attemptsOf: raw("SELECT id & 255, state, operator FROM attempt WHERE id > (? << 8) AND id <= ((? << 8) | 255) ORDER BY id"),
    claim: raw("SELECT id, ord FROM message WHERE state = 4 AND lane = ? AND ord > ? ORDER BY ord LIMIT ?"),
    outbox: raw("SELECT id, ord FROM message WHERE notify = 3 AND account = ? AND ord > ? ORDER BY ord LIMIT ?"),
    outboxInbound: raw("SELECT id, note_ord FROM inbound WHERE notify = 3 AND account = ? AND note_ord > ? ORDER BY note_ord LIMIT ?"),
    outboxBefore: raw("SELECT id, ord FROM message WHERE notify = 3 AND account = ? AND ord < ? ORDER BY ord LIMIT ?"),
    outboxInboundBefore: db.prepare("SELECT id FROM inbound WHERE notify = 3 AND account = ? AND note_ord < ? ORDER BY note_ord LIMIT ?").pluck(),
    getInbound: raw("SELECT kinds, source, destination, body FROM inbound WHERE id = ?"),
    insertInbound: db.prepare(
      `INSERT INTO inbound (id, account, operator, notify, note_ord, at, notified_at, kinds, source, destination, body, opt_out)
       VALUES (?, ?, ?, ?, ?, ?, ${NO_TIME}, ?, ?, ?, ?, ?)`,
    ),
    insertReview: db.prepare("INSERT INTO review (id, at, outcome, rule, text) VALUES (?, ?, ?, ?, ?)"),
    reviewOutcome: db.prepare("SELECT outcome FROM review WHERE id = ?").pluck(),
    dropReview: db.prepare("DELETE FROM review WHERE id = ?"),
    countReviews: db.prepare("SELECT count(*) FROM review").pluck(),
    insertRefusal: db.prepare("INSERT INTO refusal (at, account, outcome, rule, source, destination, body) VALUES (?, ?, ?, ?, ?, ?, ?)"),
    addRefused: db.prepare("INSERT INTO refused (account, outcome, count) VALUES (?, ?, ?) ON CONFLICT (account, outcome) DO UPDATE SET count = count + excluded.count"),
    setMark: db.prepare("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
    insertOrphan: db.prepare(
      `INSERT INTO orphan (at, state_of, message, operator, op_id, state, final, word, error, source, destination, done_at, raw)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    insertOrphanKey: db.prepare("INSERT OR IGNORE INTO orphan_key (operator, op_key, orphan) VALUES (?, ?, ?)"),
    findOrphans: raw(
      `SELECT o.id, o.state, o.word, o.error, o.destination, (SELECT count(*) FROM orphan_key WHERE orphan = o.id)
         FROM orphan_key k JOIN orphan o ON o.id = k.orphan WHERE k.operator = ? AND k.op_key = ? AND o.at >= ? ORDER BY o.id LIMIT 8`,
    ),
    waitingOrphans: raw(
      "SELECT id, state, word, error FROM orphan WHERE state_of = 2 AND operator = ? AND destination = ? AND source IN (?, '') AND at >= ? ORDER BY id LIMIT ?",
    ),
    takeOrphan: db.prepare("UPDATE orphan SET state_of = ?, message = ? WHERE id = ?"),
    orphanKeys: db.prepare("SELECT op_key FROM orphan_key WHERE orphan = ?").pluck(),
    allOrphanKeys: raw("SELECT operator, op_key FROM orphan_key"),
    countOrphans: db.prepare("SELECT count(*) FROM orphan WHERE state_of = 2").pluck(),
    dropOrphanKeys: db.prepare("DELETE FROM orphan_key WHERE orphan = ?"),
    /** Tries to a number that had no answer, so that an unknown id may be theirs: of UNCERTAIN messages, and of what has become of such. */
    unanswered: raw(
      `SELECT m.id, m.state, c.source FROM message m CROSS JOIN content c ON c.id = m.id WHERE m.state = 7 AND m.operator = ? AND c.destination = ?
       UNION ALL SELECT m.id, m.state, c.source FROM attempt a CROSS JOIN content c ON c.id = a.id >> 8 CROSS JOIN message m ON m.id = c.id
        WHERE a.state = ${AttemptState.unanswered} AND a.operator = ? AND c.destination = ?`,
    ),
    /** Of the parts of a message, after an id and up to another: how many have not been sent, are not delivered, and may be out (or were). */
    partCounts: raw("SELECT total(state < 10), total(state <> 20), total(state > 5 OR (try & 256) <> 0), total(sent_at > 0) FROM message WHERE id > ? AND id <= ?"),
    partsWaiting: db.prepare("SELECT id FROM message WHERE id > ? AND id <= ? AND state < 6").pluck(),
    dispatched: db.prepare("SELECT id FROM message WHERE id >= ? AND state = 6 ORDER BY id").pluck(),
    due: db.prepare("SELECT id FROM message WHERE due > 0 AND due <= ? ORDER BY due LIMIT ?").pluck(),
    silent: raw("SELECT id, state, sent_at FROM message WHERE id > ? AND id < ? ORDER BY id LIMIT ?"),
    insertWord: db.prepare("INSERT INTO word (no, text) VALUES (?, ?)"),
    insertEntry: db.prepare("INSERT INTO entry (id, at, account, kind, debit, credit, count, amount) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
    setTotal: db.prepare(
      `INSERT INTO account_total (account, available_delta, held, settled, held_count) VALUES (?, ?, ?, ?, ?) ON CONFLICT (account) DO UPDATE SET
       available_delta = excluded.available_delta, held = excluded.held, settled = excluded.settled, held_count = excluded.held_count`,
    ),
    setTally: db.prepare(
      "INSERT INTO tally (account, state, messages, segments) VALUES (?, ?, ?, ?) ON CONFLICT (account, state) DO UPDATE SET messages = excluded.messages, segments = excluded.segments",
    ),
    setMeta: db.prepare("INSERT INTO meta (key, value) VALUES (?, ?), (?, ?), (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
  };
}
