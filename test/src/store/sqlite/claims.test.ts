import { expect } from "chai";
import { MessageState } from "../../../../protocols/model/state.js";
import { LANE, benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";

describe("claims", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  it("give no more than 4 MiB of messages at once, and the rest in order when they are asked again", () => {
    const ids = Array.from({ length: 100 }, () => bench.accept({ state: MessageState.queued, octets: Buffer.alloc(65_000, "x"), charge: 1 }).id);
    const first = bench.claim(LANE, 100);
    const second = bench.claim(LANE, 100);
    expect([first.messages.length, first.remaining, second.messages.length, second.remaining]).to.deep.equal([65, 35, 35, 0]);
    expect([...first.messages, ...second.messages].map(({ message }) => message.id)).to.deep.equal(ids);
  });
});
