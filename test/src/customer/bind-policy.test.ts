import { expect } from "chai";
import { ManualClock } from "../../../protocols/wire/clock.js";
import type { BindRequest, BindVerdict, CustomerSession } from "../../../protocols/wire/protocol.js";
import { BindPolicy } from "../../../src/customer/bind-policy.js";
import { Binds } from "../../../src/customer/binds.js";
import { BindFailures } from "../../../src/customer/failures.js";
import { Gate, type CustomerFlow, type CustomerObserver } from "../../../src/customer/gate.js";
import { hashPasswordSync, PasswordChecker } from "../../../src/ledger/password.js";
import { NO_CREDENTIALS, type Account } from "../../../src/ledger/account.js";
import { account, accounts } from "../flow/fixtures.js";

const HASH = hashPasswordSync("secret01");
/** By account number. */
const SECRETS: Record<number, Buffer> = { 1: Buffer.from("shared-1"), 2: Buffer.from("shared-2") };
const FORMER: Record<number, Buffer> = { 1: Buffer.from("before-1") };
const FORMER_HASH = hashPasswordSync("secret00");
const ANYONE = { password: "secret01", systemId: "account1" };

/** A gate without sockets: what binds are answered is all that shows. */
class Desk {
  readonly binds = new Binds();
  readonly policy: BindPolicy;
  readonly verdicts: BindVerdict[] = [];
  readonly known: boolean[] = [];
  /** Of each that bound, whether by the credential it had before. */
  readonly former: boolean[] = [];
  readonly #clock = new ManualClock();
  readonly #gate: Gate;

  constructor(settings: Partial<Account>, failuresPerMinute = 10, ...others: Account[]) {
    const live = accounts(this.#clock, account(1, { passwordHash: HASH, ...settings }), ...others);
    const flow = { deliverAgain: () => undefined } as unknown as CustomerFlow;
    const observer = { bound: (_bind: unknown, _version: string, _direction: string, former: boolean) => this.former.push(former), bindRefused: (_session: unknown, _id: string, known: boolean) => this.known.push(known) } as unknown as CustomerObserver;
    this.policy = new BindPolicy({
      accounts: live, passwords: new PasswordChecker(this.#clock), secretOf: (no) => SECRETS[no] ?? null, formerSecretOf: (no) => FORMER[no] ?? null, failures: new BindFailures(failuresPerMinute), clock: this.#clock,
      bindCount: (no) => this.binds.ofAccount(no).length, shuttingDown: false,
    });
    this.#gate = new Gate({ flow, observer, policy: this.policy, binds: this.binds, clock: this.#clock, maxPending: 100 });
  }

  bind({ password, systemId, calledAccount = "" }: { password: string; systemId: string; calledAccount?: string }): Promise<string> {
    const session = { protocol: "smpp", remoteAddress: "192.0.2.1", calledAccount, canReceive: false, owner: null } as unknown as CustomerSession;
    const request: BindRequest = { systemId, direction: "both", version: "3.4", proof: { kind: "password", password } };
    return this.#ask(session, request);
  }

  /** A bind that proves `secret` by a digest. */
  digest(systemId: string, secret: string, { version = "2.0", protocol = "cmpp", address = "192.0.2.1" } = {}): Promise<string> {
    const session = { protocol, remoteAddress: address, calledAccount: "", canReceive: false, owner: null } as unknown as CustomerSession;
    const proof = { kind: "digest" as const, matches: (held: Buffer) => this.compared.push(held.length) > 0 && held.equals(Buffer.from(secret)) };
    return this.#ask(session, { systemId, direction: "both", version, proof });
  }

  /** A bind for which our own proof, taken by the customer, is to be enough. */
  called(calledAccount: string, systemId = calledAccount): Promise<string> {
    const session = { protocol: "smpp", remoteAddress: "203.0.113.9", calledAccount, canReceive: false, owner: null } as unknown as CustomerSession;
    return this.#ask(session, { systemId, direction: "receive", version: "1.2", proof: { kind: "called" } });
  }

  /** Octets of each secret a digest was compared with. */
  readonly compared: number[] = [];

  #ask(session: CustomerSession, request: BindRequest): Promise<string> {
    this.#gate.connected(session);
    return new Promise((resolve) => {
      this.#gate.bind(session, request, (verdict: BindVerdict) => {
        this.verdicts.push(verdict);
        resolve(verdict.accepted ? "ok" : verdict.reason);
      });
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

describe("Binding while a credential is rotated", () => {
  const until = new ManualClock().wallMs + 1;
  const credentials = { ...NO_CREDENTIALS, formerPasswordHash: FORMER_HASH, formerPasswordUntilMs: until, formerSecret: "sealed", formerSecretUntilMs: until };

  it("takes the new and the former password and secret, and tells which it was", async () => {
    const desk = new Desk({ credentials, spId: "901234" });
    expect([await desk.bind(ANYONE), await desk.bind({ ...ANYONE, password: "secret00" }), await desk.bind({ ...ANYONE, password: "secret99" })]).to.deep.equal(["ok", "ok", "credentials"]);
    expect([await desk.digest("901234", "shared-1"), await desk.digest("901234", "before-1"), await desk.digest("901234", "before-2")]).to.deep.equal(["ok", "ok", "credentials"]);
    expect(desk.former).to.deep.equal([false, true, false, true]);
    // Each digest was compared with both.
    expect(desk.compared).to.deep.equal([8, 8, 8, 8, 8, 8]);
  });

  it("takes the former no longer than it is kept", async () => {
    const over = { ...credentials, formerPasswordUntilMs: until - 1, formerSecretUntilMs: until - 1 };
    const desk = new Desk({ credentials: over, spId: "901234" });
    expect([await desk.bind({ ...ANYONE, password: "secret00" }), await desk.digest("901234", "before-1")]).to.deep.equal(["credentials", "credentials"]);
  });
});

describe("Binding over a connection that we made", () => {
  it("is that account's alone, by its own password, wherever its address is", async () => {
    const desk = new Desk({ allow: ["10.0.0.0/8"] }, 10, account(2, { passwordHash: HASH }));
    expect(await desk.bind(ANYONE), "not from there by itself").to.equal("address_refused");
    expect(await desk.bind({ ...ANYONE, calledAccount: "account1" })).to.equal("ok");
    expect(await desk.bind({ ...ANYONE, password: "wrong", calledAccount: "account1" })).to.equal("credentials");
    expect(await desk.bind({ ...ANYONE, systemId: "account2", calledAccount: "account1" })).to.equal("credentials");
    expect([...desk.binds.all()].map((bind) => bind.account.terms.no)).to.deep.equal([1]);
  });

  it("needs no proof but ours where the protocol wants no more, and only there", async () => {
    const desk = new Desk({ maxBinds: 1 }, 10, account(2, { state: "closed" }));
    expect(await desk.called("", "account1"), "a connection that came by itself").to.equal("credentials");
    expect(await desk.called("nobody")).to.equal("credentials");
    expect(await desk.called("account2")).to.equal("closed");
    expect(await desk.called("account1", "any name")).to.equal("ok");
    expect(await desk.called("account1")).to.equal("too_many_binds");
  });
});

describe("Binding by a digest", () => {
  const sp = { spId: "901234" };

  it("finds the account by its SP_Id, never by its name, and proves its own secret", async () => {
    const desk = new Desk(sp, 10, account(2, { spId: "905678" }));
    expect(await desk.digest("901234", "shared-1")).to.equal("ok");
    expect(await desk.digest("905678", "shared-2")).to.equal("ok");
    expect(await desk.digest("901234", "shared-2")).to.equal("credentials");
    expect(await desk.digest("account1", "shared-1")).to.equal("credentials");
    expect([...desk.binds.all()].map((bind) => bind.account.terms.no)).to.deep.equal([1, 2]);
  });

  it("finds it by the name that it has for that protocol alone, and by none that holds elsewhere", async () => {
    const desk = new Desk({ spId: "900001", protocolNames: ["cmpp=901234", "smgp=12345678"] }, 10, account(2, { spId: "905678", protocolNames: ["smgp=901234"] }));
    expect(await desk.digest("901234", "shared-1")).to.equal("ok");
    expect(await desk.digest("900001", "shared-1")).to.equal("credentials");
    expect(await desk.digest("12345678", "shared-1")).to.equal("credentials");
    expect(await desk.digest("905678", "shared-2")).to.equal("ok");
    expect([...desk.binds.all()].map((bind) => bind.account.terms.no)).to.deep.equal([1, 2]);
  });

  it("compares a stranger's digest with a secret too, and one of an account without a readable secret", async () => {
    const desk = new Desk(sp, 10, account(3, { spId: "900003" }));
    expect([await desk.digest("999999", "x"), await desk.digest("900003", "x"), await desk.digest("901234", "x")]).to.deep.equal(["credentials", "credentials", "credentials"]);
    expect(desk.compared).to.have.length(3);
    expect(desk.known).to.deep.equal([false, true, true]);
  });

  it("is refused though the digest fits no one's secret by chance: an account without a secret cannot bind", async () => {
    const desk = new Desk({}, 10, account(3, { spId: "900003" }));
    const session = { protocol: "cmpp", remoteAddress: "192.0.2.1", calledAccount: "" } as unknown as CustomerSession;
    const verdict = await desk.policy.decide(session, { systemId: "900003", direction: "both", version: "3.0", proof: { kind: "digest", matches: () => true } });
    expect(verdict).to.deep.equal({ accepted: false, reason: "credentials" });
  });

  it("grants CMPP's own windows, and says whether the content's source is checked", async () => {
    const desk = new Desk({ ...sp, checkContentSource: false });
    await desk.digest("901234", "shared-1");
    expect(desk.verdicts[0]).to.include({ window: 16, deliverWindow: 16, checkContentSource: false });
    await desk.bind(ANYONE);
    expect(desk.verdicts[1]).to.include({ window: 100, deliverWindow: 100 });
  });

  it("refuses a version that the account may not speak, but only to who has proved to be it", async () => {
    const desk = new Desk({ ...sp, cmppVersions: ["3.0"] });
    expect(await desk.digest("901234", "wrong", { version: "2.0" })).to.equal("credentials");
    expect(await desk.digest("901234", "shared-1", { version: "2.0" })).to.equal("version_refused");
    expect(await desk.digest("901234", "shared-1", { version: "7.15" })).to.equal("version_refused");
    expect(await desk.digest("901234", "shared-1", { version: "3.0" })).to.equal("ok");
  });

  it("keeps to allowed addresses, the bind limit and the limit of failures, as any bind", async () => {
    const desk = new Desk({ ...sp, allow: ["192.0.2.0/24"], maxBinds: 1 }, 2);
    expect(await desk.digest("901234", "shared-1", { address: "198.51.100.1" })).to.equal("address_refused");
    expect(await desk.digest("901234", "shared-1")).to.equal("ok");
    expect(await desk.digest("901234", "shared-1")).to.equal("too_many_binds");
    expect([await desk.digest("901234", "a"), await desk.digest("901234", "b"), await desk.digest("901234", "shared-1")]).to.deep.equal(["credentials", "credentials", "too_many_failures"]);
  });

  it("lets a suspended account bind (its receipts wait for it), a closed one not", async () => {
    expect(await new Desk({ ...sp, state: "suspended" }).digest("901234", "shared-1")).to.equal("ok");
    expect(await new Desk({ ...sp, state: "closed" }).digest("901234", "shared-1")).to.equal("closed");
  });

  it("goes to the account that took over the SP_Id of a closed one", async () => {
    const desk = new Desk({ ...sp, state: "closed" }, 10, account(2, sp));
    expect(await desk.digest("901234", "shared-2")).to.equal("ok");
    const other = new Desk(sp, 10, account(2, { ...sp, state: "closed" }));
    expect(await other.digest("901234", "shared-1")).to.equal("ok");
  });
});
