/**
 * Reports: what operators bring by themselves: receipts to be matched and settled, inbound messages to be given to an account.
 */
import type { Message } from "../../protocols/model/message.js";
import { mostDeliveries } from "../../protocols/model/plan.js";
import type { Notice, Receipt } from "../../protocols/model/receipt.js";
import type { Clock } from "../../protocols/wire/clock.js";
import { Commit, type Store } from "../store/store.js";
import { idTimeMs, type MessageIds } from "./ids.js";
import { Inbound } from "./inbound.js";
import type { Notifier } from "./notify.js";
import type { FlowParts } from "./parts.js";
import type { FlowMetrics, IdReading } from "./ports.js";
import { answerReport, Report, type ReportOrigin } from "./receipt.js";
import type { Replies } from "./replies.js";
import { Stage } from "./stages.js";

export interface ReportsContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: MessageIds;
  readonly metrics: FlowMetrics;
  readonly notifier: Notifier;
  /** Null: no inbound message asks for anything. */
  readonly replies: Replies | null;
}

export class Reports {
  readonly #context: ReportsContext;
  readonly #parts: Pick<FlowParts, "accountOfService" | "observe" | "storeProgress">;
  /** Reports of this turn of the loop. */
  #turn: Report[] = [];

  constructor(context: ReportsContext, parts: Pick<FlowParts, "accountOfService" | "observe" | "storeProgress">) {
    this.#context = context;
    this.#parts = parts;
  }

  /**
   * An operator's report. It is stored at the end of this turn of the loop, after the answers that other links have
   * brought in the same turn: operators send a receipt over any link, often the moment they answer the submit.
   */
  report(origin: ReportOrigin, handle: number, operatorNo: number, receipt: Receipt, candidates: readonly string[], readings: readonly IdReading[]): void {
    this.#turn.push(new Report(this, origin, handle, operatorNo, receipt, candidates, readings));
    if (this.#turn.length === 1) setImmediate(this.#store);
  }

  readonly #store = (): void => {
    const reports = this.#turn;
    this.#turn = [];
    for (const report of reports) this.#context.store.receipt(report);
  };

  reportCommitted(report: Report, result: Commit, notice: Notice | null): void {
    const { metrics, clock, notifier } = this.#context;
    metrics.stage(Stage.receipt, answerReport(report.origin, report.handle, result));
    this.#parts.observe.receipt(report, result);
    if (notice !== null) {
      if (result === Commit.ok) metrics.observeToReceipt(clock.wallMs - idTimeMs(notice.messageId));
      notifier.offer(notice);
    }
    this.#parts.storeProgress();
  }

  inbound(origin: ReportOrigin, handle: number, operatorNo: number, message: Message): void {
    const { ids, clock, store } = this.#context;
    const accountNo = this.#parts.accountOfService(message.destination);
    if (accountNo === 0) {
      // Never said to be taken when nobody can have it: the operator keeps it and tries again.
      origin.answerDeliver(handle, "retry");
      this.#parts.observe.inboundUnroutable(operatorNo);
      return;
    }
    // Where a customer's protocol tells it in several, each has an id of its own.
    message.id = ids.range(mostDeliveries(message), clock.wallMs);
    const inbound = new Inbound(this, origin, handle, message, accountNo, operatorNo);
    const asked = this.#context.replies?.read(accountNo, message) ?? null;
    if (asked === null) return store.inbound(inbound);
    inbound.optOut = !asked.change.off;
    // What a phone asks for is on record before its message is told to be taken.
    this.#context.replies?.keep(asked, message, (kept) => {
      if (kept) store.inbound(inbound);
      else origin.answerDeliver(handle, "retry");
    });
  }

  inboundCommitted(inbound: Inbound, result: Commit, notice: Notice | null): void {
    this.#context.metrics.stage(Stage.receipt, answerReport(inbound.origin, inbound.handle, result));
    if (notice !== null) this.#context.notifier.offer(notice);
    this.#parts.storeProgress();
  }
}
