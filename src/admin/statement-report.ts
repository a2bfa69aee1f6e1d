/**
 * Statement report: statements and their details as people and scripts read them: decimal amounts, ISO times.
 */
import { maskNumber } from "../../protocols/model/address.js";
import { formatMoney } from "../ledger/money.js";
import type { Detail, Fates, OwnerStatement, Share, Statement, StatementTotals } from "../store/query.js";
import { isoTime } from "./reports.js";

/** "98.76", of 100, rounded half up; "" when nothing has been delivered or failed. */
export function successRate({ delivered, failed }: Pick<Fates, "delivered" | "failed">): string {
  const all = delivered + failed;
  if (all === 0) return "";
  const hundredths = (BigInt(delivered) * 20_000n + BigInt(all)) / (BigInt(all) * 2n);
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, "0")}`;
}

export interface TotalsReport extends Fates {
  readonly account: string;
  readonly currency: string;
  readonly from: string;
  readonly to: string;
  readonly opening: string;
  readonly topUps: string;
  readonly reversals: string;
  readonly refunds: string;
  readonly failureRefunds: string;
  readonly messageRefunds: string;
  readonly charges: string;
  readonly forfeits: string;
  readonly held: string;
  readonly closing: string;
  readonly submitted: number;
  readonly parts: number;
  readonly successRate: string;
  readonly byState: StatementTotals["byState"];
  readonly refused: StatementTotals["refused"];
  readonly refusedMessages: number;
  readonly inbound: number;
  readonly optOuts: number;
  readonly peakSecond: { readonly at: string; readonly segments: number } | null;
  readonly peakHour: { readonly at: string; readonly messages: number } | null;
}

export interface ShareReport extends Fates {
  readonly name: string;
  readonly successRate: string;
  readonly charged: string;
}

export interface StatementReport extends TotalsReport {
  readonly failures: Statement["failures"];
  readonly days: readonly (Fates & {
    readonly day: string; readonly refused: number; readonly inbound: number; readonly optOuts: number; readonly charges: string;
  })[];
  readonly operators: readonly ShareReport[];
  readonly signatures: readonly ShareReport[];
  readonly movements: readonly {
    readonly at: string; readonly kind: string; readonly reference: string; readonly amount: string; readonly invoice: string; readonly reason: string;
  }[];
  readonly movementsCut: boolean;
}

export interface OwnerReport {
  readonly from: string;
  readonly to: string;
  readonly accounts: readonly (TotalsReport & { readonly charged: string; readonly units: number; readonly cost: string; readonly margin: string })[];
  readonly operators: readonly (ShareReport & { readonly units: number; readonly cost: string; readonly margin: string })[];
}

function totalsReport(totals: StatementTotals): TotalsReport {
  const { account, currency, messages, segments, delivered, failed, cancelled, unknown, pending, submitted, parts, byState, refused, refusedMessages, inbound, optOuts } = totals;
  return {
    account, currency,
    from: isoTime(totals.fromMs),
    to: isoTime(totals.toMs),
    opening: formatMoney(totals.openingMicros),
    topUps: formatMoney(totals.topUpsMicros),
    reversals: formatMoney(totals.reversalsMicros),
    refunds: formatMoney(totals.refundsMicros),
    failureRefunds: formatMoney(totals.failureRefundsMicros),
    messageRefunds: formatMoney(totals.messageRefundsMicros),
    charges: formatMoney(totals.chargesMicros),
    forfeits: formatMoney(totals.forfeitsMicros),
    held: formatMoney(totals.heldMicros),
    closing: formatMoney(totals.closingMicros),
    submitted, messages, segments, parts, delivered, failed, cancelled, unknown, pending,
    successRate: successRate(totals),
    byState, refused, refusedMessages, inbound, optOuts,
    peakSecond: totals.peakSecond === null ? null : { at: isoTime(totals.peakSecond.atMs), segments: totals.peakSecond.segments },
    peakHour: totals.peakHour === null ? null : { at: isoTime(totals.peakHour.atMs), messages: totals.peakHour.messages },
  };
}

function shareReport({ name, chargedMicros, ...fates }: Share): ShareReport {
  return { name, ...fates, successRate: successRate(fates), charged: formatMoney(chargedMicros) };
}

export function statementReport(statement: Statement): StatementReport {
  return {
    ...totalsReport(statement),
    failures: statement.failures,
    days: statement.days.map(({ chargesMicros, ...day }) => ({ ...day, charges: formatMoney(chargesMicros) })),
    operators: statement.operators.map(shareReport),
    signatures: statement.signatures.map(shareReport),
    movements: statement.movements.map(({ atMs, amountMicros, ...rest }) => ({ at: isoTime(atMs), ...rest, amount: formatMoney(amountMicros) })),
    movementsCut: statement.movementsCut,
  };
}

export function ownerReport(statement: OwnerStatement): OwnerReport {
  return {
    from: isoTime(statement.fromMs),
    to: isoTime(statement.toMs),
    accounts: statement.accounts.map(({ chargedMicros, units, costMicros, ...totals }) => ({
      ...totalsReport(totals), charged: formatMoney(chargedMicros), units, cost: formatMoney(costMicros), margin: formatMoney(chargedMicros - costMicros),
    })),
    operators: statement.operators.map(({ units, costMicros, ...share }) => ({
      ...shareReport(share), units, cost: formatMoney(costMicros), margin: formatMoney(share.chargedMicros - costMicros),
    })),
  };
}

export interface DetailReport {
  readonly at: string;
  readonly messageId: string;
  /** Masked unless asked for in full. */
  readonly destination: string;
  readonly source: string;
  readonly signature: string;
  readonly characters: number;
  readonly segments: number;
  readonly state: string;
  /** Of its receipt; "" while there is none. */
  readonly code: string;
  readonly reportAt: string;
  /** What stands as charged. */
  readonly charge: string;
}

export interface DetailsReport {
  readonly details: readonly DetailReport[];
  /** Where to go on from; null at the end. */
  readonly next: string | null;
  /** Days of the period that are not told: their files are no longer there. */
  readonly missingDays: readonly string[];
}

export function detailReport(detail: Detail, full: boolean): DetailReport {
  const { messageId, atMs, destination, source, signature, characters, segments, state, code, reportAtMs, chargedMicros } = detail;
  return {
    at: isoTime(atMs), messageId: String(messageId), destination: full ? destination : maskNumber(destination), source, signature, characters, segments,
    state, code, reportAt: isoTime(reportAtMs), charge: formatMoney(chargedMicros),
  };
}
