/**
 * The names of the accounts in a data folder, read without the store: nothing is recovered, migrated or locked.
 */
import Database from "better-sqlite3";
import { existsSync, statSync } from "node:fs";
import { ledgerPath } from "./paths.js";

/** Null when there is no ledger to read, or none that this user may read without leaving files of his own there. */
export function readAccountNames(dir: string): ReadonlySet<string> | null {
  const path = ledgerPath(dir);
  if (!existsSync(path)) return null;
  // Reading makes the files of the log beside the ledger where they are not: they have to be the owner's.
  const self = process.getuid?.();
  if (self !== undefined && statSync(dir).uid !== self) return null;
  try {
    const ledger = new Database(path, { readonly: true, fileMustExist: true });
    try {
      return new Set(ledger.prepare<[], string>("SELECT name FROM account").pluck().all());
    } finally {
      ledger.close();
    }
  } catch {
    return null;
  }
}
