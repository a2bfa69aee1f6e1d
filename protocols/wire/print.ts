/**
 * One PDU for human eyes: logs, trace and failing tests all show it by these lines.
 *
 * A protocol describes its PDU as titled, named values; here they are laid out, secrets always blanked, and personal
 * values (numbers, texts) masked unless the reader asked for them. What a peer wrote is escaped, so that no octet of
 * its can break a line or move a terminal's cursor.
 */

export interface PrintableField {
  readonly name: string;
  /** A list is one line per entry. */
  readonly value: string | number | Buffer | readonly (readonly PrintableField[])[];
  /** `secret` is never shown; `personal` only on request. */
  readonly keep?: "secret" | "personal";
  /** Show a number in hexadecimal: bit fields and codings. */
  readonly hex?: boolean;
  /** What the value means, shown behind it. */
  readonly note?: string;
}

export interface PrintablePdu {
  /** E.g. "submit_sm seq 2, 89 octets". */
  readonly title: string;
  readonly fields: readonly PrintableField[];
}

export interface PrintOptions {
  /** Show numbers and texts in full; else numbers keep their ends and texts their length. */
  readonly personal: boolean;
}

/** More octets than this are cut; the count is shown in full. */
const SHOWN_OCTETS = 160;
const NAME_COLUMN = 26;

/** Several lines: the title, then a line for every field. */
export function printPdu(pdu: PrintablePdu, options: PrintOptions): string {
  return [pdu.title, ...pdu.fields.map((field) => `  ${field.name.padEnd(NAME_COLUMN)} ${show(field, options)}`)].join("\n");
}

/** One line: the title and the fields that hold something. */
export function printPduLine(pdu: PrintablePdu, options: PrintOptions): string {
  const told = pdu.fields.filter((field) => (typeof field.value === "number" ? field.value !== 0 : field.value.length > 0));
  return [pdu.title, ...told.map((field) => `${field.name}=${show(field, options)}`)].join(" ");
}

function show(field: PrintableField, options: PrintOptions): string {
  const shown = field.keep === "secret" ? "(not shown)" : showValue(field, field.keep === "personal" && !options.personal, options);
  return field.note === undefined ? shown : `${shown} (${field.note})`;
}

function showValue(field: PrintableField, masked: boolean, options: PrintOptions): string {
  const { value } = field;
  if (typeof value === "number") return field.hex === true ? hexNumber(value) : String(value);
  if (typeof value === "string") return quote(masked ? maskNumber(value) : value);
  if (Buffer.isBuffer(value)) return masked ? `${value.length} octets` : showOctets(value);
  return `[${value.map((entry) => entry.map((inner) => `${inner.name}=${show(inner, options)}`).join(" ")).join("; ")}]`;
}

function hexNumber(value: number): string {
  const digits = value.toString(16).toUpperCase();
  return `0x${digits.padStart(digits.length + (digits.length % 2), "0")}`;
}

/** Every character outside printable ASCII and Latin-1 letters becomes an escape. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u00a0\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** "13800138000" -> "138******00"; five characters or fewer are masked whole. */
export function maskNumber(text: string): string {
  return text.length <= 5 ? "*".repeat(text.length) : `${text.slice(0, 3)}${"*".repeat(text.length - 5)}${text.slice(-2)}`;
}

function showOctets(octets: Buffer): string {
  const cut = octets.subarray(0, SHOWN_OCTETS);
  const hex = `${cut.toString("hex")}${cut.length < octets.length ? "..." : ""}`;
  const plain = octets.length > 0 && cut.every((octet) => octet >= 0x20 && octet < 0x7f);
  return `${octets.length} octets ${hex}${plain ? ` ${quote(cut.toString("latin1"))}` : ""}`.trimEnd();
}
