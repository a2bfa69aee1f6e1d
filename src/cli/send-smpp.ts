/**
 * The SMPP client of `tollgate send`, on the package smpp: one transceiver bind.
 *
 * The package has no window, no timeouts, and is dead for good after one exception in a listener. So nothing here throws into it,
 * its answers are waited for by the clock given, and the first error ends the connection.
 */
import type { PDU, Session } from "smpp";
import { parseReceiptText } from "../../protocols/model/receipt-text.js";
import { BIND_MS, CustomerClient } from "./send-client.js";
import type { BindOptions, Bound, ClientReceipt, Submission } from "./send-client.js";

const VERSION_34 = 0x34;
const UDHI = 0x40;
const RECEIPT_BITS = 0x3c;
const RECEIPT = 0x04;

/** Connects and binds. */
export async function bindSmpp(options: BindOptions): Promise<Bound> {
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
      session.bind_transceiver({ system_id: options.bindAs, password: options.password, interface_version: VERSION_34 }, (answer) => {
        if (done) return;
        if (answer.command_status !== 0) return fail("the bind was refused", answer.command_status);
        end({ client: new SmppClient(session, options), afterMs: clock.preciseMs() - startMs });
      });
    });
  });
}

class SmppClient extends CustomerClient {
  readonly speaks = "SMPP 3.4 transceiver";
  readonly mostDestinations = 1;
  readonly #session: Session;

  /** `session` is bound. */
  constructor(session: Session, options: BindOptions) {
    super(options.clock);
    this.#session = session;
    session.on("error", (error: NodeJS.ErrnoException) => {
      this.ended(error.code ?? error.message);
      session.destroy();
    });
    session.on("close", () => this.ended("the connection was closed"));
    session.on("deliver_sm", (pdu: PDU) => {
      session.send(pdu.response());
      const receipt = receiptOf(pdu);
      if (receipt !== null) options.onReceipt(receipt);
    });
    session.on("enquire_link", (pdu: PDU) => void session.send(pdu.response()));
    session.on("unbind", (pdu: PDU) => {
      session.send(pdu.response());
      this.ended("the gateway ended the bind");
      session.close();
    });
  }

  protected write(no: number, { from, to, part, receipt }: Submission): boolean {
    return this.#session.submit_sm({
      source_addr: from,
      destination_addr: (to[0] ?? "").replace(/^\+/, ""),
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      esm_class: part.hasUdh ? UDHI : 0,
      registered_delivery: receipt ? 1 : 0,
      data_coding: part.coding,
      // Octets pass the package untouched; text would be put into what it thinks fit.
      short_message: part.octets,
    }, (answer) => this.answered(no, answer.command_status, answer.message_id ?? ""));
  }

  protected part(): boolean {
    return this.#session.unbind(() => this.#session.close());
  }

  protected cutOff(): void {
    this.#session.destroy();
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
