import { expect } from "chai";
import { ManualClock } from "../../../protocols/wire/clock.js";
import type { LiveAccount } from "../../../src/flow/accounts.js";
import { Commit } from "../../../src/store/store.js";
import { account, accounts } from "./fixtures.js";
import { Road, text } from "./road.js";

const SHORT = "77ed4fe1";
const TWO = ["13800138000", "13800138001"];

/** Segments that go through one by one in `forMs`. */
function through(live: LiveAccount, clock: ManualClock, forMs: number): number {
  let taken = 0;
  for (let at = 0; at < forMs; at += 10) {
    clock.advance(10);
    while (live.bucket.take(1, clock.monotonicMs)) taken++;
  }
  return taken;
}

describe("a live account", () => {
  it("is slowed at once and lives at its own rate again afterwards", () => {
    const clock = new ManualClock();
    const live = accounts(clock, account(1, { rate: 100, burst: 100 })).byNo(1) as LiveAccount;
    through(live, clock, 1_000);
    live.slow(5, clock.monotonicMs);
    expect([live.slowedTo, through(live, clock, 2_000)]).to.deep.equal([5, 10]);
    live.slow(0, clock.monotonicMs);
    expect([live.slowedTo, through(live, clock, 2_000)]).to.deep.equal([0, 200]);
  });

  it("stays slowed when its terms change, never above its own rate, and follows a new rate to be slowed to", () => {
    const clock = new ManualClock();
    const all = accounts(clock, account(1, { rate: 100, burst: 100, blastRate: 5 }));
    const live = all.byNo(1) as LiveAccount;
    live.slow(5, clock.monotonicMs);
    through(live, clock, 1_000);
    all.update([account(1, { rate: 50, burst: 50, blastRate: 5 })], clock.monotonicMs);
    expect(through(live, clock, 1_000)).to.equal(5);
    all.update([account(1, { rate: 2, burst: 2, blastRate: 5 })], clock.monotonicMs);
    expect(through(live, clock, 1_000)).to.equal(2);
    all.update([account(1, { rate: 50, burst: 50, blastRate: 20 })], clock.monotonicMs);
    expect(through(live, clock, 1_000)).to.equal(20);
  });
});

describe("a quota", () => {
  it("that is used up is answered so, and a flood asks the store once a second", () => {
    const road = new Road();
    road.store.result = Commit.quota;
    road.submit(text(SHORT));
    road.store.commit();
    for (let i = 0; i < 100; i++) road.submit(text(SHORT));
    expect([road.answers.length, new Set(road.answers), road.store.accepted.length]).to.deep.equal([101, new Set(["quota"]), 1]);
    road.clock.advance(1_000);
    road.submit(text(SHORT));
    road.submit(text(SHORT));
    expect(road.store.accepted).to.have.length(3);
  });

  it("that is used up is kept with its reason for each message, whoever said so, as many as an hour may have", () => {
    for (const [terms, rule] of [[{ quotaDay: 1 }, "quota:day"], [{ quotaMonth: 1 }, "quota:month"], [{ quotaDay: 1, quotaMonth: 2 }, "quota"]] as const) {
      const road = new Road(terms);
      const kept = (): string[] => road.store.calls.filter((call) => call.startsWith("refusal"));
      road.store.result = Commit.quota;
      road.submitAll(TWO, text(SHORT));
      road.store.commit();
      expect(kept()).to.deep.equal([`refusal ${rule}`, `refusal ${rule}`]);
      road.submitAll(TWO, text(SHORT));
      expect([road.store.accepted.length, kept().length]).to.deep.equal([2, 4]);
      for (let i = 0; i < 1_000; i++) road.submitAll(TWO, text(SHORT));
      expect(kept()).to.have.length(1_000);
    }
  });

  it("keeps no rows of messages that are not paid for: they are counted", () => {
    const road = new Road();
    road.store.result = Commit.noCredit;
    road.submit(text(SHORT));
    road.store.commit();
    road.submit(text(SHORT));
    expect([road.answers, road.store.calls.filter((call) => call.startsWith("refusal"))]).to.deep.equal([["no_credit", "no_credit"], []]);
  });

  it("that does not hold a submit to two may hold one message, and one that was changed is asked at once", () => {
    const road = new Road();
    road.store.result = Commit.quota;
    road.submitAll(TWO, text(SHORT));
    road.store.commit();
    road.submitAll(TWO, text(SHORT));
    expect([road.answers, road.store.accepted.length]).to.deep.equal([["quota", "quota"], 2]);
    road.store.result = Commit.ok;
    road.submit(text(SHORT));
    road.store.commit();
    expect(road.answers).to.deep.equal(["quota", "quota", "ok"]);
    road.flow.accounts.update([{ ...road.owner.terms, quotaDay: 10 }], road.clock.monotonicMs);
    road.submitAll(TWO, text(SHORT));
    road.store.commit();
    expect(road.answers.at(-1)).to.equal("ok");
  });
});
