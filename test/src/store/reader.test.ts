import { expect } from "chai";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageState } from "../../../protocols/model/state.js";
import { EntryKind } from "../../../src/ledger/settlement.js";
import { Books } from "../../../src/store/sqlite/books.js";
import { applyCommand } from "../../../src/store/sqlite/change.js";
import { LedgerDb } from "../../../src/store/sqlite/ledger-db.js";
import { Reader, ReaderError } from "../../../src/store/sqlite/reader.js";
import { DAY, DayBook, ZONE, atHour } from "./day-book.js";

/** A worker thread runs built files only; under a loader for TypeScript these are not there. */
const built = import.meta.url.endsWith(".js");

(built ? describe : describe.skip)("reader thread", () => {
  let dir: string;
  let ledger: LedgerDb;
  let book: DayBook;
  let reader: Reader;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "tollgate-reader-"));
    ledger = LedgerDb.open(join(dir, "ledger.db"));
    ledger.db.pragma("synchronous = OFF");
    book = new DayBook(dir, DAY);
    const books = Books.open(dir, ZONE, ledger);
    applyCommand(ledger, books, { kind: "account.add", actor: "t", name: "acme", settings: { priceMicros: 35_000 } }, atHour(DAY, 0));
    applyCommand(ledger, books, { kind: "topup", actor: "t", name: "acme", amountMicros: 1_750_000_000n, reference: "B1" }, atHour(DAY, 0));
    books.close();
    reader = new Reader({ dir, zoneMinutes: ZONE });
  });
  afterEach(async () => {
    await reader.close();
    ledger.close();
    book.close();
    rmSync(dir, { recursive: true });
  });

  it("answers many questions at once, each with its own answer", async () => {
    book.commit(atHour(DAY, 1), () => book.accept({ account: 1, charge: 35_000 }));
    const [account, nobody, verify, statement] = await Promise.all([
      reader.query({ kind: "account", name: "acme" }),
      reader.query({ kind: "account", name: "nobody" }),
      reader.query({ kind: "verify", full: true }),
      reader.query({ kind: "statement", name: "acme", fromMs: atHour(DAY, 0), toMs: atHour(DAY + 1, 0) }),
    ]);
    expect(account).to.have.nested.property("account.availableMicros", 1_749_965_000n);
    expect(nobody).to.deep.equal({ kind: "account", account: null });
    expect(verify).to.have.nested.property("report.clean", true);
    expect(statement).to.have.nested.property("statement.closingMicros", 1_750_000_000n);
  });

  it("lets a balance pass a long verification", async () => {
    for (let i = 0; i < 2; i += 1) {
      book.commit(atHour(DAY, 1), () => {
        for (let k = 0; k < 1_000; k += 1) book.end(book.accept({ account: 1, charge: 0 }), MessageState.delivered, 0);
        book.move(book.accept({ account: 1, charge: 1 }), EntryKind.settle);
      });
    }
    const order: string[] = [];
    await Promise.all([
      reader.query({ kind: "verify", full: true }).then(() => order.push("verify")),
      reader.query({ kind: "account", name: "acme" }).then(() => order.push("account")),
    ]);
    expect(order).to.deep.equal(["account", "verify"]);
  });

  it("C072 pins no WAL: a checkpoint right after any answer takes everything back", async () => {
    book.commit(atHour(DAY, 1), () => book.accept({ account: 1, charge: 35_000 }));
    for (const query of [{ kind: "verify", full: true }, { kind: "trace", by: "destination", value: "138", limit: 5 }, { kind: "accounts" }] as const) {
      await reader.query(query);
      book.commit(atHour(DAY, 1), () => book.accept({ account: 1, charge: 35_000 }));
      book.db.pragma("wal_checkpoint(TRUNCATE)");
      expect(statSync(join(dir, "days", "2025-11-24.db-wal")).size, query.kind).to.equal(0);
    }
  });

  it("says why it cannot answer, and answers again when it can", async () => {
    const lost = new Reader({ dir: join(dir, "nothing"), zoneMinutes: ZONE });
    const error: unknown = await lost.query({ kind: "accounts" }).then(() => null, (reason: unknown) => reason);
    expect(error).to.be.instanceOf(ReaderError);
    await lost.close();
    expect(await reader.query({ kind: "audit", limit: 1 })).to.have.property("entries").with.length(1);
  });

  it("refuses more questions than may wait, and those asked after its end", async () => {
    const asked = Array.from({ length: 300 }, () => reader.query({ kind: "audit", limit: 1 }).then(() => "ok", (error: unknown) => (error as ReaderError).code));
    const told = await Promise.all(asked);
    expect(told.filter((each) => each === "ok")).to.have.length(260);
    expect(told.filter((each) => each === "busy")).to.have.length(40);
    await reader.close();
    expect(await reader.query({ kind: "accounts" }).then(() => "ok", (error: unknown) => (error as ReaderError).code)).to.equal("closed");
  });

  it("fails the questions under way when it is closed", async () => {
    const asked = reader.query({ kind: "verify", full: true }).then(() => "ok", (error: unknown) => (error as ReaderError).code);
    await reader.close();
    expect(await asked).to.equal("closed");
  });
});
