import { expect } from "chai";
import type { SessionTimers } from "../../../protocols/wire/protocol.js";
import { Timers, type Verdict } from "../../../protocols/wire/timers.js";

const LIMITS: SessionTimers = {
  bindMs: 10_000,
  enquireMs: 30_000,
  idleMs: 300_000,
  responseMs: 60_000,
  frameMs: 10_000,
  writeStallMs: 15_000,
};

/** jitter 0.5 leaves the interval as it is. */
function boundTimers(limits: SessionTimers = LIMITS): Timers {
  const timers = new Timers(limits, 0, 0.5);
  timers.bound();
  return timers;
}

function firstVerdict(timers: Timers, fromMs: number, toMs: number): [number, Verdict] | null {
  for (let now = fromMs; now <= toMs; now += 100) {
    const verdict = timers.tick(now, 0, 0);
    if (verdict !== "none") return [now, verdict];
  }
  return null;
}

describe("Timers", () => {
  it("ends an unbound session at the bind deadline, however much it has sent", () => {
    const timers = new Timers(LIMITS, 0, 0.5);
    timers.read(9_000, 5, false);
    expect(timers.tick(9_900, 0, 0)).to.equal("none");
    expect(timers.tick(10_000, 0, 0)).to.equal("bind_deadline");
  });

  it("probes after quiet time, probes again, then gives the peer up", () => {
    const timers = boundTimers();
    expect(firstVerdict(timers, 0, 300_000)).to.deep.equal([30_000, "send_enquire"]);
    expect(firstVerdict(timers, 30_100, 300_000)).to.deep.equal([60_000, "send_enquire"]);
    expect(firstVerdict(timers, 60_100, 300_000)).to.deep.equal([90_000, "enquire_unanswered"]);
  });

  it("probes as often as its protocol says before it gives the peer up: C/T/N of CMPP", () => {
    const timers = new Timers({ ...LIMITS, enquireMs: 180_000, idleMs: 0 }, 0, 0.5, 3);
    timers.bound();
    expect(firstVerdict(timers, 0, 600_000)).to.deep.equal([180_000, "send_enquire"]);
    expect(firstVerdict(timers, 180_100, 600_000)).to.deep.equal([240_000, "send_enquire"]);
    expect(firstVerdict(timers, 240_100, 600_000)).to.deep.equal([300_000, "send_enquire"]);
    expect(firstVerdict(timers, 300_100, 600_000)).to.deep.equal([360_000, "enquire_unanswered"]);
  });

  it("takes any frame for a sign of life", () => {
    const timers = boundTimers();
    timers.tick(30_000, 0, 0);
    timers.read(31_000, 1, false);
    expect(firstVerdict(timers, 31_100, 300_000)).to.deep.equal([61_000, "send_enquire"]);
  });

  it("spreads the probes over 90 to 110 per cent of the interval", () => {
    const early = new Timers(LIMITS, 0, 0);
    const late = new Timers(LIMITS, 0, 0.999);
    early.bound();
    late.bound();
    expect(firstVerdict(early, 0, 60_000)?.[0]).to.equal(27_000);
    expect(firstVerdict(late, 0, 60_000)?.[0]).to.equal(33_000);
  });

  it("ends a session without transactions although it answers our probes; never when the limit is 0", () => {
    const timers = boundTimers();
    const never = boundTimers({ ...LIMITS, idleMs: 0 });
    for (let now = 0; now < 300_000; now += 10_000) {
      timers.read(now, 1, false);
      never.read(now, 1, false);
      expect(timers.tick(now, 0, 0)).to.equal("none");
    }
    expect(timers.tick(300_000, 0, 0)).to.equal("idle");
    expect(never.tick(300_000, 0, 0)).to.equal("none");
  });

  it("ends a session whose frame takes too long, however steadily its octets come", () => {
    const timers = boundTimers();
    for (let now = 1_000; now < 11_000; now += 1_000) {
      timers.read(now, 0, true);
      expect(timers.tick(now, 0, 0)).to.equal("none");
    }
    expect(timers.tick(11_000, 0, 0)).to.equal("frame_too_slow");
  });

  it("starts the age of a frame anew when the one before it was completed", () => {
    const timers = boundTimers();
    timers.read(1_000, 0, true);
    timers.read(9_000, 1, true);
    expect(timers.tick(12_000, 0, 0)).to.equal("none");
    expect(timers.tick(19_000, 0, 0)).to.equal("frame_too_slow");
  });

  it("ends a session that lets octets wait without taking any, not one that reads slowly", () => {
    const slow = boundTimers();
    const stuck = boundTimers();
    for (let now = 0; now < 15_000; now += 1_000) {
      slow.read(now, 1, false);
      stuck.read(now, 1, false);
      expect(slow.tick(now, 5_000, now)).to.equal("none");
      expect(stuck.tick(now, 5_000, 0)).to.equal("none");
    }
    expect(slow.tick(15_000, 5_000, 15_000)).to.equal("none");
    expect(stuck.tick(15_000, 5_000, 0)).to.equal("write_stalled");
  });

  it("stands still while reading is paused, but still watches the writing", () => {
    const timers = boundTimers();
    timers.read(0, 0, true);
    timers.pause(5_000);
    expect(firstVerdict(timers, 5_000, 400_000)).to.equal(null);
    expect(timers.sessionMs(400_000)).to.equal(5_000);
    expect(timers.tick(400_100, 10, 0)).to.equal("none");
    expect(timers.tick(415_100, 10, 0)).to.equal("write_stalled");
    timers.resume(500_000);
    expect(timers.sessionMs(500_000)).to.equal(5_000);
    expect(timers.tick(504_900, 0, 0)).to.equal("none");
    expect(timers.tick(505_000, 0, 0)).to.equal("frame_too_slow");
  });
});
