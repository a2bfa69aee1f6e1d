/**
 * Signature: the 【name】 by which a text says who sends it: where it stands, and whose it is among the account's.
 *
 * ```
 *   【测试公司】您的验证码是123456          at the start
 *   您的验证码是123456【测试公司】          at the end
 *   [测试公司] ［测试公司］ 〖测试公司〗     no signature: operators know 【】 alone
 *   【】 【一】 【【甲】乙】                 no signature: empty, too short, nested
 * ```
 * A name has 2 to 18 characters [market: vendors take 2-12 or 2-18], no line break and no bracket of its own.
 */
import type { RegisteredSignature } from "../ledger/account.js";

export const MIN_SIGNATURE = 2;
export const MAX_SIGNATURE = 18;
export type SignaturePlace = "any" | "start" | "end";

const OPEN = 0x3010;
const CLOSE = 0x3011;

/** A signature found in a text; one object serves every message. */
export class FoundSignature {
  /** Of the name within the text, in UTF-16 units, half open; -1: there is none. */
  start = -1;
  end = -1;

  get found(): boolean {
    return this.start >= 0;
  }

  /** At this place of the text; `any`: at its start, else at its end, else the first between. */
  read(text: string, place: SignaturePlace): boolean {
    this.start = -1;
    this.end = -1;
    if (place !== "end" && this.#opensAt(text, firstVisible(text))) return true;
    if (place !== "start" && this.#closesAt(text, lastVisible(text))) return true;
    if (place !== "any") return false;
    for (let at = text.indexOf("【"); at >= 0; at = text.indexOf("【", at + 1)) if (this.#opensAt(text, at)) return true;
    return false;
  }

  #opensAt(text: string, open: number): boolean {
    if (text.charCodeAt(open) !== OPEN) return false;
    let characters = 0;
    for (let at = open + 1; at < text.length && characters <= MAX_SIGNATURE; at++) {
      const unit = text.charCodeAt(at);
      if (unit === CLOSE) return this.#take(open + 1, at, characters);
      if (unit === OPEN || isBreak(unit)) return false;
      if (!isLow(unit)) characters++;
    }
    return false;
  }

  #closesAt(text: string, close: number): boolean {
    if (text.charCodeAt(close) !== CLOSE) return false;
    let characters = 0;
    for (let at = close - 1; at >= 0 && characters <= MAX_SIGNATURE; at--) {
      const unit = text.charCodeAt(at);
      // 【甲【乙】: what opens first is not closed.
      if (unit === OPEN) return this.#take(at + 1, close, characters);
      if (unit === CLOSE || isBreak(unit)) return false;
      if (!isLow(unit)) characters++;
    }
    return false;
  }

  #take(start: number, end: number, characters: number): boolean {
    if (characters < MIN_SIGNATURE || characters > MAX_SIGNATURE) return false;
    this.start = start;
    this.end = end;
    return true;
  }
}

/** The account's signatures, found by what stands in a text without cutting it out. */
export class KnownSignatures {
  /** By length and first unit. */
  readonly #byKey = new Map<number, RegisteredSignature[]>();

  constructor(signatures: readonly RegisteredSignature[]) {
    for (const signature of signatures) {
      if (signature.text === "") continue;
      const key = keyOf(signature.text, 0, signature.text.length);
      const same = this.#byKey.get(key);
      if (same === undefined) this.#byKey.set(key, [signature]);
      else same.push(signature);
    }
  }

  /** The one that stands in `text` from `start` to `end`; null: none of them. */
  find(text: string, start: number, end: number): RegisteredSignature | null {
    const same = this.#byKey.get(keyOf(text, start, end));
    if (same === undefined) return null;
    for (const signature of same) if (text.startsWith(signature.text, start)) return signature;
    return null;
  }
}

/** Whether a message from this number may bear it: from the number it was registered with, or from one below it. */
export function maySign(signature: RegisteredSignature, source: string): boolean {
  return signature.state === "registered" && source.startsWith(signature.source);
}

/** Length, first and last unit: a signature has 36 units at most. */
function keyOf(text: string, start: number, end: number): number {
  return (end - start) * 0x1_0000_0000 + text.charCodeAt(start) * 0x1_0000 + text.charCodeAt(end - 1);
}

function firstVisible(text: string): number {
  let at = 0;
  while (at < text.length && isBlank(text.charCodeAt(at))) at++;
  return at;
}

function lastVisible(text: string): number {
  let at = text.length - 1;
  while (at >= 0 && isBlank(text.charCodeAt(at))) at--;
  return at;
}

function isBlank(unit: number): boolean {
  return unit <= 0x20 || unit === 0x3000;
}

function isBreak(unit: number): boolean {
  return unit === 0x0a || unit === 0x0d || unit === 0x2028 || unit === 0x2029;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
