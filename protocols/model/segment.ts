/**
 * Segments: how many short messages a text takes, and the cutting of one text into them.
 *
 * A short message holds 140 octets on air, its UDH included: 160 septets, 140 octets or 70 UTF-16 units alone,
 * 153 / 134 / 67 behind an 8-bit concatenation header and 152 / 133 / 66 behind a 16-bit one.
 */
import { Encoding, SegmentForm } from "./message.js";
import { endInRoom } from "./room.js";
import type { Room } from "./room.js";
import { endsOnOctet, packSeptets, septetsCovering } from "./septets.js";
import { encodeText, gsmSeptets } from "./text.js";
import { concatenationHeader } from "./udh.js";

export { parseUdh, readConcatenation } from "./udh.js";
export type { Concatenation, Udh, UdhElement } from "./udh.js";

/** One part, its fields named as in Message. Uncut: total, number and reference 0, form none. */
export interface Segment {
  /** User data, UDH in front when `hasUdh`. */
  readonly octets: Buffer;
  readonly hasUdh: boolean;
  readonly segmentReference: number;
  readonly segmentTotal: number;
  readonly segmentNumber: number;
  readonly segmentForm: SegmentForm;
}

/** `udh8` and `udh16` put a concatenation header in front of each part; `sar` leaves it to the far side. */
export type SplitForm = "udh8" | "udh16" | "sar";

/** How an account's texts are counted: see countSegments. */
export type CountRule = "domestic" | "gsm";

/** More parts than one octet can number. */
export const MOST_SEGMENTS = 255;

const ALONE: Room = { headerOctets: 0, addedUnits: 0, wide: false };
/** A header of 6 octets is ours or, with SAR TLVs, the far side's. */
const PART: Room = { headerOctets: 6, addedUnits: 0, wide: false };
const PART_WIDE: Room = { headerOctets: 7, addedUnits: 0, wide: false };

/**
 * Units of charge of a text, at least 1.
 *
 * `domestic`: up to 70 UTF-16 units are 1, else ceil(units / 67), whatever the coding. `gsm`: as parts on air,
 * 160 / 153 septets for text of the GSM alphabet, else 70 / 67 units; no escape or surrogate pair is ever cut.
 */
export function countSegments(text: string, rule: CountRule): number {
  const units = text.length;
  if (rule === "domestic") return units <= 70 ? 1 : Math.ceil(units / 67);
  const septets = gsmSeptets(text);
  if (septets < 0 ? units <= 70 : septets <= 160) return 1;
  const encoding = septets < 0 ? Encoding.ucs2 : Encoding.gsm7;
  let count = 0;
  for (let from = 0; from < units; count++) from = endInRoom(text, from, encoding, PART);
  return count;
}

/** Units of charge of binary user data of so many octets (no UDH of its own): 140 alone, 134 a part. At least 1. */
export function countOctetSegments(octetCount: number): number {
  return octetCount <= 140 ? 1 : Math.ceil(octetCount / 134);
}

/**
 * Units of charge of one part of a longer text: 1 as long as it is no more than a short message holds; what claims to
 * be a part and is more (a payload of thousands with SAR TLVs) counts as if it stood alone. `text` null: unreadable or binary.
 */
export function countPartSegments(octetCount: number, encoding: Encoding, text: string | null, rule: CountRule): number {
  const holds = encoding === Encoding.gsm7 || encoding === Encoding.ascii || encoding === Encoding.latin1 ? 160 : 140;
  if (octetCount <= holds) return 1;
  return text === null ? countOctetSegments(octetCount) : countSegments(text, rule);
}

/**
 * Cuts a text into as few parts as it takes; one uncut part when it fits alone.
 *
 * No surrogate pair, GSM escape or character of several octets is ever cut. `reference` is taken modulo 256 for
 * udh8, 65536 otherwise. Empty when the encoding cannot say the text, or it takes more than 255 parts.
 * Latin-1 and the charsets are held to 140 octets; ASCII is counted as the GSM septets it becomes on air.
 */
export function splitText(text: string, encoding: Encoding, form: SplitForm, reference: number): Segment[] {
  const whole = encodeText(text, encoding);
  if (whole === null) return [];
  if (fitsAlone(text, whole, encoding)) return [uncut(whole)];
  const parts: Buffer[] = [];
  for (let from = 0; from < text.length; ) {
    const end = endOfPart(text, from, encoding, form);
    const part = encodePart(text.slice(from, end), encoding, form);
    if (part === null) return [];
    parts.push(part);
    from = end;
  }
  return numbered(parts, form, reference);
}

/** Cuts binary user data in the same way, at 140 octets alone and 134 or (udh16) 133 a part. */
export function splitOctets(octets: Buffer, form: SplitForm, reference: number): Segment[] {
  if (octets.length <= 140) return [uncut(octets)];
  const room = form === "udh16" ? 133 : 134;
  const parts: Buffer[] = [];
  for (let from = 0; from < octets.length; from += room) {
    const data = octets.subarray(from, from + room);
    const part = Buffer.alloc(headerOctets(form) + data.length);
    data.copy(part, headerOctets(form));
    parts.push(part);
  }
  return numbered(parts, form, reference);
}

function uncut(octets: Buffer): Segment {
  return {
    octets,
    hasUdh: false,
    segmentReference: 0,
    segmentTotal: 0,
    segmentNumber: 0,
    segmentForm: SegmentForm.none,
  };
}

/** Numbers the parts and writes each one's header into the room left for it. */
function numbered(parts: readonly Buffer[], form: SplitForm, reference: number): Segment[] {
  const total = parts.length;
  if (total > MOST_SEGMENTS) return [];
  const segmentReference = form === "udh8" ? reference & 0xff : reference & 0xffff;
  return parts.map((octets, index) => {
    const segmentNumber = index + 1;
    if (form !== "sar") octets.set(concatenationHeader(form === "udh16", segmentReference, total, segmentNumber));
    const hasUdh = form !== "sar";
    return { octets, hasUdh, segmentReference, segmentTotal: total, segmentNumber, segmentForm: SegmentForm[form] };
  });
}

function fitsAlone(text: string, whole: Buffer, encoding: Encoding): boolean {
  if (encoding === Encoding.gsm7) return whole.length <= 160;
  return encoding === Encoding.ascii || encoding === Encoding.gsm7_packed ? endInRoom(text, 0, encoding, ALONE) === text.length : whole.length <= 140;
}

function headerOctets(form: SplitForm): number {
  return form === "udh8" ? 6 : form === "udh16" ? 7 : 0;
}

/** Where the part that begins at `from` ends; always beyond `from`. */
function endOfPart(text: string, from: number, encoding: Encoding, form: SplitForm): number {
  const end = endInRoom(text, from, encoding, form === "udh16" ? PART_WIDE : PART);
  return encoding === Encoding.gsm7_packed && end < text.length ? beforePadding(text, from, end, headerOctets(form)) : end;
}

/** A packed part must not end in what a reader takes for padding: leaves that character to the next part. */
function beforePadding(text: string, from: number, end: number, header: number): number {
  const last = text.charAt(end - 1);
  if (last !== "@" && last !== "\r") return end;
  const septets = septetsCovering(header) + gsmSeptets(text.slice(from, end));
  return endsOnOctet(septets) && end - 1 > from ? end - 1 : end;
}

/** The octets of one part, with room for its header in front. */
function encodePart(part: string, encoding: Encoding, form: SplitForm): Buffer | null {
  const header = headerOctets(form);
  const octets = encodeText(part, encoding === Encoding.gsm7_packed ? Encoding.gsm7 : encoding);
  if (octets === null) return null;
  if (encoding === Encoding.gsm7_packed) return packSeptets(octets, header);
  if (header === 0) return octets;
  const withRoom = Buffer.alloc(header + octets.length);
  octets.copy(withRoom, header);
  return withRoom;
}
