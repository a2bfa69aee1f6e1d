/** Receipts: from an operator that reports oddly, to customers that come, go and answer as they please. */
import { expect } from "chai";
import { PackageOperator } from "./package-operator.js";
import { Road } from "./road.js";

const FROM = "10690000";

describe("receipts over SMPP", () => {
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
