/**
 * Settle: what an operator's answer to our submit makes of a message: sent, tried again, refused, or uncertain.
 *
 * The money itself moves in the store, in the same transaction as the state.
 */
import { Outcome } from "../../protocols/model/outcome.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { SubmitAnswer } from "../../protocols/wire/protocol.js";
import type { Store } from "../store/store.js";
import type { FlowMetrics } from "./ports.js";
import { Stage } from "./stages.js";
import { Step, type Submission } from "./submission.js";

export interface RetryPolicy {
  /** Pause before the second, third, … try; the last one repeats. */
  readonly delaysMs: readonly number[];
  /** Tries in all before the operator's refusal is final. */
  readonly maxAttempts: number;
}

export class Settler {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #metrics: FlowMetrics;
  readonly #retry: RetryPolicy;

  constructor(store: Store, clock: Clock, metrics: FlowMetrics, retry: RetryPolicy) {
    this.#store = store;
    this.#clock = clock;
    this.#metrics = metrics;
    this.#retry = retry;
  }

  /** The operator answered, perhaps late. */
  answered(submission: Submission, answer: SubmitAnswer): void {
    const id = submission.message.id;
    submission.link = null;
    if (submission.writtenMs > 0) this.#metrics.observeToOperator(this.#clock.preciseMs() - submission.writtenMs);
    switch (answer.reaction) {
      case "ok":
        this.#store.sent(null, id, submission.attempt, submission.operatorNo, answer.operatorMessageId);
        this.#metrics.stage(Stage.settle, Outcome.ok);
        return;
      case "retry":
      case "slow_down":
      case "rebind":
        if (submission.attempt < this.#retry.maxAttempts) {
          const delays = this.#retry.delaysMs;
          const delayMs = delays[Math.min(submission.attempt - 1, delays.length - 1)] ?? 1_000;
          this.#store.requeue(null, id, submission.attempt, answer.status, this.#clock.wallMs + delayMs);
          this.#metrics.stage(Stage.dispatch, Outcome.throttled);
          return;
        }
        this.#refuse(submission, answer);
        return;
      case "refuse":
      case "refuse_alarm":
        this.#refuse(submission, answer);
    }
  }

  /** No answer in time: it may have been taken. The slot stays taken until the answer comes or the link goes. */
  timedOut(submission: Submission): void {
    if (submission.uncertain) return;
    submission.uncertain = true;
    this.#store.uncertain(submission.message.id, submission.attempt);
    this.#metrics.stage(Stage.settle, Outcome.store_unavailable);
  }

  /** The link went with these written and unanswered. */
  lost(submissions: readonly Submission[]): void {
    for (const submission of submissions) {
      submission.link = null;
      this.timedOut(submission);
    }
  }

  #refuse(submission: Submission, answer: SubmitAnswer): void {
    submission.step = Step.ending;
    this.#store.refused(submission, submission.message.id, submission.attempt, answer.status, answer.statusName);
    this.#metrics.stage(Stage.settle, Outcome.not_supported);
  }
}
