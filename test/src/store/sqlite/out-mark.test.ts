import { expect } from "chai";
import fc from "fast-check";
import { NOTHING_OUT, OutMark } from "../../../../src/store/sqlite/out-mark.js";

describe("OutMark", () => {
  it("follows the oldest message out, and knows when none is", () => {
    const marks = new OutMark();
    expect(marks.mark()).to.equal(NOTHING_OUT);
    marks.add(10, 1);
    marks.add(7, 1);
    marks.add(20, 2);
    expect(marks.mark()).to.equal(7);
    marks.remove(1);
    marks.remove(1);
    expect(marks.mark()).to.equal(20);
    marks.remove(2);
    expect(marks.mark()).to.equal(NOTHING_OUT);
  });

  it("is never higher than any message out, in whatever order they come and go", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(1_000), fc.nat(2)), { maxLength: 400 }), (steps) => {
        const marks = new OutMark();
        const out: { id: number; atMs: number }[] = [];
        let nowMs = 0;
        for (const [adds, number, pause] of steps) {
          nowMs += pause;
          if (adds || out.length === 0) {
            out.push({ id: number + 1, atMs: nowMs });
            marks.add(number + 1, nowMs);
          } else {
            const [gone] = out.splice(number % out.length, 1);
            marks.remove(gone?.atMs ?? 0);
          }
          const mark = marks.mark();
          if (out.some(({ id }) => id < mark)) return false;
          if (out.length === 0 && mark !== NOTHING_OUT) return false;
        }
        return true;
      }),
    );
  });

  it("keeps few groups however long some stay out", () => {
    const marks = new OutMark();
    for (let ms = 1; ms <= 10_000; ms++) {
      marks.add(1_000 + ms, ms);
      expect(marks.mark()).to.equal(1_001);
    }
    for (let ms = 10_000; ms >= 1; ms--) marks.remove(ms);
    expect(marks.mark()).to.equal(NOTHING_OUT);
  });
});
