/**
 * Relay: one protocol in, the same or another out and nothing between: no store, no checks, no money. What the gateway's own cost is measured against.
 *
 * ```
 *  customer submit -> link submit -> operator's answer -> customer's answer
 *  operator receipt -> its message's bind -> customer's answer -> operator's answer
 * ```
 * It stands on the same framing, codec and sessions as the gateway, through the same WireProtocol, and forgets everything at its end.
 */
import { protocolByName } from "../../protocols/index.js";
import { messageId } from "../../protocols/model/message-id.js";
import { Outcome } from "../../protocols/model/outcome.js";
import type { Message } from "../../protocols/model/message.js";
import type { Notice, Receipt, ReceiptNotice } from "../../protocols/model/receipt.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type {
  BindRequest, BindVerdict, CustomerEvents, CustomerSession, DeliverAnswer, Listener, OperatorEvents, OperatorLink, ProtocolSettings, SessionTimers, SubmitAnswer, WireLog,
  WireProtocol,
} from "../../protocols/wire/protocol.js";
import { Deque } from "../flow/deque.js";

export interface RelayOptions {
  /** Names of protocols. */
  readonly customer: string;
  readonly operator: string;
  readonly host: string;
  readonly port: number;
  readonly smscHost: string;
  readonly smscPort: number;
  readonly links: number;
  /** Submits, and deliveries, that a customer's bind may have unanswered. */
  readonly window: number;
  /** Submits a link may have unanswered. */
  readonly smscWindow: number;
  readonly clock: Clock;
}

export interface Relay {
  readonly address: { readonly host: string; readonly port: number };
  close(): Promise<void>;
}

/** Listens and dials; customers are let in from the start. Rejects when the port cannot be had. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const relay = new BareRelay(options);
  await relay.open();
  return relay;
}

const TIMERS: SessionTimers = { bindMs: 10_000, enquireMs: 30_000, idleMs: 0, responseMs: 30_000, frameMs: 10_000, writeStallMs: 15_000 };
const MAX_SEND_BUFFER_OCTETS = 16 * 1_024 * 1_024;
const QUIET: WireLog = { event: () => undefined };
const MAX_SESSIONS = 100;

/** One message on its way: where its answer and its receipt go. */
interface Ticket {
  readonly session: CustomerSession;
  readonly handle: number;
  readonly message: Message;
  readonly id: number;
}
/** One receipt on its way: where its answer goes. */
interface Passage {
  readonly session: CustomerSession;
  readonly notice: Notice;
  readonly link: OperatorLink;
  readonly handle: number;
}

class BareRelay implements Relay, CustomerEvents, OperatorEvents {
  readonly #options: RelayOptions;
  readonly #customer: WireProtocol;
  readonly #operator: WireProtocol;
  readonly #links: OperatorLink[] = [];
  #listener: Listener | null = null;
  readonly #waiting = new Deque<Ticket>();
  readonly #passages = new Map<CustomerSession, Deque<Passage>>();
  /** By the operator's id: messages answered, receipts that came before their answer, receipts under way by order. */
  readonly #sent = new Map<string, Ticket>();
  readonly #early = new Map<string, { link: OperatorLink; handle: number; receipt: Receipt }>();
  readonly #underWay = new Map<number, Passage>();
  #nextId: number;
  #turn = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#customer = named(options.customer);
    this.#operator = named(options.operator);
    this.#nextId = messageId(Math.floor(options.clock.wallMs / 1_000), 0, 0);
  }

  async open(): Promise<void> {
    const { host, port, smscHost, smscPort, links, smscWindow, clock } = this.#options;
    this.#listener = await this.#customer.listen({
      name: "relay", host, port, maxConnections: MAX_SESSIONS, maxConnectionsPerAddress: MAX_SESSIONS, timers: TIMERS,
      maxSendBufferOctets: MAX_SEND_BUFFER_OCTETS, systemId: "relay", node: 0, settings: defaults(this.#customer.listenSettings), clock, log: QUIET,
    }, this);
    for (let no = 1; no <= links; no++) {
      const link = this.#operator.connect({
        name: `relay-${no}`, host: smscHost, port: smscPort, systemId: "relay", password: "relay", window: smscWindow, timers: TIMERS,
        reconnectMinMs: 100, reconnectMaxMs: 1_000, maxSendBufferOctets: MAX_SEND_BUFFER_OCTETS, settings: defaults(this.#operator.linkSettings), clock, log: QUIET,
      }, this);
      this.#links.push(link);
      link.start();
    }
  }

  get address(): { readonly host: string; readonly port: number } {
    return this.#listener?.address ?? this.#options;
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.destroy("relay_closed");
    await this.#listener?.close();
  }

  // -------------------------------------------------------------- the customer's side

  connected(): boolean {
    return true;
  }

  bind(session: CustomerSession, _request: BindRequest, answer: (verdict: BindVerdict) => void): void {
    this.#passages.set(session, new Deque<Passage>());
    answer({ accepted: true, window: this.#options.window, deliverWindow: this.#options.window, alphabet0: "gsm7", checkContentSource: true });
  }

  submit(session: CustomerSession, handle: number, message: Message): void {
    const ticket: Ticket = { session, handle, message, id: this.#nextId++ };
    if (this.#waiting.length > 0 || !this.#pass(ticket)) this.#waiting.push(ticket);
  }

  submitAll(session: CustomerSession, handle: number): void {
    session.answerSubmit(handle, Outcome.not_supported, 0);
  }

  cancel(session: CustomerSession, handle: number): void {
    session.answerCancel(handle, "not_found");
  }

  query(session: CustomerSession, handle: number): void {
    session.answerQuery(handle, { kind: "not_found" });
  }

  refused(): void {
    // Answered already, and nobody counts here.
  }

  delivered(_session: CustomerSession, notice: Notice, answer: DeliverAnswer): void {
    const passage = this.#underWay.get(notice.order);
    if (passage === undefined) return;
    this.#underWay.delete(notice.order);
    passage.link.answerDeliver(passage.handle, answer === "ok" ? "ok" : "retry");
  }

  deliverWindowOpen(session: CustomerSession): void {
    const passages = this.#passages.get(session);
    if (passages === undefined) return;
    for (let next = passages.peek(); next !== undefined && this.#deliver(next); next = passages.peek()) passages.shift();
  }

  closed(session: CustomerSession): void {
    this.#passages.delete(session);
  }

  // -------------------------------------------------------------- the operator's side

  bound(): void {
    this.windowOpen();
  }

  down(_link: OperatorLink, _reason: string, unanswered: object[]): void {
    for (const ticket of unanswered as Ticket[]) ticket.session.answerSubmit(ticket.handle, Outcome.store_unavailable, 0);
  }

  submitAnswered(_link: OperatorLink, given: object, answer: SubmitAnswer): void {
    const ticket = given as Ticket;
    const ok = answer.reaction === "ok";
    ticket.session.answerSubmit(ticket.handle, ok ? Outcome.ok : Outcome.throttled, ticket.id);
    if (!ok) return;
    const early = this.#early.get(answer.operatorMessageId);
    if (early === undefined) {
      this.#sent.set(answer.operatorMessageId, ticket);
      return;
    }
    this.#early.delete(answer.operatorMessageId);
    this.#notify(ticket, early.link, early.handle, early.receipt);
  }

  submitTimedOut(): void {
    // Its answer may still come; a relay has no other idea.
  }

  receipt(link: OperatorLink, handle: number, receipt: Receipt): void {
    const ticket = this.#sent.get(receipt.operatorMessageId);
    if (ticket === undefined) {
      this.#early.set(receipt.operatorMessageId, { link, handle, receipt });
      return;
    }
    this.#sent.delete(receipt.operatorMessageId);
    this.#notify(ticket, link, handle, receipt);
  }

  inbound(link: OperatorLink, handle: number): void {
    link.answerDeliver(handle, "refused");
  }

  windowOpen(): void {
    for (let next = this.#waiting.peek(); next !== undefined && this.#pass(next); next = this.#waiting.peek()) this.#waiting.shift();
  }

  // --------------------------------------------------------------

  #pass(ticket: Ticket): boolean {
    const { length } = this.#links;
    for (let tried = 0; tried < length; tried++) {
      const link = this.#links[this.#turn % length] as OperatorLink;
      this.#turn++;
      if (link.windowFree > 0 && link.submit(ticket.message, ticket)) return true;
    }
    return false;
  }

  #notify(ticket: Ticket, link: OperatorLink, handle: number, receipt: Receipt): void {
    const passages = this.#passages.get(ticket.session);
    if (passages === undefined) return link.answerDeliver(handle, "refused");
    const passage: Passage = { session: ticket.session, notice: noticeOf(ticket, receipt, this.#options.clock.wallMs), link, handle };
    if (passages.length > 0 || !this.#deliver(passage)) passages.push(passage);
  }

  #deliver(passage: Passage): boolean {
    if (!passage.session.deliver(passage.notice)) return false;
    this.#underWay.set(passage.notice.order, passage);
    return true;
  }
}

function named(name: string): WireProtocol {
  const protocol = protocolByName(name);
  if (protocol === undefined) throw new RangeError(`there is no protocol ${name}`);
  return protocol;
}

function defaults(settings: WireProtocol["linkSettings"]): ProtocolSettings {
  return Object.fromEntries(settings.map((setting) => [setting.name, setting.default]));
}

function noticeOf(ticket: Ticket, receipt: Receipt, nowMs: number): ReceiptNotice {
  const { message, id } = ticket;
  return {
    kind: "receipt", order: id, accountNo: 1, messageId: id,
    source: message.source, sourceTon: message.sourceTon, sourceNpi: message.sourceNpi,
    destination: message.destination, destinationTon: message.destinationTon, destinationNpi: message.destinationNpi,
    serviceType: message.serviceType, protocolNo: message.protocolNo, state: receipt.state, error: receipt.error, stateWord: "", submittedAtMs: nowMs, doneAtMs: nowMs, extras: null,
  };
}
