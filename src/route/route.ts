/**
 * Route: which operator a message goes to, by its account and destination; the same table explains its choice to people.
 *
 * ```
 *  rules of the account itself, the longest prefix that fits ─┐ none
 *  rules of "*", the longest prefix that fits                ─┤ none
 *  the account's own `operator`                              ─┤ none
 *  the first operator configured (that is permitted)         ─┘
 * ```
 * What decides must be an operator that the account's contract permits; otherwise the message has no route.
 * Asked for every message: a walk down a tree of digits, nothing is allocated.
 */
import type { Account } from "../ledger/account.js";

/** One [[route]] of the configuration. */
export interface RouteRule {
  /** Account by name, or "*" for all. */
  readonly account: string;
  /** Beginning of the destination in its normal form, such as "138" or "+852"; "" = any. */
  readonly prefix: string;
  /** Operator by name. */
  readonly operator: string;
  readonly note: string;
}

/** What a choice stands on: a rule of the table (by its index), the account's own setting, or the order of the configuration. */
export type RouteReason =
  | { readonly by: "rule"; readonly rule: number }
  | { readonly by: "account" }
  | { readonly by: "first" };

export interface RouteExplanation {
  /** -1: there is no such operator; the message is refused. */
  readonly operatorNo: number;
  /** Its name, as the rule or account gives it; "" when there is none at all. */
  readonly operator: string;
  readonly reason: RouteReason;
  /** Rules that fit the account and the destination and gave way, in the order in which they would have been taken. */
  readonly passedOver: readonly number[];
  /** Whether the account's contract lets it send by that operator. */
  readonly permitted: boolean;
}

export const ANY_ACCOUNT = "*";
/** The operator that messages of test accounts go to, and no other. */
export const TEST_OPERATOR = "simulator";

/** The rules that no message will ever take, for their account is none of these. */
export function strayRules<R extends RouteRule>(rules: readonly R[], hasAccount: (name: string) => boolean): readonly R[] {
  return rules.filter(({ account }) => account !== ANY_ACCOUNT && !hasAccount(account));
}

/** Ten digits and "+". */
const BRANCHES = 11;
const PLUS = 10;

class Branch {
  rule = -1;
  readonly next: (Branch | null)[] = new Array<Branch | null>(BRANCHES).fill(null);
}

/** 0 to 9, PLUS, or -1 for what no normal form has. */
function branchOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code === 0x2b ? PLUS : -1;
}

/** The rules of one account (or of all) by prefix. */
class PrefixTree {
  readonly #root = new Branch();

  /** The first rule with a prefix keeps it. */
  add(prefix: string, rule: number): void {
    let branch = this.#root;
    for (let at = 0; at < prefix.length; at++) {
      const way = branchOf(prefix.charCodeAt(at));
      if (way < 0) return;
      branch = branch.next[way] ??= new Branch();
    }
    if (branch.rule < 0) branch.rule = rule;
  }

  /** The rule with the longest prefix of `destination`, -1 when none fits. */
  find(destination: string): number {
    let branch: Branch | null = this.#root;
    let found = -1;
    for (let at = 0; ; at++) {
      if (branch.rule >= 0) found = branch.rule;
      if (at >= destination.length) return found;
      const way = branchOf(destination.charCodeAt(at));
      branch = way < 0 ? null : branch.next[way] ?? null;
      if (branch === null) return found;
    }
  }

  /** Every rule whose prefix `destination` has, the longest first. */
  all(destination: string): number[] {
    const found: number[] = [];
    for (let branch: Branch | null = this.#root, at = 0; branch !== null; at++) {
      if (branch.rule >= 0) found.unshift(branch.rule);
      const way = at >= destination.length ? -1 : branchOf(destination.charCodeAt(at));
      branch = way < 0 ? null : branch.next[way] ?? null;
    }
    return found;
  }
}

/** Operators by name, and the rules in force over them. */
export class Routes {
  readonly #operators = new Map<string, number>();
  #first = "";
  #rules: readonly RouteRule[] = [];
  /** Operator numbers by rule. */
  #numbers: readonly number[] = [];
  #byAccount = new Map<string, PrefixTree>();
  #all = new PrefixTree();

  /** The first one added is what is left when nothing else decides. */
  addOperator(name: string, no: number): void {
    if (this.#operators.size === 0) this.#first = name;
    this.#operators.set(name, no);
    this.replace(this.#rules);
  }

  get rules(): readonly RouteRule[] {
    return this.#rules;
  }

  /** Names of the operators, in the order of the configuration. */
  get operators(): readonly string[] {
    return [...this.#operators.keys()];
  }

  /** Puts other rules in force, all of them at once. */
  replace(rules: readonly RouteRule[]): void {
    const byAccount = new Map<string, PrefixTree>();
    const all = new PrefixTree();
    rules.forEach((rule, index) => {
      let tree = rule.account === ANY_ACCOUNT ? all : byAccount.get(rule.account);
      if (tree === undefined) {
        tree = new PrefixTree();
        byAccount.set(rule.account, tree);
      }
      tree.add(rule.prefix, index);
    });
    this.#numbers = rules.map((rule) => this.#numberOf(rule.operator));
    this.#rules = rules;
    this.#byAccount = byAccount;
    this.#all = all;
  }

  /** The operator's number for a destination in its normal form, or -1 when what decides names one that is not configured. */
  choose(account: Account, destination: string): number {
    if (account.test) return this.#numberOf(TEST_OPERATOR);
    const own = this.#byAccount.get(account.name);
    let rule = own === undefined ? -1 : own.find(destination);
    if (rule < 0) rule = this.#all.find(destination);
    const { permittedOperators: permitted } = account;
    if (permitted.length === 0) return rule >= 0 ? (this.#numbers[rule] ?? -1) : this.#numberOf(account.operator === "" ? this.#first : account.operator);
    if (rule >= 0) return this.#permitted((this.#rules[rule] as RouteRule).operator, permitted);
    return this.#permitted(account.operator === "" ? this.#firstOf(permitted) : account.operator, permitted);
  }

  /** What `choose` does, and why. */
  explain(account: Account, destination: string): RouteExplanation {
    if (account.test) return { operatorNo: this.#numberOf(TEST_OPERATOR), operator: TEST_OPERATOR, reason: { by: "account" }, passedOver: [], permitted: true };
    const { permittedOperators: permitted } = account;
    const fitting = [...(this.#byAccount.get(account.name)?.all(destination) ?? []), ...this.#all.all(destination)];
    const [rule, ...passedOver] = fitting;
    if (rule !== undefined) {
      const operator = this.#rules[rule]?.operator ?? "";
      return { operatorNo: this.#permitted(operator, permitted), operator, reason: { by: "rule", rule }, passedOver, permitted: isPermitted(operator, permitted) };
    }
    const by = account.operator === "" ? "first" : "account";
    const operator = by === "first" ? this.#firstOf(permitted) : account.operator;
    return { operatorNo: this.#permitted(operator, permitted), operator, reason: { by }, passedOver, permitted: isPermitted(operator, permitted) };
  }

  /** The first operator configured that an account may send by; "" when there is none. */
  #firstOf(permitted: readonly string[]): string {
    if (permitted.length === 0) return this.#first;
    for (const name of this.#operators.keys()) if (permitted.includes(name)) return name;
    return "";
  }

  #permitted(operator: string, permitted: readonly string[]): number {
    return isPermitted(operator, permitted) ? this.#numberOf(operator) : -1;
  }

  #numberOf(operator: string): number {
    return this.#operators.get(operator) ?? -1;
  }
}

function isPermitted(operator: string, permitted: readonly string[]): boolean {
  return permitted.length === 0 || permitted.includes(operator);
}
