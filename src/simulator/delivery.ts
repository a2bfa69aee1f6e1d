/**
 * Delivery: a receipt or an inbound message on its way to a bind, and its deliver_sm written straight into the send buffer.
 */
import { formatReceiptText } from "../../protocols/model/receipt-text.js";
import { CommandId } from "../../protocols/smpp/commands.js";
import { Tlv } from "../../protocols/smpp/tlvs.js";
import { NO_OCTETS } from "../../protocols/wire/octets.js";

/** Final states a simulated message may end in, with message_state [SMPP 3.4 5.2.28] and the error shown. */
export const FINAL_STATES = {
  DELIVRD: { messageState: 2, error: "000" },
  EXPIRED: { messageState: 3, error: "011" },
  DELETED: { messageState: 4, error: "012" },
  UNDELIV: { messageState: 5, error: "027" },
  UNKNOWN: { messageState: 7, error: "099" },
  REJECTD: { messageState: 8, error: "045" },
} as const;
export type FinalState = keyof typeof FINAL_STATES;

/** Where receipts carry what they say: in the text of Appendix B, in TLVs, or in both. */
export const RECEIPT_FORMS = ["text_and_tlvs", "text", "tlvs"] as const;
export type ReceiptForm = (typeof RECEIPT_FORMS)[number];

/** One hidden class for both kinds: always made by `newReceipt` or `newInbound`. */
export interface Delivery {
  /** The operator's id as receipts write it; "" for an inbound message. */
  readonly id: string;
  /** What the deliver_sm says, so already swapped for a receipt: source is the phone. */
  readonly source: string;
  readonly sourceTon: number;
  readonly sourceNpi: number;
  readonly destination: string;
  readonly destinationTon: number;
  readonly destinationNpi: number;
  readonly state: FinalState;
  readonly submittedAtMs: number;
  readonly esmClass: number;
  readonly dataCoding: number;
  /** The text's octets of an inbound message, UDH in front when esmClass says so. */
  readonly octets: Buffer;
}

export const RECEIPT_ESM_CLASS = 0x04;

/** The receipt of a message from `source` to `destination`. */
export function newReceipt(
  id: string, state: FinalState, submittedAtMs: number,
  source: string, sourceTon: number, sourceNpi: number, destination: string, destinationTon: number, destinationNpi: number,
): Delivery {
  return {
    id,
    source: destination, sourceTon: destinationTon, sourceNpi: destinationNpi,
    destination: source, destinationTon: sourceTon, destinationNpi: sourceNpi,
    state, submittedAtMs, esmClass: RECEIPT_ESM_CLASS, dataCoding: 0, octets: NO_OCTETS,
  };
}

/** A message from a phone. */
export function newInbound(source: string, destination: string, esmClass: number, dataCoding: number, octets: Buffer): Delivery {
  return {
    id: "",
    source, sourceTon: 1, sourceNpi: 1,
    destination, destinationTon: 0, destinationNpi: 1,
    state: "DELIVRD", submittedAtMs: 0, esmClass, dataCoding, octets,
  };
}

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
  readonly #tails = new Map<FinalState, Tail>();

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
    target[at++] = FINAL_STATES[delivery.state].messageState;
    return at;
  }

  #tail(delivery: Delivery, doneAtMs: number): Buffer {
    const submitMinute = Math.floor(delivery.submittedAtMs / MINUTE_MS);
    const doneMinute = Math.floor(doneAtMs / MINUTE_MS);
    const known = this.#tails.get(delivery.state);
    if (known !== undefined && known.submitMinute === submitMinute && known.doneMinute === doneMinute) return known.octets;
    const { error } = FINAL_STATES[delivery.state];
    const line = formatReceiptText("", delivery.submittedAtMs, doneAtMs, this.#zoneMinutes, delivery.state, error, "");
    const octets = Buffer.from(line.slice("id:".length), "latin1");
    this.#tails.set(delivery.state, { submitMinute, doneMinute, octets });
    return octets;
  }
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
