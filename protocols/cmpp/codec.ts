/**
 * The codec: whole CMPP PDUs to and from octets, header and body, in the layout of 2.0 (and 2.1) or of 3.0.
 *
 * Decoding never throws and never reads outside the frame: what a peer got wrong comes back as a FieldFault, data that
 * holds the field and the Result to answer. `Msg_Content` and the authenticators are views on the frame, so they live
 * as long as it does. Answers are read by their length, for gateways answer in the other version's widths. Every
 * function takes the place of the PDU in a larger buffer (`start`, `end`). Encoding throws RangeError only, and only for
 * a bug of ours.
 */
import { isFault } from "../wire/fields.js";
import type { Codec, FieldFault } from "../wire/fields.js";
import { readUint32 } from "../wire/octets.js";
import { Encoding } from "../model/message.js";
import { encodingOf, hasUdh, mostContentOctets } from "./coding.js";
import { CommandId, commandName } from "./commands.js";
import { FIELD_STATUS } from "./status.js";
import type { FieldName } from "./status.js";
import { CODECS, REPORT } from "./tables.js";
import type {
  ActiveTestRespBody, AnyBody, BodyOf, CancelBody, CancelRespBody, ConnectBody, ConnectRespBody, DeliverBody, Layouts, QueryBody, ReportBody,
  ResultBody, SubmitBody, TableName,
} from "./tables.js";

export { isFault } from "../wire/fields.js";
export type { FieldFault } from "../wire/fields.js";
export type * from "./tables.js";

/** Total_Length, Command_Id, Sequence_Id. [protocols sheet 1.1] */
export const HEADER_OCTETS = 12;
/** From this version on the layout is 3.0's. */
export const VERSION_30 = 0x30;

/** A SUBMIT takes at most this and 32 for every destination: 163 of fields, 255 of content. */
export const SUBMIT_FIXED_OCTETS = 418;
export const SUBMIT_DESTINATION_OCTETS = 32;
/** The longest DELIVER: 109 of fields, 255 of content. */
export const DELIVER_MAX_OCTETS = 364;
/** The longest SUBMIT_RESP or DELIVER_RESP. */
export const RESULT_RESP_MAX_OCTETS = 24;
export const CONNECT_OCTETS = 39;
export const CONNECT_RESP_MAX_OCTETS = 33;
/** Lengths of a report in a DELIVER. */
export const REPORT_20_OCTETS = 60;
export const REPORT_30_OCTETS = 71;

/** All three unsigned. */
export interface PduHeader {
  totalLength: number;
  commandId: number;
  sequenceId: number;
}

// ---------------------------------------------------------------- header

/** @throws RangeError when fewer than 12 octets stand at `offset`: framing never lets such a frame through. */
export function readHeader(frame: Buffer, offset = 0): PduHeader {
  return { totalLength: readUint32(frame, offset), commandId: readUint32(frame, offset + 4), sequenceId: readUint32(frame, offset + 8) };
}

export function readCommandId(frame: Buffer, offset = 0): number {
  return readUint32(frame, offset + 4);
}

/** As the peer wrote it, 0..0xffffffff. */
export function readSequence(frame: Buffer, offset = 0): number {
  return readUint32(frame, offset + 8);
}

function writeHeader(target: Buffer, offset: number, length: number, commandId: number, sequence: number): void {
  if (offset < 0 || offset + length > target.length) throw new RangeError(`a PDU of ${length} octets has no room at ${offset}`);
  target[offset] = length >>> 24;
  target[offset + 1] = length >>> 16;
  target[offset + 2] = length >>> 8;
  target[offset + 3] = length;
  target[offset + 4] = commandId >>> 24;
  target[offset + 5] = commandId >>> 16;
  target[offset + 6] = commandId >>> 8;
  target[offset + 7] = commandId;
  target[offset + 8] = sequence >>> 24;
  target[offset + 9] = sequence >>> 16;
  target[offset + 10] = sequence >>> 8;
  target[offset + 11] = sequence;
}

/** Writes a PDU without a body; needs 12 octets. Returns where it ends. */
export function encodeHeaderOnly(target: Buffer, offset: number, commandId: number, sequence: number): number {
  writeHeader(target, offset, HEADER_OCTETS, commandId, sequence);
  return offset + HEADER_OCTETS;
}

// ---------------------------------------------------------------- faults

const fault = (field: FieldName, detail: string): FieldFault => Object.freeze({ fault: true, field, status: FIELD_STATUS[field], detail });
const TOO_SHORT = fault("Total_Length", "fewer than 12 octets");
const NO_ANSWER = fault("Total_Length", "the answer ends before its result");
const LONG_CONTENT = fault("Msg_Length", "more than a short message holds");
const HALF_CHARACTER = fault("Msg_Length", "an odd number of octets in UCS-2");
const NO_REPORT = fault("Msg_Length", "fewer octets than a report has");

/** A fault of a field's value, for checks beyond the codec's own (times, coding, addresses). */
export function fieldFault(field: FieldName, detail: string): FieldFault {
  return { fault: true, field, status: FIELD_STATUS[field], detail };
}

/** What a content of this Msg_Fmt and TP_udhi may not be; null when it is sound. */
function contentFault(body: SubmitBody): FieldFault | null {
  const content = body.Msg_Content;
  if (content.length > mostContentOctets(body.Msg_Fmt)) return LONG_CONTENT;
  if (encodingOf(body.Msg_Fmt) !== Encoding.ucs2) return null;
  const header = hasUdh(body.TP_udhi) && content.length > 0 ? 1 + (content[0] as number) : 0;
  return header <= content.length && (content.length - header) % 2 !== 0 ? HALF_CHARACTER : null;
}

// ---------------------------------------------------------------- every command

const of = <B extends object>(layouts: Layouts<B>, version: number): Codec<B> => (version >= VERSION_30 ? layouts.v30 : layouts.v20);

function layoutsOf(commandId: number): Layouts<AnyBody> | null {
  const name = commandName(commandId);
  return name !== null && name in CODECS ? (CODECS[name as TableName] as unknown as Layouts<AnyBody>) : null;
}

/** Answers whose widths differ: the whole length from which on it is 3.0's. [protocols sheet 1.2] */
const WIDE_FROM = new Map<number, number>([
  [CommandId.CONNECT_RESP, 33], [CommandId.SUBMIT_RESP, 24], [CommandId.DELIVER_RESP, 24], [CommandId.CANCEL_RESP, 16], [CommandId.FWD_RESP, 26],
]);

/**
 * The version whose layout these octets have, 0x20 or 0x30, for readers who were not there when it was agreed: by
 * length for answers, else the layout that fits them whole.
 */
export function layoutVersion(commandId: number, frame: Buffer, start = 0, end = frame.length): number {
  const wideFrom = WIDE_FROM.get(commandId);
  if (wideFrom !== undefined) return end - start >= wideFrom ? VERSION_30 : 0x20;
  const layouts = layoutsOf(commandId);
  if (layouts === null || layouts.v20 === layouts.v30 || end - start < HEADER_OCTETS) return 0x20;
  if (!isFault(layouts.v20.decode(frame, start + HEADER_OCTETS, end))) return 0x20;
  return isFault(layouts.v30.decode(frame, start + HEADER_OCTETS, end)) ? 0x20 : VERSION_30;
}

/**
 * Reads the body of any command in the layout of `version` (answers: by their length); null for one without a table.
 * ACTIVE_TEST_RESP is never a fault: some peers leave its only octet out.
 */
export function decodeBody<N extends TableName>(
  commandId: (typeof CommandId)[N], frame: Buffer, version: number, start?: number, end?: number,
): BodyOf<N> | FieldFault | null;
export function decodeBody(commandId: number, frame: Buffer, version: number, start?: number, end?: number): AnyBody | FieldFault | null;
export function decodeBody(commandId: number, frame: Buffer, version: number, start = 0, end = frame.length): AnyBody | FieldFault | null {
  const layouts = layoutsOf(commandId);
  if (layouts === null) return null;
  if (end - start < HEADER_OCTETS) return TOO_SHORT;
  switch (commandId) {
    case CommandId.SUBMIT:
      return decodeSubmit(frame, version, start, end);
    case CommandId.ACTIVE_TEST_RESP:
      return layouts.v20.decodeLeniently(frame, start + HEADER_OCTETS, end);
    default:
      return WIDE_FROM.has(commandId)
        ? decodeAnswer(layouts, commandId, frame, start, end)
        : of(layouts, version).decode(frame, start + HEADER_OCTETS, end);
  }
}

/** An answer is taken as far as its result goes, whatever follows: an accepted message must not turn into a failed one. */
function decodeAnswer<B extends object>(layouts: Layouts<B>, commandId: number, frame: Buffer, start: number, end: number): B | FieldFault {
  const wide = end - start >= (WIDE_FROM.get(commandId) ?? 0);
  const codec = wide ? layouts.v30 : layouts.v20;
  const body = codec.decode(frame, start + HEADER_OCTETS, end);
  if (!isFault(body) || body.field !== "Total_Length") return isFault(body) ? NO_ANSWER : body;
  return codec.decodeLeniently(frame, start + HEADER_OCTETS, end);
}

/** A body with every field present and empty, to be filled in; it serves both layouts. */
export function blankBody<N extends TableName>(name: N): BodyOf<N> {
  return CODECS[name].v20.blank() as BodyOf<N>;
}

/**
 * Writes any command whole in the layout of `version`. Returns where the PDU ends; `roomFor` says how many octets must
 * be there.
 * @throws RangeError for a command without a table, or naming the field whose value the wire cannot hold.
 */
export function encodeBody<N extends TableName>(
  commandId: (typeof CommandId)[N], target: Buffer, offset: number, sequence: number, version: number, body: BodyOf<N>,
): number;
export function encodeBody(commandId: number, target: Buffer, offset: number, sequence: number, version: number, body: AnyBody): number;
export function encodeBody(commandId: number, target: Buffer, offset: number, sequence: number, version: number, body: AnyBody): number {
  const layouts = layoutsOf(commandId);
  if (layouts === null) throw new RangeError(`no command with a known body has the number ${commandId}`);
  const end = of(layouts, version).encode(target, offset + HEADER_OCTETS, body);
  writeHeader(target, offset, end - offset, commandId, sequence);
  return end;
}

/** The octets that a whole PDU with this body takes. */
export function roomFor(commandId: number, version: number, body: AnyBody): number {
  const layouts = layoutsOf(commandId);
  return HEADER_OCTETS + (layouts === null ? 0 : of(layouts, version).room(body));
}

// ---------------------------------------------------------------- CONNECT

export function decodeConnect(frame: Buffer, start = 0, end = frame.length): ConnectBody | FieldFault {
  return end - start < HEADER_OCTETS ? TOO_SHORT : CODECS.CONNECT.v20.decode(frame, start + HEADER_OCTETS, end);
}

/** Writes a CONNECT; needs CONNECT_OCTETS. */
export function encodeConnect(target: Buffer, offset: number, sequence: number, body: ConnectBody): number {
  return encodeBody(CommandId.CONNECT, target, offset, sequence, 0, body);
}

/** By its length, with a Status of one octet or of four. */
export function decodeConnectResp(frame: Buffer, start = 0, end = frame.length): ConnectRespBody | FieldFault {
  return end - start < HEADER_OCTETS ? TOO_SHORT : decodeAnswer(CODECS.CONNECT_RESP, CommandId.CONNECT_RESP, frame, start, end);
}

/**
 * Answers a CONNECT in the layout of `version`; `authenticator` empty = zeros, as on a refusal; `highest` is the highest
 * version we speak. Needs at most CONNECT_RESP_MAX_OCTETS.
 */
export function encodeConnectResp(
  target: Buffer, offset: number, sequence: number, version: number, status: number, authenticator: Buffer, highest: number,
): number {
  return encodeBody(CommandId.CONNECT_RESP, target, offset, sequence, version, {
    Status: status, AuthenticatorISMG: authenticator, Version: highest,
  });
}

// ---------------------------------------------------------------- the hot four

const { SUBMIT, DELIVER, SUBMIT_RESP } = CODECS;

/** An empty SUBMIT; fill it in rather than writing a literal, so that every body has one hidden class. */
export const blankSubmit: () => SubmitBody = SUBMIT.v20.blank;
/** An empty DELIVER, likewise. */
export const blankDeliver: () => DeliverBody = DELIVER.v20.blank;

/**
 * A SUBMIT in the layout of `version`. Its length must be what its fields add up to (zeros at the end may be missing),
 * its content no longer than a short message and whole characters, its destinations 1 to 100. [protocols sheet 1.6]
 */
export function decodeSubmit(frame: Buffer, version: number, start = 0, end = frame.length): SubmitBody | FieldFault {
  if (end - start < HEADER_OCTETS) return TOO_SHORT;
  const body = of(SUBMIT, version).decode(frame, start + HEADER_OCTETS, end);
  return isFault(body) ? body : (contentFault(body) ?? body);
}

/** Writes a whole SUBMIT; needs at most SUBMIT_FIXED_OCTETS + SUBMIT_DESTINATION_OCTETS a destination. */
export function encodeSubmit(target: Buffer, offset: number, sequence: number, version: number, body: SubmitBody): number {
  const end = of(SUBMIT, version).encode(target, offset + HEADER_OCTETS, body);
  writeHeader(target, offset, end - offset, CommandId.SUBMIT, sequence);
  return end;
}

/** A DELIVER in the layout of `version`; any content is taken, as nobody is helped by refusing what a phone sent. */
export function decodeDeliver(frame: Buffer, version: number, start = 0, end = frame.length): DeliverBody | FieldFault {
  return end - start < HEADER_OCTETS ? TOO_SHORT : of(DELIVER, version).decode(frame, start + HEADER_OCTETS, end);
}

/** Writes a whole DELIVER; needs at most DELIVER_MAX_OCTETS. */
export function encodeDeliver(target: Buffer, offset: number, sequence: number, version: number, body: DeliverBody): number {
  const end = of(DELIVER, version).encode(target, offset + HEADER_OCTETS, body);
  writeHeader(target, offset, end - offset, CommandId.DELIVER, sequence);
  return end;
}

/** By its length, with a Result of one octet or of four; a fault only when there is none. */
export function decodeSubmitResp(frame: Buffer, start = 0, end = frame.length): ResultBody | FieldFault {
  return end - start < HEADER_OCTETS ? TOO_SHORT : decodeAnswer(SUBMIT_RESP, CommandId.SUBMIT_RESP, frame, start, end);
}

export function decodeDeliverResp(frame: Buffer, start = 0, end = frame.length): ResultBody | FieldFault {
  return decodeSubmitResp(frame, start, end);
}

function encodeResult(
  commandId: number, target: Buffer, offset: number, sequence: number, version: number, high: number, low: number, result: number,
): number {
  const length = version >= VERSION_30 ? 24 : 21;
  writeHeader(target, offset, length, commandId, sequence);
  target[offset + 12] = high >>> 24;
  target[offset + 13] = high >>> 16;
  target[offset + 14] = high >>> 8;
  target[offset + 15] = high;
  target[offset + 16] = low >>> 24;
  target[offset + 17] = low >>> 16;
  target[offset + 18] = low >>> 8;
  target[offset + 19] = low;
  if (length === 24) {
    target[offset + 20] = result >>> 24;
    target[offset + 21] = result >>> 16;
    target[offset + 22] = result >>> 8;
  } else if (result > 0xff) {
    throw new RangeError(`Result cannot be written in one octet: ${result}`);
  }
  target[offset + length - 1] = result;
  return offset + length;
}

/** Answers a SUBMIT; `high` and `low` are the Msg_Id's halves, 0 with a refusal. Needs at most RESULT_RESP_MAX_OCTETS. */
export function encodeSubmitResp(
  target: Buffer, offset: number, sequence: number, version: number, high: number, low: number, result: number,
): number {
  return encodeResult(CommandId.SUBMIT_RESP, target, offset, sequence, version, high, low, result);
}

/** Answers a DELIVER with its own Msg_Id (not its report's). Needs at most RESULT_RESP_MAX_OCTETS. */
export function encodeDeliverResp(
  target: Buffer, offset: number, sequence: number, version: number, high: number, low: number, result: number,
): number {
  return encodeResult(CommandId.DELIVER_RESP, target, offset, sequence, version, high, low, result);
}

// ---------------------------------------------------------------- reports

/** The layout of a report follows from its length, whatever the session's version: gateways send either in both. */
export function decodeReport(content: Buffer): ReportBody | FieldFault {
  if (content.length < REPORT_20_OCTETS) return NO_REPORT;
  return content.length >= REPORT_30_OCTETS
    ? REPORT.v30.decode(content, 0, REPORT_30_OCTETS)
    : REPORT.v20.decode(content, 0, REPORT_20_OCTETS);
}

export const blankReport: () => ReportBody = REPORT.v20.blank;

/** Writes a report's octets, 60 in 2.x and 71 in 3.0; returns where it ends. */
export function encodeReport(target: Buffer, offset: number, version: number, report: ReportBody): number {
  return of(REPORT, version).encode(target, offset, report);
}

// ---------------------------------------------------------------- the rest

/** As far as it can be read, the rest empty: no QUERY_RESP says what is wrong with a question. */
export function decodeQuery(frame: Buffer, start = 0, end = frame.length): QueryBody | FieldFault {
  return end - start < HEADER_OCTETS ? TOO_SHORT : CODECS.QUERY.v20.decodeLeniently(frame, start + HEADER_OCTETS, end);
}

export function decodeCancel(frame: Buffer, start = 0, end = frame.length): CancelBody | FieldFault {
  return end - start < HEADER_OCTETS ? TOO_SHORT : CODECS.CANCEL.v20.decode(frame, start + HEADER_OCTETS, end);
}

/** By its length, with a Success_Id of one octet or of four: some gateways write four in 2.0. */
export function decodeCancelResp(frame: Buffer, start = 0, end = frame.length): CancelRespBody | FieldFault {
  return end - start < HEADER_OCTETS ? TOO_SHORT : decodeAnswer(CODECS.CANCEL_RESP, CommandId.CANCEL_RESP, frame, start, end);
}

export function encodeCancelResp(target: Buffer, offset: number, sequence: number, version: number, successId: number): number {
  return encodeBody(CommandId.CANCEL_RESP, target, offset, sequence, version, { Success_Id: successId });
}

const ALIVE: ActiveTestRespBody = { Reserved: 0 };

/** Answers an ACTIVE_TEST; needs 13 octets. */
export function encodeActiveTestResp(target: Buffer, offset: number, sequence: number): number {
  return encodeBody(CommandId.ACTIVE_TEST_RESP, target, offset, sequence, 0, ALIVE);
}
