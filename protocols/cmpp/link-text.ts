/**
 * Link text: what texts a CMPP link can be told and under which Msg_Fmt, by its settings.
 *
 * Octets go out as they came wherever CMPP has their coding. Otherwise the text is said in ASCII where that can say all
 * of it, else in UCS-2; a text for the screen at once ("flash") has a Msg_Fmt in UCS-2 alone. [protocols sheet 1.15]
 */
import { Encoding } from "../model/message.js";
import type { Message } from "../model/message.js";
import type { LinkText, LongForm } from "../model/say.js";
import { encodeText, sameInAsciiAndGsm } from "../model/text.js";
import { udhEnd } from "../model/udh.js";
import { MsgFmt, msgFmtOf } from "./coding.js";
import { keepsMsgFmt } from "./extras.js";

export type EncodeAs = "keep" | "ucs2" | "gb18030";

/** Encodings in which an octet below 0x80 is that character of ASCII and nothing else. */
const ASCII_BELOW_80: ReadonlySet<Encoding> = new Set([
  Encoding.latin1, Encoding.cyrillic, Encoding.hebrew, Encoding.ksc5601, Encoding.utf8,
]);

export class CmppLinkText implements LinkText {
  readonly form: LongForm;
  readonly operatorUnits: number;
  readonly #encodeAs: EncodeAs;

  constructor(form: LongForm, encodeAs: EncodeAs, operatorUnits: number) {
    this.form = form;
    this.operatorUnits = operatorUnits;
    this.#encodeAs = encodeAs;
  }

  codingOf(message: Message): number {
    const { encoding, codingOctet } = message;
    if (encoding !== Encoding.binary && this.#encodeAs !== "keep" && encoding !== this.#only(codingOctet)) return -1;
    if (keepsMsgFmt(message)) return codingOctet;
    const msgFmt = msgFmtOf(encoding);
    if (msgFmt >= 0) return encoding === Encoding.ucs2 && isFlash(codingOctet) ? MsgFmt.ucs2Flash : msgFmt;
    return !isFlash(codingOctet) && isPlain(message) ? MsgFmt.ascii : -1;
  }

  encodingFor(text: string, message: Message): Encoding | null {
    const flash = isFlash(message.codingOctet);
    if (this.#encodeAs !== "keep") return sayable(text, this.#only(message.codingOctet));
    const own = message.encoding;
    if (msgFmtOf(own) >= 0 && own !== Encoding.binary && encodeText(text, own) !== null) return own;
    return (flash ? null : sayable(text, Encoding.ascii)) ?? sayable(text, Encoding.ucs2);
  }

  codingFor(encoding: Encoding, message: Message): number {
    if (encoding === message.encoding && keepsMsgFmt(message)) return message.codingOctet;
    return encoding === Encoding.ucs2 && isFlash(message.codingOctet) ? MsgFmt.ucs2Flash : msgFmtOf(encoding);
  }

  /** The encoding that all texts go out in, where the setting names one. */
  #only(codingOctet: number): Encoding {
    return this.#encodeAs === "ucs2" || isFlash(codingOctet) ? Encoding.ucs2 : Encoding.gb18030;
  }
}

function sayable(text: string, encoding: Encoding): Encoding | null {
  return encodeText(text, encoding) === null ? null : encoding;
}

/** Text for the screen at once: class 0 of the general group, or of SMPP's group of message classes. [3GPP TS 23.038 4] */
function isFlash(codingOctet: number): boolean {
  return (codingOctet & 0xf3) === 0x10 || (codingOctet & 0xf3) === 0xf0;
}

/** Whether the text is the same octet by octet in ASCII. */
function isPlain({ encoding, octets, hasUdh }: Message): boolean {
  const start = hasUdh ? udhEnd(octets) : 0;
  if (encoding === Encoding.gsm7) return sameInAsciiAndGsm(octets, start);
  if (!ASCII_BELOW_80.has(encoding)) return false;
  for (let at = start; at < octets.length; at++) if ((octets[at] as number) >= 0x80) return false;
  return true;
}
