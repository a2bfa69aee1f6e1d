/**
 * Money: decimal strings at the edges, whole micro-units inside (1 yuan = 1,000,000 micros); never a float.
 */

/** Micro-units in one unit of currency. */
export const MICROS = 1_000_000n;

/**
 * The largest amount or balance the ledger takes: 2^53 - 1 micros, 9,007,199,254.740991 units. Up to it every number
 * of the hot path (a double) is exact; beyond it a command is refused as `limit_exceeded`, never rounded.
 */
export const MAX_AMOUNT_MICROS = 9_007_199_254_740_991n;

/** Digits and at most one point; far more than any amount needs, so that a hostile string costs nothing. */
const MAX_LENGTH = 40;
const SHAPE = /^(-?)([0-9]+)(?:\.([0-9]{1,6}))?$/;

export class MoneyError extends Error {
  readonly code = "invalid_value";

  constructor(text: string, why: string) {
    super(`"${text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) + "…" : text}" is not an amount: ${why}`);
    this.name = "MoneyError";
  }
}

/**
 * Micro-units of a decimal string such as "1750.00" or "0.035": digits, then optionally a point and 1 to 6 decimals.
 * No sign (unless `negative` is allowed), blanks, separators or exponent. Exact at any size; limits are the ledger's.
 * Throws MoneyError.
 */
export function parseMoney(text: string, options: { readonly negative?: boolean } = {}): bigint {
  const match = text.length <= MAX_LENGTH ? SHAPE.exec(text) : null;
  if (match === null) throw new MoneyError(text, "write digits with at most 6 decimals, such as 1750.00");
  const [, sign, whole = "", fraction = ""] = match;
  if (sign === "-" && options.negative !== true) throw new MoneyError(text, "it must not be negative");
  const micros = BigInt(whole) * MICROS + BigInt(fraction.padEnd(6, "0"));
  return sign === "-" ? -micros : micros;
}

/** As parseMoney, for prices and limits that the hot path reads: a safe integer. Throws MoneyError beyond 2^53 - 1. */
export function parseMoneyNumber(text: string): number {
  const micros = parseMoney(text);
  if (micros > MAX_AMOUNT_MICROS) throw new MoneyError(text, `the most is ${formatMoney(MAX_AMOUNT_MICROS)}`);
  return Number(micros);
}

/** The canonical decimal string: at least 2 decimals, at most 6, no trailing zero beyond the second. A number must be a safe integer. */
export function formatMoney(micros: bigint | number): string {
  if (typeof micros === "number" && !Number.isSafeInteger(micros)) {
    throw new RangeError(`${String(micros)} is not an exact amount of micro-units`);
  }
  const value = BigInt(micros);
  const digits = (value < 0n ? -value : value).toString().padStart(7, "0");
  const decimals = digits.slice(-6).replace(/0{1,4}$/, "");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -6)}.${decimals}`;
}

/** Whether an amount or a balance may stand in the ledger: its size is at most MAX_AMOUNT_MICROS. */
export function withinLimit(micros: bigint): boolean {
  return micros <= MAX_AMOUNT_MICROS && micros >= -MAX_AMOUNT_MICROS;
}
