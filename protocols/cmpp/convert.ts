/**
 * Convert: SUBMIT and DELIVER to Message. What a customer got wrong is a FieldFault; an operator's is read leniently.
 *
 * Octets are views on the frame, never altered. How parts are marked (a user data header, or Pk_total and Pk_number) is
 * settled here, so that nobody behind us needs to know.
 */
import { classifyDestination } from "../model/address.js";
import { Encoding, SegmentForm, newMessage } from "../model/message.js";
import type { Message } from "../model/message.js";
import { NO_SUCH_TIME, expiryOf, scheduleOf } from "../model/time.js";
import { readConcatenation, udhEnd } from "../model/udh.js";
import type { FieldFault } from "../wire/fields.js";
import { fieldFault } from "./codec.js";
import type { DeliverBody, SubmitBody } from "./codec.js";
import { encodingOf, hasUdh, isStandard } from "./coding.js";
import { blankExtras, writeExtras } from "./extras.js";

/** What of a session decides how its submits are read. */
export interface ReadingTerms {
  /** The SP_Id that Msg_src must be, "" where anything goes. */
  readonly contentSource: string;
}

/** Numbers of CMPP say nothing of their kind: TON unknown, NPI ISDN. */
const NPI_ISDN = 1;
const HIGHEST_LEVEL = 9;
const REPORT_WANTED = 1;
/** Both success and failure. */
const BOTH_RECEIPTS = 3;

const NO_BILLING = fieldFault("Registered_Delivery", "2 asks for a billing ticket, which is not offered");
const REGISTERED = fieldFault("Registered_Delivery", "above 2");
const LEVEL = fieldFault("Msg_level", "above 9");
const PARTS = fieldFault("Pk_number", "not one of 1 to Pk_total");
const CONTENT_SOURCE = fieldFault("Msg_src", "not the SP_Id of this connection");
const DESTINATION = fieldFault("Dest_terminal_Id", "no number to send to");
const EMPTY = fieldFault("Msg_Length", "no text");
const NO_HEADER = fieldFault("Msg_Content", "TP_udhi announces a user data header that is not there");
const NOT_ASCII = fieldFault("Msg_Content", "octets from 0x80 on in ASCII");
const SCHEDULE = fieldFault("At_Time", "not a time, or more than 31 days ahead");
const VALIDITY = fieldFault("ValId_Time", "not a time to come");

/**
 * A customer's submit as the Message to its first destination (`toDestination` makes those to the others), or what to
 * answer and why. One bad destination refuses all. `nowMs` is wall time. [protocols sheet 1.6]
 */
export function messageOfSubmit(body: SubmitBody, terms: ReadingTerms, nowMs: number): Message | FieldFault {
  const fault = checkSubmit(body, terms);
  if (fault !== null) return fault;
  const message = newMessage();
  message.source = body.Src_Id;
  message.sourceNpi = NPI_ISDN;
  message.destination = body.Dest_terminal_Id[0] as string;
  message.destinationNpi = NPI_ISDN;
  message.serviceType = body.Service_Id;
  message.codingOctet = body.Msg_Fmt;
  message.encoding = encodingOf(body.Msg_Fmt);
  message.octets = body.Msg_Content;
  message.priority = priorityOf(body.Msg_level);
  message.receiptWanted = body.Registered_Delivery === REPORT_WANTED ? BOTH_RECEIPTS : 0;
  message.protocolIdentifier = body.TP_pId;
  message.extras = extrasOfSubmit(body);
  const textFault = readText(message, body);
  if (textFault !== null) return textFault;
  return body.At_Time !== "" || body.ValId_Time !== "" ? readTimes(message, body, nowMs) : message;
}

/** The same message to another destination. */
export function toDestination(message: Message, destination: string): Message {
  const other = Object.assign(newMessage(), message);
  other.destination = destination;
  return other;
}

/** Msg_level 0, 1..3, 4..6, 7..9 as priority 0, 1, 2, 3; the level itself is kept in the extras. */
export function priorityOf(level: number): number {
  return Math.min(Math.ceil(level / 3), 3);
}

function checkSubmit(body: SubmitBody, terms: ReadingTerms): FieldFault | null {
  if (body.Registered_Delivery > REPORT_WANTED) return body.Registered_Delivery === 2 ? NO_BILLING : REGISTERED;
  if (body.Msg_level > HIGHEST_LEVEL) return LEVEL;
  // 0 of 0 is what some send for one of one.
  if (body.Pk_number > Math.max(body.Pk_total, 1) || (body.Pk_number === 0 && body.Pk_total > 1)) return PARTS;
  if (terms.contentSource !== "" && body.Msg_src !== terms.contentSource) return CONTENT_SOURCE;
  if (body.Msg_Content.length === 0) return EMPTY;
  const alone = body.Dest_terminal_Id.length === 1;
  for (const destination of body.Dest_terminal_Id) if (!isSendable(destination, alone)) return DESTINATION;
  return null;
}

/** A service number may be our own, to which a question can be sent; whether it is, the gateway knows. */
function isSendable(destination: string, alone: boolean): boolean {
  const { kind } = classifyDestination(destination, 0);
  return kind === "mobile" || kind === "international" || (alone && kind === "short");
}

/** Text, header and parts. The header counts before the Pk fields: phones read nothing else. [protocols sheet 1.15] */
function readText(message: Message, body: SubmitBody): FieldFault | null {
  if (hasUdh(body.TP_udhi)) {
    if (!readConcatenation(message.octets, message)) return NO_HEADER;
    message.hasUdh = true;
  }
  if (message.segmentTotal === 0 && body.Pk_total > 1) {
    message.segmentTotal = body.Pk_total;
    message.segmentNumber = body.Pk_number;
    message.segmentForm = SegmentForm.pk;
  }
  return message.encoding === Encoding.ascii && !isAscii(message) ? NOT_ASCII : null;
}

function isAscii(message: Message): boolean {
  const { octets } = message;
  for (let at = message.hasUdh ? udhEnd(octets) : 0; at < octets.length; at++) if ((octets[at] as number) >= 0x80) return false;
  return true;
}

function readTimes(message: Message, body: SubmitBody, nowMs: number): Message | FieldFault {
  message.scheduledAtMs = scheduleOf(body.At_Time, nowMs);
  if (message.scheduledAtMs === NO_SUCH_TIME) return SCHEDULE;
  message.expiresAtMs = expiryOf(body.ValId_Time, message.scheduledAtMs, nowMs);
  return message.expiresAtMs === NO_SUCH_TIME ? VALIDITY : message;
}

// ---------------------------------------------------------------- extras

/** What the last submit said, and its octets: customers say the same again and again. */
const last = blankExtras();
let lastOctets: Buffer | null = null;

function extrasOfSubmit(body: SubmitBody): Buffer {
  if (
    lastOctets !== null && last.Msg_level === body.Msg_level && last.Fee_UserType === body.Fee_UserType &&
    last.Fee_terminal_type === body.Fee_terminal_type && last.phoneType === body.Dest_terminal_type && last.FeeType === body.FeeType &&
    last.FeeCode === body.FeeCode && last.Msg_src === body.Msg_src && last.Fee_terminal_Id === body.Fee_terminal_Id && last.LinkID === body.LinkID
  ) {
    return lastOctets;
  }
  last.Msg_level = body.Msg_level;
  last.Fee_UserType = body.Fee_UserType;
  last.Fee_terminal_type = body.Fee_terminal_type;
  last.phoneType = body.Dest_terminal_type;
  last.FeeType = body.FeeType;
  last.FeeCode = body.FeeCode;
  last.Msg_src = body.Msg_src;
  last.Fee_terminal_Id = body.Fee_terminal_Id;
  last.LinkID = body.LinkID;
  lastOctets = writeExtras(last);
  return lastOctets;
}

// ---------------------------------------------------------------- what operators deliver

/** What an operator delivers that is no report. Nothing is refused: what makes no sense is left out. */
export function messageOfDelivery(body: DeliverBody): Message {
  const message = newMessage();
  message.source = body.Src_terminal_Id;
  message.sourceNpi = NPI_ISDN;
  message.destination = body.Dest_Id;
  message.destinationNpi = NPI_ISDN;
  message.serviceType = body.Service_Id;
  message.codingOctet = body.Msg_Fmt;
  message.encoding = encodingOf(body.Msg_Fmt);
  message.octets = body.Msg_Content;
  message.protocolIdentifier = body.TP_pid;
  if (hasUdh(body.TP_udhi)) message.hasUdh = readConcatenation(body.Msg_Content, message);
  // A Msg_Fmt that only CMPP peers know (class bits, vendors' own) is kept for one by the mark that the extras are.
  if (body.LinkID !== "" || body.Src_terminal_type !== 0 || !isStandard(body.Msg_Fmt)) {
    message.extras = writeExtras({ ...blankExtras(), phoneType: body.Src_terminal_type, LinkID: body.LinkID });
  }
  return message;
}
