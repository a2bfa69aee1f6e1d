/** Prepaid money under concurrent customers: never one message too many, never one too few. */
import { expect } from "chai";
import { LoadEsme } from "../../src/simulator/esme.js";
import type { LoadOptions } from "../../src/simulator/esme.js";
import { SimulatedIsmg } from "../../src/simulator/ismg.js";
import { cmppLoad } from "../../src/simulator/load-cmpp.js";
import { smppLoad } from "../../src/simulator/load-smpp.js";
import { TemplateSource } from "../../src/simulator/load-source.js";
import { SimulatedSmsc } from "../../src/simulator/smsc.js";
import { systemClock } from "../../protocols/wire/clock.js";
import { COMBINATIONS, STATUSES, combinationName } from "./peer.js";
import { PASSWORD, Road } from "./road.js";

for (const combination of COMBINATIONS) {
  const { noCredit } = STATUSES[combination.customer];

  describe(`prepaid money, ${combinationName(combination)}`, () => {
    const clock = systemClock();
    const arrived = new Set<string>();
    const customers: LoadEsme[] = [];
    let doubles = 0;
    const centre = new (combination.operator === "cmpp" ? SimulatedIsmg : SimulatedSmsc)({
      clock, receiptDelayMs: 5,
      onSubmit: ({ destination: to }) => {
        if (arrived.has(to)) doubles++;
        arrived.add(to);
      },
    });
    let road: Road;

    before(async () => {
      road = await Road.open({ combination, operatorPort: (await centre.start()).port, links: 2, window: 1_000 });
    });

    after(async () => {
      await road.close();
      await centre.close();
      clock.stop();
    });

    // Also those of a test that failed, which would go on connecting.
    afterEach(async () => {
      for (const customer of customers.splice(0)) await customer.close();
    });

    beforeEach(() => {
      arrived.clear();
      doubles = 0;
    });

    const esme = (name: string, messages: number, options: Partial<LoadOptions>): LoadEsme => {
      const systemId = combination.customer === "cmpp" ? road.spId(name) : name;
      const wire = combination.customer === "cmpp" ? cmppLoad(systemId) : smppLoad;
      const customer = new LoadEsme({
        host: "127.0.0.1", port: road.port, systemId, password: PASSWORD, binds: 10, window: 500, clock, wire,
        source: new TemplateSource({ messages, texts: ["【测试】您的验证码是123456，五分钟内有效"], source: "10690000", firstDestination: 13_800_000_000, wire }),
        ...options,
      });
      customers.push(customer);
      return customer;
    };

    it("for 200 messages lets exactly 200 through over ten binds at once, and answers all others no_credit", async () => {
      await road.account("exact", 200);
      const customer = esme("exact", 1_000, {});
      await customer.start();
      await customer.run();
      expect(customer.totals).to.include({ accepted: 200, refused: 800, unanswered: 0 });
      expect([...customer.refusedByStatus]).to.deep.equal([[noCredit, 800]]);
      await road.eventually(() => Promise.resolve(customer.totals.receipts), (receipts) => receipts === 200);
      expect([customer.totals.receipts, arrived.size, doubles]).to.deep.equal([200, 200, 0]);
      expect(await road.money("exact")).to.equal("0.00/0.00");
    });

    it("lets the customer send again the moment it is topped up", async () => {
      const customer = esme("exact", 10, { binds: 1 });
      await customer.start();
      await road.topUp("exact", 5);
      await customer.run();
      expect(customer.totals).to.include({ accepted: 5, refused: 5 });
      expect(await road.eventually(() => road.money("exact"), (money) => money === "0.00/0.00")).to.equal("0.00/0.00");
    });

    it("C076 for ten messages lets ten of twenty binds through, one submit each at the same instant", async () => {
      await road.account("twenty", 10);
      const customer = esme("twenty", 20, { binds: 20, window: 1 });
      await customer.start();
      await customer.run();
      expect(customer.totals).to.include({ accepted: 10, refused: 10, unanswered: 0 });
      expect([...customer.refusedByStatus]).to.deep.equal([[noCredit, 10]]);
    });

    it("goes as low as a credit limit and not one message lower", async () => {
      await road.account("limit", 3, { creditLimitMicros: 70_000 });
      const customer = esme("limit", 20, { binds: 4 });
      await customer.start();
      await customer.run();
      expect(customer.totals).to.include({ accepted: 5, refused: 15 });
      expect(await road.eventually(() => road.money("limit"), (money) => money.endsWith("/0.00"))).to.equal("-0.07/0.00");
    });

    it("clause 3: of 1750.00 at 0.035 buys exactly 50,000 messages over ten binds as fast as they can; the 50,001st is refused", async function () {
      this.timeout(60_000);
      await road.account("fifty", 0, { rate: 1_000_000, burst: 1_000_000 });
      await road.daemon.call("topup", { name: "fifty", amount: "1750.00", reference: "BANK-1", actor: "test" });
      const customer = esme("fifty", 50_500, {});
      await customer.start();
      await customer.run();
      expect(customer.totals).to.include({ accepted: 50_000, refused: 500, unanswered: 0 });
      expect([...customer.refusedByStatus]).to.deep.equal([[noCredit, 500]]);
      await road.eventually(() => Promise.resolve(customer.totals.receipts), (receipts) => receipts === 50_000, 30_000);
      expect([customer.totals.receipts, arrived.size, doubles]).to.deep.equal([50_000, 50_000, 0]);
      expect(await road.money("fifty")).to.equal("0.00/0.00");
    });

    it("adds up in the books afterwards, and the statement says where it went", async () => {
      expect(await road.daemon.call("verify", { full: true })).to.deep.include({ clean: true, problems: [] });
      const statement = await road.daemon.call("statement", { name: "fifty", fromMs: 0, toMs: clock.wallMs + 86_400_000 });
      expect(statement).to.include({ topUps: "1750.00", charges: "1750.00", closing: "0.00", messages: 50_000, segments: 50_000 });
    });
  });
}
