/**
 * What stands in one CMPP PDU, ready to be printed: every field of its table, the report inside a DELIVER, and what is
 * wrong with it.
 *
 * Never throws, whatever the octets; the layout, 2.0's or 3.0's, is told from the octets. Authenticators are marked
 * secret (with them the secret can be guessed at leisure), numbers and texts personal.
 */
import { isFault } from "../wire/fields.js";
import type { Codec, Field } from "../wire/fields.js";
import { isPlain } from "../wire/meaning.js";
import type { PrintableField, PrintablePdu } from "../wire/print.js";
import { HEADER_OCTETS, VERSION_30, decodeBody, decodeReport, encodeBody, layoutVersion, readHeader, roomFor } from "./codec.js";
import type { AnyBody, FieldFault } from "./codec.js";
import { commandName } from "./commands.js";
import type { CommandName } from "./commands.js";
import { meaningOf, meaningOfMsgId } from "./meanings.js";
import type { Context } from "./meanings.js";
import { formatMsgId } from "./msgid.js";
import { explainStatus } from "./status.js";
import { CODECS, REPORT } from "./tables.js";
import type { TableName } from "./tables.js";

const SECRET = new Set(["AuthenticatorSource", "AuthenticatorISMG"]);
const PERSONAL = new Set([
  "Fee_terminal_Id", "Fee_terminal_Pseudo", "Src_Id", "Src_Pseudo", "Dest_terminal_Id", "Dest_Id", "Dest_Pseudo", "Src_terminal_Id", "Msg_Content",
]);
/** Bit fields and codings read better in hexadecimal. */
const HEX = new Set(["TP_udhi", "Version"]);
/** Beyond vendors' Results, and beyond what anybody answers a CONNECT with. */
const HIGHEST_RESULT = 199;

type Values = Readonly<Record<string, string | number | Buffer | readonly string[]>>;

/** Describes the PDU that `frame` is. */
export function describePdu(frame: Buffer): PrintablePdu {
  if (frame.length < HEADER_OCTETS) {
    return {
      title: `no PDU: ${frame.length} octets`, fields: [{ name: "octets", value: frame, keep: "personal" }], faulty: true, doubts: [],
    };
  }
  const header = readHeader(frame);
  const name = commandName(header.commandId);
  const fields: PrintableField[] = [];
  const cut = header.totalLength !== frame.length;
  if (cut) fields.push({ name: "Total_Length", value: header.totalLength, note: `${frame.length} octets are here` });
  const start = `${name ?? `unknown command 0x${header.commandId.toString(16).padStart(8, "0")}`} seq ${header.sequenceId}, ${frame.length} octets`;
  if (name === null || !(name in CODECS)) {
    fields.push({ name: "body", value: frame.subarray(HEADER_OCTETS), keep: "personal" });
    return { title: start, fields, faulty: name === null || cut, doubts: ["a command that no SP's link has"] };
  }
  const version = layoutVersion(header.commandId, frame);
  const { v20, v30 } = CODECS[name as TableName];
  const layout = (v20 as object) === v30 ? "" : `, laid out as ${version >= VERSION_30 ? "3.0" : "2.0"}`;
  const body = decodeBody(header.commandId, frame, version);
  const codec = (version >= VERSION_30 ? v30 : v20) as unknown as Codec<AnyBody>;
  if (body !== null && !isFault(body)) {
    fields.push(...describeBody(name, codec.table, body));
    return { title: start + layout, fields, faulty: cut, doubts: doubtsOf(frame, version, header.sequenceId, body) };
  }
  // What can be read is shown; the raw octets are not, for an authenticator may stand among them.
  fields.push(...describeBody(name, codec.table, codec.decodeLeniently(frame, HEADER_OCTETS, frame.length)));
  if (body !== null) fields.push(describeFault(body));
  return { title: start + layout, fields, faulty: true, doubts: headerDoubts(header.sequenceId) };
}

function describeFault(fault: FieldFault): PrintableField {
  return { name: "fault", value: `${fault.field}: ${fault.detail}`, note: explainStatus(fault.status).name };
}

function describeBody(command: CommandName, table: readonly Field[], body: AnyBody): PrintableField[] {
  const values = body as unknown as Values;
  const context: Context = { command, Msg_Fmt: Number(values.Msg_Fmt ?? 0), TP_udhi: Number(values.TP_udhi ?? 0) };
  const fields = table.flatMap((field) => describeField(field, values, table, context));
  if (command !== "DELIVER" || values.Registered_Delivery !== 1) return fields;
  const bare = fields.map((field) => (field.name === "Msg_Content" ? { ...field, meaning: "the report below" } : field));
  return [...bare, ...describeReport(values.Msg_Content as Buffer)];
}

function describeField(field: Field, values: Values, table: readonly Field[], context: Context): PrintableField[] {
  const { name, kind } = field;
  if (kind === "absent" || kind === "end" || name === "Msg_Id_low") return [];
  if (name === "Msg_Id_high") {
    const [high, low] = [values.Msg_Id_high as number, values.Msg_Id_low as number];
    return [{ name: "Msg_Id", value: formatMsgId(high, low), meaning: meaningOfMsgId(high, low) }];
  }
  if (kind === "length" || kind === "count") {
    const owner = table.find((each) => ("length" in each && each.length === name) || ("count" in each && each.count === name));
    return [{ name, value: values[owner?.name ?? ""] === undefined ? 0 : (values[owner?.name ?? ""] as Buffer).length }];
  }
  const value = values[name] ?? "";
  if (Array.isArray(value)) {
    return [{ name, value: (value as readonly string[]).map((each) => [{ name: "number", value: each, keep: "personal" as const }]) }];
  }
  return [describeValue(name, value as string | number | Buffer, context)];
}

function describeValue(name: string, value: string | number | Buffer, context: Context): PrintableField {
  if (SECRET.has(name)) return { name, value, keep: "secret" };
  const hex = HEX.has(name);
  const meaning = meaningOf(name, value, context);
  return PERSONAL.has(name) ? { name, value, hex, meaning, keep: "personal" } : { name, value, hex, meaning };
}

function describeReport(content: Buffer): PrintableField[] {
  const report = decodeReport(content);
  if (isFault(report)) return [{ ...describeFault(report), name: "report" }];
  const context: Context = { command: "report", Msg_Fmt: 0, TP_udhi: 0 };
  return REPORT.v20.table
    .flatMap((field) => describeField(field, report, REPORT.v20.table, context))
    .map((field) => ({ ...field, name: `report.${field.name}` }));
}

/** What of its header makes it doubtful that a frame is CMPP at all. */
function headerDoubts(sequence: number): string[] {
  return sequence === 0 ? ["Sequence_Id is 0"] : [];
}

/** The same of a frame whose body could be read. */
function doubtsOf(frame: Buffer, version: number, sequence: number, body: AnyBody): string[] {
  const doubts = headerDoubts(sequence);
  const values = body as unknown as Values;
  const whole = readHeader(frame).totalLength === frame.length;
  if (whole && !writtenAnew(frame, version, body).equals(frame)) doubts.push("written anew it is other octets");
  const texts = Object.values(values).flatMap((value) => (typeof value === "string" ? [value] : Array.isArray(value) ? (value as string[]) : []));
  if (!texts.every(isPlain)) doubts.push("a text is none");
  if (Number(values.Result ?? 0) > HIGHEST_RESULT || Number(values.Status ?? 0) > HIGHEST_RESULT || Number(values.Success_Id ?? 0) > 1) {
    doubts.push("a result that nobody gives");
  }
  return doubts;
}

function writtenAnew(frame: Buffer, version: number, body: AnyBody): Buffer {
  const { commandId, sequenceId } = readHeader(frame);
  const target = Buffer.alloc(roomFor(commandId, version, body));
  return target.subarray(0, encodeBody(commandId, target, 0, sequenceId, version, body));
}
