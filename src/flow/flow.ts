/**
 * Flow: a message's way through the gateway, one file a verb, in this order.
 *
 * ```
 *  submit ─ accept ─ screen ─ charge ─ spool ─▶ (on disk) answer ─ dispatch ─▶ operator
 *                                └ gather (parts of a longer text) ┘
 *  operator ─ settle (its answer)      operator ─ receipt | inbound ─▶ (on disk) answer ─ notify ─▶ customer
 * ```
 * Everything here runs on the network thread, one message at a time, straight down; what must be remembered is
 * an intent to the store, and the way goes on when its commit is reported.
 */
import type { Message } from "../../protocols/model/message.js";
import type { Notice, Receipt } from "../../protocols/model/receipt.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { MessageState } from "../../protocols/model/state.js";
import { messageText } from "../../protocols/model/text.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { DeliverAnswer, SubmitAnswer } from "../../protocols/wire/protocol.js";
import type { Screen } from "../filter/screen.js";
import { Commit, type Snapshot, type Store, type StoredMessage } from "../store/store.js";
import { accept, Accepted, AcceptLimits } from "./accept.js";
import type { Accounts, LiveAccount } from "./accounts.js";
import { charge } from "./charge.js";
import { Dispatcher } from "./dispatch.js";
import { Holder } from "./hold.js";
import { idTimeMs, type MessageIds } from "./ids.js";
import { Inbound } from "./inbound.js";
import { laneNumber, operatorOfLane } from "./lane.js";
import { Notifier } from "./notify.js";
import type { FlowParts } from "./parts.js";
import type { FlowMetrics, IdReading, OperatorPort, SubmitOrigin } from "./ports.js";
import { answerReport, Report, type ReportOrigin } from "./receipt.js";
import { Screened, screenText } from "./screen.js";
import { Settler } from "./settle.js";
import { spool } from "./spool.js";
import { Stage } from "./stages.js";
import { Step, Submission } from "./submission.js";

export class Flow {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: MessageIds;
  readonly accounts: Accounts;
  readonly metrics: FlowMetrics;
  readonly notifier: Notifier;
  readonly #parts: FlowParts;
  readonly #settler: Settler;
  readonly #holder: Holder;
  readonly #dispatchers = new Map<number, Dispatcher>();
  #firstDispatcher: Dispatcher | null = null;
  #screen: Screen;
  readonly #accepted = new Accepted();
  readonly #screened = new Screened();
  readonly #limits: AcceptLimits;
  #accepting = 0;
  /** Reports of this turn of the loop. */
  #reports: Report[] = [];
  #stopping = false;
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
    this.#settler = new Settler(parts.store, parts.clock, parts.metrics, parts.options.retry);
    this.#limits = new AcceptLimits(parts.options.maxQueued);
    this.#holder = new Holder(this, parts.options, (accountNo, outcome) => parts.observe.refusedFinally(accountNo, outcome));
  }

  // ---------------------------------------------------------------- set-up and figures

  addOperator(port: OperatorPort): void {
    const dispatcher = new Dispatcher(this, port);
    this.#dispatchers.set(port.operatorNo, dispatcher);
    this.#firstDispatcher ??= dispatcher;
  }

  /** Takes over what the store found on disk at start. */
  restore(snapshot: Snapshot): void {
    for (const [laneNo, count] of snapshot.lanes) this.#dispatcherOf(laneNo)?.queued(laneNo, count);
    this.notifier.restore(snapshot.outbox);
    for (const stored of snapshot.held) {
      const submission = this.#restored(stored);
      if (submission !== null) this.#holder.gather(submission);
    }
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
    return this.#accepting;
  }

  get gatheringGroups(): number {
    return this.#holder.groups;
  }

  get dispatchers(): Iterable<Dispatcher> {
    return this.#dispatchers.values();
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
    this.notifier.tick();
  }

  /** Takes nothing new out of queue and outbox; what is under way goes on. */
  stop(): void {
    this.#stopping = true;
    for (const dispatcher of this.#dispatchers.values()) dispatcher.stop();
    this.notifier.stop();
  }

  // ---------------------------------------------------------------- accept, screen, charge, spool

  submit(origin: SubmitOrigin, account: LiveAccount, handle: number, message: Message): void {
    const found = this.#accepted;
    const receivedMs = this.clock.preciseMs();
    this.#limits.storeAvailable = this.store.available;
    this.#limits.gatheringFull = this.#holder.full;
    let outcome = this.#stopping
      ? Outcome.store_unavailable
      : accept(account, message, this.#limits, this.clock.monotonicMs, found);
    this.metrics.stage(Stage.accept, outcome);
    if (outcome !== Outcome.ok) {
      origin.answerSubmit(handle, outcome, 0);
      return;
    }
    let evidence = "";
    if (!found.isSegment) {
      outcome = found.text === null && account.terms.binary === "refuse"
        ? Outcome.not_supported
        : screenText(this.#screen, found.text, message, this.#screened);
      evidence = this.#screened.evidence;
      this.metrics.stage(Stage.screen, outcome);
      if (outcome !== Outcome.ok && account.terms.refuseBy === "answer") {
        this.#refuse(origin, account, handle, message, outcome, evidence);
        return;
      }
    }
    const operatorNo = this.#parts.chooseOperator(account, found.destination);
    const dispatcher = this.#dispatchers.get(operatorNo);
    if (dispatcher === undefined) {
      this.metrics.stage(Stage.spool, Outcome.no_route);
      this.#refuse(origin, account, handle, message, Outcome.no_route, "");
      return;
    }
    const lane = dispatcher.lane(laneNumber(operatorNo, account.terms.no, message.priority));
    const held = found.isSegment || outcome !== Outcome.ok;
    const scheduled = !held && message.scheduledAtMs > this.clock.wallMs;
    const submission = new Submission(this, account, lane, message, held ? MessageState.held : scheduled ? MessageState.scheduled : MessageState.queued);
    submission.origin = origin;
    submission.handle = handle;
    submission.receivedMs = receivedMs;
    submission.segments = found.segments;
    submission.flags = evidence;
    submission.refuseAfter = outcome;
    submission.wordsVersion = held ? 0 : this.#screen.version;
    if (held) submission.dueMs = this.clock.wallMs + this.#parts.options.gatherMs;
    else if (scheduled) submission.dueMs = message.scheduledAtMs;
    if (message.expiresAtMs === 0) message.expiresAtMs = Math.max(this.clock.wallMs, message.scheduledAtMs) + account.terms.validityMs;
    const charged = charge(account, submission, found.destination, this.clock.wallMs);
    this.metrics.stage(Stage.charge, charged);
    if (charged !== Outcome.ok) {
      origin.answerSubmit(handle, charged, 0);
      return;
    }
    this.#accepting++;
    spool(this, dispatcher, submission);
  }

  #refuse(origin: SubmitOrigin, account: LiveAccount, handle: number, message: Message, outcome: Outcome, rule: string): void {
    origin.answerSubmit(handle, outcome, 0);
    if (account.mayKeepRefusal(this.clock.wallMs)) {
      message.id = this.ids.next(this.clock.wallMs);
      this.store.refusal({ accountNo: account.terms.no, outcome, rule, message });
    }
  }

  // ---------------------------------------------------------------- commits

  submissionCommitted(submission: Submission, result: Commit, notice: Notice | null): void {
    switch (submission.step) {
      case Step.accepting:
        this.#acceptCommitted(submission, result);
        break;
      case Step.dispatching:
        (this.#dispatchers.get(submission.operatorNo) as Dispatcher).dispatched(submission, result);
        break;
      case Step.dropping:
      case Step.ending:
      case Step.releasing:
        // One that ended meanwhile has left the queue by word of the store.
        if (submission.step === Step.dropping && result !== Commit.notApplicable) submission.account.queued--;
        this.#holder.judged(submission);
        submission.step = Step.idle;
        if (notice !== null) this.notifier.offer(notice);
        break;
      case Step.idle:
        break;
    }
    this.#parts.storeProgress();
  }

  #acceptCommitted(submission: Submission, result: Commit): void {
    const origin = submission.origin as SubmitOrigin;
    const dispatcher = this.#dispatchers.get(submission.operatorNo) as Dispatcher;
    this.#accepting--;
    submission.origin = null;
    submission.step = Step.idle;
    if (result === Commit.ok) {
      this.metrics.stage(Stage.spool, Outcome.ok);
      origin.answerSubmit(submission.handle, Outcome.ok, submission.message.id);
      this.metrics.observeAnswer(this.clock.preciseMs() - submission.receivedMs);
      if (submission.state === MessageState.dispatched) dispatcher.write(submission);
      else if (submission.state === MessageState.queued) dispatcher.arrived(submission);
      else if (submission.state === MessageState.held) this.#holder.held(submission);
      return;
    }
    if (submission.link !== null) {
      submission.link.unreserve();
      submission.link = null;
    } else if (submission.state === MessageState.queued) {
      submission.lane.arriving--;
      submission.account.queued--;
    }
    if (result === Commit.unknown) {
      this.metrics.stage(Stage.spool, Outcome.store_unavailable);
      origin.dropUnanswered("commit_unknown");
      return;
    }
    let outcome: Outcome = Outcome.store_unavailable;
    if (result === Commit.noCredit) {
      outcome = Outcome.no_credit;
      submission.account.refusedFromMicros = Math.min(submission.account.refusedFromMicros, submission.chargeMicros);
    } else if (result === Commit.suspended) {
      outcome = Outcome.account_suspended;
    }
    this.metrics.stage(Stage.spool, outcome);
    origin.answerSubmit(submission.handle, outcome, 0);
  }

  // ---------------------------------------------------------------- held and queued messages

  /** Held messages past their deadline: parts whose siblings never came, or refusals a crash cut short. */
  heldOverdue(messages: readonly StoredMessage[]): void {
    for (const stored of messages) {
      if (this.#holder.judges(stored.message.id)) continue;
      const submission = this.#holder.take(stored.message.id) ?? this.#restored(stored);
      if (submission !== null) this.#holder.overdue(submission);
    }
  }

  #restored(stored: StoredMessage): Submission | null {
    const account = this.accounts.byNo(stored.accountNo);
    const dispatcher = this.#dispatcherOf(stored.laneNo);
    if (account === undefined || dispatcher === undefined) return null;
    const submission = new Submission(this, account, dispatcher.lane(stored.laneNo), stored.message, stored.state);
    submission.segments = stored.segments;
    submission.attempt = stored.attempts;
    submission.wordsVersion = stored.wordsVersion;
    submission.dueMs = stored.dueMs;
    return submission;
  }

  /** Screens a queued message again that passed older lists; of a longer text the part alone, the others may have gone. */
  rescreen(submission: Submission): Outcome {
    const outcome = screenText(this.#screen, messageText(submission.message), submission.message, this.#screened);
    this.metrics.stage(Stage.screen, outcome);
    return outcome;
  }

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

  /**
   * An operator's report. It is stored at the end of this turn of the loop, after the answers that other links have
   * brought in the same turn: operators send a receipt over any link, often the moment they answer the submit.
   */
  report(origin: ReportOrigin, handle: number, operatorNo: number, receipt: Receipt, candidates: readonly string[], readings: readonly IdReading[]): void {
    this.#reports.push(new Report(this, origin, handle, operatorNo, receipt, candidates, readings));
    if (this.#reports.length === 1) setImmediate(this.#storeReports);
  }

  readonly #storeReports = (): void => {
    const reports = this.#reports;
    this.#reports = [];
    for (const report of reports) this.store.receipt(report);
  };

  reportCommitted(report: Report, result: Commit, notice: Notice | null): void {
    this.metrics.stage(Stage.receipt, answerReport(report.origin, report.handle, result));
    this.#parts.observe.receipt(report, result);
    if (notice !== null) {
      if (result === Commit.ok) this.metrics.observeToReceipt(this.clock.wallMs - idTimeMs(notice.messageId));
      this.notifier.offer(notice);
    }
    this.#parts.storeProgress();
  }

  inbound(origin: ReportOrigin, handle: number, operatorNo: number, message: Message): void {
    const accountNo = this.#parts.accountOfService(message.destination);
    if (accountNo === 0) {
      // Never said to be taken when nobody can have it: the operator keeps it and tries again.
      origin.answerDeliver(handle, "retry");
      this.#parts.observe.inboundUnroutable(operatorNo);
      return;
    }
    message.id = this.ids.next(this.clock.wallMs);
    this.store.inbound(new Inbound(this, origin, handle, message, accountNo, operatorNo));
  }

  inboundCommitted(inbound: Inbound, result: Commit, notice: Notice | null): void {
    this.metrics.stage(Stage.receipt, answerReport(inbound.origin, inbound.handle, result));
    if (notice !== null) this.notifier.offer(notice);
    this.#parts.storeProgress();
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
    this.#dispatcherOf(laneNo)?.queued(laneNo, count);
  }

  unqueued(laneNo: number, count: number): void {
    this.#dispatcherOf(laneNo)?.unqueued(laneNo, count);
  }

  credited(accountNo: number): void {
    const account = this.accounts.byNo(accountNo);
    if (account !== undefined) account.refusedFromMicros = Infinity;
  }

  /** The dispatcher that serves a lane; lanes of operators no longer configured go over the first one. */
  #dispatcherOf(laneNo: number): Dispatcher | undefined {
    return this.#dispatchers.get(operatorOfLane(laneNo)) ?? this.#firstDispatcher ?? undefined;
  }

  #addUp(): void {
    let queued = 0;
    for (const account of this.accounts.all()) queued += account.queued;
    this.#limits.queued = queued;
  }
}
