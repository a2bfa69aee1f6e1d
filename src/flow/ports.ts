/**
 * Ports: what the flow asks of the edges; gateway.ts fills them in. Flow never imports customer/ or operator/.
 */
import type { Message } from "../../protocols/model/message.js";
import type { Notice } from "../../protocols/model/receipt.js";
import type { Outcome } from "../../protocols/model/outcome.js";
import type { CancelAnswer, Plan } from "../../protocols/wire/protocol.js";

/** Where a submit came from and where its answer goes: a live bind. */
export interface SubmitOrigin {
  /** Answers the submit `handle`; safe when the bind has gone. */
  answerSubmit(handle: number, outcome: Outcome, messageId: number): void;
  /** The store does not know whether the submit is on disk: no answer may be given, the bind is dropped. */
  dropUnanswered(reason: string): void;
  /** The bind has gone: answers reach nobody. */
  readonly ended: boolean;
  /** The protocol it speaks, see Message.protocolNo. */
  readonly protocolNo: number;
}

/** Where the answer to a customer's wish to take a message back goes. */
export interface CancelOrigin {
  answerCancel(handle: number, answer: CancelAnswer): void;
  /** The store does not know whether it was taken back: no answer may be given, the bind is dropped. */
  drop(reason: string): void;
}

/** A link at which a window slot can be taken before the store is asked. */
export interface LinkPort {
  readonly no: number;
  readonly operatorNo: number;
  /** A window slot and a pacer token, taken together; false when either is missing. */
  reserve(): boolean;
  /** Gives both back (the store refused, or the link went). */
  unreserve(): void;
  /** Writes a message whose slot is reserved; false when the link has gone: certainly not written. */
  submitReserved(message: Message, ticket: object): boolean;
}

/** The links of one operator. */
export interface OperatorPort {
  readonly operatorNo: number;
  /** The link to use next with a reserved slot, or null when none is free. */
  reserveLink(): LinkPort | null;
  readonly anyBound: boolean;
  /** Characters that the operator puts in front of every text by itself: they count. */
  readonly signatureUnits: number;
  /** Whether a message goes out over these links just as it is; asked for every message. */
  fits(message: Message): boolean;
  /** How the parts of one text go out, see WireProtocol.plan. */
  plan(parts: readonly Message[], reference: number, prefix: string): Plan;
}

/** The binds of one account that can take notices. */
export interface NotifyPort {
  /** Places in the deliver windows of all binds of the account that can receive, taken or not. */
  window(accountNo: number): number;
  /** Hands a notice to a bind with a free place; false when there is none now. */
  deliver(accountNo: number, notice: Notice): boolean;
}

/** What the flow counts; every call is a few array increments. Stage and outcome are indexes. */
export interface FlowMetrics {
  stage(stage: number, outcome: Outcome, count?: number): void;
  /** Submit received to answer written, ms. */
  observeAnswer(ms: number): void;
  /** Submit written to the operator to its answer, ms. */
  observeToOperator(ms: number): void;
  /** Message accepted to its final receipt, ms. */
  observeToReceipt(ms: number): void;
}

/** How a receipt's id relates to the id in the submit's answer. */
export type IdReading = "text" | "hex_in_receipt" | "decimal_in_receipt" | "alternate";
