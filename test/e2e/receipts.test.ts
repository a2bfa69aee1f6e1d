/** Receipts: from an operator that reports oddly, to customers that come, go and answer as they please. */
import { expect } from "chai";
import type { PDU } from "smpp";
import { PackageOperator } from "./package-operator.js";
import { Road } from "./road.js";

const FROM = "10690000";

describe("receipts", () => {
  const operator = new PackageOperator();
  let road: Road;
  let number = 13_700_000_000;

  before(async () => {
    road = await Road.open({
      operatorPort: await operator.start(),
      more: '[limits]\nresponse_timeout = "1s"\n[outbox]\nretry_min = "100ms"\nretry_max = "400ms"\n[retry]\ndelays = ["300ms", "1s"]\n',
      operator: 'uncertain_wait = "1s"',
    });
    await operator.linked();
  });

  after(async () => {
    await road.close();
    await operator.stop();
  });

  beforeEach(() => {
    operator.submits.length = 0;
    operator.reports = false;
    operator.answer = () => ({ id: `r${Math.floor(Math.random() * 1e9)}` });
  });

  const next = (): string => String(++number);

  /** Opens an account and binds a customer of it. */
  const open = async (name: string, settings = {}) => {
    await road.account(name, 100, settings);
    return road.customer(name);
  };

  it("are matched when the operator answers in hexadecimal and reports in decimal, with or without padding", async () => {
    const customer = await open("hex");
    for (const [given, reported] of [["1A2B3C4D", "439041101"], ["1a2b3c4e", "0439041102"]] as const) {
      const to = next();
      operator.answer = () => ({ id: given });
      const before = customer.receipts.length;
      const { message_id: id } = await customer.submit(to, "hello");
      expect(await operator.receipt({ id: reported, state: "DELIVRD", from: FROM, to })).to.equal(0);
      await customer.received(before + 1);
      expect(customer.receipts.at(-1)).to.include({ id, state: "DELIVRD" });
    }
  });

  it("C014 come on another bind of the account when the submitting one has gone, once", async () => {
    const a = await open("c014");
    const b = await road.customer("c014");
    const to = next();
    operator.answer = () => ({ id: "c014-1" });
    const { message_id: id } = await a.submit(to, "hello");
    await operator.submitted(1);
    await a.close();
    await operator.receipt({ id: "c014-1", state: "DELIVRD", from: FROM, to });
    expect(await b.received(1, 1_000)).to.have.length(1);
    expect(b.receipts[0]).to.include({ id, state: "DELIVRD" });
    expect(await road.eventually(async () => (await road.trace(id ?? "")).notify, (notify) => notify === "done")).to.equal("done");
    expect(b.receipts).to.have.length(1);
  });

  it("C014 that a bind reads and never answers are sent again on the next one, octet for octet", async () => {
    const b = await open("c014b");
    const to = next();
    operator.answer = () => ({ id: "c014-2" });
    b.answer = () => null;
    const { message_id: id } = await b.submit(to, "hello");
    await operator.submitted(1);
    await operator.receipt({ id: "c014-2", state: "DELIVRD", from: FROM, to });
    const [first] = await b.received(1);
    expect((await road.trace(id ?? "")).notify).to.equal("pending");
    b.session.destroy();
    const stranger = await open("c014c");
    const c = await road.customer("c014b");
    const [again] = await c.received(1);
    expect(again?.text).to.equal(first?.text);
    expect(await road.eventually(async () => (await road.trace(id ?? "")).notify, (notify) => notify === "done")).to.equal("done");
    expect(stranger.receipts).to.deep.equal([]);
  });

  it("wait for a customer that is not bound, and come in order when it is", async () => {
    const a = await open("away");
    const ids: string[] = [];
    for (let at = 0; at < 20; at++) ids.push((await a.submit(next(), `text ${at}`)).message_id ?? "");
    const submits = await operator.submitted(20);
    await a.close();
    const answered = submits.map((pdu) => ({ to: pdu.destination_addr ?? "" }));
    for (const { to } of answered) {
      const { operatorMessageId } = (await road.daemon.call("trace", { by: "destination", value: to, limit: 1 }))[0]?.attempts[0] ?? { operatorMessageId: "" };
      expect(await operator.receipt({ id: operatorMessageId, state: "DELIVRD", from: FROM, to })).to.equal(0);
    }
    const back = await road.customer("away", "receiver");
    await back.received(20);
    expect(back.receipts.map(({ id }) => id)).to.deep.equal(ids);
  });

  it("C054 are sent again after a passing answer with growing pauses, not after a final one, and hold up nobody else", async function () {
    this.timeout(15_000);
    const customer = await open("c054");
    const passing = [0x58, 0x14, 0x08, 0x64, null, 0];
    const to = next();
    operator.answer = () => ({ id: "c054-1" });
    const { message_id: id } = await customer.submit(to, "again");
    customer.answer = (pdu) => (pdu.source_addr === to ? passing.shift() as number | null : 0);
    await operator.receipt({ id: "c054-1", state: "DELIVRD", from: FROM, to });
    await customer.received(1);
    // Meanwhile another one passes by.
    const other = next();
    operator.answer = () => ({ id: "c054-2" });
    const { message_id: otherId } = await customer.submit(other, "other");
    await operator.receipt({ id: "c054-2", state: "UNDELIV", error: "012", from: FROM, to: other });
    await customer.until(() => customer.receipts.some((one) => one.id === otherId), 1_000, () => "the other receipt is held up");
    await customer.until(() => customer.receipts.filter((one) => one.id === id).length === 6, 10_000, () => `tried ${customer.receipts.filter((one) => one.id === id).length} times`);
    const tries = customer.receipts.filter((one) => one.id === id);
    expect(new Set(tries.map(({ text }) => text)).size).to.equal(1);
    const pauses = tries.slice(1, 4).map(({ atMs }, at) => atMs - (tries[at]?.atMs ?? 0));
    expect(pauses[2]).to.be.greaterThan(pauses[0] ?? Infinity);
    expect(await road.eventually(async () => (await road.trace(id ?? "")).notify, (notify) => notify === "done")).to.equal("done");

    const never = next();
    operator.answer = () => ({ id: "c054-3" });
    const { message_id: refusedId } = await customer.submit(never, "refused");
    customer.answer = () => 0x65;
    await operator.receipt({ id: "c054-3", state: "DELIVRD", from: FROM, to: never });
    expect(await road.eventually(async () => (await road.trace(refusedId ?? "")).notify, (notify) => notify === "parked")).to.equal("parked");
    expect(customer.receipts.filter((one) => one.id === refusedId)).to.have.length(1);
  });

  it("C056 have one final state: interim reports are no end, a second word changes nothing", async () => {
    const customer = await open("c056");
    const to = next();
    operator.answer = () => ({ id: "c056" });
    const { message_id: id } = await customer.submit(to, "hello");
    const report = (state: string, messageState: number): Promise<number> =>
      operator.receipt({ id: "c056", state, from: FROM, to, fields: { receipted_message_id: "c056", message_state: messageState } });
    expect([await report("ACCEPTD", 6), await report("ENROUTE", 1), await report("DELIVRD", 2), await report("UNDELIV", 5), await report("DELIVRD", 2)]).to.deep.equal([0, 0, 0, 0, 0]);
    await customer.received(1);
    expect(await road.eventually(async () => (await road.trace(id ?? "")).notify, (notify) => notify === "done")).to.equal("done");
    expect(customer.receipts.map(({ state, esmClass }) => `${state} ${esmClass}`)).to.deep.equal(["DELIVRD 4"]);
    expect(await road.trace(id ?? "")).to.include({ state: "delivered", chargeState: "settled" });
    expect(await road.money("c056")).to.equal("3.465/0.00");
  });

  it("C056 tell interim reports to a customer that asked for them", async () => {
    const customer = await open("c056b");
    const to = next();
    operator.answer = () => ({ id: "c056b" });
    await customer.submit(to, "hello", { registered_delivery: 0x11 });
    await operator.submitted(1);
    await operator.receipt({ id: "c056b", state: "ENROUTE", from: FROM, to, fields: { message_state: 1 } });
    await customer.received(1);
    await operator.receipt({ id: "c056b", state: "DELIVRD", from: FROM, to, fields: { message_state: 2 } });
    await customer.received(2);
    expect(customer.receipts.map(({ esmClass, state }) => `${esmClass} ${state}`)).to.deep.equal(["32 ENROUTE", "4 DELIVRD"]);
  });

  it("that come before the answer to their submit are kept and find it", async () => {
    const customer = await open("early");
    const to = next();
    operator.answer = () => null;
    const { message_id: id } = await customer.submit(to, "hello");
    const [submit] = await operator.submitted(1);
    expect(await operator.receipt({ id: "early-1", state: "DELIVRD", from: FROM, to })).to.equal(0);
    operator.respond(submit as PDU, "early-1");
    const [receipt] = await customer.received(1);
    expect(receipt).to.include({ id, state: "DELIVRD" });
    expect(await road.money("early")).to.equal("3.465/0.00");
  });

  it("are made by us for a message the operator refuses for good, and its money comes back", async () => {
    const customer = await open("refusedlater");
    operator.answer = () => ({ status: 0x0b });
    const { message_id: id } = await customer.submit(next(), "hello");
    const [receipt] = await customer.received(1);
    expect(receipt).to.include({ id, state: "REJECTD" });
    expect(await road.money("refusedlater")).to.equal("3.50/0.00");
    expect((await road.trace(id ?? "")).attempts.map(({ statusName }) => statusName)).to.deep.equal(["ESME_RINVDSTADR"]);
  });

  it("follow on a retry when the operator was only busy, with one charge for all attempts", async function () {
    this.timeout(15_000);
    const customer = await open("busy");
    let answers = 0;
    operator.answer = () => (answers++ === 0 ? { status: 0x14 } : { id: "busy-1" });
    operator.reports = true;
    const { message_id: id } = await customer.submit(next(), "hello");
    await customer.received(1, 10_000);
    expect(customer.receipts[0]).to.include({ id, state: "DELIVRD" });
    expect(operator.submits).to.have.length(2);
    expect(await road.money("busy")).to.equal("3.465/0.00");
  });

  it("end a message whose answer was lost: sent once more after the grace, charged once", async function () {
    this.timeout(15_000);
    const customer = await open("lost");
    let answers = 0;
    operator.answer = () => (answers++ === 0 ? null : { id: "lost-2" });
    operator.reports = true;
    const { message_id: id } = await customer.submit(next(), "hello");
    await customer.received(1, 12_000);
    expect(operator.submits).to.have.length(2);
    expect(customer.receipts.map((one) => one.id)).to.deep.equal([id]);
    expect(await road.money("lost")).to.equal("3.465/0.00");
  });

  it("leave books that balance", async () => {
    expect(await road.daemon.call("verify", { full: true })).to.deep.include({ clean: true, problems: [] });
  });
});

describe("receipts under load", () => {
  const operator = new PackageOperator();
  let road: Road;

  before(async () => {
    road = await Road.open({ operatorPort: await operator.start() });
    await operator.linked();
  });

  after(async () => {
    await road.close();
    await operator.stop();
  });

  it("C108 keep coming while submits pour in on the same bind, and so do answers to enquire_link", async function () {
    this.timeout(40_000);
    const total = 2_500;
    await road.account("c108", total, { rate: 1_000_000, window: 100 });
    const customer = await road.customer("c108");
    operator.reports = true;
    const acceptedAtMs = new Map<string, number>();
    const linkAnswersMs: number[] = [];
    let submitted = 0;
    const pour = async (): Promise<void> => {
      while (submitted < total) {
        if (++submitted % 250 === 0) {
          const askedMs = performance.now();
          customer.session.enquire_link(() => linkAnswersMs.push(performance.now() - askedMs));
        }
        const answer = await customer.submit("13700000001", "hello");
        expect(answer.command_status).to.equal(0);
        acceptedAtMs.set(answer.message_id ?? "", performance.now());
      }
    };
    await Promise.all(Array.from({ length: 100 }, pour));
    expect(customer.receipts.length, "receipts during the flood").to.be.at.least(total / 2);
    await customer.received(total, 10_000);
    const waitsMs = customer.receipts.map(({ id, atMs }) => atMs - (acceptedAtMs.get(id) ?? -Infinity));
    expect(Math.max(...waitsMs), "the longest a receipt took").to.be.below(5_000);
    expect(linkAnswersMs).to.have.length(total / 250);
    expect(Math.max(...linkAnswersMs), "the slowest answer to enquire_link").to.be.below(1_000);
  });
});
