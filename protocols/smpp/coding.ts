/**
 * data_coding: which Encoding a value means, and which value says an Encoding. [SMPP 3.4 5.2.19; 3GPP TS 23.038 4]
 *
 * The high nibble decides whose table the low one is read in: 0 SMPP's, 1 the GSM general group with its class bits,
 * C to E message waiting, F message class. A value nobody defined is binary, so that no filter takes it for text.
 */
import { Encoding } from "../model/message.js";
import type { Alphabet0 } from "../wire/protocol.js";

const ALPHABET0: Readonly<Record<Alphabet0, Encoding>> = {
  gsm7: Encoding.gsm7,
  ascii: Encoding.ascii,
  latin1: Encoding.latin1,
  utf8: Encoding.utf8,
};

/** 0x00 to 0x0f; 0x0f is reserved and in China means GB18030. */
const SMPP_COLUMN: readonly Encoding[] = [
  Encoding.gsm7, Encoding.ascii, Encoding.binary, Encoding.latin1, Encoding.binary, Encoding.jis, Encoding.cyrillic,
  Encoding.hebrew, Encoding.ucs2, Encoding.binary, Encoding.iso2022jp, Encoding.binary, Encoding.binary, Encoding.binary,
  Encoding.ksc5601, Encoding.gb18030,
];

const BY_CODING: readonly Encoding[] = Array.from({ length: 256 }, (_, coding) => {
  switch (coding >> 4) {
    case 0x0:
      return SMPP_COLUMN[coding] ?? Encoding.binary;
    case 0x1: {
      const alphabet = (coding >> 2) & 3;
      return alphabet === 0 ? Encoding.gsm7 : alphabet === 2 ? Encoding.ucs2 : Encoding.binary;
    }
    case 0xc:
    case 0xd:
      return Encoding.gsm7;
    case 0xe:
      return Encoding.ucs2;
    case 0xf:
      return (coding & 4) === 0 ? Encoding.gsm7 : Encoding.binary;
    default:
      return Encoding.binary;
  }
});

/** How the text under a data_coding is to be read; `alphabet0` is what the value 0 means to this peer. */
export function encodingOf(dataCoding: number, alphabet0: Alphabet0): Encoding {
  return dataCoding === 0 ? ALPHABET0[alphabet0] : (BY_CODING[dataCoding] ?? Encoding.binary);
}

/** The message class 0..3 that a data_coding names, -1 when it names none. */
export function classOf(dataCoding: number): number {
  const group = dataCoding >> 4;
  return group === 0x1 || group === 0xf ? dataCoding & 3 : -1;
}

/** The value of the general group that says an encoding and a message class; -1 when there is none, or no class. */
export function withClass(encoding: Encoding, messageClass: number): number {
  if (messageClass < 0) return -1;
  const alphabet = encoding === Encoding.gsm7 ? 0x10 : encoding === Encoding.binary ? 0x14 : encoding === Encoding.ucs2 ? 0x18 : -1;
  return alphabet < 0 ? -1 : alphabet | messageClass;
}

const CODINGS: readonly (readonly [Encoding, number])[] = [
  [Encoding.ascii, 0x01],
  [Encoding.latin1, 0x03],
  [Encoding.binary, 0x04],
  [Encoding.jis, 0x05],
  [Encoding.cyrillic, 0x06],
  [Encoding.hebrew, 0x07],
  [Encoding.ucs2, 0x08],
  [Encoding.iso2022jp, 0x0a],
  [Encoding.ksc5601, 0x0e],
  [Encoding.gb18030, 0x0f],
];
const BY_ENCODING = new Map<Encoding, number>(CODINGS);

/** The data_coding that says an encoding to a peer for whom 0 means `alphabet0`; -1 when there is none. */
export function codingOf(encoding: Encoding, alphabet0: Alphabet0): number {
  return ALPHABET0[alphabet0] === encoding ? 0 : (BY_ENCODING.get(encoding) ?? -1);
}
