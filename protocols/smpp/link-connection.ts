/**
 * SmppLinkConnection: one connection to an operator's message centre with us as the ESME; see wire/link-connection.ts.
 */
import type { Socket } from "node:net";
import type { Message } from "../model/message.js";
import { NO_OCTETS } from "../wire/octets.js";
import { LinkConnection } from "../wire/link-connection.js";
import type { ConnectionOwner } from "../wire/link-connection.js";
import { RedialledLink } from "../wire/operator-link.js";
import type { LinkOptions, OperatorEvents, OperatorLink, SubmitAnswer } from "../wire/protocol.js";
import { ENQUIRE_TRIES } from "../wire/timers.js";
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
import { linkTerms } from "./settings.js";
import type { LinkTerms } from "./settings.js";
import { Status, explainStatus, reactionTo } from "./status.js";
import { SubmitComposer } from "./submit.js";
import { CODECS } from "./tables.js";
import { Tlv, readTlvInteger } from "./tlvs.js";

const BIND_OCTETS = 320;
/** Handles hold the sequence in their low 32 bits and, above, which command the answer is for. */
const DATA_SM_HANDLE = 0x1_0000_0000;

const composer = new SubmitComposer();

/** A link that binds by these options' settings. */
export function openLink(options: LinkOptions, events: OperatorEvents): OperatorLink {
  const terms = linkTerms(options.settings);
  return new RedialledLink(options, events, {
    begin: (socket, owner) => new SmppLinkConnection(socket, options, terms, events, owner),
    refusal: (status) => submitAnswer(status, ""),
  });
}

class SmppLinkConnection extends LinkConnection {
  readonly #terms: LinkTerms;
  #state: SessionState = SessionState.open;
  #version = VERSION_34;
  #tlvs = false;
  #idless = false;

  constructor(socket: Socket, options: LinkOptions, terms: LinkTerms, events: OperatorEvents, owner: ConnectionOwner) {
    const { canSubmit, deliverWindow } = terms;
    const frames = { minFrameOctets: MIN_FRAME_OCTETS, maxFrameOctets: MAX_FRAME_UNBOUND_OCTETS };
    super(socket, options, { ...frames, canSubmit, deliverWindow, enquireTries: ENQUIRE_TRIES }, events, owner);
    this.#terms = terms;
    this.#writeBind();
  }

  protected writeSubmit(message: Message, ticket: object): number {
    const status = composer.compose(message, this.#terms, this.#tlvs, this.options.clock.wallMs);
    if (status !== 0) return status;
    const { body } = composer;
    const sequence = this.takePlace(CommandId.submit_sm, ticket);
    const target = this.session.reserve(MESSAGE_MAX_OCTETS + body.tlvs.length);
    this.session.commit(encodeSubmitSm(target, this.session.at, sequence, body));
    return 0;
  }

  protected writeDeliverAnswer(local: number, answer: "ok" | "retry" | "refused"): void {
    // "Reject this message": "permanent" would stop everything queued for our address. [SMPP 5.0 4.7.6]
    const status = answer === "ok" ? 0 : answer === "retry" ? Status.ESME_RX_T_APPN : Status.ESME_RX_R_APPN;
    const target = this.session.reserve(MIN_FRAME_OCTETS + 1);
    const { at } = this.session;
    if (local < DATA_SM_HANDLE) this.session.commit(encodeDeliverSmResp(target, at, local, status));
    else this.session.commit(encodeBody(CommandId.data_sm_resp, target, at, status, local - DATA_SM_HANDLE, status === 0 ? EMPTY_ID : null));
  }

  protected writeUnbind(sequence: number): void {
    this.#header(CommandId.unbind, 0, sequence);
  }

  protected writeUnbindAnswer(sequence: number): void {
    this.#header(CommandId.unbind_resp, 0, sequence);
  }

  protected writeProbe(sequence: number): void {
    this.#header(CommandId.enquire_link, 0, sequence);
  }

  // ---------------------------------------------------------------- what the session brings

  protected received(frame: Buffer): void {
    const commandId = readCommandId(frame);
    switch (commandId) {
      case CommandId.submit_sm_resp:
        return this.#answered(frame, CommandId.submit_sm);
      case CommandId.deliver_sm:
        return this.#delivered(frame, decodeDeliverSm(frame), 0);
      case CommandId.data_sm:
        return this.#delivered(frame, decodeDataSm(frame), DATA_SM_HANDLE);
      case CommandId.enquire_link:
        this.session.transaction();
        return this.#header(CommandId.enquire_link_resp, 0, readSequence(frame));
      case CommandId.enquire_link_resp:
        return this.session.transaction();
      case CommandId.generic_nack:
        return this.bound ? this.#answered(frame, 0) : this.#bindAnswered(frame);
      case CommandId.unbind:
        return this.unbindAsked(readSequence(frame));
      case CommandId.unbind_resp:
        return this.unbindAnswered();
      default:
        return commandId === responseId(this.#terms.bindCommand) ? this.#bindAnswered(frame) : this.#refuse(commandId, frame);
    }
  }

  framingLost(announced: number, octets: Buffer): void {
    this.options.log.event("warn", "frame_refused", { link: this.options.name, announced, octets: octets.toString("hex", 0, 16) });
    this.#header(CommandId.generic_nack, Status.ESME_RINVCMDLEN, octets.length >= MIN_FRAME_OCTETS ? readSequence(octets) : 0);
  }

  // ---------------------------------------------------------------- bind

  #writeBind(): void {
    const { systemId, password } = this.options;
    const { bindCommand, systemType, interfaceVersion } = this.#terms;
    const target = this.session.reserve(BIND_OCTETS);
    const body = {
      system_id: systemId, password, system_type: systemType, interface_version: interfaceVersion,
      addr_ton: 0, addr_npi: 0, address_range: "", tlvs: NO_OCTETS,
    };
    this.session.commit(encodeBind(bindCommand, target, this.session.at, this.takeSequence(), body));
  }

  #bindAnswered(frame: Buffer): void {
    if (this.#state !== SessionState.open) return this.ignore();
    const nacked = readCommandId(frame) === CommandId.generic_nack;
    const status = readStatus(frame) || (nacked ? Status.ESME_RBINDFAIL : 0);
    if (status !== 0) return this.bindRefused(refusalText(status), isLastingRefusal(status));
    const stated = readTlvInteger(decodeBindResp(frame).tlvs, Tlv.sc_interface_version);
    this.#version = Math.min(normalVersion(this.#terms.interfaceVersion), stated < 0 ? VERSION_34 : normalVersion(stated));
    // A message centre that does not state its version takes no optional parameters. [SMPP 3.4 3.4]
    const { tlvs } = this.#terms;
    this.#tlvs = tlvs === "on" || (tlvs === "auto" && stated >= VERSION_34);
    this.#state = boundState(directionOf(this.#terms.bindCommand));
    this.bindAccepted(MAX_FRAME_BOUND_OCTETS);
  }

  // ---------------------------------------------------------------- traffic

  #answered(frame: Buffer, command: number): void {
    const ticket = this.takeAnswered(readSequence(frame), command);
    if (ticket === null) return;
    const status = readStatus(frame) || (command === 0 ? Status.ESME_RUNKNOWNERR : 0);
    const operatorMessageId = status === 0 ? decodeSubmitSmResp(frame).message_id : "";
    if (status === 0 && operatorMessageId === "" && !this.#idless) {
      this.#idless = true;
      this.options.log.event("warn", "answer_without_id", { link: this.options.name });
    }
    this.events.submitAnswered(this.link, ticket, submitAnswer(status, operatorMessageId));
    if (status !== 0 && reactionTo(status) === "rebind") this.leave(explainStatus(status).name);
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
    const handle = this.owe(command + sequence);
    const octets = deliveredOctets(body);
    if (isReceipt(body, octets, this.#terms)) {
      this.events.receipt(this.link, handle, receiptOf(body, octets, this.#terms, this.options.clock.wallMs));
    } else {
      this.events.inbound(this.link, handle, messageOfDelivery(body, octets, this.#terms.alphabet0));
    }
  }

  #refuseDelivery(frame: Buffer, status: number, field: string): void {
    this.options.log.event("warn", "delivery_refused", { link: this.options.name, field, status });
    this.#header(responseId(readCommandId(frame)), status, readSequence(frame));
  }

  #refuse(commandId: number, frame: Buffer): void {
    const answer = refusalCommand(commandId);
    if (answer === 0) return this.ignore();
    this.#header(answer, refusalStatusOf(commandId, "esme", this.#state, this.#version), readSequence(frame));
  }

  #header(commandId: number, status: number, sequence: number): void {
    if (this.session.over) return;
    const target = this.session.reserve(MIN_FRAME_OCTETS);
    this.session.commit(encodeHeaderOnly(target, this.session.at, commandId, status, sequence));
  }
}

const EMPTY_ID = { message_id: "", tlvs: NO_OCTETS };

/** What a status means to the message it answers. */
function submitAnswer(status: number, operatorMessageId: string): SubmitAnswer {
  if (status === 0) return { reaction: "ok", status, statusName: "ESME_ROK", operatorMessageId };
  const { name, reaction } = explainStatus(status);
  return { reaction, status, statusName: name, operatorMessageId };
}
