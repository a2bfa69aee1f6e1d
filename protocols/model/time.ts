/**
 * Times: the absolute and relative forms of SMPP and CMPP (YYMMDDhhmmsstnnp), and the dates inside receipts.
 *
 * Pure: now is handed in. Instants are wall milliseconds since the Unix epoch, zones are minutes ahead of UTC.
 */

export interface ParsedTime {
  readonly kind: "absolute" | "relative";
  readonly atMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A receipt's date further from our clock than this is in an unknown zone, or wrong. */
const RECEIPT_DATE_TRUST_MS = 26 * HOUR_MS;

/**
 * Reads a time of 16 characters [SMPP 3.4 7.1.1]; null when malformed, and for "" (which means now, or the default).
 *
 * Absolute: the year is within now-50 .. now+49; the quarter-hours are 00..48. Relative: years and months by the
 * UTC calendar (a day beyond the month's end is its last), t and nn are ignored, all zeros are malformed, and
 * each field may be 00..99: "48 hours" can mean but one thing. Lower-case r is tolerated.
 */
export function parseTime(text: string, nowMs: number): ParsedTime | null {
  if (text.length !== 16 || !isDigits(text, 0, 15)) return null;
  const sign = text.charAt(15);
  if (sign === "R" || sign === "r") {
    const atMs = relative(text, nowMs);
    return atMs === nowMs ? null : { kind: "relative", atMs };
  }
  if (sign !== "+" && sign !== "-") return null;
  const quarters = two(text, 13);
  if (quarters > 48) return null;
  const localMs = instant(text, 0, yearNear(two(text, 0), nowMs), two(text, 10));
  if (localMs === null) return null;
  const offsetMs = quarters * 15 * MINUTE_MS;
  const tenthsMs = (text.charCodeAt(12) - 0x30) * 100;
  return { kind: "absolute", atMs: localMs + tenthsMs + (sign === "+" ? -offsetMs : offsetMs) };
}

/** A relative time has two digits for days; beyond a month nothing is gained by asking. */
const LONGEST_SECONDS = 31 * 86_400;
/** How far ahead a text may be scheduled, and how long it may wait then: for so long its money is held and its day's book stays open. */
export const LONGEST_AHEAD_MS = LONGEST_SECONDS * 1_000;
/** What a time that cannot be taken is. */
export const NO_SUCH_TIME = -1;

/** When a text is to go out, wall ms: 0 = now, also for a time gone by; NO_SUCH_TIME when malformed or too far ahead. [SMPP 3.4 5.2.15] */
export function scheduleOf(text: string, nowMs: number): number {
  if (text === "") return 0;
  const time = parseTime(text, nowMs);
  if (time === null || time.atMs > nowMs + LONGEST_AHEAD_MS) return NO_SUCH_TIME;
  return time.atMs > nowMs ? time.atMs : 0;
}

/**
 * Until when a text may go out, wall ms: 0 = nothing was said; NO_SUCH_TIME when malformed, or over before it may go out. What is longer
 * than may be is cut. `scheduledAtMs` as from scheduleOf. [SMPP 3.4 5.2.16]
 */
export function expiryOf(text: string, scheduledAtMs: number, nowMs: number): number {
  if (text === "") return 0;
  const time = parseTime(text, nowMs);
  const fromMs = Math.max(nowMs, scheduledAtMs);
  if (time === null || time.atMs <= fromMs) return NO_SUCH_TIME;
  return Math.min(time.atMs, fromMs + LONGEST_AHEAD_MS);
}

/** The 16 characters of an instant in a zone (cut to whole quarter-hours, within 12 hours of UTC). */
export function formatAbsoluteTime(ms: number, zoneMinutes: number): string {
  const quarters = Math.max(-48, Math.min(48, Math.trunc(zoneMinutes / 15)));
  const local = new Date(ms + quarters * 15 * MINUTE_MS);
  return (
    formatReceiptDate(ms, quarters * 15) +
    pad(local.getUTCSeconds()) +
    String(Math.floor(local.getUTCMilliseconds() / 100)) +
    pad(Math.abs(quarters)) +
    (quarters < 0 ? "-" : "+")
  );
}

let relativeSeconds = -1;
let relativeText = "";

/** The 16 characters of a time to live, at least a second and at most 31 days. They change once a second, so the last one is kept. */
export function formatRelativeTime(liveMs: number): string {
  const seconds = Math.min(Math.max(1, Math.floor(liveMs / 1_000)), LONGEST_SECONDS);
  if (seconds !== relativeSeconds) {
    relativeSeconds = seconds;
    const clock = pad(Math.floor(seconds / 3_600) % 24) + pad(Math.floor(seconds / 60) % 60) + pad(seconds % 60);
    relativeText = `0000${pad(Math.floor(seconds / 86_400))}${clock}000R`;
  }
  return relativeText;
}

/** Texts by local minute: the dates of a busy hour's receipts are made once each. */
const RECENT_SIZE = 256;
const recentMinutes = new Float64Array(RECENT_SIZE).fill(NaN);
const recentDates: string[] = new Array<string>(RECENT_SIZE).fill("");

/** "YYMMDDhhmm" in a zone, as receipts carry it. */
export function formatReceiptDate(ms: number, zoneMinutes: number): string {
  const minute = Math.floor(ms / MINUTE_MS) + zoneMinutes;
  const slot = minute & (RECENT_SIZE - 1);
  if (recentMinutes[slot] === minute) return recentDates[slot] as string;
  const local = new Date(minute * MINUTE_MS);
  const text =
    pad(local.getUTCFullYear() % 100) +
    pad(local.getUTCMonth() + 1) +
    pad(local.getUTCDate()) +
    pad(local.getUTCHours()) +
    pad(local.getUTCMinutes());
  recentMinutes[slot] = minute;
  recentDates[slot] = text;
  return text;
}

/**
 * The instant of a date in a receipt: YYMMDDhhmm, YYMMDDhhmmss (or YYYYMMDDhhmm), YYYYMMDDhhmmss, or a 16-character
 * SMPP time with its own zone. 0 when empty, all zeros, unreadable, or more than 26 hours from now.
 */
export function parseReceiptDate(text: string, zoneMinutes: number, nowMs: number): number {
  const ms = text.length === 16 ? absoluteOf(text, nowMs) : localDate(text, zoneMinutes, nowMs);
  return ms !== null && Math.abs(ms - nowMs) <= RECEIPT_DATE_TRUST_MS ? ms : 0;
}

const lastDate = { text: "", zoneMinutes: 0, untilMs: 0, atMs: 0 };
const REMEMBER_MS = 60_000;

/** As parseReceiptDate. Receipts of one minute bear the same date, so the last one read is kept for a while. */
export function receiptDate(text: string, zoneMinutes: number, nowMs: number): number {
  if (text !== lastDate.text || zoneMinutes !== lastDate.zoneMinutes || nowMs > lastDate.untilMs || nowMs < lastDate.untilMs - REMEMBER_MS) {
    lastDate.text = text;
    lastDate.zoneMinutes = zoneMinutes;
    lastDate.untilMs = nowMs + REMEMBER_MS;
    lastDate.atMs = parseReceiptDate(text, zoneMinutes, nowMs);
  }
  return lastDate.atMs;
}

function absoluteOf(text: string, nowMs: number): number | null {
  const time = parseTime(text, nowMs);
  return time?.kind === "absolute" ? time.atMs : null;
}

function localDate(text: string, zoneMinutes: number, nowMs: number): number | null {
  const { length } = text;
  if ((length !== 10 && length !== 12 && length !== 14) || !isDigits(text, 0, length)) return null;
  let ms: number | null;
  if (length === 14) ms = instant(text, 2, fullYear(text), two(text, 12));
  else ms = instant(text, 0, yearNear(two(text, 0), nowMs), length === 12 ? two(text, 10) : 0);
  if (ms === null && length === 12) ms = instant(text, 2, fullYear(text), 0);
  return ms === null ? null : ms - zoneMinutes * MINUTE_MS;
}

/** UTC ms of ??MMDDhhmm at `at`, given year and second; null when one is out of its range. */
function instant(text: string, at: number, year: number, second: number): number | null {
  const month = two(text, at + 2);
  const day = two(text, at + 4);
  const hour = two(text, at + 6);
  const minute = two(text, at + 8);
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return null;
  if (day < 1 || day > daysIn(year, month)) return null;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function relative(text: string, nowMs: number): number {
  const months = two(text, 0) * 12 + two(text, 2);
  let fromMs = nowMs;
  if (months > 0) {
    const date = new Date(nowMs);
    const day = date.getUTCDate();
    date.setUTCDate(1);
    date.setUTCMonth(date.getUTCMonth() + months);
    date.setUTCDate(Math.min(day, daysIn(date.getUTCFullYear(), date.getUTCMonth() + 1)));
    fromMs = date.getTime();
  }
  const hours = two(text, 6) * HOUR_MS;
  return fromMs + two(text, 4) * DAY_MS + hours + two(text, 8) * MINUTE_MS + two(text, 10) * 1000;
}

/** The year ending in `yy` that lies within now-50 .. now+49. */
function yearNear(yy: number, nowMs: number): number {
  const first = new Date(nowMs).getUTCFullYear() - 50;
  return first + ((((yy - first) % 100) + 100) % 100);
}

function fullYear(text: string): number {
  return two(text, 0) * 100 + two(text, 2);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function two(text: string, at: number): number {
  return (text.charCodeAt(at) - 0x30) * 10 + text.charCodeAt(at + 1) - 0x30;
}

function isDigits(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

function pad(value: number): string {
  return value < 10 ? `0${String(value)}` : String(value);
}
