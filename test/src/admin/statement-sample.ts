/** A statement with something in every place, for tests of how it is told. */
import type { Detail, OwnerStatement, Statement } from "../../../src/store/query.js";

/** 2025-11-25 in the business time zone. */
const NOON = Date.UTC(2025, 10, 25, 4);

const fates = { messages: 5, segments: 6, delivered: 2, failed: 1, cancelled: 0, unknown: 1, pending: 1 };

export function sampleStatement(account: string, fromMs: number, toMs: number): Statement {
  return {
    account, currency: "CNY", fromMs, toMs, openingMicros: 0n, topUpsMicros: 1_750_000_000n, reversalsMicros: 0n, refundsMicros: 35_000n, failureRefundsMicros: 0n,
    messageRefundsMicros: 35_000n, chargesMicros: 140_000n, forfeitsMicros: 0n, heldMicros: 35_000n, closingMicros: 1_749_895_000n,
    ...fates, submitted: 7, parts: 2, inbound: 3, optOuts: 1,
    byState: { delivered: { messages: 2, segments: 3 }, undeliverable: { messages: 1, segments: 1 }, unknown: { messages: 1, segments: 1 }, open: { messages: 1, segments: 1 } },
    refused: { no_credit: 1, off_net: 1 }, refusedMessages: 2,
    peakSecond: { atMs: NOON, segments: 4 }, peakHour: { atMs: NOON, messages: 5 },
    failures: [{ code: "MK:0001", messages: 1, segments: 1 }, { code: "UNKNOWN", messages: 1, segments: 1 }],
    days: [
      { day: "2025-11-25", ...fates, refused: 2, inbound: 3, optOuts: 1, chargesMicros: 105_000n },
      { day: "2025-11-26", messages: 0, segments: 0, delivered: 0, failed: 0, cancelled: 0, unknown: 0, pending: 0, refused: 0, inbound: 0, optOuts: 0, chargesMicros: 35_000n },
    ],
    operators: [{ name: "mobile", ...fates, chargedMicros: 140_000n }],
    signatures: [{ name: "顶点 <科技>", ...fates, chargedMicros: 140_000n }],
    movements: [
      { atMs: NOON, kind: "topup", reference: "=BANK-1", amountMicros: 1_750_000_000n, invoice: "INV-1", reason: "" },
      { atMs: NOON + 1, kind: "refund", reference: "250000000000001", amountMicros: 35_000n, invoice: "", reason: "sent to the \"wrong\" number, twice" },
    ],
    movementsCut: false,
  };
}

export function sampleOwner(fromMs: number, toMs: number): OwnerStatement {
  const { failures, days, operators, signatures, movements, movementsCut, ...totals } = sampleStatement("demo", fromMs, toMs);
  const [operator] = operators;
  if (operator === undefined || failures.length + days.length + signatures.length + movements.length === 0 || movementsCut) throw new Error("no sample");
  return {
    fromMs, toMs,
    accounts: [{ ...totals, chargedMicros: 140_000n, units: 5, costMicros: 150_000n }],
    operators: [{ ...operator, units: 5, costMicros: 150_000n }],
  };
}

export const SAMPLE_DETAIL: Detail = {
  messageId: 250_000_000_000_001, atMs: NOON, destination: "13800138000", source: "1069", signature: "顶点", characters: 71, segments: 2, state: "delivered", code: "DELIVRD",
  reportAtMs: NOON + 2_000, chargedMicros: 70_000n,
};
