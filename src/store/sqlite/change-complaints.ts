/**
 * Change of complaints: one taken into the register, and what is done about it. The log is told neither number nor words.
 */
import { MAX_COMPLAINT_TEXT } from "../../ledger/complaint.js";
import type { ComplaintState } from "../../ledger/complaint.js";
import { Refused, isLine, type Applied, type ChangeContext, type Of } from "./change-context.js";

/** Lines that one complaint may have. */
const MOST_LINES = 1_000;

export function addComplaint(change: ChangeContext, command: Of<"complaint.add">): Applied {
  const { ledger, nowMs } = change;
  const { number, source, account, dueMs } = command;
  if (!/^\+?[0-9]{3,20}$/.test(number)) throw new Refused("invalid_value", "to: a telephone number");
  if (!isLine(source, 64) || source.trim() === "") throw new Refused("invalid_value", "source: 1 to 64 printable characters");
  if (!Number.isSafeInteger(dueMs) || dueMs <= 0) throw new Refused("invalid_value", "due: a moment");
  const row = account === "" ? null : ledger.accountRow(account);
  if (account !== "" && row === null) throw new Refused("no_such_account", `there is no account ${JSON.stringify(account)}`);
  const text = checkedText(command.note, "note");
  const sql = "INSERT INTO complaint (at, due, source, account, state, answered_at) VALUES (?, ?, ?, ?, 'open', 0)";
  const id = Number(ledger.prepare(sql).run(nowMs, dueMs, source, row?.account.no ?? 0).lastInsertRowid);
  ledger.prepare("INSERT INTO complaint_person VALUES (?, ?)").run(id, number);
  if (text !== "") addLine(change, id, "note", text);
  change.log(`complaint ${id} taken from ${source}${account === "" ? "" : ` about account ${account}`}`, `complaint:${id}`);
  return { result: { ok: true, repeated: false, complaintId: id }, effect: null };
}

export function addComplaintLine(change: ChangeContext, command: Of<"complaint.line">): Applied {
  const { ledger, nowMs } = change;
  const { id, line } = command;
  const state = ledger.prepare("SELECT state FROM complaint WHERE id = ?").pluck().get(id) as ComplaintState | undefined;
  if (state === undefined) throw new Refused("no_such_complaint", `there is no complaint ${id}`);
  if (state === "closed") throw new Refused("complaint_closed", `complaint ${id} is closed`);
  const text = checkedText(command.text, "note");
  if (text === "" && line !== "close") throw new Refused("invalid_value", "note: say what was done");
  // Nobody closes in silence what was never answered.
  if (text === "" && state === "open") throw new Refused("invalid_value", `note: complaint ${id} was not answered: say why it is closed`);
  addLine(change, id, line, text);
  if (line === "answer") {
    ledger.prepare("UPDATE complaint SET state = 'answered', answered_at = iif(answered_at = 0, ?, answered_at) WHERE id = ?").run(nowMs, id);
  } else if (line === "close") {
    ledger.prepare("UPDATE complaint SET state = 'closed' WHERE id = ?").run(id);
  }
  const done = { note: "noted upon", evidence: "given evidence", answer: "answered", close: "closed" }[line];
  change.log(`complaint ${id} ${done}`, `complaint:${id}`);
  return { result: { ok: true, repeated: false, complaintId: id }, effect: null };
}

function addLine(change: ChangeContext, id: number, kind: string, text: string): void {
  const { ledger } = change;
  const no = Number(ledger.prepare("SELECT coalesce(max(no), 0) + 1 FROM complaint_line WHERE complaint = ?").pluck().get(id));
  if (no > MOST_LINES) throw new Refused("limit_exceeded", `complaint ${id} has ${MOST_LINES} lines already`);
  ledger.prepare("INSERT INTO complaint_line VALUES (?, ?, ?, ?, ?, ?)").run(id, no, change.nowMs, change.actor, kind, text);
}

/** People write several lines; control characters beside those could forge what a terminal shows. */
function checkedText(text: string, name: string): string {
  if (text.length > MAX_COMPLAINT_TEXT || /[^\P{Cc}\n\t]/u.test(text)) throw new Refused("invalid_value", `${name}: at most ${MAX_COMPLAINT_TEXT} printable characters`);
  return text.trim();
}
