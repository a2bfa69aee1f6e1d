/**
 * Patterns: the regexes of a screen's lists, run on a text as it is and on the text as words read it.
 *
 * Compiled when they are first met, for they do not cross threads (0.4 ms each); those that run on every text at once.
 */
import { CLASS, CharClass, FOLD, foldAstral } from "./fold.js";
import { compileRegex, type Regex } from "./regex.js";
import type { ScreenData } from "./screen-data.js";

/** A place in the text as given, in UTF-16 units, half open. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** Units that `String.fromCharCode` takes at once. */
const CHUNK = 4_096;

export class Patterns {
  readonly #data: ScreenData;
  readonly #regexes = new Map<number, Regex>();
  readonly #byText = new Map<string, Regex>();
  readonly #always: readonly Regex[];
  #units = new Uint16Array(1_024);

  constructor(data: ScreenData) {
    this.#data = data;
    this.#always = Array.from(data.always, (ruleNo) => this.#regex(ruleNo));
  }

  /** Whether one of those that run on every text matches. */
  suspect(text: string): boolean {
    if (this.#always.length === 0) return false;
    for (const regex of this.#always) if (regex.test(text)) return true;
    if (isFolded(text)) return false;
    const folded = this.#fold(text);
    for (const regex of this.#always) if (regex.test(folded)) return true;
    return false;
  }

  /** Where the pattern of a rule matches the text as it is, and folded. */
  find(ruleNo: number, text: string): readonly Place[] {
    const regex = this.#regex(ruleNo);
    const found = regex.find(text);
    if (isFolded(text)) return found;
    const folded = regex.find(this.#fold(text)).map((place) => placeIn(text, place));
    return found.length === 0 ? folded : [...found, ...folded.filter(({ start, end }) => !found.some((one) => one.start === start && one.end === end))];
  }

  #regex(ruleNo: number): Regex {
    let regex = this.#regexes.get(ruleNo);
    if (regex === undefined) {
      const { words, wordEnds } = this.#data.rules;
      const listed = words.slice(ruleNo === 0 ? 0 : wordEnds[ruleNo - 1], wordEnds[ruleNo]);
      regex = this.#byText.get(listed) ?? compileRegex(listed.slice(1, -1));
      this.#byText.set(listed, regex);
      this.#regexes.set(ruleNo, regex);
    }
    return regex;
  }

  /** Invisible characters gone, the rest folded. */
  #fold(text: string): string {
    // A character outside the Basic Multilingual Plane folds to two units at most, as it has.
    if (text.length > this.#units.length) this.#units = new Uint16Array(text.length * 2);
    const units = this.#units;
    let n = 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (CLASS[unit] === CharClass.surrogate) {
        const codePoint = text.codePointAt(at) as number;
        if (codePoint > 0xffff) {
          at++;
          const to = foldAstral(codePoint).codePoint;
          if (to > 0xffff) {
            units[n++] = 0xd800 + ((to - 0x10000) >> 10);
            units[n++] = 0xdc00 + ((to - 0x10000) & 0x3ff);
          } else if (to !== 0) units[n++] = to;
          continue;
        }
      }
      const to = FOLD[unit] as number;
      if (to !== 0) units[n++] = to;
    }
    let folded = "";
    for (let at = 0; at < n; at += CHUNK) folded += String.fromCharCode(...units.subarray(at, Math.min(at + CHUNK, n)));
    return folded;
  }
}

/** Whether a text reads the same folded. */
function isFolded(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (FOLD[unit] !== unit || CLASS[unit] === CharClass.surrogate) return false;
  }
  return true;
}

/** The place in the text of a place in the text folded. */
function placeIn(text: string, inFolded: Place): Place {
  let folded = 0;
  let start = 0;
  for (let at = 0; at < text.length; ) {
    const codePoint = text.codePointAt(at) as number;
    const to = codePoint > 0xffff ? foldAstral(codePoint).codePoint : (FOLD[codePoint] as number);
    const next = at + (codePoint > 0xffff ? 2 : 1);
    if (to !== 0) {
      if (folded === inFolded.start) start = at;
      folded += to > 0xffff ? 2 : 1;
      if (folded >= inFolded.end) return { start, end: next };
    }
    at = next;
  }
  return { start, end: text.length };
}
