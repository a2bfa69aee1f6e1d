/**
 * Group: acceptances that stand together or not at all: judged once, by the head that stands before them in the batch.
 *
 * ```
 *  [ group: account, first id, totals | accept | accept | accept ]   one record, when a batch is carried out one by one
 * ```
 */
import { Op } from "../intent.js";
import { Commit } from "../store.js";
import { accept } from "./outgoing.js";
import { hasQuota } from "./quota.js";
import type { WriterState } from "./state.js";

/** The head of a group: says what all its acceptances are answered, before any is made. It has no result of its own. */
export function beginGroup(state: WriterState): void {
  const { from } = state;
  state.groupLeft = from.u16();
  state.groupVerdict = judge(state, from.u32(), from.f64(), from.f64(), from.u32());
}

/** What they are answered without being made; null when they are to be made. */
function judge(state: WriterState, accountNo: number, firstId: number, totalMicros: number, segments: number): Commit | null {
  const purse = state.balances.get(accountNo);
  if (purse?.active !== true) return Commit.suspended;
  if (state.diskLow) return Commit.unavailable;
  const file = state.fileOf(firstId, true);
  if (file === null) return Commit.failed;
  // The same group again: it stands already, whatever the account can afford by now.
  if (file.load(firstId) !== undefined) return Commit.ok;
  if (!purse.affords(totalMicros)) {
    purse.refused = true;
    return Commit.noCredit;
  }
  return hasQuota(purse.account) && !state.quotas.fits(purse.account, file, segments) ? Commit.quota : null;
}

/** One acceptance of the group under way. What is refused after all, by our own fault, takes the whole group with it. */
export function acceptInGroup(state: WriterState): Commit {
  state.groupLeft--;
  if (state.groupVerdict !== null) return state.groupVerdict;
  const commit = accept(state);
  if (commit !== Commit.ok) throw new Error(`a message of a group cannot be accepted (${String(commit)})`);
  return commit;
}

/** The records of a batch, one by one; a group is one. */
export function records(batch: Buffer): Buffer[] {
  const all: Buffer[] = [];
  for (let at = 0; at < batch.length; ) {
    let end = at + batch.readUInt32LE(at);
    if (batch[at + 4] === Op.group) for (let left = batch.readUInt16LE(at + 5); left > 0; left--) end += batch.readUInt32LE(end);
    all.push(batch.subarray(at, end));
    at = end;
  }
  return all;
}

/** Ids of the messages that a record accepts. */
export function acceptedIds(record: Buffer): number[] {
  if (record[4] === Op.accept) return [record.readDoubleLE(5)];
  const ids: number[] = [];
  if (record[4] !== Op.group) return ids;
  for (let at = record.readUInt32LE(0); at < record.length; at += record.readUInt32LE(at)) ids.push(record.readDoubleLE(at + 5));
  return ids;
}

/** Whether a record is a sweep, with which a store that is down is tried again. */
export function isSweep(record: Buffer): boolean {
  return record[4] === Op.sweep;
}
