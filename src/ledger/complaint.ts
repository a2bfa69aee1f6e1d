/**
 * Complaint: what the register of complaints holds, and the commands that change it.
 */
import type { Asked } from "./commands.js";

/** answered: the clock stands; closed: nothing more is to be done. */
export type ComplaintState = "open" | "answered" | "closed";
export type ComplaintLineKind = "note" | "evidence" | "answer" | "close";

export type ComplaintCommand =
  /** `number` in its normal form; `account` by its name, "" when nobody knows; `dueMs`: when it is to be answered. */
  | (Asked & { readonly kind: "complaint.add"; readonly number: string; readonly source: string; readonly account: string; readonly note: string; readonly dueMs: number })
  /** A line about what was done: an answer stops the clock, a close ends it. */
  | (Asked & { readonly kind: "complaint.line"; readonly id: number; readonly line: ComplaintLineKind; readonly text: string });

export interface ComplaintLine {
  readonly no: number;
  readonly atMs: number;
  readonly actor: string;
  readonly kind: ComplaintLineKind;
  readonly text: string;
}

export interface Complaint {
  readonly id: number;
  readonly atMs: number;
  readonly dueMs: number;
  readonly source: string;
  /** "" when it is not known. */
  readonly account: string;
  /** "" when the person was forgotten. */
  readonly number: string;
  readonly state: ComplaintState;
  /** 0: not yet. */
  readonly answeredAtMs: number;
  readonly lines: readonly ComplaintLine[];
}

/** Longest words of a line, in UTF-16 units. */
export const MAX_COMPLAINT_TEXT = 2_000;
