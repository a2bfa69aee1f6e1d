/**
 * Answers: every Query answered from the books, in short steps; `answerNow` runs one to its end at once.
 */
import { MessageState, isFinal, stateName } from "../../../protocols/model/state.js";
import { ChargeState } from "../../ledger/settlement.js";
import type { Answer, CustomerMessage, Query } from "../query.js";
import { Books } from "./books.js";
import type { Ints } from "./books.js";
import { viewAccount } from "./change-context.js";
import { readHistory, readInvoices } from "./contract-answers.js";
import { readIncidents } from "./change-incidents.js";
import { readComplaint, readComplaints } from "./complaints.js";
import { readDayKeys, type DayKeys } from "./day-keys.js";
import { DayCountsCache, readDayCounts } from "./day-counts.js";
import { readDetails } from "./details.js";
import { OrphanState } from "./day-schema.js";
import { readEvidence } from "./evidence-pack.js";
import { readReview } from "./review-list.js";
import { acceptedSegments, findLately, findRefusedLately, unpackLately } from "./lately.js";
import { readNumberRows } from "./number-rows.js";
import { findSiblings } from "./siblings.js";
import { readOwnerStatement, readStatement } from "./statement.js";
import { readTrace } from "./trace.js";
import { readTraffic } from "./traffic.js";
import { searchDestination, searchOperatorId } from "./trace-search.js";
import type { Found } from "./trace-search.js";
import { verifyBooks } from "./verify.js";
import { findWaiting } from "./waiting.js";

/** Most rows any answer has. */
const MOST = 1_000;

/** One answer step by step, so that long ones let short ones pass. `nowMs` tells monotonic time; `cache` holds what was counted lately. */
export function* answer(books: Books, query: Query, nowMs: () => number, cache = new DayCountsCache()): Generator<undefined, Answer> {
  switch (query.kind) {
    case "accounts": {
      const totals = books.allTotals();
      const none = { availableDeltaMicros: 0n, heldMicros: 0n, openMessages: 0, openHolds: 0 };
      const port = { totals: (no: number) => totals.get(no) ?? none };
      return { kind: "accounts", accounts: books.ledger.accountRows().map((row) => viewAccount(books.ledger, port, row)) };
    }
    case "account": {
      const row = books.ledger.accountRow(query.name);
      return { kind: "account", account: row === null ? null : viewAccount(books.ledger, books, row) };
    }
    case "trace": {
      const found = yield* find(books, query);
      return { kind: "trace", traces: found.map((each) => readTrace(books, each)).filter((trace) => trace !== null) };
    }
    case "statement":
      return { kind: "statement", statement: yield* readStatement(books, query.name, query.fromMs, query.toMs) };
    case "incidents":
      return { kind: "incidents", incidents: readIncidents(books.ledger, query.fromMs, query.toMs, clamp(query.limit)) };
    case "traffic":
      return { kind: "traffic", rows: readTraffic(books) };
    case "statement_all":
      return { kind: "statement_all", statement: yield* readOwnerStatement(books, query.fromMs, query.toMs) };
    case "statement_details":
      return yield* readDetails(books, { ...query, limit: Math.min(5_000, Math.max(1, Math.trunc(query.limit))) });
    case "verify":
      return { kind: "verify", report: yield* verifyBooks(books, query.full, nowMs) };
    case "history":
      return { kind: "history", entries: readHistory(books, query.name, clamp(query.limit), query.wallMs) };
    case "invoices":
      return { kind: "invoices", invoices: readInvoices(books, query.name, clamp(query.limit)) };
    case "audit":
      return { kind: "audit", entries: audit(books, clamp(query.limit)) };
    case "uncertain":
      return { kind: "uncertain", messages: uncertain(books, clamp(query.limit)) };
    case "customer_message":
      return { kind: "customer_message", message: customerMessage(books, query) };
    case "waiting":
      return { kind: "waiting", messageIds: yield* findWaiting(books, query, MOST) };
    case "review":
      return yield* readReview(books, query);
    case "siblings":
      return { kind: "siblings", texts: yield* findSiblings(books, query) };
    case "day_counts":
      return { kind: "day_counts", counts: yield* readDayCounts(books, query, cache, nowMs) };
    case "number_rows":
      return yield* readNumberRows(books, query);
    case "evidence":
      return { kind: "evidence", pack: yield* readEvidence(books, query) };
    case "lately": {
      const found = yield* findLately(books, query);
      return { kind: "lately", messages: unpackLately(found), beforeId: found.beforeId };
    }
    case "refused_lately":
      return { kind: "refused_lately", refused: yield* findRefusedLately(books, query) };
    case "accepted_segments":
      return { kind: "accepted_segments", accounts: acceptedSegments(books, query.day) };
    case "day_keys":
      return { kind: "day_keys", keys: readDayKeys(books.ledger) };
    case "complaints":
      return { kind: "complaints", complaints: readComplaints(books, query.which, clamp(query.limit)) };
    case "complaint":
      return { kind: "complaint", complaint: readComplaint(books, query.id) };
    case "orphans":
      return { kind: "orphans", orphans: orphans(books, clamp(query.limit)) };
  }
}

/** The whole answer, on the calling thread; opens the folder and closes it again. */
export function answerNow(dir: string, zoneMinutes: number, query: Query, nowMs: () => number, keys?: DayKeys): Answer {
  const books = Books.open(dir, zoneMinutes, undefined, keys);
  try {
    const steps = answer(books, query, nowMs);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  } finally {
    books.close();
  }
}

function clamp(limit: number): number {
  return Math.min(MOST, Math.max(1, Math.trunc(limit)));
}

function* find(books: Books, query: Extract<Query, { kind: "trace" }>): Generator<undefined, Found[]> {
  const { by, value, fromMs = 0 } = query;
  const limit = clamp(query.limit);
  if (by === "destination") return yield* searchDestination(books, value, limit, fromMs);
  if (by === "operator_id") return yield* searchOperatorId(books, value, limit, fromMs);
  const id = /^[0-9]{1,16}$/.test(value) ? Number(value) : Number.NaN;
  const file = Number.isSafeInteger(id) ? books.fileOf(id) : null;
  return file === null ? [] : [{ file, id: BigInt(id) }];
}

/** The account's own message; null for others', and for parts, of which no customer knows. */
function customerMessage(books: Books, { accountNo, messageId, source }: Extract<Query, { kind: "customer_message" }>): CustomerMessage | null {
  const file = Number.isSafeInteger(messageId) ? books.fileOf(messageId) : null;
  const sql = `SELECT state, error, final_at FROM message_all WHERE id = ? AND account = ? AND charge_state <> ${ChargeState.part} AND (? = '' OR source = ?)`;
  const row = file?.prepare(sql).get(messageId, accountNo, source, source) as Ints<"state" | "error" | "final_at"> | undefined;
  if (file === null || row === undefined) return null;
  const state = Number(row.state) as MessageState;
  const final = isFinal(state);
  return { state, error: (final ? file.word(row.error) : "") || "000", finalAtMs: final ? Number(row.final_at) : 0 };
}

type Rows<K extends Answer["kind"], F extends string> = Extract<Answer, { kind: K }> extends Readonly<Record<F, infer R>> ? R : never;

/** Newest first. */
function audit(books: Books, limit: number): Rows<"audit", "entries"> {
  const rows = books.ledger.prepare("SELECT no, at, actor, what, reason, hash FROM audit ORDER BY no DESC LIMIT ?").all(limit) as
    { no: bigint; at: bigint; actor: string; what: string; reason: string; hash: string }[];
  return rows.map(({ no, at, actor, what, reason, hash }) => ({
    no: Number(no), atMs: Number(at), actor, what: reason === "" ? what : `${what} (reason: ${reason})`, hash,
  }));
}

/** Oldest first: the one that waits longest needs a person first. */
function uncertain(books: Books, limit: number): Rows<"uncertain", "messages"> {
  const [accounts, operators] = [books.accountNames(), books.operatorNames()];
  return books.openFiles(books.ledger.sealedDays()).flatMap((file) => {
    const sql = `SELECT m.id, account, operator, at, destination FROM message m LEFT JOIN content c ON c.id = m.id
      WHERE state = ${MessageState.uncertain} ORDER BY m.id LIMIT ?`;
    const rows = file.prepare(sql).all(limit) as (Ints<"id" | "account" | "operator" | "at"> & { destination: string | null })[];
    return rows.map((row) => ({
      id: Number(row.id), account: accounts.get(Number(row.account)) ?? "",
      operator: operators.get(Number(row.operator)) ?? "", sinceMs: Number(row.at), destination: row.destination ?? "",
    }));
  }).slice(0, limit);
}

/** Reports no message was found for, newest first, with what they said (hexadecimal). */
function orphans(books: Books, limit: number): Rows<"orphans", "orphans"> {
  const operators = books.operatorNames();
  const all: { operator: string; operatorMessageId: string; destination: string; state: string; octets: string; atMs: number }[] = [];
  for (const day of books.days().reverse()) {
    const file = books.file(day);
    if (file === null) continue;
    const sql = "SELECT at, operator, op_id, state, destination, raw FROM orphan WHERE state_of <> ? ORDER BY id DESC LIMIT ?";
    const rows = file.prepare(sql).all(OrphanState.matched, limit - all.length) as
      (Ints<"at" | "operator" | "state"> & { op_id: string; destination: string; raw: Buffer })[];
    all.push(...rows.map((row) => ({
      operator: operators.get(Number(row.operator)) ?? "", operatorMessageId: row.op_id, destination: row.destination,
      state: stateName(Number(row.state)), octets: file.bodies.plainOctets(row.at, row.raw).toString("hex"), atMs: Number(row.at),
    })));
    if (all.length >= limit) break;
  }
  return all;
}
