/**
 * Compose: Message to the body of a submit_sm or deliver_sm, fitted to what the peer understands.
 *
 * Octets go out as they came wherever the peer reads data_coding alike. Otherwise the text is said in a coding that both
 * have; what cannot be said is refused, never mangled. A customer is told in several what one delivery cannot hold. One body is filled in again and again, nothing is allocated
 * for an ordinary message.
 */
import { Encoding, SegmentForm } from "../model/message.js";
import type { Message } from "../model/message.js";
import { PAYLOAD_OCTETS } from "../model/plan.js";
import { AIR_OCTETS, AIR_SEPTETS } from "../model/room.js";
import { Said, say } from "../model/say.js";
import type { LinkText, LongForm } from "../model/say.js";
import { concatenationHeader, saysOnlyConcatenation, udhEnd } from "../model/udh.js";
import { IN_PARTS } from "../wire/deliveries.js";
import { NO_OCTETS } from "../wire/octets.js";
import { blankBody } from "./codec.js";
import type { SubmitSm } from "./codec.js";
import { ESM_UDHI, tlvsOfExtras } from "./convert.js";
import { Status } from "./status.js";
import { Tlv, TlvWriter } from "./tlvs.js";

/** What the standard lets short_message hold. [SMPP 3.4 5.2.21] */
const SHORT_MESSAGE_MAX = 254;
/** Of a concatenation header. */
const HEADER_OCTETS = 6;
const ADDRESS_MAX = 20;
const SERVICE_TYPE_MAX = 5;

/** How parts are marked: as the link's setting says, or (to a customer) in the way they came, as far as it takes TLVs. */
export type Marking = LongForm | "as_it_came";

/** Fills one body again and again; submit_sm and deliver_sm have the same fields. */
export class Composer {
  /** Stands until the next `compose`. */
  readonly body: SubmitSm = blankBody("submit_sm");
  readonly #tlvs = new TlvWriter();
  readonly #said = new Said();

  /**
   * Fills `body` with addresses, text and segment marks; everything else is blank. Returns 0, or the status that says
   * why the peer cannot be told this message; to a customer, IN_PARTS where one delivery cannot hold it.
   */
  compose(message: Message, text: LinkText, marking: Marking, takesTlvs: boolean): number {
    const { body } = this;
    const tooLong = addressesTooLong(message);
    if (tooLong !== 0) return tooLong;
    // CMPP's service names have ten characters; one that has no room here says nothing here either.
    body.service_type = message.serviceType.length > SERVICE_TYPE_MAX ? "" : message.serviceType;
    body.source_addr_ton = message.sourceTon;
    body.source_addr_npi = message.sourceNpi;
    body.source_addr = message.source;
    body.dest_addr_ton = message.destinationTon;
    body.dest_addr_npi = message.destinationNpi;
    body.destination_addr = message.destination;
    if (message.destination.charCodeAt(0) === PLUS) {
      body.destination_addr = message.destination.slice(1);
      body.dest_addr_ton = 1;
    }
    body.esm_class = message.hasUdh ? ESM_UDHI : 0;
    body.protocol_id = message.protocolIdentifier & 0xff;
    body.tlvs = NO_OCTETS;
    if (!say(message, text, this.#said)) return Status.ESME_RINVDCS;
    body.data_coding = this.#said.coding;
    if (marking === "as_it_came" && this.#outgrown(message, takesTlvs)) return IN_PARTS;
    return this.#place(this.#said.octets, message, marking, takesTlvs);
  }

  /** What a customer cannot be told in one: a text that has outgrown a short message when said anew, or needs a payload that is not taken. */
  #outgrown(message: Message, takesTlvs: boolean): boolean {
    const { octets, encoding } = this.#said;
    const length = octets.length + (isMarkedApart(message) ? HEADER_OCTETS : 0);
    if (octets !== message.octets && encoding === Encoding.ucs2 && length > AIR_OCTETS) return true;
    return !takesTlvs && length > SHORT_MESSAGE_MAX;
  }

  #place(octets: Buffer, message: Message, marking: Marking, takesTlvs: boolean): number {
    if (isMarkedApart(message)) {
      return this.#placePart(octets, message, marking, takesTlvs);
    }
    if (marking === "sar" && takesTlvs && message.segmentTotal > 0 && saysOnlyConcatenation(octets)) {
      this.body.esm_class &= ~ESM_UDHI;
      return this.#write(octets.subarray(udhEnd(octets)), message, true, false, takesTlvs);
    }
    const payload = marking === "payload" ? message.segmentForm === SegmentForm.none && octets.length > shortestPayload(message) : inbound(octets, marking, takesTlvs);
    return this.#write(octets, message, false, payload, takesTlvs);
  }

  /** Parts whose marks are no header yet: TLVs where they are wanted, else one in front. */
  #placePart(octets: Buffer, message: Message, marking: Marking, takesTlvs: boolean): number {
    if (takesTlvs && (marking === "sar" || marking === "as_it_came")) {
      return this.#write(octets, message, true, inbound(octets, marking, takesTlvs), takesTlvs);
    }
    const { segmentReference, segmentTotal, segmentNumber } = message;
    const header = concatenationHeader(marking === "udh16", segmentReference, segmentTotal, segmentNumber);
    this.body.esm_class |= ESM_UDHI;
    return this.#write(Buffer.concat([header, octets]), message, false, false, takesTlvs);
  }

  #write(octets: Buffer, message: Message, sar: boolean, payload: boolean, takesTlvs: boolean): number {
    const { body } = this;
    if (octets.length > (payload ? PAYLOAD_OCTETS : SHORT_MESSAGE_MAX)) return Status.ESME_RINVMSGLEN;
    const extras = takesTlvs ? tlvsOfExtras(message.extras) : null;
    body.short_message = payload ? NO_OCTETS : octets;
    if (!payload && !sar && extras === null) return 0;
    const tlvs = this.#tlvs.clear();
    if (payload) tlvs.octets(Tlv.message_payload, octets);
    if (sar) {
      tlvs.integer(Tlv.sar_msg_ref_num, message.segmentReference);
      tlvs.integer(Tlv.sar_total_segments, message.segmentTotal);
      tlvs.integer(Tlv.sar_segment_seqnum, message.segmentNumber);
    }
    body.tlvs = extras === null ? tlvs.view() : tlvs.view().length === 0 ? extras : Buffer.concat([tlvs.view(), extras]);
    return 0;
  }
}

/** A customer is told in a payload what short_message does not hold; no link is asked to take one unless its settings say that it does. */
function inbound(octets: Buffer, marking: Marking, takesTlvs: boolean): boolean {
  return marking === "as_it_came" && takesTlvs && octets.length > SHORT_MESSAGE_MAX;
}

/** A part whose marks are no header. */
function isMarkedApart({ segmentForm }: Message): boolean {
  return segmentForm === SegmentForm.sar || segmentForm === SegmentForm.pk;
}

const PLUS = 0x2b;

/** More than this is no short message, and goes whole into message_payload where a link takes that. */
function shortestPayload(message: Message): number {
  return message.encoding === Encoding.gsm7 && !message.hasUdh ? AIR_SEPTETS : AIR_OCTETS;
}

function addressesTooLong(message: Message): number {
  if (message.source.length > ADDRESS_MAX) return Status.ESME_RINVSRCADR;
  // One more with the plus sign, which is not written.
  if (message.destination.length > ADDRESS_MAX && message.destination.charCodeAt(0) !== PLUS) return Status.ESME_RINVDSTADR;
  return message.destination.length > ADDRESS_MAX + 1 ? Status.ESME_RINVDSTADR : 0;
}
