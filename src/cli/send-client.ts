/**
 * CustomerClient: a real customer's client on the package smpp: one transceiver bind, with every wait bounded.
 *
 * The package has no window, no timeouts, and is dead for good after one exception in a listener. So nothing here throws into it,
 * its answers are waited for by the clock given, and the first error ends the connection.
 */
import type { PDU, Session } from "smpp";
import { parseReceiptText } from "../../protocols/model/receipt-text.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { TextPart } from "./send-text.js";

export interface BindOptions {
  readonly host: string;
  readonly port: number;
  readonly account: string;
  readonly password: string;
  readonly clock: Clock;
  readonly onReceipt: (receipt: ClientReceipt) => void;
}

/** A receipt as customers read it: by its text. */
export interface ClientReceipt {
  readonly id: string;
  /** The word behind `stat:`, such as DELIVRD. */
  readonly state: string;
  readonly error: string;
}

export interface Submission {
  readonly from: string;
  readonly to: string;
  readonly part: TextPart;
  readonly receipt: boolean;
}

export type SubmitReply =
  | { readonly answered: true; readonly status: number; readonly id: string; readonly afterMs: number }
  /** It may or may not have been accepted. */
  | { readonly answered: false; readonly reason: string };

export type Bound = { readonly client: CustomerClient; readonly afterMs: number } | { readonly client: null; readonly status: number; readonly reason: string };

const BIND_MS = 10_000;
const ANSWER_MS = 30_000;
const UNBIND_MS = 2_000;
const VERSION_34 = 0x34;
const UDHI = 0x40;
const RECEIPT_BITS = 0x3c;
const RECEIPT = 0x04;

interface Outstanding {
  readonly sentMs: number;
  readonly answer: (reply: SubmitReply) => void;
}

/** Connects and binds. A null client says why: the gateway's status, or 0 when there was none. */
export async function bindCustomer(options: BindOptions): Promise<Bound> {
  const { clock } = options;
  // Loaded here, so that no other command pays for it.
  const { connect } = await import("smpp");
  const startMs = clock.preciseMs();
  return new Promise((resolve) => {
    const session = connect({ host: options.host, port: options.port });
    let done = false;
    const end = (bound: Bound): void => {
      if (done) return;
      done = true;
      cancel();
      if (bound.client === null) session.destroy();
      resolve(bound);
    };
    const fail = (reason: string, status = 0): void => end({ client: null, status, reason });
    const cancel = clock.after(BIND_MS, () => fail(`no answer to the bind within ${BIND_MS / 1_000} s`));
    session.on("error", (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    session.once("close", () => fail("the connection was closed before the bind was answered"));
    session.once("connect", () => {
      session.socket.setNoDelay(true);
      session.bind_transceiver({ system_id: options.account, password: options.password, interface_version: VERSION_34 }, (answer) => {
        if (done) return;
        if (answer.command_status !== 0) return fail("the bind was refused", answer.command_status);
        end({ client: new CustomerClient(session, options), afterMs: clock.preciseMs() - startMs });
      });
    });
  });
}

export class CustomerClient {
  readonly #session: Session;
  readonly #clock: Clock;
  /** By order of sending, so that the first is the oldest. */
  readonly #outstanding = new Map<number, Outstanding>();
  readonly #untick: () => void;
  #sent = 0;
  #over = "";
  #closed: (() => void) | null = null;

  /** `session` is bound. */
  constructor(session: Session, options: BindOptions) {
    this.#session = session;
    this.#clock = options.clock;
    session.on("error", (error: NodeJS.ErrnoException) => {
      this.#end(error.code ?? error.message);
      session.destroy();
    });
    session.on("close", () => this.#end("the connection was closed"));
    session.on("deliver_sm", (pdu: PDU) => {
      session.send(pdu.response());
      const receipt = receiptOf(pdu);
      if (receipt !== null) options.onReceipt(receipt);
    });
    session.on("enquire_link", (pdu: PDU) => void session.send(pdu.response()));
    session.on("unbind", (pdu: PDU) => {
      session.send(pdu.response());
      this.#end("the gateway ended the bind");
      session.close();
    });
    this.#untick = options.clock.onTick(() => this.#expire());
  }

  /** Why the connection is over; "" while it lives. */
  get over(): string {
    return this.#over;
  }

  /** Submits one part. Always resolves: with the answer, or with why there will be none. */
  submit({ from, to, part, receipt }: Submission): Promise<SubmitReply> {
    return new Promise((resolve) => {
      if (this.#over !== "") return resolve({ answered: false, reason: this.#over });
      const no = ++this.#sent;
      const sentMs = this.#clock.preciseMs();
      this.#outstanding.set(no, { sentMs, answer: resolve });
      const written = this.#session.submit_sm({
        source_addr: from,
        destination_addr: to.replace(/^\+/, ""),
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        esm_class: part.hasUdh ? UDHI : 0,
        registered_delivery: receipt ? 1 : 0,
        data_coding: part.coding,
        // Octets pass the package untouched; text would be put into what it thinks fit.
        short_message: part.octets,
      }, (answer) => this.#settle(no, { answered: true, status: answer.command_status, id: answer.message_id ?? "", afterMs: this.#clock.preciseMs() - sentMs }));
      if (!written) this.#settle(no, { answered: false, reason: "the connection was closed" });
    });
  }

  /** Unbinds in good order; what has not parted in time is cut off. */
  close(): Promise<void> {
    if (this.#over !== "") return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(UNBIND_MS, () => this.#session.destroy());
      this.#closed = () => {
        cancel();
        resolve();
      };
      if (!this.#session.unbind(() => this.#session.close())) this.#end("the connection was closed");
    });
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

  #end(reason: string): void {
    if (this.#over !== "") return this.#closed?.();
    this.#over = reason;
    this.#untick();
    for (const no of [...this.#outstanding.keys()]) this.#settle(no, { answered: false, reason });
    this.#closed?.();
  }
}

function receiptOf(pdu: PDU): ClientReceipt | null {
  if (((pdu.esm_class ?? 0) & RECEIPT_BITS) !== RECEIPT) return null;
  const given = pdu.short_message;
  const message = typeof given === "object" && "message" in given ? given.message : (given ?? "");
  const read = parseReceiptText(typeof message === "string" ? message : message.toString("latin1"));
  if (read === null) return { id: pdu.receipted_message_id ?? "", state: "", error: "" };
  return { id: read.id, state: read.stat, error: read.err };
}
