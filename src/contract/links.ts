/**
 * Links: where a text holds something a phone opens as a page, or a reader is to type in: addresses, bare domains, dots written otherwise.
 *
 * ```
 *   https://a.example.cn/x?y   www.example.org   example.cn   t.cn/Ab3   1.2.3.4/x       as they are
 *   example。com   example．cn   example点com   example [.] com   example dot com        evaded dots
 *   3.50   12.25.   e.g.   a@example.cn   meet me at 5.it was                            none of them
 * ```
 * One pass; a text without a link costs a look at each unit and makes nothing.
 */
import { FOLD } from "../filter/fold.js";
import { CERTAIN_ENDINGS, CHINESE_ENDINGS, PLAIN_ENDINGS, SLASHED_ENDINGS } from "./link-endings.js";

/** Links told apart in one text; more are not looked for. */
export const MAX_LINKS = 16;
/** Labels of a domain looked at in either direction. */
const MAX_LABELS = 10;
/** Blanks and brackets on either side of an evaded dot. */
const MAX_AROUND = 3;
const MAX_ENDING = 10;

const slashed = new Set(SLASHED_ENDINGS.map(keyOfEnding));
const plain = new Set(PLAIN_ENDINGS.map(keyOfEnding).filter((key) => !slashed.has(key)));
const certain = new Set(CERTAIN_ENDINGS.map(keyOfEnding));

/** How a unit may part the labels of a domain. */
const Dot = { none: 0, plain: 1, evaded: 2 } as const;
type Dot = (typeof Dot)[keyof typeof Dot];
/** By folded unit: what may stand for a dot; 点 and 丶 among them. */
const DOTS = new Uint8Array(0x10000);
/** By folded unit: what stands around a dot that is made unlike one. */
const AROUND = new Uint8Array(0x10000);
/** By folded unit: letters, digits and hyphen of a domain. */
const LABEL = new Uint8Array(0x10000);
fillTables();

export class LinkFinder {
  /** Links found in the text read last. */
  count = 0;
  readonly #starts = new Int32Array(MAX_LINKS);
  readonly #ends = new Int32Array(MAX_LINKS);
  readonly #hostStarts = new Int32Array(MAX_LINKS);
  readonly #hostEnds = new Int32Array(MAX_LINKS);
  readonly #evaded = new Uint8Array(MAX_LINKS);
  #text = "";

  /** @returns how many links the text holds */
  read(text: string): number {
    this.#text = text;
    this.count = 0;
    const { length } = text;
    for (let at = 0; at < length && this.count < MAX_LINKS; at++) {
      const unit = FOLD[text.charCodeAt(at)] as number;
      if (unit === 0x3a) at = this.#scheme(at);
      else if (DOTS[unit] !== Dot.none) at = this.#dot(at, at + 1, DOTS[unit] as Dot);
      else if (unit === 0x64 && isWord(text, at, "dot")) at = this.#dot(at, at + 3, Dot.evaded);
    }
    return this.count;
  }

  /** Whether the unit at this place belongs to a link of the text read last. */
  covers(at: number): boolean {
    for (let no = 0; no < this.count; no++) if (at >= (this.#starts[no] as number) && at < (this.#ends[no] as number)) return true;
    return false;
  }

  /** Its dots are written otherwise. */
  isEvaded(no: number): boolean {
    return this.#evaded[no] === 1;
  }

  /** As it stands in the text. */
  written(no: number): string {
    return this.#text.slice(this.#starts[no], this.#ends[no]);
  }

  /** Where it leads, in lower case, its dots plain. */
  domain(no: number): string {
    let domain = "";
    const end = this.#hostEnds[no] as number;
    for (let at = this.#hostStarts[no] as number; at < end; at++) {
      const unit = FOLD[this.#text.charCodeAt(at)] as number;
      if (DOTS[unit] !== Dot.none) domain += ".";
      else if (unit !== 0 && AROUND[unit] === 0) domain += String.fromCharCode(unit);
    }
    if (domain === "") return this.#text.slice(this.#hostStarts[no], end);
    return domain.replace(/(?<=[a-z0-9])dot(?=com$|cn$|net$|org$)/, ".").replace(/\.+/g, ".");
  }

  /** An address by its scheme: what stands before and behind a colon. @returns where to go on reading */
  #scheme(colon: number): number {
    const text = this.#text;
    if (!isSlash(text, colon + 1) || !isSlash(text, colon + 2)) return colon;
    let start = colon;
    while (start > 0 && isLetter(unitAt(text, start - 1)) && colon - start < MAX_ENDING) start--;
    if (start === colon) return colon;
    let hostStart = colon + 3;
    let hostEnd = hostStart;
    for (let at = hostStart; at < text.length && isOfHost(text, at) && !isPathStart(unitAt(text, at)); at++) {
      // What stands before an @ is a name, whatever it looks like.
      if (unitAt(text, at) === 0x40) hostStart = at + 1;
      hostEnd = at + 1;
    }
    // A domain of other letters.
    if (hostEnd === hostStart) while (hostEnd < text.length && isIdeograph(text.charCodeAt(hostEnd)) && hostEnd - hostStart < 64) hostEnd++;
    let nameEnd = hostStart;
    while (nameEnd < hostEnd && unitAt(text, nameEnd) !== 0x3a) nameEnd++;
    if (nameEnd === hostStart) return colon;
    return this.#add(start, this.#pathEnd(hostEnd), hostStart, nameEnd, false);
  }

  /** A domain around what may be a dot, from `dot` to `behind`. @returns where to go on reading */
  #dot(dot: number, behind: number, kind: Dot): number {
    const text = this.#text;
    let left = dot - 1;
    while (left >= 0 && dot - left <= MAX_AROUND && AROUND[unitAt(text, left)] === 1) left--;
    let right = behind;
    while (right < text.length && right - behind < MAX_AROUND && AROUND[unitAt(text, right)] === 1) right++;
    const apart = left < dot - 1 || right > behind;
    // Bare spaces on one side alone part sentences, and a dot between needs both.
    if (apart && (left === dot - 1 || right === behind)) return dot;
    if (left < 0 || right >= text.length) return dot;
    const evaded = apart || kind === Dot.evaded;
    let start = left + 1;
    while (start > 0 && isLabel(unitAt(text, start - 1))) start--;
    const named = start <= left;
    // 9点 is a time.
    if (unitAt(text, dot) === 0x70b9 && !apart && areDigits(text, start, left + 1)) return dot;
    if (!named && (evaded || !isIdeograph(text.charCodeAt(left)))) return dot;
    if (!named) while (start > 0 && isIdeograph(text.charCodeAt(start - 1)) && left - start < 8) start--;
    if (named && !evaded && isAddress(text, start, left + 1, right)) return this.#address(start);
    const end = this.#endOfDomain(right, evaded, named, named && isWww(text, start, left + 1));
    if (end < 0) return dot;
    start = this.#startOfDomain(start);
    // A name for mail.
    if (start > 0 && unitAt(text, start - 1) === 0x40) return end - 1;
    return this.#add(start, this.#pathEnd(end), start, end, evaded);
  }

  /** Where the domain whose last labels begin at `right` ends; -1: it is none. */
  #endOfDomain(right: number, evaded: boolean, named: boolean, www: boolean): number {
    const text = this.#text;
    let found = -1;
    let at = right;
    for (let label = 0; label < MAX_LABELS; label++) {
      const end = labelEnd(text, at);
      if (end === at) {
        if (!evaded && named && isChineseEnding(text, at)) found = at + 2;
        break;
      }
      if (isEnding(text, at, end, evaded && label === 0, www)) found = end;
      else if (www && label === 0) found = end;
      if (DOTS[unitAt(text, end)] === Dot.none || end + 1 >= text.length) break;
      at = end + 1;
    }
    return found;
  }

  /** Labels before it belong to it. */
  #startOfDomain(start: number): number {
    const text = this.#text;
    for (let label = 0; label < MAX_LABELS && start > 1 && DOTS[unitAt(text, start - 1)] !== Dot.none && isLabel(unitAt(text, start - 2)); label++) {
      start -= 2;
      while (start > 0 && isLabel(unitAt(text, start - 1))) start--;
    }
    return start;
  }

  /** Four numbers with a port or a path. */
  #address(start: number): number {
    const text = this.#text;
    let end = start;
    while (end < text.length && (isDigit(unitAt(text, end)) || unitAt(text, end) === 0x2e)) end++;
    return this.#add(start, this.#pathEnd(end), start, end, false);
  }

  #pathEnd(at: number): number {
    const text = this.#text;
    if (unitAt(text, at) === 0x3a && isDigit(unitAt(text, at + 1))) {
      at++;
      while (isDigit(unitAt(text, at))) at++;
    }
    if (!isPathStart(unitAt(text, at))) return at;
    while (at < text.length && isGraphic(text.charCodeAt(at))) at++;
    return at;
  }

  #add(start: number, end: number, hostStart: number, hostEnd: number, evaded: boolean): number {
    const no = this.count++;
    // What belongs to the link before stays there.
    this.#starts[no] = no === 0 ? start : Math.max(start, this.#ends[no - 1] as number);
    this.#ends[no] = end;
    this.#hostStarts[no] = hostStart;
    this.#hostEnds[no] = hostEnd;
    this.#evaded[no] = evaded ? 1 : 0;
    return end - 1;
  }
}

/** Whether a domain is one of these, or lies below one; both in lower case. */
export function isBelow(domain: string, domains: readonly string[]): boolean {
  for (const one of domains) {
    if (domain === one || (domain.endsWith(one) && domain.charCodeAt(domain.length - one.length - 1) === 0x2e)) return true;
  }
  return false;
}

function isEnding(text: string, start: number, end: number, evaded: boolean, www: boolean): boolean {
  if (end - start > MAX_ENDING) return false;
  let key = 0;
  for (let at = start; at < end; at++) {
    const unit = unitAt(text, at);
    if (!isLetter(unit)) return false;
    key = key * 32 + (unit - 0x60);
  }
  if (evaded) return certain.has(key);
  if (plain.has(key)) return true;
  return slashed.has(key) && (www || (isSlash(text, end) && isGraphic(unitAt(text, end + 1))));
}

function keyOfEnding(ending: string): number {
  let key = 0;
  for (let at = 0; at < ending.length; at++) key = key * 32 + (ending.charCodeAt(at) - 0x60);
  return key;
}

function isChineseEnding(text: string, at: number): boolean {
  for (const ending of CHINESE_ENDINGS) if (text.startsWith(ending, at)) return true;
  return false;
}

/** Whether start..end and what follows it are four numbers of up to three digits, with a colon or a path behind them. */
function isAddress(text: string, start: number, end: number, next: number): boolean {
  if (end - start > 3 || !areDigits(text, start, end)) return false;
  let at = next;
  for (let group = 0; group < 3; group++) {
    const from = at;
    while (at - from < 3 && isDigit(unitAt(text, at))) at++;
    if (at === from) return false;
    if (group < 2 && unitAt(text, at++) !== 0x2e) return false;
  }
  return isPathStart(unitAt(text, at)) || (unitAt(text, at) === 0x3a && isDigit(unitAt(text, at + 1)));
}

function areDigits(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isDigit(unitAt(text, at))) return false;
  return true;
}

function isWww(text: string, start: number, end: number): boolean {
  return end - start === 3 && unitAt(text, start) === 0x77 && unitAt(text, start + 1) === 0x77 && unitAt(text, start + 2) === 0x77;
}

/** Whether a small word stands here between blanks or brackets. */
function isWord(text: string, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (unitAt(text, at + i) !== word.charCodeAt(i)) return false;
  return at > 0 && AROUND[unitAt(text, at - 1)] === 1 && AROUND[unitAt(text, at + word.length)] === 1;
}

function labelEnd(text: string, at: number): number {
  while (at < text.length && isLabel(unitAt(text, at))) at++;
  return at;
}

/** Folded; 0 beyond either end. */
function unitAt(text: string, at: number): number {
  return at < 0 || at >= text.length ? 0 : (FOLD[text.charCodeAt(at)] as number);
}

function isSlash(text: string, at: number): boolean {
  const unit = unitAt(text, at);
  return unit === 0x2f || unit === 0x5c;
}

function isPathStart(unit: number): boolean {
  return unit === 0x2f || unit === 0x5c || unit === 0x3f || unit === 0x23;
}

/** Printable ASCII but the quotes and brackets that stand around addresses. */
function isGraphic(unit: number): boolean {
  return unit > 0x20 && unit < 0x7f && unit !== 0x22 && unit !== 0x3c && unit !== 0x3e;
}

/** Of a host with all that may stand before it: ASCII, or letters and dots that are read as such. */
function isOfHost(text: string, at: number): boolean {
  const unit = unitAt(text, at);
  return isGraphic(text.charCodeAt(at)) || isLabel(unit) || unit === 0x2e || unit === 0x3002;
}

function isLetter(unit: number): boolean {
  return unit >= 0x61 && unit <= 0x7a;
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

function isLabel(unit: number): boolean {
  return LABEL[unit] === 1;
}

function isIdeograph(unit: number): boolean {
  return unit >= 0x4e00 && unit <= 0x9fff;
}

function fillTables(): void {
  DOTS[0x2e] = Dot.plain;
  for (const char of "。·•‧∙・丶点") DOTS[char.charCodeAt(0)] = Dot.evaded;
  for (const char of " []()【】{}<>〔〕「」*'\"") AROUND[FOLD[char.charCodeAt(0)] as number] = 1;
  for (const char of "abcdefghijklmnopqrstuvwxyz0123456789-") LABEL[char.charCodeAt(0)] = 1;
}
