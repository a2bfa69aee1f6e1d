/** What the parts of a split message make of it, in whatever order their reports come and wherever a restart falls between them. */
import { expect } from "chai";
import fc from "fast-check";
import { MessageState } from "../../../../protocols/model/state.js";
import { Commit } from "../../../../src/store/store.js";
import { benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";
import "../../../seed.js";

const PARTS = 4;
const FAILURES = [MessageState.undeliverable, MessageState.expired, MessageState.rejected] as const;

/** How one part ends: null = delivered. */
type End = (typeof FAILURES)[number] | null;

describe("reports on the parts of one text", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  it("in any order, with restarts anywhere between, make one notice: the first failure at once, or delivered with the last", () => {
    const scene = fc.record({
      order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: PARTS }),
      ends: fc.array(fc.option(fc.constantFrom(...FAILURES), { freq: 3 }), { minLength: PARTS, maxLength: PARTS }),
      restarts: fc.array(fc.boolean(), { minLength: PARTS, maxLength: PARTS }),
      twice: fc.boolean(),
    });
    fc.assert(
      fc.property(scene, ({ order, ends, restarts, twice }) => {
        const { id, parts } = bench.split(PARTS, { charge: 100, segments: PARTS });
        for (const part of parts) {
          expect(bench.dispatch(part)).to.equal(Commit.ok);
          expect(bench.sent(part, `K${part}`)).to.equal(Commit.ok);
        }
        const told = (): unknown[] => bench.outbox(1, 0, 1_000).flatMap((each) => (each.kind === "receipt" && each.messageId === id ? [[each.state, each.stateWord]] : []));
        let decided: End | undefined;
        order.forEach((at, step) => {
          const end = ends[at] as End;
          const report = { state: end ?? MessageState.delivered, word: end === null ? "DELIVRD" : `MK:000${at}`, error: "000" };
          for (let times = twice ? 2 : 1; times > 0; times--) bench.receipt([`K${parts[at] as number}`], report);
          if (decided === undefined && (end !== null || step === PARTS - 1)) decided = end;
          if (restarts[step] === true) bench.restart();
          const word = decided === undefined || decided === null ? "" : `MK:000${order[order.findIndex((one) => ends[one] !== null)] as number}`;
          expect(told()).to.deep.equal(decided === undefined ? [] : [[decided ?? MessageState.delivered, word]]);
        });
        expect(bench.row(id).state).to.equal(decided ?? MessageState.delivered);
      }),
      { numRuns: 25 },
    );
    expect(bench.money(1).held).to.equal(0);
  });
});
