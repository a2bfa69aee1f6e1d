import { expect } from "chai";
import type { Notice } from "../../../protocols/model/receipt.js";
import type { DayCounts } from "../../../protocols/wire/protocol.js";
import { MessageState } from "../../../protocols/model/state.js";
import { Books } from "../../../src/store/sqlite/books.js";
import { DayCountsCache, readDayCounts } from "../../../src/store/sqlite/day-counts.js";
import { finish } from "./day-book.js";
import { NOON, benchEach } from "./engine-bench.js";
import type { Bench } from "./engine-bench.js";

const HOUR = 3_600_000;
const NOTHING: DayCounts = { accepted: 0, sent: 0, waiting: 0, failed: 0, inboundDelivered: 0, inboundWaiting: 0, inboundFailed: 0 };

describe("what a customer may ask for", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  const counts = (day: string, serviceType: string | null = null, accountNo = 1): DayCounts | null => bench.ask({ kind: "day_counts", accountNo, day, serviceType }).counts;

  function traffic(service: string): void {
    bench.accept({ service, state: MessageState.queued });
    const delivered = bench.accept({ service, wanted: 0 }).id;
    bench.sent(delivered, `D${service}`);
    bench.receipt([`D${service}`]);
    const failed = bench.accept({ service, wanted: 0 }).id;
    bench.sent(failed, `F${service}`);
    bench.receipt([`F${service}`], { state: MessageState.undeliverable });
    bench.refused(bench.accept({ service, wanted: 0 }).id, 11, "X");
  }

  describe("the counts of a day", () => {
    it("are those of the account and its service types, and every message is sent, waiting, or failed unsent", () => {
      bench.account("b");
      traffic("WX");
      traffic("QQ");
      traffic("");
      bench.accept({ account: 2, service: "WX" });
      const { parts } = bench.split(2, { service: "WX" });
      bench.dispatch(parts[0] as number);
      bench.notified(bench.inbound(1, "1069", "MO").notice as Notice);
      bench.inbound(1, "1069", "MO");
      expect(counts("20251124")).to.deep.equal({ accepted: 13, sent: 6, waiting: 4, failed: 6, inboundDelivered: 1, inboundWaiting: 1, inboundFailed: 0 });
      expect(counts("20251124", "WX")).to.deep.equal({ ...NOTHING, accepted: 5, sent: 2, waiting: 2, failed: 2 });
      expect(counts("20251124", "QQ")).to.deep.equal({ ...NOTHING, accepted: 4, sent: 2, waiting: 1, failed: 2 });
      // Inbound ones bear no service type here.
      expect(counts("20251124", "")).to.deep.equal({ ...NOTHING, accepted: 4, sent: 2, waiting: 1, failed: 2, inboundDelivered: 1, inboundWaiting: 1 });
      for (const other of ["W", "WX1", "短", "x".repeat(300)]) expect(counts("20251124", other), other).to.deep.equal(NOTHING);
      expect(counts("20251124", null, 2)).to.deep.equal({ ...NOTHING, accepted: 1, waiting: 1 });
      expect(counts("20251124", null, 9)).to.deep.equal(NOTHING);
    });

    it("tell by account what was accepted, ended and failed so far, what was taken back apart", () => {
      bench.account("b");
      traffic("WX");
      bench.end(bench.accept({ account: 2, state: MessageState.queued }).id, MessageState.deleted, 0);
      const rows = bench.ask({ kind: "traffic" }).rows.map(({ accountNo, accepted, ended, failed }) => ({ accountNo, accepted, ended, failed }));
      expect(rows).to.deep.equal([{ accountNo: 1, accepted: 4, ended: 3, failed: 2 }, { accountNo: 2, accepted: 1, ended: 1, failed: 0 }]);
    });

    it("are nothing for a day without traffic, and none for what is no day", () => {
      expect(counts("20240229")).to.deep.equal(NOTHING);
      expect(counts("20301231", "WX")).to.deep.equal(NOTHING);
      for (const bad of ["", "2025112", "20251131", "20251301", "00000000", "2025-1-4", "２０２５１１２４", "202511244"]) expect(counts(bad), bad).to.equal(null);
    });

    it("outlive the day's file without its service types, as far as what it left behind tells them", () => {
      traffic("WX");
      const waiting = bench.claim(4, 1).messages[0]?.message.id ?? 0;
      bench.dispatch(waiting);
      bench.refused(waiting, 1, "X");
      for (const notice of bench.outbox(1, 0, 9)) bench.notified(notice);
      const before = counts("20251124");
      expect(before).to.deep.equal({ ...NOTHING, accepted: 4, sent: 2, failed: 3 });
      bench.wallMs += 25 * HOUR;
      const seal = (): void => {
        for (let i = 0; i < 3; i++) {
          bench.wallMs += HOUR;
          bench.engine.rest(bench.wallMs);
          while (bench.engine.sealing) bench.engine.sealStep();
        }
      };
      seal();
      expect(bench.finished).to.have.length.greaterThan(0);
      expect(counts("20251124")).to.deep.equal(before);
      expect(counts("20251124", "WX")).to.deep.equal(before);
      bench.wallMs += 151 * 24 * HOUR;
      seal();
      expect(counts("20251124")).to.deep.equal(before);
      expect(counts("20251124", "WX")).to.equal(null);
    });

    it("of one service type are kept for a minute, and counted once for all who ask meanwhile", () => {
      traffic("WX");
      const cache = new DayCountsCache();
      let nowMs = 0;
      const books = Books.open(bench.dir, 480);
      const asked = { kind: "day_counts", accountNo: 1, day: "20251124", serviceType: "WX" } as const;
      const ask = (): DayCounts | null => finish(readDayCounts(books, asked, cache, () => nowMs));
      try {
        expect(ask()?.accepted).to.equal(4);
        bench.accept({ service: "WX" });
        nowMs = 59_999;
        expect(ask()?.accepted).to.equal(4);
        nowMs = 60_000;
        const slow = readDayCounts(books, asked, cache, () => nowMs);
        slow.next();
        expect(ask()?.accepted).to.equal(5);
        bench.accept({ service: "WX" });
        expect(slow.next()).to.deep.include({ done: true });
        expect(ask()?.accepted).to.equal(5);
      } finally {
        books.close();
      }
    });
  });

  describe("a message", () => {
    const message = (messageId: number, accountNo = 1, source = ""): unknown => bench.ask({ kind: "customer_message", accountNo, messageId, source }).message;

    it("stands where it stands, with its error and the time of its end once it has one", () => {
      const { id } = bench.accept({ wanted: 7 });
      expect(message(id)).to.deep.equal({ state: MessageState.dispatched, error: "000", finalAtMs: 0 });
      bench.sent(id, "K");
      bench.receipt(["K"], { final: false, state: MessageState.sent, word: "ACCEPTD", error: "001" });
      expect(message(id)).to.deep.equal({ state: MessageState.sent, error: "000", finalAtMs: 0 });
      bench.wallMs += 70;
      bench.receipt(["K"], { state: MessageState.undeliverable, error: "21b" });
      expect(message(id)).to.deep.equal({ state: MessageState.undeliverable, error: "21b", finalAtMs: NOON + 70 });
    });

    it("is found under the source it was submitted with, or with none named", () => {
      const { id } = bench.accept({ source: "1069" });
      for (const source of ["1069", ""]) expect(message(id, 1, source), source).to.deep.include({ state: MessageState.dispatched });
      for (const source of ["1068", "106", "10690"]) expect(message(id, 1, source), source).to.equal(null);
    });

    it("is its own account's only, a part is nobody's, and what is no id is not found", () => {
      const { id, parts } = bench.split(2);
      expect(message(id)).to.deep.include({ state: MessageState.split });
      expect(message(id, 2)).to.equal(null);
      for (const none of [parts[0] as number, id + 99, 0, -1, Number.NaN, 1e300, 0.5]) expect(message(none), String(none)).to.equal(null);
    });
  });
});
