/**
 * Screen data: everything a Screen needs, flat, so that a worker thread can build it and hand it over without copying.
 */
import type { AutomatonData } from "./automaton.js";

/**
 * Three kinds of word, each with an automaton of its own over the text without what may be inserted in such a word.
 * `letters` skips digits and symbols, `digits` (a word with a digit in it) skips symbols, `symbols` skips nothing.
 */
export const WordKind = { letters: 0, digits: 1, symbols: 2 } as const;
export type WordKind = (typeof WordKind)[keyof typeof WordKind];
export const WORD_KINDS: readonly WordKind[] = [WordKind.letters, WordKind.digits, WordKind.symbols];

/** Codes that stand for no particular character; those of the words' characters follow the first of each band. */
export const Code = { invisible: 0, surrogate: 1, otherLetter: 2 } as const;

/**
 * What a rule does (`mask`), and how it is looked for: `wholeBit` for words that must stand alone, `speltBit` for spellings in syllables
 * or words, `regexBit` for patterns.
 */
export const ActionCode = { reject: 0, flag: 1, allow: 2, hold: 3, mask: 3, wholeBit: 4, speltBit: 8, regexBit: 16 } as const;

export interface RuleTable {
  /** All words one after another; word `n` ends before `wordEnds[n]`. */
  readonly words: string;
  readonly wordEnds: Uint32Array;
  readonly actions: Uint8Array;
  readonly categories: Uint16Array;
  readonly files: Uint16Array;
  readonly lines: Uint32Array;
  /** The next rule of the same folded word, -1 = none. */
  readonly next: Int32Array;
  readonly categoryNames: readonly string[];
  readonly fileNames: readonly string[];
}

export interface KindData {
  readonly automaton: AutomatonData;
  /** First rule of each pattern. */
  readonly rules: Int32Array;
}

export interface ScreenData {
  readonly version: number;
  /** Words, patterns and allow-phrases as listed; the rules hold their variants, too. */
  readonly listed: number;
  readonly maxInserted: number;
  /** Code of every UTF-16 unit, folding included. Letters, then digits from `digitFrom`, then symbols from `symbolFrom`. */
  readonly codes: Uint16Array;
  readonly digitFrom: number;
  readonly symbolFrom: number;
  /** Characters outside the Basic Multilingual Plane that stand in words, and their codes. */
  readonly astral: Uint32Array;
  readonly astralCodes: Uint16Array;
  /** By WordKind; null when no word is of that kind. */
  readonly kinds: readonly (KindData | null)[];
  readonly rules: RuleTable;
  /** Rules of patterns that are run on each text: nothing must stand in what they match. */
  readonly always: Int32Array;
}

/** The buffers to move rather than copy when the data goes to another thread. */
export function transferList(data: ScreenData): ArrayBuffer[] {
  const arrays: ArrayBufferView[] = [data.codes, data.astral, data.astralCodes, data.always];
  const { wordEnds, actions, categories, files, lines, next } = data.rules;
  arrays.push(wordEnds, actions, categories, files, lines, next);
  for (const kind of data.kinds) {
    if (kind === null) continue;
    const { base, check, fail, ends, more, lengths } = kind.automaton;
    arrays.push(kind.rules, base, check, fail, ends, more, lengths);
  }
  return arrays.map((array) => array.buffer as ArrayBuffer);
}

/** Octets the data takes in memory, strings aside. */
export function dataOctets(data: ScreenData): number {
  return transferList(data).reduce((sum, buffer) => sum + buffer.byteLength, 0);
}
