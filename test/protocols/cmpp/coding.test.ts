/** Msg_Fmt: which encoding a value means and back, how much it may hold, and when a UDH is there. */
import { expect } from "chai";
import { encodingOf, hasUdh, mostContentOctets, msgFmtOf } from "../../../protocols/cmpp/coding.js";
import { Encoding } from "../../../protocols/model/message.js";

describe("Msg_Fmt", () => {
  const table: [msgFmt: number, encoding: number][] = [
    [0, Encoding.ascii], [3, Encoding.binary], [4, Encoding.binary], [8, Encoding.ucs2], [15, Encoding.gb18030], [24, Encoding.ucs2],
    [0x10, Encoding.ascii], [0x13, Encoding.ascii], [0x14, Encoding.binary], [0x19, Encoding.ucs2], [0x1b, Encoding.ucs2], [0x1c, Encoding.binary],
    [1, Encoding.binary], [7, Encoding.binary], [9, Encoding.binary], [16 * 2, Encoding.binary], [0xf0, Encoding.binary], [255, Encoding.binary],
  ];
  for (const [msgFmt, encoding] of table) {
    it(`${msgFmt} is read as its own column says`, () => {
      expect(encodingOf(msgFmt)).to.equal(encoding);
    });
  }

  it("says every encoding it has a value for so that it is read as the same", () => {
    for (const encoding of Object.values(Encoding)) if (msgFmtOf(encoding) >= 0) expect(encodingOf(msgFmtOf(encoding))).to.equal(encoding);
    expect([Encoding.ascii, Encoding.binary, Encoding.ucs2, Encoding.gb18030].map(msgFmtOf)).to.deep.equal([0, 4, 8, 15]);
    expect([Encoding.gsm7, Encoding.latin1, Encoding.jis].map(msgFmtOf)).to.deep.equal([-1, -1, -1]);
  });

  it("0 holds 160 octets, the others 140", () => {
    expect([0, 0x11, 3, 4, 8, 15, 24].map(mostContentOctets)).to.deep.equal([160, 160, 140, 140, 140, 140, 140]);
  });
});

describe("TP_udhi", () => {
  it("quirk 2: says that a UDH is there by 1 or by 64", () => {
    expect([0, 1, 2, 0x40, 0x41, 0x80, 0xff].map(hasUdh)).to.deep.equal([false, true, false, true, true, false, true]);
  });
});
