import { expect } from "chai";
import { messageId } from "../../../../protocols/model/message-id.js";
import { MessageState } from "../../../../protocols/model/state.js";
import { Outcome } from "../../../../protocols/model/outcome.js";
import { ChargeState } from "../../../../src/ledger/settlement.js";
import type { Account } from "../../../../src/ledger/account.js";
import { Commit, MAX_PARTS } from "../../../../src/store/store.js";
import { LANE, PRICE, benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe("a message that goes out in parts", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  const states = (ids: readonly number[]): MessageState[] => ids.map((id) => bench.row(id).state as MessageState);
  const chargeOf = (id: number): number => bench.row(id).charge_state as number;
  const send = (id: number): void => {
    expect(bench.dispatch(id)).to.equal(Commit.ok);
    expect(bench.sent(id, `K${id}`)).to.equal(Commit.ok);
  };
  const report = (id: number, state: MessageState, word = "UNDELIV", error = "21"): void => {
    bench.receipt([`K${id}`], { state, word, error });
  };
  const set = (settings: Partial<Account>): void => {
    bench.engine.change({ kind: "account.set", actor: "test", name: "a", settings }, bench.wallMs);
  };
  const told = (): unknown[] => bench.notices.map((each) => (each.kind === "receipt" ? [each.messageId, each.state, each.error, each.stateWord] : each.kind));

  it("is SENT with its last part, DELIVERED with its last report, charged once and told once", () => {
    const { id, parts } = bench.split(3, { charge: 3 * PRICE, segments: 3 });
    expect(bench.row(id)).to.include({ state: MessageState.split, parts: 3, attempts: 0, words: 9 });
    expect(parts.map((part) => bench.row(part).whole)).to.deep.equal([id, id, id]);
    expect(bench.queued).to.deep.equal([[LANE, 3]]);
    const { messages } = bench.claim(LANE, 9);
    expect(messages.map((each) => [each.message.id, each.message.octets.toString(), each.message.receiptWanted, each.message.expiresAtMs]))
      .to.deep.equal(parts.map((part, i) => [part, `part ${i + 1}`, 7, bench.wallMs + DAY]));
    send(parts[2] as number);
    send(parts[0] as number);
    expect(states([id])).to.deep.equal([MessageState.split]);
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - 3 * PRICE, held: 3 * PRICE, spent: 0 });
    send(parts[1] as number);
    expect(bench.row(id)).to.include({ state: MessageState.sent, sent_at: bench.wallMs, charge_state: ChargeState.settled });
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - 3 * PRICE, held: 0, spent: 3 * PRICE });
    for (const part of parts) {
      expect(told()).to.deep.equal([]);
      report(part, MessageState.delivered, "DELIVRD", "000");
    }
    expect(told()).to.deep.equal([[id, MessageState.delivered, "000", ""]]);
    expect(states([id, ...parts])).to.deep.equal(new Array(4).fill(MessageState.delivered));
    expect(bench.outbox(1, 0, 9)).to.deep.equal(bench.notices);
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - 3 * PRICE, held: 0, spent: 3 * PRICE });
  });

  it("is split once: the same again is ok, anything else does not apply, and nobody dispatches it as it is", () => {
    const { id, parts } = bench.split(2);
    const again = bench.batch(() => {
      bench.putSplit(id, { parts: 2 });
      bench.putSplit(id, { parts: 3 });
      bench.putSplit(parts[0] as number, { parts: 1 });
      bench.putSplit(bench.id(), { parts: 1 });
      bench.putDispatch(id);
      bench.putSent(id, "K");
    });
    expect(again.map((each) => each.commit)).to.deep.equal([Commit.ok, ...new Array<Commit>(5).fill(Commit.notApplicable)]);
    expect(bench.queued).to.deep.equal([[LANE, 2]]);
    expect(bench.claim(LANE, 9).messages).to.have.length(2);
  });

  it("has at most 255 parts, behind its own id and of its second; what is otherwise fails alone and leaves it held", () => {
    const held = bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 1_000 }).id;
    bench.reserve(300);
    const other = bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 1_000 }).id;
    const answers = bench.batch(() => {
      bench.putSplit(held, { parts: MAX_PARTS + 1 });
      bench.putSplit(held, { parts: 0 });
      bench.putSplit(held, { parts: 3, from: held - 2 });
      bench.putSplit(held, { parts: 3, from: held + 65_536 });
      bench.putSplit(held, { parts: 3, from: held + 4_194_304 });
      bench.putSplit(held, { parts: MAX_PARTS });
      // The ids behind this one are taken.
      bench.putAccept({ id: other + 2 });
      bench.putSplit(other, { parts: 3 });
    });
    expect(answers.map((each) => each.commit)).to.deep.equal([...new Array<Commit>(5).fill(Commit.failed), Commit.ok, Commit.ok, Commit.failed]);
    expect(states([held, other])).to.deep.equal([MessageState.split, MessageState.held]);
    expect(bench.row(held).parts).to.equal(MAX_PARTS);
  });

  it("may have its parts anywhere behind it in its second: those of one submit stand in a row, and each has its own", () => {
    const held = { state: MessageState.held, dueMs: bench.wallMs + HOUR, charge: 2 * PRICE, segments: 2 };
    let wholes: number[] = [];
    bench.batch(() => (wholes = bench.putGroup([held, held, held, held])));
    bench.reserve(8);
    const partsOf = wholes.map((_, i) => [1, 2].map((no) => (wholes[3] as number) + 2 * i + no));
    bench.batch(() => wholes.forEach((id, i) => bench.putSplit(id, { parts: 2, between: 3 - i + 2 * i })));
    expect(states(wholes)).to.deep.equal(new Array(4).fill(MessageState.split));
    wholes.forEach((id, i) => {
      expect(bench.row(id)).to.include({ parts: 2, first_part: partsOf[i]?.[0], link: 0, attempts: 0 });
      expect(partsOf[i]?.map((part) => bench.row(part).whole)).to.deep.equal([id, id]);
    });
    const [delivered, broken, back, waits] = partsOf as [number[], number[], number[], number[]];
    bench.restart();
    delivered.forEach(send);
    for (const part of delivered) report(part, MessageState.delivered, "DELIVRD", "000");
    send(broken[0] as number);
    report(broken[0] as number, MessageState.undeliverable);
    expect(bench.cancel(wholes[2] as number).commit).to.equal(Commit.ok);
    expect(states(wholes)).to.deep.equal([MessageState.delivered, MessageState.undeliverable, MessageState.deleted, MessageState.split]);
    expect(states([...broken, ...back, ...waits])).to.deep.equal([
      MessageState.undeliverable, MessageState.deleted, MessageState.deleted, MessageState.deleted, MessageState.queued, MessageState.queued,
    ]);
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - 4 * PRICE, held: 2 * PRICE, spent: 2 * PRICE });
    const [trace] = bench.ask({ kind: "trace", by: "id", value: String(waits[1]), limit: 1 }).traces;
    expect(trace?.partOf).to.deep.equal({ messageId: wholes[3], no: 2, of: 2 });
    const [whole] = bench.ask({ kind: "trace", by: "id", value: String(wholes[3]), limit: 1 }).traces;
    expect(whole?.parts.map(({ messageId }) => messageId)).to.deep.equal(waits);
    expect(whole?.events.map(({ text }) => text)).to.include(`goes out in 2 parts, ${waits[0]} to ${waits[1]}`);
    bench.sweep(DAY);
    expect(states([wholes[3] as number, ...waits])).to.deep.equal([MessageState.expired, MessageState.expired, MessageState.deleted]);
  });

  it("finds its parts at the far end of its second, too", () => {
    const id = messageId(Math.floor(bench.wallMs / 1_000), 63, 0);
    bench.accept({ id, state: MessageState.held, dueMs: bench.wallMs + HOUR });
    bench.batch(() => bench.putSplit(id, { parts: 1, between: 65_534 }));
    bench.restart();
    send(id + 65_535);
    expect(states([id])).to.deep.equal([MessageState.sent]);
  });

  it("held, knows the ids kept for its parts, over a restart and at its deadline, until it goes its way", () => {
    const accept = (partIds: number, between: number): number => {
      const id = bench.id();
      bench.accept({ id, state: MessageState.held, dueMs: bench.wallMs + 1_000, expiresMs: bench.wallMs + DAY, partIds, firstPartId: id + 1 + between });
      bench.reserve(partIds + between);
      return id;
    };
    const kept = (each: { message: { id: number }; partIds: number; firstPartId: number }): number[] => [each.message.id, each.partIds, each.firstPartId];
    const [parted, released, ended, none] = [accept(255, 40), accept(2, 0), accept(3, 7), bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 1_000 }).id] as const;
    const expected = [[parted, 255, parted + 41], [released, 2, released + 1], [ended, 3, ended + 8], [none, 0, 0]];
    bench.restart();
    expect(bench.held.map(kept)).to.deep.equal(expected);
    bench.sweep(1_000);
    expect(bench.overdue.map(kept)).to.deep.equal(expected);
    // The sweep has written their rows again.
    bench.restart();
    expect(bench.held.map(kept)).to.deep.equal(expected);
    expect(bench.row(parted)).to.include({ link: 0, attempts: 0, parts: 0 });
    bench.batch(() => bench.putSplit(parted, { parts: 4, between: 40 }));
    expect(bench.row(parted)).to.include({ parts: 4, first_part: parted + 41 });
    expect(bench.release(released)).to.equal(Commit.ok);
    expect(bench.row(released)).to.include({ link: 0, attempts: 0 });
    expect(bench.claim(LANE, 9).messages.find(({ message }) => message.id === released)).to.include({ partIds: 0, firstPartId: 0, attempts: 0 });
    bench.end(ended, MessageState.rejected, Outcome.too_long);
    bench.restart();
    expect(bench.row(ended)).to.include({ link: 0, attempts: 0, parts: 0, state: MessageState.rejected });
  });

  it("ends at once with the first part that fails, with its word and code; parts that wait end with it, in silence", () => {
    const { id, parts: [first, second, third, fourth] } = bench.split(4) as { id: number; parts: [number, number, number, number] };
    send(first);
    expect(bench.dispatch(second)).to.equal(Commit.ok);
    bench.dispatch(third);
    bench.requeue(third, 1, 88, bench.wallMs + 1_000);
    bench.queued.length = 0;
    report(first, MessageState.undeliverable, "MK:0001", "12");
    expect(told()).to.deep.equal([[id, MessageState.undeliverable, "12", "MK:0001"]]);
    expect(states([id, first, second, third, fourth])).to.deep.equal([
      MessageState.undeliverable, MessageState.undeliverable, MessageState.dispatched, MessageState.deleted, MessageState.deleted,
    ]);
    expect(bench.unqueued).to.deep.equal([[LANE, 1]]);
    // A broken message costs nothing.
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000, held: 0, spent: 0 });
    expect(chargeOf(id)).to.equal(ChargeState.released);
    // What is out goes on by itself.
    bench.sent(second, "K2");
    bench.receipt(["K2"]);
    expect(states([id, second])).to.deep.equal([MessageState.undeliverable, MessageState.delivered]);
    expect(bench.notices).to.have.length(1);
    expect(bench.dispatch(fourth)).to.equal(Commit.notApplicable);
  });

  it("costs nothing when the operator refuses one part though others were taken", () => {
    const { id, parts: [first, second] } = bench.split(2) as { id: number; parts: [number, number] };
    send(first);
    bench.dispatch(second);
    expect(bench.refused(second, 69, "ESME_RSUBMITFAIL")).to.deep.equal({ commit: Commit.ok, notice: null });
    expect(told()).to.deep.equal([[id, MessageState.rejected, "69", ""]]);
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000, held: 0, spent: 0 });
    bench.sweep(4 * DAY);
    expect(states([id, first])).to.deep.equal([MessageState.rejected, MessageState.unknown]);
    expect(bench.notices).to.have.length(1);
  });

  for (const refundOnFailure of [false, true]) {
    it(`settled at acceptance it is ${refundOnFailure ? "refunded" : "kept"} when it breaks after a part was taken, and always refunded when none was`, () => {
      set({ settle: "accepted", refundOnFailure });
      const broken = bench.split(2);
      const never = bench.split(2);
      send(broken.parts[0] as number);
      for (const { parts } of [broken, never]) {
        bench.dispatch(parts[1] as number);
        bench.refused(parts[1] as number, 11, "ESME_RINVDSTADR");
      }
      expect(chargeOf(never.id)).to.equal(ChargeState.refunded);
      expect(chargeOf(broken.id)).to.equal(refundOnFailure ? ChargeState.refunded : ChargeState.settled);
    });

    it(`failing after all parts were sent is ${refundOnFailure ? "refunded" : "kept"} as the account's policy says`, () => {
      set({ refundOnFailure });
      const { id, parts } = bench.split(2);
      parts.forEach(send);
      report(parts[1] as number, MessageState.undeliverable);
      expect(states([id, ...parts])).to.deep.equal([MessageState.undeliverable, MessageState.sent, MessageState.undeliverable]);
      expect(chargeOf(id)).to.equal(refundOnFailure ? ChargeState.refunded : ChargeState.settled);
    });
  }

  it("settles at DELIVERED where the account says so, and not before", () => {
    set({ settle: "delivered" });
    const { id, parts } = bench.split(2);
    parts.forEach(send);
    report(parts[0] as number, MessageState.delivered);
    expect(chargeOf(id)).to.equal(ChargeState.held);
    report(parts[1] as number, MessageState.delivered);
    expect(chargeOf(id)).to.equal(ChargeState.settled);
  });

  it("is EXPIRED when a part that waits expires, by the sweep or in a lane", () => {
    const swept = bench.split(2, {}, { expiresMs: bench.wallMs + HOUR });
    const inLane = bench.split(2);
    send(swept.parts[0] as number);
    bench.end(inLane.parts[0] as number, MessageState.expired, Outcome.ok);
    bench.sweep(HOUR);
    expect(states([swept.id, ...swept.parts])).to.deep.equal([MessageState.expired, MessageState.sent, MessageState.expired]);
    expect(states([inLane.id, ...inLane.parts])).to.deep.equal([MessageState.expired, MessageState.expired, MessageState.deleted]);
    expect(told()).to.deep.equal([[inLane.id, MessageState.expired, "000", ""], [swept.id, MessageState.expired, "000", ""]]);
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000, held: 0, spent: 0 });
  });

  it("is refused with our own word when a part no longer passes the word lists at dispatch", () => {
    const { id, parts } = bench.split(2);
    bench.end(parts[0] as number, MessageState.rejected, Outcome.blocked_content);
    expect(told()).to.deep.equal([[id, MessageState.rejected, "101", "TG:0101"]]);
    expect(states([id, ...parts])).to.deep.equal([MessageState.rejected, MessageState.rejected, MessageState.deleted]);
  });

  it("waits for its time in parts, and is refused then when the account may no longer send", () => {
    const goes = bench.split(2, {}, { dueMs: bench.wallMs + HOUR });
    bench.account("b");
    const stays = bench.split(2, { account: 2 }, { dueMs: bench.wallMs + HOUR });
    expect(states([...goes.parts, ...stays.parts])).to.deep.equal(new Array(4).fill(MessageState.scheduled));
    expect(bench.queued).to.deep.equal([]);
    bench.engine.change({ kind: "account.suspend", actor: "test", name: "b" }, bench.wallMs);
    bench.sweep(HOUR);
    expect(states(goes.parts)).to.deep.equal([MessageState.queued, MessageState.queued]);
    expect(bench.queued).to.deep.equal([[LANE, 2]]);
    expect(states([stays.id, ...stays.parts])).to.deep.equal([MessageState.rejected, MessageState.rejected, MessageState.deleted]);
    expect(told()).to.deep.equal([[stays.id, MessageState.rejected, "111", "TG:0111"]]);
  });

  it("is UNKNOWN when no word of a part comes within the horizon, or within the deadline of one without an answer", () => {
    const silent = bench.split(2);
    silent.parts.forEach(send);
    report(silent.parts[0] as number, MessageState.delivered);
    const unanswered = bench.split(2);
    send(unanswered.parts[0] as number);
    bench.dispatch(unanswered.parts[1] as number);
    bench.uncertain(unanswered.parts[1] as number);
    // Sent again once, without an answer once more.
    bench.sweep(30_000);
    expect(bench.dispatch(unanswered.parts[1] as number, 2)).to.equal(Commit.ok);
    bench.uncertain(unanswered.parts[1] as number, 2);
    bench.sweep(HOUR);
    bench.sweep(HOUR);
    expect(states([unanswered.id, ...unanswered.parts])).to.deep.equal([MessageState.unknown, MessageState.sent, MessageState.unknown]);
    bench.sweep(3 * DAY);
    expect(states([silent.id, ...silent.parts, ...unanswered.parts])).to.deep.equal([
      MessageState.unknown, MessageState.delivered, MessageState.unknown, MessageState.unknown, MessageState.unknown,
    ]);
    expect(told()).to.deep.equal([[unanswered.id, MessageState.unknown, "000", ""], [silent.id, MessageState.unknown, "000", ""]]);
    // UNKNOWN settles, unless the account says release.
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - 2 * PRICE, held: 0, spent: 2 * PRICE });
    expect(bench.engine.state.uncertain).to.equal(0);
  });

  it("that has ended takes no part back into a queue: one known not to be taken ends, one without an answer is not sent again", () => {
    const { id, parts: [first, second, third, fourth] } = bench.split(4) as { id: number; parts: [number, number, number, number] };
    for (const part of [first, second, third, fourth]) bench.dispatch(part);
    bench.uncertain(third);
    bench.refused(first, 1, "X");
    bench.queued.length = 0;
    expect(bench.requeue(second, 1, 88, bench.wallMs + 1_000)).to.equal(Commit.ok);
    expect(bench.requeue(fourth, 1, 0, 0)).to.equal(Commit.ok);
    expect(states([second, fourth])).to.deep.equal([MessageState.deleted, MessageState.deleted]);
    bench.sweep(30_000);
    expect(states([third])).to.deep.equal([MessageState.uncertain]);
    bench.sweep(HOUR);
    expect(states([id, third])).to.deep.equal([MessageState.rejected, MessageState.unknown]);
    expect(bench.queued).to.deep.equal([]);
    expect(bench.engine.state.uncertain).to.equal(0);
  });

  it("takes a part's report that came before its answer, and one that only it can be meant by", () => {
    const { id, parts: [first, second] } = bench.split(2) as { id: number; parts: [number, number] };
    bench.dispatch(first);
    bench.receipt(["EARLY"]);
    bench.sent(first, "EARLY");
    expect(states([id, first])).to.deep.equal([MessageState.split, MessageState.delivered]);
    bench.dispatch(second);
    bench.uncertain(second);
    bench.receipt(["UNHEARD"]);
    expect(states([id, second])).to.deep.equal([MessageState.delivered, MessageState.delivered]);
    expect(told()).to.deep.equal([[id, MessageState.delivered, "000", ""]]);
  });

  it("is told of no interim report of a part, even where interim reports are wanted", () => {
    const { parts } = bench.split(2, { wanted: 7 });
    parts.forEach(send);
    expect(bench.receipt([`K${parts[0]}`], { final: false, state: MessageState.sent, word: "ACCEPTD" })).to.deep.include({ commit: Commit.interim, notice: null });
    expect(bench.notices).to.deep.equal([]);
  });

  it("goes on after a restart wherever it stood: parts out are UNCERTAIN, parts that wait are queued, the rest follows", () => {
    const { id, parts: [first, second, third] } = bench.split(3) as { id: number; parts: [number, number, number] };
    send(first);
    bench.dispatch(second);
    bench.restart();
    expect(bench.found.lanes.get(LANE)).to.equal(1);
    expect(bench.found.highestId).to.equal(third);
    expect(bench.held).to.deep.equal([]);
    expect(states([id, first, second, third])).to.deep.equal([MessageState.split, MessageState.sent, MessageState.uncertain, MessageState.queued]);
    expect(bench.sent(second, `K${second}`)).to.equal(Commit.ok);
    expect(bench.claim(LANE, 9).messages.map((each) => each.message.id)).to.deep.equal([third]);
    send(third);
    bench.restart();
    expect(states([id])).to.deep.equal([MessageState.sent]);
    for (const part of [first, second, third]) report(part, MessageState.delivered, "DELIVRD", "000");
    expect(told()).to.deep.equal([[id, MessageState.delivered, "000", ""]]);
  });

  it("asked for while nothing can be written is split when the store is back, once", () => {
    const { id } = bench.accept({ state: MessageState.held, dueMs: bench.wallMs + HOUR });
    bench.reserve(2);
    const file = bench.engine.state.days.open()[0];
    if (file === undefined) throw new Error("no day");
    const commit = file.commit.bind(file);
    file.commit = () => {
      throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    };
    const refused = bench.batch(() => bench.putSplit(id, { parts: 2 }));
    expect(refused.map((each) => each.commit)).to.deep.equal([Commit.unavailable]);
    expect(states([id])).to.deep.equal([MessageState.held]);
    file.commit = commit;
    bench.sweep(1_000);
    expect(states([id, id + 1, id + 2])).to.deep.equal([MessageState.split, MessageState.queued, MessageState.queued]);
    expect(bench.queued).to.deep.equal([[LANE, 2]]);
    expect(bench.batch(() => bench.putSplit(id, { parts: 2 })).map((each) => each.commit)).to.deep.equal([Commit.ok]);
  });

  it("keeps its day open until its last part has ended, and counts as one in what the day leaves", () => {
    const { id, parts } = bench.split(2, { wanted: 0, segments: 2 });
    send(parts[0] as number);
    bench.dispatch(parts[1] as number);
    bench.refused(parts[1] as number, 1, "X");
    const seal = (): void => {
      for (let i = 0; i < 5; i++) {
        bench.wallMs += HOUR;
        bench.engine.rest(bench.wallMs);
        while (bench.engine.sealing) bench.engine.sealStep();
      }
    };
    bench.wallMs += 2 * DAY;
    seal();
    expect(states([id])).to.deep.equal([MessageState.rejected]);
    expect(bench.finished).to.deep.equal([]);
    report(parts[0] as number, MessageState.delivered);
    seal();
    expect(bench.finished).to.have.length.greaterThan(0);
    const carried = bench.books((books) => books.ledger.prepare("SELECT state, messages, segments FROM carried_message").all());
    expect(carried).to.deep.equal([{ state: BigInt(MessageState.rejected), messages: 1n, segments: 2n }]);
  });

  it("shows its parts in the trace, and each part names it; a statement counts it once", () => {
    const { id, parts } = bench.split(2, { charge: 2 * PRICE, segments: 2 });
    send(parts[0] as number);
    const trace = (of: number): Record<string, unknown> => bench.ask({ kind: "trace", by: "id", value: String(of), limit: 1 }).traces[0] as unknown as Record<string, unknown>;
    expect(trace(id)).to.deep.include({
      state: "split", partOf: null, attempts: [], parts: [
        { messageId: parts[0], state: "sent", operator: "op", operatorMessageId: `K${parts[0]}` }, { messageId: parts[1], state: "queued", operator: "op", operatorMessageId: "" },
      ],
    });
    expect((trace(id).events as { text: string }[]).map((each) => each.text)).to.include(`goes out in 2 parts, ${parts[0]} to ${parts[1]}`);
    expect(trace(parts[0] as number)).to.deep.include({ state: "sent", chargeState: "part", parts: [], partOf: { messageId: id, no: 1, of: 2 } });
    expect((trace(parts[0] as number).attempts as unknown[])).to.have.length(1);
    send(parts[1] as number);
    const { statement } = bench.ask({ kind: "statement", name: "a", fromMs: bench.wallMs, toMs: bench.wallMs + 1 });
    expect(statement).to.include({ messages: 1, segments: 2, chargesMicros: BigInt(2 * PRICE) });
    expect(statement?.byState).to.deep.equal({ open: { messages: 1, segments: 2 } });
    const { account } = bench.ask({ kind: "account", name: "a" });
    expect(account).to.include({ openMessages: 1 });
  });
});
