/**
 * Accounts methods: what the admin API answers of an account as a contract: warnings and registers.
 */
import { z } from "zod";
import type { RegisteredSignature, RegisteredTemplate } from "../ledger/account.js";
import type { AdminHost } from "./host.js";
import { ask, by, changeAccount, noSuchAccount } from "./ledger-calls.js";
import { asked, name } from "./params.js";
import type { AccountReport } from "./reports.js";

const registered = z.string().min(1).max(1_024);

export const ACCOUNTS_METHODS = {
  "account.warn": z.strictObject({ ...asked, name, cureDays: z.int().min(1).max(365).optional() }),
  "account.clear": z.strictObject({ ...asked, name }),
  "signature.add": z.strictObject({ ...asked, name, text: registered, source: z.string().max(21).default("") }),
  "signature.end": z.strictObject({ ...asked, name, text: registered }),
  "signature.list": z.strictObject({ name }),
  "template.add": z.strictObject({ ...asked, name, text: registered }),
  "template.end": z.strictObject({ ...asked, name, no: z.int().min(1) }),
  "template.list": z.strictObject({ name }),
} as const;

export interface AccountsResults {
  "account.warn": AccountReport;
  "account.clear": AccountReport;
  "signature.add": AccountReport;
  "signature.end": AccountReport;
  "signature.list": readonly RegisteredSignature[];
  "template.add": AccountReport;
  "template.end": AccountReport;
  "template.list": readonly RegisteredTemplate[];
}

type Methods = typeof ACCOUNTS_METHODS;
type AccountsAnswers = { readonly [M in keyof Methods]: (host: AdminHost, params: z.output<Methods[M]>) => Promise<AccountsResults[M]> };

export const ACCOUNTS_ANSWERS: AccountsAnswers = {
  "account.warn": (host, { name: account, cureDays, ...who }) =>
    changeAccount(host, { kind: "account.warn", name: account, ...(cureDays === undefined ? {} : { cureDays }), ...by(who) }),
  "account.clear": (host, { name: account, ...who }) => changeAccount(host, { kind: "account.clear", name: account, ...by(who) }),
  "signature.add": (host, { name: account, text, source, ...who }) => changeAccount(host, { kind: "signature.add", name: account, text, source, ...by(who) }),
  "signature.end": (host, { name: account, text, ...who }) => changeAccount(host, { kind: "signature.end", name: account, text, ...by(who) }),
  "signature.list": async (host, { name: account }) => (await accountOf(host, account)).signatures,
  "template.add": (host, { name: account, text, ...who }) => changeAccount(host, { kind: "template.add", name: account, text, ...by(who) }),
  "template.end": (host, { name: account, no, ...who }) => changeAccount(host, { kind: "template.end", name: account, no, ...by(who) }),
  "template.list": async (host, { name: account }) => (await accountOf(host, account)).templates,
};

async function accountOf(host: AdminHost, account: string): Promise<{ readonly signatures: readonly RegisteredSignature[]; readonly templates: readonly RegisteredTemplate[] }> {
  const { account: view } = await ask(host, { kind: "account", name: account });
  if (view === null) throw noSuchAccount(account);
  return view.account;
}
