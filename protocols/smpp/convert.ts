/**
 * Convert: submit_sm and deliver_sm to Message. What a customer got wrong is a FieldFault; an operator's is read leniently.
 *
 * Octets are views on the frame, never altered. Where the text stands (short_message or message_payload) and how parts
 * are marked (UDH or SAR TLVs) is settled here, so that nobody behind us needs to know.
 */
import { Encoding, SegmentForm, newMessage } from "../model/message.js";
import type { Message } from "../model/message.js";
import { LONGEST_AHEAD_MS, NO_SUCH_TIME, expiryOf, scheduleOf } from "../model/time.js";
import { readConcatenation } from "../model/udh.js";
import type { FieldFault } from "../wire/fields.js";
import type { Alphabet0 } from "../wire/protocol.js";
import { NO_OCTETS } from "../wire/octets.js";
import { VERSION_50 } from "./bind.js";
import { fieldFault } from "./codec.js";
import type { DataSm, DeliverSm, SubmitSm } from "./codec.js";
import { encodingOf } from "./coding.js";
import { Status } from "./status.js";
import { Tlv, checkTlvWidths, eachTlv, findTlv, readTlvInteger, tlvByTag } from "./tlvs.js";

/** esm_class bit 6: the user data begin with a header. [SMPP 3.4 5.2.12] */
export const ESM_UDHI = 0x40;
/** First octet of `Message.extras` that are SMPP TLVs. */
export const EXTRAS_MARK = 0x53;

/** TLVs that are only passed on, in all: far more than the standards' together, far less than a book's row may hold. */
const EXTRAS_MAX_OCTETS = 4_096;
const LONGEST_REGISTERED = 0x1f;
const HIGHEST_PRIORITY = 3;
const RECEIPT_WANTED = [0, 3, 2, 1] as const;

/** What of a session decides how its submits are read. */
export interface ReadingTerms {
  readonly alphabet0: Alphabet0;
  /** The session's interface_version. */
  readonly version: number;
}

/** A customer's submit as a Message, or what to answer and why. `nowMs` is wall time, for validity and schedule. */
export function messageOfSubmit(body: SubmitSm, terms: ReadingTerms, nowMs: number): Message | FieldFault {
  const fault = checkSubmit(body);
  if (fault !== null) return fault;
  const message = newMessage();
  addresses(message, body);
  message.priority = body.priority_flag;
  message.receiptWanted = (RECEIPT_WANTED[body.registered_delivery & 3] ?? 0) | ((body.registered_delivery & 0x10) >> 2);
  message.protocolIdentifier = body.protocol_id;
  message.octets = body.short_message;
  if (body.tlvs.length > 0) {
    const tlvFault = readSubmitTlvs(message, body, terms, nowMs);
    if (tlvFault !== null) return tlvFault;
  }
  const textFault = readText(message, body, terms.alphabet0);
  if (textFault !== null) return textFault;
  if (body.schedule_delivery_time !== "" || body.validity_period !== "") return readTimes(message, body, nowMs);
  return message;
}

function addresses(message: Message, body: SubmitSm | DeliverSm | DataSm): void {
  message.source = body.source_addr;
  message.sourceTon = body.source_addr_ton;
  message.sourceNpi = body.source_addr_npi;
  message.destination = body.destination_addr;
  message.destinationTon = body.dest_addr_ton;
  message.destinationNpi = body.dest_addr_npi;
  message.serviceType = body.service_type;
  message.codingOctet = body.data_coding;
}

const NO_DESTINATION = fieldFault("destination_addr", "empty");
const PRIORITY = fieldFault("priority_flag", "above 3");
const REGISTERED = fieldFault("registered_delivery", "above 0x1f");
const NO_REPLACE: FieldFault = { ...fieldFault("replace_if_present_flag", "replacing is not offered"), status: Status.ESME_RINVSUBREP };
const NO_CANNED_TEXT = fieldFault("sm_default_msg_id", "there are no canned texts");
const NO_HEADER = fieldFault("short_message", "esm_class announces a user data header that is not there");
const ODD_UCS2 = fieldFault("short_message", "UCS-2 text of an odd length");
const TWO_TEXTS: FieldFault = { ...fieldFault("tlvs", "message_payload beside short_message"), status: Status.ESME_ROPTPARNOTALLWD };
const MANY_TLVS: FieldFault = { ...fieldFault("tlvs", `more than ${EXTRAS_MAX_OCTETS} octets of TLVs beside the text`), status: Status.ESME_RINVPARLEN };
const SCHEDULE = fieldFault("schedule_delivery_time", "not a time, or more than 31 days ahead");
const VALIDITY = fieldFault("validity_period", "not a time to come");

function checkSubmit(body: SubmitSm): FieldFault | null {
  if (body.destination_addr === "") return NO_DESTINATION;
  if (body.priority_flag > HIGHEST_PRIORITY) return PRIORITY;
  if (body.registered_delivery > LONGEST_REGISTERED) return REGISTERED;
  // Values above 1 are reserved and mean the default. [SMPP 3.4 5.2.18]
  if (body.replace_if_present_flag === 1) return NO_REPLACE;
  return body.sm_default_msg_id === 0 ? null : NO_CANNED_TEXT;
}

function readText(message: Message, body: SubmitSm, alphabet0: Alphabet0): FieldFault | null {
  message.encoding = encodingOf(body.data_coding, alphabet0);
  if ((body.esm_class & ESM_UDHI) !== 0) {
    // With a header the SAR TLVs do not count. [SMPP 3.4 5.3.2.22]
    if (!readConcatenation(message.octets, message)) return NO_HEADER;
    message.hasUdh = true;
    const text = message.octets.length - 1 - (message.octets[0] ?? 0);
    return message.encoding === Encoding.ucs2 && text % 2 !== 0 ? ODD_UCS2 : null;
  }
  return message.encoding === Encoding.ucs2 && message.octets.length % 2 !== 0 ? ODD_UCS2 : null;
}

function readTimes(message: Message, body: SubmitSm, nowMs: number): Message | FieldFault {
  message.scheduledAtMs = scheduleOf(body.schedule_delivery_time, nowMs);
  if (message.scheduledAtMs === NO_SUCH_TIME) return SCHEDULE;
  const expiresAtMs = expiryOf(body.validity_period, message.scheduledAtMs, nowMs);
  if (expiresAtMs === NO_SUCH_TIME) return VALIDITY;
  // qos_time_to_live supersedes validity_period. [SMPP 5.0 4.8.4.46]
  if (message.expiresAtMs === 0) message.expiresAtMs = expiresAtMs;
  return message.expiresAtMs > 0 && message.expiresAtMs <= message.scheduledAtMs ? VALIDITY : message;
}

function readSubmitTlvs(message: Message, body: SubmitSm, terms: ReadingTerms, nowMs: number): FieldFault | null {
  const wrong = checkTlvWidths(body.tlvs) === 0 ? 0 : firstUnreadable(body.tlvs);
  if (wrong !== 0) {
    const name = tlvByTag(wrong)?.name ?? "tlvs";
    return { fault: true, field: name, status: Status.ESME_RINVPARLEN, detail: "a length the standard does not allow" };
  }
  const payload = findTlv(body.tlvs, Tlv.message_payload);
  if (payload !== null) {
    if (!isBlank(body.short_message) && terms.version < VERSION_50) return TWO_TEXTS;
    message.octets = payload;
  }
  if ((body.esm_class & ESM_UDHI) === 0) readSar(message, body.tlvs);
  message.applicationPort = readTlvInteger(body.tlvs, Tlv.dest_port);
  const liveSeconds = readTlvInteger(body.tlvs, Tlv.qos_time_to_live);
  if (liveSeconds > 0) message.expiresAtMs = nowMs + Math.min(liveSeconds * 1_000, LONGEST_AHEAD_MS);
  const octets = extraOctets(body.tlvs);
  if (octets > EXTRAS_MAX_OCTETS) return MANY_TLVS;
  message.extras = extrasOf(body.tlvs, octets);
  return null;
}

/** A number in fewer octets than the standard's is plain enough to be read; anything else of a wrong length is not. */
function firstUnreadable(tlvs: Buffer): number {
  let wrong = 0;
  eachTlv(tlvs, (tag, value) => {
    const known = tlvByTag(tag);
    if (known === null || wrong !== 0) return;
    const narrow = known.kind === "integer" && value.length > 0 && value.length <= known.max;
    const right = value.length >= known.min && value.length <= known.max && known.only?.includes(value.length) !== false;
    if (!narrow && !right) wrong = tag;
  });
  return wrong;
}

/** Nothing, or the lone NUL or blank that some send for it beside a payload. */
function isBlank(octets: Buffer): boolean {
  return octets.length === 0 || (octets.length === 1 && (octets[0] === 0 || octets[0] === 0x20));
}

/** All three SAR TLVs and sensible, or none. [SMPP 3.4 5.3.2.22-24] */
function readSar(message: Message, tlvs: Buffer): void {
  const total = readTlvInteger(tlvs, Tlv.sar_total_segments);
  if (total < 1) return;
  const number = readTlvInteger(tlvs, Tlv.sar_segment_seqnum);
  const reference = readTlvInteger(tlvs, Tlv.sar_msg_ref_num);
  if (reference < 0 || number < 1 || number > total) return;
  message.segmentReference = reference;
  message.segmentTotal = total;
  message.segmentNumber = number;
  message.segmentForm = SegmentForm.sar;
}

/** TLVs that are understood here and written anew from the Message. */
const CONSUMED: ReadonlySet<number> = new Set<number>([
  Tlv.message_payload, Tlv.sar_msg_ref_num, Tlv.sar_total_segments, Tlv.sar_segment_seqnum, Tlv.qos_time_to_live,
]);

/** What the other TLVs take. */
function extraOctets(tlvs: Buffer): number {
  let octets = 0;
  eachTlv(tlvs, (tag, value) => {
    if (!CONSUMED.has(tag)) octets += 4 + value.length;
  });
  return octets;
}

/** The other TLVs, so many octets, one by one behind their mark; null when there are none, or too many to keep. */
function extrasOf(tlvs: Buffer, octets: number): Buffer | null {
  if (octets === 0 || octets > EXTRAS_MAX_OCTETS) return null;
  const extras = Buffer.allocUnsafe(1 + octets);
  extras[0] = EXTRAS_MARK;
  let at = 1;
  eachTlv(tlvs, (tag, value) => {
    if (CONSUMED.has(tag)) return;
    extras.writeUInt16BE(tag, at);
    extras.writeUInt16BE(value.length, at + 2);
    value.copy(extras, at + 4);
    at += 4 + value.length;
  });
  return extras;
}

/** The TLVs that `extras` holds; null when there are none or another protocol made them. */
export function tlvsOfExtras(extras: Buffer | null): Buffer | null {
  return extras !== null && extras[0] === EXTRAS_MARK ? extras.subarray(1) : null;
}

/** What an operator delivers that is no receipt. Nothing is refused: what makes no sense is left out. */
export function messageOfDelivery(body: DeliverSm | DataSm, octets: Buffer, alphabet0: Alphabet0): Message {
  const message = newMessage();
  addresses(message, body);
  message.octets = octets;
  message.encoding = encodingOf(body.data_coding, alphabet0);
  if ("protocol_id" in body) {
    message.protocolIdentifier = body.protocol_id;
    message.priority = Math.min(body.priority_flag, HIGHEST_PRIORITY);
  }
  if ((body.esm_class & ESM_UDHI) !== 0) message.hasUdh = readConcatenation(octets, message);
  else readSar(message, body.tlvs);
  if (body.tlvs.length > 0) message.extras = extrasOf(body.tlvs, extraOctets(body.tlvs));
  return message;
}

/** The user data of a delivery, in whichever field they stand. */
export function deliveredOctets(body: DeliverSm | DataSm): Buffer {
  const short = "short_message" in body ? body.short_message : null;
  if (short !== null && !isBlank(short)) return short;
  const payload = body.tlvs.length > 0 ? findTlv(body.tlvs, Tlv.message_payload) : null;
  return payload ?? short ?? NO_OCTETS;
}
