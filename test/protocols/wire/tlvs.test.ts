/** TLVs by another dictionary than SMPP's: the octets of SMGP's vectors, and what a short dictionary of it says of them. */
import { expect } from "chai";
import fc from "fast-check";
import { TlvWriter, checkTlvArea, eachTlv, findTlv, readTlvNumber, readTlvText, wrongTlvWidth } from "../../../protocols/wire/tlvs.js";
import type { TlvDictionary } from "../../../protocols/wire/tlvs.js";

const TP_udhi = 2;
const LinkID = 3;
const PkTotal = 9;
const PkNumber = 0x0a;
const SMGP: TlvDictionary = new Map([
  [1, { kind: "integer", min: 1, max: 1 }], [TP_udhi, { kind: "integer", min: 1, max: 1 }], [LinkID, { kind: "octets", min: 20, max: 20 }],
  [PkTotal, { kind: "integer", min: 1, max: 1 }], [PkNumber, { kind: "integer", min: 1, max: 1 }],
]);
/** The tail of SMGP_SUBMIT_long1: TP_pid 0, TP_udhi 1, PkTotal 2, PkNumber 1. [protocols sheet 4.3] */
const LONG1 = Buffer.from("000100010000020001010009000102000a000101", "hex");

describe("TLVs of any dictionary", () => {
  it("are read out of SMGP's octets, whatever their order", () => {
    expect(checkTlvArea(LONG1, 0, LONG1.length)).to.equal(LONG1.length);
    expect([TP_udhi, PkTotal, PkNumber, LinkID].map((tag) => readTlvNumber(LONG1, tag, 1))).to.deep.equal([1, 2, 1, -1]);
    const turned = Buffer.concat([LONG1.subarray(10), LONG1.subarray(0, 10)]);
    expect([TP_udhi, PkTotal, PkNumber].map((tag) => readTlvNumber(turned, tag, 1))).to.deep.equal([1, 2, 1]);
    const tags: number[] = [];
    eachTlv(LONG1, (tag) => tags.push(tag));
    expect(tags).to.deep.equal([1, TP_udhi, PkTotal, PkNumber]);
  });

  it("are written octet for octet as SMGP has them", () => {
    const writer = new TlvWriter(SMGP).integer(1, 0).integer(TP_udhi, 1).integer(PkTotal, 2).integer(PkNumber, 1);
    expect(writer.view()).to.deep.equal(LONG1);
    expect(() => writer.integer(LinkID, 1)).to.throw(RangeError, /TLV 0x0003 is no number/);
    expect(() => writer.integer(PkTotal, 256)).to.throw(RangeError, /256 does not fit 1 octets/);
  });

  it("are of wrong width by their own dictionary only", () => {
    expect(wrongTlvWidth(LONG1, SMGP)).to.equal(0);
    expect(wrongTlvWidth(Buffer.from("0003000141", "hex"), SMGP)).to.equal(LinkID);
    expect(wrongTlvWidth(Buffer.from("0003000141", "hex"), new Map())).to.equal(0);
    expect(findTlv(Buffer.from("0003000141", "hex"), LinkID)?.toString()).to.equal("A");
    expect(readTlvText(Buffer.from("00030003410042", "hex"), LinkID)).to.equal("A");
  });

  it("keep every number of one to four octets", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(), fc.integer({ min: 0, max: 0xffff }), (width, seed, tag) => {
      const value = (seed * 7919) % 2 ** (8 * width);
      const area = new TlvWriter(new Map(), 1).integer(tag, value, width).view();
      expect(area).to.have.length(4 + width);
      expect(readTlvNumber(area, tag, 4)).to.equal(value);
      expect(readTlvNumber(area, tag, width - 1)).to.equal(-1);
    }));
  });
});
