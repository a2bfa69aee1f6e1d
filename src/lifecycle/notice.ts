/**
 * Notice rules: does the submitter have to be told of a state, and in which words?
 */
import { ReceiptWanted } from "../../protocols/model/message.js";
import { MessageState } from "../../protocols/model/state.js";
import { Outcome } from "../../protocols/model/outcome.js";

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
  const code = REFUSAL_CODES[outcome];
  return code === undefined ? "" : `TG:${String(code).padStart(4, "0")}`;
}

const REFUSAL_CODES: Readonly<Partial<Record<Outcome, number>>> = {
  [Outcome.no_credit]: 100, [Outcome.blocked_content]: 101, [Outcome.signature]: 102, [Outcome.template]: 103, [Outcome.advert]: 103,
  [Outcome.destination_blocked]: 104, [Outcome.off_net]: 105, [Outcome.international]: 106, [Outcome.blasting]: 107, [Outcome.hours]: 108,
  [Outcome.frequency]: 109, [Outcome.duplicate]: 110, [Outcome.account_suspended]: 111, [Outcome.quota]: 112, [Outcome.not_supported]: 113,
  [Outcome.no_route]: 114, [Outcome.segments_missing]: 115,
};
