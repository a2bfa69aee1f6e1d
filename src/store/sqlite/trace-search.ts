/**
 * Trace search: which messages went to a number, or had an operator's id; newest first, bounded in days still open.
 *
 * A sealed day has an index for both and costs a lookup. An open day has none (it would cost every message), so it is
 * read backwards, step by step, until enough is found or the bound on rows is reached.
 */
import { normaliseDestination } from "../../../protocols/model/address.js";
import { messageId } from "../../../protocols/model/message-id.js";
import { operatorKey } from "../../lifecycle/operator-key.js";
import type { Books, DayFile } from "./books.js";
import { opHash } from "./day-schema.js";

/** A message found: its file and id. */
export interface Found {
  readonly file: DayFile;
  readonly id: bigint;
}

/** Rows of open days one search may look at: some seconds. */
const MAX_ROWS = 5_000_000;
const STEP = 20_000;
/** Attempts are numbered message id * 256 + number of the try. */
const TRIES = 256n;

interface Kind {
  /** The index a sealed day has. */
  readonly index: string;
  /** Table, and its column that is compared. */
  readonly table: string;
  readonly column: string;
  /** Rows of the table a message id stands for: from `id * scale`. */
  readonly scale: bigint;
}

const BY_DESTINATION: Kind = { index: "sealed_destination", table: "content", column: "destination", scale: 1n };
const BY_OPERATOR_HASH: Kind = { index: "sealed_op_hash", table: "message", column: "op_hash", scale: 1n };
const BY_OPERATOR_ID: Kind = { index: "sealed_op_key", table: "attempt", column: "op_key", scale: TRIES };

/** Messages to a destination in any usual spelling, accepted at `fromMs` or later. */
export function searchDestination(books: Books, value: string, limit: number, fromMs: number): Generator<undefined, Found[]> {
  return search(books, BY_DESTINATION, spellings(value), limit, fromMs);
}

/** Messages of which an attempt was given this id by an operator, in any base or padding. */
export function* searchOperatorId(books: Books, value: string, limit: number, fromMs: number): Generator<undefined, Found[]> {
  const keys = operatorKeys(value);
  const straight = (yield* search(books, BY_OPERATOR_HASH, keys.map(opHash), limit, fromMs)).filter(({ file, id }) => {
    // A hash may be another id's.
    const raw = file.prepare("SELECT op_id FROM message WHERE id = ?").pluck().get(id) as string;
    return keys.includes(operatorKey(raw));
  });
  const others = yield* search(books, BY_OPERATOR_ID, keys, limit, fromMs);
  const seen = new Set(straight.map(({ id }) => id));
  return [...straight, ...others.filter(({ id }) => !seen.has(id))].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
}

function* search(books: Books, kind: Kind, values: readonly (string | number)[], limit: number, fromMs: number): Generator<undefined, Found[]> {
  const found: Found[] = [];
  const fromId = fromMs <= 0 ? 0n : BigInt(Math.max(0, messageId(Math.floor(fromMs / 1_000), 0, 0)));
  const seen = new Set<bigint>();
  const marks = values.map(() => "?").join(", ");
  let rowsLeft = MAX_ROWS;
  for (const day of books.days().reverse()) {
    const file = books.file(day);
    if (file === null) continue;
    const take = (rowIds: readonly bigint[]): void => {
      for (const rowId of rowIds) {
        const id = rowId / kind.scale;
        if (found.length >= limit || seen.has(id)) continue;
        seen.add(id);
        found.push({ file, id });
      }
    };
    if (file.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?").get(kind.index) !== undefined) {
      const sql = `SELECT id FROM ${kind.table} WHERE ${kind.column} IN (${marks}) AND id >= ? ORDER BY id DESC LIMIT ?`;
      take(file.prepare(sql).pluck().all(...values, fromId * kind.scale, limit * Number(kind.scale)) as bigint[]);
      yield undefined;
    } else {
      const bound = file.prepare(`SELECT id FROM ${kind.table} WHERE id < ? AND id >= ? ORDER BY id DESC LIMIT 1 OFFSET ${STEP - 1}`).pluck();
      const scan = file.prepare(`SELECT id FROM ${kind.table} WHERE id < ? AND id >= ? AND +${kind.column} IN (${marks}) ORDER BY id DESC`).pluck();
      let before = ((file.prepare(`SELECT max(id) FROM ${kind.table}`).pluck().get() as bigint | null) ?? -1n) + 1n;
      while (before > fromId * kind.scale && found.length < limit && rowsLeft > 0) {
        const start = (bound.get(before, fromId * kind.scale) as bigint | undefined) ?? fromId * kind.scale;
        take(scan.all(before, start, ...values) as bigint[]);
        before = start;
        rowsLeft -= STEP;
        yield undefined;
      }
    }
    if (found.length >= limit) break;
  }
  return found;
}

/** How submitters write a number: messages keep the submitter's own spelling. */
function spellings(value: string): string[] {
  const normal = normaliseDestination(value, 0) ?? value;
  if (/^1[3-9][0-9]{9}$/.test(normal)) return [normal, `86${normal}`, `+86${normal}`, `0086${normal}`];
  if (normal.startsWith("+")) return [normal, normal.slice(1), `00${normal.slice(1)}`];
  return normal === value ? [value] : [normal, value];
}

/** An operator's id as it may be indexed: upper case without leading zeros, also from and to hexadecimal. */
function operatorKeys(value: string): string[] {
  const plain = value.trim().toUpperCase().replace(/^0+(?=.)/, "");
  const keys = [plain];
  if (plain.length <= 32 && /^[0-9]+$/.test(plain)) keys.push(BigInt(plain).toString(16).toUpperCase());
  if (plain.length <= 32 && /^[0-9A-F]+$/.test(plain)) keys.push(BigInt(`0x${plain}`).toString());
  return [...new Set(keys)];
}
