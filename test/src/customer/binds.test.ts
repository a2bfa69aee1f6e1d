import { expect } from "chai";
import type { Notice } from "../../../protocols/model/receipt.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import type { CustomerSession } from "../../../protocols/wire/protocol.js";
import { Bind, Binds } from "../../../src/customer/binds.js";
import type { LiveAccount } from "../../../src/flow/accounts.js";
import { account, accounts, notice } from "../flow/fixtures.js";

const live = accounts(new ManualClock(), account(1)).byNo(1) as LiveAccount;

class Session {
  readonly protocol: string;
  readonly protocolNo: number;
  readonly orders: number[] = [];
  canReceive = true;
  deliverFree: number;

  constructor(protocolNo: number, deliverFree = 100) {
    this.protocolNo = protocolNo;
    this.protocol = `protocol ${protocolNo}`;
    this.deliverFree = deliverFree;
  }

  deliver({ order }: Notice): boolean {
    this.deliverFree--;
    this.orders.push(order);
    return true;
  }
}

function binds(...sessions: readonly Session[]): Binds {
  const made = new Binds();
  for (const session of sessions) made.add(new Bind(session as unknown as CustomerSession, live, 0));
  return made;
}

const receipt = (order: number, protocolNo: number): Notice => ({ ...notice(order), protocolNo });

describe("Binds of one account", () => {
  it("share receipts out in turns", () => {
    const [one, other] = [new Session(1), new Session(1)];
    const all = binds(one, other);
    for (let order = 1; order <= 4; order++) expect(all.deliver(1, receipt(order, 1))).to.equal(true);
    expect([one.orders, other.orders]).to.deep.equal([[1, 3], [2, 4]]);
  });

  it("take the receipts of what was submitted over their own protocol, whatever else is bound", () => {
    const [one, other] = [new Session(1), new Session(2)];
    const all = binds(one, other);
    for (const [order, protocolNo] of [[1, 2], [2, 1], [3, 2], [4, 2]] as const) all.deliver(1, receipt(order, protocolNo));
    expect([one.orders, other.orders]).to.deep.equal([[2], [1, 3, 4]]);
  });

  it("leave a receipt waiting while those that speak its protocol have no place", () => {
    const [one, full] = [new Session(1), new Session(2, 0)];
    const all = binds(one, full);
    expect(all.deliver(1, receipt(1, 2))).to.equal(false);
    full.deliverFree = 1;
    expect(all.deliver(1, receipt(1, 2))).to.equal(true);
    expect([one.orders, full.orders]).to.deep.equal([[], [1]]);
  });

  it("take any receipt when none that receives speaks its protocol, and one whose protocol is not known", () => {
    const [one, transmitter] = [new Session(1), new Session(2)];
    transmitter.canReceive = false;
    const all = binds(one, transmitter);
    expect(all.deliver(1, receipt(1, 2))).to.equal(true);
    expect(all.deliver(1, receipt(2, 0))).to.equal(true);
    expect(one.orders).to.deep.equal([1, 2]);
  });
});
