/**
 * Operations: frame limits, what answers mean to the outbox and the books, and what requests nobody serves are told.
 *
 * Nothing here ever answers an answer.
 */
import type { CancelAnswer, DeliverAnswer } from "../wire/protocol.js";
import { CommandId, isResponse, responseId } from "./commands.js";
import { Result } from "./status.js";

/** A header; and a SUBMIT to 100 destinations (3,618 octets), which is the longest there is. [protocols sheet 0] */
export const MIN_FRAME_OCTETS = 12;
export const MAX_FRAME_OCTETS = 4_096;

/**
 * The answer that tells a peer that its request is not served (FWD alone has a Result for it); 0 where there is none to
 * give, and the connection is closed instead.
 */
export function refusalCommand(commandId: number): number {
  return commandId === CommandId.FWD && !isResponse(commandId) ? responseId(commandId) : 0;
}

/** What a DELIVER_RESP's Result means to the outbox: whatever is not 0 is delivered again later. [protocols sheet 1.11] */
export function deliverAnswerOf(result: number): DeliverAnswer {
  return result === 0 ? "ok" : "retry";
}

/** What we answer an operator's DELIVER with: 8 brings it again, 9 ("other") is for what we never take. */
export function deliverResult(answer: "ok" | "retry" | "refused"): number {
  if (answer === "ok") return Result.CMPP_OK;
  return answer === "retry" ? Result.CMPP_FLOW_CONTROL : Result.CMPP_NOT_SERVED;
}

/** CANCEL_RESP's Success_Id. [protocols sheet 1.11] */
export function successId(answer: CancelAnswer): number {
  return answer === "ok" ? 0 : 1;
}
