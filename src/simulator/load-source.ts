/**
 * LoadSource: where a load-making customer gets its messages from, and a fast one that patches ready-made submits.
 */
import { Encoding } from "../../protocols/model/message.js";
import { splitText } from "../../protocols/model/segment.js";
import type { LoadWire } from "./load-bind.js";
import { smppLoad } from "./load-smpp.js";
import { spread } from "./spread.js";

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
  /** Message n goes to `spread` of n behind it instead. */
  readonly spread?: boolean;
  /** SMPP unless given. */
  readonly wire?: LoadWire;
}

/** A whole submit, and where in it stands what differs from message to message. */
interface Template {
  readonly octets: Buffer;
  readonly digitsAt: number;
  /** The two octets of the reference in the 16-bit concatenation header; 0 when there is none. */
  readonly referenceAt: number;
}

const DESTINATION_DIGITS = 11;
/** Eleven digits that stand nowhere else in a template. */
const ANY_DESTINATION = "19283746505";

/** Every message goes to a number of its own, so that a judge can tell losses and doubles by it. */
export class TemplateSource implements LoadSource {
  readonly submits: number;
  readonly maxOctets: number;
  readonly segments: number;
  readonly #templates: readonly (readonly Template[])[];
  readonly #sequenceAt: number;
  readonly #firstDestination: number;
  readonly #spread: boolean;

  /** Throws RangeError when the texts differ in length, or cannot be said in UCS-2. */
  constructor(options: TemplateOptions) {
    const wire = options.wire ?? smppLoad;
    this.#templates = options.texts.map((text) => templatesOf(text, options.source, wire));
    this.#sequenceAt = wire.sequenceAt;
    this.segments = this.#templates[0]?.length ?? 0;
    if (this.segments === 0) throw new RangeError("no text that can be sent");
    if (this.#templates.some((parts) => parts.length !== this.segments)) throw new RangeError("texts of one load take equally many segments");
    this.submits = options.messages * this.segments;
    this.maxOctets = Math.max(...this.#templates.flat().map(({ octets }) => octets.length));
    this.#firstDestination = options.firstDestination;
    this.#spread = options.spread === true;
  }

  write(target: Buffer, offset: number, sequence: number, ordinal: number): number {
    const message = this.segments === 1 ? ordinal : Math.floor(ordinal / this.segments);
    const parts = this.#templates[message % this.#templates.length] as readonly Template[];
    const { octets, digitsAt, referenceAt } = parts[ordinal - message * this.segments] as Template;
    target.set(octets, offset);
    const sequenceAt = offset + this.#sequenceAt;
    target[sequenceAt] = sequence >>> 24;
    target[sequenceAt + 1] = sequence >>> 16;
    target[sequenceAt + 2] = sequence >>> 8;
    target[sequenceAt + 3] = sequence;
    let rest = this.#firstDestination + (this.#spread ? spread(message) : message);
    for (let at = offset + digitsAt + DESTINATION_DIGITS - 1; at >= offset + digitsAt; at--) {
      const tens = Math.floor(rest / 10);
      target[at] = 0x30 + rest - tens * 10;
      rest = tens;
    }
    if (referenceAt > 0) {
      // Another for each message to one number.
      target[offset + referenceAt] = message >>> 8;
      target[offset + referenceAt + 1] = message;
    }
    return offset + octets.length;
  }
}

function templatesOf(text: string, source: string, wire: LoadWire): Template[] {
  return splitText(text, Encoding.ucs2, "udh16", 0).map((part) => {
    const { hasUdh, octets, segmentTotal, segmentNumber } = part;
    const into = Buffer.alloc(wire.submitMaxOctets);
    const submit = { source, destination: ANY_DESTINATION, hasUdh, total: Math.max(1, segmentTotal), number: Math.max(1, segmentNumber), octets };
    const whole = into.subarray(0, wire.submit(into, 0, 0, submit));
    // The header is 06 08 04, the reference, total and number.
    return { octets: whole, digitsAt: whole.indexOf(ANY_DESTINATION, 0, "latin1"), referenceAt: hasUdh ? whole.indexOf(octets) + 3 : 0 };
  });
}
