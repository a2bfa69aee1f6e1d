/**
 * Review: what becomes of messages that are held until a person has looked at them.
 *
 * ```
 *  approved ─ newer lists, the account's state and terms, whom and when ─ still may go ─▶ released, as any held text
 *                                └ refused ─┐
 *  not approved, or nobody looked in time ──┴▶ REJECTED, its money back; or, by the account's terms, as approved
 * ```
 * The parts of a text are decided about together. Each decision applies once: what has gone or ended meanwhile stays as it is.
 */
import { normaliseDestination } from "../../protocols/model/address.js";
import { Outcome } from "../../protocols/model/outcome.js";
import type { Clock } from "../../protocols/wire/clock.js";
import { Judged } from "../contract/judged.js";
import type { Screen } from "../filter/screen.js";
import { maySend } from "../ledger/account.js";
import type { ReviewEntry } from "../store/query.js";
import { Commit, type Store, type StoredMessage } from "../store/store.js";
import type { Fragments } from "./fragments.js";
import { joinedText, onceEach } from "./gathering.js";
import { prefixOf } from "./outward.js";
import type { FlowMetrics } from "./ports.js";
import type { Release } from "./release.js";
import { judgeRelease } from "./screen.js";
import { Stage } from "./stages.js";
import type { Submission } from "./submission.js";
import { goesFree, screenParts } from "./whole.js";

/** Texts asked about at once. */
const ASKED_MAX = 256;

export interface ReviewContext {
  readonly store: Pick<Store, "query" | "evidence">;
  readonly clock: Clock;
  readonly metrics: FlowMetrics;
  /** The lists in force. */
  readonly screen: Screen;
  readonly holder: { readonly release: Release; readonly fragments: Fragments };
  /** The message as it waits; null when it has no account or no way any more. */
  restored(stored: StoredMessage): Submission | null;
  /** The books could not be asked about what waits: it is looked at again. */
  rejudgeFailed(reason: string): void;
}

/** What a decision came to. */
export interface Decided {
  readonly textId: number;
  /** ok: on its way; else what it was refused for. */
  readonly outcome: Outcome;
  /** Nothing of it waited any more. */
  readonly gone: boolean;
}

export class Reviews {
  readonly #context: ReviewContext;
  readonly #judged = new Judged();

  constructor(context: ReviewContext) {
    this.#context = context;
  }

  /** A person has let it go, or time has. */
  approve(entry: ReviewEntry): Promise<Decided> {
    const parts = this.#partsOf(entry);
    const [first] = parts;
    if (first === undefined) return Promise.resolve({ textId: entry.textId, outcome: Outcome.ok, gone: true });
    const judged = this.#judged;
    judged.clear();
    this.#look(parts, judged);
    if (judged.refused) return this.#refuse(entry.textId, parts, judged.outcome, judged.evidence);
    this.#letGo(parts);
    return this.#decided(entry.textId, parts, Outcome.ok);
  }

  /** A person has refused it. */
  reject(entry: ReviewEntry): Promise<Decided> {
    return this.#refuse(entry.textId, this.#partsOf(entry), entry.outcome, "");
  }

  /** Nobody has looked at these in time. Never rejects. */
  async overdue(messages: readonly StoredMessage[]): Promise<void> {
    const { holder, restored } = this.#context;
    const releases: number[] = [];
    for (const stored of messages) {
      if (holder.release.judges(stored.message.id)) continue;
      const submission = restored(stored);
      if (submission === null) continue;
      if (submission.account.terms.reviewEnd === "release") releases.push(stored.message.id);
      else void this.#refuse(stored.message.id, [submission], stored.reviewFor, "");
    }
    for (let from = 0; from < releases.length; from += ASKED_MAX) await this.#release(releases.slice(from, from + ASKED_MAX));
  }

  async #release(ids: readonly number[]): Promise<void> {
    try {
      const answer = await this.#context.store.query({ kind: "review", account: "", outcome: null, rule: "", ids, after: 0, limit: ASKED_MAX });
      if (answer.kind === "review") for (const entry of answer.entries) void this.approve(entry);
    } catch (error) {
      this.#context.rejudgeFailed(error instanceof Error ? error.message : String(error));
    }
  }

  /** In order of their numbers, then those that came again; those that are being decided about already left out. */
  #partsOf({ messages }: ReviewEntry): Submission[] {
    const { holder, restored } = this.#context;
    const parts = messages.map((stored) => (holder.release.judges(stored.message.id) ? null : restored(stored))).filter((part) => part !== null);
    parts.sort((one, other) => one.message.segmentNumber - other.message.segmentNumber || one.message.id - other.message.id);
    const once = onceEach(parts);
    return [...once, ...parts.filter((part) => !once.includes(part))];
  }

  /** What may have changed since it was held. What it was held for, the person has looked at. */
  #look(parts: readonly Submission[], judged: Judged): void {
    const { screen, clock, holder } = this.#context;
    const { account, accountNo, message } = parts[0] as Submission;
    const { policy, terms } = account;
    if (!maySend(terms.state)) judged.add(Outcome.account_suspended, "reject", "");
    const once = onceEach(parts).map((part) => part.message);
    // Its first part was cancelled or has expired while it waited.
    if (message.segmentTotal > 1 && goesFree(account, parts, holder.fragments.goneOf(accountNo, message))) judged.add(Outcome.segments_missing, "reject", "");
    const text = joinedText(once);
    if (text !== null) {
      const prefix = prefixOf(parts, text);
      if (parts.some(({ wordsVersion }) => wordsVersion !== screen.version)) {
        screenParts({ screen, view: policy === null ? null : policy.words }, once, text, prefix, judged);
      }
      if (policy !== null && policy.text !== null) policy.text.judge(prefix + text, message.source, judged);
    }
    const destination = normaliseDestination(message.destination, message.destinationTon) ?? message.destination;
    judgeRelease(account, destination, judged, Math.max(clock.wallMs, message.scheduledAtMs));
  }

  #letGo(parts: readonly Submission[]): void {
    const { holder, clock } = this.#context;
    const [{ accountNo, message: first }] = parts as readonly [Submission, ...Submission[]];
    const once = onceEach(parts).map((part) => part.message);
    if (first.segmentTotal <= 1 || once.length === first.segmentTotal) {
      holder.release.goOut(parts, joinedText(once));
      return;
    }
    // Its siblings never came, or have gone out: a phone may join to them what comes later.
    for (const part of parts) {
      holder.fragments.add(accountNo, part.message, clock.monotonicMs);
      holder.release.goOut([part], joinedText([part.message]));
    }
  }

  #refuse(textId: number, parts: readonly Submission[], outcome: Outcome, evidence: string): Promise<Decided> {
    const { holder, metrics, store } = this.#context;
    metrics.stage(Stage.screen, outcome, parts.length);
    for (const part of parts) {
      if (evidence !== "") store.evidence(part.message.id, evidence);
      holder.release.end(part, outcome);
    }
    return this.#decided(textId, parts, outcome);
  }

  async #decided(textId: number, parts: readonly Submission[], outcome: Outcome): Promise<Decided> {
    const { release } = this.#context.holder;
    const results = await Promise.all(parts.map((part) => release.commitOf(part.message.id)));
    return { textId, outcome, gone: !results.includes(Commit.ok) };
  }
}
