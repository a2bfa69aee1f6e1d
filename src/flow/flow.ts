/**
 * Flow: a message's way through the gateway, one file a verb, in this order.
 *
 * ```
 *  submit ─ accept ─ screen ─ charge ─ spool ─▶ (on disk) answer ─ dispatch ─▶ operator        (intake.ts)
 *                                └ hold (parts of a longer text; texts to be split) ┘
 *  operator ─ settle (its answer)      operator ─ receipt | inbound ─▶ (on disk) answer ─ notify ─▶ customer
 * ```
 * Everything here runs on the network thread, one message at a time, straight down; what must be remembered is
 * an intent to the store, and the way goes on when its commit is reported.
 */
import type { Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import type { Notice, Receipt } from "../../protocols/model/receipt.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { CancelRequest, DeliverAnswer, QueryAnswer, QueryRequest, SubmitAnswer } from "../../protocols/wire/protocol.js";
import type { Screen } from "../filter/screen.js";
import { Commit, type Snapshot, type Store, type StoredMessage } from "../store/store.js";
import { AcceptLimits } from "./accept.js";
import type { Accounts, LiveAccount } from "./accounts.js";
import { answerCancel, Cancel, cancelAll } from "./cancel.js";
import { Dispatcher } from "./dispatch.js";
import { Holder } from "./hold.js";
import type { MessageIds } from "./ids.js";
import { Intake } from "./intake.js";
import { operatorOfLane } from "./lane.js";
import { Notifier } from "./notify.js";
import { Outward } from "./outward.js";
import type { FlowParts } from "./parts.js";
import type { CancelOrigin, FlowMetrics, IdReading, OperatorPort, SubmitOrigin } from "./ports.js";
import { Questions } from "./question.js";
import type { ReportOrigin } from "./receipt.js";
import { Policies } from "./policy.js";
import { Rejudge } from "./rejudge.js";
import { Refusals } from "./refusals.js";
import { repliesOf, type Replies } from "./replies.js";
import { Reports } from "./reports.js";
import type { Resubmissions } from "./resubmission.js";
import { Reviews } from "./review.js";
import { Settler } from "./settle.js";
import type { ShareBound } from "./shares.js";
import { Step, Submission } from "./submission.js";

export class Flow {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: MessageIds;
  readonly accounts: Accounts;
  readonly metrics: FlowMetrics;
  readonly notifier: Notifier;
  readonly replies: Replies | null;
  readonly holder: Holder;
  readonly outward: Outward;
  readonly rejudge: Rejudge;
  readonly reviews: Reviews;
  readonly refusals: Refusals;
  readonly limits: AcceptLimits;
  readonly gatherMs: number;
  readonly #parts: FlowParts;
  readonly #intake: Intake;
  readonly #reports: Reports;
  readonly #settler: Settler;
  readonly #policies: Policies;
  readonly #questions: Questions;
  readonly #dispatchers = new Map<number, Dispatcher>();
  #firstDispatcher: Dispatcher | null = null;
  #screen: Screen;
  #stopping = false;
  /** Messages taken back by their customers, since start. */
  cancelled = 0;
  /** Wall time by which things expire, as of the last tick. */
  expiryMs = 0;

  constructor(parts: FlowParts) {
    this.#parts = parts;
    this.store = parts.store;
    this.clock = parts.clock;
    this.ids = parts.ids;
    this.accounts = parts.accounts;
    this.metrics = parts.metrics;
    this.#screen = parts.screen;
    this.notifier = new Notifier(parts.store, parts.clock, parts.notify, parts.metrics, parts.options.outbox);
    this.#questions = new Questions(parts.store);
    this.refusals = new Refusals(parts.store);
    this.#settler = new Settler(parts.store, parts.clock, parts.metrics, parts.options.retry);
    this.limits = new AcceptLimits(parts.options.maxQueued);
    this.gatherMs = parts.options.gatherMs;
    this.outward = new Outward(Math.floor(parts.clock.wallMs / 1000));
    this.replies = repliesOf(parts, (account, message) => this.#intake.free(account, message));
    this.#reports = new Reports(this, parts);
    this.holder = new Holder(this, parts.options, parts.observe);
    this.rejudge = new Rejudge(this);
    this.reviews = new Reviews(this);
    this.#policies = new Policies(parts.policies ?? null);
    this.accountsChanged();
    this.#intake = new Intake(this);
  }

  // ---------------------------------------------------------------- set-up and figures

  addOperator(port: OperatorPort): void {
    const dispatcher = new Dispatcher(this, port);
    this.#dispatchers.set(port.operatorNo, dispatcher);
    this.#firstDispatcher ??= dispatcher;
  }

  /** Takes over what the store found on disk at start. */
  restore(snapshot: Snapshot): void {
    for (const [laneNo, count] of snapshot.lanes) this.#laneDispatcher(laneNo)?.queued(laneNo, count);
    for (const [accountNo, count] of snapshot.waiting) this.waiting(accountNo, count);
    this.notifier.restore(snapshot.outbox);
    for (const stored of snapshot.held) {
      const submission = this.restored(stored);
      if (submission !== null) this.holder.resume(submission);
    }
    this.resubmissions.restore(snapshot.knownSubmits, this.clock.wallMs, this.clock.monotonicMs);
    this.tick(this.clock.wallMs);
  }

  get wordsVersion(): number {
    return this.#screen.version;
  }

  get storePending(): number {
    return this.store.pending;
  }

  /** Submits handed to the store and not yet answered. */
  get accepting(): number {
    return this.#intake.accepting;
  }

  get resubmissions(): Resubmissions {
    return this.#intake.resubmissions;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  route(account: LiveAccount, destination: string): Dispatcher | undefined {
    return this.#dispatchers.get(this.#parts.chooseOperator(account, destination));
  }

  dispatcherOf(operatorNo: number): Dispatcher | undefined {
    return this.#dispatchers.get(operatorNo);
  }

  /** See HoldContext. What has expired, or is to wait, goes by the queue. */
  leave(submission: Submission): boolean {
    const { expiresAtMs } = submission.message;
    if (expiresAtMs > 0 && expiresAtMs <= this.expiryMs) return false;
    return this.#laneDispatcher(submission.laneNo)?.leave(submission) ?? false;
  }

  readonly portOf = (submission: Submission): OperatorPort => (this.#laneDispatcher(submission.laneNo) as Dispatcher).port;

  get gatheringGroups(): number {
    return this.holder.groups;
  }

  readonly gatheringFull = (account: LiveAccount, bound: ShareBound): void => {
    this.#parts.observe.gatheringFull(account.terms.no, bound);
  };

  readonly heldForReview = (accountNo: number, outcome: Outcome, count: number): void => this.#parts.observe.heldForReview(accountNo, outcome, count);

  readonly rejudgeFailed = (reason: string): void => {
    if (!this.#stopping) this.#parts.observe.rejudgeFailed(reason);
  };

  get dispatchers(): Iterable<Dispatcher> {
    return this.#dispatchers.values();
  }

  /** Terms of accounts have changed: what is looked at in their messages follows. */
  accountsChanged(): void {
    this.#policies.update(this.accounts.all(), this.#screen);
  }

  /** New word lists for everything accepted, released or dispatched from now on. */
  set screen(screen: Screen) {
    this.#screen = screen;
  }

  get screen(): Screen {
    return this.#screen;
  }

  /** Called on the shared tick. @param expiryMs the wall time by which things expire */
  tick(expiryMs: number): void {
    this.expiryMs = expiryMs;
    this.#addUp();
    for (const dispatcher of this.#dispatchers.values()) dispatcher.run();
    this.holder.tick(expiryMs);
    this.notifier.tick();
    this.#policies.tick(this.clock.wallMs, this.clock.monotonicMs);
    this.refusals.tick(this.clock.wallMs, this.clock.monotonicMs);
    this.resubmissions.tick(this.clock.monotonicMs);
  }

  /** Takes nothing new out of queue and outbox; what is under way goes on. */
  stop(): void {
    this.#stopping = true;
    for (const dispatcher of this.#dispatchers.values()) dispatcher.stop();
    this.notifier.stop();
  }

  /** Tells the store what it has not been told yet, for it is about to be closed. */
  close(): void {
    this.refusals.close(this.clock.wallMs);
  }

  // ---------------------------------------------------------------- what customers ask

  /** The protocol has refused one submit by itself. */
  refused(account: LiveAccount, outcome: Outcome): void {
    this.refusals.add(account.terms.no, outcome, 1);
  }

  submit(origin: SubmitOrigin, account: LiveAccount, handle: number, message: Message): void {
    this.#intake.submit(origin, account, handle, message);
  }

  /** One submit to several destinations: all accepted or none; answered once, with the first message's id. */
  submitAll(origin: SubmitOrigin, account: LiveAccount, handle: number, messages: readonly Message[]): void {
    if (messages.length === 1) this.#intake.submit(origin, account, handle, messages[0] as Message);
    else this.#intake.submitAll(origin, account, handle, messages);
  }

  /**
   * A customer's connection has ended.
   * @param keys of the submits it has answered last, with the id each was answered with
   * @param open its submits that have not been answered
   */
  originEnded(origin: SubmitOrigin, accountNo: number, keys: ReadonlyMap<number, number>, open: number): void {
    this.resubmissions.ended(origin, accountNo, keys, open, this.clock.monotonicMs);
  }

  cancel(origin: CancelOrigin, account: LiveAccount, handle: number, request: CancelRequest): void {
    const { no } = account.terms;
    if (request.messageId > 0) this.store.cancel(new Cancel(this, origin, handle, no, request));
    else void this.#questions.waiting(no, request).then((ids) => cancelAll(this.store, this, origin, handle, no, request, ids));
  }

  cancelCommitted(cancel: Cancel, result: Commit, notice: Notice | null): void {
    if (result === Commit.ok) {
      this.cancelled++;
      // Its siblings wait on: without it their text is never whole, and their deadline decides.
      this.holder.take(cancel.messageId);
    }
    answerCancel(cancel, result);
    if (notice !== null) this.notifier.offer(notice);
    this.#parts.storeProgress();
  }

  query(account: LiveAccount, request: QueryRequest): Promise<QueryAnswer> {
    return this.#questions.ask(account.terms.no, request);
  }

  // ---------------------------------------------------------------- commits

  submissionCommitted(submission: Submission, result: Commit, notice: Notice | null): void {
    switch (submission.step) {
      case Step.accepting:
        this.#intake.committed(submission, result);
        break;
      case Step.dispatching:
        (this.#dispatchers.get(submission.operatorNo) as Dispatcher).dispatched(submission, result);
        break;
      case Step.leaving:
        this.holder.judged(submission, result);
        (this.#dispatchers.get(submission.operatorNo) as Dispatcher).left(submission, result);
        break;
      case Step.dropping:
      case Step.ending:
      case Step.releasing:
      case Step.splitting:
        // One that ended meanwhile has left the queue by word of the store.
        if (submission.step === Step.dropping && result !== Commit.notApplicable) submission.account.queued--;
        this.holder.judged(submission, result);
        if (notice !== null) this.notifier.offer(notice);
        break;
      case Step.idle:
        break;
    }
    this.#parts.storeProgress();
  }

  // ---------------------------------------------------------------- held and queued messages

  /** Held messages past their deadline: parts whose siblings never came, or refusals a crash cut short. */
  heldOverdue(messages: readonly StoredMessage[]): void {
    const overdue: Submission[] = [];
    for (const stored of messages) {
      const { id } = stored.message;
      if (stored.reviewFor !== Outcome.ok || this.holder.release.judges(id)) continue;
      const submission = this.holder.gathered(id) ?? this.restored(stored);
      if (submission !== null) overdue.push(submission);
    }
    this.holder.overdue(overdue);
    void this.reviews.overdue(messages.filter(({ reviewFor }) => reviewFor !== Outcome.ok));
  }

  /** A message as it waits on disk; null when it has no account or no way any more. */
  readonly restored = (stored: StoredMessage): Submission | null => {
    const account = this.accounts.byNo(stored.accountNo);
    const dispatcher = this.#laneDispatcher(stored.laneNo);
    if (account === undefined || dispatcher === undefined) return null;
    const submission = new Submission(this, account, dispatcher.lane(stored.laneNo), stored.message, stored.state);
    submission.segments = stored.segments;
    submission.attempt = stored.attempts;
    submission.wordsVersion = stored.wordsVersion;
    submission.dueMs = stored.dueMs;
    submission.partIds = stored.partIds;
    submission.firstPartId = stored.firstPartId;
    submission.restored = true;
    return submission;
  };

  // ---------------------------------------------------------------- the operator's answers and reports

  submitAnswered(submission: Submission, answer: SubmitAnswer): void {
    this.#settler.answered(submission, answer);
  }

  submitTimedOut(submission: Submission): void {
    this.#settler.timedOut(submission);
  }

  linkLost(operatorNo: number, submissions: readonly Submission[]): void {
    this.#settler.lost(submissions);
    this.dispatchAgain(operatorNo);
  }

  dispatchAgain(operatorNo: number): void {
    this.#dispatchers.get(operatorNo)?.run();
  }

  report(origin: ReportOrigin, handle: number, operatorNo: number, receipt: Receipt, candidates: readonly string[], readings: readonly IdReading[]): void {
    this.#reports.report(origin, handle, operatorNo, receipt, candidates, readings);
  }

  inbound(origin: ReportOrigin, handle: number, operatorNo: number, message: Message): void {
    this.#reports.inbound(origin, handle, operatorNo, message);
  }

  // ---------------------------------------------------------------- the customers' answers

  noticeAnswered(notice: Notice, answer: DeliverAnswer): void {
    this.notifier.answered(notice, answer);
  }

  noticesReturned(notices: readonly Notice[]): void {
    this.notifier.returned(notices);
  }

  deliverAgain(accountNo: number): void {
    this.notifier.pump(accountNo);
  }

  // ---------------------------------------------------------------- what the store tells by itself

  queued(laneNo: number, count: number): void {
    this.#laneDispatcher(laneNo)?.queued(laneNo, count);
  }

  /** So many messages of an account wait elsewhere than in a lane. */
  waiting(accountNo: number, count: number): void {
    const account = this.accounts.byNo(accountNo);
    if (account !== undefined) account.waiting = count;
  }

  unqueued(laneNo: number, count: number): void {
    this.#laneDispatcher(laneNo)?.unqueued(laneNo, count);
  }

  credited(accountNo: number): void {
    const account = this.accounts.byNo(accountNo);
    if (account !== undefined) account.refusedFromMicros = Infinity;
  }

  /** What became of an acceptance of which nobody knew whether it is on disk. */
  resolved(messageId: number, accepted: boolean): void {
    this.resubmissions.resolved(messageId, accepted, this.clock.monotonicMs);
  }

  /** The dispatcher that serves a lane; lanes of operators no longer configured go over the first one. */
  #laneDispatcher(laneNo: number): Dispatcher | undefined {
    return this.#dispatchers.get(operatorOfLane(laneNo)) ?? this.#firstDispatcher ?? undefined;
  }

  #addUp(): void {
    let kept = 0;
    for (const account of this.accounts.all()) kept += account.kept;
    this.limits.kept = kept;
  }
}
