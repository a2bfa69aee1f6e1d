/**
 * Balances: what each account may still spend, as exact integers in the writer's memory.
 *
 * Built at open from ledger.db and the open days' totals, moved with every message, thrown away and built again when
 * a transaction fails. Amounts are below 2^53 by the ledger's own limit, so doubles are exact.
 */
import { maySend, type Account } from "../../ledger/account.js";

export class Purse {
  account: Account;
  availableMicros: number;
  /** Refused for lack of credit since the last time credit came. */
  refused = false;
  /** Credit has come in the batch under way. */
  credited = false;

  constructor(account: Account, availableMicros: number) {
    this.account = account;
    this.availableMicros = availableMicros;
  }

  get active(): boolean {
    return maySend(this.account.state);
  }

  /** Whether a charge fits: available never goes below the credit limit. */
  affords(chargeMicros: number): boolean {
    return this.availableMicros - chargeMicros >= -this.account.creditLimitMicros;
  }
}

export class Balances {
  readonly #purses = new Map<number, Purse>();
  /** Purses to which credit came in the batch under way, after they had been refused. */
  credited: Purse[] = [];

  get(accountNo: number): Purse | undefined {
    return this.#purses.get(accountNo);
  }

  /** Sets an account as it now is; keeps what else is known of it. */
  set(account: Account, availableMicros: number): void {
    if (!Number.isSafeInteger(availableMicros)) throw new RangeError(`the balance of account ${account.name} is no exact number`);
    const purse = this.#purses.get(account.no);
    if (purse === undefined) {
      this.#purses.set(account.no, new Purse(account, availableMicros));
      return;
    }
    purse.account = account;
    purse.availableMicros = availableMicros;
  }

  /** The numbers of the next `n` accounts above `no`, lowest first. */
  after(no: number, n: number): number[] {
    return [...this.#purses.keys()].filter((each) => each > no).sort((a, b) => a - b).slice(0, n);
  }

  /** Money came back to the account. */
  credit(purse: Purse, micros: number): void {
    purse.availableMicros += micros;
    if (purse.refused && !purse.credited) {
      purse.credited = true;
      this.credited.push(purse);
    }
  }

  /** Nobody knows any more which accounts got credit: all that were refused are told that they may have. */
  creditDoubted(): void {
    for (const purse of this.#purses.values()) {
      if (!purse.refused || purse.credited) continue;
      purse.credited = true;
      this.credited.push(purse);
    }
  }

  /** The accounts that got credit in this batch after a refusal; told once. */
  takeCredited(): readonly Purse[] {
    if (this.credited.length === 0) return NONE;
    const told = this.credited;
    this.credited = [];
    for (const purse of told) {
      purse.credited = false;
      purse.refused = false;
    }
    return told;
  }

  /** Forgets what the batch under way told (it failed). */
  forgetCredited(): void {
    for (const purse of this.credited) purse.credited = false;
    this.credited = [];
  }

  accounts(): Account[] {
    return [...this.#purses.values()].map((purse) => purse.account).sort((a, b) => a.no - b.no);
  }
}

const NONE: readonly Purse[] = [];
