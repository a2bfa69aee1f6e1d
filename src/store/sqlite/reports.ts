/**
 * Reports: finds the message an operator reports on, and settles it; keeps the report as an orphan when there is none (yet).
 *
 * In this order: an open attempt under one of the id's readings; a final report that has come before (repeated or
 * contradictory); the one UNCERTAIN message it can only belong to; else a durable orphan, taken by a later answer with
 * that id, or by an UNCERTAIN message whose grace is over. Of several readings that fit, the one whose message went to
 * the report's destination counts. What has neither id nor end is kept for people to see.
 */
import { keptWord, wantsInterim } from "../../lifecycle/notice.js";
import { ChargeState } from "../../ledger/settlement.js";
import { operatorKey } from "../../lifecycle/operator-key.js";
import { MessageState } from "../../../protocols/model/state.js";
import { Commit } from "../store.js";
import { AttemptState, Notify, OrphanState, opHash } from "./day-schema.js";
import type { DayWriter } from "./day-writer.js";
import { finish, packNotice, saveRow, tellNotice } from "./finish.js";
import { Result } from "../results.js";
import type { Row } from "./row.js";
import type { WriterState } from "./state.js";

/** A report that came longer than this before a message was accepted is not about it: both stamps are ours. */
const CLOCK_SLACK_MS = 5_000;

/** Reports shared out among messages alike, at most (a text has up to 255 parts). */
const ALIKE_MOST = 255;

/** One report, read off the batch; what only an orphan needs follows in Rest. */
interface Report {
  readonly operator: number;
  readonly candidates: readonly string[];
  readonly state: MessageState;
  readonly final: boolean;
  readonly word: string;
  readonly error: string;
}

interface Rest {
  readonly operatorId: string;
  readonly source: string;
  readonly destination: string;
  readonly doneAtMs: number;
  readonly raw: Buffer;
}

function readReport(state: WriterState): Report {
  const { from } = state;
  const operator = from.u16();
  const count = from.u8();
  const candidates: string[] = [];
  for (let i = 0; i < count; i++) candidates.push(from.text());
  const reported = from.u8() as MessageState;
  const final = from.u8() === 1;
  state.likelyWord = from.textLike(state.likelyWord);
  state.likelyError = from.textLike(state.likelyError);
  return { operator, candidates, state: reported, final, word: state.likelyWord, error: state.likelyError };
}

function readRest(state: WriterState): Rest {
  const { from } = state;
  return { operatorId: from.text(), source: from.text(), destination: from.text(), doneAtMs: from.f64(), raw: from.blob() };
}

/** The receipt intent; appends its own result. */
export function receipt(state: WriterState): void {
  const report = readReport(state);
  const { length } = report.candidates;
  let rest: Rest | null = null;
  if (length > 1) {
    rest = readRest(state);
    const { destination } = rest;
    for (let i = 0; i < length; i++) if (onTaken(state, report, i, destination) || onAttempt(state, report, i, destination)) return;
    for (let i = 0; i < length; i++) if (onEnded(state, report, i)) return;
  }
  for (let i = 0; i < length; i++) if (onTaken(state, report, i, null) || onEnded(state, report, i) || onAttempt(state, report, i, null)) return;
  rest ??= readRest(state);
  if (!report.final) {
    // An early interim report says nothing that the answer or the final report will not; without any id it cannot be read.
    const unreadable = rest.operatorId === "";
    if (unreadable) keepOrphan(state, report, rest, OrphanState.unreadable, 0);
    answer(state, unreadable ? Commit.unreadable : Commit.interim, -1, null);
    return;
  }
  const uncertain = state.uncertain > 0 ? onlyUncertain(state, report.operator, rest) : null;
  if (uncertain !== null) {
    for (const key of report.candidates) if (key !== "") state.finals.set(report.operator, key, report.state);
    keepOrphan(state, report, rest, OrphanState.matched, uncertain.id);
    const told = applyFinal(state, uncertain, uncertain.attempts, report.state, report.error, report.word);
    answer(state, Commit.ok, -1, told ? uncertain : null);
    return;
  }
  keepOrphan(state, report, rest, OrphanState.waiting, 0);
  answer(state, Commit.orphan, -1, null);
}

/** Takes the report for a message whose only try this reading of the id names, if it went to `destination` (null: wherever it went). */
function onTaken(state: WriterState, report: Report, candidate: number, destination: string | null): boolean {
  const row = findTaken(state, report.operator, report.candidates[candidate] as string);
  if (row === undefined || (destination !== null && !sameNumber(row.destination, destination))) return false;
  reported(state, row, row.attempts, report, candidate);
  return true;
}

/** As onTaken, for one of several tries. */
function onAttempt(state: WriterState, report: Report, candidate: number, destination: string | null): boolean {
  const found = findAttempt(state, report.operator, report.candidates[candidate] as string);
  const row = found === null ? undefined : state.row(found[0]);
  if (found === null || row === undefined || (destination !== null && !sameNumber(row.destination, destination))) return false;
  reported(state, row, found[1], report, candidate);
  return true;
}

/** Takes the report for one on a message that has ended under this reading of its id. */
function onEnded(state: WriterState, report: Report, candidate: number): boolean {
  const before = state.finals.get(report.operator, report.candidates[candidate] as string);
  if (before === 0) return false;
  answer(state, !report.final ? Commit.interim : before === report.state ? Commit.repeated : Commit.contradictory, candidate, null);
  return true;
}

/** Shorter numbers are compared as they are written. */
const SHORTEST_NUMBER = 7;

/** Whether two spellings can be of one number: operators add and drop country codes, zeros and the plus sign. */
function sameNumber(one: string, other: string): boolean {
  const [a, b] = [one.replace(/^[+0]+/, ""), other.replace(/^[+0]+/, "")];
  return a === b || (a.length >= SHORTEST_NUMBER && b.length >= SHORTEST_NUMBER && (a.endsWith(b) || b.endsWith(a)));
}

function reported(state: WriterState, row: Row, attempt: number, report: Report, candidate: number): void {
  if (!report.final) {
    answer(state, Commit.interim, candidate, applyInterim(state, row, report) ? row : null);
    return;
  }
  state.finals.set(report.operator, report.candidates[candidate] as string, report.state);
  answer(state, Commit.ok, candidate, applyFinal(state, row, attempt, report.state, report.error, report.word) ? row : null);
}

/** The message that this operator took under this id at its only try; from memory, or the newest day that has it. */
function findTaken(state: WriterState, operator: number, key: string): Row | undefined {
  const known = state.rows.byKey(operator, key);
  if (known !== undefined) {
    state.begin(known.file);
    return known;
  }
  const hash = opHash(key);
  for (const file of state.days.open()) {
    for (const [id, raw] of file.statements.findTaken.all(hash, operator) as [number, string][]) {
      if (operatorKey(raw) === key) return state.row(id);
    }
  }
  return undefined;
}

function answer(state: WriterState, commit: Commit, matched: number, told: Row | null): void {
  const { out } = state;
  out.need(8);
  out.u8(Result.receipt);
  out.u8(commit);
  out.u8(matched + 1);
  out.u8(told === null ? 0 : 1);
  if (told !== null) packNotice(out, told);
}

/** Message id and number of the open attempt with this id, newest day first. */
function findAttempt(state: WriterState, operator: number, key: string): readonly [number, number] | null {
  for (const file of state.days.open()) {
    const found = file.statements.findAttempt.get(operator, key) as [number, number] | undefined;
    if (found !== undefined) return found;
  }
  return null;
}

/** A final report on one attempt; whether the customer is now to be told. */
function applyFinal(state: WriterState, row: Row, attempt: number, to: MessageState, error: string, word: string): boolean {
  if (row.state >= 20) return false;
  if (to !== MessageState.delivered && row.resent === 1 && othersOut(row, attempt)) {
    // With two out, the good news decides at once and the bad waits for the other.
    row.file.statements.closeAttempt.run(to, row.id, attempt);
    return false;
  }
  return finish(state, row, to, true, attempt, error, keptWord(word));
}

/** Whether an attempt other than this one may still bring a report. */
function othersOut(row: Row, attempt: number): boolean {
  if (row.attempts !== attempt && (row.state === MessageState.dispatched || row.state === MessageState.uncertain)) return true;
  const attempts = row.file.statements.attemptsOf.all(row.id, row.id) as [number, number][];
  return attempts.some(([no, state]) => no !== attempt && state === AttemptState.open);
}

/** An interim report; whether the customer is now to be told. */
function applyInterim(state: WriterState, row: Row, report: Report): boolean {
  if (!wantsInterim(row.wanted) || row.state !== MessageState.sent || row.chargeState === ChargeState.part) return false;
  row.notify = Notify.pending;
  row.ord = state.nextOrder();
  row.report = row.file.word(report.error) * 65_536 + row.file.word(keptWord(report.word));
  saveRow(row);
  return true;
}

/** The one message without an answer that a report with an unknown id can only belong to, null when none or several fit. */
function onlyUncertain(state: WriterState, operator: number, rest: Rest): Row | null {
  let found: number | null = null;
  for (const file of state.days.open()) {
    for (const [id, stands, source] of file.statements.unanswered.all(operator, rest.destination, operator, rest.destination) as [number, MessageState, string][]) {
      if (source !== rest.source && rest.source !== "") continue;
      // It may be of a try without answer whose message was sent again or ended since.
      if ((found !== null && found !== id) || stands !== MessageState.uncertain) return null;
      found = id;
    }
  }
  // One that is merely on its way will have its answer, and take the orphan by its id.
  if (found === null || state.rows.isOut(operator, rest.destination, rest.source)) return null;
  return state.row(found) ?? null;
}

function keepOrphan(state: WriterState, report: Report, rest: Rest, as: OrphanState, messageId: number): void {
  const file = state.todayFile();
  const id = file.statements.insertOrphan.run(
    state.nowMs, as, messageId, report.operator, rest.operatorId, report.state, report.final ? 1 : 0, report.word,
    report.error, rest.source, rest.destination, rest.doneAtMs, file.bodies.octetsToKeep(state.nowMs, rest.raw, state.nowMs),
  ).lastInsertRowid;
  if (as !== OrphanState.waiting) return;
  state.orphans++;
  for (const key of report.candidates) {
    if (key === "") continue;
    if (file.statements.insertOrphanKey.run(report.operator, key, id).changes === 1) state.orphanKeys.add(report.operator, key);
  }
}

/** The answer has come after the report: takes the report that waits under the answer's id, if one does. */
export function takeEarlyReport(state: WriterState, row: Row, attempt: number, operator: number, key: string): void {
  if (!state.orphanKeys.mayHave(operator, key)) return;
  for (const file of state.days.open()) {
    // Operators begin their ids again: what waits since before this message is another's.
    const waiting = file.statements.findOrphans.all(operator, key, row.acceptedAt - CLOCK_SLACK_MS) as [number, MessageState, string, string, string, number][];
    // One whose id can be read in several ways is another's when it went to another number.
    const found = waiting.find(([, , , , destination, readings]) => readings === 1 || destination === "" || sameNumber(row.destination, destination));
    if (found === undefined) continue;
    const [orphan, to, word, error] = found;
    takeOrphan(state, file, operator, orphan, row.id);
    state.finals.set(operator, key, to);
    if (applyFinal(state, row, attempt, to, error, word)) tellNotice(state, row);
    return;
  }
}

function takeOrphan(state: WriterState, file: DayWriter, operator: number, orphan: number, messageId: number): void {
  state.begin(file);
  for (const key of file.statements.orphanKeys.all(orphan) as string[]) state.orphanKeys.remove(operator, key);
  file.statements.dropOrphanKeys.run(orphan);
  file.statements.takeOrphan.run(OrphanState.matched, messageId, orphan);
  state.orphans--;
}

/** A day is sealed, so that every message it could be for has ended: its reports wait no longer. They stay in its file for people to see. */
export function forgetOrphans(state: WriterState, file: DayWriter): void {
  for (const [operator, key] of file.statements.allOrphanKeys.iterate() as Iterable<[number, string]>) state.orphanKeys.remove(operator, key);
  state.orphans -= file.statements.countOrphans.get() as number;
}

interface Waiting {
  readonly file: DayWriter;
  readonly orphan: number;
  readonly to: MessageState;
  readonly word: string;
  readonly error: string;
}

/**
 * The grace of an UNCERTAIN message is over: takes the report that waits for a message like it, if it can belong to no
 * other. Where several such messages (parts of one text, say) meet as many reports that all say the same, each takes
 * one: whichever it is, nothing would be different. Whether the message has ended.
 */
export function adoptReport(state: WriterState, row: Row): boolean {
  if (state.orphans === 0) return false;
  const reports: Waiting[] = [];
  for (const file of state.days.open()) {
    const waiting = file.statements.waitingOrphans.all(row.operator, row.destination, row.source, row.acceptedAt - CLOCK_SLACK_MS, ALIKE_MOST + 1);
    for (const [orphan, to, word, error] of waiting as [number, MessageState, string, string][]) reports.push({ file, orphan, to, word, error });
  }
  const [first] = reports;
  if (first === undefined || reports.length > ALIKE_MOST || reports.some((each) => each.to !== first.to)) return false;
  let tries = 0;
  for (const file of state.days.open()) {
    const alike = file.statements.unanswered.all(row.operator, row.destination, row.operator, row.destination) as [number, MessageState, string][];
    for (const [, , source] of alike) if (source === row.source) tries++;
  }
  if (reports.length !== tries) return false;
  if (state.rows.isOut(row.operator, row.destination, row.source)) return false;
  for (const key of first.file.statements.orphanKeys.all(first.orphan) as string[]) state.finals.set(row.operator, key, first.to);
  takeOrphan(state, first.file, row.operator, first.orphan, row.id);
  if (applyFinal(state, row, row.attempts, first.to, first.error, first.word)) tellNotice(state, row);
  return row.state >= 20;
}
