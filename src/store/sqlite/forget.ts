/**
 * Forget: overwrites a number, and the words to and from it, in the rows of one day; whatever says what was charged stays as it is.
 *
 * ```
 *  open day:    the writer's own connection, then its WAL is written back and cut to nothing
 *  sealed day:  made writable, overwritten, read-only again
 * ```
 * SQLite zeroes what it frees (secure_delete), so that nothing of it is left in the file's octets.
 */
import Database from "better-sqlite3";
import { chmodSync, statSync } from "node:fs";
import { FORGOTTEN, MAX_FORGET_ROWS } from "../../ledger/forget.js";
import type { ForgetRows } from "../../ledger/forget.js";
import { MessageState, isFinal } from "../../../protocols/model/state.js";
import { withoutText } from "../content.js";
import { Refused, type Of } from "./change-context.js";
import type { DayFiles } from "./day-files.js";
import { Notify } from "./day-schema.js";
import { dayName, dayPath } from "./paths.js";
import type { WriterState } from "./state.js";

const WRITABLE = 0o600;

/** Carries the command out; how many rows it overwrote. Throws Refused. */
export function forgetRows(state: WriterState, files: DayFiles, { day, rows }: Of<"forget.rows">): number {
  const all = [rows.messages, rows.inbound, rows.refusals, rows.reports];
  if (all.some((ids) => ids.length > MAX_FORGET_ROWS || !ids.every((id) => Number.isSafeInteger(id)))) throw new Refused("invalid_value", `at most ${MAX_FORGET_ROWS} rows`);
  if (files.isSealed(day)) return inSealed(dayPath(state.options.dir, day), rows);
  const file = files.file(day, false);
  if (file === null) throw new Refused("invalid_value", `there is no day ${dayName(day)}`);
  // What the memory of rows has of it goes too.
  state.rows.clear();
  const count = overwrite(file.db, rows);
  file.db.pragma("wal_checkpoint(TRUNCATE)");
  return count;
}

function inSealed(path: string, rows: ForgetRows): number {
  const mode = statSync(path).mode & 0o777;
  chmodSync(path, mode | WRITABLE);
  try {
    const db = new Database(path, { fileMustExist: true, timeout: 5_000 });
    try {
      db.pragma("synchronous = FULL");
      return overwrite(db, rows);
    } finally {
      // A sealed file that a crash left unfinished may still have a WAL.
      db.pragma("wal_checkpoint(TRUNCATE)");
      db.close();
    }
  } finally {
    // One that waits to be finished stays writable: by that it is known.
    chmodSync(path, mode);
  }
}

/** One transaction: all of it or nothing. */
function overwrite(db: Database.Database, rows: ForgetRows): number {
  const before = db.pragma("secure_delete", { simple: true });
  db.pragma("secure_delete = ON");
  try {
    return db.transaction(() => {
      checkEnded(db, rows);
      let count = 0;
      const body = (table: string): Database.Statement => db.prepare(`SELECT body FROM ${table} WHERE id = ?`).pluck();
      const [ofContent, ofInbound, ofRefusal] = [body("content"), body("inbound"), body("refusal")];
      const content = db.prepare("UPDATE content SET destination = ?, body = ?, key = 0 WHERE id = ?");
      const inbound = db.prepare("UPDATE inbound SET source = ?, body = ? WHERE id = ?");
      const refusal = db.prepare("UPDATE refusal SET destination = ?, rule = '', body = ? WHERE id = ?");
      const report = db.prepare("UPDATE orphan SET source = '', destination = '', raw = x'' WHERE id = ?");
      for (const id of rows.messages) count += content.run(FORGOTTEN, emptied(ofContent.get(id)), id).changes;
      for (const id of rows.inbound) count += inbound.run(FORGOTTEN, emptied(ofInbound.get(id)), id).changes;
      for (const id of rows.refusals) count += refusal.run(FORGOTTEN, emptied(ofRefusal.get(id)), id).changes;
      for (const id of rows.reports) count += report.run(id).changes;
      return count;
    }).immediate();
  } finally {
    db.pragma(`secure_delete = ${Number(before)}`);
  }
}

function checkEnded(db: Database.Database, rows: ForgetRows): void {
  const state = db.prepare("SELECT state, notify FROM message WHERE id = ?").raw();
  for (const id of rows.messages) {
    const [at, notify] = ((state.get(id) as (number | bigint)[] | undefined) ?? [MessageState.delivered, Notify.none]).map(Number) as [number, number];
    if (!isFinal(at)) throw new Refused("on_its_way", `message ${id} is still on its way`);
    if (notify === Notify.pending) throw new Refused("on_its_way", `the receipt of message ${id} still waits for its customer`);
  }
  const inbound = db.prepare("SELECT notify FROM inbound WHERE id = ?").pluck();
  for (const id of rows.inbound) {
    if (Number(inbound.get(id) ?? Notify.none) === Notify.pending) throw new Refused("on_its_way", `inbound message ${id} still waits for its customer`);
  }
}

/** Of a refusal that was kept without a text there is nothing to empty. */
function emptied(body: unknown): Buffer {
  return Buffer.isBuffer(body) && body.length > 0 ? withoutText(body) : Buffer.alloc(0);
}
