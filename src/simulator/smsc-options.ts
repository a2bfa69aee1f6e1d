/**
 * SmscOptions: everything that can be asked of a simulated message centre, with a quiet life as the default.
 */
import { Encoding } from "../../protocols/model/message.js";
import type { SubmitSm } from "../../protocols/smpp/codec.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { FinalState, ReceiptForm } from "./delivery.js";
import { NO_FAULTS } from "./faults.js";
import type { FaultOptions } from "./faults.js";
import type { IdStyle } from "./operator-ids.js";
import type { ArrivedText } from "./reassembly.js";

/** Messages from phones that come by themselves. */
export interface MoStream {
  /** Messages a second; 0 = none. */
  readonly perSecond: number;
  readonly destination: string;
  readonly text: string;
}

export interface SmscOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly clock: Clock;
  /** The only name and password that may bind; null lets everybody in. */
  readonly credentials: { readonly systemId: string; readonly password: string } | null;
  readonly ids: IdStyle;
  /** Submit to its answer. */
  readonly latencyMs: number;
  /** Answer to its receipt; 0 sends it with the answer. */
  readonly receiptDelayMs: number;
  readonly receiptForm: ReceiptForm;
  /** Shares of the states messages end in; they need not sum to 1. */
  readonly finalStates: Readonly<Partial<Record<FinalState, number>>>;
  /** Receipts and inbound messages a connection may leave unanswered. */
  readonly deliverWindow: number;
  /** Pause before a delivery that was refused for the moment is sent again. */
  readonly deliverRetryMs: number;
  readonly faults: FaultOptions;
  readonly mo: MoStream;
  /** How data_coding 0 is read for `onText`. */
  readonly alphabet0: Encoding;
  /** Zone of the dates in receipts, minutes ahead of UTC. */
  readonly zoneMinutes: number;
  /** The same seed does the same wrongs in the same places. */
  readonly seed: number;
  /** Every submit taken and every receipt acknowledged is appended here (record-file.ts); "" = nowhere. */
  readonly recordFile: string;
  /** Called for every submit taken, before its answer. Octets in `submit` are views: copy what is kept. */
  readonly onSubmit: ((submit: SubmitSm, id: string, systemId: string) => void) | null;
  /** Called for every whole text. */
  readonly onText: ((text: ArrivedText) => void) | null;
}

export const SMSC_DEFAULTS: Omit<SmscOptions, "clock"> = {
  host: "127.0.0.1",
  port: 0,
  credentials: null,
  ids: "decimal",
  latencyMs: 0,
  receiptDelayMs: 0,
  receiptForm: "text_and_tlvs",
  finalStates: { DELIVRD: 1 },
  deliverWindow: 1_000,
  deliverRetryMs: 1_000,
  faults: NO_FAULTS,
  mo: { perSecond: 0, destination: "10690001", text: "TD" },
  alphabet0: Encoding.gsm7,
  zoneMinutes: 480,
  seed: 1,
  recordFile: "",
  onSubmit: null,
  onText: null,
};

/** What has happened so far. */
export interface SmscTotals {
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

export function noTotals(): SmscTotals {
  return {
    submits: 0, taken: 0, throttled: 0, refused: 0, answersLost: 0, connectionsDropped: 0, receiptsSent: 0, receiptsAcknowledged: 0,
    receiptsRefused: 0, deliveriesRetried: 0, receiptsLost: 0, inboundSent: 0, inboundAcknowledged: 0, texts: 0,
  };
}
