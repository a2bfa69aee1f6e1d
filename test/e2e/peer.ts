/**
 * Peers: a customer and an operator for scenarios, whatever they speak, so that one suite serves every combination of protocols.
 */

export type PeerProtocol = "smpp" | "cmpp";

export interface Combination {
  readonly customer: PeerProtocol;
  readonly operator: PeerProtocol;
}

export const SMPP_ONLY: Combination = { customer: "smpp", operator: "smpp" };
export const COMBINATIONS: readonly Combination[] = [
  SMPP_ONLY, { customer: "cmpp", operator: "cmpp" }, { customer: "smpp", operator: "cmpp" }, { customer: "cmpp", operator: "smpp" },
];

/** For what does not turn on translation. */
export const SAME_PROTOCOL = COMBINATIONS.filter(({ customer, operator }) => customer === operator);

export function combinationName({ customer, operator }: Combination): string {
  return `${customer} -> ${operator}`;
}

/** What answers are called on the wire, by what they say. */
export interface Statuses {
  readonly noCredit: number;
  readonly blockedContent: number;
  readonly suspended: number;
  readonly badDestination: number;
  readonly throttled: number;
  readonly queueFull: number;
  /** Of a delivery: not now. */
  readonly later: number;
}
export const STATUSES: Readonly<Record<PeerProtocol, Statuses>> = {
  smpp: { noCredit: 0x464, blockedContent: 0x465, suspended: 0x46f, badDestination: 0x0b, throttled: 0x58, queueFull: 0x14, later: 0x64 },
  cmpp: { noCredit: 100, blockedContent: 101, suspended: 111, badDestination: 13, throttled: 8, queueFull: 8, later: 8 },
};

/** Names of codings: GSM over SMPP is data_coding 0, ASCII over CMPP Msg_Fmt 0, GB18030 Msg_Fmt 15. */
export type PeerCoding = "gsm7" | "ascii" | "ucs2" | "gb18030";

/** One short message, as a customer submits it and an operator sees it. */
export interface PeerMessage {
  readonly source: string;
  readonly destination: string;
  /** data_coding or Msg_Fmt. */
  readonly coding: number;
  readonly hasUdh: boolean;
  /** The text behind the header, read by its coding. */
  readonly text: string;
  /** The user data header's octets in hexadecimal, "" without one. */
  readonly udh: string;
}

/** What a customer submits; a receipt is asked for, and the source is 10690000, unless told otherwise. */
export interface PeerSubmission {
  readonly to: string;
  readonly text: string;
  /** UCS-2 unless given. */
  readonly coding?: PeerCoding;
  readonly from?: string;
  /** Put in front of the text, in hexadecimal. */
  readonly udh?: string;
}

export interface PeerAnswer {
  readonly status: number;
  /** Our message id, "" with a status other than 0. */
  readonly id: string;
}

export interface PeerReceipt {
  readonly id: string;
  readonly state: string;
  readonly source: string;
  readonly destination: string;
  /** All that was written in it, to compare. */
  readonly raw: string;
  readonly atMs: number;
}

export interface TestCustomer {
  readonly receipts: readonly PeerReceipt[];
  readonly inbound: readonly PeerMessage[];
  readonly closed: boolean;
  /** Whether the gateway has asked to part. */
  readonly askedToPart: boolean;
  /** The status a delivery from that phone is answered with; null: not at all. */
  answer: (source: string) => number | null;
  /** Whether a wish to part is answered. */
  polite: boolean;
  submit(submission: PeerSubmission): Promise<PeerAnswer>;
  /** Asks whether the far side lives. */
  probe(): Promise<void>;
  received(count: number, withinMs?: number): Promise<readonly PeerReceipt[]>;
  until(done: () => boolean, withinMs: number, otherwise: () => string): Promise<void>;
  close(): Promise<void>;
  destroy(): void;
}

/** What is answered to a submit. */
export interface OperatorReply {
  readonly status?: number;
  readonly id?: string;
}

export interface OperatorReport {
  readonly id: string;
  readonly state: string;
  readonly from: string;
  readonly to: string;
}

export interface TestOperator {
  readonly submits: readonly PeerMessage[];
  /** Answers a submit; null: nothing at all. */
  answer: (submit: PeerMessage) => OperatorReply | null;
  /** Reports DELIVRD by itself right behind each answer. */
  reports: boolean;
  /** Forgets what came, and answers and reports as at the beginning. */
  reset(): void;
  /** The `no`-th message id of this operator, in its protocol's form. */
  id(no: number): string;
  start(port?: number): Promise<number>;
  stop(): Promise<void>;
  drop(): Promise<void>;
  linked(withinMs?: number): Promise<void>;
  submitted(count: number, withinMs?: number): Promise<readonly PeerMessage[]>;
  /** Answers the `place`-th submit, which `answer` left unanswered. */
  respond(place: number, id: string): void;
  /** Resolves with the status it is answered with. */
  receipt(report: OperatorReport): Promise<number>;
  deliver(message: { readonly source: string; readonly destination: string; readonly text: string; readonly coding?: PeerCoding; readonly udh?: string }): Promise<number>;
}

/** Resolves when `done` is true, which is looked at whenever `Waiting.tell` is called. */
export class Waiting {
  readonly #looks: (() => void)[] = [];

  tell(): void {
    for (const look of [...this.#looks]) look();
  }

  until(done: () => boolean, withinMs: number, otherwise: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        clearTimeout(timer);
        this.#looks.splice(this.#looks.indexOf(look), 1);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = (): void => {
        if (done()) end();
      };
      const timer = setTimeout(() => end(new Error(`${otherwise()} within ${withinMs} ms`)), withinMs);
      this.#looks.push(look);
      look();
    });
  }
}
