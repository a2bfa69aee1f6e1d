import { expect } from "chai";
import fc from "fast-check";
import { FrameReader } from "../../../protocols/wire/frame.js";

function frameOf(length: number, fill: number): Buffer {
  const frame = Buffer.alloc(length, fill);
  frame.writeUInt32BE(length, 0);
  return frame;
}

function readAll(reader: FrameReader, chunks: Buffer[]): Buffer[] {
  const frames: Buffer[] = [];
  for (const chunk of chunks) {
    reader.feed(chunk);
    for (let frame = reader.next(); frame !== null; frame = reader.next()) frames.push(frame);
  }
  return frames;
}

describe("FrameReader", () => {
  it("hands out frames of one chunk without copying them", () => {
    const chunk = Buffer.concat([frameOf(16, 1), frameOf(40, 2)]);
    const frames = readAll(new FrameReader(16, 4096), [chunk]);
    expect(frames.map((frame) => frame.length)).to.deep.equal([16, 40]);
    expect(frames[0]?.buffer).to.equal(chunk.buffer);
    expect(frames[1]?.byteOffset).to.equal(chunk.byteOffset + 16);
  });

  it("gives the same frames wherever a stream is split into two", () => {
    const stream = Buffer.concat([frameOf(16, 1), frameOf(33, 2), frameOf(200, 3), frameOf(16, 4)]);
    for (let at = 0; at <= stream.length; at++) {
      const frames = readAll(new FrameReader(16, 4096), [stream.subarray(0, at), stream.subarray(at)]);
      expect(Buffer.concat(frames).equals(stream), `split at ${at}`).to.equal(true);
      expect(frames.length).to.equal(4);
    }
  });

  it("gives the same frames for any lengths and any chunks", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 16, max: 900 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 30 }),
        (lengths, cuts) => {
          const stream = Buffer.concat(lengths.map((length, index) => frameOf(length, index)));
          const chunks: Buffer[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const size = cuts[i % cuts.length] as number;
            chunks.push(stream.subarray(at, at + size));
            at += size;
          }
          const frames = readAll(new FrameReader(16, 4096), chunks);
          expect(frames.map((frame) => frame.length)).to.deep.equal(lengths);
          expect(Buffer.concat(frames).equals(stream)).to.equal(true);
        },
      ),
    );
  });

  it("keeps frames it handed out intact when later ones are cut, too", () => {
    const reader = new FrameReader(16, 4096);
    const first = readAll(reader, [frameOf(30, 7).subarray(0, 10), frameOf(30, 7).subarray(10)])[0] as Buffer;
    readAll(reader, [frameOf(30, 9).subarray(0, 10), frameOf(30, 9).subarray(10)]);
    expect(first.equals(frameOf(30, 7))).to.equal(true);
  });

  for (const length of [0, 15, 4097, 0x16030100, 0x47455420, 0xffff_ffff]) {
    it(`finds length ${length} impossible, whole or octet by octet, and hands out nothing after it`, () => {
      const bad = Buffer.alloc(20);
      bad.writeUInt32BE(length, 0);
      const whole = new FrameReader(16, 4096);
      expect(readAll(whole, [Buffer.concat([frameOf(16, 1), bad, frameOf(16, 1)])]).length).to.equal(1);
      expect(whole.faultLength).to.equal(length);
      expect(whole.faultOctets().readUInt32BE(0)).to.equal(length);
      const slow = new FrameReader(16, 4096);
      expect(readAll(slow, [...bad].map((octet) => Buffer.from([octet]))).length).to.equal(0);
      expect(slow.faultLength).to.equal(length);
    });
  }

  it("takes longer frames once it is told to", () => {
    const reader = new FrameReader(16, 4096);
    reader.setMaxOctets(73_728);
    expect(readAll(reader, [frameOf(65_649, 1)]).length).to.equal(1);
  });

  it("counts what it holds back, and nothing at a frame's end", () => {
    const reader = new FrameReader(16, 4096);
    readAll(reader, [frameOf(64, 1).subarray(0, 20)]);
    expect(reader.partialOctets).to.equal(20);
    readAll(reader, [frameOf(64, 1).subarray(20)]);
    expect(reader.partialOctets).to.equal(0);
  });

  it("copies each octet of a large frame a bounded number of times when it trickles in", () => {
    const reader = new FrameReader(16, 73_728);
    const frame = frameOf(73_728, 5);
    const original = Buffer.prototype.copy;
    let copied = 0;
    Buffer.prototype.copy = function copy(this: Buffer, ...args: Parameters<Buffer["copy"]>): number {
      const octets = original.apply(this, args);
      copied += octets;
      return octets;
    } as Buffer["copy"];
    try {
      let frames = 0;
      for (let at = 0; at < frame.length; at++) frames += readAll(reader, [frame.subarray(at, at + 1)]).length;
      expect(frames).to.equal(1);
    } finally {
      Buffer.prototype.copy = original;
    }
    expect(copied).to.be.below(3 * frame.length);
  });
});
