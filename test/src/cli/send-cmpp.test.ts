/** The CMPP client a customer runs, against a simulated gateway that answers and misbehaves. */
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../protocols/wire/clock.js";
import { Exit } from "../../../src/cli/exit.js";
import { NO_FAULTS } from "../../../src/simulator/faults.js";
import { SimulatedIsmg } from "../../../src/simulator/ismg.js";
import type { IsmgOptions } from "../../../src/simulator/ismg.js";
import type { ArrivedText } from "../../../src/simulator/reassembly.js";
import { runSend } from "./sending.js";
import type { Sent } from "./sending.js";

for (const version of ["2.0", "3.0"]) {
  describe(`tollgate send --cmpp, CMPP ${version}`, () => {
    const clock = systemClock();
    const texts: ArrivedText[] = [];
    const octets: string[] = [];
    let ismg: SimulatedIsmg;
    let port = 0;
    let folder = "";

    const start = async (options: Partial<IsmgOptions> = {}): Promise<void> => {
      ismg = new SimulatedIsmg({
        clock, credentials: { systemId: "901234", password: "tollgate1" },
        onText: (text) => texts.push(text),
        onSubmit: (submit) => octets.push(`${submit.esmClass.toString(16)} ${submit.coding} ${submit.octets.toString("hex")}`),
        ...options,
      });
      ({ port } = await ismg.start());
    };

    const common = (): string[] => ["--cmpp", "--cmpp-version", version, "--host", "127.0.0.1", "--port", String(port), "--sp-id", "901234"];
    const send = (...argv: string[]): Promise<Sent> => runSend([...common(), "--secret", "tollgate1", ...argv], clock);

    beforeEach(() => {
      texts.length = 0;
      octets.length = 0;
      folder = mkdtempSync(join(tmpdir(), "tollgate-send-"));
    });

    afterEach(async () => {
      await ismg.close();
      rmSync(folder, { recursive: true });
    });

    after(() => clock.stop());

    it("shows a message's life from the connection to its receipt, in the words of SMPP's", async () => {
      await start({ receiptDelayMs: 5 });
      const { code, out } = await send("--to", "13800138000", "【测试】您的验证码是123456");
      expect(code, out).to.equal(0);
      const lines = out.split("\n");
      expect(lines[0]).to.match(new RegExp(`^bound +901234 to 127\\.0\\.0\\.1:\\d+, CMPP ${version.replace(".", "\\.")}, after [\\d.]+ ms$`));
      expect(lines[1]).to.match(/^submitted +from 10690000 to 13800138000 as 1 segment, UCS-2$/);
      expect(lines[2]).to.match(/^accepted +as [0-9a-f]{16} after [\d.]+ ms$/);
      expect(lines[3]).to.match(/^receipt +DELIVRD [\d.]+ ms after the acceptance$/);
      expect(texts.map(({ text, destination }) => [text, destination])).to.deep.equal([["【测试】您的验证码是123456", "13800138000"]]);
    });

    it("puts the very octets of a long text on the wire: six of header and 67 units a part", async () => {
      await start();
      const text = "短".repeat(66) + "😀" + "信".repeat(70);
      expect((await send("--to", "13800138000", text)).code).to.equal(0);
      expect(texts[0]).to.include({ text, segments: 3 });
      expect(octets.map((line) => line.split(" ")).map(([flags, format, hex]) => [flags, format, (hex ?? "").length / 2])).to.deep.equal([
        ["40", "8", 138], ["40", "8", 140], ["40", "8", 16],
      ]);
    });

    it("sends ASCII where GSM and ASCII agree, UCS-2 for all else", async () => {
      await start();
      for (const text of ["a".repeat(160), "a@b", "é", "{x}"]) expect((await send("--to", "13800138000", text)).code).to.equal(0);
      expect(octets.map((line) => line.split(" ")[1])).to.deep.equal(["0", "8", "8", "8"]);
      expect(texts.map(({ text }) => text)).to.deep.equal(["a".repeat(160), "a@b", "é", "{x}"]);
    });

    it("reads the secret from a file or from standard input", async () => {
      await start();
      const path = join(folder, "secret");
      writeFileSync(path, "tollgate1\n");
      expect((await runSend([...common(), "--secret-file", path, "--to", "13800138000", "hello"], clock)).code).to.equal(0);
      expect((await runSend([...common(), "--secret-stdin", "--to", "13800138000", "hello"], clock, "tollgate1\n")).code).to.equal(0);
      expect((await runSend([...common(), "--secret-stdin", "--secret", "x", "--to", "13800138000", "hello"], clock)).code).to.equal(Exit.usage);
    });

    it("sends one submit to several numbers, and shows the life of each message", async () => {
      let answered = 0;
      await start({ receiptDelayMs: 5, onSubmit: () => void answered++ });
      const numbers = ["13800138000", "+8613900139000", "13700137000"];
      const { code, out } = await send("--to", numbers.join(", "), "【测试】短信");
      expect(code, out).to.equal(0);
      expect(out).to.match(/^submitted +from 10690000 to 3 numbers as 1 segment, UCS-2$/m);
      const ids = numbers.map((number) => new RegExp(`^accepted +${number.replace("+", "\\+")} as ([0-9a-f]{16}) after`, "m").exec(out)?.[1] ?? "");
      expect(new Set(ids).size).to.equal(3);
      expect(ids.map((id) => BigInt(`0x${id}`) - BigInt(`0x${ids[0] ?? ""}`))).to.deep.equal([0n, 1n, 2n]);
      for (const number of numbers) expect(out).to.match(new RegExp(`^receipt +${number.replace("+", "\\+")} DELIVRD`, "m"));
      expect(texts.map(({ destination }) => destination)).to.deep.equal(["13800138000", "8613900139000", "13700137000"]);
    });

    it("refuses a number given twice, a list that is none, and more numbers than a submit has room for", async () => {
      await start();
      const many = Array.from({ length: 101 }, (_, at) => 13_800_138_000 + at).join(",");
      for (const to of ["13800138000,13800138000", "13800138000,", "13800138000 13900139000", many]) {
        expect(await send("--to", to, "hello"), to).to.include({ code: Exit.usage });
      }
      expect(texts).to.deep.equal([]);
    });

    it("explains a refusal in words, and ends with 1", async () => {
      await start({ faults: { ...NO_FAULTS, errorRate: 1, errorStatus: 100 } });
      const { code, out } = await send("--to", "13800138000", "hello");
      expect(code).to.equal(1);
      expect(out).to.match(/^refused +.*100/m);
    });

    it("says why it may not connect", async () => {
      await start();
      const { code, err } = await runSend([...common(), "--secret", "wrong", "--to", "13800138000", "hello"], clock);
      expect(code).to.equal(1);
      expect(err).to.match(/901234 may not bind to 127\.0\.0\.1:\d+: Status 3: authentication failed \[check the SP_Id/);
      port = 1;
      expect((await send("--to", "13800138000", "hello")).err).to.contain("cannot bind to 127.0.0.1:1: ECONNREFUSED [start the gateway");
    });

    it("tells a receipt that came before its answer, and one that came twice", async () => {
      await start({ latencyMs: 20, faults: { ...NO_FAULTS, earlyReceiptRate: 1, duplicateReceiptRate: 1 } });
      const { code, out } = await send("--to", "13800138000", "hello");
      expect(code, out).to.equal(0);
      expect(out.match(/^receipt /gm)).to.have.length(2);
    });

    it("sends a file, slows down at Result 8, and sums up what became of it", async () => {
      await start({ faults: { ...NO_FAULTS, maxPerSecond: 400 } });
      const path = join(folder, "texts.jsonl");
      writeFileSync(path, [...Array.from({ length: 500 }, (_, at) => `"text ${at}"`), JSON.stringify("长".repeat(71))].join("\n"));
      const { code, out } = await send("--json", "--to", "13800138000", "--file", path);
      expect(code, out).to.equal(0);
      const told = JSON.parse(out) as { readonly accepted: number; readonly segments: number; readonly throttled: number };
      expect([told.accepted, told.segments]).to.deep.equal([501, 502]);
      expect(told.throttled).to.be.greaterThan(0);
      expect(new Set(texts.map(({ text }) => text)).size).to.equal(501);
    });

    it("connects again when the connection is lost, and counts what it cannot know", async () => {
      await start({ latencyMs: 5, faults: { ...NO_FAULTS, dropEvery: 60 } });
      const path = join(folder, "texts.jsonl");
      writeFileSync(path, Array.from({ length: 100 }, (_, at) => `"text ${at}"`).join("\n"));
      const { code, out } = await send("--json", "--window", "5", "--to", "13800138000", "--file", path);
      const told = JSON.parse(out) as { readonly accepted: number; readonly rebinds: number; readonly unanswered: Record<string, number> };
      const unanswered = Object.values(told.unanswered).reduce((before, one) => before + one, 0);
      expect(told.accepted + unanswered, out).to.equal(100);
      expect(unanswered).to.be.within(1, 5);
      expect([told.rebinds, code]).to.deep.equal([1, 1]);
    });
  });
}
