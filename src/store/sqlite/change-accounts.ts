/**
 * Change of accounts: opens, alters, suspends, resumes and closes them, and sets their tariffs.
 */
import { formatMoney } from "../../ledger/money.js";
import { checkCurrency, checkName, checkRequired, checkSettings, withDefaults } from "../../ledger/account-settings.js";
import { checkTogether } from "../../ledger/contract-settings.js";
import type { Account } from "../../ledger/account.js";
import { sharedName } from "../../ledger/bind-terms.js";
import type { AccountSettings } from "../../ledger/commands.js";
import { Book } from "../../ledger/settlement.js";
import { MAX_TARIFFS } from "../../ledger/tariff.js";
import { normalisePrefix } from "../../../protocols/model/address.js";
import { describeSettings } from "./audit-words.js";
import { endWarning } from "./change-contract.js";
import { Refused, checkLimit, isLine, type Applied, type ChangeContext, type Of } from "./change-context.js";
import { LedgerKind } from "./ledger-schema.js";

export function addAccount(change: ChangeContext, command: Of<"account.add">): Applied {
  const { name, settings, currency = "CNY" } = command;
  const fault = checkName(name) ?? checkCurrency(currency) ?? checkSettings(settings) ?? checkRequired(settings) ?? checkTogether(settings);
  if (fault !== null) throw new Refused("invalid_value", fault);
  if (change.ledger.accountRow(name) !== null) throw new Refused("account_exists", `account ${name} exists already`);
  ownNames(change, name, settings);
  const kept = withDefaults(settings);
  const no = change.ledger.addAccount(name, currency, kept, change.nowMs);
  change.log(`account ${name} added: currency ${currency}, ${describeSettings({}, kept)}`, `account:${no}`);
  return change.changed(name, 0n, false);
}

export function setAccount(change: ChangeContext, command: Of<"account.set">): Applied {
  const row = change.account(command.name);
  const fault = checkSettings(command.settings);
  if (fault !== null) throw new Refused("invalid_value", fault);
  const { no } = row.account;
  const given = Object.entries(command.settings).filter(([, value]: [string, unknown]) => value !== undefined);
  const kept: AccountSettings = { ...row.kept, ...Object.fromEntries(given) };
  const clash = checkTogether(kept);
  if (clash !== null) throw new Refused("invalid_value", clash);
  ownNames(change, command.name, kept);
  const { priceMicros, creditLimitMicros = 0 } = kept;
  // A price set now is the later word: base tariffs that have started give way to it.
  const priced = command.settings.priceMicros !== undefined;
  const ended = priced ? change.ledger.endTariffs(no, "", 0, change.nowMs, change.nowMs) : 0;
  const words = describeSettings(row.kept, kept);
  if (words === "" && ended === 0) return change.repeated(row);
  const { availableMicros, heldMicros } = change.view(row);
  if (creditLimitMicros < row.account.creditLimitMicros && availableMicros < -BigInt(creditLimitMicros)) {
    const now = formatMoney(availableMicros);
    throw new Refused("insufficient_balance", `the account is at ${now} now: the credit limit cannot be lower than that`);
  }
  checkLimit(availableMicros + heldMicros + BigInt(creditLimitMicros));
  change.ledger.setAccount(no, kept);
  change.log(`account ${command.name} set: ${words || `price ${formatMoney(priceMicros ?? 0)} in the place of the base tariff`}`, `account:${no}`);
  const more = creditLimitMicros > row.account.creditLimitMicros || (priceMicros ?? 0) < row.account.priceMicros || ended > 0;
  return change.changed(command.name, 0n, more);
}

export function setState(change: ChangeContext, name: string, state: "active" | "suspended"): Applied {
  const row = change.account(name);
  if (row.account.state === state) return change.repeated(row);
  endWarning(change, name, row.account.no, state === "suspended" ? "no longer only warned" : "warning cleared");
  // One that was only warned is active already.
  if (row.account.state === "warned" && state === "active") return change.changed(name, 0n, false);
  change.ledger.setState(row.account.no, state, state === "suspended" ? change.reason : "");
  change.log(`account ${name} ${state === "suspended" ? "suspended" : "resumed"}`, `account:${row.account.no}`);
  return change.changed(name, 0n, state === "active");
}

export function closeAccount(change: ChangeContext, command: Of<"account.close">): Applied {
  const row = change.account(command.name);
  const { no, settle, refundOnFailure } = row.account;
  const open = change.days.totals(no);
  // Where money may still come back without a hold, every message on its way counts.
  const waiting = settle === "sent" && !refundOnFailure ? open.openHolds : Math.max(open.openHolds, open.openMessages);
  if (waiting > 0 || open.heldMicros !== 0n) {
    throw new Refused("open_holds", `${waiting} messages are still on their way: suspend the account and close it when they have ended`);
  }
  const { availableMicros: rest } = change.view(row);
  if (rest < 0n) throw new Refused("insufficient_balance", `the account owes ${formatMoney(-rest)}: it must be paid first`);
  endWarning(change, command.name, no, "warning over: it is closed");
  change.ledger.setState(no, "closed", change.reason);
  if (rest > 0n) {
    const forfeit = command.rest === "forfeit";
    const [kind, credit] = forfeit ? ([LedgerKind.forfeit, Book.forfeits] as const) : ([LedgerKind.payout, Book.cash] as const);
    const entry = change.ledger.book(no, kind, Book.available, credit, rest, "", change.nowMs);
    change.log(`account ${command.name}: the rest of ${formatMoney(rest)} ${forfeit ? "forfeited" : "paid out"}`, `entry:${entry}`);
  }
  change.log(`account ${command.name} closed`, `account:${no}`);
  return change.changed(command.name, -rest, false, rest);
}

export function addTariff(change: ChangeContext, command: Of<"tariff.add">): Applied {
  const { priceMicros, fromMs } = command;
  const prefix = normalisePrefix(command.prefix);
  const row = change.account(command.name);
  const fault = checkSettings({ priceMicros });
  if (fault !== null) throw new Refused("invalid_value", fault);
  if (prefix === null) {
    throw new Refused("invalid_value", "prefix: how Chinese numbers begin, such as 138 or 106, a calling code with its plus, such as +852, or none for all");
  }
  if (!Number.isSafeInteger(fromMs) || fromMs < 0) throw new Refused("invalid_value", "from: a time");
  const { tariffs, no } = row.account;
  const same = tariffs.find((tariff) => tariff.prefix === prefix && tariff.fromMs === fromMs);
  if (same?.priceMicros === priceMicros) return change.repeated(row);
  if (same === undefined && tariffs.length >= MAX_TARIFFS) {
    throw new Refused("limit_exceeded", `an account has at most ${MAX_TARIFFS} tariffs`);
  }
  change.ledger.addTariff(no, { prefix, priceMicros, fromMs }, change.nowMs);
  const words = `${prefix === "" ? "all destinations" : `prefix ${prefix}`} ${formatMoney(priceMicros)} from ${new Date(fromMs).toISOString()}`;
  change.log(`account ${command.name} tariff: ${words}`, `account:${no}`);
  return change.changed(command.name, 0n, true);
}

/** Closed accounts' too: no secret may be left under a key that is given up. */
export function resealSecrets(change: ChangeContext, command: Of<"secrets.reseal">): Applied {
  if (!isLine(command.what, 1_000) || command.what === "") throw new Refused("invalid_value", "what: 1 to 1000 printable characters");
  const accounts: Account[] = [];
  for (const { name, from, to } of command.secrets) {
    const row = change.ledger.accountRow(name);
    if (row === null || row.kept.cmppSecret !== from) continue;
    const kept: AccountSettings = { ...row.kept, cmppSecret: to };
    const fault = checkSettings(kept);
    if (fault !== null) throw new Refused("invalid_value", fault);
    change.ledger.setAccount(row.account.no, kept);
    change.log(`account ${name}: secret sealed under another key`, `account:${row.account.no}`);
    accounts.push({ ...row.account, cmppSecret: to });
  }
  change.log(command.what, "");
  return { result: { ok: true, repeated: accounts.length === 0 }, effect: null, accounts };
}

/** A message from a phone to a service code, and a bind with an SP_Id, are one account's: no two may have the same. */
function ownNames(change: ChangeContext, name: string, { serviceCodes = [], spId = "", protocolNames = [] }: AccountSettings): void {
  if (serviceCodes.length === 0 && spId === "" && protocolNames.length === 0) return;
  for (const { account } of change.ledger.accountRows()) {
    if (account.name === name || account.state === "closed") continue;
    const shared = sharedName({ spId, protocolNames }, account);
    if (shared !== null) throw new Refused("invalid_value", `${shared} is account ${account.name}'s`);
    const taken = serviceCodes.find((code) => account.serviceCodes.includes(code));
    if (taken !== undefined) throw new Refused("invalid_value", `service-code: ${taken} is account ${account.name}'s`);
  }
}
