/**
 * ListsDb: the one connection to lists.db: which numbers stand on which list since when, and what stood there before.
 */
import Database from "better-sqlite3";
import { join } from "node:path";
import type { ListKind, ListName } from "../../contract/number-lists.js";

const SCHEMA = `
CREATE TABLE list (
  no        INTEGER PRIMARY KEY,
  kind      TEXT NOT NULL,
  account   INTEGER NOT NULL,     -- 0 = of all
  signature INTEGER NOT NULL,     -- 0 = of the whole account
  UNIQUE (kind, account, signature)
) STRICT;

-- Where entries come from: files, people, operators; few, however many entries.
CREATE TABLE source (
  no   INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE entry (
  list    INTEGER NOT NULL,
  number  INTEGER NOT NULL,       -- as contract/packed-numbers.ts numberOf gives it
  value   INTEGER NOT NULL,
  at      INTEGER NOT NULL,       -- wall ms
  source  INTEGER NOT NULL,
  message INTEGER NOT NULL,       -- the inbound message, 0 = none
  PRIMARY KEY (list, number)
) STRICT, WITHOUT ROWID;

-- What was taken off, or gave way to another date or value: of consents, opt-outs and ported numbers.
CREATE TABLE past (
  number   INTEGER NOT NULL,
  list     INTEGER NOT NULL,
  value    INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  source   INTEGER NOT NULL,
  message  INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  ended_by INTEGER NOT NULL       -- a source
) STRICT;
CREATE INDEX past_number ON past (number);
`;
const VERSION = 1;
/** Kinds of which the past is kept. */
const REMEMBERED: readonly ListKind[] = ["consent", "optout", "ported"];
const CHECKPOINT_PAGES = 4_000;

export interface ListRow extends ListName {
  readonly no: number;
}

export interface EntryRow {
  readonly list: number;
  readonly number: number;
  readonly value: number;
  readonly at: number;
  readonly source: string;
  readonly message: number;
  readonly endedAt: number;
  readonly endedBy: string;
}

export type Put = "new" | "other" | "same";

export class ListsDb {
  readonly #db: Database.Database;
  readonly #put;
  readonly #get;
  readonly #remove;
  readonly #bury;
  readonly #numbers;
  readonly #pairs;
  readonly #sources = new Map<string, number>();
  readonly #lists = new Map<string, ListRow>();

  private constructor(db: Database.Database) {
    this.#db = db;
    this.#get = db.prepare<[number, number], { value: number; at: number; source: number; message: number }>("SELECT value, at, source, message FROM entry WHERE list = ? AND number = ?");
    this.#put = db.prepare("INSERT OR REPLACE INTO entry (list, number, value, at, source, message) VALUES (?, ?, ?, ?, ?, ?)");
    this.#remove = db.prepare<[number, number]>("DELETE FROM entry WHERE list = ? AND number = ?");
    this.#bury = db.prepare("INSERT INTO past (number, list, value, at, source, message, ended_at, ended_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    this.#numbers = db.prepare<[number, number, number], number>("SELECT number FROM entry WHERE list = ? AND number > ? ORDER BY number LIMIT ?").pluck();
    this.#pairs = db.prepare<[number, number, number], [number, number]>("SELECT number, value FROM entry WHERE list = ? AND number > ? ORDER BY number LIMIT ?").raw();
    for (const row of db.prepare<[], ListRow>("SELECT no, kind, account AS accountNo, signature AS signatureNo FROM list").all()) this.#lists.set(keyOf(row), row);
  }

  /** Opens the file in the data folder, or makes it. Throws when it is of a version that is not known. */
  static open(dir: string): ListsDb {
    const db = new Database(join(dir, "lists.db"));
    try {
      db.pragma("journal_mode = WAL");
      db.pragma("synchronous = FULL");
      db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      // A number taken off does not stay in the gaps of its page; costs no page more.
      db.pragma("secure_delete = FAST");
      const version = db.pragma("user_version", { simple: true });
      if (version === 0) db.transaction(() => {
        db.exec(SCHEMA);
        db.pragma(`user_version = ${VERSION}`);
      })();
      else if (version !== VERSION) throw new Error(`lists.db is of version ${String(version)}, this program knows version ${VERSION}`);
      return new ListsDb(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }

  transaction<T>(work: () => T): T {
    return this.#db.transaction(work).immediate();
  }

  get lists(): readonly ListRow[] {
    return [...this.#lists.values()];
  }

  /** Null when it was never written to. */
  find(name: ListName): ListRow | null {
    return this.#lists.get(keyOf(name)) ?? null;
  }

  /** The list, made when there is none yet; a list that a rolled back transaction made is forgotten by `rolledBack`. */
  list(name: ListName): ListRow {
    const found = this.#lists.get(keyOf(name));
    if (found !== undefined) return found;
    const { lastInsertRowid } = this.#db.prepare("INSERT INTO list (kind, account, signature) VALUES (?, ?, ?)").run(name.kind, name.accountNo, name.signatureNo);
    const row: ListRow = { kind: name.kind, accountNo: name.accountNo, signatureNo: name.signatureNo, no: Number(lastInsertRowid) };
    this.#lists.set(keyOf(name), row);
    return row;
  }

  source(text: string): number {
    let no = this.#sources.get(text);
    if (no === undefined) {
      this.#db.prepare("INSERT OR IGNORE INTO source (text) VALUES (?)").run(text);
      no = this.#db.prepare<[string], number>("SELECT no FROM source WHERE text = ?").pluck().get(text) as number;
      if (this.#sources.size >= SOURCES_KEPT) this.#sources.clear();
      this.#sources.set(text, no);
    }
    return no;
  }

  /** What was remembered of a transaction that was rolled back. */
  rolledBack(): void {
    this.#sources.clear();
    this.#lists.clear();
    for (const row of this.#db.prepare<[], ListRow>("SELECT no, kind, account AS accountNo, signature AS signatureNo FROM list").all()) this.#lists.set(keyOf(row), row);
  }

  /** An opt-out that stands keeps its first date; anything else gives way to what is newer. */
  put(list: ListRow, number: number, value: number, at: number, source: number, message: number, nowMs: number): Put {
    const had = this.#get.get(list.no, number);
    if (had === undefined) {
      this.#put.run(list.no, number, value, at, source, message);
      return "new";
    }
    if (had.value === value && (had.at === at || !KEEPS_NEWEST.includes(list.kind))) return "same";
    this.#put.run(list.no, number, value, at, source, message);
    if (REMEMBERED.includes(list.kind)) this.#bury.run(number, list.no, had.value, had.at, had.source, had.message, nowMs, source);
    return "other";
  }

  /** Whether it was there. */
  remove(list: ListRow, number: number, by: number, nowMs: number): boolean {
    const had = this.#get.get(list.no, number);
    if (had === undefined) return false;
    this.#remove.run(list.no, number);
    if (REMEMBERED.includes(list.kind)) this.#bury.run(number, list.no, had.value, had.at, had.source, had.message, nowMs, by);
    return true;
  }

  count(list: ListRow): number {
    return this.#db.prepare<[number], number>("SELECT count(*) FROM entry WHERE list = ?").pluck().get(list.no) as number;
  }

  /** How many of a list are at or above a number. */
  countFrom(list: ListRow, number: number): number {
    return this.#db.prepare<[number, number], number>("SELECT count(*) FROM entry WHERE list = ? AND number >= ?").pluck().get(list.no, number) as number;
  }

  /** The next numbers of a list, ascending. */
  numbers(list: ListRow, after: number, limit: number): number[] {
    return this.#numbers.all(list.no, after, limit);
  }

  /** The same, with their values. */
  pairs(list: ListRow, after: number, limit: number): [number, number][] {
    return this.#pairs.all(list.no, after, limit);
  }

  page(list: ListRow, after: number, limit: number): EntryRow[] {
    return this.#db.prepare<[number, number, number], EntryRow>(
      "SELECT list, number, value, at, s.text AS source, message, 0 AS endedAt, '' AS endedBy FROM entry JOIN source s ON s.no = source WHERE list = ? AND number > ? ORDER BY number LIMIT ?",
    ).all(list.no, after, limit);
  }

  /** Where a number stands, then where it stood, the latest first; at most so many of each. */
  entries(number: number, limit: number): EntryRow[] {
    const one = this.#db.prepare<[number, number], EntryRow>(
      "SELECT list, number, value, at, s.text AS source, message, 0 AS endedAt, '' AS endedBy FROM entry JOIN source s ON s.no = source WHERE list = ? AND number = ?",
    );
    const found: EntryRow[] = [];
    for (const list of this.#lists.values()) {
      const row = found.length < limit ? one.get(list.no, number) : undefined;
      if (row !== undefined) found.push(row);
    }
    const past = this.#db.prepare<[number, number], EntryRow>(
      `SELECT list, number, value, at, s.text AS source, message, ended_at AS endedAt, e.text AS endedBy
       FROM past JOIN source s ON s.no = source JOIN source e ON e.no = ended_by WHERE number = ? ORDER BY ended_at DESC, past.rowid DESC LIMIT ?`,
    ).all(number, limit);
    return [...found, ...past];
  }

  /** Lists of these kinds that the number was taken off, and how many past entries went with them. */
  forget(number: number, kinds: readonly ListKind[]): { readonly lists: readonly ListRow[]; readonly past: number } {
    const lists = [...this.#lists.values()].filter((list) => kinds.includes(list.kind) && this.#remove.run(list.no, number).changes > 0);
    return { lists, past: this.#db.prepare("DELETE FROM past WHERE number = ?").run(number).changes };
  }

  /** Writes the write-ahead log back and cuts it to nothing: what was forgotten is not to stay there either. Outside any transaction. */
  cutLog(): void {
    this.#db.pragma("wal_checkpoint(TRUNCATE)");
  }
}

const SOURCES_KEPT = 10_000;
/** Kinds of which a newer date says something new. */
const KEEPS_NEWEST: readonly ListKind[] = ["consent"];

function keyOf({ kind, accountNo, signatureNo }: ListName): string {
  return `${kind}/${accountNo}/${signatureNo}`;
}
