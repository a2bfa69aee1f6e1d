/**
 * Link text: what texts an SMPP link can be told and under which data_coding, by its settings.
 */
import { Encoding } from "../model/message.js";
import type { Message } from "../model/message.js";
import type { LinkText, LongForm } from "../model/say.js";
import { encodeText, isGsm, sameInAsciiAndGsm } from "../model/text.js";
import { udhEnd } from "../model/udh.js";
import type { Alphabet0 } from "../wire/protocol.js";
import { classOf, codingOf, encodingOf, withClass } from "./coding.js";

export interface TextTerms {
  readonly alphabet0: Alphabet0;
  readonly form: LongForm;
  /** Every text goes out as UCS-2. */
  readonly allUcs2: boolean;
  /** data_coding 0x0f, which the standard reserves, is read as GB18030. */
  readonly takesGb18030: boolean;
  readonly operatorUnits: number;
}

export class SmppLinkText implements LinkText {
  readonly form: LongForm;
  readonly operatorUnits: number;
  readonly #alphabet0: Alphabet0;
  /** The encoding that data_coding 0 means. */
  readonly #default: Encoding;
  readonly #allUcs2: boolean;
  readonly #takesGb18030: boolean;

  constructor(terms: TextTerms) {
    this.form = terms.form;
    this.operatorUnits = terms.operatorUnits;
    this.#alphabet0 = terms.alphabet0;
    this.#default = encodingOf(0, terms.alphabet0);
    this.#allUcs2 = terms.allUcs2;
    this.#takesGb18030 = terms.takesGb18030;
  }

  codingOf(message: Message): number {
    const { encoding, codingOctet } = message;
    if (this.#allUcs2 && encoding !== Encoding.ucs2 && encoding !== Encoding.binary) return -1;
    if (encoding === Encoding.gb18030 && !this.#takesGb18030) return -1;
    if (encodingOf(codingOctet, this.#alphabet0) === encoding) return codingOctet;
    // "The default alphabet", and theirs is another than the submitter's: right as far as both have the same characters.
    if (codingOctet === 0) return this.#underDefault(message);
    return codingOf(encoding, this.#alphabet0);
  }

  encodingFor(text: string, message: Message): Encoding | null {
    if (!this.#allUcs2) {
      const own = message.encoding;
      // ASCII that came as "the default" goes as ours, or as what everyone reads: few know data_coding 1.
      const plain = own === Encoding.ascii && message.codingOctet === 0;
      if (!plain && this.#says(own, text)) return own;
      // What was said in octets stays so where it can be: it takes half the room.
      if (own !== Encoding.ucs2 && own !== Encoding.gb18030 && this.#says(this.#default, text)) return this.#default;
    }
    return this.#says(Encoding.ucs2, text) ? Encoding.ucs2 : null;
  }

  codingFor(encoding: Encoding, message: Message): number {
    if (encodingOf(message.codingOctet, this.#alphabet0) === encoding) return message.codingOctet;
    const coding = withClass(encoding, classOf(message.codingOctet));
    return coding >= 0 ? coding : codingOf(encoding, this.#alphabet0);
  }

  #underDefault({ encoding, octets, hasUdh }: Message): number {
    const ascii = encoding === Encoding.ascii;
    if (ascii && (this.#default === Encoding.latin1 || this.#default === Encoding.utf8)) return 0;
    const sevenBits = ascii || encoding === Encoding.gsm7;
    if (!sevenBits) return codingOf(encoding, this.#alphabet0);
    return sameInAsciiAndGsm(octets, hasUdh ? udhEnd(octets) : 0) ? 0 : -1;
  }

  #says(encoding: Encoding, text: string): boolean {
    if (encoding === Encoding.gb18030 && !this.#takesGb18030) return false;
    if (codingOf(encoding, this.#alphabet0) < 0) return false;
    return encoding === Encoding.gsm7 ? isGsm(text) : encodeText(text, encoding) !== null;
  }
}
