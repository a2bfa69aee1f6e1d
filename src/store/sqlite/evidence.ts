/**
 * Evidence: what was found in a message only after its acceptance, kept with its content: the screen's hits, its signature.
 */
import { isFinal } from "../../../protocols/model/state.js";
import { withFlags } from "../content.js";
import { Commit } from "../store.js";
import type { Row } from "./row.js";
import type { WriterState } from "./state.js";

/** The evidence intent; the same again is ok. What has ended stays as it is. */
export function evidence(state: WriterState): Commit {
  const { from } = state;
  const row = openRow(state, from.f64());
  const flags = from.text();
  if (row === null) return Commit.notApplicable;
  row.file.rewrite(row.id, state.nowMs, (before) => withFlags(before, flags));
  return Commit.ok;
}

/** The sign intent: under which signature of its account the message counts. The same again is ok. */
export function sign(state: WriterState): Commit {
  const { from } = state;
  const row = openRow(state, from.f64());
  const signature = from.u32();
  if (row === null) return Commit.notApplicable;
  row.file.statements.setSignature.run(signature, row.id);
  return Commit.ok;
}

function openRow(state: WriterState, id: number): Row | null {
  const row = state.row(id);
  return row === undefined || isFinal(row.state) ? null : row;
}
