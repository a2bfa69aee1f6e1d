/**
 * Audit words: how a change of account settings reads in the log; of a password only that it changed.
 */
import { ACCOUNT_SETTINGS } from "../../ledger/account-settings.js";
import { CONTRACT_SETTINGS } from "../../ledger/contract-settings.js";
import type { AccountSetting } from "../../ledger/account-setting.js";
import type { AccountSettings } from "../../ledger/commands.js";
import { formatMoney } from "../../ledger/money.js";

/** "rate 100 -> 200, password changed"; "" when nothing differs. A value without a before stands alone. */
export function describeSettings(before: AccountSettings, after: AccountSettings): string {
  const words: string[] = [];
  for (const setting of ACCOUNT_SETTINGS) {
    const [old, now] = [before[setting.name], after[setting.name]];
    if (JSON.stringify(old) === JSON.stringify(now)) continue;
    // A term of the contract that a new account was not given says nothing.
    if (old === undefined && CONTRACT_SETTINGS.includes(setting) && JSON.stringify(now) === JSON.stringify(setting.default)) continue;
    if (setting.kind === "password" || setting.kind === "secret") words.push(secretWords(setting, old, now));
    else if (old === undefined) words.push(`${setting.flag} ${show(setting, now)}`);
    else words.push(`${setting.flag} ${show(setting, old)} -> ${show(setting, now)}`);
  }
  return words.join(", ");
}

/** Of a new account's secrets only those that there are. */
function secretWords({ flag }: AccountSetting, old: unknown, now: unknown): string {
  return now === "" || now === undefined ? `no ${flag}` : `${flag} ${old === undefined || old === "" ? "set" : "changed"}`;
}

function show(setting: AccountSetting, value: unknown): string {
  if (setting.kind === "money") return formatMoney(Number(value));
  if (setting.kind === "duration") return `${Number(value) / 1_000}s`;
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(" ");
  return value === "" ? "none" : String(value);
}
