/**
 * Answers a call of the admin API from a host: parameters checked, the store asked, the result made into a report.
 */
import { checkRequired } from "../ledger/account-settings.js";
import type { AccountSettings } from "../ledger/commands.js";
import { MoneyError, parseMoney, parseMoneyNumber } from "../ledger/money.js";
import { secretKey } from "../ledger/secret.js";
import { ACCOUNTS_ANSWERS } from "./accounts-methods.js";
import { NUMBER_ANSWERS } from "./number-methods.js";
import { ALARM_ANSWERS } from "./alarm-methods.js";
import { USAGE_ANSWERS } from "./usage-methods.js";
import type { Trace } from "../store/query.js";
import { METHODS, isMethod } from "./api.js";
import type { CheckedParamsOf, MethodName, Results } from "./api.js";
import { COMPLAINT_ANSWERS, quiet } from "./complaint-methods.js";
import { EVIDENCE_ANSWERS } from "./evidence-methods.js";
import { RECONCILE_ANSWERS } from "./reconcile-methods.js";
import { REVIEW_ANSWERS } from "./review-methods.js";
import { STATEMENT_ANSWERS } from "./statement-methods.js";
import { FORGET_ANSWERS } from "./forget-methods.js";
import { screenReport } from "./screen-report.js";
import { AdminError } from "./errors.js";
import type { AdminHost } from "./host.js";
import { ask, by, change, changeAccount, checkedSettings, moneyReport, noSuchAccount, showAccount, withSecret, withWarnings } from "./ledger-calls.js";
import { accountReport, auditReports, orphanReports, traceReport, uncertainReports } from "./reports.js";

type Answers = { readonly [M in MethodName]: (host: AdminHost, params: CheckedParamsOf<M>) => Promise<Results[M]> };

/** Answers one call. Throws AdminError; anything else thrown is our own fault. */
export async function answerCall(host: AdminHost, method: string, params: unknown): Promise<unknown> {
  if (!isMethod(method)) throw new AdminError("unknown_method", `there is no method ${JSON.stringify(method.slice(0, 40))}`);
  const checked = METHODS[method].safeParse(params);
  if (!checked.success) {
    const issue = checked.error.issues[0];
    throw new AdminError("invalid_params", `${method}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  const answer = ANSWERS[method] as (host: AdminHost, params: unknown) => Promise<unknown>;
  try {
    return await answer(host, checked.data);
  } catch (error) {
    if (error instanceof MoneyError) throw new AdminError("invalid_value", error.message);
    throw error;
  }
}

const ANSWERS: Answers = {
  ...ACCOUNTS_ANSWERS,
  "account.add": async (host, { name, settings, cmppSecret, currency, ...asked }) => {
    const given = checkedSettings(host, settings as AccountSettings);
    const problem = checkRequired(given);
    if (problem !== null) throw new AdminError("invalid_value", problem);
    const more = { ...(currency === undefined ? {} : { currency }), ...by(asked) };
    return withWarnings(host, given, withSecret(host, name, given, cmppSecret, (whole) => changeAccount(host, { kind: "account.add", name, settings: whole, ...more })));
  },
  "account.set": async (host, { name, settings, cmppSecret, keepOldMs, ...asked }) => {
    const given = checkedSettings(host, settings as AccountSettings);
    const more = { ...(keepOldMs === undefined ? {} : { keepOldMs }), ...by(asked) };
    return withWarnings(host, given, withSecret(host, name, given, cmppSecret, (whole) => changeAccount(host, { kind: "account.set", name, settings: whole, ...more })));
  },
  "account.list": async (host) => (await ask(host, { kind: "accounts" })).accounts.map(accountReport),
  "account.show": (host, { name }) => showAccount(host, name),
  "account.suspend": (host, { name, ...asked }) => changeAccount(host, { kind: "account.suspend", name, ...by(asked) }),
  "account.resume": (host, { name, ...asked }) => changeAccount(host, { kind: "account.resume", name, ...by(asked) }),
  "account.close": (host, { name, rest, ...asked }) => changeAccount(host, { kind: "account.close", name, rest, ...by(asked) }),
  "tariff.add": (host, { name, prefix, price, fromMs, ...asked }) =>
    changeAccount(host, { kind: "tariff.add", name, prefix, priceMicros: parseMoneyNumber(price), fromMs, ...by(asked) }),
  "topup": async (host, { name, amount, reference, invoice, ...asked }) => {
    const amountMicros = parseMoney(amount);
    const more = { ...(invoice === undefined ? {} : { invoice }), ...by(asked) };
    return moneyReport(await change(host, { kind: "topup", name, amountMicros, reference, ...more }), amountMicros);
  },
  "topup.reverse": async (host, { name, reference, ...asked }) => moneyReport(await change(host, { kind: "topup.reverse", name, reference, ...by(asked) }), 0n),
  "refund": async (host, { messageId, amount, ...asked }) => {
    const part = amount === undefined ? {} : { amountMicros: parseMoney(amount) };
    return moneyReport(await change(host, { kind: "refund", messageId, ...part, ...by(asked) }), part.amountMicros ?? 0n);
  },
  ...STATEMENT_ANSWERS,
  "verify": async (host, { full }) => (await ask(host, { kind: "verify", full })).report,
  "trace": async (host, { by: which, value, limit, fromMs, ...asked }) => {
    const answer = await ask(host, { kind: "trace", by: which, value, limit, ...(fromMs === undefined ? {} : { fromMs }) });
    return (await audited(host, answer.traces, asked)).map(traceReport);
  },
  "audit": async (host, { limit }) => auditReports(await ask(host, { kind: "audit", limit })),
  "uncertain": async (host, { limit }) => uncertainReports(await ask(host, { kind: "uncertain", limit })),
  "orphans": async (host, { limit }) => orphanReports(await ask(host, { kind: "orphans", limit })),
  "key.check": (host) => host.keys.check(),
  "key.rotate": (host, { key, ...asked }) => host.keys.rotate(by(asked), key === undefined ? null : secretKey(Buffer.from(key, "hex"))),
  "route": async (host, { account: name, to }) => {
    const { account } = await ask(host, { kind: "account", name });
    if (account === null) throw noSuchAccount(name);
    return host.route(account.account, to);
  },
  "screen": (host, { text, account, to, atMs }) => screenReport(host, text, account, to, atMs),
  "reload": (host, asked) => host.reload(by(asked)),
  "status": (host) => Promise.resolve(host.status()),
  "log.level": (host, { level }) => {
    host.setLogLevel(level);
    return Promise.resolve({ level });
  },
  ...COMPLAINT_ANSWERS,
  ...ALARM_ANSWERS,
  ...USAGE_ANSWERS,
  ...EVIDENCE_ANSWERS,
  ...NUMBER_ANSWERS,
  ...RECONCILE_ANSWERS,
  ...REVIEW_ANSWERS,
  ...FORGET_ANSWERS,
};

/** Nobody reads a text unseen: while it cannot be written down who did, texts are left out. */
async function audited(host: AdminHost, traces: readonly Trace[], asker: Parameters<typeof quiet>[0]): Promise<readonly Trace[]> {
  const shown = traces.filter(({ octetsHex }) => octetsHex !== "").map(({ messageId }) => messageId);
  if (shown.length === 0) return traces;
  const result = await host.store.change({ kind: "audit", what: `trace shows ${shown.length} texts, of ${idWords(shown)}`, ...quiet(asker) });
  return result.ok ? traces : traces.map((trace) => ({ ...trace, text: null, octetsHex: "", flags: "" }));
}

/** An audit record takes no thousand of them. */
const MOST_IDS = 40;

function idWords(ids: readonly number[]): string {
  const said = ids.slice(0, MOST_IDS).map((id) => `message ${id}`);
  return [...said, ...(ids.length > MOST_IDS ? [`${ids.length - MOST_IDS} more`] : [])].join(", ");
}
