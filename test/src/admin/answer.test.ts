/** The admin API: what each method asks of the host, what it reports, what it refuses. */
import { expect } from "chai";
import { answerCall } from "../../../src/admin/answer.js";
import { encodeJson } from "../../../src/admin/api.js";
import type { METHODS } from "../../../src/admin/api.js";
import { AdminError } from "../../../src/admin/errors.js";
import type { DetailsReport, OwnerReport } from "../../../src/admin/statement-report.js";
import type { AccountSettings } from "../../../src/ledger/commands.js";
import { seal, secretKey, unseal } from "../../../src/ledger/secret.js";
import { FakeHost, HOST_KEY, accountView } from "./fixtures.js";

describe("admin API", () => {
  const PARAMS: Record<keyof typeof METHODS, unknown> = {
    "account.add": { name: "bench", settings: { priceMicros: 35_000, rate: 100 }, actor: "cli:root" },
    "account.set": { name: "bench", settings: { rate: 200 } },
    "usage": { name: "demo" },
    "account.list": {},
    "account.show": { name: "demo" },
    "account.suspend": { name: "demo", reason: "unpaid" },
    "account.resume": { name: "demo" },
    "account.warn": { name: "demo", reason: "adverts", cureDays: 10 },
    "account.clear": { name: "demo" },
    "signature.add": { name: "demo", text: "示例银行", source: "1069" },
    "signature.end": { name: "demo", text: "示例银行" },
    "signature.list": { name: "demo" },
    "template.add": { name: "demo", text: "验证码{code}" },
    "template.end": { name: "demo", no: 1 },
    "template.list": { name: "demo" },
    "account.clone": { from: "demo", name: "demo2", settings: { rate: 5 } },
    "account.import": { update: false, accounts: [{ name: "a1", settings: { priceMicros: 35_000 } }] },
    "account.history": { name: "demo", limit: 10, atMs: 1_764_000_000_000 },
    "dated.add": { name: "demo", settings: { rate: 50 }, fromMs: 1_964_000_000_000 },
    "dated.cancel": { name: "demo", no: 1 },
    "invoice.paid": { name: "demo", which: "INV-1" },
    "invoice.list": { limit: 10 },
    "account.close": { name: "demo", rest: "payout" },
    "tariff.add": { name: "demo", prefix: "86139", price: "0.040", fromMs: 1_764_000_000_000 },
    "topup": { name: "demo", amount: "1750.00", reference: "BANK-1" },
    "topup.reverse": { name: "demo", reference: "BANK-1" },
    "refund": { messageId: 123, amount: "0.035" },
    "statement": { name: "demo", fromMs: 0, toMs: 1 },
    "statement.all": { fromMs: 0, toMs: 1 },
    "statement.details": { name: "demo", fromMs: 0, toMs: 1 },
    "verify": { full: false },
    "trace": { by: "id", value: "123", limit: 10 },
    "audit": { limit: 10 },
    "uncertain": { limit: 10 },
    "orphans": { limit: 10 },
    "key.check": {},
    "key.rotate": { reason: "yearly" },
    "route": { account: "demo", to: "13800138000" },
    "screen": { text: "bad text", account: "demo" },
    "reload": {},
    "status": {},
    "log.level": { level: "debug" },
    "complaint.add": { to: "13800138000", source: "12321", note: "unasked", atMs: 1_764_320_400_000 },
    "complaint.list": { limit: 10 },
    "complaint.show": { id: 1 },
    "complaint.note": { id: 1, note: "looked at" },
    "complaint.answer": { id: 1, note: "consent shown" },
    "complaint.close": { id: 1 },
    "alarms.list": {},
    "alarms.test": {},
    "incidents": { fromMs: 0, toMs: 1, nowMs: 1 },
    "incidents.announce": { fromMs: 1_764_000_000_000, toMs: 1_764_000_060_000, nowMs: 1, detail: "new release" },
    "numbers.change": { kind: "block", numbers: ["13800138000"], off: false, atMs: 1_764_000_000_000 },
    "numbers.import.begin": { kind: "consent", account: "demo", off: false, atMs: 1_764_000_000_000, file: "a.csv" },
    "numbers.import.lines": { import: 1, text: "13800138000" },
    "numbers.import.end": { import: 1, keep: true, what: "block of all from a.csv" },
    "numbers.page": { kind: "block", after: "", limit: 10 },
    "numbers.show": { number: "13800138000" },
    "numbers.stats": {},
    "complaint.evidence": { id: 1, fromMs: 0, toMs: 1 },
    "review.list": { limit: 10 },
    "review.show": { id: 5 },
    "review.approve": { ids: [5] },
    "replay.note": { days: 7, reason: "new lists" },
    "reconcile.note": { operator: "mobile", reason: "dispute" },
    "review.reject": { account: "demo", rule: "loan", reason: "adverts" },
    "forget": { to: "13800138000", reason: "asked for it" },
    "evidence": { to: "13800138000", fromMs: 0, toMs: 1, texts: true, reason: "12321" },
  };
  for (const [method, params] of Object.entries(PARAMS)) {
    it(`answers ${method} with something that JSON can carry`, async () => {
      const host = new FakeHost();
      host.fakeNumbers.imports.push({ terms: { list: { kind: "block", accountNo: 0, signatureNo: 0 }, off: false, atMs: 0, source: "", value: 0 }, text: "", kept: null });
      const result = await answerCall(host, method, params);
      expect(JSON.parse(encodeJson(result))).to.not.equal(null);
    });
  }

  const commandOf = async (method: keyof typeof METHODS): Promise<unknown> => {
    const host = new FakeHost();
    await answerCall(host, method, PARAMS[method]);
    return host.commands[0];
  };

  it("makes exact micro-units of decimal amounts", async () => {
    expect(await commandOf("topup")).to.deep.equal({ kind: "topup", name: "demo", amountMicros: 1_750_000_000n, reference: "BANK-1", actor: "socket" });
    expect(await commandOf("refund")).to.include({ messageId: 123, amountMicros: 35_000n });
    expect(await commandOf("tariff.add")).to.include({ priceMicros: 40_000, prefix: "86139" });
  });

  it("passes on who asked and why", async () => {
    expect(await commandOf("account.add")).to.include({ actor: "cli:root" });
    expect(await commandOf("account.suspend")).to.deep.equal({ kind: "account.suspend", name: "demo", actor: "socket", reason: "unpaid" });
  });

  it("reloads in the name of who asked, which the host writes into the audit log", async () => {
    const host = new FakeHost();
    await answerCall(host, "reload", { actor: "cli:root", reason: "new list" });
    expect(host.reloads).to.deep.equal([{ actor: "cli:root", reason: "new list" }]);
    expect(host.commands).to.deep.equal([]);
  });

  it("shows the owner what operators charge, and what is left of what customers paid", async () => {
    const { accounts, operators } = (await answerCall(new FakeHost(), "statement.all", PARAMS["statement.all"])) as OwnerReport;
    expect(accounts.map(({ account, charged, cost, margin }) => [account, charged, cost, margin])).to.deep.equal([["demo", "0.14", "0.15", "-0.01"]]);
    expect(operators[0]).to.include({ name: "mobile", units: 5, cost: "0.15", margin: "-0.01" });
  });

  it("tells a statement's details page by page, numbers masked; in full once noted in the audit log", async () => {
    const host = new FakeHost();
    const first = (await answerCall(host, "statement.details", PARAMS["statement.details"])) as DetailsReport;
    expect(first.details[0]).to.include({ destination: "138****8000", charge: "0.07", code: "DELIVRD" });
    expect([first.missingDays, host.commands]).to.deep.equal([["2025-11-24"], []]);
    const after = first.next ?? "";
    const asked = { name: "demo", fromMs: 0, toMs: 1, full: true, actor: "cli:root", reason: "billing" };
    const whole = (await answerCall(host, "statement.details", asked)) as DetailsReport;
    expect(whole.details[0]?.destination).to.equal("13800138000");
    expect(((await answerCall(host, "statement.details", { ...asked, after })) as DetailsReport).next).to.equal(null);
    expect(host.commands).to.have.length(1);
    expect(host.commands[0]).to.include({ kind: "audit", actor: "cli:root", reason: "billing" });
  });

  it("reports a statement in decimal amounts", async () => {
    expect(await answerCall(new FakeHost(), "statement", PARAMS.statement)).to.include({ topUps: "1750.00", charges: "0.14", held: "0.035", closing: "1749.895", successRate: "66.67" });
  });

  it("says what an account's text would cost", async () => {
    expect(await answerCall(new FakeHost(), "screen", PARAMS.screen)).to.include({ outcome: "blocked_content", charge: "0.035" });
  });

  it("refuses a text template that would let anything pass, and says why", async () => {
    const error: unknown = await answerCall(new FakeHost(), "template.add", { name: "demo", text: "{any}" }).then(() => null, (thrown: unknown) => thrown);
    expect(error).to.include({ code: "invalid_value" }).and.have.property("message").that.contains("fixed letters");
  });

  it("seals a CMPP secret before it goes further", async () => {
    for (const method of ["account.add", "account.set"] as const) {
      const host = new FakeHost();
      await answerCall(host, method, { name: "demo", settings: { priceMicros: 1 }, cmppSecret: "tollgate1" });
      const { settings } = host.commands[0] as { settings: AccountSettings };
      expect(unseal(HOST_KEY, "demo", settings.cmppSecret!)?.toString()).to.equal("tollgate1");
    }
    const host = new FakeHost();
    await answerCall(host, "account.set", { name: "demo", settings: {}, cmppSecret: "" });
    expect(host.commands[0]).to.deep.include({ settings: { cmppSecret: "" } });
  });

  it("never shows a secret, sealed or not", async () => {
    const host = new FakeHost();
    const sealed = seal(HOST_KEY, "demo", "tollgate1");
    host.answer = () => Promise.resolve({ kind: "account", account: accountView("demo", { cmppSecret: sealed, spId: "901234" }) });
    const text = encodeJson(await answerCall(host, "account.show", { name: "demo" }));
    expect(text).to.contain('"hasCmppSecret":true').and.contain('"spId":"901234"').and.not.contain("v1:").and.not.contain("scrypt");
  });

  it("rotates to the key it is given, in the name of who asked", async () => {
    const host = new FakeHost();
    await answerCall(host, "key.rotate", { key: "07".repeat(32), actor: "cli:root" });
    expect(host.rotations).to.deep.equal([{ actor: "cli:root", keyId: secretKey(Buffer.alloc(32, 7)).id }]);
  });

  it("names the operators there are when an account is to go to one that is not", async () => {
    const error = await answerCall(new FakeHost(), "account.set", { name: "demo", settings: { operator: "mobil" } }).then(() => null, (thrown: unknown) => thrown as AdminError);
    expect(error).to.include({ code: "invalid_value", message: "operator: there is no [[operator]] mobil", hint: "configured: mobile, simulator" });
  });

  const refused: [string, string, unknown, string][] = [
    ["a setting that is none", "account.set", { name: "demo", settings: { sudo: 1 } }, "invalid_value"],
    ["a setting out of its limits", "account.set", { name: "demo", settings: { rate: 0 } }, "invalid_value"],
    ["a password that is no hash", "account.set", { name: "demo", settings: { passwordHash: "clear" } }, "invalid_value"],
    ["a secret that is sealed already", "account.set", { name: "demo", settings: { cmppSecret: seal(HOST_KEY, "demo", "x") } }, "invalid_value"],
    ["an operator that is not configured, for a new account", "account.add", { name: "x", settings: { priceMicros: 1, operator: "mobil" } }, "invalid_value"],
    ["a permitted operator that is not configured", "account.set", { name: "demo", settings: { permittedOperators: ["mobile", "mobil"] } }, "invalid_value"],
    ["one in an import", "account.import", { accounts: [{ name: "x", settings: { priceMicros: 1, permittedOperators: ["mobil"] } }], update: false }, "invalid_value"],
    ["a key that is none", "key.rotate", { key: "abc" }, "invalid_params"],
    ["a route of an account that is not there", "route", { account: "nobody", to: "138" }, "no_such_account"],
    ["a new account without price", "account.add", { name: "x", settings: {} }, "invalid_value"],
    ["a negative amount", "topup", { name: "demo", amount: "-1", reference: "r" }, "invalid_value"],
    ["a number as amount", "topup", { name: "demo", amount: 5, reference: "r" }, "invalid_params"],
    ["an empty period", "statement", { name: "demo", fromMs: 5, toMs: 5 }, "invalid_params"],
    ["an actor that would break a log line", "topup", { name: "demo", amount: "1", reference: "r", actor: "a\nb" }, "invalid_params"],
    ["a limit above 1000", "audit", { limit: 1_001 }, "invalid_params"],
    ["no parameters where some are needed", "topup", null, "invalid_params"],
    ["a method of the prototype", "constructor", {}, "unknown_method"],
  ];
  for (const [name, method, params, code] of refused) {
    it(`refuses ${name}`, async () => {
      const host = new FakeHost();
      const error: unknown = await answerCall(host, method, params).then(() => null, (thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(AdminError);
      expect((error as AdminError).code).to.equal(code);
      expect(host.commands).to.deep.equal([]);
    });
  }
});
