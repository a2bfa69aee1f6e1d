import { expect } from "chai";
import { SweepClock } from "../../../src/flow/sweep-clock.js";

const START = 1_764_000_000_000;

/** Ticks every 100 ms from `fromMs` to `toMs` (monotonic) with the wall clock `offsetMs` ahead of its start. */
function run(clock: SweepClock, fromMs: number, toMs: number, offsetMs: number): number {
  let jumps = 0;
  for (let at = fromMs; at <= toMs; at += 100) if (clock.tick(START + at + offsetMs, at) !== 0) jumps++;
  return jumps;
}

describe("SweepClock", () => {
  it("follows the wall clock while it runs with monotonic time", () => {
    const clock = new SweepClock(START, 0);
    expect(run(clock, 0, 60_000, 0)).to.equal(0);
    expect(clock.sweepMs(START + 60_000, 60_000)).to.equal(START + 60_000);
  });

  it("lets nothing expire early when the wall clock steps two hours forward (C090)", () => {
    const clock = new SweepClock(START, 0);
    expect(run(clock, 0, 10_000, 7_200_000)).to.equal(1);
    expect(clock.sweepMs(START + 10_000 + 7_200_000, 10_000)).to.equal(START + 10_000);
  });

  it("lets nothing expire early when the wall clock steps an hour back (C090)", () => {
    const clock = new SweepClock(START, 0);
    run(clock, 0, 10_000, -3_600_000);
    expect(clock.sweepMs(START + 10_000 - 3_600_000, 10_000)).to.equal(START + 10_000 - 3_600_000);
  });

  it("takes the new time for right after ten minutes", () => {
    const clock = new SweepClock(START, 0);
    run(clock, 0, 600_100, 7_200_000);
    expect(clock.doubted).to.equal(false);
    expect(clock.sweepMs(START + 600_200 + 7_200_000, 600_200)).to.equal(START + 600_200 + 7_200_000);
  });

  it("has nothing left to doubt when the clock steps back to where it was", () => {
    const clock = new SweepClock(START, 0);
    run(clock, 0, 1_000, 7_200_000);
    run(clock, 1_100, 2_000, 0);
    expect(clock.doubted).to.equal(false);
  });

  it("follows slow drift without calling it a jump", () => {
    const clock = new SweepClock(START, 0);
    let jumps = 0;
    for (let at = 0; at < 100_000; at += 100) if (clock.tick(START + at + at / 10, at) !== 0) jumps++;
    expect(jumps).to.equal(0);
    expect(clock.doubted).to.equal(false);
  });
});
