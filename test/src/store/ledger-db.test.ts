import { expect } from "chai";
import Database from "better-sqlite3";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Book, EntryKind } from "../../../src/ledger/settlement.js";
import { LedgerDb } from "../../../src/store/sqlite/ledger-db.js";
import { DataVersionError, LEDGER_VERSION } from "../../../src/store/sqlite/ledger-schema.js";

const NOW = 1_764_000_000_000;

describe("ledger.db", () => {
  let dir: string;
  let path: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "tollgate-ledger-"));
    path = join(dir, "ledger.db");
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("is made with WAL and full synchronous commits, and stays as it is when opened again", () => {
    const first = LedgerDb.open(path);
    expect(first.db.pragma("journal_mode", { simple: true })).to.equal("wal");
    expect(first.db.pragma("synchronous", { simple: true })).to.equal(2n);
    first.registerOperators(["north"], NOW);
    first.close();
    const again = LedgerDb.open(path);
    expect(again.db.pragma("user_version", { simple: true })).to.equal(BigInt(LEDGER_VERSION));
    expect([...again.operators()]).to.deep.equal([["north", 1]]);
    again.close();
  });

  it("refuses a newer version untouched, in words that say what to do", () => {
    LedgerDb.open(path).close();
    const db = new Database(path);
    db.pragma(`user_version = ${LEDGER_VERSION + 1}`);
    db.close();
    expect(() => LedgerDb.open(path)).to.throw(DataVersionError, "newer tollgate");
    expect(() => LedgerDb.openReadOnly(path)).to.throw(DataVersionError, "newer tollgate");
    const after = new Database(path);
    expect(after.pragma("user_version", { simple: true })).to.equal(LEDGER_VERSION + 1);
    after.close();
  });

  it("refuses a database that is none of ours", () => {
    const db = new Database(path);
    db.exec("CREATE TABLE thing (x)");
    db.close();
    expect(() => LedgerDb.open(path)).to.throw(DataVersionError, "not a tollgate ledger");
  });

  it("makes its tables in a file that is still empty (killed before the first commit)", () => {
    new Database(path).close();
    const ledger = LedgerDb.open(path);
    expect(ledger.accountRows()).to.deep.equal([]);
    ledger.close();
  });

  it("gives operators numbers that never change, by name", () => {
    const ledger = LedgerDb.open(path);
    expect([...ledger.registerOperators(["north", "south"], NOW)]).to.deep.equal([["north", 1], ["south", 2]]);
    expect([...ledger.registerOperators(["east", "south"], NOW)]).to.deep.equal([["north", 1], ["south", 2], ["east", 3]]);
    ledger.close();
  });

  it("reads without writing beside an open writer", () => {
    const ledger = LedgerDb.open(path);
    const reader = LedgerDb.openReadOnly(path);
    ledger.registerOperators(["north"], NOW);
    expect(reader.operators().get("north")).to.equal(1);
    expect(() => reader.registerOperators(["south"], NOW)).to.throw("readonly");
    reader.close();
    ledger.close();
  });

  it("carries a sealed day into the balances once", () => {
    const ledger = LedgerDb.open(path);
    const sealed = {
      day: 20_416, name: "2025-11-24", messages: 1, entries: 2,
      carried: [
        { account: 1, onDay: 20_416, kind: EntryKind.hold, debit: Book.available, credit: Book.held, count: 1n, amount: 35_000n },
        { account: 1, onDay: 20_417, kind: EntryKind.settle, debit: Book.held, credit: Book.revenue, count: 1n, amount: 35_000n },
      ],
      outcomes: [{ account: 1, operator: 1, state: 20, messages: 1n, segments: 1n }],
      refusals: [],
      rollup: { uses: [], failures: [], traffic: [], costs: [] },
    };
    expect(ledger.seal(sealed, NOW)).to.equal(true);
    expect(ledger.seal(sealed, NOW)).to.equal(false);
    expect(ledger.available(1)).to.equal(-35_000n);
    expect([...ledger.sealedDays()]).to.deep.equal([20_416]);
    expect(ledger.prepare("SELECT sum(amount) FROM balance").pluck().get()).to.equal(0n);
    ledger.close();
  });

  it("never dates an entry or a log record before the one before it", () => {
    const ledger = LedgerDb.open(path);
    for (const nowMs of [NOW, NOW - 60_000, NOW + 1]) {
      ledger.transaction(() => ledger.log({ actor: "cli:test", reason: "", what: "x", subject: "" }, nowMs));
    }
    expect(ledger.prepare("SELECT at FROM audit ORDER BY no").pluck().all()).to.deep.equal([BigInt(NOW), BigInt(NOW), BigInt(NOW + 1)]);
    ledger.close();
  });

  it("lets no one change or remove entries and log records by a slip", () => {
    const ledger = LedgerDb.open(path);
    ledger.registerOperators(["north"], NOW);
    expect(() => ledger.db.exec("DELETE FROM audit")).to.throw("append-only");
    expect(() => ledger.db.exec("UPDATE audit SET what = ''")).to.throw("append-only");
    ledger.close();
  });
});
