import { expect } from "chai";
import { MessageState } from "../../../../protocols/model/state.js";
import { Bench, LANE } from "../engine-bench.js";

describe("scheduled messages in the store", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
    bench.account("a");
  });
  afterEach(() => {
    expect(bench.problems(), "verify").to.deep.equal([]);
    bench.close();
  });

  it("looks at the account again at release: one that is suspended by then sends nothing, and has its money back", () => {
    const { id } = bench.accept({ state: MessageState.scheduled, dueMs: bench.wallMs + 60_000 });
    bench.engine.change({ kind: "account.suspend", actor: "test", name: "a", reason: "unpaid" }, bench.wallMs);
    bench.sweep(60_000);
    expect(bench.row(id).state).to.equal(MessageState.rejected);
    expect(bench.notices).to.have.length(1);
    expect(bench.notices[0]).to.include({ messageId: id, state: MessageState.rejected, error: "111", stateWord: "TG:0111" });
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000, held: 0, spent: 0 });
    expect(bench.claim(LANE, 9)).to.deep.equal({ messages: [], remaining: 0 });
  });
});
