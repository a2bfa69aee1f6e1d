/**
 * Ledger calls: what the answers of the admin API share: asking the store, carrying out a change, and the reports they give.
 */
import { checkSettings } from "../ledger/account-settings.js";
import { checkBindTerms } from "../ledger/bind-terms.js";
import type { AccountSettings, LedgerCommand, LedgerResult } from "../ledger/commands.js";
import { formatMoney } from "../ledger/money.js";
import type { Answer, Query } from "../store/query.js";
import type { MoneyReport } from "./api.js";
import { AdminError } from "./errors.js";
import type { AdminHost } from "./host.js";
import { accountReport } from "./reports.js";
import type { AccountReport } from "./reports.js";

export function checkedSettings(host: AdminHost, given: AccountSettings): AccountSettings {
  const problem = checkSettings(given) ?? checkBindTerms(given, host.protocols);
  if (problem !== null) throw new AdminError("invalid_value", problem);
  if ((given.cmppSecret ?? "") !== "") throw new AdminError("invalid_value", "cmpp-secret: give the secret itself, apart from the settings");
  const { operator = "", permittedOperators = [] } = given;
  if (operator !== "") checkOperator(host, "operator", operator);
  for (const one of permittedOperators) checkOperator(host, "permitted-operator", one);
  return given;
}

function checkOperator(host: AdminHost, flag: string, name: string): void {
  if (!host.operators.includes(name)) throw new AdminError("invalid_value", `${flag}: there is no [[operator]] ${name}`, `configured: ${host.operators.join(", ")}`);
}

/** What of settings that may stand does nothing as things are, a line each: categories that no list in force has, for lists may come later. */
export async function warningsOf(host: AdminHost, ...given: readonly AccountSettings[]): Promise<readonly string[]> {
  const named = new Set(given.flatMap(({ categories = [] }) => categories).map((entry) => entry.slice(0, entry.lastIndexOf("="))));
  if (named.size === 0) return [];
  const listed = await host.categories();
  return [...named].filter((name) => !listed.includes(name)).map((name) =>
    `category: no word list in force has the category ${name}, so that it does nothing until one has${listed.length === 0 ? "" : ` (in force: ${listed.join(", ")})`}`);
}

/** The account's report, with warnings where there are any. */
export async function withWarnings(host: AdminHost, given: AccountSettings, report: Promise<AccountReport>): Promise<AccountReport> {
  const done = await report;
  const warnings = await warningsOf(host, given);
  return warnings.length === 0 ? done : { ...done, warnings };
}

/** Seals a secret that was given, and does `change` with it among the settings. */
export function withSecret<T>(host: AdminHost, name: string, given: AccountSettings, secret: string | undefined, change: (whole: AccountSettings) => Promise<T>): Promise<T> {
  if (secret === undefined) return change(given);
  if (secret === "") return change({ ...given, cmppSecret: "" });
  return host.keys.sealed(name, secret, (cmppSecret) => change({ ...given, cmppSecret }));
}

export function by(asked: { readonly actor: string; readonly reason?: string | undefined }): { actor: string; reason?: string } {
  return asked.reason === undefined ? { actor: asked.actor } : { actor: asked.actor, reason: asked.reason };
}

export async function change(host: AdminHost, command: LedgerCommand): Promise<Extract<LedgerResult, { ok: true }>> {
  const result = await host.store.change(command);
  if (!result.ok) throw new AdminError(result.code, result.message);
  return result;
}

export async function changeAccount(host: AdminHost, command: Extract<LedgerCommand, { name: string }>): Promise<AccountReport> {
  const result = await change(host, command);
  return result.account === undefined ? showAccount(host, command.name) : accountReport(result.account);
}

export async function showAccount(host: AdminHost, name: string): Promise<AccountReport> {
  const { account } = await ask(host, { kind: "account", name });
  if (account === null) throw noSuchAccount(name);
  return accountReport(account);
}

export function moneyReport(result: Extract<LedgerResult, { ok: true }>, asked: bigint): MoneyReport {
  return {
    amount: formatMoney(result.amountMicros ?? asked),
    repeated: result.repeated,
    account: result.account === undefined ? null : accountReport(result.account),
  };
}

export async function ask<K extends Query["kind"]>(host: AdminHost, query: Extract<Query, { kind: K }>): Promise<Extract<Answer, { kind: K }>> {
  return (await host.store.query(query)) as Extract<Answer, { kind: K }>;
}

export function noSuchAccount(name: string): AdminError {
  return new AdminError("no_such_account", `there is no account ${JSON.stringify(name)}`, "tollgate account list names them all");
}
