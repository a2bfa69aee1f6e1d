/**
 * A protocol the house does not have: SGIP, as far as a customer's session needs it, over real sockets. It is given to the
 * gate as its folder would be, and shows what the shared parts carry of a protocol where each side connects to the other.
 *
 * ```
 *  customer --connects--> BIND type 1, SUBMIT ...        proves himself by name and password; is told nothing here
 *  customer <--connects-- BIND type 2, REPORT, DELIVER   we prove ourselves by the secret shared with the account
 * ```
 */
import type { Socket } from "node:net";
import { Encoding, ReceiptWanted, newMessage, type Message } from "../../protocols/model/message.js";
import { Outcome } from "../../protocols/model/outcome.js";
import type { Notice } from "../../protocols/model/receipt.js";
import { MessageState } from "../../protocols/model/state.js";
import { CustomerConnection } from "../../protocols/wire/customer-connection.js";
import { DialledCall } from "../../protocols/wire/customer-call.js";
import { isFault, type Codec } from "../../protocols/wire/fields.js";
import { listenSockets } from "../../protocols/wire/listener.js";
import type { CustomerEvents, CustomerOptions, DialOptions, WireProtocol } from "../../protocols/wire/protocol.js";
import { BIND, DELIVER, HEADER_OCTETS, Id, REPORT, RESPONSE, RESULT, SUBMIT, writeHeader } from "./sgip-tables.js";

/** SMG 101001 at 05-15 09:31:02, as in the vectors; the third number counts. */
const OUR_SEQUENCE = Buffer.from("00018a891eb3b26e00000000", "hex");
const LIMITS = { minOctets: HEADER_OCTETS, maxUnboundOctets: 61, maxBoundOctets: 2_048 };
const VERSION = "1.2";
/** Extras: the mark, and the twelve octets of the SUBMIT's sequence. */
const EXTRAS_MARK = Buffer.from("G");
const EXTRAS_OCTETS = 13;
/** For a message that came by another protocol: its REPORT names none. */
const NO_SEQUENCE = Buffer.alloc(12);

class SgipSession extends CustomerConnection {
  readonly protocol = "sgip";
  readonly protocolNo = 3;
  /** Sequences of the customer's requests not yet answered, by their last number. */
  readonly #asked = new Map<number, Buffer>();
  #composed: { readonly id: number; readonly octets: number; readonly write: (target: Buffer, at: number) => number } | null = null;
  readonly #dial: DialOptions | null;

  constructor(socket: Socket, address: string, port: number, options: CustomerOptions, events: CustomerEvents, dial: DialOptions | null = null) {
    // SGIP has no probe: who is quiet for long is let go by the idle limit.
    super(socket, address, port, { ...options, timers: { ...options.timers, enquireMs: Infinity } }, events, LIMITS, dial?.account);
    this.#dial = dial;
  }

  get version(): string {
    return this.isBound ? VERSION : "";
  }

  /** Our own BIND, on a connection that we made. */
  login({ account, secret }: DialOptions): void {
    this.#request(Id.BIND, this.takeSequence(), BIND, { LoginType: 2, LoginName: account, LoginPassword: secret()?.toString("latin1") ?? "", Reserve: "" });
  }

  frame(frame: Buffer): void {
    const id = frame.readUInt32BE(4);
    const sequence = frame.subarray(8, HEADER_OCTETS);
    const number = sequence.readUInt32BE(8);
    if (this.#dial !== null && id < RESPONSE && id !== Id.UNBIND) return this.session.end("request_on_our_connection");
    switch (id) {
      case Id.BIND:
        return this.#bindAsked(frame, sequence);
      case Id.BIND + RESPONSE:
        return this.#bindAnswered(frame);
      case Id.SUBMIT:
        return this.#submitted(frame, sequence, number);
      case Id.UNBIND:
        this.#asked.set(number, Buffer.from(sequence));
        return this.partAsked(number);
      case Id.UNBIND + RESPONSE:
        return this.partAgreed();
      case Id.REPORT + RESPONSE:
      case Id.DELIVER + RESPONSE:
        return this.deliveryAnswered(number, frame[HEADER_OCTETS] === 0 ? "ok" : "retry");
      default:
        return this.ignore();
    }
  }

  #bindAsked(frame: Buffer, sequence: Buffer): void {
    const body = BIND.decode(frame, HEADER_OCTETS, frame.length);
    if (isFault(body) || body.LoginType !== 1) return this.#answer(Id.BIND, sequence, 4);
    const proof = { kind: "password" as const, password: body.LoginPassword };
    this.ask({ systemId: body.LoginName, direction: "transmit", version: VERSION, proof }, (verdict) => {
      this.#answer(Id.BIND, sequence, verdict.accepted ? 0 : 1);
      if (verdict.accepted) this.begin(verdict, false);
      else this.session.end(`bind_${verdict.reason}`);
    });
  }

  #bindAnswered(frame: Buffer): void {
    if (this.#dial === null || this.hasAskedToBind || frame[HEADER_OCTETS] !== 0) return this.session.end("bind_refused");
    this.ask({ systemId: this.#dial.account, direction: "receive", version: VERSION, proof: { kind: "called" } }, (verdict) => {
      if (verdict.accepted) this.begin({ ...verdict, deliverWindow: Math.min(verdict.deliverWindow, 32) }, true);
      else this.session.end(`bind_${verdict.reason}`);
    });
  }

  #submitted(frame: Buffer, sequence: Buffer, number: number): void {
    const body = this.isBound ? SUBMIT.decode(frame, HEADER_OCTETS, frame.length) : null;
    if (body === null || isFault(body)) return this.#answer(Id.SUBMIT, sequence, body === null ? 1 : body.status);
    this.#asked.set(number, Buffer.from(sequence));
    this.take();
    // What a REPORT names the message by.
    const extras = Buffer.concat([EXTRAS_MARK, sequence]);
    const messages = body.UserNumber.map((destination): Message => Object.assign(newMessage(), {
      source: body.SPNumber, destination, octets: body.MessageContent, encoding: Encoding.ucs2, codingOctet: body.MessageCoding,
      hasUdh: body.TP_udhi === 1, serviceType: body.ServiceType, receiptWanted: ReceiptWanted.onSuccess | ReceiptWanted.onFailure,
      extras, extrasWithReceipt: true,
    }));
    const [first] = messages;
    if (messages.length === 1 && first !== undefined) this.events.submit(this, number, first);
    else this.events.submitAll(this, number, messages);
  }

  protected writeSubmitAnswer(handle: number, outcome: Outcome): void {
    this.#answer(Id.SUBMIT, this.#askedFor(handle), outcome === Outcome.ok ? 0 : 32);
  }

  // There is no asking and no taking back in SGIP.
  protected writeCancelAnswer(): void {
    this.ignore();
  }

  protected writeQueryAnswer(): void {
    this.ignore();
  }

  protected composeDelivery(notice: Notice): number {
    if (notice.kind === "inbound") {
      const { source, destination, octets } = notice.message;
      const body = { UserNumber: source, SPNumber: destination, TP_pid: 0, TP_udhi: 0, MessageCoding: 15, MessageContent: octets, Reserve: "" };
      this.#composed = { id: Id.DELIVER, octets: DELIVER.room(body), write: (target, at) => DELIVER.encode(target, at, body) };
      return 0;
    }
    const { extras } = notice;
    const submitted = extras !== null && extras.length === EXTRAS_OCTETS && extras[0] === EXTRAS_MARK[0] ? extras.subarray(1) : NO_SEQUENCE;
    const failed = notice.state !== MessageState.delivered;
    const body = {
      SubmitSequenceNumber: submitted, ReportType: 0, UserNumber: notice.destination, State: failed ? 2 : 0, ErrorCode: failed ? Number(notice.error) & 0xff : 0, Reserve: "",
    };
    this.#composed = { id: Id.REPORT, octets: REPORT.room(body), write: (target, at) => REPORT.encode(target, at, body) };
    return 0;
  }

  protected planDelivery(): null {
    return null;
  }

  protected writeDelivery(sequence: number): void {
    const composed = this.#composed;
    if (composed === null) return;
    const target = this.session.reserve(HEADER_OCTETS + composed.octets);
    const { at } = this.session;
    const end = composed.write(target, at + HEADER_OCTETS);
    writeHeader(target, at, end - at, composed.id, ours(sequence));
    this.session.commit(end);
  }

  protected writePart(sequence: number): void {
    this.#bare(Id.UNBIND, ours(sequence));
  }

  protected writePartAnswer(sequence: number): void {
    this.#bare(Id.UNBIND + RESPONSE, this.#askedFor(sequence));
  }

  protected writeFramingLost(): void {
    this.ignore();
  }

  enquire(): void {
    this.ignore();
  }

  #askedFor(number: number): Buffer {
    const sequence = this.#asked.get(number) ?? Buffer.alloc(12);
    this.#asked.delete(number);
    return sequence;
  }

  #answer(id: number, sequence: Buffer, result: number): void {
    const target = this.session.reserve(HEADER_OCTETS + 9);
    const at = writeHeader(target, this.session.at, HEADER_OCTETS + 9, id + RESPONSE, sequence);
    this.session.commit(RESULT.encode(target, at, { Result: result, Reserve: "" }));
  }

  #request<B extends object>(id: number, sequence: number, codec: Codec<B>, body: B): void {
    const octets = HEADER_OCTETS + codec.room(body);
    const target = this.session.reserve(octets);
    this.session.commit(codec.encode(target, writeHeader(target, this.session.at, octets, id, ours(sequence)), body));
  }

  #bare(id: number, sequence: Buffer): void {
    if (this.session.over) return;
    const target = this.session.reserve(HEADER_OCTETS);
    this.session.commit(writeHeader(target, this.session.at, HEADER_OCTETS, id, sequence));
  }
}

function ours(number: number): Buffer {
  const sequence = Buffer.from(OUR_SEQUENCE);
  sequence.writeUInt32BE(number, 8);
  return sequence;
}

/** The customer's side of it: operators' links, and what commands ask, are another test's. */
export const sgip: Pick<WireProtocol, "name" | "usualPort" | "usualWindow" | "proof" | "versions" | "listenSettings" | "linkSettings" | "listen"> & Required<Pick<WireProtocol, "dial">> = {
  name: "sgip",
  usualPort: 8801,
  usualWindow: 32,
  proof: "password",
  versions: [VERSION],
  listenSettings: [],
  linkSettings: [],

  listen(options, events) {
    return listenSockets(options, (socket, address, port) => {
      const session = new SgipSession(socket, address, port, options, events);
      return session.admit() ? session : null;
    });
  },

  dial(options, events) {
    return new DialledCall(options, (socket, address, port) => {
      const session = new SgipSession(socket, address, port, options, events, options);
      if (!session.admit()) return null;
      session.login(options);
      return session;
    });
  },
};
