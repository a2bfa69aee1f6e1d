/**
 * Release: how held messages leave: as they are, written anew, in parts, to a person who is to look at them, or to their end.
 *
 * ```
 *  judged ─ may go ─▶ as it is | written anew | split      ─ held for a person ─▶ review      ─ refused ─▶ REJECTED
 *              └ cannot be said over its operator's links ─────────────────────────────────────────┘
 * ```
 * From the judgement to its commit a message is neither judged again nor overdue.
 */
import type { Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { MessageState } from "../../protocols/model/state.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { Screen } from "../filter/screen.js";
import { Commit, type Intent, type ReviewMark, type Store } from "../store/store.js";
import type { Outward } from "./outward.js";
import type { FlowMetrics, OperatorPort } from "./ports.js";
import { Stage } from "./stages.js";
import { Step, type Submission } from "./submission.js";

export interface ReleaseContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly metrics: FlowMetrics;
  readonly screen: Screen;
  readonly outward: Outward;
  /** The links a submission is to go out over. */
  portOf(submission: Submission): OperatorPort;
  /** Sends a held message straight to a link where its lane is idle and one has room; false: nothing was done. */
  leave(submission: Submission): boolean;
}

/** Told of what happens to messages after their acceptance. */
export interface ReleaseObserver {
  refusedFinally(accountNo: number, outcome: Outcome): void;
  /** So many messages wait for a person now. */
  heldForReview(accountNo: number, outcome: Outcome, count: number): void;
}

export class Release {
  readonly #context: ReleaseContext;
  readonly #observer: ReleaseObserver;
  /** Messages whose release, review or end is on its way to disk. */
  readonly #judged = new Set<number>();
  /** Who waits for such a commit. */
  readonly #awaited = new Map<number, (result: Commit) => void>();
  /** Messages that were split into parts, since start. */
  splits = 0;

  constructor(context: ReleaseContext, observer: ReleaseObserver) {
    this.#context = context;
    this.#observer = observer;
  }

  /** Whether the message is judged and only its commit is waited for: its deadline no longer matters. */
  judges(messageId: number): boolean {
    return this.#judged.has(messageId);
  }

  /** What the commit of a judged message came to. */
  commitOf(messageId: number): Promise<Commit> {
    if (!this.#judged.has(messageId)) return Promise.resolve(Commit.ok);
    return new Promise((resolve) => this.#awaited.set(messageId, resolve));
  }

  /** The release, split or end of a message has been committed (or refused). */
  committed(submission: Submission, result: Commit): void {
    if (submission.step === Step.splitting) {
      if (result === Commit.failed) {
        // By a fault of our own: it cannot go out, and must not be held for ever.
        this.end(submission, Outcome.too_long);
        return;
      }
      if (result === Commit.ok) this.splits++;
    }
    this.#done(submission.message.id, result);
    submission.parts = null;
    submission.step = Step.idle;
  }

  /**
   * Lets all parts of a text go on in the form their operator takes, or none.
   * @param parts in order of their numbers, then those that came again
   * @param text as far as it is no binary, null when all is
   */
  goOut(parts: readonly Submission[], text: string | null): void {
    const { metrics, screen, outward, portOf } = this.#context;
    const plan = outward.together(portOf(parts[0] as Submission), parts, text);
    if (plan !== null && (!plan.possible || lackIds(parts, plan.parts))) {
      const outcome = plan.possible ? Outcome.too_long : plan.outcome;
      metrics.stage(Stage.spool, outcome, parts.length);
      for (const part of parts) this.end(part, outcome);
      return;
    }
    parts.forEach((part, at) => {
      const planned = plan?.parts[at] ?? null;
      if (planned === null || planned.length <= 1) this.#asOne(part, planned?.[0] ?? null);
      else this.split(part, planned, screen.version);
    });
  }

  #asOne(submission: Submission, rewritten: Message | null): void {
    const { store, screen } = this.#context;
    this.#judged.add(submission.message.id);
    const asItIs = rewritten === null && submission.wordsVersion === screen.version && submission.message.scheduledAtMs === 0;
    if (asItIs && this.#context.leave(submission)) return;
    submission.step = Step.releasing;
    if (rewritten !== null) rewritten.id = submission.message.id;
    store.release(submission, submission.message.id, screen.version, submission.message.scheduledAtMs, rewritten);
  }

  /** The message stays as one for its customer; its parts are messages of their own on the way to the operator. */
  split(submission: Submission, parts: readonly Message[], wordsVersion: number): void {
    const { message, laneNo, operatorNo } = submission;
    submission.step = Step.splitting;
    submission.parts = parts;
    submission.wordsVersion = wordsVersion;
    this.#judged.add(message.id);
    const intents = parts.map((part, at) => {
      part.id = submission.firstPartId + at;
      part.submitKey = 0;
      return { message: part, laneNo, operatorNo };
    });
    this.#context.store.split(submission, message.id, wordsVersion, message.scheduledAtMs, intents);
  }

  end(submission: Submission, outcome: Outcome): void {
    submission.step = Step.ending;
    this.#judged.add(submission.message.id);
    this.#observer.refusedFinally(submission.accountNo, outcome);
    this.#context.store.end(submission, submission.message.id, MessageState.rejected, outcome);
  }

  /** The parts of one text wait for a person, as one. */
  review(parts: readonly Submission[], mark: ReviewMark): void {
    const { store, clock } = this.#context;
    const [{ account, accountNo }] = parts as readonly [Submission, ...Submission[]];
    const ids = parts.map(({ message }) => message.id);
    for (const id of ids) this.#judged.add(id);
    this.#observer.heldForReview(accountNo, mark.outcome, ids.length);
    store.review(new Reviewing((result) => ids.forEach((id) => this.#done(id, result))), ids, mark, clock.wallMs + account.terms.reviewMs, ids[0] as number);
  }

  #done(messageId: number, result: Commit): void {
    this.#judged.delete(messageId);
    if (this.#awaited.size === 0) return;
    const told = this.#awaited.get(messageId);
    this.#awaited.delete(messageId);
    told?.(result);
  }
}

/** That messages wait for a person is on its way to disk. */
class Reviewing implements Intent {
  readonly committed: (result: Commit) => void;

  constructor(committed: (result: Commit) => void) {
    this.committed = committed;
  }
}

/**
 * Whether one of them is to go out in more messages than ids were kept for: the operator's settings or the account's signature have
 * changed since, and no other message's id may be taken. Then none goes out: half a text is worse than none.
 */
function lackIds(parts: readonly Submission[], planned: readonly (readonly Message[] | null)[]): boolean {
  return parts.some(({ partIds }, at) => (planned[at]?.length ?? 0) > Math.max(1, partIds));
}
