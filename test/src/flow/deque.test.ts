import { expect } from "chai";
import fc from "fast-check";
import { Deque } from "../../../src/flow/deque.js";

describe("Deque", () => {
  it("behaves as an array for any sequence of push, unshift and shift", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("push" as const), value: fc.integer() }),
      fc.record({ do: fc.constant("unshift" as const), value: fc.integer() }),
      fc.record({ do: fc.constant("shift" as const), value: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const deque = new Deque<number>();
        const model: number[] = [];
        for (const { do: action, value } of steps) {
          if (action === "push") {
            deque.push(value);
            model.push(value);
          } else if (action === "unshift") {
            deque.unshift(value);
            model.unshift(value);
          } else {
            expect(deque.shift()).to.equal(model.shift());
          }
          expect(deque.length).to.equal(model.length);
          expect(deque.peek()).to.equal(model[0]);
        }
      }),
    );
  });
});
