/**
 * LoadSource: where a load-making customer gets its messages from, and a fast one that patches ready-made submit_sm PDUs.
 */
import { Encoding } from "../../protocols/model/message.js";
import { splitText } from "../../protocols/model/segment.js";
import { blankBody, encodeSubmitSm, roomFor } from "../../protocols/smpp/codec.js";
import { CommandId } from "../../protocols/smpp/commands.js";

export interface LoadSource {
  /** Submits there are in all; Infinity when only time ends them. */
  readonly submits: number;
  /** The octets that `write` may need. */
  readonly maxOctets: number;
  /** Writes submit `ordinal` (from 0) whole, with this sequence; returns where it ends. */
  write(target: Buffer, offset: number, sequence: number, ordinal: number): number;
}

export interface TemplateOptions {
  readonly messages: number;
  /** Texts taken in turn; those longer than one message are cut into UDH segments. All must take the same number of segments. */
  readonly texts: readonly string[];
  readonly source: string;
  /** The first destination, eleven digits; message n goes to this plus n. */
  readonly firstDestination: number;
}

const DESTINATION_DIGITS = 11;
const HAS_UDH = 0x40;
const UCS2 = 8;

/** Every message goes to a number of its own, so that a judge can tell losses and doubles by it. */
export class TemplateSource implements LoadSource {
  readonly submits: number;
  readonly maxOctets: number;
  readonly segments: number;
  readonly #templates: readonly (readonly Buffer[])[];
  readonly #digitsAt: number;
  readonly #firstDestination: number;

  /** Throws RangeError when the texts differ in length, or cannot be said in UCS-2. */
  constructor(options: TemplateOptions) {
    this.#templates = options.texts.map((text) => templatesOf(text, options.source));
    this.segments = this.#templates[0]?.length ?? 0;
    if (this.segments === 0) throw new RangeError("no text that can be sent");
    if (this.#templates.some((parts) => parts.length !== this.segments)) throw new RangeError("texts of one load take equally many segments");
    this.submits = options.messages * this.segments;
    this.maxOctets = Math.max(...this.#templates.flat().map((template) => template.length));
    this.#firstDestination = options.firstDestination;
    // Header, empty service_type, TON, NPI, source and its NUL, TON, NPI.
    this.#digitsAt = 16 + 1 + 2 + options.source.length + 1 + 2;
  }

  write(target: Buffer, offset: number, sequence: number, ordinal: number): number {
    const message = this.segments === 1 ? ordinal : Math.floor(ordinal / this.segments);
    const parts = this.#templates[message % this.#templates.length] as readonly Buffer[];
    const template = parts[ordinal - message * this.segments] as Buffer;
    target.set(template, offset);
    target[offset + 12] = sequence >>> 24;
    target[offset + 13] = sequence >>> 16;
    target[offset + 14] = sequence >>> 8;
    target[offset + 15] = sequence;
    let rest = this.#firstDestination + message;
    for (let at = offset + this.#digitsAt + DESTINATION_DIGITS - 1; at >= offset + this.#digitsAt; at--) {
      const tens = Math.floor(rest / 10);
      target[at] = 0x30 + rest - tens * 10;
      rest = tens;
    }
    if (this.segments > 1) {
      // The reference of the 16-bit concatenation header in front of the text, another for each message to one number.
      const udhAt = offset + this.#digitsAt + DESTINATION_DIGITS + 1 + 3 + 2 + 4 + 1;
      target[udhAt + 3] = message >>> 8;
      target[udhAt + 4] = message;
    }
    return offset + template.length;
  }
}

function templatesOf(text: string, source: string): Buffer[] {
  return splitText(text, Encoding.ucs2, "udh16", 0).map((part) => {
    const body = blankBody("submit_sm");
    body.source_addr = source;
    body.dest_addr_ton = 1;
    body.dest_addr_npi = 1;
    body.destination_addr = "0".repeat(DESTINATION_DIGITS);
    body.esm_class = part.hasUdh ? HAS_UDH : 0;
    body.registered_delivery = 1;
    body.data_coding = UCS2;
    body.short_message = part.octets;
    const pdu = Buffer.alloc(roomFor(CommandId.submit_sm, body));
    return pdu.subarray(0, encodeSubmitSm(pdu, 0, 0, body));
  });
}
