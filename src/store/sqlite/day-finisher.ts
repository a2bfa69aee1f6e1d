/**
 * Day finisher: a short-lived thread that gives a sealed day its search indexes and makes its file read-only, or overwrites in it what has
 * been kept long enough.
 *
 * The rows of a day are sorted at once, which takes seconds for millions: not the writer's business. Nobody else
 * writes to a sealed file. Ends by itself; what it could not do is tried again later.
 */
import Database from "better-sqlite3";
import { chmodSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { SEAL_INDEXES } from "./day-schema.js";
import { eraseSealed } from "./erase.js";

/** `erase`: kinds of data to be overwritten (erase.ts); 0: the day is to be finished. */
const { path, erase } = workerData as { path: string; erase: number };
if (erase === 0) finish();
else eraseSealed(path, erase);

function finish(): void {
  const db = new Database(path, { fileMustExist: true, timeout: 30_000 });
  try {
    db.pragma("synchronous = FULL");
    db.exec(SEAL_INDEXES);
    db.exec("ANALYZE");
    // No -wal and -shm beside a file that never changes again; a reader must not need to write either.
    db.pragma("journal_mode = DELETE");
  } finally {
    db.close();
  }
  chmodSync(path, 0o400);
}
