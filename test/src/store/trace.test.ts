import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Encoding } from "../../../protocols/model/message.js";
import { MessageState } from "../../../protocols/model/state.js";
import { EntryKind } from "../../../src/ledger/settlement.js";
import type { Answer, Query, Trace } from "../../../src/store/query.js";
import { answerNow } from "../../../src/store/sqlite/answers.js";
import { Books } from "../../../src/store/sqlite/books.js";
import { applyCommand } from "../../../src/store/sqlite/change.js";
import { LedgerDb } from "../../../src/store/sqlite/ledger-db.js";
import { SEAL_INDEXES } from "../../../src/store/sqlite/day-schema.js";
import { DAY, DayBook, ZONE, atHour } from "./day-book.js";

describe("answers", () => {
  let dir: string;
  let ledger: LedgerDb;
  let book: DayBook;
  let later: DayBook;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "tollgate-trace-"));
    ledger = LedgerDb.open(join(dir, "ledger.db"));
    ledger.db.pragma("synchronous = OFF");
    ledger.registerOperators(["north"], atHour(DAY, 0));
    book = new DayBook(dir, DAY);
    later = new DayBook(dir, DAY + 1);
    const books = Books.open(dir, ZONE, ledger);
    applyCommand(ledger, books, { kind: "account.add", actor: "cli:root", name: "acme", settings: { priceMicros: 35_000 }, reason: "new" }, atHour(DAY, 0));
    applyCommand(ledger, books, { kind: "topup", actor: "cli:root", name: "acme", amountMicros: 1_750_000_000n, reference: "B1" }, atHour(DAY, 0));
    books.close();
  });
  afterEach(() => {
    for (const each of [ledger, book, later]) each.close();
    rmSync(dir, { recursive: true });
  });

  function ask<K extends Query["kind"]>(query: Extract<Query, { kind: K }>): Extract<Answer, { kind: K }> {
    return answerNow(dir, ZONE, query, () => 0) as Extract<Answer, { kind: K }>;
  }
  const trace = (by: "id" | "operator_id" | "destination", value: string, limit = 10): readonly Trace[] => ask<"trace">({ kind: "trace", by, value, limit }).traces;

  it("trace tells a message's whole life in the words of the stages", () => {
    let id = 0;
    book.commit(atHour(DAY, 1), () => {
      const octets = Buffer.from("77ed4fe1", "hex");
      id = book.accept({ account: 1, charge: 35_000, octets, encoding: Encoding.ucs2, codingOctet: 8, flags: "test:short" });
    });
    book.commit(atHour(DAY, 1) + 10, () => {
      book.attempt(id, 1, "00AB12", atHour(DAY, 1) + 1);
      book.move(id, EntryKind.settle);
    });
    book.commit(atHour(DAY, 1) + 900, () => book.end(id, MessageState.delivered, 0, atHour(DAY, 1) + 900));
    const [found] = trace("id", String(id));
    expect(found).to.deep.include({
      messageId: id, account: "acme", state: "delivered", source: "1069", destination: "13800138000", text: "短信", encoding: "ucs2", octetsHex: "77ed4fe1",
      segments: 1, chargeMicros: 35_000n, chargeState: "settled", operator: "north", acceptedAtMs: atHour(DAY, 1), finalAtMs: atHour(DAY, 1) + 900,
      flags: "test:short", notify: "none", receipt: { state: "delivered", word: "", error: "", atMs: atHour(DAY, 1) + 900 },
    });
    expect(found!.attempts).to.deep.equal([
      { no: 1, operator: "north", link: 2, operatorMessageId: "00AB12", status: 0, statusName: "ESME_ROK", dispatchedAtMs: atHour(DAY, 1) + 1, answeredAtMs: atHour(DAY, 1) + 6, state: "open" },
    ]);
    expect(found!.events.map(({ stage, text }) => `${stage}: ${text}`)).to.deep.equal([
      "accept: from acme: 1069 to 13800138000, 1 segment",
      "screen: passed word lists version 7, flagged test:short",
      "charge: 0.035 held",
      `spool: on disk in 2025-11-24, answered as ${id}`,
      "dispatch: attempt 1 on north link 2",
      "dispatch: attempt 1 answered ESME_ROK, operator message id 00AB12",
      "settle: 0.035 settled",
      "receipt: delivered",
    ]);
  });

  it("trace shows a refund by hand and a message that is still waiting", () => {
    let [done, waiting] = [0, 0];
    book.commit(atHour(DAY, 1), () => {
      done = book.accept({ account: 1, charge: 35_000 });
      waiting = book.accept({ account: 1, charge: 70_000, segments: 2, encoding: Encoding.binary, octets: Buffer.from([1, 2]) });
      book.end(done, MessageState.delivered, EntryKind.settle);
    });
    const books = Books.open(dir, ZONE, ledger);
    applyCommand(ledger, books, { kind: "refund", actor: "cli:root", messageId: done }, atHour(DAY, 5));
    books.close();
    expect(trace("id", String(done))[0]!.events.at(-1)).to.deep.equal({ atMs: atHour(DAY, 5), stage: "settle", text: "0.035 refunded by hand" });
    expect(trace("id", String(waiting))[0]).to.deep.include({ state: "queued", text: null, receipt: null, finalAtMs: 0, chargeState: "held", segments: 2, octetsHex: "0102" });
  });

  it("trace by id finds nothing for ids that are not there or no ids at all", () => {
    for (const value of ["1", "999999999999999", "x", "", "12345678901234567890", "-1"]) expect(trace("id", value), value).to.deep.equal([]);
  });

  for (const sealed of [false, true]) {
    it(`trace by destination finds every spelling, newest first, in a day that is ${sealed ? "sealed" : "open"}`, () => {
      const ids: number[] = [];
      for (const each of [book, later]) {
        each.commit(atHour(each.day, 1), () => {
          for (const destination of ["13800138000", "8613800138000", "+8613800138000", "13800138001", "85291234567"]) ids.push(each.accept({ account: 1, charge: 0, destination }));
        });
        if (sealed) each.db.exec(SEAL_INDEXES);
      }
      const newest = (picked: readonly number[]) => picked.map((at) => ids[at]);
      const found = (value: string, limit = 10) => trace("destination", value, limit).map((each) => each.messageId);
      expect(found("13800138000")).to.deep.equal(newest([7, 6, 5, 2, 1, 0]));
      expect(found("+8613800138000", 4)).to.deep.equal(newest([7, 6, 5, 2]));
      expect(found("+85291234567")).to.deep.equal(newest([9, 4]));
      expect(found("13900000000")).to.deep.equal([]);
      expect(ask<"trace">({ kind: "trace", by: "destination", value: "13800138001", limit: 10, fromMs: atHour(DAY + 1, 0) }).traces.map((each) => each.messageId)).to.deep.equal(newest([8]));
    });

    it(`trace by operator id takes hex, decimal and padding for one, in a day that is ${sealed ? "sealed" : "open"}`, () => {
      let [first, second, straight] = [0, 0, 0];
      book.commit(atHour(DAY, 1), () => {
        first = book.accept({ account: 1, charge: 0 });
        second = book.accept({ account: 1, charge: 0 });
        book.attempt(first, 1, "0000ff", atHour(DAY, 1));
        straight = book.accept({ account: 1, charge: 0 });
        book.taken(straight, "0000fe", atHour(DAY, 1));
        book.attempt(second, 1, "north-1", atHour(DAY, 1));
        book.attempt(second, 2, "North-2", atHour(DAY, 1));
      });
      if (sealed) book.db.exec(SEAL_INDEXES);
      const found = (value: string) => trace("operator_id", value).map((each) => each.messageId);
      for (const value of ["ff", "FF", "00ff", "255", "0255"]) expect(found(value), value).to.deep.equal([first]);
      expect(found("NORTH-1")).to.deep.equal([second]);
      expect(found("north-2")).to.deep.equal([second]);
      for (const value of ["fe", "0FE", "254"]) expect(found(value), value).to.deep.equal([straight]);
      expect(trace("operator_id", "fe")[0]?.attempts).to.deep.equal([
        { no: 1, operator: "north", link: 2, operatorMessageId: "0000fe", status: 0, statusName: "", dispatchedAtMs: atHour(DAY, 1), answeredAtMs: atHour(DAY, 1) + 5, state: "open" },
      ]);
      expect(found("253")).to.deep.equal([]);
    });
  }

  it("account tells balances across ledger.db and open days, and nothing of accounts that are not there", () => {
    for (const each of [book, later]) {
      each.commit(atHour(each.day, 1), () => {
        const id = each.accept({ account: 1, charge: 35_000 });
        each.accept({ account: 1, charge: 70_000, segments: 2 });
        each.end(id, MessageState.delivered, EntryKind.settle);
      });
    }
    const { account } = ask<"account">({ kind: "account", name: "acme" });
    expect(account).to.include({ availableMicros: 1_749_790_000n, heldMicros: 140_000n, openMessages: 2, createdAtMs: atHour(DAY, 0) });
    expect(ask<"accounts">({ kind: "accounts" }).accounts).to.deep.equal([account]);
    expect(ask<"account">({ kind: "account", name: "nobody" }).account).to.equal(null);
  });

  it("audit is told newest first with its reasons", () => {
    const { entries } = ask<"audit">({ kind: "audit", limit: 2 });
    expect(entries.map((each) => each.what)).to.deep.equal([
      "account acme topped up by 1750.00, reference B1",
      "account acme added: currency CNY, no password, sp-id none, protocol-name none, no cmpp-secret, cmpp-versions 2.0 2.1 3.0, protocol-version none, price 0.035, credit-limit 0.00, settle sent, refund-on-failure false, on-unknown settle, segment-rule domestic, rate 100, " +
        "binds 4, window 100, cmpp-window 16, protocol-window none, allow none, call-at none, service-code none, check-content-source true, signature none, alphabet0 gsm7, binary pass, refuse-by answer, operator none, weight 1, max-queued 10000000, " +
        "validity 172800s (reason: new)",
    ]);
    expect(entries[0]).to.include({ no: 3, actor: "cli:root", atMs: atHour(DAY, 0) });
  });

  it("uncertain and orphans are listed with the names of their account and operator", () => {
    let id = 0;
    book.commit(atHour(DAY, 1), () => {
      id = book.accept({ account: 1, charge: 35_000 });
      book.accept({ account: 1, charge: 35_000 });
      book.db.prepare("UPDATE message SET state = ?, at = ? WHERE id = ?").run(MessageState.uncertain, atHour(DAY, 2), id);
      const orphan = book.db.prepare("INSERT INTO orphan (at, state_of, message, operator, op_id, state, final, word, error, source, destination, done_at, raw) VALUES (?, ?, 0, 1, ?, 20, 1, 'DELIVRD', '000', '', '138', 0, x'')");
      orphan.run(atHour(DAY, 3), 2, "A1");
      orphan.run(atHour(DAY, 3), 3, "A2");
    });
    expect(ask<"uncertain">({ kind: "uncertain", limit: 10 }).messages).to.deep.equal([{ id, account: "acme", operator: "north", sinceMs: atHour(DAY, 2), destination: "13800138000" }]);
    expect(ask<"orphans">({ kind: "orphans", limit: 10 }).orphans).to.deep.equal([{ operator: "north", operatorMessageId: "A1", destination: "138", state: "delivered", octets: "", atMs: atHour(DAY, 3) }]);
  });

  it("a trace of a message whose content is lost still tells its state and money", () => {
    let id = 0;
    book.commit(atHour(DAY, 1), () => (id = book.accept({ account: 1, charge: 35_000 })));
    book.db.prepare("DELETE FROM content").run();
    expect(trace("id", String(id))[0]).to.include({ text: null, octetsHex: "", state: "queued", chargeMicros: 35_000n });
  });
});
