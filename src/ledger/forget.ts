/**
 * Forget: the commands that take a person's number, and what was written to it and from it, out of the books; the money stays.
 */
import type { Asked } from "./commands.js";

/** Rows of one day that bear the number. */
export interface ForgetRows {
  readonly messages: readonly number[];
  readonly inbound: readonly number[];
  readonly refusals: readonly number[];
  readonly reports: readonly number[];
}

export type ForgetCommand =
  /** Rows of one day's file, open or sealed; refused as a whole while one of its messages is on its way. */
  | (Asked & { readonly kind: "forget.rows"; readonly day: number; readonly rows: ForgetRows })
  /** What ledger.db knows of the number (normal form), and the record of it; `tag` stands for the number, `what` says how much there was. */
  | (Asked & { readonly kind: "forget.person"; readonly number: string; readonly tag: string; readonly what: string });

/** Rows of one kind that one command takes. */
export const MAX_FORGET_ROWS = 500;

/** What stands where a number was forgotten. */
export const FORGOTTEN = "*";
