import { expect } from "chai";
import fc from "fast-check";
import { spread, unspread } from "../../../src/simulator/spread.js";

describe("spread", () => {
  it("gives every message a number of its own, and tells which it was", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 300_000_000 }), (no) => unspread(spread(no)) === no));
  });

  it("writes to no two numbers after one another in one block of ten thousand", () => {
    const within = new Map<number, number[]>();
    for (let no = 0; no < 200_000; no++) {
      const offset = spread(no);
      const block = Math.floor(offset / 10_000);
      within.set(block, [...(within.get(block) ?? []), offset % 10_000]);
    }
    expect(within.size).to.equal(10_000);
    for (const numbers of [...within.values()].slice(0, 3)) {
      const sorted = numbers.sort((a, b) => a - b);
      expect(sorted.some((number, at) => at > 0 && number - (sorted[at - 1] as number) < 2)).to.equal(false);
    }
  });
});
