/**
 * Outgoing: the intents of a message's way out: accept, dispatch, sent, refused, requeue, uncertain, release, end.
 *
 * Each reads its fields from the batch in the order intent.ts wrote them, changes row and money in the transaction
 * under way, and says what became of it.
 */
import { ChargeState, onSent, settleOnAccept } from "../../ledger/settlement.js";
import { operatorKey } from "../../lifecycle/operator-key.js";
import { refusalWord } from "../../lifecycle/notice.js";
import { Happening, nextState } from "../../lifecycle/transitions.js";
import { MessageState } from "../../../protocols/model/state.js";
import type { Outcome } from "../../../protocols/model/outcome.js";
import { BodyKind } from "../body-cipher.js";
import { contentProtocolNo, contentServiceType, tellsExtras, withKeptOf } from "../content.js";
import { Commit } from "../store.js";
import { AttemptState, NO_ENTRY, NO_HASH, NO_REPORT, NO_TIME, NO_WORD, Notify, REVIEW_BIT, Tally, opHash } from "./day-schema.js";
import { Slot, chargeStateAtAccept, keptOf, tryOf } from "./day-writer.js";
import { finish, givenUpAs, leaveOut, move, saveRow } from "./finish.js";
import { endedWithWhole, partSent } from "./fold.js";
import { hasQuota } from "./quota.js";
import { takeEarlyReport } from "./reports.js";
import { dropReview, putReview } from "./review-rows.js";
import type { Row } from "./row.js";
import type { WriterState } from "./state.js";
import { isWaiting } from "./waits.js";

/** Whether the row that an intent has just finished is to be told to the customer; read by the engine after it. */
export const Finished: { row: Row | null } = { row: null };

/** A message with more than this before it in its lane is read from disk when its turn comes: a long queue takes no memory. */
const REMEMBERED_QUEUED = 8_192;

export function accept(state: WriterState): Commit {
  const { from } = state;
  const id = from.f64();
  const expires = from.f64();
  const wanted = from.u8();
  const kinds = from.u32();
  const source = from.textLike(state.likelySource);
  state.likelySource = source;
  const destination = from.text();
  const body = from.blob();
  const accountNo = from.u32();
  const laneNo = from.f64();
  const to = from.u8();
  const operator = from.u16();
  const link = from.u16();
  const kept = from.u8();
  const segments = from.u16();
  const charge = from.f64();
  const words = from.u32();
  const dueMs = from.f64();
  const key = from.f64();
  const signature = from.u32();
  const reviewFor = from.u8();
  const reviewRule = reviewFor === 0 ? "" : from.text();
  const purse = state.balances.get(accountNo);
  if (purse?.active !== true) return Commit.suspended;
  if (state.diskLow) return Commit.unavailable;
  if (!purse.affords(charge)) {
    purse.refused = true;
    return Commit.noCredit;
  }
  const file = state.fileOf(id, true);
  if (file === null) return Commit.failed;
  if (hasQuota(purse.account) && !state.quotas.fits(purse.account, file, segments)) return Commit.quota;
  const account = file.account(accountNo);
  const now = state.nowMs;
  const settled = charge > 0 && settleOnAccept(purse.account);
  const holdEntry = charge > 0 ? file.entryId(account, Slot.hold) : NO_ENTRY;
  const lastEntry = settled ? file.entryId(account, Slot.settleAccepted) : NO_ENTRY;
  const chargeState = chargeStateAtAccept(charge, settled);
  const dispatched = to === MessageState.dispatched;
  const attempts = dispatched ? 1 : 0;
  const due = dispatched ? NO_TIME : dueOf(to === MessageState.queued ? 0 : dueMs, expires);
  const ord = state.nextOrder();
  const { statements } = file;
  try {
    statements.insertMessage.run(
      id, accountNo, laneNo, ord, to, chargeState, segments, charge, holdEntry, lastEntry, operator,
      (kept > 0 ? keptOf(link, kept) : tryOf(dispatched ? link : 0, 0, attempts)) + (reviewFor === 0 ? 0 : REVIEW_BIT), due, now,
      dispatched ? now : NO_TIME, state.idPlaceholder,
    );
  } catch (error) {
    file.unbook(account, Slot.settleAccepted);
    file.unbook(account, Slot.hold);
    // The same acceptance again: it stands already.
    if (isDuplicate(error)) return Commit.ok;
    throw error;
  }
  statements.insertContent.run(id, now, expires, wanted, words, kinds, source, destination, file.bodies.toKeep(BodyKind.content, id, body, now), key, signature);
  if (reviewFor !== 0) putReview(file, id, now, reviewFor, reviewRule, id);
  if (charge > 0) {
    file.book(account, Slot.hold, charge);
    if (settled) file.book(account, Slot.settleAccepted, charge);
    purse.availableMicros -= charge;
  }
  file.tally(account, Tally.accepted, segments);
  if (isWaiting(to)) state.waits.change(accountNo, 1);
  if (to === MessageState.queued && state.lanes.entered(laneNo) > REMEMBERED_QUEUED) return Commit.ok;
  if (dispatched) file.out.add(id, now);
  // What is queued is wanted again soon, unless many wait before it.
  state.rows.add({
    file, id, account: accountNo, lane: laneNo, ord, state: to, chargeState, notify: Notify.none, segments, charge, holdEntry, lastEntry, operator,
    link: dispatched || kept > 0 ? link : 0, resent: 0, attempts, parts: 0, kept, review: reviewFor === 0 ? 0 : 1, due, at: now, report: NO_REPORT, dispatchedAt: dispatched ? now : NO_TIME, sentAt: NO_TIME,
    acceptedAt: now, expires, wanted, words, kinds, source, destination, serviceType: contentServiceType(body), protocolNo: contentProtocolNo(body), tellsExtras: tellsExtras(body), key: "",
  });
  return Commit.ok;
}

/** When to look at a waiting message next: at `dueMs` (0 = never), but not after it has expired. */
export function dueOf(dueMs: number, expires: number): number {
  if (expires <= 0) return dueMs > 0 ? dueMs : NO_TIME;
  return dueMs > 0 ? Math.min(dueMs, expires) : expires;
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "SQLITE_CONSTRAINT_PRIMARYKEY";
}

export function dispatch(state: WriterState): Commit {
  const { from } = state;
  const id = from.f64();
  const operator = from.u16();
  const link = from.u16();
  const attempt = from.u8();
  const row = state.row(id);
  if (row === undefined) return Commit.notApplicable;
  if (row.state === MessageState.dispatched && row.attempts === attempt) return Commit.ok;
  const to = nextState(row.state, Happening.dispatch);
  if (to === 0) return Commit.notApplicable;
  state.lanes.left(row);
  state.waits.moved(row.account, row.state, to);
  row.state = to;
  row.operator = operator;
  row.kept = 0;
  if (row.review !== 0) dropReview(row);
  row.link = link;
  row.attempts = attempt;
  row.due = NO_TIME;
  row.dispatchedAt = state.nowMs;
  row.file.out.add(id, row.dispatchedAt);
  row.file.statements.dispatch.run(operator, tryOf(link, row.resent, attempt), row.dispatchedAt, id);
  return Commit.ok;
}

/** Records what came of an attempt that does not stand in the message's own row. */
export function putAttempt(state: WriterState, row: Row, attempt: number, operator: number, as: number, status: number, statusName: string, key: string, raw: string): void {
  const { file } = row;
  const latest = attempt === row.attempts;
  const dispatchedAt = latest ? row.dispatchedAt : NO_TIME;
  const name = statusName === "" ? NO_WORD : file.word(statusName);
  const answeredAt = as === AttemptState.unanswered ? NO_TIME : state.nowMs;
  file.statements.putAttempt.run(row.id, attempt, operator, latest ? row.link : 0, as, status, name, dispatchedAt, answeredAt, key, raw === key ? null : raw);
}

export function sent(state: WriterState): Commit {
  const { from } = state;
  const id = from.f64();
  const attempt = from.u8();
  const operator = from.u16();
  const raw = from.text();
  const row = state.row(id);
  if (row === undefined) return Commit.notApplicable;
  const key = operatorKey(raw);
  const out = row.state === MessageState.dispatched || row.state === MessageState.uncertain;
  if (out && row.resent === 0 && attempt === row.attempts && operator === row.operator) {
    taken(state, row, key, raw);
  } else if (!takenOtherwise(state, row, attempt, operator, key, raw)) {
    return Commit.notApplicable;
  }
  if (key !== "" && state.orphans > 0) takeEarlyReport(state, row, attempt, operator, key);
  return Commit.ok;
}

/** The straight way: the operator took the message at its latest try, which is the only one that may have reached it. */
function taken(state: WriterState, row: Row, key: string, raw: string): void {
  const terms = state.account(row.account);
  if (terms !== undefined) move(state, row, onSent(terms, row.chargeState as ChargeState));
  if (row.state === MessageState.uncertain) {
    // A late answer.
    state.uncertain--;
    row.due = NO_TIME;
    saveRow(row);
  }
  leaveOut(row);
  row.state = MessageState.sent;
  row.sentAt = state.nowMs;
  row.file.statements.sent.run(row.chargeState, row.lastEntry, row.sentAt, key === "" ? NO_HASH : opHash(key), raw, row.id);
  countSent(state, row);
  if (raw.length !== state.idPlaceholder.length && raw.length <= MAX_PLACEHOLDER) state.idPlaceholder = " ".repeat(raw.length);
  if (key !== "") state.rows.setKey(row, key);
}

/** A message has been sent; of a part, its whole hears of it. */
function countSent(state: WriterState, row: Row): void {
  if (row.chargeState === ChargeState.part) partSent(state, row);
  else row.file.tally(row.file.account(row.account), Tally.sent, row.segments);
}

/** Blanks in the place of an id that is not known yet, at most. */
const MAX_PLACEHOLDER = 40;

/** A late answer, one of two, the same again, or one for a message that has ended meanwhile; whether it applies. */
function takenOtherwise(state: WriterState, row: Row, attempt: number, operator: number, key: string, raw: string): boolean {
  const to = nextState(row.state, Happening.sent);
  if (to === 0) {
    const sentBefore = row.state === MessageState.sent;
    // The same answer again stands in the message's own row.
    if (row.resent === 1) putAttempt(state, row, attempt, operator, sentBefore ? AttemptState.open : AttemptState.superseded, 0, "", key, raw);
    return sentBefore;
  }
  putAttempt(state, row, attempt, operator, AttemptState.open, 0, "", key, raw);
  const terms = state.account(row.account);
  if (terms !== undefined) move(state, row, onSent(terms, row.chargeState as ChargeState));
  if (row.state === MessageState.queued) {
    state.lanes.left(row);
    state.tellUnqueued(row.lane);
  } else if (row.state === MessageState.uncertain) {
    state.uncertain--;
  }
  leaveOut(row);
  state.waits.moved(row.account, row.state, to);
  // From now on its attempts stand in rows of their own.
  row.resent = 1;
  row.state = to;
  row.sentAt = state.nowMs;
  row.due = NO_TIME;
  saveRow(row);
  countSent(state, row);
  return true;
}

export function refused(state: WriterState): Commit {
  const { from } = state;
  const id = from.f64();
  const attempt = from.u8();
  const status = from.u32();
  const statusName = from.text();
  const row = state.row(id);
  if (row === undefined) return Commit.notApplicable;
  if (nextState(row.state, Happening.refused) === 0 || attempt !== row.attempts) {
    if (row.state < 20) putAttempt(state, row, attempt, row.operator, AttemptState.refused, status, statusName, "", "");
    return Commit.notApplicable;
  }
  putAttempt(state, row, attempt, row.operator, AttemptState.refused, status, statusName, "", "");
  if (row.resent === 1) {
    // The first attempt is still without an answer and may have been taken: its deadline decides.
    if (row.state === MessageState.dispatched) state.uncertain++;
    leaveOut(row);
    row.state = MessageState.uncertain;
    row.at = state.nowMs;
    row.due = state.nowMs + state.policy(row.operator).deadlineMs;
    saveRow(row);
    return Commit.ok;
  }
  if (finish(state, row, MessageState.rejected, false, 0, String(status), "")) Finished.row = row;
  return Commit.ok;
}

export function requeue(state: WriterState): Commit {
  const { from } = state;
  const id = from.f64();
  const attempt = from.u8();
  const status = from.u32();
  const dueMs = from.f64();
  const row = state.row(id);
  if (row === undefined) return Commit.notApplicable;
  const to = nextState(row.state, dueMs > 0 ? Happening.later : Happening.requeue);
  if (to === 0 || attempt !== row.attempts) return Commit.notApplicable;
  if (status !== 0) putAttempt(state, row, attempt, row.operator, AttemptState.returned, status, "", "", "");
  if (endedWithWhole(state, row)) return Commit.ok;
  if (row.state === MessageState.uncertain) state.uncertain--;
  // Never written: the try did not happen.
  if (status === 0 && dueMs === 0) row.attempts = Math.max(0, attempt - 1);
  queueAgain(state, row, to, dueMs);
  return Commit.ok;
}

/** Puts a row at the end of its lane, or to wait until it is due for that. */
export function queueAgain(state: WriterState, row: Row, to: MessageState, dueMs: number): void {
  leaveOut(row);
  state.waits.moved(row.account, row.state, to);
  row.state = to;
  row.ord = state.nextOrder();
  row.at = state.nowMs;
  row.due = dueOf(to === MessageState.queued ? 0 : dueMs, row.expires);
  saveRow(row);
  if (to !== MessageState.queued) return;
  state.lanes.entered(row.lane);
  state.tellQueued(row.lane);
}

export function uncertain(state: WriterState): Commit {
  const { from } = state;
  const id = from.f64();
  const attempt = from.u8();
  const row = state.row(id);
  if (row === undefined || attempt !== row.attempts || nextState(row.state, Happening.unanswered) === 0) return Commit.notApplicable;
  makeUncertain(state, row);
  return Commit.ok;
}

/** DISPATCHED -> UNCERTAIN: looked at when the grace is over. */
export function makeUncertain(state: WriterState, row: Row): void {
  leaveOut(row);
  row.state = MessageState.uncertain;
  row.at = state.nowMs;
  row.due = state.nowMs + state.policy(row.operator).waitMs;
  saveRow(row);
  state.uncertain++;
}

export function release(state: WriterState): Commit {
  const { from } = state;
  const id = from.f64();
  const words = from.u32();
  const dueMs = from.f64();
  const rewritten = from.blob();
  const row = state.row(id);
  if (row === undefined) return Commit.notApplicable;
  const to = nextState(row.state, dueMs > state.nowMs ? Happening.schedule : Happening.release);
  if (to === 0) return Commit.notApplicable;
  const { statements } = row.file;
  if (row.words !== words) statements.setWords.run(words, id);
  row.words = words;
  if (rewritten.length > 0) row.file.rewrite(id, state.nowMs, (before) => withKeptOf(rewritten, before));
  queueAgain(state, row, to, dueMs);
  return Commit.ok;
}

export function end(state: WriterState): Commit {
  const { from } = state;
  const id = from.f64();
  const named = from.u8();
  const outcome = from.u8() as Outcome;
  const row = state.row(id);
  if (row === undefined) return Commit.notApplicable;
  const to = nextState(row.state, Happening.end, named);
  if (to === 0) return Commit.notApplicable;
  // Its first try may have been taken: nobody can say that it was not sent in time.
  const late = to === MessageState.expired && row.resent === 1;
  const word = refusalWord(outcome);
  if (finish(state, row, late ? givenUpAs(row) : to, late, 0, word === "" ? "000" : word.slice(-3), word, true)) Finished.row = row;
  return Commit.ok;
}
