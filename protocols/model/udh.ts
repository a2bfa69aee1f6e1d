/**
 * User data header: the length-checked information elements in front of a short message's text [3GPP TS 23.040 9.2.3.24].
 *
 * ```
 *  UDHL | id len data... | id len data... | text
 *       '------- UDHL octets ------------'
 * ```
 */
import { SegmentForm } from "./message.js";
import type { Message } from "./message.js";

export interface UdhElement {
  readonly id: number;
  /** A view on the octets given, not a copy. */
  readonly data: Buffer;
}

export interface Concatenation {
  /** 0..255 for udh8, 0..65535 for udh16. */
  readonly reference: number;
  /** 1..255. */
  readonly total: number;
  /** 1..total. */
  readonly number: number;
  readonly form: SegmentForm;
}

export interface Udh {
  /** Octets of the whole header, its length octet included: where the text begins. */
  readonly length: number;
  /** Every element in order, known or not. */
  readonly elements: readonly UdhElement[];
  /** Null when absent or senseless (total 0, number 0, number above total). The last one given counts. */
  readonly concatenation: Concatenation | null;
  /** Application ports, -1 when absent. */
  readonly destinationPort: number;
  readonly sourcePort: number;
  /** National language identifiers (elements 25 and 24), 0 when absent. */
  readonly lockingTable: number;
  readonly singleShiftTable: number;
}

const CONCATENATION_8 = 0x00;
const PORTS_8 = 0x04;
const PORTS_16 = 0x05;
const CONCATENATION_16 = 0x08;
const NATIONAL_SINGLE_SHIFT = 0x24;
const NATIONAL_LOCKING_SHIFT = 0x25;
const NO_ELEMENTS = new Uint8Array(0);

/** Reads a header; null when its length runs over the octets or an element over the header. */
export function parseUdh(octets: Buffer): Udh | null {
  const end = udhEnd(octets);
  if (end === 0) return null;
  const elements: UdhElement[] = [];
  let concatenation: Concatenation | null = null;
  let destinationPort = -1;
  let sourcePort = -1;
  let lockingTable = 0;
  let singleShiftTable = 0;
  for (let at = 1; at < end; ) {
    const length = elementLength(octets, at, end);
    if (length < 0) return null;
    const id = octets[at] as number;
    const data = octets.subarray(at + 2, at + 2 + length);
    elements.push({ id, data });
    if (id === CONCATENATION_8 && length === 3) {
      concatenation = concatenationOf(data.readUInt8(0), data, 1, SegmentForm.udh8) ?? concatenation;
    } else if (id === CONCATENATION_16 && length === 4) {
      concatenation = concatenationOf(data.readUInt16BE(0), data, 2, SegmentForm.udh16) ?? concatenation;
    } else if (id === PORTS_8 && length === 2) {
      destinationPort = data.readUInt8(0);
      sourcePort = data.readUInt8(1);
    } else if (id === PORTS_16 && length === 4) {
      destinationPort = data.readUInt16BE(0);
      sourcePort = data.readUInt16BE(2);
    } else if (id === NATIONAL_LOCKING_SHIFT && length === 1) {
      lockingTable = data.readUInt8(0);
    } else if (id === NATIONAL_SINGLE_SHIFT && length === 1) {
      singleShiftTable = data.readUInt8(0);
    }
    at += 2 + length;
  }
  return { length: end, elements, concatenation, destinationPort, sourcePort, lockingTable, singleShiftTable };
}

/**
 * Fills the four segment fields of a message from the header at the front of `octets`, without allocating.
 *
 * They become 0 / none when the header says nothing of concatenation. False when the header is broken
 * (its length or an element's runs over the end): then it is none.
 */
export function readConcatenation(octets: Buffer, into: Message): boolean {
  into.segmentReference = 0;
  into.segmentTotal = 0;
  into.segmentNumber = 0;
  into.segmentForm = SegmentForm.none;
  const end = udhEnd(octets);
  if (end === 0) return false;
  let found = -1;
  for (let at = 1; at < end; ) {
    const length = elementLength(octets, at, end);
    if (length < 0) return false;
    const id = octets[at] as number;
    if ((id === CONCATENATION_8 && length === 3) || (id === CONCATENATION_16 && length === 4)) {
      const total = octets[at + length] as number;
      const number = octets[at + length + 1] as number;
      if (number > 0 && number <= total) found = at;
    }
    at += 2 + length;
  }
  if (found < 0) return true;
  const wide = octets[found] === CONCATENATION_16;
  const length = octets[found + 1] as number;
  const first = octets[found + 2] as number;
  into.segmentReference = wide ? (first << 8) | (octets[found + 3] as number) : first;
  into.segmentTotal = octets[found + length] as number;
  into.segmentNumber = octets[found + length + 1] as number;
  into.segmentForm = wide ? SegmentForm.udh16 : SegmentForm.udh8;
  return true;
}

/** The application port of 16 bits it is addressed to, -1 when there is none or the header is broken; makes nothing. */
export function destinationPort(octets: Buffer): number {
  const end = udhEnd(octets);
  let port = -1;
  for (let at = 1; at < end; ) {
    const length = elementLength(octets, at, end);
    if (length < 0) return -1;
    if (octets[at] === PORTS_16 && length === 4) port = octets.readUInt16BE(at + 2);
    at += 2 + length;
  }
  return port;
}

/** Where the text begins behind the header; 0 when the length octet is missing or claims more than there is. */
export function udhEnd(octets: Buffer): number {
  if (octets.length === 0) return 0;
  const end = 1 + (octets[0] as number);
  return end <= octets.length ? end : 0;
}

/** A header that says the concatenation, `others` (whole elements) behind it; `wide` with a reference of 16 bits, else of 8. */
export function concatenationHeader(wide: boolean, reference: number, total: number, number: number, others: Uint8Array = NO_ELEMENTS): Uint8Array {
  const element = wide
    ? [CONCATENATION_16, 4, (reference >> 8) & 0xff, reference & 0xff, total, number]
    : [CONCATENATION_8, 3, reference & 0xff, total, number];
  return Uint8Array.from([element.length + others.length, ...element, ...others]);
}

/** Whether the header says the concatenation and nothing else, so that it can be left out where that is said by other means. */
export function saysOnlyConcatenation(octets: Buffer): boolean {
  const [length, id, width] = octets;
  return (length === 5 && id === CONCATENATION_8 && width === 3) || (length === 6 && id === CONCATENATION_16 && width === 4);
}

/**
 * The elements of a header as octets, without its concatenation and, where `nationalToo`, its national tables (whoever says the text anew
 * needs none); null when the header is broken.
 */
export function otherElements(octets: Buffer, nationalToo: boolean): Buffer | null {
  const end = udhEnd(octets);
  if (end === 0) return null;
  const kept: Buffer[] = [];
  for (let at = 1; at < end; ) {
    const length = elementLength(octets, at, end);
    if (length < 0) return null;
    const id = octets[at] as number;
    const national = id === NATIONAL_LOCKING_SHIFT || id === NATIONAL_SINGLE_SHIFT;
    if (id !== CONCATENATION_8 && id !== CONCATENATION_16 && !(nationalToo && national)) kept.push(octets.subarray(at, at + 2 + length));
    at += 2 + length;
  }
  return Buffer.concat(kept);
}

/** The national language identifiers as locking * 256 + single shift; 0 when none, -1 when the header is broken. */
export function nationalTables(octets: Buffer): number {
  const end = udhEnd(octets);
  if (end === 0) return -1;
  let locking = 0;
  let single = 0;
  for (let at = 1; at < end; ) {
    const length = elementLength(octets, at, end);
    if (length < 0) return -1;
    if (length === 1 && octets[at] === NATIONAL_LOCKING_SHIFT) locking = octets[at + 2] as number;
    if (length === 1 && octets[at] === NATIONAL_SINGLE_SHIFT) single = octets[at + 2] as number;
    at += 2 + length;
  }
  return locking * 256 + single;
}

/** Length of the element at `at`, -1 when it does not fit before `end`. */
function elementLength(octets: Buffer, at: number, end: number): number {
  if (at + 2 > end) return -1;
  const length = octets[at + 1] as number;
  return at + 2 + length <= end ? length : -1;
}

function concatenationOf(reference: number, data: Buffer, at: number, form: SegmentForm): Concatenation | null {
  const total = data.readUInt8(at);
  const number = data.readUInt8(at + 1);
  return number > 0 && number <= total ? { reference, total, number, form } : null;
}
