/**
 * Bill rows: an operator's bill as CSV, however it names its columns and writes its values, read a row at a time.
 *
 * A row that cannot be read whole is named with its line and left out: nothing of it is guessed.
 */
import { classifyDestination } from "../../protocols/model/address.js";
import { MessageState } from "../../protocols/model/state.js";
import { standardState, stateOfWord } from "../../protocols/model/state-words.js";
import { MoneyError, parseMoney } from "../ledger/money.js";
import { Fate, type BillRow } from "../store/bill.js";
import { CliError, Exit } from "./exit.js";

export const COLUMNS = ["id", "to", "time", "segments", "status", "amount"] as const;
export type BillColumn = (typeof COLUMNS)[number];

/** Header lines as operators write them: without case, blanks, marks and what stands in brackets. */
const NAMES: Readonly<Record<BillColumn, readonly string[]>> = {
  id: ["id", "msgid", "messageid", "smsid", "smid", "submitid", "operatorid", "消息id", "短信id", "消息编号", "短信编号", "消息标识", "流水号"],
  to: ["to", "mobile", "phone", "number", "msisdn", "destination", "dest", "destaddr", "destterminalid", "recipient", "receiver", "phonenumber", "手机号", "手机号码", "号码", "接收号码", "目的号码", "被叫号码"],
  time: ["time", "submittime", "sendtime", "senttime", "submitdate", "senddate", "date", "timestamp", "提交时间", "发送时间", "下发时间", "时间"],
  segments: ["segments", "segment", "num", "count", "parts", "units", "feecount", "smscount", "条数", "计费条数", "拆分条数", "短信条数"],
  status: ["status", "stat", "state", "result", "report", "dlr", "状态", "状态报告", "发送状态", "回执", "回执状态", "结果"],
  amount: ["amount", "fee", "cost", "charge", "total", "money", "price", "金额", "费用", "计费金额", "资费"],
};

const FATES: readonly (readonly [word: string, Fate])[] = [
  ...["OK", "SUCCESS", "SUCCEEDED", "SUCCESSFUL", "成功", "发送成功", "已送达", "送达"].map((word) => [word, Fate.delivered] as const),
  ...["NO", "FAILURE", "ERROR", "失败", "发送失败", "未送达", "拒绝", "拒收", "超时", "过期"].map((word) => [word, Fate.failed] as const),
  ...["PENDING", "未知", "未返回", "无回执", "已提交", "提交成功", "待回执"].map((word) => [word, Fate.open] as const),
];

/** No message costs so much: 10,000 units. */
const MOST_MICROS = 10_000_000_000n;
const MOST_TEXT = 128;
const MINUTE_MS = 60_000;

/** A value that is not what its column should hold. */
class UnreadableError extends Error {}

function plainName(header: string): string {
  return header.trim().toLowerCase().replace(/[(（[【].*$/u, "").replace(/[\s_\-.:：]/gu, "");
}

/** "id=MsgId,to=Mobile" as given; throws CliError. */
export function parseColumns(text: string): Map<BillColumn, string> {
  const columns = new Map<BillColumn, string>();
  for (const pair of text.split(",")) {
    const at = pair.indexOf("=");
    const [name, header] = [pair.slice(0, Math.max(0, at)).trim(), pair.slice(at + 1).trim()];
    const column = COLUMNS.find((each) => each === name);
    if (column === undefined || header === "" || columns.has(column)) throw new CliError(Exit.usage, `${JSON.stringify(pair)} names no column`, `write id=MsgId,to=Mobile and so on; the columns are ${COLUMNS.join(", ")}`);
    columns.set(column, header);
  }
  return columns;
}

export interface BillForm {
  readonly zoneMinutes: number;
  /** Names of header lines given by hand. */
  readonly columns: ReadonlyMap<BillColumn, string>;
  /** Words of the status column beside those known. */
  readonly delivered: readonly string[];
  readonly failed: readonly string[];
}

export class BillReader {
  /** Where each column stands. */
  readonly found: ReadonlyMap<BillColumn, number>;
  readonly #zone: number;
  readonly #words: ReadonlyMap<string, Fate>;

  /** Reads the header. Throws CliError when what is needed is not there. */
  constructor(header: readonly string[], form: BillForm) {
    this.#zone = form.zoneMinutes;
    const upper = (words: readonly string[], fate: Fate): [string, Fate][] => words.map((word) => [word.trim().toUpperCase(), fate]);
    this.#words = new Map([...FATES, ...upper(form.delivered, Fate.delivered), ...upper(form.failed, Fate.failed)]);
    const names = header.map((name) => name.trim());
    const found = new Map<BillColumn, number>();
    for (const column of COLUMNS) {
      const given = form.columns.get(column);
      const at = given === undefined ? names.findIndex((name) => NAMES[column].includes(plainName(name))) : names.indexOf(given);
      if (at < 0 && given !== undefined) throw new CliError(Exit.usage, `the bill has no column ${JSON.stringify(given)}`, `its header is: ${names.join(", ").slice(0, 500)}`);
      if (at >= 0) found.set(column, at);
    }
    if (!found.has("id") && !(found.has("to") && found.has("time"))) {
      throw new CliError(Exit.usage, "the bill has neither a column of message ids nor columns of numbers and times that are known", `name them with --columns id=...,to=...,time=...; its header is: ${names.join(", ").slice(0, 500)}`);
    }
    this.found = found;
  }

  /** A row; or why it cannot be read. */
  read(fields: readonly string[], line: number): BillRow | string {
    try {
      const id = idOf(this.#field(fields, "id"));
      const number = this.#field(fields, "to");
      const destination = numberOf(number);
      const time = this.#field(fields, "time");
      const at = this.found.has("time") && !(time === "" && id !== "") ? timeOf(time, this.#zone) : null;
      if (id === "" && (destination === "" || at === null)) throw new UnreadableError("it has neither a message id nor a number and a time");
      const amount = this.#field(fields, "amount");
      return {
        line, id, number, destination, atMs: at === null ? null : at.ms, spanMs: at === null ? 1 : at.span,
        segments: this.found.has("segments") ? segmentsOf(this.#field(fields, "segments")) : null,
        fate: this.found.has("status") ? this.#fate(this.#field(fields, "status")) : Fate.unsaid,
        micros: this.found.has("amount") ? amountOf(amount) : null,
      };
    } catch (error) {
      if (error instanceof UnreadableError || error instanceof MoneyError) return error.message;
      throw error;
    }
  }

  #field(fields: readonly string[], column: BillColumn): string {
    const at = this.found.get(column);
    if (at === undefined) return "";
    const field = fields[at];
    if (field === undefined) throw new UnreadableError(`it has ${String(fields.length)} fields and none for ${column}`);
    // Written so that a spreadsheet takes it for a text.
    const text = (/^="(.*)"$/u.exec(field.trim())?.[1] ?? field.trim().replace(/^'/, "")).trim();
    if (text.length > MOST_TEXT) throw new UnreadableError(`its ${column} is longer than any`);
    return text;
  }

  #fate(word: string): Fate {
    const upper = word.toUpperCase();
    const known = this.#words.get(upper);
    if (known !== undefined) return known;
    const standard = standardState(word);
    const { state, final } = standard ?? stateOfWord(word);
    if (standard === null && state === MessageState.unknown) throw new UnreadableError(`nothing tells what its status ${JSON.stringify(word)} means: say it with --delivered or --failed`);
    return state === MessageState.delivered ? Fate.delivered : final ? Fate.failed : Fate.open;
  }
}

function idOf(text: string): string {
  if (/^[0-9][.,]?[0-9]*E\+[0-9]+$/i.test(text) && /[.,+]/.test(text)) throw new UnreadableError(`its id ${JSON.stringify(text)} has lost digits to a spreadsheet`);
  return /^[-*]?$/.test(text) ? "" : text;
}

/** The normal form; "" of a masked number, or none. */
function numberOf(text: string): string {
  if (text === "" || /^[+0-9][0-9 -]*[*xX#]+[0-9]*$/.test(text)) return "";
  const { normal } = classifyDestination(text, 0);
  if (normal === "") throw new UnreadableError("its number is none");
  return normal;
}

function segmentsOf(text: string): number {
  const count = /^[0-9]{1,3}(?:\.0{1,6})?$/.test(text) ? Number.parseInt(text, 10) : 0;
  if (count < 1 || count > 255) throw new UnreadableError(`${JSON.stringify(text)} is no number of segments, 1 to 255`);
  return count;
}

/** Micro-units of "0.035", "¥1,234.50", "-0.0350000" or "0.05元". */
function amountOf(text: string): bigint {
  const bare = text.replace(/^(-?)\s*[¥￥]\s*/u, "$1").replace(/\s*(?:元|CNY|RMB)$/iu, "");
  const whole = /^-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?$/.test(bare) ? bare.replaceAll(",", "") : bare;
  const micros = parseMoney(whole.replace(/^(-?)\./, "$10.").replace(/(\.[0-9]{6})0+$/, "$1"), { negative: true });
  if (micros > MOST_MICROS || micros < -MOST_MICROS) throw new UnreadableError(`its amount ${JSON.stringify(text)} is more than any message costs`);
  return micros;
}

/** Year, month, day, then hour, minute, second with fraction, then a zone. */
const WRITTEN = /^(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?:[T ]*(\d{1,2})[:：时](\d{1,2})分?(?:[:：]?(\d{1,2})秒?(?:[.,]\d{1,9})?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/u;
const DIGITS = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?$/;

/** A moment in the business time zone, unless it names its own, and how exact it is. */
export function timeOf(text: string, zoneMinutes: number): { readonly ms: number; readonly span: number } {
  // Seconds or milliseconds since 1970; ten digits that begin with 2 are YYMMDDhhmm, as on the wire.
  if (/^1\d{9}$/.test(text)) return { ms: Number(text) * 1_000, span: 1_000 };
  if (/^1\d{12}$/.test(text)) return { ms: Number(text), span: 1 };
  const match = WRITTEN.exec(text) ?? DIGITS.exec(/^2\d{9}$/.test(text) ? `20${text}` : text);
  if (match === null) throw new UnreadableError(`${JSON.stringify(text)} is no time that is known, such as 2026-11-24 18:30:05`);
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part: string | undefined) => (part === undefined ? -1 : Number(part))) as [number, number, number, number, number, number];
  const utc = Date.UTC(year, month - 1, day, Math.max(0, hour), Math.max(0, minute), Math.max(0, second));
  const date = new Date(utc);
  if (hour > 23 || minute > 59 || second > 59 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) throw new UnreadableError(`${JSON.stringify(text)} is no time there is`);
  const zone = match[7];
  const ahead = zone === undefined ? zoneMinutes : zone === "Z" ? 0 : (zone.startsWith("-") ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  return { ms: utc - ahead * MINUTE_MS, span: hour < 0 ? 86_400_000 : second < 0 ? MINUTE_MS : 1_000 };
}
