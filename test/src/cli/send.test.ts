/** The client a customer runs, against a message centre that answers and misbehaves. */
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../protocols/wire/clock.js";
import { Exit } from "../../../src/cli/exit.js";
import { NO_FAULTS } from "../../../src/simulator/faults.js";
import type { ArrivedText } from "../../../src/simulator/reassembly.js";
import { SimulatedSmsc } from "../../../src/simulator/smsc.js";
import type { SmscOptions } from "../../../src/simulator/smsc.js";
import { runSend } from "./sending.js";
import type { Sent } from "./sending.js";

describe("tollgate send", () => {
  const clock = systemClock();
  const texts: ArrivedText[] = [];
  const octets: string[] = [];
  let smsc: SimulatedSmsc;
  let port = 0;
  let folder = "";

  const start = async (options: Partial<SmscOptions> = {}): Promise<void> => {
    smsc = new SimulatedSmsc({
      clock, credentials: { systemId: "acme", password: "secret01" },
      onText: (text) => texts.push(text),
      onSubmit: (submit) => octets.push(`${submit.esmClass.toString(16)} ${submit.coding} ${submit.octets.toString("hex")}`),
      ...options,
    });
    ({ port } = await smsc.start());
  };

  const send = (...argv: string[]): Promise<Sent> =>
    runSend(["--host", "127.0.0.1", "--port", String(port), "--account", "acme", "--password", "secret01", ...argv], clock);

  const file = (...lines: readonly string[]): string => {
    const path = join(folder, "texts.jsonl");
    writeFileSync(path, lines.join("\n"));
    return path;
  };

  beforeEach(() => {
    texts.length = 0;
    octets.length = 0;
    folder = mkdtempSync(join(tmpdir(), "tollgate-send-"));
  });

  afterEach(async () => {
    await smsc.close();
    rmSync(folder, { recursive: true });
  });

  after(() => clock.stop());

  it("shows a message's life from the bind to its receipt", async () => {
    await start({ receiptDelayMs: 5 });
    const { code, out } = await send("--to", "13800138000", "【测试】您的验证码是123456");
    expect(code, out).to.equal(0);
    const lines = out.split("\n");
    expect(lines[0]).to.match(/^bound +acme to 127\.0\.0\.1:\d+, SMPP 3\.4 transceiver, after [\d.]+ ms$/);
    expect(lines[1]).to.match(/^submitted +from 10690000 to 13800138000 as 1 segment, UCS-2$/);
    expect(lines[2]).to.match(/^accepted +as \d+ after [\d.]+ ms$/);
    expect(lines[3]).to.match(/^receipt +DELIVRD [\d.]+ ms after the acceptance$/);
    expect(texts.map(({ text, destination }) => [text, destination])).to.deep.equal([["【测试】您的验证码是123456", "13800138000"]]);
  });

  it("puts the very octets of a long text on the wire: six of header and 67 units a part", async () => {
    await start();
    const text = "短".repeat(66) + "😀" + "信".repeat(70);
    expect((await send("--to", "13800138000", text)).code).to.equal(0);
    expect(texts).to.have.length(1);
    expect(texts[0]).to.include({ text, segments: 3 });
    const parts = octets.map((line) => line.split(" "));
    // The emoji does not fit behind 66 units: it is not cut in two.
    expect(parts.map(([esmClass, coding, hex]) => [esmClass, coding, (hex ?? "").length / 2])).to.deep.equal([["40", "8", 138], ["40", "8", 140], ["40", "8", 16]]);
    const reference = parts[0]?.[2]?.slice(6, 8);
    expect(parts.map(([, , hex]) => hex?.slice(0, 12))).to.deep.equal([`050003${reference}0301`, `050003${reference}0302`, `050003${reference}0303`]);
    expect(parts[0]?.[2]?.slice(12)).to.equal("77ed".repeat(66));
  });

  it("sends text of the GSM alphabet as unpacked septets, an extension character as two", async () => {
    await start();
    const text = `[${"a".repeat(158)}`;
    expect((await send("--to", "13800138000", text)).code).to.equal(0);
    expect(octets).to.deep.equal([`0 0 1b3c${"61".repeat(158)}`]);
    octets.length = 0;
    await send("--to", "13800138000", `${text}a`);
    expect(octets.map((line) => line.length)).to.deep.equal(["40 0 ".length + 2 * (6 + 153), "40 0 ".length + 2 * (6 + 8)]);
    expect(texts[1]?.text).to.equal(`${text}a`);
  });

  it("refuses an empty text itself, with the reason", async () => {
    await start();
    const { code, err } = await send("--to", "13800138000", "");
    expect(code, err).to.equal(Exit.refused);
    expect(err).to.contain("the text is empty");
    expect(smsc.totals.submits).to.equal(0);
  });

  it("explains a refusal in words, and ends with 1", async () => {
    await start({ faults: { ...NO_FAULTS, errorRate: 1, errorStatus: 0x464 } });
    const { code, out } = await send("--to", "13800138000", "hello");
    expect(code).to.equal(1);
    expect(out).to.match(/^refused +no_credit \(0x464\): The prepaid balance does not cover the message\. Top the account up/m);
  });

  it("tells a receipt that came before its answer, and one that came twice", async () => {
    await start({ latencyMs: 20, faults: { ...NO_FAULTS, earlyReceiptRate: 1, duplicateReceiptRate: 1 } });
    const { code, out } = await send("--to", "13800138000", "hello");
    expect(code, out).to.equal(0);
    expect(out.match(/^receipt /gm)).to.have.length(2);
  });

  it("does not wait for a receipt that was not asked for", async () => {
    await start({ receiptDelayMs: 60_000 });
    const { code, out } = await send("--no-receipt", "--to", "13800138000", "hello");
    expect([code, out.includes("receipt")]).to.deep.equal([0, false]);
  });

  it("gives up on a receipt after the time given", async () => {
    await start({ faults: { ...NO_FAULTS, lostReceiptRate: 1 } });
    const { code, out } = await send("--wait", "200ms", "--to", "13800138000", "hello");
    expect(code).to.equal(1);
    expect(out).to.contain("no receipt  within 0.2 s");
  });

  it("says why it may not bind", async () => {
    await start();
    const { code, err } = await send("--password", "wrong", "--to", "13800138000", "hello");
    expect(code).to.equal(1);
    expect(err).to.match(/acme may not bind to 127\.0\.0\.1:\d+: ESME_RINVPASWD \(0x0e\)/);
    const open = port;
    port = 1;
    expect((await send("--to", "13800138000", "hello")).err).to.contain("cannot bind to 127.0.0.1:1: ECONNREFUSED [start the gateway");
    port = open;
  });

  it("gives its story to scripts as one document", async () => {
    await start();
    const told = JSON.parse((await send("--json", "--to", "13800138000", "hello")).out) as { readonly parts: readonly { readonly receipt: { readonly state: string } }[] };
    expect(told).to.include({ account: "acme", to: "13800138000", alphabet: "GSM", segments: 1, delivered: true, balance: null });
    expect(told.parts[0]?.receipt.state).to.equal("DELIVRD");
  });

  it("sends a file of strings and objects, and sums up what became of it", async () => {
    await start({ receiptDelayMs: 5 });
    const path = file('\uFEFF"你好"', '{"to":"13900139000","text":"hello"}', "", JSON.stringify("长".repeat(71)), '""', "not json", '{"to":"abc","text":"x"}');
    const { code, out } = await send("--json", "--to", "13800138000", "--file", path);
    expect(JSON.parse(out)).to.deep.include({
      texts: 6, accepted: 3, segments: 4, receipts: { DELIVRD: 4 }, withoutReceipt: 0, refused: { "not sent: the text is empty": 1 },
      unreadable: { "the line is no JSON": 1, '"to" is no number in digits': 1 },
    });
    expect(code).to.equal(1);
    expect(texts.map(({ text, destination }) => `${destination} ${text}`)).to.have.members([
      "13800138000 你好", "13900139000 hello", `13800138000 ${"长".repeat(71)}`,
    ]);
  });

  it("ends a file with 0 when every text was delivered or refused with a reason", async () => {
    await start({ finalStates: { DELIVRD: 1, REJECTD: 1 }, faults: { ...NO_FAULTS, errorRate: 0.3, errorStatus: 0x465 } });
    const { code, out } = await send("--to", "13800138000", "--file", file(...Array.from({ length: 100 }, (_, index) => `"text ${index}"`)));
    expect(code, out).to.equal(0);
    expect(out).to.match(/^refused +\d+, blocked_content \(0x465\): The text holds a blocked word\. \(first in line \d+\)$/m);
    expect(out).to.match(/^receipts +\d+ DELIVRD$/m).and.match(/^receipts +\d+ REJECTD$/m);
    expect(out).to.match(/^duration +[\d.]+ s, \d+ segments a second$/m);
  });

  it("ends a file with 1 when a message was not delivered", async () => {
    await start({ finalStates: { UNDELIV: 1 } });
    const { code } = await send("--to", "13800138000", "--file", file('"a"'));
    expect(code).to.equal(1);
  });

  it("slows down when throttled, and sends every text in the end", async () => {
    await start({ faults: { ...NO_FAULTS, maxPerSecond: 100 } });
    const lines = Array.from({ length: 300 }, (_, index) => `"text ${index}"`);
    const { code, out } = await send("--json", "--to", "13800138000", "--file", file(...lines));
    expect(code, out).to.equal(0);
    const told = JSON.parse(out) as { readonly accepted: number; readonly throttled: number };
    expect(told.accepted).to.equal(300);
    // Without slowing down, each free place of the window would be tried again at once: tens of thousands of refusals.
    expect(told.throttled).to.be.greaterThan(0).and.lessThan(2_100);
    expect(new Set(texts.map(({ text }) => text)).size).to.equal(300);
  });

  it("keeps to the rate given", async () => {
    await start();
    const { out } = await send("--json", "--rate", "200", "--to", "13800138000", "--file", file(...Array.from({ length: 100 }, (_, index) => `"text ${index}"`)));
    expect((JSON.parse(out) as { readonly seconds: number }).seconds).to.be.at.least(0.4);
  });

  it("binds again when the connection is lost, and counts what it cannot know", async () => {
    await start({ latencyMs: 5, faults: { ...NO_FAULTS, dropEvery: 60 } });
    const { code, out } = await send("--json", "--window", "5", "--to", "13800138000", "--file", file(...Array.from({ length: 100 }, (_, index) => `"text ${index}"`)));
    const told = JSON.parse(out) as { readonly accepted: number; readonly rebinds: number; readonly unanswered: Record<string, number> };
    const unanswered = Object.values(told.unanswered).reduce((before, one) => before + one, 0);
    expect(told.accepted + unanswered, out).to.equal(100);
    expect(unanswered).to.be.within(1, 5);
    expect([told.rebinds, code]).to.deep.equal([1, 1]);
  });
});
