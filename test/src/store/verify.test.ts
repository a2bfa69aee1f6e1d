import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { MessageState } from "../../../protocols/model/state.js";
import type { LedgerCommand } from "../../../src/ledger/commands.js";
import { EntryKind } from "../../../src/ledger/settlement.js";
import { Books } from "../../../src/store/sqlite/books.js";
import { applyCommand } from "../../../src/store/sqlite/change.js";
import { LedgerDb } from "../../../src/store/sqlite/ledger-db.js";
import { collectSealedDay } from "../../../src/store/sqlite/sealed-day.js";
import { verifyBooks } from "../../../src/store/sqlite/verify.js";
import { DAY, DayBook, ZONE, atHour, finish } from "./day-book.js";

/** A history with every kind of entry: one sealed day, one open. */
class House {
  readonly dir = mkdtempSync(join(tmpdir(), "tollgate-verify-"));
  readonly ledger = LedgerDb.open(join(this.dir, "ledger.db"));
  readonly sealed = new DayBook(this.dir, DAY);
  readonly open = new DayBook(this.dir, DAY + 1);
  readonly refunded: number;

  constructor() {
    this.ledger.db.pragma("synchronous = OFF");
    this.ledger.registerOperators(["north"], atHour(DAY, 0));
    this.change({ kind: "account.add", actor: "t", name: "acme", settings: { priceMicros: 35_000 } });
    this.change({ kind: "account.add", actor: "t", name: "zeta", settings: { priceMicros: 35_000, creditLimitMicros: 1_000_000 } });
    this.change({ kind: "tariff.add", actor: "t", name: "acme", prefix: "86", priceMicros: 40_000, fromMs: 5 });
    this.change({ kind: "topup", actor: "t", name: "acme", amountMicros: 1_750_000_000n, reference: "B1" });
    this.change({ kind: "topup", actor: "t", name: "acme", amountMicros: 1_000_000n, reference: "B2" });
    this.change({ kind: "topup.reverse", actor: "t", name: "acme", reference: "B2" });
    this.refunded = this.fill(this.sealed, [EntryKind.settle, EntryKind.release, EntryKind.settle], true);
    this.ledger.seal(finish(collectSealedDay(this.sealed.db, DAY, ZONE)), atHour(DAY + 1, 1));
    this.fill(this.open, [EntryKind.settle, EntryKind.release, EntryKind.settle], false);
    this.change({ kind: "refund", actor: "t", messageId: this.refunded });
    this.change({ kind: "account.add", actor: "t", name: "gone", settings: { priceMicros: 1 } });
    this.change({ kind: "topup", actor: "t", name: "gone", amountMicros: 5n, reference: "B1" });
    this.change({ kind: "account.close", actor: "t", name: "gone", rest: "forfeit" });
  }

  change(command: LedgerCommand): void {
    const books = Books.open(this.dir, ZONE, this.ledger);
    const { result } = applyCommand(this.ledger, books, command, atHour(DAY + 1, 3));
    books.close();
    if (!result.ok) throw new Error(result.message);
  }

  /** Two accounts, several batches, all movements; the first message's id. */
  fill(book: DayBook, movements: readonly (typeof EntryKind.settle | typeof EntryKind.release)[], allEnded: boolean): number {
    let ids: number[] = [];
    for (const account of [1, 2]) {
      for (let batch = 0; batch < 3; batch += 1) {
        book.commit(atHour(book.day, 1), () => {
          ids = [...ids, ...movements.map(() => book.accept({ account, charge: 35_000 * (batch + 1), segments: batch + 1 }))];
        });
      }
    }
    ids.forEach((id, i) => {
      const movement = movements[i % movements.length] ?? EntryKind.settle;
      book.commit(atHour(book.day, 2), () =>
        movement === EntryKind.settle ? book.move(id, movement) : book.end(id, MessageState.expired, movement),
      );
    });
    const settled = ids.filter((_, i) => movements[i % movements.length] === EntryKind.settle);
    // Every third of the settled gets its money back; unless all have to end, the last ones stay on their way.
    settled.forEach((id, i) => {
      if (!allEnded && i > settled.length - 3) return;
      book.commit(atHour(book.day, 3), () => {
        if (i % 3 === 2) book.end(id, MessageState.undeliverable, EntryKind.refund);
        else book.end(id, MessageState.delivered, 0);
      });
    });
    book.commit(atHour(book.day, 4), () => {
      const free = book.accept({ account: 1, charge: 0 });
      if (allEnded) book.end(free, MessageState.delivered, 0);
      else book.accept({ account: 2, charge: 70_000, segments: 2 });
    });
    return settled[0] ?? 0;
  }

  verify(full: boolean): readonly string[] {
    const books = Books.open(this.dir, ZONE);
    const report = finish(verifyBooks(books, full, () => 0));
    books.close();
    expect(report.clean).to.equal(report.problems.length === 0);
    return report.problems;
  }

  close(): void {
    for (const each of [this.ledger, this.sealed, this.open]) each.close();
    rmSync(this.dir, { recursive: true });
  }
}

describe("ledger verify", () => {
  let house: House;
  beforeEach(() => (house = new House()));
  afterEach(() => house.close());

  it("finds nothing wrong with true books, and says how much it looked at", () => {
    expect(house.verify(false)).to.deep.equal([]);
    expect(house.verify(true)).to.deep.equal([]);
    const books = Books.open(house.dir, ZONE);
    const report = finish(verifyBooks(books, true, () => 5));
    books.close();
    expect(report).to.include({ clean: true, accounts: 3, days: 2, messages: 39, tookMs: 0 });
    expect(report.entries).to.be.greaterThan(60);
  });

  const SLIP = "DROP TRIGGER entry_kept; DROP TRIGGER entry_fixed; DROP TRIGGER audit_kept; DROP TRIGGER audit_fixed; DROP TRIGGER refund_kept; DROP TRIGGER refund_fixed; PRAGMA foreign_keys = OFF;";
  /** file, what is done to it, whether only `full` must see it. */
  const TAMPERINGS: readonly (readonly ["ledger" | "sealed" | "open", string, boolean])[] = [
    ["ledger", "UPDATE account SET settings = json_set(settings, '$.priceMicros', 1) WHERE no = 1", false],
    ["ledger", "UPDATE account SET settings = json_set(settings, '$.creditLimitMicros', 1000000000) WHERE no = 1", false],
    ["ledger", "UPDATE account SET state = 'active' WHERE name = 'gone'", false],
    ["ledger", "DELETE FROM account WHERE no = 2", false],
    ["ledger", "UPDATE tariff SET price = 1", false],
    ["ledger", "DELETE FROM tariff", false],
    ["ledger", "INSERT INTO tariff VALUES (9, 2, '86', 1, 1, 1, NULL)", false],
    ["ledger", "UPDATE entry SET amount = amount + 1 WHERE id = 1", false],
    ["ledger", "UPDATE entry SET account = 2 WHERE id = 1", false],
    ["ledger", "UPDATE entry SET debit = 6 WHERE id = 1", false],
    ["ledger", "UPDATE entry SET at = at + 1 WHERE id = 1", false],
    ["ledger", "DELETE FROM entry WHERE id = 1", false],
    ["ledger", "DELETE FROM entry WHERE id = (SELECT max(id) FROM entry)", false],
    ["ledger", "UPDATE topup SET amount = amount * 2 WHERE reference = 'B1'", false],
    ["ledger", "UPDATE topup SET reversal = NULL WHERE reference = 'B2'", false],
    ["ledger", "UPDATE topup SET reference = 'B3' WHERE reference = 'B2'", false],
    ["ledger", "DELETE FROM topup WHERE reference = 'B1'", false],
    ["ledger", "INSERT INTO topup VALUES (1, 'B9', 5, 1, NULL)", false],
    ["ledger", "UPDATE refund SET amount = amount - 1", false],
    ["ledger", "DELETE FROM refund", false],
    ["ledger", "INSERT INTO refund VALUES (77, 1, 1, 1)", false],
    ["ledger", "UPDATE balance SET amount = amount + 1 WHERE account = 1 AND book = 2", false],
    ["ledger", "UPDATE balance SET amount = amount + iif(book = 2, 1, -1) WHERE account = 1 AND book IN (2, 5)", false],
    ["ledger", "DELETE FROM balance WHERE account = 1", false],
    ["ledger", "UPDATE operator SET name = 'south'", false],
    ["ledger", "DELETE FROM sealed_day", false],
    ["ledger", "UPDATE carried_entry SET amount = amount + 1 WHERE account = 1 AND kind = 3", false],
    ["ledger", "DELETE FROM carried_entry WHERE kind = 2", false],
    ["ledger", "UPDATE carried_message SET messages = messages + 1", false],
    ["ledger", "UPDATE audit SET what = 'nothing' WHERE no = 3", false],
    ["ledger", "UPDATE audit SET actor = 'eve' WHERE no = (SELECT max(no) FROM audit)", false],
    ["ledger", "DELETE FROM audit WHERE no = 4", false],
    ["ledger", "DELETE FROM audit WHERE no = (SELECT max(no) FROM audit)", false],
    ["ledger", "DELETE FROM audit", false],
    ["ledger", "UPDATE meta SET value = '1:00'", false],
    ["open", "UPDATE message SET charge = charge + 1 WHERE id = (SELECT min(id) FROM message)", false],
    ["open", "UPDATE message SET charge_state = 5 WHERE id = (SELECT min(id) FROM message WHERE charge_state = 4)", false],
    ["open", "UPDATE message SET charge_state = 4 WHERE id = (SELECT min(id) FROM message WHERE charge_state = 5)", false],
    ["open", "UPDATE message SET charge_state = 4 WHERE id = (SELECT min(id) FROM message WHERE charge_state = 3)", false],
    ["open", "UPDATE message SET charge_state = 3 WHERE id = (SELECT min(id) FROM message WHERE charge_state = 4)", false],
    ["open", "UPDATE message SET charge = 1 WHERE charge = 0", false],
    ["open", "UPDATE message SET account = 2 WHERE id = (SELECT min(id) FROM message)", false],
    ["open", "UPDATE message SET state = 20 WHERE id = (SELECT min(id) FROM message WHERE state < 20)", false],
    ["open", "UPDATE message SET segments = 9 WHERE id = (SELECT min(id) FROM message)", false],
    ["open", "UPDATE message SET id = id - 86400 * 4194304 WHERE id = (SELECT min(id) FROM message)", false],
    ["open", "DELETE FROM message WHERE id = (SELECT min(id) FROM message)", false],
    ["open", "DELETE FROM message WHERE charge = 0", false],
    ["open", "UPDATE entry SET amount = amount + 1 WHERE id = (SELECT min(id) FROM entry)", false],
    ["open", "UPDATE entry SET count = count + 1 WHERE id = (SELECT min(id) FROM entry)", false],
    ["open", "UPDATE entry SET kind = 4 WHERE id = (SELECT max(id) FROM entry)", false],
    ["open", "UPDATE entry SET debit = 5 WHERE id = (SELECT min(id) FROM entry)", false],
    ["open", "UPDATE entry SET account = 2 WHERE id = (SELECT min(id) FROM entry)", false],
    ["open", "DELETE FROM entry WHERE id = (SELECT min(id) FROM entry)", false],
    ["open", "DELETE FROM entry WHERE id = (SELECT max(id) FROM entry)", false],
    ["open", "UPDATE account_total SET available_delta = available_delta + 1 WHERE account = 1", false],
    ["open", "UPDATE account_total SET held = held - 70000, available_delta = available_delta + 70000 WHERE account = 2", false],
    ["open", "UPDATE account_total SET held_count = 0", false],
    ["open", "DELETE FROM account_total WHERE account = 1", false],
    ["open", "INSERT INTO account_total VALUES (1234, 1, 0, -1, 0)", false],
    ["open", "UPDATE tally SET messages = messages + 1 WHERE account = 1 AND state = 12", false],
    ["open", "DELETE FROM tally WHERE account = 1 AND state = 20", false],
    ["open", "DELETE FROM content WHERE id = (SELECT min(id) FROM content)", true],
    // Sums that stay right: only matching every entry with its messages finds them.
    ["open", "UPDATE message SET charge = charge + iif(hold_entry = 8388609, 1, -1) WHERE account = 1 AND charge_state = 4 AND id IN (SELECT min(id) FROM message WHERE charge_state = 4 GROUP BY hold_entry) AND hold_entry IN (8388609, 8388610)", true],
    ["open", "UPDATE entry SET amount = amount + iif(id = 8388609, 1, -1) WHERE id IN (8388609, 8388610)", true],
    ["sealed", "UPDATE message SET charge = charge + 1 WHERE id = (SELECT max(id) FROM message WHERE charge > 0)", true],
    ["sealed", "UPDATE message SET operator = 2 WHERE id = (SELECT max(id) FROM message)", true],
    ["sealed", "UPDATE message SET charge_state = 5 WHERE charge_state = 6", true],
    ["sealed", "UPDATE entry SET amount = amount + 1 WHERE id = (SELECT min(id) FROM entry)", true],
    ["sealed", "DELETE FROM entry WHERE id = (SELECT max(id) FROM entry)", true],
  ];
  for (const [file, sql, full] of TAMPERINGS) {
    it(`finds in ${file}${full ? " (full)" : ""}: ${sql}`, () => {
      const db: Database.Database = file === "ledger" ? house.ledger.db : house[file].db;
      if (file === "ledger") db.exec(SLIP);
      const before = db.prepare("SELECT total_changes()").pluck().get();
      db.exec(sql);
      expect(db.prepare("SELECT total_changes()").pluck().get(), "the tampering did something").to.not.equal(before);
      expect(house.verify(full)).to.not.deep.equal([]);
    });
  }

  it("finds a refunded message whose charge was taken back in its day as well", () => {
    house.sealed.db.prepare("UPDATE message SET charge_state = 6 WHERE id = ?").run(house.refunded);
    expect(house.verify(false).join()).to.include(`message ${house.refunded} was refunded`);
  });

  it("finds an account below its credit limit", () => {
    house.open.commit(atHour(DAY + 1, 5), () => house.open.accept({ account: 2, charge: 2_000_000 }));
    expect(house.verify(false)).to.deep.equal(["account zeta: available -2.665 is below its credit limit"]);
  });

  it("still judges the books when a sealed day's file has been deleted", () => {
    house.sealed.close();
    rmSync(join(house.dir, "days", "2025-11-24.db"));
    expect(house.verify(true)).to.deep.equal([]);
  });

  it("is not misled by what is booked while it looks", () => {
    const books = Books.open(house.dir, ZONE);
    const steps = verifyBooks(books, true, () => 0);
    const waiting: number[] = [];
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) {
        expect(step.value.problems).to.deep.equal([]);
        break;
      }
      // Between any two steps of the check: one more message, one settled, one refunded, one top-up.
      house.open.commit(atHour(DAY + 1, 6), () => waiting.push(house.open.accept({ account: 1, charge: 35_000 })));
      const [last, before] = [waiting.at(-1), waiting.at(-2)];
      if (last !== undefined) house.open.commit(atHour(DAY + 1, 6), () => house.open.move(last, EntryKind.settle));
      if (before !== undefined && waiting.length % 2 === 0) house.open.commit(atHour(DAY + 1, 6), () => house.open.end(before, MessageState.undeliverable, EntryKind.refund));
      house.change({ kind: "topup", actor: "t", name: "zeta", amountMicros: 1n, reference: `N${waiting.length}` });
    }
    books.close();
    expect(waiting.length).to.be.greaterThan(5);
    expect(house.verify(true)).to.deep.equal([]);
  });
});
