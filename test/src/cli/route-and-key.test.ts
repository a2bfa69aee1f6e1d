/** tollgate route and tollgate key, and the flags of an account that concern CMPP. */
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccountSettings } from "../../../src/ledger/commands.js";
import { secretKey, secretKeyText, unseal } from "../../../src/ledger/secret.js";
import { FakeHost, HOST_KEY, accountView } from "../admin/fixtures.js";
import { run } from "./fixtures.js";

describe("tollgate route", () => {
  it("explains the rule that decides, what gave way, and whether a link is bound", async () => {
    const { code, out } = await run(["route", "--dry-run", "--account", "demo", "--to", "+86 138-0013-8000"]);
    expect(code).to.equal(0);
    expect(out.split("\n")).to.deep.equal([
      "+86 138-0013-8000 is the Chinese mobile 13800138000.",
      'It goes to simulator by the [[route]] of tollgate.toml:7, all accounts, 138... to simulator ("cheap").',
      "It comes before the [[route]] of tollgate.toml:4, all accounts, everything to mobile.",
      "1 of 2 links of simulator is bound.",
    ]);
  });

  it("says the same to scripts", async () => {
    const { out } = await run("route --dry-run --account demo --to 13800138000 --json");
    expect(JSON.parse(out)).to.deep.include({ normal: "13800138000", operator: "simulator", by: "rule", links: { all: 2, bound: 1 } });
    expect(JSON.parse(out)).to.have.nested.property("rule.line", 7);
  });

  it("goes by the account's operator where no rule fits, and ends with 1 when there is no such operator", async () => {
    const host = new FakeHost();
    host.answer = () => Promise.resolve({ kind: "account", account: accountView("demo", { operator: "gone" }) });
    host.routes = [];
    const { code, out } = await run("route --dry-run --account demo --to 85291234567", { host });
    expect(code).to.equal(1);
    expect(out.split("\n")).to.deep.equal([
      "85291234567 is the international number +85291234567.",
      "No rule fits; it goes to gone, the operator of account demo (tollgate account show demo).",
      "There is no operator gone: the message would be refused (no_route).",
    ]);
  });

  it("goes to the first operator where nothing else decides", async () => {
    const host = new FakeHost();
    host.routes = [];
    host.links = { all: 1, bound: 0 };
    const { out } = await run("route --dry-run --account demo --to 13900000000", { host });
    expect(out).to.contain("account demo has no operator of its own; it goes to mobile, the first configured.")
      .and.contain("0 of 1 link of mobile are bound: messages wait until one is.");
    host.links = null;
    expect((await run("route --dry-run --account demo --to 13900000000", { host })).out).to.contain("No daemon runs");
  });

  for (const [to, words] of [["10086", "short code"], ["1380013", "no number"]] as const) {
    it(`says of ${to} that messages to it are refused`, async () => {
      const { code, out } = await run(`route --dry-run --account demo --to ${to}`);
      expect([code, out]).to.deep.equal([1, `${to} is ${words === "short code" ? "a service number or short code" : words}: messages to it are refused.`]);
    });
  }

  it("does nothing but explain", async () => {
    expect(await run("route --account demo --to 13800138000")).to.include({ code: 2 }).and.property("err").to.match(/give --dry-run/);
    expect((await run("route --dry-run --account nobody --to 13800138000")).code).to.equal(1);
    expect((await run("route --dry-run --to 13800138000")).code).to.equal(2);
  });
});

describe("tollgate key", () => {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "tollgate-key-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("says where the key is and how many secrets it opens, and ends with 1 when one cannot be opened", async () => {
    expect(await run("key check")).to.include({ code: 0, err: "" }).and.property("out").to.match(/^key +oldkey01\nin +\/etc\/key \(\[secrets\] key_file\)\nsecrets +2$/);
    const host = new FakeHost();
    host.unreadable = [{ account: "demo", keyId: "abcdefgh" }];
    const { code, err } = await run("key check", { host });
    expect(code).to.equal(1);
    expect(err).to.match(/^the secret of demo cannot be read: it was sealed under key abcdefgh \[put that key back, or /);
  });

  it("rotates to a new key, or to that of a file", async () => {
    const made = await run("key rotate --reason yearly");
    expect(made.host.rotations).to.deep.equal([{ actor: "cli:tester", reason: "yearly", keyId: null }]);
    expect(made.out).to.match(/^2 secrets sealed anew; all are under key newkey01 now \(before: oldkey01\)\n\/etc\/key holds it; /);
    const key = secretKey(Buffer.alloc(32, 9));
    const file = join(dir, "new.key");
    writeFileSync(file, secretKeyText(key), { mode: 0o600 });
    const given = await run(["key", "rotate", "--to", file]);
    expect(given.host.rotations).to.deep.equal([{ actor: "cli:tester", keyId: key.id }]);
    expect(given.out + given.err).to.not.contain(secretKeyText(key).trim());
  });

  it("says what is left to do when the key cannot be put in place", async () => {
    const host = new FakeHost();
    host.inPlace = false;
    expect((await run("key rotate", { host })).out).to.match(/could not be put in place \(EROFS\) and is in \/var\/secret\.key\.pending, which is read beside the old one/);
  });

  it("refuses a file that is no key, or that others may read, and asks for nothing", async () => {
    const file = join(dir, "new.key");
    writeFileSync(file, "hunter2\n", { mode: 0o600 });
    const none = await run(["key", "rotate", "--to", file]);
    expect(none.code).to.equal(78);
    expect(none.err).to.match(/holds no key \[32 octets/).and.not.contain("hunter2");
    writeFileSync(join(dir, "open.key"), secretKeyText(HOST_KEY), { mode: 0o644 });
    const open = await run(["key", "rotate", "--to", join(dir, "open.key")]);
    expect(open.err).to.match(/is not safe from others/);
    expect([...none.host.rotations, ...open.host.rotations]).to.deep.equal([]);
  });
});

describe("tollgate account, CMPP", () => {
  const settingsOf = (host: FakeHost): AccountSettings => (host.commands[0] as { readonly settings: AccountSettings }).settings;
  const secretOf = (host: FakeHost, name: string): string | undefined => unseal(HOST_KEY, name, settingsOf(host).cmppSecret ?? "")?.toString();

  it("opens an account for both protocols", async () => {
    const { code, host } = await run(["account", "add", "bank", "--price", "0.035", "--password", "bank1234", "--sp-id", "901234", "--cmpp-secret", "tollgate1",
      "--service-code", "10690001", "--cmpp-versions", "2.0,3.0", "--cmpp-window", "32", "--signature", "【测试】", "--check-content-source", "false"]);
    expect(code).to.equal(0);
    expect(settingsOf(host)).to.deep.include({
      spId: "901234", serviceCodes: ["10690001"], cmppVersions: ["2.0", "3.0"], cmppWindow: 32, signature: "【测试】", checkContentSource: false,
    });
    expect(secretOf(host, "bank")).to.equal("tollgate1");
  });

  it("reads the secret from a file's or standard input's first line", async () => {
    const dir = mkdtempSync(join(tmpdir(), "tollgate-secret-"));
    writeFileSync(join(dir, "s"), "from-file\nmore\n");
    expect(secretOf((await run(["account", "set", "x", "--cmpp-secret-file", join(dir, "s")])).host, "x")).to.equal("from-file");
    rmSync(dir, { recursive: true });
    expect(secretOf((await run("account set x --cmpp-secret-stdin", { input: "from-input\r\n" })).host, "x")).to.equal("from-input");
  });

  it("takes a secret away with an empty one", async () => {
    expect(settingsOf((await run(["account", "set", "x", "--cmpp-secret", ""])).host)).to.deep.equal({ cmppSecret: "" });
  });

  const refused: [string, string[], RegExp][] = [
    ["two secrets", ["--cmpp-secret", "sesame", "--cmpp-secret-stdin"], /give only one of --cmpp-secret, --cmpp-secret-file and --cmpp-secret-stdin/],
    ["one input for password and secret", ["--password-stdin", "--cmpp-secret-stdin"], /standard input can give the password or the CMPP secret, not both/],
    ["an empty input", ["--cmpp-secret-stdin"], /the cmpp-secret is empty/],
    ["a secret too long", ["--cmpp-secret", `sesame${"x".repeat(64)}`], /--cmpp-secret: must have 1 to 64 octets/],
    ["an SP_Id too long", ["--sp-id", "9012345"], /sp-id: no protocol takes 9012345: cmpp's SP_Id has 1 to 6 printable characters/],
    ["a version that is none", ["--cmpp-versions", "2.0,4.0"], /"4\.0" is not one of 2\.0, 2\.1, 3\.0/],
    ["a signature without its brackets", ["--signature", "测试"], /--signature: must be 2 to 20 characters between 【 and 】/],
    ["an operator that is not configured", ["--operator", "mobil"], /there is no \[\[operator\]\] mobil \[configured: mobile, simulator\]/],
  ];
  for (const [name, flags, message] of refused) {
    it(`refuses ${name}, changes nothing and repeats no secret`, async () => {
      const { code, err, host } = await run(["account", "set", "x", ...flags], { input: flags.includes("--password-stdin") ? "secret01\n" : "\n" });
      expect(code).to.be.oneOf([1, 2]);
      expect(err).to.match(message).and.not.contain("sesame");
      expect(host.commands).to.deep.equal([]);
    });
  }

  it("shows whether there is a secret, never which", async () => {
    const { out } = await run("account show demo");
    expect(out).to.match(/^cmpp-secret +none: it cannot bind over CMPP$/m).and.match(/^cmpp-window +16 submits$/m).and.match(/^cmpp-versions +2\.0,2\.1,3\.0$/m);
  });
});
