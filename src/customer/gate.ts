/**
 * Gate: everything that happens on customers' connections, brought to the flow. We are the message centre here.
 */
import type { Message } from "../../protocols/model/message.js";
import type { Outcome } from "../../protocols/model/outcome.js";
import type { Notice } from "../../protocols/model/receipt.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type {
  BindRefusal, BindRequest, BindVerdict, CancelRequest, CustomerEvents, CustomerSession, DeliverAnswer, QueryAnswer, QueryRequest,
} from "../../protocols/wire/protocol.js";
import type { LiveAccount } from "../flow/accounts.js";
import type { CancelOrigin, SubmitOrigin } from "../flow/ports.js";
import { bindTerms } from "../ledger/bind-terms.js";
import { Bind, type Binds } from "./binds.js";
import type { BindDecision, BindPolicy } from "./bind-policy.js";

/** Wishes to take a message back, and questions, that one bind may have unanswered: each costs the store a look. */
const CANCELS_OPEN = 256;
const QUERIES_OPEN = 16;

/** What the flow does for customers' connections. */
export interface CustomerFlow {
  submit(origin: SubmitOrigin, account: LiveAccount, handle: number, message: Message): void;
  submitAll(origin: SubmitOrigin, account: LiveAccount, handle: number, messages: readonly Message[]): void;
  /** The protocol has refused one submit by itself, and answered it. */
  refused(account: LiveAccount, outcome: Outcome): void;
  cancel(origin: CancelOrigin, account: LiveAccount, handle: number, request: CancelRequest): void;
  query(account: LiveAccount, request: QueryRequest): Promise<QueryAnswer>;
  /** A bind is over: the keys of what it was answered, and how many of its submits were not. */
  originEnded(origin: SubmitOrigin, accountNo: number, keys: ReadonlyMap<number, number>, open: number): void;
  noticeAnswered(notice: Notice, answer: DeliverAnswer): void;
  noticesReturned(notices: readonly Notice[]): void;
  /** A bind of the account has room for notices. */
  deliverAgain(accountNo: number): void;
  /** Intents the store has not committed yet. */
  readonly storePending: number;
}

/** The gateway's own number, and who answers there. */
export interface ServicePort {
  readonly number: string;
  /** false: it is a message like any other. */
  asked(origin: SubmitOrigin, account: LiveAccount, handle: number, message: Message): boolean;
}

export interface CustomerObserver {
  /** `former`: by a password or secret that was replaced and is still taken. */
  bound(bind: Bind, version: string, direction: string, former: boolean): void;
  bindRefused(session: CustomerSession, systemId: string, known: boolean, reason: BindRefusal): void;
  unbound(bind: Bind, reason: string): void;
  submitRefused(session: CustomerSession, outcome: Outcome, detail: string): void;
  disconnected(session: CustomerSession, reason: string): void;
  paused(count: number): void;
}

export class Gate implements CustomerEvents {
  readonly #flow: CustomerFlow;
  readonly #observer: CustomerObserver;
  readonly #policy: BindPolicy;
  readonly #binds: Binds;
  readonly #clock: Clock;
  /** Reading pauses while the store has more than this to do, and goes on below half of it. */
  readonly #maxPending: number;
  readonly #service: ServicePort | null;
  readonly #paused = new Set<CustomerSession>();
  readonly #sessions = new Set<CustomerSession>();
  #closed = false;

  constructor(parts: { flow: CustomerFlow; observer: CustomerObserver; policy: BindPolicy; binds: Binds; clock: Clock; maxPending: number; service?: ServicePort }) {
    this.#flow = parts.flow;
    this.#observer = parts.observer;
    this.#policy = parts.policy;
    this.#binds = parts.binds;
    this.#clock = parts.clock;
    this.#maxPending = parts.maxPending;
    this.#service = parts.service === undefined || parts.service.number === "" ? null : parts.service;
  }

  get sessions(): ReadonlySet<CustomerSession> {
    return this.#sessions;
  }

  get pausedSessions(): number {
    return this.#paused.size;
  }

  connected(session: CustomerSession): boolean {
    if (this.#closed) return false;
    this.#sessions.add(session);
    return true;
  }

  bind(session: CustomerSession, request: BindRequest, answer: (verdict: BindVerdict) => void): void {
    this.#policy.decide(session, request).then(
      (decided) => {
        if (!this.#sessions.has(session)) return;
        const decision: BindDecision = decided.accepted && !this.#policy.hasRoom(decided.account) ? { accepted: false, reason: "too_many_binds" } : decided;
        if (!decision.accepted) {
          const known = this.#policy.accountOf(session, request) !== undefined;
          this.#observer.bindRefused(session, request.systemId, known, decision.reason);
          answer(decision);
          return;
        }
        const terms = decision.account.terms;
        const bind = new Bind(session, decision.account, this.#clock.wallMs);
        session.owner = bind;
        this.#binds.add(bind);
        answer({
          accepted: true, window: bindTerms(terms, session.protocol).window, deliverWindow: bind.deliverWindow,
          alphabet0: terms.alphabet0, checkContentSource: terms.checkContentSource,
        });
        this.#observer.bound(bind, request.version, request.direction, decision.former);
        if (session.canReceive) this.#flow.deliverAgain(terms.no);
      },
      () => {
        // Only our own fault (no memory for scrypt) gets here: refuse, so that the peer may try again.
        this.#observer.bindRefused(session, request.systemId, false, "too_many_failures");
        answer({ accepted: false, reason: "too_many_failures" });
      },
    );
  }

  submit(session: CustomerSession, handle: number, message: Message): void {
    const bind = session.owner as Bind;
    bind.submits++;
    bind.open++;
    if (this.#service !== null && message.destination === this.#service.number && this.#service.asked(bind, bind.account, handle, message)) return;
    this.#flow.submit(bind, bind.account, handle, message);
    this.#pauseWhenBehind(session);
  }

  submitAll(session: CustomerSession, handle: number, messages: readonly Message[]): void {
    const bind = session.owner as Bind;
    bind.submits += messages.length;
    bind.open++;
    if (this.#service !== null && messages.length === 1) {
      const [only] = messages as readonly [Message];
      if (only.destination === this.#service.number && this.#service.asked(bind, bind.account, handle, only)) return;
    }
    this.#flow.submitAll(bind, bind.account, handle, messages);
    this.#pauseWhenBehind(session);
  }

  cancel(session: CustomerSession, handle: number, request: CancelRequest): void {
    const bind = session.owner as Bind;
    if (bind.cancelling >= CANCELS_OPEN) {
      session.answerCancel(handle, "unavailable");
      return;
    }
    bind.cancelling++;
    this.#flow.cancel(bind, bind.account, handle, request);
    this.#pauseWhenBehind(session);
  }

  query(session: CustomerSession, handle: number, request: QueryRequest): void {
    const bind = session.owner as Bind;
    if (bind.asking >= QUERIES_OPEN) {
      session.answerQuery(handle, { kind: "unavailable" });
      return;
    }
    bind.asking++;
    void this.#flow.query(bind.account, request).then((answer) => {
      bind.asking--;
      session.answerQuery(handle, answer);
    });
  }

  #pauseWhenBehind(session: CustomerSession): void {
    if (this.#flow.storePending > this.#maxPending && !this.#paused.has(session)) {
      this.#paused.add(session);
      session.pauseReading();
      this.#observer.paused(this.#paused.size);
    }
  }

  /** The store has caught up a little: read again. Called after commits and on the tick. */
  storeProgress(): void {
    if (this.#paused.size === 0 || this.#flow.storePending > this.#maxPending / 2) return;
    for (const session of this.#paused) session.resumeReading();
    this.#paused.clear();
  }

  refused(session: CustomerSession, outcome: Outcome, detail: string): void {
    if (session.owner instanceof Bind) this.#flow.refused(session.owner.account, outcome);
    this.#observer.submitRefused(session, outcome, detail);
  }

  delivered(_session: CustomerSession, notice: Notice, answer: DeliverAnswer): void {
    this.#flow.noticeAnswered(notice, answer);
  }

  deliverWindowOpen(session: CustomerSession): void {
    this.#flow.deliverAgain((session.owner as Bind).account.terms.no);
  }

  closed(session: CustomerSession, reason: string, unanswered: Notice[]): void {
    this.#sessions.delete(session);
    this.#paused.delete(session);
    const bind = session.owner;
    if (bind instanceof Bind) {
      this.#binds.remove(bind);
      bind.ended = true;
      this.#flow.originEnded(bind, bind.account.terms.no, session.answeredKeys, bind.open);
      this.#observer.unbound(bind, reason);
      if (unanswered.length > 0) this.#flow.noticesReturned(unanswered);
    } else {
      this.#observer.disconnected(session, reason);
    }
  }

  /** New terms: live windows change, binds of closed accounts are parted. */
  accountsChanged(): void {
    for (const bind of [...this.#binds.all()]) {
      const terms = bind.account.terms;
      bind.session.setWindow(bindTerms(terms, bind.session.protocol).window);
      if (terms.state === "closed") bind.session.unbind("account closed", 5_000);
    }
  }

  /** Closes whatever is still open, at once. */
  destroyAll(reason: string): void {
    for (const session of [...this.#sessions]) session.destroy(reason);
  }

  /** Refuses new connections and parts from every session, at the latest after `withinMs`. */
  close(withinMs: number): void {
    this.#closed = true;
    for (const session of [...this.#sessions]) {
      if (session.bound) session.unbind("shutting down", withinMs);
      else session.destroy("shutting down");
    }
  }
}
