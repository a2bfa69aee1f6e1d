import { expect } from "chai";
import { Outcome } from "../../../protocols/model/outcome.js";
import { AccountUsage } from "../../../src/flow/usage.js";
import { Commit } from "../../../src/store/store.js";
import { Road, text } from "./road.js";

/** 2025-11-24 10:00:00 in business time. */
const TEN = Date.UTC(2025, 10, 24, 2);
const HOUR_MS = 3_600_000;

describe("usage", () => {
  it("says how fast an account submits now, and how fast it was at its fastest today", () => {
    const usage = new AccountUsage(480);
    for (let second = 0; second < 30; second++) {
      for (let at = 0; at < (second === 7 ? 50 : 10); at++) usage.accepted(1, TEN + second * 1_000 + at);
      usage.refused(Outcome.throttled, 5, TEN + second * 1_000);
    }
    const { submittedPerSecond, acceptedPerSecond, peakPerSecond, peakAtMs } = usage.read(TEN + 30_000);
    expect({ submittedPerSecond, acceptedPerSecond, peakPerSecond, peakAtMs }).to.deep.equal({ submittedPerSecond: 15, acceptedPerSecond: 10, peakPerSecond: 55, peakAtMs: TEN + 7_000 });
    expect(usage.read(TEN + 35_000).submittedPerSecond).to.equal(7.5);
    expect(usage.read(TEN + 5 * 60_000).submittedPerSecond).to.equal(0);
  });

  it("tells the day's answers by outcome, hour and minute, and begins anew at midnight of business time", () => {
    const usage = new AccountUsage(480);
    usage.accepted(3, TEN - HOUR_MS);
    usage.accepted(1, TEN);
    usage.refused(Outcome.duplicate, 2, TEN + 60_000);
    const { outcomes, segments, hours, minutes } = usage.read(TEN + 120_000);
    expect([outcomes, segments, hours.length, minutes.length]).to.deep.equal([{ ok: 2, duplicate: 2 }, 4, 11, 60]);
    expect([hours[9], hours[10]]).to.deep.equal([{ accepted: 1, refused: 0 }, { accepted: 1, refused: 2 }]);
    expect(minutes.slice(-3)).to.deep.equal([{ accepted: 1, refused: 0 }, { accepted: 0, refused: 2 }, { accepted: 0, refused: 0 }]);
    const next = usage.read(TEN + 14 * HOUR_MS);
    expect([next.outcomes, next.segments, next.peakPerSecond, next.hours, next.minutes]).to.deep.equal([{}, 0, 0, [{ accepted: 0, refused: 0 }], [{ accepted: 0, refused: 0 }]]);
  });

  it("does not lose its way when the clock goes back", () => {
    const usage = new AccountUsage(480);
    usage.accepted(1, TEN + 60_000);
    usage.accepted(1, TEN);
    expect(usage.read(TEN + 1_000)).to.include({ acceptedPerSecond: 0.1, segments: 2 });
  });

  it("counts each answer of the flow once: accepted, refused at once, and refused by the store", () => {
    const road = new Road({ rate: 1, burst: 3 });
    road.send(text("77ed4fe1"));
    road.submit(text("53d17968"));
    road.store.result = Commit.noCredit;
    road.send(text("77ed4fe1"));
    road.submit(text("77ed4fe1"));
    expect(road.owner.usage.read(road.clock.wallMs).outcomes).to.deep.equal({ ok: 1, throttled: 1, no_credit: 1, blocked_content: 1 });
  });
});
