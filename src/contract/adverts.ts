/**
 * Adverts: whether a text reads like an advertisement, by words that weigh so much each; the words are data (config/adverts.txt).
 *
 * ```
 *   threshold 5                      what an advertisement weighs at least
 *   [offer 3]                        a kind of word and what each of it weighs; two of a kind count, no more
 *   满减                             words, patterns, whole words and allow-phrases as in word lists (filter/word-list.ts)
 *   /[0-9.]{1,3}折起/
 *   [opt-out 3]
 *   退订回T
 * ```
 * A notice may hold one such word; an advertisement has an offer and presses, or says how to be rid of it. Words are found in all the
 * spellings in which those of the word lists are.
 */
import type { WordFile } from "../filter/compile.js";
import type { Hit, Screen } from "../filter/screen.js";
import type { ListProblem } from "../filter/word-list.js";

/** The rules that texts are weighed by. */
export interface AdvertRules {
  /** Whether the text weighs as much as an advertisement does. */
  isAdvert(text: string): boolean;
  /** What weighed in the text that was found to be one last: "words joined by + @ the weight". */
  readonly evidence: string;
}

/** No words: nothing reads like an advertisement. */
export const NO_ADVERTS: AdvertRules = { isAdvert: () => false, evidence: "" };

/** Words of one kind that count in a text. */
const COUNTED = 2;
export const MAX_WEIGHT = 100;
const HEADER = /^\[\s*([\p{L}\p{N}_-]{1,32})\s+([1-9]\d{0,2})\s*\]$/u;
const THRESHOLD = /^threshold\s+([1-9]\d{0,2})$/;

/** A file of adverts read: its words as a word list, by which a screen is built, and what they weigh. */
export interface AdvertFile {
  readonly words: WordFile;
  readonly weights: ReadonlyMap<string, number>;
  readonly threshold: number;
}

/** Reads a file; a line that says no weight is named. Its words are checked where the screen is built. */
export function readAdvertFile(name: string, text: string): AdvertFile | { readonly errors: readonly ListProblem[] } {
  const weights = new Map<string, number>();
  const errors: ListProblem[] = [];
  const words: string[] = [];
  let threshold = 0;
  const lines = (text.startsWith("\ufeff") ? text.slice(1) : text).split(/\r\n|\n|\r/u).map((line) => line.trim());
  lines.forEach((line, at) => {
    const no = at + 1;
    const said = THRESHOLD.exec(line);
    if (said !== null) {
      threshold = Number(said[1]);
      // In its place, so that lines keep their numbers.
      words.push("");
      return;
    }
    if (!line.startsWith("[")) {
      if (line !== "" && !line.startsWith("#") && weights.size === 0) errors.push({ file: name, line: no, reason: "stands before the first kind: write [offer 3] above it" });
      words.push(line);
      return;
    }
    const header = HEADER.exec(line);
    if (header?.[1] === undefined || Number(header[2]) > MAX_WEIGHT) {
      errors.push({ file: name, line: no, reason: `is no kind with a weight: write [offer 3], from 1 to ${String(MAX_WEIGHT)}` });
      return;
    }
    weights.set(header[1], Number(header[2]));
    words.push(`[${header[1]} flag]`);
  });
  if (threshold === 0) errors.push({ file: name, line: 1, reason: "says no threshold: write threshold 5 in a line of its own" });
  return errors.length > 0 ? { errors } : { words: { name, text: words.join("\n") }, weights, threshold };
}

/** The rules in force; one object for the gateway, its words replaced when they are read anew. */
export class Adverts implements AdvertRules {
  #screen: Screen | null = null;
  #weights: ReadonlyMap<string, number> = new Map();
  #threshold = 1;
  #found: readonly Hit[] = [];
  #weight = 0;

  /** @param screen built of the file's words */
  replace({ weights, threshold }: Pick<AdvertFile, "weights" | "threshold">, screen: Screen): void {
    this.#screen = screen;
    this.#weights = weights;
    this.#threshold = threshold;
  }

  isAdvert(text: string): boolean {
    const verdict = this.#screen?.screen(text) ?? null;
    if (verdict === null) return false;
    let weight = 0;
    const counts = new Map<string, number>();
    for (const { category } of verdict.flags) {
      const count = (counts.get(category) ?? 0) + 1;
      counts.set(category, count);
      if (count <= COUNTED) weight += this.#weights.get(category) ?? 0;
    }
    if (weight < this.#threshold) return false;
    this.#found = verdict.flags;
    this.#weight = weight;
    return true;
  }

  get evidence(): string {
    return `${this.#found.map((hit) => hit.word).join("+")}@${String(this.#weight)}`;
  }
}
