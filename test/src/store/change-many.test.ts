/** Many accounts at once, one made after another, and what the log tells of one account afterwards. */
import { expect } from "chai";
import { parseMoney } from "../../../src/ledger/money.js";
import { answerNow } from "../../../src/store/sqlite/answers.js";
import { ContractLedger, DAY_MS, ZONE } from "./contract-ledger.js";

describe("many accounts at once", () => {
  let books: ContractLedger;
  beforeEach(() => (books = new ContractLedger()));
  afterEach(() => books.close());
  const bring = (accounts: readonly { name: string; currency?: string; settings?: object }[], update = false) =>
    books.result({ kind: "account.import", update, accounts: accounts.map(({ name, currency = "", settings = { priceMicros: 35_000 } }) => ({ name, currency, settings })) });
  const names = (): string[] => books.ledger.accountRows().map(({ account }) => account.name);

  it("come all in one, each with a line in the log", () => {
    expect(bring([{ name: "bank", settings: { priceMicros: 1, serviceCodes: ["1069"] } }, { name: "shop", currency: "EUR" }]).ok).to.equal(true);
    expect(books.account("shop").currency).to.equal("EUR");
    expect(books.audit).to.have.length(2);
    expect(books.problems).to.deep.equal([]);
  });

  it("come not at all when any of them may not stand, and every fault is told", () => {
    books.add("old", { serviceCodes: ["10691"], spId: "900001" });
    const result = bring([
      { name: "fine" }, { name: "old" }, { name: "twice" }, { name: "twice" }, { name: "Bad" }, { name: "a", settings: { priceMicros: 1, serviceCodes: ["10691"] } },
      { name: "b", settings: { priceMicros: 1, spId: "900002" } }, { name: "c", settings: { priceMicros: 1, spId: "900002" } }, { name: "d", settings: {} },
    ]);
    if (result.ok) throw new Error("taken");
    expect(result.message.split("\n")).to.deep.equal([
      "old: name: there is such an account already", "twice: name: it stands there twice", "Bad: name: 1 to 15 of a-z, 0-9, _ and -, starting with a letter or digit",
      "a: service-code: 10691 is account old's", "c: sp-id: 900002 is account b's", "d: price: must be given for a new account",
    ]);
    expect([names(), books.audit.length]).to.deep.equal([["old"], 1]);
    expect(books.problems).to.deep.equal([]);
  });

  it("alter those that are there only where that is wanted", () => {
    books.add("bank", { rate: 7, party: "示例" });
    expect(bring([{ name: "bank", settings: { rate: 9 } }, { name: "shop" }], true).ok).to.equal(true);
    expect(books.account("bank")).to.include({ rate: 9, party: "示例", priceMicros: 35_000 });
    expect(bring([{ name: "bank", currency: "EUR", settings: { rate: 10 } }], true).ok).to.equal(false);
    expect(bring([{ name: "bank", settings: { rate: 9 } }], true)).to.deep.include({ ok: true, repeated: true });
  });

  it("are 2,000 in a moment, each with numbers of its own", () => {
    const accounts = Array.from({ length: 2_000 }, (_, at) => ({ name: `a${at}`, settings: { priceMicros: 1, serviceCodes: [`1069${at}`], spId: `S${at}` } }));
    expect(bring(accounts).ok).to.equal(true);
    expect(names()).to.have.length(2_000);
  }).timeout(20_000);

  it("one made after another has its terms and tariffs, and nothing of what is that customer's own", () => {
    books.add("demo", { rate: 7, hours: ["08:00-22:00"], spId: "901234", serviceCodes: ["1069"], party: "示例", passwordHash: `scrypt$16384$8$1$${"s".repeat(22)}$${"h".repeat(43)}` });
    books.outcome({ kind: "tariff.add", name: "demo", prefix: "138", priceMicros: 1, fromMs: 0 });
    expect(books.outcome({ kind: "account.clone", from: "demo", name: "shop", settings: { party: "商店", serviceCodes: ["10700"] } })).to.equal("ok");
    expect(books.account("shop")).to.deep.include({ rate: 7, hours: ["08:00-22:00"], spId: "", serviceCodes: ["10700"], party: "商店", passwordHash: "", tariffs: [{ prefix: "138", priceMicros: 1, fromMs: 0 }] });
    expect(books.outcome({ kind: "account.clone", from: "demo", name: "shop", settings: {} })).to.equal("account_exists");
    expect(books.outcome({ kind: "account.clone", from: "nobody", name: "x", settings: {} })).to.equal("no_such_account");
    expect(books.problems).to.deep.equal([]);
  });
});

describe("an account's history", () => {
  let books: ContractLedger;
  beforeEach(() => (books = new ContractLedger()));
  afterEach(() => books.close());
  const history = (name: string, limit = 100) => {
    const answer = answerNow(books.dir, ZONE, { kind: "history", name, limit, wallMs: books.nowMs }, () => 0);
    return answer.kind === "history" ? (answer.entries?.map(({ about, actor, what, reason }) => `${about} ${actor}: ${what}${reason === "" ? "" : ` (${reason})`}`) ?? null) : null;
  };

  it("tells all that became of it and nothing of another, renewals by its terms among it", () => {
    books.nowMs = Date.parse("2024-12-01T02:00:00Z");
    books.add("acme", { validFrom: "2024-12-01", validTo: "2025-11-30", renewMonths: 12 });
    for (let no = 2; no <= 11; no++) books.add(`other${no}`);
    books.nowMs += DAY_MS;
    books.outcome({ kind: "topup", name: "acme", amountMicros: parseMoney("1750"), reference: "B:1", invoice: { number: "INV-1", dueMs: 0, paid: true } });
    books.topUp("other11", "1", "B2");
    books.outcome({ kind: "signature.add", name: "acme", text: "示例银行", source: "" });
    books.outcome({ kind: "template.add", name: "acme", text: "您的验证码{code}" });
    books.outcome({ kind: "account.warn", name: "other10", reason: "not acme's" });
    books.nowMs = Date.parse("2026-01-15T02:00:00Z");
    books.outcome({ kind: "account.warn", name: "acme", reason: "adverts" });
    books.outcome({ kind: "account.close", name: "acme", rest: "forfeit", reason: "terminated" });
    const [added, ...rest] = history("acme")!;
    expect(added).to.match(/^account cli:test: account acme added: currency CNY, .*valid-from 2024-12-01, valid-to 2025-11-30, renew-months 12$/);
    expect(rest).to.deep.equal([
      "topup cli:test: account acme topped up by 1750.00, reference B:1",
      "invoice cli:test: account acme: invoice INV-1 of top-up B:1 is paid",
      "signature cli:test: account acme: signature 示例银行 registered",
      "template cli:test: account acme: template 1 added: 您的验证码{code}",
      "contract contract: renewed by its terms until 2026-11-30 (renewal 1)",
      "contract cli:test: account acme warned: to be mended by 2026-01-25T02:00:00.000Z (adverts)",
      "contract cli:test: account acme warning over: it is closed (terminated)",
      "entry cli:test: account acme: the rest of 1750.00 forfeited (terminated)",
      "account cli:test: account acme closed (terminated)",
    ]);
    expect(history("acme", 2)).to.have.length(2);
    expect(history("nobody")).to.equal(null);
  });

  it("lists invoices, those owed first", () => {
    books.add("acme");
    const topUp = (reference: string, paid: boolean, inDays: number) => books.outcome({ kind: "topup", name: "acme", amountMicros: 1_000_000n, reference, invoice: { number: `I-${reference}`, dueMs: books.nowMs + inDays * DAY_MS, paid } });
    topUp("a", true, 1);
    topUp("b", false, 9);
    topUp("c", false, 3);
    const answer = answerNow(books.dir, ZONE, { kind: "invoices", name: "acme", limit: 10 }, () => 0);
    if (answer.kind !== "invoices") throw new Error(answer.kind);
    expect(answer.invoices.map(({ number, state, amountMicros }) => `${number} ${state} ${amountMicros}`)).to.deep.equal(["I-c unpaid 1000000", "I-b unpaid 1000000", "I-a paid 1000000"]);
  });
});
