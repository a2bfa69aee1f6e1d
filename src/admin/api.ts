/**
 * The admin API: the closed list of methods, with checked parameters and typed results.
 *
 * The same calls go through the daemon's unix socket (socket.ts) and straight to a store the command line opened
 * itself. Amounts travel as decimal strings of the currency ("0.035"), times as ISO 8601 in UTC.
 */
import { z } from "zod";
import { ACCOUNTS_METHODS, type AccountsResults } from "./accounts-methods.js";
import { amount, asked, cmppSecret, invoice, limit, name, reference, settings, wallMs } from "./params.js";
import { COMPLAINT_METHODS } from "./complaint-methods.js";
import type { ComplaintResults } from "./complaint-methods.js";
import { EVIDENCE_METHODS } from "./evidence-methods.js";
import type { EvidenceResults } from "./evidence-methods.js";
import { RECONCILE_METHODS, type ReconcileResults } from "./reconcile-methods.js";
import { REVIEW_METHODS, type ReviewResults } from "./review-methods.js";
import { STATEMENT_METHODS } from "./statement-methods.js";
import type { StatementResults } from "./statement-methods.js";
import type { RuleReport } from "./screen-rules.js";
import type { AccountReport, TraceReport, UncertainReport, OrphanReport, AuditReport } from "./reports.js";
import { FORGET_METHODS } from "./forget-methods.js";
import type { ForgetResults } from "./forget-methods.js";
import type { GatewayStatus, KeyCheck, KeyRotation, ReloadReport } from "./host.js";
import type { RouteReport } from "./routing.js";
import type { OutcomeName } from "../../protocols/model/outcome.js";
import type { ScreenHit } from "./host.js";
import type { VerifyReport } from "../store/query.js";
import { NUMBER_METHODS, type NumberResults } from "./number-methods.js";
import { USAGE_METHODS, type UsageResults } from "./usage-methods.js";
import { ALARM_METHODS, type AlarmResults } from "./alarm-methods.js";

export type { AdminHost, GatewayStatus, LogLevelName, ReloadReport, ScreenHit, ScreenVerdict } from "./host.js";

/** Parameters by method. */
export const METHODS = {
  "account.add": z.strictObject({ ...asked, name, settings, cmppSecret, currency: z.string().max(3).optional() }),
  "account.set": z.strictObject({ ...asked, name, settings, cmppSecret, keepOldMs: wallMs.optional() }),
  "account.list": z.strictObject({}),
  "account.show": z.strictObject({ name }),
  "account.suspend": z.strictObject({ ...asked, name }),
  "account.resume": z.strictObject({ ...asked, name }),
  "account.close": z.strictObject({ ...asked, name, rest: z.enum(["forfeit", "payout"]) }),
  "tariff.add": z.strictObject({ ...asked, name, prefix: z.string().max(32), price: amount, fromMs: wallMs }),
  "topup": z.strictObject({ ...asked, name, amount, reference, invoice }),
  "topup.reverse": z.strictObject({ ...asked, name, reference }),
  "refund": z.strictObject({ ...asked, messageId: z.int().min(1), amount: amount.optional() }),
  ...STATEMENT_METHODS,
  "verify": z.strictObject({ full: z.boolean() }),
  "trace": z.strictObject({ ...asked, by: z.enum(["id", "operator_id", "destination"]), value: z.string().min(1).max(128), limit, fromMs: wallMs.optional() }),
  "audit": z.strictObject({ limit }),
  "uncertain": z.strictObject({ limit }),
  "orphans": z.strictObject({ limit }),
  "key.check": z.strictObject({}),
  "key.rotate": z.strictObject({ ...asked, key: z.string().regex(/^[0-9a-f]{64}$/).optional() }),
  "route": z.strictObject({ account: name, to: z.string().min(1).max(32) }),
  "screen": z.strictObject({ text: z.string().max(16_384), account: name.optional(), to: z.string().max(21).optional(), atMs: wallMs.optional() }),
  "reload": z.strictObject({ ...asked }),
  "status": z.strictObject({}),
  "log.level": z.strictObject({ level: z.enum(["error", "warn", "info", "debug"]) }),
  ...ACCOUNTS_METHODS,
  ...COMPLAINT_METHODS,
  ...ALARM_METHODS,
  ...USAGE_METHODS,
  ...EVIDENCE_METHODS,
  ...NUMBER_METHODS,
  ...RECONCILE_METHODS,
  ...REVIEW_METHODS,
  ...FORGET_METHODS,
} as const;

export type MethodName = keyof typeof METHODS;
/** What a caller gives: parameters with a default may be left out. */
export type ParamsOf<M extends MethodName> = z.input<(typeof METHODS)[M]>;
/** What the answering side gets. */
export type CheckedParamsOf<M extends MethodName> = z.output<(typeof METHODS)[M]>;

export interface Results extends AccountsResults, ComplaintResults, AlarmResults, EvidenceResults, NumberResults, ReconcileResults, ReviewResults, StatementResults, ForgetResults, UsageResults {
  "account.add": AccountReport;
  "account.set": AccountReport;
  "account.list": readonly AccountReport[];
  "account.show": AccountReport;
  "account.suspend": AccountReport;
  "account.resume": AccountReport;
  "account.close": AccountReport;
  "tariff.add": AccountReport;
  "topup": MoneyReport;
  "topup.reverse": MoneyReport;
  "refund": MoneyReport;
  "verify": VerifyReport;
  "trace": readonly TraceReport[];
  "audit": readonly AuditReport[];
  "uncertain": readonly UncertainReport[];
  "orphans": readonly OrphanReport[];
  "key.check": KeyCheck;
  "key.rotate": KeyRotation;
  "route": RouteReport;
  "screen": ScreenReport;
  "reload": ReloadReport;
  "status": GatewayStatus;
  "log.level": { readonly level: string };
}

/** What a top-up, its reversal or a refund came to. */
export interface MoneyReport {
  readonly amount: string;
  /** The same one was already booked: nothing changed. */
  readonly repeated: boolean;
  readonly account: AccountReport | null;
}

export interface ScreenReport {
  readonly outcome: OutcomeName;
  readonly held: boolean;
  /** What the account's contract says of it; "" when nothing. */
  readonly contract: string;
  readonly hits: readonly ScreenHit[];
  readonly segments: number;
  readonly charge: string | null;
  readonly words: number;
  readonly wordsVersion: number;
  /** Every rule of the account's contract in the order in which a submit meets them; none without an account. */
  readonly rules: readonly RuleReport[];
}

/** Where calls go: a socket, or a store opened by this process. Refusals are thrown as AdminError. */
export interface AdminApi {
  call<M extends MethodName>(method: M, params: ParamsOf<M>): Promise<Results[M]>;
}

export function isMethod(text: string): text is MethodName {
  return Object.hasOwn(METHODS, text);
}

/** JSON of a result; an amount that is still a bigint becomes a decimal string. */
export function encodeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_key, held: unknown) => (typeof held === "bigint" ? held.toString() : held), indent);
}
