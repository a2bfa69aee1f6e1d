/**
 * Addresses: the one normal form of a destination, used for routing, lists and limits at both ends.
 *
 * The home country is China: a mobile is its 11 digits. The submitter's own spelling stays in Message for receipts.
 */
import { SHORTEST_NUMBER } from "./calling-codes.js";

/**
 * - `mobile`: a Chinese mobile, `normal` its 11 digits.
 * - `international`: any other number of E.164, `normal` is "+" and 7 to 15 digits.
 * - `short`: a short code, service number or fixed line, 3 to 20 digits as they are. No place to send a message to.
 * - `invalid`: no number; `normal` is "".
 */
export type DestinationKind = "mobile" | "international" | "short" | "invalid";

export interface Destination {
  readonly kind: DestinationKind;
  readonly normal: string;
}

const TON_INTERNATIONAL = 1;
const INVALID: Destination = Object.freeze({ kind: "invalid", normal: "" });

/** The normal form of any number, short codes included; null when it is none. */
export function normaliseDestination(digits: string, ton: number): string | null {
  if (isMobile(digits)) return digits;
  const destination = classify(digits, ton);
  return destination.kind === "invalid" ? null : destination.normal;
}

/**
 * What a destination is. `ton` is the submitter's TON, a hint only: 1 lets bare digits be international.
 *
 * Blanks and hyphens are dropped; "+" and "00" announce a calling code; 86 in front of a mobile or a 10... service
 * number is dropped. Eleven digits from 13 to 19 are a Chinese mobile whatever the TON.
 */
export function classifyDestination(value: string, ton: number): Destination {
  return isMobile(value) ? { kind: "mobile", normal: value } : classify(value, ton);
}

/**
 * The beginning of destinations as people write it, in the normal form: "86138", "+86138" and "138" are "138", "+852" and
 * "00852" are "+852", "+" is everything abroad, "" is any. Null for what no destination begins with, such as a calling code without "+".
 */
export function normalisePrefix(text: string): string | null {
  const match = /^(\+|00)?([0-9]{0,20})$/.exec(text.replace(/[ -]/g, ""));
  if (match === null) return null;
  const [, announced, digits = ""] = match;
  // Numbers written with 86 are mobiles and 10... service numbers; both begin with 1.
  if (digits === "86") return "1";
  if (digits.startsWith("861")) return digits.slice(2);
  if (digits.startsWith("86")) return null;
  if (announced !== undefined) return /^[1-9]|^$/.test(digits) ? `+${digits}` : null;
  return digits === "" || /^(0|1|95|96|400|800)/.test(digits) ? digits : null;
}

/** The number with its middle hidden, for logs: "138****8000". Up to six digits name no person and stay. */
export function maskNumber(value: string): string {
  const length = value.length;
  if (length <= 6) return value;
  const [head, tail] = length >= 11 ? [3, 4] : [2, 2];
  return value.slice(0, head) + "*".repeat(length - head - tail) + value.slice(length - tail);
}

/** Eleven digits, 13 to 19 in front: no table of prefixes, so that new ones need no release. */
function isMobile(value: string): boolean {
  if (value.length !== 11 || value.charCodeAt(0) !== 0x31 || value.charCodeAt(1) < 0x33) return false;
  for (let i = 1; i < 11; i++) {
    const digit = value.charCodeAt(i);
    if (digit < 0x30 || digit > 0x39) return false;
  }
  return true;
}

function classify(value: string, ton: number): Destination {
  const bare = withoutSeparators(value);
  if (bare === null) return INVALID;
  let digits = bare.startsWith("+") ? bare.slice(1) : bare;
  if (digits.startsWith("00")) digits = digits.slice(2);
  const announced = digits.length < bare.length;
  if (digits.startsWith("86")) {
    const national = digits.slice(2);
    if (isMobile(national)) return { kind: "mobile", normal: national };
    if (national.startsWith("10") && national.length >= 5) return short(national);
    return announced || ton === TON_INTERNATIONAL || digits.length >= 11 ? INVALID : short(digits);
  }
  if (announced) return international(digits);
  if (isMobile(digits)) return { kind: "mobile", normal: digits };
  return ton === TON_INTERNATIONAL && digits.length >= 7 ? international(digits, digits) : national(digits);
}

/** Only digits, with a "+" in front where there was one; null when anything else is in it. */
function withoutSeparators(value: string): string | null {
  let clean = "";
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0x20 || code === 0x2d) continue;
    const plus = code === 0x2b && clean === "";
    if (!plus && (code < 0x30 || code > 0x39)) return null;
    clean += value.charAt(i);
  }
  return clean;
}

/** Digits without any prefix, read in the Chinese plan. */
function national(digits: string): Destination {
  const { length } = digits;
  const first = digits.charAt(0);
  const second = digits.charAt(1);
  // 1[3-9] is a mobile's beginning and 11 or 12 with eleven digits a mobile's length: a mistyped one, never a code.
  if (first === "1" && second >= "3" && length >= 7) return INVALID;
  if (first === "1" && second >= "1" && length === 11) return INVALID;
  if (first === "0" || first === "1" || isServiceNumber(digits)) return short(digits);
  // Longer than any national number: the calling code is there, only its prefix is missing.
  if (length >= 11 && length <= 15) return international(digits);
  return length === 9 || length === 10 ? INVALID : short(digits);
}

function isServiceNumber(digits: string): boolean {
  if (digits.startsWith("95") || digits.startsWith("96")) return true;
  return digits.length === 10 && (digits.startsWith("400") || digits.startsWith("800"));
}

function short(digits: string): Destination {
  return digits.length >= 3 && digits.length <= 20 ? { kind: "short", normal: digits } : INVALID;
}

/** A number of E.164, or what `orNational` is in the Chinese plan when it begins as nothing abroad does. */
function international(digits: string, orNational = ""): Destination {
  const { length } = digits;
  if (digits.startsWith("1") || digits.startsWith("0")) {
    if (isNorthAmerican(digits)) return { kind: "international", normal: "+" + digits };
    return orNational === "" ? INVALID : national(orNational);
  }
  if (length < 7 || length > 15) return INVALID;
  for (let code = 1; code <= 3; code++) {
    if (length < (SHORTEST_NUMBER.get(digits.slice(0, code)) ?? 0)) return INVALID;
  }
  return { kind: "international", normal: "+" + digits };
}

/** 1 NXX NXX XXXX, N from 2 to 9. */
function isNorthAmerican(digits: string): boolean {
  return digits.length === 11 && digits.startsWith("1") && digits.charAt(1) >= "2" && digits.charAt(4) >= "2";
}
