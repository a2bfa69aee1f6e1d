import { expect } from "chai";
import fc from "fast-check";
import { TokenBucket } from "../../../src/limiter/token-bucket.js";

/** Tries one segment every `everyMs` for `forMs`; returns how many were taken. */
function tries(bucket: TokenBucket, everyMs: number, forMs: number, fromMs = 0): number {
  let taken = 0;
  for (let at = fromMs; at < fromMs + forMs; at += everyMs) if (bucket.take(1, at)) taken++;
  return taken;
}

describe("TokenBucket", () => {
  it("C088 does not let refused tries push the refill back: 1/s tried every 200 ms for 10 s", () => {
    expect(tries(new TokenBucket(1, 1, 0), 200, 10_000)).to.be.within(9, 11);
  });

  it("C088 loses no fraction: 3/s with burst 3 tried every 10 ms for 10 s", () => {
    expect(tries(new TokenBucket(3, 3, 0), 10, 10_000)).to.be.within(32, 34);
  });

  it("C090 fills once while idle: 100/s after 60 s of quiet yields 200 in the next second", () => {
    const bucket = new TokenBucket(100, 100, 0);
    tries(bucket, 10, 1_000);
    expect(tries(bucket, 1, 1_000, 61_000)).to.be.within(198, 202);
  });

  it("takes a message of several segments whole or not at all", () => {
    const bucket = new TokenBucket(10, 10, 0);
    expect(bucket.take(8, 0)).to.equal(true);
    expect(bucket.take(3, 0)).to.equal(false);
    expect(bucket.tokens(0)).to.equal(2);
    expect(bucket.take(2, 0)).to.equal(true);
  });

  it("takes a message larger than the burst from a full bucket and makes it pay the debt off", () => {
    const bucket = new TokenBucket(1, 2, 0);
    expect(bucket.take(5, 0)).to.equal(true);
    expect(bucket.take(1, 3_000)).to.equal(false);
    expect(bucket.take(1, 4_000)).to.equal(true);
  });

  it("takes a new rate at once and keeps what was gained", () => {
    const bucket = new TokenBucket(10, 10, 0);
    tries(bucket, 1, 10);
    bucket.reconfigure(200, 200, 10);
    expect(tries(bucket, 1, 1_000, 10)).to.be.within(199, 201);
  });

  it("never yields more than burst + rate × time, whatever the tries", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 500 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 5 })), { maxLength: 200 }),
        (rate, burst, steps) => {
          const bucket = new TokenBucket(rate, burst, 0);
          let now = 0;
          let taken = 0;
          for (const [wait, segments] of steps) {
            now += wait;
            if (segments <= burst && bucket.take(segments, now)) taken += segments;
          }
          return taken <= burst + (rate * now) / 1_000;
        },
      ),
    );
  });
});
