/**
 * Octets: bounds-checked reads and writes of big-endian numbers and one-octet-a-character text.
 *
 * Text is Latin-1: every octet is one character and comes back as the same octet, whatever a peer put there.
 */

/** The shared buffer that stands for "none"; never written, so safe to hand out. */
export const NO_OCTETS: Buffer = Buffer.alloc(0);

/** Addresses and message ids are this short: see `shortText`. */
const SHORT_TEXT = 20;

/**
 * Text of at most SHORT_TEXT octets in one call with every character an argument: 21 ns for a phone number, where the
 * runtime's own decoder takes 50 to 70 and joining character by character 100 as soon as the text is looked into.
 */
const shortText = new Function(
  "made",
  `return function shortText(b, s, n) { switch (n) { ${Array.from({ length: SHORT_TEXT + 1 }, (_, n) =>
    n === 0 ? "" : `case ${n}: return made(${Array.from({ length: n }, (_, at) => `b[s + ${at}]`).join(", ")});`,
  ).join(" ")} } return ""; };`,
)(String.fromCharCode) as (buffer: Buffer, start: number, count: number) => string;

function outside(buffer: Buffer, offset: number, width: number): RangeError {
  return new RangeError(`octets ${offset}..${offset + width} lie outside a buffer of ${buffer.length}`);
}

/** @throws RangeError when the octet lies outside the buffer. */
export function readUint8(buffer: Buffer, offset: number): number {
  const octet = buffer[offset];
  if (octet === undefined) throw outside(buffer, offset, 1);
  return octet;
}

/** @throws RangeError when the two octets do not lie inside the buffer. */
export function readUint16(buffer: Buffer, offset: number): number {
  const low = buffer[offset + 1];
  const high = buffer[offset];
  if (high === undefined || low === undefined) throw outside(buffer, offset, 2);
  return (high << 8) | low;
}

/** Unsigned: 0..4294967295. @throws RangeError when the four octets do not lie inside the buffer. */
export function readUint32(buffer: Buffer, offset: number): number {
  const a = buffer[offset];
  const b = buffer[offset + 1];
  const c = buffer[offset + 2];
  const d = buffer[offset + 3];
  if (a === undefined || b === undefined || c === undefined || d === undefined) throw outside(buffer, offset, 4);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** @throws RangeError when the value is not 0..65535 or the two octets do not lie inside the buffer. */
export function writeUint16(buffer: Buffer, offset: number, value: number): number {
  if (value !== (value & 0xffff)) throw new RangeError(`${value} does not fit two octets`);
  if (offset < 0 || offset + 2 > buffer.length) throw outside(buffer, offset, 2);
  buffer[offset] = value >>> 8;
  buffer[offset + 1] = value;
  return offset + 2;
}

/** @throws RangeError when the value is not 0..4294967295 or the four octets do not lie inside the buffer. */
export function writeUint32(buffer: Buffer, offset: number, value: number): number {
  if (value !== value >>> 0) throw new RangeError(`${value} does not fit four octets`);
  if (offset < 0 || offset + 4 > buffer.length) throw outside(buffer, offset, 4);
  buffer[offset] = value >>> 24;
  buffer[offset + 1] = value >>> 16;
  buffer[offset + 2] = value >>> 8;
  buffer[offset + 3] = value;
  return offset + 4;
}

/**
 * The octets from `start` up to `end` as Latin-1 text.
 * @throws RangeError when they do not lie inside the buffer.
 */
export function readText(buffer: Buffer, start: number, end: number): string {
  if (start < 0 || end > buffer.length) throw outside(buffer, start, end - start);
  return end - start > SHORT_TEXT ? buffer.toString("latin1", start, end) : shortText(buffer, start, end - start);
}

/** As readText, but gives `last` itself when that is what stands there. */
export function readTextAgain(buffer: Buffer, start: number, end: number, last: string): string {
  if (end - start !== last.length) return readText(buffer, start, end);
  for (let at = start, of = 0; at < end; at++, of++) {
    if (buffer[at] !== last.charCodeAt(of)) return readText(buffer, start, end);
  }
  return last;
}

/** Where the first octet of value 0 stands from `start` on, or `end` when there is none before it. */
export function findNul(buffer: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && buffer[at] !== 0) at++;
  return at;
}
