/**
 * Review: messages of one text are held until a person has looked at it.
 */
import { Happening, nextState } from "../../lifecycle/transitions.js";
import { MessageState } from "../../../protocols/model/state.js";
import { Commit } from "../store.js";
import { dueOf } from "./outgoing.js";
import { saveRow } from "./finish.js";
import { putReview } from "./review-rows.js";
import type { WriterState } from "./state.js";

/** The review intent; the same again is ok. Those that have ended or gone out meanwhile are left out; notApplicable when all have. */
export function review(state: WriterState): Commit {
  const { from, nowMs } = state;
  const outcome = from.u8();
  const rule = from.text();
  const dueMs = from.f64();
  const textId = from.f64();
  const count = from.u16();
  let commit: Commit = Commit.notApplicable;
  for (let left = count; left > 0; left--) {
    const id = from.f64();
    const row = state.row(id);
    if (row === undefined) continue;
    if (row.review === 0) {
      const to = nextState(row.state, Happening.review);
      if (to === 0) continue;
      // The flow has taken it out of its lane's head.
      if (row.state === MessageState.queued) state.lanes.left(row);
      state.waits.moved(row.account, row.state, to);
      row.state = to;
      row.at = nowMs;
      row.review = 1;
      row.due = dueOf(dueMs, row.expires);
      putReview(row.file, id, nowMs, outcome, rule, textId);
      saveRow(row);
    }
    commit = Commit.ok;
  }
  return commit;
}
