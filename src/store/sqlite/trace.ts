/**
 * Trace: one message's whole life, read from its day's file, with events in the words of the stages it went through.
 */
import { ENCODING_NAMES, newMessage } from "../../../protocols/model/message.js";
import { MessageState, isFinal, stateName } from "../../../protocols/model/state.js";
import { messageText } from "../../../protocols/model/text.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { formatMoney } from "../../ledger/money.js";
import { CHARGE_STATE_NAMES, ChargeState } from "../../ledger/settlement.js";
import { refusalWord } from "../../lifecycle/notice.js";
import { BodyKind } from "../body-cipher.js";
import { contentFlags, unpackContent } from "../content.js";
import type { Trace, TraceEvent } from "../query.js";
import type { Books, DayFile, Ints } from "./books.js";
import { AttemptState, FIRST_ENTRY, Notify, NO_WORD } from "./day-schema.js";
import { dayName } from "./paths.js";
import type { Found } from "./trace-search.js";

/** A row of the view `message_all`. */
type Row = Ints<
  | "id" | "account" | "state" | "charge_state" | "notify" | "wanted" | "segments" | "charge" | "last_entry" | "operator"
  | "link" | "attempts" | "error" | "word" | "expires" | "accepted_at" | "dispatched_at" | "sent_at" | "resent" | "final_at" | "notified_at"
  | "words" | "kinds" | "parts" | "first_part" | "whole"
> & { readonly source: string | null; readonly destination: string | null; readonly op_id: string };

type AttemptRow = Ints<"no" | "operator" | "link" | "state" | "status" | "status_name" | "dispatched_at" | "answered_at"> & {
  readonly op_key: string;
  readonly op_id: string | null;
};

const ATTEMPT_NAMES = new Map<number, string>(Object.entries(AttemptState).map(([name, no]) => [no, name]));
const NOTIFY_NAMES = new Map<number, string>(Object.entries(Notify).map(([name, no]) => [no, name]));

/** The trace of a message found; null when it is not there. */
export function readTrace(books: Books, { file, id }: Found): Trace | null {
  return file.snapshot(() => {
    const row = file.prepare("SELECT * FROM message_all WHERE id = ?").get(id) as Row | undefined;
    return row === undefined ? null : makeTrace(books, file, row);
  });
}

function makeTrace(books: Books, file: DayFile, row: Row): Trace {
  const operators = books.operatorNames();
  const operator = (no: bigint): string => operators.get(Number(no)) ?? "";
  const account = books.ledger.accountRowByNo(row.account)?.account.name ?? "";
  const kept = file.prepare("SELECT body FROM content WHERE id = ?").pluck().get(row.id) as Buffer | undefined;
  const body = kept === undefined ? null : file.bodies.plain(BodyKind.content, row.id, kept);
  const [source, destination] = [row.source ?? "", row.destination ?? ""];
  const message = body === null ? newMessage() : unpackContent({
    id: Number(row.id), kinds: Number(row.kinds), source, destination, wanted: Number(row.wanted), expires: Number(row.expires),
    body,
  });
  const flags = body === null ? "" : contentFlags(body);
  const attempts = readAttempts(file, row).map((each) => ({
    no: Number(each.no), operator: operator(each.operator), link: Number(each.link),
    operatorMessageId: each.op_id ?? each.op_key, status: Number(each.status), statusName: file.word(each.status_name),
    dispatchedAtMs: time(each.dispatched_at), answeredAtMs: time(each.answered_at),
    state: attemptName(Number(each.state)),
  }));
  const state = Number(row.state);
  const partOf = readPartOf(file, row);
  return {
    messageId: Number(row.id), account, state: stateName(state), source, destination,
    // Without its content (a damaged file; verify tells) a message still shows its state and money.
    text: body === null ? null : messageText(message), encoding: ENCODING_NAMES[message.encoding] ?? "binary", octetsHex: message.octets.toString("hex"),
    segments: Number(row.segments), segmentNumber: message.segmentNumber, segmentTotal: message.segmentTotal,
    chargeMicros: row.charge, chargeState: CHARGE_STATE_NAMES[Number(row.charge_state)] ?? "unknown",
    operator: operator(row.operator), parts: readParts(file, row, operator), partOf, attempts,
    receipt: isFinal(state)
      ? { state: stateName(state), word: file.word(row.word), error: file.word(row.error), atMs: time(row.final_at) }
      : null,
    notify: NOTIFY_NAMES.get(Number(row.notify)) ?? "none",
    acceptedAtMs: time(row.accepted_at), finalAtMs: time(row.final_at), flags,
    events: events(books, file, row, account, flags, attempts, partOf),
  };
}

/** Times not yet come are 0 in a trace. */
function time(ms: bigint): number {
  return ms > 0n ? Number(ms) : 0;
}

function readParts(file: DayFile, row: Row, operator: (no: bigint) => string): Trace["parts"] {
  if (row.parts === 0n) return [];
  const rows = file.prepare("SELECT id, state, operator, op_id FROM message_all WHERE id >= ? AND id < ? ORDER BY id").all(row.first_part, row.first_part + row.parts) as
    (Ints<"id" | "state" | "operator"> & { readonly op_id: string })[];
  return rows.map((part) => ({ messageId: Number(part.id), state: stateName(Number(part.state)), operator: operator(part.operator), operatorMessageId: part.op_id }));
}

function readPartOf(file: DayFile, { id, whole }: Row): Trace["partOf"] {
  if (whole === 0n) return null;
  const row = file.prepare("SELECT parts, first_part FROM message_all WHERE id = ?").get(whole) as Ints<"parts" | "first_part"> | undefined;
  return { messageId: Number(whole), no: row === undefined ? 0 : Number(id - row.first_part) + 1, of: Number(row?.parts ?? 0n) };
}

function attemptName(state: number): string {
  return isFinal(state) ? stateName(state) : (ATTEMPT_NAMES.get(state) ?? String(state));
}

function readAttempts(file: DayFile, row: Row): AttemptRow[] {
  const sql = `SELECT no, operator, link, state, status, status_name, dispatched_at, answered_at, op_key, op_id
    FROM attempt WHERE id >= ? AND id < ? ORDER BY id`;
  const attempts = file.prepare(sql).all(row.id * 256n, (row.id + 1n) * 256n) as AttemptRow[];
  // A message that went straight has its try in its own row.
  if (row.resent === 0n && row.sent_at > 0n && row.parts === 0n) {
    attempts.push({
      no: row.attempts, operator: row.operator, link: row.link, status: 0n, status_name: BigInt(NO_WORD),
      state: isFinal(Number(row.state)) ? row.state : BigInt(AttemptState.open),
      dispatched_at: row.dispatched_at, answered_at: row.sent_at, op_key: row.op_id, op_id: row.op_id,
    });
  }
  return attempts;
}

/** In the order of the stages, then of time. */
function events(books: Books, file: DayFile, row: Row, account: string, flags: string, attempts: Trace["attempts"], partOf: Trace["partOf"]): TraceEvent[] {
  const all: TraceEvent[] = [];
  const add = (atMs: bigint | number, stage: string, text: string): void => {
    if (atMs > 0) all.push({ atMs: Number(atMs), stage, text });
  };
  const { accepted_at: acceptedAt } = row;
  const size = `${row.segments} segment${row.segments === 1n ? "" : "s"}`;
  const what = partOf === null ? size : `part ${partOf.no} of message ${partOf.messageId}`;
  add(acceptedAt, "accept", `from ${account}: ${row.source ?? ""} to ${row.destination ?? ""}, ${what}`);
  const screened = row.words === 0n ? "not screened yet" : `passed word lists version ${row.words}`;
  // A held part's version is the one it was to be judged by.
  const refusedBy = file.word(row.word);
  if (refusedBy === refusalWord(Outcome.blocked_content) || (refusedBy.startsWith("TG:") && flags !== "")) add(acceptedAt, "screen", flags === "" ? "refused" : `refused for ${flags}`);
  else add(acceptedAt, "screen", flags === "" ? screened : `${screened}, flagged ${flags}`);
  if (Number(row.state) === MessageState.held && file.version > 2) {
    const waits = file.prepare("SELECT at, rule FROM review WHERE id = ?").get(row.id) as (Ints<"at"> & { readonly rule: string }) | undefined;
    if (waits !== undefined) add(waits.at, "screen", `held until a person has looked at it, for ${file.bodies.plainLine(BodyKind.reviewRule, row.id, waits.rule)}`);
  }
  const charged = row.whole === 0n ? `${formatMoney(row.charge)} held` : "with its message";
  add(acceptedAt, "charge", Number(row.charge_state) === ChargeState.free ? "free" : charged);
  add(acceptedAt, "spool", `on disk in ${dayName(file.day)}${row.whole === 0n ? `, answered as ${row.id}` : ""}`);
  if (row.parts > 0n) {
    const splitAt = file.prepare("SELECT accepted_at FROM content WHERE id = ?").pluck().get(row.first_part) as bigint | undefined;
    add(splitAt ?? 0n, "dispatch", `goes out in ${row.parts} parts, ${row.first_part} to ${row.first_part + row.parts - 1n}`);
    add(row.sent_at, "dispatch", "all parts are sent");
  }
  for (const attempt of attempts) {
    const where = `attempt ${attempt.no} on ${attempt.operator} link ${attempt.link}`;
    add(attempt.dispatchedAtMs, "dispatch", where);
    const theirs = attempt.operatorMessageId === "" ? "" : `, operator message id ${attempt.operatorMessageId}`;
    add(attempt.answeredAtMs, "dispatch", `attempt ${attempt.no} answered ${attempt.statusName || (attempt.status === 0 ? "ok" : `0x${attempt.status.toString(16)}`)}${theirs}`);
  }
  if (row.attempts > BigInt(attempts.at(-1)?.no ?? 0)) {
    const where = `${books.operatorNames().get(Number(row.operator)) ?? ""} link ${row.link}`;
    add(row.dispatched_at, "dispatch", `attempt ${row.attempts} on ${where}, no answer yet`);
  }
  if (isFinal(Number(row.state))) {
    const word = file.word(row.word);
    const error = file.word(row.error);
    add(row.final_at, "receipt", `${stateName(Number(row.state))}${word === "" ? "" : `, ${word}`}${error === "" ? "" : `, error ${error}`}`);
  }
  addMoney(books, file, row, add);
  if (Number(row.notify) === Notify.done) add(row.notified_at, "notify", "the customer took the receipt");
  if (Number(row.notify) === Notify.parked) add(row.notified_at, "notify", "the customer refused the receipt");
  // Stable: what came in one millisecond stays in the order of the stages.
  return all.sort((a, b) => a.atMs - b.atMs);
}

function addMoney(books: Books, file: DayFile, row: Row, add: (atMs: bigint, stage: string, text: string) => void): void {
  if (row.last_entry >= FIRST_ENTRY) {
    const at = file.prepare("SELECT at FROM entry WHERE id = ?").pluck().get(row.last_entry) as bigint | undefined;
    const moved = CHARGE_STATE_NAMES[Number(row.charge_state)] ?? "";
    add(at ?? 0n, "settle", `${formatMoney(row.charge)} ${moved === "refunded" ? "refunded when it failed" : moved}`);
  }
  const sql = "SELECT refund.amount, entry.at FROM refund JOIN entry ON entry.id = refund.entry WHERE message = ?";
  const refund = books.ledger.prepare(sql).get(row.id) as Ints<"amount" | "at"> | undefined;
  if (refund !== undefined) add(refund.at, "settle", `${formatMoney(refund.amount)} refunded by hand`);
}
