/**
 * Number line: one line of a file of numbers: `number[,date][,source]`, a consent's last day or a ported number's network behind the date.
 *
 * ```
 *  block, allow, optout   13800138000,2026-11-25,complaint 4711
 *  consent                13800138000,2026-11-25,"shop, till 3",2027-11-24
 *  ported                 13800138000,2026-11-25,bulletin 12,unicom
 * ```
 * Fields may stand in double quotes, and be empty. Days are those of the business time zone.
 */
import { classifyDestination } from "../../../protocols/model/address.js";
import { consentValue, type ListKind } from "../../contract/number-lists.js";
import { networkCode, NETWORKS, type NetworkName } from "../../contract/network.js";
import { numberOf } from "../../contract/packed-numbers.js";
import { dayFromName, dayName, dayOfMs, dayStartMs } from "./paths.js";

const MAX_SOURCE = 100;
const MAX_LINE = 300;

/** What a line says, or why it is none; one object serves every line. */
export class NumberLine {
  number = -1;
  atMs = 0;
  source = "";
  value = 0;
  reason = "";
}

export interface LineDefaults {
  readonly kind: ListKind;
  readonly atMs: number;
  readonly source: string;
  /** The last day of a consent, 0: none; the code of a ported number's network. */
  readonly value: number;
  readonly zoneMinutes: number;
}

/** Reads a line that is not blank; false: `into.reason` says what is wrong with it. */
export function readNumberLine(line: string, defaults: LineDefaults, into: NumberLine): boolean {
  into.atMs = defaults.atMs;
  into.source = defaults.source;
  into.value = defaults.value;
  into.reason = "";
  if (line.length > MAX_LINE) return refuse(into, `is longer than ${MAX_LINE} characters`);
  const fields = line.includes(",") || line.includes('"') ? fieldsOf(line) : [line];
  if (fields === null) return refuse(into, "has a double quote that is not closed");
  const [written = "", date = "", source = "", more = "", ...rest] = fields;
  const { kind, normal } = classifyDestination(written, 0);
  into.number = kind === "mobile" || kind === "international" ? numberOf(normal) : -1;
  if (into.number < 0) return refuse(into, `${shown(written)} is no number that messages go to`);
  if (rest.length > 0) return refuse(into, "has more than four fields");
  if (date !== "") {
    const day = dayOf(date);
    if (day === 0) return refuse(into, `${shown(date)} is no day such as 2026-11-25`);
    into.atMs = dayStartMs(day, defaults.zoneMinutes);
  }
  if (source.length > MAX_SOURCE) return refuse(into, `its source is longer than ${MAX_SOURCE} characters`);
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(source)) return refuse(into, "its source has characters that cannot be printed");
  if (source !== "") into.source = source;
  if (defaults.kind === "consent") return consent(more, defaults, into);
  if (defaults.kind === "ported") return ported(more, into);
  return more === "" ? true : refuse(into, "has a fourth field, which only consents and ported numbers have");
}

function consent(more: string, { value, zoneMinutes }: LineDefaults, into: NumberLine): boolean {
  const last = more === "" ? value : dayOf(more);
  if (last === 0 && more !== "") return refuse(into, `${shown(more)} is no day such as 2026-11-25`);
  into.value = consentValue(dayOfMs(into.atMs, zoneMinutes), last);
  return true;
}

function ported(more: string, into: NumberLine): boolean {
  if (more !== "" && !(NETWORKS as readonly string[]).includes(more)) return refuse(into, `${shown(more)} is none of ${NETWORKS.join(", ")}`);
  if (more !== "") into.value = networkCode(more as NetworkName);
  return into.value > 0 ? true : refuse(into, "does not say which network the number is on now");
}

/** 0 when it is no day, or none that fits in the 15 bits beside a number. */
function dayOf(text: string): number {
  const day = dayFromName(text);
  return day > 0 && day < 0x8000 && dayName(day) === text ? day : 0;
}

function refuse(into: NumberLine, reason: string): false {
  into.reason = reason;
  return false;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 30));
}

function fieldsOf(line: string): string[] | null {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    while (line[at] === " ") at++;
    if (line[at] === '"') {
      let field = "";
      for (at++; ; at++) {
        if (at >= line.length) return null;
        if (line[at] !== '"') field += line.charAt(at);
        else if (line[at + 1] === '"') field += line.charAt(at++);
        else break;
      }
      at++;
      while (line[at] === " ") at++;
      if (at < line.length && line[at] !== ",") return null;
      fields.push(field);
    } else {
      const end = line.indexOf(",", at);
      fields.push(line.slice(at, end < 0 ? line.length : end).trim());
      at = end < 0 ? line.length : end;
    }
    if (at >= line.length) return fields;
    at++;
  }
}
