import { expect } from "chai";
import { Outcome } from "../../../protocols/model/outcome.js";
import { MessageState } from "../../../protocols/model/state.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { Dispatcher, type DispatchContext } from "../../../src/flow/dispatch.js";
import { laneNumber } from "../../../src/flow/lane.js";
import { spool } from "../../../src/flow/spool.js";
import { Step, Submission } from "../../../src/flow/submission.js";
import type { MessageIds } from "../../../src/flow/ids.js";
import { Commit } from "../../../src/store/store.js";
import { account, accounts, FakeOperator, FakeStore, message, NO_METRICS } from "./fixtures.js";

class Bench {
  readonly clock = new ManualClock();
  readonly store = new FakeStore();
  readonly operator: FakeOperator;
  readonly dispatcher: Dispatcher;
  readonly live;
  readonly context: DispatchContext;
  refused = new Set<number>();

  constructor(window: number, ...weights: number[]) {
    this.operator = new FakeOperator(window);
    this.live = accounts(this.clock, ...weights.map((weight, at) => account(at + 1, { weight })));
    this.context = {
      store: this.store.store,
      clock: this.clock,
      accounts: this.live,
      metrics: NO_METRICS,
      wordsVersion: 1,
      heldForReview: () => undefined,
      expiryMs: 0,
      rejudge: {
        ready: () => true,
        judge: ({ message }) => ({ outcome: this.refused.has(message.id) ? Outcome.blocked_content : Outcome.ok, hold: false, evidence: "", textId: message.id }),
        ask: () => Promise.resolve(true),
      },
      submissionCommitted: (submission, result) => {
        if (submission.step === Step.dispatching) this.dispatcher.dispatched(submission, result);
        else if (submission.step === Step.accepting) {
          submission.step = Step.idle;
          if (submission.state === MessageState.dispatched) this.dispatcher.write(submission);
          else this.dispatcher.arrived(submission);
        }
      },
    };
    this.dispatcher = new Dispatcher(this.context, this.operator);
  }

  arrive(id: number, accountNo = 1, priority = 0, wordsVersion = 1): Submission {
    const owner = this.live.byNo(accountNo);
    if (owner === undefined) throw new Error("no account");
    const lane = this.dispatcher.lane(laneNumber(1, accountNo, priority));
    const submission = new Submission(this.context, owner, lane, message(id, priority), MessageState.queued);
    submission.wordsVersion = wordsVersion;
    const ids = { next: () => id } as unknown as MessageIds;
    spool({ store: this.store.store, clock: this.clock, ids }, this.dispatcher, submission);
    return submission;
  }

  /** The operator answers everything on the wire; goes on until nothing moves. */
  drain(): void {
    for (let round = 0; round < 10_000; round++) {
      this.store.commit();
      this.operator.used = 0;
      this.dispatcher.run();
      if (this.store.pending === 0) return;
    }
    throw new Error("does not come to rest");
  }
}

describe("Dispatcher", () => {
  it("marks a message DISPATCHED in its very acceptance when its lane is idle and a slot is free", () => {
    const bench = new Bench(10, 1);
    bench.arrive(1);
    bench.store.commit();
    expect(bench.store.calls).to.deep.equal(["accept 1 dispatched"]);
    expect(bench.operator.written).to.deep.equal([1]);
  });

  it("writes nothing to the operator before the mark is on disk", () => {
    const bench = new Bench(1, 1);
    bench.arrive(1);
    bench.arrive(2);
    expect(bench.operator.written).to.deep.equal([]);
    bench.store.commit();
    expect(bench.operator.written).to.deep.equal([1]);
    bench.operator.used = 0;
    bench.dispatcher.run();
    expect(bench.operator.written).to.deep.equal([1]);
    bench.store.commit();
    expect(bench.operator.written).to.deep.equal([1, 2]);
  });

  it("keeps the order of a lane over memory and disk, and sends each message once", () => {
    const bench = new Bench(7, 1);
    for (let id = 1; id <= 3_000; id++) {
      bench.arrive(id);
      if (id % 50 === 0) bench.store.commit();
    }
    bench.drain();
    expect(bench.operator.written).to.deep.equal(Array.from({ length: 3_000 }, (_, at) => at + 1));
    expect(bench.dispatcher.depth).to.equal(0);
    expect(bench.live.byNo(1)?.queued).to.equal(0);
  });

  it("keeps no more than 8 MiB of a lane in memory, however long its messages are, and their order all the same", () => {
    const bench = new Bench(1, 1);
    const octets = Buffer.alloc(65_536);
    for (let id = 1; id <= 300; id++) bench.arrive(id).message.octets = octets;
    bench.store.commit();
    const [lane] = bench.dispatcher.lanes;
    expect([lane?.head.length, lane?.backlog]).to.deep.equal([128, 171]);
    bench.drain();
    expect([lane?.head.octets, lane?.backlog]).to.deep.equal([0, 0]);
    expect(bench.operator.written).to.deep.equal(Array.from({ length: 300 }, (_, at) => at + 1));
  });

  it("lets nothing overtake what arrived before it while a slot becomes free", () => {
    const bench = new Bench(1, 1);
    for (let id = 1; id <= 5; id++) bench.arrive(id);
    bench.store.commit();
    bench.operator.used = 0;
    bench.arrive(6);
    bench.drain();
    expect(bench.operator.written).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it("serves another account's code while a campaign of thousands waits", () => {
    const bench = new Bench(5, 1, 1);
    for (let id = 1; id <= 2_000; id++) bench.arrive(id, 1);
    bench.store.commit();
    bench.arrive(9_001, 2);
    bench.drain();
    expect(bench.operator.written.indexOf(9_001)).to.be.below(20);
  });

  it("serves an account's own higher priority first", () => {
    const bench = new Bench(5, 1);
    for (let id = 1; id <= 2_000; id++) bench.arrive(id, 1, 0);
    bench.store.commit();
    bench.arrive(9_001, 1, 3);
    bench.drain();
    expect(bench.operator.written.indexOf(9_001)).to.be.below(20);
  });

  it("shares a scarce link by the accounts' weights", () => {
    const bench = new Bench(4, 1, 3);
    for (let id = 1; id <= 400; id++) {
      bench.arrive(id, 1);
      bench.arrive(1_000 + id, 2);
    }
    bench.drain();
    const first = bench.operator.written.slice(20, 220);
    expect(first.filter((id) => id > 1_000).length).to.be.within(135, 165);
  });

  it("gives slot and turn back when the store refuses the mark, and tries the same message first later", () => {
    const bench = new Bench(1, 1);
    bench.operator.used = 1;
    bench.arrive(1);
    bench.arrive(2);
    bench.store.commit();
    bench.operator.used = 0;
    bench.store.result = Commit.unavailable;
    bench.dispatcher.run();
    bench.store.commit();
    expect(bench.operator.written).to.deep.equal([]);
    expect(bench.operator.used).to.equal(0);
    bench.store.result = Commit.ok;
    bench.drain();
    expect(bench.operator.written).to.deep.equal([1, 2]);
  });

  it("counts a message that is taken back while it is on its way out of the queue once", () => {
    const bench = new Bench(1, 1);
    const { lane, account: owner } = bench.arrive(0);
    bench.arrive(1);
    bench.store.commit();
    expect(owner.queued).to.equal(1);
    bench.operator.used = 0;
    bench.store.result = Commit.notApplicable;
    bench.dispatcher.run();
    // The store's word comes before its answer to what was asked after it.
    bench.dispatcher.unqueued(lane.no, 1);
    bench.store.commit();
    expect([owner.queued, lane.known.size, bench.operator.used]).to.deep.equal([0, 0, 0]);
  });

  it("puts a message back by an intent when its link went before it could be written", () => {
    const bench = new Bench(1, 1);
    bench.arrive(1);
    bench.operator.anyBound = false;
    bench.store.commit();
    expect(bench.store.calls).to.deep.equal(["accept 1 dispatched", "requeue 1"]);
    expect(bench.operator.used).to.equal(0);
  });

  it("screens a queued message again that passed older word lists, and ends it when it fails now", () => {
    const bench = new Bench(1, 1);
    bench.operator.used = 1;
    bench.refused.add(2);
    bench.arrive(1, 1, 0, 7);
    bench.arrive(2, 1, 0, 7);
    bench.arrive(3, 1, 0, 1);
    bench.store.commit();
    bench.drain();
    expect(bench.operator.written).to.deep.equal([1, 3]);
    expect(bench.store.calls).to.include("end 2");
  });

  it("takes nothing out of the lanes once stopped", () => {
    const bench = new Bench(1, 1);
    bench.operator.used = 1;
    bench.arrive(1);
    bench.store.commit();
    bench.dispatcher.stop();
    bench.drain();
    expect(bench.operator.written).to.deep.equal([]);
    expect(bench.dispatcher.depth).to.equal(1);
  });
});
