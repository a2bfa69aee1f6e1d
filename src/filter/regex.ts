/**
 * Regex: patterns on word lists, run in time that grows with the text alone (RE2), never backwards.
 *
 * ```
 *  list line /加.{0,4}微信.{0,6}\d{5,}/ ─ compile ─▶ checked for size; "微信" must stand in every text it matches
 *                                                    └▶ goes into the automaton like a word: a text without it never meets the pattern
 * ```
 * The few that must stand in no text (`/1[3-9]\d{9}/`) are run on each. Compiled patterns do not cross threads: a Screen compiles
 * those it meets.
 */
import { RE2JS, RE2JSException } from "re2js";
import { CharClass, classOfFolded, foldText } from "./fold.js";

export const MAX_PATTERN_LENGTH = 500;
/** Instructions of one pattern's program: /.{0,50}/ has 100. */
export const MAX_PATTERN_SIZE = 1_000;
/** Places of one pattern in one text that are looked at: the first may stand in a phrase that excuses it. */
export const MAX_PLACES = 16;
const NOWHERE: readonly never[] = [];
/** Texts of which one must stand in whatever a pattern matches; with more of them it is run on each text. */
const MAX_REQUIRED = 32;

/** What a compiled pattern can be asked. */
export interface Regex {
  /** Where it matches, one place after the other, in UTF-16 units half open; at most MAX_PLACES. */
  find(text: string): readonly { readonly start: number; readonly end: number }[];
  test(text: string): boolean;
}

export interface CheckedRegex {
  /** Folded letters of which one run stands in every text it matches; empty: there is none. */
  readonly required: readonly (readonly number[])[];
}

/** Whether a pattern may stand on a list; a string tells why not. */
export function checkRegex(pattern: string): CheckedRegex | string {
  if (pattern.length > MAX_PATTERN_LENGTH) return `is longer than ${String(MAX_PATTERN_LENGTH)} characters`;
  try {
    const regex = RE2JS.compile(pattern);
    if (regex.programSize() > MAX_PATTERN_SIZE) return "is too large: count less, as in .{0,50} or [0-9]{5,12}";
    if (regex.test("")) return "matches the empty text, and so every text";
    return { required: requiredOf(regex.re2().prefilter as Prefilter | null) };
  } catch (error) {
    if (error instanceof RE2JSException) return error.message;
    throw error;
  }
}

/** A pattern that `checkRegex` has let pass. */
export function compileRegex(pattern: string): Regex {
  const regex = RE2JS.compile(pattern);
  return {
    test: (text) => regex.test(text),
    find: (text) => {
      if (!regex.test(text)) return NOWHERE;
      const places: { start: number; end: number }[] = [];
      const matcher = regex.matcher(text);
      while (places.length < MAX_PLACES && matcher.find()) places.push({ start: matcher.start(), end: matcher.end() });
      return places;
    },
  };
}

/** The library's own sum of what a pattern needs: nothing, one text, all of several, or one of several. */
interface Prefilter {
  readonly type: number;
  readonly subs: readonly Prefilter[];
  readonly str: string;
}
const EXACT = 1;
const ALL = 2;
const ONE = 3;

/** Of several that must all be there, the one that says most. */
function requiredOf(prefilter: Prefilter | null): readonly (readonly number[])[] {
  if (prefilter === null) return [];
  if (prefilter.type === EXACT) {
    const run = longestRun(foldText(prefilter.str));
    return says(run) > 0 ? [run] : [];
  }
  const subs = prefilter.subs.map(requiredOf);
  if (prefilter.type === ONE) {
    const all = subs.flat();
    return subs.length === 0 || subs.some((sub) => sub.length === 0) || all.length > MAX_REQUIRED ? [] : all;
  }
  if (prefilter.type !== ALL) return [];
  let best: readonly (readonly number[])[] = [];
  for (const sub of subs) if (least(sub) > least(best) || (least(sub) === least(best) && sub.length < best.length)) best = sub;
  return best;
}

function least(required: readonly (readonly number[])[]): number {
  return required.length === 0 ? 0 : Math.min(...required.map(says));
}

/** Chinese characters say three times as much as letters; one alone says little, a letter alone nothing. */
function says(run: readonly number[]): number {
  const weight = run.reduce((sum, codePoint) => sum + (classOfFolded(codePoint) === CharClass.ideograph ? 3 : 1), 0);
  if (run.length === 1) return weight > 1 ? 1 : 0;
  return weight;
}

/** The longest run of letters: digits and symbols beside them may be part of something longer. */
function longestRun(folded: readonly number[]): readonly number[] {
  let best: readonly number[] = [];
  let run: number[] = [];
  for (const codePoint of [...folded, 0x20]) {
    if (classOfFolded(codePoint) <= CharClass.alphabetic) run.push(codePoint);
    else {
      if (run.length > best.length) best = run;
      run = [];
    }
  }
  return best;
}
