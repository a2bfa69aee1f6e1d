import { expect } from "chai";
import fc from "fast-check";
import { LatencyHistogram } from "../../../src/simulator/latency.js";

describe("LatencyHistogram", () => {
  it("gives percentiles within an eighth above the true one", () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0.001, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 200 }), fc.constantFrom(0.5, 0.9, 0.99, 1), (latencies, share) => {
      const histogram = new LatencyHistogram();
      for (const latency of latencies) histogram.add(latency);
      const truth = latencies.toSorted((a, b) => a - b)[Math.ceil(latencies.length * share) - 1]!;
      expect(histogram.percentileMs(share)).to.be.at.least(truth * 0.999_999).and.at.most(truth * 1.126 + 0.001);
      expect(histogram.maxMs).to.equal(Math.max(...latencies));
    }));
  });

  it("says 0 when nothing was measured", () => {
    expect(new LatencyHistogram().percentileMs(0.99)).to.equal(0);
  });
});
