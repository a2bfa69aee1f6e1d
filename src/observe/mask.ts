/**
 * Mask: makes the fields of a log line fit to be read by anyone: numbers shortened, secrets blanked, text harmless.
 *
 * A belt beside the braces: callers already leave out what does not belong in a log. Decided by the
 * field's name, once a name.
 */

export type Field = string | number | boolean;
export type Fields = Readonly<Record<string, Field>>;

/** Longest text of one field, in UTF-16 units; what goes beyond is cut off. */
export const MAX_FIELD_UNITS = 1024;

const NUMBER_NAMES = new Set([
  "source", "destination", "to", "from", "msisdn", "number", "recipient", "sender",
  "sourceAddr", "destinationAddr", "source_addr", "destination_addr",
]);
const SECRET_NAME = /passw(or)?d|passphrase|secret|token|authenticator|authorization|private_?key|credential/i;
/** C1 controls, line separators and direction overrides: they can rewrite what a terminal shows. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

type NameKind = "plain" | "number" | "secret";
const kinds = new Map<string, NameKind>();
const MAX_KNOWN_NAMES = 2000;

function kindOf(name: string): NameKind {
  let kind = kinds.get(name);
  if (kind === undefined) {
    kind = NUMBER_NAMES.has(name) ? "number" : SECRET_NAME.test(name) ? "secret" : "plain";
    if (kinds.size < MAX_KNOWN_NAMES) kinds.set(name, kind);
  }
  return kind;
}

/**
 * Shortens every telephone number in `text`: 13800138000 becomes 138****8000 and +8613800138000 becomes
 * +86138****8000. Runs of 7 to 10 digits lose all but the first three and last two; shorter ones (short codes) stay.
 */
export function maskNumber(text: string): string {
  return text.replace(/\d{7,}/g, (digits) =>
    digits.length >= 11 ? `${digits.slice(0, -8)}****${digits.slice(-4)}` : `${digits.slice(0, 3)}****${digits.slice(-2)}`,
  );
}

/** The value of field `name` as it may stand in a log. */
export function safeField(name: string, value: Field): Field {
  const kind = kindOf(name);
  // Only text can be a secret: `tokens: 12` is a limiter's figure.
  if (kind === "secret" && typeof value === "string") return value === "" ? "" : "***";
  if (kind === "number" && typeof value !== "boolean") return safeText(maskNumber(String(value)));
  return typeof value === "string" ? safeText(value) : value;
}

function safeText(text: string): string {
  const cut = text.length > MAX_FIELD_UNITS ? `${text.slice(0, MAX_FIELD_UNITS)}…` : text;
  return cut.replace(UNSAFE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
