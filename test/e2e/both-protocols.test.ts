/** One account bound over SMPP and CMPP at once: each application gets the receipts of its own submits, by the ids it was answered. */
import { expect } from "chai";
import { SMPP_ONLY } from "./peer.js";
import type { TestCustomer } from "./peer.js";
import { CmppCustomer } from "./cmpp-peers.js";
import { freePort } from "./daemon.js";
import { PASSWORD, Road, newOperator } from "./road.js";

const EACH = 40;

describe("an account that is bound over both protocols", () => {
  const operator = newOperator("smpp");
  let road: Road;
  let cmppPort = 0;
  let number = 13_500_000_000;

  before(async () => {
    cmppPort = await freePort();
    road = await Road.open({ combination: SMPP_ONLY, operatorPort: await operator.start(), more: `[[listen]]\nprotocol = "cmpp"\nport = ${cmppPort}\n` });
    await operator.linked();
  });

  after(async () => {
    await road.close();
    await operator.stop();
  });

  const submitted = async (customer: TestCustomer): Promise<string[]> => {
    const answers = await Promise.all(Array.from({ length: EACH }, () => customer.submit({ to: String(++number), text: "两种协议" })));
    expect(answers.map(({ status }) => status)).to.deep.equal(Array.from({ length: EACH }, () => 0));
    return answers.map(({ id }) => id).sort();
  };

  it("gets every receipt over the protocol of its submit, in the ids of that protocol, also of submits from before a restart", async () => {
    await road.account("both", 1_000, { spId: "300001", checkSource: false });
    await road.daemon.call("account.set", { name: "both", actor: "test", settings: { cmppWindow: 1_000 }, cmppSecret: PASSWORD });
    const asCustomers = async (): Promise<[TestCustomer, TestCustomer]> => [await road.peer("both"), await CmppCustomer.bind(cmppPort, "300001", PASSWORD)];
    const [smpp, cmpp] = await asCustomers();
    operator.reports = true;
    const [smppIds, cmppIds] = await Promise.all([submitted(smpp), submitted(cmpp)]);
    expect((await smpp.received(EACH)).map(({ id }) => id).sort()).to.deep.equal(smppIds);
    expect((await cmpp.received(EACH)).map(({ id }) => id).sort()).to.deep.equal(cmppIds);

    operator.reset();
    operator.reports = false;
    let no = 0;
    operator.answer = () => ({ id: operator.id(++no) });
    const later = await Promise.all([submitted(smpp), submitted(cmpp)]);
    const submits = await operator.submitted(2 * EACH);
    smpp.destroy();
    cmpp.destroy();
    await road.daemon.stop();
    road.daemon.start();
    await road.daemon.ready();
    await operator.linked();
    const [smppAgain, cmppAgain] = await asCustomers();
    await Promise.all(submits.map(({ source, destination }, at) => operator.receipt({ id: operator.id(at + 1), state: "DELIVRD", from: source, to: destination })));
    expect((await cmppAgain.received(EACH)).map(({ id }) => id).sort()).to.deep.equal(later[1]);
    expect((await smppAgain.received(EACH)).map(({ id }) => id).sort()).to.deep.equal(later[0]);
    cmppAgain.destroy();
  });
});
