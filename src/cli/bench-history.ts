/**
 * BenchHistory: a data folder that has seen better days: so many messages in today's file already, and so many sealed days behind it.
 *
 * Made by the store's own engine, batch by batch, with the time of those days handed in: every message is accepted, sent
 * and reported on. Only receipts to the customer are left out: nobody asked for any.
 */
import { Worker } from "node:worker_threads";
import { Encoding, newMessage } from "../../protocols/model/message.js";
import { MessageState } from "../../protocols/model/state.js";
import { laneNumber } from "../flow/lane.js";
import { IDS_PER_SECOND, messageId } from "../../protocols/model/message-id.js";
import type { AcceptIntent, ReceiptIntent } from "../store/store.js";
import { packAccept, packReceipt, packSent } from "../store/intent.js";
import { Octets } from "../store/octets.js";

export interface HistoryShape {
  readonly dir: string;
  readonly operator: string;
  readonly zoneMinutes: number;
  readonly nowMs: number;
  /** Messages already in today's file. */
  readonly today: number;
  readonly sealedDays: number;
  readonly perSealedDay: number;
}

const DAY_S = 86_400;
const BATCH = 4_000;
/** Messages of one day are spread over no more than this, so that they end well before midnight and before now. */
const SPREAD_S = 36_000;
const OPERATOR_NO = 1;
const LINK_NO = 1;
const ACCOUNT_NO = 1;
const PRICE_MICROS = 35_000;
const VALID_MS = 3 * DAY_S * 1_000;
const SOURCE = "10690001";
const TEXT = Buffer.alloc(140, 0x4e);
const NO_OCTETS = Buffer.alloc(0);

/** Fills the folder, which must be new. */
export async function makeHistory(shape: HistoryShape): Promise<void> {
  const { Engine } = await import("../store/sqlite/engine.js");
  const unfinished: string[] = [];
  const engine = new Engine(
    { dir: shape.dir, zoneMinutes: shape.zoneMinutes, retentionDays: 150, receiptHorizonMs: VALID_MS, outboxRetentionMs: VALID_MS, minFreeDiskMb: 0, maxPages: 0 },
    { log: () => undefined, availability: () => undefined, finishDay: (path) => unfinished.push(path), changed: () => undefined },
    () => 0,
  );
  const startOfToday = (Math.floor((shape.nowMs / 1_000 + shape.zoneMinutes * 60) / DAY_S)) * DAY_S - shape.zoneMinutes * 60;
  const beganMs = (startOfToday - (shape.sealedDays + 1) * DAY_S) * 1_000;
  engine.open(beganMs);
  try {
    engine.registerOperators([{ name: shape.operator, policy: { uncertain: "resend", waitMs: 30_000, deadlineMs: VALID_MS } }], beganMs);
    engine.change({ kind: "account.add", actor: "bench", name: "history", settings: { priceMicros: PRICE_MICROS, passwordHash: "" } }, beganMs);
    const cost = BigInt(shape.today + shape.sealedDays * shape.perSealedDay) * BigInt(PRICE_MICROS);
    engine.change({ kind: "topup", actor: "bench", name: "history", amountMicros: cost, reference: "HISTORY" }, beganMs);
    const execute = (batch: Buffer, wallMs: number): void => engine.execute(batch, wallMs);
    for (let day = shape.sealedDays; day > 0; day--) live(execute, startOfToday - day * DAY_S, SPREAD_S, shape.perSealedDay);
    const untilNow = Math.floor(shape.nowMs / 1_000) - startOfToday;
    const spread = Math.max(1, Math.min(SPREAD_S, untilNow - 1));
    live(execute, startOfToday + Math.max(0, untilNow - 1 - spread), spread, shape.today);
    engine.execute(Buffer.alloc(0), shape.nowMs);
    for (let day = 0; day < shape.sealedDays; day++) {
      engine.rest(shape.nowMs);
      while (engine.sealing) engine.sealStep();
    }
  } finally {
    engine.close();
  }
  for (const path of unfinished) await finish(path);
}

/** `count` messages from second `from` (Unix) on, spread over `seconds`. */
function live(execute: (batch: Buffer, wallMs: number) => void, from: number, seconds: number, count: number): void {
  const into = new Octets(1 << 20);
  let sequence = 0;
  let last = 0;
  for (let at = 0; at < count; at += BATCH) {
    const ids: number[] = [];
    let second = from;
    for (let i = at; i < Math.min(count, at + BATCH); i++) {
      second = from + Math.floor((i * seconds) / count);
      sequence = second === last ? sequence + 1 : 0;
      last = second;
      ids.push(messageId(second, Math.floor(sequence / IDS_PER_SECOND), sequence % IDS_PER_SECOND));
    }
    const wallMs = second * 1_000 + 999;
    step(into, ids, (id) => packAccept(into, accepted(id, wallMs)), execute, wallMs);
    step(into, ids, (id) => packSent(into, id, 1, OPERATOR_NO, operatorId(id)), execute, wallMs);
    step(into, ids, (id) => packReceipt(into, reported(id, wallMs)), execute, wallMs);
  }
}

function step(into: Octets, ids: readonly number[], pack: (id: number) => void, execute: (batch: Buffer, wallMs: number) => void, wallMs: number): void {
  into.at = 0;
  for (const id of ids) pack(id);
  execute(into.buffer.subarray(0, into.at), wallMs);
}

function accepted(id: number, wallMs: number): AcceptIntent {
  const message = newMessage();
  message.id = id;
  message.source = SOURCE;
  message.destination = destination(id);
  message.octets = TEXT;
  message.encoding = Encoding.ucs2;
  message.codingOctet = 8;
  message.expiresAtMs = wallMs + VALID_MS;
  return {
    message, accountNo: ACCOUNT_NO, laneNo: laneNumber(OPERATOR_NO, ACCOUNT_NO, 0), state: MessageState.dispatched, operatorNo: OPERATOR_NO, linkNo: LINK_NO,
    segments: 1, chargeMicros: PRICE_MICROS, wordsVersion: 1, dueMs: 0, flags: "", signatureNo: 0, partIds: 0, firstPartId: 0, review: null, committed: nothing,
  };
}

function reported(id: number, doneAtMs: number): ReceiptIntent {
  const operatorMessageId = operatorId(id);
  return {
    operatorNo: OPERATOR_NO, candidates: [operatorMessageId], matched: 0, committed: nothing,
    receipt: {
      operatorMessageId, alternateId: "", state: MessageState.delivered, final: true, stateWord: "DELIVRD", error: "000",
      source: SOURCE, destination: destination(id), doneAtMs, raw: NO_OCTETS,
    },
  };
}

function nothing(): void {
  // The engine is asked directly: nobody waits.
}

/** As an operator would number them: some twenty digits in no order. */
function operatorId(id: number): string {
  return `9${String(Math.imul(id, 2_654_435_761) >>> 0).padStart(10, "0")}${String(id % 100_000_000).padStart(8, "0")}`;
}

function destination(id: number): string {
  return `13${String((id * 7_919) % 1_000_000_000).padStart(9, "0")}`;
}

/** Search indexes and a file for reading only, as after every sealing. */
function finish(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("../store/sqlite/day-finisher.js", import.meta.url), { workerData: { path } });
    worker.on("error", reject);
    worker.on("exit", () => resolve());
  });
}
