/**
 * Compose: Message to the body of a submit_sm or deliver_sm, fitted to what the peer understands.
 *
 * Octets go out as they came wherever the peer reads data_coding alike. Otherwise the text is said in a coding that both
 * have; what cannot be said is refused, never mangled. One body is filled in again and again, nothing is allocated
 * for an ordinary message.
 */
import { Encoding, SegmentForm } from "../model/message.js";
import type { Message } from "../model/message.js";
import { encodeText, messageText } from "../model/text.js";
import { udhEnd } from "../model/udh.js";
import { NO_OCTETS } from "../wire/octets.js";
import type { Alphabet0 } from "../wire/protocol.js";
import { blankBody } from "./codec.js";
import type { SubmitSm } from "./codec.js";
import { codingOf, encodingOf } from "./coding.js";
import { ESM_UDHI, tlvsOfExtras } from "./convert.js";
import { Status } from "./status.js";
import { Tlv, TlvWriter } from "./tlvs.js";

/** What the standard lets short_message hold; more goes into message_payload. [SMPP 3.4 5.2.21] */
const SHORT_MESSAGE_MAX = 254;
const PAYLOAD_MAX = 65_535;
const ADDRESS_MAX = 20;
const SERVICE_TYPE_MAX = 5;
/** User data of one short message on air. */
const AIR_OCTETS = 140;

/** Fills one body again and again; submit_sm and deliver_sm have the same fields. */
export class Composer {
  /** Stands until the next `compose`. */
  readonly body: SubmitSm = blankBody("submit_sm");
  readonly #tlvs = new TlvWriter();

  /**
   * Fills `body` with addresses, text and segment marks; everything else is blank. Returns 0, or the status that says
   * why the peer cannot be told this message. `alphabet0` is what data_coding 0 means to the peer.
   */
  compose(message: Message, alphabet0: Alphabet0, takesTlvs: boolean): number {
    const { body } = this;
    const tooLong = fieldsTooLong(message);
    if (tooLong !== 0) return tooLong;
    body.service_type = message.serviceType;
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
    const octets = this.#codedOctets(message, alphabet0);
    if (octets === null) return Status.ESME_RINVDCS;
    return this.#place(octets, message, takesTlvs);
  }

  /** Sets data_coding and returns the user data under it; null when they cannot be said to this peer. */
  #codedOctets(message: Message, alphabet0: Alphabet0): Buffer | null {
    const { body } = this;
    body.data_coding = message.codingOctet;
    if (encodingOf(message.codingOctet, alphabet0) === message.encoding) return message.octets;
    const coding = codingOf(message.encoding, alphabet0);
    if (coding >= 0) {
      body.data_coding = coding;
      return message.octets;
    }
    body.data_coding = codingOf(Encoding.ucs2, alphabet0);
    return transcoded(message);
  }

  #place(octets: Buffer, message: Message, takesTlvs: boolean): number {
    const { body } = this;
    const extras = takesTlvs ? tlvsOfExtras(message.extras) : null;
    const sar = message.segmentForm === SegmentForm.sar;
    const long = octets.length > SHORT_MESSAGE_MAX;
    if (!long && !sar && extras === null) {
      body.short_message = octets;
      return 0;
    }
    if (sar && !takesTlvs) return this.#placeBehindHeader(octets, message);
    if (long && (!takesTlvs || octets.length > PAYLOAD_MAX)) return Status.ESME_RINVMSGLEN;
    const tlvs = this.#tlvs.clear();
    body.short_message = long ? NO_OCTETS : octets;
    if (long) tlvs.octets(Tlv.message_payload, octets);
    if (sar) {
      tlvs.integer(Tlv.sar_msg_ref_num, message.segmentReference);
      tlvs.integer(Tlv.sar_total_segments, message.segmentTotal);
      tlvs.integer(Tlv.sar_segment_seqnum, message.segmentNumber);
    }
    body.tlvs = extras === null ? tlvs.view() : tlvs.view().length === 0 ? extras : Buffer.concat([tlvs.view(), extras]);
    return 0;
  }

  /** SAR parts for a peer without TLVs: the same reference, total and number in a user data header. */
  #placeBehindHeader(octets: Buffer, message: Message): number {
    const { segmentReference, segmentTotal, segmentNumber } = message;
    const header =
      segmentReference > 0xff
        ? [6, 0x08, 4, segmentReference >> 8, segmentReference & 0xff, segmentTotal, segmentNumber]
        : [5, 0x00, 3, segmentReference, segmentTotal, segmentNumber];
    if (header.length + octets.length > SHORT_MESSAGE_MAX) return Status.ESME_RINVMSGLEN;
    this.body.esm_class |= ESM_UDHI;
    this.body.short_message = Buffer.concat([Buffer.from(header), octets]);
    return 0;
  }
}

const PLUS = 0x2b;

function fieldsTooLong(message: Message): number {
  if (message.source.length > ADDRESS_MAX) return Status.ESME_RINVSRCADR;
  // One more with the plus sign, which is not written.
  if (message.destination.length > ADDRESS_MAX && message.destination.charCodeAt(0) !== PLUS) return Status.ESME_RINVDSTADR;
  if (message.destination.length > ADDRESS_MAX + 1) return Status.ESME_RINVDSTADR;
  return message.serviceType.length > SERVICE_TYPE_MAX ? Status.ESME_RINVSERTYP : 0;
}

/** The text as UCS-2 behind its header; null when it is no text, or is then too long for one short message. */
function transcoded(message: Message): Buffer | null {
  const text = messageText(message);
  const coded = text === null ? null : encodeText(text, Encoding.ucs2);
  if (coded === null) return null;
  const header = message.hasUdh ? message.octets.subarray(0, udhEnd(message.octets)) : NO_OCTETS;
  const octets = header.length === 0 ? coded : Buffer.concat([header, coded]);
  const wasShort = message.octets.length <= AIR_OCTETS + 20;
  return wasShort && octets.length > AIR_OCTETS ? null : octets;
}
