/**
 * Hold: messages that are on disk and answered but may not go yet: parts of a longer text until all are here and
 * have been screened as one, long texts that go out in parts, and refusals that an account wants by receipt.
 *
 * ```
 *  part ─▶ gathering ─ whole, or overdue ─▶ screened ─▶ released, as it is or written anew
 *  long text (screened before) ───────────────┴──────▶ split into parts of our making
 * ```
 */
import { Encoding, ownOctets, type Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { MessageState } from "../../protocols/model/state.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { Screen } from "../filter/screen.js";
import { Commit, type Store } from "../store/store.js";
import { Fragments } from "./fragments.js";
import { Gathering, joinedText, onceEach } from "./gathering.js";
import { prefixOf, type Outward } from "./outward.js";
import type { FlowMetrics, OperatorPort } from "./ports.js";
import { Screened } from "./screen.js";
import type { ShareBound } from "./shares.js";
import { Stage } from "./stages.js";
import { Step, type Submission } from "./submission.js";
import { screenParts, screenWithGone } from "./whole.js";

export interface HoldContext {
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

export interface HoldOptions {
  /** Parts kept in memory. */
  readonly maxGathering: number;
  /** How much of that one account may have: above 0, up to 1. */
  readonly gatheringShare: number;
  /** Parts whose siblings never came: screened and sent, or refused. */
  readonly incomplete: "send" | "refuse";
  /** How long such a part is remembered after it was sent, to judge siblings that come later together with it; ms. */
  readonly fragmentMs: number;
}

export class Holder {
  readonly #context: HoldContext;
  readonly #options: HoldOptions;
  readonly #gathering: Gathering;
  /** Parts of texts that never became whole, and went out. */
  readonly fragments: Fragments;
  readonly #screened = new Screened();
  /** Messages whose release or end is on its way to disk. */
  readonly #judged = new Set<number>();
  readonly #refused: (accountNo: number, outcome: Outcome) => void;
  /** Messages that were split into parts, since start. */
  splits = 0;
  /** Parts refused because as many are gathered as may be, since start. */
  readonly refusedFull: Record<ShareBound, number> = { account: 0, all: 0 };

  /** @param refused told of each message refused after its acceptance */
  constructor(context: HoldContext, options: HoldOptions, refused: (accountNo: number, outcome: Outcome) => void) {
    this.#context = context;
    this.#options = options;
    this.#gathering = new Gathering(options.maxGathering, options.gatheringShare);
    this.fragments = new Fragments({ keepMs: options.fragmentMs, maxParts: options.maxGathering, share: options.gatheringShare });
    this.#refused = refused;
  }

  /** Texts that wait for parts. */
  get groups(): number {
    return this.#gathering.groups;
  }

  /** Parts of an account's texts that wait for others. */
  partsOf(accountNo: number): number {
    return this.#gathering.partsOf(accountNo);
  }

  /** The bound that keeps this part out; null: there is room, or it makes some. */
  full(accountNo: number, part: Message): ShareBound | null {
    const bound = this.#gathering.full(accountNo);
    return bound === null || this.#gathering.completes(accountNo, part) ? null : bound;
  }

  /** Whether the message is judged and only its commit is waited for: its deadline no longer matters. */
  judges(messageId: number): boolean {
    return this.#judged.has(messageId);
  }

  /** The release, split or end of a message has been committed (or refused). */
  judged(submission: Submission, result: Commit): void {
    if (submission.step === Step.splitting) {
      if (result === Commit.failed) {
        // By a fault of our own: it cannot go out, and must not be held for ever.
        this.#end(submission, Outcome.too_long);
        return;
      }
      if (result === Commit.ok) this.splits++;
    }
    this.#judged.delete(submission.message.id);
    submission.parts = null;
    submission.step = Step.idle;
  }

  /** A held message is on disk. */
  held(submission: Submission): void {
    if (submission.refuseAfter !== Outcome.ok) {
      this.#end(submission, submission.refuseAfter);
    } else if (submission.parts !== null) {
      this.#split(submission, submission.parts, submission.wordsVersion);
    } else {
      const { message } = submission;
      message.octets = ownOctets(message.octets);
      if (message.extras !== null) message.extras = ownOctets(message.extras);
      this.gather(submission);
    }
  }

  /** Adds a part to its text; a whole text is judged at once. */
  gather(submission: Submission): void {
    const gathered = this.#gathering.add(submission);
    if (gathered !== null) this.#judge(gathered.parts, gathered.text);
  }

  /** Takes up a held message that was found on disk at start. */
  resume(submission: Submission): void {
    if (submission.message.segmentTotal > 1) this.gather(submission);
    else this.overdue([submission]);
  }

  /** Called on the shared tick. @param expiryMs the wall time by which things expire */
  tick(expiryMs: number): void {
    this.#gathering.forgetExpired(expiryMs);
    this.fragments.tick(this.#context.clock.monotonicMs);
  }

  /** A part that waits for its siblings; null when it is not held in memory. */
  gathered(messageId: number): Submission | null {
    return this.#gathering.get(messageId);
  }

  /** Takes a part out of memory; null when it is not there. */
  take(messageId: number): Submission | null {
    return this.#gathering.take(messageId);
  }

  /**
   * The deadlines of held messages have passed: their texts will not become whole by themselves. Parts that found no room in memory are
   * brought together first, as far as they are told at once.
   */
  overdue(submissions: readonly Submission[]): void {
    const onDisk = new Gathering(Infinity);
    const whole = new Set<Submission>();
    for (const one of submissions) {
      if (one.message.segmentTotal <= 1 || this.#gathering.get(one.message.id) !== null) continue;
      const gathered = onDisk.add(one);
      if (gathered === null || gathered.parts.length === 1) continue;
      for (const part of gathered.parts) whole.add(part);
      this.#judge(gathered.parts, gathered.text);
    }
    for (const one of submissions) {
      const { id } = one.message;
      if (whole.has(one) || this.#judged.has(id)) continue;
      const here = this.#gathering.takeText(id);
      const parts = here.length === 0 ? onDisk.takeText(id) : here;
      this.#incomplete(parts.length === 0 ? [one] : parts);
    }
  }

  /**
   * What is here of a text is judged now, each part by itself, but none goes out when they hold a listed word together, or together with
   * what went out of it before: a phone joins them yet, should the missing one follow.
   */
  #incomplete(parts: readonly Submission[]): void {
    const { metrics, screen, clock } = this.#context;
    const { message: first, accountNo } = parts[0] as Submission;
    const isPart = first.segmentTotal > 1;
    if (isPart && this.#options.incomplete === "refuse") {
      metrics.stage(Stage.screen, Outcome.segments_missing, parts.length);
      for (const part of parts) this.#end(part, Outcome.segments_missing);
      return;
    }
    this.#screened.evidence = "";
    const gone = isPart ? this.fragments.goneOf(accountNo, first) : [];
    const together = parts.length + gone.length === 1 ? Outcome.ok : screenWithGone(screen, onceEach(parts).map(({ message }) => message), gone, this.#screened);
    if (together !== Outcome.ok) metrics.stage(Stage.screen, together, parts.length);
    this.#keepEvidence(parts);
    for (const part of parts) {
      if (together !== Outcome.ok) {
        this.#end(part, together);
      } else if (isPart && !this.fragments.add(accountNo, part.message, clock.monotonicMs)) {
        metrics.stage(Stage.screen, Outcome.segments_missing);
        this.#end(part, Outcome.segments_missing);
      } else {
        this.#judge([part], joinedText([part.message]));
      }
    }
  }

  /** Screens a text and lets all its parts go on in the form their operator takes, or ends them all. */
  #judge(parts: readonly Submission[], text: string | null): void {
    const { metrics, screen, outward, portOf } = this.#context;
    let outcome = this.#outcome(parts, text);
    metrics.stage(Stage.screen, outcome, parts.length);
    this.#keepEvidence(parts);
    const plan = outcome === Outcome.ok ? outward.together(portOf(parts[0] as Submission), parts, text) : null;
    if (plan !== null && (!plan.possible || lackIds(parts, plan.parts))) {
      outcome = plan.possible ? Outcome.too_long : plan.outcome;
      metrics.stage(Stage.spool, outcome, parts.length);
    }
    parts.forEach((part, at) => {
      const planned = plan?.possible === true ? (plan.parts[at] ?? null) : null;
      if (outcome !== Outcome.ok) this.#end(part, outcome);
      else if (planned === null || planned.length <= 1) this.#release(part, planned?.[0] ?? null);
      else this.#split(part, planned, screen.version);
    });
  }

  /** Every part carries what the whole was refused or flagged for. */
  #keepEvidence(parts: readonly Submission[]): void {
    const { evidence } = this.#screened;
    if (evidence !== "") for (const { message } of parts) this.#context.store.evidence(message.id, evidence);
  }

  #outcome(parts: readonly Submission[], text: string | null): Outcome {
    this.#screened.evidence = "";
    if (text === null) return Outcome.invalid_encoding;
    const unwanted = parts.some(({ account, message }) => account.terms.binary === "refuse" && message.encoding === Encoding.binary);
    if (unwanted) return Outcome.not_supported;
    const { screen } = this.#context;
    const once = onceEach(parts).map(({ message }) => message);
    const outcome = screenParts(screen, once, text, prefixOf(parts, text), this.#screened);
    if (outcome !== Outcome.ok || parts.length === 1) return outcome;
    // A phone that still has parts of another text under this reference may take those for these.
    const gone = this.fragments.goneOf((parts[0] as Submission).accountNo, once[0] as Message);
    return gone.length === 0 ? outcome : screenWithGone(screen, once, gone, this.#screened);
  }

  #release(submission: Submission, rewritten: Message | null): void {
    const { store, screen } = this.#context;
    this.#judged.add(submission.message.id);
    const asItIs = rewritten === null && submission.wordsVersion === screen.version && submission.message.scheduledAtMs === 0;
    if (asItIs && this.#context.leave(submission)) return;
    submission.step = Step.releasing;
    if (rewritten !== null) rewritten.id = submission.message.id;
    store.release(submission, submission.message.id, screen.version, submission.message.scheduledAtMs, rewritten);
  }

  /** The message stays as one for its customer; its parts are messages of their own on the way to the operator. */
  #split(submission: Submission, parts: readonly Message[], wordsVersion: number): void {
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

  #end(submission: Submission, outcome: Outcome): void {
    submission.step = Step.ending;
    this.#judged.add(submission.message.id);
    this.#refused(submission.accountNo, outcome);
    this.#context.store.end(submission, submission.message.id, MessageState.rejected, outcome);
  }
}

/**
 * Whether one of them is to go out in more messages than ids were kept for: the operator's settings or the account's signature have
 * changed since, and no other message's id may be taken. Then none goes out: half a text is worse than none.
 */
function lackIds(parts: readonly Submission[], planned: readonly (readonly Message[] | null)[]): boolean {
  return parts.some(({ partIds }, at) => (planned[at]?.length ?? 0) > Math.max(1, partIds));
}
