import { expect } from "chai";
import { Encoding, SegmentForm, newMessage, type Message } from "../../../protocols/model/message.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { Accepted, readText } from "../../../src/flow/accept.js";
import { account, accounts } from "./fixtures.js";

function part(octets: Buffer, encoding: Encoding, change: Partial<Message> = {}): Message {
  return Object.assign(newMessage(), {
    destination: "13800138000", octets, encoding, segmentReference: 7, segmentTotal: 2, segmentNumber: 1, segmentForm: SegmentForm.sar, ...change,
  });
}

function charged(message: Message): number {
  const found = new Accepted();
  const live = accounts(new ManualClock(), account(1)).byNo(1);
  expect(live && readText(live, message, 0, found)).to.equal(Outcome.ok);
  return found.segments;
}

describe("accept", () => {
  const ucs2 = (units: number): Buffer => Buffer.from("短".repeat(units), "utf16le").swap16();
  const udh8 = Buffer.from("050003390201", "hex");
  const udh16 = Buffer.from("06080412340201", "hex");
  const behind = (header: Buffer, octets: Buffer): Buffer => Buffer.concat([header, octets]);
  const rows: [what: string, message: Message, segments: number][] = [
    ["67 units of UCS-2 behind an 8-bit header", part(behind(udh8, ucs2(67)), Encoding.ucs2, { hasUdh: true }), 1],
    ["67 units of UCS-2 behind a 16-bit header", part(behind(udh16, ucs2(67)), Encoding.ucs2, { hasUdh: true }), 1],
    ["70 units of UCS-2 with SAR TLVs", part(ucs2(70), Encoding.ucs2), 1],
    ["153 septets behind a header", part(behind(udh8, Buffer.alloc(153, 0x61)), Encoding.gsm7, { hasUdh: true }), 1],
    ["134 binary octets behind a header", part(behind(udh8, Buffer.alloc(134)), Encoding.binary, { hasUdh: true }), 1],
    ["half a character of GB18030", part(Buffer.from("b7a2c6", "hex"), Encoding.gb18030), 1],
    // More than a short message holds is no one part, whatever its marks say.
    ["300 units of UCS-2", part(ucs2(300), Encoding.ucs2), 5],
    ["a payload of 32,767 units", part(ucs2(32_767), Encoding.ucs2), 490],
    ["1,000 septets", part(Buffer.alloc(1_000, 0x61), Encoding.gsm7), 15],
    ["1,000 binary octets", part(Buffer.alloc(1_000), Encoding.binary), 8],
    ["1,000 octets that are no text", part(Buffer.alloc(1_000, 0xff), Encoding.ascii), 8],
  ];
  for (const [what, message, segments] of rows) {
    it(`charges a part of ${what} as ${segments}`, () => {
      expect(charged(message)).to.equal(segments);
    });
  }

  describe("a message for an application", () => {
    const read = (octets: Buffer, change: Partial<Message> = {}): Outcome => {
      const live = accounts(new ManualClock(), account(1)).byNo(1);
      const message = Object.assign(newMessage(), { destination: "13800138000", octets, encoding: Encoding.binary, hasUdh: true, ...change });
      return (live && readText(live, message, 0, new Accepted())) ?? Outcome.malformed;
    };
    const push = Buffer.from("0605040b8423f0", "hex");

    it("clause 1.2: a WAP push is refused 113, alone or in parts", () => {
      expect(read(behind(push, Buffer.from("010603beaf84", "hex")))).to.equal(Outcome.not_supported);
      expect(read(behind(Buffer.from("0b05040b8423f0000339020112", "hex"), Buffer.alloc(20)), { segmentTotal: 2, segmentNumber: 1 })).to.equal(Outcome.not_supported);
      expect(read(behind(Buffer.from("06050423f00b84", "hex"), Buffer.alloc(9)))).to.equal(Outcome.not_supported);
      expect(read(behind(push, Buffer.from("77ed", "hex")), { encoding: Encoding.ucs2 })).to.equal(Outcome.not_supported);
    });

    it("is refused where a parameter of its protocol names such a port, and passes for others", () => {
      const outcomes = [2_948, 2_949, 9_200, 9_203, 9_204, 5_505, 0].map((applicationPort) => read(Buffer.from("010603beaf84", "hex"), { hasUdh: false, applicationPort }));
      expect(outcomes).to.deep.equal([...new Array<Outcome>(4).fill(Outcome.not_supported), Outcome.ok, Outcome.ok, Outcome.ok]);
    });

    it("passes for other ports, without a header, and where the header is broken", () => {
      expect(read(behind(Buffer.from("06050415811581", "hex"), Buffer.alloc(9)))).to.equal(Outcome.ok);
      expect(read(push, { hasUdh: false })).to.equal(Outcome.ok);
      expect(read(Buffer.from("0605050b8423f0", "hex"))).to.equal(Outcome.ok);
    });
  });
});
