/**
 * Bind policy: may this peer bind as this account? A list of named steps, asked in order; the first no decides.
 *
 * The address and failure checks come first and cost nothing; the password is checked off this thread.
 */
import type { BindRefusal, BindRequest, CustomerSession } from "../../protocols/wire/protocol.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { Accounts, LiveAccount } from "../flow/accounts.js";
import type { PasswordChecker } from "../ledger/password.js";
import { AllowList, plainAddress } from "./addresses.js";
import type { BindFailures } from "./failures.js";

export type BindDecision =
  | { readonly accepted: true; readonly account: LiveAccount }
  | { readonly accepted: false; readonly reason: BindRefusal };

export interface BindPolicyParts {
  readonly accounts: Accounts;
  readonly passwords: PasswordChecker;
  readonly failures: BindFailures;
  readonly clock: Clock;
  /** Live binds of an account now. */
  bindCount(accountNo: number): number;
  readonly shuttingDown: boolean;
}

const refuse = (reason: BindRefusal): BindDecision => ({ accepted: false, reason });

export class BindPolicy {
  readonly #parts: BindPolicyParts;
  /** Compiled allow-lists by the very array they were made from. */
  readonly #allowLists = new WeakMap<readonly string[], AllowList>();

  constructor(parts: BindPolicyParts) {
    this.#parts = parts;
  }

  async decide(session: CustomerSession, request: BindRequest): Promise<BindDecision> {
    const { accounts, failures, clock } = this.#parts;
    const address = plainAddress(session.remoteAddress);
    if (this.#parts.shuttingDown) return refuse("shutting_down");
    if (failures.blocked(address, clock.monotonicMs)) return refuse("too_many_failures");
    const account = accounts.byName(request.systemId);
    if (account !== undefined && !this.#allowed(account, address)) return this.#failed(address, "address_refused");
    const proof = request.proof;
    if (proof.kind !== "password") return this.#failed(address, "credentials");
    // An unknown name is checked against no hash, so that it takes as long as a wrong password.
    const verdict = await this.#parts.passwords.check(proof.password, account?.terms.passwordHash ?? "");
    if (verdict === "busy") return refuse("too_many_failures");
    // Guesses made at once were all let in before the first had failed; those beyond the limit learn nothing.
    if (failures.blocked(address, clock.monotonicMs)) return refuse("too_many_failures");
    if (verdict === "wrong" || account === undefined) return this.#failed(address, "credentials");
    if (account.terms.state === "closed") return refuse("closed");
    failures.succeeded(address);
    return { accepted: true, account };
  }

  /** The last step, asked in the same turn as the bind is counted: binds decided at once must see each other. */
  hasRoom(account: LiveAccount): boolean {
    return this.#parts.bindCount(account.terms.no) < account.terms.maxBinds;
  }

  #allowed(account: LiveAccount, address: string): boolean {
    const blocks = account.terms.allow;
    let list = this.#allowLists.get(blocks);
    if (list === undefined) {
      list = new AllowList(blocks);
      this.#allowLists.set(blocks, list);
    }
    return list.allows(address);
  }

  #failed(address: string, reason: BindRefusal): BindDecision {
    this.#parts.failures.failed(address, this.#parts.clock.monotonicMs);
    return refuse(reason);
  }
}
