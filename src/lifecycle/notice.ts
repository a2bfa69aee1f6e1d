/**
 * Notice rules: does the submitter have to be told of a state, and in which words?
 */
import { ReceiptWanted } from "../../protocols/model/message.js";
import { MessageState } from "../../protocols/model/state.js";
import { OUTCOME_NAMES, type Outcome } from "../../protocols/model/outcome.js";
import { REFUSALS } from "../../protocols/model/refusals.js";

/** Whether a final state is to be told to a submitter who asked for these receipts. */
export function wantsFinal(wanted: number, state: MessageState): boolean {
  return (wanted & (state === MessageState.delivered ? ReceiptWanted.onSuccess : ReceiptWanted.onFailure)) !== 0;
}

export function wantsInterim(wanted: number): boolean {
  return (wanted & ReceiptWanted.interim) !== 0;
}

/** The state words every customer knows; any other word is shown as it is. */
const STANDARD = new Set(["DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD"]);

/** The word kept beside a reported state: "" when the state says it already. */
export function keptWord(word: string): string {
  return STANDARD.has(word) ? "" : word;
}

/** The code of our own refusal in a receipt: the vendor's "TG:0101" form (design: refusals), "" where there is none. */
export function refusalWord(outcome: Outcome): string {
  const refusal = REFUSALS[OUTCOME_NAMES[outcome] ?? "ok"];
  return refusal === undefined ? "" : `TG:${String(refusal.number).padStart(4, "0")}`;
}
