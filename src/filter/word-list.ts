/**
 * Word list: reads one file of words to look for; a bad line is named and the whole file refused.
 *
 * ```
 *   # a comment                      blank lines are skipped
 *   [fraud reject]                   category and action of the lines below: reject (when left out), hold or flag
 *   发票                             a word: in any width, case and script, and with symbols or digits inserted
 *   fapiao                           a Latin word: with odd symbols inserted, or all spelt out as f.a p-i a.o
 *   [gambling reject pinyin]         and options: pinyin (六合彩 is also liuhecai and 六he彩), reversed (彩合六),
 *                                    exact (no other numerals and look-alikes: 六合彩 is not 6合彩)
 *   9折券                            a word with digits: symbols may be inserted, but it is no part of a longer number
 *   t.cn/                            a word with symbols: exactly as written
 *   /加.{0,4}微信.{0,6}\d{5,}/       a pattern (RE2), on the text as it is and on the text in lower case, half width and simplified
 *   =69                              a whole word: not inside a longer number or word of its own script either
 *   !发票抬头                        an allow-phrase: a word found inside it does not count
 *   \#1                              a word that begins with one of # [ = ! / \
 * ```
 * UTF-8, a byte order mark and CRLF are fine. Before the first header the category is the file's name.
 */
import { CharClass, classOfFolded, foldText } from "./fold.js";
import { checkRegex } from "./regex.js";

/** What a listed word does to a text: refuses it, holds it for a person, or is only kept with it. */
export type WordAction = "reject" | "hold" | "flag";
export type RuleAction = WordAction | "allow";

export interface ListWord {
  /** As written in the file, without marks. */
  readonly word: string;
  /** Folded code points, at least two; of a pattern those of the pattern itself. */
  readonly folded: readonly number[];
  /** A pattern: runs of letters of which one is in every text it matches, empty where there is none; null: a word. */
  readonly required: readonly (readonly number[])[] | null;
  readonly category: string;
  readonly action: RuleAction;
  /** Must not stand inside a longer word of its own kind. */
  readonly whole: boolean;
  readonly options: ListOptions;
  /** From 1. */
  readonly line: number;
}

/** Which other spellings of a section's words are looked for. */
export interface ListOptions {
  readonly pinyin: boolean;
  readonly reversed: boolean;
  readonly exact: boolean;
}

const NO_OPTIONS: ListOptions = { pinyin: false, reversed: false, exact: false };

/** A line that is refused (or, as a warning, skipped). */
export interface ListProblem {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

export type ParsedList =
  | { readonly words: readonly ListWord[]; readonly allows: readonly ListWord[]; readonly warnings: readonly ListProblem[] }
  | { readonly errors: readonly ListProblem[] };

/** Longest word in characters after folding. */
export const MAX_WORD_LENGTH = 100;
/** Errors reported for one file; the rest are not looked for. */
const MAX_ERRORS = 20;

const HEADER = /^\[\s*([\p{L}\p{N}_-]{1,32})((?:\s+[a-z]+){0,8})\s*\]$/u;
const PATTERN = /^\/(.+)\/$/u;

/** Reads the text of one list. `name` names it in problems and gives the first category (without folder and extension). */
export function parseWordList(name: string, text: string): ParsedList {
  const parser = new Parser(name);
  const lines = (text.startsWith("\ufeff") ? text.slice(1) : text).split(/\r\n|\n|\r/u);
  for (let i = 0; i < lines.length && parser.errors.length < MAX_ERRORS; i++) parser.line((lines[i] ?? "").trim(), i + 1);
  if (parser.errors.length > 0) return { errors: parser.errors };
  return { words: parser.words, allows: parser.allows, warnings: parser.warnings };
}

/** Key by which two words of a list are the same to the matcher. */
export function foldedKey(word: ListWord): string {
  return String.fromCodePoint(...word.folded);
}

class Parser {
  readonly words: ListWord[] = [];
  readonly allows: ListWord[] = [];
  readonly warnings: ListProblem[] = [];
  readonly errors: ListProblem[] = [];
  readonly #file: string;
  readonly #seen = new Map<string, number>();
  #category: string;
  #action: RuleAction = "reject";
  #options = NO_OPTIONS;

  constructor(file: string) {
    this.#file = file;
    this.#category = categoryOfFile(file);
  }

  line(line: string, no: number): void {
    if (line === "" || line.startsWith("#")) return;
    if (line.includes("\ufffd")) return this.#error(no, "is not UTF-8 text: save the file as UTF-8");
    if (line.startsWith("[")) return this.#header(line, no);
    if (line.startsWith("!")) return this.#word(line.slice(1), no, "allow", false);
    if (line.startsWith("=")) return this.#word(line.slice(1), no, this.#action, true);
    const pattern = PATTERN.exec(line);
    if (pattern?.[1] !== undefined) return this.#pattern(line, pattern[1], no);
    this.#word(line.startsWith("\\") ? line.slice(1) : line, no, this.#action, false);
  }

  #header(line: string, no: number): void {
    const match = HEADER.exec(line);
    const words = (match?.[2] ?? "").split(/\s+/u).filter((word) => word !== "");
    const actions = words.filter((word) => word === "reject" || word === "hold" || word === "flag");
    const options = words.filter((word) => word === "pinyin" || word === "reversed" || word === "exact");
    if (match?.[1] === undefined || actions.length > 1 || actions.length + options.length < words.length) {
      return this.#error(no, `is no header: write [category reject], [category hold] or [category flag], with pinyin, reversed or exact behind it, not ${shown(line)}`);
    }
    this.#category = match[1];
    this.#action = actions[0] ?? "reject";
    this.#options = { pinyin: options.includes("pinyin"), reversed: options.includes("reversed"), exact: options.includes("exact") };
  }

  #pattern(line: string, pattern: string, no: number): void {
    const checked = checkRegex(pattern);
    if (typeof checked === "string") return this.#error(no, `is no pattern: ${checked}`);
    this.#add({
      word: line, folded: foldText(line), required: checked.required, category: this.#category, action: this.#action, whole: false, options: NO_OPTIONS, line: no,
    });
  }

  #word(written: string, no: number, action: RuleAction, whole: boolean): void {
    const word = written.trim();
    const folded = foldText(word);
    const reason = refusal(word, folded);
    if (reason !== null) return this.#error(no, reason);
    this.#add({ word, folded, required: null, category: this.#category, action, whole, options: this.#options, line: no });
  }

  #add(entry: ListWord): void {
    const { word, category, action, whole, line } = entry;
    const key = `${action} ${whole ? "=" : ""}${category} ${entry.required === null ? foldedKey(entry) : word}`;
    const first = this.#seen.get(key);
    if (first !== undefined) {
      this.warnings.push({ file: this.#file, line, reason: `${shown(word)} is the same word as line ${first}: skipped` });
      return;
    }
    this.#seen.set(key, line);
    (action === "allow" ? this.allows : this.words).push(entry);
  }

  #error(line: number, reason: string): void {
    this.errors.push({ file: this.#file, line, reason });
  }
}

/** Why a word may not stand on a list; null when it may. */
function refusal(word: string, folded: readonly number[]): string | null {
  const lasting = folded.some((codePoint) => classOfFolded(codePoint) <= CharClass.digit);
  if (!lasting) return `${shown(word)} has no letter or digit left after normalising: it would match nothing or everything`;
  if (folded.length === 1) return `${shown(word)} is a single character: it would block nearly every text`;
  if (folded.length > MAX_WORD_LENGTH) return `is longer than ${MAX_WORD_LENGTH} characters`;
  return null;
}

function categoryOfFile(file: string): string {
  const base = file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
  const dot = base.indexOf(".");
  const category = (dot > 0 ? base.slice(0, dot) : base).replace(/[^\p{L}\p{N}_-]/gu, "-").slice(0, 32);
  return category === "" ? "words" : category;
}

function shown(text: string): string {
  return `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
}
