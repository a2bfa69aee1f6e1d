/**
 * NumberLists: the lists of phone numbers as the network thread looks them up: who is blocked, allowed, has consented, opted out or was ported.
 *
 * ```
 *  has(number) ─▶ delta (the latest changes) ─▶ packed (all others, shared with the thread that packs)
 * ```
 * What is durable of them stands behind store/numbers.ts; here is only what a message is judged by. Numbers are asked for in their
 * normal form (address.ts), and looking one up allocates nothing.
 */
import { NO_NUMBERS, findPacked, packedOctets, type PackedNumbers, type ValueOctets } from "./packed-numbers.js";

/**
 * - `block`: nobody (or not this account, this signature) may write to it.
 * - `allow`: the recipients of an account that may write to no others.
 * - `consent`: who agreed to be written to; the value is `consentValue`.
 * - `optout`: who asked not to be written to any more.
 * - `ported`: numbers that are no longer where their prefix says; the value is a code of network.ts.
 */
export type ListKind = "block" | "allow" | "consent" | "optout" | "ported";
export const LIST_KINDS: readonly ListKind[] = ["block", "allow", "consent", "optout", "ported"];

/** Which list: of all accounts (0, 0), of one account (no, 0), or of one of its signatures. */
export interface ListName {
  readonly kind: ListKind;
  readonly accountNo: number;
  readonly signatureNo: number;
}

/** What stands beside each number of a kind of list. */
export const VALUE_OCTETS: Readonly<Record<ListKind, ValueOctets>> = { block: 0, allow: 0, consent: 4, optout: 0, ported: 1 };

/** A consent as a list's value: day given, and last day it holds (0: none); days since 1970 in the business time zone. */
export function consentValue(givenDay: number, lastDay: number): number {
  return givenDay * 0x10000 + lastDay;
}

/** Whether a consent holds on a day. @param days for how many days one holds, 0: without end */
export function consentHolds(value: number, day: number, days: number): boolean {
  const given = value >>> 16;
  const last = value & 0xffff;
  return day >= given && (last === 0 || day <= last) && (days === 0 || day - given < days);
}

/** One list. The same object for its whole life, so that policies may keep it. */
export class NumberList {
  readonly kind: ListKind;
  #packed: PackedNumbers = NO_NUMBERS;
  /** The value by number in its normal form; -1: taken out. */
  readonly #delta = new Map<string, number>();
  /** Nothing is on it. */
  empty = true;
  size = 0;

  constructor(kind: ListKind) {
    this.kind = kind;
  }

  /** The value beside a number in its normal form, 0 where the kind has none; -1: it is not on the list. */
  value(number: string): number {
    if (this.#delta.size > 0) {
      const changed = this.#delta.get(number);
      if (changed !== undefined) return changed;
    }
    return findPacked(this.#packed, number);
  }

  has(number: string): boolean {
    return !this.empty && this.value(number) >= 0;
  }

  /** Takes in one change at once. @param value -1 takes the number out */
  change(number: string, value: number): void {
    const had = this.value(number) >= 0;
    this.#delta.set(number, value);
    this.#count(this.size + (value < 0 ? (had ? -1 : 0) : had ? 0 : 1));
  }

  /** Takes over a whole list, in which every change told so far is. */
  replace(packed: PackedNumbers): void {
    this.#packed = packed;
    this.#delta.clear();
    this.#count(packed.size);
  }

  /** Changes that are not packed yet. */
  get changes(): number {
    return this.#delta.size;
  }

  /** Octets of what is packed. */
  get octets(): number {
    return packedOctets(this.#packed);
  }

  #count(size: number): void {
    this.size = size;
    this.empty = size === 0;
  }
}

/** The lists of one scope: of all accounts, of one, or of one signature. */
export class ScopeLists {
  readonly block = new NumberList("block");
  readonly allow = new NumberList("allow");
  readonly consent = new NumberList("consent");
  readonly optout = new NumberList("optout");
}

export class AccountLists extends ScopeLists {
  /** By number of the signature; only those that ever had a list. */
  readonly signatures = new Map<number, ScopeLists>();
  /** Messages refused since start because their recipient had opted out. */
  optOutHits = 0;
}

export class NumberLists {
  /** Business time zone: consents hold for whole days of it. */
  readonly zoneMinutes: number;
  readonly all = new ScopeLists();
  readonly ported = new NumberList("ported");
  readonly #accounts = new Map<number, AccountLists>();

  constructor(zoneMinutes = 480) {
    this.zoneMinutes = zoneMinutes;
  }

  /** The lists of an account, made when there are none yet. */
  account(no: number): AccountLists {
    let lists = this.#accounts.get(no);
    if (lists === undefined) {
      lists = new AccountLists();
      this.#accounts.set(no, lists);
    }
    return lists;
  }

  /** The list of that name, made when there is none yet. */
  list({ kind, accountNo, signatureNo }: ListName): NumberList {
    if (kind === "ported") return this.ported;
    if (accountNo === 0) return this.all[kind];
    const account = this.account(accountNo);
    if (signatureNo === 0) return account[kind];
    let lists = account.signatures.get(signatureNo);
    if (lists === undefined) {
      lists = new ScopeLists();
      account.signatures.set(signatureNo, lists);
    }
    return lists[kind];
  }

  /** Every list that anything was asked of or put on. */
  *lists(): Iterable<NumberList> {
    yield this.ported;
    yield* ofScope(this.all);
    for (const account of this.#accounts.values()) {
      yield* ofScope(account);
      for (const signature of account.signatures.values()) yield* ofScope(signature);
    }
  }
}

function ofScope(lists: ScopeLists): readonly NumberList[] {
  return [lists.block, lists.allow, lists.consent, lists.optout];
}
