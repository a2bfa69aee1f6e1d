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
  /** What else is to be said of the field, shown behind it. */
  readonly note?: string;
  /** What the value means; left out of one-line forms, and with a personal value that is masked. */
  readonly meaning?: string;
}

export interface PrintablePdu {
  /** E.g. "submit_sm seq 2, 89 octets". */
  readonly title: string;
  readonly fields: readonly PrintableField[];
  /** Whether a session would refuse it. */
  readonly faulty: boolean;
  /** What is unlike this protocol in it, though nothing is wrong: for whoever must guess the protocol of stray octets. */
  readonly doubts: readonly string[];
}

/** A PDU for programs: octets as hexadecimal text, lists as lists. */
export interface ShownField {
  readonly name: string;
  /** Null for a secret. */
  readonly value: string | number | null | readonly (readonly ShownField[])[];
  readonly note?: string;
  readonly meaning?: string;
}

export interface PrintOptions {
  /** Show numbers and texts in full; else numbers keep their ends and texts their length. */
  readonly personal: boolean;
  /** Show octets to the last one, however many. */
  readonly whole?: boolean;
}

/** More octets than this are cut; the count is shown in full. */
const SHOWN_OCTETS = 160;
const NAME_COLUMN = 26;

/** Several lines: the title, then a line for every field. */
export function printPdu(pdu: PrintablePdu, options: PrintOptions): string {
  const lines = pdu.fields.map((field) => {
    const shown = show(field, options);
    const meaning = hasMeaning(field, options) ? escapeControls(field.meaning ?? "") : "";
    // Plain octets are shown as text by themselves.
    return `  ${field.name.padEnd(NAME_COLUMN)} ${shown}${meaning === "" || shown.endsWith(meaning) ? "" : ` = ${meaning}`}`;
  });
  return [pdu.title, ...lines].join("\n");
}

/** One line: the title and the fields that hold something. */
export function printPduLine(pdu: PrintablePdu, options: PrintOptions): string {
  const told = pdu.fields.filter((field) => (typeof field.value === "number" ? field.value !== 0 : field.value.length > 0));
  return [pdu.title, ...told.map((field) => `${field.name}=${show(field, options)}`)].join(" ");
}

/** The fields' values as data, masked alike. */
export function showFields(fields: readonly PrintableField[], options: PrintOptions): ShownField[] {
  return fields.map((field) => ({
    name: field.name,
    value: plainValue(field, options),
    ...(field.note === undefined ? {} : { note: field.note }),
    ...(hasMeaning(field, options) ? { meaning: field.meaning ?? "" } : {}),
  }));
}

function plainValue(field: PrintableField, options: PrintOptions): ShownField["value"] {
  const { value } = field;
  if (field.keep === "secret") return null;
  const masked = field.keep === "personal" && !options.personal;
  if (typeof value === "number") return value;
  if (typeof value === "string") return masked ? maskNumber(value) : value;
  if (Buffer.isBuffer(value)) return masked ? `${value.length} octets` : value.toString("hex");
  return value.map((entry) => showFields(entry, options));
}

function hasMeaning(field: PrintableField, options: PrintOptions): boolean {
  return field.meaning !== undefined && field.meaning !== "" && field.keep !== "secret" && (field.keep !== "personal" || options.personal);
}

function show(field: PrintableField, options: PrintOptions): string {
  const shown = field.keep === "secret" ? "(not shown)" : showValue(field, field.keep === "personal" && !options.personal, options);
  return field.note === undefined ? shown : `${shown} (${field.note})`;
}

function showValue(field: PrintableField, masked: boolean, options: PrintOptions): string {
  const { value } = field;
  if (typeof value === "number") return field.hex === true ? hexNumber(value) : String(value);
  if (typeof value === "string") return quote(masked ? maskNumber(value) : value);
  if (Buffer.isBuffer(value)) return masked ? `${value.length} octets` : showOctets(value, options.whole === true);
  return `[${value.map((entry) => entry.map((inner) => `${inner.name}=${show(inner, options)}`).join(" ")).join("; ")}]`;
}

function hexNumber(value: number): string {
  const digits = value.toString(16).toUpperCase();
  return `0x${digits.padStart(digits.length + (digits.length % 2), "0")}`;
}

/** What could break a line, move a cursor or turn the writing round, and what nobody sees, becomes an escape. */
function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u00a0\u2028\u2029]/gu, (character) => {
    const digits = (character.codePointAt(0) ?? 0).toString(16).padStart(4, "0");
    return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits}`;
  });
}

/** Every character outside printable ASCII and Latin-1 letters becomes an escape. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u00a0\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** "13800138000" -> "138******00"; five characters or fewer are masked whole. */
export function maskNumber(text: string): string {
  return text.length <= 5 ? "*".repeat(text.length) : `${text.slice(0, 3)}${"*".repeat(text.length - 5)}${text.slice(-2)}`;
}

function showOctets(octets: Buffer, whole: boolean): string {
  const cut = whole ? octets : octets.subarray(0, SHOWN_OCTETS);
  const hex = `${cut.toString("hex")}${cut.length < octets.length ? "..." : ""}`;
  const plain = octets.length > 0 && cut.every((octet) => octet >= 0x20 && octet < 0x7f);
  return `${octets.length} octets ${hex}${plain ? ` ${quote(cut.toString("latin1"))}` : ""}`.trimEnd();
}
