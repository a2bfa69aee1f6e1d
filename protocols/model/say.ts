/**
 * Say: how a message's text goes out over a link: in its own octets wherever the peer reads them alike, else said anew.
 *
 * What both protocols' composers and the planning of long texts have to agree about stands here once, so that what was planned for
 * one short message is written as one.
 */
import { Encoding } from "./message.js";
import type { Message } from "./message.js";
import { encodeText, messageText } from "./text.js";
import { udhEnd } from "./udh.js";

/** How a link marks the parts of a long text: a header with an 8- or 16-bit reference, SAR TLVs, Pk fields; or all in one payload. */
export type LongForm = "udh8" | "udh16" | "sar" | "pk" | "payload";

/** What a link can be told; each protocol makes one of its link's settings. */
export interface LinkText {
  readonly form: LongForm;
  /** Characters the operator puts in front of each text: brackets that no GSM alphabet has, so that all is UCS-2 on air. 0 = none. */
  readonly operatorUnits: number;
  /** The coding octet under which the peer reads the message's own octets right; -1 when its text has to be said anew. */
  codingOf(message: Message): number;
  /** The encoding that this text, made by `message`, is best said anew in; null when the peer knows none that can say it. */
  encodingFor(text: string, message: Message): Encoding | null;
  /** The coding octet of an encoding given by encodingFor, with the message class of `message`. */
  codingFor(encoding: Encoding, message: Message): number;
}

/** What a message goes out as; one object is filled again and again. */
export class Said {
  /** User data, the message's own header in front where it has one. */
  octets: Buffer = Buffer.alloc(0);
  encoding: Encoding = Encoding.binary;
  coding = 0;
}

/** Fills `said`; false when the peer cannot be told this text. Octets that the peer reads alike are the message's own. */
export function say(message: Message, link: LinkText, said: Said): boolean {
  const coding = link.codingOf(message);
  if (coding >= 0) {
    said.octets = message.octets;
    said.encoding = message.encoding;
    said.coding = coding;
    return true;
  }
  const text = messageText(message);
  const encoding = text === null ? null : link.encodingFor(text, message);
  const coded = text === null || encoding === null ? null : encodeText(text, encoding);
  if (coded === null || encoding === null) return false;
  const start = message.hasUdh ? udhEnd(message.octets) : 0;
  said.octets = start === 0 ? coded : Buffer.concat([message.octets.subarray(0, start), coded]);
  said.encoding = encoding;
  said.coding = link.codingFor(encoding, message);
  return true;
}
