/**
 * What stands in one SMPP PDU, ready to be printed: every header and body field, every TLV, and what is wrong with it.
 *
 * Never throws, whatever the octets. Passwords are marked secret, addresses and texts personal.
 */
import { isFault } from "../wire/fields.js";
import type { FieldFault } from "../wire/fields.js";
import { isPlain } from "../wire/meaning.js";
import type { PrintableField, PrintablePdu } from "../wire/print.js";
import { HEADER_OCTETS, decodeBody, encodeBody, readHeader, roomFor } from "./codec.js";
import type { AnyBody } from "./codec.js";
import { commandName, isResponse } from "./commands.js";
import { meaningOf } from "./meanings.js";
import type { Context } from "./meanings.js";
import { explainStatus } from "./status.js";
import { CODECS } from "./tables.js";
import { tlvByTag, eachTlv, readTlvInteger, readTlvText } from "./tlvs.js";

const SECRET = new Set(["password"]);
const PERSONAL = new Set([
  "source_addr", "destination_addr", "esme_addr", "short_message", "message_payload", "callback_num", "callback_num_atag",
  "source_subaddress", "dest_subaddress",
]);
/** Bit fields and codings read better in hexadecimal. */
const HEX = new Set(["esm_class", "registered_delivery", "data_coding", "interface_version", "protocol_id", "error_status_code"]);

/** A header without its command_status: less than that is no protocol's frame. */
const LEAST_OF_ANY = 12;

/** Describes the PDU that `frame` is. */
export function describePdu(frame: Buffer): PrintablePdu {
  if (frame.length < HEADER_OCTETS) {
    return {
      title: `no PDU: ${frame.length} octets`, fields: [{ name: "octets", value: frame, keep: "personal" }], faulty: true,
      doubts: frame.length < LEAST_OF_ANY ? [] : ["too few octets for a header"],
    };
  }
  const header = readHeader(frame);
  const name = commandName(header.commandId);
  const shown = name ?? `unknown command 0x${header.commandId.toString(16).padStart(8, "0")}`;
  const status = header.commandStatus === 0 ? "" : `, ${explainStatus(header.commandStatus).name} (0x${header.commandStatus.toString(16).toUpperCase()})`;
  const title = `${shown} seq ${header.sequenceNumber}, ${frame.length} octets${status}`;
  const fields: PrintableField[] = [];
  const cut = header.commandLength !== frame.length;
  if (cut) fields.push({ name: "command_length", value: header.commandLength, note: `${frame.length} octets are here` });
  if (name === null) {
    fields.push({ name: "body", value: frame.subarray(HEADER_OCTETS), keep: "personal" });
    return { title, fields, faulty: true, doubts: headerDoubts(frame) };
  }
  const body = decodeBody(header.commandId, frame);
  if (body !== null && !isFault(body)) {
    fields.push(...describeObject(body, contextOf(body)));
    return { title, fields, faulty: cut, doubts: doubtsOf(frame, body) };
  }
  // What can be read is shown; the raw octets are not, for a password may stand among them.
  const readable = CODECS[name].decodeLeniently(frame, HEADER_OCTETS, frame.length);
  fields.push(...describeObject(readable, contextOf(readable)));
  if (body !== null) fields.push(describeFault(body));
  return { title, fields, faulty: true, doubts: headerDoubts(frame) };
}

function contextOf(body: object): Context {
  const { data_coding = 0, esm_class = 0 } = body as Partial<Context>;
  return { data_coding, esm_class };
}

/** What of its header makes it doubtful that a frame is SMPP at all. */
function headerDoubts(frame: Buffer): string[] {
  const doubts: string[] = [];
  const header = readHeader(frame);
  if (header.sequenceNumber === 0 || header.sequenceNumber > LAST_SEQUENCE) doubts.push("sequence_number is outside its range");
  if (explainStatus(header.commandStatus).name.startsWith("RESERVED")) doubts.push("a command_status that nobody defined");
  if (!isResponse(header.commandId) && header.commandStatus !== 0) doubts.push("a request with a command_status");
  return doubts;
}

/** The same of a frame whose body could be read. */
function doubtsOf(frame: Buffer, body: AnyBody): string[] {
  const doubts = headerDoubts(frame);
  const whole = readHeader(frame).commandLength === frame.length;
  if (whole && !writtenAlike(frame, body)) doubts.push("written anew it is other octets");
  if (!Object.values(body).every((value) => typeof value !== "string" || isPlain(value))) doubts.push("a text is none");
  return doubts;
}

/** [SMPP 3.4 5.1.4] */
const LAST_SEQUENCE = 0x7fffffff;

function writtenAlike(frame: Buffer, body: AnyBody): boolean {
  const { commandId, commandStatus, sequenceNumber } = readHeader(frame);
  const whole = frame.length > HEADER_OCTETS ? body : null;
  const target = Buffer.alloc(roomFor(commandId, whole));
  try {
    return target.subarray(0, encodeBody(commandId, target, 0, commandStatus, sequenceNumber, whole)).equals(frame);
  } catch (error) {
    // An answer read leniently may hold what we would never write.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function describeFault(fault: FieldFault): PrintableField {
  return { name: "fault", value: `${fault.field}: ${fault.detail}`, note: explainStatus(fault.status).name };
}

function describeObject(body: object, context: Context): PrintableField[] {
  const fields: PrintableField[] = [];
  for (const [name, value] of Object.entries(body) as [string, string | number | Buffer | object[]][]) {
    if (Array.isArray(value)) fields.push({ name, value: value.map((entry) => describeObject(entry, context)) });
    else if (name === "tlvs" && Buffer.isBuffer(value)) eachTlv(value, (tag, octets) => fields.push(describeOneTlv(tag, octets, context)));
    else fields.push(field(name, value as string | number | Buffer, context));
  }
  return fields;
}

function field(name: string, value: string | number | Buffer, context: Context): PrintableField {
  if (SECRET.has(name)) return { name, value, keep: "secret" };
  const hex = HEX.has(name);
  const meaning = meaningOf(name, value, context);
  return PERSONAL.has(name) ? { name, value, hex, meaning, keep: "personal" } : { name, value, hex, meaning };
}

function describeOneTlv(tag: number, octets: Buffer, context: Context): PrintableField {
  const known = tlvByTag(tag);
  const number = `0x${tag.toString(16).toUpperCase().padStart(4, "0")}`;
  if (known === null) return { name: `tlv ${number}`, value: octets, keep: "personal" };
  // The readers want an area: one TLV alone is one.
  const area = Buffer.concat([Buffer.from([tag >>> 8, tag & 0xff, octets.length >>> 8, octets.length & 0xff]), octets]);
  if (known.kind === "text") return { ...field(known.name, readTlvText(area, tag) ?? "", context), note: `tlv ${number}` };
  const value = known.kind === "integer" ? readTlvInteger(area, tag) : -1;
  return { ...field(known.name, value < 0 ? octets : value, context), note: `tlv ${number}` };
}
