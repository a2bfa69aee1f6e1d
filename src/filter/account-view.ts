/**
 * Account view: what one account's terms make of the word lists: what each category does for it, and phrases of its own that excuse.
 *
 * The lists and their automata stay one for all accounts; a view is read only once a listed word was found.
 */
import { CLASS, CharClass, FOLD, classOfFolded, foldAstral, foldText } from "./fold.js";
import type { Screen } from "./screen.js";
import type { WordAction } from "./word-list.js";

/** The terms a view is made of: "loan=hold" and phrases (ledger/contract-terms.ts). */
export interface ViewTerms {
  readonly categories: readonly string[];
  readonly allowPhrases: readonly string[];
}

type ViewAction = WordAction | "pass";
const ACTIONS: readonly string[] = ["reject", "hold", "flag", "pass"];

/** The view of an account; null when its terms leave the lists as they are written. */
export function compileAccountView(account: ViewTerms, screen: Screen): AccountView | null {
  const actions = new Map<string, ViewAction>();
  for (const entry of account.categories) {
    const cut = entry.lastIndexOf("=");
    const action = entry.slice(cut + 1);
    if (cut > 0 && ACTIONS.includes(action)) actions.set(entry.slice(0, cut), action as ViewAction);
  }
  const phrases = account.allowPhrases.map(readPhrase).filter((phrase) => phrase.folded !== "");
  return actions.size > 0 || phrases.length > 0 ? new AccountView(actions, phrases, screen.categories) : null;
}

interface Phrase {
  readonly written: string;
  /** Its letters and digits, folded. */
  readonly folded: string;
}

/** Where a phrase of the account stands in the text in hand; UTF-16 units, half open. */
interface PhraseSpan {
  readonly start: number;
  readonly end: number;
  readonly written: string;
}

const NONE: readonly PhraseSpan[] = [];

export class AccountView {
  readonly #actions: ReadonlyMap<string, ViewAction>;
  readonly #phrases: readonly Phrase[];
  /** The categories it was last read with, and what each does. */
  #categories: readonly string[] = [];
  #byCategory: readonly (ViewAction | undefined)[] = [];
  #spans: readonly PhraseSpan[] = NONE;

  constructor(actions: ReadonlyMap<string, ViewAction>, phrases: readonly Phrase[], categories: readonly string[]) {
    this.#actions = actions;
    this.#phrases = phrases;
    this.#fit(categories);
  }

  /** Turns to one text, read by lists with these categories; they may be others than the last time. */
  look(categories: readonly string[], maxInserted: number, text: string): this {
    if (categories !== this.#categories) this.#fit(categories);
    this.#spans = this.#phrases.length === 0 ? NONE : phraseSpans(this.#phrases, text, maxInserted);
    return this;
  }

  /** What a category does for this account; null: nothing. */
  actionOf(categoryNo: number, listed: WordAction): WordAction | null {
    const own = this.#byCategory[categoryNo];
    if (own === undefined) return listed;
    return own === "pass" ? null : own;
  }

  /** The phrase of the account around a stretch of the text in hand; undefined: none. */
  phraseAround(start: number, end: number): string | undefined {
    for (const span of this.#spans) if (span.start <= start && end <= span.end) return span.written;
    return undefined;
  }

  #fit(categories: readonly string[]): void {
    this.#categories = categories;
    this.#byCategory = categories.map((name) => this.#actions.get(name));
  }
}

function readPhrase(written: string): Phrase {
  const lasting = foldText(written).filter((codePoint) => classOfFolded(codePoint) <= CharClass.digit);
  return { written, folded: String.fromCodePoint(...lasting) };
}

/** Every place of every phrase, read as the words are: folded, with at most `maxInserted` symbols between two characters. */
function phraseSpans(phrases: readonly Phrase[], text: string, maxInserted: number): readonly PhraseSpan[] {
  let folded = "";
  /** By unit of `folded`: where the character begins and ends in the text, and the symbols in front of it. */
  const starts: number[] = [];
  const ends: number[] = [];
  const inserted: number[] = [];
  let symbols = 0;
  for (let at = 0; at < text.length; at++) {
    const start = at;
    const unit = text.charCodeAt(at);
    let to = FOLD[unit] as number;
    let charClass = CLASS[unit] as CharClass;
    if (charClass === CharClass.surrogate) {
      const codePoint = text.codePointAt(at) as number;
      if (codePoint > 0xffff) {
        at++;
        const fold = foldAstral(codePoint);
        to = fold.codePoint;
        charClass = fold.charClass;
      }
    }
    if (charClass === CharClass.ignorable) continue;
    if (charClass > CharClass.digit) {
      symbols++;
      continue;
    }
    const char = String.fromCodePoint(to);
    folded += char;
    for (let unitNo = 0; unitNo < char.length; unitNo++) {
      starts.push(start);
      ends.push(at + 1);
      inserted.push(unitNo === 0 ? symbols : 0);
    }
    symbols = 0;
  }
  const spans: PhraseSpan[] = [];
  for (const phrase of phrases) {
    for (let at = folded.indexOf(phrase.folded); at >= 0; at = folded.indexOf(phrase.folded, at + 1)) {
      const last = at + phrase.folded.length - 1;
      let together = true;
      for (let unitNo = at + 1; unitNo <= last; unitNo++) together &&= (inserted[unitNo] as number) <= maxInserted;
      if (together) spans.push({ start: starts[at] as number, end: ends[last] as number, written: phrase.written });
    }
  }
  return spans;
}
