/**
 * DayBook: a small stand-in for the writer: fills a day's file as it would, by direct inserts, for tests of the readers.
 */
import Database from "better-sqlite3";
import { mkdirSync } from "node:fs";
import { newMessage } from "../../../protocols/model/message.js";
import type { Message } from "../../../protocols/model/message.js";
import { MessageState } from "../../../protocols/model/state.js";
import { operatorKey } from "../../../src/lifecycle/operator-key.js";
import { messageId } from "../../../protocols/model/message-id.js";
import { ChargeState, ENTRY_BOOKS, EntryKind, afterMovement } from "../../../src/ledger/settlement.js";
import type { Movement } from "../../../src/ledger/settlement.js";
import { contentSize, packContent, packKinds } from "../../../src/store/content.js";
import { AttemptState, DAY_SCHEMA, DAY_VERSION, FIRST_ENTRY, NO_ENTRY, NO_HASH, NO_REPORT, NO_TIME, Notify, Tally, opHash } from "../../../src/store/sqlite/day-schema.js";
import { dayPath, dayStartMs, daysDir } from "../../../src/store/sqlite/paths.js";

export const ZONE = 480;
/** 2025-11-24 in the business time zone. */
export const DAY = 20_416;

/** A wall time on a day: hours after its start. */
export function atHour(day: number, hour: number): number {
  return dayStartMs(day, ZONE) + hour * 3_600_000;
}

export class DayBook {
  readonly db: Database.Database;
  readonly day: number;
  #sequence = 0;
  #nextEntry = FIRST_ENTRY;
  /** Entries of the batch under way, by account and kind. */
  #batch = new Map<string, { id: number; account: number; kind: EntryKind; count: number; amount: number }>();

  constructor(dir: string, day: number) {
    this.day = day;
    mkdirSync(daysDir(dir), { recursive: true });
    this.db = new Database(dayPath(dir, day));
    this.db.pragma("journal_mode = WAL");
    this.db.pragma("synchronous = OFF");
    this.db.exec(DAY_SCHEMA);
    this.db.pragma(`user_version = ${DAY_VERSION}`);
  }

  close(): void {
    this.db.close();
  }

  /** One commit at a wall time: all that `work` books of one kind for one account is one entry. */
  commit(atMs: number, work: () => void): void {
    this.#batch = new Map();
    this.db.transaction(() => {
      work();
      for (const { id, account, kind, count, amount } of this.#batch.values()) {
        const { debit, credit } = ENTRY_BOOKS[kind];
        this.db.prepare("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)").run(id, atMs, account, kind, debit, credit, count, amount);
      }
    })();
  }

  /** A new message (inside commit); its id. */
  accept(given: { account: number; charge: number; segments?: number; operator?: number; atMs?: number; flags?: string } & Partial<Message>): number {
    const { account, charge, segments = 1, operator = 1, atMs = atHour(this.day, 1), flags = "" } = given;
    const message: Message = { ...newMessage(), source: "1069", destination: "13800138000", ...given };
    const id = messageId(Math.floor(dayStartMs(this.day, ZONE) / 1_000) + 3_600, 0, (this.#sequence += 1));
    const hold = charge === 0 ? NO_ENTRY : this.#book(account, EntryKind.hold, charge);
    const chargeState = charge === 0 ? ChargeState.free : ChargeState.held;
    this.db
      .prepare(`INSERT INTO message VALUES (${new Array(20).fill("?").join(", ")})`)
      .run(id, account, 1, id, MessageState.queued, chargeState, Notify.none, segments, charge, hold, NO_ENTRY, operator, 0, atMs + 172_800_000, atMs, NO_REPORT, NO_TIME, NO_TIME, NO_HASH, "");
    const body = Buffer.alloc(contentSize(message, flags));
    const end = packContent(body, 0, message, flags);
    this.db
      .prepare("INSERT INTO content VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)")
      .run(id, atMs, atMs + 172_800_000, message.receiptWanted, 7, packKinds(message), message.source, message.destination, body.subarray(0, end));
    this.#tally(account, Tally.accepted, segments);
    return id;
  }

  /** A try that came to an answer (inside commit). */
  attempt(id: number, no: number, operatorId: string, atMs: number, state: number = AttemptState.open): void {
    this.db
      .prepare("INSERT INTO attempt (id, operator, link, state, status, status_name, dispatched_at, answered_at, op_key, op_id) VALUES (?, 1, 2, ?, 0, ?, ?, ?, ?, ?)")
      .run(BigInt(id) * 256n + BigInt(no), state, this.word("ESME_ROK"), atMs, atMs + 5, operatorId.toUpperCase().replace(/^0+(?=.)/, ""), operatorId);
    this.db.prepare("UPDATE message SET state = ?, try = ?, at = ? WHERE id = ?").run(MessageState.sent, (2 << 16) | no, atMs + 5, id);
  }

  /** The operator took a message at its only try (inside commit): that stands in the message's own row. */
  taken(id: number, operatorId: string, atMs: number): void {
    this.db
      .prepare("UPDATE message SET state = ?, try = ?, dispatched_at = ?, sent_at = ?, op_hash = ?, op_id = ? WHERE id = ?")
      .run(MessageState.sent, (2 << 16) | 1, atMs, atMs + 5, opHash(operatorKey(operatorId)), operatorId, id);
    const row = this.db.prepare("SELECT account, segments FROM message WHERE id = ?").get(id) as { account: number; segments: number };
    this.#tally(row.account, Tally.sent, row.segments);
  }

  /** The number of a word. */
  word(text: string): number {
    const known = this.db.prepare("SELECT no FROM word WHERE text = ?").pluck().get(text) as number | undefined;
    if (known !== undefined) return known;
    return Number(this.db.prepare("INSERT INTO word (text) VALUES (?)").run(text).lastInsertRowid);
  }

  /** Moves a message's money (inside commit). */
  move(id: number, movement: Movement): void {
    if (movement === 0) return;
    const row = this.db.prepare("SELECT account, charge, charge_state AS state FROM message WHERE id = ?").get(id) as { account: number; charge: number; state: ChargeState };
    const entry = this.#book(row.account, movement, row.charge);
    this.db.prepare("UPDATE message SET charge_state = ?, last_entry = ? WHERE id = ?").run(afterMovement(row.state, movement), entry, id);
  }

  /** Ends a message (inside commit), moving its money. */
  end(id: number, state: MessageState, movement: Movement, atMs = atHour(this.day, 2)): void {
    this.move(id, movement);
    this.db.prepare("UPDATE message SET state = ?, at = ? WHERE id = ?").run(state, atMs, id);
    const row = this.db.prepare("SELECT account, segments, sent_at FROM message WHERE id = ?").get(id) as { account: number; segments: number; sent_at: number };
    this.#tally(row.account, state, row.segments);
    if (row.sent_at <= 0) this.#tally(row.account, state === MessageState.delivered ? Tally.sent : Tally.unsent, row.segments);
  }

  refuse(account: number, outcome: number): void {
    this.db.prepare("INSERT INTO refusal (at, account, outcome, rule, source, destination, body) VALUES (?, ?, ?, '', '', '', x'')").run(atHour(this.day, 1), account, outcome);
    this.db.prepare("INSERT INTO refused VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1").run(account, outcome);
  }

  #book(account: number, kind: EntryKind, charge: number): number {
    const key = `${account}:${kind}`;
    let entry = this.#batch.get(key);
    if (entry === undefined) {
      entry = { id: this.#nextEntry, account, kind, count: 0, amount: 0 };
      this.#nextEntry += 1;
      this.#batch.set(key, entry);
    }
    entry.count += 1;
    entry.amount += charge;
    const [available, held, settled, holds] = EFFECTS[kind].map((sign, i) => (i === 3 ? sign : sign * charge));
    this.db
      .prepare(
        `INSERT INTO account_total VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET available_delta = available_delta + excluded.available_delta,
         held = held + excluded.held, settled = settled + excluded.settled, held_count = held_count + excluded.held_count`,
      )
      .run(account, available, held, settled, holds);
    return entry.id;
  }

  #tally(account: number, state: number, segments: number): void {
    this.db
      .prepare("INSERT INTO tally VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET messages = messages + 1, segments = segments + excluded.segments")
      .run(account, state, segments);
  }
}

/** What a kind does to available, held, settled and the number of open holds. */
const EFFECTS: Readonly<Record<EntryKind, readonly number[]>> = {
  [EntryKind.hold]: [-1, 1, 0, 1],
  [EntryKind.settle]: [0, -1, 1, -1],
  [EntryKind.release]: [1, -1, 0, -1],
  [EntryKind.refund]: [1, 0, -1, 0],
};

/** Runs a step-by-step answer to its end. */
export function finish<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
