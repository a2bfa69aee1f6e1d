/** Long texts on CMPP links: what is planned for them is what one SUBMIT each can say. */
import { expect } from "chai";
import fc from "fast-check";
import { mostContentOctets, encodingOf, hasUdh } from "../../../protocols/cmpp/coding.js";
import { linkTerms, linkText } from "../../../protocols/cmpp/settings.js";
import { SubmitComposer } from "../../../protocols/cmpp/submit.js";
import { Encoding, SegmentForm, newMessage, type Message } from "../../../protocols/model/message.js";
import { fitsAsIs, planText } from "../../../protocols/model/plan.js";
import { encodeText, messageText } from "../../../protocols/model/text.js";
import type { ProtocolSettings } from "../../../protocols/wire/protocol.js";
import { hex } from "../peers.js";
import { NOW_MS, message } from "./gateway.js";

const composer = new SubmitComposer();
const CODINGS = new Map<Encoding, number>([[Encoding.gsm7, 0], [Encoding.ascii, 0], [Encoding.latin1, 3], [Encoding.ucs2, 8], [Encoding.gb18030, 15]]);

interface Told {
  readonly fmt: number;
  readonly udhi: number;
  readonly pk: string;
  readonly content: string;
}

function lone(text: string, encoding: Encoding): Message {
  const octets = encodeText(text, encoding);
  if (octets === null) throw new Error("cannot be said");
  return message({ octets, encoding, codingOctet: CODINGS.get(encoding) as number });
}

/** The SUBMITs that the parts go out as. */
function told(parts: readonly Message[], settings: ProtocolSettings = {}, prefix = "", reference = 0x1234): Told[] {
  const plan = planText(parts, linkText(settings), { reference, prefix });
  if (!plan.possible) throw new Error(`outcome ${plan.outcome}`);
  return plan.parts.flatMap((planned, at) => planned ?? [parts[at] as Message]).map((each) => {
    const status = composer.compose(each, linkTerms(settings), 0x30, "901234", NOW_MS);
    if (status !== 0) throw new Error(`Result ${status}`);
    const { body } = composer;
    expect(body.Msg_Content.length).to.be.at.most(mostContentOctets(body.Msg_Fmt));
    return { fmt: body.Msg_Fmt, udhi: body.TP_udhi, pk: `${body.Pk_number}/${body.Pk_total}`, content: body.Msg_Content.toString("hex") };
  });
}

/** The text that a phone puts together. */
function shown(submits: readonly Told[]): string {
  return submits
    .map(({ fmt, udhi, content }) =>
      messageText(Object.assign(newMessage(), { octets: hex(content), encoding: encodingOf(fmt), hasUdh: hasUdh(udhi) })))
    .join("");
}

describe("A long text on a CMPP link", () => {
  for (const [units, parts] of [[1, 1], [70, 1], [71, 2], [134, 2], [135, 3], [160, 3], [201, 3], [202, 4], [500, 8]] as const) {
    it(`of ${units} characters goes out in ${parts}`, () => {
      const text = "短".repeat(units);
      const submits = told([lone(text, Encoding.ucs2)]);
      expect(submits.length).to.equal(parts);
      expect(shown(submits)).to.equal(text);
      expect(submits.map((each) => each.pk)).to.deep.equal(Array.from({ length: parts }, (_, at) => `${at + 1}/${parts}`));
      expect(submits.every((each) => each.udhi === (parts === 1 ? 0 : 1) && each.fmt === 8)).to.equal(true);
    });
  }

  for (const [octets, parts] of [[160, 1], [161, 2], [306, 2], [307, 3]] as const) {
    it(`of ${octets} GSM characters goes out in ${parts} as ASCII`, () => {
      const text = "x".repeat(octets);
      const submits = told([lone(text, Encoding.gsm7)]);
      expect([submits.length, shown(submits)]).to.deep.equal([parts, text]);
      expect(submits.every((each) => each.fmt === 0)).to.equal(true);
    });
  }

  it("of GSM characters that ASCII lacks goes out as UCS-2, in as many parts as that takes, all of one coding", () => {
    const text = `${"x".repeat(159)}ü`;
    const submits = told([lone(text, Encoding.gsm7)]);
    expect([submits.length, shown(submits)]).to.deep.equal([3, text]);
    expect(new Set(submits.map((each) => each.fmt))).to.deep.equal(new Set([8]));
  });

  it("is never cut inside a surrogate pair or a character of GB18030", () => {
    const text = `短${"😀".repeat(80)}`;
    for (const encode_as of ["keep", "gb18030"]) {
      const submits = told([lone(text, Encoding.ucs2)], { encode_as });
      for (const each of submits) expect(shown([each])).to.not.match(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
      expect(shown(submits)).to.equal(text);
    }
  });

  it("bears the reference given, in the width of the link; with Pk fields alone it bears none", () => {
    const text = "短".repeat(71);
    expect(told([lone(text, Encoding.ucs2)]).map((each) => each.content.slice(0, 12))).to.deep.equal(["050003340201", "050003340202"]);
    expect(told([lone(text, Encoding.ucs2)], { long_messages: "udh16" }).map((each) => each.content.slice(0, 14))).to.deep.equal(["06080412340201", "06080412340202"]);
    const pk = told([lone(text, Encoding.ucs2)], { long_messages: "pk" });
    expect(pk.map((each) => [each.udhi, each.pk])).to.deep.equal([[0, "1/2"], [0, "2/2"]]);
    expect(shown(pk)).to.equal(text);
  });

  it("that came in parts with Pk fields alone gets one reference for all of them", () => {
    const part = (number: number): Message =>
      message({ octets: hex("77ed".repeat(60)), segmentForm: SegmentForm.pk, segmentTotal: 2, segmentNumber: number });
    expect(fitsAsIs(part(1), linkText({}))).to.equal(false);
    expect(told([part(1), part(2)]).map((each) => each.content.slice(0, 12))).to.deep.equal(["050003340201", "050003340202"]);
    expect(fitsAsIs(part(1), linkText({ long_messages: "pk" }))).to.equal(true);
  });

  it("that came in parts goes out in them, octet for octet, with the reference it came with", () => {
    const part = (number: number): Message =>
      message({
        octets: hex(`0500033902${String(number).padStart(2, "0")}77ed`), hasUdh: true, segmentForm: SegmentForm.udh8, segmentReference: 0x39,
        segmentTotal: 2, segmentNumber: number,
      });
    expect(told([part(1), part(2)]).map((each) => each.content)).to.deep.equal(["05000339020177ed", "05000339020277ed"]);
  });

  it("C042 leaves the operator's signature its room in the first part", () => {
    const text = "短".repeat(70);
    expect(told([lone(text, Encoding.ucs2)]).length).to.equal(1);
    const submits = told([lone(text, Encoding.ucs2)], { operator_signature: 4 });
    expect(submits.map((each) => (each.content.length - 12) / 4)).to.deep.equal([63, 7]);
    expect(shown(submits)).to.equal(text);
  });

  it("has a fixed signature in front, in a coding that can say it", () => {
    const [only] = told([lone("Your code is 1234", Encoding.ascii)], {}, "【测试】");
    expect(only).to.deep.include({ fmt: 8, pk: "1/1" });
    expect(shown([only as Told])).to.equal("【测试】Your code is 1234");
  });

  it("arrives as it was sent, whatever it is made of and however the link says it", () => {
    const settings = fc.record({
      long_messages: fc.constantFrom("udh", "udh16", "pk"), encode_as: fc.constantFrom("keep", "ucs2", "gb18030"), operator_signature: fc.constantFrom(0, 4),
    });
    const texts = fc.array(fc.oneof(fc.string({ unit: "grapheme", maxLength: 40 }), fc.constantFrom("[]{}@_$", "短信", "😀", "x".repeat(50))), { maxLength: 12 });
    fc.assert(
      fc.property(texts, fc.constantFrom(...CODINGS.keys()), settings, (pieces, encoding, link) => {
        const text = pieces.join("");
        if (encodeText(text, encoding) === null) return;
        const sent = lone(text, encoding);
        const wanted = messageText(sent) ?? "";
        const submits = told([sent], link);
        expect(shown(submits)).to.equal(wanted);
        // What needs no plan is one SUBMIT as it is.
        if (fitsAsIs(sent, linkText(link))) expect(submits.length).to.equal(1);
      }),
      { numRuns: 400 },
    );
  });
});
