/**
 * Routing: which operator a message would go to, as a report for people: what decided, and what gave way.
 */
import { classifyDestination } from "../../protocols/model/address.js";
import type { RouteSettings } from "../config/settings.js";
import type { Account } from "../ledger/account.js";
import type { Routes } from "../route/route.js";

/** One [[route]], as it stands in the file. */
export type RouteLine = RouteSettings;

export interface RouteReport {
  readonly account: string;
  readonly to: string;
  /** What the destination is, and its normal form; messages go to `mobile` and `international` only. */
  readonly kind: "mobile" | "international" | "short" | "invalid";
  readonly normal: string;
  /** Operator by name, and whether it is configured; "" when there is none at all. */
  readonly operator: string;
  readonly configured: boolean;
  /** Whether the account's contract lets it send by that operator. */
  readonly permitted: boolean;
  /** What decided: a rule, the account's own setting, or the order of the operators. */
  readonly by: "rule" | "account" | "first";
  readonly rule: RouteLine | null;
  /** Rules that fit too and gave way, the next best first. */
  readonly passedOver: readonly RouteLine[];
  /** The operator's links while a daemon runs; null without one. */
  readonly links: { readonly all: number; readonly bound: number } | null;
}

export function routeReport(routes: Routes, rules: readonly RouteLine[], account: Account, to: string, linksOf: (operator: string) => RouteReport["links"]): RouteReport {
  const { kind, normal } = classifyDestination(to, 0);
  const { operator, operatorNo, reason, passedOver, permitted } = routes.explain(account, normal);
  return {
    account: account.name,
    to,
    kind,
    normal,
    operator,
    configured: operatorNo >= 0 || (!permitted && routes.operators.includes(operator)),
    permitted,
    by: reason.by,
    rule: reason.by === "rule" ? (rules[reason.rule] ?? null) : null,
    passedOver: passedOver.flatMap((rule) => rules[rule] ?? []),
    links: operatorNo < 0 ? null : linksOf(operator),
  };
}
