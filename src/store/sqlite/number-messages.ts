/**
 * Number messages: what the network thread and the thread of the number lists say to each other.
 */
import type { ListName } from "../../contract/number-lists.js";
import type { PackedNumbers } from "../../contract/packed-numbers.js";
import type { ImportResult, ImportTerms, ListFigures, NumberChange, NumberEntry, NumbersOpened } from "../numbers.js";

export interface NumbersOptions {
  /** The data folder. */
  readonly dir: string;
  /** Business time zone, minutes ahead of UTC. */
  readonly zoneMinutes: number;
  /** Numbers that all lists together may have. */
  readonly maxNumbers: number;
}

/** What is asked, and what comes of it. */
export interface NumberCalls {
  open: { readonly ask: null; readonly answer: NumbersOpened };
  change: { readonly ask: NumberChange; readonly answer: boolean };
  importBegin: { readonly ask: ImportTerms; readonly answer: number };
  importLines: { readonly ask: { readonly no: number; readonly text: string }; readonly answer: null };
  importEnd: { readonly ask: { readonly no: number; readonly keep: boolean }; readonly answer: ImportResult };
  find: { readonly ask: string; readonly answer: readonly NumberEntry[] };
  page: { readonly ask: { readonly list: ListName; readonly after: string; readonly limit: number }; readonly answer: readonly NumberEntry[] };
  figures: { readonly ask: null; readonly answer: readonly ListFigures[] };
  forget: { readonly ask: string; readonly answer: number };
  close: { readonly ask: null; readonly answer: null };
}

export type NumberCall = { readonly [K in keyof NumberCalls]: { readonly kind: K; readonly ask: NumberCalls[K]["ask"] } }[keyof NumberCalls];
export type ToNumbers = NumberCall & { readonly no: number };

/** Everything about a list comes in the order in which it happened. */
export type FromNumbers =
  | { readonly kind: "changed"; readonly list: ListName; readonly number: string; readonly value: number }
  | { readonly kind: "packed"; readonly list: ListName; readonly packed: PackedNumbers }
  | { readonly kind: "done"; readonly no: number; readonly answer: unknown }
  | { readonly kind: "failed"; readonly no: number; readonly code: string; readonly message: string };
