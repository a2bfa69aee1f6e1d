/**
 * Bill books: the messages an operator took in a period, read from the days on disk beside a running daemon, and held against its bill.
 *
 * Each step is one short statement on a file opened read-only, so that no log of a live file is pinned.
 */
import { classifyDestination } from "../../../protocols/model/address.js";
import { MessageState } from "../../../protocols/model/state.js";
import { costFor, type OperatorCost } from "../../ledger/operator-cost.js";
import { Fate, type BillRow, type BillTotals, type DifferenceRow, type Reconciled } from "../bill.js";
import { matchBill } from "./bill-match.js";
import { BillTable } from "./bill-table.js";
import { Books, type DayFile, type Ints } from "./books.js";
import { readCosts, readRollups } from "./carried-rollup.js";
import { AttemptState, IS_SENT, NO_HASH, SPLIT_BIT } from "./day-schema.js";
import { dayName, dayOfMs } from "./paths.js";

/** Rows of one step. */
const STEP = 2_000;
/** A text may be scheduled so far ahead, and tried for some days: it was accepted so long before it was sent, at most. */
const EARLIER_DAYS = 34;
/** Another clock and another midnight: what a bill has from just outside the period is looked for there too. */
const MARGIN_MS = 86_400_000;
const RESENT = "(m.try >> 8 & 1)";

export interface BillAsked {
  readonly operator: string;
  /** Whole days, half open, wall ms. */
  readonly fromMs: number;
  readonly toMs: number;
  /** How far apart the times of what has no id may lie. */
  readonly withinMs: number;
}

interface Row extends Ints<"id" | "state" | "segments" | "at" | "kinds"> {
  readonly op_id: string;
  readonly destination: string;
}

/** One bill held against the books of a folder: rows first, then `reconcile`, then whatever is asked. */
export class BillAgainstBooks {
  readonly #books: Books;
  readonly #table: BillTable;
  readonly #asked: BillAsked;
  readonly #operator: number;
  readonly #costs: readonly OperatorCost[];
  readonly #missing: ReadonlySet<number>;

  private constructor(books: Books, asked: BillAsked, operator: number) {
    this.#books = books;
    this.#asked = asked;
    this.#operator = operator;
    this.#costs = readCosts(books.ledger).get(operator) ?? [];
    const here = new Set(books.days());
    const [from, to] = [dayOfMs(asked.fromMs, books.zoneMinutes), dayOfMs(asked.toMs - 1, books.zoneMinutes)];
    this.#missing = new Set([...books.ledger.sealedDays()].filter((day) => day >= from && day <= to && !here.has(day)).sort((a, b) => a - b));
    this.#table = new BillTable();
  }

  /** Opens a folder that may be read (readableBooks); the names there are when none is the operator's. */
  static open(dir: string, zoneMinutes: number, asked: BillAsked): BillAgainstBooks | readonly string[] {
    const books = Books.open(dir, zoneMinutes);
    try {
      const operators = books.ledger.operators();
      const operator = operators.get(asked.operator);
      if (operator !== undefined) return new BillAgainstBooks(books, asked, operator);
      books.close();
      return [...operators.keys()];
    } catch (error) {
      books.close();
      throw error;
    }
  }

  close(): void {
    this.#table.close();
    this.#books.close();
  }

  /** A row of the bill. */
  add(row: BillRow): void {
    const gone = this.#missing.size > 0 && (row.atMs === null || this.#missing.has(dayOfMs(row.atMs, this.#books.zoneMinutes)));
    this.#table.add(row, gone);
  }

  reconcile(): Reconciled {
    const table = this.#table;
    this.#copy();
    table.complete();
    matchBill(table, this.#asked.withinMs);
    const [matched, byNumber, severalFitted] = ["", "WHERE by_id = 0", "WHERE several = 1"].map((where) => table.count(`SELECT count(*) FROM pair ${where}`)) as [number, number, number];
    const missing = { bill: table.goneTotals(), books: this.#carried() };
    const onDisk = table.bookTotals();
    const billed = table.billTotals();
    return {
      bill: billed, books: this.#missing.size === 0 ? onDisk : added(onDisk, missing.books), unpriced: table.unpriced(), matched, byNumber, severalFitted,
      notCharged: table.notCharged(), differences: table.differences(), missingDays: [...this.#missing].map(dayName), missing,
    };
  }

  rows(): Generator<DifferenceRow, void> {
    return this.#table.rows();
  }

  #copy(): void {
    const { fromMs, toMs } = this.#asked;
    const { zoneMinutes } = this.#books;
    const [first, last] = [dayOfMs(fromMs, zoneMinutes) - EARLIER_DAYS, dayOfMs(toMs - 1 + MARGIN_MS, zoneMinutes)];
    for (const day of this.#books.days()) {
      const file = day < first || day > last ? null : this.#books.file(day);
      if (file === null) continue;
      this.#copyDay(file);
      // It stays open, its pages do not.
      file.db.pragma("shrink_memory");
    }
  }

  #copyDay(file: DayFile): void {
    const bound = file.prepare(`SELECT max(id) FROM (SELECT id FROM message WHERE id > ? ORDER BY id LIMIT ${STEP})`).pluck();
    const at = "iif(m.sent_at > 0, m.sent_at, m.at)";
    const contents = "coalesce(c.kinds, 0) AS kinds, coalesce(c.destination, '') AS destination";
    const straight = file.prepare(
      `SELECT m.id, m.state, m.segments, ${at} AS at, iif(m.op_hash = ${NO_HASH}, '', trim(m.op_id)) AS op_id, ${contents} FROM message m LEFT JOIN content c ON c.id = m.id
       WHERE m.id > ? AND m.id <= ? AND m.operator = ? AND ${IS_SENT} AND NOT (m.try & ${SPLIT_BIT}) AND NOT ${RESENT} AND ${at} >= ? AND ${at} < ?`,
    );
    // Of what was sent more than once each try that an operator took stands for itself: it charges both.
    const again = file.prepare(
      `SELECT m.id, a.state, m.segments, a.answered_at AS at, coalesce(a.op_id, a.op_key) AS op_id, ${contents}
       FROM message m CROSS JOIN attempt a ON a.id > (m.id << 8) AND a.id <= (m.id << 8 | 255) LEFT JOIN content c ON c.id = m.id
       WHERE m.id > ? AND m.id <= ? AND ${RESENT} AND NOT (m.try & ${SPLIT_BIT}) AND a.operator = ? AND a.answered_at >= ? AND a.answered_at < ?
         AND (a.state >= 20 OR a.state = ${AttemptState.open} OR a.state = ${AttemptState.negative} OR a.state = ${AttemptState.superseded})`,
    );
    const [from, to] = [this.#asked.fromMs - MARGIN_MS, this.#asked.toMs + MARGIN_MS];
    for (let after = -1n; ;) {
      const last = bound.get(after) as bigint | null;
      if (last === null) return;
      for (const row of straight.all(after, last, this.#operator, from, to) as Row[]) this.#add(row);
      for (const row of again.all(after, last, this.#operator, from, to) as Row[]) this.#add(row);
      after = last;
    }
  }

  #add({ id, state, segments, at, op_id: operatorId, kinds, destination }: Row): void {
    const { normal } = classifyDestination(destination, Number((kinds >> 8n) & 255n));
    const atMs = Number(at);
    // Of a number that has been masked its beginning is still there.
    const cost = costFor(this.#costs, normal === "" ? (destination.split("*", 1)[0] ?? "") : normal, atMs);
    this.#table.addBook({
      messageId: Number(id), operatorId, number: destination, destination: normal, atMs, segments: Number(segments), fate: fateOf(Number(state)),
      each: cost === null ? null : cost.costMicros, onlyDelivered: cost?.charged === "delivered", inside: atMs >= this.#asked.fromMs && atMs < this.#asked.toMs,
    });
  }

  /** What the days that are no longer on disk have left: messages as customers gave them, segments as operators count them. */
  #carried(): BillTotals {
    if (this.#missing.size === 0) return { messages: 0, segments: 0, micros: null };
    const { fromMs, toMs } = this.#asked;
    let [messages, segments, units] = [0, 0, 0];
    let micros: bigint | null = null;
    for (const rollup of readRollups(this.#books.ledger, null, dayOfMs(fromMs, this.#books.zoneMinutes), dayOfMs(toMs - 1, this.#books.zoneMinutes) + 1)) {
      if (!this.#missing.has(rollup.day)) continue;
      for (const use of rollup.uses) {
        if (use.operator !== this.#operator || use.sent === 0) continue;
        messages += use.sent;
        segments += use.segments;
      }
      for (const cost of rollup.costs) {
        if (cost.operator !== this.#operator) continue;
        units += cost.units;
        micros = (micros ?? 0n) + cost.amount;
      }
    }
    return { messages, segments: units > 0 ? units : segments, micros };
  }
}

function added(a: BillTotals, b: BillTotals): BillTotals {
  const micros = a.micros === null ? b.micros : a.micros + (b.micros ?? 0n);
  return { messages: a.messages + b.messages, segments: (a.segments ?? 0) + (b.segments ?? 0), micros };
}

/** The fate of a message, or of a try (AttemptState below 20). */
function fateOf(state: number): Fate {
  switch (state) {
    case MessageState.delivered:
      return Fate.delivered;
    case MessageState.undeliverable:
    case MessageState.expired:
    case MessageState.deleted:
    case MessageState.rejected:
    case AttemptState.negative:
      return Fate.failed;
    default:
      return Fate.open;
  }
}
