/** The account as a contract, in a running gateway with real customers and an operator: who may send as whom, when, how fast and by which credential. */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { VERSION_30 } from "../../src/simulator/cmpp-octets.js";
import { readSubmitResult, submitOctets, writeSubmit } from "../../src/simulator/load-cmpp.js";
import { CmppCustomer } from "./cmpp-peers.js";
import { SAME_PROTOCOL, STATUSES, combinationName, type TestCustomer } from "./peer.js";
import { PASSWORD, newOperator, roadWith } from "./road.js";
import { SmppCustomer } from "./smpp-peers.js";

const BAD_SOURCE = { smpp: 0x0a, cmpp: 10 } as const;

for (const combination of SAME_PROTOCOL) {
  const { suspended, throttled } = STATUSES[combination.customer];
  const cmpp = combination.customer === "cmpp";

  describe(`an account's contract, ${combinationName(combination)}`, () => {
    const operator = newOperator(combination.operator);
    const laid = roadWith(operator, { combination, window: 500, more: "[limits]\nfailed_binds_per_minute = 3\n" });
    const send = (customer: TestCustomer, more: { from?: string; text?: string } = {}) => customer.submit({ to: "13800138000", text: "【示例】hello", ...more });
    const command = async (...argv: string[]): Promise<string> => {
      const { code, out, err } = await laid.road.daemon.command(...argv);
      expect(code, `${argv.join(" ")}: ${err}`).to.equal(0);
      return out;
    };
    const bindAs = (name: string, password: string): Promise<TestCustomer> =>
      cmpp ? CmppCustomer.bind(laid.road.port, laid.road.spId(name), password) : SmppCustomer.bind(laid.road.port, name, password);

    it("clause 1.2: a source outside the account's service code is refused, an extension of it taken, and another's Msg_src refused", async () => {
      const { road } = laid;
      await road.account("port", 100, { serviceCodes: ["10690001"], checkSource: true });
      const customer = await road.peer("port");
      const from = async (source: string): Promise<number> => (await send(customer, { from: source })).status;
      expect([await from("10690002"), await from("1069000"), await from("10690001"), await from("1069000188")]).to.deep.equal([BAD_SOURCE[combination.customer], BAD_SOURCE[combination.customer], 0, 0]);
      if (customer instanceof CmppCustomer) {
        const octets = Buffer.alloc(submitOctets(1));
        const answered = customer.answered(7);
        const end = writeSubmit(octets, 0, 7, VERSION_30, {
          spId: "999999", source: "10690001", destinations: ["13800138000"], hasUdh: false, total: 1, number: 1, format: 0, receipt: true, octets: Buffer.from("hello"),
        });
        customer.raw(octets.subarray(0, end));
        expect(readSubmitResult(await answered)).to.equal(11);
      }
      expect((await operator.submitted(2)).map(({ source }) => source)).to.deep.equal(["10690001", "1069000188"]);
    });

    it("clause 2.1(2) end: warned it sends, suspended its submits are refused while receipts and inbound messages flow, closed it cannot bind and its balance is forfeited", async () => {
      const { road } = laid;
      await road.account("breach", 10, { serviceCodes: ["10690003"], settle: "sent", onUnknown: "settle" });
      const customer = await road.peer("breach");
      await command("account", "warn", "breach", "--reason", "resold its port", "--cure-days", "10");
      operator.reports = false;
      operator.answer = () => ({ status: 0, id: operator.id(1) });
      expect((await send(customer, { from: "10690003" })).status).to.equal(0);
      await operator.submitted(1);
      await road.eventually(() => road.money("breach"), (money) => money === "0.315/0.00");
      await command("account", "suspend", "breach", "--reason", "not mended");
      expect(await road.eventually(async () => (await send(customer, { from: "10690003" })).status, (status) => status === suspended, 1_000)).to.equal(suspended);
      // What was sent before is still reported, and phones still reach it, on this bind and on a new one.
      expect(await operator.receipt({ id: operator.id(1), state: "DELIVRD", from: "10690003", to: "13800138000" })).to.equal(0);
      expect((await customer.received(1))[0]!.state).to.equal("DELIVRD");
      expect(await operator.deliver({ source: "13800138000", destination: "10690003", text: "TD" })).to.equal(0);
      await customer.until(() => customer.inbound.length === 1, 5_000, () => "no inbound message came");
      await customer.close();
      const again = await road.peer("breach");
      expect(await operator.deliver({ source: "13800138000", destination: "10690003", text: "again" })).to.equal(0);
      await again.until(() => again.inbound.length === 1, 5_000, () => "no inbound message came");
      await command("account", "close", "breach", "--reason", "operator shut the port down");
      expect(await road.peer("breach").then(() => "bound", (error: Error) => error.message)).to.match(/^bind refused/);
      expect(await road.money("breach")).to.equal("0.00/0.00");
      const history = await road.daemon.call("account.history", { name: "breach", limit: 100, atMs: road.clock.wallMs });
      expect(history.slice(2).map(({ about, what, reason }) => `${about}: ${what.replace(/ by \d.*/, "")} (${reason})`)).to.deep.equal([
        "contract: account breach warned: to be mended (resold its port)", "contract: account breach no longer only warned (not mended)", "account: account breach suspended (not mended)",
        "entry: account breach: the rest of 0.315 forfeited (operator shut the port down)", "account: account breach closed (operator shut the port down)",
      ]);
    });

    it("clause 2.1(9), 2.2(1): the carrier changes a rate while the customer is bound: throughput follows within a second, what is more is throttled, and it is on record", async () => {
      const { road } = laid;
      await road.account("rated", 5_000);
      const customer = await road.peer("rated");
      const burst = async (count: number): Promise<number> => {
        const answers = await Promise.all(Array.from({ length: count }, () => send(customer, { text: "hi" })));
        expect(answers.every(({ status }) => status === 0 || status === throttled)).to.equal(true);
        return answers.filter(({ status }) => status === 0).length;
      };
      expect(await burst(100)).to.equal(100);
      await command("account", "set", "rated", "--rate", "10", "--burst", "10", "--window", "600", "--quota-day", "4000", "--reason", "gateway at capacity");
      await road.pause(1_000);
      // The bucket is what its size says, and fills at ten a second.
      let accepted = 0;
      const startMs = road.clock.preciseMs();
      for (let round = 0; round < 10; round++) {
        accepted += await burst(10);
        await road.pause(100);
      }
      expect(accepted).to.be.within(10, 10 + Math.ceil((road.clock.preciseMs() - startMs) / 100) + 1);
      expect(customer.closed).to.equal(false);
      const history = await road.daemon.call("account.history", { name: "rated", limit: 10, atMs: road.clock.wallMs });
      expect(history.at(-1)).to.include({ about: "account", reason: "gateway at capacity" });
      expect(history.at(-1)!.what).to.contain("rate 100000 -> 10").and.contain("quota-day 0 -> 4000");
    });

    it("an account opens with its first payment, 1,750.00 is 50,000 segments at 0.035, and 71 characters cost two of them", async () => {
      const { road } = laid;
      await road.account("prepaid", 0, { opensWith: "topup", creditLimitMicros: 35_000_000 });
      const customer = await road.peer("prepaid");
      expect((await send(customer, { text: "hi" })).status).to.equal(suspended);
      await command("topup", "prepaid", "1750.00", "--ref", "BANK-1", "--invoice", "INV-1", "--due", "2099-12-31", "--unpaid");
      expect((await send(customer, { text: "hi" })).status, "the money is still owed").to.equal(suspended);
      await command("invoice", "paid", "prepaid", "INV-1");
      expect(await road.eventually(async () => (await send(customer, { text: "字".repeat(70) })).status, (status) => status === 0, 1_000)).to.equal(0);
      expect(await road.eventually(() => road.money("prepaid"), (money) => money === "1749.965/0.00")).to.equal("1749.965/0.00");
      // 71 characters: over CMPP in two parts of 67 and 4, over SMPP in one payload.
      if (cmpp) {
        expect((await customer.submit({ to: "13800138000", text: "字".repeat(67), udh: "050003070201" })).status).to.equal(0);
        expect((await customer.submit({ to: "13800138000", text: "字".repeat(4), udh: "050003070202" })).status).to.equal(0);
      } else {
        const long = await road.customer("prepaid");
        expect((await long.submit("13800138000", undefined, { data_coding: 8, message_payload: Buffer.from("字".repeat(71), "utf16le").swap16() })).command_status).to.equal(0);
      }
      expect(await road.eventually(() => road.money("prepaid"), (money) => money === "1749.895/0.00")).to.equal("1749.895/0.00");
    });

    it("clause 8.5: after the end of its term without renewal submits are refused and the bind stays for receipts; renewed, it sends on", async () => {
      const { road } = laid;
      await road.account("term", 10, { validFrom: "2023-12-01", validTo: "2024-11-30", renewMonths: 12 });
      const customer = await road.peer("term");
      expect((await send(customer)).status, "renewed year by year").to.equal(0);
      await command("account", "set", "term", "--notice-given", "2024-06-01", "--reason", "notice received");
      expect(await road.eventually(async () => (await send(customer)).status, (status) => status === suspended, 1_000)).to.equal(suspended);
      await (await road.peer("term")).close();
      await command("account", "set", "term", "--notice-given", "", "--valid-to", "2099-11-30");
      expect(await road.eventually(async () => (await send(customer)).status, (answer) => answer === 0, 1_000)).to.equal(0);
    });

    it("applies a change with a day by itself at its time, on live binds, each message at the price of its moment", async () => {
      const { road } = laid;
      await road.account("dated", 100);
      const customer = await road.peer("dated");
      const fromMs = road.clock.wallMs + 4_000;
      await road.daemon.call("dated.add", { name: "dated", settings: { priceMicros: 50_000, rate: 7 }, fromMs, actor: "test", reason: "addendum 3" });
      const before = await send(customer);
      expect(road.clock.wallMs).to.be.lessThan(fromMs);
      expect((await road.show("dated")).dated).to.deep.equal([{ no: 1, from: new Date(fromMs).toISOString(), terms: { price: "0.05", rate: 7 } }]);
      expect(await road.eventually(async () => (await road.show("dated"))["rate"], (rate) => rate === 7, 10_000)).to.equal(7);
      const after = await send(customer);
      expect([(await road.trace(before.id)).charge, (await road.trace(after.id)).charge]).to.deep.equal(["0.035", "0.05"]);
      expect((await road.daemon.call("verify", { full: true })).problems).to.deep.equal([]);
    });

    // The last: it locks out this address for a while.
    it("clause 2.1(6): a replaced credential is taken as long as it is kept, wrong ones lock their name, and the log tells each bind's time, address and result", async () => {
      const { road } = laid;
      await road.account("keys", 10);
      const flag = cmpp ? "--cmpp-secret" : "--password";
      await command("account", "set", "keys", flag, "secret02", "--keep-old", "1h");
      await (await bindAs("keys", "secret02")).close();
      await (await bindAs("keys", PASSWORD)).close();
      expect(await command("account", "show", "keys")).to.match(/the former one until 20\d\d-/);
      await command("account", "set", "keys", flag, "secret03");
      for (const wrong of ["secret02", PASSWORD, "guess"]) expect(await bindAs("keys", wrong).then(() => "bound", () => "refused"), wrong).to.equal("refused");
      // The fourth within the minute is refused unread, though it is right.
      expect(await bindAs("keys", "secret03").then(() => "bound", () => "refused")).to.equal("refused");
      const lines = readFileSync(road.daemon.logPath, "utf8").split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Record<string, unknown>);
      const binds = lines.filter(({ event, account }) => (event === "bound" || event === "bind_refused") && [road.spId("keys"), "keys"].includes(String(account)));
      expect(binds.filter(({ event }) => event === "bound").map(({ by }) => by ?? "")).to.deep.equal(["", "former password or secret"]);
      for (const bind of binds) expect(bind).to.include.keys("ts", "remote");
      expect(binds.some(({ event, reason }) => event === "bind_refused" && reason === "credentials")).to.equal(true);
    });
  });
}
