/** Long texts and later ones through the whole gateway: cut for their link, told as one, kept over a crash, taken back. */
import { expect } from "chai";
import type { PDU } from "smpp";
import { CmppOperator } from "./cmpp-peers.js";
import { PackageCustomer, ucs2 } from "./package-customer.js";
import { PackageOperator, textOf } from "./package-operator.js";
import { smppPackage } from "../protocols/smpp/package.js";
import { PASSWORD, Road } from "./road.js";

const LONG = ucs2("短".repeat(300));

/** Reference, total and number of a part's header. */
function headerOf(submit: PDU): number[] {
  const given = submit.short_message;
  const udh = typeof given === "object" && "udh" in given ? (given as { udh: Buffer[] }).udh : [];
  return [...(udh[0] ?? Buffer.alloc(0)).subarray(2)];
}

/** A time of day in UTC, to the tenth of a second, as the protocol writes it. */
function at(ms: number): string {
  const digits = new Date(ms).toISOString().replace(/\D/g, "");
  return `${digits.slice(2, 14)}${digits.slice(14, 15)}00+`;
}

describe("a submit to several numbers over CMPP", () => {
  it("goes out in parts where the account's signature makes its text long: one message, charge and receipt to each number", async () => {
    const operator = new CmppOperator();
    const road = await Road.open({ combination: { customer: "cmpp", operator: "cmpp" }, operatorPort: await operator.start() });
    try {
      await operator.linked();
      operator.reports = true;
      await road.account("several", 10, { signature: "【测试】" });
      const sp = await road.sp("several");
      const numbers = ["13800138000", "13800138001", "13800138002"];
      const { status, id } = await sp.submit({ to: numbers[0] as string, others: numbers.slice(1), text: "短".repeat(67) });
      expect(status).to.equal(0);
      const submits = await operator.submitted(6);
      for (const number of numbers) {
        const parts = submits.filter(({ destination }) => destination === number).sort((a, b) => (a.udh < b.udh ? -1 : 1));
        expect(parts.map(({ text }) => text), number).to.deep.equal([`【测试】${"短".repeat(63)}`, "短".repeat(4)]);
        expect(new Set(parts.map(({ udh }) => udh.slice(6, 8))).size, "one reference").to.equal(1);
        expect(parts.map(({ udh }) => udh.slice(8)), number).to.deep.equal(["0201", "0202"]);
      }
      const receipts = await sp.received(3);
      const told = numbers.map((number, at) => [(BigInt(`0x${id}`) + BigInt(at)).toString(16).padStart(16, "0"), number, "DELIVRD"]);
      expect(receipts.map((each) => [each.id, each.source, each.state])).to.have.deep.members(told);
      expect(await road.money("several")).to.equal("0.14/0.00");
      const trace = await road.trace(told[1]?.[0] ?? "");
      expect([trace.destination, trace.charge, trace.parts.map(({ state }) => state)]).to.deep.equal(["13800138001", "0.07", ["delivered", "delivered"]]);
      expect(await road.eventually(() => road.metric('tollgate_outbox_notices{account="several"}'), (waiting) => waiting === 0)).to.equal(0);
      expect(sp.receipts).to.have.length(3);
      expect((await road.daemon.call("verify", { full: true })).problems).to.deep.equal([]);
    } finally {
      await road.close();
      await operator.stop();
    }
  });
});

describe("long texts and later ones", () => {
  const operator = new PackageOperator();
  let road: Road;

  const open = async (lines: string): Promise<void> => {
    operator.submits.length = 0;
    operator.takesTlvs = true;
    operator.reports = true;
    operator.answer = () => ({ id: `op-${Math.random().toString(36).slice(2)}` });
    road = await Road.open({ operatorPort: await operator.start(), operator: `[operator.smpp]\n${lines}` });
    await operator.linked();
  };

  afterEach(async () => {
    await road.close();
    await operator.stop();
  });

  it("C040 a payload goes out in parts that each keep validity, priority and receipt; five receipts are one", async () => {
    await open('long_messages = "udh"');
    await road.account("long", 10);
    const customer = await road.customer("long");
    const fields = { data_coding: 8, priority_flag: 2, validity_period: "000000010000000R", message_payload: LONG };
    const answers = [await customer.submit("13800138000", undefined, fields), await customer.submit("13800138000", undefined, fields)];
    const submits = await operator.submitted(10);
    for (const submit of submits) expect(submit).to.include({ registered_delivery: 1, priority_flag: 2, esm_class: 0x40 });
    // Those of one text go out with the same, of the other perhaps a second later.
    expect(new Set(submits.map((submit) => String((submit as { validity_period?: unknown }).validity_period))).size).to.be.within(1, 2);
    const headers = submits.slice(0, 5).map(headerOf);
    expect(headers.map(([, total, number]) => [total, number])).to.deep.equal([1, 2, 3, 4, 5].map((number) => [5, number]));
    expect(new Set(headers.map(([reference]) => reference)).size).to.equal(1);
    expect(headerOf(submits[5] as PDU)[0]).not.to.equal(headers[0]?.[0]);
    await customer.received(2);
    expect(customer.receipts.map(({ id, state }) => [id, state])).to.deep.equal(answers.map(({ message_id: id }) => [id, "DELIVRD"]));
    expect(await road.money("long")).to.equal("0.00/0.00");
    expect(await road.metric("tollgate_split_messages_total")).to.equal(2);
  });

  it("one part that fails decides: one receipt, and the link's own words", async () => {
    await open("");
    operator.answer = (submit) => (headerOf(submit)[2] === 3 ? { status: 0x0b } : { id: `op-${headerOf(submit).join(".")}` });
    await road.account("failing", 5);
    const customer = await road.customer("failing");
    const { message_id: id } = await customer.submit("13800138000", undefined, { data_coding: 8, message_payload: LONG });
    await customer.received(1);
    expect(customer.receipts).to.have.length(1);
    expect(customer.receipts[0]).to.include({ id, state: "REJECTD" });
    expect(await road.eventually(() => road.money("failing"), (money) => money === "0.175/0.00")).to.equal("0.175/0.00");
  });

  it("a link that takes payloads gets them whole", async () => {
    await open('long_messages = "payload"');
    await road.account("payload", 10);
    const customer = await road.customer("payload");
    await customer.submit("13800138000", undefined, { data_coding: 8, message_payload: LONG });
    const [whole] = await operator.submitted(1);
    expect(whole).to.deep.include({ message_payload: { message: "短".repeat(300) } });
    await customer.received(1);
    expect(await road.money("payload")).to.equal("0.175/0.00");
  });

  it("a payload of nearly 64 KiB comes in and goes out octet for octet, one message of 490 segments", async () => {
    await open('long_messages = "payload"');
    await road.account("payload", 490);
    const customer = await road.customer("payload");
    smppPackage.PDU.maxLength = 73_728;
    const text = `【测试】${"短信😀".repeat(8_190)}末尾`;
    expect(text.length * 2).to.equal(65_532);
    const { message_id: id } = await customer.submit("13800138000", undefined, { data_coding: 8, message_payload: ucs2(text) });
    const [whole] = await operator.submitted(1);
    expect(whole).to.deep.include({ message_payload: { message: text } });
    await customer.received(1);
    expect(customer.receipts[0]).to.include({ id, state: "DELIVRD" });
    expect(await road.money("payload")).to.equal("0.00/0.00");
  });

  it("C042 leaves room for the signature that the operator adds, and charges it", async () => {
    await open("operator_signature = 4");
    await road.account("signed", 20);
    const customer = await road.customer("signed");
    const charges: string[] = [];
    for (const units of [66, 67, 131]) {
      const { message_id: id } = await customer.submit("13800138000", undefined, { data_coding: 8, message_payload: ucs2("短".repeat(units)) });
      charges.push((await road.trace(id ?? "")).charge);
      await customer.received(charges.length);
    }
    expect(charges).to.deep.equal(["0.035", "0.07", "0.105"]);
    expect(operator.submits.map((submit) => textOf(submit).length)).to.deep.equal([66, 63, 4, 63, 67, 1]);
  });

  it("an account's signature is put in front of its texts, of one and of many parts, and counts", async () => {
    await open("");
    await road.account("fixed", 20, { signature: "【测试】" });
    const customer = await road.customer("fixed");
    const submit = async (text: Buffer | string, fields = {}): Promise<void> => void (await customer.submit("13800138000", text, { data_coding: 8, ...fields }));
    await submit(ucs2("短信"));
    await submit(ucs2("短".repeat(67)));
    for (const number of [1, 2]) await submit(Buffer.concat([Buffer.from([5, 0, 3, 9, 2, number]), ucs2("短".repeat(67))]), { esm_class: 0x40 });
    const texts = (await operator.submitted(6)).map(textOf);
    expect(texts).to.deep.equal([
      "【测试】短信", `【测试】${"短".repeat(63)}`, "短".repeat(4), `【测试】${"短".repeat(63)}`, "短".repeat(4), "短".repeat(67),
    ]);
    expect(operator.submits.slice(3).map((one) => headerOf(one).slice(1))).to.deep.equal([[3, 1], [3, 2], [3, 3]]);
    await customer.received(4);
    expect(await road.money("fixed")).to.equal("0.49/0.00");
  });

  it("all that wait from one source to one number are taken back at once, long ones too, and no others", async () => {
    await open("");
    await road.account("back", 20);
    const customer = await road.customer("back");
    const later = { data_coding: 8, schedule_delivery_time: at(Date.now() + 60_000) };
    const mine = [
      await customer.submit("13800138003", ucs2("短信"), later),
      await customer.submit("13800138003", undefined, { ...later, message_payload: LONG }),
      await customer.submit("13800138003", ucs2("短信"), later),
    ];
    await customer.submit("13800138003", ucs2("短信"), { ...later, source_addr: "10690001" });
    await customer.submit("13800138004", ucs2("短信"), later);
    expect(await road.money("back")).to.equal("0.385/0.315");
    expect((await customer.cancel("", "13800138003")).command_status).to.equal(0);
    await customer.received(3);
    expect(customer.receipts.map(({ id, state }) => [id, state])).to.have.deep.members(mine.map(({ message_id: id }) => [id, "DELETED"]));
    expect(await road.money("back")).to.equal("0.63/0.07");
    expect((await customer.cancel("", "13800138003")).command_status).to.equal(0x11);
  });

  it("C112 a later text is kept over a crash, and one taken back is never sent and costs nothing", async () => {
    await open("");
    await road.account("later", 10);
    let customer = await road.customer("later");
    const dueMs = Date.now() + 4_000;
    const fields = { data_coding: 8, schedule_delivery_time: at(dueMs) };
    const kept = await customer.submit("13800138001", ucs2("短信"), fields);
    const long = await customer.submit("13800138002", undefined, { ...fields, message_payload: LONG });
    const back = await customer.submit("13800138003", ucs2("短信"), fields);
    expect([kept, long, back].map(({ command_status: status }) => status)).to.deep.equal([0, 0, 0]);
    expect(await road.money("later")).to.equal("0.105/0.245");
    expect((await customer.cancel(back.message_id ?? "", "13800138003")).command_status).to.equal(0);
    await customer.received(1);
    expect(customer.receipts[0]).to.include({ id: back.message_id, state: "DELETED" });
    await road.daemon.kill();
    expect(operator.submits).to.deep.equal([]);
    road.daemon.start();
    await road.daemon.ready();
    customer = await PackageCustomer.bind(road.port, "later", PASSWORD, "transceiver");
    await operator.submitted(6, 10_000);
    expect(Date.now()).to.be.at.least(dueMs);
    // That it was taken back may be told twice: the crash may have come before the first telling was acknowledged on disk.
    const told = (): string[] => customer.receipts.map(({ id }) => id).filter((id) => id !== back.message_id);
    await road.eventually(() => Promise.resolve(told().length), (count) => count >= 2);
    expect(told()).to.have.members([kept.message_id, long.message_id]);
    expect(operator.submits.map(({ destination_addr: to }) => to)).not.to.include("13800138003");
    expect(await road.eventually(() => road.money("later"), (money) => money === "0.14/0.00")).to.equal("0.14/0.00");
    customer.session.destroy();
  });
});
