/**
 * Hold: messages that are on disk and answered but may not go yet: parts of a longer text until all are here and
 * have been screened as one, long texts that go out in parts, and refusals that an account wants by receipt.
 *
 * ```
 *  part ─▶ gathering ─ whole, or overdue ─▶ screened ─▶ released, as it is or written anew
 *  long text (screened before) ───────────────┴──────▶ split into parts of our making
 * ```
 * How they leave is in release.ts; what waits for a person, in review.ts.
 */
import { normaliseDestination } from "../../protocols/model/address.js";
import { Encoding, ownOctets, type Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { Judged } from "../contract/judged.js";
import type { Commit } from "../store/store.js";
import type { LiveAccount } from "./accounts.js";
import { count } from "./counted.js";
import { Fragments } from "./fragments.js";
import { Gathering, joinedText, onceEach } from "./gathering.js";
import { prefixOf } from "./outward.js";
import { Release, type ReleaseContext, type ReleaseObserver } from "./release.js";
import { judgeRecipient, judgeRelease, judgeTextRules, judgeTraffic } from "./screen.js";
import type { ShareBound } from "./shares.js";
import { Stage } from "./stages.js";
import type { Submission } from "./submission.js";
import { goesFree, screenParts, screenWithGone, type Words } from "./whole.js";

export type HoldContext = ReleaseContext;

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
  readonly release: Release;
  readonly #context: HoldContext;
  readonly #options: HoldOptions;
  readonly #gathering: Gathering;
  /** Parts of texts that never became whole, and went out. */
  readonly fragments: Fragments;
  readonly #judged = new Judged();
  readonly #observer: ReleaseObserver;
  /** Parts refused because as many are gathered as may be, since start. */
  readonly refusedFull: Record<ShareBound, number> = { account: 0, all: 0 };

  constructor(context: HoldContext, options: HoldOptions, observer: ReleaseObserver) {
    this.#context = context;
    this.#options = options;
    this.#gathering = new Gathering(options.maxGathering, options.gatheringShare);
    this.fragments = new Fragments({ keepMs: options.fragmentMs, maxParts: options.maxGathering, share: options.gatheringShare });
    this.release = new Release(context, observer);
    this.#observer = observer;
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

  /** The release, split or end of a message has been committed (or refused). */
  judged(submission: Submission, result: Commit): void {
    this.release.committed(submission, result);
  }

  /** A held message is on disk. */
  held(submission: Submission): void {
    const { review } = submission;
    if (submission.refuseAfter !== Outcome.ok) {
      this.release.end(submission, submission.refuseAfter);
    } else if (review !== null) {
      this.#observer.heldForReview(submission.accountNo, review.outcome, 1);
    } else if (submission.parts !== null) {
      this.release.split(submission, submission.parts, submission.wordsVersion);
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
      if (whole.has(one) || this.release.judges(id)) continue;
      const here = this.#gathering.takeText(id);
      const parts = here.length === 0 ? onDisk.takeText(id) : here;
      this.#incomplete(parts.length === 0 ? [one] : parts);
    }
  }

  /**
   * What is here of a text is judged now, each part by itself, but none goes out when they hold a listed word together, or together with
   * what went out of it before: a phone joins them yet, should the missing one follow. What the contract says of texts and of how often
   * they may come is asked of what is here, once.
   */
  #incomplete(parts: readonly Submission[]): void {
    const { metrics, clock } = this.#context;
    const { message: first, account, accountNo } = parts[0] as Submission;
    if (first.segmentTotal <= 1) {
      for (const part of parts) this.#judge([part], joinedText([part.message]));
      return;
    }
    const gone = this.fragments.goneOf(accountNo, first);
    if (this.#options.incomplete === "refuse" || goesFree(account, parts, gone)) {
      metrics.stage(Stage.screen, Outcome.segments_missing, parts.length);
      for (const part of parts) this.release.end(part, Outcome.segments_missing);
      return;
    }
    const judged = this.#judged;
    judged.clear();
    const once = onceEach(parts).map(({ message }) => message);
    if (parts.length + gone.length > 1) screenWithGone(this.#words(account), once, gone, judged);
    const text = joinedText(once);
    this.#judgeContract(parts, text, judged);
    if (judged.refused || judged.hold) {
      metrics.stage(Stage.screen, judged.refused ? judged.outcome : Outcome.ok, parts.length);
      this.#let(parts, text);
      return;
    }
    this.#keepFound(parts);
    this.#count(parts, text);
    for (const part of parts) {
      if (this.fragments.add(accountNo, part.message, clock.monotonicMs)) {
        this.#judgePiece(part);
      } else {
        metrics.stage(Stage.screen, Outcome.segments_missing);
        this.release.end(part, Outcome.segments_missing);
      }
    }
  }

  /** One part of a text that is not whole, as it is read by itself. */
  #judgePiece(part: Submission): void {
    const judged = this.#judged;
    judged.clear();
    const text = joinedText([part.message]);
    this.#screen([part], text, judged);
    this.#context.metrics.stage(Stage.screen, judged.refused ? judged.outcome : Outcome.ok);
    this.#let([part], text);
  }

  /** Judges a text and lets all its parts go on, or none. */
  #judge(parts: readonly Submission[], text: string | null): void {
    const judged = this.#judged;
    judged.clear();
    this.#screen(parts, text, judged);
    if (!judged.refused) this.#judgeContract(parts, text, judged);
    this.#context.metrics.stage(Stage.screen, judged.refused ? judged.outcome : Outcome.ok, parts.length);
    if (!judged.refused) this.#count(parts, text);
    this.#let(parts, text);
  }

  /** What has been judged goes its way. */
  #let(parts: readonly Submission[], text: string | null): void {
    const judged = this.#judged;
    const { outcome, evidence } = judged;
    this.#keepFound(parts);
    if (judged.refused) for (const part of parts) this.release.end(part, outcome);
    else if (judged.hold) this.release.review(parts, { outcome, rule: evidence });
    else this.release.goOut(parts, text);
  }

  /** Every part carries what the whole was refused, held or flagged for, and counts under its signature. */
  #keepFound(parts: readonly Submission[]): void {
    const { store } = this.#context;
    const { evidence, signatureNo } = this.#judged;
    for (const part of parts) {
      const { id } = part.message;
      if (evidence !== "") store.evidence(id, evidence);
      if (signatureNo !== 0 && signatureNo !== part.signatureNo) store.sign(id, signatureNo);
    }
  }

  #screen(parts: readonly Submission[], text: string | null, judged: Judged): void {
    if (text === null) {
      judged.add(Outcome.invalid_encoding, "reject", "");
      return;
    }
    if (parts.some(({ account, message }) => account.terms.binary === "refuse" && message.encoding === Encoding.binary)) {
      judged.add(Outcome.not_supported, "reject", "");
      return;
    }
    const { account, accountNo } = parts[0] as Submission;
    const words = this.#words(account);
    const once = onceEach(parts).map(({ message }) => message);
    screenParts(words, once, text, prefixOf(parts, text), judged);
    if (judged.refused || parts.length === 1) return;
    // A phone that still has parts of another text under this reference may take those for these.
    const gone = this.fragments.goneOf(accountNo, once[0] as Message);
    if (gone.length > 0) screenWithGone(words, once, gone, judged);
  }

  /** What the contract says of a text, of whom it goes to and how often; the recipient was looked at with each part, but not for its signature. */
  #judgeContract(parts: readonly Submission[], text: string | null, judged: Judged): void {
    const { account, message } = parts[0] as Submission;
    const { policy } = account;
    if (policy === null) return;
    const { wallMs } = this.#context.clock;
    if (text !== null) judgeTextRules(account, prefixOf(parts, text) + text, message.source, judged);
    const destination = destinationOf(message);
    // Of what stands in the books already, only whether it may go now is asked.
    if (parts.some((part) => part.restored)) return judgeRelease(account, destination, judged, Math.max(wallMs, message.scheduledAtMs));
    judgeRecipient(account, destination, judged, wallMs);
    judgeTraffic(account, destination, textOf(parts, text), judged, wallMs, message.scheduledAtMs);
  }

  /** It goes, now or when a person has looked at it: it counts among what its account has sent. */
  #count(parts: readonly Submission[], text: string | null): void {
    const { account, message } = parts[0] as Submission;
    if (account.policy === null || parts.some((part) => part.restored)) return;
    count(account, destinationOf(message), textOf(parts, text), this.#judged, this.#context.clock.wallMs);
  }

  #words({ policy }: LiveAccount): Words {
    return { screen: this.#context.screen, view: policy === null ? null : policy.words };
  }
}

function destinationOf({ destination, destinationTon }: Message): string {
  return normaliseDestination(destination, destinationTon) ?? destination;
}

/** What it says to its phone; null where that is nothing but binary. */
function textOf(parts: readonly Submission[], text: string | null): string | null {
  return text === null || parts.every(({ message }) => message.encoding === Encoding.binary) ? null : prefixOf(parts, text) + text;
}
