/**
 * Term: from when to when a contract holds, by its days, its renewal and its notice.
 *
 * ```
 *  valid-from ── first term ──▶ valid-to ── renew-months ──▶ ── renew-months ──▶ ...   goes on by itself
 *                                             notice given, notice-days before an end ──▶ that end is the last
 * ```
 * A term that ends with the last day of a month is renewed to last days of months; any other to the same day, or the last where there is none.
 */
import type { Account } from "../ledger/account.js";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The terms of an account that say when it may send. */
export type TermTerms = Pick<Account, "validFrom" | "validTo" | "renewMonths" | "noticeDays" | "noticeGiven" | "opensWith" | "openedAtMs" | "test">;

/** Half open, wall ms. */
export interface Term {
  /** -Infinity: it has no first day. */
  readonly startMs: number;
  /** Infinity: it has no last day. */
  readonly endMs: number;
  /** How many times the contract had been renewed when this term began. */
  readonly renewals: number;
  /** Nothing comes after it. */
  readonly last: boolean;
}

/** Wall ms between which an account's submits are taken, half open: by its days, its notice and its first payment. */
export interface SendingWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

const ALWAYS: SendingWindow = { fromMs: -Infinity, untilMs: Infinity };

/** @param zoneMinutes business time, east of UTC */
export function sendingWindow(terms: TermTerms, zoneMinutes: number): SendingWindow {
  const { validFrom, validTo, openedAtMs } = terms;
  // What a test account sends costs nothing: no payment opens it.
  const opensWith = terms.test ? "at-once" : terms.opensWith;
  if (validFrom === "" && validTo === "" && opensWith === "at-once") return ALWAYS;
  const opensMs = opensWith === "at-once" ? -Infinity : openedAtMs === 0 ? Infinity : openedAtMs;
  const lastNo = lastRenewal(terms);
  return { fromMs: Math.max(opensMs, startOf(terms, zoneMinutes)), untilMs: lastNo === Infinity ? Infinity : endOf(terms, lastNo, zoneMinutes) };
}

/** Whether the contract lets the account send at this moment; its state and its money are looked at elsewhere. */
export function mayNow(terms: TermTerms, wallMs: number, zoneMinutes: number): boolean {
  if (terms.validFrom === "" && terms.validTo === "" && terms.opensWith === "at-once") return true;
  const { fromMs, untilMs } = sendingWindow(terms, zoneMinutes);
  return wallMs >= fromMs && wallMs < untilMs;
}

/** The term that a moment falls into: the first one before it begins, the last one when all are over; null for an account without days. */
export function currentTerm(terms: TermTerms, wallMs: number, zoneMinutes: number): Term | null {
  if (terms.validFrom === "" && terms.validTo === "") return null;
  const no = Math.min(lastRenewal(terms), renewalAt(terms, wallMs, zoneMinutes));
  return {
    startMs: no === 0 ? startOf(terms, zoneMinutes) : endOf(terms, no - 1, zoneMinutes),
    endMs: endOf(terms, no, zoneMinutes),
    renewals: no,
    last: no === lastRenewal(terms),
  };
}

function startOf({ validFrom }: TermTerms, zoneMinutes: number): number {
  return validFrom === "" ? -Infinity : Date.parse(`${validFrom}T00:00:00Z`) - zoneMinutes * MINUTE_MS;
}

/** Where the term of so many renewals ends: the midnight after its last day. */
function endOf({ validTo, renewMonths }: TermTerms, renewals: number, zoneMinutes: number): number {
  return validTo === "" ? Infinity : lastDay(validTo, renewals * renewMonths) + DAY_MS - zoneMinutes * MINUTE_MS;
}

/** The last day of a term so many months on, as UTC midnight. */
function lastDay(validTo: string, months: number): number {
  const [year, month, day] = [Number(validTo.slice(0, 4)), Number(validTo.slice(5, 7)), Number(validTo.slice(8, 10))];
  const days = daysIn(year, month + months);
  return Date.UTC(year, month - 1 + months, day === daysIn(year, month) ? days : Math.min(day, days));
}

/** Days of a month, counted from 1 and on into the years after. */
function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** How often the contract is renewed before it ends for good; Infinity: as long as nobody gives notice. */
function lastRenewal(terms: TermTerms): number {
  const { validTo, renewMonths, noticeGiven, noticeDays } = terms;
  if (validTo === "" || renewMonths === 0) return 0;
  if (noticeGiven === "") return Infinity;
  // It must come noticeDays before an end: the first end that is late enough is the last.
  const givenMs = Date.parse(`${noticeGiven}T00:00:00Z`) + noticeDays * DAY_MS;
  return firstEndFrom(terms, givenMs, 0);
}

/** How often it had been renewed at a moment, were it never to end. */
function renewalAt(terms: TermTerms, wallMs: number, zoneMinutes: number): number {
  if (terms.validTo === "" || terms.renewMonths === 0) return 0;
  return firstEndFrom(terms, wallMs + 1, zoneMinutes);
}

/** The first renewal whose term ends at or after a moment. */
function firstEndFrom(terms: TermTerms, wallMs: number, zoneMinutes: number): number {
  const monthsOn = (wallMs - endOf(terms, 0, zoneMinutes)) / (31 * DAY_MS);
  // No month is longer: this one is not too late, and a few steps short of it at most in proportion to the years between.
  let no = Math.max(0, Math.floor(monthsOn / terms.renewMonths));
  while (endOf(terms, no, zoneMinutes) < wallMs) no++;
  return no;
}
