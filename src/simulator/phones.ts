/**
 * Phones: the messages that people send, cut into parts as a phone does it.
 */
import { Encoding } from "../../protocols/model/message.js";
import { splitText } from "../../protocols/model/segment.js";
import { newInbound } from "./delivery.js";
import type { Delivery } from "./delivery.js";
import type { Random } from "./random.js";

/** A message from a phone. */
export interface InjectedMo {
  readonly source: string;
  readonly destination: string;
  readonly text: string;
  /** UCS-2 when the GSM alphabet cannot say the text, unless given. */
  readonly coding?: "gsm7" | "ucs2";
  /** Whose binds take it; the first that can receive when left out. */
  readonly systemId?: string;
}

const HAS_UDH = 0x40;
const UCS2 = 8;

/** One part for a short text, more with 8-bit concatenation headers for a long one. Throws RangeError when it cannot be said. */
export function partsOf(mo: InjectedMo, reference: number): Delivery[] {
  const gsm = mo.coding === "ucs2" ? [] : splitText(mo.text, Encoding.gsm7, "udh8", reference);
  const parts = gsm.length > 0 || mo.coding === "gsm7" ? gsm : splitText(mo.text, Encoding.ucs2, "udh8", reference);
  if (parts.length === 0) throw new RangeError("the text cannot be said in this coding, or is too long");
  return parts.map((part) => newInbound(mo.source, mo.destination, part.hasUdh ? HAS_UDH : 0, parts === gsm ? 0 : UCS2, part.octets));
}

/** Some phone in China. */
export function somePhone(random: Random): string {
  return `86138${String(random.below(100_000_000)).padStart(8, "0")}`;
}
