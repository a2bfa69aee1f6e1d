/**
 * Evidence: what the screen found in a message after its acceptance, kept with its content.
 */
import { isFinal } from "../../../protocols/model/state.js";
import { withFlags } from "../content.js";
import { Commit } from "../store.js";
import type { WriterState } from "./state.js";

/** The evidence intent; the same again is ok. What has ended stays as it is. */
export function evidence(state: WriterState): Commit {
  const { from } = state;
  const id = from.f64();
  const flags = from.text();
  const row = state.row(id);
  if (row === undefined || isFinal(row.state)) return Commit.notApplicable;
  const { getBody, setBody } = row.file.statements;
  setBody.run(withFlags(getBody.get(id) as Buffer, flags), id);
  return Commit.ok;
}
