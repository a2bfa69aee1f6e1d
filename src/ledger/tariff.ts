/**
 * Tariff: the price of one unit to a destination at a moment (the longest prefix, then the latest start not after now), and what a unit is.
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
 * Units the price is for, of a text or a part of one (`number` of `total`, 1 of 1 for a lone text). Where the price is for a message however
 * long, the first part bears it and the others are free: they go out with or after the first only. One that can be no part of its text is a
 * message of its own.
 */
export function chargeUnits({ chargeUnit }: Pick<Account, "chargeUnit">, segments: number, total: number, number: number): number {
  if (chargeUnit === "segment") return segments;
  return number > 1 && number <= total ? 0 : 1;
}
