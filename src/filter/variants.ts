/**
 * Variants: other spellings of a listed word that go on the list beside it, bounded in number.
 *
 * ```
 *   六合彩    6合彩 陆合彩                       numerals: 六 陆 6 are one another's forms
 *   发票      fapiao  fa票  发piao               pinyin, where the list asks for it
 *   casino    cas1no  c4sino  c4s1n0             digits that look like letters
 *   代开发票  票发开代                           backwards, where the list asks for it
 *   live sex  livesex  live-sex  l1ve sex        a phrase of letters, whatever stands between its words
 * ```
 */
import { CharClass, classOfFolded, foldText } from "./fold.js";

/** The spelling of each character of a word ("" = it has none); see pinyin.ts. */
export type Syllables = (word: string) => readonly string[];

export interface VariantOptions {
  /** Spellings in Latin letters; null: the list does not ask for them. */
  readonly syllables: Syllables | null;
  readonly reversed: boolean;
  /** No numerals and look-alikes. */
  readonly exact: boolean;
}

export interface Variant {
  readonly folded: readonly number[];
  /** It has syllables or words in it: its Latin edges may not stand in a longer Latin word, spaces and digits may stand between them. */
  readonly spelt: boolean;
}

/** Characters of a word of which every mixture of characters and syllables is made. */
const MIXED_CHARACTERS = 4;
/** Longest word that is spelt at all. */
const SPELT_CHARACTERS = 8;
/** Fewest letters of a spelling that has no Chinese character left. */
const MIN_SPELT = 5;
/** Fewest characters of a word that is looked for backwards: 票发 is in 车票发现. */
const MIN_REVERSED = 3;
const MIN_LOOK_ALIKE = 4;
/** Fewest letters of a phrase that is looked for without its spaces. */
const MIN_PHRASE = 7;

/** Forms of one numeral: as a digit, as it is written, as it is written on cheques. */
const NUMERALS: readonly (readonly string[])[] = [
  ["0", "零", "〇"], ["1", "一", "壹"], ["2", "二", "贰"], ["3", "三", "叁"], ["4", "四", "肆"], ["5", "五", "伍"], ["6", "六", "陆"], ["7", "七", "柒"],
  ["8", "八", "捌"], ["9", "九", "玖"],
];
const formsOf = new Map<number, readonly number[]>();
for (const forms of NUMERALS) {
  const codePoints = forms.map((form) => form.codePointAt(0) ?? 0);
  for (const codePoint of codePoints) formsOf.set(codePoint, codePoints);
}
/** Letters and the digits that look like them; the first six are written so most. */
const LOOK_ALIKES = new Map(["o0", "i1", "l1", "e3", "a4", "s5", "b8", "t7", "z2"].map((pair) => [pair.charCodeAt(0), pair.charCodeAt(1)] as const));
const USUAL_LETTERS: readonly number[] = [...LOOK_ALIKES.keys()].slice(0, 6);

/** Spellings other than the word's own, each once. */
export function variantsOf(word: string, folded: readonly number[], options: VariantOptions): readonly Variant[] {
  const variants = new Map<string, Variant>();
  const add = (codePoints: readonly number[], spelt: boolean): void => {
    const key = String.fromCodePoint(...codePoints);
    if (!variants.has(key)) variants.set(key, { folded: codePoints, spelt });
  };
  add(folded, false);
  if (folded.some((codePoint) => classOfFolded(codePoint) > CharClass.digit)) {
    const joined = folded.filter((codePoint) => classOfFolded(codePoint) !== CharClass.space);
    const phrase = joined.length >= MIN_PHRASE && joined.every((codePoint) => classOfFolded(codePoint) === CharClass.alphabetic);
    if (!phrase || options.exact) return [];
    add(joined, true);
    addLookAlikes(joined, true, add);
    return [...variants.values()].slice(1);
  }
  if (!options.exact) addNumerals(folded, add);
  if (!options.exact) addLookAlikes(folded, false, add);
  if (options.reversed && folded.length >= MIN_REVERSED) add([...folded].reverse(), false);
  if (options.syllables !== null) addSpellings(word, folded, options.syllables, add);
  return [...variants.values()].slice(1);
}

type Add = (codePoints: readonly number[], spelt: boolean) => void;

/** Up to two numerals in every form each; more of them all in the same form. Numbers alone stay what they are. */
function addNumerals(folded: readonly number[], add: Add): void {
  const places = folded.flatMap((codePoint, at) => (formsOf.has(codePoint) ? [at] : []));
  if (places.length === 0 || places.length === folded.length) return;
  const forms = NUMERALS[0]?.length ?? 0;
  const combinations = places.length <= 2 ? forms ** places.length : forms;
  for (let combination = 0; combination < combinations; combination++) {
    const changed = [...folded];
    let rest = combination;
    for (const place of places) {
      changed[place] = formsOf.get(folded[place] as number)?.[rest % forms] ?? (folded[place] as number);
      if (places.length <= 2) rest = Math.floor(rest / forms);
    }
    add(changed, false);
  }
}

/** Every choice of the letters that are usually written as digits, and all that may be. */
function addLookAlikes(folded: readonly number[], spelt: boolean, add: Add): void {
  if (folded.length < MIN_LOOK_ALIKE || folded.some((codePoint) => classOfFolded(codePoint) !== CharClass.alphabetic)) return;
  const letters = USUAL_LETTERS.filter((letter) => folded.includes(letter));
  const choices = Array.from({ length: (1 << letters.length) - 1 }, (_, i) => letters.filter((_letter, at) => ((i + 1) & (1 << at)) !== 0));
  for (const choice of [...choices, [...LOOK_ALIKES.keys()]]) {
    const changed = folded.map((codePoint) => (choice.includes(codePoint) ? (LOOK_ALIKES.get(codePoint) ?? codePoint) : codePoint));
    // All digits are a number.
    if (changed.some((codePoint) => classOfFolded(codePoint) === CharClass.alphabetic)) add(changed, spelt);
  }
}

function addSpellings(word: string, folded: readonly number[], syllablesOf: Syllables, add: Add): void {
  if (folded.length < 2 || folded.length > SPELT_CHARACTERS) return;
  const characters = String.fromCodePoint(...folded);
  // As the word is written: a traditional character may be read otherwise than the simplified one it folds to.
  const syllables = syllablesOf([...word].length === folded.length ? word : characters);
  const spellable = folded.flatMap((codePoint, at) => (classOfFolded(codePoint) === CharClass.ideograph && (syllables[at] ?? "") !== "" ? [at] : []));
  if (spellable.length === 0) return;
  for (const mask of masksOf(spellable.length)) {
    const spelt = new Set(spellable.filter((_, i) => (mask & (1 << i)) !== 0));
    const left = folded.length - spelt.size;
    // "e" alone is in every other text.
    if (left > 0 && [...spelt].some((at) => (syllables[at] ?? "").length < 2)) continue;
    for (const v of [false, true]) {
      const written = folded.map((codePoint, at) => (spelt.has(at) ? spellingOf(syllables[at] ?? "", v) : String.fromCodePoint(codePoint))).join("");
      if (left === 0 && written.length < MIN_SPELT) continue;
      add(foldText(written), true);
    }
  }
}

/** lü is typed lv, and written lu where dots are lost. */
function spellingOf(syllable: string, v: boolean): string {
  return v ? syllable : syllable.replace("v", "u");
}

/** Which characters are spelt: every mixture of a short word; of a longer one each alone, each two side by side, the halves, and all. */
function masksOf(count: number): Iterable<number> {
  const all = (1 << count) - 1;
  if (count <= MIXED_CHARACTERS) return Array.from({ length: all }, (_, i) => i + 1);
  const masks = new Set([all]);
  for (let i = 0; i < count; i++) {
    masks.add(1 << i);
    if (i + 1 < count) masks.add(3 << i);
    masks.add((1 << i) - 1);
    masks.add(all & ~((1 << i) - 1));
  }
  masks.delete(0);
  return masks;
}
