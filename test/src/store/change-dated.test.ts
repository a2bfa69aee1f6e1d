/** What is entered for a day to come and what time brings about: dated terms, overdue invoices, former credentials. */
import { expect } from "chai";
import { priceFor } from "../../../src/ledger/tariff.js";
import { parseMoney } from "../../../src/ledger/money.js";
import { newSecretKey, seal } from "../../../src/ledger/secret.js";
import { dueCommands, nextDue } from "../../../src/store/sqlite/change-dated.js";
import { Bench } from "./engine-bench.js";
import { ContractLedger, DAY_MS } from "./contract-ledger.js";

/** Carries out what is due by now. */
function due(books: ContractLedger): string[] {
  return dueCommands(books.ledger, books.nowMs).map(({ actor, ...command }) => `${actor} ${command.kind} ${books.outcome(command)}`);
}

describe("terms entered for a day to come", () => {
  let books: ContractLedger;
  beforeEach(() => {
    books = new ContractLedger();
    books.add("acme", { rate: 100 });
  });
  afterEach(() => books.close());
  const enter = (settings: object, inDays: number) => books.outcome({ kind: "dated.add", name: "acme", settings, fromMs: books.nowMs + inDays * DAY_MS, reason: "addendum 3" });

  it("stand in the log when they are entered and when they are applied, in their order", () => {
    expect(enter({ rate: 50 }, 2)).to.equal("ok");
    expect(enter({ rate: 20, window: 7 }, 1)).to.equal("ok");
    expect(nextDue(books.ledger)).to.equal(books.nowMs + DAY_MS);
    expect(due(books)).to.deep.equal([]);
    books.nowMs += 2 * DAY_MS;
    expect(due(books)).to.deep.equal(["gateway dated.apply ok", "gateway dated.apply ok"]);
    expect(books.account("acme")).to.include({ rate: 50, window: 7 });
    expect(books.account("acme").dated).to.deep.equal([]);
    expect(nextDue(books.ledger)).to.equal(Infinity);
    expect(books.audit.slice(1)).to.deep.equal([
      "account acme is to change from 2026-11-27T02:00:00.000Z (1): rate 100 -> 50", "account acme is to change from 2026-11-26T02:00:00.000Z (2): rate 100 -> 20, window 100 -> 7",
      "account acme set: rate 100 -> 20, window 100 -> 7", "account acme: change 2 applied", "account acme set: rate 20 -> 50", "account acme: change 1 applied",
    ]);
    expect(books.problems).to.deep.equal([]);
  });

  it("are taken back by their number, once", () => {
    enter({ rate: 50 }, 2);
    expect(books.account("acme").dated).to.deep.equal([{ no: 1, fromMs: books.nowMs + 2 * DAY_MS, settings: { rate: 50 } }]);
    expect(books.outcome({ kind: "dated.cancel", name: "acme", no: 1 })).to.equal("ok");
    expect(books.outcome({ kind: "dated.cancel", name: "acme", no: 1 })).to.equal("no_such_change");
    books.nowMs += 3 * DAY_MS;
    expect([due(books), books.account("acme").rate]).to.deep.equal([[], 100]);
    expect(books.problems).to.deep.equal([]);
  });

  it("may be no past, no nothing, no secret and nothing that could not stand", () => {
    expect(enter({ rate: 50 }, 0)).to.equal("invalid_value");
    expect(enter({}, 1)).to.equal("invalid_value");
    expect(enter({ rate: 100 }, 1)).to.equal("invalid_value");
    expect(enter({ passwordHash: "" }, 1)).to.equal("invalid_value");
    expect(enter({ rate: 0 }, 1)).to.equal("invalid_value");
    expect(enter({ validFrom: "2026-12-01", validTo: "2026-11-30" }, 1)).to.equal("invalid_value");
    for (let no = 0; no < 100; no++) expect(enter({ rate: 200 + no }, 1)).to.equal("ok");
    expect(enter({ rate: 50 }, 1)).to.equal("limit_exceeded");
  });

  it("that may not stand any more at their time are refused and said, and not tried again", () => {
    enter({ serviceCodes: ["1069"] }, 1);
    books.add("other", { serviceCodes: ["1069"] });
    books.nowMs += DAY_MS;
    expect(due(books)).to.deep.equal(["gateway dated.apply ok"]);
    expect(books.audit.at(-1)).to.equal("account acme: change 1 could not be applied: service-code: 1069 is account other's");
    expect([books.account("acme").serviceCodes, due(books)]).to.deep.equal([[], []]);
    expect(books.problems).to.deep.equal([]);
  });

  it("that set a price hold exactly from their time, whenever it comes to be written, and old messages keep theirs", () => {
    const fromMs = books.nowMs + DAY_MS;
    enter({ priceMicros: 40_000 }, 1);
    const price = (atMs: number): number => priceFor(books.account("acme"), "13800138000", atMs);
    expect([price(fromMs - 1), price(fromMs)]).to.deep.equal([35_000, 40_000]);
    // Another, later one is entered as a tariff; the first is written late, by a daemon that did not run.
    books.outcome({ kind: "tariff.add", name: "acme", prefix: "", priceMicros: 50_000, fromMs: fromMs + DAY_MS });
    books.nowMs += 3 * DAY_MS;
    due(books);
    expect(books.account("acme").priceMicros).to.equal(40_000);
    expect([price(fromMs + DAY_MS - 1), price(fromMs + DAY_MS)]).to.deep.equal([40_000, 50_000]);
    expect(books.problems).to.deep.equal([]);
  });

  it("clause 8.7: a change with a day is carried out by the running store at its time, told to the gateway, and messages of before keep their price", () => {
    const bench = new Bench();
    try {
      bench.account("a", { rate: 100 });
      const { id } = bench.accept();
      bench.engine.change({ kind: "dated.add", actor: "test", name: "a", settings: { rate: 10, priceMicros: 50_000 }, fromMs: bench.wallMs + 60_000 }, bench.wallMs);
      bench.engine.rest(bench.wallMs + 59_999);
      expect(bench.changed).to.deep.equal([]);
      bench.engine.rest(bench.wallMs + 60_000);
      bench.engine.rest(bench.wallMs + 61_000);
      expect(bench.changed).to.deep.equal(["a"]);
      expect(bench.engine.state.balances.get(1)?.account).to.include({ rate: 10, priceMicros: 50_000 });
      expect(bench.row(id).charge).to.equal(35_000);
    } finally {
      bench.close();
    }
  });
});

describe("invoices of top-ups", () => {
  let books: ContractLedger;
  beforeEach(() => (books = new ContractLedger()));
  afterEach(() => books.close());
  const topUp = (reference: string, number: string, paid: boolean, dueInDays = 5) => books.outcome({
    kind: "topup", name: "acme", amountMicros: parseMoney("100"), reference, invoice: { number, dueMs: paid ? 0 : books.nowMs + dueInDays * DAY_MS, paid },
  });

  it("clause 3.1: one that is not paid in time warns the account, and paid it is as it was before", () => {
    books.add("acme", { overdue: "warn", cureDays: 10 });
    expect(topUp("B1", "INV-1", false)).to.equal("ok");
    expect(books.account("acme").unpaidDueMs).to.equal(books.nowMs + 5 * DAY_MS);
    books.nowMs += 5 * DAY_MS;
    expect(due(books)).to.deep.equal(["gateway invoice.overdue ok"]);
    expect(due(books)).to.deep.equal([]);
    expect(books.account("acme")).to.include({ state: "warned", stateReason: "invoice INV-1 is not paid in time", cureByMs: books.nowMs + 10 * DAY_MS });
    expect(books.outcome({ kind: "invoice.paid", name: "acme", which: "INV-1" })).to.equal("ok");
    expect(books.outcome({ kind: "invoice.paid", name: "acme", which: "B1" })).to.equal("repeated");
    expect(books.account("acme")).to.include({ state: "active", stateReason: "", unpaidDueMs: 0 });
    expect(books.problems).to.deep.equal([]);
  });

  it("that are overdue together are acted on one after the other: paying one frees the account of that alone", () => {
    books.add("acme", { overdue: "suspend" });
    topUp("B1", "INV-1", false);
    topUp("B2", "INV-2", false);
    books.nowMs += 5 * DAY_MS;
    expect(due(books)).to.have.length(2);
    expect(books.account("acme")).to.include({ state: "suspended", stateReason: "invoice INV-1 is not paid in time" });
    books.outcome({ kind: "invoice.paid", name: "acme", which: "INV-1" });
    due(books);
    expect(books.account("acme")).to.include({ state: "suspended", stateReason: "invoice INV-2 is not paid in time" });
    books.outcome({ kind: "invoice.paid", name: "acme", which: "INV-2" });
    due(books);
    expect(books.account("acme").state).to.equal("active");
    expect(books.problems).to.deep.equal([]);
  });

  it("that are overdue suspend it, or are only said, as its terms want; a warning for something else stays", () => {
    for (const [overdue, state] of [["suspend", "suspended"], ["ignore", "active"]] as const) {
      books.add("acme", {});
      books.outcome({ kind: "account.set", name: "acme", settings: { overdue } });
      topUp(`B-${overdue}`, `INV-${overdue}`, false);
      books.nowMs += 5 * DAY_MS;
      due(books);
      expect(books.account("acme").state).to.equal(state);
      expect(books.audit.some((what) => what === `account acme: invoice INV-${overdue} is not paid in time`)).to.equal(true);
      books.outcome({ kind: "invoice.paid", name: "acme", which: `INV-${overdue}` });
      expect(books.account("acme").state).to.equal("active");
    }
    books.outcome({ kind: "account.set", name: "acme", settings: { overdue: "warn" } });
    books.outcome({ kind: "account.warn", name: "acme", reason: "adverts" });
    topUp("B2", "INV-2", false);
    books.nowMs += 5 * DAY_MS;
    due(books);
    books.outcome({ kind: "invoice.paid", name: "acme", which: "INV-2" });
    expect(books.account("acme")).to.include({ state: "warned", stateReason: "adverts" });
    expect(books.problems).to.deep.equal([]);
  });

  it("opens an account with its first payment: not with money that is still owed", () => {
    books.add("acme", { opensWith: "topup" });
    topUp("B1", "INV-1", false);
    expect(books.account("acme").openedAtMs).to.equal(0);
    books.nowMs += DAY_MS;
    books.outcome({ kind: "invoice.paid", name: "acme", which: "INV-1" });
    expect(books.account("acme").openedAtMs).to.equal(books.nowMs);
    books.outcome({ kind: "topup", name: "acme", amountMicros: parseMoney("1"), reference: "B2" });
    expect(books.account("acme").openedAtMs).to.equal(books.nowMs);
  });

  it("are of one top-up each, say the same when it comes again, and are cancelled with it", () => {
    books.add("acme");
    expect(topUp("B1", "INV-1", true)).to.equal("ok");
    expect(topUp("B1", "INV-1", true)).to.equal("repeated");
    expect(topUp("B1", "INV-9", true)).to.equal("reference_conflict");
    expect(topUp("B2", "INV-1", true)).to.equal("reference_conflict");
    expect(books.topUp("acme", "1", "B3")).to.equal("ok");
    expect(topUp("B3", "INV-3", true)).to.equal("reference_conflict");
    expect(books.outcome({ kind: "topup", name: "acme", amountMicros: 1n, reference: "B4", invoice: { number: "INV-4", dueMs: 0, paid: false } })).to.equal("invalid_value");
    topUp("B5", "INV-5", false);
    expect(books.outcome({ kind: "topup.reverse", name: "acme", reference: "B5" })).to.equal("ok");
    books.nowMs += 9 * DAY_MS;
    expect(due(books)).to.deep.equal([]);
    expect(books.outcome({ kind: "invoice.paid", name: "acme", which: "INV-5" })).to.equal("no_such_invoice");
    books.ledger.db.prepare("UPDATE invoice SET due = 1 WHERE reference = 'B1'").run();
    expect(books.problems).to.deep.equal(["ledger.db: invoice:1:B1 is not as the audit log says it was left"]);
  });
});

describe("former credentials", () => {
  let books: ContractLedger;
  const hash = (salt: string): string => `scrypt$16384$8$1$${salt.padEnd(22, "A")}$${"k".repeat(43)}`;
  beforeEach(() => {
    books = new ContractLedger();
    books.add("acme", { passwordHash: hash("one") });
  });
  afterEach(() => books.close());

  it("stay good as long as they are kept, then end by themselves, and no log tells one", () => {
    expect(books.account("acme").credentials).to.include({ passwordSetAtMs: books.nowMs, secretSetAtMs: 0, formerPasswordHash: "" });
    books.nowMs += DAY_MS;
    expect(books.outcome({ kind: "account.set", name: "acme", settings: { passwordHash: hash("two") }, keepOldMs: 7 * DAY_MS })).to.equal("ok");
    expect(books.account("acme").credentials).to.include({ passwordSetAtMs: books.nowMs, formerPasswordHash: hash("one"), formerPasswordUntilMs: books.nowMs + 7 * DAY_MS });
    books.nowMs += 7 * DAY_MS;
    expect(due(books)).to.deep.equal(["gateway credential.expire ok"]);
    expect(books.account("acme").credentials).to.include({ formerPasswordHash: "", formerPasswordUntilMs: 0 });
    expect(books.audit.slice(-2)).to.deep.equal(["account acme: password as of now, the former one until 2026-12-03T02:00:00.000Z", "account acme: the former password ended"]);
    expect(books.audit.join("\n")).to.not.include("scrypt");
    expect(books.problems).to.deep.equal([]);
  });

  it("are not kept where nobody asks, and a third one ends the first", () => {
    books.outcome({ kind: "account.set", name: "acme", settings: { passwordHash: hash("two") }, keepOldMs: DAY_MS });
    books.outcome({ kind: "account.set", name: "acme", settings: { passwordHash: hash("three") } });
    expect(books.account("acme").credentials).to.include({ formerPasswordHash: "", formerPasswordUntilMs: 0 });
    expect(books.outcome({ kind: "account.set", name: "acme", settings: { rate: 5 }, keepOldMs: DAY_MS })).to.equal("invalid_value");
  });

  it("of a shared secret are sealed anew with the others when their key is given up", () => {
    const [old, next] = [newSecretKey(), newSecretKey()];
    const sealed = ["first", "second"].map((secret) => seal(old, "acme", secret));
    const anew = ["first", "second"].map((secret) => seal(next, "acme", secret));
    books.outcome({ kind: "account.set", name: "acme", settings: { cmppSecret: sealed[0]! } });
    books.outcome({ kind: "account.set", name: "acme", settings: { cmppSecret: sealed[1]! }, keepOldMs: DAY_MS });
    const secrets = [0, 1].map((at) => ({ name: "acme", from: sealed[at]!, to: anew[at]! }));
    expect(books.apply({ kind: "secrets.reseal", secrets, what: "key rotated" }).accounts!.at(-1)).to.include({ cmppSecret: anew[1] });
    expect(books.account("acme")).to.include({ cmppSecret: anew[1] });
    expect(books.account("acme").credentials.formerSecret).to.equal(anew[0]);
    expect(books.problems).to.deep.equal([]);
  });
});
