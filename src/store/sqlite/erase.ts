/**
 * Erase: overwrites in a sealed day what has been kept long enough: texts, numbers, what phones wrote, what was refused; the money stays.
 *
 * In steps, each a short transaction, on a thread of its own (day-finisher.ts); the file is writable meanwhile, and read-only again after it.
 * Which of it is done stands in the file, so that a step lost in a crash is done again and nothing twice.
 */
import Database from "better-sqlite3";
import { chmodSync, statSync } from "node:fs";
import { maskNumber } from "../../../protocols/model/address.js";
import { withoutText } from "../content.js";

/** Kinds of data, as bits. On disk. */
export const Erase = { texts: 1, numbers: 2, inbound: 4, refusals: 8 } as const;

/** For how many days after its own a day keeps what; 0: as long as itself. */
export interface KeepDays {
  readonly textsDays: number;
  readonly numbersDays: number;
  readonly inboundDays: number;
  readonly refusalsDays: number;
}

/** Under this key of the file's `meta` stands what has been overwritten. */
const MARK = "erased";
/** Rows of one transaction. */
const STEP = 2_000;
const WRITABLE = 0o600;

/** What is to be gone from a day of this age. */
export function eraseAt(ageDays: number, keep: KeepDays): number {
  const over = (days: number, bit: number): number => (days > 0 && ageDays > days ? bit : 0);
  return over(keep.textsDays, Erase.texts) | over(keep.numbersDays, Erase.numbers) | over(keep.inboundDays, Erase.inbound) | over(keep.refusalsDays, Erase.refusals);
}

/** What has been overwritten in a sealed day's file. */
export function erasedOf(path: string): number {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 5_000 });
  try {
    return readMark(db);
  } finally {
    db.close();
  }
}

/** Overwrites these kinds. Throws what SQLite throws: what was not done is done at the next call. */
export function eraseSealed(path: string, kinds: number): void {
  const mode = statSync(path).mode & 0o777;
  chmodSync(path, mode | WRITABLE);
  try {
    const db = new Database(path, { fileMustExist: true, timeout: 30_000 });
    try {
      db.pragma("synchronous = FULL");
      db.pragma("secure_delete = ON");
      const left = kinds & ~readMark(db);
      for (const table of TABLES) eraseTable(db, table, left);
      db.prepare("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value").run(MARK, readMark(db) | kinds);
    } finally {
      db.close();
    }
  } finally {
    chmodSync(path, mode);
  }
}

interface Erased {
  readonly name: string;
  /** Kinds whose end empties its words. */
  readonly words: number;
  /** Kinds whose end masks its numbers. */
  readonly numbers: number;
  readonly body: "body" | "raw";
  readonly columns: readonly string[];
  /** A column that may name a word of the text. */
  readonly rule: string | null;
}

const TABLES: readonly Erased[] = [
  { name: "content", words: Erase.texts, numbers: Erase.numbers, body: "body", columns: ["destination"], rule: null },
  { name: "inbound", words: Erase.texts | Erase.inbound, numbers: Erase.numbers | Erase.inbound, body: "body", columns: ["source"], rule: null },
  { name: "refusal", words: Erase.texts | Erase.refusals, numbers: Erase.numbers | Erase.refusals, body: "body", columns: ["destination"], rule: "rule" },
  // What an operator's report said has both in it.
  { name: "orphan", words: Erase.texts | Erase.numbers, numbers: Erase.numbers, body: "raw", columns: ["source", "destination"], rule: null },
];

function eraseTable(db: Database.Database, { name, words, numbers, body, columns, rule }: Erased, kinds: number): void {
  const [empties, masks] = [(kinds & words) !== 0, (kinds & numbers) !== 0];
  if (!empties && !masks) return;
  const rows = db.prepare(`SELECT id, ${body} AS body, ${columns.join(", ")} FROM ${name} WHERE id > ? ORDER BY id LIMIT ${STEP}`).safeIntegers(true);
  const sets = [`${body} = $body`, ...columns.map((column) => `${column} = $${column}`), ...(rule === null || !empties ? [] : [`${rule} = ''`])];
  const update = db.prepare(`UPDATE ${name} SET ${sets.join(", ")} WHERE id = $id`);
  const step = db.transaction((after: bigint): bigint | null => {
    const found = rows.all(after) as ({ readonly id: bigint; readonly body: Buffer } & Readonly<Record<string, unknown>>)[];
    for (const row of found) {
      const given: Record<string, unknown> = { id: row.id, body: empties ? emptied(row.body, body) : row.body };
      for (const column of columns) given[column] = masks ? maskNumber(String(row[column])) : row[column];
      update.run(given);
    }
    return found.at(-1)?.id ?? null;
  });
  for (let after: bigint | null = -1n; after !== null; ) after = step.immediate(after);
}

function emptied(body: Buffer, kind: Erased["body"]): Buffer {
  return kind === "raw" || body.length === 0 ? Buffer.alloc(0) : withoutText(body);
}

function readMark(db: Database.Database): number {
  return Number(db.prepare("SELECT value FROM meta WHERE key = ?").pluck().get(MARK) ?? 0);
}
