/**
 * Occurrences: where listed words really stand in a text that an automaton stopped at: what may be inserted between
 * two characters, borders of digits and whole words, and phrases that excuse the words inside them.
 */
import { eachOccurrence } from "./automaton.js";
import { CLASS, CharClass, FOLD, foldAstral } from "./fold.js";
import type { Patterns } from "./patterns.js";
import { ActionCode, WORD_KINDS, WordKind, type ScreenData } from "./screen-data.js";

/** One rule's word in a text. */
export interface Span {
  readonly ruleNo: number;
  /** UTF-16 units of the text, half open. */
  readonly start: number;
  readonly end: number;
  /** The allow rule whose phrase holds this span, -1 = none. */
  readonly allowedBy: number;
}

/** What stands between two Latin letters. */
const Between = {
  /** Only what has no place between letters: * | ~ ＃ · emoji. */
  odd: 0,
  /** A space or common punctuation, as in "https://ex" or "the rapist". */
  common: 1,
  digit: 2,
} as const;
type Between = (typeof Between)[keyof typeof Between];
const COMMON_PUNCTUATION = new Set([..." .,:;/'\"-_?!()&@’…"].map((char) => char.charCodeAt(0)));
/** Signs that go on a number when a digit follows: 88 is not in 88.00 nor in 1,088. */
const NUMBER_SIGNS = new Set([0x2c, 0x2e]);

/** For which words what stands between their characters may stand there. */
const Holds = {
  no: 0,
  /** Spaces or digits between syllables or words. */
  spelt: 1,
  yes: 2,
} as const;
type Holds = (typeof Holds)[keyof typeof Holds];

export class Occurrences {
  readonly #data: ScreenData;
  readonly #patterns: Patterns;
  /** The text in hand. */
  #text = "";
  #offsets: Int32Array = new Int32Array(0);
  #length = 0;
  /** Characters of the text that the kind in hand does not skip: their codes, and their places in #offsets. */
  #kept = new Uint16Array(0);
  #places = new Int32Array(0);
  #found: Span[] = [];
  #allows: Span[] = [];
  /** Rules of patterns of which something was met that must stand in what they match. */
  readonly #met = new Set<number>();

  constructor(data: ScreenData, patterns: Patterns) {
    this.#data = data;
    this.#patterns = patterns;
  }

  /**
   * Every occurrence of every rule, by start and then by rule.
   * @param codes the text's codes without the invisible; `offsets` says where in `text` each stands
   */
  find(text: string, codes: Uint16Array, offsets: Int32Array, length: number): readonly Span[] {
    this.#text = text;
    this.#offsets = offsets;
    this.#length = length;
    this.#found = [];
    this.#allows = [];
    this.#met.clear();
    for (const ruleNo of this.#data.always) this.#met.add(ruleNo);
    if (this.#kept.length < length) {
      this.#kept = new Uint16Array(codes.length);
      this.#places = new Int32Array(codes.length);
    }
    for (const kind of WORD_KINDS) this.#findKind(kind, codes);
    for (const ruleNo of this.#met) this.#match(ruleNo);
    const found = this.#found.sort(bySpan);
    return this.#allows.length === 0 ? found : excuse(found, this.#allows.sort(bySpan));
  }

  #findKind(kind: WordKind, codes: Uint16Array): void {
    const data = this.#data.kinds[kind];
    if (!data) return;
    const noiseFrom = this.#noiseFrom(kind);
    let kept = 0;
    for (let i = 0; i < this.#length; i++) {
      const code = codes[i] as number;
      if (code >= noiseFrom) continue;
      this.#kept[kept] = code;
      this.#places[kept++] = i;
    }
    const { automaton, rules } = data;
    eachOccurrence(automaton, this.#kept, kept, (patternNo, end) => {
      const start = end + 1 - (automaton.lengths[patternNo] as number);
      const holds = this.#holdsTogether(start, end);
      if (holds !== Holds.no) this.#report(rules[patternNo] as number, start, end, holds);
    });
  }

  #noiseFrom(kind: WordKind): number {
    if (kind === WordKind.letters) return this.#data.digitFrom;
    return kind === WordKind.digits ? this.#data.symbolFrom : 0x10000;
  }

  /** Whether what stands between the kept characters start..end may stand inside a word. */
  #holdsTogether(start: number, end: number): Holds {
    let spaced = false;
    let tight = false;
    let numbered = false;
    for (let k = start; k < end; k++) {
      const place = this.#places[k] as number;
      const next = this.#places[k + 1] as number;
      const inserted = next - place - 1;
      const left = this.#classAt(place);
      const right = this.#classAt(next);
      const latin = left === CharClass.alphabetic && right === CharClass.alphabetic;
      if (inserted === 0) {
        tight ||= latin;
        continue;
      }
      if (inserted > this.#data.maxInserted) return Holds.no;
      // 1-2 is not 12.
      if (left === CharClass.digit && right === CharClass.digit) return Holds.no;
      if (!latin) continue;
      const between = this.#between(place, next);
      // A digit inside a Latin word makes another word of it.
      if (between === Between.digit) numbered = true;
      if (between === Between.common) spaced = true;
    }
    if (!this.#digitsEnd(start, end)) return Holds.no;
    // "the rapist" is two words; only s.p e l.t   o u t letter by letter do spaces and points belong to one.
    return numbered || (spaced && (tight || !this.#isAlone(start, end))) ? Holds.spelt : Holds.yes;
  }

  /** No Latin letter goes on from a Latin edge. */
  #isSpelt(start: number, end: number): boolean {
    const first = this.#places[start] as number;
    const last = this.#places[end] as number;
    const goesOn = (edge: number, beyond: number): boolean => this.#classAt(edge) === CharClass.alphabetic && this.#classAt(beyond) === CharClass.alphabetic;
    return !goesOn(first, first - 1) && !goesOn(last, last + 1);
  }

  #match(ruleNo: number): void {
    for (const { start, end } of this.#patterns.find(ruleNo, this.#text)) this.#found.push({ ruleNo, start, end, allowedBy: -1 });
  }

  /** A word that begins or ends with a digit does not stand inside a longer number. */
  #digitsEnd(start: number, end: number): boolean {
    const first = this.#places[start] as number;
    const last = this.#places[end] as number;
    return !this.#numberGoesOn(first, -1) && !this.#numberGoesOn(last, 1);
  }

  #numberGoesOn(place: number, step: 1 | -1): boolean {
    if (this.#classAt(place) !== CharClass.digit) return false;
    if (this.#classAt(place + step) === CharClass.digit) return true;
    return NUMBER_SIGNS.has(this.#unitAt(place + step)) && this.#classAt(place + 2 * step) === CharClass.digit;
  }

  /** Neither neighbour is of the word's own kind. */
  #isAlone(start: number, end: number): boolean {
    const first = this.#places[start] as number;
    const last = this.#places[end] as number;
    return !sameWord(this.#classAt(first), this.#classAt(first - 1)) && !sameWord(this.#classAt(last), this.#classAt(last + 1));
  }

  #report(firstRule: number, start: number, end: number, holds: Holds): void {
    const { actions, next } = this.#data.rules;
    const from = this.#offsets[this.#places[start] as number] as number;
    const last = this.#offsets[this.#places[end] as number] as number;
    const to = last + (CLASS[this.#text.charCodeAt(last)] === CharClass.surrogate ? 2 : 1);
    for (let ruleNo = firstRule; ruleNo >= 0; ruleNo = next[ruleNo] as number) {
      const action = actions[ruleNo] as number;
      if ((action & ActionCode.regexBit) !== 0) {
        this.#met.add(ruleNo);
        continue;
      }
      const spelt = (action & ActionCode.speltBit) !== 0;
      if (spelt ? !this.#isSpelt(start, end) : holds === Holds.spelt) continue;
      if ((action & ActionCode.wholeBit) !== 0 && !this.#isAlone(start, end)) continue;
      const span: Span = { ruleNo, start: from, end: to, allowedBy: -1 };
      ((action & ActionCode.mask) === ActionCode.allow ? this.#allows : this.#found).push(span);
    }
  }

  /** Class of a visible character of the text; a symbol beyond either end. */
  #classAt(place: number): CharClass {
    if (place < 0 || place >= this.#length) return CharClass.symbol;
    const offset = this.#offsets[place] as number;
    const charClass = CLASS[this.#text.charCodeAt(offset)] as CharClass;
    if (charClass !== CharClass.surrogate) return charClass;
    const codePoint = this.#text.codePointAt(offset) ?? 0;
    return codePoint > 0xffff ? foldAstral(codePoint).charClass : CharClass.symbol;
  }

  /** The unit of a visible character as it stands in the text; 0 beyond either end. */
  #unitAt(place: number): number {
    return place < 0 || place >= this.#length ? 0 : this.#text.charCodeAt(this.#offsets[place] as number);
  }

  #between(place: number, next: number): Between {
    let between: Between = Between.odd;
    for (let i = place + 1; i < next; i++) {
      if (this.#classAt(i) === CharClass.digit) return Between.digit;
      if (COMMON_PUNCTUATION.has(FOLD[this.#unitAt(i)] as number)) between = Between.common;
    }
    return between;
  }
}

/** Whether a neighbour of class `other` makes one longer word with an edge of class `edge`; a symbol is the end of every word. */
function sameWord(edge: CharClass, other: CharClass): boolean {
  if (edge > CharClass.digit) return false;
  if (edge === CharClass.ideograph) return other === CharClass.ideograph;
  return other === CharClass.alphabetic || other === CharClass.digit;
}

function bySpan(a: Span, b: Span): number {
  return a.start - b.start || a.ruleNo - b.ruleNo;
}

/** Marks the spans that lie inside an allow-phrase. Both lists are in order of their start. */
function excuse(found: readonly Span[], allows: readonly Span[]): readonly Span[] {
  let a = 0;
  let widest = -1;
  let widestRule = -1;
  return found.map((span) => {
    for (; a < allows.length && (allows[a] as Span).start <= span.start; a++) {
      const allow = allows[a] as Span;
      if (allow.end <= widest) continue;
      widest = allow.end;
      widestRule = allow.ruleNo;
    }
    return span.end <= widest ? { ...span, allowedBy: widestRule } : span;
  });
}
