import { expect } from "chai";
import fc from "fast-check";
import { hashOctets } from "../../../protocols/wire/octet-hash.js";

const hash = (octets: Buffer): number => hashOctets(octets, 0, octets.length);

describe("hashOctets", () => {
  it("gives safe integers above zero, the same for the same octets wherever they stand", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(9), (octets, offset) => {
        const plain = hash(Buffer.from(octets));
        const moved = Buffer.concat([Buffer.alloc(offset, 0x5a), octets, Buffer.alloc(3, 0x5a)]);
        expect(Number.isSafeInteger(plain) && plain > 0).to.equal(true);
        expect(hashOctets(moved, offset, offset + octets.length)).to.equal(plain);
      }),
    );
  });

  it("tells lengths apart, also of zeros", () => {
    const hashes = new Set(Array.from({ length: 300 }, (_, length) => hash(Buffer.alloc(length))));
    expect(hashes.size).to.equal(300);
  });

  it("has no two alike among 200,000 submits that differ by a counter in text or header", () => {
    const hashes = new Set<number>();
    const frame = Buffer.alloc(191, 0x30);
    for (let count = 0; count < 100_000; count++) {
      frame.writeUInt32BE(count, 0);
      hashes.add(hash(frame));
    }
    frame.writeUInt32BE(0, 0);
    for (let count = 1; count <= 100_000; count++) {
      frame.write(String(count).padStart(6, "0"), 170, "latin1");
      hashes.add(hash(frame));
    }
    expect(hashes.size).to.equal(200_000);
  });

  it("has no two alike when any two bits of a submit are turned over", () => {
    const frame = Buffer.alloc(40, 0x55);
    const hashes = new Set<number>([hash(frame)]);
    let made = 1;
    for (let first = 0; first < 320; first++) {
      frame.writeUInt8((frame[first >> 3] as number) ^ (1 << (first & 7)), first >> 3);
      for (let second = first + 1; second < 320; second++) {
        frame.writeUInt8((frame[second >> 3] as number) ^ (1 << (second & 7)), second >> 3);
        hashes.add(hash(frame));
        made++;
        frame.writeUInt8((frame[second >> 3] as number) ^ (1 << (second & 7)), second >> 3);
      }
      frame.writeUInt8((frame[first >> 3] as number) ^ (1 << (first & 7)), first >> 3);
    }
    expect(hashes.size).to.equal(made);
  });

  it("turns over each of its 53 bits in about half of the cases when one bit of the octets is", () => {
    const turned = new Array<number>(53).fill(0);
    let cases = 0;
    for (let start = 0; start < 20; start++) {
      const frame = Buffer.from(Array.from({ length: 60 }, (_, at) => (at * 37 + start * 101) & 0xff));
      const before = BigInt(hash(frame));
      for (let bit = 0; bit < 480; bit++) {
        frame.writeUInt8((frame[bit >> 3] as number) ^ (1 << (bit & 7)), bit >> 3);
        const difference = before ^ BigInt(hash(frame));
        for (let at = 0; at < 53; at++) if ((difference >> BigInt(at)) & 1n) turned[at] = (turned[at] as number) + 1;
        frame.writeUInt8((frame[bit >> 3] as number) ^ (1 << (bit & 7)), bit >> 3);
        cases++;
      }
    }
    for (const [bit, count] of turned.entries()) expect(count / cases, `bit ${bit}`).to.be.within(0.47, 0.53);
  });
});
