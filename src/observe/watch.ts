/**
 * Watch: looks after accounts and operators, and raises and clears their alarms; nothing of it is on a message's way.
 *
 * ```
 *  every second       operators: none of its links bound for longer than the grace
 *  every 5 seconds    accounts: suspended, deadlines, ends of terms, ages of credentials; balances of those with a threshold
 *  every window       traffic: failures and speed against the account's own past (contract/anomaly.ts)
 * ```
 */
import type { Clock } from "../../protocols/wire/clock.js";
import { FailureWatch, isLow, LoginWatch, SpeedWatch } from "../contract/anomaly.js";
import type { AlarmKind, AlarmSink } from "../contract/alarm.js";
import { currentTerm } from "../contract/term.js";
import type { Account } from "../ledger/account.js";
import type { Store } from "../store/store.js";

export interface WatchedOperator {
  readonly name: string;
  readonly operatorNo: number;
  readonly anyBound: boolean;
}

export interface WatchSettings {
  /** Business time, minutes ahead of UTC. */
  readonly zoneMinutes: number;
  readonly windowMs: number;
  /** Messages a window must have to say anything. */
  readonly least: number;
  readonly operatorGraceMs: number;
  /** Failed binds within ten minutes that are an alarm. */
  readonly loginFailures: number;
}

export interface WatchParts {
  readonly clock: Clock;
  readonly store: Pick<Store, "query">;
  readonly alarms: AlarmSink & { isRaised(kind: AlarmKind, subject: string): boolean; readonly raised: readonly { readonly kind: AlarmKind; readonly subject: string }[] };
  readonly settings: WatchSettings;
  accounts(): Iterable<{ readonly terms: Account }>;
  operators(): Iterable<WatchedOperator>;
  /** An amount of an account's currency, for people. */
  money(micros: bigint): string;
  /** The account's balance has fallen below a threshold of its own: it is to be told. */
  lowBalance(account: Account, availableMicros: bigint): void;
  /** A look failed: the books could not be read. */
  failed(reason: string): void;
}

const SECOND_MS = 1_000;
const ACCOUNTS_EVERY_MS = 5_000;
const DAY_MS = 86_400_000;
const LOGIN_WINDOW_MS = 600_000;
/** Kinds that are about accounts: over when there is no such account any more. */
const OF_ACCOUNTS: readonly AlarmKind[] = [
  "low_balance", "lowest_balance", "suspended", "failure_rate", "speed", "cure_deadline", "term_ending", "credential_age", "overdue",
  "blasting", "signature_growth", "opt_out_breach",
];

/** What an account's days have counted so far, and how it does against its past. */
interface Traffic {
  /** By day: figures of the last look. */
  readonly seen: Map<number, { accepted: number; ended: number; failed: number }>;
  readonly failures: FailureWatch;
  readonly speed: SpeedWatch;
}

export class Watch {
  readonly #parts: WatchParts;
  readonly #traffic = new Map<number, Traffic>();
  readonly #logins: LoginWatch;
  /** Monotonic ms since when no link of the operator is bound. */
  readonly #downSince = new Map<string, number>();
  #secondAtMs = -Infinity;
  #accountsAtMs = -Infinity;
  #windowAtMs: number;
  #asking = false;
  #counting = false;
  /** The first look at the days only takes over what stands there. */
  #begun = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#logins = new LoginWatch(parts.settings.loginFailures, LOGIN_WINDOW_MS);
    this.#windowAtMs = parts.clock.monotonicMs;
    for (const { kind, subject } of parts.alarms.raised) if (kind === "login_failures") this.#logins.restore(subject, parts.clock.monotonicMs);
  }

  /** On the shared tick. */
  tick(nowMs: number): void {
    if (nowMs - this.#secondAtMs < SECOND_MS) return;
    this.#secondAtMs = nowMs;
    this.#lookAtOperators(nowMs);
    for (const subject of this.#logins.quiet(nowMs)) this.#parts.alarms.set("login_failures", subject, false, "no bind has failed for ten minutes");
    if (nowMs - this.#accountsAtMs >= ACCOUNTS_EVERY_MS) {
      this.#accountsAtMs = nowMs;
      this.lookAtAccounts();
      void this.#lookAtBalances();
    }
    if (!this.#begun || nowMs - this.#windowAtMs >= this.#parts.settings.windowMs) {
      this.#windowAtMs = nowMs;
      void this.#lookAtTraffic();
    }
  }

  /** A bind was refused for what it said of itself. @param subject the account's name, or where it came from when there is no such account */
  bindFailed(subject: string): void {
    if (!this.#logins.failed(subject, this.#parts.clock.monotonicMs)) return;
    this.#parts.alarms.set("login_failures", subject, true, `${String(this.#parts.settings.loginFailures)} binds failed within ten minutes`);
  }

  #lookAtOperators(nowMs: number): void {
    const { alarms, settings } = this.#parts;
    for (const { name, anyBound } of this.#parts.operators()) {
      if (anyBound) {
        this.#downSince.delete(name);
        alarms.set("operator_down", name, false, "a link is bound again");
        continue;
      }
      const sinceMs = this.#downSince.get(name) ?? nowMs;
      this.#downSince.set(name, sinceMs);
      if (nowMs - sinceMs >= settings.operatorGraceMs) alarms.set("operator_down", name, true, `no link has been bound for ${String(Math.round((nowMs - sinceMs) / 1000))} s`);
    }
  }

  /** What the terms of accounts say by themselves; also called when they have changed. */
  lookAtAccounts(): void {
    const { alarms, clock } = this.#parts;
    const names = new Set<string>();
    for (const { terms } of this.#parts.accounts()) {
      if (terms.state === "closed") continue;
      names.add(terms.name);
      alarms.set("suspended", terms.name, terms.state === "suspended", terms.state === "suspended" ? terms.stateReason : "resumed");
      const cureOver = terms.state === "warned" && terms.cureByMs > 0 && clock.wallMs >= terms.cureByMs;
      alarms.set("cure_deadline", terms.name, cureOver, cureOver ? `to be mended by ${this.#time(terms.cureByMs)}: ${terms.stateReason}` : "mended, or another deadline was given");
      const overdue = terms.unpaidDueMs > 0 && clock.wallMs >= terms.unpaidDueMs;
      alarms.set("overdue", terms.name, overdue, overdue ? `an invoice was to be paid by ${this.#day(terms.unpaidDueMs - 1)}` : "paid");
      this.#lookAtTerm(terms);
      this.#lookAtCredentials(terms);
    }
    for (const { kind, subject } of alarms.raised) if (OF_ACCOUNTS.includes(kind) && !names.has(subject)) alarms.set(kind, subject, false, "the account is closed");
  }

  #lookAtTerm(terms: Account): void {
    const { alarms, clock, settings } = this.#parts;
    const term = currentTerm(terms, clock.wallMs, settings.zoneMinutes);
    const ends = term !== null && term.endMs !== Infinity && term.endMs - clock.wallMs <= Math.max(1, terms.noticeDays) * DAY_MS;
    const words = term === null ? "" : term.last ? "it is not renewed" : `it is renewed for ${String(terms.renewMonths)} months unless notice is given`;
    alarms.set("term_ending", terms.name, ends, ends ? `the contract ends with ${this.#day(term.endMs - 1)}: ${words}` : "renewed, or given another end");
  }

  #lookAtCredentials(terms: Account): void {
    const { alarms, clock } = this.#parts;
    const { passwordSetAtMs, secretSetAtMs } = terms.credentials;
    const limitMs = clock.wallMs - terms.credentialDays * DAY_MS;
    const old = (atMs: number): boolean => terms.credentialDays > 0 && atMs > 0 && atMs < limitMs;
    const on = old(passwordSetAtMs) || old(secretSetAtMs);
    const oldest = Math.min(...[passwordSetAtMs, secretSetAtMs].filter((atMs) => atMs > 0));
    alarms.set("credential_age", terms.name, on, on ? `a password or secret is of ${this.#day(oldest)}, older than ${String(terms.credentialDays)} days` : "changed");
  }

  async #lookAtBalances(): Promise<void> {
    if (this.#asking) return;
    let asked = false;
    for (const { terms } of this.#parts.accounts()) if (terms.lowBalanceMicros > 0 || terms.lowestBalanceMicros > 0 || this.#isLow(terms.name)) asked = true;
    if (!asked) return;
    this.#asking = true;
    try {
      const answer = await this.#parts.store.query({ kind: "accounts" });
      if (answer.kind === "accounts") for (const view of answer.accounts) if (view.account.state !== "closed") this.#lookAtBalance(view.account, view.availableMicros);
    } catch (error) {
      this.#parts.failed(error instanceof Error ? error.message : String(error));
    } finally {
      this.#asking = false;
    }
  }

  #isLow(name: string): boolean {
    return this.#parts.alarms.isRaised("low_balance", name) || this.#parts.alarms.isRaised("lowest_balance", name);
  }

  #lookAtBalance(account: Account, availableMicros: bigint): void {
    const { alarms } = this.#parts;
    let fell = false;
    for (const [kind, thresholdMicros] of [["low_balance", account.lowBalanceMicros], ["lowest_balance", account.lowestBalanceMicros]] as const) {
      const was = alarms.isRaised(kind, account.name);
      const on = isLow(was, availableMicros, thresholdMicros);
      if (on === was) continue;
      const left = `${this.#parts.money(availableMicros)} ${account.currency} left`;
      alarms.set(kind, account.name, on, on ? `${left}, below ${this.#parts.money(BigInt(thresholdMicros))}` : left);
      fell ||= on;
    }
    if (fell) this.#parts.lowBalance(account, availableMicros);
  }

  /** Counts what the days have counted since the last look. */
  async #lookAtTraffic(): Promise<void> {
    if (this.#counting) return;
    this.#counting = true;
    try {
      const answer = await this.#parts.store.query({ kind: "traffic" });
      if (answer.kind === "traffic") this.#judgeTraffic(answer.rows);
      this.#begun = true;
    } catch (error) {
      this.#parts.failed(error instanceof Error ? error.message : String(error));
    } finally {
      this.#counting = false;
    }
  }

  #judgeTraffic(rows: readonly { readonly day: number; readonly accountNo: number; readonly accepted: number; readonly ended: number; readonly failed: number }[]): void {
    const { alarms } = this.#parts;
    const since = new Map<number, { accepted: number; ended: number; failed: number }>();
    const newest = rows.reduce((most, { day }) => Math.max(most, day), 0);
    for (const { day, accountNo, accepted, ended, failed } of rows) {
      const traffic = this.#trafficOf(accountNo);
      const seen = traffic.seen.get(day) ?? { accepted: 0, ended: 0, failed: 0 };
      const sum = since.get(accountNo) ?? { accepted: 0, ended: 0, failed: 0 };
      sum.accepted += Math.max(0, accepted - seen.accepted);
      sum.ended += Math.max(0, ended - seen.ended);
      sum.failed += Math.max(0, failed - seen.failed);
      since.set(accountNo, sum);
      traffic.seen.set(day, { accepted, ended, failed });
      for (const old of traffic.seen.keys()) if (old < newest - TRAFFIC_DAYS) traffic.seen.delete(old);
    }
    if (!this.#begun) return;
    for (const { terms } of this.#parts.accounts()) {
      const traffic = this.#traffic.get(terms.no);
      if (traffic === undefined || terms.state === "closed") continue;
      const { accepted, ended, failed } = since.get(terms.no) ?? { accepted: 0, ended: 0, failed: 0 };
      const failures = traffic.failures.window(ended, failed);
      if (failures.changed) alarms.set("failure_rate", terms.name, failures.on, failures.detail);
      const speed = traffic.speed.window(accepted);
      if (speed.changed) alarms.set("speed", terms.name, speed.on, speed.detail);
    }
  }

  #trafficOf(accountNo: number): Traffic {
    let traffic = this.#traffic.get(accountNo);
    if (traffic === undefined) {
      const { settings, alarms } = this.#parts;
      let name = "";
      for (const { terms } of this.#parts.accounts()) if (terms.no === accountNo) name = terms.name;
      traffic = {
        seen: new Map(),
        failures: new FailureWatch(settings.least, alarms.isRaised("failure_rate", name)),
        speed: new SpeedWatch(settings.least, alarms.isRaised("speed", name)),
      };
      this.#traffic.set(accountNo, traffic);
    }
    return traffic;
  }

  #day(wallMs: number): string {
    return new Date(wallMs + this.#parts.settings.zoneMinutes * 60_000).toISOString().slice(0, 10);
  }

  #time(wallMs: number): string {
    return new Date(wallMs + this.#parts.settings.zoneMinutes * 60_000).toISOString().slice(0, 16).replace("T", " ");
  }
}

/** Days whose counts may still move: as long as receipts are waited for, and a day more. */
const TRAFFIC_DAYS = 4;
