/**
 * Finish: brings a message to its one final state: money moved once, attempts closed, notice due where wanted.
 */
import { ChargeState, EntryKind, afterMovement, onFinal } from "../../ledger/settlement.js";
import type { Movement } from "../../ledger/settlement.js";
import { wantsFinal } from "../../lifecycle/notice.js";
import { MessageState } from "../../../protocols/model/state.js";
import { contentExtras } from "../content.js";
import { Told, packReceiptNotice } from "../results.js";
import type { Octets } from "../octets.js";
import { NO_TIME, Notify, Tally } from "./day-schema.js";
import { slotOf, triesOf } from "./day-writer.js";
import { partEnded } from "./fold.js";
import { dropReview } from "./review-rows.js";
import type { Row } from "./row.js";
import type { WriterState } from "./state.js";

/** Books a movement of a message's money; its charge state and entry follow in the row (not yet on disk). */
export function move(state: WriterState, row: Row, movement: Movement): void {
  if (movement === 0) return;
  const account = row.file.account(row.account);
  row.lastEntry = row.file.book(account, slotOf(movement), row.charge);
  row.chargeState = afterMovement(row.chargeState as ChargeState, movement);
  if (movement === EntryKind.settle) return;
  const purse = state.balances.get(row.account);
  if (purse !== undefined) state.balances.credit(purse, row.charge);
}

/** A row is about to leave the state it is in: DISPATCHED, and a restart need not look for it any more; HELD, and it keeps no ids for parts and waits for nobody. */
export function leaveOut(row: Row): void {
  if (row.state === MessageState.dispatched) row.file.out.remove(row.dispatchedAt);
  if (row.review !== 0) dropReview(row);
  if (row.kept === 0) return;
  row.kept = 0;
  row.link = 0;
}

/** Writes everything that can change of a row. */
export function saveRow(row: Row): void {
  row.file.statements.update.run(
    row.ord, row.state, row.chargeState, row.notify, row.lastEntry, row.operator, triesOf(row), row.due, row.at, row.report, row.dispatchedAt,
    row.sentAt, row.id,
  );
}

/**
 * Ends a message.
 * @param taken the operator had it (it answered ok or reports on it)
 * @param attempt the attempt that decided, 0 when none did
 * @param asked the caller knows that it leaves its lane
 * @returns whether the customer is now to be told (packNotice makes the notice)
 */
export function finish(
  state: WriterState, row: Row, to: MessageState, taken: boolean, attempt: number, error: string, word: string, asked = false,
): boolean {
  const { file } = row;
  const terms = state.account(row.account);
  if (row.state === MessageState.queued) {
    state.lanes.left(row);
    if (!asked) state.tellUnqueued(row.lane);
  } else if (row.state === MessageState.uncertain) {
    state.uncertain--;
  }
  leaveOut(row);
  state.waits.moved(row.account, row.state, to);
  if (terms !== undefined) move(state, row, onFinal(terms, row.chargeState as ChargeState, to, taken));
  closeAttempts(row, attempt, to);
  row.state = to;
  row.at = state.nowMs;
  row.report = file.word(error) * 65_536 + file.word(word);
  const part = row.chargeState === ChargeState.part;
  row.notify = wantsFinal(row.wanted, to) && !part ? Notify.pending : Notify.none;
  row.ord = state.nextOrder();
  if (row.due === NO_TIME) {
    file.statements.final.run(row.state, row.at, row.chargeState, row.lastEntry, row.notify, row.ord, row.report, row.id);
  } else {
    row.due = NO_TIME;
    saveRow(row);
  }
  state.rows.remove(row);
  const account = file.account(row.account);
  if (part) {
    file.tally(account, Tally.partsEnded, 0);
    partEnded(state, row, taken, error, word);
    return false;
  }
  file.tally(account, to, row.segments);
  if (row.sentAt <= 0) file.tally(account, to === MessageState.delivered ? Tally.sent : Tally.unsent, row.segments);
  return row.notify === Notify.pending;
}

/** How a message ends of which no word will come any more: as one of its tries was reported while another was out, else UNKNOWN. */
export function givenUpAs(row: Row): MessageState {
  let to: MessageState = MessageState.unknown;
  if (row.resent === 0) return to;
  for (const [, stands] of row.file.statements.attemptsOf.all(row.id, row.id) as [number, number][]) {
    if (stands >= 20) to = stands as MessageState;
  }
  return to;
}

function closeAttempts(row: Row, attempt: number, to: MessageState): void {
  const { statements } = row.file;
  // Only a message that was sent twice has open attempts beside its own row.
  if (row.resent === 0) return;
  if (attempt > 0) statements.closeAttempt.run(to, row.id, attempt);
  statements.closeOthers.run(row.id, row.id);
}

/** The notice of a row that has just been finished (or reported on). */
export function packNotice(into: Octets, row: Row): void {
  const { file, report } = row;
  const extras = row.tellsExtras ? contentExtras(file.body(row.id)) : null;
  packReceiptNotice(into, row, file.wordText(Math.floor(report / 65_536)), file.wordText(report & 65_535), extras);
}

/** Keeps a row's notice for after the batch: nobody asked for it. */
export function tellNotice(state: WriterState, row: Row): void {
  const { told } = state;
  told.need(1);
  told.u8(Told.notice);
  packNotice(told, row);
}
