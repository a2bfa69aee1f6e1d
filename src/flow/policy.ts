/**
 * Policy: what the contract of one live account has us look at in its messages, made anew when its terms change.
 *
 * ```
 *  whole text ─ words, as the account takes them ─ text ─┐
 *  each destination ─ destination ───────────────────────┼─▶ Judged
 *  whole text, each destination ─ traffic ───────────────┘
 * ```
 * Lists of numbers count without any term, so the recipient is always looked at; of the rest, what an account has not costs a null check.
 */
import type { AdvertRules } from "../contract/adverts.js";
import { compileDestinationPolicy, type DestinationPolicy } from "../contract/destination-policy.js";
import type { NetworkTable } from "../contract/network.js";
import type { NumberLists } from "../contract/number-lists.js";
import type { SignatureGrowth } from "../contract/signature-growth.js";
import { compileTextPolicy, type TextPolicy } from "../contract/text-policy.js";
import { compileTrafficPolicy, type TrafficPolicy, type Trackers } from "../contract/traffic-policy.js";
import { compileAccountView, type AccountView } from "../filter/account-view.js";
import type { Screen } from "../filter/screen.js";
import type { Account } from "../ledger/account.js";
import type { LiveAccount } from "./accounts.js";

/** How often what was sent is gone through for what is too old. */
const TICK_MS = 1_000;

/** What policies are made with, one of each for the whole gateway. */
export interface PolicyGround {
  readonly networks: NetworkTable;
  readonly lists: NumberLists;
  readonly trackers: Trackers;
  readonly adverts: AdvertRules;
  readonly signatures: SignatureGrowth;
}

export interface LivePolicy {
  /** What of the word lists does for the account, and where they do not count. */
  readonly words: AccountView | null;
  readonly text: TextPolicy | null;
  readonly destination: DestinationPolicy | null;
  readonly traffic: TrafficPolicy | null;
  readonly trackers: Trackers;
  readonly signatures: SignatureGrowth;
}

/** The policy of an account; null when nothing of it is to be looked at. */
export function compilePolicy(account: Account, screen: Screen, ground: PolicyGround): LivePolicy | null {
  const { networks, lists, trackers, adverts, signatures } = ground;
  const words = compileAccountView(account, screen);
  const text = compileTextPolicy(account, adverts);
  const destination = compileDestinationPolicy(account, networks, lists);
  const traffic = compileTrafficPolicy(account);
  if (words === null && text === null && destination === null && traffic === null) return null;
  return { words, text, destination, traffic, trackers, signatures };
}

/** The policies of all live accounts. */
export class Policies {
  readonly #ground: PolicyGround | null;
  /** By account, the terms that its policy was made of. */
  readonly #madeOf = new Map<number, Account>();
  #tickedAtMs = 0;

  /** @param ground null: no account has a policy */
  constructor(ground: PolicyGround | null) {
    this.#ground = ground;
  }

  /** Called on the shared tick. */
  tick(wallMs: number, monotonicMs: number): void {
    if (this.#ground === null || monotonicMs - this.#tickedAtMs < TICK_MS) return;
    this.#tickedAtMs = monotonicMs;
    this.#ground.trackers.tick(wallMs);
    this.#ground.signatures.tick(wallMs);
  }

  /** Terms may have changed: policies of those that did are made anew. */
  update(accounts: Iterable<LiveAccount>, screen: Screen): void {
    if (this.#ground === null) return;
    for (const account of accounts) {
      const { terms } = account;
      const before = this.#madeOf.get(terms.no);
      if (before === terms || (before !== undefined && isSame(before, terms))) continue;
      this.#madeOf.set(terms.no, terms);
      account.policy = compilePolicy(terms, screen, this.#ground);
      if (before !== undefined) this.#ground.trackers.termsChanged(terms);
    }
  }
}

/** Whether two values of data say the same. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length
    && keys.every((key) => isSame((one as Readonly<Record<string, unknown>>)[key], (other as Readonly<Record<string, unknown>>)[key]));
}
