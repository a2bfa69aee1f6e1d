/**
 * FolderLock: one process at a time has a data folder; the kernel gives the lock back however that process ends.
 */
import Database from "better-sqlite3";
import { lockPath } from "./paths.js";

export class FolderLockedError extends Error {
  readonly code = "folder_locked";

  constructor(dir: string) {
    super(`another tollgate process has the data folder ${dir}`);
    this.name = "FolderLockedError";
  }
}

export class FolderLock {
  readonly #db: Database.Database;

  private constructor(db: Database.Database) {
    this.#db = db;
  }

  /** Takes the lock for the life of the process. Throws FolderLockedError when another still has it after `waitMs`, in which this thread waits. */
  static take(dir: string, waitMs = 0): FolderLock {
    const db = new Database(lockPath(dir), { timeout: waitMs });
    try {
      // A transaction that is never ended: an exclusive lock on the file itself, not a note about a process.
      db.exec("BEGIN EXCLUSIVE");
      return new FolderLock(db);
    } catch (error) {
      db.close();
      if (error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY")) throw new FolderLockedError(dir);
      throw error;
    }
  }

  release(): void {
    this.#db.close();
  }
}
