/**
 * DeliveryWriter: receipts and inbound messages as deliver_sm, written straight into the send buffer.
 */
import { formatReceiptText } from "../../protocols/model/receipt-text.js";
import { CommandId } from "../../protocols/smpp/commands.js";
import { Tlv } from "../../protocols/smpp/tlvs.js";
import { FINAL_STATES } from "./delivery.js";
import type { Delivery, FinalState } from "./delivery.js";

/** Where receipts carry what they say: in the text of Appendix B, in TLVs, or in both. */
export const RECEIPT_FORMS = ["text_and_tlvs", "text", "tlvs"] as const;
export type ReceiptForm = (typeof RECEIPT_FORMS)[number];

/** What a receipt's text says behind its id, by state: the same octets for all receipts of one minute. */
interface Tail {
  submitMinute: number;
  doneMinute: number;
  octets: Buffer;
}

const MINUTE_MS = 60_000;
/** Header, empty texts and one-octet fields, two addresses of 20, an id of 64 twice, and every TLV written here. */
export const DELIVERY_MAX_OCTETS = 16 + 64 + 42 + 255 + 32 + 65 + 4;

export class DeliveryWriter {
  readonly #form: ReceiptForm;
  readonly #zoneMinutes: number;
  readonly #tails = new Map<string, Tail>();

  /** Dates in receipts are in the zone given, minutes ahead of UTC. */
  constructor(form: ReceiptForm, zoneMinutes: number) {
    this.#form = form;
    this.#zoneMinutes = zoneMinutes;
  }

  /** Writes a whole deliver_sm at `offset`, where DELIVERY_MAX_OCTETS are free; returns where it ends. */
  write(target: Buffer, offset: number, sequence: number, delivery: Delivery, doneAtMs: number): number {
    let at = offset + 16;
    target[at++] = 0;
    target[at++] = delivery.sourceTon;
    target[at++] = delivery.sourceNpi;
    at = writeCString(target, at, delivery.source);
    target[at++] = delivery.destinationTon;
    target[at++] = delivery.destinationNpi;
    at = writeCString(target, at, delivery.destination);
    target[at++] = delivery.esmClass;
    // protocol_id, priority_flag, schedule_delivery_time, validity_period, registered_delivery, replace_if_present_flag
    for (let field = 0; field < 6; field++) target[at++] = 0;
    target[at++] = delivery.dataCoding;
    target[at++] = 0;
    at = delivery.id === "" ? this.#inboundBody(target, at, delivery) : this.#receiptBody(target, at, delivery, doneAtMs);
    writeInt(target, offset, at - offset);
    writeInt(target, offset + 4, CommandId.deliver_sm);
    writeInt(target, offset + 8, 0);
    writeInt(target, offset + 12, sequence);
    return at;
  }

  #inboundBody(target: Buffer, offset: number, delivery: Delivery): number {
    target[offset] = delivery.octets.length;
    target.set(delivery.octets, offset + 1);
    return offset + 1 + delivery.octets.length;
  }

  #receiptBody(target: Buffer, offset: number, delivery: Delivery, doneAtMs: number): number {
    let at = offset + 1;
    if (this.#form === "tlvs") target[offset] = 0;
    else {
      target[at++] = 0x69; // "id:"
      target[at++] = 0x64;
      target[at++] = 0x3a;
      at = writeLatin1(target, at, delivery.id);
      const tail = this.#tail(delivery, doneAtMs);
      target.set(tail, at);
      at += tail.length;
      target[offset] = at - offset - 1;
    }
    if (this.#form === "text") return at;
    at = writeTlvHead(target, at, Tlv.receipted_message_id, delivery.id.length + 1);
    at = writeCString(target, at, delivery.id);
    at = writeTlvHead(target, at, Tlv.message_state, 1);
    target[at++] = finalState(delivery.state).messageState;
    return at;
  }

  #tail(delivery: Delivery, doneAtMs: number): Buffer {
    const submitMinute = Math.floor(delivery.submittedAtMs / MINUTE_MS);
    const doneMinute = Math.floor(doneAtMs / MINUTE_MS);
    const known = this.#tails.get(delivery.state);
    if (known !== undefined && known.submitMinute === submitMinute && known.doneMinute === doneMinute) return known.octets;
    const { error } = finalState(delivery.state);
    const line = formatReceiptText("", delivery.submittedAtMs, doneAtMs, this.#zoneMinutes, delivery.state, error, "");
    const octets = Buffer.from(line.slice("id:".length), "latin1");
    this.#tails.set(delivery.state, { submitMinute, doneMinute, octets });
    return octets;
  }
}

function finalState(state: string): (typeof FINAL_STATES)[FinalState] {
  return FINAL_STATES[state as FinalState] ?? FINAL_STATES.UNKNOWN;
}

function writeLatin1(target: Buffer, offset: number, text: string): number {
  for (let i = 0; i < text.length; i++) target[offset + i] = text.charCodeAt(i);
  return offset + text.length;
}

function writeCString(target: Buffer, offset: number, text: string): number {
  const end = writeLatin1(target, offset, text);
  target[end] = 0;
  return end + 1;
}

function writeTlvHead(target: Buffer, offset: number, tag: number, length: number): number {
  target[offset] = tag >>> 8;
  target[offset + 1] = tag & 0xff;
  target[offset + 2] = length >>> 8;
  target[offset + 3] = length & 0xff;
  return offset + 4;
}

function writeInt(target: Buffer, offset: number, value: number): void {
  target[offset] = value >>> 24;
  target[offset + 1] = value >>> 16;
  target[offset + 2] = value >>> 8;
  target[offset + 3] = value;
}
