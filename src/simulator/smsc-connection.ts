/**
 * SmscConnection: one ESME's connection as the simulated message centre sees it: bind state, answers and the deliver window.
 */
import type { Socket } from "node:net";
import {
  HEADER_OCTETS, MESSAGE_ID_RESP_MAX_OCTETS, decodeBind, decodeSubmitSm, encodeBindResp, encodeHeaderOnly, encodeSubmitSmResp, isFault,
  readCommandId, readSequence, readStatus,
} from "../../protocols/smpp/codec.js";
import { CommandId, isResponse, responseId } from "../../protocols/smpp/commands.js";
import { Status } from "../../protocols/smpp/status.js";
import type { Clock } from "../../protocols/wire/clock.js";
import { Sequence } from "../../protocols/wire/sequence.js";
import { Window } from "../../protocols/wire/window.js";
import type { CentreConnection, CentreDesk } from "./centre.js";
import type { Delivery } from "./delivery.js";
import { Pipe } from "./pipe.js";
import { DELIVERY_MAX_OCTETS } from "./smsc-delivery.js";
import type { DeliveryWriter } from "./smsc-delivery.js";

const SYSTEM_ID = "simulator";
const SC_INTERFACE_VERSION = 0x34;
const BIND_RESP_MAX_OCTETS = 86;

export class SmscConnection implements CentreConnection {
  readonly #pipe: Pipe;
  readonly #desk: CentreDesk;
  readonly #clock: Clock;
  readonly #writer: DeliveryWriter;
  readonly #window: Window<Delivery>;
  readonly #sequence = new Sequence();
  name = "";
  canSubmit = false;
  canReceive = false;

  constructor(socket: Socket, clock: Clock, writer: DeliveryWriter, deliverWindow: number, desk: CentreDesk) {
    this.#desk = desk;
    this.#clock = clock;
    this.#writer = writer;
    this.#window = new Window<Delivery>(deliverWindow);
    this.#pipe = new Pipe(socket, clock, HEADER_OCTETS, {
      frame: (frame) => this.#frame(frame),
      readDone: () => desk.readDone(this),
      closed: () => this.#closed(),
    });
  }

  get bound(): boolean {
    return this.canSubmit || this.canReceive;
  }

  get deliverFree(): number {
    return this.canReceive && !this.#pipe.over ? this.#window.free : 0;
  }

  answerSubmit(sequence: number, status: number, id: string): void {
    if (this.#pipe.over) return;
    const target = this.#pipe.reserve(MESSAGE_ID_RESP_MAX_OCTETS);
    this.#pipe.commit(encodeSubmitSmResp(target, this.#pipe.at, sequence, status, id));
  }

  deliver(delivery: Delivery): void {
    const sequence = this.#sequence.take(this.#window);
    this.#window.add(sequence, CommandId.deliver_sm, delivery, this.#clock.monotonicMs);
    const target = this.#pipe.reserve(DELIVERY_MAX_OCTETS);
    this.#pipe.commit(this.#writer.write(target, this.#pipe.at, sequence, delivery, this.#clock.wallMs));
  }

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
      this.name = body.system_id;
      const verdict = this.#desk.bind(this, body.system_id, (secret) => secret === body.password);
      status = verdict === "ok" ? 0 : verdict === "wrong_name" ? Status.ESME_RINVSYSID : Status.ESME_RINVPASWD;
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
    this.#desk.submit(this, sequence, {
      source: submit.source_addr, sourceTon: submit.source_addr_ton, sourceNpi: submit.source_addr_npi,
      destination: submit.destination_addr, destinationTon: submit.dest_addr_ton, destinationNpi: submit.dest_addr_npi, others: null,
      esmClass: submit.esm_class, coding: submit.data_coding, octets: submit.short_message, receipt: submit.registered_delivery & 3, body: submit,
    });
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
