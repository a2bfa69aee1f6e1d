/** Stops, restarts and kills: what was said to be taken is sent, in order, and nothing is taken twice. */
import { expect } from "chai";
import { connect } from "node:net";
import { freePort } from "./daemon.js";
import { PackageCustomer } from "./package-customer.js";
import { SAME_PROTOCOL, combinationName } from "./peer.js";
import type { TestOperator } from "./peer.js";
import { Road, newOperator } from "./road.js";

for (const combination of SAME_PROTOCOL) {
  describe(`the gateway, stopped, ${combinationName(combination)}`, () => {
    let operator: TestOperator;
    let road: Road;

    beforeEach(() => {
      operator = newOperator(combination.operator);
      operator.reports = true;
    });

    afterEach(async () => {
      await road.close();
      await operator.stop();
    });

    it("C094 by SIGTERM parts from bound customers and strangers alike and ends with 0 in its time; a second SIGTERM changes nothing", async () => {
      road = await Road.open({ combination, operatorPort: await operator.start(), more: '[limits]\ndrain_time = "3s"\n' });
      await operator.linked();
      await road.account("idle", 1);
      const bound = [await road.peer("idle"), await road.peer("idle", "receiver"), await road.peer("idle", "transmitter")];
      const [rude] = bound;
      if (rude !== undefined) rude.polite = false;
      const stranger = await PackageCustomer.connect(road.port);
      const half = connect(road.port, "127.0.0.1");
      half.on("error", () => half.destroy());
      await new Promise<void>((resolve) => half.write(Buffer.from("0000001000", "hex"), () => resolve()));
      const startMs = performance.now();
      road.daemon.signal("SIGTERM");
      await road.pause(200);
      road.daemon.signal("SIGTERM");
      const ended = await road.daemon.ended;
      expect(ended).to.deep.equal({ code: 0, signal: null });
      expect(performance.now() - startMs).to.be.lessThan(10_000);
      for (const customer of [...bound, stranger]) await customer.until(() => customer.closed, 1_000, () => "a connection stayed open");
      expect(bound.map((customer) => customer.askedToPart)).to.deep.equal([true, true, true]);
      half.destroy();
    });

    it("lets commands that come at once, and a start in their midst, wait for one another", async function () {
      // Six programs start at the same time.
      this.timeout(60_000);
      road = await Road.open({ combination, operatorPort: await operator.start() });
      await road.account("busy", 1);
      await road.daemon.stop();
      const topUps = [1, 2, 3, 4].map((no) => road.daemon.command("topup", "busy", "1.00", "--ref", `AT-ONCE-${no}`));
      road.daemon.start();
      await road.daemon.ready(40_000);
      expect((await Promise.all(topUps)).map(({ code, err }) => `${code} ${err}`)).to.deep.equal(["0 ", "0 ", "0 ", "0 "]);
      expect(await road.money("busy")).to.equal("4.035/0.00");
    });

    it("with submits under way answers every one before it ends, and those it accepted are there afterwards", async () => {
      road = await Road.open({ combination, operatorPort: await operator.start(), window: 20 });
      await operator.linked();
      await road.account("busy", 2_000);
      const customer = await road.peer("busy");
      const answers: Promise<number>[] = [];
      for (let at = 0; at < 500; at++) answers.push(customer.submit({ to: "13800138000", text: `text ${at}` }).then(({ status }) => status));
      await Promise.all(answers.slice(0, 50));
      expect(await road.daemon.stop()).to.deep.equal({ code: 0, signal: null });
      const settled = await Promise.race([Promise.all(answers), road.pause(5_000)]);
      const accepted = (settled ?? []).filter((status) => status === 0).length;
      expect(accepted, settled === undefined ? "some submits were left unanswered" : "").to.be.greaterThan(49);
      road.daemon.start();
      await road.daemon.ready();
      await operator.submitted(accepted, 10_000);
      expect(new Set(operator.submits.map(({ text }) => text)).size).to.equal(accepted);
      const back = await road.peer("busy");
      await road.eventually(() => Promise.resolve(customer.receipts.length + back.receipts.length), (count) => count >= accepted);
      expect(customer.receipts.length + back.receipts.length).to.equal(accepted);
      expect(await road.money("busy")).to.equal(`${((2_000 - accepted) * 35 / 1_000).toFixed(3).replace(/0$/, "")}/0.00`);
    });

    it("with the operator down keeps what it accepted over a restart, and sends it in order when the operator is there", async () => {
      const operatorPort = await freePort();
      road = await Road.open({ combination, operatorPort, window: 10 });
      await road.account("patient", 1_000);
      const customer = await road.peer("patient");
      const texts = Array.from({ length: 600 }, (_, at) => `text ${at}`);
      const answers = await Promise.all(texts.map((text) => customer.submit({ to: "13800138000", text })));
      expect(answers.every(({ status }) => status === 0)).to.equal(true);
      expect(await road.money("patient")).to.equal("14.00/21.00");
      expect(await road.daemon.stop()).to.include({ code: 0 });
      road.daemon.start();
      await road.daemon.ready();
      expect((await road.show("patient")).openMessages).to.equal(600);
      expect(await road.metric('tollgate_spool_messages{account="patient"}')).to.equal(600);
      // Its age is known too, though no link wants them yet.
      expect(await road.eventually(() => road.metric("tollgate_spool_oldest_seconds"), (seconds) => (seconds ?? 0) > 0)).to.be.greaterThan(0);
      const back = await road.peer("patient");
      await operator.start(operatorPort);
      await operator.submitted(600, 10_000);
      expect(operator.submits.map(({ text }) => text)).to.deep.equal(texts);
      await back.received(600);
      expect(await road.money("patient")).to.equal("14.00/0.00");
    });

    it("C076 by SIGKILL never lets more through than there is money for, over many rounds", async function () {
      this.timeout(60_000);
      road = await Road.open({ combination, operatorPort: await operator.start() });
      await operator.linked();
      let [accepted, topped] = [0, 0];
      await road.account("racers", 0);
      for (let round = 1; round <= 3; round++) {
        await road.topUp("racers", 10);
        topped += 10;
        const binds = await Promise.all(Array.from({ length: 20 }, () => road.peer("racers")));
        for (const bind of binds) {
          void bind.submit({ to: "13800138000", text: "race" }).then(({ status }) => {
            if (status === 0) accepted++;
          });
        }
        await road.pause(round * 4 - 4);
        await road.daemon.kill();
        for (const bind of binds) await bind.until(() => bind.closed, 1_000, () => "still open");
        road.daemon.start();
        await road.daemon.ready();
        const [available, held] = (await road.money("racers")).split("/").map(Number);
        const taken = topped - Math.round(((available ?? 0) + (held ?? 0)) / 0.035);
        expect(available).to.be.at.least(0);
        expect(accepted).to.be.at.most(topped);
        expect(taken, "paid for more than was accepted, or less").to.be.at.most(topped);
      }
      const { messages, clean, problems } = await road.daemon.call("verify", { full: true });
      expect([clean, problems]).to.deep.equal([true, []]);
      expect(messages).to.be.at.least(accepted).and.at.most(topped);
    });

    it("refuses a second daemon on the same folder", async () => {
      road = await Road.open({ combination, operatorPort: await operator.start() });
      const { code, err } = await road.daemon.command("serve");
      expect([code, err]).to.satisfy(([given, text]: [number, string]) => given !== 0 && /in use|holds|lock|another/i.test(text));
      await operator.linked();
      await road.account("still", 1);
      expect((await road.peer("still")).closed).to.equal(false);
    });
  });
}
