/**
 * Compile: word lists as written to the flat data a Screen reads.
 */
import { buildAutomaton, type Pattern } from "./automaton.js";
import { CLASS, CharClass, FOLD, classOfFolded } from "./fold.js";
import { ActionCode, Code, WORD_KINDS, WordKind, type KindData, type RuleTable, type ScreenData } from "./screen-data.js";
import { variantsOf, type Syllables } from "./variants.js";
import { parseWordList, type ListProblem, type ListWord } from "./word-list.js";

export interface WordFile {
  /** Named in rules and problems; its base name is the first category. */
  readonly name: string;
  readonly text: string;
}

export interface ScreenOptions {
  /** Most symbols skipped between two characters of a word, 0..20. */
  readonly maxInserted: number;
}

/** Words of all files together. */
export const MAX_WORDS = 500_000;
/** The same with their variants. */
export const MAX_RULES = 2_000_000;
/** Patterns of all files together, and those of them that are run on every text. */
export const MAX_PATTERNS = 500;
export const MAX_ALWAYS = 32;

export type Compiled =
  | { readonly data: ScreenData; readonly warnings: readonly ListProblem[] }
  | { readonly errors: readonly ListProblem[] };

/**
 * Reads and compiles all lists; one bad line refuses them all. `version` is stored with every hit.
 * @param syllables how characters are spelt (pinyin.ts), for lists that ask for it; null: none is spelt
 */
export function compileLists(files: readonly WordFile[], options: ScreenOptions, version: number, syllables: Syllables | null = null): Compiled {
  const errors: ListProblem[] = [];
  const warnings: ListProblem[] = [];
  const rules = new RuleGatherer();
  for (const file of files) {
    const parsed = parseWordList(file.name, file.text);
    if ("errors" in parsed) {
      errors.push(...parsed.errors);
      continue;
    }
    for (const warning of parsed.warnings) warnings.push(warning);
    for (const word of parsed.words) rules.add(file.name, word, warnings);
    for (const word of parsed.allows) rules.add(file.name, word, warnings);
  }
  rules.expand(syllables);
  if (rules.patterns > MAX_PATTERNS) errors.push({ file: "", line: 0, reason: `more than ${MAX_PATTERNS} patterns in all lists together` });
  if (rules.always > MAX_ALWAYS) errors.push({ file: "", line: 0, reason: `more than ${MAX_ALWAYS} patterns in which no two letters, and no Chinese character, must stand: each is run on every text` });
  if (rules.count > MAX_RULES) errors.push({ file: "", line: 0, reason: `more than ${MAX_RULES} words in all lists together, with their variants` });
  if (rules.listed > MAX_WORDS) errors.push({ file: "", line: 0, reason: `more than ${MAX_WORDS} words in all lists together` });
  if (errors.length > 0) return { errors };
  return { data: rules.compile(options, version), warnings };
}

interface Folded {
  readonly codePoints: readonly number[];
  readonly kind: WordKind;
  /** Rules in order of files and lines. */
  readonly rules: number[];
  counts: boolean;
}

interface Entry {
  readonly file: string;
  readonly word: ListWord;
  /** Of ActionCode, beside the action. */
  readonly bits: number;
}

class RuleGatherer {
  readonly #entries: Entry[] = [];
  readonly #folded = new Map<string, Folded>();
  readonly #always: number[] = [];
  listed = 0;
  patterns = 0;

  get count(): number {
    return this.#entries.length;
  }

  get always(): number {
    return this.#always.length;
  }

  add(file: string, word: ListWord, warnings: ListProblem[]): void {
    this.listed++;
    if (word.required !== null) return this.#addPattern(file, word, word.required);
    const same = this.#enter(word.folded, { file, word, bits: word.whole ? ActionCode.wholeBit : 0 });
    if (same === null) return;
    this.listed--;
    warnings.push({ file, line: word.line, reason: `"${word.word}" is the same word as ${same.file}:${same.word.line}: skipped` });
  }

  /** Enters the other spellings of all words; what is listed itself stays as it is. */
  expand(syllables: Syllables | null): void {
    const { length } = this.#entries;
    for (let ruleNo = 0; ruleNo < length && this.#entries.length <= MAX_RULES; ruleNo++) {
      const { file, word, bits } = this.#entries[ruleNo] as Entry;
      if (word.required !== null || word.action === "allow" || (word.options.exact && !word.options.pinyin && !word.options.reversed)) continue;
      const options = { syllables: word.options.pinyin ? syllables : null, reversed: word.options.reversed, exact: word.options.exact };
      for (const variant of variantsOf(word.word, word.folded, options)) {
        this.#enter(variant.folded, { file, word, bits: bits | (variant.spelt ? ActionCode.speltBit : 0) });
      }
    }
  }

  #addPattern(file: string, word: ListWord, required: readonly ListWord["folded"][]): void {
    this.patterns++;
    const entry = { file, word, bits: ActionCode.regexBit };
    if (required.length === 0) this.#always.push(this.#entries.push(entry) - 1);
    else for (const run of required) this.#enter(run, entry);
  }

  /** @returns the entry that is the same already; then nothing is entered */
  #enter(codePoints: readonly number[], entry: Entry): Entry | null {
    const key = String.fromCodePoint(...codePoints);
    let folded = this.#folded.get(key);
    if (folded === undefined) {
      folded = { codePoints, kind: kindOf(codePoints), rules: [], counts: false };
      this.#folded.set(key, folded);
    }
    for (const ruleNo of folded.rules) {
      const other = this.#entries[ruleNo] as Entry;
      const alike = other.word.action === entry.word.action && other.word.category === entry.word.category && other.bits === entry.bits;
      if (alike && (entry.bits & ActionCode.regexBit) === 0) return other;
    }
    folded.rules.push(this.#entries.length);
    if (entry.word.action !== "allow") folded.counts = true;
    this.#entries.push(entry);
    return null;
  }

  compile(options: ScreenOptions, version: number): ScreenData {
    const patterns = [...this.#folded.values()];
    const alphabet = new Alphabet(patterns);
    const astral = alphabet.astral();
    return {
      version,
      listed: this.listed,
      maxInserted: Math.min(Math.max(Math.trunc(options.maxInserted), 0), 20),
      codes: alphabet.table(),
      digitFrom: alphabet.digitFrom,
      symbolFrom: alphabet.symbolFrom,
      astral: Uint32Array.from(astral, ([codePoint]) => codePoint),
      astralCodes: Uint16Array.from(astral, ([, code]) => code),
      kinds: WORD_KINDS.map((kind) => kindData(patterns.filter((pattern) => pattern.kind === kind), alphabet)),
      rules: this.#table(patterns),
      always: Int32Array.from(this.#always),
    };
  }

  #table(patterns: readonly Folded[]): RuleTable {
    const entries = this.#entries;
    const fileNames = [...new Set(entries.map((entry) => entry.file))];
    const categoryNames = [...new Set(entries.map((entry) => entry.word.category))];
    const fileNo = new Map(fileNames.map((name, no) => [name, no]));
    const categoryNo = new Map(categoryNames.map((name, no) => [name, no]));
    const next = new Int32Array(entries.length).fill(-1);
    for (const { rules } of patterns) for (let i = 1; i < rules.length; i++) next[rules[i - 1] as number] = rules[i] as number;
    let end = 0;
    return {
      words: entries.map((entry) => entry.word.word).join(""),
      wordEnds: Uint32Array.from(entries, (entry) => (end += entry.word.word.length)),
      actions: Uint8Array.from(entries, ({ word, bits }) => ActionCode[word.action] | bits),
      categories: Uint16Array.from(entries, (entry) => categoryNo.get(entry.word.category) ?? 0),
      files: Uint16Array.from(entries, (entry) => fileNo.get(entry.file) ?? 0),
      lines: Uint32Array.from(entries, (entry) => entry.word.line),
      next,
      categoryNames,
      fileNames,
    };
  }
}

function kindOf(codePoints: readonly number[]): WordKind {
  let kind: WordKind = WordKind.letters;
  for (const codePoint of codePoints) {
    const charClass = classOfFolded(codePoint);
    if (charClass > CharClass.digit) return WordKind.symbols;
    if (charClass === CharClass.digit) kind = WordKind.digits;
  }
  return kind;
}

function kindData(patterns: readonly Folded[], alphabet: Alphabet): KindData | null {
  if (patterns.length === 0) return null;
  const coded = patterns.map((pattern): Pattern => ({
    codes: pattern.codePoints.map((codePoint) => alphabet.code(codePoint)),
    counts: pattern.counts,
  }));
  const rules = Int32Array.from(patterns, (pattern) => pattern.rules[0] ?? -1);
  return { automaton: buildAutomaton(coded, alphabet.maxCode), rules };
}

/** The characters of all words, numbered in three bands, the frequent ones of each first (small codes pack tighter). */
class Alphabet {
  readonly digitFrom: number;
  readonly symbolFrom: number;
  readonly maxCode: number;
  readonly #codes = new Map<number, number>();

  constructor(patterns: readonly Folded[]) {
    const uses = new Map<number, number>();
    for (const { codePoints } of patterns) {
      for (const codePoint of codePoints) uses.set(codePoint, (uses.get(codePoint) ?? 0) + 1);
    }
    const frequent = [...uses].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([codePoint]) => codePoint);
    let code: number = Code.otherLetter;
    const number = (from: CharClass, to: CharClass): void => {
      for (const codePoint of frequent) {
        const charClass = classOfFolded(codePoint);
        if (charClass >= from && charClass <= to) this.#codes.set(codePoint, ++code);
      }
    };
    number(CharClass.ideograph, CharClass.alphabetic);
    this.digitFrom = ++code;
    number(CharClass.digit, CharClass.digit);
    this.symbolFrom = ++code;
    number(CharClass.symbol, CharClass.space);
    this.maxCode = code;
  }

  code(codePoint: number): number {
    return this.#codes.get(codePoint) ?? Code.otherLetter;
  }

  /** Code by UTF-16 unit, folding included. */
  table(): Uint16Array {
    const table = new Uint16Array(0x10000);
    for (let unit = 0; unit < 0x10000; unit++) {
      const charClass = CLASS[unit] as CharClass;
      if (charClass === CharClass.ignorable) continue;
      table[unit] = charClass === CharClass.surrogate ? Code.surrogate : this.#other(charClass);
    }
    const codesByUnit = new Uint16Array(0x10000);
    for (const [codePoint, code] of this.#codes) if (codePoint < 0x10000) codesByUnit[codePoint] = code;
    for (let unit = 0; unit < 0x10000; unit++) {
      const code = codesByUnit[FOLD[unit] as number] as number;
      if (code !== 0) table[unit] = code;
    }
    return table;
  }

  astral(): [number, number][] {
    return [...this.#codes].filter(([codePoint]) => codePoint > 0xffff);
  }

  #other(charClass: CharClass): number {
    if (charClass <= CharClass.alphabetic) return Code.otherLetter;
    return charClass === CharClass.digit ? this.digitFrom : this.symbolFrom;
  }
}
