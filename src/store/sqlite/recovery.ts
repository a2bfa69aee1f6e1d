/**
 * Recovery: brings the writer's memory in line with the disk, at start and after a failed transaction.
 */
import { tellOutbox } from "./claims.js";
import type { DayFiles } from "./day-files.js";
import type { DayWriter } from "./day-writer.js";
import { NO_HASH, REVIEW_BIT } from "./day-schema.js";
import { operatorKey } from "../../lifecycle/operator-key.js";
import { readKnownSubmits } from "./known-submits.js";
import type { LedgerDb } from "./ledger-db.js";
import { MessageState } from "../../../protocols/model/state.js";
import { makeReviewsWhole } from "./review.js";
import { makeUncertain, queueAgain } from "./outgoing.js";
import { Told } from "../results.js";
import { Order } from "./order.js";
import type { WriterState } from "./state.js";
import type { Account } from "../../ledger/account.js";
import type { KnownSubmit } from "../store.js";
import type { Row } from "./row.js";

/** Held messages handed to the flow at start; the others come when their deadline passes. */
const HELD_MAX = 10_000;
/** Latest messages of a day looked at for ids whose final report has come. */
const FINALS_MAX = 200_000;

/** What was found at start; `held` goes packed. */
export interface Found {
  readonly accounts: readonly Account[];
  readonly operators: ReadonlyMap<string, number>;
  readonly lanes: ReadonlyMap<number, number>;
  readonly waiting: ReadonlyMap<number, number>;
  readonly outbox: ReadonlyMap<number, number>;
  readonly highestId: number;
  readonly uncertain: number;
  readonly knownSubmits: readonly KnownSubmit[];
}

/** Reads everything the writer keeps in memory from disk again; nothing of a failed transaction survives. */
export function readMemory(state: WriterState, files: DayFiles, ledger: LedgerDb): void {
  state.rows.clear();
  state.finals.clear();
  state.lanes.failed();
  state.forgetTold();
  state.forgetFiles();
  state.uncertain = 0;
  state.orphans = 0;
  state.orphanKeys.clear();
  const days = files.open();
  for (const file of days) {
    file.rollback();
    file.read();
    state.order = new Order(Math.max(state.order.last, file.meta("ord")));
    state.nowMs = Math.max(state.nowMs, file.meta("commit_ms"));
    state.uncertain += file.db.prepare("SELECT count(*) FROM message WHERE state = 7").pluck().get() as number;
    state.orphans += file.statements.countOrphans.get() as number;
    for (const [operator, key] of file.statements.allOrphanKeys.iterate() as Iterable<[number, string]>) {
      state.orphanKeys.add(operator, key);
    }
    for (const [laneNo, count] of queuedByLane(state, file)) state.lanes.lane(laneNo).ahead += count;
  }
  // Oldest first: what is remembered last is remembered best.
  for (let i = days.length - 1; i >= 0; i--) rememberFinals(state, days[i] as DayWriter);
  readBalances(state, files, ledger);
}

/**
 * Operators repeat receipts that a crash kept us from answering. Those of messages that have ended must be known as
 * repeated, or one could be taken for the receipt of an UNCERTAIN message to the same number.
 */
function rememberFinals(state: WriterState, file: DayWriter): void {
  const latest = file.db.prepare(
    `SELECT operator, op_id, state FROM message WHERE id > coalesce((SELECT id FROM message ORDER BY id DESC LIMIT 1 OFFSET ?), 0)
      AND state >= 20 AND op_hash <> ${NO_HASH} ORDER BY id`,
  ).raw().iterate(FINALS_MAX) as Iterable<[number, string, number]>;
  for (const [operator, raw, to] of latest) state.finals.set(operator, operatorKey(raw.trim()), to);
}

/** Queued messages of a file that have not been handed out. */
function queuedByLane(state: WriterState, file: DayWriter): [number, number][] {
  const counts: [number, number][] = [];
  const perLane = file.db.prepare("SELECT lane, count(*) FROM message WHERE state = 4 GROUP BY lane").raw().all() as [number, number][];
  const behind = file.db.prepare("SELECT count(*) FROM message WHERE state = 4 AND lane = ? AND ord > ?").pluck();
  for (const [laneNo, count] of perLane) {
    const { cursor } = state.lanes.lane(laneNo);
    counts.push([laneNo, cursor === 0 ? count : (behind.get(laneNo, cursor) as number)]);
  }
  return counts;
}

/** Each account's available money: ledger.db's and what the open days have done to it. */
export function readBalances(state: WriterState, files: DayFiles, ledger: LedgerDb): void {
  const available = ledger.availableAll();
  for (const { account } of ledger.accountRows()) {
    let micros = available.get(account.no) ?? 0n;
    for (const file of files.open()) micros += BigInt(file.account(account.no).availableDelta);
    state.balances.set(account, Number(micros));
  }
}

/** DISPATCHED without an answer at start: whether they were written nobody knows any more; and reviews that a crash cut short. Runs in a transaction of its own. */
export function markUncertain(state: WriterState, files: DayFiles): number {
  let marked = 0;
  for (const file of files.open()) {
    for (const id of file.dispatched()) {
      const row = state.row(id);
      if (row === undefined) continue;
      makeUncertain(state, row);
      marked++;
    }
  }
  makeReviewsWhole(state);
  return marked;
}

/** What the flow must know at start. */
export function lookAround(state: WriterState, files: DayFiles, ledger: LedgerDb): { readonly found: Found; readonly held: Row[] } {
  const lanes = new Map<number, number>();
  const outbox = new Map<number, number>();
  const held: Row[] = [];
  let highestId = 0;
  const add = (map: Map<number, number>, key: number, count: number): void => {
    map.set(key, (map.get(key) ?? 0) + count);
  };
  for (const file of files.open()) {
    const { db } = file;
    for (const [lane, count] of db.prepare("SELECT lane, count(*) FROM message WHERE state = 4 GROUP BY lane").raw().all() as [number, number][]) add(lanes, lane, count);
    for (const table of ["message", "inbound"]) {
      const waiting = db.prepare(`SELECT account, count(*) FROM ${table} WHERE notify = 3 GROUP BY account`).raw().all() as [number, number][];
      for (const [account, count] of waiting) add(outbox, account, count);
      highestId = Math.max(highestId, (db.prepare(`SELECT max(id) FROM ${table}`).pluck().get() as number | null) ?? 0);
    }
    // due > 0 names the partial index. What waits for a person has been judged.
    const ids = db.prepare(`SELECT id FROM message WHERE due > 0 AND state = 2 AND (try & ${REVIEW_BIT}) = 0 ORDER BY id LIMIT ?`).pluck().all(HELD_MAX) as number[];
    for (const id of ids) {
      const row = file.load(id);
      if (row !== undefined) held.push(row);
    }
  }
  highestId = Math.max(highestId, files.highestSealedId());
  held.sort((a, b) => a.id - b.id);
  return {
    found: { accounts: ledger.accountRows().map((row) => row.account), operators: ledger.operators(), lanes, waiting: new Map(state.waits.read(files.open())), outbox, highestId, uncertain: state.uncertain, knownSubmits: readKnownSubmits(files, state.nowMs) },
    held: held.slice(0, HELD_MAX),
  };
}

/** Batches of which nobody knew whether they reached the disk: what they were answered told the flow nothing. */
export interface Doubts {
  /** Order numbers above this were drawn by them. */
  readonly after: number;
  /** Ids of their acceptances. */
  readonly accepted: number[];
}

/**
 * Tells the flow what such batches put in queue and outbox after all: it would not look for it. Acceptances among them:
 * their submitters got no answer and nothing was written to an operator. Those that stand on disk are real messages,
 * and queued; the flow hears of each whether it does.
 */
export function settleDoubts(state: WriterState, { after, accepted }: Doubts): void {
  for (const file of state.days.open()) {
    const lanes = file.db.prepare("SELECT lane, count(*) FROM message WHERE state = 4 AND ord > ? GROUP BY lane").raw().all(after) as [number, number][];
    for (const [laneNo, count] of lanes) state.queued.set(laneNo, (state.queued.get(laneNo) ?? 0) + count);
  }
  state.waits.read(state.days.open());
  tellOutbox(state, after);
  state.balances.creditDoubted();
  for (const id of accepted) {
    const row = state.row(id);
    state.told.need(10);
    state.told.u8(Told.resolved);
    state.told.f64(id);
    state.told.u8(row === undefined ? 0 : 1);
    if (row === undefined) continue;
    if (row.state === MessageState.dispatched && row.attempts === 1) {
      row.attempts = 0;
      queueAgain(state, row, MessageState.queued, 0);
    }
  }
}
