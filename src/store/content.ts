/**
 * Content: the part of a message that dispatch and receipts do not look at, packed into the octets that stand on disk.
 *
 * ```
 *  version 1 | encoding 1 | coding octet 1 | bits 1 | priority 1 | protocol identifier 1 | segment form 1 | total 1 | number 1 |
 *  reference 2 | scheduled at 8 | service type: 1 + n | flags: 2 + n | extras: 2 + n (65535: none) | user data: the rest
 * ```
 * Numbers are little-endian, texts UTF-8. Addresses, validity and word-list version stand in columns beside it.
 * Written once into the batch buffer on the network thread; the writer thread puts the octets on disk unread, or encrypts all behind
 * the service type, which makes it a version 2 (body-cipher.ts): only what is read without a key may be asked of such a one.
 */
import { newMessage } from "../../protocols/model/message.js";
import type { Encoding, Message, SegmentForm } from "../../protocols/model/message.js";

const VERSION = 1;
/** Encrypted behind its head. */
const ENCRYPTED_VERSION = 2;
/** Octet of the bits, and what each says. */
const BITS_AT = 3;
const HAS_UDH = 1;
const EXTRAS_WITH_RECEIPT = 2;
/** The upper half is Message.protocolNo. */
const PROTOCOL_SHIFT = 4;
const NO_EXTRAS = 65_535;
const FIXED = 19;
/** Octets of evidence that its length can say. */
const MOST_FLAGS = 65_535;

/** The most octets `packContent` may need for this message. */
export function contentSize(message: Message, flags: string): number {
  return FIXED + 5 + message.serviceType.length * 3 + flags.length * 3 + (message.extras?.length ?? 0) + message.octets.length;
}

/** Writes a message's content at `at`, where contentSize() octets are free; the position after it. */
export function packContent(into: Buffer, at: number, message: Message, flags: string): number {
  let pos = at;
  into[pos++] = VERSION;
  into[pos++] = message.encoding;
  into[pos++] = message.codingOctet;
  into[pos++] = (message.hasUdh ? HAS_UDH : 0) | (message.extrasWithReceipt ? EXTRAS_WITH_RECEIPT : 0) | (message.protocolNo << PROTOCOL_SHIFT);
  into[pos++] = message.priority;
  into[pos++] = message.protocolIdentifier;
  into[pos++] = message.segmentForm;
  into[pos++] = message.segmentTotal;
  into[pos++] = message.segmentNumber;
  into[pos++] = message.segmentReference & 255;
  into[pos++] = message.segmentReference >> 8;
  pos = into.writeDoubleLE(message.scheduledAtMs, pos);
  const service = message.serviceType === "" ? 0 : into.write(message.serviceType, pos + 1, "utf8");
  into[pos] = service;
  pos += 1 + service;
  const flagged = flags === "" ? 0 : into.write(flags, pos + 2, "utf8");
  pos = into.writeUInt16LE(flagged, pos) + flagged;
  if (message.extras === null) {
    pos = into.writeUInt16LE(NO_EXTRAS, pos);
  } else {
    pos = into.writeUInt16LE(message.extras.length, pos);
    into.set(message.extras, pos);
    pos += message.extras.length;
  }
  into.set(message.octets, pos);
  return pos + message.octets.length;
}

/** What a message is built from: its content and the columns beside it. */
export interface ContentColumns {
  readonly id: number;
  readonly kinds: number;
  readonly source: string;
  readonly destination: string;
  readonly wanted: number;
  readonly expires: number;
  readonly body: Buffer;
}

/** TON and NPI of both addresses in one number. */
export function packKinds(message: Message): number {
  return ((message.sourceTon << 24) | (message.sourceNpi << 16) | (message.destinationTon << 8) | message.destinationNpi) >>> 0;
}

/** Sets the message's TON and NPI from such a number. */
export function unpackKinds(message: Message, kinds: number): void {
  message.sourceTon = kinds >>> 24;
  message.sourceNpi = (kinds >>> 16) & 255;
  message.destinationTon = (kinds >>> 8) & 255;
  message.destinationNpi = kinds & 255;
}

/** Where the service type stands in a content, and the octets that it takes at most there: ten characters and their length. */
const SERVICE_TYPE_AT = FIXED;
const SERVICE_TYPE_OCTETS = 32;

/** The stretch of a content that a row is made of: from its bits to the end of its service type. */
export const ROW_STRETCH = { at: BITS_AT, octets: SERVICE_TYPE_AT + SERVICE_TYPE_OCTETS - BITS_AT } as const;

/** The service type, without building the message; `from` says where in the content these octets begin. */
export function contentServiceType(body: Buffer, from = 0): string {
  const at = SERVICE_TYPE_AT - from;
  const length = body[at] ?? 0;
  return length === 0 ? "" : body.toString("utf8", at + 1, at + 1 + length);
}

/** Whether the extras come again with receipts; `from` as above. */
export function tellsExtras(body: Buffer, from = 0): boolean {
  return ((body[BITS_AT - from] as number) & EXTRAS_WITH_RECEIPT) !== 0;
}

/** Message.protocolNo; `from` as above. */
export function contentProtocolNo(body: Buffer, from = 0): number {
  return (body[BITS_AT - from] as number) >> PROTOCOL_SHIFT;
}

/** How many octets the head has that stands plain even where the rest is encrypted: all up to the service type and with it. */
export function contentHead(body: Buffer): number {
  return flagsAt(body);
}

export function isEncryptedContent(body: Buffer): boolean {
  return body[0] === ENCRYPTED_VERSION;
}

/** Says in the head whether the rest is encrypted. */
export function markContent(body: Buffer, encrypted: boolean): void {
  body[0] = encrypted ? ENCRYPTED_VERSION : VERSION;
}

/** The extras as a view on `body`, null when there are none. */
export function contentExtras(body: Buffer): Buffer | null {
  const at = extrasAt(body);
  const length = body.readUInt16LE(at);
  return length === NO_EXTRAS ? null : body.subarray(at + 2, at + 2 + length);
}

function flagsAt(body: Buffer): number {
  return FIXED + 1 + (body[FIXED] ?? 0);
}

function extrasAt(body: Buffer): number {
  const at = flagsAt(body);
  return at + 2 + body.readUInt16LE(at);
}

function octetsAt(body: Buffer): number {
  const at = extrasAt(body);
  const length = body.readUInt16LE(at);
  return at + 2 + (length === NO_EXTRAS ? 0 : length);
}

/**
 * `body` with what is kept of `before`: the content is another, but what was found in the text remains, and so do the extras that
 * come again with receipts.
 */
export function withKeptOf(body: Buffer, before: Buffer): Buffer {
  const [head, flags] = [body.subarray(0, flagsAt(body)), before.subarray(flagsAt(before), extrasAt(before))];
  if (!tellsExtras(before)) return Buffer.concat([head, flags, body.subarray(extrasAt(body))]);
  const kept = Buffer.concat([head, flags, before.subarray(extrasAt(before), octetsAt(before)), body.subarray(octetsAt(body))]);
  kept[BITS_AT] = (kept[BITS_AT] as number) | EXTRAS_WITH_RECEIPT;
  return kept;
}

/** `body` with this evidence in the place of what was there. */
export function withFlags(body: Buffer, flags: string): Buffer {
  const at = flagsAt(body);
  const said = Buffer.from(flags, "utf8").subarray(0, MOST_FLAGS);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(said.length);
  return Buffer.concat([body.subarray(0, at), length, said, body.subarray(extrasAt(body))]);
}

/** `body` without what it said, encrypted or not: no text, no evidence and no extras; what kind of message it was stays. */
export function withoutText(body: Buffer): Buffer {
  const emptied = Buffer.alloc(flagsAt(body) + 4);
  body.copy(emptied, 0, 0, flagsAt(body));
  markContent(emptied, false);
  emptied.writeUInt16LE(NO_EXTRAS, emptied.length - 2);
  emptied[BITS_AT] = (emptied[BITS_AT] as number) & ~(EXTRAS_WITH_RECEIPT | HAS_UDH);
  return emptied;
}

/** The evidence kept with a message, "" when none. */
export function contentFlags(body: Buffer): string {
  const at = flagsAt(body);
  return body.toString("utf8", at + 2, at + 2 + body.readUInt16LE(at));
}

/** Builds the message again; its octets are a view on `body`. Throws a RangeError when the octets are no content. */
export function unpackContent(columns: ContentColumns): Message {
  const { body } = columns;
  if (body[0] !== VERSION) throw new RangeError(`content of message ${columns.id} is of version ${String(body[0])}`);
  const message = newMessage();
  message.id = columns.id;
  message.source = columns.source;
  message.destination = columns.destination;
  unpackKinds(message, columns.kinds);
  message.receiptWanted = columns.wanted;
  message.expiresAtMs = columns.expires;
  message.encoding = body[1] as Encoding;
  message.codingOctet = body[2] as number;
  const bits = body[BITS_AT] as number;
  message.hasUdh = (bits & HAS_UDH) !== 0;
  message.extrasWithReceipt = (bits & EXTRAS_WITH_RECEIPT) !== 0;
  message.protocolNo = bits >> PROTOCOL_SHIFT;
  message.priority = body[4] as number;
  message.protocolIdentifier = body[5] as number;
  message.segmentForm = body[6] as SegmentForm;
  message.segmentTotal = body[7] as number;
  message.segmentNumber = body[8] as number;
  message.segmentReference = body.readUInt16LE(9);
  message.scheduledAtMs = body.readDoubleLE(11);
  let pos = FIXED;
  const service = body[pos] as number;
  message.serviceType = service === 0 ? "" : body.toString("utf8", pos + 1, pos + 1 + service);
  pos += 1 + service;
  pos += 2 + body.readUInt16LE(pos);
  const extras = body.readUInt16LE(pos);
  pos += 2;
  if (extras !== NO_EXTRAS) {
    message.extras = body.subarray(pos, pos + extras);
    pos += extras;
  }
  message.octets = body.subarray(pos);
  return message;
}
