/**
 * Compile: word lists as written to the flat data a Screen reads.
 */
import { buildAutomaton, type Pattern } from "./automaton.js";
import { CLASS, CharClass, FOLD, classOfFolded } from "./fold.js";
import { ActionCode, Code, WORD_KINDS, WordKind, type KindData, type RuleTable, type ScreenData } from "./screen-data.js";
import { foldedKey, parseWordList, type ListProblem, type ListWord } from "./word-list.js";

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

export type Compiled =
  | { readonly data: ScreenData; readonly warnings: readonly ListProblem[] }
  | { readonly errors: readonly ListProblem[] };

/** Reads and compiles all lists; one bad line refuses them all. `version` is stored with every hit. */
export function compileLists(files: readonly WordFile[], options: ScreenOptions, version: number): Compiled {
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
  if (rules.count > MAX_WORDS) errors.push({ file: "", line: 0, reason: `more than ${MAX_WORDS} words in all lists together` });
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

class RuleGatherer {
  readonly #entries: { readonly file: string; readonly word: ListWord }[] = [];
  readonly #folded = new Map<string, Folded>();

  get count(): number {
    return this.#entries.length;
  }

  add(file: string, word: ListWord, warnings: ListProblem[]): void {
    const key = foldedKey(word);
    let folded = this.#folded.get(key);
    if (folded === undefined) {
      folded = { codePoints: word.folded, kind: kindOf(word.folded), rules: [], counts: false };
      this.#folded.set(key, folded);
    }
    for (const ruleNo of folded.rules) {
      const other = this.#entries[ruleNo] as { file: string; word: ListWord };
      if (other.word.action !== word.action || other.word.category !== word.category || other.word.whole !== word.whole) continue;
      const reason = `"${word.word}" is the same word as ${other.file}:${other.word.line}: skipped`;
      warnings.push({ file, line: word.line, reason });
      return;
    }
    folded.rules.push(this.#entries.length);
    if (word.action !== "allow") folded.counts = true;
    this.#entries.push({ file, word });
  }

  compile(options: ScreenOptions, version: number): ScreenData {
    const patterns = [...this.#folded.values()];
    const alphabet = new Alphabet(patterns);
    const astral = alphabet.astral();
    return {
      version,
      maxInserted: Math.min(Math.max(Math.trunc(options.maxInserted), 0), 20),
      codes: alphabet.table(),
      digitFrom: alphabet.digitFrom,
      symbolFrom: alphabet.symbolFrom,
      astral: Uint32Array.from(astral, ([codePoint]) => codePoint),
      astralCodes: Uint16Array.from(astral, ([, code]) => code),
      kinds: WORD_KINDS.map((kind) => kindData(patterns.filter((pattern) => pattern.kind === kind), alphabet)),
      rules: this.#table(patterns),
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
      actions: Uint8Array.from(entries, ({ word }) => ActionCode[word.action] + (word.whole ? ActionCode.wholeBit : 0)),
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
