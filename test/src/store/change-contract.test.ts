/** Warnings with their deadline, and the registers of signatures and templates, in the books and in the log. */
import { expect } from "chai";
import { ContractLedger, DAY_MS } from "./contract-ledger.js";

describe("an account's warnings", () => {
  let books: ContractLedger;
  beforeEach(() => {
    books = new ContractLedger();
    books.add("acme", { cureDays: 10 });
  });
  afterEach(() => books.close());

  it("goes from active to warned, suspended, active and closed, each with its reason in the log, and the books stay clean", () => {
    expect(books.outcome({ kind: "account.warn", name: "acme", reason: "adverts" })).to.equal("ok");
    expect(books.account("acme")).to.include({ state: "warned", stateReason: "adverts", cureByMs: books.nowMs + 10 * DAY_MS });
    expect(books.outcome({ kind: "account.suspend", name: "acme", reason: "not mended" })).to.equal("ok");
    expect(books.account("acme")).to.include({ state: "suspended", stateReason: "not mended", cureByMs: 0 });
    expect(books.outcome({ kind: "account.resume", name: "acme", reason: "mended" })).to.equal("ok");
    expect(books.account("acme")).to.include({ state: "active", stateReason: "", cureByMs: 0 });
    expect(books.outcome({ kind: "account.close", name: "acme", rest: "forfeit", reason: "terminated" })).to.equal("ok");
    expect(books.audit.slice(1)).to.deep.equal([
      "account acme warned: to be mended by 2026-12-05T02:00:00.000Z", "account acme no longer only warned", "account acme suspended", "account acme resumed", "account acme closed",
    ]);
    expect(books.ledger.db.prepare("SELECT reason FROM audit ORDER BY no").pluck().all()).to.deep.equal(["", "adverts", "not mended", "not mended", "mended", "terminated"]);
    expect(books.problems).to.deep.equal([]);
  });

  it("gives another deadline when it is warned again, and clears it by clear or by resume", () => {
    books.outcome({ kind: "account.warn", name: "acme", reason: "adverts", cureDays: 3 });
    expect(books.account("acme").cureByMs).to.equal(books.nowMs + 3 * DAY_MS);
    books.outcome({ kind: "account.warn", name: "acme", reason: "more time", cureDays: 5 });
    expect(books.account("acme")).to.include({ stateReason: "more time", cureByMs: books.nowMs + 5 * DAY_MS });
    expect(books.outcome({ kind: "account.clear", name: "acme" })).to.equal("ok");
    expect(books.outcome({ kind: "account.clear", name: "acme" })).to.equal("repeated");
    expect(books.account("acme").state).to.equal("active");
    books.outcome({ kind: "account.warn", name: "acme", reason: "again" });
    expect(books.outcome({ kind: "account.resume", name: "acme" })).to.equal("ok");
    expect(books.account("acme")).to.include({ state: "active", stateReason: "" });
    expect(books.problems).to.deep.equal([]);
  });

  it("warns nobody without a reason, and none that is suspended or closed", () => {
    expect(books.outcome({ kind: "account.warn", name: "acme" })).to.equal("invalid_value");
    expect(books.outcome({ kind: "account.warn", name: "acme", reason: "x", cureDays: 0 })).to.equal("invalid_value");
    books.outcome({ kind: "account.suspend", name: "acme" });
    expect(books.outcome({ kind: "account.warn", name: "acme", reason: "x" })).to.equal("wrong_state");
    expect(books.outcome({ kind: "account.clear", name: "acme" })).to.equal("wrong_state");
    books.outcome({ kind: "account.close", name: "acme", rest: "payout" });
    expect(books.outcome({ kind: "account.warn", name: "acme", reason: "x" })).to.equal("account_closed");
  });

  it("is found by verify when somebody moves the deadline behind the log's back", () => {
    books.outcome({ kind: "account.warn", name: "acme", reason: "adverts" });
    books.ledger.db.prepare("UPDATE contract SET cure_by = cure_by + 1").run();
    expect(books.problems).to.deep.equal(["ledger.db: contract:1 is not as the audit log says it was left"]);
  });
});

describe("an account's registers", () => {
  let books: ContractLedger;
  beforeEach(() => {
    books = new ContractLedger();
    books.add("acme");
  });
  afterEach(() => books.close());

  it("keeps a signature under one number for ever: seen, registered, taken back and registered again", () => {
    expect(books.outcome({ kind: "signature.seen", name: "acme", text: "示例银行", source: "10690001" })).to.equal("ok");
    expect(books.outcome({ kind: "signature.seen", name: "acme", text: "示例银行", source: "10690002" })).to.equal("repeated");
    expect(books.outcome({ kind: "signature.add", name: "acme", text: "【示例银行】", source: "10690001" })).to.equal("ok");
    expect(books.outcome({ kind: "signature.add", name: "acme", text: "示例银行", source: "10690001" })).to.equal("repeated");
    expect(books.outcome({ kind: "signature.add", name: "acme", text: "示例证券", source: "" })).to.equal("ok");
    expect(books.account("acme").signatures).to.deep.equal([
      { no: 1, text: "示例银行", state: "registered", source: "10690001" }, { no: 2, text: "示例证券", state: "registered", source: "" },
    ]);
    expect(books.outcome({ kind: "signature.end", name: "acme", text: "示例银行" })).to.equal("ok");
    expect(books.outcome({ kind: "signature.end", name: "acme", text: "示例银行" })).to.equal("repeated");
    expect(books.account("acme").signatures[0]!.state).to.equal("ended");
    expect(books.outcome({ kind: "signature.seen", name: "acme", text: "示例银行", source: "" })).to.equal("repeated");
    books.outcome({ kind: "signature.add", name: "acme", text: "示例银行", source: "" });
    expect(books.account("acme").signatures[0]).to.deep.equal({ no: 1, text: "示例银行", state: "registered", source: "" });
    expect(books.audit.at(1)).to.equal("account acme: signature 示例银行 seen from 10690001");
    expect(books.problems).to.deep.equal([]);
  });

  it("refuses what can be no signature, and more than a thousand of them", () => {
    for (const text of ["短", "a".repeat(21), "甲【乙】", "甲\n乙", ""]) {
      expect(books.outcome({ kind: "signature.add", name: "acme", text, source: "" }), JSON.stringify(text)).to.equal("invalid_value");
    }
    expect(books.outcome({ kind: "signature.add", name: "acme", text: "示例银行", source: "10a" })).to.equal("invalid_value");
    expect(books.outcome({ kind: "signature.end", name: "acme", text: "不知道" })).to.equal("no_such_signature");
    books.ledger.transaction(() => {
      const row = books.ledger.db.prepare("INSERT INTO signature VALUES (1, ?, ?, 'seen', '', 0)");
      for (let no = 1; no <= 1_000; no++) row.run(no, `签名${no}`);
    });
    expect(books.outcome({ kind: "signature.seen", name: "acme", text: "又一个", source: "" })).to.equal("limit_exceeded");
    expect(books.outcome({ kind: "signature.add", name: "acme", text: "签名7", source: "" })).to.equal("ok");
  });

  it("adds templates, takes them back, and never uses a number twice", () => {
    expect(books.outcome({ kind: "template.add", name: "acme", text: "验证码{code}，{minutes}分钟内有效" })).to.equal("ok");
    expect(books.outcome({ kind: "template.add", name: "acme", text: "验证码{code}，{minutes}分钟内有效" })).to.equal("repeated");
    expect(books.outcome({ kind: "template.end", name: "acme", no: 1 })).to.equal("ok");
    expect(books.outcome({ kind: "template.end", name: "acme", no: 1 })).to.equal("no_such_template");
    books.outcome({ kind: "template.add", name: "acme", text: "您的快递{code}已到" });
    expect(books.account("acme").templates).to.deep.equal([{ no: 2, text: "您的快递{code}已到" }]);
    expect(books.outcome({ kind: "template.add", name: "acme", text: " " })).to.equal("invalid_value");
    const unclosed = books.result({ kind: "template.add", name: "acme", text: "您的验证码{code" });
    expect(unclosed.ok ? "" : unclosed.message).to.equal("template: it has a { that is not closed: write \\{ where it is meant");
    expect(books.problems).to.deep.equal([]);
  });
});
