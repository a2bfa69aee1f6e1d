/**
 * Statement: what the books say of an account over whole business days, for it and for the gateway's owner.
 *
 * Money counts on the day it was booked; messages, and what each was charged and cost, on the day they were accepted.
 */

/** Messages by how they stand; each is in one of delivered, failed, cancelled, unknown and pending. */
export interface Fates {
  readonly messages: number;
  readonly segments: number;
  readonly delivered: number;
  /** Undeliverable, expired, or rejected after their acceptance. */
  readonly failed: number;
  /** Taken back by the customer. */
  readonly cancelled: number;
  readonly unknown: number;
  readonly pending: number;
}

/** Fates of one operator's or one signature's messages. */
export interface Share extends Fates {
  /** The operator, or the signature; "" = none. */
  readonly name: string;
  /** What stands as charged for these messages. */
  readonly chargedMicros: bigint;
}

export interface StatementDay extends Fates {
  readonly day: string;
  readonly refused: number;
  readonly inbound: number;
  readonly optOuts: number;
  /** Settled on that day, for messages of whatever day. */
  readonly chargesMicros: bigint;
}

/** What was booked by people: top-ups, their reversals, refunds of single messages, forfeits and payouts. */
export interface Movement {
  readonly atMs: number;
  readonly kind: "topup" | "reversal" | "refund" | "forfeit" | "payout";
  /** The bank's reference, or the message that was refunded. */
  readonly reference: string;
  /** Micro-units, > 0. */
  readonly amountMicros: bigint;
  /** Number of the invoice that the top-up pays, "" when none is known. */
  readonly invoice: string;
  readonly reason: string;
}

export interface StatementTotals extends Fates {
  readonly account: string;
  readonly currency: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Available and held money. */
  readonly openingMicros: bigint;
  /** Less what was reversed. */
  readonly topUpsMicros: bigint;
  readonly reversalsMicros: bigint;
  /** All money given back after it was settled: the two below. */
  readonly refundsMicros: bigint;
  /** By the account's terms, when a message failed. */
  readonly failureRefundsMicros: bigint;
  /** By hand, message by message. */
  readonly messageRefundsMicros: bigint;
  readonly chargesMicros: bigint;
  readonly forfeitsMicros: bigint;
  /** The part of `closing` that is on hold. */
  readonly heldMicros: bigint;
  readonly closingMicros: bigint;
  /** Accepted and refused. */
  readonly submitted: number;
  /** Messages that long ones went out as. */
  readonly parts: number;
  readonly byState: Readonly<Record<string, { readonly messages: number; readonly segments: number }>>;
  /** At no charge, by outcome. */
  readonly refused: Readonly<Record<string, number>>;
  readonly refusedMessages: number;
  readonly inbound: number;
  readonly optOuts: number;
  /** The second in which most segments were accepted; null when nothing was. */
  readonly peakSecond: { readonly atMs: number; readonly segments: number } | null;
  /** The hour in which most messages were accepted. */
  readonly peakHour: { readonly atMs: number; readonly messages: number } | null;
}

export interface Statement extends StatementTotals {
  /** Failed and unknown messages by the code of their receipts, most first. */
  readonly failures: readonly { readonly code: string; readonly messages: number; readonly segments: number }[];
  readonly days: readonly StatementDay[];
  readonly operators: readonly Share[];
  readonly signatures: readonly Share[];
  /** Oldest first, at most MOST_MOVEMENTS. */
  readonly movements: readonly Movement[];
  readonly movementsCut: boolean;
}

export const MOST_MOVEMENTS = 2_000;

/** An account as its owner sees it. */
export interface OwnerAccount extends StatementTotals {
  readonly chargedMicros: bigint;
  /** Segments as operators count them, and what they charge. */
  readonly units: number;
  readonly costMicros: bigint;
}

export interface OwnerOperator extends Share {
  readonly units: number;
  readonly costMicros: bigint;
}

/** All accounts over a period. */
export interface OwnerStatement {
  readonly fromMs: number;
  readonly toMs: number;
  /** By name. */
  readonly accounts: readonly OwnerAccount[];
  readonly operators: readonly OwnerOperator[];
}

/** One message, as its customer may see it in a list. */
export interface Detail {
  readonly messageId: number;
  readonly atMs: number;
  readonly destination: string;
  readonly source: string;
  /** Its text; "" when none is known. */
  readonly signature: string;
  /** Of its text; octets where it is none. */
  readonly characters: number;
  readonly segments: number;
  readonly state: string;
  readonly code: string;
  /** Wall ms of its end, 0 while it has none. */
  readonly reportAtMs: number;
  /** What stands as charged. */
  readonly chargedMicros: bigint;
}
