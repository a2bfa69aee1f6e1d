import { expect } from "chai";
import fc from "fast-check";
import { Window } from "../../../protocols/wire/window.js";

interface Ticket {
  readonly n: number;
}

describe("Window", () => {
  it("gives a ticket back once, and only for the command it was sent as", () => {
    const window = new Window<Ticket>(4);
    const ticket = { n: 1 };
    window.add(7, 4, ticket, 100);
    expect(window.take(7, 5)).to.equal(null);
    expect(window.take(8, 4)).to.equal(null);
    expect(window.take(7, 4)).to.equal(ticket);
    expect(window.take(7, 4)).to.equal(null);
    expect(window.free).to.equal(4);
  });

  it("takes any command for an answer that does not say what it answers", () => {
    const window = new Window<Ticket>(4);
    window.add(7, 4, { n: 1 }, 100);
    expect(window.take(7, 0)).to.deep.equal({ n: 1 });
  });

  it("refuses to take more than it holds, or the same sequence twice", () => {
    const window = new Window<Ticket>(1);
    window.add(1, 4, { n: 1 }, 0);
    expect(() => window.add(2, 4, { n: 2 }, 0)).to.throw(RangeError);
    const wide = new Window<Ticket>(2);
    wide.add(1, 4, { n: 1 }, 0);
    expect(() => wide.add(1, 4, { n: 2 }, 0)).to.throw(RangeError);
  });

  it("reports each overdue request once and keeps its place for the late answer", () => {
    const window = new Window<Ticket>(4);
    window.add(1, 4, { n: 1 }, 100);
    window.add(2, 4, { n: 2 }, 100);
    window.add(3, 4, { n: 3 }, 101);
    expect(window.nextOverdue(100)?.n).to.equal(1);
    expect(window.nextOverdue(100)?.n).to.equal(2);
    expect(window.nextOverdue(100)).to.equal(null);
    expect(window.size).to.equal(3);
    expect(window.overdue).to.equal(2);
    expect(window.take(1, 4)?.n).to.equal(1);
    expect(window.overdue).to.equal(1);
    expect(window.oldestSentMs).to.equal(100);
    expect(window.drain().map((ticket) => ticket.n)).to.deep.equal([3]);
    expect(window.size).to.equal(0);
    expect(window.overdue).to.equal(0);
  });

  it("frees the places of overdue ones where the owner wants that", () => {
    const window = new Window<Ticket>(2);
    window.add(1, 5, { n: 1 }, 100);
    window.add(2, 5, { n: 2 }, 200);
    expect(window.takeOverdue(150)?.n).to.equal(1);
    expect(window.takeOverdue(150)).to.equal(null);
    expect(window.free).to.equal(1);
  });

  it("behaves as a plain map in order of sending, whatever is added, answered, expired and drained", () => {
    const step = fc.record({
      kind: fc.constantFrom("add", "take", "expire", "drain"),
      pick: fc.nat(1_000),
      ms: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(step, { maxLength: 300 }), (capacity, steps) => {
        const window = new Window<Ticket>(capacity);
        const model = new Map<number, { n: number; sentMs: number; late: boolean }>();
        let now = 0;
        let next = 0x7fff_fff0;
        for (const { kind, pick, ms } of steps) {
          now += ms;
          if (kind === "add" && window.free > 0) {
            next = next === 0x7fff_ffff ? 1 : next + 1;
            window.add(next, 4, { n: next }, now);
            model.set(next, { n: next, sentMs: now, late: false });
          } else if (kind === "take" && model.size > 0) {
            const sequence = [...model.keys()][pick % model.size] as number;
            expect(window.take(sequence, 4)?.n).to.equal(sequence);
            model.delete(sequence);
          } else if (kind === "expire") {
            const due = [...model.values()].filter((entry) => !entry.late && entry.sentMs <= now - 3);
            const got: number[] = [];
            for (let t = window.nextOverdue(now - 3); t !== null; t = window.nextOverdue(now - 3)) got.push(t.n);
            expect(got).to.deep.equal(due.map((entry) => entry.n));
            for (const entry of due) entry.late = true;
          } else if (kind === "drain" && pick % 10 === 0) {
            const left = [...model.values()].filter((entry) => !entry.late).map((entry) => entry.n);
            expect(window.drain().map((ticket) => ticket.n)).to.deep.equal(left);
            model.clear();
          }
          expect(window.size).to.equal(model.size);
          expect(window.overdue).to.equal([...model.values()].filter((entry) => entry.late).length);
          expect(window.oldestSentMs).to.equal([...model.values()][0]?.sentMs ?? -1);
          for (const sequence of model.keys()) expect(window.has(sequence)).to.equal(true);
        }
      }),
    );
  });
});
