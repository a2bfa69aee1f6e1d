/**
 * Bill table: an operator's bill and what our books say of the same messages, side by side in a file of their own that is gone afterwards.
 *
 * ```
 *  bill (rows of the file) ─┐
 *                           ├─ pair (one to one, bill-match.ts) ─▶ sums, rows that differ
 *  book (bill-books.ts)    ─┘
 * ```
 * Nothing of it is kept in memory but SQLite's pages, so that a bill of millions of rows takes no more than a small one.
 */
import Database from "better-sqlite3";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { operatorKey } from "../../lifecycle/operator-key.js";
import { DIFFERENCES, Fate, type BillRow, type BillTotals, type Difference, type DifferenceRow } from "../bill.js";
import type { Ints } from "./books.js";

/** KiB of pages in memory. */
const CACHE_KB = 32_768;
/** Rows of one transaction. */
const STEP = 10_000;
/** Rows that are read at once. */
const PAGE = 1_000;

const TABLES = `
CREATE TABLE bill (
  no       INTEGER PRIMARY KEY,
  line     INTEGER NOT NULL,
  id       TEXT NOT NULL,
  key      TEXT NOT NULL,       -- normal form of the id, '' = none
  number   TEXT NOT NULL,
  dest     TEXT NOT NULL,       -- normal form of the number, '' = not known
  at       INTEGER,
  span     INTEGER NOT NULL,
  segments INTEGER,
  fate     INTEGER NOT NULL,
  micros   INTEGER,
  gone     INTEGER NOT NULL     -- 1: of a day whose messages are no longer on disk
) STRICT;
CREATE TABLE book (
  no       INTEGER PRIMARY KEY,
  message  INTEGER NOT NULL,
  id       TEXT NOT NULL,
  key      TEXT NOT NULL,
  number   TEXT NOT NULL,
  dest     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  segments INTEGER NOT NULL,
  fate     INTEGER NOT NULL,
  each     INTEGER,             -- micro-units a segment, NULL: nothing tells
  only     INTEGER NOT NULL,    -- 1: charged only when delivered
  inside   INTEGER NOT NULL     -- 1: sent within the period
) STRICT;
CREATE TABLE pair (
  bill    INTEGER PRIMARY KEY,
  book    INTEGER NOT NULL UNIQUE,
  by_id   INTEGER NOT NULL,
  several INTEGER NOT NULL
) STRICT;
-- Rows of the bill that are left over, and whose id stands in another one.
CREATE TABLE repeated (
  no INTEGER PRIMARY KEY
) STRICT;
`;

/** A message in the books. */
export interface BookRow {
  readonly messageId: number;
  readonly operatorId: string;
  readonly number: string;
  readonly destination: string;
  readonly atMs: number;
  readonly segments: number;
  readonly fate: Fate;
  /** Micro-units a segment; null when nothing tells. */
  readonly each: number | null;
  readonly onlyDelivered: boolean;
  readonly inside: boolean;
}

/** What a row of the books costs, and what its pair in the bill should by its own segments and fate. */
const COST = `k.each * k.segments * (k.only = 0 OR k.fate = ${Fate.delivered})`;
const ASKED = `k.each * coalesce(b.segments, k.segments) * (k.only = 0 OR iif(b.fate = 0, k.fate, b.fate) = ${Fate.delivered})`;
const PAIRS = "pair p CROSS JOIN bill b ON b.no = p.bill CROSS JOIN book k ON k.no = p.book";
const DIFFERS: Readonly<Record<"segments" | "state" | "price" | "number", string>> = {
  segments: "coalesce(b.segments <> k.segments, 0)",
  state: "(b.fate <> 0 AND b.fate <> k.fate)",
  price: `coalesce(b.micros <> ${ASKED}, 0)`,
  number: "(b.dest <> '' AND k.dest <> '' AND b.dest <> k.dest)",
};
const UNPAIRED_BILL = "bill b WHERE NOT EXISTS (SELECT 1 FROM pair p WHERE p.bill = b.no)";
const REPEATED = "EXISTS (SELECT 1 FROM repeated r WHERE r.no = b.no)";
const UNPAIRED_BOOK = "book k WHERE k.inside = 1 AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.book = k.no)";
const FREE_OF_CHARGE = `(k.only = 1 AND k.fate <> ${Fate.delivered})`;
const B_SUMS = "count(*) AS messages, sum(b.segments) AS segments, sum(b.micros) AS micros";
const K_SUMS = `count(*) AS messages, sum(k.segments) AS segments, sum(${COST}) AS micros`;

export class BillTable {
  readonly db: Database.Database;
  readonly #folder: string;
  readonly #bill: Database.Statement;
  readonly #book: Database.Statement;
  #waiting = 0;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), "tollgate-bill-"));
    this.db = new Database(join(this.#folder, "bill.db"));
    // Gone when the command is: nothing to be made safe.
    for (const pragma of ["journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "temp_store = FILE", `cache_size = -${CACHE_KB}`]) this.db.pragma(pragma);
    this.db.exec(TABLES);
    this.db.defaultSafeIntegers(true);
    this.#bill = this.db.prepare("INSERT INTO bill (line, id, key, number, dest, at, span, segments, fate, micros, gone) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#book = this.db.prepare("INSERT INTO book (message, id, key, number, dest, at, segments, fate, each, only, inside) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  }

  close(): void {
    this.db.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @param gone its day's messages are no longer on disk */
  add(row: BillRow, gone: boolean): void {
    this.#step();
    this.#bill.run(row.line, row.id, keyOf(row.id), row.number, row.destination, row.atMs, row.spanMs, row.segments, row.fate, row.micros, gone ? 1 : 0);
  }

  addBook(row: BookRow): void {
    this.#step();
    this.#book.run(
      row.messageId, row.operatorId, keyOf(row.operatorId), row.number, row.destination, row.atMs, row.segments, row.fate, row.each, row.onlyDelivered ? 1 : 0,
      row.inside ? 1 : 0,
    );
  }

  /** All rows are there. */
  complete(): void {
    if (this.db.inTransaction) this.db.exec("COMMIT");
    this.db.exec("CREATE INDEX bill_key ON bill (key, dest) WHERE key <> ''; CREATE INDEX book_key ON book (key, dest) WHERE key <> '';");
  }

  #step(): void {
    if (this.#waiting++ % STEP !== 0) return;
    if (this.db.inTransaction) this.db.exec("COMMIT");
    this.db.exec("BEGIN");
  }

  count(sql: string): number {
    return Number(this.db.prepare(sql).pluck().get() as bigint);
  }

  #totals(sql: string): BillTotals {
    const row = this.db.prepare(sql).get() as { messages: bigint; segments: bigint | null; micros: bigint | null };
    return { messages: Number(row.messages), segments: row.segments === null ? null : Number(row.segments), micros: row.micros };
  }

  billTotals(): BillTotals {
    return this.#totals(`SELECT ${B_SUMS} FROM bill b`);
  }

  /** What is in the period and should be billed, and all that the bill has beside. */
  bookTotals(): BillTotals {
    return this.#totals(`SELECT ${K_SUMS} FROM book k WHERE (k.inside = 1 AND NOT ${FREE_OF_CHARGE}) OR EXISTS (SELECT 1 FROM pair p WHERE p.book = k.no)`);
  }

  unpriced(): number {
    return this.count("SELECT count(*) FROM book k WHERE k.each IS NULL AND (k.inside = 1 OR EXISTS (SELECT 1 FROM pair p WHERE p.book = k.no))");
  }

  notCharged(): number {
    return this.count(`SELECT count(*) FROM ${UNPAIRED_BOOK} AND ${FREE_OF_CHARGE}`);
  }

  /** Rows of the bill of days that are no longer on disk. */
  goneTotals(): BillTotals {
    return this.#totals(`SELECT ${B_SUMS} FROM ${UNPAIRED_BILL} AND b.gone = 1 AND NOT ${REPEATED}`);
  }

  differences(): Record<Difference, BillTotals> {
    const pairs = (difference: keyof typeof DIFFERS): BillTotals => this.#totals(`SELECT ${B_SUMS} FROM ${PAIRS} WHERE ${DIFFERS[difference]}`);
    return {
      only_bill: this.#totals(`SELECT ${B_SUMS} FROM ${UNPAIRED_BILL} AND b.gone = 0 AND NOT ${REPEATED}`),
      only_books: this.#totals(`SELECT ${K_SUMS} FROM ${UNPAIRED_BOOK} AND NOT ${FREE_OF_CHARGE}`),
      repeated: this.#totals(`SELECT ${B_SUMS} FROM ${UNPAIRED_BILL} AND ${REPEATED}`),
      segments: pairs("segments"), state: pairs("state"), price: pairs("price"), number: pairs("number"),
    };
  }

  /** All rows that differ, those of the bill in its order, then what only the books have, one at a time. */
  *rows(): Generator<DifferenceRow, void> {
    const differs = Object.entries(DIFFERS);
    const columns = (of: "b" | "k"): string => (of === "b"
      ? "b.line, b.id AS b_id, b.number AS b_number, b.at AS b_at, b.segments AS b_segments, b.fate AS b_fate, b.micros AS b_micros"
      : `k.message, k.id AS k_id, k.number AS k_number, k.at AS k_at, k.segments AS k_segments, k.fate AS k_fate, ${COST} AS k_micros`);
    const ofBill = this.db.prepare(
      `SELECT ${columns("b")}, ${columns("k")}, k.no IS NULL AND ${REPEATED} AS repeated, k.no IS NULL AS only_bill, ${differs.map(([name, sql]) => `coalesce(${sql}, 0) AS d_${name}`).join(", ")}
       FROM bill b LEFT JOIN pair p ON p.bill = b.no LEFT JOIN book k ON k.no = p.book
       WHERE b.no > ? AND b.no <= ? AND ((k.no IS NULL AND (b.gone = 0 OR ${REPEATED})) OR ${differs.map(([, sql]) => sql).join(" OR ")}) ORDER BY b.no`,
    );
    const ofBooks = this.db.prepare(`SELECT ${columns("k")} FROM ${UNPAIRED_BOOK} AND NOT ${FREE_OF_CHARGE} AND k.no > ? AND k.no <= ? ORDER BY k.no`);
    const last = (table: string): number => this.count(`SELECT coalesce(max(no), 0) FROM ${table}`);
    for (let from = 0, end = last("bill"); from < end; from += PAGE) {
      for (const row of ofBill.all(from, from + PAGE) as Found[]) yield { differences: DIFFERENCES.filter((each) => named(row, each)), bill: billSide(row), books: row.message === null ? null : bookSide(row) };
    }
    for (let from = 0, end = last("book"); from < end; from += PAGE) {
      for (const row of ofBooks.all(from, from + PAGE) as Found[]) yield { differences: ["only_books"], bill: null, books: bookSide(row) };
    }
  }
}

interface Found extends Ints<"line" | "b_fate" | "k_at" | "k_segments" | "k_fate" | "repeated" | "only_bill" | "d_segments" | "d_state" | "d_price" | "d_number"> {
  readonly b_id: string;
  readonly b_number: string;
  readonly b_at: bigint | null;
  readonly b_segments: bigint | null;
  readonly b_micros: bigint | null;
  readonly message: bigint | null;
  readonly k_id: string;
  readonly k_number: string;
  readonly k_micros: bigint | null;
}

function named(row: Found, difference: Difference): boolean {
  switch (difference) {
    case "only_bill":
      return row.only_bill === 1n && row.repeated === 0n;
    case "only_books":
      return false;
    case "repeated":
      return row.repeated === 1n;
    default:
      return row[`d_${difference}`] === 1n;
  }
}

function billSide(row: Found): DifferenceRow["bill"] {
  const number = (value: bigint | null): number | null => (value === null ? null : Number(value));
  return { line: Number(row.line), id: row.b_id, number: row.b_number, atMs: number(row.b_at), segments: number(row.b_segments), fate: Number(row.b_fate) as Fate, micros: row.b_micros };
}

function bookSide(row: Found): DifferenceRow["books"] {
  return {
    messageId: Number(row.message), operatorId: row.k_id, number: row.k_number, atMs: Number(row.k_at), segments: Number(row.k_segments),
    fate: Number(row.k_fate) as Fate, micros: row.k_micros,
  };
}

/** An id of nothing but zeros is none: some operators write it where they have none. */
function keyOf(id: string): string {
  const key = operatorKey(id);
  return key === "0" ? "" : key;
}
