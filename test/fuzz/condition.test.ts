import { expect } from "chai";
import { MOST_RESIDENT_GROWTH_MB, MOST_THREAD_GROWTH_MB, growth, shownMemory } from "./condition.js";
import type { Memory } from "./condition.js";

const MB = 1_048_576;

function memory(network: number, writer: number, residentMb: number, external = 0): Memory {
  return { threads: [{ thread: "network", heap: network * MB, external: external * MB }, { thread: "writer", heap: writer * MB, external: 0 }], residentMb };
}

describe("the judge of a daemon's memory", () => {
  it("finds nothing in threads and a process that have grown by what they may, or have shrunk", () => {
    const before = memory(18, 8, 140);
    expect(growth(before, memory(18 + MOST_THREAD_GROWTH_MB, 8, 140 + MOST_RESIDENT_GROWTH_MB))).to.deep.equal([]);
    expect(growth(before, memory(10, 1, 90))).to.deep.equal([]);
  });

  it("names each thread that holds more, be it on the heap or in buffers", () => {
    const before = memory(18, 8, 140);
    expect(growth(before, memory(18 + 2, 8 + 4, 140, 2))).to.deep.equal(["network by 4.0 MB", "writer by 4.0 MB"]);
  });

  it("names the process when what grows is neither", () => {
    expect(growth(memory(18, 8, 140), memory(18, 8, 141 + MOST_RESIDENT_GROWTH_MB))).to.deep.equal([`the process by ${MOST_RESIDENT_GROWTH_MB + 1} MB`]);
  });

  it("does not judge a thread that was not there before, which has its own first weight", () => {
    expect(growth({ threads: [], residentMb: 140 }, memory(18, 8, 140))).to.deep.equal([]);
  });

  it("shows heap and buffers of each thread", () => {
    expect(shownMemory(memory(18.25, 8, 140, 3.5))).to.equal("network 18.3+3.5, writer 8.0+0.0, resident 140 MB");
  });
});
