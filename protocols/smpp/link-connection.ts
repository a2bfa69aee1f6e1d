/**
 * LinkConnection: one connection to an operator's message centre, from our bind to its end; with us as the ESME.
 *
 * ```
 *  (connected) --our bind--> binding --ok--> bound --ours: nothing in flight--> unbind sent --answered--> closed
 *                              '--refused--> closed      '--theirs: nothing in flight or owed, unbind answered--> closed
 * ```
 * A request that is not answered in time keeps its place in the window: a message centre that has stopped answering gets no more
 * messages, and its late answers still count while the connection lives. However it ends in good order, the answers on
 * their way come first: a message whose answer is lost may have to be sent again.
 */
import type { Socket } from "node:net";
import type { Message } from "../model/message.js";
import { NO_OCTETS } from "../wire/octets.js";
import type { LossKind } from "../wire/connector.js";
import type { LinkOptions, OperatorEvents, OperatorLink, SubmitAnswer, WireLog } from "../wire/protocol.js";
import { Sequence } from "../wire/sequence.js";
import { Pause, Session } from "../wire/session.js";
import type { SessionHooks } from "../wire/session.js";
import { Window } from "../wire/window.js";
import { VERSION_34, boundState, directionOf, isLastingRefusal, normalVersion, refusalText } from "./bind.js";
import {
  MESSAGE_MAX_OCTETS, decodeBindResp, decodeDataSm, decodeDeliverSm, decodeSubmitSmResp, encodeBind, encodeBody, encodeDeliverSmResp,
  encodeHeaderOnly, encodeSubmitSm, isFault, readCommandId, readSequence, readStatus,
} from "./codec.js";
import type { DataSm, DeliverSm, FieldFault } from "./codec.js";
import { CommandId, SessionState, responseId } from "./commands.js";
import { deliveredOctets, messageOfDelivery } from "./convert.js";
import { MAX_FRAME_BOUND_OCTETS, MAX_FRAME_UNBOUND_OCTETS, MIN_FRAME_OCTETS, refusalCommand, refusalStatusOf } from "./operations.js";
import { isReceipt, receiptOf } from "./receipts.js";
import type { LinkTerms } from "./settings.js";
import { Status, explainStatus, reactionTo } from "./status.js";
import { SubmitComposer } from "./submit.js";
import { CODECS } from "./tables.js";
import { Tlv, readTlvInteger } from "./tlvs.js";

/** The oldest unanswered submit may be this many response times old before the connection is given up. */
const STUCK_FACTOR = 3;
/** How long a connection that is to end waits at most, for the answers we owe and for those on their way to us. */
const PART_MS = 5_000;
const BIND_OCTETS = 320;
/** Handles hold the sequence in their low 32 bits and, above, which command the answer is for. */
const DATA_SM_HANDLE = 0x1_0000_0000;

const composer = new SubmitComposer();

/** What the link has to know of its connection. */
export interface ConnectionOwner {
  readonly link: OperatorLink;
  connectionBound(connection: LinkConnection): void;
  /** Called once. `unanswered` are the tickets not already reported as timed out. */
  connectionEnded(connection: LinkConnection, reason: string, kind: LossKind, unanswered: object[]): void;
  /** Where this connection's handles begin, so that a handle of an earlier one is never taken for one of this. */
  handle(connection: LinkConnection, local: number): number;
}

export class LinkConnection implements SessionHooks {
  readonly #options: LinkOptions;
  readonly #terms: LinkTerms;
  readonly #events: OperatorEvents;
  readonly #owner: ConnectionOwner;
  readonly #log: WireLog;
  readonly #session: Session;
  readonly #sequence = new Sequence();
  readonly #requests: Window<object>;
  #state: SessionState = SessionState.open;
  #version = VERSION_34;
  #tlvs = false;
  #kind: LossKind = "lost";
  #freed = 0;
  #owed = 0;
  #parting = false;
  #partBy = 0;
  #partSequence = -1;
  #unbindSent = false;
  /** Why the connection is to be given up when the frames at hand are dealt with; "" = it is not. */
  #giveUp = "";
  /** An answer is so long overdue that the connection goes as soon as no other is on its way. */
  #stuck = false;
  /** The status by which the bind is worth nothing: the connection goes as soon as no answer is on its way, at the latest then. */
  #leaving = "";
  #leaveBy = 0;
  #reading = false;
  #idless = false;
  ignored = 0;

  constructor(socket: Socket, options: LinkOptions, terms: LinkTerms, events: OperatorEvents, owner: ConnectionOwner, log: WireLog) {
    this.#options = options;
    this.#terms = terms;
    this.#events = events;
    this.#owner = owner;
    this.#log = log;
    this.#requests = new Window<object>(Math.max(1, options.window));
    const { timers, maxSendBufferOctets, clock } = options;
    this.#session = new Session(
      socket,
      { minFrameOctets: MIN_FRAME_OCTETS, maxFrameOctets: MAX_FRAME_UNBOUND_OCTETS, timers, maxSendBufferOctets, clock },
      this,
    );
    this.#writeBind();
  }

  get bound(): boolean {
    return this.#isBound && !this.#session.over;
  }

  get windowFree(): number {
    return this.bound && this.#mayWork && this.#terms.canSubmit ? this.#requests.free : 0;
  }

  get outstanding(): number {
    return this.#requests.size;
  }

  /** Age of the oldest unanswered submit, 0 when there is none. */
  get oldestOutstandingMs(): number {
    const sentMs = this.#requests.oldestSentMs;
    return sentMs < 0 ? 0 : Math.max(0, this.#session.sessionMs - sentMs);
  }

  get #isBound(): boolean {
    return (this.#state & (SessionState.bound_tx | SessionState.bound_rx | SessionState.bound_trx)) !== 0;
  }

  /** Nothing has been begun that ends the connection. */
  get #mayWork(): boolean {
    return !this.#parting && !this.#stuck && this.#leaving === "" && this.#giveUp === "";
  }

  /** Whether answers are on their way. What timed out is not waited for: it may never come. */
  get #answersDue(): boolean {
    return this.#requests.size > this.#requests.overdue;
  }

  // ---------------------------------------------------------------- what the link asks

  /** Writes a submit; returns -1 when it cannot now, 0 when it was written, else the status that says why it never can. */
  submit(message: Message, ticket: object): number {
    if (this.windowFree === 0) return -1;
    const status = composer.compose(message, this.#terms, this.#tlvs, this.#options.clock.wallMs);
    if (status !== 0) return status;
    const { body } = composer;
    const sequence = this.#sequence.take(this.#requests);
    this.#requests.add(sequence, CommandId.submit_sm, ticket, this.#session.sessionMs);
    const target = this.#session.reserve(MESSAGE_MAX_OCTETS + body.tlvs.length);
    this.#session.commit(encodeSubmitSm(target, this.#session.at, sequence, body));
    return 0;
  }

  answerDeliver(local: number, answer: "ok" | "retry" | "refused"): void {
    if (this.#owed > 0) this.#owed--;
    if (this.#session.over) return;
    // "Reject this message": "permanent" would stop everything queued for our address. [SMPP 5.0 4.7.6]
    const status = answer === "ok" ? 0 : answer === "retry" ? Status.ESME_RX_T_APPN : Status.ESME_RX_R_APPN;
    const target = this.#session.reserve(MIN_FRAME_OCTETS + 1);
    const at = this.#session.at;
    if (local < DATA_SM_HANDLE) this.#session.commit(encodeDeliverSmResp(target, at, local, status));
    else this.#session.commit(encodeBody(CommandId.data_sm_resp, target, at, status, local - DATA_SM_HANDLE, status === 0 ? EMPTY_ID : null));
    if (this.#owed * 2 <= this.#terms.deliverWindow) this.#session.resume(Pause.window);
    if (this.#partSequence >= 0 && !this.#reading) this.#partWhenDone();
  }

  /** Takes no more submits, waits for the answers in flight, unbinds, and closes at the latest after `withinMs`. */
  part(withinMs: number): void {
    if (this.#session.over) return;
    this.#kind = "parted";
    if (!this.#isBound) return this.#session.end("unbound");
    this.#parting = true;
    this.#partBy = this.#options.clock.monotonicMs + withinMs;
    this.#partWhenDone();
  }

  /** Unbinds and closes without waiting for anything; inside a read, after the frames that have come. */
  reconnect(reason: string): void {
    if (this.#session.over || this.#giveUp !== "") return;
    this.#giveUp = reason;
    if (!this.#reading) this.#close();
  }

  destroy(reason: string): void {
    this.#session.destroy(reason);
  }

  // ---------------------------------------------------------------- what the session brings

  frame(frame: Buffer): void {
    this.#reading = true;
    const commandId = readCommandId(frame);
    switch (commandId) {
      case CommandId.submit_sm_resp:
        return this.#answered(frame, CommandId.submit_sm);
      case CommandId.deliver_sm:
        return this.#delivered(frame, decodeDeliverSm(frame), 0);
      case CommandId.data_sm:
        return this.#delivered(frame, decodeDataSm(frame), DATA_SM_HANDLE);
      case CommandId.enquire_link:
        this.#session.transaction();
        return this.#header(CommandId.enquire_link_resp, 0, readSequence(frame));
      case CommandId.enquire_link_resp:
        return this.#session.transaction();
      case CommandId.generic_nack:
        return this.#isBound ? this.#answered(frame, 0) : this.#bindAnswered(frame);
      case CommandId.unbind:
        return this.#unbindAsked(readSequence(frame));
      case CommandId.unbind_resp:
        return this.#unbindSent ? this.#session.end("unbound") : this.#ignore();
      default:
        return commandId === responseId(this.#terms.bindCommand) ? this.#bindAnswered(frame) : this.#refuse(commandId, frame);
    }
  }

  readDone(): void {
    this.#reading = false;
    if (this.#session.over) return;
    if (this.#giveUp !== "") return this.#close();
    if (this.#leaving !== "" && !this.#answersDue) return this.reconnect(this.#leaving);
    if (this.#parting) return this.#partWhenDone();
    if (this.#freed === 0) return;
    this.#freed = 0;
    this.#events.windowOpen(this.#owner.link);
  }

  framingLost(announced: number, octets: Buffer): void {
    this.#log.event("warn", "frame_refused", { link: this.#options.name, announced, octets: octets.toString("hex", 0, 16) });
    this.#header(CommandId.generic_nack, Status.ESME_RINVCMDLEN, octets.length >= MIN_FRAME_OCTETS ? readSequence(octets) : 0);
  }

  enquire(): void {
    this.#header(CommandId.enquire_link, 0, this.#sequence.take(this.#requests));
  }

  tick(sessionMs: number, nowMs: number): void {
    const { responseMs } = this.#options.timers;
    const sentBefore = sessionMs - responseMs;
    for (let late = this.#requests.nextOverdue(sentBefore); late !== null; late = this.#requests.nextOverdue(sentBefore)) {
      this.#events.submitTimedOut(this.#owner.link, late);
    }
    if (this.#leaving !== "" && (nowMs >= this.#leaveBy || !this.#answersDue)) return this.reconnect(this.#leaving);
    if (this.#parting && nowMs >= this.#partBy) return this.#partNow();
    if (this.#parting) return this.#partWhenDone();
    this.#stuck = this.oldestOutstandingMs >= responseMs * STUCK_FACTOR;
    if (this.#stuck && !this.#answersDue) this.reconnect("answers_overdue");
  }

  closed(reason: string): void {
    this.#state = SessionState.closed;
    this.#owner.connectionEnded(this, this.#giveUp === "" ? reason : this.#giveUp, this.#kind, this.#requests.drain());
  }

  // ---------------------------------------------------------------- bind and unbind

  #writeBind(): void {
    const { systemId, password } = this.#options;
    const { bindCommand, systemType, interfaceVersion } = this.#terms;
    const target = this.#session.reserve(BIND_OCTETS);
    const body = {
      system_id: systemId, password, system_type: systemType, interface_version: interfaceVersion,
      addr_ton: 0, addr_npi: 0, address_range: "", tlvs: NO_OCTETS,
    };
    this.#session.commit(encodeBind(bindCommand, target, this.#session.at, this.#sequence.take(this.#requests), body));
  }

  #bindAnswered(frame: Buffer): void {
    if (this.#state !== SessionState.open) return this.#ignore();
    const nacked = readCommandId(frame) === CommandId.generic_nack;
    const status = readStatus(frame) || (nacked ? Status.ESME_RBINDFAIL : 0);
    if (status !== 0) {
      this.#kind = isLastingRefusal(status) ? "refused" : "lost";
      return this.#session.end(refusalText(status));
    }
    const stated = readTlvInteger(decodeBindResp(frame).tlvs, Tlv.sc_interface_version);
    this.#version = Math.min(normalVersion(this.#terms.interfaceVersion), stated < 0 ? VERSION_34 : normalVersion(stated));
    // A message centre that does not state its version takes no optional parameters. [SMPP 3.4 3.4]
    const { tlvs } = this.#terms;
    this.#tlvs = tlvs === "on" || (tlvs === "auto" && stated >= VERSION_34);
    this.#state = boundState(directionOf(this.#terms.bindCommand));
    this.#session.bound(MAX_FRAME_BOUND_OCTETS);
    this.#owner.connectionBound(this);
  }

  #unbindAsked(sequence: number): void {
    this.#kind = "parted";
    this.#parting = true;
    this.#partBy = this.#options.clock.monotonicMs + PART_MS;
    this.#partSequence = sequence;
  }

  #partWhenDone(): void {
    if (this.#partSequence >= 0) {
      if (this.#owed === 0 && (this.#unbindSent || !this.#answersDue)) this.#partNow();
      return;
    }
    if (this.#unbindSent || this.#answersDue) return;
    this.#unbindSent = true;
    this.#header(CommandId.unbind, 0, this.#sequence.take(this.#requests));
  }

  #partNow(): void {
    if (this.#partSequence >= 0) this.#header(CommandId.unbind_resp, 0, this.#partSequence);
    else if (!this.#unbindSent) this.#header(CommandId.unbind, 0, this.#sequence.take(this.#requests));
    this.#session.end(this.#partSequence >= 0 ? "unbound_by_peer" : "unbound");
  }

  #close(): void {
    if (this.#isBound && !this.#unbindSent) this.#header(CommandId.unbind, 0, this.#sequence.take(this.#requests));
    this.#session.end(this.#giveUp);
  }

  // ---------------------------------------------------------------- traffic

  #answered(frame: Buffer, command: number): void {
    const ticket = this.#requests.take(readSequence(frame), command);
    if (ticket === null) return this.#ignore();
    this.#freed++;
    this.#session.transaction();
    const status = readStatus(frame) || (command === 0 ? Status.ESME_RUNKNOWNERR : 0);
    const operatorMessageId = status === 0 ? decodeSubmitSmResp(frame).message_id : "";
    if (status === 0 && operatorMessageId === "" && !this.#idless) {
      this.#idless = true;
      this.#log.event("warn", "answer_without_id", { link: this.#options.name });
    }
    this.#events.submitAnswered(this.#owner.link, ticket, submitAnswer(status, operatorMessageId));
    if (status === 0 || this.#leaving !== "" || reactionTo(status) !== "rebind") return;
    this.#leaving = explainStatus(status).name;
    this.#leaveBy = this.#options.clock.monotonicMs + PART_MS;
  }

  #delivered(frame: Buffer, decoded: DeliverSm | DataSm | FieldFault, command: number): void {
    const sequence = readSequence(frame);
    if ((this.#state & (SessionState.bound_rx | SessionState.bound_trx)) === 0) return this.#refuse(readCommandId(frame), frame);
    let body = decoded;
    if (isFault(body)) {
      // A receipt is never lost over a broken TLV: what can be read is taken.
      if (body.status !== Status.ESME_RINVOPTPARSTREAM) return this.#refuseDelivery(frame, body.status, body.field);
      const codec = command === 0 ? CODECS.deliver_sm : CODECS.data_sm;
      body = codec.decodeLeniently(frame, MIN_FRAME_OCTETS, frame.length);
    }
    this.#session.transaction();
    if (++this.#owed > this.#terms.deliverWindow) this.#session.pause(Pause.window);
    const handle = this.#owner.handle(this, command + sequence);
    const octets = deliveredOctets(body);
    const { link } = this.#owner;
    if (isReceipt(body, octets, this.#terms)) {
      this.#events.receipt(link, handle, receiptOf(body, octets, this.#terms, this.#options.clock.wallMs));
    } else {
      this.#events.inbound(link, handle, messageOfDelivery(body, octets, this.#terms.alphabet0));
    }
  }

  #refuseDelivery(frame: Buffer, status: number, field: string): void {
    this.#log.event("warn", "delivery_refused", { link: this.#options.name, field, status });
    this.#header(responseId(readCommandId(frame)), status, readSequence(frame));
  }

  #refuse(commandId: number, frame: Buffer): void {
    const answer = refusalCommand(commandId);
    if (answer === 0) return this.#ignore();
    this.#header(answer, refusalStatusOf(commandId, "esme", this.#state, this.#version), readSequence(frame));
  }

  #ignore(): void {
    this.ignored++;
  }

  #header(commandId: number, status: number, sequence: number): void {
    if (this.#session.over) return;
    const target = this.#session.reserve(MIN_FRAME_OCTETS);
    this.#session.commit(encodeHeaderOnly(target, this.#session.at, commandId, status, sequence));
  }
}

const EMPTY_ID = { message_id: "", tlvs: NO_OCTETS };

/** What a status means to the message it answers. */
export function submitAnswer(status: number, operatorMessageId: string): SubmitAnswer {
  if (status === 0) return { reaction: "ok", status, statusName: "ESME_ROK", operatorMessageId };
  const { name, reaction } = explainStatus(status);
  return { reaction, status, statusName: name, operatorMessageId };
}
