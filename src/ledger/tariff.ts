/**
 * Tariff: the price of one segment to a destination at a moment: the longest prefix, then the latest start not after now.
 */
import type { Account } from "./account.js";

/** Most rows one account's tariff may have; a submit may look at each. */
export const MAX_TARIFFS = 500;

/** Micro-units a segment. `destination` in normal form (digits, country code as routed); `wallMs` the moment of acceptance. */
export function priceFor(account: Account, destination: string, wallMs: number): number {
  const tariffs = account.tariffs;
  if (tariffs.length === 0) return account.priceMicros;
  let priceMicros = account.priceMicros;
  let bestLength = -1;
  let bestFromMs = 0;
  for (const tariff of tariffs) {
    if (tariff.fromMs > wallMs) continue;
    const length = tariff.prefix.length;
    if (length < bestLength || (length === bestLength && tariff.fromMs <= bestFromMs)) continue;
    if (!destination.startsWith(tariff.prefix)) continue;
    bestLength = length;
    bestFromMs = tariff.fromMs;
    priceMicros = tariff.priceMicros;
  }
  return priceMicros;
}

/**
 * A destination prefix as people write it, in the form in which destinations are compared: "86138", "+86138" and "138" are
 * "138", "+852" and "00852" are "+852". Null for what no destination begins with, such as a calling code without "+".
 */
export function tariffPrefix(text: string): string | null {
  const match = /^(\+|00)?([0-9]{0,20})$/.exec(text.replace(/[ -]/g, ""));
  if (match === null) return null;
  const [, announced, digits = ""] = match;
  // Numbers written with 86 are mobiles and 10... service numbers; both begin with 1.
  if (digits === "86") return "1";
  if (digits.startsWith("861")) return digits.slice(2);
  if (digits.startsWith("86")) return null;
  if (announced !== undefined) return /^[1-9]/.test(digits) ? `+${digits}` : null;
  return digits === "" || /^(0|1|95|96|400|800)/.test(digits) ? digits : null;
}
