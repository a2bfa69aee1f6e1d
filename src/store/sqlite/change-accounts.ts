/**
 * Change of accounts: opens, alters and closes them, sets their tariffs, and replaces their passwords and secrets.
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
import type { AccountRow } from "./ledger-db.js";
import { Refused, checkLimit, isLine, type Applied, type ChangeContext, type Of } from "./change-context.js";
import { LedgerKind } from "./ledger-schema.js";
import { dayFromName } from "./paths.js";
import { setCredentials } from "./standing.js";

const DAY_MS = 86_400_000;
const MAX_KEEP_MS = 90 * DAY_MS;

export function addAccount(change: ChangeContext, command: Of<"account.add">): Applied {
  const { name, settings, currency = "CNY" } = command;
  const fault = checkName(name) ?? checkCurrency(currency) ?? checkSettings(settings) ?? checkRequired(settings) ?? checkTogether(settings);
  if (fault !== null) throw new Refused("invalid_value", fault);
  if (change.ledger.accountRow(name) !== null) throw new Refused("account_exists", `account ${name} exists already`);
  ownNames(change, name, settings);
  const kept = withDefaults(settings);
  const no = change.ledger.addAccount(name, currency, kept, change.nowMs);
  change.owns(name, kept);
  change.log(`account ${name} added: currency ${currency}, ${describeSettings({}, kept)}`, `account:${no}`);
  return change.changed(name, 0n, false);
}

/** @param fromMs from when on a price among them holds: base tariffs with a later start go on */
export function setAccount(change: ChangeContext, command: Of<"account.set">, fromMs = change.nowMs): Applied {
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
  const ended = priced ? change.ledger.endTariffs(no, "", 0, fromMs, change.nowMs) : 0;
  const words = describeSettings(row.kept, kept);
  if (words === "" && ended === 0) return change.repeated(row);
  const { availableMicros, heldMicros } = change.view(row);
  if (creditLimitMicros < row.account.creditLimitMicros && availableMicros < -BigInt(creditLimitMicros)) {
    const now = formatMoney(availableMicros);
    throw new Refused("insufficient_balance", `the account is at ${now} now: the credit limit cannot be lower than that`);
  }
  checkLimit(availableMicros + heldMicros + BigInt(creditLimitMicros));
  change.ledger.setAccount(no, kept);
  change.owns(command.name, kept);
  const more = creditLimitMicros > row.account.creditLimitMicros || (priceMicros ?? 0) < row.account.priceMicros || ended > 0;
  change.log(`account ${command.name} set: ${words || `price ${formatMoney(priceMicros ?? 0)} in the place of the base tariff`}`, `account:${no}`);
  replaceCredentials(change, row, command);
  return change.changed(command.name, 0n, more);
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

/** A password or secret that was replaced: since when the new one holds, and how long the former is taken beside it. */
function replaceCredentials(change: ChangeContext, { account, kept }: AccountRow, { name, settings, keepOldMs = 0 }: Of<"account.set">): void {
  const password = settings.passwordHash !== undefined && settings.passwordHash !== account.passwordHash;
  const secret = settings.cmppSecret !== undefined && settings.cmppSecret !== account.cmppSecret;
  if (!Number.isSafeInteger(keepOldMs) || keepOldMs < 0 || keepOldMs > MAX_KEEP_MS) throw new Refused("invalid_value", `keep-old: at most ${MAX_KEEP_MS / DAY_MS}d`);
  if (!password && !secret) {
    if (keepOldMs > 0) throw new Refused("invalid_value", "keep-old: no password or secret is replaced");
    return;
  }
  const { no, credentials } = account;
  const untilMs = change.nowMs + keepOldMs;
  const former = (old: string | undefined, now: string): string => (keepOldMs > 0 && now !== "" ? (old ?? "") : "");
  const oldPassword = former(kept.passwordHash, settings.passwordHash ?? "");
  const oldSecret = former(kept.cmppSecret, settings.cmppSecret ?? "");
  setCredentials(change.ledger, no, {
    ...credentials,
    ...(password ? { passwordSetAtMs: change.nowMs, formerPasswordHash: oldPassword, formerPasswordUntilMs: oldPassword === "" ? 0 : untilMs } : {}),
    ...(secret ? { secretSetAtMs: change.nowMs, formerSecret: oldSecret, formerSecretUntilMs: oldSecret === "" ? 0 : untilMs } : {}),
  });
  const words = [[password, "password", oldPassword] as const, [secret, "cmpp-secret", oldSecret] as const].filter(([changed]) => changed)
    .map(([, flag, old]) => `${flag} as of now, ${old === "" ? "no former one" : `the former one until ${new Date(untilMs).toISOString()}`}`);
  change.log(`account ${name}: ${words.join(", ")}`, `credential:${no}`);
}

/** Closed accounts' too: no secret may be left under a key that is given up. */
export function resealSecrets(change: ChangeContext, command: Of<"secrets.reseal">): Applied {
  if (!isLine(command.what, 1_000) || command.what === "") throw new Refused("invalid_value", "what: 1 to 1000 printable characters");
  const accounts: Account[] = [];
  for (const { name, from, to } of command.secrets) {
    const row = change.ledger.accountRow(name);
    if (row === null) continue;
    const { credentials } = row.account;
    if (credentials.formerSecret === from) {
      setCredentials(change.ledger, row.account.no, { ...credentials, formerSecret: to });
      change.log(`account ${name}: former secret sealed under another key`, `credential:${row.account.no}`);
      accounts.push({ ...row.account, credentials: { ...credentials, formerSecret: to } });
    }
    if (row.kept.cmppSecret !== from) continue;
    const kept: AccountSettings = { ...row.kept, cmppSecret: to };
    const fault = checkSettings(kept);
    if (fault !== null) throw new Refused("invalid_value", fault);
    change.ledger.setAccount(row.account.no, kept);
    change.log(`account ${name}: secret sealed under another key`, `account:${row.account.no}`);
    accounts.push({ ...row.account, cmppSecret: to });
  }
  let days = 0;
  const rewrap = change.ledger.prepare("UPDATE day_key SET wrapped = ? WHERE day = ? AND wrapped = ?");
  for (const { name, from, to } of command.dayKeys ?? []) days += rewrap.run(to, dayFromName(name), from).changes;
  change.log(command.what, "");
  return { result: { ok: true, repeated: accounts.length + days === 0 }, effect: null, accounts };
}

/** A message from a phone to a service code, and a bind with an SP_Id, are one account's: no two may have the same. */
export function ownNames(change: ChangeContext, name: string, settings: AccountSettings): void {
  const { serviceCodes = [], spId = "", protocolNames = [] } = settings;
  if (serviceCodes.length === 0 && spId === "" && protocolNames.length === 0) return;
  for (const [other, { serviceCodes: codes = [], spId: otherId = "", protocolNames: otherNames = [] }] of change.ownTerms) {
    if (other === name) continue;
    const shared = sharedName({ spId, protocolNames }, { spId: otherId, protocolNames: otherNames });
    if (shared !== null) throw new Refused("invalid_value", `${shared} is account ${other}'s`);
    const taken = serviceCodes.find((code) => codes.includes(code));
    if (taken !== undefined) throw new Refused("invalid_value", `service-code: ${taken} is account ${other}'s`);
  }
}
