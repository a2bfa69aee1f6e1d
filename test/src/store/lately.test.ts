import { expect } from "chai";
import { Outcome } from "../../../protocols/model/outcome.js";
import { messageText } from "../../../protocols/model/text.js";
import { MessageState } from "../../../protocols/model/state.js";
import type { LatelyAccepted } from "../../../src/store/query.js";
import { NOON, PRICE, benchEach, type Bench } from "./engine-bench.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe("what was accepted lately", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  /** All of it, answer by answer. */
  function lately(accounts: readonly number[], sinceMs: number): LatelyAccepted[] {
    const all: LatelyAccepted[] = [];
    let beforeId = 0;
    do {
      const answer = bench.ask<"lately">({ kind: "lately", accounts, sinceMs, beforeId });
      all.push(...answer.messages);
      ({ beforeId } = answer);
    } while (beforeId !== 0);
    return all;
  }

  it("is told the latest first, of the accounts asked about, since a time, across days", () => {
    const other = bench.account("b");
    const early = bench.accept().id;
    bench.wallMs += 13 * HOUR_MS;
    bench.accept({ account: other });
    const first = bench.accept({ octets: Buffer.from("one"), signature: 3, destination: "13900139000" }).id;
    bench.wallMs += 13 * HOUR_MS;
    const second = bench.accept({ octets: Buffer.from("two") }).id;
    const found = lately([1, 77], NOON + 1);
    expect(found.map(({ message, accountNo, acceptedAtMs, signatureNo }) => [message.id, accountNo, acceptedAtMs, signatureNo, messageText(message), message.destination])).to.deep.equal([
      [second, 1, NOON + 26 * HOUR_MS, 0, "two", "13800138000"], [first, 1, NOON + 13 * HOUR_MS, 3, "one", "13900139000"],
    ]);
    expect(lately([1], NOON).map(({ message }) => message.id)).to.deep.equal([second, first, early]);
    expect(lately([], NOON)).to.deep.equal([]);
  });

  it("comes in several answers when it is much, none twice and none left out, and without the parts that messages went out in", () => {
    const ids = Array.from({ length: 5 }, () => bench.split(3, { charge: 3 * PRICE, segments: 3 }).id);
    bench.topUp("a", 100_000_000);
    bench.batch(() => {
      for (let i = 0; i < 1_000; i++) ids.push(bench.putAccept({ charge: 0 }));
    });
    bench.wallMs += DAY_MS;
    bench.batch(() => {
      for (let i = 0; i < 1_000; i++) ids.push(bench.putAccept({ charge: 0 }));
    });
    expect(lately([1], NOON).map(({ message }) => message.id)).to.deep.equal([...ids].reverse());
  });

  it("what was refused is told with its number and time", () => {
    bench.refusal(1, Outcome.blasting, "blasting");
    bench.refusal(1, Outcome.frequency, "1/m");
    bench.refusal(2, Outcome.blasting, "blasting");
    bench.wallMs += DAY_MS;
    bench.refusal(1, Outcome.blasting, "blasting");
    const ask = (sinceMs: number): unknown => bench.ask<"refused_lately">({ kind: "refused_lately", accounts: [1], outcome: Outcome.blasting, sinceMs }).refused;
    const one = { accountNo: 1, destination: "", atMs: NOON + DAY_MS };
    expect(ask(NOON)).to.deep.equal([one, { ...one, atMs: NOON }]);
    expect(ask(NOON + 1)).to.deep.equal([one]);
  });

  it("segments are told by day and month, those of sealed days among them", () => {
    const ids = [bench.accept({ segments: 3, wanted: 0, state: MessageState.queued }).id];
    for (const id of ids) bench.end(id, MessageState.expired, 0);
    bench.wallMs += DAY_MS;
    for (let round = 0; round < 20; round++) {
      bench.wallMs += 600_000;
      bench.engine.rest(bench.wallMs);
      while (bench.engine.sealing) bench.engine.sealStep();
    }
    expect(bench.logged).to.include("day_sealed");
    bench.accept({ segments: 2 });
    const ask = (day: string): unknown => bench.ask<"accepted_segments">({ kind: "accepted_segments", day }).accounts;
    expect(ask("20251125")).to.deep.equal([{ accountNo: 1, day: 2, month: 5 }]);
    expect(ask("20251124")).to.deep.equal([{ accountNo: 1, day: 3, month: 5 }]);
    expect([ask("20251224"), ask("nothing")]).to.deep.equal([[], []]);
  });
});
