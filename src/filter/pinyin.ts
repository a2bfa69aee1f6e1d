/**
 * Pinyin: how Chinese characters are spelt in Latin letters; the only place that loads the dictionary (used where lists are compiled, off the network thread).
 */
import { pinyin } from "pinyin-pro";

/** Syllables of a word without tones, one a character, as this word reads them; "" for what is no Chinese character. ü is v. */
export function syllablesOf(word: string): string[] {
  const syllables = pinyin(word, { toneType: "none", type: "array", nonZh: "spaced", v: true, traditional: false });
  const characters = [...word];
  return syllables.length === characters.length ? syllables.map((syllable, at) => (syllable === characters[at] ? "" : syllable.toLowerCase())) : characters.map(() => "");
}
