/**
 * Change: carries out one LedgerCommand on ledger.db, with its audit record, in one transaction, or refuses it as data.
 *
 * The days still open belong to the writer; what a command must know of them comes through the OpenDays port, and what
 * it does to a balance goes back as an effect, so that the writer's running balances stay right without reading again.
 */
import { MAX_AMOUNT_MICROS, formatMoney, withinLimit } from "../../ledger/money.js";
import { checkCurrency, checkName, checkRequired, checkSettings, withDefaults } from "../../ledger/account-settings.js";
import type { Account } from "../../ledger/account.js";
import { sharedName } from "../../ledger/bind-terms.js";
import type { AccountSettings, AccountView, LedgerCommand, LedgerRefusal, LedgerResult } from "../../ledger/commands.js";
import { Book, CHARGE_STATE_NAMES, ChargeState } from "../../ledger/settlement.js";
import { MAX_TARIFFS } from "../../ledger/tariff.js";
import { normalisePrefix } from "../../../protocols/model/address.js";
import { isFinal, stateName } from "../../../protocols/model/state.js";
import { describeSettings } from "./audit-words.js";
import type { AccountRow, LedgerDb } from "./ledger-db.js";
import { LedgerKind } from "./ledger-schema.js";

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

class Refused extends Error {
  readonly code: LedgerRefusal;

  constructor(code: LedgerRefusal, message: string) {
    super(message);
    this.code = code;
  }
}

type Of<K extends LedgerCommand["kind"]> = Extract<LedgerCommand, { kind: K }>;

/** Applies a command at `nowMs`. Business refusals are results; only a fault of the file or the disk throws (nothing is changed then). */
export function applyCommand(ledger: LedgerDb, days: DayBooks, command: LedgerCommand, nowMs: number): Applied {
  try {
    checkAsked(command);
    return ledger.transaction(() => new Change(ledger, days, command.actor, command.reason ?? "", nowMs).apply(command));
  } catch (error) {
    if (error instanceof Refused) return { result: { ok: false, code: error.code, message: error.message }, effect: null };
    throw error;
  }
}

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
function isLine(text: unknown, most: number): boolean {
  return typeof text === "string" && text.length <= most && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
}

function checkAsked(command: LedgerCommand): void {
  if (!isLine(command.actor, 64) || command.actor === "") throw new Refused("invalid_value", "actor: 1 to 64 printable characters");
  if (!isLine(command.reason ?? "", 200)) throw new Refused("invalid_value", "reason: at most 200 printable characters");
}

class Change {
  readonly #ledger: LedgerDb;
  readonly #days: DayBooks;
  readonly #actor: string;
  readonly #reason: string;
  readonly #nowMs: number;

  constructor(ledger: LedgerDb, days: DayBooks, actor: string, reason: string, nowMs: number) {
    this.#ledger = ledger;
    this.#days = days;
    this.#actor = actor;
    this.#reason = reason;
    this.#nowMs = nowMs;
  }

  apply(command: LedgerCommand): Applied {
    switch (command.kind) {
      case "account.add": return this.#add(command);
      case "account.set": return this.#set(command);
      case "account.suspend": return this.#state(command.name, "suspended");
      case "account.resume": return this.#state(command.name, "active");
      case "account.close": return this.#close(command);
      case "tariff.add": return this.#tariff(command);
      case "topup": return this.#topUp(command);
      case "topup.reverse": return this.#reverse(command);
      case "refund": return this.#refund(command);
      case "secrets.reseal": return this.#reseal(command);
      case "audit": return this.#note(command);
    }
  }

  #add(command: Of<"account.add">): Applied {
    const { name, settings, currency = "CNY" } = command;
    const fault = checkName(name) ?? checkCurrency(currency) ?? checkSettings(settings) ?? checkRequired(settings);
    if (fault !== null) throw new Refused("invalid_value", fault);
    if (this.#ledger.accountRow(name) !== null) throw new Refused("account_exists", `account ${name} exists already`);
    this.#ownNames(name, settings);
    const kept = withDefaults(settings);
    const no = this.#ledger.addAccount(name, currency, kept, this.#nowMs);
    this.#log(`account ${name} added: currency ${currency}, ${describeSettings({}, kept)}`, `account:${no}`);
    return this.#changed(name, 0n, false);
  }

  #set(command: Of<"account.set">): Applied {
    const row = this.#account(command.name);
    const fault = checkSettings(command.settings);
    if (fault !== null) throw new Refused("invalid_value", fault);
    const { no } = row.account;
    const given = Object.entries(command.settings).filter(([, value]: [string, unknown]) => value !== undefined);
    const kept: AccountSettings = { ...row.kept, ...Object.fromEntries(given) };
    this.#ownNames(command.name, kept);
    const { priceMicros, creditLimitMicros = 0 } = kept;
    // A price set now is the later word: base tariffs that have started give way to it.
    const priced = command.settings.priceMicros !== undefined;
    const ended = priced ? this.#ledger.endTariffs(no, "", 0, this.#nowMs, this.#nowMs) : 0;
    const words = describeSettings(row.kept, kept);
    if (words === "" && ended === 0) return this.#repeated(row);
    const { availableMicros, heldMicros } = this.#view(row);
    if (creditLimitMicros < row.account.creditLimitMicros && availableMicros < -BigInt(creditLimitMicros)) {
      const now = formatMoney(availableMicros);
      throw new Refused("insufficient_balance", `the account is at ${now} now: the credit limit cannot be lower than that`);
    }
    checkLimit(availableMicros + heldMicros + BigInt(creditLimitMicros));
    this.#ledger.setAccount(no, kept);
    this.#log(`account ${command.name} set: ${words || `price ${formatMoney(priceMicros ?? 0)} in the place of the base tariff`}`, `account:${no}`);
    const more = creditLimitMicros > row.account.creditLimitMicros || (priceMicros ?? 0) < row.account.priceMicros || ended > 0;
    return this.#changed(command.name, 0n, more);
  }

  #state(name: string, state: "active" | "suspended"): Applied {
    const row = this.#account(name);
    if (row.account.state === state) return this.#repeated(row);
    this.#ledger.setState(row.account.no, state, state === "suspended" ? this.#reason : "");
    this.#log(`account ${name} ${state === "suspended" ? "suspended" : "resumed"}`, `account:${row.account.no}`);
    return this.#changed(name, 0n, state === "active");
  }

  #close(command: Of<"account.close">): Applied {
    const row = this.#account(command.name);
    const { no, settle, refundOnFailure } = row.account;
    const open = this.#days.totals(no);
    // Where money may still come back without a hold, every message on its way counts.
    const waiting = settle === "sent" && !refundOnFailure ? open.openHolds : Math.max(open.openHolds, open.openMessages);
    if (waiting > 0 || open.heldMicros !== 0n) {
      throw new Refused("open_holds", `${waiting} messages are still on their way: suspend the account and close it when they have ended`);
    }
    const { availableMicros: rest } = this.#view(row);
    if (rest < 0n) throw new Refused("insufficient_balance", `the account owes ${formatMoney(-rest)}: it must be paid first`);
    this.#ledger.setState(no, "closed", this.#reason);
    if (rest > 0n) {
      const forfeit = command.rest === "forfeit";
      const [kind, credit] = forfeit ? ([LedgerKind.forfeit, Book.forfeits] as const) : ([LedgerKind.payout, Book.cash] as const);
      const entry = this.#ledger.book(no, kind, Book.available, credit, rest, "", this.#nowMs);
      this.#log(`account ${command.name}: the rest of ${formatMoney(rest)} ${forfeit ? "forfeited" : "paid out"}`, `entry:${entry}`);
    }
    this.#log(`account ${command.name} closed`, `account:${no}`);
    return this.#changed(command.name, -rest, false, rest);
  }

  #tariff(command: Of<"tariff.add">): Applied {
    const { priceMicros, fromMs } = command;
    const prefix = normalisePrefix(command.prefix);
    const row = this.#account(command.name);
    const fault = checkSettings({ priceMicros });
    if (fault !== null) throw new Refused("invalid_value", fault);
    if (prefix === null) {
      throw new Refused("invalid_value", "prefix: how Chinese numbers begin, such as 138 or 106, a calling code with its plus, such as +852, or none for all");
    }
    if (!Number.isSafeInteger(fromMs) || fromMs < 0) throw new Refused("invalid_value", "from: a time");
    const { tariffs, no } = row.account;
    const same = tariffs.find((tariff) => tariff.prefix === prefix && tariff.fromMs === fromMs);
    if (same?.priceMicros === priceMicros) return this.#repeated(row);
    if (same === undefined && tariffs.length >= MAX_TARIFFS) {
      throw new Refused("limit_exceeded", `an account has at most ${MAX_TARIFFS} tariffs`);
    }
    this.#ledger.addTariff(no, { prefix, priceMicros, fromMs }, this.#nowMs);
    const words = `${prefix === "" ? "all destinations" : `prefix ${prefix}`} ${formatMoney(priceMicros)} from ${new Date(fromMs).toISOString()}`;
    this.#log(`account ${command.name} tariff: ${words}`, `account:${no}`);
    return this.#changed(command.name, 0n, true);
  }

  #topUp(command: Of<"topup">): Applied {
    const { amountMicros: amount, reference } = command;
    const row = this.#account(command.name);
    if (amount <= 0n) throw new Refused("invalid_value", "amount: must be more than 0");
    if (!isLine(reference, 64) || reference.trim() !== reference || reference === "") {
      throw new Refused("invalid_value", "reference: 1 to 64 printable characters, none of them a blank at either end");
    }
    const { no } = row.account;
    const before = this.#ledger.topUp(no, reference);
    if (before !== null) {
      if (before.amount !== amount) {
        throw new Refused("reference_conflict", `reference ${reference} has been used for ${formatMoney(before.amount)}`);
      }
      if (before.reversal !== null) {
        throw new Refused("already_reversed", `the top-up ${reference} was reversed: a new one needs a new reference`);
      }
      return this.#repeated(row, amount);
    }
    const { availableMicros, heldMicros } = this.#view(row);
    checkLimit(availableMicros + heldMicros + amount + BigInt(row.account.creditLimitMicros));
    const entry = this.#ledger.book(no, LedgerKind.topUp, Book.cash, Book.available, amount, reference, this.#nowMs);
    this.#ledger.addTopUp(no, reference, amount, entry);
    this.#log(`account ${command.name} topped up by ${formatMoney(amount)}, reference ${reference}`, `topup:${no}:${reference}`);
    return this.#changed(command.name, amount, true, amount);
  }

  #reverse(command: Of<"topup.reverse">): Applied {
    const { reference } = command;
    const row = this.#account(command.name);
    const { no, creditLimitMicros } = row.account;
    const topUp = this.#ledger.topUp(no, reference);
    if (topUp === null) throw new Refused("no_such_topup", `account ${command.name} has no top-up with reference ${reference}`);
    if (topUp.reversal !== null) throw new Refused("already_reversed", `the top-up ${reference} was reversed already`);
    const { availableMicros } = this.#view(row);
    if (availableMicros - topUp.amount < -BigInt(creditLimitMicros)) {
      throw new Refused("insufficient_balance", `only ${formatMoney(availableMicros)} of the ${formatMoney(topUp.amount)} is still there`);
    }
    const entry = this.#ledger.book(no, LedgerKind.reversal, Book.available, Book.cash, topUp.amount, reference, this.#nowMs);
    this.#ledger.reverseTopUp(no, reference, entry);
    this.#log(`account ${command.name}: top-up of ${formatMoney(topUp.amount)} reversed, reference ${reference}`, `topup:${no}:${reference}`);
    return this.#changed(command.name, -topUp.amount, false, topUp.amount);
  }

  #refund(command: Of<"refund">): Applied {
    const { messageId } = command;
    if (!Number.isSafeInteger(messageId) || messageId <= 0) throw new Refused("invalid_value", "message id: a whole number");
    const charge = this.#days.charge(messageId);
    const before = this.#ledger.refund(messageId);
    if (before !== null) {
      const row = this.#ledger.accountRowByNo(before.account);
      const asked = command.amountMicros ?? charge?.chargeMicros ?? before.amount;
      if (asked === before.amount && row !== null) return this.#repeated(row, before.amount);
      throw new Refused("already_refunded", `message ${messageId} was refunded ${formatMoney(before.amount)} already`);
    }
    if (charge === null) throw new Refused("no_such_message", `there is no message ${messageId}, or its day is no longer kept`);
    const row = this.#ledger.accountRowByNo(charge.accountNo);
    if (row === null) throw new Refused("no_such_account", `message ${messageId} belongs to no account`);
    if (row.account.state === "closed") throw new Refused("account_closed", `account ${row.account.name} is closed`);
    const amount = command.amountMicros ?? charge.chargeMicros;
    checkRefundable(messageId, charge, amount);
    const { availableMicros, heldMicros } = this.#view(row);
    checkLimit(availableMicros + heldMicros + amount + BigInt(row.account.creditLimitMicros));
    const { no, name } = row.account;
    const entry = this.#ledger.book(no, LedgerKind.refund, Book.revenue, Book.available, amount, String(messageId), this.#nowMs);
    this.#ledger.addRefund(messageId, no, amount, entry);
    this.#log(`account ${name}: message ${messageId} refunded ${formatMoney(amount)}`, `refund:${messageId}`);
    return this.#changed(name, amount, true, amount);
  }

  /** Closed accounts' too: no secret may be left under a key that is given up. */
  #reseal(command: Of<"secrets.reseal">): Applied {
    if (!isLine(command.what, 1_000) || command.what === "") throw new Refused("invalid_value", "what: 1 to 1000 printable characters");
    const accounts: Account[] = [];
    for (const { name, from, to } of command.secrets) {
      const row = this.#ledger.accountRow(name);
      if (row === null || row.kept.cmppSecret !== from) continue;
      const kept: AccountSettings = { ...row.kept, cmppSecret: to };
      const fault = checkSettings(kept);
      if (fault !== null) throw new Refused("invalid_value", fault);
      this.#ledger.setAccount(row.account.no, kept);
      this.#log(`account ${name}: secret sealed under another key`, `account:${row.account.no}`);
      accounts.push({ ...row.account, cmppSecret: to });
    }
    this.#log(command.what, "");
    return { result: { ok: true, repeated: accounts.length === 0 }, effect: null, accounts };
  }

  #note(command: Of<"audit">): Applied {
    if (!isLine(command.what, 1_000) || command.what === "") throw new Refused("invalid_value", "what: 1 to 1000 printable characters");
    this.#log(command.what, "");
    return { result: { ok: true, repeated: false }, effect: null };
  }

  /** An account that may still change. */
  #account(name: string): AccountRow {
    const row = this.#ledger.accountRow(name);
    if (row === null) throw new Refused("no_such_account", `there is no account ${JSON.stringify(name)}`);
    if (row.account.state === "closed") throw new Refused("account_closed", `account ${name} is closed`);
    return row;
  }

  /** A message from a phone to a service code, and a bind with an SP_Id, are one account's: no two may have the same. */
  #ownNames(name: string, { serviceCodes = [], spId = "", protocolNames = [] }: AccountSettings): void {
    if (serviceCodes.length === 0 && spId === "" && protocolNames.length === 0) return;
    for (const { account } of this.#ledger.accountRows()) {
      if (account.name === name || account.state === "closed") continue;
      const shared = sharedName({ spId, protocolNames }, account);
      if (shared !== null) throw new Refused("invalid_value", `${shared} is account ${account.name}'s`);
      const taken = serviceCodes.find((code) => account.serviceCodes.includes(code));
      if (taken !== undefined) throw new Refused("invalid_value", `service-code: ${taken} is account ${account.name}'s`);
    }
  }

  #view(row: AccountRow): AccountView {
    return viewAccount(this.#ledger, this.#days, row);
  }

  #log(what: string, subject: string): void {
    this.#ledger.log({ actor: this.#actor, reason: this.#reason, what, subject }, this.#nowMs);
  }

  #repeated(row: AccountRow, amountMicros?: bigint): Applied {
    const account = this.#view(row);
    return { result: { ok: true, repeated: true, account, ...(amountMicros === undefined ? {} : { amountMicros }) }, effect: null };
  }

  #changed(name: string, delta: bigint, credited: boolean, amountMicros?: bigint): Applied {
    const row = this.#ledger.accountRow(name);
    if (row === null) throw new Error(`account ${name} vanished within its own change`);
    const account = this.#view(row);
    return {
      result: { ok: true, repeated: false, account, ...(amountMicros === undefined ? {} : { amountMicros }) },
      // Exact: no amount passes the ledger's limit.
      effect: { accountNo: row.account.no, deltaAvailableMicros: Number(delta), credited, account: row.account },
    };
  }
}

/** All that an account could ever have on hold must be exact in a double. */
function checkLimit(micros: bigint): void {
  if (!withinLimit(micros)) {
    throw new Refused("limit_exceeded", `balance and credit limit together may be at most ${formatMoney(MAX_AMOUNT_MICROS)}`);
  }
}

/**
 * Only a message whose money can no longer move by itself may be refunded by hand: the refund stands in ledger.db and
 * the message in its day's file, and no power failure may leave one without the other.
 */
function checkRefundable(messageId: number, charge: MessageCharge, amount: bigint): void {
  const which = `message ${messageId}`;
  if (charge.chargeState === ChargeState.refunded) throw new Refused("already_refunded", `${which} got its money back when it failed`);
  if (charge.chargeState !== ChargeState.settled) {
    const stands = CHARGE_STATE_NAMES[charge.chargeState] ?? "unknown";
    throw new Refused("not_charged", `the charge of ${which} is ${stands}: there is nothing to give back`);
  }
  if (!isFinal(charge.state)) {
    throw new Refused("not_charged", `${which} is still on its way (${stateName(charge.state)}): refund it when it has ended`);
  }
  if (amount <= 0n) throw new Refused("invalid_value", "amount: must be more than 0");
  if (amount > charge.chargeMicros) throw new Refused("exceeds_charge", `${which} was charged ${formatMoney(charge.chargeMicros)}`);
}
