import { expect } from "chai";
import fc from "fast-check";
import { Owed } from "../../../protocols/cmpp/owed.js";

describe("Owed", () => {
  it("gives each delivery's numbers back once, in whatever order it is answered", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 400 }), { maxLength: 2_000 }), (steps) => {
        const owed = new Owed();
        const kept = new Map<number, number>();
        let next = 0xffff_ff00;
        for (const step of steps) {
          const handles = [...kept.keys()];
          const handle = handles[step % Math.max(1, handles.length)];
          if (step < 0 || handle === undefined || step % 3 === 0) {
            const value = (next++ % 0x1_0000_0000) >>> 0;
            const added = owed.add(value, value, value);
            expect(kept.has(added)).to.equal(false);
            kept.set(added, value);
          } else {
            expect(owed.take(handle)).to.equal(true);
            expect([owed.sequence, owed.msgIdHigh, owed.msgIdLow]).to.deep.equal(Array(3).fill(kept.get(handle)));
            expect(owed.take(handle)).to.equal(false);
            kept.delete(handle);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it("finds nothing under an old handle whose place has been taken anew", () => {
    const owed = new Owed();
    const first = owed.add(1, 2, 3);
    owed.take(first);
    const second = owed.add(4, 5, 6);
    expect(owed.take(first)).to.equal(false);
    expect(owed.take(second)).to.equal(true);
    expect(owed.take(2 ** 33 - 1)).to.equal(false);
  });

  it("keeps as many as a full window and one read can bring, and no more", () => {
    const owed = new Owed();
    const handles = Array.from({ length: 131_072 }, (_, n) => owed.add(n, 0, n));
    expect(new Set(handles).size).to.equal(131_072);
    expect(Math.max(...handles.slice(-2))).to.be.below(2 ** 33);
    expect(owed.add(0, 0, 0)).to.equal(-1);
    expect(owed.take(handles[70_000] as number)).to.equal(true);
    expect(owed.sequence).to.equal(70_000);
    expect(owed.add(0, 0, 0)).to.be.greaterThan(-1);
  });
});
