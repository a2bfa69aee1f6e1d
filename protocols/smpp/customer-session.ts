/**
 * SmppCustomerSession: one customer's connection, with us as the message centre.
 *
 * The life of a session is wire/customer-connection.ts's; here are its PDUs. Before a bind only binds and enquire_link are
 * served: anything else is answered, and the connection closed.
 */
import type { Socket } from "node:net";
import type { Message } from "../model/message.js";
import { Outcome } from "../model/outcome.js";
import { planInbound } from "../model/plan.js";
import type { Notice } from "../model/receipt.js";
import { CustomerConnection } from "../wire/customer-connection.js";
import type { AcceptedBind } from "../wire/customer-connection.js";
import { NO_OCTETS } from "../wire/octets.js";
import type { Alphabet0, CancelAnswer, CustomerEvents, CustomerOptions, QueryAnswer } from "../wire/protocol.js";
import { VERSION_33, VERSION_34, boundState, directionOf, isBind, normalVersion, refusalStatus, versionName } from "./bind.js";
import { cancelStatus, queryResponse, readCancel, readQuery } from "./cancel-query.js";
import {
  MESSAGE_ID_RESP_MAX_OCTETS, MESSAGE_MAX_OCTETS, decodeBind, decodeSubmitSm, encodeBindResp, encodeBody, encodeDeliverSm,
  encodeHeaderOnly, encodeSubmitSmResp, isFault, readCommandId, readSequence, readStatus, roomFor,
} from "./codec.js";
import type { DeliverSm } from "./codec.js";
import { CommandId, SessionState, responseId } from "./commands.js";
import { Composer } from "./compose.js";
import { messageOfSubmit } from "./convert.js";
import type { ReadingTerms } from "./convert.js";
import { SmppLinkText } from "./link-text.js";
import {
  MAX_FRAME_BOUND_OCTETS, MAX_FRAME_UNBOUND_OCTETS, MIN_FRAME_OCTETS, deliverAnswerOf, refusalCommand, refusalStatusOf, shownMessageId,
} from "./operations.js";
import { ReceiptComposer } from "./receipts.js";
import { Status, outcomeStatus } from "./status.js";

/** Dates in receipts are China's. */
const RECEIPT_ZONE_MINUTES = 480;
const BIND_RESP_OCTETS = 96;
const LIMITS = { minOctets: MIN_FRAME_OCTETS, maxUnboundOctets: MAX_FRAME_UNBOUND_OCTETS, maxBoundOctets: MAX_FRAME_BOUND_OCTETS };

/** What customers can be told, by what data_coding 0 means to them. */
const CUSTOMER_TEXTS = { gsm7: customerText("gsm7"), ascii: customerText("ascii"), latin1: customerText("latin1"), utf8: customerText("utf8") };

function customerText(alphabet0: Alphabet0): SmppLinkText {
  return new SmppLinkText({ alphabet0, form: "udh8", allUcs2: false, takesGb18030: false, operatorUnits: 0 });
}

/** Bodies are filled and written within one call, so all sessions share one of each. */
const composer = new Composer();
const receiptComposer = new ReceiptComposer();
let composed: DeliverSm = composer.body;

export class SmppCustomerSession extends CustomerConnection {
  readonly protocol = "smpp";
  readonly protocolNo = 1;
  #state: SessionState = SessionState.open;
  #version = VERSION_34;
  /** Ids as written in cancels and queries not yet answered, by their sequence; never more than the window lets in. */
  readonly #asked = new Map<number, string>();
  #terms: ReadingTerms = { alphabet0: "gsm7", version: VERSION_34 };

  constructor(socket: Socket, address: string, port: number, options: CustomerOptions, events: CustomerEvents, calledAccount = "") {
    super(socket, address, port, options, events, LIMITS, calledAccount);
  }

  /** Calls for a bind, on a connection that we made. Customers know us by where we come from: there is no password of ours. [SMPP 3.4 4.1.7] */
  outbind(): void {
    this.#state = SessionState.outbound;
    const body = { system_id: this.options.systemId, password: "", tlvs: NO_OCTETS };
    const target = this.session.reserve(roomFor(CommandId.outbind, body));
    this.session.commit(encodeBody(CommandId.outbind, target, this.session.at, 0, this.takeSequence(), body));
  }

  get version(): string {
    return this.isBound ? versionName(this.#version) : "";
  }

  // ---------------------------------------------------------------- answers and deliveries

  protected writeSubmitAnswer(handle: number, outcome: Outcome, messageId: number): void {
    const status = outcome === Outcome.ok ? 0 : outcomeStatus(outcome);
    const id = status === 0 ? shownMessageId(messageId, this.#version) : "";
    const target = this.session.reserve(MESSAGE_ID_RESP_MAX_OCTETS);
    this.session.commit(encodeSubmitSmResp(target, this.session.at, handle, status, id));
  }

  protected writeCancelAnswer(handle: number, answer: CancelAnswer): void {
    this.#header(CommandId.cancel_sm_resp, cancelStatus(answer, this.#askedFor(handle) !== ""), handle);
  }

  protected writeQueryAnswer(handle: number, answer: QueryAnswer): void {
    const body = queryResponse(answer, this.#askedFor(handle), this.#version);
    if (typeof body === "number") return this.#header(CommandId.query_sm_resp, body, handle);
    const target = this.session.reserve(roomFor(CommandId.query_sm_resp, body));
    this.session.commit(encodeBody(CommandId.query_sm_resp, target, this.session.at, 0, handle, body));
  }

  /** The id that a cancel or query named, which its answer has to name again; "" when it named none. */
  #askedFor(handle: number): string {
    const id = this.#asked.get(handle) ?? "";
    this.#asked.delete(handle);
    return id;
  }

  protected composeDelivery(notice: Notice): number {
    if (notice.kind === "inbound") {
      composed = composer.body;
      return composer.compose(notice.message, CUSTOMER_TEXTS[this.#terms.alphabet0], "as_it_came", this.#version >= VERSION_34);
    }
    composed = receiptComposer.body;
    receiptComposer.compose(notice, shownMessageId(notice.messageId, this.#version), this.#version, RECEIPT_ZONE_MINUTES);
    return 0;
  }

  protected planDelivery(message: Message, reference: number): readonly Message[] | null {
    return planInbound(message, CUSTOMER_TEXTS[this.#terms.alphabet0], reference);
  }

  protected writeDelivery(sequence: number): void {
    const target = this.session.reserve(MESSAGE_MAX_OCTETS + composed.tlvs.length);
    this.session.commit(encodeDeliverSm(target, this.session.at, sequence, composed));
  }

  protected writePart(sequence: number): void {
    this.#header(CommandId.unbind, 0, sequence);
  }

  protected writePartAnswer(sequence: number): void {
    this.#header(CommandId.unbind_resp, 0, sequence);
  }

  protected writeFramingLost(octets: Buffer): void {
    this.#header(CommandId.generic_nack, Status.ESME_RINVCMDLEN, octets.length >= MIN_FRAME_OCTETS ? readSequence(octets) : 0);
  }

  enquire(): void {
    this.#header(CommandId.enquire_link, 0, this.takeSequence());
  }

  // ---------------------------------------------------------------- requests of the customer

  frame(frame: Buffer): void {
    const commandId = readCommandId(frame);
    switch (commandId) {
      case CommandId.submit_sm:
        return this.#submitted(frame);
      case CommandId.cancel_sm:
        return this.#cancelAsked(frame);
      case CommandId.query_sm:
        return this.#queryAsked(frame);
      case CommandId.deliver_sm_resp:
        // Its body, whatever it looks like, says nothing.
        return this.deliveryAnswered(readSequence(frame), deliverAnswerOf(readStatus(frame)));
      case CommandId.generic_nack:
        return this.deliveryAnswered(readSequence(frame), deliverAnswerOf(readStatus(frame) || Status.ESME_RUNKNOWNERR));
      case CommandId.enquire_link:
        this.session.transaction();
        return this.#header(CommandId.enquire_link_resp, 0, readSequence(frame));
      case CommandId.enquire_link_resp:
        // A quiet receiver that answers our probes is alive: cutting it off would only make its receipts wait.
        return this.session.transaction();
      case CommandId.unbind:
        return this.isBound ? this.partAsked(readSequence(frame)) : this.#refuse(CommandId.unbind, frame);
      case CommandId.unbind_resp:
        return this.partAgreed();
      default:
        return isBind(commandId) ? this.#bindAsked(commandId, frame) : this.#refuse(commandId, frame);
    }
  }

  #submitted(frame: Buffer): void {
    const sequence = readSequence(frame);
    if ((this.#state & (SessionState.bound_tx | SessionState.bound_trx)) === 0) return this.#refuse(CommandId.submit_sm, frame);
    const room = this.room;
    if (room !== Outcome.ok) return this.#refuseSubmit(sequence, outcomeStatus(room), room, this.parting ? "parting" : "window");
    const body = decodeSubmitSm(frame);
    const message = isFault(body) ? body : messageOfSubmit(body, this.#terms, this.options.clock.wallMs);
    if (isFault(message)) return this.#refuseSubmit(sequence, message.status, Outcome.malformed, message.field);
    this.take();
    this.events.submit(this, sequence, message);
  }

  #refuseSubmit(sequence: number, status: number, outcome: Outcome, detail: string): void {
    this.#header(CommandId.submit_sm_resp, status, sequence);
    this.events.refused(this, outcome, detail);
  }

  #cancelAsked(frame: Buffer): void {
    if (!this.#mayAsk(CommandId.cancel_sm, frame)) return;
    const asked = readCancel(frame, this.#version, this.options.clock.wallMs);
    if (isFault(asked)) return this.#header(CommandId.cancel_sm_resp, asked.status, readSequence(frame));
    this.#asked.set(readSequence(frame), asked.shownId);
    this.take();
    this.events.cancel(this, readSequence(frame), asked.request);
  }

  #queryAsked(frame: Buffer): void {
    if (!this.#mayAsk(CommandId.query_sm, frame)) return;
    const asked = readQuery(frame, this.#version, this.options.clock.wallMs);
    if (isFault(asked)) return this.#header(CommandId.query_sm_resp, asked.status, readSequence(frame));
    this.#asked.set(readSequence(frame), asked.shownId);
    this.take();
    this.events.query(this, readSequence(frame), asked.request);
  }

  /** Only who may submit may ask about submits, and no more than fits beside them; else it is answered here. */
  #mayAsk(commandId: number, frame: Buffer): boolean {
    if ((this.#state & (SessionState.bound_tx | SessionState.bound_trx)) === 0) {
      this.#refuse(commandId, frame);
      return false;
    }
    const { room } = this;
    if (room !== Outcome.ok) this.#header(responseId(commandId), outcomeStatus(room), readSequence(frame));
    return room === Outcome.ok;
  }

  /** Answers a request that is not served here, and closes a connection that does not begin with a bind. */
  #refuse(commandId: number, frame: Buffer): void {
    const answer = refusalCommand(commandId);
    if (answer === 0) return this.ignore();
    const status = refusalStatusOf(commandId, "smsc", this.#state, this.#version);
    this.#header(answer, status, readSequence(frame));
    if (commandId === CommandId.submit_sm && this.isBound) this.events.refused(this, Outcome.malformed, "bind_state");
    if (!this.isBound && status === Status.ESME_RINVBNDSTS) this.session.end("request_before_bind");
  }

  // ---------------------------------------------------------------- bind

  #bindAsked(commandId: number, frame: Buffer): void {
    const sequence = readSequence(frame);
    const answerId = responseId(commandId);
    if (this.hasAskedToBind) return this.#header(answerId, Status.ESME_RALYBND, sequence);
    // Names and passwords longer than the standard's are in use; whether they are right is not for us to say.
    const body = decodeBind(frame, true);
    if (isFault(body)) {
      this.#header(answerId, body.status, sequence);
      return this.session.end(`bind_malformed_${body.field}`);
    }
    this.#version = normalVersion(body.interface_version);
    const direction = directionOf(commandId);
    const proof = { kind: "password" as const, password: body.password };
    this.ask({ systemId: body.system_id, proof, direction, version: versionName(this.#version) }, (verdict) => {
      if (verdict.accepted) return this.#accept(verdict, boundState(direction), answerId, sequence);
      this.#header(answerId, refusalStatus(verdict.reason), sequence);
      this.session.end(`bind_${verdict.reason}`);
    });
  }

  #accept(verdict: AcceptedBind, state: SessionState, answerId: number, sequence: number): void {
    this.#state = state;
    this.#terms = { alphabet0: verdict.alphabet0, version: this.#version };
    this.begin(verdict, state !== SessionState.bound_tx);
    const shown = this.#version === VERSION_33 ? -1 : this.#version;
    const target = this.session.reserve(BIND_RESP_OCTETS);
    this.session.commit(encodeBindResp(answerId, target, this.session.at, sequence, 0, this.options.systemId, shown));
  }

  #header(commandId: number, status: number, sequence: number): void {
    if (this.session.over) return;
    const target = this.session.reserve(MIN_FRAME_OCTETS);
    this.session.commit(encodeHeaderOnly(target, this.session.at, commandId, status, sequence));
  }
}
