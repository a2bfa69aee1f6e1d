import { expect } from "chai";
import { existsSync } from "node:fs";
import type { Notice } from "../../../../protocols/model/receipt.js";
import { MessageState } from "../../../../protocols/model/state.js";
import { Commit } from "../../../../src/store/store.js";
import { messageId } from "../../../../protocols/model/message-id.js";
import { dayName, dayOfMs, dayPath } from "../../../../src/store/sqlite/paths.js";
import { LANE, NOON, PRICE, benchEach } from "../engine-bench.js";
import type { Bench } from "../engine-bench.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TODAY = dayOfMs(NOON, 480);

describe("days", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  /** Sweeps and seals until nothing is left to be done now. */
  function settle(): void {
    bench.sweep(1);
    for (let i = 0; i < 50; i++) {
      bench.wallMs += 600_000;
      bench.sweep(1);
      bench.engine.rest(bench.wallMs);
      while (bench.engine.sealing) bench.engine.sealStep();
    }
  }

  it("keep each message where its id says, whenever it goes on", () => {
    const yesterday = bench.accept().id;
    bench.wallMs += 13 * HOUR;
    const today = bench.accept().id;
    expect(bench.books((books) => books.days().map(dayName))).to.deep.equal(["2025-11-24", "2025-11-25"]);
    const answers = bench.batch(() => {
      bench.putSent(yesterday, "Y");
      bench.putSent(today, "T");
      bench.putReceipt(["Y"]);
      bench.putReceipt(["T"]);
    });
    expect(answers.map((each) => each.commit)).to.deep.equal([Commit.ok, Commit.ok, Commit.ok, Commit.ok]);
    expect(bench.row(yesterday).state).to.equal(MessageState.delivered);
    expect(bench.outbox(1, 0, 10).map((each) => each.messageId)).to.deep.equal([yesterday, today]);
    expect(bench.money(1)).to.deep.equal({ available: 1_000_000 - 2 * PRICE, held: 0, spent: 2 * PRICE });
  });

  it("are cut at midnight of the business time zone, by the id's second", () => {
    const midnight = (NOON + 12 * HOUR) / 1_000;
    bench.accept({ id: messageId(midnight - 1, 0, 65_535) });
    bench.accept({ id: messageId(midnight, 0, 0) });
    expect(bench.books((books) => books.days().map(dayName))).to.deep.equal(["2025-11-24", "2025-11-25"]);
  });

  it("hand out what waits across them in one order", () => {
    const first = bench.accept({ state: MessageState.queued, expiresMs: NOON + 9 * DAY }).id;
    bench.wallMs += DAY;
    const second = bench.accept({ state: MessageState.queued, expiresMs: NOON + 9 * DAY }).id;
    bench.restart();
    expect(bench.found.lanes.get(LANE)).to.equal(2);
    const { messages, remaining } = bench.claim(LANE, 1);
    expect([messages.map((each) => each.message.id), remaining]).to.deep.equal([[first], 1]);
    expect(bench.claim(LANE, 9).messages.map((each) => each.message.id)).to.deep.equal([second]);
  });

  it("are sealed once nothing in them is open, and carry their money forward", () => {
    const { id } = bench.accept();
    bench.sent(id, "K");
    bench.wallMs += 13 * HOUR;
    settle();
    expect(bench.finished, "a message is still open").to.deep.equal([]);
    const { notice } = bench.receipt(["K"]);
    settle();
    expect(bench.finished, "a notice still waits").to.deep.equal([]);
    bench.notified(notice as Notice);
    settle();
    expect(new Set(bench.finished)).to.deep.equal(new Set([dayPath(bench.dir, TODAY)]));
    const today = bench.accept().commit;
    expect(today).to.equal(Commit.ok);
    const balance = { available: 1_000_000 - 2 * PRICE, held: PRICE };
    expect(bench.money(1)).to.include(balance);
    bench.restart();
    expect(bench.money(1)).to.include(balance);
    expect(bench.engine.state.balances.get(1)?.availableMicros).to.equal(balance.available);
    expect(bench.engine.openDays).to.equal(1);
  });

  it("are sealed later when the disk was in trouble while they were added up", () => {
    const { id } = bench.accept({ wanted: 0 });
    bench.sent(id, "K");
    bench.receipt(["K"]);
    bench.wallMs += 2 * DAY;
    bench.accept();
    bench.engine.rest(bench.wallMs);
    expect(bench.engine.sealing).to.equal(true);
    const file = bench.engine.state.days.open()[0];
    if (file === undefined) throw new Error("no day");
    file.commit = () => {
      throw Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR_WRITE" });
    };
    bench.accept();
    settle();
    expect(bench.finished).to.include(dayPath(bench.dir, TODAY));
  });

  it("with reports that wait are not sealed before older days, whose messages they may be for", () => {
    bench.policy = { uncertain: "hold", waitMs: 30_000, deadlineMs: 3 * DAY };
    bench.restart();
    const ids = [bench.accept().id, bench.accept().id];
    for (const each of ids) bench.uncertain(each);
    bench.wallMs += 13 * HOUR;
    bench.receipt(["X"]);
    const { id } = bench.accept({ wanted: 0 });
    bench.sent(id, "K");
    bench.receipt(["K"]);
    bench.wallMs += DAY;
    settle();
    expect(bench.finished).to.deep.equal([]);
    bench.wallMs += 3 * DAY;
    settle();
    for (const notice of bench.notices) bench.notified(notice);
    settle();
    expect(bench.engine.openDays).to.equal(0);
  });

  it("are committed oldest first: a report is not said to be taken before its message has ended", () => {
    const yesterday = bench.accept().id;
    bench.wallMs += 13 * HOUR;
    bench.receipt(["K"]);
    const order: number[] = [];
    for (const file of bench.engine.state.days.open()) {
      const commit = file.commit.bind(file);
      file.commit = (nowMs, last) => {
        order.push(file.day);
        commit(nowMs, last);
      };
    }
    bench.batch(() => {
      bench.putAccept();
      bench.putSent(yesterday, "K");
    });
    expect(order).to.deep.equal([TODAY, TODAY + 1]);
    expect(bench.row(yesterday).state).to.equal(MessageState.delivered);
  });

  it("once sealed take no more: a late report is kept without money, a late acknowledgement is nothing", () => {
    const { id } = bench.accept({ wanted: 0 });
    bench.sent(id, "K");
    bench.receipt(["K"]);
    bench.wallMs += 2 * DAY;
    settle();
    bench.restart();
    expect(bench.receipt(["K"]).commit).to.equal(Commit.orphan);
    expect(bench.sent(id, "K")).to.equal(Commit.notApplicable);
    expect(bench.accept({ id: id + 1 }).commit).to.equal(Commit.failed);
    expect(bench.money(1)).to.include({ available: 1_000_000 - PRICE });
  });

  it("once sealed wait for no message any more: reports that nobody took are only kept", () => {
    const { id } = bench.accept({ wanted: 0 });
    bench.sent(id, "K");
    bench.receipt(["NOBODY"]);
    bench.receipt(["K"]);
    expect(bench.engine.state.orphans).to.equal(1);
    expect(bench.engine.state.orphanKeys.mayHave(1, "NOBODY")).to.equal(true);
    bench.wallMs += 2 * DAY;
    settle();
    expect(bench.engine.openDays).to.equal(0);
    expect(bench.engine.state.orphans).to.equal(0);
    expect(bench.engine.state.orphanKeys.mayHave(1, "NOBODY")).to.equal(false);
  });

  it("do not stay open for a customer who never takes his receipts: those past the outbox's retention are parked", () => {
    const { id } = bench.accept();
    bench.sent(id, "K");
    const { notice } = bench.receipt(["K"]);
    bench.wallMs += 6 * DAY;
    settle();
    expect(bench.parked).to.deep.equal([]);
    expect(bench.outbox(1, 0, 10)).to.have.length(1);
    bench.wallMs += DAY;
    settle();
    expect(bench.parked.map(([account, , count]) => [account, count])).to.deep.equal([[1, 1]]);
    expect(bench.parked[0]?.[1]).to.be.greaterThan(notice?.order ?? Infinity);
    expect(bench.outbox(1, 0, 10)).to.deep.equal([]);
    expect(bench.notified(notice as Notice)).to.equal(Commit.notApplicable);
    expect(new Set(bench.finished)).to.deep.equal(new Set([dayPath(bench.dir, TODAY)]));
  });

  it("are deleted after the retention, and the balance stays", () => {
    const { id } = bench.accept({ wanted: 0 });
    bench.sent(id, "K");
    bench.receipt(["K"]);
    bench.wallMs += 2 * DAY;
    settle();
    expect(existsSync(dayPath(bench.dir, TODAY))).to.equal(true);
    bench.restart(151 * DAY);
    settle();
    expect(existsSync(dayPath(bench.dir, TODAY))).to.equal(false);
    expect(bench.money(1).available).to.equal(1_000_000 - PRICE);
    expect(bench.found.highestId).to.be.greaterThan(0);
  });

  it("are neither deleted nor sealed by a wall clock that has jumped ahead, before that is understood", () => {
    const { id } = bench.accept({ wanted: 0 });
    bench.sent(id, "K");
    bench.receipt(["K"]);
    bench.wallMs += 2 * DAY;
    settle();
    const next = bench.accept({ wanted: 0 }).id;
    bench.sent(next, "L");
    bench.receipt(["L"]);
    const carriedOnMs = bench.wallMs;
    bench.wallMs += 400 * DAY;
    bench.accept();
    bench.finished.length = 0;
    for (let i = 0; i < 3; i++) {
      bench.engine.rest(carriedOnMs + i * HOUR);
      while (bench.engine.sealing) bench.engine.sealStep();
    }
    expect(existsSync(dayPath(bench.dir, TODAY))).to.equal(true);
    expect(bench.finished).to.not.include(dayPath(bench.dir, dayOfMs(carriedOnMs, 480)));
  });

  it("that were sealed are not lost to the ids: the next one is higher", () => {
    const { id } = bench.accept({ wanted: 0 });
    bench.sent(id, "K");
    bench.receipt(["K"]);
    bench.wallMs += 2 * DAY;
    settle();
    bench.restart();
    expect(bench.found.highestId).to.equal(id);
  });
});
