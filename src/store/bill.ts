/**
 * Bill: what an operator says it charges, row by row, and what comes of holding it against the books.
 */

/** What became of a message, as a bill and our books can both say it; 0: the bill does not say. */
export const Fate = { unsaid: 0, delivered: 1, failed: 2, open: 3 } as const;
export type Fate = (typeof Fate)[keyof typeof Fate];

export interface BillRow {
  /** In the file, from 1. */
  readonly line: number;
  /** The operator's message id as written, "" = none. */
  readonly id: string;
  /** As written, and its normal form: "" when it is none that names one phone (masked, or absent). */
  readonly number: string;
  readonly destination: string;
  /** Wall ms at which it begins; null when the bill tells no time. */
  readonly atMs: number | null;
  /** How exact the time is: a second, a minute or a day in ms. */
  readonly spanMs: number;
  readonly segments: number | null;
  readonly fate: Fate;
  /** Micro-units; null when the bill tells no money. */
  readonly micros: bigint | null;
}

/** Messages, segments and micro-units; null where there is nothing to add up. */
export interface BillTotals {
  readonly messages: number;
  readonly segments: number | null;
  readonly micros: bigint | null;
}

/** How a row differs; a pair that was found may differ in several ways. `repeated`: its id stood in the bill before. */
export const DIFFERENCES = ["only_bill", "only_books", "repeated", "segments", "state", "price", "number"] as const;
export type Difference = (typeof DIFFERENCES)[number];

export interface Reconciled {
  /** All rows that could be read; all messages sent over the operator in the period and those of the bill beside. */
  readonly bill: BillTotals;
  readonly books: BillTotals;
  /** Messages of the books whose cost nothing in the configuration tells. */
  readonly unpriced: number;
  readonly matched: number;
  /** Of them found by number, segments and time; and of those, where several fitted and the nearest was taken. */
  readonly byNumber: number;
  readonly severalFitted: number;
  /** Sent, not delivered and not billed, by an operator that charges what it delivers: as it should be. */
  readonly notCharged: number;
  /** Rows of each kind: of the bill, but of the books for `only_books`. */
  readonly differences: Readonly<Record<Difference, BillTotals>>;
  /** Days of the period whose messages are no longer on disk: "2026-08-01". Of them only sums are compared. */
  readonly missingDays: readonly string[];
  readonly missing: { readonly bill: BillTotals; readonly books: BillTotals };
}

/** One row that differs; of what one side does not have, null. */
export interface DifferenceRow {
  readonly differences: readonly Difference[];
  readonly bill: Pick<BillRow, "line" | "id" | "number" | "atMs" | "segments" | "fate" | "micros"> | null;
  readonly books: {
    readonly messageId: number;
    readonly operatorId: string;
    readonly number: string;
    readonly atMs: number;
    readonly segments: number;
    readonly fate: Fate;
    readonly micros: bigint | null;
  } | null;
}
