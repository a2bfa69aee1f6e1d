/** Octets: what is read and written, and that nothing outside a buffer ever is. */
import { expect } from "chai";
import fc from "fast-check";
import { NO_OCTETS, findNul, readText, readTextAgain, readUint16, readUint32, readUint8, writeUint16, writeUint32 } from "../../../protocols/wire/octets.js";

describe("octets", () => {
  it("reads numbers big-endian and unsigned", () => {
    const octets = Buffer.from("80000009ffff", "hex");
    expect(readUint32(octets, 0)).to.equal(0x80000009);
    expect(readUint16(octets, 4)).to.equal(0xffff);
    expect(readUint8(octets, 3)).to.equal(9);
  });

  it("writes what it reads", () => {
    const octets = Buffer.alloc(8);
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 0xffff }), (four, two) => {
      expect(writeUint32(octets, 1, four)).to.equal(5);
      expect(writeUint16(octets, 5, two)).to.equal(7);
      expect([readUint32(octets, 1), readUint16(octets, 5)]).to.deep.equal([four, two]);
    }));
  });

  it("refuses places outside the buffer", () => {
    const octets = Buffer.alloc(4);
    for (const outside of [
      () => readUint32(octets, 1), () => readUint32(octets, -1), () => readUint16(octets, 3), () => readUint8(octets, 4),
      () => writeUint32(octets, 1, 0), () => writeUint16(octets, -1, 0), () => readText(octets, 0, 5), () => readText(octets, -1, 2),
    ]) expect(outside).to.throw(RangeError, /outside a buffer of 4/);
  });

  it("refuses numbers that do not fit", () => {
    const octets = Buffer.alloc(4);
    for (const value of [-1, 0x100000000, 1.5, NaN]) expect(() => writeUint32(octets, 0, value)).to.throw(RangeError, /four octets/);
    for (const value of [-1, 0x10000, 0.5]) expect(() => writeUint16(octets, 0, value)).to.throw(RangeError, /two octets/);
  });

  it("reads text of every length as Latin-1", () => {
    const octets = Buffer.from(Array.from({ length: 300 }, (_, at) => (at * 7 + 130) % 256));
    for (let length = 0; length <= 290; length++) {
      expect(readText(octets, 3, 3 + length)).to.equal(octets.toString("latin1", 3, 3 + length));
    }
  });

  it("gives the text read last only when it stands there again", () => {
    const octets = Buffer.from("41423132\u00e9 and a text of more than twenty octets", "latin1");
    for (const last of ["", "4142", "4143", "414", "41423", "\u00e9"]) expect(readTextAgain(octets, 0, 4, last)).to.equal("4142");
    expect(readTextAgain(octets, 8, 9, "\u00e9")).to.equal("\u00e9");
    expect(readTextAgain(octets, 8, octets.length, "x".repeat(octets.length - 8))).to.equal(octets.toString("latin1", 8));
    expect(() => readTextAgain(octets, 0, 99, "x".repeat(99))).to.throw(RangeError);
  });

  it("finds the first NUL, or the end", () => {
    const octets = Buffer.from("410042004300", "hex");
    expect([findNul(octets, 0, 6), findNul(octets, 2, 6), findNul(octets, 2, 3), findNul(octets, 6, 6)]).to.deep.equal([1, 3, 3, 6]);
  });

  it("has one empty buffer for all", () => {
    expect(NO_OCTETS).to.have.length(0);
  });
});
