/**
 * Part texts: what each part of one long text says, with what its maker cut in two made whole again.
 */
import { ESCAPE } from "./gsm.js";
import { Encoding } from "./message.js";
import type { Message } from "./message.js";
import { cutsPair } from "./room.js";
import { decodeParts, decodeText, messageText, userData } from "./text.js";
import { nationalTables } from "./udh.js";

/**
 * The texts of the parts, in order; null when one cannot be read or is binary.
 *
 * Neighbours in one encoding are read through: a character, an escape or a surrogate pair that lies across two parts belongs to the later one.
 */
export function partTexts(parts: readonly Message[]): string[] | null {
  const texts: string[] = [];
  for (let from = 0; from < parts.length; ) {
    const { encoding } = parts[from] as Message;
    let end = from + 1;
    while (end < parts.length && (parts[end] as Message).encoding === encoding) end++;
    const run = runTexts(parts.slice(from, end), encoding);
    if (run === null) return null;
    texts.push(...run);
    from = end;
  }
  for (let at = 1; at < texts.length; at++) moveHalfPair(texts, at);
  return texts;
}

function runTexts(parts: readonly Message[], encoding: Encoding): readonly string[] | null {
  if (encoding === Encoding.gsm7 && parts.length > 1 && parts.every(plainGsm)) return gsmTexts(parts);
  const texts = parts.map(messageText);
  return texts.includes(null) ? decodeParts(parts.map(userData), encoding) : (texts as string[]);
}

/** GSM with the default tables, where octets of neighbours may be read together. */
function plainGsm(part: Message): boolean {
  return !part.hasUdh || nationalTables(part.octets) === 0;
}

/** An escape that ends a part belongs to the character that begins the next. */
function gsmTexts(parts: readonly Message[]): readonly string[] | null {
  const texts: string[] = [];
  let escaped = false;
  for (const [index, part] of parts.entries()) {
    const own = userData(part);
    const octets: Buffer = escaped ? Buffer.concat([Buffer.from([ESCAPE]), own]) : own;
    escaped = index < parts.length - 1 && endsEscaped(octets);
    const text = decodeText(escaped ? octets.subarray(0, octets.length - 1) : octets, Encoding.gsm7);
    if (text === null) return null;
    texts.push(text);
  }
  return texts;
}

/** An odd number of escapes at the end: a pair of them is a character of its own. */
function endsEscaped(octets: Buffer): boolean {
  let at = octets.length;
  while (at > 0 && octets[at - 1] === ESCAPE) at--;
  return ((octets.length - at) & 1) === 1;
}

function moveHalfPair(texts: string[], at: number): void {
  const before = texts[at - 1] as string;
  const both = before + (texts[at] as string);
  if (!cutsPair(both, before.length)) return;
  texts[at - 1] = before.slice(0, -1);
  texts[at] = both.slice(before.length - 1);
}
