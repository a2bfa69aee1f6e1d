/**
 * Cancel: a customer takes back a message of its own that is not out yet.
 */
import { ChargeState } from "../../ledger/settlement.js";
import { Happening, nextState } from "../../lifecycle/transitions.js";
import { Commit } from "../store.js";
import { finish } from "./finish.js";
import { countParts, endWaiting } from "./fold.js";
import { Finished } from "./outgoing.js";
import type { Row } from "./row.js";
import type { WriterState } from "./state.js";

/** The cancel intent. A message of a sealed day has ended long ago and is not looked for. */
export function cancel(state: WriterState): Commit {
  const { from } = state;
  const account = from.u32();
  const row = state.row(from.f64());
  const source = from.text();
  const destination = from.text();
  const serviceType = from.text();
  if (row === undefined || row.account !== account || row.chargeState === ChargeState.part) return Commit.notFound;
  if ((source !== "" && source !== row.source) || (destination !== "" && destination !== row.destination)) return Commit.notFound;
  if (serviceType !== "" && serviceType !== row.serviceType) return Commit.notFound;
  const to = nextState(row.state, Happening.cancel);
  if (to === 0 || mayBeOut(row)) return Commit.notApplicable;
  if (finish(state, row, to, false, 0, "000", "")) Finished.row = row;
  if (row.parts > 0) endWaiting(state, row);
  return Commit.ok;
}

/** Whether a try of it, or a part of it, may have been taken though it waits. */
function mayBeOut(row: Row): boolean {
  return row.resent === 1 || (row.parts > 0 && countParts(row).out > 0);
}
