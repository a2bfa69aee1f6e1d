/**
 * Delivery: a receipt or an inbound message on its way to whoever is bound, of any protocol.
 */
import { NO_OCTETS } from "../../protocols/wire/octets.js";

/** Final states a simulated message may end in, with message_state [SMPP 3.4 5.2.28] and the error shown. */
export const FINAL_STATES = {
  DELIVRD: { messageState: 2, error: "000" },
  EXPIRED: { messageState: 3, error: "011" },
  DELETED: { messageState: 4, error: "012" },
  UNDELIV: { messageState: 5, error: "027" },
  UNKNOWN: { messageState: 7, error: "099" },
  REJECTD: { messageState: 8, error: "045" },
} as const;
export type FinalState = keyof typeof FINAL_STATES;

/** One hidden class for both kinds: always made by `newReceipt` or `newInbound`. */
export interface Delivery {
  /** The operator's id as receipts write it; "" for an inbound message. */
  readonly id: string;
  /** What the delivery says, so already swapped for a receipt: source is the phone. */
  readonly source: string;
  readonly sourceTon: number;
  readonly sourceNpi: number;
  readonly destination: string;
  readonly destinationTon: number;
  readonly destinationNpi: number;
  /** A FinalState, or what else a protocol may say. */
  readonly state: string;
  readonly submittedAtMs: number;
  readonly esmClass: number;
  readonly dataCoding: number;
  /** The text's octets of an inbound message, UDH in front when esmClass says so. */
  readonly octets: Buffer;
  /** Times it was refused for the moment. */
  refusals: number;
  /** The id of the delivery itself where the protocol has one, the same when it is sent again; "" before it was sent. */
  ownId: string;
}

export const RECEIPT_ESM_CLASS = 0x04;

/** The receipt of a message from `source` to `destination`. */
export function newReceipt(
  id: string, state: string, submittedAtMs: number,
  source: string, sourceTon: number, sourceNpi: number, destination: string, destinationTon: number, destinationNpi: number,
): Delivery {
  return {
    id,
    source: destination, sourceTon: destinationTon, sourceNpi: destinationNpi,
    destination: source, destinationTon: sourceTon, destinationNpi: sourceNpi,
    state, submittedAtMs, esmClass: RECEIPT_ESM_CLASS, dataCoding: 0, octets: NO_OCTETS, refusals: 0, ownId: "",
  };
}

/** A message from a phone. */
export function newInbound(source: string, destination: string, esmClass: number, dataCoding: number, octets: Buffer): Delivery {
  return {
    id: "",
    source, sourceTon: 1, sourceNpi: 1,
    destination, destinationTon: 0, destinationNpi: 1,
    state: "DELIVRD", submittedAtMs: 0, esmClass, dataCoding, octets, refusals: 0, ownId: "",
  };
}
