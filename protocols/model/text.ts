/**
 * Text: octets to text and back in every encoding a short message travels in. What cannot be said is null, never mangled.
 *
 * The one owner of iconv-lite, which only encodes here: it replaces what it cannot say, so every octet it
 * makes is read back by a strict decoder and compared. Decoding copies; the octets given are never altered.
 */
import { TextDecoder } from "node:util";
import iconv from "iconv-lite";
import { ESCAPE, GSM_DEFAULT, GSM_EXTENSION, GSM_LIMIT, GSM_SEPTETS, NOT_GSM, septetsOfUnit } from "./gsm.js";
import { LOCKING, SINGLE_SHIFT } from "./gsm.js";
import { Encoding } from "./message.js";
import type { Message } from "./message.js";
import { packSeptets, unpackSeptets } from "./septets.js";
import { nationalTables, udhEnd } from "./udh.js";

/** Little-endian UTF-16 on its way to a string. One decode at a time runs on a thread, so one is enough. */
const SCRATCH = Buffer.alloc(2048);
const VIEWS: (Buffer | undefined)[] = new Array<Buffer | undefined>(SCRATCH.length + 1).fill(undefined);

/** 1 where a septet is the same octet in ASCII, so that a whole text of such may be read as Latin-1. */
const SAME_AS_ASCII = Uint8Array.from({ length: 256 }, (_, septet) =>
  GSM_DEFAULT[septet] === septet && septet !== ESCAPE ? 1 : 0,
);

/** Septets of each octet of ASCII on air. */
const ASCII_SEPTETS = Uint8Array.from({ length: 256 }, (_, octet) => septetsOfUnit(octet) || 1);

interface Charset {
  readonly decoder: TextDecoder;
  /** The encoder's name, or a function where iconv-lite has none. */
  readonly encode: (text: string) => Buffer;
}

const CHARSETS = new Map<Encoding, Charset>([
  [Encoding.gb18030, charset("gb18030", "gb18030")],
  [Encoding.cyrillic, charset("iso-8859-5", "iso-8859-5")],
  [Encoding.hebrew, charset("iso-8859-8", "iso-8859-8")],
  [Encoding.jis, charset("shift_jis", "shift_jis")],
  [Encoding.ksc5601, charset("euc-kr", "euc-kr")],
  [Encoding.utf8, { decoder: strictDecoder("utf-8"), encode: (text) => Buffer.from(text, "utf8") }],
  [Encoding.iso2022jp, { decoder: strictDecoder("iso-2022-jp"), encode: encodeIso2022Jp }],
]);

function charset(decoderName: string, encoderName: string): Charset {
  return { decoder: strictDecoder(decoderName), encode: (text) => iconv.encode(text, encoderName) };
}

function strictDecoder(name: string): TextDecoder {
  return new TextDecoder(name, { fatal: true, ignoreBOM: true });
}

/**
 * The text of `octets` (user data without UDH); null when they are not valid in the encoding, or binary.
 *
 * UCS-2 keeps unpaired surrogates (the string is then not well-formed), drops a leading FEFF and swaps behind
 * FFFE; an odd length is null. In GSM an unknown escape shows the default alphabet's character, a doubled or
 * dangling one a blank [GSM 03.38 6.2.1]; an octet from 0x80 is null. `jis` is read as Shift_JIS.
 */
export function decodeText(octets: Buffer, encoding: Encoding): string | null {
  return decodeRange(octets, 0, encoding, GSM_DEFAULT, GSM_EXTENSION);
}

/** The octets that say `text`, exactly; null when the encoding cannot (or is binary). */
export function encodeText(text: string, encoding: Encoding): Buffer | null {
  switch (encoding) {
    case Encoding.ucs2:
      // A leading U+FFFE would be read as a byte order mark.
      return text.charCodeAt(0) === 0xfffe ? null : Buffer.from(text, "utf16le").swap16();
    case Encoding.gsm7:
      return encodeSeptets(text);
    case Encoding.gsm7_packed: {
      const septets = encodeSeptets(text);
      return septets === null ? null : packSeptets(septets, 0);
    }
    case Encoding.ascii:
      return everyUnitBelow(text, 0x80) ? Buffer.from(text, "latin1") : null;
    case Encoding.latin1:
      return everyUnitBelow(text, 0x100) ? Buffer.from(text, "latin1") : null;
    case Encoding.binary:
      return null;
    default: {
      const octets = CHARSETS.get(encoding)?.encode(text) ?? null;
      return octets !== null && decodeText(octets, encoding) === text ? octets : null;
    }
  }
}

/** Whether every character is in the GSM default alphabet or its extension. */
export function isGsm(text: string): boolean {
  return gsmSeptets(text) >= 0;
}

/** Septets the text takes in the GSM default alphabet (extension characters two); -1 when it cannot be said in it. */
export function gsmSeptets(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const septets = septetsOfUnit(text.charCodeAt(i));
    if (septets === 0) return -1;
    count += septets;
  }
  return count;
}

/** Septets that ASCII octets from `start` on take on air; a character the alphabet lacks is replaced there by one septet. */
export function gsmSeptetsOfAscii(octets: Buffer, start: number): number {
  let count = 0;
  for (let at = start; at < octets.length; at++) count += ASCII_SEPTETS[octets[at] as number] as number;
  return count;
}

/** The octets behind the UDH; all of them when there is none, or when its length claims more than there is. */
export function userData(message: Message): Buffer {
  const start = message.hasUdh ? udhEnd(message.octets) : 0;
  return start === 0 ? message.octets : message.octets.subarray(start);
}

/**
 * The text of a message without its UDH; null when it cannot be decoded or is binary.
 *
 * A UDH that names a national language table we have (Turkish, Spanish, Portuguese) is obeyed; another one is null.
 */
export function messageText(message: Message): string | null {
  const { octets, encoding } = message;
  if (!message.hasUdh) return decodeRange(octets, 0, encoding, GSM_DEFAULT, GSM_EXTENSION);
  const start = udhEnd(octets);
  if (encoding !== Encoding.gsm7 && encoding !== Encoding.gsm7_packed) {
    return decodeRange(octets, start, encoding, GSM_DEFAULT, GSM_EXTENSION);
  }
  const tables = Math.max(nationalTables(octets), 0);
  const base = tables >> 8 === 0 ? GSM_DEFAULT : LOCKING[tables >> 8];
  const extension = (tables & 0xff) === 0 ? GSM_EXTENSION : SINGLE_SHIFT[tables & 0xff];
  if (base === undefined || extension === undefined) return null;
  return decodeRange(octets, start, encoding, base, extension);
}

/**
 * What a phone may show of a message by itself: its text, and where that is not whole (a part that its maker cut amid a character) all of it
 * that can be read. "" for binary.
 */
export function shownText(message: Message): string {
  const text = messageText(message);
  if (text !== null) return text;
  const octets = userData(message);
  if (message.encoding === Encoding.ucs2) return decodeText(octets.subarray(0, octets.length - 1), Encoding.ucs2) ?? "";
  const name = CHARSETS.get(message.encoding)?.decoder.encoding;
  return name === undefined ? "" : new TextDecoder(name).decode(octets);
}

/**
 * The texts of parts of one message, all in one multi-octet charset, read through: a character that the sender cut in two belongs to the part
 * in which it ends. Null when they are not valid, or the last one ends amid a character.
 */
export function decodeParts(parts: readonly Buffer[], encoding: Encoding): string[] | null {
  const name = CHARSETS.get(encoding)?.decoder.encoding;
  if (name === undefined) return null;
  const decoder = strictDecoder(name);
  try {
    return parts.map((octets, index) => decoder.decode(octets, { stream: index < parts.length - 1 }));
  } catch {
    // As in decodeCharset: what is not valid is no text.
    return null;
  }
}

/** Whether every octet from `start` on is the same character in ASCII and in the GSM default alphabet. */
export function sameInAsciiAndGsm(octets: Buffer, start: number): boolean {
  for (let at = start; at < octets.length; at++) if (SAME_AS_ASCII[octets[at] as number] === 0) return false;
  return true;
}

function decodeRange(
  octets: Buffer,
  start: number,
  encoding: Encoding,
  base: Uint16Array,
  extension: Uint16Array,
): string | null {
  switch (encoding) {
    case Encoding.ucs2:
      return decodeUcs2(octets, start);
    case Encoding.gsm7:
      return decodeSeptets(octets, start, base, extension);
    case Encoding.gsm7_packed:
      return decodeSeptets(unpackSeptets(octets, start), 0, base, extension);
    case Encoding.ascii:
      for (let i = start; i < octets.length; i++) if ((octets[i] as number) >= 0x80) return null;
      return octets.toString("latin1", start);
    case Encoding.latin1:
      return octets.toString("latin1", start);
    case Encoding.binary:
      return null;
    default:
      return decodeCharset(start === 0 ? octets : octets.subarray(start), encoding);
  }
}

function decodeUcs2(octets: Buffer, start: number): string | null {
  const end = octets.length;
  if (((end - start) & 1) !== 0) return null;
  if (start === end) return "";
  const first = octets[start] as number;
  const second = octets[start + 1] as number;
  if (first === 0xff && second === 0xfe) return octets.toString("utf16le", start + 2);
  const from = first === 0xfe && second === 0xff ? start + 2 : start;
  const length = end - from;
  const swapped = viewOf(length);
  octets.copy(swapped, 0, from, end);
  return swapped.swap16().toString("utf16le");
}

/** A view of just so many octets on the scratch (made once), or a new buffer where that is too small. */
function viewOf(length: number): Buffer {
  if (length > SCRATCH.length) return Buffer.allocUnsafe(length);
  return (VIEWS[length] ??= SCRATCH.subarray(0, length));
}

function decodeSeptets(septets: Buffer, start: number, base: Uint16Array, extension: Uint16Array): string | null {
  const end = septets.length;
  let plain = start;
  if (base === GSM_DEFAULT) {
    while (plain < end && SAME_AS_ASCII[septets[plain] as number] === 1) plain++;
    if (plain === end) return septets.toString("latin1", start);
  }
  const units = (end - start) * 2 <= SCRATCH.length ? SCRATCH : Buffer.allocUnsafe((end - start) * 2);
  let length = 0;
  for (let i = start; i < end; i++) {
    let septet = septets[i] as number;
    let unit: number;
    if (septet === ESCAPE) {
      i++;
      septet = i < end ? (septets[i] as number) : ESCAPE;
      if (septet >= 0x80) return null;
      unit = septet === ESCAPE ? 0x20 : (extension[septet] as number);
      if (unit === 0) unit = base[septet] as number;
    } else {
      if (septet >= 0x80) return null;
      unit = base[septet] as number;
    }
    units[length] = unit & 0xff;
    units[length + 1] = unit >> 8;
    length += 2;
  }
  return units.toString("utf16le", 0, length);
}

function decodeCharset(octets: Buffer, encoding: Encoding): string | null {
  const known = CHARSETS.get(encoding);
  if (known === undefined) return null;
  try {
    return known.decoder.decode(octets);
  } catch {
    // The decoder is strict: octets that are not valid in the charset are no text.
    return null;
  }
}

function encodeSeptets(text: string): Buffer | null {
  const count = gsmSeptets(text);
  if (count < 0) return null;
  const septets = Buffer.allocUnsafe(count);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const code = unit < GSM_LIMIT ? (GSM_SEPTETS[unit] as number) : NOT_GSM;
    if (code > 0x7f) septets[at++] = ESCAPE;
    septets[at++] = code & 0x7f;
  }
  return septets;
}

function everyUnitBelow(text: string, limit: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= limit) return false;
  return true;
}

/** ISO-2022-JP out of EUC-JP: the same rows and cells, with the set announced by an escape in place of the high bit. */
function encodeIso2022Jp(text: string): Buffer {
  const euc = iconv.encode(text, "euc-jp");
  const out: number[] = [];
  let set = 0x42;
  const announce = (intermediate: number, final: number): void => {
    if (set === final) return;
    out.push(0x1b, intermediate, final);
    set = final;
  };
  // Sets in use: ESC ( B ASCII (0x42), ESC ( I half-width kana (0x49), ESC $ B JIS X 0208 (told from ASCII by 0x142).
  for (let i = 0; i < euc.length; i++) {
    const octet = euc[i] as number;
    if (octet < 0x80) {
      announce(0x28, 0x42);
      out.push(octet);
    } else if (octet === 0x8e) {
      announce(0x28, 0x49);
      out.push((euc[++i] ?? 0) & 0x7f);
    } else {
      if (set !== 0x142) out.push(0x1b, 0x24, 0x42);
      set = 0x142;
      out.push(octet & 0x7f, (euc[++i] ?? 0) & 0x7f);
    }
  }
  announce(0x28, 0x42);
  return Buffer.from(out);
}
