/** The contract's clauses on running the gateway: interruptions, outages, kills and delays, each with what is known of it afterwards. */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { newOperator, roadWith } from "./road.js";
import type { TestCustomer } from "./peer.js";

describe("running the gateway by contract", () => {
  const operator = newOperator("smpp");
  const laid = roadWith(operator, { more: "" });

  const operatorPort = (): number => Number(/\[\[operator\]\][^]*?\nport = (\d+)/.exec(readFileSync(laid.road.daemon.configPath, "utf8"))?.[1]);

  /** Submits until told to stop; the ids that were answered ok. */
  const load = (customer: TestCustomer, count: number): { readonly ids: string[]; readonly done: Promise<unknown> } => {
    const ids: string[] = [];
    const one = async (at: number): Promise<void> => {
      const answer = await customer.submit({ to: `1390013${String(1_000 + at)}`, text: `第${String(at)}条` });
      if (answer.status === 0) ids.push(answer.id);
    };
    return { ids, done: Promise.allSettled(Array.from({ length: count }, (_, at) => one(at))) };
  };

  it("clause 2.1(7), 6.4, 2.2(10): a restart under load, announced before, loses no message and charges none twice, and stands in the log of incidents", async () => {
    const { road } = laid;
    await road.account("under", 2_000);
    const customer = await road.peer("under");
    const atMs = road.clock.wallMs;
    await road.daemon.call("incidents.announce", { fromMs: atMs, toMs: atMs + 600_000, nowMs: atMs, detail: "new release", actor: "cli:test" });
    const { ids } = load(customer, 600);
    await customer.until(() => ids.length > 100, 10_000, () => "too few were answered");
    const { code } = await road.daemon.stop();
    expect(code).to.equal(0);
    const accepted = [...ids];
    road.daemon.start();
    await road.daemon.ready();
    await operator.linked();
    const again = await road.peer("under");
    const missing = (): string[] => {
      const told = new Set([...customer.receipts, ...again.receipts].filter(({ state }) => state === "DELIVRD").map(({ id }) => id));
      return accepted.filter((id) => !told.has(id));
    };
    await again.until(() => missing().length === 0, 20_000, () => `${String(missing().length)} of ${String(accepted.length)} receipts are missing`);
    const report = await road.daemon.call("verify", { full: true });
    expect(report.problems).to.deep.equal([]);
    // What was on disk and unanswered at the end may have gone too: each once.
    const spent = Math.round((2_000 * 0.035 - Number((await road.show("under")).available)) / 0.035);
    expect(spent).to.be.within(accepted.length, 600);
    const destinations = (await operator.submitted(accepted.length)).map(({ destination }) => destination);
    expect(new Set(destinations).size).to.equal(destinations.length);
    const { incidents } = await road.daemon.call("incidents", { fromMs: atMs - 1_000, toMs: atMs + 3_600_000, nowMs: road.clock.wallMs });
    expect(incidents.map(({ kind }) => kind)).to.include.members(["planned", "restart"]);
    expect(incidents.find(({ kind }) => kind === "restart")?.announced).to.equal(new Date(atMs).toISOString());
    again.destroy();
  });

  it("clause 6.1-6.5: the incident report matches the time an operator was not to be had, and names who waited", async () => {
    const { road } = laid;
    await road.account("waits", 10);
    const customer = await road.peer("waits");
    const fromMs = road.clock.wallMs;
    await operator.stop();
    const begun = road.clock.wallMs;
    expect((await customer.submit({ to: "13800138000", text: "等待" })).status).to.equal(0);
    const outages = async () => (await road.daemon.call("incidents", { fromMs, toMs: fromMs + 3_600_000, nowMs: road.clock.wallMs })).incidents.filter(({ kind }) => kind === "operator");
    await road.eventually(outages, (all) => all.some(({ accounts, ended: over }) => over === "" && accounts.includes("waits")), 15_000);
    const listed = await road.daemon.command("incidents");
    expect(listed.out).to.match(/goes on +\d+\.\d +operator +mobile +- +waits/);
    await operator.start(operatorPort());
    await operator.linked();
    const ended = road.clock.wallMs;
    const outage = async () => (await outages()).find(({ subject }) => subject === "mobile");
    const incident = await road.eventually(outage, (one) => one !== undefined && one.ended !== "");
    expect(Date.parse(incident?.begun ?? "")).to.be.closeTo(begun, 2_500);
    expect(Date.parse(incident?.ended ?? "")).to.be.closeTo(ended, 2_500);
    expect(incident?.accounts).to.deep.equal(["waits"]);
    customer.destroy();
  });

  it("clause 2.2(4)(5): killed during load, it comes up again, its health says so, and the ledger's identities hold", async function () {
    this.timeout(60_000);
    const { road } = laid;
    await road.account("killed", 2_000);
    const ends = async (): Promise<number> =>
      (await road.daemon.call("incidents", { fromMs: 0, toMs: road.clock.wallMs, nowMs: road.clock.wallMs })).incidents.filter(({ kind }) => kind === "gateway").length;
    const before = await ends();
    const customer = await road.peer("killed");
    const { ids } = load(customer, 500);
    await customer.until(() => ids.length > 50, 10_000, () => "too few were answered");
    await road.daemon.kill();
    road.daemon.start();
    await road.daemon.ready();
    await operator.linked();
    const report = await road.eventually(() => road.daemon.call("verify", { full: true }), ({ clean }) => clean);
    expect(report.problems).to.deep.equal([]);
    const health = await road.eventually(async () => (await fetch(`http://127.0.0.1:${String(road.httpPort)}/readyz`)).status, (status) => status === 200);
    expect(health).to.equal(200);
    for (const id of ids) expect((await road.trace(id)).account).to.equal("killed");
    expect(await ends()).to.equal(before + 1);
  });

  it("clause 2.2(9): what waits shows its age, and what could not go out in its time is EXPIRED and costs nothing", async () => {
    const { road } = laid;
    await road.account("late", 1, { validityMs: 60_000 });
    await operator.stop();
    await road.daemon.call("account.set", { name: "late", settings: { validityMs: 60_000 }, actor: "test" });
    const customer = await road.customer("late");
    const answer = await customer.submit("13800138000", "late", { validity_period: "000000000003000R" });
    expect(answer.command_status).to.equal(0);
    const age = await road.eventually(async () => (await road.metric("tollgate_spool_oldest_seconds")) ?? 0, (seconds) => seconds >= 1);
    expect(age).to.be.within(1, 60);
    const [receipt] = await customer.received(1, 15_000);
    expect(receipt).to.include({ id: answer.message_id, state: "EXPIRED" });
    expect(await road.money("late")).to.equal("0.035/0.00");
  });
});
