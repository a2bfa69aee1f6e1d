/** What a customer asks the gateway itself, what it is told by itself, and the road of a test account: the built daemon, real sockets. */
import { expect } from "chai";
import { CmppCustomer } from "./cmpp-peers.js";
import { freePort } from "./daemon.js";
import type { TestCustomer } from "./peer.js";
import { PASSWORD, Road, newOperator } from "./road.js";
import { HookServer } from "../src/observe/hook-server.js";

const SERVICE = "10690000";

describe("the gateway's own number", () => {
  const operator = newOperator("smpp");
  const hook = new HookServer();
  let road: Road;
  let cmppPort = 0;

  before(async () => {
    cmppPort = await freePort();
    await hook.start();
    road = await Road.open({
      operatorPort: await operator.start(),
      more: `[[listen]]\nprotocol = "cmpp"\nport = ${cmppPort}\n[contract]\nservice_number = "${SERVICE}"\nbalance_every = "2s"\n[alarms]\nwebhooks = ["${hook.url}"]\nsecret_file = "tollgate.toml"\noperator_grace = "0s"\n`,
    });
    await operator.linked();
  });

  after(async () => {
    await road.close();
    await operator.stop();
    await hook.close();
  });

  const told = (customer: TestCustomer, count = 1): Promise<void> =>
    customer.until(() => customer.inbound.length >= count, 5_000, () => `${String(customer.inbound.length)} inbound messages came`);
  const alarms = (): string[] => hook.got.map(({ body }) => JSON.parse(body) as { event: string; kind: string; subject: string }).map(({ event, kind, subject }) => `${event} ${kind} ${subject}`);

  it("answers a question for the balance over SMPP and CMPP by an inbound message, free of charge, and not again at once", async () => {
    await road.account("asks", 10, { spId: "300001", checkSource: false, serviceCodes: ["10691234"] });
    await road.daemon.call("account.set", { name: "asks", actor: "test", settings: {}, cmppSecret: PASSWORD });
    const smpp = await road.peer("asks");
    operator.reset();
    const answer = await smpp.submit({ to: SERVICE, text: "ｙｅ ", from: "10691234" });
    expect(answer.status).to.equal(0);
    expect(answer.id).to.match(/^\d+$/);
    await told(smpp);
    expect(smpp.inbound[0]).to.include({ source: SERVICE, destination: "10691234", text: "账户asks可用余额0.35CNY，预扣0.00。Balance 0.35" });
    expect((await smpp.submit({ to: SERVICE, text: "余额" })).status).to.equal(0x58);
    smpp.destroy();
    await road.pause(2_100);
    const cmpp = await CmppCustomer.bind(cmppPort, "300001", PASSWORD);
    expect((await cmpp.submit({ to: SERVICE, text: "余额", from: "10691234" })).status).to.equal(0);
    await told(cmpp);
    expect(cmpp.inbound[0]).to.include({ source: SERVICE, destination: "10691234" });
    expect(cmpp.inbound[0]?.text).to.match(/^账户asks可用余额0\.35CNY/);
    cmpp.destroy();
    expect(await road.money("asks")).to.equal("0.35/0.00");
    expect(await operator.submitted(0)).to.deep.equal([]);
    // Another text is a message like any other, and its destination no phone.
    const other = await road.peer("asks");
    expect((await other.submit({ to: SERVICE, text: "hello" })).status).to.equal(0x0b);
    other.destroy();
  });

  it("tells an account that its balance has fallen below its threshold, once, and everybody else by alarm", async () => {
    await road.account("falls", 10, { lowBalanceMicros: 300_000, serviceCodes: ["10695555"], checkSource: false });
    const customer = await road.peer("falls");
    operator.reports = true;
    for (let at = 0; at < 3; at++) expect((await customer.submit({ to: "13800138000", text: "一条" })).status).to.equal(0);
    await customer.until(() => customer.inbound.length > 0, 15_000, () => "no word of the balance");
    expect(customer.inbound[0]).to.include({ source: SERVICE, destination: "10695555", text: "【余额提醒】账户falls可用余额0.245CNY，请及时充值。Low balance" });
    await road.pause(6_000);
    expect(customer.inbound).to.have.length(1);
    expect(alarms().filter((alarm) => alarm.endsWith("falls"))).to.deep.equal(["alarm_raised low_balance falls"]);
    expect(await road.metric('tollgate_alarm{kind="low_balance",account="falls"}')).to.equal(1);
    await road.topUp("falls", 10);
    await road.eventually(() => Promise.resolve(alarms()), (all) => all.includes("alarm_cleared low_balance falls"), 10_000);
    expect(await road.daemon.call("alarms.list", {})).to.deep.equal([]);
    customer.destroy();
  });

  it("clause 2.2(7)(8): a test account goes the whole way to a simulator, never to an operator, and costs nothing", async () => {
    await road.account("tries", 0, { test: true, checkSource: false, operator: "mobile" });
    operator.reset();
    const customer = await road.peer("tries");
    // The simulator starts with the first test account.
    await road.eventually(() => customer.submit({ to: "13800137999", text: "一条" }), ({ status }) => status === 0);
    await customer.received(1, 10_000);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => customer.submit({ to: `1380013${String(8000 + at)}`, text: "接口联调" })));
    expect(answers.map(({ status }) => status)).to.deep.equal(Array.from({ length: 20 }, () => 0));
    const receipts = await customer.received(21, 10_000);
    expect(receipts.map(({ state }) => state)).to.deep.equal(Array.from({ length: 21 }, () => "DELIVRD"));
    expect(await operator.submitted(0)).to.deep.equal([]);
    expect(await road.money("tries")).to.equal("0.00/0.00");
    expect(await road.trace(answers[0]?.id ?? "")).to.include({ operator: "simulator", charge: "0.00" });
    const books = await road.daemon.call("verify", { full: true });
    expect(books.problems).to.deep.equal([]);
    customer.destroy();
  });

  it("an operator whose links have gone is an alarm once, tells what it does, and does not come again after a restart", async () => {
    const raised = (): number => alarms().filter((alarm) => alarm === "alarm_raised operator_down mobile").length;
    // Without a grace it may have been one before its first link was bound.
    const before = raised();
    await operator.stop();
    expect(await road.eventually(() => Promise.resolve(raised()), (count) => count > before, 10_000)).to.equal(before + 1);
    await road.daemon.stop();
    road.daemon.start();
    await road.daemon.ready();
    await road.pause(3_000);
    expect(raised()).to.equal(before + 1);
    const listed = await road.daemon.command("alarms");
    expect(listed.out).to.match(/operator_down +mobile +no link has been bound/);
    const tested = await road.daemon.command("alarms", "test");
    expect([tested.code, tested.out.includes("yes"), tested.out.includes("hidden")]).to.deep.equal([0, true, false]);
  });
});
