/** The watch: alarms of accounts and operators from what stands in terms, books and links, with time moved by hand. */
import { expect } from "chai";
import { ManualClock } from "../../../protocols/wire/clock.js";
import type { AlarmKind } from "../../../src/contract/alarm.js";
import { makeAccount } from "../../../src/ledger/account-settings.js";
import type { Account, AccountState } from "../../../src/ledger/account.js";
import { formatMoney } from "../../../src/ledger/money.js";
import { Watch } from "../../../src/observe/watch.js";
import type { Answer, TrafficRow } from "../../../src/store/query.js";

const DAY_MS = 86_400_000;
const WINDOW_MS = 300_000;

class Road {
  readonly clock = new ManualClock(Date.UTC(2025, 10, 24, 4));
  readonly told: string[] = [];
  readonly details: string[] = [];
  readonly notices: string[] = [];
  readonly faults: string[] = [];
  account: Account;
  availableMicros = 1_000_000_000n;
  rows: TrafficRow[] = [];
  bound = true;
  broken = false;
  readonly #raised = new Map<string, { kind: AlarmKind; subject: string }>();
  readonly watch: Watch;

  constructor(terms: Parameters<typeof makeAccount>[1] = {}) {
    this.account = accountOf(terms);
    this.watch = new Watch({
      clock: this.clock,
      store: { query: (query) => (this.broken ? Promise.reject(new Error("disk")) : Promise.resolve(this.#answer(query.kind))) },
      alarms: {
        set: (kind, subject, on, detail) => {
          const key = `${kind} ${subject}`;
          if (on === this.#raised.has(key)) return;
          if (on) this.#raised.set(key, { kind, subject });
          else this.#raised.delete(key);
          this.told.push(`${on ? "+" : "-"}${kind} ${subject}`);
          this.details.push(detail);
        },
        isRaised: (kind, subject) => this.#raised.has(`${kind} ${subject}`),
        raised: [],
      },
      settings: { zoneMinutes: 480, windowMs: WINDOW_MS, least: 100, operatorGraceMs: 30_000, loginFailures: 3 },
      accounts: () => [{ terms: this.account }],
      operators: () => [{ name: "mobile", operatorNo: 1, anyBound: this.bound }],
      money: formatMoney,
      lowBalance: (account, micros) => void this.notices.push(`${account.name} ${formatMoney(micros)}`),
      failed: (reason) => void this.faults.push(reason),
    });
    this.clock.onTick((nowMs) => this.watch.tick(nowMs));
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 5_000) {
      this.clock.advance(Math.min(5_000, left));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  set(terms: Parameters<typeof makeAccount>[1], state: AccountState = "active", standing: Partial<Account> = {}): void {
    this.account = { ...accountOf(terms), state, ...standing };
  }

  /** One window in which so many more messages were accepted, and ended, and failed. */
  async window(accepted: number, ended: number, failed: number): Promise<void> {
    const last = this.rows[0] ?? { day: 20_000, accountNo: 1, accepted: 0, ended: 0, failed: 0 };
    this.rows = [{ ...last, accepted: last.accepted + accepted, ended: last.ended + ended, failed: last.failed + failed }];
    await this.pass(WINDOW_MS);
  }

  #answer(kind: string): Answer {
    if (kind === "traffic") return { kind: "traffic", rows: this.rows };
    return { kind: "accounts", accounts: [{ account: this.account, availableMicros: this.availableMicros, heldMicros: 0n, openMessages: 0, createdAtMs: 0 }] };
  }
}

function accountOf(terms: Parameters<typeof makeAccount>[1]): Account {
  return makeAccount({ no: 1, name: "acme", state: "active", stateReason: "unpaid", currency: "CNY", tariffs: [] }, { priceMicros: 35_000, ...terms });
}

describe("the watch", () => {
  it("clause 2.2(6): failures well above an account's own past are an alarm within the interval, once, and one more word when they are over", async () => {
    const road = new Road();
    await road.pass(5_000);
    for (let at = 0; at < 6; at++) await road.window(1_000, 1_000, 30);
    expect(road.told).to.deep.equal([]);
    const before = road.clock.monotonicMs;
    await road.window(1_000, 1_000, 700);
    expect(road.told).to.deep.equal(["+failure_rate acme"]);
    expect(road.details[0]).to.equal("700 of 1000 messages failed (70.0%), usual are 3.0%");
    expect(road.clock.monotonicMs - before).to.be.at.most(WINDOW_MS);
    for (let at = 0; at < 4; at++) await road.window(1_000, 1_000, 650);
    expect(road.told).to.have.length(1);
    await road.window(1_000, 1_000, 30);
    expect(road.told).to.deep.equal(["+failure_rate acme", "-failure_rate acme"]);
  });

  it("takes what the days had counted before it began for no news", async () => {
    const road = new Road();
    road.rows = [{ day: 20_000, accountNo: 1, accepted: 1_000_000, ended: 1_000_000, failed: 900_000 }];
    await road.pass(5_000);
    await road.window(1_000, 1_000, 10);
    expect(road.told).to.deep.equal([]);
  });

  it("adds up what an account's days have counted, also when one begins and an old one is gone", async () => {
    const road = new Road();
    road.rows = [{ day: 1, accountNo: 1, accepted: 500, ended: 500, failed: 0 }, { day: 2, accountNo: 1, accepted: 500, ended: 500, failed: 0 }];
    await road.pass(5_000);
    road.rows = [{ day: 2, accountNo: 1, accepted: 500, ended: 560, failed: 60 }, { day: 3, accountNo: 1, accepted: 100, ended: 60, failed: 50 }];
    await road.pass(WINDOW_MS);
    expect(road.details).to.deep.equal(["110 of 120 messages failed (91.7%), usual are 30.0%"]);
  });

  it("tells a speed far above and far below the usual one", async () => {
    const road = new Road();
    await road.pass(5_000);
    for (let at = 0; at < 14; at++) await road.window(1_000, 1_000, 10);
    await road.window(50_000, 1_000, 10);
    await road.window(1_000, 1_000, 10);
    await road.window(5, 1_000, 10);
    expect(road.told).to.deep.equal(["+speed acme", "-speed acme", "+speed acme"]);
  });

  it("tells a low balance at each of two thresholds once, to the customer too, and again only after it had recovered", async () => {
    const road = new Road({ lowBalanceMicros: 100_000_000, lowestBalanceMicros: 20_000_000 });
    await road.pass(10_000);
    road.availableMicros = 90_000_000n;
    await road.pass(20_000);
    road.availableMicros = 10_000_000n;
    await road.pass(20_000);
    expect(road.told).to.deep.equal(["+low_balance acme", "+lowest_balance acme"]);
    expect(road.details[0]).to.equal("90.00 CNY left, below 100.00");
    expect(road.notices).to.deep.equal(["acme 90.00", "acme 10.00"]);
    road.availableMicros = 105_000_000n;
    await road.pass(10_000);
    expect(road.told.slice(2)).to.deep.equal(["-lowest_balance acme"]);
    road.availableMicros = 200_000_000n;
    await road.pass(10_000);
    road.availableMicros = 99_000_000n;
    await road.pass(10_000);
    expect(road.told.slice(3)).to.deep.equal(["-low_balance acme", "+low_balance acme"]);
    expect(road.notices).to.have.length(3);
  });

  it("asks for no balance where no account has a threshold, and goes on after the books could not be read", async () => {
    const road = new Road();
    road.broken = true;
    await road.pass(10_000);
    const without = road.faults.length;
    road.set({ lowBalanceMicros: 2_000_000_000 });
    await road.pass(10_000);
    expect(road.faults.length).to.be.greaterThan(without);
    road.broken = false;
    await road.pass(10_000);
    expect(road.told).to.deep.equal(["+low_balance acme"]);
  });

  it("clause 6.2: an operator without a bound link is an alarm after the grace, and over with the first link", async () => {
    const road = new Road();
    await road.pass(5_000);
    road.bound = false;
    await road.pass(25_000);
    expect(road.told).to.deep.equal([]);
    await road.pass(60_000);
    expect(road.told).to.deep.equal(["+operator_down mobile"]);
    road.bound = true;
    await road.pass(2_000);
    expect(road.told).to.deep.equal(["+operator_down mobile", "-operator_down mobile"]);
    road.bound = false;
    await road.pass(20_000);
    road.bound = true;
    await road.pass(20_000);
    expect(road.told).to.have.length(2);
  });

  it("tells of a suspended account, and when it is resumed", async () => {
    const road = new Road();
    road.set({}, "suspended");
    road.watch.lookAtAccounts();
    expect(road.told).to.deep.equal(["+suspended acme"]);
    expect(road.details).to.deep.equal(["unpaid"]);
    road.set({});
    await road.pass(10_000);
    expect(road.told).to.deep.equal(["+suspended acme", "-suspended acme"]);
  });

  it("clause 5.2: tells when a warned account has not mended its breach in time", async () => {
    const road = new Road();
    road.set({}, "warned", { cureByMs: road.clock.wallMs + 3_600_000 });
    await road.pass(1_800_000);
    expect(road.told).to.deep.equal([]);
    await road.pass(1_810_000);
    expect(road.told).to.deep.equal(["+cure_deadline acme"]);
    expect(road.details[0]).to.equal("to be mended by 2025-11-24 13:00: unpaid");
    road.set({}, "suspended");
    await road.pass(10_000);
    expect(road.told.slice(1)).to.have.members(["-cure_deadline acme", "+suspended acme"]);
  });

  it("tells that a contract ends, noticeDays before it does, and of one renewed for its next end", async () => {
    const road = new Road({ validFrom: "2024-12-01", validTo: "2025-11-30", noticeDays: 30 });
    await road.pass(10_000);
    expect(road.details).to.deep.equal(["the contract ends with 2025-11-30: it is not renewed"]);
    road.set({ validFrom: "2024-12-01", validTo: "2026-11-30", noticeDays: 30 });
    await road.pass(10_000);
    expect(road.told).to.deep.equal(["+term_ending acme", "-term_ending acme"]);
  });

  it("tells of an unpaid invoice, and of a password that is too old", async () => {
    const road = new Road({ credentialDays: 90 });
    road.set({ credentialDays: 90 }, "active", {
      unpaidDueMs: road.clock.wallMs - 1,
      credentials: { ...road.account.credentials, passwordSetAtMs: road.clock.wallMs - 91 * DAY_MS },
    });
    await road.pass(5_000);
    expect(road.told).to.have.members(["+overdue acme", "+credential_age acme"]);
    road.set({ credentialDays: 90 });
    await road.pass(5_000);
    expect(road.told.slice(2)).to.have.members(["-overdue acme", "-credential_age acme"]);
  });

  it("tells of binds that fail again and again, once, and when ten minutes were quiet", async () => {
    const road = new Road();
    for (let at = 0; at < 10; at++) road.watch.bindFailed("acme");
    expect(road.told).to.deep.equal(["+login_failures acme"]);
    await road.pass(590_000);
    expect(road.told).to.have.length(1);
    await road.pass(20_000);
    expect(road.told).to.deep.equal(["+login_failures acme", "-login_failures acme"]);
  });
});
