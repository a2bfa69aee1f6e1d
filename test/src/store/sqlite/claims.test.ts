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

  it("gives inbound messages that are long to their customer in several claims, none left out and none twice", () => {
    const ids = Array.from({ length: 100 }, () => bench.inbound(1, "10690000", "x".repeat(65_000)).id);
    const claimed: number[] = [];
    let [after, claims] = [0, 0];
    for (let notices = bench.outbox(1, after, 2_048); notices.length > 0; notices = bench.outbox(1, after, 2_048)) {
      claims++;
      expect(notices.length).to.be.lessThan(70);
      claimed.push(...notices.map(({ messageId }) => messageId));
      after = notices[notices.length - 1]?.order ?? 0;
    }
    expect(claimed).to.deep.equal(ids);
    expect(claims).to.equal(2);
  });
});
