/**
 * Reassembly: the texts that arrived at the simulated message centre, long ones put together again.
 *
 * Parts are recognised by UDH (8- and 16-bit reference) or SAR TLVs and joined as octets before decoding, so that a character cut
 * between two parts comes out whole.
 */
import { Encoding, newMessage } from "../../protocols/model/message.js";
import type { Message } from "../../protocols/model/message.js";
import { messageText, userData } from "../../protocols/model/text.js";
import { nationalTables, readConcatenation } from "../../protocols/model/udh.js";
import type { SubmitSm } from "../../protocols/smpp/codec.js";
import { Tlv, findTlv, readTlvInteger } from "../../protocols/smpp/tlvs.js";

/** One whole text, in the order in which its last part came. */
export interface ArrivedText {
  readonly source: string;
  readonly destination: string;
  /** Null when binary or not decodable in its encoding. */
  readonly text: string | null;
  readonly encoding: Encoding;
  readonly segments: number;
  /** User data of all parts without their UDHs. */
  readonly octets: Buffer;
}

const HAS_UDH = 0x40;
/** Sets of parts that may be open; beyond it the oldest is given up. */
const MAX_OPEN = 10_000;

/** Readings of data_coding by value [SMPP 3.4 5.2.19]; groups with class bits are read by their bits. */
const ENCODINGS: Readonly<Record<number, Encoding>> = {
  1: Encoding.ascii, 2: Encoding.binary, 3: Encoding.latin1, 4: Encoding.binary, 5: Encoding.jis, 6: Encoding.cyrillic,
  7: Encoding.hebrew, 8: Encoding.ucs2, 9: Encoding.binary, 10: Encoding.iso2022jp, 13: Encoding.jis, 14: Encoding.ksc5601,
};
const BY_ALPHABET_BITS: readonly Encoding[] = [Encoding.gsm7, Encoding.binary, Encoding.ucs2, Encoding.gsm7];

/** `alphabet0` is how data_coding 0 is read. */
export function encodingOfCoding(dataCoding: number, alphabet0: Encoding): Encoding {
  if (dataCoding === 0) return alphabet0;
  const group = dataCoding >> 4;
  if (group === 1) return BY_ALPHABET_BITS[(dataCoding >> 2) & 3] ?? Encoding.gsm7;
  if (group === 15) return (dataCoding & 4) === 0 ? Encoding.gsm7 : Encoding.binary;
  return ENCODINGS[dataCoding] ?? Encoding.gsm7;
}

interface OpenSet {
  readonly parts: (Message | undefined)[];
  missing: number;
}

export class Reassembly {
  readonly #alphabet0: Encoding;
  readonly #open = new Map<string, OpenSet>();

  constructor(alphabet0: Encoding = Encoding.gsm7) {
    this.#alphabet0 = alphabet0;
  }

  /** Sets of parts of which some have not come. */
  get incomplete(): number {
    return this.#open.size;
  }

  /** Takes one submit; the whole text when it is one, or was the last part missing; else null. */
  take(submit: SubmitSm): ArrivedText | null {
    const part = this.#read(submit);
    if (part.segmentTotal <= 1) return join([part]);
    const key = `${part.source}\0${part.destination}\0${part.segmentForm}\0${part.segmentReference}\0${part.segmentTotal}`;
    let set = this.#open.get(key);
    if (set === undefined) {
      set = { parts: new Array<Message | undefined>(part.segmentTotal).fill(undefined), missing: part.segmentTotal };
      this.#open.set(key, set);
      if (this.#open.size > MAX_OPEN) this.#open.delete(this.#open.keys().next().value ?? key);
    }
    const place = part.segmentNumber - 1;
    if (set.parts[place] === undefined) set.missing--;
    set.parts[place] = part;
    if (set.missing > 0) return null;
    this.#open.delete(key);
    return join(set.parts as Message[]);
  }

  #read(submit: SubmitSm): Message {
    const part = newMessage();
    const payload = submit.short_message.length === 0 ? findTlv(submit.tlvs, Tlv.message_payload) : null;
    part.source = submit.source_addr;
    part.destination = submit.destination_addr;
    // A copy: parts outlive the receive buffer they came in.
    part.octets = Buffer.from(payload ?? submit.short_message);
    part.codingOctet = submit.data_coding;
    part.encoding = encodingOfCoding(submit.data_coding, this.#alphabet0);
    part.hasUdh = (submit.esm_class & HAS_UDH) !== 0;
    if (part.hasUdh) readConcatenation(part.octets, part);
    if (part.segmentTotal > 0) return part;
    const total = readTlvInteger(submit.tlvs, Tlv.sar_total_segments);
    const number = readTlvInteger(submit.tlvs, Tlv.sar_segment_seqnum);
    if (total > 1 && number >= 1 && number <= total) {
      part.segmentReference = Math.max(0, readTlvInteger(submit.tlvs, Tlv.sar_msg_ref_num));
      part.segmentTotal = total;
      part.segmentNumber = number;
    }
    return part;
  }
}

function join(parts: readonly Message[]): ArrivedText {
  const [first] = parts;
  if (first === undefined) throw new RangeError("a text has at least one part");
  const octets = parts.length === 1 ? userData(first) : Buffer.concat(parts.map(userData));
  return {
    source: first.source, destination: first.destination, encoding: first.encoding, segments: parts.length, octets,
    text: textOf(parts, first, octets),
  };
}

function textOf(parts: readonly Message[], first: Message, octets: Buffer): string | null {
  // Packed septets do not meet at octet borders, and a national table is named in each part's own header.
  const apart = first.encoding === Encoding.gsm7_packed || parts.some((part) => part.hasUdh && nationalTables(part.octets) > 0);
  if (!apart) return messageText({ ...first, hasUdh: false, octets });
  const texts = parts.map(messageText);
  return texts.includes(null) ? null : texts.join("");
}
