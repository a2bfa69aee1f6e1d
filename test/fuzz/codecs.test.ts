/** A short run of the fuzzer: 20,000 mutated frames of each protocol through the codecs, from a fixed seed. */
import { expect } from "chai";
import { TARGETS, fuzzCodec } from "./codecs.js";
import { Dice, mutate } from "./mutate.js";

describe("fuzzed frames", () => {
  for (const target of TARGETS) {
    it(`of ${target.name}: 20,000 mutants never throw, read nothing outside, and are one thing only`, () => {
      fuzzCodec(target, 20_000, 20_261_124);
    }).timeout(60_000);
  }

  it("are the same from the same seed, and leave the frames they come from alone", () => {
    for (const { frames } of TARGETS) {
      const before = frames.map((frame) => frame.toString("hex"));
      const some = (seed: number): string[] => {
        const dice = new Dice(seed);
        return Array.from({ length: 500 }, () => mutate(frames, dice).toString("hex"));
      };
      expect(some(1)).to.deep.equal(some(1));
      expect(some(1)).to.not.deep.equal(some(2));
      expect(frames.map((frame) => frame.toString("hex"))).to.deep.equal(before);
    }
  });

  it("that must not be are named with their octets and their seed", () => {
    const broken = { ...TARGETS[0]!, look: () => { throw new RangeError("outside"); } };
    expect(() => fuzzCodec(broken, 1, 3)).to.throw(/^smpp, mutant 0 of seed 3: [0-9a-f]*$/);
  });
});
