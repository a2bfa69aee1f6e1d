/**
 * Operations: what a request is answered with that the session at hand does not deal with itself, and message ids.
 *
 * Nothing here ever answers an answer: two peers that did so would nack each other for ever. [SMPP 3.4 4.3]
 */
import { IDS_PER_SECOND, NODES, messageId } from "../model/message-id.js";
import type { DeliverAnswer } from "../wire/protocol.js";
import { VERSION_33 } from "./bind.js";
import { CommandId, SessionState, isResponse, mayReceive, responseId } from "./commands.js";
import type { Role } from "./commands.js";
import { Status } from "./status.js";

/** Longest frames: before a bind nothing but binds is due, after it a message_payload of 65,535 octets. */
export const MIN_FRAME_OCTETS = 16;
export const MAX_FRAME_UNBOUND_OCTETS = 4_096;
export const MAX_FRAME_BOUND_OCTETS = 73_728;

/** The number an unsupported request's answer bears: its own, or generic_nack where it has none; 0 for no answer at all. */
export function refusalCommand(commandId: number): number {
  if (isResponse(commandId)) return 0;
  // These are never answered, not even to say that they are not wanted. [SMPP 3.4 4.1.7, 4.12]
  if (commandId === CommandId.outbind || commandId === CommandId.alert_notification) return 0;
  const answer = responseId(commandId);
  return answer === 0 ? CommandId.generic_nack : answer;
}

/** Why the request is not served: not known or not offered, or not in this state. */
export function refusalStatusOf(commandId: number, role: Role, state: SessionState, version: number): number {
  if (responseId(commandId) === 0 || mayReceive(role, state, commandId, version)) return Status.ESME_RINVCMDID;
  const everAllowed = [SessionState.bound_tx, SessionState.bound_rx, SessionState.bound_trx].some((bound) =>
    mayReceive(role, bound, commandId, version),
  );
  return everAllowed ? Status.ESME_RINVBNDSTS : Status.ESME_RINVCMDID;
}

/** What a deliver_sm_resp's status means to the outbox. [SMPP 3.4 5.1.3] */
export function deliverAnswerOf(status: number): DeliverAnswer {
  if (status === 0) return "ok";
  return status === Status.ESME_RX_P_APPN || status === Status.ESME_RX_R_APPN ? "refused" : "retry";
}

/** Our message id as customers see it: decimal, and eight hexadecimal digits where a 3.3 peer reads no more. */
export function shownMessageId(id: number, version: number): string {
  return version === VERSION_33 ? (id % 0x1_0000_0000).toString(16).toUpperCase().padStart(8, "0") : decimal(id);
}

/** Ids in three-point-three's form repeat after so many seconds: ten bits of the second are in it. */
const SHORT_SPAN_S = 1_024;
/** Ids may be drawn ahead of the clock, when more were drawn in a second than it has. */
const AHEAD_S = 60;

/**
 * Our id from the form a customer of this version saw it in, 0 when it is none. A 3.3 peer's eight digits are the youngest id that ends
 * so: right for the messages of the last quarter of an hour, another one's, most often nobody's, for older ones.
 */
export function readMessageId(text: string, version: number, nowMs: number): number {
  if (version !== VERSION_33) {
    const id = /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : 0;
    return Number.isSafeInteger(id) ? id : 0;
  }
  if (!/^[0-9A-F]{8}$/i.test(text)) return 0;
  const youngest = messageId(Math.floor(nowMs / 1_000) + AHEAD_S, NODES - 1, IDS_PER_SECOND - 1);
  const span = SHORT_SPAN_S * NODES * IDS_PER_SECOND;
  const low = parseInt(text, 16);
  const id = youngest - ((((youngest - low) % span) + span) % span);
  return id > 0 ? id : 0;
}

const LOW = 10_000_000;
let highDigits = "";
let high = -1;

/** As String(id), in a third of the time: ids are beyond small integers, but their upper half seldom changes. */
function decimal(id: number): string {
  const upper = Math.floor(id / LOW);
  if (upper === 0) return String(id);
  if (upper !== high) {
    high = upper;
    highDigits = String(upper);
  }
  const lower = String(id - upper * LOW);
  return highDigits + ZEROS[lower.length] + lower;
}

const ZEROS = ["0000000", "000000", "00000", "0000", "000", "00", "0", ""];
