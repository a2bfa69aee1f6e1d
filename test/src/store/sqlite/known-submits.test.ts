import { expect } from "chai";
import { MessageState } from "../../../../protocols/model/state.js";
import { benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";

const KEY = 2 ** 53 - 1;

describe("known submits after a restart", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  it("are those of the last 180 s that bear a key, oldest first, exact to the last bit", () => {
    bench.account("b");
    bench.accept({ key: 1 });
    bench.wallMs += 10_000;
    const at = bench.wallMs;
    const first = bench.accept({ key: KEY }).id;
    bench.accept();
    bench.wallMs += 20_000;
    const second = bench.accept({ account: 2, key: 5, state: MessageState.queued }).id;
    bench.restart(160_000);
    expect(bench.found.knownSubmits).to.deep.equal([
      { accountNo: 1, key: KEY, messageId: first, acceptedAtMs: at }, { accountNo: 2, key: 5, messageId: second, acceptedAtMs: at + 20_000 },
    ]);
    bench.restart(1_000);
    expect(bench.found.knownSubmits.map((each) => each.messageId)).to.deep.equal([second]);
    bench.restart(180_000);
    expect(bench.found.knownSubmits).to.deep.equal([]);
  });

  it("name a submit to several destinations once, by its first message", () => {
    let ids: number[] = [];
    bench.batch(() => (ids = bench.putGroup([{ key: 9 }, { key: 9 }, { key: 9 }])));
    bench.restart();
    expect(bench.found.knownSubmits.map((each) => [each.key, each.messageId])).to.deep.equal([[9, ids[0]]]);
  });

  it("are found across midnight, in the files of both days", () => {
    bench.wallMs += 12 * 3_600_000 - 1_000;
    const before = bench.accept({ key: 3 }).id;
    bench.wallMs += 2_000;
    const after = bench.accept({ key: 4 }).id;
    bench.restart();
    expect(bench.found.knownSubmits.map((each) => each.messageId)).to.deep.equal([before, after]);
    expect(bench.engine.openDays).to.equal(2);
  });

  it("of messages that were refused are none", () => {
    bench.accept({ key: 3, charge: 2_000_000 });
    bench.restart();
    expect(bench.found.knownSubmits).to.deep.equal([]);
  });
});
