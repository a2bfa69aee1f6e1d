/**
 * Number search: everything of a day that concerns one telephone number, in whatever spelling a submitter or an operator wrote it.
 *
 * A spelling is one of few plain forms with blanks and hyphens anywhere. A sealed day's index is asked for the plain forms and, for the
 * others, for the narrow stretches "a beginning of a form, then a blank or a hyphen"; tables without an index are read step by step.
 */
import { normaliseDestination } from "../../../protocols/model/address.js";
import type Database from "better-sqlite3";
import type { Ints } from "./books.js";

/** Rows looked at in one step. */
const STEP = 20_000;

/** Where numbers stand in a day's file, and which octet pair of `kinds` holds the TON of that column. */
export interface NumberColumn {
  readonly table: "content" | "inbound" | "refusal" | "orphan";
  readonly column: "source" | "destination";
}

export const NUMBER_COLUMNS: readonly NumberColumn[] = [
  { table: "content", column: "destination" },
  { table: "inbound", column: "source" },
  { table: "refusal", column: "destination" },
  { table: "orphan", column: "destination" },
  // In reports the two may have changed places.
  { table: "orphan", column: "source" },
];

/** The plain forms of a number in its normal form: without blanks and hyphens. */
export function numberForms(normal: string): string[] {
  if (/^1[3-9][0-9]{9}$/.test(normal)) return ["", "86", "+86", "0086", "+0086"].map((front) => front + normal);
  if (normal.startsWith("+")) return [normal, normal.slice(1), `00${normal.slice(1)}`, `+00${normal.slice(1)}`];
  return normal.startsWith("10") ? ["", "86", "+86", "0086", "+0086"].map((front) => front + normal) : [normal];
}

/** Whether a number as it was written is the one in normal form, whatever its TON was. */
export function isNumber(written: string, normal: string): boolean {
  return normaliseDestination(written, 0) === normal || normaliseDestination(written, 1) === normal;
}

/** Ids of the rows that bear the number, ascending; `next()` does one step. `fromId`: rows of lower ids are not looked at. */
export function* findNumber(db: Database.Database, { table, column }: NumberColumn, normal: string, fromId = 0n): Generator<undefined, bigint[]> {
  const forms = numberForms(normal);
  const found: bigint[] = [];
  const take = (rows: readonly (Ints<"id"> & { readonly written: string })[]): void => {
    for (const { id, written } of rows) if (isNumber(written, normal)) found.push(id);
  };
  if (hasIndex(db, table, column)) {
    const exact = db.prepare(`SELECT id, ${column} AS written FROM ${table} WHERE ${column} = ? AND id >= ?`).safeIntegers(true);
    for (const form of forms) take(exact.all(form, fromId) as never);
    const stretch = db.prepare(`SELECT id, ${column} AS written FROM ${table} WHERE ${column} >= ? AND ${column} < ? AND id >= ?`).safeIntegers(true);
    for (const beginning of beginnings(forms)) {
      // A blank comes before "!", a hyphen before ".".
      take(stretch.all(`${beginning} `, `${beginning}!`, fromId) as never);
      take(stretch.all(`${beginning}-`, `${beginning}.`, fromId) as never);
    }
    yield undefined;
    return [...new Set(found)].sort((a, b) => (a < b ? -1 : 1));
  }
  const marks = forms.map(() => "?").join(", ");
  const bound = db.prepare(`SELECT id FROM ${table} WHERE id >= ? ORDER BY id LIMIT 1 OFFSET ${STEP}`).pluck().safeIntegers(true);
  const scan = db.prepare(
    `SELECT id, ${column} AS written FROM ${table} WHERE id >= ? AND id < ? AND replace(replace(${column}, ' ', ''), '-', '') IN (${marks}) ORDER BY id`,
  ).safeIntegers(true);
  for (let at = fromId; ; ) {
    const end = (bound.get(at) as bigint | undefined) ?? BigInt(Number.MAX_SAFE_INTEGER);
    take(scan.all(at, end, ...forms) as never);
    yield undefined;
    if (end === BigInt(Number.MAX_SAFE_INTEGER)) return found;
    at = end;
  }
}

function hasIndex(db: Database.Database, table: string, column: string): boolean {
  return table === "content" && column === "destination" &&
    db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = 'sealed_destination'").get() !== undefined;
}

function beginnings(forms: readonly string[]): Set<string> {
  const all = new Set<string>();
  for (const form of forms) for (let length = 0; length < form.length; length++) all.add(form.slice(0, length));
  return all;
}
