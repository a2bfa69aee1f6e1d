/** Receipts, whatever is spoken: they find their message, wait for its customer, come again when they must, and once only. */
import { expect } from "chai";
import { SAME_PROTOCOL, STATUSES, combinationName } from "./peer.js";
import type { TestCustomer } from "./peer.js";
import { Road, newOperator } from "./road.js";

const FROM = "10690000";

for (const combination of SAME_PROTOCOL) {
  const customerStatus = STATUSES[combination.customer];
  const operatorStatus = STATUSES[combination.operator];

  describe(`receipts, ${combinationName(combination)}`, () => {
    const operator = newOperator(combination.operator);
    let road: Road;
    let number = 13_700_000_000;
    let lastId = 0;

    before(async () => {
      road = await Road.open({
        combination, operatorPort: await operator.start(),
        more: '[limits]\nresponse_timeout = "1s"\n[outbox]\nretry_min = "100ms"\nretry_max = "400ms"\n[retry]\ndelays = ["300ms", "1s"]\n',
        operator: 'uncertain_wait = "1s"',
      });
      await operator.linked();
    });

    after(async () => {
      await road.close();
      await operator.stop();
    });

    beforeEach(() => operator.reset());

    const next = (): string => String(++number);

    /** Opens an account and binds a customer of it. */
    const open = async (name: string, settings = {}): Promise<TestCustomer> => {
      await road.account(name, 100, settings);
      return road.peer(name);
    };

    /** The operator's next message id, which it answers from now on. */
    const answering = (): string => {
      const id = operator.id(++lastId);
      operator.answer = () => ({ id });
      return id;
    };

    const done = async (id: string): Promise<void> => {
      expect(await road.eventually(async () => (await road.trace(id)).notify, (notify) => notify === "done")).to.equal("done");
    };

    it("C014 come on another bind of the account when the submitting one has gone, once", async () => {
      const a = await open("c014");
      const b = await road.peer("c014");
      const to = next();
      const given = answering();
      const { id } = await a.submit({ to, text: "hello" });
      await operator.submitted(1);
      await a.close();
      await operator.receipt({ id: given, state: "DELIVRD", from: FROM, to });
      expect(await b.received(1, 1_000)).to.have.length(1);
      expect(b.receipts[0]).to.include({ id, state: "DELIVRD" });
      await done(id);
      expect(b.receipts).to.have.length(1);
    });

    it("C014 that a bind reads and never answers are sent again on the next one, octet for octet", async () => {
      const b = await open("c014b");
      const to = next();
      const given = answering();
      b.answer = () => null;
      const { id } = await b.submit({ to, text: "hello" });
      await operator.submitted(1);
      await operator.receipt({ id: given, state: "DELIVRD", from: FROM, to });
      const [first] = await b.received(1);
      expect((await road.trace(id)).notify).to.equal("pending");
      b.destroy();
      const stranger = await open("c014c");
      const c = await road.peer("c014b");
      const [again] = await c.received(1);
      expect(again?.raw).to.equal(first?.raw);
      await done(id);
      expect(stranger.receipts).to.deep.equal([]);
    });

    it("wait for a customer that is not bound, and come in order when it is", async () => {
      const a = await open("away");
      const ids: string[] = [];
      const numbers: string[] = [];
      for (let at = 0; at < 20; at++) {
        const to = next();
        numbers.push(to);
        ids.push((await a.submit({ to, text: `text ${at}` })).id);
      }
      await operator.submitted(20);
      await a.close();
      for (const to of numbers) {
        const [trace] = await road.daemon.call("trace", { by: "destination", value: to, limit: 1 });
        expect(await operator.receipt({ id: trace?.attempts[0]?.operatorMessageId ?? "", state: "DELIVRD", from: FROM, to })).to.equal(0);
      }
      const back = await road.peer("away", "receiver");
      await back.received(20);
      expect(back.receipts.map(({ id }) => id)).to.deep.equal(ids);
    });

    it("C054 are sent again after a passing answer with growing pauses, and hold up nobody else", async function () {
      this.timeout(15_000);
      const customer = await open("c054");
      const { later } = customerStatus;
      const passing = [later, later, later, later, null, 0];
      const to = next();
      const given = answering();
      const { id } = await customer.submit({ to, text: "again" });
      customer.answer = (source) => (source === to ? (passing.shift() as number | null) : 0);
      await operator.receipt({ id: given, state: "DELIVRD", from: FROM, to });
      await customer.received(1);
      // Meanwhile another one passes by.
      const other = next();
      const otherGiven = answering();
      const { id: otherId } = await customer.submit({ to: other, text: "other" });
      await operator.receipt({ id: otherGiven, state: "UNDELIV", from: FROM, to: other });
      await customer.until(() => customer.receipts.some((one) => one.id === otherId), 1_000, () => "the other receipt is held up");
      const tries = () => customer.receipts.filter((one) => one.id === id);
      await customer.until(() => tries().length === 6, 10_000, () => `tried ${tries().length} times`);
      expect(new Set(tries().map(({ raw }) => raw)).size).to.equal(1);
      const pauses = tries().slice(1, 4).map(({ atMs }, at) => atMs - (tries()[at]?.atMs ?? 0));
      expect(pauses[2]).to.be.greaterThan(pauses[0] ?? Infinity);
      await done(id);
    });

    if (combination.customer === "smpp") {
      it("C054 are not sent again after an answer that says never", async () => {
        const customer = await open("c054never");
        const to = next();
        const given = answering();
        const { id } = await customer.submit({ to, text: "refused" });
        customer.answer = () => 0x65;
        await operator.receipt({ id: given, state: "DELIVRD", from: FROM, to });
        expect(await road.eventually(async () => (await road.trace(id)).notify, (notify) => notify === "parked")).to.equal("parked");
        expect(customer.receipts).to.have.length(1);
      });
    }

    it("come twice from the operator and once to the customer, with one settlement", async () => {
      const customer = await open("twice");
      const to = next();
      const given = answering();
      const { id } = await customer.submit({ to, text: "hello" });
      await operator.submitted(1);
      for (const state of ["DELIVRD", "UNDELIV", "DELIVRD"]) expect(await operator.receipt({ id: given, state, from: FROM, to })).to.equal(0);
      await customer.received(1);
      await done(id);
      expect(customer.receipts.map(({ state }) => state)).to.deep.equal(["DELIVRD"]);
      expect(await road.money("twice")).to.equal("3.465/0.00");
    });

    it("that come before the answer to their submit are kept and find it", async () => {
      const customer = await open("early");
      const to = next();
      operator.answer = () => null;
      const { id } = await customer.submit({ to, text: "hello" });
      await operator.submitted(1);
      const given = operator.id(++lastId);
      expect(await operator.receipt({ id: given, state: "DELIVRD", from: FROM, to })).to.equal(0);
      operator.respond(0, given);
      const [receipt] = await customer.received(1);
      expect(receipt).to.include({ id, state: "DELIVRD" });
      expect(await road.money("early")).to.equal("3.465/0.00");
    });

    it("are made by us for a message the operator refuses for good, and its money comes back", async () => {
      const customer = await open("refusedlater");
      operator.answer = () => ({ status: operatorStatus.badDestination });
      const { id } = await customer.submit({ to: next(), text: "hello" });
      const [receipt] = await customer.received(1);
      expect(receipt).to.include({ id, state: "REJECTD" });
      expect(await road.money("refusedlater")).to.equal("3.50/0.00");
      expect((await road.trace(id)).attempts).to.have.length(1);
    });

    it("follow on a retry when the operator was only busy, with one charge for all attempts", async function () {
      this.timeout(15_000);
      const customer = await open("busy");
      let answers = 0;
      operator.reports = true;
      operator.answer = () => (answers++ === 0 ? { status: operatorStatus.queueFull } : { id: operator.id(++lastId) });
      const { id } = await customer.submit({ to: next(), text: "hello" });
      await customer.received(1, 10_000);
      expect(customer.receipts[0]).to.include({ id, state: "DELIVRD" });
      expect(operator.submits).to.have.length(2);
      expect(await road.money("busy")).to.equal("3.465/0.00");
    });

    it("end a message whose answer was lost: sent once more after the grace, charged once", async function () {
      this.timeout(15_000);
      const customer = await open("lost");
      let answers = 0;
      operator.reports = true;
      operator.answer = () => (answers++ === 0 ? null : { id: operator.id(++lastId) });
      const { id } = await customer.submit({ to: next(), text: "hello" });
      await customer.received(1, 12_000);
      expect(operator.submits).to.have.length(2);
      expect(customer.receipts.map((one) => one.id)).to.deep.equal([id]);
      expect(await road.money("lost")).to.equal("3.465/0.00");
    });

    it("leave books that balance", async () => {
      expect(await road.daemon.call("verify", { full: true })).to.deep.include({ clean: true, problems: [] });
    });
  });
}
