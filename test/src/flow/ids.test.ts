import { expect } from "chai";
import { idTimeMs, MessageIds } from "../../../src/flow/ids.js";

const NOW = Date.UTC(2026, 10, 24, 10, 0, 0);

describe("MessageIds", () => {
  it("never repeats an id when more than 65,536 are drawn in one second", () => {
    const ids = new MessageIds(0, 0);
    let last = 0;
    for (let i = 0; i < 200_000; i++) {
      const id = ids.next(NOW);
      if (id <= last) expect.fail(`id ${i} is ${id}, not above ${last}`);
      last = id;
    }
    expect(Number.isSafeInteger(last)).to.equal(true);
  });

  it("goes on upwards when the wall clock steps back an hour", () => {
    const ids = new MessageIds(3, 0);
    const before = ids.next(NOW);
    expect(ids.next(NOW - 3_600_000)).to.be.greaterThan(before);
  });

  it("starts above the highest id on disk even when the clock was set back before the restart", () => {
    const highest = new MessageIds(0, 0).next(NOW);
    expect(new MessageIds(0, highest).next(NOW - 86_400_000)).to.be.greaterThan(highest);
    expect(new MessageIds(0, highest).next(NOW)).to.be.greaterThan(highest);
  });

  it("keeps the second of acceptance readable in the id", () => {
    expect(idTimeMs(new MessageIds(63, 0).next(NOW + 999))).to.equal(NOW);
  });

  it("gives different nodes different ids in the same second", () => {
    expect(new MessageIds(1, 0).next(NOW)).to.not.equal(new MessageIds(2, 0).next(NOW));
  });

  it("draws ids in a row within one second, moving to the next where they do not fit, and repeats none", () => {
    const ids = new MessageIds(5, 0);
    let last = 0;
    let drawn = 0;
    for (let i = 0; i < 3_000; i++) {
      const count = 1 + ((i * 37) % 100);
      const first = ids.range(count, NOW);
      if (first <= last) expect.fail(`range ${i} begins at ${first}, not above ${last}`);
      if (idTimeMs(first) !== idTimeMs(first + count - 1)) expect.fail(`range ${i} spans two seconds`);
      last = first + count - 1;
      drawn += count;
    }
    expect(drawn).to.be.greaterThan(2 * 65_536);
    expect(idTimeMs(ids.range(65_536, NOW))).to.be.greaterThan(idTimeMs(last));
  });

  it("refuses a node beyond 63", () => {
    expect(() => new MessageIds(64, 0)).to.throw(RangeError, "0..63");
  });
});
