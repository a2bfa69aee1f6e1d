/**
 * Incoming: messages from the operators (MO), what customers acknowledge, and refusals worth keeping.
 */
import { BodyKind } from "../body-cipher.js";
import { Result } from "../results.js";
import { Commit } from "../store.js";
import { Notify, Tally } from "./day-schema.js";
import type { WriterState } from "./state.js";

/** The inbound intent; appends its own result. */
export function inbound(state: WriterState): void {
  const { from, out } = state;
  const id = from.f64();
  from.f64();
  from.u8();
  const kinds = from.u32();
  const source = from.text();
  const destination = from.text();
  const body = from.blob();
  const account = from.u32();
  const operator = from.u16();
  const optOut = from.u8();
  const file = state.fileOf(id, true);
  if (file === null) throw new Error("the day of an inbound message is sealed");
  const ord = state.nextOrder();
  file.statements.insertInbound.run(
    id, account, operator, account === 0 ? Notify.none : Notify.pending, ord, state.nowMs, kinds, source, destination,
    file.bodies.toKeep(BodyKind.inbound, id, body, state.nowMs), optOut,
  );
  out.need(16);
  if (account === 0) {
    out.u8(Result.plain);
    out.u8(Commit.ok);
    return;
  }
  file.tally(file.account(account), Tally.inbound, 0);
  if (optOut === 1) file.tally(file.account(account), Tally.optOuts, 0);
  out.u8(Result.inbound);
  out.f64(ord);
}

/** The customer has a notice, or refused it for good. */
export function notified(state: WriterState): Commit {
  const { from } = state;
  const account = from.u32();
  const order = from.f64();
  const id = from.f64();
  const bits = from.u8();
  const to = (bits & 2) === 0 ? Notify.done : Notify.parked;
  const file = state.fileOf(id, false);
  if (file === null) return Commit.notApplicable;
  if ((bits & 1) === 0) return file.statements.notified.run(to, state.nextOrder(), id, order).changes === 1 ? Commit.ok : Commit.notApplicable;
  if (file.statements.notifiedInbound.run(to, state.nowMs, id).changes !== 1) return Commit.notApplicable;
  file.tally(file.account(account), to === Notify.done ? Tally.inboundTaken : Tally.inboundParked, 0);
  return Commit.ok;
}

export function refusal(state: WriterState): Commit {
  const { from } = state;
  from.f64();
  from.f64();
  from.u8();
  from.u32();
  const source = from.text();
  const destination = from.text();
  const body = from.blob();
  const account = from.u32();
  const outcome = from.u8();
  const rule = from.text();
  const { statements, bodies } = state.todayFile();
  const { nowMs } = state;
  // Its row has no number before it stands: what it says belongs to its time.
  statements.insertRefusal.run(
    nowMs, account, outcome, bodies.lineToKeep(BodyKind.refusalRule, nowMs, rule, nowMs), source, destination, bodies.toKeep(BodyKind.refusal, nowMs, body, nowMs),
  );
  return Commit.ok;
}
