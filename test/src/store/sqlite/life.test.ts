import { expect } from "chai";
import { Encoding } from "../../../../protocols/model/message.js";
import { Outcome } from "../../../../protocols/model/outcome.js";
import type { Notice, ReceiptNotice } from "../../../../protocols/model/receipt.js";
import { MessageState } from "../../../../protocols/model/state.js";
import { messageId } from "../../../../protocols/model/message-id.js";
import { Commit } from "../../../../src/store/store.js";
import { Notify } from "../../../../src/store/sqlite/day-schema.js";
import { hashKey } from "../../../../src/store/sqlite/row.js";
import { LANE, NOON, PRICE, benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";

describe("a message's life in the store", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  it("goes from acceptance to the customer's acknowledgement, each step on disk", () => {
    const { id, commit } = bench.accept();
    expect(commit).to.equal(Commit.ok);
    expect(bench.row(id)).to.include({ state: MessageState.dispatched, attempts: 1, link: 1, operator: 1, dispatched_at: NOON, notify: Notify.none });
    bench.wallMs += 50;
    expect(bench.sent(id, "ab12")).to.equal(Commit.ok);
    expect(bench.row(id)).to.include({ state: MessageState.sent, sent_at: NOON + 50, dispatched_at: NOON });
    bench.wallMs += 50;
    const { notice, matched } = bench.receipt(["NOPE", "AB12"], { word: "DELIVRD", error: "000" });
    expect(matched).to.equal(1);
    expect(notice).to.deep.include({
      kind: "receipt", accountNo: 1, messageId: id, source: "1069", destination: "13800138000", state: MessageState.delivered, error: "000", stateWord: "",
      submittedAtMs: NOON, doneAtMs: NOON + 100,
    });
    expect(bench.outbox(1, 0, 10)).to.deep.equal([notice]);
    bench.wallMs += 50;
    expect(bench.notified(notice as Notice)).to.equal(Commit.ok);
    expect(bench.row(id)).to.include({ notify: Notify.done, final_at: NOON + 100, notified_at: NOON + 150 });
    expect(bench.outbox(1, 0, 10)).to.deep.equal([]);
    expect(bench.notified(notice as Notice)).to.equal(Commit.notApplicable);
  });

  it("answers the same intent again as it did before, and changes nothing", () => {
    const { id } = bench.accept();
    expect(bench.accept({ id }).commit).to.equal(Commit.ok);
    bench.sent(id, "K");
    expect(bench.sent(id, "K")).to.equal(Commit.ok);
    const queued = bench.accept({ state: MessageState.queued }).id;
    expect(bench.dispatch(queued)).to.equal(Commit.ok);
    expect(bench.dispatch(queued)).to.equal(Commit.ok);
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - 2 * PRICE, held: PRICE, spent: PRICE });
  });

  it("does not know ids it never had", () => {
    expect(bench.sent(12_345, "K")).to.equal(Commit.notApplicable);
    expect(bench.dispatch(bench.id())).to.equal(Commit.notApplicable);
    expect(bench.end(bench.id(), MessageState.deleted, Outcome.ok).commit).to.equal(Commit.notApplicable);
  });

  it("carries a message that had a long queue before it like any other, though it was not remembered", () => {
    const ids: number[] = [];
    bench.topUp("a", 9_000 * PRICE);
    bench.batch(() => {
      for (let i = 0; i < 8_200; i++) ids.push(bench.putAccept({ state: MessageState.queued }));
    });
    const { messages, remaining } = bench.claim(LANE, 8_200);
    expect(remaining).to.equal(0);
    expect(messages.map((stored) => stored.message.id)).to.deep.equal(ids);
    const last = ids.at(-1) as number;
    expect(bench.dispatch(last)).to.equal(Commit.ok);
    expect(bench.sent(last, "LAST")).to.equal(Commit.ok);
    expect(bench.receipt(["LAST"]).notice).to.include({ messageId: last, state: MessageState.delivered });
  });

  it("tells the customer nothing that was not asked for", () => {
    const { id } = bench.accept({ wanted: 2 });
    bench.sent(id, "K");
    expect(bench.receipt(["K"]).notice).to.equal(null);
    expect(bench.row(id).notify).to.equal(Notify.none);
  });

  it("passes an interim report on where asked for, and lets the final one take its place", () => {
    const { id } = bench.accept({ wanted: 7 });
    bench.sent(id, "K");
    const interim = bench.receipt(["K"], { final: false, state: MessageState.sent, word: "ACCEPTD" });
    expect(interim.commit).to.equal(Commit.interim);
    expect(interim.notice).to.include({ state: MessageState.sent });
    const final = bench.receipt(["K"]);
    expect(final.notice).to.include({ state: MessageState.delivered });
    expect(bench.notified(interim.notice as Notice)).to.equal(Commit.notApplicable);
    expect(bench.outbox(1, 0, 10).map((each) => each.order)).to.deep.equal([final.notice?.order]);
  });

  it("keeps the operator's own words and codes and the submit's service for the receipt, across a restart", () => {
    const { id } = bench.accept({ service: "SVC0000ÿ01" });
    bench.sent(id, "K");
    const { notice } = bench.receipt(["K"], { state: MessageState.undeliverable, word: "MK:0001", error: "0x21" });
    expect(notice).to.include({ stateWord: "MK:0001", error: "0x21", serviceType: "SVC0000ÿ01" });
    bench.restart();
    expect(bench.found.outbox.get(1)).to.equal(1);
    expect(bench.outbox(1, 0, 10)).to.deep.equal([notice]);
  });

  describe("reports", () => {
    it("that come twice are repeated, that differ contradictory, and neither moves anything", () => {
      const { id } = bench.accept();
      bench.sent(id, "K");
      bench.receipt(["K"]);
      const before = bench.row(id);
      expect(bench.receipt(["K"]).commit).to.equal(Commit.repeated);
      expect(bench.receipt(["K"], { state: MessageState.undeliverable }).commit).to.equal(Commit.contradictory);
      expect(bench.row(id)).to.deep.equal(before);
    });

    it("that come before their answer wait as orphans, and are taken when it comes", () => {
      const { id } = bench.accept();
      expect(bench.receipt(["77", "4D"], { state: MessageState.undeliverable, word: "UNDELIV", error: "1" })).to.include({ commit: Commit.orphan, matched: -1 });
      expect(bench.engine.state.orphans).to.equal(1);
      // Through a restart as well: the orphan is durable.
      bench.restart();
      expect(bench.sent(id, "004d")).to.equal(Commit.ok);
      expect(bench.notices).to.have.length(1);
      expect(bench.notices[0]).to.include({ messageId: id, state: MessageState.undeliverable, error: "1" });
      expect(bench.engine.state.orphans).to.equal(0);
      expect(bench.row(id).state).to.equal(MessageState.undeliverable);
      expect(bench.receipt(["4D"], { state: MessageState.undeliverable }).commit).to.equal(Commit.repeated);
    });

    it("belong to the operator they come from", () => {
      const { id } = bench.accept();
      bench.sent(id, "K");
      expect(bench.receipt(["K"], { operator: 2 }).commit).to.equal(Commit.orphan);
      expect(bench.row(id).state).to.equal(MessageState.sent);
    });

    it("with an unknown id go to the one UNCERTAIN message they can only belong to", () => {
      const { id } = bench.accept({ destination: "13900000001" });
      bench.uncertain(id);
      expect(bench.receipt(["X1"], { destination: "13900000002" }).commit).to.equal(Commit.orphan);
      const { commit, notice } = bench.receipt(["X2"], { destination: "13900000001" });
      expect(commit).to.equal(Commit.ok);
      expect(notice).to.include({ messageId: id, state: MessageState.delivered });
      expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - PRICE, held: 0, spent: PRICE });
      expect(bench.receipt(["X2"], { destination: "13900000001" }).commit).to.equal(Commit.repeated);
    });

    it("that come again after a restart, for a message that has ended, are not taken by another one to the same number", () => {
      const ended = bench.accept().id;
      bench.sent(ended, "A1");
      expect(bench.receipt(["A1"]).commit).to.equal(Commit.ok);
      const { id } = bench.accept();
      bench.uncertain(id);
      bench.restart();
      expect(bench.receipt(["A1"]).commit).to.equal(Commit.repeated);
      expect(bench.row(id).state).to.equal(MessageState.uncertain);
    });

    it("of the latest messages are the ones known as repeated after a restart", () => {
      const place = (key: string): number => hashKey(1, key) & 131_071;
      let other = 0;
      while (place(String(other)) !== place("LATEST")) other++;
      for (const key of [String(other), "LATEST"]) {
        const ended = bench.accept().id;
        bench.sent(ended, key);
        bench.receipt([key]);
        bench.wallMs += 13 * 3_600_000;
      }
      bench.restart();
      expect(bench.receipt(["LATEST"]).commit).to.equal(Commit.repeated);
    });

    it("that came before a message was accepted are not taken by it, though the operator gives it their id", () => {
      expect(bench.receipt(["7"]).commit).to.equal(Commit.orphan);
      bench.wallMs += 3_600_000;
      const { id } = bench.accept();
      bench.sent(id, "7");
      expect(bench.row(id).state).to.equal(MessageState.sent);
      expect(bench.receipt(["7"], { state: MessageState.undeliverable }).notice).to.include({ messageId: id, state: MessageState.undeliverable });
    });

    it("of long ago do not hide the one that an UNCERTAIN message waits for", () => {
      for (let i = 0; i < 20; i++) bench.receipt([`OLD${i}`]);
      bench.wallMs += 3_600_000;
      const { id } = bench.accept();
      bench.receipt(["NEW"]);
      bench.uncertain(id);
      bench.sweep(30_000);
      expect(bench.row(id).state).to.equal(MessageState.delivered);
    });

    it("more than the messages they fit are not shared out, however many", () => {
      const ids: number[] = [];
      for (let i = 0; i < 8; i++) ids.push(bench.accept().id);
      for (const id of ids) bench.uncertain(id);
      for (let i = 0; i < 9; i++) bench.receipt([`X${i}`]);
      bench.sweep(30_000);
      expect(bench.engine.state.orphans).to.equal(9);
    });

    it("that fit two messages go to neither", () => {
      const first = bench.accept().id;
      const second = bench.accept().id;
      bench.uncertain(first);
      bench.uncertain(second);
      expect(bench.receipt(["X"]).commit).to.equal(Commit.orphan);
      expect(bench.row(first).state).to.equal(MessageState.uncertain);
      expect(bench.row(second).state).to.equal(MessageState.uncertain);
    });

    it("as many as there are messages they fit, all saying the same, are shared out when the grace is over", () => {
      const ids = [bench.accept().id, bench.accept().id];
      for (const id of ids) bench.uncertain(id);
      bench.receipt(["X"]);
      bench.receipt(["Y"]);
      expect(bench.engine.state.orphans).to.equal(2);
      bench.sweep(30_000);
      expect(ids.map((id) => bench.row(id).state)).to.deep.equal([MessageState.delivered, MessageState.delivered]);
      expect(bench.notices.map((each) => each.messageId)).to.have.members(ids);
      expect(bench.engine.state.orphans).to.equal(0);
    });

    it("that say different things of messages alike are not shared out", () => {
      const ids = [bench.accept().id, bench.accept().id];
      for (const id of ids) bench.uncertain(id);
      bench.receipt(["X"]);
      bench.receipt(["Y"], { state: MessageState.undeliverable });
      bench.sweep(30_000);
      expect(bench.engine.state.orphans).to.equal(2);
      expect(bench.queued).to.deep.equal([[LANE, 2]]);
    });

    it("that came while the message was merely on its way are taken when its grace is over", () => {
      const { id } = bench.accept();
      expect(bench.receipt(["X"]).commit).to.equal(Commit.orphan);
      bench.uncertain(id);
      bench.sweep(29_999);
      expect(bench.row(id).state).to.equal(MessageState.uncertain);
      bench.sweep(1);
      expect(bench.row(id).state).to.equal(MessageState.delivered);
      expect(bench.notices).to.have.length(1);
      expect(bench.queued).to.deep.equal([]);
    });
  });

  describe("an operator that does not answer", () => {
    it("is asked again once, and the message then waits for its deadline", () => {
      const { id } = bench.accept();
      bench.uncertain(id);
      bench.sweep(30_000);
      expect(bench.queued).to.deep.equal([[LANE, 1]]);
      expect(bench.claim(LANE, 10).messages.map((each) => [each.message.id, each.attempts])).to.deep.equal([[id, 1]]);
      expect(bench.dispatch(id, 2)).to.equal(Commit.ok);
      bench.uncertain(id, 2);
      bench.sweep(30_000);
      expect(bench.row(id)).to.include({ state: MessageState.uncertain, resent: 1 });
      bench.sweep(3_570_000);
      expect(bench.row(id).state).to.equal(MessageState.unknown);
      expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - PRICE, held: 0, spent: PRICE });
      expect(bench.notices.map((each) => (each as ReceiptNotice).state)).to.deep.equal([MessageState.unknown]);
    });

    it("may have taken a message that expires before it is sent again: it ends UNKNOWN, not EXPIRED, and its money by the account's word", () => {
      const ids = [1, 2].map(() => bench.accept({ expiresMs: NOON + 60_000 }).id) as [number, number];
      for (const id of ids) bench.uncertain(id);
      bench.sweep(30_000);
      expect(bench.row(ids[0]).state).to.equal(MessageState.queued);
      expect(bench.end(ids[0], MessageState.expired, Outcome.ok).notice).to.include({ state: MessageState.unknown });
      bench.sweep(30_001);
      expect(ids.map((id) => bench.row(id).state)).to.deep.equal([MessageState.unknown, MessageState.unknown]);
      expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - 2 * PRICE, held: 0, spent: 2 * PRICE });
    });

    it("may still answer late: the message is SENT, and not sent again", () => {
      const { id } = bench.accept();
      bench.uncertain(id);
      bench.sweep(30_000);
      expect(bench.sent(id, "LATE")).to.equal(Commit.ok);
      expect(bench.unqueued).to.deep.equal([[LANE, 1]]);
      expect(bench.claim(LANE, 10)).to.deep.equal({ messages: [], remaining: 0 });
      expect(bench.dispatch(id, 2)).to.equal(Commit.notApplicable);
      expect(bench.receipt(["LATE"]).commit).to.equal(Commit.ok);
    });

    it("with two attempts out, DELIVRD decides at once and a negative waits for the other", () => {
      for (const [first, second, final] of [[MessageState.undeliverable, MessageState.delivered, MessageState.delivered], [MessageState.undeliverable, MessageState.expired, MessageState.expired]] as const) {
        const { id } = bench.accept();
        bench.uncertain(id);
        bench.sweep(30_000);
        bench.dispatch(id, 2);
        bench.sent(id, `A${id}`, 2);
        bench.sent(id, `B${id}`, 1);
        expect(bench.receipt([`B${id}`], { state: first })).to.include({ commit: Commit.ok, notice: null });
        expect(bench.row(id).state).to.equal(MessageState.sent);
        expect(bench.receipt([`A${id}`], { state: second }).notice).to.include({ state: final });
        expect(bench.receipt([`B${id}`], { state: first }).commit).to.equal(Commit.repeated);
      }
    });

    it("under `hold` is left to a person until the deadline; under `fail` ends with the money back", () => {
      bench.policy = { uncertain: "hold", waitMs: 30_000, deadlineMs: 60_000 };
      bench.restart();
      const held = bench.accept().id;
      bench.uncertain(held);
      bench.sweep(30_000);
      expect(bench.row(held).state).to.equal(MessageState.uncertain);
      bench.sweep(30_000);
      expect(bench.row(held).state).to.equal(MessageState.unknown);
      bench.policy = { uncertain: "fail", waitMs: 30_000, deadlineMs: 60_000 };
      bench.restart();
      const failed = bench.accept().id;
      bench.uncertain(failed);
      bench.sweep(30_000);
      expect(bench.row(failed).state).to.equal(MessageState.undeliverable);
      expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - PRICE, held: 0, spent: PRICE });
    });

    it("is uncertain about everything that was out at a restart, with its own grace", () => {
      const { id } = bench.accept();
      const waits = bench.accept({ state: MessageState.queued }).id;
      bench.policy = { uncertain: "resend", waitMs: 5_000, deadlineMs: 60_000 };
      bench.restart(1_000);
      expect(bench.found).to.deep.include({ uncertain: 1, highestId: waits });
      expect(bench.found.lanes).to.deep.equal(new Map([[LANE, 1]]));
      expect(bench.row(id).state).to.equal(MessageState.uncertain);
      bench.sweep(5_000);
      expect(bench.row(id).state).to.equal(MessageState.queued);
      expect(bench.claim(LANE, 10).messages.map((each) => each.message.id)).to.deep.equal([waits, id]);
    });
  });

  describe("waiting", () => {
    it("hands queued messages out in order, never twice, and says how many are left", () => {
      const ids: number[] = [];
      bench.batch(() => {
        for (let i = 0; i < 5; i++) ids.push(bench.putAccept({ state: MessageState.queued, octets: Buffer.from([i]) }));
        bench.putAccept({ state: MessageState.queued, lane: LANE + 1 });
      });
      const first = bench.claim(LANE, 3);
      expect(first.messages.map((each) => each.message.id)).to.deep.equal(ids.slice(0, 3));
      expect(first.remaining).to.equal(2);
      expect(first.messages.map((each) => each.message.octets[0])).to.deep.equal([0, 1, 2]);
      const second = bench.claim(LANE, 3);
      expect(second.messages.map((each) => each.message.id)).to.deep.equal(ids.slice(3));
      expect(second.remaining).to.equal(0);
      expect(bench.claim(LANE, 3)).to.deep.equal({ messages: [], remaining: 0 });
      expect(bench.claim(LANE + 1, 3).messages).to.have.length(1);
    });

    it("brings the whole message back as it was accepted", () => {
      const { id } = bench.accept({ state: MessageState.queued, source: "Tollgate", destination: "+8613800138000", octets: Buffer.from("4f60597d", "hex"), segments: 3, flags: "敏感:词" });
      const stored = bench.claim(LANE, 1).messages[0];
      expect(stored).to.deep.include({ accountNo: 1, laneNo: LANE, operatorNo: 1, attempts: 0, segments: 3, wordsVersion: 7, state: MessageState.queued });
      expect(stored?.message).to.deep.include({ id, source: "Tollgate", destination: "+8613800138000", encoding: Encoding.gsm7, receiptWanted: 3 });
      expect(stored?.message.octets.toString("hex")).to.equal("4f60597d");
    });

    it("a message never written goes back with its try untaken; one put off waits for its time at the end of its lane", () => {
      const { id } = bench.accept();
      expect(bench.requeue(id, 1, 0, 0)).to.equal(Commit.ok);
      expect(bench.row(id)).to.include({ state: MessageState.queued, attempts: 0 });
      expect(bench.queued.splice(0)).to.deep.equal([[LANE, 1]]);
      bench.claim(LANE, 1);
      bench.dispatch(id, 1);
      expect(bench.requeue(id, 1, 88, bench.wallMs + 10_000)).to.equal(Commit.ok);
      expect(bench.row(id)).to.include({ state: MessageState.retry, attempts: 1 });
      const other = bench.accept({ state: MessageState.queued }).id;
      bench.sweep(9_999);
      expect(bench.row(id).state).to.equal(MessageState.retry);
      bench.sweep(1);
      expect(bench.queued).to.deep.equal([[LANE, 1]]);
      expect(bench.claim(LANE, 10).messages.map((each) => each.message.id)).to.deep.equal([other, id]);
    });

    it("expires with the money back and a notice, from every waiting state", () => {
      const expiresMs = bench.wallMs + 60_000;
      const queued = bench.accept({ state: MessageState.queued, expiresMs }).id;
      const held = bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 90_000, expiresMs }).id;
      const scheduled = bench.accept({ state: MessageState.scheduled, dueMs: bench.wallMs + 90_000, expiresMs }).id;
      const retry = bench.accept({ expiresMs }).id;
      bench.requeue(retry, 1, 88, bench.wallMs + 90_000);
      bench.sweep(59_999);
      expect(bench.notices).to.have.length(0);
      bench.sweep(1);
      for (const id of [queued, held, scheduled, retry]) expect(bench.row(id).state, String(id)).to.equal(MessageState.expired);
      expect(bench.notices.map((each) => each.messageId).sort()).to.deep.equal([queued, held, scheduled, retry].sort());
      expect(bench.unqueued).to.deep.equal([[LANE, 1]]);
      expect(bench.money(1)).to.deep.equal({ available: 1_000_000, held: 0, spent: 0 });
      expect(bench.claim(LANE, 9)).to.deep.equal({ messages: [], remaining: 0 });
    });

    it("a scheduled message is queued when its time has come", () => {
      const { id } = bench.accept({ state: MessageState.scheduled, dueMs: bench.wallMs + 60_000 });
      bench.sweep(59_999);
      expect(bench.row(id).state).to.equal(MessageState.scheduled);
      bench.sweep(1);
      expect(bench.row(id).state).to.equal(MessageState.queued);
      expect(bench.queued).to.deep.equal([[LANE, 1]]);
    });

    it("a held segment is told when its deadline has passed, and again if nothing is done about it", () => {
      const { id } = bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 60_000 });
      bench.sweep(60_000);
      expect(bench.overdue.map((each) => each.message.id)).to.deep.equal([id]);
      bench.sweep(1_000);
      expect(bench.overdue).to.have.length(1);
      bench.sweep(30_000);
      expect(bench.overdue).to.have.length(2);
      expect(bench.release(id, 9)).to.equal(Commit.ok);
      expect(bench.claim(LANE, 1).messages[0]).to.include({ wordsVersion: 9 });
    });

    it("held segments are there again after a restart", () => {
      const { id } = bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 60_000 });
      bench.restart();
      expect(bench.held.map((each) => [each.message.id, each.state])).to.deep.equal([[id, MessageState.held]]);
    });

    it("ends by our own refusal with its code in the receipt", () => {
      const { id } = bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 60_000 });
      const { commit, notice } = bench.end(id, MessageState.rejected, Outcome.blocked_content);
      expect(commit).to.equal(Commit.ok);
      expect(notice).to.include({ state: MessageState.rejected, stateWord: "TG:0101", error: "101" });
      expect(bench.end(id, MessageState.rejected, Outcome.blocked_content).commit).to.equal(Commit.notApplicable);
      expect(bench.money(1)).to.deep.equal({ available: 1_000_000, held: 0, spent: 0 });
    });

    it("sweeps a bounded number at a time and comes to all of them", () => {
      bench.topUp("a", 3_000 * PRICE);
      bench.batch(() => {
        for (let i = 0; i < 2_500; i++) bench.putAccept({ state: MessageState.queued, expiresMs: bench.wallMs + 1_000 });
      });
      bench.sweep(1_000);
      expect(bench.notices.length).to.equal(2_000);
      bench.sweep(1);
      expect(bench.notices.length).to.equal(2_500);
    });

    it("given up is over for a report that comes later, also when another row took its place in memory", () => {
      const second = Math.floor(bench.wallMs / 1_000);
      // These two ids have the same place in the memory of rows.
      const { id } = bench.accept({ id: messageId(second, 0, 40_503) });
      bench.sent(id, "K");
      bench.accept({ id: messageId(second + 1, 0, 0), state: MessageState.queued });
      bench.sweep(259_201_000);
      const before = bench.row(id);
      expect(before.state).to.equal(MessageState.unknown);
      expect(bench.receipt(["K"], { state: MessageState.undeliverable }).notice).to.equal(null);
      expect(bench.row(id)).to.deep.equal(before);
    });

    it("given up in a batch that failed is given up again", () => {
      const { id } = bench.accept();
      bench.sent(id, "K");
      const file = bench.engine.state.days.open()[0];
      if (file === undefined) throw new Error("no day");
      const commit = file.commit.bind(file);
      let fails = true;
      file.commit = (nowMs, order) => {
        if (fails) throw Object.assign(new Error("full"), { code: "SQLITE_FULL" });
        commit(nowMs, order);
      };
      bench.sweep(96 * 3_600_000);
      expect(bench.row(id).state).to.equal(MessageState.sent);
      fails = false;
      bench.sweep(1_000);
      bench.sweep(1_000);
      expect(bench.row(id).state).to.equal(MessageState.unknown);
    });

    it("SENT in an older day is looked at though a newer one has many messages", () => {
      bench.topUp("a", 3_000 * PRICE);
      const { id } = bench.accept();
      bench.sent(id, "K");
      bench.wallMs += 24 * 3_600_000;
      bench.batch(() => {
        for (let i = 0; i < 2_500; i++) bench.putAccept({ state: MessageState.queued, expiresMs: bench.wallMs + 1_000_000_000 });
      });
      bench.sweep(259_202_000);
      expect(bench.row(id).state).to.equal(MessageState.unknown);
    });

    it("SENT without a receipt for the horizon is UNKNOWN and settles by the account's word", () => {
      bench.account("b", { settle: "delivered", onUnknown: "release" });
      const { id } = bench.accept({ account: 2, expiresMs: bench.wallMs + 1_000_000_000 });
      bench.sent(id, "K");
      const late = bench.accept({ account: 1 }).id;
      bench.sweep(259_199_000);
      expect(bench.row(id).state).to.equal(MessageState.sent);
      bench.sent(late, "L");
      bench.sweep(1_001);
      expect(bench.row(id).state).to.equal(MessageState.unknown);
      expect(bench.row(late).state, "sent only now").to.equal(MessageState.sent);
      expect(bench.money(2)).to.deep.equal({ available: 1_000_000, held: 0, spent: 0 });
    });
  });

  describe("the outbox", () => {
    it("keeps receipts and MO of an account in order until they are acknowledged or parked", () => {
      const orders: number[] = [];
      for (let i = 0; i < 3; i++) {
        const { id } = bench.accept();
        bench.sent(id, `K${i}`);
        orders.push(bench.receipt([`K${i}`]).notice?.order ?? 0);
        orders.push(bench.inbound(1, "1069", `MO ${i}`).notice?.order ?? 0);
      }
      bench.inbound(0, "999", "nobody's");
      const all = bench.outbox(1, 0, 100);
      expect(all.map((each) => each.order)).to.deep.equal(orders);
      expect(all.map((each) => each.kind)).to.deep.equal(["receipt", "inbound", "receipt", "inbound", "receipt", "inbound"]);
      const mo = all[1] as Extract<Notice, { kind: "inbound" }>;
      expect([mo.message.source, mo.message.destination, mo.message.octets.toString()]).to.deep.equal(["13900139000", "1069", "MO 0"]);
      expect(bench.outbox(1, orders[1] ?? 0, 2).map((each) => each.order)).to.deep.equal(orders.slice(2, 4));
      bench.notified(all[0] as Notice);
      bench.notified(all[1] as Notice, true);
      bench.restart();
      expect(bench.found.outbox).to.deep.equal(new Map([[1, 4]]));
      expect(bench.outbox(1, 0, 100)).to.deep.equal(all.slice(2));
    });
  });

  describe("order and time", () => {
    it("never goes back, even when the clock does", () => {
      const first = bench.accept({ state: MessageState.queued }).id;
      bench.wallMs -= 3_600_000;
      const second = bench.accept({ state: MessageState.queued, id: first + 1 }).id;
      bench.restart();
      const third = bench.accept({ state: MessageState.queued, id: first + 2 }).id;
      expect(bench.claim(LANE, 9).messages.map((each) => each.message.id)).to.deep.equal([first, second, third]);
      expect(bench.row(third).accepted_at).to.equal(NOON);
    });
  });
});
