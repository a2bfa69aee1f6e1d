/** `tollgate send` through the demo as the README shows it: configuration, simulated operator and account in one file. */
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../protocols/wire/clock.js";
import { Daemon, freePort } from "./daemon.js";

for (const protocol of ["smpp", "cmpp"]) {
  const speaking = protocol === "cmpp" ? ["--cmpp"] : [];

  describe(`tollgate send through the demo, ${protocol}`, () => {
    const clock = systemClock();
    const folder = mkdtempSync(join(tmpdir(), "tollgate-demo-"));
    let daemon: Daemon;

    before(async () => {
      const [port, cmppPort, simulator, ismg, http] = [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()];
      writeFileSync(join(folder, "words.txt"), "线上赌场\n");
      daemon = new Daemon(folder, `
[[listen]]
port = ${port}
[[listen]]
protocol = "cmpp"
port = ${cmppPort}
${protocol === "smpp" ? "" : `[[operator]]\nname = "ismg"\nprotocol = "cmpp"\nhost = "127.0.0.1"\nport = ${ismg}\nsystem_id = "900001"\npassword = "tollgate"\n`}
[simulator]
enabled = true
port = ${simulator}
cmpp_port = ${ismg}
receipt_delay = "20ms"
[http]
port = ${http}
[filter]
keywords = ["words.txt"]
gather_time = "1s"
[[bootstrap]]
name = "demo"
password = "demo1234"
price = "0.035"
top_up = "3.50"
reference = "DEMO-1"
rate = 500
sp_id = "901234"
cmpp_secret = "tollgate1"
`, clock);
      daemon.start();
      await daemon.ready();
      await daemon.command("status");
    });

    after(async () => {
      await daemon.kill();
      clock.stop();
      rmSync(folder, { recursive: true });
    });

    it("shows the whole life of a message, its trace and the balance after", async () => {
      const { code, out, err } = await daemon.command("send", ...speaking, "--to", "13800138000", "【测试】您的验证码是123456");
      expect(code, out + err).to.equal(0);
      expect(out).to.match(protocol === "smpp" ? /^bound +demo to 127\.0\.0\.1:\d+, SMPP 3\.4/m : /^bound +901234 to 127\.0\.0\.1:\d+, CMPP 3\.0/m).and.match(/^accepted +as [0-9a-f]+ after/m).and.match(/^receipt +DELIVRD/m);
      for (const stage of ["accept", "screen", "charge", "spool", "dispatch", "receipt", "settle", "notify"]) expect(out).to.match(new RegExp(` ${stage} `));
      expect(out).to.match(/^balance +3\.465 CNY available, 0\.00 held$/m);
    });

    it("explains a refusal", async () => {
      const { code, out } = await daemon.command("send", ...speaking, "--to", "13800138000", "线 上 赌 场");
      expect(code).to.equal(1);
      expect(out).to.match(protocol === "smpp" ? /^refused +blocked_content \(0x465\)/m : /^refused +blocked_content \(101\)/m);
    });

    it("sends a long text in segments, one receipt and one charge each", async () => {
      const { code, out } = await daemon.command("send", ...speaking, "--json", "--to", "13800138000", "长".repeat(150));
      expect(code, out).to.equal(0);
      const told = JSON.parse(out) as { readonly segments: number; readonly trace: readonly { readonly charge: string }[]; readonly balance: { readonly available: string } };
      expect([told.segments, told.trace.map(({ charge }) => charge), told.balance.available]).to.deep.equal([3, ["0.035", "0.035", "0.035"], "3.36"]);
    });

    it("sends to several numbers, a message, a trace and a charge for each", async () => {
      const { code, out, err } = await daemon.command("send", ...speaking, "--json", "--to", "13800138001,13800138002", "hello");
      expect(code, out + err).to.equal(0);
      const told = JSON.parse(out) as {
        readonly parts: readonly { readonly to: string; readonly id: string; readonly receipt: { readonly state: string } }[];
        readonly trace: readonly { readonly destination: string; readonly state: string }[]; readonly balance: { readonly available: string };
      };
      expect(told.parts.map(({ to, receipt }) => [to, receipt.state])).to.deep.equal([["13800138001", "DELIVRD"], ["13800138002", "DELIVRD"]]);
      expect(told.trace.map(({ destination, state }) => [destination, state])).to.deep.equal([["13800138001", "delivered"], ["13800138002", "delivered"]]);
      expect(told.balance.available).to.equal("3.29");
    });

    it("sends a file until the money is used up, and says so in its summary", async () => {
      const path = join(folder, "texts.jsonl");
      writeFileSync(path, Array.from({ length: 120 }, (_, at) => JSON.stringify(at % 10 === 0 ? { to: "13900139000", text: `线上赌场 ${at}` } : `text ${at}`)).join("\n"));
      const { code, out, err } = await daemon.command("send", ...speaking, "--json", "--to", "13800138000", "--file", path);
      expect(code, out + err).to.equal(0);
      const told = JSON.parse(out) as { readonly accepted: number; readonly refused: Record<string, number>; readonly receipts: object };
      expect(told.accepted).to.equal(94);
      expect(told.receipts).to.deep.equal({ DELIVRD: 94 });
      expect(Object.fromEntries(Object.entries(told.refused).map(([reason, count]) => [reason.split(" ")[0], count]))).to.deep.equal({ blocked_content: 12, no_credit: 14 });
      expect((await daemon.call("account.show", { name: "demo" })).available).to.equal("0.00");
    });

    it("says where there is nobody to send to", async () => {
      expect(await daemon.stop()).to.include({ code: 0 });
      const { code, err } = await daemon.command("send", ...speaking, "--to", "13800138000", "hello");
      expect([code, err]).to.satisfy(([given, text]: [number, string]) => given === 69 && text.includes("start the gateway"));
    });
  });
}
