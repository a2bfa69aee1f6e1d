/**
 * Split: a held message goes out as parts, each a row behind its own with a life of its own (see fold.ts).
 */
import { ChargeState } from "../../ledger/settlement.js";
import { Happening, nextState } from "../../lifecycle/transitions.js";
import { IDS_PER_SECOND } from "../../../protocols/model/message-id.js";
import { MessageState } from "../../../protocols/model/state.js";
import { BodyKind } from "../body-cipher.js";
import { Commit, MAX_PARTS } from "../store.js";
import { NO_ENTRY, NO_TIME, Tally } from "./day-schema.js";
import { saveRow } from "./finish.js";
import { dueOf } from "./outgoing.js";
import { dropReview } from "./review-rows.js";
import type { Row } from "./row.js";
import type { WriterState } from "./state.js";

/** The split intent: held -> split. The same again is ok. */
export function split(state: WriterState): Commit {
  const { from } = state;
  const id = from.f64();
  const words = from.u32();
  const dueMs = from.f64();
  const parts = from.u16();
  const row = state.row(id);
  if (row === undefined) return Commit.notApplicable;
  if (row.parts > 0) return row.parts === parts ? Commit.ok : Commit.notApplicable;
  const to = nextState(row.state, Happening.split);
  if (to === 0) return Commit.notApplicable;
  if (parts === 0 || parts > MAX_PARTS) throw new Error(`message ${id} cannot go out in ${parts} parts`);
  let first = 0;
  for (let no = 0; no < parts; no++) {
    const partId = from.f64();
    if (no === 0) first = partId;
    if (partId !== first + no) throw new Error(`the parts of message ${id} have no ids in a row`);
    insertPart(state, row, partId, words, dueMs);
  }
  if (first <= id || secondOf(first + parts - 1) !== secondOf(id)) throw new Error(`the parts of message ${id} have ids from ${first}`);
  row.words = words;
  row.file.statements.setWords.run(words, id);
  row.parts = parts;
  row.link = first - id - 1;
  row.kept = 0;
  if (row.review !== 0) dropReview(row);
  state.waits.moved(row.account, row.state, to);
  row.state = to;
  row.at = state.nowMs;
  row.due = NO_TIME;
  saveRow(row);
  return Commit.ok;
}

/** The second and node of an id. */
function secondOf(id: number): number {
  return Math.floor(id / IDS_PER_SECOND);
}

function insertPart(state: WriterState, whole: Row, id: number, words: number, dueMs: number): void {
  const { from, nowMs } = state;
  const { file, account } = whole;
  const expires = from.f64() || whole.expires;
  // The operator is asked for its reports; nobody is told of them (finish.ts).
  const wanted = from.u8();
  const kinds = from.u32();
  const source = from.text();
  const destination = from.text();
  const body = from.blob();
  const lane = from.f64();
  const operator = from.u16();
  const scheduled = dueMs > nowMs;
  file.statements.insertMessage.run(
    id, account, lane, state.nextOrder(), scheduled ? MessageState.scheduled : MessageState.queued, ChargeState.part, 1, 0, whole.id, NO_ENTRY, operator, 0,
    dueOf(scheduled ? dueMs : 0, expires), nowMs, NO_TIME, state.idPlaceholder,
  );
  file.statements.insertContent.run(id, nowMs, expires, wanted, words, kinds, source, destination, file.bodies.toKeep(BodyKind.content, id, body, nowMs), 0, 0);
  file.tally(file.account(account), Tally.parts, 0);
  if (scheduled) {
    state.waits.change(account, 1);
    return;
  }
  state.lanes.entered(lane);
  state.tellQueued(lane);
}
