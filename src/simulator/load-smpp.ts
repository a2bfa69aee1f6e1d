/**
 * SMPP as a load-making customer speaks it: transceiver binds, receipts read by their text.
 */
import {
  HEADER_OCTETS, blankBody, decodeDeliverSm, decodeSubmitSmResp, encodeBind, encodeDeliverSmResp, encodeHeaderOnly, encodeSubmitSm, isFault, readCommandId,
  readSequence, readStatus, roomFor,
} from "../../protocols/smpp/codec.js";
import type { DeliverSm } from "../../protocols/smpp/codec.js";
import { CommandId } from "../../protocols/smpp/commands.js";
import { explainStatus } from "../../protocols/smpp/status.js";
import { LoadBind } from "./load-bind.js";
import type { LoadBindOptions, LoadDesk, LoadSubmit, LoadWire } from "./load-bind.js";

const RESP_MAX_OCTETS = 32;
const BIND_MAX_OCTETS = 256;
const RECEIPT_BITS = 0x3c;
const RECEIPT = 0x04;
const HAS_UDH = 0x40;
const UCS2 = 8;

/** One body, filled anew for each submit. */
const submitBody = blankBody("submit_sm");
submitBody.dest_addr_ton = 1;
submitBody.dest_addr_npi = 1;
submitBody.registered_delivery = 1;
submitBody.data_coding = UCS2;

export const smppLoad: LoadWire = {
  protocol: "smpp",
  sequenceAt: 12,
  submitMaxOctets: roomFor(CommandId.submit_sm, { ...submitBody, source_addr: "0".repeat(20), destination_addr: "0".repeat(20), short_message: Buffer.alloc(254) }),
  connect: (options, desk) => new SmppLoadBind(options, desk),
  submit(target: Buffer, offset: number, sequence: number, submit: LoadSubmit): number {
    submitBody.source_addr = submit.source;
    submitBody.destination_addr = submit.destination;
    submitBody.esm_class = submit.hasUdh ? HAS_UDH : 0;
    submitBody.short_message = submit.octets;
    return encodeSubmitSm(target, offset, sequence, submitBody);
  },
  bindStatus: (status) => explainStatus(status).name,
};

class SmppLoadBind extends LoadBind {
  constructor(options: LoadBindOptions, desk: LoadDesk) {
    super(options, HEADER_OCTETS, desk);
  }

  protected greet(): void {
    const body = blankBody("bind_transceiver");
    body.system_id = this.options.systemId;
    body.password = this.options.password;
    body.interface_version = 0x34;
    const target = this.pipe.reserve(BIND_MAX_OCTETS);
    this.pipe.commit(encodeBind(CommandId.bind_transceiver, target, this.pipe.at, this.take(), body));
  }

  protected farewell(sequence: number): void {
    this.#headerOnly(CommandId.unbind, sequence);
  }

  protected frame(frame: Buffer): void {
    switch (readCommandId(frame)) {
      case CommandId.submit_sm_resp:
      case CommandId.generic_nack: {
        const status = readStatus(frame);
        return this.answered(readSequence(frame), status, status === 0 ? decodeSubmitSmResp(frame).message_id : "");
      }
      case CommandId.deliver_sm: {
        const deliver = decodeDeliverSm(frame);
        if (!isFault(deliver)) this.#delivered(deliver);
        const target = this.pipe.reserve(RESP_MAX_OCTETS);
        this.pipe.commit(encodeDeliverSmResp(target, this.pipe.at, readSequence(frame), 0));
        return;
      }
      case CommandId.bind_transceiver_resp:
        return this.welcome(readStatus(frame));
      case CommandId.enquire_link:
        return this.#headerOnly(CommandId.enquire_link_resp, readSequence(frame));
      case CommandId.unbind:
        this.#headerOnly(CommandId.unbind_resp, readSequence(frame));
        return this.pipe.end();
      case CommandId.unbind_resp:
        return this.pipe.end();
      default:
        return;
    }
  }

  #delivered(deliver: DeliverSm): void {
    if ((deliver.esm_class & RECEIPT_BITS) !== RECEIPT) {
      this.desk.inbound({
        source: deliver.source_addr, destination: deliver.destination_addr, hasUdh: (deliver.esm_class & HAS_UDH) !== 0,
        coding: deliver.data_coding, octets: deliver.short_message,
      });
      return;
    }
    const text = deliver.short_message.toString("latin1");
    this.desk.receipt({ id: valueOf(text, "id:"), state: valueOf(text, "stat:"), destination: deliver.source_addr });
  }

  #headerOnly(commandId: number, sequence: number): void {
    const target = this.pipe.reserve(HEADER_OCTETS);
    this.pipe.commit(encodeHeaderOnly(target, this.pipe.at, commandId, 0, sequence));
  }
}

/** What stands behind a label up to the next blank; "" when the label is missing. */
function valueOf(text: string, label: string): string {
  const at = text.startsWith(label) ? 0 : text.indexOf(label);
  if (at < 0) return "";
  const from = at + label.length;
  const end = text.indexOf(" ", from);
  return end < 0 ? text.slice(from) : text.slice(from, end);
}
