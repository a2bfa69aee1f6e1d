/**
 * Inbound: a mobile-originated message is given to the account whose service code it was sent to.
 */
import type { Message } from "../../protocols/model/message.js";
import type { Notice } from "../../protocols/model/receipt.js";
import type { Commit, InboundIntent } from "../store/store.js";
import type { ReportOrigin } from "./receipt.js";

export interface InboundSink {
  inboundCommitted(inbound: Inbound, result: Commit, notice: Notice | null): void;
}

/** One MO on its way to disk. */
export class Inbound implements InboundIntent {
  readonly message: Message;
  readonly accountNo: number;
  readonly operatorNo: number;
  readonly origin: ReportOrigin;
  readonly handle: number;
  optOut = false;
  readonly #sink: InboundSink;

  constructor(sink: InboundSink, origin: ReportOrigin, handle: number, message: Message, accountNo: number, operatorNo: number) {
    this.#sink = sink;
    this.origin = origin;
    this.handle = handle;
    this.message = message;
    this.accountNo = accountNo;
    this.operatorNo = operatorNo;
  }

  committed(result: Commit, notice: Notice | null): void {
    this.#sink.inboundCommitted(this, result, notice);
  }
}
