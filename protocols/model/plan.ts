/**
 * Plan: how the parts of one text go out over a link: as they are, or cut and said anew.
 *
 * ```
 *  every part fits -------------------------------> each as it is (null), octet for octet where the peer reads them alike
 *  one does not, or a signature goes in front ----> each becomes 1..k messages of its own, numbered anew over the whole
 *  parts whose siblings never came ---------------> each by itself: under its own number when one message holds it,
 *                                                   else as a text of its own (nothing would ever join it to anything)
 * ```
 * Each part given stays apart from the others, since each has a receipt of its own. Pure.
 */
import { Encoding, SegmentForm, newMessage } from "./message.js";
import type { Message } from "./message.js";
import { Outcome } from "./outcome.js";
import { partTexts } from "./part-texts.js";
import { AIR_OCTETS, AIR_SEPTETS, AIR_UNITS, endInRoom, hasRoom, octetsOf } from "./room.js";
import type { Room } from "./room.js";
import type { LinkText } from "./say.js";
import { MOST_SEGMENTS } from "./segment.js";
import { septetsCovering } from "./septets.js";
import { encodeText, gsmSeptetsOfAscii, messageText, userData } from "./text.js";
import { concatenationHeader, otherElements, udhEnd } from "./udh.js";

/** The most a message_payload holds. */
export const PAYLOAD_OCTETS = 65_535;
const NO_OCTETS = Buffer.alloc(0);

/** By part: null = as it is, else the messages it goes out as (fields of their own, no ids). */
export type PlannedText =
  | { readonly possible: true; readonly parts: Parts }
  | { readonly possible: false; readonly outcome: Outcome };

type Parts = readonly (readonly Message[] | null)[];

export interface TextOptions {
  /** For texts that have none of their own, 0..65535. */
  readonly reference: number;
  /** Put in front of the whole text unless it begins with it; "" = nothing. Binary has no front. */
  readonly prefix: string;
}

/** Plans one message, or all parts of a long one in any order; a part may be there twice. */
export function planText(parts: readonly Message[], link: LinkText, options: TextOptions): PlannedText {
  const whole = inOrder(parts);
  const planned = whole === null ? planApart(parts, link, options) : planWhole(whole, link, options);
  if (typeof planned === "number") return { possible: false, outcome: planned };
  return { possible: true, parts: whole === null ? planned : byPart(parts, planned) };
}

/**
 * The messages in which a customer is told an inbound one that its protocol cannot tell in one; null when that cannot be.
 * @param reference for texts that have none of their own, 0..65535
 */
export function planInbound(message: Message, link: LinkText, reference: number): readonly Message[] | null {
  const planned = planText([message], link, { reference, prefix: "" });
  return planned.possible ? (planned.parts[0] ?? null) : null;
}

/** Units that one part holds at least in any form and encoding; the first may hold next to nothing beside an operator's own signature. */
const LEAST_UNITS = 64;

/**
 * The most messages that one part of a longer text may go out as once all its siblings are known, `prefixUnits` in front of the first: a
 * sibling may make it go out in another encoding. Ordinary headers taken for granted.
 */
export function mostMessages(part: Message, prefixUnits: number): number {
  const octets = part.octets.length - textStart(part);
  const units = part.encoding === Encoding.ucs2 ? octets >> 1 : part.encoding === Encoding.gsm7_packed ? Math.floor((octets * 8) / 7) : octets;
  return 1 + Math.ceil((units + (part.segmentNumber > 1 ? 0 : prefixUnits)) / LEAST_UNITS);
}

/** The most messages that an inbound one may be told in, over any protocol; ordinary headers taken for granted. */
export function mostDeliveries(message: Message): number {
  const { encoding, octets } = message;
  const untouched = encoding === Encoding.ucs2 || encoding === Encoding.binary;
  if (octets.length <= (untouched ? AIR_OCTETS : LEAST_UNITS)) return 1;
  return Math.min(MOST_SEGMENTS, mostMessages(message, 0));
}

// ---------------------------------------------------------------- as it is

/**
 * Whether a message goes out over such a link as it is. Allocates nothing and decodes nothing, so what would take a closer look (a
 * longer text that has to be said anew) is answered with no; planText then finds whether it may stay as it is all the same.
 */
export function fitsAsIs(message: Message, link: LinkText): boolean {
  const coding = link.codingOf(message);
  const { encoding, octets } = message;
  if (isPayload(message, link)) return coding >= 0 ? octets.length <= PAYLOAD_OCTETS : octets.length * 2 <= PAYLOAD_OCTETS;
  if (coding >= 0 && (link.operatorUnits === 0 || encoding === Encoding.binary)) return holdsUntouched(message, link);
  // Parts said anew have to be said in one encoding, which takes a look at all of them.
  if (coding < 0 && (encoding === Encoding.binary || message.segmentTotal > 1)) return false;
  const header = airHeader(message, link);
  if (header < 0) return false;
  const length = octets.length - textStart(message);
  const added = addedUnits(message, link);
  if (coding >= 0 && encoding === Encoding.ucs2) return header + length + 2 * added <= AIR_OCTETS;
  // No text has more units than octets (seven bits each where it is packed), and UCS-2 is the most that any takes.
  const most = encoding === Encoding.gsm7_packed ? 60 : AIR_UNITS;
  return header / 2 + length + added <= most;
}

/** Whether one short message holds the octets as they stand. */
function holdsUntouched(message: Message, link: LinkText): boolean {
  const { encoding, octets } = message;
  const header = airHeader(message, link);
  if (header < 0) return false;
  const start = textStart(message);
  const length = octets.length - start;
  switch (encoding) {
    case Encoding.gsm7:
    case Encoding.latin1:
      return septetsCovering(header) + length <= AIR_SEPTETS;
    case Encoding.ascii:
      // Two septets are the most that a character takes.
      return septetsCovering(header) + 2 * length <= AIR_SEPTETS || septetsCovering(header) + gsmSeptetsOfAscii(octets, start) <= AIR_SEPTETS;
    default:
      return header + length <= AIR_OCTETS;
  }
}

/** The octets of header that a message has on air when it goes out as it is; -1 when the link cannot mark it so. */
function airHeader(message: Message, link: LinkText): number {
  const own = textStart(message);
  switch (message.segmentForm) {
    case SegmentForm.sar:
      return own + markOctets(link);
    case SegmentForm.pk:
      // Pk fields name no reference, so parts of several texts look alike: other marks need one of their own.
      return link.form === "pk" ? own + markOctets(link) : -1;
    default:
      return own;
  }
}

/** What the marks of a part take on air, whether we write them as a header or the far side does. */
function markOctets(link: LinkText): number {
  return link.form === "udh16" ? 7 : 6;
}

function isPayload(message: Message, link: LinkText): boolean {
  return link.form === "payload" && message.segmentForm === SegmentForm.none;
}

function textStart(message: Message): number {
  return message.hasUdh ? udhEnd(message.octets) : 0;
}

function addedUnits(message: Message, link: LinkText): number {
  return message.segmentNumber > 1 ? 0 : link.operatorUnits;
}

/** Whether the text of one part stays as it is, the composer saying it anew in `encoding` where the peer does not read its octets. */
function staysAsIs(message: Message, text: string, encoding: Encoding, link: LinkText): boolean {
  const anew = link.codingOf(message) < 0;
  if (!anew && link.operatorUnits === 0) return isPayload(message, link) ? message.octets.length <= PAYLOAD_OCTETS : holdsUntouched(message, link);
  if (anew && (link.encodingFor(text, message) !== encoding || messageText(message) !== text)) return false;
  if (isPayload(message, link)) return (encodeText(text, encoding)?.length ?? 0) + textStart(message) <= PAYLOAD_OCTETS;
  const headerOctets = airHeader(message, link);
  if (headerOctets < 0) return false;
  const room = { headerOctets, addedUnits: addedUnits(message, link), wide: link.operatorUnits > 0 };
  return hasRoom(room) && endInRoom(text, 0, anew ? encoding : message.encoding, room) === text.length;
}

// ---------------------------------------------------------------- a whole text

/** The parts by number, each once, when they are all there; null when they are not. */
function inOrder(parts: readonly Message[]): readonly Message[] | null {
  const total = Math.max(1, parts[0]?.segmentTotal ?? 1);
  if (total === 1) return parts.length === 1 ? parts : null;
  const ordered: Message[] = [];
  for (const part of parts) {
    if (part.segmentTotal !== total) return null;
    ordered[part.segmentNumber - 1] ??= part;
  }
  for (let at = 0; at < total; at++) if (ordered[at] === undefined) return null;
  return ordered;
}

/** The plan of a part that is there twice is copied: every message goes out once. */
function byPart(parts: readonly Message[], planned: Parts): Parts {
  const given = new Set<readonly Message[]>();
  return parts.map((part) => {
    const messages = planned[Math.max(0, part.segmentNumber - 1)] ?? null;
    if (messages === null || !given.has(messages)) {
      if (messages !== null) given.add(messages);
      return messages;
    }
    return messages.map((message) => Object.assign(newMessage(), message));
  });
}

function planWhole(parts: readonly Message[], link: LinkText, options: TextOptions): Parts | Outcome {
  const [first] = parts;
  if (first === undefined) return [];
  const binary = parts.every(({ encoding }) => encoding === Encoding.binary);
  const untouched = parts.every((part) => link.codingOf(part) >= 0);
  if (untouched && (binary || (options.prefix === "" && link.operatorUnits === 0)) && parts.every((part) => fitsAsIs(part, link))) {
    return parts.map(() => null);
  }
  if (binary) return untouched ? remake(parts, parts.map(userData), Encoding.binary, link, options) : Outcome.invalid_encoding;
  const texts = partTexts(parts);
  if (texts === null) return Outcome.invalid_encoding;
  const whole = texts.join("");
  const prefix = isFragment(first, parts) && first.segmentNumber > 1 ? "" : options.prefix;
  const begun = whole.startsWith(prefix);
  const encoding = link.encodingFor(begun ? whole : prefix + whole, first);
  if (encoding === null) return Outcome.invalid_encoding;
  // One text is in one encoding, unless its parts came in several and go out as they came.
  const uniform = untouched || parts.every((part) => link.codingOf(part) < 0 || link.codingOf(part) === link.codingFor(encoding, part));
  if (begun && uniform && parts.every((part, at) => staysAsIs(part, texts[at] as string, encoding, link))) return parts.map(() => null);
  if (!begun) texts[0] = prefix + (texts[0] as string);
  return remake(parts, texts, encoding, link, options);
}

/** One part of a longer text without the others. */
function isFragment(part: Message, parts: readonly Message[]): boolean {
  return parts.length === 1 && part.segmentTotal > 1;
}

function planApart(parts: readonly Message[], link: LinkText, options: TextOptions): Parts | Outcome {
  const planned: (readonly Message[] | null)[] = [];
  for (const [index, part] of parts.entries()) {
    const alone = planWhole([part], link, { ...options, reference: (options.reference + index) & 0xffff });
    if (typeof alone === "number") return alone;
    planned.push(alone[0] ?? null);
  }
  return planned;
}

// ---------------------------------------------------------------- cut and numbered anew

/** Where a message stands in its text; null = it is all of it. */
type Mark = { readonly reference: number; readonly total: number; readonly number: number } | null;

function remake(
  parts: readonly Message[], contents: readonly (string | Buffer)[], encoding: Encoding, link: LinkText, options: TextOptions,
): Parts | Outcome {
  const kept = parts.map((part) => (part.hasUdh ? otherElements(part.octets, encoding !== Encoding.binary) : NO_OCTETS));
  // A header that cannot be read cannot be written anew either.
  if (kept.some((elements) => elements === null)) return Outcome.invalid_encoding;
  const elements = kept as Buffer[];
  const [first] = parts as [Message];
  if (parts.length === 1) {
    const single = remakeSingle(first, contents[0] as string | Buffer, elements[0] as Buffer, encoding, link, options);
    if (single !== null) return [[single]];
  }
  const pieces: Buffer[][] = [];
  let total = 0;
  for (const [index, content] of contents.entries()) {
    const others = roomBeside(markOctets(link) + (elements[index] as Buffer).length, false, link);
    const cut = cutContent(content, encoding, { ...others, addedUnits: index === 0 ? link.operatorUnits : 0 }, others);
    if (typeof cut === "number") return cut;
    pieces.push(cut);
    total += cut.length;
  }
  if (total > MOST_SEGMENTS) return Outcome.too_long;
  const reference = parts.length > 1 && first.segmentForm !== SegmentForm.pk ? first.segmentReference : options.reference;
  let number = 0;
  return pieces.map((cut, index) =>
    cut.map((octets) => made(parts[index] as Message, octets, elements[index] as Buffer, { reference, total, number: ++number }, encoding, link)),
  );
}

/** One message for all of a text, or for the part it was when its siblings never came; null when it takes more. */
function remakeSingle(
  part: Message, content: string | Buffer, elements: Buffer, encoding: Encoding, link: LinkText, options: TextOptions,
): Message | null {
  const fragment = isFragment(part, [part]);
  const mark = fragment ? { reference: part.segmentForm === SegmentForm.pk ? options.reference : part.segmentReference, total: part.segmentTotal, number: part.segmentNumber } : null;
  if (!fragment && link.form === "payload") {
    const octets = typeof content === "string" ? encodeText(content, encoding) : content;
    const short = octets !== null && octets.length + 1 + elements.length <= PAYLOAD_OCTETS;
    return short ? made(part, octets, elements, null, encoding, link) : null;
  }
  const header = fragment ? markOctets(link) + elements.length : elements.length === 0 ? 0 : 1 + elements.length;
  const room = roomBeside(header, !fragment || part.segmentNumber === 1, link);
  const cut = cutContent(content, encoding, room, room);
  return typeof cut !== "number" && cut.length === 1 ? made(part, cut[0] as Buffer, elements, mark, encoding, link) : null;
}

function roomBeside(headerOctets: number, first: boolean, link: LinkText): Room {
  return { headerOctets, addedUnits: first ? link.operatorUnits : 0, wide: link.operatorUnits > 0 };
}

/** The octets of each message; more than can be numbered are not looked for. */
function cutContent(content: string | Buffer, encoding: Encoding, first: Room, others: Room): Buffer[] | Outcome {
  if (!hasRoom(first)) return Outcome.too_long;
  const pieces: Buffer[] = [];
  let from = 0;
  do {
    const room = pieces.length === 0 ? first : others;
    const end = typeof content === "string" ? endInRoom(content, from, encoding, room) : Math.min(from + octetsOf(others), content.length);
    const piece = typeof content === "string" ? encodeText(content.slice(from, end), encoding) : content.subarray(from, end);
    if (piece === null) return Outcome.invalid_encoding;
    if (pieces.push(piece) > MOST_SEGMENTS) return Outcome.too_long;
    from = end;
  } while (from < content.length);
  return pieces;
}

function made(original: Message, text: Buffer, elements: Buffer, mark: Mark, encoding: Encoding, link: LinkText): Message {
  const form = mark === null ? SegmentForm.none : markForm(link, elements);
  const header = headerOf(form, mark, elements);
  return Object.assign(newMessage(), original, {
    id: 0,
    submitKey: 0,
    octets: header.length === 0 ? text : Buffer.concat([header, text]),
    encoding,
    codingOctet: link.codingFor(encoding, original),
    hasUdh: header.length > 0,
    segmentForm: form,
    segmentReference: mark === null ? 0 : form === SegmentForm.udh8 ? mark.reference & 0xff : mark.reference & 0xffff,
    segmentTotal: mark?.total ?? 0,
    segmentNumber: mark?.number ?? 0,
  });
}

/** Beside a header of other elements SAR TLVs do not count [SMPP 3.4 5.3.2.22], and parts cannot do without a mark in a payload. */
function markForm(link: LinkText, elements: Buffer): SegmentForm {
  if (link.form === "udh16") return SegmentForm.udh16;
  if (elements.length > 0) return SegmentForm.udh8;
  return link.form === "sar" ? SegmentForm.sar : link.form === "pk" ? SegmentForm.pk : SegmentForm.udh8;
}

function headerOf(form: SegmentForm, mark: Mark, elements: Buffer): Uint8Array {
  if (mark === null) return elements.length === 0 ? NO_OCTETS : Buffer.concat([Buffer.from([elements.length]), elements]);
  if (form === SegmentForm.sar || form === SegmentForm.pk) return NO_OCTETS;
  return concatenationHeader(form === SegmentForm.udh16, mark.reference, mark.total, mark.number, elements);
}
