import { expect } from "chai";
import { newMessage } from "../../../../protocols/model/message.js";
import type { Message } from "../../../../protocols/model/message.js";
import { MessageState } from "../../../../protocols/model/state.js";
import { Commit } from "../../../../src/store/store.js";
import { LANE, benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";

describe("scheduled messages in the store", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

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

  it("does not look at it again after that: what was released before the account was suspended stays queued", () => {
    const { id } = bench.accept({ state: MessageState.scheduled, dueMs: bench.wallMs + 60_000 });
    bench.sweep(60_000);
    bench.engine.change({ kind: "account.suspend", actor: "test", name: "a", reason: "unpaid" }, bench.wallMs);
    bench.sweep(60_000);
    expect([bench.notices, bench.row(id).state, bench.dispatch(id)]).to.deep.equal([[], MessageState.queued, Commit.ok]);
  });

  it("C112 keeps a part until its time when its text has been gathered before that", () => {
    const dueMs = bench.wallMs + 60_000;
    const { id } = bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 30_000 });
    expect(bench.release(id, 9, dueMs)).to.equal(Commit.ok);
    expect(bench.row(id).state).to.equal(MessageState.scheduled);
    bench.sweep(59_999);
    expect([bench.overdue, bench.queued]).to.deep.equal([[], []]);
    bench.sweep(1);
    expect(bench.queued).to.deep.equal([[LANE, 1]]);
    expect(bench.claim(LANE, 1).messages[0]).to.include({ wordsVersion: 9 });
    const late = bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 30_000 }).id;
    expect(bench.release(late, 9, bench.wallMs - 1)).to.equal(Commit.ok);
    expect(bench.row(late).state).to.equal(MessageState.queued);
  });

  it("go out with the content they were given at their release, and keep what was found in the text they came with", () => {
    const { id } = bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 30_000, flags: "gambling:7", service: "WX", octets: Buffer.from("as it came") });
    const rewritten: Message = { ...newMessage(), octets: Buffer.from("as it goes"), segmentTotal: 5, segmentNumber: 2, serviceType: "WX", extras: Buffer.from("Cx"), destination: "1" };
    expect(bench.release(id, 9, 0, rewritten)).to.equal(Commit.ok);
    const message = bench.claim(LANE, 1).messages[0]?.message;
    expect(message).to.include({ segmentTotal: 5, segmentNumber: 2, serviceType: "WX", destination: "13800138000", receiptWanted: 3 });
    expect([message?.octets.toString(), message?.extras?.toString()]).to.deep.equal(["as it goes", "Cx"]);
    expect(bench.ask({ kind: "trace", by: "id", value: String(id), limit: 1 }).traces[0]).to.include({ flags: "gambling:7" });
    // Too late for another.
    expect(bench.release(id, 9, 0, newMessage())).to.equal(Commit.notApplicable);
  });

  it("a held message whose source has letters of its own, or is long, is told when its time is over, as any", () => {
    const sources = ["Bücher", "1".repeat(80)];
    const ids = sources.map((source) => bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 1_000, source }).id);
    bench.sweep(1_000);
    expect(bench.overdue.map(({ message: { id, source } }) => [id, source])).to.deep.equal(ids.map((id, at) => [id, sources[at]]));
  });
});
