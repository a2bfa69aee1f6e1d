/**
 * Bind policy: may this peer bind as this account? A list of named steps, asked in order; the first no decides.
 *
 * The address and failure checks come first and cost nothing; a password is checked off this thread, a digest at once.
 * Who proves a shared secret by a digest names the account by its SP_Id, or by the name it has for that protocol alone; who gives
 * a password, by its name. Over a connection that we made to an account's address only that account can bind; where the protocol
 * wants no more of it, that proves it.
 */
import { randomBytes } from "node:crypto";
import type { BindRefusal, BindRequest, CustomerSession } from "../../protocols/wire/protocol.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { Accounts, LiveAccount } from "../flow/accounts.js";
import { bindTerms } from "../ledger/bind-terms.js";
import type { PasswordChecker, PasswordVerdict } from "../ledger/password.js";
import { AllowList, plainAddress } from "./addresses.js";
import type { BindFailures } from "./failures.js";

export type BindDecision =
  | { readonly accepted: true; readonly account: LiveAccount; /** By the password or secret that was replaced, while it is still taken. */ readonly former: boolean }
  | { readonly accepted: false; readonly reason: BindRefusal };

export interface BindPolicyParts {
  readonly accounts: Accounts;
  readonly passwords: PasswordChecker;
  /** The shared secret of an account, null when it has none that can be read. */
  secretOf(accountNo: number): Buffer | null;
  /** The one it had before, null when none is kept. */
  formerSecretOf(accountNo: number): Buffer | null;
  readonly failures: BindFailures;
  readonly clock: Clock;
  /** Live binds of an account now. */
  bindCount(accountNo: number): number;
  readonly shuttingDown: boolean;
}

/** What the digest of a stranger is compared with, so that it takes as long as a wrong one. */
const NO_ONES_SECRET = randomBytes(16);

/** "former": by the one that was replaced. */
type Proved = PasswordVerdict | "former";

const refuse = (reason: BindRefusal): BindDecision => ({ accepted: false, reason });

export class BindPolicy {
  readonly #parts: BindPolicyParts;
  /** Compiled allow-lists by the very array they were made from. */
  readonly #allowLists = new WeakMap<readonly string[], AllowList>();

  constructor(parts: BindPolicyParts) {
    this.#parts = parts;
  }

  async decide(session: CustomerSession, request: BindRequest): Promise<BindDecision> {
    const { failures, clock } = this.#parts;
    const address = plainAddress(session.remoteAddress);
    if (this.#parts.shuttingDown) return refuse("shutting_down");
    if (failures.blocked(address, clock.monotonicMs)) return refuse("too_many_failures");
    const account = this.accountOf(session, request);
    // The address of an account that we called ourselves is in its terms.
    if (account !== undefined && session.calledAccount === "" && !this.#allowed(account, address)) return this.#failed(address, "address_refused");
    const proved = await this.#proved(account, request);
    const verdict = proved === "former" ? "ok" : proved;
    if (verdict === "busy") return refuse("too_many_failures");
    // Guesses made at once were all let in before the first had failed; those beyond the limit learn nothing.
    if (failures.blocked(address, clock.monotonicMs)) return refuse("too_many_failures");
    if (verdict === "wrong" || account === undefined) return this.#failed(address, "credentials");
    const { terms } = account;
    if (terms.state === "closed") return refuse("closed");
    failures.succeeded(address);
    // Only who has proved to be the account learns which versions it may speak.
    if (bindTerms(terms, session.protocol).versions?.includes(request.version) === false) return refuse("version_refused");
    return { accepted: true, account, former: proved === "former" };
  }

  /** The account that a request names; undefined when there is none, or we have called another. */
  accountOf({ calledAccount, protocol }: CustomerSession, { proof, systemId }: BindRequest): LiveAccount | undefined {
    const { accounts } = this.#parts;
    if (proof.kind === "called") return accounts.byName(calledAccount);
    const account = proof.kind === "digest" ? accounts.byBindName(protocol, systemId) : accounts.byName(systemId);
    return calledAccount === "" || account?.terms.name === calledAccount ? account : undefined;
  }

  /** An unknown name takes as long as a wrong password or secret: it is checked against no hash, or no one's secret. */
  async #proved(account: LiveAccount | undefined, { proof }: BindRequest): Promise<Proved> {
    if (proof.kind === "called") return account === undefined ? "wrong" : "ok";
    const { wallMs } = this.#parts.clock;
    const credentials = account?.terms.credentials;
    if (proof.kind === "password") {
      const { passwords } = this.#parts;
      const verdict = await passwords.check(proof.password, account?.terms.passwordHash ?? "");
      if (verdict !== "wrong" || credentials === undefined || credentials.formerPasswordUntilMs <= wallMs) return verdict;
      const former = await passwords.check(proof.password, credentials.formerPasswordHash);
      return former === "ok" ? "former" : former;
    }
    // Both are compared whatever the first comes to, each in constant time.
    const secret = account === undefined ? null : this.#parts.secretOf(account.terms.no);
    const former = account === undefined || account.terms.credentials.formerSecretUntilMs <= wallMs ? null : this.#parts.formerSecretOf(account.terms.no);
    const matches = proof.matches(secret ?? NO_ONES_SECRET);
    const matchesFormer = former !== null && proof.matches(former);
    if (matches && secret !== null) return "ok";
    return matchesFormer ? "former" : "wrong";
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
