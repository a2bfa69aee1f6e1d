/**
 * Coder: the octets and the Msg_Fmt by which a message's text is said to a CMPP peer.
 *
 * Octets go out as they came wherever CMPP has their coding. Otherwise the text is said in ASCII where that can say it
 * whole, else in UCS-2; what is no text in its own coding is refused, never mangled. [protocols sheet 1.15]
 */
import { Encoding } from "../model/message.js";
import type { Message } from "../model/message.js";
import { encodeText, messageText } from "../model/text.js";
import { udhEnd } from "../model/udh.js";
import { NO_OCTETS } from "../wire/octets.js";
import { MsgFmt, encodingOf, msgFmtOf } from "./coding.js";
import { EXTRAS_MARK } from "./extras.js";
import type { EncodeAs } from "./settings.js";

/** 1 for the values that the standard and practice know. */
const KNOWN = new Uint8Array(256);
for (const msgFmt of Object.values(MsgFmt)) KNOWN[msgFmt] = 1;

/** 1 where a septet of the GSM default alphabet is the same octet in ASCII. */
const SAME_IN_ASCII = Uint8Array.from({ length: 256 }, (_, septet) => {
  const said = septet < 0x80 && septet !== 0x1b ? encodeText(String.fromCharCode(septet), Encoding.gsm7) : null;
  return said?.length === 1 && said[0] === septet ? 1 : 0;
});

/** Says one message after the other. */
export class Coder {
  /** Both stand until the next `code`. */
  msgFmt = 0;
  octets: Buffer = NO_OCTETS;

  /** Finds Msg_Fmt and octets (header and all) of a message; false when its octets are no text in its coding. */
  code(message: Message, encodeAs: EncodeAs): boolean {
    const { encoding, codingOctet } = message;
    this.octets = message.octets;
    this.msgFmt = codingOctet;
    const target = sayingOf(message, encodeAs);
    if (target === encoding) {
      // What another protocol means by the same number, or a value that only its own peer may know, is not passed on.
      const kept = encodingOf(codingOctet) === encoding && (KNOWN[codingOctet] === 1 || message.extras?.[0] === EXTRAS_MARK);
      if (!kept) this.msgFmt = msgFmtOf(encoding);
      return true;
    }
    this.msgFmt = target === Encoding.ucs2 && isFlash(codingOctet) ? MsgFmt.ucs2Flash : msgFmtOf(target);
    if (target === Encoding.ascii && encoding === Encoding.gsm7 && isPlain(message)) return true;
    const text = messageText(message);
    const coded = text === null ? null : encodeText(text, target);
    if (coded === null) return false;
    const header = message.hasUdh ? message.octets.subarray(0, udhEnd(message.octets)) : NO_OCTETS;
    this.octets = header.length === 0 ? coded : Buffer.concat([header, coded]);
    return true;
  }
}

/** The encoding a message's text is said in on a link with that setting. */
export function sayingOf(message: Message, encodeAs: EncodeAs): Encoding {
  const { encoding, codingOctet } = message;
  if (encoding === Encoding.binary) return encoding;
  if (encodeAs === "ucs2") return Encoding.ucs2;
  // There is a Msg_Fmt for the screen in UCS-2 alone.
  if (encodeAs === "gb18030") return isFlash(codingOctet) ? Encoding.ucs2 : Encoding.gb18030;
  if (msgFmtOf(encoding) >= 0) return encoding;
  if (encoding === Encoding.gsm7 && isFlash(codingOctet)) return Encoding.ucs2;
  if (encoding === Encoding.gsm7 && isPlain(message)) return Encoding.ascii;
  const text = messageText(message);
  return text !== null && encodeText(text, Encoding.ascii) !== null ? Encoding.ascii : Encoding.ucs2;
}

/** Text for the screen at once: class 0 of the general group, or of SMPP's group of message classes. [3GPP TS 23.038 4] */
export function isFlash(codingOctet: number): boolean {
  return (codingOctet & 0xf3) === 0x10 || (codingOctet & 0xf3) === 0xf0;
}

/** Whether GSM text is the same octet by octet in ASCII. */
function isPlain(message: Message): boolean {
  const { octets } = message;
  for (let at = message.hasUdh ? udhEnd(octets) : 0; at < octets.length; at++) {
    if (SAME_IN_ASCII[octets[at] as number] === 0) return false;
  }
  return true;
}
