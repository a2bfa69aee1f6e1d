/**
 * Replay: texts of the past judged by word lists that are not in force yet, as the lists would have judged them; nothing else happens.
 *
 * ```
 *  texts in order ─ parts ─▶ gathered ─ whole, pushed out or left over ─┐
 *                 └ others ─────────────────────────────────────────────┴▶ screened ─▶ counts by account and rule, a few examples
 * ```
 */
import { Encoding, ownOctets, type Message } from "../../protocols/model/message.js";
import { Judged } from "../contract/judged.js";
import { compileAccountView, type AccountView } from "../filter/account-view.js";
import type { Screen } from "../filter/screen.js";
import type { Account } from "../ledger/account.js";
import { lackingSignature } from "./accept.js";
import { Gathering, joinedText, onceEach, type Gatherable } from "./gathering.js";
import { screenParts } from "./whole.js";

/** Parts that wait for others; beyond it the oldest text is judged as far as it is here. */
const WAITING_MAX = 50_000;
/** Rules told apart; what further ones find counts by account alone. */
const RULES_MAX = 100_000;

export type ReplayAction = "reject" | "hold" | "flag";

export interface ReplayExample {
  readonly accountNo: number;
  readonly destination: string;
  readonly text: string;
}

/** What one account's texts came to. */
export interface AccountCount {
  texts: number;
  reject: number;
  hold: number;
  flag: number;
  /** Refused then, and by these lists no more. */
  freed: number;
}

/** What one rule did to one account's texts. */
export interface RuleCount {
  readonly accountNo: number;
  /** "category:word@rule". */
  readonly rule: string;
  readonly action: ReplayAction;
  texts: number;
  readonly examples: ReplayExample[];
}

export interface Replayed extends Gatherable {
  readonly refusedThen: boolean;
}

export class Replay {
  readonly byAccount = new Map<number, AccountCount>();
  readonly rules = new Map<string, RuleCount>();
  readonly #screen: Screen;
  readonly #accounts = new Map<number, { readonly terms: Account; readonly view: AccountView | null }>();
  readonly #examples: number;
  readonly #gathering = new Gathering<Replayed>(Infinity);
  /** Ids of the parts that are gathered, oldest first. */
  readonly #waiting = new Set<number>();
  readonly #judged = new Judged();

  /** @param examples kept of each rule and account */
  constructor(screen: Screen, accounts: readonly Account[], examples: number) {
    this.#screen = screen;
    this.#examples = examples;
    for (const terms of accounts) this.#accounts.set(terms.no, { terms, view: compileAccountView(terms, screen) });
  }

  /** The next text, or part of one; in order of acceptance. */
  add(one: Replayed): void {
    const { message } = one;
    if (message.segmentTotal <= 1) return this.#judge([one]);
    // A refused part was never accepted, and says what it says by itself.
    if (one.refusedThen) return this.#judge([one]);
    message.octets = ownOctets(message.octets);
    const gathered = this.#gathering.add(one);
    if (gathered !== null) {
      for (const part of gathered.parts) this.#waiting.delete(part.message.id);
      return this.#judge(gathered.parts);
    }
    if (this.#gathering.get(message.id) === null) return this.#judge([one]);
    this.#waiting.add(message.id);
    if (this.#waiting.size > WAITING_MAX) this.#pushOut();
  }

  /** There is no more: what waits for parts is judged as it is. */
  finish(): void {
    while (this.#waiting.size > 0) this.#pushOut();
  }

  #pushOut(): void {
    for (const id of this.#waiting) {
      const parts = this.#gathering.takeText(id);
      this.#waiting.delete(id);
      for (const part of parts) this.#waiting.delete(part.message.id);
      if (parts.length > 0) this.#judge(parts);
      return;
    }
  }

  #judge(parts: readonly Replayed[]): void {
    const [{ accountNo, refusedThen }] = parts as readonly [Replayed, ...Replayed[]];
    const count = this.#countOf(accountNo);
    count.texts++;
    const once = onceEach(parts).map(({ message }) => message);
    const [first] = once as [Message, ...Message[]];
    if (once.every(({ encoding }) => encoding === Encoding.binary)) return;
    const text = joinedText(once);
    if (text === null) return;
    const account = this.#accounts.get(accountNo);
    const prefix = first.segmentNumber > 1 ? "" : lackingSignature(account?.terms.signature ?? "", text);
    const judged = this.#judged;
    judged.clear();
    screenParts({ screen: this.#screen, view: account?.view ?? null }, once, text, prefix, judged);
    if (judged.evidence === "") {
      if (refusedThen) count.freed++;
      return;
    }
    const action = judged.refused ? "reject" : judged.hold ? "hold" : "flag";
    count[action]++;
    if (refusedThen && action !== "reject") count.freed++;
    this.#note(accountNo, judged.evidence, action, { accountNo, destination: first.destination, text: prefix + text });
  }

  #note(accountNo: number, rule: string, action: ReplayAction, example: ReplayExample): void {
    const key = `${String(accountNo)}\n${action}\n${rule}`;
    let found = this.rules.get(key);
    if (found === undefined) {
      if (this.rules.size >= RULES_MAX) return;
      found = { accountNo, rule, action, texts: 0, examples: [] };
      this.rules.set(key, found);
    }
    found.texts++;
    if (found.examples.length < this.#examples) found.examples.push(example);
  }

  #countOf(accountNo: number): AccountCount {
    let count = this.byAccount.get(accountNo);
    if (count === undefined) {
      count = { texts: 0, reject: 0, hold: 0, flag: 0, freed: 0 };
      this.byAccount.set(accountNo, count);
    }
    return count;
  }
}
