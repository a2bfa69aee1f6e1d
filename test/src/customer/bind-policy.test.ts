import { expect } from "chai";
import { ManualClock } from "../../../protocols/wire/clock.js";
import type { BindRequest, BindVerdict, CustomerSession } from "../../../protocols/wire/protocol.js";
import { BindPolicy } from "../../../src/customer/bind-policy.js";
import { Binds } from "../../../src/customer/binds.js";
import { BindFailures } from "../../../src/customer/failures.js";
import { Gate, type CustomerFlow, type CustomerObserver } from "../../../src/customer/gate.js";
import { hashPasswordSync, PasswordChecker } from "../../../src/ledger/password.js";
import type { Account } from "../../../src/ledger/account.js";
import { account, accounts } from "../flow/fixtures.js";

const HASH = hashPasswordSync("secret01");
const ANYONE = { password: "secret01", systemId: "account1" };

/** A gate without sockets: what binds are answered is all that shows. */
class Desk {
  readonly binds = new Binds();
  readonly #clock = new ManualClock();
  readonly #gate: Gate;

  constructor(settings: Partial<Account>, failuresPerMinute = 10) {
    const live = accounts(this.#clock, account(1, { passwordHash: HASH, ...settings }));
    const flow = { deliverAgain: () => undefined } as unknown as CustomerFlow;
    const observer = { bound: () => undefined, bindRefused: () => undefined } as unknown as CustomerObserver;
    const policy = new BindPolicy({
      accounts: live, passwords: new PasswordChecker(this.#clock), failures: new BindFailures(failuresPerMinute), clock: this.#clock,
      bindCount: (no) => this.binds.ofAccount(no).length, shuttingDown: false,
    });
    this.#gate = new Gate({ flow, observer, policy, accounts: live, binds: this.binds, clock: this.#clock, maxPending: 100 });
  }

  bind({ password, systemId }: { password: string; systemId: string }): Promise<string> {
    const session = { remoteAddress: "192.0.2.1", canReceive: false, owner: null } as unknown as CustomerSession;
    const request: BindRequest = { systemId, direction: "both", version: "3.4", proof: { kind: "password", password } };
    this.#gate.connected(session);
    return new Promise((resolve) => {
      this.#gate.bind(session, request, (verdict: BindVerdict) => resolve(verdict.accepted ? "ok" : verdict.reason));
    });
  }
}

describe("Binding", () => {
  it("never grants more binds than the account has, however many ask at once", async () => {
    const desk = new Desk({ maxBinds: 2 });
    const atOnce = await Promise.all(Array.from({ length: 5 }, () => desk.bind(ANYONE)));
    expect(atOnce).to.deep.equal(["ok", "ok", "too_many_binds", "too_many_binds", "too_many_binds"]);
    // The password is remembered now, so that these are decided in one turn of the loop.
    const again = await Promise.all([desk.bind(ANYONE), desk.bind(ANYONE)]);
    expect(again).to.deep.equal(["too_many_binds", "too_many_binds"]);
    expect(desk.binds.count).to.equal(2);
  });

  it("gives an address no more guesses than its failures, however many it makes at once", async () => {
    const desk = new Desk({}, 2);
    const guesses = ["a", "b", "c", "secret01", "d"].map((password) => desk.bind({ ...ANYONE, password }));
    expect((await Promise.all(guesses)).sort()).to.deep.equal(["credentials", "credentials", "too_many_failures", "too_many_failures", "too_many_failures"]);
    expect(desk.binds.count).to.equal(0);
  });
});
