/**
 * Change context: what every change to accounts and money works with: the ledger, the open days, who asks, and how a result is made.
 */
import { MAX_AMOUNT_MICROS, formatMoney, withinLimit } from "../../ledger/money.js";
import type { Account } from "../../ledger/account.js";
import type { AccountSettings, AccountView, LedgerCommand, LedgerRefusal, LedgerResult } from "../../ledger/commands.js";
import type { AccountRow, LedgerDb } from "./ledger-db.js";

/** What the days not yet sealed have done to an account. */
export interface OpenTotals {
  /** To be added to the ledger's own available; usually negative. */
  readonly availableDeltaMicros: bigint;
  readonly heldMicros: bigint;
  /** Accepted messages without a final state. */
  readonly openMessages: number;
  /** Messages whose hold is open. */
  readonly openHolds: number;
}

export interface MessageCharge {
  readonly accountNo: number;
  readonly chargeMicros: bigint;
  /** ChargeState, MessageState. */
  readonly chargeState: number;
  readonly state: number;
}

/** What applyCommand asks of the day files. */
export interface DayBooks {
  /** Sums over the days not yet sealed, as of now. */
  totals(accountNo: number): OpenTotals;
  /** A message of any day whose file is still there, sealed or not; null when there is none. */
  charge(messageId: number): MessageCharge | null;
}

/** What a command did that the writer's memory must follow. */
export interface LedgerEffect {
  readonly accountNo: number;
  /** To be added to the account's running available balance; 0 when only terms changed. */
  readonly deltaAvailableMicros: number;
  /** The account may send what it could not before: tell flow. */
  readonly credited: boolean;
  /** The account as it is now. */
  readonly account: Account;
}

export interface Applied {
  readonly result: LedgerResult;
  /** null: nothing changed, or terms of several accounts. */
  readonly effect: LedgerEffect | null;
  /** Accounts whose terms alone changed, beside the effect's. */
  readonly accounts?: readonly Account[];
}

/** A business refusal; becomes a result. */
export class Refused extends Error {
  readonly code: LedgerRefusal;

  constructor(code: LedgerRefusal, message: string) {
    super(message);
    this.code = code;
  }
}

export type Of<K extends LedgerCommand["kind"]> = Extract<LedgerCommand, { kind: K }>;

/** The account with its money, the days still open included. */
export function viewAccount(ledger: LedgerDb, days: Pick<DayBooks, "totals">, row: AccountRow): AccountView {
  const open = days.totals(row.account.no);
  return {
    account: row.account,
    availableMicros: ledger.available(row.account.no) + open.availableDeltaMicros,
    heldMicros: open.heldMicros,
    openMessages: open.openMessages, createdAtMs: row.createdAtMs,
  };
}

/** A printable line: no control characters that could forge a second one in a log. */
export function isLine(text: unknown, most: number): boolean {
  return typeof text === "string" && text.length <= most && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
}

/** All that an account could ever have on hold must be exact in a double. */
export function checkLimit(micros: bigint): void {
  if (!withinLimit(micros)) {
    throw new Refused("limit_exceeded", `balance and credit limit together may be at most ${formatMoney(MAX_AMOUNT_MICROS)}`);
  }
}

/** One change under way, within its transaction. */
export class ChangeContext {
  readonly ledger: LedgerDb;
  readonly days: DayBooks;
  readonly actor: string;
  readonly reason: string;
  readonly nowMs: number;
  #own: Map<string, AccountSettings> | null = null;

  constructor(ledger: LedgerDb, days: DayBooks, actor: string, reason: string, nowMs: number) {
    this.ledger = ledger;
    this.days = days;
    this.actor = actor;
    this.reason = reason;
    this.nowMs = nowMs;
  }

  /** An account that may still change. */
  account(name: string): AccountRow {
    const row = this.ledger.accountRow(name);
    if (row === null) throw new Refused("no_such_account", `there is no account ${JSON.stringify(name)}`);
    if (row.account.state === "closed") throw new Refused("account_closed", `account ${name} is closed`);
    return row;
  }

  view(row: AccountRow): AccountView {
    return viewAccount(this.ledger, this.days, row);
  }

  /** What accounts have for themselves, by name: read once a command, and kept in line by `owns`. */
  get ownTerms(): ReadonlyMap<string, AccountSettings> {
    return (this.#own ??= this.ledger.ownTerms());
  }

  owns(name: string, settings: AccountSettings): void {
    this.#own?.set(name, settings);
  }

  log(what: string, subject: string): void {
    this.ledger.log({ actor: this.actor, reason: this.reason, what, subject }, this.nowMs);
  }

  repeated(row: AccountRow, amountMicros?: bigint): Applied {
    const account = this.view(row);
    return { result: { ok: true, repeated: true, account, ...(amountMicros === undefined ? {} : { amountMicros }) }, effect: null };
  }

  changed(name: string, delta: bigint, credited: boolean, amountMicros?: bigint): Applied {
    const row = this.ledger.accountRow(name);
    if (row === null) throw new Error(`account ${name} vanished within its own change`);
    const account = this.view(row);
    return {
      result: { ok: true, repeated: false, account, ...(amountMicros === undefined ? {} : { amountMicros }) },
      // Exact: no amount passes the ledger's limit.
      effect: { accountNo: row.account.no, deltaAvailableMicros: Number(delta), credited, account: row.account },
    };
  }
}
