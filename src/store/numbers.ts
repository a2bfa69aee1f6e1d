/**
 * Numbers: THE interface to the durable side of the number lists: what was put on which list, when, from where, and what was taken off.
 *
 * ```
 *  network thread: NumberLists ◀─ changes at once, whole lists when packed anew ─ its own thread, lists.db
 * ```
 * A change is told once it is on disk, and is in force on the network thread by then.
 */
import type { ListName } from "../contract/number-lists.js";

/** One number on one list, now or before. */
export interface NumberEntry {
  readonly list: ListName;
  /** In its normal form. */
  readonly number: string;
  /** As its kind of list has it (contract/number-lists.ts). */
  readonly value: number;
  /** When it was put there, or the consent given. */
  readonly atMs: number;
  readonly source: string;
  /** The inbound message it was put there by, 0: none. */
  readonly messageId: number;
  /** When it was taken off, or gave way to another; 0: it stands. */
  readonly endedAtMs: number;
  /** By whom; "" as long as it stands. */
  readonly endedBy: string;
}

/** Puts one number on a list, or takes it off. */
export interface NumberChange {
  readonly list: ListName;
  /** In its normal form. */
  readonly number: string;
  readonly off: boolean;
  readonly value: number;
  readonly atMs: number;
  /** Where it comes from, or who took it off. */
  readonly source: string;
  readonly messageId: number;
}

/** What a file of numbers is read as. */
export interface ImportTerms {
  readonly list: ListName;
  readonly off: boolean;
  /** Of lines that say none. */
  readonly atMs: number;
  readonly source: string;
  /** Of lines that say none: the last day a consent holds (days since 1970), or a network's code. */
  readonly value: number;
}

/** A line that was not taken. */
export interface BadLine {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

export interface ImportResult {
  /** Lines with a number. */
  readonly read: number;
  /** Numbers that are on the list now and were not, or no longer are. */
  readonly changed: number;
  /** Numbers that were there (or not there) already; date or value may be new. */
  readonly same: number;
  readonly bad: number;
  /** The first of them. */
  readonly badLines: readonly BadLine[];
}

export interface ListFigures {
  readonly list: ListName;
  readonly size: number;
  readonly octets: number;
}

export interface NumbersOpened {
  readonly lists: number;
  readonly numbers: number;
  readonly ms: number;
}

export type NumbersRefusal = "limit_exceeded" | "unavailable" | "no_such_import" | "busy";

export class NumbersError extends Error {
  readonly code: NumbersRefusal;

  constructor(code: NumbersRefusal, message: string) {
    super(message);
    this.name = "NumbersError";
    this.code = code;
  }
}

/** Most lines of one `importLines`. */
export const MOST_LINES = 20_000;
/** Most bad lines that are named. */
export const MOST_BAD_LINES = 100;

/** Every call that changes something rejects with NumbersError when it cannot; nothing has changed then, but for parts of an import. */
export interface NumberStore {
  /** Opens or makes the file and hands all lists over. */
  open(): Promise<NumbersOpened>;
  close(): Promise<void>;
  /** Resolves with whether anything is different now. */
  change(change: NumberChange): Promise<boolean>;
  /** Begins to read a file; its number is for the calls that follow. */
  importBegin(terms: ImportTerms): Promise<number>;
  /** Lines of `number[,date][,source]` (a consent: also its last day; a ported number: also its network). They count from `importEnd` on. */
  importLines(no: number, text: string): Promise<void>;
  /** @param keep whether to take what was read; parts of it may have been taken already */
  importEnd(no: number, keep: boolean): Promise<ImportResult>;
  /** Where a number stands and stood, the lists that stand first. */
  find(number: string): Promise<readonly NumberEntry[]>;
  /** The next numbers of a list behind `after` ("" = from the beginning), at most 10,000. */
  page(list: ListName, after: string, limit: number): Promise<readonly NumberEntry[]>;
  figures(): Promise<readonly ListFigures[]>;
  /** Takes a number off the lists that serve its being written to (allow, consent, ported), and all that is past; resolves with how many entries went. */
  forget(number: string): Promise<number>;
}
