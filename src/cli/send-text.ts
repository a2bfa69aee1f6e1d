/**
 * The texts of `tollgate send`: read from a file's lines, and cut into the parts a phone puts together again.
 */
import { Encoding } from "../../protocols/model/message.js";
import { splitText } from "../../protocols/model/segment.js";
import { decodeText, encodeText, isGsm } from "../../protocols/model/text.js";

/** What a customer may speak. */
export type SendProtocol = "smpp" | "cmpp";

/** One short message to submit. */
export interface TextPart {
  /** User data, header in front when `hasUdh`. */
  readonly octets: Buffer;
  readonly hasUdh: boolean;
  /** Of how many parts, and which; 1 of 1 when it stands alone. */
  readonly total: number;
  readonly number: number;
  /** data_coding or Msg_Fmt: 0 the protocol's short alphabet, 8 UCS-2. */
  readonly coding: 0 | 8;
}

export type CutText = { readonly parts: readonly TextPart[]; readonly alphabet: "GSM" | "ASCII" | "UCS-2" } | { readonly parts: null; readonly reason: string };

/** What ASCII and the GSM alphabet write alike, so that it arrives however Msg_Fmt 0 is read. */
const ASCII = /^[A-Za-z0-9 \n\r!"#%&'()*+,\-./:;<=>?]*$/;

/**
 * Cuts a text into UDH segments (153 septets or 67 UTF-16 units each) when it does not fit one message. `reference` is taken modulo 256.
 * A text that would not arrive exactly as it is, is refused with the reason in words.
 */
export function cutText(text: string, reference: number, protocol: SendProtocol = "smpp"): CutText {
  if (text === "") return { parts: null, reason: "the text is empty" };
  const short = protocol === "smpp" ? isGsm(text) : ASCII.test(text);
  const encoding = !short ? Encoding.ucs2 : protocol === "smpp" ? Encoding.gsm7 : Encoding.ascii;
  const whole = encodeText(text, encoding);
  if (whole === null || decodeText(whole, encoding) !== text) return { parts: null, reason: "the text cannot be said in UCS-2 without a change" };
  const segments = splitText(text, encoding, "udh8", reference);
  if (segments.length === 0) return { parts: null, reason: "the text takes more than 255 segments" };
  return {
    parts: segments.map(({ octets, hasUdh }, at) => ({ octets, hasUdh, total: segments.length, number: at + 1, coding: short ? 0 : 8 })),
    alphabet: !short ? "UCS-2" : protocol === "smpp" ? "GSM" : "ASCII",
  };
}

/** A line of the file: what to send, and to whom when it says so. */
export type TextLine = { readonly text: string; readonly to: string | null } | { readonly text: null; readonly reason: string };

/** Reads a line: a JSON string, or an object {"to": ..., "text": ...}. Null for a blank line. */
export function readTextLine(line: string): TextLine | null {
  // A byte order mark counts as a blank here.
  const json = line.trim();
  if (json === "") return null;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { text: null, reason: "the line is no JSON" };
  }
  if (typeof value === "string") return { text: value, to: null };
  if (typeof value !== "object" || value === null || !("text" in value) || typeof value.text !== "string") {
    return { text: null, reason: 'the line is neither a JSON string nor an object such as {"to": "13800138000", "text": "..."}' };
  }
  if (!("to" in value) || value.to === undefined || value.to === null) return { text: value.text, to: null };
  if (typeof value.to !== "string" || !isNumber(value.to)) return { text: null, reason: '"to" is no number in digits' };
  return { text: value.text, to: value.to };
}

/** Digits, a plus in front allowed; at most 20 octets on the wire. [SMPP 3.4 5.2.9] */
export function isNumber(text: string): boolean {
  return /^\+?\d{1,20}$/.test(text) && text.length <= 20;
}
