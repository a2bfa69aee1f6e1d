/** What an account may do, changed while its customers are bound. */
import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SAME_PROTOCOL, STATUSES, combinationName } from "./peer.js";
import type { TestCustomer } from "./peer.js";
import { Road, newOperator } from "./road.js";

for (const combination of SAME_PROTOCOL) {
  const { blockedContent, queueFull, suspended, throttled } = STATUSES[combination.customer];

  describe(`an account's limits, ${combinationName(combination)}`, () => {
    const operator = newOperator(combination.operator);
    let road: Road;

    before(async () => {
      operator.reports = true;
      road = await Road.open({ combination, operatorPort: await operator.start(), window: 500 });
      await operator.linked();
    });

    after(async () => {
      await road.close();
      await operator.stop();
    });

    /** How the answers to so many submits, all at once, divide. */
    const burst = async (customer: TestCustomer, count: number): Promise<Record<number, number>> => {
      const answers = await Promise.all(Array.from({ length: count }, () => customer.submit({ to: "13800138000", text: "hello", coding: "ascii" })));
      const counts: Record<number, number> = {};
      for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
      return counts;
    };

    it("let through its burst and answer the rest throttled, which costs nothing", async () => {
      await road.account("rated", 1_000, { rate: 1, burst: 50 });
      const counts = await burst(await road.peer("rated"), 200);
      expect(counts[0]).to.be.within(50, 52);
      expect(counts[throttled]).to.equal(200 - (counts[0] ?? 0));
      const spent = (counts[0] ?? 0) * 35_000;
      expect(await road.eventually(() => road.money("rated"), (money) => money.endsWith("/0.00"))).to.equal(`${((35_000_000 - spent) / 1_000_000).toFixed(3).replace(/0$/, "")}/0.00`);
    });

    it("take a submit of five segments whole or not at all: a long text, or five destinations", async () => {
      await road.account("whole", 100, { rate: 1, burst: 8 });
      const five = combination.customer === "smpp" ? await longText("whole") : await fiveDestinations("whole");
      expect([await five(), await five()]).to.deep.equal([0, throttled]);
      expect((await burst(await road.peer("whole"), 10))[0]).to.be.within(3, 4);
    });

    const longText = async (name: string): Promise<() => Promise<number>> => {
      const customer = await road.customer(name);
      return async () => (await customer.submit("13800138000", undefined, { data_coding: 8, message_payload: Buffer.alloc(600, "77ed", "hex") })).command_status;
    };

    const fiveDestinations = async (name: string): Promise<() => Promise<number>> => {
      const sp = await road.sp(name);
      const others = [1, 2, 3, 4].map((last) => `1380013800${last}`);
      return async () => (await sp.submit({ to: "13800138000", text: "hello", others })).status;
    };

    it("change on live binds within a second of `account set --rate`", async () => {
      const customer = await road.peer("rated");
      expect((await burst(customer, 20))[throttled]).to.be.greaterThan(15);
      const { code, err } = await road.daemon.command("account", "set", "rated", "--rate", "100000", "--burst", "100000");
      expect(code, err).to.equal(0);
      const counts = await road.eventually(() => burst(customer, 20), (seen) => seen[throttled] === undefined, 1_000);
      expect(counts).to.deep.equal({ 0: 20 });
    });

    it("stop at `account suspend` and go on at `account resume`, the bind staying as it is", async () => {
      await road.account("held", 100);
      const customer = await road.peer("held");
      expect(await burst(customer, 1)).to.deep.equal({ 0: 1 });
      expect((await road.daemon.command("account", "suspend", "held", "--reason", "unpaid")).code).to.equal(0);
      expect(await road.eventually(() => burst(customer, 1), (counts) => suspended in counts, 1_000)).to.deep.equal({ [suspended]: 1 });
      expect((await road.daemon.command("account", "resume", "held")).code).to.equal(0);
      expect(await road.eventually(() => burst(customer, 1), (counts) => 0 in counts, 1_000)).to.deep.equal({ 0: 1 });
      expect(customer.closed).to.equal(false);
    });

    it("end the binds of an account that is closed", async () => {
      await road.account("leaving", 1);
      const customer = await road.peer("leaving");
      await road.daemon.call("account.close", { name: "leaving", rest: "payout", actor: "test" });
      await customer.until(() => customer.closed, 3_000, () => "the bind was not ended");
      expect(await road.peer("leaving").then(() => "bound", (error: Error) => error.message)).to.match(/^bind refused/);
    });

    it("hold the number of binds", async () => {
      await road.account("few", 1, { maxBinds: 2 });
      await road.peer("few");
      const second = await road.peer("few");
      expect(await road.peer("few").then(() => "bound", (error: Error) => error.message)).to.match(/^bind refused/);
      await second.close();
      expect(await road.eventually(() => road.peer("few").then(() => "bound", () => "refused"), (verdict) => verdict === "bound")).to.equal("bound");
    });

    it("hold the window: a submit too many is answered, and the session lives", async () => {
      await road.account("narrow", 100, { window: 5 });
      const customer = await road.peer("narrow");
      const counts = await burst(customer, 100);
      expect([...new Set([0, queueFull, throttled])].reduce((sum, one) => sum + (counts[one] ?? 0), 0), JSON.stringify(counts)).to.equal(100);
      expect(counts[0]).to.be.at.least(5);
      expect(await burst(customer, 1)).to.deep.equal({ 0: 1 });
    });

    it("let in nobody from an address that is not on the list, nor with a wrong password", async () => {
      await road.account("elsewhere", 1, { allow: ["192.0.2.0/24"] });
      expect(await road.peer("elsewhere").then(() => "bound", (error: Error) => error.message)).to.match(/^bind refused/);
    });

    it("follow new word lists at a reload, and keep the old ones when the new cannot be read", async () => {
      await road.account("words", 100);
      const customer = await road.peer("words");
      const status = async (text: string): Promise<number> => (await customer.submit({ to: "13800138000", text })).status;
      const list = join(road.daemon.folder, "words.txt");
      expect([await status("测试违禁词"), await status("新来的词汇")]).to.deep.equal([blockedContent, 0]);
      writeFileSync(list, "新来的词汇\n");
      road.daemon.signal("SIGHUP");
      expect(await road.eventually(() => status("新来的词汇"), (answer) => answer === blockedContent)).to.equal(blockedContent);
      expect(await status("测试违禁词")).to.equal(0);
      expect((await road.daemon.call("audit", { limit: 1 }))[0]).to.include({ actor: "SIGHUP" }).with.property("what").that.matches(/^reload: word lists; words version \d+$/);
      const { no: before = 0 } = (await road.daemon.call("audit", { limit: 1 }))[0] ?? {};
      expect((await road.daemon.command("log", "level", "warn")).code).to.equal(0);
      expect((await road.daemon.command("reload")).code).to.equal(0);
      expect(await road.daemon.call("status", {}), "a level set live holds while the file says nothing new").to.include({ logLevel: "warn" });
      expect((await road.daemon.call("audit", { limit: 1 }))[0]).to.include({ no: before + 1 }).with.property("actor").that.matches(/^cli:/);
      writeFileSync(list, "另一个词\n的\n");
      const { code, err } = await road.daemon.command("reload");
      expect([code, err]).to.satisfy(([given, text]: [number, string]) => given !== 0 && text.includes("words.txt:2"));
      expect([await status("新来的词汇"), await status("另一个词")]).to.deep.equal([blockedContent, 0]);
    });
  });
}
