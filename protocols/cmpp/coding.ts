/**
 * Msg_Fmt: which Encoding a value means, and which value says an Encoding; and whether a UDH is there. [protocols sheet 1.15]
 *
 * 0x10..0x1f is the general group with class bits (24 = 0x18 is UCS-2 for the screen, "flash"). A value nobody defined
 * is binary, so that no filter takes it for text.
 */
import { Encoding } from "../model/message.js";

export const MsgFmt = { ascii: 0, simCard: 3, binary: 4, ucs2: 8, gb18030: 15, ucs2Flash: 24 } as const;

/** 1 for the values that the standard and practice know. */
const STANDARD = new Uint8Array(256);
for (const msgFmt of Object.values(MsgFmt)) STANDARD[msgFmt] = 1;

/** Whether every SP and every gateway knows the value; others may mean the same (0x19 is UCS-2), but only to who wrote them. */
export function isStandard(msgFmt: number): boolean {
  return STANDARD[msgFmt] === 1;
}

function encodingIn(msgFmt: number): Encoding {
  switch (msgFmt) {
    case MsgFmt.ascii:
      return Encoding.ascii;
    case MsgFmt.ucs2:
      return Encoding.ucs2;
    case MsgFmt.gb18030:
      return Encoding.gb18030;
    default: {
      if (msgFmt >> 4 !== 1) return Encoding.binary;
      const alphabet = (msgFmt >> 2) & 3;
      return alphabet === 0 ? Encoding.ascii : alphabet === 2 ? Encoding.ucs2 : Encoding.binary;
    }
  }
}

const BY_FMT: readonly Encoding[] = Array.from({ length: 256 }, (_, msgFmt) => encodingIn(msgFmt));

/** How the text under a Msg_Fmt is to be read. */
export function encodingOf(msgFmt: number): Encoding {
  return BY_FMT[msgFmt] ?? Encoding.binary;
}

const BY_ENCODING = new Map<Encoding, number>([
  [Encoding.ascii, MsgFmt.ascii],
  [Encoding.binary, MsgFmt.binary],
  [Encoding.ucs2, MsgFmt.ucs2],
  [Encoding.gb18030, MsgFmt.gb18030],
]);

/** The Msg_Fmt that says an encoding; -1 when there is none. */
export function msgFmtOf(encoding: Encoding): number {
  return BY_ENCODING.get(encoding) ?? -1;
}

/** The most octets of a single message's content, its UDH included: ASCII goes one character an octet. */
export function mostContentOctets(msgFmt: number): number {
  return encodingOf(msgFmt) === Encoding.ascii ? 160 : 140;
}

/** Gateways fed from SMPP say 64 where the standard says 1. */
const UDHI_BITS = 0x41;

export function hasUdh(tpUdhi: number): boolean {
  return (tpUdhi & UDHI_BITS) !== 0;
}
