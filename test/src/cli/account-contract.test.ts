/** Commands of the account as a contract: what each asks of the books, prints, and refuses. */
import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONTRACT_SETTINGS } from "../../../src/ledger/contract-settings.js";
import { verifyPassword } from "../../../src/ledger/password.js";
import type { AccountSettings } from "../../../src/ledger/commands.js";
import { FakeHost, accountView } from "../admin/fixtures.js";
import { run } from "./fixtures.js";
import { ROOT } from "../../root.js";

const ENTERPRISE = join(ROOT, "config/templates/enterprise.toml");
const settingsOf = (host: FakeHost): AccountSettings => (host.commands[0] as { readonly settings: AccountSettings }).settings;

describe("tollgate account as a contract", () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "tollgate-accounts-"))));
  afterEach(() => rmSync(dir, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };

  it("warns with a reason and a time to mend it, and clears", async () => {
    const { host } = await run(["account", "warn", "demo", "--reason", "adverts", "--cure-days", "5"]);
    expect(host.commands[0]).to.deep.equal({ kind: "account.warn", name: "demo", cureDays: 5, actor: "cli:tester", reason: "adverts" });
    expect((await run("account warn demo")).code).to.equal(2);
    expect((await run("account clear demo")).host.commands[0]).to.deep.equal({ kind: "account.clear", name: "demo", actor: "cli:tester" });
  });

  it("enters a change for a day of the business zone, and takes it back", async () => {
    const { host } = await run("account set demo --rate 50 --from 2026-12-01");
    expect(host.commands[0]).to.deep.equal({ kind: "dated.add", name: "demo", settings: { rate: 50 }, fromMs: Date.parse("2026-11-30T16:00:00Z"), actor: "cli:tester" });
    expect((await run("account set demo --rate 50 --from 2026-12-01T08:30")).host.commands[0]).to.include({ fromMs: Date.parse("2026-12-01T00:30:00Z") });
    expect((await run("account cancel-change demo 3")).host.commands[0]).to.include({ kind: "dated.cancel", no: 3 });
    expect((await run("account set demo --password x --from 2026-12-01")).code).to.equal(2);
    expect((await run("account set demo --rate 5 --from soon")).code).to.equal(2);
  });

  it("takes a category that no list has, and warns of it on standard error", async () => {
    const warning = "warning: category: no word list in force has the category lone, so that it does nothing until one has (in force: fraud, loan)";
    const path = file("lists.csv", "name,price,category\nbank,0.035,lone=hold\n");
    for (const line of ["set demo", "set demo --from 2026-12-01", "add bank --price 0.035", "clone demo bank"]) {
      const { code, err } = await run(`account ${line} --category loan=hold,lone=pass`);
      expect([code, err], line).to.deep.equal([0, warning]);
    }
    expect((await run(`account import ${path}`)).err).to.equal(warning);
    expect(JSON.parse((await run("account set demo --category lone=hold --json")).out)).to.deep.include({ warnings: [warning.slice("warning: ".length)] });
    expect(JSON.parse((await run("account set demo --category loan=hold --json")).out)).to.not.have.property("warnings");
  });

  it("keeps the former password for a while where that is asked", async () => {
    const { host } = await run("account set demo --password new-one --keep-old 7d");
    expect(host.commands[0]).to.include({ kind: "account.set", keepOldMs: 604_800_000 });
    expect((await run("account set demo --password x --keep-old soon")).code).to.equal(2);
  });

  it("books a top-up with its invoice, overdue from the midnight after its day", async () => {
    const { host } = await run("topup demo 1750.00 --ref B1 --invoice INV-1 --due 2026-12-05 --unpaid");
    expect(host.commands[0]).to.deep.include({ kind: "topup", invoice: { number: "INV-1", dueMs: Date.parse("2026-12-05T16:00:00Z"), paid: false } });
    expect((await run("topup demo 1 --ref B1 --invoice I")).host.commands[0]).to.deep.include({ invoice: { number: "I", dueMs: 0, paid: true } });
    for (const line of ["topup demo 1 --ref B1 --unpaid", "topup demo 1 --ref B1 --invoice I --unpaid", "topup demo --reverse B1 --due 2026-12-05"]) expect((await run(line)).code, line).to.equal(2);
    expect((await run("invoice paid demo INV-1")).host.commands[0]).to.include({ kind: "invoice.paid", which: "INV-1" });
    const { out } = await run("invoice list");
    expect(out.split("\n")[1]!.split(/\s+/)).to.deep.equal(["demo", "INV-1", "B1", "1750.00", "CNY", "overdue", "2025-11-13", "10:13:20", "2025-11-19", "-"]);
  });

  it("tells an account's history with its times in business time", async () => {
    const { out } = await run("account history demo");
    expect(out.split("\n")[1]).to.match(/^2025-11-25 00:00:00 +contract +cli:root +warned: to be mended by 2025-12-05 00:00:00 +adverts$/);
    expect(JSON.parse((await run("account history demo --json")).out)).to.deep.equal([
      { at: "2025-11-24T16:00:00.000Z", about: "contract", actor: "cli:root", reason: "adverts", what: "account demo warned: to be mended by 2025-12-04T16:00:00.000Z" },
    ]);
    expect((await run("account history nobody")).code).to.equal(1);
  });

  it("shows how old a password is, what is owed and what is to change", async () => {
    const host = new FakeHost();
    const view = accountView("demo");
    const credentials = { ...view.account.credentials, passwordSetAtMs: 1_764_000_000_000 - 100 * 86_400_000, formerPasswordUntilMs: 1_764_000_000_000 };
    host.answer = () => Promise.resolve({ kind: "account", account: { ...view, account: { ...view.account, credentials, unpaidDueMs: 1_764_000_000_000, dated: [{ no: 2, fromMs: 1_764_000_000_000, settings: { rate: 50, priceMicros: 40_000 } }] } } });
    const { out } = await run("account show demo", { host });
    expect(out).to.match(/^password +set 2025-08-17 00:00:00, 100 days ago; the former one until 2025-11-25 00:00:00$/m);
    expect(out).to.match(/^owed until +2025-11-24$/m).and.match(/^change 2 +from 2025-11-25 00:00:00: price 0.04, rate 50$/m);
  });

  it("registers signatures and templates, and takes them back", async () => {
    expect((await run("account signature add demo 【示例银行】 --source 10690001")).host.commands[0]).to.deep.equal({ kind: "signature.add", name: "demo", text: "【示例银行】", source: "10690001", actor: "cli:tester" });
    expect((await run("account signature remove demo 示例银行")).host.commands[0]).to.include({ kind: "signature.end", text: "示例银行" });
    expect((await run("account text-template add demo 验证码{code}")).host.commands[0]).to.include({ kind: "template.add", text: "验证码{code}" });
    expect((await run("account text-template remove demo 3")).host.commands[0]).to.include({ kind: "template.end", no: 3 });
    expect((await run("account text-template remove demo 不知道")).code).to.equal(1);
  });

  it("opens an account from the enterprise template, its flags going before", async () => {
    const { code, err, host } = await run(`account add bank --template ${ENTERPRISE} --rate 7 --party 示例银行`);
    expect(code, err).to.equal(0);
    expect(settingsOf(host)).to.deep.include({ rate: 7, party: "示例银行", priceMicros: 35_000, networks: ["mobile"], abroad: "refuse", signatureRule: "registered", frequency: ["2/m", "10/h", "50/d"], opensWith: "topup" });
    expect((await run("account add bank --template enterprise")).code).to.equal(0);
  });

  it("has every policy of a contract in the enterprise template but what is each customer's own", async () => {
    const { host } = await run(`account add bank --template ${ENTERPRISE}`);
    const own = ["party", "partyContact", "contractNo", "validFrom", "validTo", "noticeGiven"];
    expect(CONTRACT_SETTINGS.map(({ name }) => name).filter((name) => !(name in settingsOf(host)))).to.deep.equal(own);
  });

  it("names file, line and flag of what is wrong with a template, and the templates there are", async () => {
    const bad = file("bad.toml", 'rate = 5\nratee = 6\nprice = 0.035\nhours = "08:00-22:00"\npassword = "x"\nweight = 0\n');
    const { code, err, host } = await run(`account add bank --template ${bad}`);
    expect([code, host.commands]).to.deep.equal([2, []]);
    expect(err).to.contain(`${bad}:2: ratee: there is no such flag; rate, maybe`).and.contain(`${bad}:3: price: write an amount as text`).and.contain(`${bad}:4: hours: must be a list`)
      .and.contain(`${bad}:5: password: each account has its own`).and.contain(`${bad}:6: weight: must be a whole number from 1 to 100`);
    expect((await run("account add bank --template nothing")).err).to.contain("enterprise");
  });

  it("clones an account with terms that go before", async () => {
    expect((await run("account clone demo shop --rate 5 --cmpp-secret tollgate1")).host.commands[0]).to.deep.include({ kind: "account.clone", from: "demo", name: "shop" });
  });

  it("imports a table whole, passwords hashed and secrets sealed on the way", async () => {
    const path = file("a.csv", '\ufeffname,price,service-code,password,cmpp-secret,sp-id,party\r\nbank,0.035,"10690001,10690002",secret01,tollgate1,901234,"示例""银行"""\r\n\r\nshop,0.04,,,,,\r\n');
    const { code, err, out, host } = await run(`account import ${path} --update --reason round-1`);
    expect(code, err).to.equal(0);
    expect(out).to.equal("2 accounts imported");
    const command = host.commands[0] as { readonly accounts: readonly { readonly name: string; readonly settings: AccountSettings }[] };
    expect(command).to.include({ kind: "account.import", update: true, reason: "round-1" });
    const [bank, shop] = command.accounts;
    expect(bank!.settings).to.deep.include({ priceMicros: 35_000, serviceCodes: ["10690001", "10690002"], spId: "901234", party: '示例"银行"' });
    expect(bank!.settings.cmppSecret).to.match(/^v1:/);
    expect(await verifyPassword("secret01", bank!.settings.passwordHash ?? "")).to.equal(true);
    expect(shop).to.deep.equal({ name: "shop", currency: "", settings: { priceMicros: 40_000 } });
  });

  it("tells every fault of a table with its line and field, and asks nothing of the books", async () => {
    const path = file("a.csv", "name,price,rate,hours\nbank,x,0,\nBad Name,0.1,5,99:00-1\nshop,0.1,5,,extra\n");
    const { code, err, host } = await run(`account import ${path}`);
    expect([code, host.commands]).to.deep.equal([2, []]);
    for (const words of [":2: price: ", ":2: rate: must be a whole number", ":3: hours: ", ":3: name: 1 to 15", ":4: it has 5 cells", "5 faults"]) expect(err).to.contain(words);
    const columns = await run(`account import ${file("b.csv", "nam,price,price\nbank,1,1\n")}`);
    expect(columns.err).to.contain("column nam: there is no such flag").and.contain("column price: it stands there twice").and.contain("there is no column name");
    expect((await run(`account import ${path}x`)).code).to.equal(2);
    expect((await run(`account import ${file("c.csv", "name\n")}`)).code).to.equal(2);
  });

  it("says at which line an account stands that the books refuse", async () => {
    const host = new FakeHost();
    host.change = () => Promise.resolve({ ok: false, code: "invalid_value", message: "bank: name: there is such an account already\nshop: sp-id: 901234 is account demo's" });
    const { code, err } = await run(`account import ${file("a.csv", "name,price\nbank,1\nshop,1\n")}`, { host });
    expect(code).to.equal(1);
    expect(err).to.contain("a.csv:2: bank: name: there is").and.contain("a.csv:3: shop: sp-id");
  });

  it("exports what import takes, without secrets", async () => {
    const path = join(dir, "out.csv");
    expect((await run(`account export ${path}`)).out).to.contain("2 accounts written");
    const text = readFileSync(path, "utf8");
    expect(text).to.not.match(/scrypt|password/);
    const { code, err, host } = await run(`account import ${path}`);
    expect(code, err).to.equal(0);
    const command = host.commands[0] as { readonly accounts: readonly { readonly name: string; readonly currency: string; readonly settings: AccountSettings }[] };
    const { account } = accountView("demo");
    expect(command.accounts[0]).to.include({ name: "demo", currency: "CNY" });
    for (const [name, value] of Object.entries(command.accounts[0]!.settings)) expect(value, name).to.deep.equal(account[name as keyof typeof account]);
  });
});
