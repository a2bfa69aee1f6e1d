/**
 * Reassembly: the texts that arrived at the simulated message centre, long ones put together again.
 *
 * Parts are joined as octets before decoding, so that a character cut between two parts comes out whole.
 */
import { Encoding } from "../../protocols/model/message.js";
import type { Message } from "../../protocols/model/message.js";
import { messageText, userData } from "../../protocols/model/text.js";
import { nationalTables } from "../../protocols/model/udh.js";

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

/** Sets of parts that may be open; beyond it the oldest is given up. */
const MAX_OPEN = 10_000;

interface OpenSet {
  readonly parts: (Message | undefined)[];
  missing: number;
}

export class Reassembly {
  readonly #open = new Map<string, OpenSet>();

  /** Sets of parts of which some have not come. */
  get incomplete(): number {
    return this.#open.size;
  }

  /** Takes one part, whose octets nobody else uses; the whole text when it is one, or was the last part missing; else null. */
  take(part: Message): ArrivedText | null {
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
