/**
 * Peers that speak SMPP: the package smpp behind the shapes of peer.ts.
 */
import type { PDU } from "smpp";
import { Encoding } from "../../protocols/model/message.js";
import { decodeText, encodeText } from "../../protocols/model/text.js";
import { PackageCustomer, ucs2 } from "./package-customer.js";
import type { BindMode } from "./package-customer.js";
import { PackageOperator, textOf } from "./package-operator.js";
import type { OperatorReply, OperatorReport, PeerAnswer, PeerCoding, PeerMessage, PeerReceipt, PeerSubmission, TestCustomer, TestOperator } from "./peer.js";

const UDHI = 0x40;
const CODINGS: Readonly<Record<PeerCoding, { readonly value: number; readonly encoding: Encoding }>> = {
  gsm7: { value: 0, encoding: Encoding.gsm7 }, ascii: { value: 1, encoding: Encoding.ascii }, ucs2: { value: 8, encoding: Encoding.ucs2 },
  // SMPP has no number for it; nothing is sent so.
  gb18030: { value: 0xff, encoding: Encoding.gb18030 },
};

export class SmppCustomer implements TestCustomer {
  readonly #peer: PackageCustomer;
  answer: (source: string) => number | null = () => 0;

  private constructor(peer: PackageCustomer) {
    this.#peer = peer;
    peer.answer = (pdu) => this.answer(pdu.source_addr ?? "");
  }

  static async bind(port: number, systemId: string, password: string, mode?: BindMode): Promise<SmppCustomer> {
    return new SmppCustomer(await PackageCustomer.bind(port, systemId, password, mode));
  }

  get receipts(): readonly PeerReceipt[] {
    return this.#peer.receipts.map(({ id, state, text, atMs, source, destination }) => ({ id, state, source, destination, raw: text, atMs }));
  }

  get inbound(): readonly PeerMessage[] {
    return this.#peer.inbound.map(messageOf);
  }

  get closed(): boolean {
    return this.#peer.closed;
  }

  get askedToPart(): boolean {
    return this.#peer.pdus.some(({ command }) => command === "unbind");
  }

  get polite(): boolean {
    return this.#peer.polite;
  }
  set polite(polite: boolean) {
    this.#peer.polite = polite;
  }

  async submit({ to, text, coding = "ucs2", from = "10690000", udh = "" }: PeerSubmission): Promise<PeerAnswer> {
    const answer = await this.#peer.submit(to, octetsOf(text, coding, udh), { source_addr: from, data_coding: CODINGS[coding].value, esm_class: udh === "" ? 0 : UDHI });
    return { status: answer.command_status, id: answer.message_id ?? "" };
  }

  probe(): Promise<void> {
    return new Promise((resolve) => this.#peer.session.enquire_link(() => resolve()));
  }

  async received(count: number, withinMs?: number): Promise<readonly PeerReceipt[]> {
    await this.#peer.received(count, withinMs);
    return this.receipts;
  }

  until(done: () => boolean, withinMs: number, otherwise: () => string): Promise<void> {
    return this.#peer.until(done, withinMs, otherwise);
  }

  close(): Promise<void> {
    return this.#peer.close();
  }

  destroy(): void {
    this.#peer.session.destroy();
  }
}

export class SmppOperator implements TestOperator {
  readonly #peer = new PackageOperator();
  answer: (submit: PeerMessage) => OperatorReply | null = () => ({ id: this.id(1_000 + this.#peer.submits.length) });

  constructor() {
    this.#peer.answer = (pdu) => this.answer(messageOf(pdu));
  }

  get submits(): readonly PeerMessage[] {
    return this.#peer.submits.map(messageOf);
  }

  get reports(): boolean {
    return this.#peer.reports;
  }
  set reports(reports: boolean) {
    this.#peer.reports = reports;
  }

  reset(): void {
    this.#peer.submits.length = 0;
    this.#peer.reports = false;
    this.answer = () => ({ id: this.id(Math.floor(Math.random() * 1e9)) });
  }

  id(no: number): string {
    return String(no);
  }

  start(port?: number): Promise<number> {
    return this.#peer.start(port);
  }

  stop(): Promise<void> {
    return this.#peer.stop();
  }

  drop(): Promise<void> {
    return this.#peer.drop();
  }

  linked(withinMs?: number): Promise<void> {
    return this.#peer.linked(withinMs);
  }

  async submitted(count: number, withinMs?: number): Promise<readonly PeerMessage[]> {
    await this.#peer.submitted(count, withinMs);
    return this.submits;
  }

  respond(place: number, id: string): void {
    const submit = this.#peer.submits[place];
    if (submit !== undefined) this.#peer.respond(submit, id);
  }

  receipt(report: OperatorReport): Promise<number> {
    return this.#peer.receipt(report);
  }

  deliver({ source, destination, text, coding = "ucs2", udh = "" }: Parameters<TestOperator["deliver"]>[0]): Promise<number> {
    const octets = octetsOf(text, coding, udh);
    return this.#peer.deliver({
      source_addr: source, destination_addr: destination, data_coding: CODINGS[coding].value, esm_class: udh === "" ? 0 : UDHI,
      ...(octets.length > SHORT_MESSAGE_MAX ? { message_payload: octets } : { short_message: octets }),
    });
  }
}

/** More goes into a payload. */
const SHORT_MESSAGE_MAX = 254;

function octetsOf(text: string, coding: PeerCoding, udh: string): Buffer {
  const octets = coding === "ucs2" ? ucs2(text) : encodeText(text, CODINGS[coding].encoding);
  if (octets === null) throw new RangeError(`${text} cannot be said in ${coding}`);
  return Buffer.concat([Buffer.from(udh, "hex"), octets]);
}

/** The package reads every alphabet it knows; of Latin-1 and GSM it makes text, of the rest octets. */
function messageOf(pdu: PDU): PeerMessage {
  const given = (pdu as Pick<PDU, "short_message"> & { readonly message_payload?: PDU["short_message"] }).message_payload ?? pdu.short_message ?? "";
  const coding = pdu.data_coding ?? 0;
  const message = typeof given === "object" && "message" in given ? given.message : given;
  const text = typeof message === "string" ? message : (decodeText(message, coding === 8 ? Encoding.ucs2 : Encoding.gsm7) ?? textOf(pdu));
  return {
    source: pdu.source_addr ?? "", destination: pdu.destination_addr ?? "", coding, hasUdh: ((pdu.esm_class ?? 0) & UDHI) !== 0, text, udh: udhOf(given),
  };
}

function udhOf(given: NonNullable<PDU["short_message"]>): string {
  if (typeof given === "string" || Buffer.isBuffer(given) || !Array.isArray(given.udh)) return "";
  const elements = Buffer.concat(given.udh as Buffer[]);
  return Buffer.concat([Buffer.from([elements.length]), elements]).toString("hex");
}
