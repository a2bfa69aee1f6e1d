/**
 * Binds: the registry of live binds, by account; the place where a notice finds a bind that can take it.
 */
import type { Notice } from "../../protocols/model/receipt.js";
import type { Outcome } from "../../protocols/model/outcome.js";
import type { CancelAnswer, CustomerSession } from "../../protocols/wire/protocol.js";
import type { LiveAccount } from "../flow/accounts.js";
import type { CancelOrigin, NotifyPort, SubmitOrigin } from "../flow/ports.js";
import { bindTerms } from "../ledger/bind-terms.js";

/** One live bind: a session that has proved to be an account's. */
export class Bind implements SubmitOrigin, CancelOrigin {
  readonly session: CustomerSession;
  readonly account: LiveAccount;
  readonly boundAtMs: number;
  /** Deliveries it may have unanswered, as granted when it was bound. */
  readonly deliverWindow: number;
  submits = 0;
  /** Submits not answered yet. */
  open = 0;
  /** Wishes to take a message back, and questions, not answered yet. */
  cancelling = 0;
  asking = 0;
  /** The session is over. */
  ended = false;

  constructor(session: CustomerSession, account: LiveAccount, boundAtMs: number) {
    this.session = session;
    this.account = account;
    this.boundAtMs = boundAtMs;
    this.deliverWindow = bindTerms(account.terms, session.protocol).deliverWindow;
  }

  get protocolNo(): number {
    return this.session.protocolNo;
  }

  answerSubmit(handle: number, outcome: Outcome, messageId: number): void {
    this.open--;
    this.session.answerSubmit(handle, outcome, messageId);
  }

  dropUnanswered(reason: string): void {
    this.open--;
    this.session.destroy(reason);
  }

  answerCancel(handle: number, answer: CancelAnswer): void {
    this.cancelling--;
    this.session.answerCancel(handle, answer);
  }

  drop(reason: string): void {
    this.cancelling--;
    this.session.destroy(reason);
  }
}

class AccountBinds {
  readonly binds: Bind[] = [];
  next = 0;
}

export class Binds implements NotifyPort {
  readonly #byAccount = new Map<number, AccountBinds>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  ofAccount(accountNo: number): readonly Bind[] {
    return this.#byAccount.get(accountNo)?.binds ?? [];
  }

  *all(): Iterable<Bind> {
    for (const entry of this.#byAccount.values()) yield* entry.binds;
  }

  add(bind: Bind): void {
    const no = bind.account.terms.no;
    let entry = this.#byAccount.get(no);
    if (entry === undefined) {
      entry = new AccountBinds();
      this.#byAccount.set(no, entry);
    }
    entry.binds.push(bind);
    this.#count++;
  }

  remove(bind: Bind): void {
    const entry = this.#byAccount.get(bind.account.terms.no);
    const at = entry?.binds.indexOf(bind) ?? -1;
    if (entry === undefined || at < 0) return;
    entry.binds.splice(at, 1);
    this.#count--;
  }

  window(accountNo: number): number {
    let places = 0;
    for (const bind of this.ofAccount(accountNo)) if (bind.session.canReceive) places += bind.deliverWindow;
    return places;
  }

  /**
   * Round-robin over the account's receiving binds with a free place. A receipt goes to those that speak as its submit's did, by
   * whose ids the application knows it, while there are any: it waits for a place at them, and what follows it waits too.
   */
  deliver(accountNo: number, notice: Notice): boolean {
    const entry = this.#byAccount.get(accountNo);
    if (entry === undefined) return false;
    const binds = entry.binds;
    const protocolNo = notice.kind === "receipt" && receivesOver(binds, notice.protocolNo) ? notice.protocolNo : 0;
    let left = binds.length;
    while (left-- > 0) {
      if (entry.next >= binds.length) entry.next = 0;
      const { session } = binds[entry.next++] as Bind;
      if (protocolNo !== 0 && session.protocolNo !== protocolNo) continue;
      if (session.canReceive && session.deliverFree > 0 && session.deliver(notice)) return true;
    }
    return false;
  }
}

/** Whether one of the binds takes deliveries and speaks this protocol. */
function receivesOver(binds: readonly Bind[], protocolNo: number): boolean {
  for (const { session } of binds) if (session.protocolNo === protocolNo && session.canReceive) return true;
  return false;
}
