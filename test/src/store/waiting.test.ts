import { expect } from "chai";
import { MessageState } from "../../../protocols/model/state.js";
import { Commit } from "../../../src/store/store.js";
import { benchEach } from "./engine-bench.js";
import type { Bench, Submitted } from "./engine-bench.js";

const DAY = 86_400_000;

describe("what waits of an account from a source to a destination", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  const waiting = (asked: { accountNo?: number; source?: string; destination?: string; serviceType?: string } = {}): readonly number[] =>
    bench.ask({ kind: "waiting", accountNo: 1, source: "1069", destination: "13800138000", serviceType: "", ...asked }).messageIds;
  const accept = (state: MessageState, submitted: Submitted = {}): number => bench.accept({ state, dueMs: bench.wallMs + 60_000, ...submitted }).id;

  it("is held, scheduled, queued or to be tried again, oldest first, and nothing that is out or has ended", () => {
    const { held, scheduled, queued, dispatched } = MessageState;
    const ids = [held, scheduled, queued].map((state) => accept(state));
    const retried = accept(dispatched);
    bench.requeue(retried, 1, 88, bench.wallMs + 1_000);
    const [out, sent, done, unsure] = [accept(dispatched), accept(dispatched), accept(queued), accept(dispatched)];
    bench.sent(sent, "K");
    bench.cancel(done);
    bench.uncertain(unsure);
    expect(waiting()).to.deep.equal([...ids, retried]);
    bench.requeue(out, 1, 0, 0);
    expect(waiting()).to.deep.equal([...ids, retried, out]);
    bench.restart();
    expect(waiting()).to.deep.equal([...ids, retried, out]);
  });

  it("is its own account's, of exactly this source and destination, and of the service type where one is named", () => {
    bench.account("b");
    const other = accept(MessageState.queued, { account: 2 });
    const sources = ["1069", "10690", "", "1069"].map((source) => accept(MessageState.queued, { source }));
    accept(MessageState.queued, { destination: "+8613800138000" });
    const typed = ["WX", "W", "WXY"].map((service) => accept(MessageState.queued, { service }));
    expect(waiting({ accountNo: 2 })).to.deep.equal([other]);
    expect(waiting()).to.deep.equal([sources[0], sources[3], ...typed]);
    expect(waiting({ source: "" })).to.deep.equal([sources[2]]);
    expect(waiting({ serviceType: "WX" })).to.deep.equal([typed[0]]);
    expect(waiting({ source: "1068" })).to.deep.equal([]);
  });

  it("has a message in parts once while any of them waits", () => {
    const { id, parts } = bench.split(3, { destination: "13800138000" });
    const later = bench.split(2, {}, { dueMs: bench.wallMs + 60_000, between: 2 });
    expect(waiting()).to.deep.equal([id, later.id]);
    for (const part of parts) bench.dispatch(part);
    expect(waiting()).to.deep.equal([later.id]);
    expect(bench.cancel(later.id).commit).to.equal(Commit.ok);
    expect(waiting()).to.deep.equal([]);
  });

  it("is found on every open day, and a thousand at most", () => {
    const first = accept(MessageState.queued, { expiresMs: bench.wallMs + 3 * DAY });
    bench.wallMs += DAY;
    bench.batch(() => {
      for (let i = 0; i < 1_005; i++) bench.putAccept({ state: MessageState.queued, charge: 0 });
    });
    const found = waiting();
    expect([found[0], found.length, new Set(found).size]).to.deep.equal([first, 1_000, 1_000]);
  });

  it("is found among very many others that expire in the same moment", () => {
    const expiresMs = bench.wallMs + DAY;
    for (let at = 0; at < 45; at++) {
      bench.batch(() => {
        for (let i = 0; i < 1_000; i++) bench.putAccept({ state: MessageState.queued, charge: 0, expiresMs, destination: "13900139000" });
      });
      bench.wallMs += 1_000;
    }
    const last = accept(MessageState.queued, { expiresMs });
    expect(waiting()).to.deep.equal([last]);
  }).timeout(30_000);
});
