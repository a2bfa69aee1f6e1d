/**
 * Intents: what each opcode of a batch does, and what is answered to it.
 */
import { Op } from "../intent.js";
import { REFUSED, Result } from "../results.js";
import { Commit } from "../store.js";
import { cancel } from "./cancel.js";
import { claim, claimOutbox } from "./claims.js";
import { evidence, sign } from "./evidence.js";
import { packNotice, tellNotice } from "./finish.js";
import { acceptInGroup, acceptedIds, beginGroup } from "./group.js";
import { inbound, notified, refusal } from "./incoming.js";
import { Finished, accept, dispatch, end, refused, release, requeue, sent, uncertain } from "./outgoing.js";
import { receipt } from "./reports.js";
import { countRefused } from "./refused.js";
import { review } from "./review.js";
import { split } from "./split.js";
import type { WriterState } from "./state.js";
import { sweep } from "./sweep.js";
import type { SilentCursor } from "./sweep.js";

/** What has happened already, whatever the store can do now: kept while it is unavailable (see engine.ts). */
export const KEPT_OPS: ReadonlySet<number> = new Set([Op.sent, Op.refused, Op.requeue, Op.uncertain, Op.release, Op.split, Op.evidence, Op.sign, Op.review, Op.end, Op.notified]);

/** Carries out the intent the reader stands at, and appends its result. */
export function applyIntent(state: WriterState, cursors: Map<number, SilentCursor>): void {
  const op = state.from.u8();
  switch (op) {
    case Op.receipt:
      receipt(state);
      return;
    case Op.inbound:
      inbound(state);
      return;
    case Op.group:
      beginGroup(state);
      return;
    case Op.claim:
      claim(state);
      return;
    case Op.claimOutbox:
      claimOutbox(state);
      return;
    case Op.sweep:
      sweep(state, state.from.f64(), cursors);
      answer(state, Commit.ok);
      return;
  }
  Finished.row = null;
  const commit = applyPlain(state, op);
  const row = Finished.row as typeof Finished.row;
  if (row === null) {
    answer(state, commit);
    return;
  }
  const { out } = state;
  out.need(2);
  out.u8(Result.notice);
  out.u8(commit);
  packNotice(out, row);
}

function applyPlain(state: WriterState, op: number): Commit {
  switch (op) {
    case Op.accept: return state.groupLeft > 0 ? acceptInGroup(state) : accept(state);
    case Op.dispatch: return dispatch(state);
    case Op.sent: return sent(state);
    case Op.refused: return refused(state);
    case Op.requeue: return requeue(state);
    case Op.uncertain: return uncertain(state);
    case Op.release: return release(state);
    case Op.end: return end(state);
    case Op.split: return split(state);
    case Op.evidence: return evidence(state);
    case Op.sign: return sign(state);
    case Op.review: return review(state);
    case Op.cancel: return cancel(state);
    case Op.notified: return notified(state);
    case Op.refusal: return refusal(state);
    case Op.countRefused: return countRefused(state);
    default: throw new Error(`intent of unknown kind ${op}`);
  }
}

/** Carries out a kept intent: its caller has been answered, so a notice is told by itself. */
export function applyKept(state: WriterState): void {
  Finished.row = null;
  applyPlain(state, state.from.u8());
  const row = Finished.row as typeof Finished.row;
  if (row !== null) tellNotice(state, row);
}

function answer(state: WriterState, commit: Commit): void {
  const { out } = state;
  out.need(2);
  out.u8(Result.plain);
  out.u8(commit);
}

/** Answers an intent that was not carried out. A claim gets nothing, and the word that something is left. */
export function refuseIntent(state: WriterState, record: Buffer, commit: Commit): void {
  const { out } = state;
  out.need(16);
  switch (record[4]) {
    case Op.claim:
      out.u8(Result.claim);
      out.u32(0);
      out.f64(Math.max(1, state.lanes.lane(record.readDoubleLE(5)).ahead));
      return;
    case Op.claimOutbox:
      out.u8(Result.outbox);
      out.u32(REFUSED);
      return;
    case Op.group:
      for (let left = acceptedIds(record).length; left > 0; left--) answer(state, commit);
      return;
    default:
      answer(state, commit);
  }
}
