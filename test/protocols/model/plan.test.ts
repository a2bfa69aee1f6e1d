import { expect } from "chai";
import { Encoding, SegmentForm, newMessage, type Message } from "../../../protocols/model/message.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { fitsAsIs, planText, type PlannedText } from "../../../protocols/model/plan.js";
import type { LinkText, LongForm } from "../../../protocols/model/say.js";
import { splitText } from "../../../protocols/model/segment.js";
import { encodeText, messageText } from "../../../protocols/model/text.js";
import { readConcatenation } from "../../../protocols/model/udh.js";
import { smpp } from "../../../protocols/smpp/smpp.js";
import type { ProtocolSettings } from "../../../protocols/wire/protocol.js";
import { hex } from "../peers.js";

const NONE: ProtocolSettings = {};
const CODINGS: Readonly<Record<number, number>> = {
  [Encoding.gsm7]: 0, [Encoding.ascii]: 1, [Encoding.latin1]: 3, [Encoding.binary]: 4, [Encoding.ucs2]: 8, [Encoding.gb18030]: 15,
};

function lone(text: string, encoding: Encoding = Encoding.ucs2, change: Partial<Message> = {}): Message {
  const octets = encodeText(text, encoding);
  if (octets === null) throw new Error(`${text} cannot be said`);
  return Object.assign(newMessage(), { source: "1069", destination: "13800138000", octets, encoding, codingOctet: CODINGS[encoding] ?? 0, ...change });
}

/** Parts as a customer makes them. */
function partsOf(text: string, encoding: Encoding, form: "udh8" | "udh16" | "sar", reference = 0x39, change: Partial<Message> = {}): Message[] {
  return splitText(text, encoding, form, reference).map((segment) => Object.assign(lone("", encoding, change), segment));
}

function plan(parts: readonly Message[], settings: ProtocolSettings = NONE, prefix = "", reference = 7): PlannedText {
  return smpp.plan(parts, settings, { reference, prefix });
}

/** The messages that go out in order, those as they are among them. */
function outgoing(parts: readonly Message[], planned: PlannedText): Message[] {
  if (!planned.possible) throw new Error(`not possible: ${String(planned.outcome)}`);
  expect(planned.parts).to.have.length(parts.length);
  return parts.flatMap((part, at) => planned.parts[at] ?? [part]);
}

const texts = (messages: readonly Message[]): (string | null)[] => messages.map(messageText);
const lengths = (messages: readonly Message[]): number[] => messages.map((message) => messageText(message)?.length ?? -1);
const marks = (messages: readonly Message[]): number[][] => messages.map((m) => [m.segmentReference, m.segmentTotal, m.segmentNumber]);

describe("planText of one message", () => {
  it("leaves what one short message holds as it is: 70 units, 160 septets, 140 octets", () => {
    for (const message of [
      lone("短".repeat(70)), lone("a".repeat(160), Encoding.gsm7), lone("a".repeat(158) + "€", Encoding.gsm7), lone("短".repeat(70), Encoding.gb18030),
      lone("a".repeat(160), Encoding.ascii), lone("", Encoding.ucs2),
      Object.assign(lone(""), { octets: Buffer.alloc(140), encoding: Encoding.binary, codingOctet: 4 }),
    ]) {
      expect(plan([message]), messageText(message) ?? "binary").to.deep.equal({ possible: true, parts: [null] });
    }
  });

  it("cuts the counts of the sheet: 71, 134, 135, 201, 202 and 500 characters into 2, 2, 3, 3, 4 and 8", () => {
    const counts = [1, 70, 71, 134, 135, 160, 201, 202, 500].map((count) => {
      const message = lone("短".repeat(count));
      return outgoing([message], plan([message])).length;
    });
    expect(counts).to.deep.equal([1, 1, 2, 2, 3, 3, 3, 4, 8]);
    const gsm = [160, 161, 306, 307].map((count) => {
      const message = lone("a".repeat(count), Encoding.gsm7);
      return outgoing([message], plan([message])).length;
    });
    expect(gsm).to.deep.equal([1, 2, 2, 3]);
  });

  it("C040 copies every attribute onto every part, and numbers them under one reference", () => {
    const message = lone("短".repeat(300), Encoding.ucs2, {
      id: 99, submitKey: 5, receiptWanted: 3, priority: 2, expiresAtMs: 1_000, scheduledAtMs: 500, protocolIdentifier: 0x41, serviceType: "CMT",
      sourceTon: 5, destinationNpi: 1, extras: hex("5314000001ff"), codingOctet: 0x19,
    });
    const parts = outgoing([message], plan([message], NONE, "", 0x1234));
    expect(lengths(parts)).to.deep.equal([67, 67, 67, 67, 32]);
    for (const [index, part] of parts.entries()) {
      expect(part).to.deep.include({
        id: 0, submitKey: 0, source: "1069", destination: "13800138000", receiptWanted: 3, priority: 2, expiresAtMs: 1_000, scheduledAtMs: 500,
        protocolIdentifier: 0x41, serviceType: "CMT", sourceTon: 5, destinationNpi: 1, extras: message.extras, codingOctet: 0x19, encoding: Encoding.ucs2,
        hasUdh: true, segmentForm: SegmentForm.udh8, segmentReference: 0x34, segmentTotal: 5, segmentNumber: index + 1,
      });
      expect(part.octets.subarray(0, 6)).to.deep.equal(Buffer.from([5, 0, 3, 0x34, 5, index + 1]));
    }
  });

  it("cuts into the link's form: 66 units behind a 16-bit header, SAR without one, a payload whole", () => {
    const message = lone("短".repeat(133));
    expect(lengths(outgoing([message], plan([message], { long_messages: "udh16" }, "", 0x1234)))).to.deep.equal([66, 66, 1]);
    const sar = outgoing([message], plan([message], { long_messages: "sar" }, "", 0x1234));
    expect(sar.map((part) => [part.hasUdh, part.segmentForm, part.segmentReference, part.octets.length])).to.deep.equal([
      [false, SegmentForm.sar, 0x1234, 134], [false, SegmentForm.sar, 0x1234, 132],
    ]);
    expect(plan([message], { long_messages: "payload" })).to.deep.equal({ possible: true, parts: [null] });
    expect(lengths(outgoing([message], plan([message], { long_messages: "payload" }, "【测试】")))).to.deep.equal([137]);
    // A payload is an optional parameter: a link that sends none gets parts.
    expect(lengths(outgoing([message], plan([message], { long_messages: "payload", tlvs: "off" })))).to.deep.equal([67, 66]);
  });

  it("never cuts a surrogate pair, an escape or a character of GB18030", () => {
    const cut = (text: string, encoding: Encoding, settings = NONE): (string | null)[] => texts(outgoing([lone(text, encoding)], plan([lone(text, encoding)], settings)));
    expect(cut("短".repeat(66) + "😀" + "短".repeat(10), Encoding.ucs2)).to.deep.equal(["短".repeat(66), "😀" + "短".repeat(10)]);
    expect(cut("a".repeat(152) + "€" + "b".repeat(10), Encoding.gsm7)).to.deep.equal(["a".repeat(152), "€" + "b".repeat(10)]);
    const odd = "a" + "短".repeat(80);
    expect(cut(odd, Encoding.gb18030, { gb18030: true })).to.deep.equal(["a" + "短".repeat(66), "短".repeat(14)]);
    const four = "短".repeat(66) + "𠮷" + "短".repeat(10);
    expect(cut(four, Encoding.gb18030, { gb18030: true })).to.deep.equal(["短".repeat(66), "𠮷" + "短".repeat(10)]);
  });

  it("cuts binary data by octets, with the ports of its header in front of every part", () => {
    const header = hex("0605040b8423f0");
    const data = Buffer.from(Array.from({ length: 200 }, (_, at) => at));
    const message = Object.assign(lone(""), { octets: Buffer.concat([header, data]), hasUdh: true, encoding: Encoding.binary, codingOctet: 0xf5 });
    const parts = outgoing([message], plan([message]));
    expect(parts.map(({ octets }) => octets.subarray(0, 12).toString("hex"))).to.deep.equal(["0b000307020105040b8423f0", "0b000307020205040b8423f0"]);
    expect(parts.map(({ octets, codingOctet }) => [octets.length, codingOctet])).to.deep.equal([[140, 0xf5], [84, 0xf5]]);
    expect(Buffer.concat(parts.map(({ octets }) => octets.subarray(12)))).to.deep.equal(data);
  });

  it("refuses what takes more than 255 parts, what cannot be said, and what cannot be read", () => {
    expect(plan([lone("短".repeat(255 * 67))])).to.deep.include({ possible: true });
    expect(plan([lone("短".repeat(255 * 67 + 1))])).to.deep.equal({ possible: false, outcome: Outcome.too_long });
    const data = { octets: Buffer.alloc(255 * 134 + 1), encoding: Encoding.binary, codingOctet: 4 };
    expect(plan([lone("", Encoding.ucs2, data)])).to.deep.equal({ possible: false, outcome: Outcome.too_long });
    const unreadable = { octets: hex("cdcbb6"), encoding: Encoding.gb18030, codingOctet: 15 };
    expect(plan([lone("", Encoding.ucs2, unreadable)])).to.deep.equal({ possible: false, outcome: Outcome.invalid_encoding });
    const ucs2 = { ...linkOf("udh8"), encodingFor: () => null };
    expect(planText([lone("短".repeat(71))], ucs2, { reference: 1, prefix: "" })).to.deep.equal({ possible: false, outcome: Outcome.invalid_encoding });
  });

  it("says GB18030 in UCS-2 by itself while one message holds it, and in parts beyond", () => {
    const short = lone("短".repeat(70), Encoding.gb18030);
    expect(plan([short])).to.deep.equal({ possible: true, parts: [null] });
    const wide = lone("a".repeat(100) + "短", Encoding.gb18030);
    const parts = outgoing([wide], plan([wide]));
    expect(parts.map((part) => [part.encoding, part.codingOctet])).to.deep.equal([[Encoding.ucs2, 8], [Encoding.ucs2, 8]]);
    expect(texts(parts).join("")).to.equal("a".repeat(100) + "短");
    expect(fitsAsIs(wide, linkOf("udh8"))).to.equal(false);
  });
});

describe("planText with a signature", () => {
  it("puts it in front of the whole text, in UCS-2 where the text's own encoding has no such characters, once", () => {
    const gsm = lone("hello", Encoding.gsm7, { codingOctet: 0x11 });
    expect(outgoing([gsm], plan([gsm], NONE, "【测试】"))).to.deep.equal([{ ...gsm, octets: encodeText("【测试】hello", Encoding.ucs2), encoding: Encoding.ucs2, codingOctet: 0x19 }]);
    const signed = lone("【测试】hello");
    expect(plan([signed], NONE, "【测试】")).to.deep.equal({ possible: true, parts: [null] });
    const latin = lone("[TEST]", Encoding.gsm7);
    expect(texts(outgoing([latin], plan([latin], NONE, "[A]")))).to.deep.equal(["[A][TEST]"]);
    const binary = lone("", Encoding.ucs2, { octets: hex("0102"), encoding: Encoding.binary, codingOctet: 4 });
    expect(plan([binary], NONE, "【测试】")).to.deep.equal({ possible: true, parts: [null] });
  });

  it("puts it in front of the first part only, and numbers all parts anew where one outgrows its message", () => {
    const parts = partsOf("短".repeat(134), Encoding.ucs2, "udh8", 0x39, { receiptWanted: 1 });
    const planned = plan(parts, NONE, "【测试】");
    if (!planned.possible) throw new Error("not possible");
    expect(planned.parts.map((messages) => messages?.map((message) => messageText(message)))).to.deep.equal([
      ["【测试】" + "短".repeat(63), "短".repeat(4)], ["短".repeat(67)],
    ]);
    expect(marks(outgoing(parts, planned))).to.deep.equal([[0x39, 3, 1], [0x39, 3, 2], [0x39, 3, 3]]);
  });

  it("says parts of several encodings in one once it says them anew", () => {
    const parts = [lone("短"), lone("abc", Encoding.gsm7)].map((part, at) =>
      Object.assign(part, { segmentForm: SegmentForm.sar, segmentReference: 300, segmentTotal: 2, segmentNumber: at + 1 }));
    expect(plan(parts)).to.deep.equal({ possible: true, parts: [null, null] });
    const made = outgoing(parts, plan(parts, NONE, "【测】"));
    expect(made.map(({ encoding, segmentReference }) => [encoding, segmentReference])).to.deep.equal([[Encoding.ucs2, 300 & 0xff], [Encoding.ucs2, 300 & 0xff]]);
    expect(texts(made)).to.deep.equal(["【测】短", "abc"]);
  });
});

describe("planText where the operator adds a signature", () => {
  const adds = { operator_signature: 4 };

  it("C042 leaves it room in the first part: 66 characters are 1 message, 67 are 63 and 4, 131 are 63, 67 and 1", () => {
    const planned = [66, 67, 131].map((count) => lengths(outgoing([lone("短".repeat(count))], plan([lone("短".repeat(count))], adds))));
    expect(planned).to.deep.equal([[66], [63, 4], [63, 67, 1]]);
  });

  it("counts GSM text in units too, since the brackets make it UCS-2 on air", () => {
    const planned = [66, 67, 131].map((count) => lengths(outgoing([lone("|".repeat(count), Encoding.gsm7)], plan([lone("|".repeat(count), Encoding.gsm7)], adds))));
    expect(planned).to.deep.equal([[66], [63, 4], [63, 67, 1]]);
  });

  it("cuts a first part that has no room for it, and leaves parts alone that have", () => {
    const full = partsOf("短".repeat(100), Encoding.ucs2, "udh8");
    expect(marks(outgoing(full, plan(full, adds)))).to.deep.equal([[0x39, 3, 1], [0x39, 3, 2], [0x39, 3, 3]]);
    const roomy = full.slice(1).concat(full.slice(1)).map((part, at) => {
      const octets = Buffer.from(part.octets);
      octets[5] = at + 1;
      return Object.assign(newMessage(), part, { octets, segmentNumber: at + 1 });
    });
    expect(plan(roomy, adds)).to.deep.equal({ possible: true, parts: [null, null] });
  });
});

describe("planText of a customer's parts", () => {
  it("leaves them as they are, UDH 8 and 16 bit, whatever the link's form; SAR too where a header has room", () => {
    for (const form of ["udh8", "udh16", "sar"] as const) {
      for (const long_messages of ["udh", "sar", "payload"]) {
        const parts = partsOf("短".repeat(200), Encoding.ucs2, form);
        expect(plan(parts, { long_messages }), `${form} to ${long_messages}`).to.deep.equal({ possible: true, parts: parts.map(() => null) });
        expect(parts.every((part) => smpp.fits(part, { long_messages }))).to.equal(true);
      }
    }
  });

  it("cuts SAR parts anew that a 16-bit header leaves no room, under the customer's reference", () => {
    const parts = partsOf("短".repeat(134), Encoding.ucs2, "sar", 0x1234);
    const planned = plan(parts, { long_messages: "udh16" });
    expect(planned.possible && planned.parts.map((messages) => messages?.length)).to.deep.equal([2, 2]);
    expect(marks(outgoing(parts, planned))).to.deep.equal([1, 2, 3, 4].map((number) => [0x1234, 4, number]));
  });

  it("keeps a character that its maker cut in two whole, in the later part", () => {
    const octets = encodeText("a" + "短".repeat(100), Encoding.gb18030) as Buffer;
    const parts = [octets.subarray(0, 134), octets.subarray(134)].map((data, at) => {
      const part = Object.assign(lone("", Encoding.gb18030), { hasUdh: true, octets: Buffer.concat([Buffer.from([5, 0, 3, 9, 2, at + 1]), data]) });
      readConcatenation(part.octets, part);
      return part;
    });
    expect(plan(parts, { gb18030: true })).to.deep.equal({ possible: true, parts: [null, null] });
    expect(texts(outgoing(parts, plan(parts)))).to.deep.equal(["a" + "短".repeat(66), "短".repeat(34)]);
    const escaped = [hex("0500030902011b"), hex("05000309020265")].map((data) => {
      const part = Object.assign(lone("", Encoding.gsm7), { hasUdh: true, octets: data });
      readConcatenation(data, part);
      return part;
    });
    expect(texts(outgoing(escaped, plan(escaped, { encode_as: "ucs2" })))).to.deep.equal(["", "€"]);
  });

  it("plans a part that came twice twice, with messages of their own", () => {
    const [one, two] = partsOf("短".repeat(134), Encoding.ucs2, "udh8");
    if (one === undefined || two === undefined) throw new Error("two parts");
    const again = Object.assign(newMessage(), two);
    const planned = plan([two, one, again], NONE, "【测试】");
    if (!planned.possible) throw new Error("not possible");
    expect(planned.parts.map((messages) => marks(messages ?? []))).to.deep.equal([[[0x39, 3, 3]], [[0x39, 3, 1], [0x39, 3, 2]], [[0x39, 3, 3]]]);
    expect(planned.parts[0]?.[0]).to.not.equal(planned.parts[2]?.[0]);
  });

  it("a part alone keeps its number while one message holds it, and is a text of its own beyond", () => {
    const [one, two] = partsOf("短".repeat(134), Encoding.ucs2, "udh8");
    if (one === undefined || two === undefined) throw new Error("two parts");
    expect(plan([two], NONE, "【测试】")).to.deep.equal({ possible: true, parts: [null] });
    const short = Object.assign(newMessage(), one, { octets: one.octets.subarray(0, 20) });
    const kept = outgoing([short], plan([short], NONE, "【测试】", 0x77));
    expect([texts(kept), marks(kept)]).to.deep.equal([["【测试】" + "短".repeat(7)], [[0x39, 2, 1]]]);
    const grown = outgoing([one], plan([one], NONE, "【测试】", 0x77));
    expect([lengths(grown), marks(grown)]).to.deep.equal([[67, 4], [[0x77, 2, 1], [0x77, 2, 2]]]);
    // Several such parts do not share a reference by accident.
    const missing = [1, 2].map((number) => Object.assign(newMessage(), one, { segmentTotal: 3, segmentNumber: number }));
    expect(marks(outgoing(missing, plan(missing, { long_messages: "udh16", encode_as: "ucs2", operator_signature: 60 }, "", 0x77))).map(([reference]) => reference)).to.deep.equal([
      0x77, 0x77, 0x39,
    ]);
  });

  it("marks parts of Pk fields anew under a reference of their own, except where the link speaks Pk itself", () => {
    const parts = partsOf("短".repeat(100), Encoding.ucs2, "sar", 0).map((part) => Object.assign(part, { segmentForm: SegmentForm.pk }));
    expect(marks(outgoing(parts, plan(parts, NONE, "", 0x55)))).to.deep.equal([[0x55, 2, 1], [0x55, 2, 2]]);
    expect(planText(parts, linkOf("pk"), { reference: 1, prefix: "" })).to.deep.equal({ possible: true, parts: [null, null] });
    const long = lone("短".repeat(100));
    expect(outgoing([long], planText([long], linkOf("pk"), { reference: 1, prefix: "" })).map(({ hasUdh, segmentForm }) => [hasUdh, segmentForm])).to.deep.equal([
      [false, SegmentForm.pk], [false, SegmentForm.pk],
    ]);
  });
});

/** A peer that reads UCS-2 alone, and octets as binary. */
function linkOf(form: LongForm, operatorUnits = 0): LinkText {
  return {
    form, operatorUnits,
    codingOf: ({ encoding }) => (encoding === Encoding.ucs2 ? 8 : encoding === Encoding.binary ? 4 : -1),
    encodingFor: () => Encoding.ucs2,
    codingFor: (encoding) => (encoding === Encoding.binary ? 4 : 8),
  };
}
