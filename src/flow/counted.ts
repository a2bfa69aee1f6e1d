/**
 * Counted: a message that counts among what its account has sent, until the store has it; taken back where it does not.
 */
import type { Judged } from "../contract/judged.js";
import type { LiveAccount } from "./accounts.js";
import type { LivePolicy } from "./policy.js";

export class Counted {
  readonly #account: LiveAccount;
  readonly #policy: LivePolicy;
  readonly #destination: string;
  readonly #text: string | null;
  readonly #signatureNo: number;
  readonly #wallMs: number;

  constructor(account: LiveAccount, policy: LivePolicy, destination: string, text: string | null, signatureNo: number, wallMs: number) {
    this.#account = account;
    this.#policy = policy;
    this.#destination = destination;
    this.#text = text;
    this.#signatureNo = signatureNo;
    this.#wallMs = wallMs;
    policy.traffic?.accepted(policy.trackers, account.terms, destination, text, signatureNo, wallMs);
  }

  /** It was not sent after all. */
  undo(): void {
    const { traffic, trackers } = this.#policy;
    traffic?.undone(trackers, this.#account.terms, this.#destination, this.#text, this.#signatureNo, this.#wallMs);
  }
}

/** Counts a whole message that nothing refuses, where its account's contract asks how much there is; null where it does not. */
export function count(account: LiveAccount, destination: string, text: string | null, judged: Judged, wallMs: number): Counted | null {
  const { policy } = account;
  if (policy === null || policy.traffic === null || !policy.traffic.remembers || judged.refused) return null;
  return new Counted(account, policy, destination, text, judged.signatureNo, wallMs);
}
