/**
 * Cancels and queries: what a customer's cancel_sm and query_sm ask about, and how the gateway's answers are written.
 */
import { MessageState } from "../model/state.js";
import { formatAbsoluteTime } from "../model/time.js";
import type { CancelAnswer, CancelRequest, QueryAnswer, QueryRequest } from "../wire/protocol.js";
import { VERSION_33, VERSION_50 } from "./bind.js";
import { blankBody, decodeBody, fieldFault, isFault } from "./codec.js";
import type { FieldFault, QuerySmResp } from "./codec.js";
import { CommandId } from "./commands.js";
import { readMessageId } from "./operations.js";
import { errorNumber, messageStateOf } from "./receipts.js";
import { Status } from "./status.js";

/** Dates are China's. */
const ZONE_MINUTES = 480;

const NO_SUCH_ID: FieldFault = fieldFault("message_id", "no id of ours");
const NOBODY: FieldFault = fieldFault("destination_addr", "neither a message nor a destination");
const ONE_OF_MANY: FieldFault = { ...NO_SUCH_ID, detail: "a shortened id without the message's destination" };

/** A request, and the id in it as its maker wrote it ("" = none). */
export interface Asked<R> {
  readonly request: R;
  readonly shownId: string;
}

/**
 * What is to be taken back: one message by its id, or without one all of a sender, destination and service type. [SMPP 3.4 4.9]
 *
 * An id shortened for 3.3 may be that of another message, so with it the destination has to be named.
 */
export function readCancel(frame: Buffer, version: number, nowMs: number): Asked<CancelRequest> | FieldFault {
  const body = decodeBody<"cancel_sm">(CommandId.cancel_sm, frame);
  if (body === null) return NO_SUCH_ID;
  if (isFault(body)) return body;
  const { message_id: shownId, source_addr: source, destination_addr: destination, service_type: serviceType } = body;
  const messageId = shownId === "" ? 0 : readMessageId(shownId, version, nowMs);
  if (messageId === 0 && shownId !== "") return NO_SUCH_ID;
  if (destination === "" && messageId === 0) return NOBODY;
  if (destination === "" && version === VERSION_33) return ONE_OF_MANY;
  return { request: { messageId, source, destination, serviceType }, shownId };
}

/** `byId`: the customer named one message. */
export function cancelStatus(answer: CancelAnswer, byId: boolean): number {
  switch (answer) {
    case "ok":
      return 0;
    case "unavailable":
      return Status.ESME_RSYSERR;
    case "not_found":
      return byId ? Status.ESME_RINVMSGID : Status.ESME_RCANCELFAIL;
    default:
      return Status.ESME_RCANCELFAIL;
  }
}

export function readQuery(frame: Buffer, version: number, nowMs: number): Asked<QueryRequest> | FieldFault {
  const body = decodeBody<"query_sm">(CommandId.query_sm, frame);
  if (body === null) return NO_SUCH_ID;
  if (isFault(body)) return body;
  const messageId = readMessageId(body.message_id, version, nowMs);
  if (messageId === 0) return NO_SUCH_ID;
  return { request: { kind: "message", messageId, source: body.source_addr }, shownId: body.message_id };
}

/** The body of a query_sm_resp, or the status to answer instead. `shownId` is the id as the customer wrote it. */
export function queryResponse(answer: QueryAnswer, shownId: string, version: number): QuerySmResp | number {
  if (answer.kind === "not_found") return Status.ESME_RINVMSGID;
  if (answer.kind !== "message") return answer.kind === "unavailable" ? Status.ESME_RSYSERR : Status.ESME_RQUERYFAIL;
  const body = blankBody("query_sm_resp");
  const code = errorNumber(answer.error);
  body.message_id = shownId;
  body.final_date = answer.finalAtMs === 0 ? "" : formatAbsoluteTime(answer.finalAtMs, ZONE_MINUTES);
  // 5.0 has a word for what waits for its time. [SMPP 5.0 4.7.15]
  body.message_state = answer.state === MessageState.scheduled && version >= VERSION_50 ? 0 : messageStateOf(answer.state);
  body.error_code = code >= 0 && code <= 0xff ? code : 0;
  return body;
}
