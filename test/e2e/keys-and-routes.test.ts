/** Secrets and routes in a running daemon: sealed through its socket, rotated under it and after a kill; routes swapped by a reload. */
import { expect } from "chai";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../protocols/wire/clock.js";
import { newSecretKey, secretKeyText } from "../../src/ledger/secret.js";
import { Daemon, freePort } from "./daemon.js";

const SECRET = "tollgate-hush-1";

describe("keys and routes of a running daemon", () => {
  const clock = systemClock();
  const folder = mkdtempSync(join(tmpdir(), "tollgate-keys-"));
  let daemon: Daemon;

  before(async () => {
    const [port, simulator] = [await freePort(), await freePort()];
    const operator = (name: string): string => `[[operator]]\nname = "${name}"\nhost = "127.0.0.1"\nport = ${simulator}\nsystem_id = "${name}"\npassword = "tollgate"\n`;
    daemon = new Daemon(folder, `${operator("first")}${operator("second")}
[[listen]]
port = ${port}
[simulator]
enabled = true
port = ${simulator}
receipt_delay = "20ms"
[http]
enabled = false
[[bootstrap]]
name = "demo"
password = "demo1234"
top_up = "1.00"
sp_id = "901234"
cmpp_secret = "${SECRET}"
`, clock);
    daemon.start();
    await daemon.ready();
  });
  after(async () => {
    await daemon.kill();
    clock.stop();
    rmSync(folder, { recursive: true });
  });

  it("opens the demo account with its SP_Id and secret", async () => {
    expect(await daemon.call("account.show", { name: "demo" })).to.include({ spId: "901234", hasCmppSecret: true, checkSource: false });
    expect((await daemon.command("account", "add", "other", "--price", "0.1", "--sp-id", "901234")).err).to.contain("sp-id: 901234 is account demo's");
    expect((await daemon.command("account", "add", "other", "--price", "0.1", "--sp-id", "905678", "--cmpp-secret", `${SECRET}-2`)).code).to.equal(0);
  });

  it("rotates the key under way, and again to a given one after a kill, without a daemon", async () => {
    const before = await daemon.call("key.check", {});
    const rotated = await daemon.command("key", "rotate", "--reason", "yearly");
    expect(rotated.out, rotated.err).to.match(/^2 secrets sealed anew; all are under key /);
    const after = await daemon.call("key.check", {});
    expect(after).to.deep.include({ secrets: 2, unreadable: [], pendingKeyId: "" });
    expect(after.keyId).to.not.equal(before.keyId);
    expect((await daemon.command("ledger", "verify")).code).to.equal(0);
    await daemon.kill();
    const key = newSecretKey();
    writeFileSync(join(folder, "new.key"), secretKeyText(key), { mode: 0o600 });
    expect((await daemon.command("key", "rotate", "--to", join(folder, "new.key"))).code).to.equal(0);
    daemon.start();
    await daemon.ready();
    expect(await daemon.call("key.check", {})).to.deep.include({ keyId: key.id, unreadable: [] });
    expect((await daemon.call("audit", { limit: 10 })).map((one) => one.what).join("\n")).to.contain(`secret key rotated: ${after.keyId} -> ${key.id}, 2 secrets sealed anew`);
  });

  it("has written the secrets nowhere", () => {
    const data = join(folder, "data");
    const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    expect(files).to.include(join(data, "ledger.db"));
    for (const file of [daemon.logPath, ...files]) expect(readFileSync(file).includes(SECRET), file).to.equal(false);
  });

  it("takes new routes at a reload, explains them, and sends by them", async () => {
    const route = async (): Promise<string> => (await daemon.command("route", "--dry-run", "--account", "demo", "--to", "13800138000")).out;
    expect(await route()).to.contain("it goes to first, the first configured").and.contain("1 of 1 link of first is bound.");
    const text = readFileSync(daemon.configPath, "utf8");
    writeFileSync(daemon.configPath, `${text}[[route]]\naccount = "demo"\nprefix = "138"\noperator = "second"\n`);
    expect((await daemon.command("reload")).code).to.equal(0);
    expect(daemon.logTail(100)).to.not.contain("route_without_account");
    expect(await route()).to.match(/It goes to second by the \[\[route\]\] of tollgate\.toml:\d+, account demo, 138\.\.\. to second\.\n1 of 1 link of second is bound\./);
    expect((await daemon.command("send", "--to", "13800138000", "hello")).out).to.contain("attempt 1 on second link 1");
    expect((await daemon.command("send", "--to", "13900139000", "hello")).out).to.contain("attempt 1 on first link 1");
  });

  it("warns of a route for an account that does not exist, at a reload, at a start and when the file is checked", async () => {
    const text = readFileSync(daemon.configPath, "utf8");
    writeFileSync(daemon.configPath, `${text}[[route]]\naccount = "nobody"\noperator = "second"\n`);
    const warned = (): number => daemon.logTail(1_000).split("\n").filter((line) => line.includes("route_without_account") && line.includes('"nobody"')).length;
    const checked = async (): Promise<unknown> => {
      const { code, err } = await daemon.command("check-config");
      return [code, /is for account nobody, which does not exist/.test(err), err.includes("demo")];
    };
    expect((await daemon.command("reload")).code).to.equal(0);
    expect([warned(), await checked()]).to.deep.equal([1, [0, true, false]]);
    await daemon.stop();
    expect(await checked()).to.deep.equal([0, true, false]);
    daemon.start();
    await daemon.ready();
    expect(warned()).to.equal(2);
    writeFileSync(daemon.configPath, text);
    expect((await daemon.command("reload")).code).to.equal(0);
  });

  it("refuses an operator that is not configured", async () => {
    expect(await daemon.command("account", "set", "demo", "--operator", "third")).to.include({ code: 1 }).and.property("err").to.match(/no \[\[operator\]\] third.*first, second/s);
  });

  it("does not start on a key that others may read", async () => {
    await daemon.stop();
    writeFileSync(join(folder, "open.key"), secretKeyText(newSecretKey()), { mode: 0o644 });
    const text = readFileSync(daemon.configPath, "utf8");
    writeFileSync(daemon.configPath, `${text}[secrets]\nkey_file = "open.key"\n`);
    for (const command of ["serve", "check-config"]) {
      expect(await daemon.command(command)).to.include({ code: 78 }).and.property("err").to.match(/open\.key is not safe from others \(mode 0644\)/);
    }
  });
});
