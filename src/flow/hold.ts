/**
 * Hold: messages that are on disk and answered but may not go yet: parts of a longer text until all are here and
 * have been screened as one, and refusals that an account wants by receipt.
 */
import { Encoding } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import { MessageState } from "../../protocols/model/state.js";
import type { Screen } from "../filter/screen.js";
import type { Store } from "../store/store.js";
import { Gathering, joinedText } from "./gathering.js";
import type { FlowMetrics } from "./ports.js";
import { Screened, screenText } from "./screen.js";
import { Stage } from "./stages.js";
import { Step, type Submission } from "./submission.js";

export interface HoldContext {
  readonly store: Store;
  readonly metrics: FlowMetrics;
  readonly screen: Screen;
}

export interface HoldOptions {
  /** Parts kept in memory. */
  readonly maxGathering: number;
  /** Parts whose siblings never came: screened alone and sent, or refused. */
  readonly incomplete: "send" | "refuse";
}

export class Holder {
  readonly #context: HoldContext;
  readonly #options: HoldOptions;
  readonly #gathering: Gathering;
  readonly #screened = new Screened();
  /** Messages whose release or end is on its way to disk. */
  readonly #judged = new Set<number>();
  readonly #refused: (accountNo: number, outcome: Outcome) => void;

  /** @param refused told of each message refused after its acceptance */
  constructor(context: HoldContext, options: HoldOptions, refused: (accountNo: number, outcome: Outcome) => void) {
    this.#context = context;
    this.#options = options;
    this.#gathering = new Gathering(options.maxGathering);
    this.#refused = refused;
  }

  /** Texts that wait for parts. */
  get groups(): number {
    return this.#gathering.groups;
  }

  /** No further part can be gathered. */
  get full(): boolean {
    return this.#gathering.full;
  }

  /** Whether the message is judged and only its commit is waited for: its deadline no longer matters. */
  judges(messageId: number): boolean {
    return this.#judged.has(messageId);
  }

  /** The release or end of a message has been committed (or refused). */
  judged(submission: Submission): void {
    this.#judged.delete(submission.message.id);
  }

  /** A held message is on disk. */
  held(submission: Submission): void {
    if (submission.refuseAfter !== Outcome.ok) {
      this.#end(submission, submission.refuseAfter);
      return;
    }
    // Kept for a while: it must not pin the receive buffer it is a view on.
    submission.message.octets = Buffer.from(submission.message.octets);
    this.gather(submission);
  }

  /** Adds a part to its text; a whole text is judged at once. */
  gather(submission: Submission): void {
    const gathered = this.#gathering.add(submission);
    if (gathered !== null) this.#judge(gathered.parts, gathered.text);
  }

  /** Takes a part out of memory; null when it is not there. */
  take(messageId: number): Submission | null {
    return this.#gathering.take(messageId);
  }

  /** The deadline of a held message has passed: it is judged alone. */
  overdue(submission: Submission): void {
    const missing = submission.message.segmentTotal > 1 && this.#options.incomplete === "refuse";
    if (missing) {
      this.#context.metrics.stage(Stage.screen, Outcome.segments_missing);
      this.#end(submission, Outcome.segments_missing);
    } else {
      this.#judge([submission], joinedText([submission.message]));
    }
  }

  /** Screens a text and lets all its parts go on, or ends them all. */
  #judge(parts: readonly Submission[], text: string | null): void {
    const { metrics, screen, store } = this.#context;
    const outcome = this.#outcome(parts, text);
    for (const part of parts) {
      metrics.stage(Stage.screen, outcome);
      if (outcome !== Outcome.ok) {
        this.#end(part, outcome);
      } else {
        part.step = Step.releasing;
        this.#judged.add(part.message.id);
        store.release(part, part.message.id, screen.version, part.message.scheduledAtMs);
      }
    }
  }

  #outcome(parts: readonly Submission[], text: string | null): Outcome {
    if (text === null) return Outcome.invalid_encoding;
    const unwanted = parts.some(({ account, message }) => account.terms.binary === "refuse" && message.encoding === Encoding.binary);
    const { message: first } = parts[0] as Submission;
    return unwanted ? Outcome.not_supported : screenText(this.#context.screen, text, first, this.#screened);
  }

  #end(submission: Submission, outcome: Outcome): void {
    submission.step = Step.ending;
    this.#judged.add(submission.message.id);
    this.#refused(submission.accountNo, outcome);
    this.#context.store.end(submission, submission.message.id, MessageState.rejected, outcome);
  }
}
