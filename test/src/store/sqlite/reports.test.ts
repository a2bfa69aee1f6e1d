/** Reports that are hard to read or to place: without an id, or with one that has several readings. */
import { expect } from "chai";
import { MessageState } from "../../../../protocols/model/state.js";
import { Commit } from "../../../../src/store/store.js";
import { OrphanState } from "../../../../src/store/sqlite/day-schema.js";
import { benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";

describe("reports", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  it("C048 that cannot be read are kept with their octets for people to see, and are no message's", () => {
    const { id } = bench.accept();
    const said = { final: false, state: MessageState.unknown, word: "", error: "" };
    expect(bench.receipt([], said)).to.deep.include({ commit: Commit.unreadable, matched: -1, notice: null });
    const kept = bench.books((books) => books.fileOf(id)?.db.prepare("SELECT state_of, op_id, raw FROM orphan").safeIntegers(false).all());
    expect(kept).to.deep.equal([{ state_of: OrphanState.unreadable, op_id: "", raw: Buffer.from("raw") }]);
    expect(bench.engine.state.orphans).to.equal(0);
    bench.uncertain(id);
    bench.sweep(30_000);
    expect(bench.row(id).state).to.equal(MessageState.queued);
    // One that has no id but says how it ended may still be the one UNCERTAIN message's.
    const other = bench.accept({ destination: "13900000009" }).id;
    bench.uncertain(other);
    expect(bench.receipt([], { destination: "13900000009" })).to.include({ commit: Commit.ok });
  });

  it("whose id could be two messages' under different readings go to the one with that destination", () => {
    // The operator answers in hexadecimal and reports in decimal: 16 is the first one's 10, not the second one's 16.
    const first = bench.accept({ destination: "8613800000010" }).id;
    const second = bench.accept({ destination: "8613800000016" }).id;
    bench.sent(first, "10");
    bench.sent(second, "16");
    const { commit, matched, notice } = bench.receipt(["16", "10", "22"], { destination: "13800000010" });
    expect([commit, matched, notice?.messageId]).to.deep.equal([Commit.ok, 1, first]);
    expect(bench.row(second).state).to.equal(MessageState.sent);
    expect(bench.receipt(["22", "16", "34"], { destination: "+8613800000016" }).notice).to.include({ messageId: second });
  });

  it("whose id is an ended message's under one reading and an open one's under another go to the open one", () => {
    const ended = bench.accept({ destination: "13800000016" }).id;
    bench.sent(ended, "16");
    bench.receipt(["22", "16", "34"], { destination: "13800000016" });
    const open = bench.accept({ destination: "13800000010" }).id;
    bench.sent(open, "10");
    expect(bench.receipt(["16", "10", "22"], { destination: "13800000010", state: MessageState.expired }).notice).to.include({ messageId: open });
  });

  it("that may be a message's that is sent again are no other's: both are sent again", () => {
    const [first, second] = [bench.accept().id, bench.accept().id];
    bench.uncertain(first);
    bench.uncertain(second);
    expect(bench.receipt(["X"]).commit).to.equal(Commit.orphan);
    bench.sweep(30_000);
    expect([first, second].map((id) => bench.row(id).state)).to.deep.equal([MessageState.queued, MessageState.queued]);
    expect(bench.engine.state.orphans).to.equal(1);
  });

  it("that may be a message's that the link's policy has ended are no other's", () => {
    bench.policy = { uncertain: "fail", waitMs: 30_000, deadlineMs: 3_600_000 };
    bench.restart();
    const first = bench.accept().id;
    bench.uncertain(first);
    bench.sweep(30_000);
    expect(bench.row(first).state).to.equal(MessageState.undeliverable);
    const second = bench.accept().id;
    bench.uncertain(second);
    expect(bench.receipt(["A1"]).commit).to.equal(Commit.orphan);
    expect(bench.row(second).state).to.equal(MessageState.uncertain);
  });

  it("of the first try of a message that was sent again are not another's that is UNCERTAIN, whatever became of the second try", () => {
    const first = bench.accept().id;
    bench.uncertain(first);
    bench.sweep(30_000);
    bench.dispatch(first, 2);
    bench.sent(first, "A2", 2);
    const second = bench.accept().id;
    bench.uncertain(second);
    bench.restart();
    expect(bench.receipt(["A1"]).commit).to.equal(Commit.orphan);
    expect(bench.row(second).state).to.equal(MessageState.uncertain);
    expect(bench.receipt(["A2"]).notice).to.include({ messageId: first });
    expect(bench.receipt(["B1"]).commit).to.equal(Commit.orphan);
    // Two reports that say the same, and two messages they can belong to: this one has one of them in any case.
    bench.sweep(30_000);
    expect(bench.row(second).state).to.equal(MessageState.delivered);
  });

  it("that came before the answers are taken by the message they went to, whatever else their id could be read as", () => {
    const first = bench.accept({ destination: "13800000010" }).id;
    const second = bench.accept({ destination: "13800000016" }).id;
    expect(bench.receipt(["16", "10", "22"], { destination: "13800000010" }).commit).to.equal(Commit.orphan);
    bench.sent(second, "16");
    expect(bench.row(second).state).to.equal(MessageState.sent);
    bench.sent(first, "10");
    expect(bench.row(first).state).to.equal(MessageState.delivered);
    expect(bench.engine.state.orphans).to.equal(0);
  });

  it("with an ambiguous id and a destination written beyond recognition go to the first reading that fits", () => {
    const { id } = bench.accept({ destination: "13800000010" });
    bench.sent(id, "10");
    expect(bench.receipt(["16", "10", "22"], { destination: "anonymous" }).notice).to.include({ messageId: id });
  });
});
