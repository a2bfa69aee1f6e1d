/**
 * Row: one message as the writer works on it, and the bounded memory of the rows that are likely to be needed again.
 *
 * The writer is the only one that changes a day file, so a row in memory is as it stands on disk (or in the
 * transaction under way); all are forgotten when a transaction fails. A row leaves at its final state.
 */
import { MessageState } from "../../../protocols/model/state.js";
import type { DayWriter } from "./day-writer.js";

export interface Row {
  readonly file: DayWriter;
  readonly id: number;
  readonly account: number;
  readonly lane: number;
  ord: number;
  state: number;
  chargeState: number;
  notify: number;
  readonly segments: number;
  readonly charge: number;
  readonly holdEntry: number;
  lastEntry: number;
  operator: number;
  /** Of its latest try; of a message with parts, or with ids kept for them: how many ids lie between its own and theirs. */
  link: number;
  resent: number;
  attempts: number;
  /** How many parts it goes out in, 0 = as it is. */
  parts: number;
  /** Ids kept for its parts while it is held. */
  kept: number;
  /** 1 while it is held for a person (table review), else 0. */
  review: number;
  due: number;
  at: number;
  report: number;
  dispatchedAt: number;
  sentAt: number;
  readonly acceptedAt: number;
  readonly expires: number;
  readonly wanted: number;
  words: number;
  readonly kinds: number;
  readonly source: string;
  readonly destination: string;
  readonly serviceType: string;
  readonly protocolNo: number;
  /** Its receipts bear the extras of its submit (store/content.ts); read from its content when one is told. */
  readonly tellsExtras: boolean;
  /** The operator's id under which the latest attempt is remembered, "" when it is not. */
  key: string;
}

/** Places for rows, and for operators' ids: a power of two. */
const PLACES = 131_072;

/**
 * Remembered rows, by id and by the operator's id of their latest attempt: each has one place it can be in, and a newer
 * row takes the place of an older one. Nothing is lost by that but a read from disk; nothing grows, moves or is hashed twice.
 * A row is found by the operator's id only while it is found by its own, so that no message is ever remembered twice.
 */
export class RowMemory {
  readonly #rows: (Row | null)[];
  readonly #keys: (Row | null)[];
  readonly #mask: number;

  constructor(places = PLACES) {
    this.#rows = new Array<Row | null>(places).fill(null);
    this.#keys = new Array<Row | null>(places).fill(null);
    this.#mask = places - 1;
  }

  #place(id: number): number {
    // Consecutive ids lie side by side; those of another second elsewhere. (Of powers of two, so that no division is made.)
    const high = Math.floor(id / 65_536);
    return (id - high * 65_536 + Math.imul(Math.floor(high / 64), 40_503)) & this.#mask;
  }

  get(id: number): Row | undefined {
    const row = this.#rows[this.#place(id)] as Row | null;
    return row !== null && row.id === id ? row : undefined;
  }

  byKey(operator: number, key: string): Row | undefined {
    const row = this.#keys[hashKey(operator, key) & this.#mask] as Row | null;
    return row !== null && row.key === key && row.operator === operator ? row : undefined;
  }

  add(row: Row): void {
    const place = this.#place(row.id);
    const before = this.#rows[place] as Row | null;
    if (before !== null && before !== row) this.#forgetKey(before);
    this.#rows[place] = row;
  }

  /** Remembers under which of its operator's ids the row's latest attempt is known. */
  setKey(row: Row, key: string): void {
    this.#forgetKey(row);
    row.key = key;
    this.#keys[hashKey(row.operator, key) & this.#mask] = row;
  }

  remove(row: Row): void {
    const place = this.#place(row.id);
    if (this.#rows[place] === row) this.#rows[place] = null;
    this.#forgetKey(row);
  }

  #forgetKey(row: Row): void {
    if (row.key === "") return;
    const at = hashKey(row.operator, row.key) & this.#mask;
    if (this.#keys[at] === row) this.#keys[at] = null;
    row.key = "";
  }

  /** Whether a message like this is DISPATCHED, as far as is remembered. Looks at every row: for rare questions. */
  isOut(operator: number, destination: string, source: string): boolean {
    return this.#rows.some((row) => row?.state === MessageState.dispatched && row.operator === operator && row.destination === destination
      && (source === "" || row.source === source));
  }

  clear(): void {
    this.#rows.fill(null);
    this.#keys.fill(null);
  }
}

/** FNV-1a over an operator's number and one of its ids. */
export function hashKey(operator: number, key: string, seed = 0x811c9dc5): number {
  let hash = Math.imul(seed ^ operator, 0x01000193);
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/**
 * Operators' ids whose final report has come lately, by two hashes: tells a report that comes twice from one that
 * nobody waits for. Of fixed size; in four thousand million unknown ids one is taken for a repeated one.
 */
export class RecentFinals {
  readonly #check = new Uint32Array(PLACES);
  readonly #state = new Uint8Array(PLACES);

  /** The final state that was reported under this id, 0 when none is remembered. */
  get(operator: number, key: string): number {
    const place = hashKey(operator, key) & (PLACES - 1);
    return this.#check[place] === hashKey(operator, key, CHECK_SEED) ? (this.#state[place] as number) : 0;
  }

  set(operator: number, key: string, state: number): void {
    const place = hashKey(operator, key) & (PLACES - 1);
    this.#check[place] = hashKey(operator, key, CHECK_SEED);
    this.#state[place] = state;
  }

  clear(): void {
    this.#state.fill(0);
  }
}

const CHECK_SEED = 0x5bd1e995;
