/**
 * Phones: the messages that people send, cut into parts as a phone does it.
 */
import type { Encoding } from "../../protocols/model/message.js";
import { splitText } from "../../protocols/model/segment.js";
import { newInbound } from "./delivery.js";
import type { Delivery } from "./delivery.js";
import type { Random } from "./random.js";

/** A way to code a phone's text, and the data_coding or Msg_Fmt that says so. */
export interface PhoneCoding {
  readonly name: "gsm7" | "ascii" | "ucs2" | "gb18030";
  readonly encoding: Encoding;
  readonly value: number;
}

/** A message from a phone. */
export interface InjectedMo {
  readonly source: string;
  readonly destination: string;
  readonly text: string;
  /** The first of the protocol's codings that can say the text, unless given. */
  readonly coding?: PhoneCoding["name"];
  /** Whose binds take it; the first that can receive when left out. */
  readonly systemId?: string;
}

const HAS_UDH = 0x40;

/** One part for a short text, more with 8-bit concatenation headers for a long one. Throws RangeError when it cannot be said. */
export function partsOf(mo: InjectedMo, codings: readonly PhoneCoding[], reference: number): Delivery[] {
  for (const { name, encoding, value } of codings) {
    if (mo.coding !== undefined && mo.coding !== name) continue;
    const parts = splitText(mo.text, encoding, "udh8", reference);
    if (parts.length > 0) return parts.map((part) => newInbound(mo.source, mo.destination, part.hasUdh ? HAS_UDH : 0, value, part.octets));
  }
  throw new RangeError("the text cannot be said in this coding, or is too long");
}

/** Some phone in China. */
export function somePhone(random: Random): string {
  return `86138${String(random.below(100_000_000)).padStart(8, "0")}`;
}
