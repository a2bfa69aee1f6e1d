/** Durations as operators write them. */
import { expect } from "chai";
import fc from "fast-check";
import { formatDuration, parseDuration } from "../../../src/config/duration.js";

describe("duration", () => {
  const cases: [string, number | null][] = [
    ["100ms", 100], ["30s", 30_000], ["5m", 300_000], ["72h", 259_200_000], ["150d", 12_960_000_000], ["0s", 0],
    ["", null], ["30", null], ["s", null], ["1.5s", null], ["-1s", null], ["30 s", null], ["30S", null], ["1h30m", null], ["9999999999s", null],
  ];
  for (const [text, ms] of cases) {
    it(`reads ${JSON.stringify(text)} as ${String(ms)}`, () => expect(parseDuration(text)).to.equal(ms));
  }

  it("writes what it reads back to the same", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 999_999_999 }), (ms) => parseDuration(formatDuration(ms)) === ms));
  });
});
