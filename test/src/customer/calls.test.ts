import { expect } from "chai";
import { ManualClock } from "../../../protocols/wire/clock.js";
import type { CustomerCall, CustomerSession } from "../../../protocols/wire/protocol.js";
import { Bind, Binds } from "../../../src/customer/binds.js";
import { CALLED_MAX, Calls } from "../../../src/customer/calls.js";
import type { Accounts, LiveAccount } from "../../../src/flow/accounts.js";
import type { Account } from "../../../src/ledger/account.js";
import { account, accounts } from "../flow/fixtures.js";

class FakeCall implements CustomerCall {
  connected = false;
  readonly told: string[] = [];

  start(): void {
    this.told.push("start");
  }

  stop(reason: string): void {
    this.told.push(`stop: ${reason}`);
    this.connected = false;
  }
}

/** Calls whose connections are made of nothing, and accounts whose notices are a number. */
class Exchange {
  readonly clock = new ManualClock();
  readonly binds = new Binds();
  readonly waiting = new Map<number, number>();
  /** Of account 1: sent and not settled. */
  sent = 0;
  readonly made = new Map<string, FakeCall>();
  readonly accounts: Accounts;
  readonly calls: Calls;

  constructor(...list: Account[]) {
    this.accounts = accounts(this.clock, ...list);
    this.calls = new Calls({
      binds: this.binds, clock: this.clock, waiting: (no) => this.waiting.get(no) ?? 0, owed: (no) => (this.waiting.get(no) ?? 0) + (no === 1 ? this.sent : 0),
      open: (of, address) => {
        if (address.startsWith("mute=")) return null;
        const call = new FakeCall();
        this.made.set(`${of.terms.no} ${address}`, call);
        return call;
      },
    });
    this.calls.accountsChanged(this.accounts.all());
  }

  /** New terms of accounts. */
  set(...list: Account[]): void {
    this.accounts.update(list, this.clock.monotonicMs);
    this.calls.accountsChanged(this.accounts.all());
  }

  /** Time goes by, tick after tick. */
  pass(ms: number): void {
    const untick = this.clock.onTick(() => this.calls.tick());
    this.clock.advance(ms);
    untick();
  }

  call(no: number, address = "smpp=192.0.2.1:1"): FakeCall {
    return this.made.get(`${no} ${address}`) as FakeCall;
  }

  bind(no: number, calledAccount: string, session: Partial<CustomerSession> = {}): Bind {
    const made = { protocol: "smpp", calledAccount, canReceive: true, unanswered: 0, deliverFree: 100, ...session } as unknown as CustomerSession;
    const bind = new Bind(made, this.accounts.byNo(no) as LiveAccount, 0);
    this.binds.add(bind);
    return bind;
  }
}

const AT = { callAt: ["smpp=192.0.2.1:1"] };

describe("Calls to customers", () => {
  it("are made when something waits and no bind takes it, and not before", () => {
    const exchange = new Exchange(account(1, AT), account(2));
    exchange.waiting.set(2, 5);
    exchange.pass(60_000);
    expect(exchange.call(1).told).to.deep.equal([]);
    exchange.waiting.set(1, 1);
    exchange.pass(500);
    expect(exchange.call(1).told).to.deep.equal(["start"]);
    expect(exchange.made.size).to.equal(1);
  });

  it("are not made to a customer that has a receiving bind; a bind that only sends is none", () => {
    const exchange = new Exchange(account(1, AT));
    const bind = exchange.bind(1, "");
    exchange.waiting.set(1, 1);
    exchange.pass(500);
    expect(exchange.call(1).told).to.deep.equal([]);
    exchange.binds.remove(bind);
    exchange.bind(1, "", { canReceive: false });
    exchange.pass(500);
    expect(exchange.call(1).told).to.deep.equal(["start"]);
  });

  it("end when the customer comes by itself before one is answered, or nothing waits any more", () => {
    const exchange = new Exchange(account(1, AT), account(2, AT));
    exchange.waiting.set(1, 1).set(2, 1);
    exchange.pass(100);
    exchange.bind(1, "");
    exchange.waiting.set(2, 0);
    exchange.pass(100);
    for (const no of [1, 2]) expect(exchange.call(no).told).to.deep.equal(["start", "stop: no_longer_needed"]);
    expect(exchange.calls.calling).to.equal(0);
  });

  it("stay while anything waits or moves, and end half a minute after", () => {
    const exchange = new Exchange(account(1, AT));
    exchange.waiting.set(1, 3);
    exchange.pass(100);
    const call = exchange.call(1);
    call.connected = true;
    const bind = exchange.bind(1, "account1");
    exchange.pass(60_000);
    exchange.waiting.set(1, 0);
    exchange.sent = 1;
    exchange.pass(60_000);
    exchange.sent = 0;
    Object.assign(bind.session, { unanswered: 1 });
    exchange.pass(60_000);
    Object.assign(bind.session, { unanswered: 0 });
    exchange.pass(29_000);
    bind.submits++;
    exchange.pass(29_900);
    expect(call.told).to.deep.equal(["start"]);
    exchange.pass(500);
    expect(call.told).to.deep.equal(["start", "stop: quiet"]);
    exchange.binds.remove(bind);
    exchange.waiting.set(1, 1);
    exchange.pass(100);
    expect(call.told.at(-1)).to.equal("start");
  });

  it("follow the account's terms: new addresses, others gone, and none of a closed account", () => {
    const exchange = new Exchange(account(1, { callAt: ["smpp=192.0.2.1:1", "mute=192.0.2.1:9"] }));
    exchange.waiting.set(1, 1);
    exchange.pass(100);
    exchange.set(account(1, { callAt: ["smpp=192.0.2.1:1", "smpp=[2001:db8::1]:2"] }));
    expect(exchange.call(1).told).to.deep.equal(["start"]);
    expect(exchange.call(1, "smpp=[2001:db8::1]:2").told, "at once").to.deep.equal(["start"]);
    exchange.set(account(1, { callAt: ["smpp=[2001:db8::1]:2"] }));
    expect(exchange.call(1).told.at(-1)).to.equal("stop: address_changed");
    exchange.set(account(1, { callAt: ["smpp=[2001:db8::1]:2"], state: "closed" }));
    expect(exchange.call(1, "smpp=[2001:db8::1]:2").told.at(-1)).to.equal("stop: address_changed");
    expect(exchange.calls.calling).to.equal(0);
    exchange.pass(60_000);
    expect(exchange.call(1).told).to.have.length(2);
  });

  it("are not made where there is no way, and that is found out once", () => {
    let asked = 0;
    const clock = new ManualClock();
    const live = accounts(clock, account(1, AT));
    const calls = new Calls({ binds: new Binds(), clock, waiting: () => 1, owed: () => 1, open: () => (asked++, null) });
    for (let times = 0; times < 3; times++) calls.accountsChanged(live.all());
    calls.tick();
    expect(asked).to.equal(1);
    expect(calls.calling, "of no one, and so no one's turn is taken").to.equal(0);
  });

  it("go to so many accounts at a time, and to the others when these are quiet", () => {
    const exchange = new Exchange(...Array.from({ length: CALLED_MAX + 1 }, (_, at) => account(at + 1, AT)));
    for (let no = 1; no <= CALLED_MAX + 1; no++) exchange.waiting.set(no, 1);
    exchange.pass(1_000);
    expect(exchange.calls.calling).to.equal(CALLED_MAX);
    expect(exchange.call(CALLED_MAX + 1).told).to.deep.equal([]);
    exchange.waiting.set(7, 0);
    exchange.pass(200);
    expect(exchange.call(CALLED_MAX + 1).told).to.deep.equal(["start"]);
  });

  it("end with the gateway, and none is made after", () => {
    const exchange = new Exchange(account(1, AT), account(2, AT));
    exchange.waiting.set(1, 1);
    exchange.pass(100);
    exchange.calls.stop();
    exchange.waiting.set(2, 1);
    exchange.pass(60_000);
    expect(exchange.call(1).told).to.deep.equal(["start", "stop: shutting down"]);
    expect(exchange.call(2).told).to.deep.equal([]);
  });
});
