/**
 * Park: what a customer has not taken within the outbox's retention waits no longer: kept, shown by trace, not delivered.
 *
 * Without it an account that asks for receipts and never binds for them would keep its days open for ever. A few
 * accounts are looked at in each sweep, one after the other; each look is one step into an index a day and table.
 */
import { Told } from "../results.js";
import { Notify, Tally, ORD_EPOCH_MS, ORD_PER_MS } from "./day-schema.js";
import type { DayWriter } from "./day-writer.js";
import type { WriterState } from "./state.js";

/** Accounts looked at, and notices parked, in one sweep. */
const ACCOUNTS_MAX = 64;
const PARKED_MAX = 2_000;

export function parkOld(state: WriterState, wallMs: number): void {
  const before = (wallMs - state.options.outboxRetentionMs - ORD_EPOCH_MS) * ORD_PER_MS;
  if (before <= 0) return;
  let left = PARKED_MAX;
  const accounts = state.balances.after(state.parkedTo, ACCOUNTS_MAX);
  for (const account of accounts) {
    left -= parkAccount(state, account, before, left);
    // More may be left of it: the next sweep begins with it again.
    if (left <= 0) return;
    state.parkedTo = account;
  }
  if (accounts.length < ACCOUNTS_MAX) state.parkedTo = 0;
}

function parkAccount(state: WriterState, account: number, before: number, most: number): number {
  let parked = 0;
  // Newest first is how days stand; the oldest notices go first.
  for (const file of [...state.days.open()].reverse()) {
    if (parked < most) parked += parkMessages(state, file, account, before, most - parked);
    if (parked < most) parked += parkInbound(state, file, account, before, most - parked);
  }
  if (parked > 0) tell(state, account, before, parked);
  return parked;
}

function parkMessages(state: WriterState, file: DayWriter, account: number, before: number, most: number): number {
  const old = file.statements.outboxBefore.all(account, before, most) as [number, number][];
  if (old.length > 0) state.begin(file);
  for (const [id, ord] of old) file.statements.notified.run(Notify.parked, state.nextOrder(), id, ord);
  return old.length;
}

function parkInbound(state: WriterState, file: DayWriter, account: number, before: number, most: number): number {
  const old = file.statements.outboxInboundBefore.all(account, before, most) as number[];
  if (old.length > 0) state.begin(file);
  for (const id of old) {
    file.statements.notifiedInbound.run(Notify.parked, state.nowMs, id);
    file.tally(file.account(account), Tally.inboundParked, 0);
  }
  return old.length;
}

function tell(state: WriterState, account: number, before: number, count: number): void {
  const { told } = state;
  told.need(24);
  told.u8(Told.parked);
  told.u32(account);
  told.f64(before);
  told.u32(count);
}
