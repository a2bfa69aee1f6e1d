/** How often, when and to which numbers an account's contract lets it send: the built daemon, real binds. */
import { expect } from "chai";
import type { TestCustomer } from "./peer.js";
import { newOperator, roadWith } from "./road.js";

const HOUR_MS = 3_600_000;
const THROTTLED = 0x58;
/** Vendor statuses: 0x400 and the number of the refusal. */
const BLASTING = 0x400 + 107;
const HOURS = 0x400 + 108;
const FREQUENCY = 0x400 + 109;
const DUPLICATE = 0x400 + 110;
const QUOTA = 0x400 + 112;

describe("an account's traffic by its contract", () => {
  const operator = newOperator("smpp");
  const laid = roadWith(operator, { window: 500 });

  const send = async (customer: TestCustomer, to: string, text = "您好"): Promise<number> => (await customer.submit({ to, text })).status;
  const last = (block: string, no: number): string => `${block}${String(no).padStart(4, "0")}`;
  /** A stretch of hours of business time from now on. */
  const stretch = (from: number, to: number): string =>
    [from, to].map((hours) => new Date(laid.road.clock.wallMs + (8 + hours) * HOUR_MS).toISOString().slice(11, 16)).join("-");
  const alarms = async (): Promise<string[]> => (await laid.road.daemon.call("alarms.list", {})).map(({ kind, subject }) => `${kind} ${subject}`);
  const restart = async (): Promise<void> => {
    await laid.road.daemon.kill();
    laid.road.daemon.start();
    await laid.road.daemon.ready();
  };

  it("clause 2.1(2)C: 100 consecutive numbers over 4 binds are refused 107 and limit the account, 100 random ones of a block pass", async () => {
    const { road } = laid;
    await road.account("blasts", 1_000, { blastRun: 20, blastDense: 200, blastRate: 2, rate: 1_000, burst: 1_000 });
    const binds = [await road.peer("blasts"), await road.peer("blasts"), await road.peer("blasts"), await road.peer("blasts")];
    // Every 97th number of a block: none beside another.
    for (let no = 0; no < 100; no++) expect(await send(binds[no % 4] as TestCustomer, last("1391234", (no * 97) % 10_000))).to.equal(0);
    const statuses: number[] = [];
    for (let no = 0; no < 100; no++) statuses.push(await send(binds[no % 4] as TestCustomer, last("1381234", 4_000 + no)));
    expect(statuses.slice(0, 19)).to.deep.equal(new Array(19).fill(0));
    expect(statuses.slice(19).filter((status) => status !== BLASTING && status !== THROTTLED)).to.deep.equal([]);
    expect(statuses.filter((status) => status === BLASTING).length).to.be.greaterThan(0);
    // Slowed to two segments a second: far below its own rate, for numbers of other blocks too.
    const others: number[] = [];
    for (let no = 0; no < 30; no++) others.push(await send(binds[no % 4] as TestCustomer, last("1371234", no * 30)));
    expect(others.filter((status) => status === 0).length).to.be.at.most(8);
    expect(others.filter((status) => status === THROTTLED).length).to.be.at.least(20);
    expect(await alarms()).to.deep.equal(["blasting blasts"]);
    expect(await road.metric("tollgate_blasting_accounts")).to.equal(1);
    const [usage] = await road.daemon.call("usage", { name: "blasts" });
    expect(usage).to.include({ account: "blasts", rate: 2, binds: 4, unanswered: 0 });
    expect(usage?.slowedUntil).to.match(/^20/);
    expect([usage?.outcomes["blasting"], usage?.outcomes["throttled"]]).to.deep.equal([BLASTING, THROTTLED].map((asked) => [...statuses, ...others].filter((status) => status === asked).length));
    for (const bind of binds) bind.destroy();
  });

  it("a restart forgets no blasting, no cap and no text", async () => {
    const { road } = laid;
    await road.account("capped", 100, { frequency: ["2/d"], duplicateWindowMs: HOUR_MS });
    let customer = await road.peer("capped");
    expect([await send(customer, "13800138000", "一"), await send(customer, "13800138000", "二"), await send(customer, "13800138001", "一")]).to.deep.equal([0, 0, 0]);
    customer.destroy();
    await restart();
    await operator.linked();
    customer = await road.peer("capped");
    const answered = await road.eventually(() => send(customer, "13800138000", "三"), (status) => status !== THROTTLED);
    expect(answered).to.equal(FREQUENCY);
    expect(await send(customer, "13800138001", "一")).to.equal(DUPLICATE);
    customer.destroy();
    const blasts = await road.peer("blasts");
    expect(await road.eventually(() => send(blasts, "13812349999"), (status) => status !== THROTTLED, 5_000)).to.equal(BLASTING);
    expect(await alarms()).to.deep.equal(["blasting blasts"]);
    blasts.destroy();
  });

  it("hours: outside them a message is refused 108 and costs nothing, inside them it goes; changed live", async () => {
    const { road } = laid;
    await road.account("daytime", 2, { hours: [stretch(2, 4)] });
    const customer = await road.peer("daytime");
    expect(await send(customer, "13800138000")).to.equal(HOURS);
    expect(await road.money("daytime")).to.equal("0.07/0.00");
    await road.daemon.call("account.set", { name: "daytime", actor: "test", settings: { hours: [stretch(-2, 2)] } });
    expect(await road.eventually(() => send(customer, "13800138000"), (status) => status === 0, 2_000)).to.equal(0);
    customer.destroy();
  });

  it("frequency: so many messages to one number, whatever their receipts; refused 109 and not charged", async () => {
    const { road } = laid;
    await road.account("often", 10, { frequency: ["3/d"] });
    const customer = await road.peer("often");
    const statuses: number[] = [];
    for (let no = 0; no < 5; no++) statuses.push(await send(customer, "13800138000", `第${String(no)}条`));
    expect(statuses).to.deep.equal([0, 0, 0, FREQUENCY, FREQUENCY]);
    expect(await send(customer, "+86 138-0013-8000")).to.equal(FREQUENCY);
    expect(await send(customer, "13800138001")).to.equal(0);
    expect(await road.eventually(() => road.money("often"), (money) => money.endsWith("/0.00"))).to.equal("0.21/0.00");
    customer.destroy();
  });

  it("duplicate: the same text to the same number is refused 110 and not charged", async () => {
    const { road } = laid;
    await road.account("twice", 10, { duplicateWindowMs: HOUR_MS });
    const customer = await road.peer("twice");
    const other = await road.peer("twice");
    expect([await send(customer, "13800138000"), await send(other, "13800138000"), await send(other, "13800138000", "再见"), await send(other, "13800138001")]).to.deep.equal([0, DUPLICATE, 0, 0]);
    expect(await road.eventually(() => road.money("twice"), (money) => money.endsWith("/0.00"))).to.equal("0.245/0.00");
    customer.destroy();
    other.destroy();
  });

  it("quota: a day's segments are refused 112 beyond it, over all binds, after kill -9 as before, until it is raised", async () => {
    const { road } = laid;
    await road.account("quota", 100, { quotaDay: 10 });
    let customer = await road.peer("quota");
    const answers = await Promise.all(Array.from({ length: 20 }, (_, no) => customer.submit({ to: last("1380013", no), text: "您好" })));
    expect(answers.filter(({ status }) => status === 0)).to.have.length(10);
    expect(answers.filter(({ status }) => status === QUOTA)).to.have.length(10);
    customer.destroy();
    await restart();
    await operator.linked();
    customer = await road.peer("quota");
    expect(await send(customer, "13800138000")).to.equal(QUOTA);
    await road.daemon.call("account.set", { name: "quota", actor: "test", settings: { quotaDay: 11 } });
    expect(await road.eventually(() => send(customer, "13800138000"), (status) => status === 0, 2_000)).to.equal(0);
    expect(await send(customer, "13800138000")).to.equal(QUOTA);
    expect((await road.daemon.call("usage", { name: "quota" }))[0]).to.include({ usedDay: 11, quotaDay: 11, usedMonth: 11, quotaMonth: 0 });
    expect((await road.daemon.command("usage")).out).to.match(/quota .*11 of 11, 0 left/);
    customer.destroy();
  });
});
