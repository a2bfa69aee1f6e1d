/**
 * Cancel: a customer takes back a message of its own that is not out yet.
 */
import type { Notice } from "../../protocols/model/receipt.js";
import type { CancelAnswer, CancelRequest } from "../../protocols/wire/protocol.js";
import { Commit, type CancelIntent } from "../store/store.js";
import type { CancelOrigin } from "./ports.js";

export interface CancelSink {
  cancelCommitted(cancel: Cancel, result: Commit, notice: Notice | null): void;
}

/** One such wish on its way to disk. */
export class Cancel implements CancelIntent {
  readonly accountNo: number;
  readonly messageId: number;
  readonly source: string;
  readonly destination: string;
  readonly serviceType: string;
  readonly origin: CancelOrigin;
  readonly handle: number;
  readonly #sink: CancelSink;

  constructor(sink: CancelSink, origin: CancelOrigin, handle: number, accountNo: number, request: CancelRequest) {
    this.#sink = sink;
    this.origin = origin;
    this.handle = handle;
    this.accountNo = accountNo;
    this.messageId = request.messageId;
    this.source = request.source;
    this.destination = request.destination;
    this.serviceType = request.serviceType;
  }

  committed(result: Commit, notice: Notice | null): void {
    this.#sink.cancelCommitted(this, result, notice);
  }
}

/** Answers the customer as the commit went. */
export function answerCancel(cancel: Cancel, result: Commit): void {
  if (result === Commit.unknown) cancel.origin.drop("commit_unknown");
  else cancel.origin.answerCancel(cancel.handle, cancelAnswer(result));
}

function cancelAnswer(result: Commit): CancelAnswer {
  switch (result) {
    case Commit.ok:
      return "ok";
    case Commit.notApplicable:
      return "too_late";
    case Commit.notFound:
      return "not_found";
    default:
      return "unavailable";
  }
}
