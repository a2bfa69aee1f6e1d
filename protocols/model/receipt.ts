/**
 * Receipt: what an operator reports about a message we sent, and the text form receipts travel in.
 */
import type { Message } from "./message.js";
import type { MessageState } from "./state.js";

/** A report as read off an operator's wire. `state` is a final MessageState, or `sent` for an interim report. */
export interface Receipt {
  /** The operator's id for the message as the operator wrote it in the receipt; "" when it gave none. */
  operatorMessageId: string;
  /** A second id seen in the same receipt (text and TLV disagree), "" when none. */
  alternateId: string;
  /** delivered | undeliverable | expired | deleted | rejected | unknown when final; `sent` when interim. */
  state: MessageState;
  final: boolean;
  /** The operator's own word, e.g. "DELIVRD", "MK:0001"; kept raw. */
  stateWord: string;
  /** Error code as text, e.g. "000", "21b"; "" when none. Kept raw. */
  error: string;
  /** Source and destination of the ORIGINAL message (already swapped back). */
  source: string;
  destination: string;
  /** The operator's own done time in wall ms, 0 when absent or unreadable. Never part of a match. */
  doneAtMs: number;
  /** The receipt's raw text octets for evidence; may be empty. */
  raw: Buffer;
}

/** What the customer is to be told about one message: the store makes it, the customer's protocol writes it. */
export interface ReceiptNotice {
  readonly kind: "receipt";
  /** Monotonic place in the account's outbox. */
  readonly order: number;
  readonly accountNo: number;
  readonly messageId: number;
  readonly source: string;
  readonly sourceTon: number;
  readonly sourceNpi: number;
  readonly destination: string;
  readonly destinationTon: number;
  readonly destinationNpi: number;
  /** Of the submit. */
  readonly serviceType: string;
  /** The protocol of the submit, see Message.protocolNo. */
  readonly protocolNo: number;
  readonly state: MessageState;
  /** Three-digit style error or the operator's raw one; "000" when delivered. */
  readonly error: string;
  /** The word to show when it is not one of the standard seven (e.g. "TG:0101"), else "". */
  readonly stateWord: string;
  readonly submittedAtMs: number;
  readonly doneAtMs: number;
  /** The submit's, where it said that they come with its receipts (Message.extrasWithReceipt); else null. */
  readonly extras: Buffer | null;
}

/** A mobile-originated message waiting for its customer. */
export interface InboundNotice {
  readonly kind: "inbound";
  readonly order: number;
  readonly accountNo: number;
  /** Our id of this MO. */
  readonly messageId: number;
  readonly message: Message;
}

export type Notice = ReceiptNotice | InboundNotice;
