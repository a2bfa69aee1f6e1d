/**
 * Reports: accounts and traces as people and scripts read them: decimal amounts, ISO times, no secrets.
 */
import { ACCOUNT_SETTINGS } from "../ledger/account-settings.js";
import type { AccountSettings, AccountView } from "../ledger/commands.js";
import { maskNumber } from "../../protocols/model/address.js";
import { formatMoney } from "../ledger/money.js";
import type { Answer, Trace } from "../store/query.js";

/** An account's money and all its terms; money terms lose "Micros" and are decimal strings. */
export interface AccountReport {
  readonly no: number;
  readonly name: string;
  readonly state: string;
  readonly stateReason: string;
  /** Of a warned one: by when the breach is to be mended; "" else. */
  readonly cureBy: string;
  readonly currency: string;
  readonly available: string;
  readonly held: string;
  readonly openMessages: number;
  readonly createdAt: string;
  readonly hasPassword: boolean;
  readonly hasCmppSecret: boolean;
  /** How many are registered. */
  readonly registeredSignatures: number;
  readonly templates: number;
  /** Since when its password and secret are in force, and until when the former ones are taken; "" = there is none. */
  readonly passwordSetAt: string;
  readonly secretSetAt: string;
  readonly formerPasswordUntil: string;
  readonly formerSecretUntil: string;
  /** Of one that opens with its first payment: when that came; "" = not yet, or it needs none. */
  readonly openedAt: string;
  /** When the oldest unpaid invoice is overdue; "" = none is unpaid. */
  readonly unpaidDue: string;
  /** Changes to come; `terms` by the flags of `account set`. */
  readonly dated: readonly { readonly no: number; readonly from: string; readonly terms: Readonly<Record<string, unknown>> }[];
  readonly tariffs: readonly { readonly prefix: string; readonly price: string; readonly from: string }[];
  /** After a change: what of it does nothing as things are. */
  readonly warnings?: readonly string[];
  readonly [term: string]: unknown;
}

/** The name a term has in a report: `priceMicros` -> `price`. */
export function termName(setting: string): string {
  return setting.replace(/Micros$/, "");
}

export function accountReport(view: AccountView): AccountReport {
  const { account } = view;
  const terms: Record<string, unknown> = {};
  for (const setting of ACCOUNT_SETTINGS) {
    if (setting.kind === "password" || setting.kind === "secret") continue;
    const value = account[setting.name];
    terms[termName(setting.name)] = setting.kind === "money" ? formatMoney(Number(value)) : value;
  }
  return {
    no: account.no,
    name: account.name,
    state: account.state,
    stateReason: account.stateReason,
    cureBy: isoTime(account.cureByMs),
    currency: account.currency,
    available: formatMoney(view.availableMicros),
    held: formatMoney(view.heldMicros),
    openMessages: view.openMessages,
    createdAt: isoTime(view.createdAtMs),
    hasPassword: account.passwordHash !== "",
    hasCmppSecret: account.cmppSecret !== "",
    registeredSignatures: account.signatures.filter((one) => one.state === "registered").length,
    templates: account.templates.length,
    passwordSetAt: isoTime(account.credentials.passwordSetAtMs),
    secretSetAt: isoTime(account.credentials.secretSetAtMs),
    formerPasswordUntil: isoTime(account.credentials.formerPasswordUntilMs),
    formerSecretUntil: isoTime(account.credentials.formerSecretUntilMs),
    openedAt: isoTime(account.openedAtMs),
    unpaidDue: isoTime(account.unpaidDueMs),
    dated: account.dated.map(({ no, fromMs, settings }) => ({ no, from: isoTime(fromMs), terms: termValues(settings) })),
    ...terms,
    tariffs: account.tariffs.map((tariff) => ({ prefix: tariff.prefix, price: formatMoney(tariff.priceMicros), from: isoTime(tariff.fromMs) })),
  };
}

/** Some settings by their flags, money as decimal strings. */
function termValues(settings: AccountSettings): Record<string, unknown> {
  const given = ACCOUNT_SETTINGS.filter(({ name }) => settings[name] !== undefined);
  return Object.fromEntries(given.map(({ name, flag, kind }) => [flag, kind === "money" ? formatMoney(Number(settings[name])) : settings[name]]));
}

/** "" for 0: it has not happened. */
export function isoTime(wallMs: number): string {
  return wallMs === 0 ? "" : new Date(wallMs).toISOString();
}

/** A message id as text: in every form a customer or an operator may quote it, precision kept by any JSON reader. */
export interface TraceReport extends Omit<Trace, "messageId" | "chargeMicros" | "acceptedAtMs" | "finalAtMs" | "parts" | "partOf" | "attempts" | "receipt" | "events"> {
  readonly messageId: string;
  readonly charge: string;
  readonly acceptedAt: string;
  readonly finalAt: string;
  readonly parts: readonly (Omit<Trace["parts"][number], "messageId"> & { readonly messageId: string })[];
  readonly partOf: (Omit<NonNullable<Trace["partOf"]>, "messageId"> & { readonly messageId: string }) | null;
  readonly attempts: readonly (Omit<Trace["attempts"][number], "dispatchedAtMs" | "answeredAtMs"> & { readonly dispatchedAt: string; readonly answeredAt: string })[];
  readonly receipt: (Omit<NonNullable<Trace["receipt"]>, "atMs"> & { readonly at: string }) | null;
  readonly events: readonly { readonly at: string; readonly stage: string; readonly text: string }[];
}

export function traceReport(trace: Trace): TraceReport {
  const { messageId, chargeMicros, acceptedAtMs, finalAtMs, parts, partOf, attempts, receipt, events, ...same } = trace;
  return {
    messageId: String(messageId),
    ...same,
    charge: formatMoney(chargeMicros),
    acceptedAt: isoTime(acceptedAtMs),
    finalAt: isoTime(finalAtMs),
    parts: parts.map((part) => ({ ...part, messageId: String(part.messageId) })),
    partOf: partOf === null ? null : { ...partOf, messageId: String(partOf.messageId) },
    attempts: attempts.map(({ dispatchedAtMs, answeredAtMs, ...rest }) => ({ ...rest, dispatchedAt: isoTime(dispatchedAtMs), answeredAt: isoTime(answeredAtMs) })),
    receipt: receipt === null ? null : { state: receipt.state, word: receipt.word, error: receipt.error, at: isoTime(receipt.atMs) },
    events: events.map((event) => ({ at: isoTime(event.atMs), stage: event.stage, text: event.text })),
  };
}

type AnswerOf<K extends Answer["kind"]> = Extract<Answer, { readonly kind: K }>;
type Dated<T, K extends keyof T, N extends string> = Omit<T, K> & Readonly<Record<N, string>>;

export type AuditReport = Dated<AnswerOf<"audit">["entries"][number], "atMs", "at">;
export type UncertainReport = Dated<AnswerOf<"uncertain">["messages"][number], "sinceMs" | "id", "since" | "messageId">;
export type OrphanReport = Dated<AnswerOf<"orphans">["orphans"][number], "atMs", "at">;

export function auditReports(answer: AnswerOf<"audit">): AuditReport[] {
  return answer.entries.map(({ atMs, ...rest }) => ({ ...rest, at: isoTime(atMs) }));
}

export function uncertainReports(answer: AnswerOf<"uncertain">): UncertainReport[] {
  return answer.messages.map(({ id, sinceMs, ...rest }) => ({ messageId: String(id), ...rest, destination: maskNumber(rest.destination), since: isoTime(sinceMs) }));
}

export function orphanReports(answer: AnswerOf<"orphans">): OrphanReport[] {
  return answer.orphans.map(({ atMs, ...rest }) => ({ ...rest, destination: maskNumber(rest.destination), at: isoTime(atMs) }));
}
