/**
 * Room: what one short message holds beside its header, and where a text has to be cut to fit into it.
 *
 * 140 octets go on air, the header among them: 160 / 153 / 152 septets, 140 / 134 / 133 octets or 70 / 67 / 66 units behind no, an
 * 8-bit and a 16-bit concatenation header. A cut never falls inside a surrogate pair, a GSM escape or a character of several octets.
 */
import { septetsOfUnit } from "./gsm.js";
import { Encoding } from "./message.js";
import { septetsCovering } from "./septets.js";
import { encodeText } from "./text.js";

/** User data of one short message, its header included. */
export const AIR_OCTETS = 140;
export const AIR_SEPTETS = 160;
export const AIR_UNITS = 70;
/** The least a message must have room for: any character of any encoding. */
const LEAST_OCTETS = 8;

/** What is in a short message beside our text. */
export interface Room {
  /** Octets of the user data header, whether we write it or the far side does. */
  readonly headerOctets: number;
  /** Units the operator puts in front of this very message. */
  readonly addedUnits: number;
  /** On air it is UCS-2 whatever it is said in, since the operator adds characters that no GSM alphabet has. */
  readonly wide: boolean;
}

/** Whether there is room for anything at all. */
export function hasRoom(room: Room): boolean {
  return room.headerOctets + LEAST_OCTETS <= AIR_OCTETS;
}

function septetsOf(room: Room): number {
  return AIR_SEPTETS - septetsCovering(room.headerOctets);
}

function unitsOf(room: Room): number {
  return octetsOf(room) >> 1;
}

/** Octets of text or binary data. */
export function octetsOf(room: Room): number {
  return Math.max(LEAST_OCTETS, AIR_OCTETS - room.headerOctets - 2 * room.addedUnits);
}

/** Where the message that begins at `from` ends at the latest; always beyond `from` in a text that goes on. */
export function endInRoom(text: string, from: number, encoding: Encoding, room: Room): number {
  const end = endByEncoding(text, from, encoding, room);
  return room.wide ? Math.min(end, endOfUnits(text, from, unitsOf(room))) : end;
}

function endByEncoding(text: string, from: number, encoding: Encoding, room: Room): number {
  switch (encoding) {
    case Encoding.gsm7:
    case Encoding.ascii:
    case Encoding.gsm7_packed:
      return endOfSeptets(text, from, septetsOf(room));
    case Encoding.ucs2:
      return endOfUnits(text, from, unitsOf(room));
    default:
      return endOfOctets(text, from, octetsOf(room), encoding);
  }
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

/** The longest beginning of the rest of no more than `limit` units. */
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
export function cutsPair(text: string, at: number): boolean {
  return at > 0 && at < text.length && isHigh(text.charCodeAt(at - 1)) && isLow(text.charCodeAt(at));
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
