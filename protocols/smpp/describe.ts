/**
 * What stands in one SMPP PDU, ready to be printed: every header and body field, every TLV, and what is wrong with it.
 *
 * Never throws, whatever the octets. Passwords are marked secret, addresses and texts personal.
 */
import { isFault } from "../wire/fields.js";
import type { FieldFault } from "../wire/fields.js";
import type { PrintableField, PrintablePdu } from "../wire/print.js";
import { HEADER_OCTETS, decodeBody, readHeader } from "./codec.js";
import { commandName } from "./commands.js";
import type { CommandName } from "./commands.js";
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

/** Describes the PDU that `frame` is. */
export function describePdu(frame: Buffer): PrintablePdu {
  if (frame.length < HEADER_OCTETS) {
    return { title: `no PDU: ${frame.length} octets`, fields: [{ name: "octets", value: frame, keep: "personal" }] };
  }
  const header = readHeader(frame);
  const name = commandName(header.commandId);
  const shown = name ?? `unknown command 0x${header.commandId.toString(16).padStart(8, "0")}`;
  const status = header.commandStatus === 0 ? "" : `, ${explainStatus(header.commandStatus).name} (0x${header.commandStatus.toString(16).toUpperCase()})`;
  const title = `${shown} seq ${header.sequenceNumber}, ${frame.length} octets${status}`;
  const fields: PrintableField[] = [];
  if (header.commandLength !== frame.length) fields.push({ name: "command_length", value: header.commandLength });
  if (name === null) fields.push({ name: "body", value: frame.subarray(HEADER_OCTETS), keep: "personal" });
  else fields.push(...describeBody(name, header.commandId, frame));
  return { title, fields };
}

function describeBody(name: CommandName, commandId: number, frame: Buffer): PrintableField[] {
  const body = decodeBody(commandId, frame);
  if (body !== null && !isFault(body)) return describeObject(body);
  // What can be read is shown; the raw octets are not, for a password may stand among them.
  const fields = describeObject(CODECS[name].decodeLeniently(frame, HEADER_OCTETS, frame.length));
  if (body !== null) fields.push(describeFault(body));
  return fields;
}

function describeFault(fault: FieldFault): PrintableField {
  return { name: "fault", value: `${fault.field}: ${fault.detail}`, note: explainStatus(fault.status).name };
}

function describeObject(body: object): PrintableField[] {
  const fields: PrintableField[] = [];
  for (const [name, value] of Object.entries(body) as [string, string | number | Buffer | object[]][]) {
    if (Array.isArray(value)) fields.push({ name, value: value.map(describeObject) });
    else if (name === "tlvs" && Buffer.isBuffer(value)) eachTlv(value, (tag, octets) => fields.push(describeOneTlv(tag, octets)));
    else fields.push(field(name, value as string | number | Buffer));
  }
  return fields;
}

function field(name: string, value: string | number | Buffer): PrintableField {
  const hex = HEX.has(name);
  if (SECRET.has(name)) return { name, value, keep: "secret" };
  return PERSONAL.has(name) ? { name, value, hex, keep: "personal" } : { name, value, hex };
}

function describeOneTlv(tag: number, octets: Buffer): PrintableField {
  const known = tlvByTag(tag);
  const number = `0x${tag.toString(16).toUpperCase().padStart(4, "0")}`;
  if (known === null) return { name: `tlv ${number}`, value: octets, keep: "personal" };
  // The readers want an area: one TLV alone is one.
  const area = Buffer.concat([Buffer.from([tag >>> 8, tag & 0xff, octets.length >>> 8, octets.length & 0xff]), octets]);
  if (known.kind === "text") return { ...field(known.name, readTlvText(area, tag) ?? ""), note: `tlv ${number}` };
  const value = known.kind === "integer" ? readTlvInteger(area, tag) : -1;
  return { ...field(known.name, value < 0 ? octets : value), note: `tlv ${number}` };
}
