/**
 * TLVs: lazy reading and writing of the area that optional parameters stand in, each a tag of two octets, a length of two
 * and its value. [SMPP 3.4 3.2.4.1; SMPP 5.0 4.8; protocols sheet 3, SMGP]
 *
 * A PDU carries its TLVs as one raw view, checked once while decoding; a value is looked for only when somebody asks.
 * Unknown and misplaced TLVs are left where they are. What the tags mean is a protocol's own dictionary.
 */
import { findNul, readText, readUint16, writeUint16 } from "./octets.js";

export type TlvKind =
  /** Big-endian number of `max` octets. */ | "integer"
  /** Text closed by a NUL, which is often left out in the field. */ | "text"
  | "octets";

/** What a protocol says of a TLV's value. */
export interface TlvShape {
  readonly kind: TlvKind;
  /** Legal lengths of the value in octets. */
  readonly min: number;
  readonly max: number;
  /** When not every length between is legal: those that are. */
  readonly only?: readonly number[];
}

/** A protocol's TLVs by tag. */
export type TlvDictionary = ReadonlyMap<number, TlvShape>;

/** Tag and length. */
const HEAD = 4;

/**
 * Where the whole TLVs from `start` stop; `~stop` when what is left up to `end` is no TLV.
 *
 * One to three zero octets at the end are let pass and left out: some peers append a NUL to their text.
 */
export function checkTlvArea(frame: Buffer, start: number, end: number): number {
  let at = start;
  while (end - at >= HEAD) {
    const next = at + HEAD + readUint16(frame, at + 2);
    if (next > end) return ~at;
    at = next;
  }
  for (let rest = at; rest < end; rest++) if (frame[rest] !== 0) return ~at;
  return at;
}

/** Where the value of the first TLV with this tag starts, or -1; the walk ends at the first broken TLV. */
function valueOffset(tlvs: Buffer, tag: number): number {
  let at = 0;
  while (at + HEAD <= tlvs.length) {
    const next = at + HEAD + readUint16(tlvs, at + 2);
    if (next > tlvs.length) return -1;
    if (readUint16(tlvs, at) === tag) return at + HEAD;
    at = next;
  }
  return -1;
}

/** The value of the first TLV with this tag, a view; null when there is none. */
export function findTlv(tlvs: Buffer, tag: number): Buffer | null {
  const at = valueOffset(tlvs, tag);
  return at < 0 ? null : tlvs.subarray(at, at + readUint16(tlvs, at - 2));
}

/** Visits every TLV in order; repeated tags come repeatedly. Values are views. */
export function eachTlv(tlvs: Buffer, visit: (tag: number, value: Buffer) => void): void {
  let at = 0;
  while (at + HEAD <= tlvs.length) {
    const next = at + HEAD + readUint16(tlvs, at + 2);
    if (next > tlvs.length) return;
    visit(readUint16(tlvs, at), tlvs.subarray(at + HEAD, next));
    at = next;
  }
}

/**
 * The number in the first TLV with this tag; -1 when there is none, it is empty, or it has more than `maxOctets` (1..4; text
 * in a number's place must never be read as a number). A narrower one is read as it stands.
 */
export function readTlvNumber(tlvs: Buffer, tag: number, maxOctets: number): number {
  const at = valueOffset(tlvs, tag);
  if (at < 0) return -1;
  const length = readUint16(tlvs, at - 2);
  if (length === 0 || length > maxOctets) return -1;
  let value = 0;
  for (let octet = 0; octet < length; octet++) value = value * 256 + (tlvs[at + octet] ?? 0);
  return value;
}

/** The text in the first TLV with this tag: cut at the TLV's length, then at the first NUL; null when there is none. */
export function readTlvText(tlvs: Buffer, tag: number): string | null {
  const at = valueOffset(tlvs, tag);
  if (at < 0) return null;
  return readText(tlvs, at, findNul(tlvs, at, at + readUint16(tlvs, at - 2)));
}

function lengthAllowed(known: TlvShape, length: number): boolean {
  return length >= known.min && length <= known.max && (known.only === undefined || known.only.includes(length));
}

/** The tag of the first known TLV whose length its dictionary does not allow, or 0 when all are right. */
export function wrongTlvWidth(tlvs: Buffer, dictionary: TlvDictionary): number {
  let at = 0;
  while (at + HEAD <= tlvs.length) {
    const tag = readUint16(tlvs, at);
    const length = readUint16(tlvs, at + 2);
    const known = dictionary.get(tag);
    if (known !== undefined && !lengthAllowed(known, length)) return tag;
    at += HEAD + length;
  }
  return 0;
}

/**
 * Builds a TLV area in a buffer of its own that grows as needed and is used again after `clear()`.
 *
 * Make one per session: `view()` is copied by the encoder, and stands only until the next `clear()`.
 */
export class TlvWriter {
  readonly #dictionary: TlvDictionary;
  #area: Buffer;
  #end = 0;

  constructor(dictionary: TlvDictionary, capacity = 128) {
    this.#dictionary = dictionary;
    this.#area = Buffer.allocUnsafe(capacity);
  }

  clear(): this {
    this.#end = 0;
    return this;
  }

  /**
   * A number in the width the dictionary gives its tag; `width` (1..4 octets) for tags it does not have.
   * @throws RangeError when the tag is no number's or the value does not fit.
   */
  integer(tag: number, value: number, width = this.#widthOf(tag)): this {
    const limit = 2 ** (8 * width);
    if (!Number.isInteger(value) || value < 0 || value >= limit) throw new RangeError(`TLV ${hex(tag)}: ${value} does not fit ${width} octets`);
    const at = this.#open(tag, width);
    // A store keeps the low eight bits of the whole part.
    for (let octet = width - 1, rest = value; octet >= 0; octet--, rest = rest / 256) this.#area[at + octet] = rest;
    return this;
  }

  /** Latin-1 text closed by a NUL. @throws RangeError when it is too long for its tag or not Latin-1. */
  text(tag: number, value: string): this {
    const max = this.#dictionary.get(tag)?.max ?? 0xffff;
    if (value.length + 1 > max) throw new RangeError(`TLV ${hex(tag)}: text of ${value.length} is too long`);
    const start = this.#end;
    const at = this.#open(tag, value.length + 1);
    for (let each = 0; each < value.length; each++) {
      const code = value.charCodeAt(each);
      if (code === 0 || code > 0xff) {
        this.#end = start;
        throw new RangeError(`TLV ${hex(tag)}: no Latin-1 text`);
      }
      this.#area[at + each] = code;
    }
    this.#area[at + value.length] = 0;
    return this;
  }

  /** Octets as they are. @throws RangeError above 65,535 octets. */
  octets(tag: number, value: Uint8Array): this {
    // Opening may change the area: the place first, then the area.
    const at = this.#open(tag, value.length);
    this.#area.set(value, at);
    return this;
  }

  /** The area written since `clear()`, as a view. */
  view(): Buffer {
    return this.#area.subarray(0, this.#end);
  }

  #widthOf(tag: number): number {
    const known = this.#dictionary.get(tag);
    if (known?.kind !== "integer") throw new RangeError(`TLV ${hex(tag)} is no number: give its width`);
    return known.max;
  }

  /** Writes tag and length, makes room for the value, and says where it goes. */
  #open(tag: number, length: number): number {
    const needed = this.#end + HEAD + length;
    if (needed > this.#area.length) {
      const wider = Buffer.allocUnsafe(Math.max(needed, this.#area.length * 2));
      this.#area.copy(wider, 0, 0, this.#end);
      this.#area = wider;
    }
    const value = writeUint16(this.#area, writeUint16(this.#area, this.#end, tag), length);
    this.#end = needed;
    return value;
  }
}

function hex(tag: number): string {
  return `0x${tag.toString(16).toUpperCase().padStart(4, "0")}`;
}
