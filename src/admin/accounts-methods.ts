/**
 * Accounts methods: what the admin API answers of an account as a contract: warnings, registers, changes to come, invoices, history, and many accounts at once.
 */
import { z } from "zod";
import { parseTemplate } from "../contract/template.js";
import type { RegisteredSignature, RegisteredTemplate } from "../ledger/account.js";
import type { AccountSettings } from "../ledger/commands.js";
import { formatMoney } from "../ledger/money.js";
import { checkSecret } from "../ledger/secret.js";
import type { HistoryEntry, InvoiceView } from "../store/query.js";
import { AdminError } from "./errors.js";
import type { AdminHost } from "./host.js";
import { ask, by, change, changeAccount, checkedSettings, noSuchAccount, warningsOf, withSecret, withWarnings } from "./ledger-calls.js";
import { asked, cmppSecret, limit, name, reference, settings, wallMs } from "./params.js";
import { isoTime, type AccountReport } from "./reports.js";

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
  "account.clone": z.strictObject({ ...asked, from: name, name, settings, cmppSecret }),
  "account.import": z.strictObject({
    ...asked, update: z.boolean(), accounts: z.array(z.strictObject({ name, currency: z.string().max(3).default(""), settings, cmppSecret })).min(1).max(10_000),
  }),
  "account.history": z.strictObject({ name, limit, atMs: wallMs }),
  "dated.add": z.strictObject({ ...asked, name, settings, fromMs: wallMs }),
  "dated.cancel": z.strictObject({ ...asked, name, no: z.int().min(1) }),
  "invoice.paid": z.strictObject({ ...asked, name, which: reference }),
  "invoice.list": z.strictObject({ name: name.optional(), limit }),
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
  "account.clone": AccountReport;
  "account.import": { readonly accounts: number; readonly warnings: readonly string[] };
  "account.history": readonly HistoryReport[];
  "dated.add": AccountReport;
  "dated.cancel": AccountReport;
  "invoice.paid": AccountReport;
  "invoice.list": readonly InvoiceReport[];
}

export interface HistoryReport extends Omit<HistoryEntry, "atMs"> {
  readonly at: string;
}

/** `due`: the last day to pay it ends then; "" = none. */
export interface InvoiceReport extends Omit<InvoiceView, "amountMicros" | "bookedAtMs" | "dueMs" | "paidAtMs"> {
  readonly amount: string;
  readonly bookedAt: string;
  readonly due: string;
  readonly paidAt: string;
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
  "template.add": (host, { name: account, text, ...who }) => {
    const parsed = parseTemplate(text);
    if (typeof parsed === "string") throw new AdminError("invalid_value", `the template ${parsed}`);
    return changeAccount(host, { kind: "template.add", name: account, text, ...by(who) });
  },
  "template.end": (host, { name: account, no, ...who }) => changeAccount(host, { kind: "template.end", name: account, no, ...by(who) }),
  "template.list": async (host, { name: account }) => (await accountOf(host, account)).templates,
  "account.clone": async (host, { from, name: account, settings: given, cmppSecret: secret, ...who }) => {
    const checked = checkedSettings(host, given as AccountSettings);
    return withWarnings(host, checked, withSecret(host, account, checked, secret, (whole) => changeAccount(host, { kind: "account.clone", from, name: account, settings: whole, ...by(who) })));
  },
  "account.import": async (host, { accounts, update, ...who }) => {
    const faults = accounts.flatMap((one) => faultOf(host, one.name, one.settings as AccountSettings, one.cmppSecret));
    if (faults.length > 0) throw new AdminError("invalid_value", faults.join("\n"));
    const secrets = accounts.flatMap((one) => (one.cmppSecret === undefined || one.cmppSecret === "" ? [] : [{ account: one.name, secret: one.cmppSecret }]));
    await host.keys.sealedAll(secrets, (sealed) => {
      const bySealed = new Map(secrets.map((one, at) => [one.account, sealed[at] ?? ""]));
      const whole = accounts.map(({ name: account, currency, settings: given, cmppSecret: secret }) => ({
        name: account, currency, settings: { ...(given as AccountSettings), ...(secret === undefined ? {} : { cmppSecret: bySealed.get(account) ?? "" }) },
      }));
      return change(host, { kind: "account.import", accounts: whole, update, ...by(who) });
    });
    return { accounts: accounts.length, warnings: await warningsOf(host, ...accounts.map((one) => one.settings as AccountSettings)) };
  },
  "account.history": async (host, { name: account, limit: most, atMs }) => {
    const { entries } = await ask(host, { kind: "history", name: account, limit: most, wallMs: atMs });
    if (entries === null) throw noSuchAccount(account);
    return entries.map(({ atMs: wall, ...rest }) => ({ at: isoTime(wall), ...rest }));
  },
  "dated.add": async (host, { name: account, settings: given, fromMs, ...who }) => {
    const checked = checkedSettings(host, given as AccountSettings);
    return withWarnings(host, checked, changeAccount(host, { kind: "dated.add", name: account, settings: checked, fromMs, ...by(who) }));
  },
  "dated.cancel": (host, { name: account, no, ...who }) => changeAccount(host, { kind: "dated.cancel", name: account, no, ...by(who) }),
  "invoice.paid": (host, { name: account, which, ...who }) => changeAccount(host, { kind: "invoice.paid", name: account, which, ...by(who) }),
  "invoice.list": async (host, { name: account = "", limit: most }) => {
    const { invoices } = await ask(host, { kind: "invoices", name: account, limit: most });
    return invoices.map(({ amountMicros, bookedAtMs, dueMs, paidAtMs, ...rest }) => ({
      ...rest, amount: formatMoney(amountMicros), bookedAt: isoTime(bookedAtMs), due: isoTime(dueMs), paidAt: isoTime(paidAtMs),
    }));
  },
};

/** What is wrong with one account of an import before the ledger is asked, as a line; none when nothing is. */
function faultOf(host: AdminHost, account: string, given: AccountSettings, secret: string | undefined): string[] {
  const fault = secret === undefined || secret === "" ? null : checkSecret(secret);
  if (fault !== null) return [`${account}: cmpp-secret: ${fault}`];
  try {
    checkedSettings(host, given);
    return [];
  } catch (error) {
    if (error instanceof AdminError) return [`${account}: ${error.message}`];
    throw error;
  }
}

async function accountOf(host: AdminHost, account: string): Promise<{ readonly signatures: readonly RegisteredSignature[]; readonly templates: readonly RegisteredTemplate[] }> {
  const { account: view } = await ask(host, { kind: "account", name: account });
  if (view === null) throw noSuchAccount(account);
  return view.account;
}
