/**
 * Receipt: an operator's report is matched and settled by the store, answered once it is on disk, then passed on.
 */
import { Outcome } from "../../protocols/model/outcome.js";
import type { Notice, Receipt } from "../../protocols/model/receipt.js";
import { Commit, type ReceiptIntent } from "../store/store.js";
import type { IdReading } from "./ports.js";

/** The link a report came over, as far as its answer needs. */
export interface ReportOrigin {
  answerDeliver(handle: number, answer: "ok" | "retry" | "refused"): void;
  dropUnanswered(reason: string): void;
}

export interface ReportSink {
  /** A report's intent is on disk (or was refused). */
  reportCommitted(report: Report, result: Commit, notice: Notice | null): void;
}

/** One report on its way to disk. */
export class Report implements ReceiptIntent {
  readonly operatorNo: number;
  readonly receipt: Receipt;
  readonly candidates: readonly string[];
  /** How each candidate reads the operator's id, for the correlator to learn from. */
  readonly readings: readonly IdReading[];
  readonly origin: ReportOrigin;
  readonly handle: number;
  matched = -1;
  readonly #sink: ReportSink;

  constructor(sink: ReportSink, origin: ReportOrigin, handle: number, operatorNo: number, receipt: Receipt, candidates: readonly string[], readings: readonly IdReading[]) {
    this.#sink = sink;
    this.origin = origin;
    this.handle = handle;
    this.operatorNo = operatorNo;
    this.receipt = receipt;
    this.candidates = candidates;
    this.readings = readings;
  }

  committed(result: Commit, notice: Notice | null): void {
    this.#sink.reportCommitted(this, result, notice);
  }
}

/** What became of a report, for those who count. */
export type ReportFate = "matched" | "repeated" | "contradictory" | "orphan" | "unreadable" | "not_stored";

export function fateOf(result: Commit): ReportFate {
  switch (result) {
    case Commit.ok:
    case Commit.interim:
      return "matched";
    case Commit.repeated:
      return "repeated";
    case Commit.contradictory:
      return "contradictory";
    case Commit.orphan:
      return "orphan";
    case Commit.unreadable:
      return "unreadable";
    default:
      return "not_stored";
  }
}

/** Answers the operator as the commit went; tells what to count. */
export function answerReport(origin: ReportOrigin, handle: number, result: Commit): Outcome {
  switch (result) {
    case Commit.unavailable:
    case Commit.failed:
      origin.answerDeliver(handle, "retry");
      return Outcome.store_unavailable;
    case Commit.unknown:
      origin.dropUnanswered("commit_unknown");
      return Outcome.store_unavailable;
    default:
      origin.answerDeliver(handle, "ok");
      return Outcome.ok;
  }
}
