import { expect } from "chai";
import { MessageState } from "../../../../protocols/model/state.js";
import { Commit } from "../../../../src/store/store.js";
import { Notify } from "../../../../src/store/sqlite/day-schema.js";
import { LANE, PRICE, benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";

describe("a message that its customer takes back", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  const { held, scheduled, queued, retry } = MessageState;

  /** A message that waits in this state. */
  function waiting(state: MessageState): number {
    if (state !== retry) return bench.accept({ state, dueMs: bench.wallMs + 60_000 }).id;
    const { id } = bench.accept();
    bench.requeue(id, 1, 88, bench.wallMs + 60_000);
    return id;
  }

  for (const state of [held, scheduled, queued, retry]) {
    it(`while it is ${Object.entries(MessageState).find(([, no]) => no === state)?.[0]} ends DELETED, with its money and its receipt`, () => {
      const id = waiting(state);
      const { commit, notice } = bench.cancel(id);
      expect(commit).to.equal(Commit.ok);
      expect(notice).to.include({ kind: "receipt", messageId: id, state: MessageState.deleted, error: "000", stateWord: "" });
      expect(bench.row(id)).to.include({ state: MessageState.deleted, notify: Notify.pending });
      expect(bench.outbox(1, 0, 9)).to.deep.equal([notice]);
      expect(bench.money(1)).to.deep.equal({ available: 1_000_000, held: 0, spent: 0 });
      expect(bench.unqueued).to.deep.equal(state === queued ? [[LANE, 1]] : []);
      expect(bench.claim(LANE, 9).messages).to.deep.equal([]);
      expect(bench.dispatch(id)).to.equal(Commit.notApplicable);
      expect(bench.cancel(id)).to.deep.equal({ commit: Commit.notApplicable, notice: null });
      bench.sweep(120_000);
      expect(bench.row(id).state).to.equal(MessageState.deleted);
    });
  }

  it("that was handed out to be sent is not sent: its dispatch comes too late", () => {
    const id = waiting(queued);
    expect(bench.claim(LANE, 9).messages).to.have.length(1);
    expect(bench.cancel(id).commit).to.equal(Commit.ok);
    expect(bench.dispatch(id)).to.equal(Commit.notApplicable);
  });

  it("tells only a customer who wants to know of failures", () => {
    const { id } = bench.accept({ state: queued, wanted: 1 });
    expect(bench.cancel(id)).to.deep.equal({ commit: Commit.ok, notice: null });
  });

  it("once it is out cannot be taken back, nor once it has ended, nor when a try of it may have been taken", () => {
    const out = bench.accept().id;
    const unanswered = bench.accept().id;
    bench.uncertain(unanswered);
    const sent = bench.accept().id;
    bench.sent(sent, "K");
    const ended = bench.accept().id;
    bench.refused(ended, 1, "X");
    bench.sweep(30_000);
    expect(bench.row(unanswered).state, "sent again").to.equal(queued);
    for (const id of [out, unanswered, sent, ended]) expect(bench.cancel(id), String(id)).to.deep.equal({ commit: Commit.notApplicable, notice: null });
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - 3 * PRICE, held: 2 * PRICE, spent: PRICE });
  });

  it("is only found by its own account, with the addresses and the service type it was sent with", () => {
    bench.account("b");
    const { id } = bench.accept({ state: queued, service: "WX01" });
    const { notFound } = Commit;
    expect(bench.cancel(id, { account: 2 }).commit).to.equal(notFound);
    expect(bench.cancel(id, { account: 0 }).commit).to.equal(notFound);
    expect(bench.cancel(id + 1).commit).to.equal(notFound);
    expect(bench.cancel(17).commit).to.equal(notFound);
    expect(bench.cancel(id, { source: "1068" }).commit).to.equal(notFound);
    expect(bench.cancel(id, { destination: "13800138001" }).commit).to.equal(notFound);
    expect(bench.cancel(id, { service: "WX" }).commit).to.equal(notFound);
    expect(bench.row(id).state).to.equal(queued);
    expect(bench.cancel(id, { source: "1069", destination: "13800138000", service: "WX01" }).commit).to.equal(Commit.ok);
  });

  it("in parts none of which is out ends with all of them; a part by itself is nobody's", () => {
    const { id, parts } = bench.split(3);
    bench.dispatch(parts[1] as number);
    bench.requeue(parts[1] as number, 1, 88, bench.wallMs + 1_000);
    expect(bench.cancel(parts[0] as number).commit).to.equal(Commit.notFound);
    bench.queued.length = 0;
    const { commit, notice } = bench.cancel(id);
    expect(commit).to.equal(Commit.ok);
    expect(notice).to.include({ messageId: id, state: MessageState.deleted });
    expect([id, ...parts].map((each) => bench.row(each).state)).to.deep.equal(new Array(4).fill(MessageState.deleted));
    expect(bench.unqueued).to.deep.equal([[LANE, 2]]);
    expect(bench.outbox(1, 0, 9)).to.deep.equal([notice]);
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000, held: 0, spent: 0 });
    bench.sweep(2_000);
    expect(bench.queued).to.deep.equal([]);
  });

  it("in parts one of which is out, or may be, cannot be taken back", () => {
    const out = bench.split(2);
    bench.dispatch(out.parts[0] as number);
    const twice = bench.split(2);
    bench.dispatch(twice.parts[1] as number);
    bench.uncertain(twice.parts[1] as number);
    bench.sweep(30_000);
    expect(bench.row(twice.parts[1] as number).state).to.equal(queued);
    for (const { id } of [out, twice]) expect(bench.cancel(id).commit).to.equal(Commit.notApplicable);
  });
});
