/** The demo's account over CMPP in a running daemon: who it is, what its terms refuse, and that a rotated key changes nothing. */
import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../protocols/wire/clock.js";
import { Daemon, freePort } from "./daemon.js";

describe("an account over CMPP", () => {
  const clock = systemClock();
  const folder = mkdtempSync(join(tmpdir(), "tollgate-cmpp-account-"));
  let daemon: Daemon;

  before(async () => {
    const [port, cmpp, simulator] = [await freePort(), await freePort(), await freePort()];
    daemon = new Daemon(folder, `
[[listen]]
port = ${port}
[[listen]]
protocol = "cmpp"
port = ${cmpp}
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
service_codes = ["10690001"]
sp_id = "901234"
cmpp_secret = "tollgate1"
`, clock);
    daemon.start();
    await daemon.ready();
  });
  after(async () => {
    await daemon.kill();
    clock.stop();
    rmSync(folder, { recursive: true });
  });

  const send = (...flags: string[]) => daemon.command("send", "--cmpp", "--to", "13800138000", ...flags, "【测试】您的验证码是123456");

  it("binds by its SP_Id and secret, and sends", async () => {
    const { code, out, err } = await send();
    expect(code, out + err).to.equal(0);
    expect(out).to.match(/DELIVRD/);
  });

  it("sends the same text again as another message", async () => {
    expect((await send()).code).to.equal(0);
    expect((await daemon.call("account.show", { name: "demo" })).available).to.equal("0.93");
  });

  it("binds all the same once the key of the secrets has been rotated, live and after a kill", async () => {
    expect((await daemon.command("key", "rotate")).code).to.equal(0);
    expect((await send()).code).to.equal(0);
    await daemon.kill();
    daemon.start();
    await daemon.ready();
    expect((await send()).code).to.equal(0);
  });

  it("is refused with another secret, and with its old one once it was given a new one", async () => {
    expect((await send("--secret", "tollgate2")).code).to.not.equal(0);
    expect((await daemon.command("account", "set", "demo", "--cmpp-secret", "tollgate2")).code).to.equal(0);
    expect((await send("--secret", "tollgate2")).code).to.equal(0);
    expect((await send("--secret", "tollgate1")).code).to.not.equal(0);
    expect((await daemon.command("account", "set", "demo", "--cmpp-secret", "tollgate1")).code).to.equal(0);
  });

  it("is refused a source outside its service codes once that is checked, but not an extension of one", async () => {
    expect((await daemon.command("account", "set", "demo", "--check-source")).code).to.equal(0);
    expect((await send("--from", "1069000188")).code).to.equal(0);
    const { code, out } = await send("--from", "10690002");
    expect(code).to.equal(1);
    expect(out).to.match(/^refused +invalid_source \(10/m);
  });

  it("is refused a version it may not speak", async () => {
    expect((await daemon.command("account", "set", "demo", "--cmpp-versions", "3.0")).code).to.equal(0);
    expect((await send("--cmpp-version", "2.0")).code).to.not.equal(0);
    expect((await send("--cmpp-version", "3.0")).code).to.equal(0);
  });
});
