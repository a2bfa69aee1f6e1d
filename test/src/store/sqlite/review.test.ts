import { expect } from "chai";
import { MessageState } from "../../../../protocols/model/state.js";
import { messageId } from "../../../../protocols/model/message-id.js";
import { Outcome } from "../../../../protocols/model/outcome.js";
import { Commit } from "../../../../src/store/store.js";
import { LANE, NOON, PRICE, benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";

const HOUR = 3_600_000;
const MARK = { outcome: Outcome.blocked_content, rule: "loan:贷款@words.txt:3" } as const;

describe("a message held for a person", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  const hold = (more = {}): number => bench.accept({ state: MessageState.held, dueMs: bench.wallMs + HOUR, review: MARK, ...more }).id;
  const waiting = (): unknown[] => bench.engine.state.days.open().flatMap(({ db }) => db.prepare("SELECT id, outcome, rule, text FROM review ORDER BY id").raw().all());

  it("stands in the table from its acceptance on, its money held, and is told when its deadline has passed", () => {
    const id = hold();
    expect(waiting()).to.deep.equal([[id, Outcome.blocked_content, MARK.rule, id]]);
    expect([bench.engine.state.reviews, bench.money(1).held]).to.deep.equal([1, PRICE]);
    bench.sweep(HOUR - 1_000);
    expect(bench.overdue).to.deep.equal([]);
    bench.sweep(2_000);
    expect(bench.overdue.map(({ message, reviewFor }) => [message.id, reviewFor])).to.deep.equal([[id, Outcome.blocked_content]]);
  });

  it("is not handed over to be judged again at a start, and is still counted", () => {
    const id = hold({ partIds: 3, firstPartId: 0 });
    const part = bench.accept({ state: MessageState.held, dueMs: bench.wallMs + HOUR }).id;
    bench.restart();
    expect(bench.held.map(({ message }) => message.id)).to.deep.equal([part]);
    expect([bench.engine.state.reviews, bench.row(id).state, bench.row(part).state]).to.deep.equal([1, MessageState.held, MessageState.held]);
  });

  for (const [how, act, state] of [
    ["released", (id: number) => bench.release(id), MessageState.queued],
    ["refused", (id: number) => bench.end(id, MessageState.rejected, Outcome.blocked_content).commit, MessageState.rejected],
    ["taken back by its customer", (id: number) => bench.cancel(id).commit, MessageState.deleted],
  ] as const) {
    it(`waits for nobody any more once it is ${how}, and nothing is decided twice`, () => {
      const id = hold();
      expect(act(id)).to.equal(Commit.ok);
      expect([waiting(), bench.engine.state.reviews, bench.row(id).state]).to.deep.equal([[], 0, state]);
      expect(act(id)).to.equal(Commit.notApplicable);
      if (how !== "released") expect(bench.money(1).held).to.equal(0);
    });
  }

  it("ends with its validity, whoever was to look at it", () => {
    const id = hold({ expiresMs: bench.wallMs + 60_000 });
    bench.sweep(61_000);
    expect([waiting(), bench.row(id).state]).to.deep.equal([[], MessageState.expired]);
  });

  it("has its siblings of the next day's file with it after a crash between the commits of the two", () => {
    const midnight = (NOON + 12 * HOUR) / 1_000;
    let sequence = 0;
    const part = (second: number, place: readonly [number, number, number], destination = "13800138000"): number =>
      bench.accept({ id: messageId(second, 0, ++sequence), state: MessageState.held, dueMs: bench.wallMs + 30_000, place, destination }).id;
    const [first, second] = [part(midnight - 1, [7, 2, 1]), part(midnight, [7, 2, 2])];
    const others = [part(midnight, [8, 2, 2]), part(midnight, [7, 2, 1], "13800138001"), part(midnight, [7, 3, 3])];
    const due = bench.wallMs + 20 * HOUR;
    bench.review([first], MARK, due);
    bench.restart();
    expect(waiting().sort()).to.deep.equal([first, second].map((id) => [id, Outcome.blocked_content, MARK.rule, first]));
    expect([bench.row(second).due, bench.engine.state.reviews, bench.held.map(({ message }) => message.id)]).to.deep.equal([due, 2, others.sort((a, b) => a - b)]);
  });

  it("is verified: a row of review without its held message is found, and a message without its row", () => {
    const id = hold();
    const queued = bench.accept({ state: MessageState.queued }).id;
    const { db } = bench.engine.state.days.open()[0]!;
    expect(bench.problems()).to.deep.equal([]);
    db.prepare("UPDATE review SET id = ?").run(queued);
    expect(bench.problems().map((line) => line.replace(/^[^:]*: /, ""))).to.deep.equal([
      `1 rows of review belong to no held message, such as ${String(queued)}`, `1 messages wait for a person without a row of review, such as ${String(id)}`,
    ]);
    db.prepare("UPDATE review SET id = ?").run(id);
  });

  it("may be one text with others: named by the first; the same again changes nothing, and what has ended is left out", () => {
    const [one, two, gone] = [1, 2, 3].map(() => bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 30_000 }).id) as [number, number, number];
    bench.cancel(gone);
    const due = bench.wallMs + HOUR;
    expect(bench.review([one, two, gone], MARK, due)).to.equal(Commit.ok);
    expect(bench.review([one, two, gone], MARK, due)).to.equal(Commit.ok);
    expect(bench.review([gone], MARK, due)).to.equal(Commit.notApplicable);
    expect(waiting()).to.deep.equal([one, two].map((id) => [id, Outcome.blocked_content, MARK.rule, one]));
    expect([bench.row(one).due, bench.row(two).due]).to.deep.equal([due, due]);
    bench.sweep(31_000);
    expect(bench.overdue).to.deep.equal([]);
  });

  it("may have been queued: it leaves its lane, and comes back to it when it is released", () => {
    const id = bench.accept({ state: MessageState.queued }).id;
    bench.claim(LANE, 9);
    expect(bench.review([id], MARK, bench.wallMs + HOUR)).to.equal(Commit.ok);
    expect(bench.row(id).state).to.equal(MessageState.held);
    bench.restart();
    expect(bench.found.lanes.size).to.equal(0);
    expect(bench.release(id)).to.equal(Commit.ok);
    expect(bench.claim(LANE, 9).messages.map(({ message }) => message.id)).to.deep.equal([id]);
    expect(bench.problems()).to.deep.equal([]);
  });

  it("turns out to have been taken: it is sent, and waits for nobody", () => {
    const { id } = bench.accept();
    expect(bench.requeue(id, 1, 88, 0)).to.equal(Commit.ok);
    bench.claim(LANE, 9);
    bench.review([id], MARK, bench.wallMs + HOUR);
    expect(bench.sent(id, "K1")).to.equal(Commit.ok);
    expect([waiting(), bench.row(id).state]).to.deep.equal([[], MessageState.sent]);
  });
});
