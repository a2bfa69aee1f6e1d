/**
 * CentreOptions: everything that can be asked of a simulated message centre of any protocol, with a quiet life as the default.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import { NO_FAULTS } from "./faults.js";
import type { FaultOptions } from "./faults.js";
import type { ArrivedText } from "./reassembly.js";

/** A submit as the message centre sees it, whatever the protocol. One hidden class: hot. */
export interface ArrivedSubmit {
  readonly source: string;
  readonly sourceTon: number;
  readonly sourceNpi: number;
  readonly destination: string;
  readonly destinationTon: number;
  readonly destinationNpi: number;
  /** The destinations behind the first; null when there is but one. */
  readonly others: readonly string[] | null;
  /** esm_class; of a protocol without one 0x40 where the text begins with a user data header, else 0. */
  readonly esmClass: number;
  /** data_coding or Msg_Fmt, as it came. */
  readonly coding: number;
  /** The text with its header; a view on the receive buffer: copy what is kept. */
  readonly octets: Buffer;
  /** When a receipt is wanted: 0 never, 1 always, 2 of failures, 3 of successes. [SMPP 3.4 5.2.17] */
  readonly receipt: number;
  /** All else, as the protocol's codec read it. */
  readonly body: object;
}

/** Messages from phones that come by themselves. */
export interface MoStream {
  /** Messages a second; 0 = none. */
  readonly perSecond: number;
  readonly destination: string;
  readonly text: string;
}

export interface CentreOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly clock: Clock;
  /** The only name and password (SP_Id and shared secret) that may bind; null lets everybody in. */
  readonly credentials: { readonly systemId: string; readonly password: string } | null;
  /** Submit to its answer. */
  readonly latencyMs: number;
  /** Answer to its receipt; 0 sends it with the answer. */
  readonly receiptDelayMs: number;
  /** Shares of the states messages end in; they need not sum to 1. */
  readonly finalStates: Readonly<Record<string, number>>;
  /** Receipts and inbound messages a connection may leave unanswered. */
  readonly deliverWindow: number;
  /** Pause before a delivery that was refused for the moment is sent again. */
  readonly deliverRetryMs: number;
  readonly faults: FaultOptions;
  readonly mo: MoStream;
  /** Zone of the dates in receipts, minutes ahead of UTC. */
  readonly zoneMinutes: number;
  /** The same seed does the same wrongs in the same places. */
  readonly seed: number;
  /** Every submit taken and every receipt acknowledged is appended here (record-file.ts); "" = nowhere. */
  readonly recordFile: string;
  /** Called for every submit taken, before its answer, with the id it gets and the name it was bound as. */
  readonly onSubmit: ((submit: ArrivedSubmit, id: string, name: string) => void) | null;
  /** Called for every whole text. */
  readonly onText: ((text: ArrivedText) => void) | null;
}

export const CENTRE_DEFAULTS: Omit<CentreOptions, "clock"> = {
  host: "127.0.0.1",
  port: 0,
  credentials: null,
  latencyMs: 0,
  receiptDelayMs: 0,
  finalStates: { DELIVRD: 1 },
  deliverWindow: 1_000,
  deliverRetryMs: 1_000,
  faults: NO_FAULTS,
  mo: { perSecond: 0, destination: "10690001", text: "TD" },
  zoneMinutes: 480,
  seed: 1,
  recordFile: "",
  onSubmit: null,
  onText: null,
};

/** What has happened so far. */
export interface CentreTotals {
  /** One for each destination. */
  submits: number;
  taken: number;
  throttled: number;
  refused: number;
  answersLost: number;
  connectionsDropped: number;
  /** Written, repeats included. */
  receiptsSent: number;
  receiptsAcknowledged: number;
  /** Answered with a status that says never. */
  receiptsRefused: number;
  /** Answered with a status that says later, or unanswered when the connection ended: sent again. */
  deliveriesRetried: number;
  receiptsLost: number;
  inboundSent: number;
  inboundAcknowledged: number;
  texts: number;
}

export function noTotals(): CentreTotals {
  return {
    submits: 0, taken: 0, throttled: 0, refused: 0, answersLost: 0, connectionsDropped: 0, receiptsSent: 0, receiptsAcknowledged: 0,
    receiptsRefused: 0, deliveriesRetried: 0, receiptsLost: 0, inboundSent: 0, inboundAcknowledged: 0, texts: 0,
  };
}
