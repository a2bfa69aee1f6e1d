import { expect } from "chai";
import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Outcome } from "../../../protocols/model/outcome.js";
import { MessageState } from "../../../protocols/model/state.js";
import { EntryKind } from "../../../src/ledger/settlement.js";
import type { Statement } from "../../../src/store/statement.js";
import { Books } from "../../../src/store/sqlite/books.js";
import { applyCommand } from "../../../src/store/sqlite/change.js";
import { LedgerDb } from "../../../src/store/sqlite/ledger-db.js";
import { collectSealedDay } from "../../../src/store/sqlite/sealed-day.js";
import { readStatement } from "../../../src/store/sqlite/statement.js";
import { verifyBooks } from "../../../src/store/sqlite/verify.js";
import { DAY, DayBook, ZONE, atHour, finish } from "./day-book.js";

class House {
  readonly dir = mkdtempSync(join(tmpdir(), "tollgate-statement-"));
  readonly ledger = LedgerDb.open(join(this.dir, "ledger.db"));
  readonly days = new Map<number, DayBook>();
  #reference = 0;

  constructor() {
    this.ledger.db.pragma("synchronous = OFF");
    for (const name of ["acme", "other"]) {
      applyCommand(this.ledger, this.books(), { kind: "account.add", actor: "t", name, settings: { priceMicros: 35_000, creditLimitMicros: 1_000_000_000 } }, atHour(DAY, 0));
    }
  }

  books(): Books {
    return Books.open(this.dir, ZONE, this.ledger);
  }

  day(day: number): DayBook {
    let book = this.days.get(day);
    if (book === undefined) {
      book = new DayBook(this.dir, day);
      this.days.set(day, book);
    }
    return book;
  }

  topUp(amountMicros: bigint, atMs: number): string {
    this.#reference += 1;
    const reference = `B${this.#reference}`;
    applyCommand(this.ledger, this.books(), { kind: "topup", actor: "t", name: "acme", amountMicros, reference }, atMs);
    return reference;
  }

  statement(fromDay: number, toDay: number): Statement {
    const books = this.books();
    const statement = finish(readStatement(books, "acme", atHour(fromDay, 0), atHour(toDay, 0)));
    books.close();
    if (statement === null) throw new Error("no statement");
    return statement;
  }

  seal(day: number): void {
    this.ledger.seal(finish(collectSealedDay(this.day(day).db, day, ZONE)), atHour(day + 2, 1));
  }

  close(): void {
    this.ledger.close();
    for (const book of this.days.values()) book.close();
    rmSync(this.dir, { recursive: true });
  }
}

function identity(each: Statement): void {
  const { openingMicros, topUpsMicros, refundsMicros, chargesMicros, forfeitsMicros, closingMicros, heldMicros } = each;
  expect(openingMicros + topUpsMicros + refundsMicros - chargesMicros - forfeitsMicros).to.equal(closingMicros);
  expect(heldMicros >= 0n).to.equal(true);
}

describe("statement", () => {
  let house: House;
  beforeEach(() => (house = new House()));
  afterEach(() => house.close());

  it("tells a day to the last micro-unit: 1750.00 at 0.035", () => {
    house.topUp(1_750_000_000n, atHour(DAY, 0));
    const book = house.day(DAY);
    let [sent, held, failed] = [0, 0, 0];
    book.commit(atHour(DAY, 1), () => {
      sent = book.accept({ account: 1, charge: 70_000, segments: 2 });
      held = book.accept({ account: 1, charge: 35_000 });
      failed = book.accept({ account: 1, charge: 35_000 });
      book.accept({ account: 2, charge: 35_000 });
      book.refuse(1, Outcome.blocked_content);
      book.refuse(1, Outcome.blocked_content);
      book.refuse(2, Outcome.no_route);
    });
    book.commit(atHour(DAY, 2), () => {
      book.end(sent, MessageState.delivered, EntryKind.settle);
      book.end(failed, MessageState.expired, EntryKind.release);
    });
    expect(held).to.be.greaterThan(0);
    const fates = { messages: 3, segments: 4, delivered: 1, failed: 1, cancelled: 0, unknown: 0, pending: 1 };
    expect(house.statement(DAY, DAY + 1)).to.deep.equal({
      account: "acme", currency: "CNY", fromMs: atHour(DAY, 0), toMs: atHour(DAY + 1, 0),
      openingMicros: 0n, topUpsMicros: 1_750_000_000n, reversalsMicros: 0n, refundsMicros: 0n, failureRefundsMicros: 0n, messageRefundsMicros: 0n,
      chargesMicros: 70_000n, forfeitsMicros: 0n, heldMicros: 35_000n, closingMicros: 1_749_930_000n,
      ...fates, submitted: 5, parts: 0, inbound: 0, optOuts: 0,
      byState: { delivered: { messages: 1, segments: 2 }, expired: { messages: 1, segments: 1 }, open: { messages: 1, segments: 1 } },
      refused: { blocked_content: 2 }, refusedMessages: 2,
      peakSecond: { atMs: atHour(DAY, 1), segments: 4 }, peakHour: { atMs: atHour(DAY, 1), messages: 3 },
      failures: [{ code: "EXPIRED", messages: 1, segments: 1 }],
      days: [{ day: "2025-11-24", ...fates, refused: 2, inbound: 0, optOuts: 0, chargesMicros: 70_000n }],
      operators: [{ name: "#1", ...fates, chargedMicros: 70_000n }],
      signatures: [{ name: "", ...fates, chargedMicros: 70_000n }],
      movements: [{ atMs: atHour(DAY, 0), kind: "topup", reference: "B1", amountMicros: 1_750_000_000n, invoice: "", reason: "" }],
      movementsCut: false,
    });
  });

  it("counts money on the day it moved, and opens with what the day before left", () => {
    house.topUp(1_000_000n, atHour(DAY, 0));
    const book = house.day(DAY);
    let id = 0;
    book.commit(atHour(DAY, 23), () => (id = book.accept({ account: 1, charge: 35_000 })));
    book.commit(atHour(DAY + 1, 0), () => book.move(id, EntryKind.settle));
    const [first, second] = [house.statement(DAY, DAY + 1), house.statement(DAY + 1, DAY + 2)];
    expect(first).to.include({ chargesMicros: 0n, heldMicros: 35_000n, closingMicros: 1_000_000n, messages: 1 });
    expect(second).to.include({ openingMicros: 1_000_000n, chargesMicros: 35_000n, heldMicros: 0n, closingMicros: 965_000n, messages: 0 });
  });

  it("widens a period to whole days and leaves out what lies outside", () => {
    house.topUp(5n, atHour(DAY - 1, 23));
    house.topUp(7n, atHour(DAY, 0));
    house.topUp(11n, atHour(DAY, 23));
    house.topUp(13n, atHour(DAY + 1, 0));
    const statement = finish(readStatement(house.books(), "acme", atHour(DAY, 12), atHour(DAY, 13)));
    expect(statement).to.include({ fromMs: atHour(DAY, 0), toMs: atHour(DAY + 1, 0), openingMicros: 5n, topUpsMicros: 18n, closingMicros: 23n });
  });

  it("C074 keeps sums above 2^53 exact", () => {
    house.topUp(9_007_199_254_740_991n, atHour(DAY, 0));
    applyCommand(house.ledger, house.books(), { kind: "account.set", actor: "t", name: "acme", settings: { creditLimitMicros: 0 } }, atHour(DAY, 0));
    house.topUp(8_007_199_253_740_991n, atHour(DAY, 0));
    const book = house.day(DAY);
    book.commit(atHour(DAY, 1), () => {
      const id = book.accept({ account: 1, charge: 8_007_199_253_740_991 });
      book.move(id, EntryKind.settle);
    });
    house.topUp(8_007_199_253_740_990n, atHour(DAY, 2));
    expect(house.statement(DAY, DAY + 1)).to.include({
      topUpsMicros: 16_014_398_507_481_981n, chargesMicros: 8_007_199_253_740_991n, closingMicros: 8_007_199_253_740_990n,
    });
  });

  it("is nothing for an account that does not exist", () => {
    expect(finish(readStatement(house.books(), "nobody", 0, 1))).to.equal(null);
  });

  it("says the same after the days are sealed, and after their files are gone", () => {
    house.topUp(1_000_000n, atHour(DAY, 0));
    const book = house.day(DAY);
    for (let i = 0; i < 5; i += 1) {
      book.commit(atHour(DAY, 1 + i), () => {
        const id = book.accept({ account: 1, charge: 35_000 * i, segments: i + 1 });
        book.end(id, i % 2 === 0 ? MessageState.delivered : MessageState.rejected, i === 0 ? 0 : i % 2 === 0 ? EntryKind.settle : EntryKind.release);
        book.refuse(1, Outcome.hours);
      });
    }
    const before = house.statement(DAY, DAY + 2);
    expect(before.byState).to.deep.equal({ delivered: { messages: 3, segments: 9 }, rejected: { messages: 2, segments: 6 } });
    house.seal(DAY);
    expect(house.statement(DAY, DAY + 2)).to.deep.equal(before);
    book.close();
    rmSync(join(house.dir, "days", "2025-11-24.db"));
    expect(house.statement(DAY, DAY + 2)).to.deep.equal(before);
  });
});

describe("statement identity", () => {
  /** One thing that happens on a day; what does not apply (nothing to settle) is left out. */
  const event = fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("topUp" as const), amount: fc.integer({ min: 1, max: 9_000_000 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("reverse" as const), amount: fc.constant(0) }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("accept" as const), amount: fc.integer({ min: 0, max: 400_000 }) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("settle" as const), amount: fc.nat(50) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("release" as const), amount: fc.nat(50) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("giveBack" as const), amount: fc.nat(50) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("refund" as const), amount: fc.nat(50) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("nextDay" as const), amount: fc.constant(0) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("seal" as const), amount: fc.constant(0) }) },
  );

  it("holds for every period of any history, agrees with an independent sum, and verify finds nothing", () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 5, maxLength: 40 }), (events) => {
        const house = new House();
        const open: { id: number; day: number; charge: number }[] = [];
        const settled: { id: number; day: number; charge: number }[] = [];
        /** Money in and out by day, kept apart from the code under test. */
        const ledgerOfDays = new Map<number, { topUps: bigint; refunds: bigint; charges: bigint }>();
        const references: string[] = [];
        let day = DAY;
        const today = () => {
          let sum = ledgerOfDays.get(day);
          if (sum === undefined) ledgerOfDays.set(day, (sum = { topUps: 0n, refunds: 0n, charges: 0n }));
          return sum;
        };
        try {
          for (const { kind, amount } of events) {
            const now = atHour(day, 5);
            const at = (list: typeof open) => (list.length === 0 ? null : (list.splice(amount % list.length, 1)[0] ?? null));
            if (kind === "nextDay") day += 1;
            else if (kind === "topUp") {
              references.push(house.topUp(BigInt(amount), now));
              today().topUps += BigInt(amount);
            } else if (kind === "reverse") {
              const reference = references.pop();
              if (reference === undefined) continue;
              const { result } = applyCommand(house.ledger, house.books(), { kind: "topup.reverse", actor: "t", name: "acme", reference }, now);
              if (result.ok) today().topUps -= result.amountMicros ?? 0n;
            } else if (kind === "accept") {
              const book = house.day(day);
              book.commit(now, () => open.push({ id: book.accept({ account: 1, charge: amount, segments: 1 + (amount % 3) }), day, charge: amount }));
            } else if (kind === "settle" || kind === "release") {
              const message = at(open);
              if (message === null) continue;
              const book = house.day(message.day);
              const movement = message.charge === 0 ? 0 : EntryKind[kind];
              book.commit(now, () => book.end(message.id, kind === "settle" ? MessageState.delivered : MessageState.expired, movement));
              if (kind === "release") continue;
              today().charges += BigInt(message.charge);
              settled.push(message);
            } else if (kind === "giveBack") {
              // Settled at acceptance and given back when it failed, in one history of its own.
              const book = house.day(day);
              book.commit(now, () => {
                const id = book.accept({ account: 1, charge: 1_000 + amount });
                book.move(id, EntryKind.settle);
                book.end(id, MessageState.undeliverable, EntryKind.refund);
              });
              today().charges += BigInt(1_000 + amount);
              today().refunds += BigInt(1_000 + amount);
            } else if (kind === "refund") {
              const message = at(settled);
              if (message === null) continue;
              const { result } = applyCommand(house.ledger, house.books(), { kind: "refund", actor: "t", messageId: message.id }, now);
              if (result.ok) today().refunds += BigInt(message.charge);
            } else if (kind === "seal") {
              const ready = [...house.days.keys()].filter((each) => each < day && !open.some((message) => message.day === each));
              for (const each of ready) house.seal(each);
            }
          }
          for (let from = DAY; from <= day; from += 1) {
            for (let to = from; to <= day + 1; to += 1) {
              const statement = house.statement(from, to);
              identity(statement);
              const inside = [...ledgerOfDays].filter(([each]) => each >= from && each < to).map(([, sum]) => sum);
              expect(statement.topUpsMicros).to.equal(inside.reduce((sum, each) => sum + each.topUps, 0n));
              expect(statement.refundsMicros).to.equal(inside.reduce((sum, each) => sum + each.refunds, 0n));
              expect(statement.chargesMicros).to.equal(inside.reduce((sum, each) => sum + each.charges, 0n));
              expect(statement.days.reduce((sum, each) => sum + each.chargesMicros, 0n)).to.equal(statement.chargesMicros);
              if (from > DAY) {
                const before = house.statement(DAY, from);
                expect(statement.openingMicros).to.equal(before.closingMicros);
              }
            }
          }
          const whole = house.statement(DAY, day + 1);
          expect(whole.heldMicros).to.equal(open.reduce((sum, message) => sum + BigInt(message.charge), 0n));
          expect(finish(verifyBooks(house.books(), true, () => 0)).problems).to.deep.equal([]);
        } finally {
          house.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});
