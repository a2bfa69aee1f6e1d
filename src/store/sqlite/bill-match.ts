/**
 * Bill match: which row of a bill is which message of the books, one to one.
 *
 * ```
 *  by id, read as text, decimal, hexadecimal:  with the same number ─▶ where one number is not known ─▶ any number (the usual reading)
 *  by number, segments and time:               rows or messages without an id, the nearest first
 * ```
 */
import type { BillTable } from "./bill-table.js";

/** Longer ids are never numbers in two bases. */
const MAX_NUMERIC = 32;
const DIGITS = /^[0-9]+$/;
const HEX = /^[0-9A-F]+$/;
/** Candidates looked at, on each side of a row's time. */
const NEAREST = 16;
/** Enough for some hundred messages to one number in one minute; what is left then counts as not found. */
const MOST_ROUNDS = 32;
/** Rows of one step. */
const STEP = 2_000;

/** The ways the id in a bill may be written against the one we were answered with, each a function of SQLite on the bill's. */
const READINGS = ["b.key", "in_hex(b.key)", "in_decimal(b.key)"] as const;

/** @param withinMs how far apart the times of what has no id may lie */
export function matchBill(table: BillTable, withinMs: number): void {
  const { db } = table;
  db.function("in_hex", { deterministic: true }, (key: string) => (key.length <= MAX_NUMERIC && DIGITS.test(key) ? BigInt(key).toString(16).toUpperCase() : ""));
  db.function("in_decimal", { deterministic: true }, (key: string) => (key.length <= MAX_NUMERIC && HEX.test(key) ? BigInt(`0x${key}`).toString(10) : ""));
  db.exec("CREATE TABLE wanted (no INTEGER PRIMARY KEY, key TEXT NOT NULL, dest TEXT NOT NULL, at INTEGER NOT NULL) STRICT");
  const hits = READINGS.map((reading) => ({ reading, hits: byPlainId(table, reading) + byId(table, reading, "number") })).sort((a, b) => b.hits - a.hits);
  for (const { reading } of hits) byId(table, reading, "unknown");
  byId(table, hits[0]?.reading ?? "b.key", "any");
  byNumber(table, withinMs);
  // Of rows with one id that which was found stands first, else the first of them.
  db.exec(`
    INSERT INTO repeated SELECT no FROM (
      SELECT b.no, p.bill, row_number() OVER (PARTITION BY b.key ORDER BY p.bill IS NULL, b.no) AS place FROM bill b LEFT JOIN pair p ON p.bill = b.no
      WHERE b.key <> '' AND b.key IN (SELECT l.key FROM bill l WHERE l.key <> '' AND NOT EXISTS (SELECT 1 FROM pair q WHERE q.bill = l.no)))
    WHERE place > 1 AND bill IS NULL;
  `);
}

/** What nearly all of a bill is: an id and a number that stand once on each side; how many. Each reading is another for another id. */
function byPlainId({ db }: BillTable, reading: (typeof READINGS)[number]): number {
  const once = (table: "bill" | "book", side: "b" | "k"): string =>
    `NOT EXISTS (SELECT 1 FROM ${table} x INDEXED BY ${table}_key WHERE x.key <> '' AND x.key = ${side}.key AND x.dest = ${side}.dest AND x.no <> ${side}.no)`;
  return db.prepare(
    `INSERT OR IGNORE INTO pair SELECT b.no, k.no, 1, 0 FROM bill b CROSS JOIN book k INDEXED BY book_key ON k.key = ${reading} AND k.dest = b.dest
     WHERE b.key <> '' AND k.key <> '' AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.bill = b.no) AND ${once("bill", "b")} AND ${once("book", "k")}`,
  ).run().changes;
}

/** Pairs what has the same id under a reading, the first with the first where one stands more than once; how many. */
function byId({ db }: BillTable, reading: (typeof READINGS)[number], numbers: "number" | "unknown" | "any"): number {
  db.exec(`
    DELETE FROM wanted;
    INSERT INTO wanted SELECT b.no, ${reading}, b.dest, coalesce(b.at, 0) FROM bill b
      WHERE b.key <> '' AND ${reading} <> '' AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.bill = b.no) AND EXISTS (SELECT 1 FROM book k WHERE k.key <> '' AND k.key = ${reading});
  `);
  const by = numbers === "number" ? "key, dest" : "key";
  const same = numbers === "number" ? "k.dest = a.dest" : numbers === "unknown" ? "(k.dest = '' OR a.dest = '')" : "1";
  return db.prepare(
    `INSERT OR IGNORE INTO pair
     SELECT a.no, k.no, 1, 0 FROM (SELECT no, key, dest, row_number() OVER (PARTITION BY ${by} ORDER BY at, no) AS place FROM wanted) a
     JOIN (SELECT no, key, dest, row_number() OVER (PARTITION BY ${by} ORDER BY at, no) AS place FROM book WHERE key <> '' AND key IN (SELECT key FROM wanted)
           AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.book = book.no)) k
       ON k.key = a.key AND k.place = a.place AND ${same}`,
  ).run().changes;
}

interface Wanted {
  readonly no: number;
  readonly dest: string;
  readonly at: number;
  readonly span: number;
  readonly segments: number | null;
  readonly named: number;
}

function byNumber({ db }: BillTable, withinMs: number): void {
  db.exec(`
    CREATE TABLE lone (no INTEGER PRIMARY KEY) STRICT;
    INSERT INTO lone SELECT b.no FROM bill b WHERE b.dest <> '' AND b.at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.bill = b.no);
    CREATE TABLE free (no INTEGER PRIMARY KEY, dest TEXT NOT NULL, segments INTEGER NOT NULL, named INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
    INSERT INTO free SELECT k.no, k.dest, iif(EXISTS (SELECT 1 FROM bill WHERE segments IS NOT NULL), k.segments, 0), k.key <> '', k.at FROM book k
      WHERE k.dest IN (SELECT b.dest FROM lone l JOIN bill b ON b.no = l.no) AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.book = k.no);
    CREATE INDEX free_near ON free (dest, segments, named, at);
    CREATE TABLE near (bill INTEGER NOT NULL, book INTEGER NOT NULL, distance INTEGER NOT NULL, several INTEGER NOT NULL, PRIMARY KEY (bill, book)) STRICT, WITHOUT ROWID;
  `);
  const some = db.prepare(
    `SELECT b.no, b.dest, b.at, b.span, b.segments, b.key <> '' AS named FROM lone l CROSS JOIN bill b ON b.no = l.no WHERE l.no > ? ORDER BY l.no LIMIT ${STEP}`,
  ).safeIntegers(false);
  const where = "SELECT no, at FROM free WHERE dest = ? AND segments = ? AND named = ? AND";
  const before = db.prepare(`${where} at >= ? AND at < ? ORDER BY at DESC LIMIT ${NEAREST}`).safeIntegers(false);
  const after = db.prepare(`${where} at >= ? AND at < ? ORDER BY at LIMIT ${NEAREST}`).safeIntegers(false);
  const near = db.prepare("INSERT INTO near VALUES (?, ?, ?, ?)");
  const found = db.prepare("SELECT 1 FROM near WHERE bill = ?");
  const alone = db.prepare("DELETE FROM lone WHERE no = ?");
  const look = ({ no, dest, at, span, segments, named }: Wanted): void => {
    const fits: { no: number; at: number }[] = [];
    // A row with an id of its own can only be a message that has none.
    for (const other of named === 1 ? [0] : [0, 1]) {
      fits.push(...before.all(dest, segments ?? 0, other, at - withinMs, at) as typeof fits, ...after.all(dest, segments ?? 0, other, at, at + span + withinMs) as typeof fits);
    }
    for (const fit of fits) near.run(no, fit.no, Math.max(0, at - fit.at, fit.at - (at + span - 1)), fits.length > 1 ? 1 : 0);
  };
  const round = db.transaction((): number => {
    for (let last = 0; ;) {
      const rows = some.all(last) as Wanted[];
      for (const row of rows) look(row);
      for (const { no } of rows) if (found.get(no) === undefined) alone.run(no);
      if (rows.length < STEP) break;
      last = rows.at(-1)?.no ?? last;
    }
    // Equally near: first what differs in nothing.
    const { changes } = db.prepare(
      `INSERT OR IGNORE INTO pair
       SELECT n.bill, n.book, 0, n.several FROM near n CROSS JOIN bill b ON b.no = n.bill CROSS JOIN book k ON k.no = n.book
       ORDER BY n.distance, (b.fate <> 0 AND b.fate <> k.fate) + coalesce(b.micros <> k.each * k.segments, 0), n.bill, n.book`,
    ).run();
    db.exec("DELETE FROM lone WHERE no IN (SELECT bill FROM pair); DELETE FROM free WHERE no IN (SELECT book FROM pair); DELETE FROM near;");
    return changes;
  });
  for (let left = MOST_ROUNDS; left > 0 && round() > 0; left--);
}
