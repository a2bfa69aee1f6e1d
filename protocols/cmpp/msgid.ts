/**
 * Msg_Id: CMPP's 64-bit message id, computed from our own id and back, and the forms people meet it in.
 *
 * ```
 *   high 32 bits                                        low 32 bits
 *   month:4 day:5 hour:5 minute:6 second:6 gateway:6 |  gateway:16 sequence:16        (Beijing time, no year)
 * ```
 * It is kept as two unsigned numbers: no double holds 64 bits, and from August on the top bit is set, so that who reads
 * it as signed sees a negative number. The gateway code is the listener's `gateway_code` + our id's node. [protocols sheet 1.14]
 */
import { IDS_PER_SECOND, ID_EPOCH_S, NODES, idSecond, messageId } from "../model/message-id.js";

/** All times of CMPP are Beijing's. */
export const BEIJING_MINUTES = 480;
const BEIJING_S = BEIJING_MINUTES * 60;
const DAY_S = 86_400;
/** The largest gateway code, 22 bits. */
export const MAX_GATEWAY = 0x3f_ffff;
/** The largest `gateway_code` of a listener: its nodes come on top. */
export const MAX_GATEWAY_CODE = MAX_GATEWAY - NODES + 1;

export interface MsgId {
  /** Bits 63..32, unsigned. */
  readonly high: number;
  /** Bits 31..0, unsigned. */
  readonly low: number;
}

// ---------------------------------------------------------------- from our id

let datedDay = -1;
let datedMonthAndDay = 0;

/** Month to second in the places they have in the high half. */
function datePart(unixSecond: number): number {
  const local = unixSecond + BEIJING_S;
  const day = Math.floor(local / DAY_S);
  if (day !== datedDay) {
    const date = new Date(day * DAY_S * 1_000);
    datedMonthAndDay = (((date.getUTCMonth() + 1) << 28) | (date.getUTCDate() << 23)) >>> 0;
    datedDay = day;
  }
  const ofDay = local - day * DAY_S;
  const hour = (ofDay / 3_600) | 0;
  const minute = ((ofDay - hour * 3_600) / 60) | 0;
  return (datedMonthAndDay | (hour << 18) | (minute << 12) | ((ofDay - hour * 3_600 - minute * 60) << 6)) >>> 0;
}

const nodeOf = (id: number): number => Math.floor(id / IDS_PER_SECOND) % NODES;

/** The high half of our id's Msg_Id; `gatewayCode` is the listener's, 0..MAX_GATEWAY_CODE. */
export function msgIdHigh(id: number, gatewayCode: number): number {
  return (datePart(idSecond(id)) | ((gatewayCode + nodeOf(id)) >>> 16)) >>> 0;
}

/** The low half, likewise. */
export function msgIdLow(id: number, gatewayCode: number): number {
  return (((gatewayCode + nodeOf(id)) << 16) | id % IDS_PER_SECOND) >>> 0;
}

// ---------------------------------------------------------------- back to our id

/** Twice the way from a leap year to the next one, should a century fall between. */
const YEARS_BACK = 8;

/**
 * Our id of a Msg_Id, 0 when it is none of ours: another gateway's code, an impossible date, or from before 2024. Its
 * year is the latest that puts it not more than a day after `nowMs` (wall).
 */
export function ourMessageId(high: number, low: number, gatewayCode: number, nowMs: number): number {
  const node = gatewayOf(high, low) - gatewayCode;
  if (node < 0 || node >= NODES) return 0;
  const second = secondOf(high, nowMs);
  return second < ID_EPOCH_S ? 0 : messageId(second, node, low & 0xffff);
}

/** The Unix second that a Msg_Id names, 0 when there is no such date. */
export function secondOf(high: number, nowMs: number): number {
  const { month, day, hour, minute, second } = partsOf(high, 0);
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return 0;
  const latest = nowMs + DAY_S * 1_000;
  const thisYear = new Date(latest + BEIJING_S * 1_000).getUTCFullYear();
  for (let year = thisYear; year > thisYear - YEARS_BACK; year--) {
    const midnight = new Date(Date.UTC(year, month - 1, day));
    // A day that the month does not have (29 February most years) turns up in the next one.
    if (midnight.getUTCDate() !== day) continue;
    const atMs = midnight.getTime() + ((hour * 60 + minute) * 60 + second - BEIJING_S) * 1_000;
    if (atMs <= latest) return atMs / 1_000;
  }
  return 0;
}

// ---------------------------------------------------------------- parts and ranges

export interface MsgIdParts {
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly gateway: number;
  readonly sequence: number;
}

function gatewayOf(high: number, low: number): number {
  return ((high & 0x3f) << 16) | (low >>> 16);
}

export function partsOf(high: number, low: number): MsgIdParts {
  return {
    month: high >>> 28,
    day: (high >>> 23) & 0x1f,
    hour: (high >>> 18) & 0x1f,
    minute: (high >>> 12) & 0x3f,
    second: (high >>> 6) & 0x3f,
    gateway: gatewayOf(high, low),
    sequence: low & 0xffff,
  };
}

/** The low half of the nth (from 0) Msg_Id of a range: the sequence wraps inside its 16 bits and carries into nothing. */
export function nthLow(low: number, n: number): number {
  return ((low & 0xffff_0000) | ((low + n) & 0xffff)) >>> 0;
}

// ---------------------------------------------------------------- text

const HEX_DIGITS = 8;

function hex8(half: number): string {
  const digits = half.toString(16);
  return digits.length === HEX_DIGITS ? digits : digits.padStart(HEX_DIGITS, "0");
}

/** 16 lower-case hexadecimal digits, which sort as unsigned; "" for 0, which is no id. */
export function formatMsgId(high: number, low: number): string {
  return high === 0 && low === 0 ? "" : hex8(high) + hex8(low);
}

/** Month, day, hour, minute, second, gateway (7 digits) and sequence (5) in decimal: the 22 digits that SMSGate's logs show. */
export function printableMsgId(high: number, low: number): string {
  const { month, day, hour, minute, second, gateway, sequence } = partsOf(high, low);
  const two = [month, day, hour, minute, second].map((part) => String(part).padStart(2, "0")).join("");
  return two + String(gateway).padStart(7, "0") + String(sequence).padStart(5, "0");
}

/** A Msg_Id from 16 hexadecimal digits or the 22 printable ones (blanks between their groups allowed); null when it is neither. */
export function parseMsgId(text: string): MsgId | null {
  if (/^[0-9a-f]{16}$/i.test(text)) return { high: parseInt(text.slice(0, 8), 16), low: parseInt(text.slice(8), 16) };
  const printed = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d) ?(\d{7}) ?(\d{5})$/.exec(text);
  if (printed === null) return null;
  const [month, day, hour, minute, second, gateway, sequence] = printed.slice(1).map(Number) as [
    number, number, number, number, number, number, number,
  ];
  if (month > 15 || day > 31 || hour > 31 || minute > 63 || second > 63 || gateway > MAX_GATEWAY || sequence > 0xffff) return null;
  return {
    high: ((month << 28) | (day << 23) | (hour << 18) | (minute << 12) | (second << 6) | (gateway >>> 16)) >>> 0,
    low: ((gateway << 16) | sequence) >>> 0,
  };
}
