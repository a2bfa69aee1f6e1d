import { expect } from "chai";
import fc from "fast-check";
import { SegmentedMessage } from "sms-segments-calculator";
import { Encoding, SegmentForm, newMessage } from "../../../protocols/model/message.js";
import {
  countOctetSegments,
  countSegments,
  parseUdh,
  readConcatenation,
  splitOctets,
  splitText,
} from "../../../protocols/model/segment.js";
import type { Segment, SplitForm } from "../../../protocols/model/segment.js";
import { decodeText, encodeText, isGsm, messageText } from "../../../protocols/model/text.js";

const hex = (text: string): Buffer => Buffer.from(text.replace(/ /g, ""), "hex");
const TEXT_B = "【测试】" + "短".repeat(70);
const FORMS: readonly SplitForm[] = ["udh8", "udh16", "sar"];

function joined(parts: readonly Segment[], encoding: Encoding): string {
  const texts = parts.map((part) => messageText(Object.assign(newMessage(), part, { encoding })));
  return texts.join("");
}

const wordy = fc.constantFrom(..."abc |€[]{}~^\\@\r\néü");
const gsmText = fc.array(wordy, { maxLength: 700 }).map((parts) => parts.join(""));
const anyText = fc
  .array(fc.constantFrom(..."短信验证码ab 1😀𠮷👩‍👧"), { maxLength: 400 })
  .map((parts) => parts.join(""));

describe("countSegments by the domestic rule", () => {
  it("counts up to 70 units as 1, else every 67", () => {
    const counts = [0, 1, 70, 71, 134, 135, 201, 202].map((n) => countSegments("短".repeat(n), "domestic"));
    expect(counts).to.deep.equal([1, 1, 1, 2, 2, 3, 3, 4]);
  });

  it("C028 does not double extension characters: 70, 160, 80 and 81 units are 1, 3, 2 and 2", () => {
    expect(countSegments("|".repeat(69) + "∞", "domestic")).to.equal(1);
    expect(countSegments("a".repeat(159) + "\\", "domestic")).to.equal(3);
    expect(countSegments("|".repeat(80), "domestic")).to.equal(2);
    expect(countSegments("|".repeat(81), "domestic")).to.equal(2);
  });

  it("C030 emoji weigh two: 35, 36 and 70 of them are 1, 2 and 3, eight families and six letters 1", () => {
    expect(countSegments("😀".repeat(35), "domestic")).to.equal(1);
    expect(countSegments("😀".repeat(36), "domestic")).to.equal(2);
    expect(countSegments("😀".repeat(70), "domestic")).to.equal(3);
    expect(countSegments("👨‍👩‍👧".repeat(8) + "aaaaaa", "domestic")).to.equal(1);
  });
});

describe("countSegments by the GSM rule", () => {
  it("counts septets 160, 161, 306, 307 as 1, 2, 2, 3", () => {
    const counts = [160, 161, 306, 307].map((n) => countSegments("a".repeat(n), "gsm"));
    expect(counts).to.deep.equal([1, 2, 2, 3]);
  });

  it("counts units 70, 71, 134, 135 outside the alphabet as 1, 2, 2, 3", () => {
    const counts = [70, 71, 134, 135].map((n) => countSegments("短".repeat(n), "gsm"));
    expect(counts).to.deep.equal([1, 2, 2, 3]);
  });

  it("C028 counts extension characters once in UCS-2, twice in GSM", () => {
    expect(countSegments("|".repeat(69) + "∞", "gsm")).to.equal(1);
    expect(countSegments("a".repeat(159) + "\\", "gsm")).to.equal(2);
    expect(countSegments("|".repeat(80), "gsm")).to.equal(1);
    expect(countSegments("|".repeat(81), "gsm")).to.equal(2);
  });

  it("never splits an escape: 306 septets take 3 parts when one lies across 153", () => {
    expect(countSegments("a".repeat(152) + "€" + "a".repeat(152), "gsm")).to.equal(3);
    expect(countSegments("a".repeat(151) + "€" + "a".repeat(153), "gsm")).to.equal(2);
  });

  it("never splits a surrogate pair: 134 units take 3 parts when one lies across 67", () => {
    expect(countSegments("短".repeat(66) + "😀" + "短".repeat(66), "gsm")).to.equal(3);
    expect(countSegments("短".repeat(65) + "😀" + "短".repeat(67), "gsm")).to.equal(2);
  });

  it("agrees with sms-segments-calculator for Latin and ideographic text", () => {
    // That calculator takes small c cedilla and splits grapheme clusters otherwise: neither is in these texts.
    const plain = fc.array(fc.constantFrom(..."abc 1|€[短"), { minLength: 1, maxLength: 400 });
    const latin = fc.array(fc.constantFrom(..."abc 1|€[]~"), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(fc.oneof(plain, latin), (characters) => {
        const text = characters.join("");
        expect(countSegments(text, "gsm")).to.equal(new SegmentedMessage(text, "auto").segmentsCount);
      }),
      { numRuns: 60 },
    );
  });

  it("is the number of parts that splitText makes", () => {
    fc.assert(
      fc.property(fc.oneof(gsmText, anyText), (text) => {
        const encoding = isGsm(text) ? Encoding.gsm7 : Encoding.ucs2;
        for (const form of ["udh8", "sar"] as const) {
          expect(splitText(text, encoding, form, 1)).to.have.length(countSegments(text, "gsm"));
        }
      }),
    );
  });
});

describe("countOctetSegments", () => {
  it("counts 140 octets alone and 134 a part", () => {
    expect([0, 140, 141, 268, 269].map(countOctetSegments)).to.deep.equal([1, 1, 2, 2, 3]);
  });
});

describe("parseUdh", () => {
  it("reads both concatenation elements", () => {
    expect(parseUdh(hex("050003390201"))).to.deep.include({
      length: 6,
      concatenation: { reference: 0x39, total: 2, number: 1, form: SegmentForm.udh8 },
    });
    expect(parseUdh(hex("06080412340202 77ed"))).to.deep.include({
      length: 7,
      concatenation: { reference: 0x1234, total: 2, number: 2, form: SegmentForm.udh16 },
    });
  });

  it("reads ports, national tables and elements it does not know", () => {
    const udh = parseUdh(hex("17 0504 0b8423f0 0402 f8f9 240101 250102 7003aabbcc 0000"));
    expect(udh).to.not.equal(null);
    expect(udh!.destinationPort).to.equal(0xf8);
    expect(udh!.sourcePort).to.equal(0xf9);
    expect(udh!.singleShiftTable).to.equal(1);
    expect(udh!.lockingTable).to.equal(2);
    expect(udh!.elements.map((element) => element.id)).to.deep.equal([0x05, 0x04, 0x24, 0x25, 0x70, 0x00]);
    expect(udh!.elements[4]!.data.toString("hex")).to.equal("aabbcc");
    expect(udh!.concatenation).to.equal(null);
    const wide = parseUdh(hex("0605040b8423f0"));
    expect([wide!.destinationPort, wide!.sourcePort]).to.deep.equal([2948, 9200]);
  });

  it("takes total 0, number 0, a number above the total or a wrong length for no concatenation", () => {
    for (const senseless of ["050003390001", "050003390200", "050003390203", "04000239 02", "0608043900 0001"]) {
      expect(parseUdh(hex(senseless))!.concatenation, senseless).to.equal(null);
    }
  });

  it("lets the last concatenation count, a senseless one not", () => {
    const both = parseUdh(hex("10 0003390201 080412340303 0003010205"));
    expect(both!.concatenation).to.deep.equal({ reference: 0x1234, total: 3, number: 3, form: SegmentForm.udh16 });
  });

  it("refuses lengths that run over", () => {
    for (const broken of ["", "05", "0500033902", "050004390201", "0600033902 0124", "0100"]) {
      expect(parseUdh(hex(broken)), broken).to.equal(null);
    }
  });
});

describe("readConcatenation", () => {
  const fieldsOf = (octets: Buffer): [boolean, number[]] => {
    const into = Object.assign(newMessage(), {
      segmentReference: 9,
      segmentTotal: 9,
      segmentNumber: 9,
      segmentForm: SegmentForm.pk,
    });
    const sound = readConcatenation(octets, into);
    return [sound, [into.segmentReference, into.segmentTotal, into.segmentNumber, into.segmentForm]];
  };

  it("fills the fields, and clears them when the header says nothing or is broken", () => {
    expect(fieldsOf(hex("050003390201"))).to.deep.equal([true, [0x39, 2, 1, SegmentForm.udh8]]);
    expect(fieldsOf(hex("06080412340202"))).to.deep.equal([true, [0x1234, 2, 2, SegmentForm.udh16]]);
    expect(fieldsOf(hex("0605040b8423f0"))).to.deep.equal([true, [0, 0, 0, SegmentForm.none]]);
    expect(fieldsOf(hex("050003390203"))).to.deep.equal([true, [0, 0, 0, SegmentForm.none]]);
    expect(fieldsOf(hex("0500033902"))).to.deep.equal([false, [0, 0, 0, SegmentForm.none]]);
    expect(fieldsOf(hex("050004390201"))).to.deep.equal([false, [0, 0, 0, SegmentForm.none]]);
  });

  it("says the same as parseUdh of any octets", () => {
    const element = fc
      .tuple(fc.constantFrom(0, 8, 4, 0x24), fc.uint8Array({ maxLength: 5 }))
      .map(([id, data]) => Buffer.from([id, data.length, ...data]));
    const likely = fc.array(element, { maxLength: 4 }).map((elements) => {
      const body = Buffer.concat(elements);
      return Buffer.concat([Buffer.from([body.length]), body]);
    });
    const octets = fc.oneof(likely, fc.uint8Array({ maxLength: 20 }).map((data) => Buffer.from(data)));
    fc.assert(
      fc.property(octets, (data) => {
        const udh = parseUdh(data);
        const found = udh?.concatenation ?? null;
        const fields = found === null ? [0, 0, 0, 0] : [found.reference, found.total, found.number, found.form];
        expect(fieldsOf(data)).to.deep.equal([udh !== null, fields]);
      }),
      { numRuns: 500 },
    );
  });
});

describe("splitText", () => {
  it("leaves what fits alone uncut", () => {
    for (const form of FORMS) {
      const [part, ...others] = splitText("短".repeat(70), Encoding.ucs2, form, 7);
      expect(others).to.have.length(0);
      expect(part).to.deep.include({ hasUdh: false, segmentTotal: 0, segmentNumber: 0, segmentForm: SegmentForm.none });
      expect(part!.octets).to.have.length(140);
    }
    expect(splitText("", Encoding.ucs2, "udh8", 7)).to.have.length(1);
    expect(splitText("a".repeat(160), Encoding.gsm7, "udh8", 7)).to.have.length(1);
  });

  it("cuts text B of the vectors into 67 and 7 with an 8-bit header", () => {
    const parts = splitText(TEXT_B, Encoding.ucs2, "udh8", 0x39);
    expect(parts.map((part) => part.octets.length)).to.deep.equal([140, 20]);
    expect(parts[0]!.octets.toString("hex")).to.equal("050003390201" + "30106d4b8bd53011" + "77ed".repeat(63));
    expect(parts[1]!.octets.toString("hex")).to.equal("05000339020277ed77ed77ed77ed77ed77ed77ed");
    expect(parts[1]).to.deep.include({
      hasUdh: true,
      segmentReference: 0x39,
      segmentTotal: 2,
      segmentNumber: 2,
      segmentForm: SegmentForm.udh8,
    });
  });

  it("cuts it into 66 and 8 with a 16-bit header, and 67 and 7 without", () => {
    const wide = splitText(TEXT_B, Encoding.ucs2, "udh16", 0x1234);
    expect(wide[0]!.octets.subarray(0, 7).toString("hex")).to.equal("06080412340201");
    expect(wide.map((part) => part.octets.length)).to.deep.equal([139, 23]);
    const sar = splitText(TEXT_B, Encoding.ucs2, "sar", 0x1234);
    expect(sar.map((part) => part.octets.length)).to.deep.equal([134, 14]);
    expect(sar[0]).to.deep.include({ hasUdh: false, segmentReference: 0x1234, segmentForm: SegmentForm.sar });
  });

  it("moves an extension character at septets 153 and 154 whole to part 2", () => {
    const parts = splitText("a".repeat(152) + "€" + "b".repeat(10), Encoding.gsm7, "sar", 0);
    expect(parts.map((part) => part.octets.length)).to.deep.equal([152, 12]);
    expect(parts[1]!.octets.subarray(0, 2).toString("hex")).to.equal("1b65");
  });

  it("moves a surrogate pair at units 67 and 68 to part 2", () => {
    const parts = splitText("短".repeat(66) + "😀" + "短".repeat(10), Encoding.ucs2, "sar", 0);
    expect(parts.map((part) => part.octets.length)).to.deep.equal([132, 24]);
    expect(decodeText(parts[1]!.octets, Encoding.ucs2)!.startsWith("😀")).to.equal(true);
  });

  it("fills packed parts to 140 octets, fill bit included", () => {
    const parts = splitText("a".repeat(200), Encoding.gsm7_packed, "udh8", 1);
    expect(parts.map((part) => part.octets.length)).to.deep.equal([140, 48]);
  });

  it("holds charsets to 140 octets without cutting a character", () => {
    const parts = splitText("短".repeat(71), Encoding.gb18030, "udh8", 1);
    expect(parts.map((part) => part.octets.length)).to.deep.equal([140, 14]);
    const odd = splitText("a" + "短".repeat(71), Encoding.gb18030, "sar", 1);
    expect(odd.map((part) => part.octets.length)).to.deep.equal([133, 10]);
  });

  it("takes the reference modulo what the header holds", () => {
    expect(splitText(TEXT_B, Encoding.ucs2, "udh8", 0x1ff)[0]!.segmentReference).to.equal(0xff);
    expect(splitText(TEXT_B, Encoding.ucs2, "udh16", 0x1_0001)[0]!.segmentReference).to.equal(1);
  });

  it("gives nothing for a text that cannot be said, or of more than 255 parts", () => {
    expect(splitText("短".repeat(80), Encoding.gsm7, "udh8", 1)).to.deep.equal([]);
    expect(splitText("x", Encoding.binary, "udh8", 1)).to.deep.equal([]);
    expect(splitText("a".repeat(153 * 255), Encoding.gsm7, "udh8", 1)).to.have.length(255);
    expect(splitText("a".repeat(153 * 255 + 1), Encoding.gsm7, "udh8", 1)).to.deep.equal([]);
  });

  const cases: [string, Encoding, fc.Arbitrary<string>][] = [
    ["gsm7", Encoding.gsm7, gsmText],
    ["gsm7_packed", Encoding.gsm7_packed, gsmText.map((text) => text + "x")],
    ["ascii", Encoding.ascii, fc.string({ unit: "binary-ascii", maxLength: 500 })],
    ["latin1", Encoding.latin1, fc.array(fc.constantFrom(..."aüé"), { maxLength: 400 }).map((parts) => parts.join(""))],
    ["ucs2", Encoding.ucs2, anyText],
    ["gb18030", Encoding.gb18030, anyText],
    ["utf8", Encoding.utf8, anyText],
    ["iso2022jp", Encoding.iso2022jp, fc.array(fc.constantFrom(..."日本aｱ"), { maxLength: 200 }).map((p) => p.join(""))],
  ];
  for (const [name, encoding, texts] of cases) {
    it(`${name} parts join to the text, number up, fit on air, and each is whole by itself`, () => {
      fc.assert(
        fc.property(texts, fc.constantFrom(...FORMS), fc.nat(0xffff), (text, form, reference) => {
          const parts = splitText(text, encoding, form, reference);
          expect(parts.length).to.be.at.least(1);
          expect(joined(parts, encoding)).to.equal(text);
          const most = encoding === Encoding.gsm7 || encoding === Encoding.ascii ? 160 : 140;
          parts.forEach((part, index) => {
            expect(part.octets.length).to.be.at.most(most);
            if (parts.length === 1) return;
            expect([part.segmentNumber, part.segmentTotal]).to.deep.equal([index + 1, parts.length]);
            const said = messageText(Object.assign(newMessage(), part, { encoding }))!;
            expect(said, "no half of a pair").to.not.match(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
            if (!part.hasUdh) return;
            expect(parseUdh(part.octets)!.concatenation).to.deep.equal({
              reference: part.segmentReference,
              total: parts.length,
              number: index + 1,
              form: part.segmentForm,
            });
          });
        }),
        { numRuns: 40 },
      );
    });
  }
});

describe("splitOctets", () => {
  it("cuts binary data at 134 or 133 and joins to the same", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), fc.constantFrom(...FORMS), (data, form) => {
        const parts = splitOctets(Buffer.from(data), form, 5);
        const headers = form === "udh8" ? 6 : form === "udh16" ? 7 : 0;
        const skip = parts.length === 1 ? 0 : headers;
        expect(Buffer.concat(parts.map((part) => part.octets.subarray(skip))).equals(data)).to.equal(true);
        if (form !== "udh16") expect(parts).to.have.length(countOctetSegments(data.length));
        for (const part of parts) expect(part.octets.length).to.be.at.most(140);
      }),
    );
  });
});

describe("encodeText behind splitText", () => {
  it("says each uncut text as one whole", () => {
    expect(splitText("你好", Encoding.ucs2, "udh8", 1)[0]!.octets).to.deep.equal(encodeText("你好", Encoding.ucs2));
  });
});
