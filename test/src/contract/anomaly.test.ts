/** What is unusual in an account's traffic, against its own recent past. */
import { expect } from "chai";
import { FailureWatch, LoginWatch, PAST_WINDOWS, RECENT_WINDOWS, SpeedWatch, isLow } from "../../../src/contract/anomaly.js";

describe("failures of an account", () => {
  const usual = (share: number, windows = 20): FailureWatch => {
    const watch = new FailureWatch(100);
    for (let at = 0; at < windows; at++) expect(watch.window(1_000, share * 1_000).on).to.equal(false);
    return watch;
  };

  it("are unusual when clearly more fail than of late, and usual again when it is nearly as before", () => {
    const watch = usual(0.05);
    expect(watch.window(1_000, 120)).to.include({ on: false });
    expect(watch.window(1_000, 400)).to.deep.equal({ on: true, changed: true, detail: "400 of 1000 messages failed (40.0%), usual are 5.3%" });
    expect(watch.window(1_000, 400)).to.include({ on: true, changed: false });
    // Half-way back is not yet usual.
    expect(watch.window(1_000, 140)).to.include({ on: true, changed: false });
    expect(watch.window(1_000, 60)).to.include({ on: false, changed: true });
  });

  it("say nothing in a window of few messages, neither when it begins nor when it ends", () => {
    const watch = usual(0.05);
    expect(watch.window(99, 99).on).to.equal(false);
    watch.window(1_000, 900);
    expect(watch.window(99, 0).on).to.equal(true);
    expect(watch.window(0, 0).on).to.equal(true);
  });

  it("of an account that always fails much are no news, those of a good one are", () => {
    expect(usual(0.25).window(1_000, 350).on).to.equal(false);
    expect(usual(0.02).window(1_000, 130).on).to.equal(true);
  });

  it("of an account without a past are judged by a share that is good for none", () => {
    expect(new FailureWatch(100).window(500, 150).on).to.equal(false);
    expect(new FailureWatch(100).window(500, 300).on).to.equal(true);
  });

  it("do not become usual while the alarm stands, but after a day of it", () => {
    const watch = usual(0.05);
    let windows = 0;
    while (watch.window(1_000, 500).on) windows++;
    expect(windows).to.equal(PAST_WINDOWS);
  });

  it("go on from an alarm that stood before a restart", () => {
    const watch = new FailureWatch(100, true);
    expect(watch.window(1_000, 10)).to.include({ on: false, changed: true });
  });
});

describe("speed of an account", () => {
  const usual = (accepted: number): SpeedWatch => {
    const watch = new SpeedWatch(100);
    for (let at = 0; at < RECENT_WINDOWS + 8; at++) expect(watch.window(accepted + at).on).to.equal(false);
    return watch;
  };

  it("is unusual above three times the busiest window of late", () => {
    const watch = usual(1_000);
    expect(watch.window(3_000).on).to.equal(false);
    expect(watch.window(9_001)).to.include({ on: true, changed: true });
    expect(watch.window(9_500)).to.include({ on: true, changed: false });
    expect(watch.window(1_000)).to.include({ on: false, changed: true });
  });

  it("is unusual below a tenth of what is usual of late", () => {
    const watch = usual(1_000);
    expect(watch.window(90)).to.include({ on: true, changed: true });
    expect(watch.window(500)).to.include({ on: false, changed: true });
  });

  it("of an account that begins, or sends little, says nothing", () => {
    const fresh = new SpeedWatch(100);
    expect(fresh.window(1)).to.include({ on: false });
    expect(fresh.window(100_000).on).to.equal(false);
    const small = usual(10);
    expect(small.window(99).on).to.equal(false);
    expect(small.window(0).on).to.equal(false);
  });

  it("is what is usual now after an hour of it", () => {
    const watch = usual(1_000);
    let windows = 0;
    while (watch.window(10_000).on) windows++;
    expect(windows).to.equal(RECENT_WINDOWS);
    expect(watch.window(10_000).on).to.equal(false);
  });
});

describe("a low balance", () => {
  it("is one below its threshold, until it is a tenth above it", () => {
    expect(isLow(false, 100n, 100)).to.equal(false);
    expect(isLow(false, 99n, 100)).to.equal(true);
    expect(isLow(true, 100n, 100)).to.equal(true);
    expect(isLow(true, 109n, 100)).to.equal(true);
    expect(isLow(true, 110n, 100)).to.equal(false);
  });

  it("is none where there is no threshold, also when it had one before", () => {
    expect(isLow(true, 0n, 0)).to.equal(false);
    expect(isLow(false, -5n, 0)).to.equal(false);
  });
});

describe("failed binds", () => {
  it("are an alarm at so many within the window, and it is over when there were none for as long", () => {
    const watch = new LoginWatch(3, 60_000);
    expect([0, 1_000, 2_000, 3_000].map((atMs) => watch.failed("acme", atMs))).to.deep.equal([false, false, true, false]);
    expect(watch.quiet(62_999)).to.deep.equal([]);
    expect(watch.quiet(63_000)).to.deep.equal(["acme"]);
    expect(watch.failed("acme", 64_000)).to.equal(false);
  });

  it("now and then are none", () => {
    const watch = new LoginWatch(3, 60_000);
    for (let atMs = 0; atMs < 3_600_000; atMs += 40_000) expect(watch.failed("acme", atMs)).to.equal(false);
  });

  it("of many addresses are remembered for a bounded number of them", () => {
    const watch = new LoginWatch(3, 60_000);
    watch.failed("acme", 0);
    for (let at = 0; at < 2_000; at++) watch.failed(`address ${String(at)}`, 1);
    watch.failed("acme", 2);
    expect(watch.failed("acme", 3)).to.equal(false);
    expect(watch.failed("acme", 4)).to.equal(true);
  });
});
