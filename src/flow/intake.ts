/**
 * Intake: a submit's way from its customer to the disk and back to its answer: accept, screen, charge, spool.
 *
 * ```
 *  known resubmission? ─ accept ─ screen ─ route ─ form it goes out in ─ charge ─ spool ─▶ (on disk) answer
 * ```
 * A submit to several destinations takes the same way once: all its messages are accepted, or none.
 */
import type { Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { mostMessages } from "../../protocols/model/plan.js";
import { MessageState } from "../../protocols/model/state.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { Screen } from "../filter/screen.js";
import { Commit, MAX_PARTS, type Store } from "../store/store.js";
import { Accepted, admit, countedSegments, findDestination, readText, type AcceptLimits } from "./accept.js";
import type { LiveAccount } from "./accounts.js";
import { charge, knownRefusal } from "./charge.js";
import type { Dispatcher } from "./dispatch.js";
import { spoolFree, wayOfFree } from "./free.js";
import type { Holder } from "./hold.js";
import type { MessageIds } from "./ids.js";
import { laneNumber } from "./lane.js";
import type { Outward } from "./outward.js";
import type { FlowMetrics, SubmitOrigin } from "./ports.js";
import type { Refusals } from "./refusals.js";
import { IN_DOUBT, Resubmissions } from "./resubmission.js";
import { Screened, screenText } from "./screen.js";
import type { ShareBound } from "./shares.js";
import { spool, spoolAll } from "./spool.js";
import { Stage } from "./stages.js";
import { Step, Submission, type CommitSink } from "./submission.js";

export interface IntakeContext extends CommitSink {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: MessageIds;
  readonly metrics: FlowMetrics;
  readonly holder: Holder;
  readonly refusals: Refusals;
  readonly outward: Outward;
  readonly limits: AcceptLimits;
  readonly screen: Screen;
  /** Nothing new is taken. */
  readonly stopping: boolean;
  /** How long a held message may wait. */
  readonly gatherMs: number;
  /** A part was refused because as many are gathered as may be. */
  gatheringFull(account: LiveAccount, bound: ShareBound): void;
  /** The dispatcher of the operator a message goes to; undefined: no route. */
  route(account: LiveAccount, destination: string): Dispatcher | undefined;
  dispatcherOf(operatorNo: number): Dispatcher | undefined;
}

export class Intake {
  readonly resubmissions: Resubmissions;
  readonly #context: IntakeContext;
  readonly #accepted = new Accepted();
  readonly #screened = new Screened();
  #accepting = 0;

  constructor(context: IntakeContext) {
    this.#context = context;
    this.resubmissions = new Resubmissions(({ origin, account, handle, messages }) => {
      if (messages.length === 1) this.submit(origin, account, handle, messages[0] as Message);
      else this.submitAll(origin, account, handle, messages);
    });
  }

  /** Messages handed to the store and not yet answered. */
  get accepting(): number {
    return this.#accepting;
  }

  // ---------------------------------------------------------------- one destination

  submit(origin: SubmitOrigin, account: LiveAccount, handle: number, message: Message): void {
    if (message.submitKey > 0 && this.#isAgain(origin, account, handle, [message])) return;
    const { metrics, clock } = this.#context;
    const found = this.#accepted;
    const receivedMs = clock.preciseMs();
    message.protocolNo = origin.protocolNo;
    let outcome: Outcome = this.#context.stopping ? Outcome.store_unavailable : findDestination(message, found);
    const dispatcher = outcome === Outcome.ok ? this.#context.route(account, found.destination) : undefined;
    if (outcome === Outcome.ok) outcome = readText(account, message, dispatcher?.port.signatureUnits ?? 0, found);
    if (outcome === Outcome.ok) outcome = admit(account, message, 1, found.segments, this.#limits(account, message), clock.monotonicMs, found, clock.wallMs);
    metrics.stage(Stage.accept, outcome);
    if (outcome !== Outcome.ok) {
      this.#noteFull(account, message, outcome, 1);
      this.#answerRefused(origin, account, handle, outcome, 1);
      return;
    }
    outcome = this.#screen(account, message, 1);
    if (outcome !== Outcome.ok && account.terms.refuseBy === "answer") {
      this.#refuse(origin, account, handle, message, outcome, this.#screened.evidence);
      return;
    }
    if (dispatcher === undefined) {
      metrics.stage(Stage.spool, Outcome.no_route);
      this.#refuse(origin, account, handle, message, Outcome.no_route, "");
      return;
    }
    const submission = this.#prepare(account, dispatcher, message, outcome);
    if (typeof submission === "number") {
      metrics.stage(Stage.spool, submission);
      this.#refuse(origin, account, handle, message, submission, "");
      return;
    }
    const charged = charge(account, submission, found.destination, clock.wallMs);
    metrics.stage(Stage.charge, charged);
    if (charged !== Outcome.ok) {
      this.#answerRefused(origin, account, handle, charged, 1);
      return;
    }
    submission.origin = origin;
    submission.handle = handle;
    submission.receivedMs = receivedMs;
    this.#accepting++;
    spool(this.#context, dispatcher, submission);
  }

  /** Takes a message of the gateway itself; ok: it is on its way. No rate, no policy and no word list stands in it. */
  free(account: LiveAccount, message: Message): Outcome {
    const way = wayOfFree(this.#context, account, message, this.#accepted);
    if (typeof way === "number") return way;
    this.#screened.evidence = "";
    const submission = this.#prepare(account, way, message, Outcome.ok);
    if (typeof submission === "number") return submission;
    this.#accepting++;
    return spoolFree(this.#context, way, submission);
  }

  // ---------------------------------------------------------------- several destinations

  /** Messages that differ in their destinations alone: 2 to 255. */
  submitAll(origin: SubmitOrigin, account: LiveAccount, handle: number, messages: readonly Message[]): void {
    const first = messages[0] as Message;
    if (first.submitKey > 0 && this.#isAgain(origin, account, handle, messages)) return;
    const { metrics, clock } = this.#context;
    const count = messages.length;
    const found = this.#accepted;
    const receivedMs = clock.preciseMs();
    const destinations: string[] = [];
    const dispatchers: (Dispatcher | undefined)[] = [];
    let outcome: Outcome = this.#context.stopping ? Outcome.store_unavailable : Outcome.ok;
    for (const message of messages) {
      message.protocolNo = origin.protocolNo;
      outcome = worse(outcome, findDestination(message, found));
      destinations.push(found.destination);
      dispatchers.push(outcome === Outcome.ok ? this.#context.route(account, found.destination) : undefined);
    }
    const segments: number[] = [];
    if (outcome === Outcome.ok) outcome = readText(account, first, 0, found);
    if (outcome === Outcome.ok) {
      let total = 0;
      for (const dispatcher of dispatchers) {
        const units = dispatcher?.port.signatureUnits ?? 0;
        const each = units === 0 ? found.segments : countedSegments(account, first, units, found);
        segments.push(each);
        total += each;
      }
      outcome = admit(account, first, count, total, this.#limits(account, first), clock.monotonicMs, found, clock.wallMs);
    }
    metrics.stage(Stage.accept, outcome, count);
    if (outcome !== Outcome.ok) {
      this.#noteFull(account, first, outcome, count);
      this.#answerRefused(origin, account, handle, outcome, count);
      return;
    }
    const screened = this.#screen(account, first, count);
    if (screened !== Outcome.ok && account.terms.refuseBy === "answer") {
      this.#refuseAll(origin, account, handle, messages, screened, this.#screened.evidence);
      return;
    }
    const submissions: Submission[] = [];
    const ways: Dispatcher[] = [];
    let totalMicros = 0;
    let totalSegments = 0;
    messages.forEach((message, at) => {
      const dispatcher = dispatchers[at];
      found.segments = segments[at] as number;
      const submission = dispatcher === undefined ? Outcome.no_route : this.#prepare(account, dispatcher, message, screened);
      if (dispatcher === undefined || typeof submission === "number") {
        outcome = worse(outcome, submission as Outcome);
        return;
      }
      charge(account, submission, destinations[at] as string, clock.wallMs);
      totalMicros += submission.chargeMicros;
      totalSegments += submission.segments;
      submissions.push(submission);
      ways.push(dispatcher);
    });
    if (outcome !== Outcome.ok) {
      metrics.stage(Stage.spool, outcome, count);
      this.#refuseAll(origin, account, handle, messages, outcome, "");
      return;
    }
    const charged = knownRefusal(account, totalMicros, totalSegments, clock.wallMs);
    metrics.stage(Stage.charge, charged, count);
    if (charged !== Outcome.ok) {
      this.#answerRefused(origin, account, handle, charged, count);
      return;
    }
    for (const submission of submissions) {
      submission.origin = origin;
      submission.handle = handle;
      submission.receivedMs = receivedMs;
    }
    this.#accepting += count;
    spoolAll(this.#context, ways, submissions);
  }

  // ---------------------------------------------------------------- the stages

  #limits({ terms }: LiveAccount, message: Message): AcceptLimits {
    const { limits, store, holder } = this.#context;
    limits.storeAvailable = store.available;
    limits.gatheringFull = this.#accepted.isSegment && holder.full(terms.no, message) !== null;
    return limits;
  }

  /** What was refused for want of room among the parts is counted and told apart from a full queue. */
  #noteFull(account: LiveAccount, message: Message, outcome: Outcome, count: number): void {
    const { limits, holder, gatheringFull } = this.#context;
    const bound = outcome === Outcome.queue_full && limits.gatheringFull ? holder.full(account.terms.no, message) : null;
    if (bound === null) return;
    holder.refusedFull[bound] += count;
    gatheringFull(account, bound);
  }

  /** Screens what accept has read; parts wait for their siblings. */
  #screen(account: LiveAccount, message: Message, count: number): Outcome {
    const found = this.#accepted;
    const result = this.#screened;
    result.evidence = "";
    if (found.isSegment) return Outcome.ok;
    const outcome = found.text === null && account.terms.binary === "refuse"
      ? Outcome.not_supported
      : screenText(this.#context.screen, found.text, message, result);
    this.#context.metrics.stage(Stage.screen, outcome, count);
    return outcome;
  }

  /**
   * Makes the submission in the state and form it is to be stored in, or tells why its text cannot go out.
   * @param screened other than ok: accepted first, then ended by receipt
   */
  #prepare(account: LiveAccount, dispatcher: Dispatcher, message: Message, screened: Outcome): Submission | Outcome {
    const { clock, outward, screen, gatherMs } = this.#context;
    const found = this.#accepted;
    const { wallMs } = clock;
    if (message.expiresAtMs === 0) message.expiresAtMs = Math.max(wallMs, message.scheduledAtMs) + account.terms.validityMs;
    let goesOut = message;
    let parts: readonly Message[] | null = null;
    let partIds = 0;
    if (screened === Outcome.ok && found.isSegment) {
      // What it goes out as is known when its siblings are: until then as many ids are kept for it as it can ever need.
      const { signature } = account.terms;
      if (signature !== "" || !dispatcher.port.fits(message)) partIds = Math.min(mostMessages(message, signature.length), MAX_PARTS);
    } else if (screened === Outcome.ok && (found.prefix !== "" || !dispatcher.port.fits(message))) {
      const plan = outward.alone(dispatcher.port, message, found.prefix);
      if (!plan.possible) return plan.outcome;
      parts = plan.parts[0] ?? null;
      // What is one message still is stored as it goes out.
      if (parts?.length === 1) {
        goesOut = parts[0] as Message;
        goesOut.submitKey = message.submitKey;
        parts = null;
      }
    }
    const held = found.isSegment || screened !== Outcome.ok || parts !== null;
    const scheduled = !held && message.scheduledAtMs > wallMs;
    const lane = dispatcher.lane(laneNumber(dispatcher.operatorNo, account.terms.no, message.priority));
    const submission = new Submission(this.#context, account, lane, goesOut, held ? MessageState.held : scheduled ? MessageState.scheduled : MessageState.queued);
    submission.segments = found.segments;
    submission.flags = this.#screened.evidence;
    submission.refuseAfter = screened;
    // Parts will be judged by these lists, with their siblings; by newer ones that then stand in their rows. What an account wants
    // refused by receipt has not passed.
    submission.wordsVersion = screened === Outcome.ok ? screen.version : 0;
    if (held) submission.dueMs = wallMs + gatherMs;
    else if (scheduled) submission.dueMs = message.scheduledAtMs;
    submission.partIds = parts === null ? partIds : parts.length;
    submission.parts = parts;
    return submission;
  }

  /** `count` messages of one submit: answered once, each counted. */
  #answerRefused(origin: SubmitOrigin, account: LiveAccount, handle: number, outcome: Outcome, count: number): void {
    this.#context.refusals.add(account.terms.no, outcome, count);
    origin.answerSubmit(handle, outcome, 0);
  }

  #refuse(origin: SubmitOrigin, account: LiveAccount, handle: number, message: Message, outcome: Outcome, rule: string): void {
    this.#answerRefused(origin, account, handle, outcome, 1);
    this.#keepRefusal(account, message, outcome, rule);
  }

  #refuseAll(origin: SubmitOrigin, account: LiveAccount, handle: number, messages: readonly Message[], outcome: Outcome, rule: string): void {
    this.#answerRefused(origin, account, handle, outcome, messages.length);
    for (const message of messages) this.#keepRefusal(account, message, outcome, rule);
  }

  #keepRefusal(account: LiveAccount, message: Message, outcome: Outcome, rule: string): void {
    const { clock, ids, store } = this.#context;
    if (!account.mayKeepRefusal(clock.wallMs)) return;
    message.id = ids.next(clock.wallMs);
    store.refusal({ accountNo: account.terms.no, outcome, rule, message });
  }

  // ---------------------------------------------------------------- the same again

  /** Whether the submit came before over a connection that has ended: answered then, refused while the store itself does not know, or kept until it tells. */
  #isAgain(origin: SubmitOrigin, account: LiveAccount, handle: number, messages: readonly Message[]): boolean {
    const key = (messages[0] as Message).submitKey;
    const id = this.resubmissions.find(account.terms.no, key, this.#context.clock.monotonicMs);
    if (id === IN_DOUBT) {
      this.#answerRefused(origin, account, handle, Outcome.store_unavailable, messages.length);
      return true;
    }
    if (id > 0) {
      origin.answerSubmit(handle, Outcome.ok, id);
      return true;
    }
    if (!this.resubmissions.mustWait(account.terms.no)) return false;
    if (!this.resubmissions.wait({ origin, account, handle, messages })) this.#answerRefused(origin, account, handle, Outcome.queue_full, messages.length);
    return true;
  }

  // ---------------------------------------------------------------- commits

  committed(submission: Submission, result: Commit): void {
    const { group } = submission;
    const origin = submission.origin as SubmitOrigin;
    this.#accepting--;
    if (submission.state === MessageState.held || submission.state === MessageState.scheduled) submission.account.arriving--;
    submission.origin = null;
    submission.group = null;
    submission.step = Step.idle;
    if (group === null || --group.left === 0) {
      const { message, chargeMicros } = submission;
      if (group === null) this.#answer(origin, submission, message.id, chargeMicros, message.submitKey, result);
      else this.#answer(origin, submission, group.firstId, group.chargeMicros, group.submitKey, result);
      if (result === Commit.quota) submission.account.quotaRefused(group?.segments ?? submission.segments, this.#context.clock.wallMs);
    }
    if (result === Commit.ok) this.#goOn(submission);
    else this.#takeBack(submission, result);
  }

  #answer(origin: SubmitOrigin, submission: Submission, firstId: number, chargeMicros: number, key: number, result: Commit): void {
    const { metrics, clock } = this.#context;
    const { account, handle } = submission;
    const { ended } = origin;
    if (result === Commit.ok) {
      origin.answerSubmit(handle, Outcome.ok, firstId);
      metrics.observeAnswer(clock.preciseMs() - submission.receivedMs);
    } else if (result === Commit.unknown) {
      this.resubmissions.doubt(account.terms.no, key, firstId);
      origin.dropUnanswered("commit_unknown");
    } else {
      if (result === Commit.noCredit) account.refusedFromMicros = Math.min(account.refusedFromMicros, chargeMicros);
      origin.answerSubmit(handle, outcomeOf(result), 0);
    }
    if (ended) this.resubmissions.settled(account.terms.no, key, result === Commit.ok ? firstId : 0, clock.monotonicMs);
  }

  #goOn(submission: Submission): void {
    const dispatcher = this.#context.dispatcherOf(submission.operatorNo) as Dispatcher;
    this.#context.metrics.stage(Stage.spool, Outcome.ok);
    if (submission.state === MessageState.dispatched) dispatcher.write(submission);
    else if (submission.state === MessageState.queued) dispatcher.arrived(submission);
    else if (submission.state === MessageState.held) this.#context.holder.held(submission);
  }

  #takeBack(submission: Submission, result: Commit): void {
    if (submission.link !== null) {
      submission.link.unreserve();
      submission.link = null;
    } else if (submission.state === MessageState.queued) {
      submission.lane.arriving--;
      submission.account.queued--;
    }
    this.#context.metrics.stage(Stage.spool, outcomeOf(result));
    // Of one that may be on disk nobody knows whether it was refused.
    if (result !== Commit.unknown) this.#context.refusals.add(submission.accountNo, outcomeOf(result), 1);
  }
}

function outcomeOf(result: Commit): Outcome {
  if (result === Commit.noCredit) return Outcome.no_credit;
  if (result === Commit.quota) return Outcome.quota;
  return result === Commit.suspended ? Outcome.account_suspended : Outcome.store_unavailable;
}

/** The one that comes first in the order of precedence; ok gives way to any. */
function worse(one: Outcome, other: Outcome): Outcome {
  if (one === Outcome.ok) return other;
  return other === Outcome.ok || one < other ? one : other;
}
