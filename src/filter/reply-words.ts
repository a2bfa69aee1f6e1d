/**
 * ReplyWords: the words by which a phone asks to be written to no more, or again; the whole message is the word, in any spelling of it.
 *
 * A list is text: `[out]` and `[in]` head the words of either kind, one a line; `#` begins a comment line.
 */
import { foldText, classOfFolded, CharClass } from "./fold.js";
import type { ListProblem } from "./word-list.js";

export type Reply = "out" | "in";

/** Longest word, in characters as folded. */
const MAX_WORD = 32;
/** A message longer than this is no lone word, whatever stands around it. */
const MAX_TEXT = 120;
const MAX_WORDS = 1_000;

export type ReplyWordsRead = { readonly words: ReplyWords } | { readonly errors: readonly ListProblem[] };

export class ReplyWords {
  readonly #words: ReadonlyMap<string, Reply>;

  constructor(words: ReadonlyMap<string, Reply>) {
    this.#words = words;
  }

  get size(): number {
    return this.#words.size;
  }

  /** What a whole message asks for; null when it is anything else. */
  read(text: string): Reply | null {
    return text.length > MAX_TEXT ? null : (this.#words.get(bare(text)) ?? null);
  }
}

/** Reads a list; every bad line is named, and then nothing of it counts. */
export function readReplyWords(text: string, file: string): ReplyWordsRead {
  const words = new Map<string, Reply>();
  const errors: ListProblem[] = [];
  let section: Reply | null = null;
  text.replace(/^\uFEFF/, "").split("\n").forEach((written, index) => {
    const line = written.trim();
    const refuse = (reason: string): void => {
      errors.push({ file, line: index + 1, reason });
    };
    if (line === "" || line.startsWith("#")) return;
    if (line.startsWith("[")) {
      if (line === "[out]" || line === "[in]") section = line === "[out]" ? "out" : "in";
      else refuse(`${JSON.stringify(line)} heads nothing: give [out] or [in]`);
      return;
    }
    const word = bare(line);
    if (section === null) refuse("stands before the first heading: give [out] or [in]");
    else if (word === "") refuse("nothing is left of it but blanks and punctuation");
    else if (word.length > MAX_WORD) refuse(`is longer than ${MAX_WORD} characters`);
    else if (words.size >= MAX_WORDS) refuse(`is one of more than ${MAX_WORDS} words`);
    else if ((words.get(word) ?? section) !== section) refuse("is a word of the other kind already");
    else words.set(word, section);
  });
  return errors.length > 0 ? { errors } : { words: new ReplyWords(words) };
}

/** Folded, and without the blanks and punctuation around it. */
function bare(text: string): string {
  const folded = foldText(text);
  let start = 0;
  let end = folded.length;
  while (start < end && isAround(folded[start] as number)) start++;
  while (end > start && isAround(folded[end - 1] as number)) end--;
  return String.fromCodePoint(...folded.slice(start, end));
}

function isAround(codePoint: number): boolean {
  const charClass = classOfFolded(codePoint);
  return charClass === CharClass.space || charClass === CharClass.symbol;
}
