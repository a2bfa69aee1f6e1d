import { expect } from "chai";
import fc from "fast-check";
import { Encoding, newMessage, type Message } from "../../../protocols/model/message.js";
import { splitText } from "../../../protocols/model/segment.js";
import { decodeText, encodeText } from "../../../protocols/model/text.js";
import type { SubmitSm } from "../../../protocols/smpp/codec.js";
import { linkTerms } from "../../../protocols/smpp/settings.js";
import { smpp } from "../../../protocols/smpp/smpp.js";
import { SubmitComposer } from "../../../protocols/smpp/submit.js";
import type { ProtocolSettings } from "../../../protocols/wire/protocol.js";
import "../../seed.js";

const CODINGS: Readonly<Record<number, number>> = {
  [Encoding.gsm7]: 0, [Encoding.ascii]: 0, [Encoding.latin1]: 3, [Encoding.ucs2]: 8, [Encoding.gb18030]: 15,
};

/** One submit_sm as a phone has it: what is in it, and where it stands. */
interface Screen {
  readonly text: string;
  readonly reference: number;
  readonly total: number;
  readonly number: number;
  readonly coding: number;
}

/** Reads a submit_sm by the standards alone, and checks that it fits on air. */
function screen(body: SubmitSm, alphabet0: string): Screen {
  let octets = body.short_message;
  let mark = [0, 1, 1];
  let header = 0;
  if (body.tlvs.length > 0 && body.tlvs.readUInt16BE(0) === 0x0424) {
    return { text: read(body.tlvs.subarray(4), body.data_coding, alphabet0), reference: 0, total: 1, number: 1, coding: body.data_coding };
  }
  if (body.tlvs.length > 0) {
    expect(body.tlvs.toString("hex")).to.match(/^020c0002....020e0001..020f0001..$/);
    mark = [body.tlvs.readUInt16BE(4), body.tlvs.readUInt8(10), body.tlvs.readUInt8(15)];
    // The message centre puts the header there.
    header = 6;
  }
  if ((body.esm_class & 0x40) !== 0) {
    header = 1 + octets.readUInt8(0);
    mark = octets[1] === 8 ? [octets.readUInt16BE(3), octets.readUInt8(5), octets.readUInt8(6)] : [octets.readUInt8(3), octets.readUInt8(4), octets.readUInt8(5)];
    octets = octets.subarray(header);
  }
  const seven = (body.data_coding === 0 && alphabet0 === "gsm7") || [1, 3].includes(body.data_coding) || (body.data_coding === 0 && alphabet0 !== "gsm7");
  expect(seven ? Math.ceil((header * 8) / 7) + octets.length : header + octets.length).to.be.at.most(seven ? 160 : 140);
  const [reference = 0, total = 0, number = 0] = mark;
  return { text: read(octets, body.data_coding, alphabet0), reference, total, number, coding: body.data_coding };
}

function read(octets: Buffer, coding: number, alphabet0: string): string {
  switch (coding) {
    case 0:
      return alphabet0 === "gsm7" ? (decodeText(octets, Encoding.gsm7) ?? "unreadable") : new TextDecoder("latin1").decode(octets);
    case 1:
    case 3:
      return octets.toString("latin1");
    case 15:
      return new TextDecoder("gb18030", { fatal: true }).decode(octets);
    default:
      expect(coding).to.equal(8);
      return new TextDecoder("utf-16be", { fatal: true, ignoreBOM: true }).decode(octets);
  }
}

describe("a planned text on an SMPP link", () => {
  const character = fc.constantFrom(..."短信验证码ab 1|€[]{}~^\\@$_`\r\nü", "😀", "𠮷");
  const plain = fc.constantFrom(..."abc 12@$_|{\r\n");
  const anyText = fc.oneof(fc.array(character, { maxLength: 400 }), fc.array(plain, { maxLength: 700 })).map((characters) => characters.join(""));
  const settings = fc.record({
    long_messages: fc.constantFrom("udh", "udh16", "sar", "payload"),
    encode_as: fc.constantFrom("keep", "keep", "ucs2"),
    alphabet0: fc.constantFrom("gsm7", "ascii", "latin1"),
    gb18030: fc.boolean(),
    operator_signature: fc.constantFrom(0, 0, 4, 18),
  });
  const prefix = fc.constantFrom("", "", "【测试】", "[A]");
  const encodings = fc.constantFrom(Encoding.ucs2, Encoding.gsm7, Encoding.gb18030, Encoding.ascii, Encoding.latin1);
  const sayable = fc.tuple(anyText, encodings).map(([text, encoding]): [string, Encoding] => [text, encodeText(text, encoding) === null ? Encoding.ucs2 : encoding]);

  const message = (encoding: Encoding, change: Partial<Message>): Message =>
    Object.assign(newMessage(), { source: "1069", destination: "13800138000", encoding, codingOctet: CODINGS[encoding] ?? 0, ...change });

  function check(text: string, parts: readonly Message[], chosen: ProtocolSettings, signature: string): void {
    const planned = smpp.plan(parts, chosen, { reference: 0x102, prefix: signature });
    if (!planned.possible) throw new Error(`not possible: ${String(planned.outcome)}`);
    expect(planned.parts).to.have.length(parts.length);
    for (const messages of planned.parts) expect(messages).to.satisfy((made: readonly Message[] | null) => made === null || made.length > 0);
    const composer = new SubmitComposer();
    const terms = linkTerms(chosen);
    const screens = parts.flatMap((part, at) => planned.parts[at] ?? [part]).map((sent) => {
      expect(composer.compose(sent, terms, true, 0)).to.equal(0);
      return screen(composer.body, terms.alphabet0);
    });
    const arrived = screens.map((each) => each.text).join("");
    expect(arrived).to.equal(text.startsWith(signature) ? text : signature + text);
    expect(screens.map(({ reference, total, number }) => [reference, total, number])).to.deep.equal(
      screens.map((_, at) => [screens[0]?.reference, screens.length, at + 1]),
    );
    const added = Number(chosen["operator_signature"]);
    if (added > 0 && chosen["long_messages"] !== "payload") {
      for (const { text: one, number, total } of screens) expect(one.length + (number === 1 ? added : 0)).to.be.at.most(total === 1 ? 70 : 67);
    }
    // Whoever only asks whether each fits, and never plans, sends the same.
    if (signature === "" && parts.every((part) => smpp.fits(part, chosen))) expect(planned.parts).to.deep.equal(parts.map(() => null));
    expect(new Set(screens.map(({ coding }) => coding)).size, "one text, one coding").to.equal(1);
  }

  it("arrives whole behind its signature, in messages that fit on air, numbered through, in one coding", () => {
    fc.assert(
      fc.property(sayable, settings, prefix, ([text, encoding], chosen, signature) => {
        check(text, [message(encoding, { octets: encodeText(text, encoding) ?? Buffer.alloc(0) })], chosen, signature);
      }),
      { numRuns: 500 },
    );
  });

  it("so does a text in parts that its maker made, and each part keeps messages of its own", () => {
    fc.assert(
      fc.property(sayable, fc.constantFrom("udh8", "udh16", "sar"), settings, prefix, ([text, encoding], form, chosen, signature) => {
        const parts = splitText(text, encoding, form, 0x39).map((segment) => message(encoding, segment));
        fc.pre(parts.length > 0);
        check(text, parts, chosen, signature);
      }),
      { numRuns: 500 },
    );
  });

  it("takes any parts whatever without an error: broken headers, wrong numbers, unreadable octets", () => {
    const part = fc.record({
      octets: fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets)), encoding: fc.constantFrom(...Object.values(Encoding)), codingOctet: fc.nat(255),
      hasUdh: fc.boolean(), segmentForm: fc.nat(4), segmentReference: fc.nat(0xffff), segmentTotal: fc.nat(4), segmentNumber: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), settings, prefix, (parts, chosen, signature) => {
        const messages = parts.map((each) => Object.assign(newMessage(), each));
        const planned = smpp.plan(messages, chosen, { reference: 1, prefix: signature });
        for (const each of messages) smpp.fits(each, chosen);
        if (planned.possible) expect(planned.parts).to.have.length(parts.length);
        else expect(planned.outcome).to.be.oneOf([24, 25]);
      }),
      { numRuns: 1_000 },
    );
  });
});
