/**
 * Segments: how many short messages a text takes, and the cutting of one text into them.
 *
 * A short message holds 140 octets on air, its UDH included: 160 septets, 140 octets or 70 UTF-16 units alone,
 * 153 / 134 / 67 behind an 8-bit concatenation header and 152 / 133 / 66 behind a 16-bit one.
 */
import { septetsOfUnit } from "./gsm.js";
import { Encoding, SegmentForm } from "./message.js";
import { endsOnOctet, packSeptets, septetsCovering } from "./septets.js";
import { encodeText, gsmSeptets } from "./text.js";

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
const MOST_SEGMENTS = 255;

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
  let count = 0;
  for (let from = 0; from < units; count++) {
    from = septets < 0 ? endOfUnits(text, from, 67) : endOfSeptets(text, from, 153);
  }
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
    if (form === "udh8") {
      octets.set([5, 0x00, 3, segmentReference, total, segmentNumber]);
    } else if (form === "udh16") {
      octets.set([6, 0x08, 4, segmentReference >> 8, segmentReference & 0xff, total, segmentNumber]);
    }
    const hasUdh = form !== "sar";
    return { octets, hasUdh, segmentReference, segmentTotal: total, segmentNumber, segmentForm: SegmentForm[form] };
  });
}

function fitsAlone(text: string, whole: Buffer, encoding: Encoding): boolean {
  switch (encoding) {
    case Encoding.gsm7:
      return whole.length <= 160;
    case Encoding.ascii:
    case Encoding.gsm7_packed:
      return endOfSeptets(text, 0, 160) === text.length;
    default:
      return whole.length <= 140;
  }
}

function headerOctets(form: SplitForm): number {
  return form === "udh8" ? 6 : form === "udh16" ? 7 : 0;
}

/** Where the part that begins at `from` ends; always beyond `from`. */
function endOfPart(text: string, from: number, encoding: Encoding, form: SplitForm): number {
  const wide = form === "udh16";
  switch (encoding) {
    case Encoding.gsm7:
    case Encoding.ascii:
      return endOfSeptets(text, from, wide ? 152 : 153);
    case Encoding.gsm7_packed: {
      const end = endOfSeptets(text, from, wide ? 152 : 153);
      return end < text.length ? beforePadding(text, from, end, headerOctets(form)) : end;
    }
    case Encoding.ucs2:
      return endOfUnits(text, from, wide ? 66 : 67);
    default:
      return endOfOctets(text, from, wide ? 133 : 134, encoding);
  }
}

/** A packed part must not end in what a reader takes for padding: leaves that character to the next part. */
function beforePadding(text: string, from: number, end: number, header: number): number {
  const last = text.charAt(end - 1);
  if (last !== "@" && last !== "\r") return end;
  const septets = septetsCovering(header) + gsmSeptets(text.slice(from, end));
  return endsOnOctet(septets) && end - 1 > from ? end - 1 : end;
}

function endOfSeptets(text: string, from: number, limit: number): number {
  let room = limit;
  let at = from;
  for (; at < text.length; at++) {
    // A character of ASCII that the alphabet lacks is replaced on air by one septet.
    room -= septetsOfUnit(text.charCodeAt(at)) || 1;
    if (room < 0) break;
  }
  return at;
}

function endOfUnits(text: string, from: number, limit: number): number {
  const end = Math.min(from + limit, text.length);
  return cutsPair(text, end) ? end - 1 : end;
}

/** The longest beginning of the rest whose octets fit, found by halving: a longer text never takes fewer. */
function endOfOctets(text: string, from: number, limit: number, encoding: Encoding): number {
  let fits = from + 1;
  let tooLong = Math.min(from + limit, text.length) + 1;
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    const end = cutsPair(text, middle) ? middle + 1 : middle;
    const octets = encodeText(text.slice(from, end), encoding);
    if (octets !== null && octets.length <= limit) fits = middle;
    else tooLong = middle;
  }
  return cutsPair(text, fits) ? fits + 1 : fits;
}

/** Whether a cut before `at` would part a surrogate pair. */
function cutsPair(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return false;
  const high = text.charCodeAt(at - 1);
  const low = text.charCodeAt(at);
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
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
