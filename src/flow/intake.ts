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
import { MessageState } from "../../protocols/model/state.js";
import { Judged } from "../contract/judged.js";
import { Commit } from "../store/store.js";
import { Accepted, admit, countedSegments, findDestination, readText, type AcceptLimits } from "./accept.js";
import type { LiveAccount } from "./accounts.js";
import { charge, knownRefusal, quotaRule } from "./charge.js";
import { count, type Counted } from "./counted.js";
import type { Dispatcher } from "./dispatch.js";
import { spoolFree, wayOfFree } from "./free.js";
import type { Holder } from "./hold.js";
import type { FlowMetrics, SubmitOrigin } from "./ports.js";
import { prepare, type PrepareContext } from "./prepare.js";
import { Refuser, type RefuseContext } from "./refuse.js";
import { IN_DOUBT, Resubmissions } from "./resubmission.js";
import { judgeRecipient, judgeText, judgeTraffic } from "./screen.js";
import type { ShareBound } from "./shares.js";
import { spool, spoolAll } from "./spool.js";
import { Stage } from "./stages.js";
import { Step, type Submission } from "./submission.js";

export interface IntakeContext extends PrepareContext, RefuseContext {
  readonly metrics: FlowMetrics;
  readonly holder: Holder;
  readonly limits: AcceptLimits;
  /** Nothing new is taken. */
  readonly stopping: boolean;
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
  readonly #judged = new Judged();
  readonly #refuser: Refuser;
  #accepting = 0;

  constructor(context: IntakeContext) {
    this.#context = context;
    this.#refuser = new Refuser(context);
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
    if (outcome === Outcome.ok) see(account, found.destination, clock.wallMs);
    const dispatcher = outcome === Outcome.ok ? this.#context.route(account, found.destination) : undefined;
    if (outcome === Outcome.ok) outcome = readText(account, message, dispatcher?.port.signatureUnits ?? 0, found);
    if (outcome === Outcome.ok) outcome = admit(account, message, 1, found.segments, this.#limits(account, message), clock.monotonicMs, found, clock.wallMs);
    metrics.stage(Stage.accept, outcome);
    if (outcome !== Outcome.ok) {
      this.#noteFull(account, message, outcome, 1);
      this.#refuser.answer(origin, account, handle, outcome, 1);
      return;
    }
    const judged = this.#judged;
    judged.clear();
    this.#judgeText(account, message);
    const counted = this.#judgeWay(account, message, found.destination);
    this.#countJudged(1);
    if (judged.refused && this.#answers(account)) {
      this.#refuser.refuse(origin, account, handle, message, judged.outcome, this.#evidence());
      return;
    }
    const submission = dispatcher === undefined ? Outcome.no_route : prepare(this.#context, account, dispatcher, message, found, judged);
    if (dispatcher === undefined || typeof submission === "number") {
      counted?.undo();
      metrics.stage(Stage.spool, submission as Outcome);
      this.#refuser.refuse(origin, account, handle, message, submission as Outcome, "");
      return;
    }
    const charged = charge(account, submission, found.destination, clock.wallMs);
    metrics.stage(Stage.charge, charged);
    if (charged !== Outcome.ok) {
      counted?.undo();
      this.#refuser.answer(origin, account, handle, charged, 1);
      this.#keepQuota(account, charged, message);
      return;
    }
    submission.origin = origin;
    submission.handle = handle;
    submission.receivedMs = receivedMs;
    this.#accepting++;
    submission.counted = counted;
    spool(this.#context, dispatcher, submission);
  }

  /** Takes a message of the gateway itself; ok: it is on its way. No rate, no policy and no word list stands in it. */
  free(account: LiveAccount, message: Message): Outcome {
    const way = wayOfFree(this.#context, account, message, this.#accepted);
    if (typeof way === "number") return way;
    this.#judged.clear();
    const submission = prepare(this.#context, account, way, message, this.#accepted, this.#judged);
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
    if (outcome === Outcome.ok) for (const destination of destinations) see(account, destination, clock.wallMs);
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
      this.#refuser.answer(origin, account, handle, outcome, count);
      return;
    }
    const judged = this.#judged;
    judged.clear();
    this.#judgeText(account, first);
    // Each counts before the next is looked at: the same number twice in one submit is seen.
    const counted = destinations.map((destination) => this.#judgeWay(account, first, destination));
    this.#countJudged(count);
    if (judged.refused) {
      undoAll(counted);
      counted.fill(null);
    }
    if (judged.refused && this.#answers(account)) {
      this.#refuser.refuseAll(origin, account, handle, messages, judged.outcome, this.#evidence());
      return;
    }
    const submissions: Submission[] = [];
    const ways: Dispatcher[] = [];
    let totalMicros = 0;
    let totalSegments = 0;
    messages.forEach((message, at) => {
      const dispatcher = dispatchers[at];
      found.segments = segments[at] as number;
      const submission = dispatcher === undefined ? Outcome.no_route : prepare(this.#context, account, dispatcher, message, found, judged);
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
      undoAll(counted);
      metrics.stage(Stage.spool, outcome, count);
      this.#refuser.refuseAll(origin, account, handle, messages, outcome, "");
      return;
    }
    const charged = knownRefusal(account, totalMicros, totalSegments, clock.wallMs);
    metrics.stage(Stage.charge, charged, count);
    if (charged !== Outcome.ok) {
      undoAll(counted);
      this.#refuser.answer(origin, account, handle, charged, count);
      for (const message of messages) this.#keepQuota(account, charged, message);
      return;
    }
    submissions.forEach((submission, at) => {
      submission.origin = origin;
      submission.handle = handle;
      submission.receivedMs = receivedMs;
      submission.counted = judged.refused ? null : (counted[at] ?? null);
    });
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

  /** Judges what accept has read; parts wait for their siblings. */
  #judgeText(account: LiveAccount, message: Message): void {
    const { isSegment, text } = this.#accepted;
    if (isSegment) return;
    if (text === null && account.terms.binary === "refuse") this.#judged.add(Outcome.not_supported, "reject", "");
    else judgeText(account, this.#context.screen, text, message, this.#judged);
  }

  /** Whom it goes to; of a whole text, how often and when, too: it counts from now on. */
  #judgeWay(account: LiveAccount, message: Message, destination: string): Counted | null {
    if (account.policy === null) return null;
    const { isSegment, text } = this.#accepted;
    const judged = this.#judged;
    const { wallMs } = this.#context.clock;
    judgeRecipient(account, destination, judged, wallMs, !isSegment);
    if (isSegment) return null;
    judgeTraffic(account, destination, text, judged, wallMs, message.scheduledAtMs);
    return count(account, destination, text, judged, wallMs);
  }

  /** Parts are counted when they are judged with their siblings, unless they are refused before. */
  #countJudged(count: number): void {
    const { refused, outcome } = this.#judged;
    if (refused || !this.#accepted.isSegment) this.#context.metrics.stage(Stage.screen, refused ? outcome : Outcome.ok, count);
  }

  /** Whether a refusal is the answer to the submit: of parts, and where the account wants it so, it comes by receipt. */
  #answers({ terms }: LiveAccount): boolean {
    return terms.refuseBy === "answer" && !this.#accepted.isSegment;
  }

  /** What decided, and the version of the lists where that was a word. */
  #evidence(): string {
    const { outcome, evidence } = this.#judged;
    return outcome === Outcome.blocked_content ? `${evidence}#${String(this.#context.screen.version)}` : evidence;
  }

  /** A quota that is used up is a rule of the contract: kept with its reason like the others. Money that is not there only counts. */
  #keepQuota(account: LiveAccount, outcome: Outcome, message: Message): void {
    if (outcome === Outcome.quota) this.#refuser.keep(account, message, outcome, quotaRule(account));
  }

  // ---------------------------------------------------------------- the same again

  /** Whether the submit came before over a connection that has ended: answered then, refused while the store itself does not know, or kept until it tells. */
  #isAgain(origin: SubmitOrigin, account: LiveAccount, handle: number, messages: readonly Message[]): boolean {
    const key = (messages[0] as Message).submitKey;
    const id = this.resubmissions.find(account.terms.no, key, this.#context.clock.monotonicMs);
    if (id === IN_DOUBT) {
      this.#refuser.answer(origin, account, handle, Outcome.store_unavailable, messages.length);
      return true;
    }
    if (id > 0) {
      origin.answerSubmit(handle, Outcome.ok, id);
      return true;
    }
    if (!this.resubmissions.mustWait(account.terms.no)) return false;
    if (!this.resubmissions.wait({ origin, account, handle, messages })) this.#refuser.answer(origin, account, handle, Outcome.queue_full, messages.length);
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
    if (submission.counted !== null) {
      // One that may be on disk counts.
      if (result !== Commit.ok && result !== Commit.unknown) submission.counted.undo();
      submission.counted = null;
    }
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
    submission.account.usage.accepted(submission.segments, this.#context.clock.wallMs);
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
    if (result === Commit.unknown) return;
    this.#context.refusals.add(submission.accountNo, outcomeOf(result), 1);
    this.#keepQuota(submission.account, outcomeOf(result), submission.message);
    submission.account.usage.refused(outcomeOf(result), 1, this.#context.clock.wallMs);
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

function undoAll(counted: readonly (Counted | null)[]): void {
  for (const one of counted) one?.undo();
}

/** Every destination asked for is seen, whatever becomes of it. */
function see(account: LiveAccount, destination: string, wallMs: number): void {
  const { policy } = account;
  if (policy !== null && policy.traffic !== null) policy.trackers.blast(account.terms, destination, wallMs);
}
