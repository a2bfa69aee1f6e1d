import { expect } from "chai";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { SampledLog } from "../../../protocols/wire/sampled-log.js";

describe("SampledLog", () => {
  it("passes a burst, holds back the rest, and says later how much it held back", () => {
    const clock = new ManualClock();
    const lines: Record<string, unknown>[] = [];
    const log = new SampledLog({ event: (_level, event, fields) => lines.push({ event, ...fields }) }, clock, 3, 1);
    for (let i = 0; i < 10; i++) log.event("warn", "frame_refused", { i });
    log.event("warn", "other", {});
    expect(lines.map((line) => line["event"])).to.deep.equal(["frame_refused", "frame_refused", "frame_refused", "other"]);
    clock.advance(1_000);
    log.event("warn", "frame_refused", { i: 11 });
    expect(lines[4]).to.deep.equal({ event: "frame_refused", i: 11, suppressed: 7 });
  });
});
