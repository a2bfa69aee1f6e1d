/** What each command asks of the books, prints, and ends with. */
import { expect } from "chai";
import { ACCOUNT_SETTINGS } from "../../../src/ledger/account-settings.js";
import { isPasswordHash, verifyPassword } from "../../../src/ledger/password.js";
import type { AccountSettings } from "../../../src/ledger/commands.js";
import { FakeHost } from "../admin/fixtures.js";
import { GOOD } from "../config/fixtures.js";
import { run } from "./fixtures.js";

const settingsOf = (host: FakeHost): AccountSettings => (host.commands[0] as { readonly settings: AccountSettings }).settings;

describe("tollgate account", () => {
  it("opens an account as the issue writes it, the password hashed before it leaves", async () => {
    const { code, host } = await run("account add bench --password bench123 --price 0.035 --rate 1000000 --binds 16 --window 1000");
    expect(code).to.equal(0);
    expect(host.commands[0]).to.include({ kind: "account.add", name: "bench", currency: "CNY", actor: "cli:tester" });
    const { passwordHash, ...rest } = settingsOf(host);
    expect(rest).to.deep.equal({ priceMicros: 35_000, rate: 1_000_000, maxBinds: 16, window: 1_000 });
    expect(isPasswordHash(passwordHash ?? "")).to.equal(true);
    expect(await verifyPassword("bench123", passwordHash ?? "")).to.equal(true);
  });

  it("changes a rate alone", async () => {
    const { host } = await run("account set demo --rate 200 --reason agreed");
    expect(host.commands[0]).to.deep.equal({ kind: "account.set", name: "demo", settings: { rate: 200 }, actor: "cli:tester", reason: "agreed" });
  });

  const byFlag: Record<string, string> = { "allow": "192.0.2.0/24", "sp-id": "901234", "protocol-name": "cmpp=901234", "cmpp-versions": "2.0,3.0", "protocol-version": "smpp=3.4", "call-at": "smpp=192.0.2.7:2775", "protocol-window": "cmpp=8", "signature": "【测试】", "valid-from": "2025-12-01", "valid-to": "2026-11-30", "notice-given": "2026-10-01", "network": "mobile", "link-domain": "example.cn", "hours": "08:00-22:00", "permitted-operator": "mobile",
    "frequency": "1/m,10/d@sig", "duplicate-window": "10m", "blast-window": "10m", "category": "loan=hold", "allow-phrase": "办公安排" };
  const samples: Record<string, string> = { integer: "7", money: "0.5", duration: "48h", boolean: "true", text: "mobile", password: "pw", list: "1069" };
  for (const setting of ACCOUNT_SETTINGS) {
    const sample = byFlag[setting.flag] ?? setting.choices?.at(-1) ?? samples[setting.kind];
    it(`takes --${setting.flag} with add and with set`, async () => {
      const added = await run(`account add x --price 0.1 --${setting.flag} ${sample ?? ""}`);
      const changed = await run(`account set x --${setting.flag} ${sample ?? ""}`);
      expect([added.code, changed.code], added.err + changed.err).to.deep.equal([0, 0]);
      expect(settingsOf(added.host)).to.have.property(setting.name);
      expect(settingsOf(changed.host)).to.have.property(setting.name);
    });
  }

  it("takes a flag without value as true, and lists in pieces", async () => {
    const { host } = await run("account set x --check-source --allow 10.0.0.0/8,192.0.2.1 --allow ::1/128 --refund-on-failure false");
    expect(settingsOf(host)).to.deep.equal({ checkSource: true, allow: ["10.0.0.0/8", "192.0.2.1", "::1/128"], refundOnFailure: false });
  });

  it("reads a password from standard input's first line", async () => {
    const { host } = await run("account set x --password-stdin", { input: "s3cret\nmore\n" });
    expect(await verifyPassword("s3cret", settingsOf(host).passwordHash ?? "")).to.equal(true);
  });

  it("warns of a password that no SMPP bind can carry", async () => {
    expect((await run("account set x --password 123456789")).err).to.contain("more than 8 octets");
  });

  const refused: [string, string | string[], number, RegExp][] = [
    ["nothing to set", "account set x", 2, /nothing to set/],
    ["two passwords", "account set x --password a --password-stdin", 2, /only one of/],
    ["a rate of zero", "account set x --rate 0", 2, /--rate: must be a whole number from 1/],
    ["a price with a comma", "account set x --price 0,035", 2, /--price: .*not an amount/],
    ["a word that is no choice", "account set x --settle later", 2, /must be one of accepted, sent, delivered/],
    ["an unknown flag", "account set x --rat 5", 2, /Did you mean --rate\?/],
    ["an unknown command", "acount list", 2, /Did you mean account\?/],
    ["a missing name", "account show", 2, /missing required argument 'name'/],
    ["a new account without price", "account add x", 1, /price: must be given/],
    ["an account that is not there", "account show nobody", 1, /there is no account "nobody"/],
    ["a top-up without reference", "topup demo 5", 2, /give an amount with --ref/],
    ["a reversal with amount", "topup demo 5 --reverse R", 2, /give an amount with --ref/],
    ["a top-up that is no amount", "topup demo 1e3 --ref R", 1, /"1e3" is not an amount/],
    ["a refund of no id", "refund abc", 2, /"abc" is no message id of ours/],
    ["a month and a day", "statement demo --month 2025-11 --from 2025-11-01", 2, /give --month, or --from and --to/],
    ["a day that is none", "statement demo --from 2025-02-30", 2, /"2025-02-30" is no day/],
    ["an end before the beginning", "statement demo --from 2025-11-02 --to 2025-11-01", 2, /before it begins/],
    ["a trace of nothing", "trace", 2, /give one of/],
    ["a trace of no id", "trace 1F", 2, /"1F" is no message id of ours.*--operator-id/],
    ["a trace of two things", "trace 5 --to 13800138000", 2, /give one of/],
    ["a log level that is none", "log level loud", 2, /Allowed choices are error, warn, info, debug/],
  ];
  for (const [name, line, code, message] of refused) {
    it(`refuses ${name} and asks nothing of the books`, async () => {
      const result = await run(line);
      expect(result.code, result.err).to.equal(code);
      expect(result.err).to.match(message);
      expect(result.host.commands).to.deep.equal([]);
    });
  }

  it("shows an account to scripts with decimal amounts and all its terms", async () => {
    const shown = JSON.parse((await run("account show demo --json")).out) as Record<string, unknown>;
    expect(shown).to.include({ available: "1750.00", held: "0.07", currency: "CNY", price: "0.035", rate: 100, settle: "sent", hasPassword: true });
    expect(shown).to.not.have.any.keys("passwordHash", "cmppSecret");
    for (const setting of ACCOUNT_SETTINGS) {
      if (setting.kind !== "password" && setting.kind !== "secret") expect(shown).to.have.property(setting.name.replace("Micros", ""));
    }
  });

  it("shows an account to people with units", async () => {
    const { out } = await run("account show demo");
    expect(out).to.match(/^available +1750\.00 CNY$/m).and.match(/^rate +100 segments a second$/m).and.match(/^validity +2d$/m).and.match(/^opened +2025-11-25 00:00:00$/m);
  });

  it("lists accounts in columns", async () => {
    const lines = (await run("account list")).out.split("\n");
    expect(lines[0]).to.match(/^NAME +STATE +AVAILABLE +HELD/);
    expect(lines).to.have.length(3);
  });
});

describe("tollgate money commands", () => {
  it("books a top-up, and says when it was booked before", async () => {
    const first = await run("topup demo 1750.00 --ref BANK-1");
    expect(first.host.commands[0]).to.include({ kind: "topup", amountMicros: 1_750_000_000n, reference: "BANK-1" });
    expect(first.out).to.equal("top-up BANK-1: 1750.00 CNY; demo has 1750.00 CNY available");
    const host = new FakeHost();
    host.change = () => Promise.resolve({ ok: true, repeated: true });
    expect((await run("topup demo 1750.00 --ref BANK-1", { host })).out).to.contain("booked already: nothing changed");
  });

  it("says why the ledger refuses, and ends with 1", async () => {
    const host = new FakeHost();
    host.change = () => Promise.resolve({ ok: false, code: "reference_conflict", message: "BANK-1 was 1750.00" });
    const { code, err } = await run("topup demo 5 --ref BANK-1", { host });
    expect([code, err]).to.deep.equal([1, "BANK-1 was 1750.00"]);
  });

  it("reverses a top-up and refunds a message, whole or in part", async () => {
    expect((await run("topup demo --reverse BANK-1")).host.commands[0]).to.deep.equal({ kind: "topup.reverse", name: "demo", reference: "BANK-1", actor: "cli:tester" });
    expect((await run("refund 60129542144")).host.commands[0]).to.deep.equal({ kind: "refund", messageId: 60_129_542_144, actor: "cli:tester" });
    expect((await run("refund 5 --amount 0.01")).host.commands[0]).to.include({ amountMicros: 10_000n });
  });

  it("cuts a statement's period at days of the business time zone", async () => {
    const periodOf = async (flags: string): Promise<string[]> => {
      const query = (await run(`statement demo${flags}`)).host.queries[0] as { readonly fromMs: number; readonly toMs: number };
      return [new Date(query.fromMs).toISOString(), new Date(query.toMs).toISOString()];
    };
    expect(await periodOf(" --month 2025-12")).to.deep.equal(["2025-11-30T16:00:00.000Z", "2025-12-31T16:00:00.000Z"]);
    expect(await periodOf(" --from 2025-11-01 --to 2025-11-02")).to.deep.equal(["2025-10-31T16:00:00.000Z", "2025-11-02T16:00:00.000Z"]);
    expect(await periodOf("")).to.deep.equal(["2025-10-31T16:00:00.000Z", "2025-11-30T16:00:00.000Z"]);
  });

  it("prints a statement whose last line of money is the closing balance", async () => {
    const { out } = await run("statement demo --month 2025-11");
    expect(out).to.match(/^demo, 2025-11-01 to 2025-11-30, CNY$/m).and.match(/^charges +0\.14$/m).and.match(/^closing +1749\.895$/m).and.match(/^no credit +1$/m);
  });

  it("ends with 1 when the books do not balance", async () => {
    const clean = await run("ledger verify");
    expect([clean.code, clean.out]).to.deep.equal([0, "clean (5 messages, 6 entries, 1 accounts, 1 days, 7 ms)"]);
    const full = await run("ledger verify --full");
    expect(full.code).to.equal(1);
    expect(full.out).to.match(/^demo: held is 1 too high\nNOT CLEAN: 1 problems/);
    expect((await run("ledger verify --full --json")).code).to.equal(1);
  });
});

describe("tollgate questions", () => {
  it("looks for a destination in its normal form", async () => {
    expect((await run("trace --to +8613800138000")).host.queries[0]).to.deep.equal({ kind: "trace", by: "destination", value: "13800138000", limit: 10 });
    expect((await run("trace --operator-id 1F --limit 3")).host.queries[0]).to.include({ by: "operator_id", value: "1F", limit: 3 });
  });

  it("ends with 1 when no message is found", async () => {
    const { code, out, err } = await run("trace 77");
    expect([code, out, err]).to.deep.equal([1, "", "no message found by id 77"]);
    expect((await run("trace 77 --json")).out).to.equal("[]");
  });

  it("tells a message's life from its ids to its receipt", async () => {
    const host = new FakeHost();
    host.answer = () => Promise.resolve({
      kind: "trace",
      traces: [{
        messageId: 123, account: "demo", state: "delivered", source: "1069", destination: "13800138000", text: "您好", encoding: "ucs2", octetsHex: "60a8597d",
        segments: 1, segmentNumber: 0, segmentTotal: 0, chargeMicros: 35_000n, chargeState: "settled", operator: "simulator", parts: [], partOf: null,
        attempts: [{ no: 1, operator: "simulator", link: 2, operatorMessageId: "7f", status: 0, statusName: "", dispatchedAtMs: 1_764_000_000_000, answeredAtMs: 1_764_000_000_005, state: "sent" }],
        receipt: { state: "delivered", word: "DELIVRD", error: "000", atMs: 1_764_000_000_100 }, notify: "taken",
        acceptedAtMs: 1_764_000_000_000, finalAtMs: 1_764_000_000_100, flags: "", events: [{ atMs: 1_764_000_000_000, stage: "accept", text: "from bind 1" }],
      }],
    });
    const { out } = await run("trace 123", { host });
    expect(out).to.match(/^text +您好$/m).and.match(/^charge +0\.035 for 1 segment, settled$/m).and.match(/^attempt 1 +simulator link 2 at [^:]+:[^:]+:[^:]+: ok \(0x0\) at .*, operator message id 7f$/m)
      .and.match(/^receipt +DELIVRD, error 000, at 2025-11-25 00:00:00\.100$/m).and.match(/accept +from bind 1$/m);
  });

  it("ends with 1 for a text that would be refused", async () => {
    const bad = await run(["screen", "a bad text", "--account", "demo"]);
    expect(bad.code).to.equal(1);
    expect(bad.out).to.contain("would be refused: blocked_content (1 segment, 0.035;").and.match(/reject +fraud +bad +fraud\.txt:3/);
    expect(bad.out).to.match(/^> +words +refuses +blocked_content +fraud:bad@fraud\.txt:3$/m).and.match(/^ +signature +off +- +-$/m);
    const rules = JSON.parse((await run(["screen", "a good text", "--account", "demo", "--to", "13800138000", "--json"])).out) as { readonly rules: readonly { readonly rule: string; readonly says: string; readonly decides: boolean }[] };
    expect(rules.rules.filter(({ says, decides }) => says === "refuses" || decides)).to.deep.equal([]);
    expect(rules.rules.find(({ rule }) => rule === "lists")?.says).to.equal("passes");
    expect((await run(["screen", "a good text", "--to", "13800138000"])).code).to.equal(2);
    expect((await run(["screen", "a good text", "--account", "demo", "--to", "hello"])).code).to.equal(1);
    const good = await run(["screen", "a good text"]);
    expect([good.code, good.out]).to.deep.equal([0, "would be sent (1 segment; 10 words, version 4)"]);
  });

  it("shows the daemon at a glance", async () => {
    const { code, out } = await run("status");
    expect(code).to.equal(0);
    expect(out).to.match(/^state +ready$/m).and.match(/simulator +smpp +2 of 2/).and.match(/demo +2 +0 +5 +1/);
  });

  it("changes the log level, reloads, and reads the audit log", async () => {
    const level = await run("log level debug");
    expect([level.code, level.host.logLevel]).to.deep.equal([0, "debug"]);
    expect((await run("reload")).out).to.equal("11 words in force, version 5\nin force now: log.level\nafter a restart: http.port");
    expect((await run("audit --limit 5")).out).to.match(/1 +2025-11-25 00:00:00 +cli:root +account\.add demo +ab12/);
    expect((await run("uncertain")).code).to.equal(0);
    expect((await run("uncertain --orphans --json")).out).to.equal("[]");
  });

  it("prints where every value came from", async () => {
    const { out } = await run("check-config");
    expect(out).to.match(/^listen\[0\]\.port +2775 +\/nowhere\/tollgate\.toml:2$/m).and.match(/^http\.port +9464 +default$/m);
    expect(JSON.parse((await run("check-config --json")).out)).to.have.property("settings");
  });

  it("warns of routes for accounts that do not exist, and takes the file", async () => {
    const route = (account: string): string => `[[route]]\naccount = "${account}"\noperator = "simulator"\n`;
    const account = (name: string): string => `[[bootstrap]]\nname = "${name}"\npassword = "x"\n`;
    const config = `${GOOD}${route("demo")}${route("*")}${route("strangers")}${route("yet-to-come")}${account("yet-to-come")}`;
    const { code, err } = await run("check-config", { config });
    expect([code, err]).to.deep.equal([0, "the [[route]] of line 11 is for account strangers, which does not exist [tollgate account list names them all]"]);
    expect(JSON.parse((await run("check-config --json", { config })).out)).to.have.property("warnings").with.length(1);
    expect((await run("check-config")).err).to.equal("");
  });

  it("lists everything wrong with a file and ends with 78", async () => {
    const { code, err } = await run("check-config", { config: "[[listen]]\nport = 99999\n[log]\nlevle = 1\n" });
    expect(code).to.equal(78);
    expect(err.split("\n")).to.have.length(2);
  });
});
