/**
 * SmscConnection: one ESME's connection as the simulated message centre sees it: bind state, answers and the deliver window.
 */
import type { Socket } from "node:net";
import {
  MESSAGE_ID_RESP_MAX_OCTETS, decodeBind, decodeSubmitSm, encodeBindResp, encodeHeaderOnly, encodeSubmitSmResp, isFault,
  readCommandId, readSequence, readStatus,
} from "../../protocols/smpp/codec.js";
import type { BindBody, SubmitSm } from "../../protocols/smpp/codec.js";
import { CommandId, isResponse, responseId } from "../../protocols/smpp/commands.js";
import { Status } from "../../protocols/smpp/status.js";
import type { Clock } from "../../protocols/wire/clock.js";
import { Sequence } from "../../protocols/wire/sequence.js";
import { Window } from "../../protocols/wire/window.js";
import { DELIVERY_MAX_OCTETS } from "./delivery.js";
import type { Delivery, DeliveryWriter } from "./delivery.js";
import { Pipe } from "./pipe.js";

/** What the message centre decides for its connections. */
export interface SmscDesk {
  /** The status to answer a bind with; 0 lets it in. */
  bind(connection: SmscConnection, body: BindBody): number;
  submit(connection: SmscConnection, sequence: number, submit: SubmitSm): void;
  delivered(connection: SmscConnection, delivery: Delivery, status: number): void;
  /** All frames of one read are dealt with. */
  readDone(connection: SmscConnection): void;
  /** Over; `unanswered` were delivered and not answered, oldest first. */
  closed(connection: SmscConnection, unanswered: Delivery[]): void;
}

const SYSTEM_ID = "simulator";
const SC_INTERFACE_VERSION = 0x34;
const BIND_RESP_MAX_OCTETS = 86;

export class SmscConnection {
  readonly #pipe: Pipe;
  readonly #desk: SmscDesk;
  readonly #clock: Clock;
  readonly #writer: DeliveryWriter;
  readonly #window: Window<Delivery>;
  readonly #sequence = new Sequence();
  systemId = "";
  canSubmit = false;
  canReceive = false;

  constructor(socket: Socket, clock: Clock, writer: DeliveryWriter, deliverWindow: number, desk: SmscDesk) {
    this.#desk = desk;
    this.#clock = clock;
    this.#writer = writer;
    this.#window = new Window<Delivery>(deliverWindow);
    this.#pipe = new Pipe(socket, clock, {
      frame: (frame) => this.#frame(frame),
      readDone: () => desk.readDone(this),
      closed: () => this.#closed(),
    });
  }

  get bound(): boolean {
    return this.canSubmit || this.canReceive;
  }

  /** Free places in the deliver window; 0 when it cannot receive. */
  get deliverFree(): number {
    return this.canReceive && !this.#pipe.over ? this.#window.free : 0;
  }

  /** Answers a submit; an error status has no id. Nothing happens when the connection has gone. */
  answerSubmit(sequence: number, status: number, id: string): void {
    if (this.#pipe.over) return;
    const target = this.#pipe.reserve(MESSAGE_ID_RESP_MAX_OCTETS);
    this.#pipe.commit(encodeSubmitSmResp(target, this.#pipe.at, sequence, status, id));
  }

  /** Sends a delivery; `deliverFree` was looked at. */
  deliver(delivery: Delivery): void {
    const sequence = this.#sequence.take(this.#window);
    this.#window.add(sequence, CommandId.deliver_sm, delivery, this.#clock.monotonicMs);
    const target = this.#pipe.reserve(DELIVERY_MAX_OCTETS);
    this.#pipe.commit(this.#writer.write(target, this.#pipe.at, sequence, delivery, this.#clock.wallMs));
  }

  /** Breaks the connection at once. */
  destroy(): void {
    this.#pipe.destroy();
  }

  #frame(frame: Buffer): void {
    const commandId = readCommandId(frame);
    switch (commandId) {
      case CommandId.submit_sm:
        return this.#submit(frame);
      case CommandId.deliver_sm_resp:
      case CommandId.generic_nack:
        return this.#answered(frame, commandId);
      case CommandId.bind_transceiver:
      case CommandId.bind_transmitter:
      case CommandId.bind_receiver:
        return this.#bind(frame, commandId);
      case CommandId.enquire_link:
        return this.#headerOnly(CommandId.enquire_link_resp, 0, readSequence(frame));
      case CommandId.unbind:
        this.#headerOnly(CommandId.unbind_resp, 0, readSequence(frame));
        this.canSubmit = false;
        this.canReceive = false;
        return this.#pipe.end();
      default:
        if (isResponse(commandId)) return;
        if (responseId(commandId) === 0) return this.#headerOnly(CommandId.generic_nack, Status.ESME_RINVCMDID, readSequence(frame));
        // A command of the standard that this centre does not offer.
        return this.#headerOnly(responseId(commandId), Status.ESME_RINVCMDID, readSequence(frame));
    }
  }

  #headerOnly(commandId: number, status: number, sequence: number): void {
    const target = this.#pipe.reserve(16);
    this.#pipe.commit(encodeHeaderOnly(target, this.#pipe.at, commandId, status, sequence));
  }

  #bind(frame: Buffer, commandId: number): void {
    const sequence = readSequence(frame);
    const body = decodeBind(frame, true);
    let status: number;
    if (isFault(body)) ({ status } = body);
    else if (this.bound) status = Status.ESME_RALYBND;
    else {
      this.systemId = body.system_id;
      status = this.#desk.bind(this, body);
    }
    const target = this.#pipe.reserve(BIND_RESP_MAX_OCTETS);
    this.#pipe.commit(encodeBindResp(responseId(commandId), target, this.#pipe.at, sequence, status, SYSTEM_ID, SC_INTERFACE_VERSION));
    if (status !== 0) return;
    this.canSubmit = commandId !== CommandId.bind_receiver;
    this.canReceive = commandId !== CommandId.bind_transmitter;
  }

  #submit(frame: Buffer): void {
    const sequence = readSequence(frame);
    if (!this.canSubmit) return this.answerSubmit(sequence, Status.ESME_RINVBNDSTS, "");
    const submit = decodeSubmitSm(frame);
    if (isFault(submit)) return this.answerSubmit(sequence, submit.status, "");
    this.#desk.submit(this, sequence, submit);
  }

  #answered(frame: Buffer, commandId: number): void {
    const delivery = this.#window.take(readSequence(frame), CommandId.deliver_sm);
    if (delivery === null) return;
    const status = readStatus(frame);
    // A generic_nack never says that the delivery was taken.
    this.#desk.delivered(this, delivery, commandId === CommandId.generic_nack && status === 0 ? Status.ESME_RINVCMDID : status);
  }

  #closed(): void {
    this.canSubmit = false;
    this.canReceive = false;
    this.#desk.closed(this, this.#window.drain());
  }
}
