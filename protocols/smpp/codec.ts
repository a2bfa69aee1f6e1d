/**
 * The codec: whole SMPP PDUs to and from octets, header and body.
 *
 * Decoding never throws and never reads outside the frame: what a peer got wrong comes back as a FieldFault, data that
 * holds the field and the command_status to answer. `short_message` and `tlvs` are views on the frame, so they live as
 * long as it does. Every function takes the place of the PDU in a larger buffer (`start`, `end`), so that a chunk with
 * many PDUs need not be cut into buffers. Encoding throws RangeError only, and only for a bug of ours.
 */
import type { Codec, FieldFault } from "../wire/fields.js";
import { NO_OCTETS, readUint32 } from "../wire/octets.js";
import { COMMAND_NAMES, CommandId, isResponse } from "./commands.js";
import type { CommandName } from "./commands.js";
import { FIELD_STATUS, Status } from "./status.js";
import type { FieldName } from "./status.js";
import { BIND_WIDE, CODECS } from "./tables.js";
import type { AnyBody, BindBody, BindRespBody, BodyOf, DataSm, DataSmResp, DeliverSm, SubmitSm, SubmitSmResp } from "./tables.js";
import { Tlv } from "./tlvs.js";

export { isFault } from "../wire/fields.js";
export type { FieldFault } from "../wire/fields.js";
export type * from "./tables.js";

/** command_length, command_id, command_status, sequence_number. [SMPP 3.4 3.2] */
export const HEADER_OCTETS = 16;
/** The longest submit_sm or deliver_sm without TLVs: 16 of header, 94 of fields, 255 of text. */
export const MESSAGE_MAX_OCTETS = 365;
/** The longest answer that carries a message_id and no TLVs. */
export const MESSAGE_ID_RESP_MAX_OCTETS = HEADER_OCTETS + 65;

/** All four unsigned. */
export interface PduHeader {
  commandLength: number;
  commandId: number;
  commandStatus: number;
  sequenceNumber: number;
}

// ---------------------------------------------------------------- header

/** @throws RangeError when fewer than 16 octets stand at `offset`: framing never lets such a frame through. */
export function readHeader(frame: Buffer, offset = 0): PduHeader {
  return {
    commandLength: readUint32(frame, offset),
    commandId: readUint32(frame, offset + 4),
    commandStatus: readUint32(frame, offset + 8),
    sequenceNumber: readUint32(frame, offset + 12),
  };
}

export function readCommandId(frame: Buffer, offset = 0): number {
  return readUint32(frame, offset + 4);
}

export function readStatus(frame: Buffer, offset = 0): number {
  return readUint32(frame, offset + 8);
}

/** As the peer wrote it: 0 and values above 0x7FFFFFFF occur and are echoed. */
export function readSequence(frame: Buffer, offset = 0): number {
  return readUint32(frame, offset + 12);
}

function writeHeader(target: Buffer, offset: number, length: number, commandId: number, status: number, sequence: number): void {
  if (offset < 0 || offset + length > target.length) throw new RangeError(`a PDU of ${length} octets has no room at ${offset}`);
  target[offset] = length >>> 24;
  target[offset + 1] = length >>> 16;
  target[offset + 2] = length >>> 8;
  target[offset + 3] = length;
  target[offset + 4] = commandId >>> 24;
  target[offset + 5] = commandId >>> 16;
  target[offset + 6] = commandId >>> 8;
  target[offset + 7] = commandId;
  target[offset + 8] = status >>> 24;
  target[offset + 9] = status >>> 16;
  target[offset + 10] = status >>> 8;
  target[offset + 11] = status;
  target[offset + 12] = sequence >>> 24;
  target[offset + 13] = sequence >>> 16;
  target[offset + 14] = sequence >>> 8;
  target[offset + 15] = sequence;
}

/** Writes a PDU without a body; needs 16 octets. Returns where it ends. */
export function encodeHeaderOnly(target: Buffer, offset: number, commandId: number, status: number, sequence: number): number {
  writeHeader(target, offset, HEADER_OCTETS, commandId, status, sequence);
  return offset + HEADER_OCTETS;
}

// ---------------------------------------------------------------- faults

const TOO_SHORT: FieldFault = Object.freeze({
  fault: true, field: "command_length", status: Status.ESME_RINVCMDLEN, detail: "fewer than 16 octets",
});

/** A fault of a field's value, for checks beyond the codec's own (times, coding, addresses). */
export function fieldFault(field: FieldName, detail: string): FieldFault {
  return { fault: true, field, status: FIELD_STATUS[field], detail };
}

// ---------------------------------------------------------------- every command

const BY_ID = new Map<number, Codec<AnyBody>>(
  COMMAND_NAMES.map((name) => [CommandId[name], CODECS[name] as unknown as Codec<AnyBody>]),
);

/** Answers whose only content can be done without: a broken body must not turn an accepted message into a failed one. */
const NEVER_FAULTY = new Set<number>(
  COMMAND_NAMES.filter((name) => name !== "query_broadcast_sm_resp" && (CODECS[name] === CODECS.submit_sm_resp || CODECS[name] === CODECS.bind_receiver_resp))
    .map((name) => CommandId[name]),
);

/**
 * Reads the body of any command; null for a command_id the standards do not have.
 *
 * Bodies of answers with an error status are optional and read as far as they go, as are those that only hold a
 * message_id or a system_id. [SMPP 3.4 4.4.2]
 */
export function decodeBody<N extends CommandName>(
  commandId: (typeof CommandId)[N], frame: Buffer, start?: number, end?: number,
): BodyOf<N> | FieldFault | null;
export function decodeBody(commandId: number, frame: Buffer, start?: number, end?: number): AnyBody | FieldFault | null;
export function decodeBody(commandId: number, frame: Buffer, start = 0, end = frame.length): AnyBody | FieldFault | null {
  const codec = BY_ID.get(commandId);
  if (codec === undefined) return null;
  if (end - start < HEADER_OCTETS) return TOO_SHORT;
  if (NEVER_FAULTY.has(commandId) || (isResponse(commandId) && readStatus(frame, start) !== 0)) {
    return codec.decodeLeniently(frame, start + HEADER_OCTETS, end);
  }
  return codec.decode(frame, start + HEADER_OCTETS, end);
}

/** A body with every field present and empty, to be filled in. */
export function blankBody<N extends CommandName>(name: N): BodyOf<N> {
  return CODECS[name].blank() as BodyOf<N>;
}

/**
 * Writes any command whole; `body` null writes the header alone, as answers with an error status should be.
 * Returns where the PDU ends; `roomFor` says how many octets must be there.
 * @throws RangeError for an unknown command, or naming the field whose value the wire cannot hold.
 */
export function encodeBody<N extends CommandName>(
  commandId: (typeof CommandId)[N], target: Buffer, offset: number, status: number, sequence: number, body: BodyOf<N> | null,
): number;
export function encodeBody(commandId: number, target: Buffer, offset: number, status: number, sequence: number, body: AnyBody | null): number;
export function encodeBody(commandId: number, target: Buffer, offset: number, status: number, sequence: number, body: AnyBody | null): number {
  const codec = BY_ID.get(commandId);
  if (codec === undefined) throw new RangeError(`no command has the number ${commandId}`);
  const end = body === null ? offset + HEADER_OCTETS : codec.encode(target, offset + HEADER_OCTETS, body);
  writeHeader(target, offset, end - offset, commandId, status, sequence);
  return end;
}

/** The octets that a whole PDU with this body may take at the most. */
export function roomFor(commandId: number, body: AnyBody | null): number {
  const codec = BY_ID.get(commandId);
  return HEADER_OCTETS + (codec === undefined || body === null ? 0 : codec.room(body));
}

// ---------------------------------------------------------------- binds

/** Any of the three binds. `wide` lets system_id, password and system_type be up to 64 characters. */
export function decodeBind(frame: Buffer, wide = false, start = 0, end = frame.length): BindBody | FieldFault {
  if (end - start < HEADER_OCTETS) return TOO_SHORT;
  return wide ? BIND_WIDE.decode(frame, start + HEADER_OCTETS, end) : CODECS.bind_transceiver.decode(frame, start + HEADER_OCTETS, end);
}

/** Never a fault: a bind that was taken is taken, whatever stands behind it. */
export function decodeBindResp(frame: Buffer, start = 0, end = frame.length): BindRespBody {
  if (end - start < HEADER_OCTETS) return CODECS.bind_transceiver_resp.blank();
  return CODECS.bind_transceiver_resp.decodeLeniently(frame, start + HEADER_OCTETS, end);
}

/** Writes one of the three binds, names and passwords up to 64 characters. */
export function encodeBind(commandId: number, target: Buffer, offset: number, sequence: number, body: BindBody): number {
  const end = BIND_WIDE.encode(target, offset + HEADER_OCTETS, body);
  writeHeader(target, offset, end - offset, commandId, 0, sequence);
  return end;
}

/**
 * Answers a bind (`commandId` is the answer's). An error status is the header alone. `scInterfaceVersion` below 0 leaves
 * the TLV out, as a peer older than 3.4 must have it. Needs at most 86 octets.
 */
export function encodeBindResp(
  commandId: number, target: Buffer, offset: number, sequence: number, status: number, systemId: string, scInterfaceVersion: number,
): number {
  if (status !== 0) return encodeHeaderOnly(target, offset, commandId, status, sequence);
  let end = CODECS.bind_transceiver_resp.encode(target, offset + HEADER_OCTETS, { system_id: systemId, tlvs: NO_OCTETS });
  if (scInterfaceVersion >= 0) {
    target[end] = Tlv.sc_interface_version >>> 8;
    target[end + 1] = Tlv.sc_interface_version & 0xff;
    target[end + 2] = 0;
    target[end + 3] = 1;
    target[end + 4] = scInterfaceVersion;
    end += 5;
  }
  writeHeader(target, offset, end - offset, commandId, status, sequence);
  return end;
}

// ---------------------------------------------------------------- the hot four

const SUBMIT_SM = CODECS.submit_sm;
const DELIVER_SM = CODECS.deliver_sm;
const MESSAGE_ID_RESP = CODECS.submit_sm_resp;

/** An empty submit_sm; fill it in rather than writing a literal, so that every body has one hidden class. */
export const blankSubmitSm: () => SubmitSm = SUBMIT_SM.blank;
/** An empty deliver_sm, likewise. */
export const blankDeliverSm: () => DeliverSm = DELIVER_SM.blank;

export function decodeSubmitSm(frame: Buffer, start = 0, end = frame.length): SubmitSm | FieldFault {
  return end - start < HEADER_OCTETS ? TOO_SHORT : SUBMIT_SM.decode(frame, start + HEADER_OCTETS, end);
}

export function decodeDeliverSm(frame: Buffer, start = 0, end = frame.length): DeliverSm | FieldFault {
  return end - start < HEADER_OCTETS ? TOO_SHORT : DELIVER_SM.decode(frame, start + HEADER_OCTETS, end);
}

/** Never a fault; an id that is missing is "", one that is too long is cut to 64 characters. */
export function decodeSubmitSmResp(frame: Buffer, start = 0, end = frame.length): SubmitSmResp {
  return end - start < HEADER_OCTETS ? MESSAGE_ID_RESP.blank() : MESSAGE_ID_RESP.decodeLeniently(frame, start + HEADER_OCTETS, end);
}

/** Writes a whole submit_sm; needs MESSAGE_MAX_OCTETS + body.tlvs.length. */
export function encodeSubmitSm(target: Buffer, offset: number, sequence: number, body: SubmitSm): number {
  const end = SUBMIT_SM.encode(target, offset + HEADER_OCTETS, body);
  writeHeader(target, offset, end - offset, CommandId.submit_sm, 0, sequence);
  return end;
}

/** Writes a whole deliver_sm; needs MESSAGE_MAX_OCTETS + body.tlvs.length. */
export function encodeDeliverSm(target: Buffer, offset: number, sequence: number, body: DeliverSm): number {
  const end = DELIVER_SM.encode(target, offset + HEADER_OCTETS, body);
  writeHeader(target, offset, end - offset, CommandId.deliver_sm, 0, sequence);
  return end;
}

/** Answers a submit: an error status is the header alone. Needs at most MESSAGE_ID_RESP_MAX_OCTETS. */
export function encodeSubmitSmResp(target: Buffer, offset: number, sequence: number, status: number, messageId: string): number {
  if (status !== 0) return encodeHeaderOnly(target, offset, CommandId.submit_sm_resp, status, sequence);
  const length = messageId.length;
  const end = offset + HEADER_OCTETS + length + 1;
  if (length > 64) throw new RangeError(`submit_sm_resp.message_id cannot be written: text of ${length}`);
  let at = offset + HEADER_OCTETS;
  for (let each = 0; each < length; each++) {
    const code = messageId.charCodeAt(each);
    if (code === 0 || code > 0xff) throw new RangeError("submit_sm_resp.message_id cannot be written: not Latin-1");
    target[at++] = code;
  }
  target[at] = 0;
  writeHeader(target, offset, end - offset, CommandId.submit_sm_resp, 0, sequence);
  return end;
}

/**
 * Answers a delivery: 17 octets with status 0 (the unused message_id's NUL, without which some peers fail), 16 with an
 * error status. [SMPP 3.4 4.6.2]
 */
export function encodeDeliverSmResp(target: Buffer, offset: number, sequence: number, status: number): number {
  if (status !== 0) return encodeHeaderOnly(target, offset, CommandId.deliver_sm_resp, status, sequence);
  const end = offset + HEADER_OCTETS + 1;
  target[end - 1] = 0;
  writeHeader(target, offset, HEADER_OCTETS + 1, CommandId.deliver_sm_resp, 0, sequence);
  return end;
}

// ---------------------------------------------------------------- data_sm

export function decodeDataSm(frame: Buffer, start = 0, end = frame.length): DataSm | FieldFault {
  return end - start < HEADER_OCTETS ? TOO_SHORT : CODECS.data_sm.decode(frame, start + HEADER_OCTETS, end);
}

/** Never a fault. */
export function decodeDataSmResp(frame: Buffer, start = 0, end = frame.length): DataSmResp {
  return decodeSubmitSmResp(frame, start, end);
}
