/**
 * Screen: says whether a text holds a listed word, however it is written; immutable, swapped whole on reload.
 *
 * A clean text costs one pass to fold it into codes and one pass of each automaton, and allocates nothing. Only when
 * an automaton stops is the text looked at closely: which characters stand between, borders, allow-phrases.
 */
import { occurs } from "./automaton.js";
import { compileLists, type ScreenOptions, type WordFile } from "./compile.js";
import { CLASS, CharClass, foldAstral, foldText } from "./fold.js";
import { Occurrences, type Span } from "./occurrences.js";
import { Patterns } from "./patterns.js";
import { ActionCode, Code, WordKind, dataOctets, type ScreenData } from "./screen-data.js";
import type { AccountView } from "./account-view.js";
import type { Syllables } from "./variants.js";
import type { ListProblem, WordAction } from "./word-list.js";

/** One listed word found in a text. */
export interface Hit {
  readonly action: WordAction;
  readonly category: string;
  /** As written in the list. */
  readonly word: string;
  /** Where it is listed: "file:line". */
  readonly rule: string;
  /** Where it stands in the text as given, in UTF-16 units, inserted characters included. */
  readonly offset: number;
  readonly length: number;
}

/** What was found in a text that is not clean: the first word to reject for, else the first to hold for, else the first flag. */
export interface Verdict extends Hit {
  /** Version of the lists that found it. */
  readonly version: number;
  /** Every word with action flag, each rule once, at most MAX_FLAGS. */
  readonly flags: readonly Hit[];
}

/** A hit as `explain` lists it: one inside an allow-phrase does not count, and says which. */
export interface ExplainedHit extends Hit {
  /** Rule of the allow-phrase around it, or what of the account's terms lets it pass; "" when it counts. */
  readonly allowedBy: string;
}

export interface Explanation {
  readonly version: number;
  /** The text as it is read for matching: invisible characters gone, the rest folded. */
  readonly folded: string;
  readonly verdict: Verdict | null;
  readonly hits: readonly ExplainedHit[];
}

export type ScreenBuild =
  | { readonly screen: Screen; readonly warnings: readonly ListProblem[] }
  | { readonly errors: readonly ListProblem[] };

export const MAX_FLAGS = 16;

/** Texts up to this many UTF-16 units are read without growing the buffers. */
const USUAL_LENGTH = 1024;

/** Reads the lists and builds their screen; one bad line refuses all, and the caller keeps the old one. @param syllables see compileLists */
export function buildScreen(files: readonly WordFile[], options: ScreenOptions, version: number, syllables: Syllables | null = null): ScreenBuild {
  const compiled = compileLists(files, options, version, syllables);
  if ("errors" in compiled) return compiled;
  return { screen: new Screen(compiled.data), warnings: compiled.warnings };
}

/** The screen of data built elsewhere, as in a worker thread. */
export function screenFromData(data: ScreenData): Screen {
  return new Screen(data);
}

export class Screen {
  readonly version: number;
  /** Words, patterns and allow-phrases in force, as listed. */
  readonly size: number;
  readonly #data: ScreenData;
  readonly #codesOf: Uint16Array;
  readonly #astral = new Map<number, number>();
  /** The text in hand as codes without the invisible, and where in the text each stands. */
  #codes = new Uint16Array(USUAL_LENGTH);
  #offsets = new Int32Array(USUAL_LENGTH);
  #length = 0;
  readonly #patterns: Patterns;
  readonly #occurrences: Occurrences;

  constructor(data: ScreenData) {
    this.version = data.version;
    this.size = data.listed;
    this.#data = data;
    this.#codesOf = data.codes;
    data.astral.forEach((codePoint, i) => this.#astral.set(codePoint, data.astralCodes[i] as number));
    this.#patterns = new Patterns(data);
    this.#occurrences = new Occurrences(data, this.#patterns);
  }

  /** Octets of memory the lists take, strings aside. */
  get octets(): number {
    return dataOctets(this.#data);
  }

  /** Spellings looked for: the words and their variants. */
  get rules(): number {
    return this.#data.rules.wordEnds.length;
  }

  /** Names of the lists' categories. */
  get categories(): readonly string[] {
    return this.#data.rules.categoryNames;
  }

  /** Null for a clean text. @param view what the account's own terms make of the lists; none: the lists as they are written */
  screen(text: string, view: AccountView | null = null): Verdict | null {
    this.#load(text);
    return this.#suspect(text) ? this.#judge(text, view) : null;
  }

  /** Everything there is to say about a text, for people. */
  explain(text: string, view: AccountView | null = null): Explanation {
    this.#load(text);
    const own = this.#look(view, text);
    const hits = this.#spans(text).map((span): ExplainedHit => {
      const listed = this.#actionOf(span.ruleNo);
      const action = own === null ? listed : own.actionOf(this.#categoryNo(span.ruleNo), listed);
      const hit = this.#hit(span, action ?? listed);
      if (span.allowedBy >= 0) return { ...hit, allowedBy: this.#ruleName(span.allowedBy) };
      if (action === null) return { ...hit, allowedBy: `${hit.category}=pass` };
      return { ...hit, allowedBy: own?.phraseAround(span.start, span.end) ?? "" };
    });
    const folded = String.fromCodePoint(...foldText(text));
    return { version: this.version, folded, verdict: this.screen(text, view), hits };
  }

  #suspect(text: string): boolean {
    const { kinds, digitFrom, symbolFrom, maxInserted } = this.#data;
    const letters = kinds[WordKind.letters];
    if (letters && occurs(letters.automaton, this.#codes, this.#length, digitFrom, maxInserted)) return true;
    const digits = kinds[WordKind.digits];
    if (digits && occurs(digits.automaton, this.#codes, this.#length, symbolFrom, maxInserted)) return true;
    const symbols = kinds[WordKind.symbols];
    if (symbols && occurs(symbols.automaton, this.#codes, this.#length, 0x10000, maxInserted)) return true;
    return this.#patterns.suspect(text);
  }

  #judge(text: string, view: AccountView | null): Verdict | null {
    const flags: Hit[] = [];
    const flagged = new Set<string>();
    let reject: Hit | null = null;
    let hold: Hit | null = null;
    const own = this.#look(view, text);
    for (const span of this.#spans(text)) {
      if (span.allowedBy >= 0) continue;
      const listed = this.#actionOf(span.ruleNo);
      const action = own === null ? listed : own.actionOf(this.#categoryNo(span.ruleNo), listed);
      if (action === null || own?.phraseAround(span.start, span.end) !== undefined) continue;
      if (action === "reject") reject ??= this.#hit(span, action);
      else if (action === "hold") hold ??= this.#hit(span, action);
      else if (!flagged.has(this.#ruleName(span.ruleNo)) && flags.length < MAX_FLAGS) {
        // By its line: each spelling of a word is a rule of its own.
        flagged.add(this.#ruleName(span.ruleNo));
        flags.push(this.#hit(span, action));
      }
    }
    const first = reject ?? hold ?? flags[0];
    return first === undefined ? null : { ...first, version: this.version, flags };
  }

  #look(view: AccountView | null, text: string): AccountView | null {
    return view === null ? null : view.look(this.#data.rules.categoryNames, this.#data.maxInserted, text);
  }

  #spans(text: string): readonly Span[] {
    return this.#occurrences.find(text, this.#codes, this.#offsets, this.#length);
  }

  #categoryNo(ruleNo: number): number {
    return this.#data.rules.categories[ruleNo] as number;
  }

  /** As listed. */
  #actionOf(ruleNo: number): WordAction {
    const code = (this.#data.rules.actions[ruleNo] as number) & ActionCode.mask;
    return code === ActionCode.flag ? "flag" : code === ActionCode.hold ? "hold" : "reject";
  }

  #hit(span: Span, action: WordAction): Hit {
    const { words, wordEnds, categoryNames } = this.#data.rules;
    const no = span.ruleNo;
    return {
      action,
      category: categoryNames[this.#categoryNo(no)] as string,
      word: words.slice(no === 0 ? 0 : wordEnds[no - 1], wordEnds[no]),
      rule: this.#ruleName(no),
      offset: span.start,
      length: span.end - span.start,
    };
  }

  #ruleName(ruleNo: number): string {
    const { files, lines, fileNames } = this.#data.rules;
    return `${fileNames[files[ruleNo] as number] as string}:${lines[ruleNo] as number}`;
  }

  #load(text: string): void {
    const length = text.length;
    if (length > this.#codes.length) this.#grow(length);
    const codesOf = this.#codesOf;
    const codes = this.#codes;
    const offsets = this.#offsets;
    let n = 0;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      let code = codesOf[unit] as number;
      if (code <= Code.surrogate) {
        if (code === Code.invisible) continue;
        offsets[n] = i;
        const low = i + 1 < length ? text.charCodeAt(i + 1) : 0;
        if (isPair(unit, low)) i++;
        code = this.#codeOfPair(unit, low);
        if (code === Code.invisible) continue;
      } else {
        offsets[n] = i;
      }
      codes[n++] = code;
    }
    this.#length = n;
  }

  /** Code of a surrogate pair, or of a surrogate that stands alone (a symbol). */
  #codeOfPair(high: number, low: number): number {
    if (!isPair(high, low)) return this.#data.symbolFrom;
    const { codePoint, charClass } = foldAstral((high - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000);
    if (codePoint === 0) return Code.invisible;
    if (codePoint < 0x10000) return this.#codesOf[codePoint] as number;
    const known = this.#astral.get(codePoint);
    if (known !== undefined) return known;
    if (charClass <= CharClass.alphabetic) return Code.otherLetter;
    return charClass === CharClass.digit ? this.#data.digitFrom : this.#data.symbolFrom;
  }

  #grow(length: number): void {
    this.#codes = new Uint16Array(length * 2);
    this.#offsets = new Int32Array(length * 2);
  }
}

function isPair(high: number, low: number): boolean {
  return high <= 0xdbff && CLASS[low] === CharClass.surrogate && low >= 0xdc00;
}
