/**
 * Fold: what the parts of a split message make of it, in the transaction of the part's own change.
 *
 * ```
 *  a part is sent       ─▶ the last one: the whole is SENT (and settles by the account's policy)
 *  a part is delivered  ─▶ the last one: the whole is DELIVERED
 *  a part ends otherwise─▶ the whole ends so at once, with the part's word and error; parts that wait end DELETED, those
 *                          that are out go on by themselves, and come back to no queue
 * ```
 * A whole has no time at which it is looked at: each of its parts is a message with an expiry, a deadline or a horizon of
 * its own, so it comes to an end, and the last of them brings the whole to its. Interim reports of parts say nothing of
 * the whole and are not told.
 */
import { ChargeState, onSent } from "../../ledger/settlement.js";
import { Happening, nextState } from "../../lifecycle/transitions.js";
import { MessageState } from "../../../protocols/model/state.js";
import { Tally } from "./day-schema.js";
import { finish, move, saveRow, tellNotice } from "./finish.js";
import type { Row } from "./row.js";
import type { WriterState } from "./state.js";

/** How the parts of a message stand. */
export interface PartCounts {
  readonly unsent: number;
  readonly undelivered: number;
  /** Not waiting, or not known never to have been taken. */
  readonly out: number;
  readonly taken: number;
}

/** Its parts have the ids after this one, as many as they are. */
function beforeParts(whole: Row): number {
  return whole.id + whole.link;
}

export function countParts(whole: Row): PartCounts {
  const before = beforeParts(whole);
  const [unsent, undelivered, out, taken] = whole.file.statements.partCounts.get(before, before + whole.parts) as [number, number, number, number];
  return { unsent, undelivered, out, taken };
}

/** The message a part belongs to; undefined for what is no part, and when the whole has ended. */
function openWhole(state: WriterState, part: Row): Row | undefined {
  const whole = part.chargeState === ChargeState.part ? state.row(part.holdEntry) : undefined;
  return whole !== undefined && whole.state < 20 ? whole : undefined;
}

/** Whether this is a part of a message that has ended. */
export function wholeIsOver(state: WriterState, row: Row): boolean {
  return row.chargeState === ChargeState.part && openWhole(state, row) === undefined;
}

/** A part that would wait again ends instead when its whole has ended meanwhile; whether it did. */
export function endedWithWhole(state: WriterState, row: Row): boolean {
  if (!wholeIsOver(state, row)) return false;
  finish(state, row, MessageState.deleted, false, 0, "", "");
  return true;
}

/** A part stands as SENT. */
export function partSent(state: WriterState, part: Row): void {
  const whole = openWhole(state, part);
  if (whole !== undefined && countParts(whole).unsent === 0) wholeSent(state, whole);
}

function wholeSent(state: WriterState, whole: Row): void {
  const to = nextState(whole.state, Happening.partsSent);
  if (to === 0) return;
  const terms = state.account(whole.account);
  if (terms !== undefined) move(state, whole, onSent(terms, whole.chargeState as ChargeState));
  whole.state = to;
  whole.sentAt = state.nowMs;
  saveRow(whole);
  whole.file.tally(whole.file.account(whole.account), Tally.sent, whole.segments);
}

/** A part has just ended. */
export function partEnded(state: WriterState, part: Row, taken: boolean, error: string, word: string): void {
  const whole = openWhole(state, part);
  if (whole === undefined) return;
  const counts = countParts(whole);
  if (part.state === MessageState.delivered && counts.undelivered > 0) {
    if (counts.unsent === 0) wholeSent(state, whole);
    return;
  }
  const to = nextState(whole.state, Happening.partsEnded, part.state);
  if (to === 0) return;
  // Not sent as a whole, so nothing is owed for it; what the account settled at acceptance comes back by its own terms once any part was taken.
  const had = whole.state === MessageState.sent || (whole.chargeState === ChargeState.settled && (taken || counts.taken > 0));
  if (finish(state, whole, to, had, 0, error, word)) tellNotice(state, whole);
  endWaiting(state, whole);
}

/** The parts of a message that has ended, as far as they wait, end with it. */
export function endWaiting(state: WriterState, whole: Row): void {
  const before = beforeParts(whole);
  for (const id of whole.file.statements.partsWaiting.all(before, before + whole.parts) as number[]) {
    const part = state.row(id);
    if (part !== undefined) finish(state, part, MessageState.deleted, false, 0, "", "");
  }
}
