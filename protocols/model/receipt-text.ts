/**
 * Receipt text: the line a delivery receipt is written in [SMPP 3.4 Appendix B], read tolerantly and written strictly.
 *
 * ```
 *  id:IIII sub:SSS dlvrd:DDD submit date:YYMMDDhhmm done date:YYMMDDhhmm stat:DDDDDDD err:EEE text:...
 * ```
 * The standard calls the form vendor specific. Reading: labels in any order and case, at the start of a token only;
 * a value ends at its first blank; only the id is needed.
 */
import { standardState } from "./state-words.js";
import { formatReceiptDate } from "./time.js";

export { stateOfWord, wordOfState } from "./state-words.js";
export type { WordState } from "./state-words.js";

/** The fields as written, "" where absent. An id is text: 18 digits would not survive as a number. */
export interface ReceiptText {
  readonly id: string;
  readonly sub: string;
  readonly dlvrd: string;
  readonly submitDate: string;
  readonly doneDate: string;
  readonly stat: string;
  readonly err: string;
  readonly text: string;
}

/** Reads a receipt's text; null when it has no id (then it is no receipt we can match). */
export function parseReceiptText(text: string): ReceiptText | null {
  return parseOrdinary(text) ?? parseLabelled(text);
}

// ---------------------------------------------------------------- the ordinary form, by offsets

const SUB = " sub:";
const DLVRD = " dlvrd:";
const SUBMIT_DATE = " submit date:";
const DONE_DATE = " done date:";
const STAT = " stat:";
const ERR = " err:";
const TEXT = " text:";
const SUB_AT = SUB.length;
const DLVRD_LABEL_AT = SUB_AT + 3;
const DLVRD_AT = DLVRD_LABEL_AT + DLVRD.length;
const SUBMIT_LABEL_AT = DLVRD_AT + 3;
const SUBMIT_AT = SUBMIT_LABEL_AT + SUBMIT_DATE.length;
const DONE_LABEL_AT = SUBMIT_AT + 10;
const DONE_AT = DONE_LABEL_AT + DONE_DATE.length;
const STAT_LABEL_AT = DONE_AT + 10;
const STAT_AT = STAT_LABEL_AT + STAT.length;

/** The form of Appendix B with every label and width as printed there; null sends the text to the general reader. */
function parseOrdinary(text: string): ReceiptText | null {
  if (!text.startsWith("id:")) return null;
  const at = text.indexOf(" ", 3);
  if (at <= 3 || !text.startsWith(SUB, at) || !text.startsWith(DLVRD, at + DLVRD_LABEL_AT)) return null;
  if (!text.startsWith(SUBMIT_DATE, at + SUBMIT_LABEL_AT) || !text.startsWith(DONE_DATE, at + DONE_LABEL_AT)) return null;
  if (!text.startsWith(STAT, at + STAT_LABEL_AT)) return null;
  const statEnd = text.indexOf(" ", at + STAT_AT);
  if (statEnd <= at + STAT_AT || !text.startsWith(ERR, statEnd)) return null;
  const errAt = statEnd + ERR.length;
  const errEnd = text.indexOf(" ", errAt);
  if (errEnd <= errAt) return null;
  if (!text.startsWith(TEXT, errEnd) && !text.startsWith(" Text:", errEnd)) return null;
  const sub = text.substring(at + SUB_AT, at + DLVRD_LABEL_AT);
  const dlvrd = text.substring(at + DLVRD_AT, at + SUBMIT_LABEL_AT);
  const submitDate = text.substring(at + SUBMIT_AT, at + DONE_LABEL_AT);
  const doneDate = text.substring(at + DONE_AT, at + STAT_LABEL_AT);
  // A blank inside a fixed width (or a tab, NUL or line end anywhere) is another form that happens to line up.
  if (hasBlank(sub) || hasBlank(dlvrd) || hasBlank(submitDate) || hasBlank(doneDate)) return null;
  const id = text.substring(3, at);
  const stat = text.substring(at + STAT_AT, statEnd);
  const err = text.substring(errAt, errEnd);
  if (hasBlank(id) || hasBlank(stat) || hasBlank(err)) return null;
  return { id, sub, dlvrd, submitDate, doneDate, stat, err, text: trimmed(text.substring(errEnd + TEXT.length)) };
}

function hasBlank(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) <= 0x20) return true;
  return false;
}

// ---------------------------------------------------------------- any other form, label by label

type Field = keyof ReceiptText;

/** Labels at the start of a token. A date's two words may be joined by a blank, an underscore or nothing. */
const LABEL = /(?<=^|\s)(id|sub|pub|dlvrd|submit[ _]?date|sub[ _]date|done[ _]?date|stat|status|err|error|text):/gi;

const FIELD_OF_LABEL: ReadonlyMap<string, Field> = new Map<string, Field>([
  ["id", "id"],
  ["sub", "sub"],
  ["pub", "sub"],
  ["dlvrd", "dlvrd"],
  ["submitdate", "submitDate"],
  ["subdate", "submitDate"],
  ["donedate", "doneDate"],
  ["stat", "stat"],
  ["status", "stat"],
  ["err", "err"],
  ["error", "err"],
  ["text", "text"],
]);

interface Found {
  readonly field: Field;
  /** Where the label begins, and its value. */
  readonly labelAt: number;
  readonly valueAt: number;
}

function parseLabelled(raw: string): ReceiptText | null {
  const line = raw.includes("\0") ? raw.replaceAll("\0", " ") : raw;
  const found = labelsOf(line);
  const fields = { id: "", sub: "", dlvrd: "", submitDate: "", doneDate: "", stat: "", err: "", text: "" };
  let unlabelled = "";
  let labelledText = false;
  for (const [index, { field, valueAt }] of found.entries()) {
    const value = line.slice(valueAt, found[index + 1]?.labelAt ?? line.length).trim();
    if (field === "text") {
      fields.text = value;
      labelledText = true;
      continue;
    }
    const end = firstBlank(value);
    fields[field] = value.slice(0, end);
    const rest = value.slice(end).trim();
    if (rest !== "") unlabelled = unlabelled === "" ? rest : `${unlabelled} ${rest}`;
  }
  if (fields.id === "") return null;
  if (fields.stat === "" && unlabelled !== "") {
    // `... done date:180903120816 DELIVRD err:000`: the word stands there, its label does not.
    const words = unlabelled.split(/\s+/);
    const word = words.findIndex((candidate) => standardState(candidate) !== null);
    if (word >= 0) {
      fields.stat = words[word] as string;
      words.splice(word, 1);
      unlabelled = words.join(" ");
    }
  }
  if (!labelledText) fields.text = unlabelled;
  return fields;
}

/**
 * The first label of each field, in order of place. Behind `text:` all is text, unless the id or the state is
 * still missing: then labels are looked for there too.
 */
function labelsOf(line: string): Found[] {
  const found: Found[] = [];
  const seen = new Set<Field>();
  for (const match of line.matchAll(LABEL)) {
    const field = FIELD_OF_LABEL.get((match[1] as string).toLowerCase().replace(/[ _]/, ""));
    if (field === undefined || seen.has(field)) continue;
    if (seen.has("text") && seen.has("id") && seen.has("stat")) break;
    seen.add(field);
    found.push({ field, labelAt: match.index, valueAt: match.index + match[0].length });
  }
  return found;
}

function firstBlank(value: string): number {
  const at = value.search(/\s/);
  return at < 0 ? value.length : at;
}

function trimmed(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  if (!(last <= 0x20) && !(text.charCodeAt(0) <= 0x20)) return text;
  return text.replaceAll("\0", " ").trim();
}

// ---------------------------------------------------------------- comma-separated, only where a link says so

/** What a place in a comma-separated receipt holds; `skip` is not looked at. */
export type CsvField = Field | "destination" | "source" | "skip";

export interface ReceiptCsv extends ReceiptText {
  readonly destination: string;
  readonly source: string;
}

/** The order of a carrier that does so: status, done, submit, error, to, from, id. */
export const CSV_FIELDS: readonly CsvField[] = [
  "stat",
  "doneDate",
  "submitDate",
  "err",
  "destination",
  "source",
  "id",
];

/**
 * Reads a comma-separated receipt by a link's own pattern; null when it has another number of places or no id.
 *
 * A status of zeros only is given as DELIVRD, every other one as written.
 */
export function parseReceiptCsv(text: string, pattern: readonly CsvField[] = CSV_FIELDS): ReceiptCsv | null {
  const values = trimmed(text).split(",");
  if (values.length !== pattern.length) return null;
  const fields: Record<CsvField, string> = {
    id: "", sub: "", dlvrd: "", submitDate: "", doneDate: "", stat: "", err: "", text: "",
    destination: "", source: "", skip: "",
  };
  for (const [index, field] of pattern.entries()) fields[field] = (values[index] as string).trim();
  if (fields.id === "") return null;
  const { id, sub, dlvrd, submitDate, doneDate, err, destination, source } = fields;
  const stat = /^0+$/.test(fields.stat) ? "DELIVRD" : fields.stat;
  return { id, sub, dlvrd, submitDate, doneDate, stat, err, text: fields.text, destination, source };
}

// ---------------------------------------------------------------- writing

/** Octets a receipt's text takes at most for an id of `idLength` and a word of `wordLength` characters. */
export function receiptTextSize(idLength: number, wordLength: number): number {
  return 3 + idLength + STAT_AT + wordLength + ERR.length + 3 + TEXT.length + 20;
}

/**
 * The text of a receipt with all labels; dates in the zone given (minutes ahead of UTC).
 *
 * `word` is as from wordOfState or an own code; `error` is brought to three characters (zeros in front, else the
 * last three); `text` is cut to 20. The done date is never before the submit date, and is it when doneAtMs is 0.
 */
export function formatReceiptText(
  id: string,
  submittedAtMs: number,
  doneAtMs: number,
  zoneMinutes: number,
  word: string,
  error: string,
  text: string,
): string {
  const submitDate = formatReceiptDate(submittedAtMs, zoneMinutes);
  const doneDate = doneAtMs > submittedAtMs ? formatReceiptDate(doneAtMs, zoneMinutes) : submitDate;
  const delivered = word === "DELIVRD" ? " sub:001 dlvrd:001 submit date:" : " sub:001 dlvrd:000 submit date:";
  const head = "id:" + id + delivered + submitDate + DONE_DATE + doneDate + STAT + word + ERR + threeDigits(error);
  return head + TEXT + (text.length > 20 ? text.slice(0, 20) : text);
}

/**
 * Writes formatReceiptText's octets (ASCII) at `offset`; returns the offset behind them, -1 when they do not fit
 * (then what was written is to be thrown away). See receiptTextSize.
 */
export function writeReceiptText(
  target: Buffer,
  offset: number,
  id: string,
  submittedAtMs: number,
  doneAtMs: number,
  zoneMinutes: number,
  word: string,
  error: string,
  text: string,
): number {
  const line = formatReceiptText(id, submittedAtMs, doneAtMs, zoneMinutes, word, error, text);
  const written = target.write(line, offset, "latin1");
  return written === line.length ? offset + written : -1;
}

function threeDigits(error: string): string {
  const { length } = error;
  if (length === 3) return error;
  return length > 3 ? error.slice(length - 3) : error.padStart(3, "0");
}
