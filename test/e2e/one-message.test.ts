/** One message's way through the whole gateway, the package smpp at both ends. */
import { expect } from "chai";
import type { PDU } from "smpp";
import { PackageCustomer, ucs2 } from "./package-customer.js";
import { PackageOperator, textOf } from "./package-operator.js";
import { PASSWORD, Road } from "./road.js";

describe("a message through the gateway", () => {
  const operator = new PackageOperator();
  let road: Road;

  before(async () => {
    road = await Road.open({
      operatorPort: await operator.start(), words: ["发票"],
      more: '[filter]\nkeywords = ["words.txt"]\ngather_time = "1s"\n',
    });
    await operator.linked();
  });

  after(async () => {
    await road.close();
    await operator.stop();
  });

  beforeEach(() => {
    operator.submits.length = 0;
    operator.reports = true;
    operator.answer = () => ({ id: `op-${Math.random().toString(36).slice(2)}` });
  });

  it("goes from its submit to the operator and its receipt back, and costs 35000 micro-units", async () => {
    await road.account("first", 10);
    const customer = await road.customer("first");
    const answer = await customer.submit("13800138000", "【测试】您的验证码是123456", { data_coding: 8 });
    expect([answer.command_status, answer.message_id]).to.satisfy(([status, id]: [number, string]) => status === 0 && /^\d+$/.test(id));
    const [submit] = await operator.submitted(1);
    expect(submit).to.include({ source_addr: "10690000", destination_addr: "13800138000", data_coding: 8, esm_class: 0 });
    expect(textOf(submit as PDU)).to.equal("【测试】您的验证码是123456");
    const [receipt] = await customer.received(1);
    expect(receipt).to.include({ id: answer.message_id, state: "DELIVRD", error: "000", esmClass: 4 });
    expect(receipt?.text).to.match(/^id:\d+ sub:001 dlvrd:001 submit date:\d{10} done date:\d{10} stat:DELIVRD err:000 text:/i);
    expect(await road.money("first")).to.equal("0.315/0.00");
    const trace = await road.eventually(() => road.trace(answer.message_id ?? ""), ({ notify }) => notify === "done");
    expect(trace).to.include({ state: "delivered", charge: "0.035", chargeState: "settled", text: "【测试】您的验证码是123456", notify: "done" });
    expect(trace.events.map(({ stage }) => stage)).to.include.members(["accept", "screen", "charge", "spool", "dispatch", "receipt", "settle", "notify"]);
  });

  it("costs 0.070 for 71 characters, submitted as one message_payload or as two segments", async () => {
    await road.account("seventyone", 10);
    const customer = await road.customer("seventyone");
    const text = "短".repeat(71);
    expect((await customer.submit("13800138001", undefined, { data_coding: 8, message_payload: ucs2(text) })).command_status).to.equal(0);
    expect(await road.money("seventyone")).to.match(/^0\.28\d*\/0\.(00|07)$/);
    const parts = [text.slice(0, 67), text.slice(67)].map((part, at) => Buffer.concat([Buffer.from([5, 0, 3, 9, 2, at + 1]), ucs2(part)]));
    for (const part of parts) expect((await customer.submit("13800138002", part, { data_coding: 8, esm_class: 0x40 })).command_status).to.equal(0);
    expect(await road.eventually(() => road.money("seventyone"), (money) => money === "0.21/0.00")).to.equal("0.21/0.00");
  });

  const long = `0000028c00000004000000000000007e000000313036390001013133383030313338303030000000000000010008000004240258${"77ed".repeat(300)}`;

  it("C016 text only in message_payload counts by its length, under one id", async () => {
    await road.account("payload", 10);
    const customer = await road.customer("payload");
    customer.raw("0000003a00000004000000000000007d00000031303639000101313338303031333830303000000000000001000800000424000677ed77ed77ed");
    expect((await customer.answered(0x7d)).command_status).to.equal(0);
    expect(textOf((await operator.submitted(1))[0] as PDU)).to.equal("短短短");
    expect(await road.eventually(() => road.money("payload"), (money) => money === "0.315/0.00")).to.equal("0.315/0.00");
    customer.raw(long);
    const { command_status: status, message_id: id = "" } = await customer.answered(0x7e);
    expect(status).to.equal(0);
    const parts = (await operator.submitted(6)).slice(1);
    expect(parts.map((part) => [part.esm_class, textOf(part)])).to.deep.equal([67, 67, 67, 67, 32].map((units) => [0x40, "短".repeat(units)]));
    await customer.received(2);
    expect(customer.receipts[1]).to.include({ id, state: "DELIVRD" });
    expect([await road.money("payload"), (await road.trace(id)).charge]).to.deep.equal(["0.14/0.00", "0.175"]);
  });

  it("C010 goes in parts with a header and without any TLV to an operator that does not state its version", async () => {
    await road.account("unstated", 10);
    const customer = await road.customer("unstated");
    operator.takesTlvs = false;
    await operator.drop();
    customer.raw(long);
    const { command_status: status, message_id: id } = await customer.answered(0x7e);
    expect(status).to.equal(0);
    const parts = await operator.submitted(5);
    expect(parts.map((part) => [part.esm_class, "message_payload" in part])).to.deep.equal(Array.from({ length: 5 }, () => [0x40, false]));
    const [receipt] = await customer.received(1);
    expect(receipt).to.include({ id, state: "DELIVRD" });
    expect(await road.money("unstated")).to.equal("0.175/0.00");
    operator.takesTlvs = true;
    await operator.drop();
  });

  it("in parts of the GSM alphabet behind a signature that is not of it arrives whole, and each part ends with one receipt", async () => {
    await road.account("signed", 20, { signature: "【测试】" });
    const customer = await road.customer("signed");
    for (const [number, letter] of [[1, "a"], [2, "b"]] as const) {
      const octets = Buffer.concat([Buffer.from([5, 0, 3, 9, 2, number]), Buffer.alloc(153, letter)]);
      expect((await customer.submit("13800138005", octets, { data_coding: 0, esm_class: 0x40 })).command_status).to.equal(0);
    }
    const parts = await operator.submitted(6);
    expect(parts.map((one) => [one.data_coding, textOf(one)])).to.deep.equal(
      ["【测试】" + "a".repeat(63), "a".repeat(67), "a".repeat(23), "b".repeat(67), "b".repeat(67), "b".repeat(19)].map((text) => [8, text]),
    );
    expect((await customer.received(2)).map(({ state }) => state)).to.deep.equal(["DELIVRD", "DELIVRD"]);
  });

  it("in parts that no link can say, since they are not of their coding, ends with receipts and its money back", async () => {
    await road.account("unsaid", 10);
    const customer = await road.customer("unsaid");
    const submitted = operator.submits.length;
    for (const number of [1, 2]) {
      const octets = Buffer.concat([Buffer.from([5, 0, 3, 9, 2, number]), Buffer.from("cdcbff", "hex")]);
      expect((await customer.submit("13800138004", octets, { data_coding: 15, esm_class: 0x40 })).command_status).to.equal(0);
    }
    const receipts = await customer.received(2);
    expect(receipts.map(({ state }) => state)).to.deep.equal(["REJECTD", "REJECTD"]);
    expect([await road.money("unsaid"), operator.submits.length]).to.deep.equal(["0.35/0.00", submitted]);
  });

  it("C028 extension characters weigh two in GSM and one in UCS-2, by the account's rule", async () => {
    const backslash = `${"a".repeat(159)}\\`;
    const gsm = (text: string): Buffer => Buffer.from([...text].flatMap((each) => (each === "|" ? [0x1b, 0x40] : each === "\\" ? [0x1b, 0x2f] : [each.charCodeAt(0)])));
    const texts: [Buffer, number][] = [[ucs2(`${"|".repeat(69)}∞`), 8], [gsm(backslash), 0], [gsm("|".repeat(80)), 0], [gsm("|".repeat(81)), 0]];
    const expected: [string, "gsm" | "domestic", string[]][] = [
      ["rulegsm", "gsm", ["0.035", "0.07", "0.035", "0.07"]],
      ["ruledomestic", "domestic", ["0.035", "0.105", "0.07", "0.07"]],
    ];
    for (const [name, segmentRule, charges] of expected) {
      await road.account(name, 20, { segmentRule });
      const customer = await road.customer(name);
      const found: string[] = [];
      for (const [octets, coding] of texts) {
        const { command_status: status, message_id: id } = await customer.submit("13800138003", octets, { data_coding: coding });
        found.push(status === 0 ? (await road.trace(id ?? "")).charge : `0x${status.toString(16)}`);
      }
      expect(found, name).to.deep.equal(charges);
    }
    // On air they take what the GSM alphabet and UCS-2 hold, by whatever rule they are charged.
    await operator.submitted(12);
  });

  it("C036 parts over two binds are one text: a blocked word across them stops both, and gives the money back", async () => {
    await road.account("twobinds", 10);
    const [a, b] = [await road.customer("twobinds"), await road.customer("twobinds")];
    a.raw("0000003a00000004000000000000007d000000313036390001013133383030313338303030004000000000010008000a0500032a02015f0053d1");
    expect((await a.answered(0x7d, 1_000)).command_status).to.equal(0);
    expect(await road.money("twobinds")).to.equal("0.315/0.035");
    b.raw("0000003800000004000000000000007d00000031303639000101313338303031333830303000400000000001000800080500032a02027968");
    expect((await b.answered(0x7d, 1_000)).command_status).to.equal(0);
    expect(await road.eventually(() => road.money("twobinds"), (money) => money === "0.35/0.00")).to.equal("0.35/0.00");
    await road.eventually(() => Promise.resolve(a.receipts.length + b.receipts.length), (count) => count >= 2);
    expect([...a.receipts, ...b.receipts].map(({ state, error }) => `${state} ${error}`)).to.satisfy((told: string[]) => told.length === 2 && told.every((one) => /TG:0101|REJECTD/.test(one)));
    expect(operator.submits).to.deep.equal([]);
  });

  it("C036 the same two parts from two accounts are not joined", async () => {
    await road.account("other1", 10);
    await road.account("other2", 10);
    const [a, b] = [await road.customer("other1"), await road.customer("other2")];
    a.raw("0000003a00000004000000000000007d000000313036390001013133383030313338303030004000000000010008000a0500032a02015f0053d1");
    b.raw("0000003800000004000000000000007d00000031303639000101313338303031333830303000400000000001000800080500032a02027968");
    expect([(await a.answered(0x7d)).command_status, (await b.answered(0x7d)).command_status]).to.deep.equal([0, 0]);
    await operator.submitted(2, 8_000);
    await Promise.all([a.received(1), b.received(1)]);
    expect([await road.money("other1"), await road.money("other2")]).to.deep.equal(["0.315/0.00", "0.315/0.00"]);
  });

  it("C038 parts whose references differ are each answered at once, and each ends by itself after the gathering time", async () => {
    await road.account("strays", 10);
    const customer = await road.customer("strays");
    customer.raw("0000003a00000004000000000000007d000000313036390001013133383030313338303030004000000000010008000a050003410201" + "60a8597d");
    customer.raw("0000003a00000004000000000000007e000000313036390001013133383030313338303030004000000000010008000a050003420202" + "518d89c1");
    expect([(await customer.answered(0x7d, 1_000)).command_status, (await customer.answered(0x7e, 1_000)).command_status]).to.deep.equal([0, 0]);
    expect(await road.money("strays")).to.equal("0.28/0.07");
    expect(operator.submits).to.deep.equal([]);
    const submits = await operator.submitted(2, 8_000);
    expect(submits.map(textOf).sort()).to.deep.equal(["再见", "您好"]);
    await customer.received(2);
    expect(await road.money("strays")).to.equal("0.28/0.00");
    expect((await road.show("strays")).openMessages).to.equal(0);
  });

  it("C070 money is taken once: held at acceptance, settled when sent, and nothing changes after", async () => {
    await road.account("once", 2);
    const customer = await road.customer("once");
    operator.reports = false;
    operator.answer = () => null;
    const id = (await customer.submit("13800138004", "hello", { data_coding: 0 })).message_id ?? "";
    const [submit] = await operator.submitted(1);
    expect(await road.money("once")).to.equal("0.035/0.035");
    expect((await road.trace(id)).state).to.equal("dispatched");
    operator.respond(submit as PDU, "c070");
    expect(await road.eventually(() => road.money("once"), (money) => money === "0.035/0.00")).to.equal("0.035/0.00");
    expect((await road.trace(id)).state).to.equal("sent");
    expect(await operator.receipt({ id: "c070", state: "DELIVRD", from: "10690000", to: "13800138004" })).to.equal(0);
    await customer.received(1);
    expect(await operator.receipt({ id: "c070", state: "DELIVRD", from: "10690000", to: "13800138004" })).to.equal(0);
    expect(await road.money("once")).to.equal("0.035/0.00");
    const report = await road.daemon.call("verify", { full: true });
    expect(report.problems).to.deep.equal([]);
    expect(customer.receipts).to.have.length(1);
  });

  it("is refused with a status of its own for each reason", async () => {
    await road.account("refused", 1);
    const customer = await road.customer("refused");
    const status = async (to: string, text: string): Promise<number> => (await customer.submit(to, text, { data_coding: 8 })).command_status;
    expect(await status("13800138005", "开发 票")).to.equal(0x465);
    expect(await status("12345", "short number")).to.equal(0x0b);
    expect(await status("13800138a00", "letters")).to.equal(0x0b);
    expect(await road.money("refused")).to.equal("0.035/0.00");
    expect(await status("13800138005", "pays")).to.equal(0);
    expect(await status("13800138005", "does not pay")).to.equal(0x464);
    await operator.submitted(1);
    expect(operator.submits).to.have.length(1);
  });

  it("comes from a phone to the account whose number it was sent to, once", async () => {
    await road.account("owner", 0, { serviceCodes: ["106900017"] });
    await road.account("stranger", 0, { serviceCodes: ["1069000"] });
    const [owner, stranger] = [await road.customer("owner"), await road.customer("stranger")];
    expect(await operator.deliver({ source_addr: "13800138006", destination_addr: "10690001799", data_coding: 8, short_message: { message: "退订" } })).to.equal(0);
    await owner.until(() => owner.inbound.length > 0, 3_000, () => "no inbound message came");
    expect(owner.inbound[0]).to.include({ source_addr: "13800138006", destination_addr: "10690001799", data_coding: 8 });
    expect(textOf(owner.inbound[0] as PDU)).to.equal("退订");
    expect(await operator.deliver({ source_addr: "13800138006", destination_addr: "10690000", short_message: { message: "TD" } })).to.equal(0);
    await stranger.until(() => stranger.inbound.length > 0, 3_000, () => "no inbound message came");
    expect([owner.inbound.length, stranger.inbound.length]).to.deep.equal([1, 1]);
  });

  it("C006 an unknown request is nacked, an unknown response is not answered, and the session goes on", async () => {
    const stranger = await PackageCustomer.connect(road.port);
    expect(await stranger.bindAs("first", PASSWORD)).to.equal(0);
    const before = stranger.pdus.length;
    stranger.raw("00000010000009990000000000000077" + "00000010800009990000000000000078" + "00000010000000150000000000000079");
    await stranger.until(() => stranger.pdus.length >= before + 2, 2_000, () => "the answers did not come");
    expect(stranger.pdus.slice(before).map(({ command, command_status: status, sequence_number: sequence }) => `${command} ${status} ${sequence}`)).to.deep.equal([
      "generic_nack 3 119", "enquire_link_resp 0 121",
    ]);
    await stranger.close();
  });
});
