/**
 * Accounts: the live side of each customer account: its terms, its token bucket, and what is known of its credit.
 *
 * No balance is kept here. `refusedFromMicros` is only a negative hint (the smallest charge the store lately
 * refused), so that a poor account's flood costs no disk; any credit clears it.
 */
import { sendingWindow } from "../contract/term.js";
import type { Account } from "../ledger/account.js";
import { bindName } from "../ledger/bind-terms.js";
import { TokenBucket } from "../limiter/token-bucket.js";
import type { LivePolicy } from "./policy.js";
import { AccountUsage } from "./usage.js";

/** Policy refusals kept with their text, per account and hour. */
const REFUSALS_KEPT_AN_HOUR = 1_000;
const HOUR_MS = 3_600_000;
/** A refusal for the quota is taken for granted this long: a flood costs the store one question a second, and nothing lasts beyond a day or a change. */
const QUOTA_HINT_MS = 1_000;

/** Business time where nobody says otherwise, minutes east of UTC. */
const USUAL_ZONE = 480;

export class LiveAccount {
  terms: Account;
  /** Wall ms between which its submits are taken, half open: the days of its contract (contract/term.ts). */
  sendsFromMs = -Infinity;
  sendsUntilMs = Infinity;
  /** What its contract has us look at in its messages; null: nothing. Made by the flow. */
  policy: LivePolicy | null = null;
  readonly bucket: TokenBucket;
  readonly usage: AccountUsage;
  /** Charges of this many micro-units or more are refused without asking the store; Infinity = no hint. */
  refusedFromMicros = Infinity;
  /** Messages queued for this account, on disk and in memory heads. */
  queued = 0;
  /** Messages on disk that wait elsewhere: HELD, SCHEDULED or RETRY; as the store told last. */
  waiting = 0;
  /** Acceptances as HELD or SCHEDULED that are not yet committed. */
  arriving = 0;
  /** What it sent before the start is being read back: until it is known nothing is taken, so that no cap lets more through. */
  recalling = false;
  /** The fewest segments the store lately refused for the quota, and when. */
  #quotaFrom = Infinity;
  #quotaAtMs = -Infinity;
  /** What the account is slowed to, segments a second; 0: it is not. */
  #slowedTo = 0;
  #refusalHour = 0;
  #refusalsKept = 0;

  constructor(terms: Account, nowMs: number, zoneMinutes: number) {
    this.terms = terms;
    this.#setWindow(zoneMinutes);
    this.bucket = new TokenBucket(terms.rate, terms.burst, nowMs);
    this.usage = new AccountUsage(zoneMinutes);
  }

  /** Takes other terms over; the bucket is the caller's. */
  setTerms(terms: Account, zoneMinutes: number): void {
    this.terms = terms;
    this.#setWindow(zoneMinutes);
  }

  #setWindow(zoneMinutes: number): void {
    const { fromMs, untilMs } = sendingWindow(this.terms, zoneMinutes);
    this.sendsFromMs = fromMs;
    this.sendsUntilMs = untilMs;
  }

  /** All that this account has us keep until it goes out. */
  get kept(): number {
    return this.queued + this.waiting + this.arriving;
  }

  /** The store refused so many segments for the quota. */
  quotaRefused(segments: number, wallMs: number): void {
    if (segments < this.#quotaFrom || Math.abs(wallMs - this.#quotaAtMs) >= QUOTA_HINT_MS) this.#quotaFrom = segments;
    this.#quotaAtMs = wallMs;
  }

  /** Whether so many are known to be beyond the quota. */
  beyondQuota(segments: number, wallMs: number): boolean {
    return segments >= this.#quotaFrom && Math.abs(wallMs - this.#quotaAtMs) < QUOTA_HINT_MS;
  }

  forgetQuota(): void {
    this.#quotaFrom = Infinity;
  }

  /** What the account is slowed to, segments a second; 0: it is not, its terms' rate holds. */
  get slowedTo(): number {
    return this.#slowedTo;
  }

  /** Slows it to `rate` segments a second (never above its own), or with 0 lets its terms' rate hold again; at once. */
  slow(rate: number, nowMs: number): void {
    this.#slowedTo = rate === 0 ? 0 : Math.min(rate, this.terms.rate);
    this.applyRate(nowMs);
  }

  /** Brings the bucket in line with terms and slowing. */
  applyRate(nowMs: number): void {
    const { rate, burst } = this.terms;
    const slowed = Math.min(this.#slowedTo, rate);
    if (slowed === 0) this.bucket.reconfigure(rate, burst, nowMs);
    else this.bucket.reconfigure(slowed, Math.min(burst, slowed), nowMs);
  }

  /** Whether one more refusal of this hour may be stored with its reason. */
  mayKeepRefusal(wallMs: number): boolean {
    const hour = Math.floor(wallMs / HOUR_MS);
    if (hour !== this.#refusalHour) {
      this.#refusalHour = hour;
      this.#refusalsKept = 0;
    }
    return this.#refusalsKept++ < REFUSALS_KEPT_AN_HOUR;
  }
}

export class Accounts {
  readonly #byNo = new Map<number, LiveAccount>();
  readonly #byName = new Map<string, LiveAccount>();
  readonly #bySpId = new Map<string, LiveAccount>();
  /** By "protocol=name". */
  readonly #byOwnName = new Map<string, LiveAccount>();
  readonly #zoneMinutes: number;

  /** @param zoneMinutes business time, by which the days of contracts go, east of UTC */
  constructor(zoneMinutes = USUAL_ZONE) {
    this.#zoneMinutes = zoneMinutes;
  }

  get size(): number {
    return this.#byNo.size;
  }

  byNo(no: number): LiveAccount | undefined {
    return this.#byNo.get(no);
  }

  byName(name: string): LiveAccount | undefined {
    return this.#byName.get(name);
  }

  /** By the name of binds that prove a shared secret. A closed account is found only where no other took its name. */
  byBindName(protocol: string, name: string): LiveAccount | undefined {
    const own = this.#byOwnName.get(`${protocol}=${name}`);
    if (own !== undefined && own.terms.state !== "closed") return own;
    const general = this.#bySpId.get(name);
    return general !== undefined && bindName(general.terms, protocol) === name ? general : own;
  }

  all(): Iterable<LiveAccount> {
    return this.#byNo.values();
  }

  /** Takes new terms over; rates change on live buckets at once. Accounts are never removed (closed is a state). */
  update(list: readonly Account[], nowMs: number): void {
    for (const terms of list) {
      const live = this.#byNo.get(terms.no);
      if (live === undefined) {
        const made = new LiveAccount(terms, nowMs, this.#zoneMinutes);
        this.#byNo.set(terms.no, made);
        this.#byName.set(terms.name, made);
        continue;
      }
      if (live.terms.creditLimitMicros !== terms.creditLimitMicros) live.refusedFromMicros = Infinity;
      if (live.terms.quotaDay !== terms.quotaDay || live.terms.quotaMonth !== terms.quotaMonth) live.forgetQuota();
      const { rate, burst, blastRate } = live.terms;
      live.setTerms(terms, this.#zoneMinutes);
      if (live.slowedTo > 0 && blastRate !== terms.blastRate) live.slow(terms.blastRate, nowMs);
      else if (rate !== terms.rate || burst !== terms.burst) live.applyRate(nowMs);
    }
    this.#bySpId.clear();
    this.#byOwnName.clear();
    for (const live of this.#byNo.values()) {
      const { spId, protocolNames } = live.terms;
      if (spId !== "") putName(this.#bySpId, spId, live);
      for (const name of protocolNames) putName(this.#byOwnName, name, live);
    }
  }
}

function putName(names: Map<string, LiveAccount>, name: string, live: LiveAccount): void {
  if (live.terms.state !== "closed" || !names.has(name)) names.set(name, live);
}
