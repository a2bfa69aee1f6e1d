/**
 * PackageCustomer: a customer on the client of the package smpp, an independent peer; each test says how it answers deliveries.
 */
import { connect } from "smpp";
import type { PDU, Session, SubmitFields } from "smpp";
import { parseReceiptText } from "../../protocols/model/receipt-text.js";
import { textOf } from "./package-operator.js";

export interface CustomerReceipt {
  readonly id: string;
  readonly state: string;
  readonly error: string;
  readonly source: string;
  readonly destination: string;
  readonly text: string;
  readonly esmClass: number;
  readonly atMs: number;
}

export type BindMode = "transceiver" | "transmitter" | "receiver";

export class PackageCustomer {
  readonly session: Session;
  readonly receipts: CustomerReceipt[] = [];
  /** deliver_sm that are no receipts. */
  readonly inbound: PDU[] = [];
  readonly pdus: PDU[] = [];
  /** The status a delivery is answered with; null: not at all. */
  answer: (pdu: PDU) => number | null = () => 0;
  /** Whether an unbind is answered. */
  polite = true;
  closed = false;
  readonly #changed: (() => void)[] = [];

  private constructor(session: Session) {
    this.session = session;
    session.on("error", () => session.destroy());
    session.on("close", () => {
      this.closed = true;
      this.#tell();
    });
    session.on("pdu", (pdu: PDU) => {
      this.pdus.push(pdu);
      this.#tell();
    });
    session.on("enquire_link", (pdu: PDU) => void session.send(pdu.response()));
    session.on("unbind", (pdu: PDU) => {
      if (!this.polite) return;
      session.send(pdu.response());
      session.close();
    });
    session.on("deliver_sm", (pdu: PDU) => {
      const esmClass = pdu.esm_class ?? 0;
      const receipt = (esmClass & 0x3c) === 0 ? null : parseReceiptText(textOf(pdu));
      if (receipt === null) this.inbound.push(pdu);
      else this.receipts.push({ id: receipt.id, state: receipt.stat, error: receipt.err, source: pdu.source_addr ?? "", destination: pdu.destination_addr ?? "", text: textOf(pdu), esmClass, atMs: performance.now() });
      const status = this.answer(pdu);
      if (status !== null) session.send(pdu.response({ command_status: status }));
      this.#tell();
    });
  }

  /** Connects without binding. */
  static connect(port: number): Promise<PackageCustomer> {
    const session = connect({ host: "127.0.0.1", port });
    const customer = new PackageCustomer(session);
    return new Promise((resolve, reject) => {
      session.once("connect", () => resolve(customer));
      session.once("error", reject);
    });
  }

  /** Binds; rejects with the status when it is refused. */
  static async bind(port: number, systemId: string, password: string, mode: BindMode = "transceiver"): Promise<PackageCustomer> {
    const customer = await PackageCustomer.connect(port);
    const status = await customer.bindAs(systemId, password, mode);
    if (status !== 0) {
      customer.session.destroy();
      throw new Error(`bind refused with 0x${status.toString(16)}`);
    }
    return customer;
  }

  bindAs(systemId: string, password: string, mode: BindMode = "transceiver"): Promise<number> {
    return new Promise((resolve) => {
      this.session[`bind_${mode}`]({ system_id: systemId, password, interface_version: 0x34 }, (answer) => resolve(answer.command_status));
    });
  }

  /** Submits with a receipt asked for unless the fields say otherwise; resolves with the answer. */
  submit(to: string, shortMessage: SubmitFields["short_message"], fields: Partial<SubmitFields> = {}): Promise<PDU> {
    return new Promise((resolve, reject) => {
      const given = { source_addr: "10690000", destination_addr: to, dest_addr_ton: 1, dest_addr_npi: 1, registered_delivery: 1, ...fields };
      const all: SubmitFields = shortMessage === undefined ? given : { ...given, short_message: shortMessage };
      if (!this.session.submit_sm(all, resolve)) reject(new Error("the connection has gone"));
    });
  }

  /** Takes a message back; resolves with the answer. */
  cancel(id: string, to: string): Promise<PDU> {
    return new Promise((resolve) => this.session.cancel_sm({ message_id: id, source_addr: "10690000", destination_addr: to }, resolve));
  }

  /** Writes octets as they are. */
  raw(hex: string): void {
    this.session.socket.write(Buffer.from(hex, "hex"));
  }

  /** Resolves with the answer that has this sequence number. */
  async answered(sequence: number, withinMs = 3_000): Promise<PDU> {
    const find = (): PDU | undefined => this.pdus.find((pdu) => pdu.sequence_number === sequence && pdu.command.endsWith("_resp"));
    await this.until(() => find() !== undefined, withinMs, () => `no answer to sequence ${sequence}`);
    return find() as PDU;
  }

  async received(count: number, withinMs = 5_000): Promise<CustomerReceipt[]> {
    await this.until(() => this.receipts.length >= count, withinMs, () => `${this.receipts.length} of ${count} receipts came`);
    return this.receipts;
  }

  /** Resolves once `done`, looked at whenever something comes. */
  until(done: () => boolean, withinMs: number, otherwise: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        clearTimeout(timer);
        this.#changed.splice(this.#changed.indexOf(look), 1);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = (): void => {
        if (done()) end();
      };
      const timer = setTimeout(() => end(new Error(`${otherwise()} within ${withinMs} ms`)), withinMs);
      this.#changed.push(look);
      look();
    });
  }

  /** Parts in good order, or is cut off after a second. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.session.unbind(() => this.session.close());
    await this.until(() => this.closed, 1_000, () => "").catch(() => this.session.destroy());
  }

  #tell(): void {
    for (const look of [...this.#changed]) look();
  }
}

/** UCS-2 octets of a text. */
export function ucs2(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}
