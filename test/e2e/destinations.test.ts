/** To whom messages may go, through real sockets: opting out by a reply, segments of every age, lists through the command line. */
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ParamsOf } from "../../src/admin/api.js";
import { SAME_PROTOCOL, STATUSES, combinationName, type TestCustomer, type TestOperator } from "./peer.js";
import { Road, newOperator, roadWith } from "./road.js";

const OPT_OUTS = { optOuts: true, serviceCodes: ["1069012345678"], optOutReply: "您已退订" };
const CODE = "1069012345678";

describe("opting out by a reply", () => {
  const operator = newOperator("cmpp");
  const words = mkdtempSync(join(tmpdir(), "tollgate-words-"));
  const list = join(words, "opt-out.txt");
  writeFileSync(list, "[out]\nTD\nR\n[in]\nSTART\n");
  const laid = roadWith(operator, { combination: { customer: "smpp", operator: "cmpp" }, more: `[contract]\nopt_out = "${list}"\n` });
  let customer: TestCustomer;
  before(async () => {
    await laid.road.account("owner", 100, OPT_OUTS);
    customer = await laid.road.peer("owner");
  });
  after(() => rmSync(words, { recursive: true }));

  const say = (text: string, source: string, coding: "gb18030" | "ucs2" | "ascii" = "ucs2"): Promise<number> => operator.deliver({ source, destination: CODE, text, coding });
  const optedOut = async (number: string): Promise<boolean> => {
    const { entries } = await laid.road.daemon.call("numbers.show", { number });
    return entries.some(({ kind, endedAt }) => kind === "optout" && endedAt === "");
  };

  it("C084: full-width TD in GBK opts out, and comes to the customer in UCS-2 all the same", async () => {
    expect(await say("ＴＤ", "13800138000", "gb18030")).to.equal(0);
    // On record before it was answered.
    expect(await optedOut("13800138000")).to.equal(true);
    await customer.until(() => customer.inbound.length === 1, 3_000, () => "no message came");
    expect(customer.inbound[0]).to.include({ source: "13800138000", coding: 8, text: "ＴＤ" });
  });

  it("confirms it from the number it was sent to, and charges nothing for that", async () => {
    expect(await say("R", "13800138001", "ascii")).to.equal(0);
    await operator.submitted(1);
    expect(operator.submits[0]).to.include({ source: CODE, destination: "13800138001", text: "您已退订" });
    expect(await laid.road.eventually(() => laid.road.money("owner"), (money) => money === "3.50/0.00")).to.equal("3.50/0.00");
    expect(await say("R", "13800138001", "ascii")).to.equal(0);
    await laid.road.pause(200);
    expect(operator.submits).to.have.length(1);
  });

  it("C084: TD and a number is no opt-out", async () => {
    const before = customer.inbound.length;
    expect(await say("TD 12345", "13800138002")).to.equal(0);
    await customer.until(() => customer.inbound.length > before, 3_000, () => "no message came");
    expect(await optedOut("13800138002")).to.equal(false);
  });

  it("C084: a new keyword works after a reload, without a restart; a list with a bad line changes nothing", async () => {
    expect(await say("停一停", "13800138003")).to.equal(0);
    expect(await optedOut("13800138003")).to.equal(false);
    writeFileSync(list, "[out]\nTD\nR\n停一停\n[in]\nSTART\n");
    expect((await laid.road.daemon.call("reload", {})).applied).to.include("segments, reply words and adverts");
    expect(await say("停一停！", "13800138003")).to.equal(0);
    expect(await optedOut("13800138003")).to.equal(true);
    writeFileSync(list, "[out]\n***\n");
    const { code, err } = await laid.road.daemon.command("reload");
    expect([code, err]).to.satisfy(([c, e]: [number, string]) => c === 78 && /opt-out\.txt:2: nothing is left/.test(e));
    expect(await say("TD", "13800138004")).to.equal(0);
    expect(await optedOut("13800138004")).to.equal(true);
    writeFileSync(list, "[out]\nTD\n[in]\nSTART\n");
  });

  it("takes it back by START, and remembers both", async () => {
    expect(await say("start", "13800138000")).to.equal(0);
    expect(await optedOut("13800138000")).to.equal(false);
    const { entries } = await laid.road.daemon.call("numbers.show", { number: "+8613800138000" });
    expect(entries.map(({ kind, source, endedBy }) => ({ kind, source, endedBy }))).to.deep.equal([{ kind: "optout", source: "MO ＴＤ", endedBy: "MO start" }]);
  });

  it("still stands after a kill", async () => {
    await laid.road.daemon.kill();
    laid.road.daemon.start();
    await laid.road.daemon.ready();
    expect(await optedOut("13800138001")).to.equal(true);
    expect(await optedOut("13800138000")).to.equal(false);
  });

  it("leaves books that balance", async () => {
    expect(await laid.road.daemon.call("verify", { full: true })).to.deep.include({ clean: true, problems: [] });
  });
});

for (const combination of SAME_PROTOCOL) {
  describe(`segments of every age, ${combinationName(combination)}`, () => {
    const operator: TestOperator = newOperator(combination.operator);
    const laid = roadWith(operator, { combination });
    const { badDestination } = STATUSES[combination.customer];
    let customer: TestCustomer;
    before(async () => {
      await laid.road.account("sender", 100, { networks: [] });
      customer = await laid.road.peer("sender");
    });

    it("C102: numbers of new segments are taken, and no number that is none; what is refused costs nothing", async () => {
      for (const to of ["16600166000", "19000190000", "19200192000", "19700197000", "17200172000"]) expect((await customer.submit({ to, text: "hello" })).status, to).to.equal(0);
      const charged = await laid.road.eventually(() => laid.road.money("sender"), (money) => money === "3.325/0.00");
      expect(charged).to.equal("3.325/0.00");
      for (const to of ["12800128000", "1380013800", "138001380000", "10086", "13800138a00", "1440012345678", "1480012345678", "8614100123456789"]) expect((await customer.submit({ to, text: "hello" })).status, to).to.equal(badDestination);
      expect(await laid.road.money("sender")).to.equal("3.325/0.00");
    });
  });
}

for (const combination of SAME_PROTOCOL) {
  describe(`who may be written to, ${combinationName(combination)}`, () => {
    const operator: TestOperator = newOperator(combination.operator);
    const laid = roadWith(operator, { combination });
    const vendor = combination.customer === "smpp" ? 0x400 : 0;
    const { badDestination } = STATUSES[combination.customer];
    let customer: TestCustomer;
    let mobileOnly: TestCustomer;
    before(async () => {
      await laid.road.account("owner", 1_000, { optOuts: true, serviceCodes: [CODE], abroad: "refuse" });
      await laid.road.account("mobile", 1_000, { networks: ["mobile"], abroad: "refuse" });
      customer = await laid.road.peer("owner");
      mobileOnly = await laid.road.peer("mobile");
    });
    const change = (params: Omit<ParamsOf<"numbers.change">, "atMs">): Promise<unknown> => laid.road.daemon.call("numbers.change", { ...params, atMs: 1_764_000_000_000 });
    const status = async (from: TestCustomer, to: string): Promise<number> => (await from.submit({ to, text: "hello" })).status;

    it("clause 2.1(5): once a phone has answered TD, in any width and case, the next message to it is refused 104; START lets it through again", async () => {
      const forms = ["TD", "td", "ＴＤ", "ｔｄ", " Td. ", "退订", "退訂", "Ｔ", "r", "００００", "STOP"];
      for (const [at, text] of forms.entries()) {
        const phone = `138001381${String(at).padStart(2, "0")}`;
        expect(await status(customer, phone), phone).to.equal(0);
        expect(await operator.deliver({ source: phone, destination: CODE, text })).to.equal(0);
        expect(await status(customer, phone), text).to.equal(vendor + 104);
      }
      expect(await operator.deliver({ source: "13800138100", destination: CODE, text: "START" })).to.equal(0);
      expect(await status(customer, "13800138100")).to.equal(0);
      expect(await status(mobileOnly, "13800138101")).to.equal(0);
    });

    it("C104: a number that opted out is refused in any spelling, and only that number", async () => {
      expect(await operator.deliver({ source: "13800138000", destination: CODE, text: "TD" })).to.equal(0);
      for (const to of ["13800138000", "+8613800138000", "8613800138000", "008613800138000", "138 0013 8000"]) expect(await status(customer, to), to).to.equal(vendor + 104);
      expect(await status(customer, "85213800138000")).to.equal(vendor + 106);
      expect(await status(customer, "3800138000")).to.equal(badDestination);
      expect(await status(customer, "13800138001")).to.equal(0);
      await change({ kind: "optout", account: "owner", numbers: ["+8613900139000"], off: false });
      expect(await status(customer, "13900139000")).to.equal(vendor + 104);
    });

    it("clause 2.1(2)A: a Unicom number on a Mobile-only account is refused 105, one abroad 106; a ported number counts where it is now, both ways", async () => {
      expect(await status(mobileOnly, "13800138000")).to.equal(0);
      expect(await status(mobileOnly, "13000130000")).to.equal(vendor + 105);
      for (const to of ["+85298765432", "0085366881234", "886912345678"]) expect(await status(mobileOnly, to), to).to.equal(vendor + 106);
      await change({ kind: "ported", network: "mobile", numbers: ["13000130000"], off: false });
      await change({ kind: "ported", network: "unicom", numbers: ["13800138000"], off: false });
      expect(await status(mobileOnly, "13000130000")).to.equal(0);
      expect(await status(mobileOnly, "13800138000")).to.equal(vendor + 105);
      await change({ kind: "ported", numbers: ["13000130000", "13800138000"], off: true });
      expect(await status(mobileOnly, "13000130000")).to.equal(vendor + 105);
    });

    it("learns from an operator's report that a number has left its network, and unlearns it when told to", async () => {
      operator.reports = false;
      operator.answer = () => ({ id: operator.id(777_001) });
      const { id } = await mobileOnly.submit({ to: "13800138555", text: "hello" });
      expect(id).to.not.equal("");
      await operator.submitted(1);
      const sent = operator.submits.at(-1);
      expect(await operator.receipt({ id: operator.id(777_001), state: "MB:1049", from: sent?.source ?? "", to: "13800138555" })).to.equal(0);
      const refused = await laid.road.eventually(() => status(mobileOnly, "13800138555"), (one) => one !== 0);
      expect(refused).to.equal(vendor + 105);
      const shown = await laid.road.daemon.call("numbers.show", { number: "13800138555" });
      expect([shown.network?.left, shown.entries[0]?.source]).to.deep.equal(["mobile", "learned MB:1049 mobile"]);
      await change({ kind: "ported", numbers: ["13800138555"], off: true });
      expect(await status(mobileOnly, "13800138555")).to.equal(0);
    });
  });
}

describe("tollgate numbers, of a running daemon and without one", () => {
  const operator = newOperator("smpp");
  const laid: { road?: Road } = {};
  const folder = mkdtempSync(join(tmpdir(), "tollgate-lists-"));
  before(async () => {
    laid.road = await Road.open({ operatorPort: await operator.start() });
    await laid.road.account("demo", 1);
  });
  after(async () => {
    await laid.road?.close();
    await operator.stop();
    rmSync(folder, { recursive: true });
  });

  it("reads a file into a list, and writes it again, with and without a daemon; both stand in the audit log", async function () {
    // Nine processes start one after the other.
    this.timeout(90_000);
    const { daemon } = laid.road as Road;
    const [file, out, again] = [join(folder, "block.csv"), join(folder, "out.csv"), join(folder, "again.csv")];
    writeFileSync(file, Array.from({ length: 30_000 }, (_, at) => `1390013${String(at % 10_000).padStart(4, "0")}`).join("\n") + "\nnobody\n");
    const read = await daemon.command("numbers", "import", "block", file, "--account", "demo", "--source", "police");
    expect(read.out, read.err).to.equal("30000 numbers read: 10000 put on the list, 20000 as they were\n");
    expect([read.code, read.err]).to.deep.equal([1, 'tollgate: block.csv:30001: "nobody" is no number that messages go to\n']);
    expect(await laid.road?.metric('tollgate_numbers{kind="block"}')).to.equal(10_000);
    await daemon.stop();
    const written = await daemon.command("numbers", "export", "block", "--account", "demo", "--out", out);
    expect(written.out, written.err).to.equal(`10000 numbers written to ${out}\n`);
    expect((await daemon.command("numbers", "remove", "block", "13900130000", "--account", "demo")).out).to.equal("1 taken off the list, 0 as they were\n");
    expect((await daemon.command("numbers", "import", "block", out, "--account", "demo")).out).to.equal("10000 numbers read: 1 put on the list, 9999 as they were\n");
    expect((await daemon.command("numbers", "show", "+8613900130000")).out).to.match(/mobile \(by its prefix, as of 2022-07-01\)[^]*block +demo/);
    daemon.start();
    await daemon.ready();
    expect((await daemon.command("numbers", "export", "block", "--account", "demo", "--out", again)).code).to.equal(0);
    const audit = await daemon.call("audit", { limit: 50 });
    expect(audit.map(({ what }) => what)).to.include("numbers import ends: block of demo from out.csv: 10000 read, 1 changed, 9999 as they were, 0 bad lines");
  });
});
