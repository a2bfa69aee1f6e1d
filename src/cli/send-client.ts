/**
 * CustomerClient: a real customer's client: one connection, with every wait bounded. What is on the wire is left to its heirs.
 *
 * ```
 *  submit -> outstanding -> answer | no answer in time | the connection's end
 * ```
 */
import type { Clock } from "../../protocols/wire/clock.js";
import type { TextPart } from "./send-text.js";

export interface BindOptions {
  readonly host: string;
  readonly port: number;
  /** system_id or SP_Id. */
  readonly bindAs: string;
  /** Password or shared secret. */
  readonly password: string;
  readonly clock: Clock;
  readonly onReceipt: (receipt: ClientReceipt) => void;
}

/** A receipt as customers read it. */
export interface ClientReceipt {
  readonly id: string;
  /** Its word, such as DELIVRD. */
  readonly state: string;
  /** "" where the protocol has none. */
  readonly error: string;
}

export interface Submission {
  readonly from: string;
  /** Not empty, at most `mostDestinations`. */
  readonly to: readonly string[];
  readonly part: TextPart;
  readonly receipt: boolean;
}

export type SubmitReply =
  /** `id` is the first destination's. */
  | { readonly answered: true; readonly status: number; readonly id: string; readonly afterMs: number }
  /** It may or may not have been accepted. */
  | { readonly answered: false; readonly reason: string };

/** `status` 0: nobody answered. */
export type Bound = { readonly client: CustomerClient; readonly afterMs: number } | { readonly client: null; readonly status: number; readonly reason: string };

export const BIND_MS = 10_000;
const ANSWER_MS = 30_000;
const UNBIND_MS = 2_000;

interface Outstanding {
  readonly sentMs: number;
  readonly answer: (reply: SubmitReply) => void;
}

export abstract class CustomerClient {
  /** The words for how it is bound: "SMPP 3.4 transceiver". */
  abstract readonly speaks: string;
  /** Destinations that one submit may have. */
  abstract readonly mostDestinations: number;
  readonly #clock: Clock;
  /** By order of sending, so that the first is the oldest. */
  readonly #outstanding = new Map<number, Outstanding>();
  readonly #untick: () => void;
  #sent = 0;
  #over = "";
  #closed: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#untick = clock.onTick(() => this.#expire());
  }

  /** Why the connection is over; "" while it lives. */
  get over(): string {
    return this.#over;
  }

  /** The id that the submit's destination at this place has, by the first one's. */
  idOf(first: string, at: number): string {
    return at === 0 ? first : "";
  }

  /** Submits one part. Always resolves: with the answer, or with why there will be none. */
  submit(submission: Submission): Promise<SubmitReply> {
    return new Promise((resolve) => {
      if (this.#over !== "") return resolve({ answered: false, reason: this.#over });
      const no = ++this.#sent;
      this.#outstanding.set(no, { sentMs: this.#clock.preciseMs(), answer: resolve });
      if (!this.write(no, submission)) this.#settle(no, { answered: false, reason: "the connection was closed" });
    });
  }

  /** Parts in good order; what has not parted in time is cut off. */
  close(): Promise<void> {
    if (this.#over !== "") return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(UNBIND_MS, () => this.cutOff());
      this.#closed = () => {
        cancel();
        resolve();
      };
      if (!this.part()) this.ended("the connection was closed");
    });
  }

  /** Writes submit `no`; false when the connection has gone. */
  protected abstract write(no: number, submission: Submission): boolean;
  /** Asks to part; false when the connection has gone. */
  protected abstract part(): boolean;
  protected abstract cutOff(): void;

  /** Submit `no` was answered. */
  protected answered(no: number, status: number, id: string): void {
    const outstanding = this.#outstanding.get(no);
    if (outstanding !== undefined) this.#settle(no, { answered: true, status, id, afterMs: this.#clock.preciseMs() - outstanding.sentMs });
  }

  /** The connection is over. */
  protected ended(reason: string): void {
    if (this.#over !== "") return this.#closed?.();
    this.#over = reason;
    this.#untick();
    for (const no of [...this.#outstanding.keys()]) this.#settle(no, { answered: false, reason });
    this.#closed?.();
  }

  #settle(no: number, reply: SubmitReply): void {
    const outstanding = this.#outstanding.get(no);
    if (outstanding === undefined) return;
    this.#outstanding.delete(no);
    outstanding.answer(reply);
  }

  #expire(): void {
    const nowMs = this.#clock.preciseMs();
    for (const [no, { sentMs }] of this.#outstanding) {
      if (nowMs - sentMs < ANSWER_MS) return;
      this.#settle(no, { answered: false, reason: `no answer within ${ANSWER_MS / 1_000} s` });
    }
  }
}
