/**
 * Refuse: a submit is answered with what it was refused for; each of its messages counts, and policy refusals keep their reason.
 */
import type { Message } from "../../protocols/model/message.js";
import type { Outcome } from "../../protocols/model/outcome.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { Store } from "../store/store.js";
import type { LiveAccount } from "./accounts.js";
import type { MessageIds } from "./ids.js";
import type { SubmitOrigin } from "./ports.js";
import type { Refusals } from "./refusals.js";

export interface RefuseContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: MessageIds;
  readonly refusals: Refusals;
}

export class Refuser {
  readonly #context: RefuseContext;

  constructor(context: RefuseContext) {
    this.#context = context;
  }

  /** `count` messages of one submit: answered once, each counted. */
  answer(origin: SubmitOrigin, account: LiveAccount, handle: number, outcome: Outcome, count: number): void {
    const { refusals, clock } = this.#context;
    refusals.add(account.terms.no, outcome, count);
    account.usage.refused(outcome, count, clock.wallMs);
    origin.answerSubmit(handle, outcome, 0);
  }

  /** By a rule of the account or of the gateway: kept with its reason. */
  refuse(origin: SubmitOrigin, account: LiveAccount, handle: number, message: Message, outcome: Outcome, rule: string): void {
    this.answer(origin, account, handle, outcome, 1);
    this.keep(account, message, outcome, rule);
  }

  refuseAll(origin: SubmitOrigin, account: LiveAccount, handle: number, messages: readonly Message[], outcome: Outcome, rule: string): void {
    this.answer(origin, account, handle, outcome, messages.length);
    for (const message of messages) this.keep(account, message, outcome, rule);
  }

  /** Keeps the reason of one that has been answered and counted: as many of an account as an hour may have. */
  keep(account: LiveAccount, message: Message, outcome: Outcome, rule: string): void {
    const { clock, ids, store } = this.#context;
    if (!account.mayKeepRefusal(clock.wallMs)) return;
    message.id = ids.next(clock.wallMs);
    store.refusal({ accountNo: account.terms.no, outcome, rule, message });
  }
}
