/**
 * Sweep: what time alone brings about: expiry, retries and schedules due, UNCERTAIN past its grace, SENT past the horizon,
 * notices past their retention.
 *
 * Bounded work a call; pure in the wall time it is given (the caller freezes that time while the clock is doubted).
 */
import { idDay, messageId } from "../../../protocols/model/message-id.js";
import { mayNow } from "../../contract/term.js";
import { uncertainStep, UncertainStep } from "../../lifecycle/uncertain.js";
import { Happening, nextState } from "../../lifecycle/transitions.js";
import { refusalWord } from "../../lifecycle/notice.js";
import { MessageState } from "../../../protocols/model/state.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { Told } from "../results.js";
import { packRow } from "./claims.js";
import { AttemptState, NO_TIME } from "./day-schema.js";
import type { DayWriter } from "./day-writer.js";
import { finish, givenUpAs, saveRow, tellNotice } from "./finish.js";
import { wholeIsOver } from "./fold.js";
import { putAttempt, queueAgain } from "./outgoing.js";
import { parkOld } from "./park.js";
import { adoptReport } from "./reports.js";
import type { Row } from "./row.js";
import type { WriterState } from "./state.js";

/** Rows looked at in one call. */
const DUE_MAX = 2_000;
const SILENT_MAX = 2_000;
/** Held messages told at once, and how long until they are told again if nothing is done about them. */
const HELD_AGAIN_MS = 30_000;

/** Where the look for silent SENT messages has come to, by day. */
export class SilentCursor {
  at = 0;
  /** SENT or unfinished messages were passed over in this round. */
  passed = false;
  /** All are final: nothing to look for until the file is opened again. */
  done = false;
}

/** The sweep intent: everything due by `wallMs`. */
export function sweep(state: WriterState, wallMs: number, cursors: Map<number, SilentCursor>): void {
  const held: Row[] = [];
  let left = DUE_MAX;
  for (const file of state.days.open()) {
    if (left <= 0) break;
    const ids = file.statements.due.all(wallMs, left) as number[];
    left -= ids.length;
    for (const id of ids) {
      const row = state.row(id);
      if (row !== undefined) due(state, row, wallMs, held);
    }
  }
  if (held.length > 0) tellHeld(state, held);
  lookForSilent(state, wallMs, cursors);
  parkOld(state, wallMs);
}

function due(state: WriterState, row: Row, wallMs: number, held: Row[]): void {
  if (row.state === MessageState.uncertain) {
    dueUncertain(state, row, wallMs);
  } else if (row.expires > 0 && row.expires <= wallMs) {
    const to = nextState(row.state, Happening.expire);
    if (to === 0) return;
    // Its first try may have been taken: nobody can say that it was not sent in time.
    if (row.resent === 1) giveUp(state, row);
    else if (finish(state, row, to, false, 0, "000", "")) tellNotice(state, row);
  } else if (row.state === MessageState.held) {
    held.push(row);
    row.due = wallMs + HELD_AGAIN_MS;
    saveRow(row);
  } else if (row.state === MessageState.scheduled && !mayGo(state, row.account, wallMs)) {
    // Accepted long ago, maybe: what the account may not send now does not go.
    const word = refusalWord(Outcome.account_suspended);
    if (finish(state, row, MessageState.rejected, false, 0, word.slice(-3), word)) tellNotice(state, row);
  } else {
    const to = nextState(row.state, Happening.due);
    if (to !== 0) {
      queueAgain(state, row, to, 0);
    } else {
      row.due = row.expires > 0 ? row.expires : NO_TIME;
      saveRow(row);
    }
  }
}

/** The account is in a state to send, and its contract holds. */
function mayGo(state: WriterState, accountNo: number, wallMs: number): boolean {
  const purse = state.balances.get(accountNo);
  return purse?.active === true && mayNow(purse.account, wallMs, state.options.zoneMinutes);
}

function dueUncertain(state: WriterState, row: Row, wallMs: number): void {
  if (adoptReport(state, row)) return;
  const { uncertain: policy, waitMs, deadlineMs } = state.policy(row.operator);
  switch (uncertainStep(policy, row.resent === 1, wallMs - row.at, waitMs, deadlineMs)) {
    case UncertainStep.resend:
      if ((row.expires > 0 && row.expires <= wallMs) || wholeIsOver(state, row)) break;
      state.uncertain--;
      keepUnanswered(state, row);
      row.resent = 1;
      queueAgain(state, row, MessageState.queued, 0);
      return;
    case UncertainStep.fail:
      keepUnanswered(state, row);
      if (finish(state, row, MessageState.undeliverable, false, 0, "000", "")) tellNotice(state, row);
      return;
    case UncertainStep.unknown:
      keepUnanswered(state, row);
      giveUp(state, row);
      return;
    case UncertainStep.wait:
      break;
  }
  const graceOver = wallMs - row.at >= waitMs;
  row.due = row.at + (graceOver ? deadlineMs : waitMs);
  saveRow(row);
}

/** Its try had no answer: a late report with an unknown id may be about it. */
function keepUnanswered(state: WriterState, row: Row): void {
  putAttempt(state, row, row.attempts, row.operator, AttemptState.unanswered, 0, "", "", "");
}

/** No word will come any more. */
function giveUp(state: WriterState, row: Row): void {
  if (finish(state, row, givenUpAs(row), true, 0, "000", "")) tellNotice(state, row);
}

/** Held parts whose siblings never came: the flow decides. */
function tellHeld(state: WriterState, rows: readonly Row[]): void {
  const { told } = state;
  told.need(8);
  told.u8(Told.heldOverdue);
  told.u32(rows.length);
  for (const row of rows) packRow(told, row);
}

/** SENT messages without a receipt within the horizon, found by going round each day's file a little at a time. */
function lookForSilent(state: WriterState, wallMs: number, cursors: Map<number, SilentCursor>): void {
  const latest = wallMs - state.options.receiptHorizonMs;
  const before = messageId(Math.floor(latest / 1_000) + 1, 0, 0);
  if (before <= 0) return;
  const lastDay = idDay(before, state.options.zoneMinutes);
  const days = state.days.open().filter((file) => file.day <= lastDay && cursors.get(file.day)?.done !== true);
  let left = SILENT_MAX;
  days.forEach((file, i) => {
    let cursor = cursors.get(file.day);
    if (cursor === undefined) {
      cursor = new SilentCursor();
      cursors.set(file.day, cursor);
    }
    // Shared out, so that no day, however large, keeps another waiting.
    left -= goOn(state, file, cursor, before, latest, Math.ceil(left / (days.length - i)));
  });
}

function goOn(state: WriterState, file: DayWriter, cursor: SilentCursor, before: number, latest: number, most: number): number {
  const rows = file.statements.silent.all(cursor.at, before, most) as [number, number, number][];
  for (const [id, stands, at] of rows) {
    cursor.at = id;
    if (stands >= 20) continue;
    const row = stands === MessageState.sent && at <= latest ? state.row(id) : undefined;
    if (row === undefined) cursor.passed = true;
    else giveUp(state, row);
  }
  if (rows.length < most) {
    // Once round. A day all of whose messages are final needs no second look.
    cursor.done = !cursor.passed && file.day < state.today && idDay(before, state.options.zoneMinutes) > file.day;
    cursor.at = 0;
    cursor.passed = false;
  }
  return rows.length;
}
