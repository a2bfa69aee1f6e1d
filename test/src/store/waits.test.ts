import { expect } from "chai";
import fc from "fast-check";
import { newMessage } from "../../../protocols/model/message.js";
import { MessageState } from "../../../protocols/model/state.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { benchEach } from "./engine-bench.js";
import { Bench } from "./engine-bench.js";

const { held, scheduled, queued, dispatched, rejected } = MessageState;
const MINUTE = 60_000;

/** As the table has it. */
function onDisk(bench: Bench): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { db } of bench.engine.state.days.open()) {
    const rows = db.prepare("SELECT account, count(*) FROM message WHERE state IN (2, 3, 5) GROUP BY account").raw().all() as [number, number][];
    for (const [account, count] of rows) counts[account] = (counts[account] ?? 0) + count;
  }
  return counts;
}

function told(bench: Bench): Record<number, number> {
  return Object.fromEntries([...bench.waiting].filter(([, count]) => count > 0));
}

describe("what waits elsewhere than in a lane", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  const accept = (state: MessageState, dueMs = bench.wallMs + 30_000): number => bench.accept({ state, dueMs, charge: 0 }).id;

  it("is counted by account as it comes and goes: held, scheduled, to be tried again", () => {
    const [part, long, later] = [accept(held), accept(held), accept(scheduled, bench.wallMs + MINUTE)];
    const tried = accept(dispatched);
    accept(queued);
    expect(told(bench)).to.deep.equal({ 1: 3 });
    bench.requeue(tried, 1, 88, bench.wallMs + 1_000);
    expect(told(bench)).to.deep.equal({ 1: 4 });
    bench.release(part, 9, 0);
    expect(told(bench)).to.deep.equal({ 1: 3 });
    bench.sweep(1_000);
    expect(told(bench)).to.deep.equal({ 1: 2 });
    bench.cancel(later);
    bench.end(long, rejected, Outcome.blocked_content);
    expect([told(bench), onDisk(bench)]).to.deep.equal([{}, {}]);
  });

  it("is counted when it expires, goes straight out, is scheduled at its release, or goes out in parts", () => {
    const short = bench.accept({ state: held, dueMs: bench.wallMs + 30_000, charge: 0, expiresMs: bench.wallMs + 5_000 }).id;
    const straight = accept(held);
    bench.dispatch(straight);
    const later = accept(held);
    bench.release(later, 9, bench.wallMs + MINUTE);
    expect(told(bench)).to.deep.equal({ 1: 2 });
    bench.sweep(5_000);
    expect([told(bench), bench.row(short).state]).to.deep.equal([{ 1: 1 }, MessageState.expired]);
    bench.split(3);
    expect(told(bench)).to.deep.equal({ 1: 1 });
    const { id } = bench.split(3, {}, { dueMs: bench.wallMs + MINUTE });
    expect(told(bench)).to.deep.equal({ 1: 4 });
    bench.cancel(id);
    expect([told(bench), onDisk(bench)]).to.deep.equal([{ 1: 1 }, { 1: 1 }]);
  });

  it("is known again after a restart, over all open days", () => {
    bench.account("b");
    accept(held, bench.wallMs + 3 * 86_400_000);
    bench.accept({ account: 2, state: scheduled, dueMs: bench.wallMs + 2 * 86_400_000, expiresMs: bench.wallMs + 3 * 86_400_000, charge: 0 });
    bench.wallMs += 86_400_000 - MINUTE;
    accept(held);
    accept(queued);
    bench.restart();
    expect(Object.fromEntries(bench.found.waiting)).to.deep.equal(onDisk(bench));
    accept(held);
    expect(told(bench)).to.deep.equal(onDisk(bench));
  });

  it("stands as on disk when a batch fails and is carried out one by one", () => {
    bench.batch(() => {
      const id = bench.putAccept({ state: held, dueMs: bench.wallMs + 30_000, charge: 0 });
      bench.putSplit(id, { parts: 0 });
      bench.putAccept({ state: scheduled, dueMs: bench.wallMs + MINUTE, charge: 0 });
    });
    expect(bench.logged).to.include("intent_failed");
    expect([told(bench), onDisk(bench)]).to.deep.equal([{ 1: 2 }, { 1: 2 }]);
  });

  it("is what the table says, whatever comes in whatever order", () => {
    const step = fc.record({ what: fc.constantFrom("held", "scheduled", "queued", "out", "dispatch", "requeue", "retry", "release", "later", "end", "cancel", "sent", "sweep", "restart"), which: fc.nat(30) });
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const one = new Bench();
      try {
        one.account("a");
        const ids: number[] = [];
        for (const { what, which } of steps) {
          const id = ids[which % Math.max(1, ids.length)] ?? one.id();
          const soon = one.wallMs + 2_000;
          if (what === "held" || what === "scheduled" || what === "queued") ids.push(one.accept({ state: MessageState[what], dueMs: soon, charge: 0, expiresMs: one.wallMs + 9_000 }).id);
          else if (what === "out") ids.push(one.accept({ charge: 0 }).id);
          else if (what === "dispatch") one.dispatch(id);
          else if (what === "requeue") one.requeue(id, 1, 0, 0);
          else if (what === "retry") one.requeue(id, 1, 88, soon);
          else if (what === "release") one.release(id, 9, 0);
          else if (what === "later") one.release(id, 9, soon, newMessage());
          else if (what === "end") one.end(id, rejected, Outcome.blocked_content);
          else if (what === "cancel") one.cancel(id);
          else if (what === "sent") one.sent(id, `K${String(id)}`);
          else if (what === "sweep") one.sweep(1_000);
          else one.restart();
        }
        one.batch(() => one.putAccept({ charge: 0 }));
        const known = Object.fromEntries([...one.found.waiting, ...one.waiting].filter(([, count]) => count > 0));
        // Whatever a restart found is told once more with the first batch after it.
        expect(Object.fromEntries([...one.waiting].filter(([, count]) => count > 0))).to.deep.equal(onDisk(one));
        expect(known).to.include(onDisk(one));
      } finally {
        one.close();
      }
    }), { numRuns: 60 });
  });
});
