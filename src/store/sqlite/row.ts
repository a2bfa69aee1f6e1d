/**
 * Row: one message as the writer works on it, and the bounded memory of the rows that are likely to be needed again.
 *
 * The writer is the only one that changes a day file, so a row in memory is as it stands on disk (or in the
 * transaction under way); all are forgotten when a transaction fails. A row leaves at its final state.
 */
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
  link: number;
  resent: number;
  attempts: number;
  due: number;
  at: number;
  report: number;
  readonly acceptedAt: number;
  readonly expires: number;
  readonly wanted: number;
  words: number;
  readonly kinds: number;
  readonly source: string;
  readonly destination: string;
  /** Under which the latest open attempt is remembered ("operator|operator key"), "" when it is not. */
  key: string;
  /** Place in the ring of remembered rows, -1 when it is not remembered. */
  slot: number;
}

/** Rows remembered: about 20 MB. */
const MOST = 65_536;

export class RowMemory {
  readonly #rows = new Map<number, Row>();
  readonly #keys = new Map<string, Row>();
  readonly #ring: (Row | null)[];
  readonly #most: number;
  #next = 0;

  constructor(most = MOST) {
    this.#most = most;
    this.#ring = new Array<Row | null>(most).fill(null);
  }

  get(id: number): Row | undefined {
    return this.#rows.get(id);
  }

  byKey(key: string): Row | undefined {
    return this.#keys.get(key);
  }

  /** Remembers a row, in the place of the one remembered longest. */
  add(row: Row): void {
    if (row.slot >= 0) return;
    const old = this.#ring[this.#next] as Row | null;
    if (old !== null) this.remove(old);
    row.slot = this.#next;
    this.#ring[this.#next] = row;
    this.#next = (this.#next + 1) % this.#most;
    this.#rows.set(row.id, row);
  }

  /** Remembers under which of an operator's ids the row's latest attempt is known. */
  setKey(row: Row, key: string): void {
    if (row.slot < 0) return;
    if (row.key !== "") this.#keys.delete(row.key);
    row.key = key;
    this.#keys.set(key, row);
  }

  remove(row: Row): void {
    if (row.slot < 0) return;
    this.#ring[row.slot] = null;
    row.slot = -1;
    this.#rows.delete(row.id);
    if (row.key !== "" && this.#keys.get(row.key) === row) this.#keys.delete(row.key);
    row.key = "";
  }

  clear(): void {
    this.#rows.clear();
    this.#keys.clear();
    this.#ring.fill(null);
    this.#next = 0;
  }
}

/** The most finals remembered in each of the two generations. */
const FINALS = 50_000;

/** Operators' ids whose final report has come lately: tells a report that comes twice from one nobody waits for. */
export class RecentFinals {
  #young = new Map<string, number>();
  #old = new Map<string, number>();

  /** The final state that was reported under this key, 0 when none is remembered. */
  get(key: string): number {
    return this.#young.get(key) ?? this.#old.get(key) ?? 0;
  }

  set(key: string, state: number): void {
    if (this.#young.size >= FINALS) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, state);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
