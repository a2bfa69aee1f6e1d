/**
 * Disk trouble: which errors of SQLite say that the disk cannot be written now, rather than that we made a mistake.
 */

const TROUBLE = ["SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_BUSY", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_NOMEM", "ENOSPC", "EROFS", "EIO", "EDQUOT"];

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

export function isDiskTrouble(error: unknown): boolean {
  const code = codeOf(error);
  return TROUBLE.some((each) => code.startsWith(each));
}

/** No room: nothing of the transaction can have reached the disk. */
export function isFull(error: unknown): boolean {
  return codeOf(error) === "SQLITE_FULL";
}

export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return code === "" ? message : `${code}: ${message}`;
}
