/**
 * What both ends of simulated CMPP need of the wire: padded fields, 64-bit ids as 16 hexadecimal digits, digests, Beijing time.
 *
 * Written from the protocols sheet and apart from protocols/cmpp on purpose, so that a fault there is not hidden by the same one here.
 */
import { createHash } from "node:crypto";

/** From this version on the wide layout is spoken. */
export const VERSION_30 = 0x30;
export const HEADER_OCTETS = 12;

const BEIJING_MS = 8 * 3_600_000;

/** Text up to the first NUL or the field's end, blanks at its end left out. */
export function readPadded(frame: Buffer, at: number, width: number): string {
  let end = at;
  while (end < at + width && frame[end] !== 0) end++;
  while (end > at && frame[end - 1] === 0x20) end--;
  return frame.toString("latin1", at, end);
}

/** The same, without making it anew where it is what is expected: nearly all of a load has one sender and one end. */
export function readExpected(frame: Buffer, at: number, width: number, expected: string): string {
  const { length } = expected;
  let same = 0;
  while (same < length && frame[at + same] === expected.charCodeAt(same)) same++;
  return same === length && (length === width || frame[at + length] === 0) ? expected : readPadded(frame, at, width);
}

/** Writes as much of a text as the field holds, zeros behind it. */
export function writePadded(target: Buffer, at: number, width: number, text: string): number {
  const length = Math.min(width, text.length);
  for (let i = 0; i < length; i++) target[at + i] = text.charCodeAt(i);
  for (let i = length; i < width; i++) target[at + i] = 0;
  return at + width;
}

export function readHex(frame: Buffer, at: number): string {
  return frame.toString("hex", at, at + 8);
}

/** The value of a hexadecimal digit by its character code. */
const DIGITS = new Uint8Array(128);
for (let value = 0; value < 16; value++) {
  DIGITS[value.toString(16).charCodeAt(0)] = value;
  DIGITS[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}

/** Writes 16 hexadecimal digits as eight octets; anything else as zeros. */
export function writeHex(target: Buffer, at: number, id: string): number {
  if (id.length !== 16) target.fill(0, at, at + 8);
  else for (let i = 0; i < 8; i++) target[at + i] = ((DIGITS[id.charCodeAt(2 * i)] ?? 0) << 4) | (DIGITS[id.charCodeAt(2 * i + 1)] ?? 0);
  return at + 8;
}

export function writeInt(target: Buffer, at: number, value: number): number {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
  return at + 4;
}

/** Writes a header; returns where the body begins. */
export function writeHeader(target: Buffer, at: number, length: number, commandId: number, sequence: number): number {
  writeInt(target, at, length);
  writeInt(target, at + 4, commandId);
  return writeInt(target, at + 8, sequence);
}

/** "MMDDHHMMSS" as a number, Beijing time. [protocols sheet 1.3] */
export function timestampOf(wallMs: number): number {
  return Number(new Date(wallMs + BEIJING_MS).toISOString().replace(/\D/g, "").slice(4, 14));
}

/** "YYMMDDHHMM", Beijing time. */
export function minuteOf(wallMs: number): string {
  return new Date(wallMs + BEIJING_MS).toISOString().replace(/\D/g, "").slice(2, 12);
}

/** MD5(Source_Addr, nine zeros, secret, ten digits of the timestamp). [protocols sheet 1.13] */
export function sourceDigest(spId: string, secret: string, timestamp: number): Buffer {
  return createHash("md5").update(spId, "latin1").update(Buffer.alloc(9)).update(secret, "utf8").update(String(timestamp).padStart(10, "0"), "latin1").digest();
}

/** MD5(Status, AuthenticatorSource, secret); the status has one octet before 3.0, four since. */
export function ismgDigest(status: number, wide: boolean, source: Buffer, secret: string): Buffer {
  return createHash("md5").update(Buffer.from(wide ? [0, 0, 0, status] : [status])).update(source).update(secret, "utf8").digest();
}
