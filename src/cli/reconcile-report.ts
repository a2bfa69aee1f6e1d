/**
 * Reconcile report: a bill held against the books, as a table for people, as JSON, and its differences row by row as CSV.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { formatMoney } from "../ledger/money.js";
import { maskNumber } from "../observe/mask.js";
import { DIFFERENCES, type BillTotals, type DifferenceRow, type Reconciled } from "../store/bill.js";
import type { BillRead } from "./bill-file.js";
import { dayAt, localTime, type Period } from "./business-time.js";
import { UTF8_MARK, csvLine } from "./csv.js";
import type { Output } from "./output.js";
import type { ReconcileWords } from "./reconcile-words.js";

export interface ReconcileReport {
  readonly operator: string;
  readonly period: Period;
  readonly zoneMinutes: number;
  readonly read: BillRead;
  readonly found: Reconciled;
  /** The first rows that differ. */
  readonly examples: readonly DifferenceRow[];
  /** Numbers are shown whole. */
  readonly full: boolean;
}

/** Whether every row was read and nothing differs. */
export function agrees({ read, found }: Pick<ReconcileReport, "read" | "found">): boolean {
  return read.unreadable === 0 && DIFFERENCES.every((each) => found.differences[each].messages === 0) && sumsAgree(found);
}

/** Of days no longer on disk there are sums alone; messages are counted otherwise there, so segments and money tell. */
function sumsAgree({ missingDays, missing: { bill, books } }: Reconciled): boolean {
  if (missingDays.length === 0) return true;
  const segments = bill.segments ?? (bill.messages === 0 ? 0 : null);
  return (segments === null || segments === (books.segments ?? 0)) && (bill.micros === null || books.micros === null || bill.micros === books.micros)
    && (bill.messages === 0) === (books.messages === 0);
}

/** The bill's money less the books'; null when one tells none. */
function moneyDifference({ bill, books }: Pick<Reconciled, "bill" | "books">): bigint | null {
  return bill.micros === null || books.micros === null ? null : bill.micros - books.micros;
}

const money = (micros: bigint | null): string => (micros === null ? "" : formatMoney(micros));
const FATES = ["", "delivered", "failed", "unknown"] as const;

export function reconcileJson(report: ReconcileReport): unknown {
  const { operator, period, zoneMinutes, read, found, examples, full } = report;
  const totals = ({ messages, segments, micros }: BillTotals): object => ({ messages, segments, amount: micros === null ? null : formatMoney(micros) });
  const shown = full ? (number: string): string => number : maskNumber;
  const difference = moneyDifference(found);
  return {
    operator, from: dayAt(period.fromMs, zoneMinutes), to: dayAt(period.toMs - 1, zoneMinutes), agrees: agrees(report), rowByRow: found.missingDays.length === 0,
    encoding: read.encoding, rows: read.rows, unreadable: read.unreadable, unreadableRows: read.named,
    bill: totals(found.bill), books: totals(found.books), difference: difference === null ? null : formatMoney(difference),
    matched: found.matched, byNumber: found.byNumber, severalFitted: found.severalFitted, notCharged: found.notCharged, unpriced: found.unpriced,
    differences: Object.fromEntries(DIFFERENCES.map((each) => [each, totals(found.differences[each])])),
    missingDays: found.missingDays, ...(found.missingDays.length === 0 ? {} : { missing: { bill: totals(found.missing.bill), books: totals(found.missing.books) } }),
    examples: examples.map(({ differences, bill, books }) => ({
      differences,
      bill: bill === null ? null : { line: bill.line, id: bill.id, to: shown(bill.number), at: bill.atMs === null ? null : new Date(bill.atMs).toISOString(), segments: bill.segments, state: FATES[bill.fate], amount: bill.micros === null ? null : formatMoney(bill.micros) },
      books: books === null ? null : { messageId: String(books.messageId), id: books.operatorId, to: shown(books.number), at: new Date(books.atMs).toISOString(), segments: books.segments, state: FATES[books.fate], amount: books.micros === null ? null : formatMoney(books.micros) },
    })),
  };
}

export function printReconcile(output: Output, report: ReconcileReport, words: ReconcileWords): void {
  const { operator, period, zoneMinutes, read, found, examples } = report;
  const row = (name: string, { messages, segments, micros }: BillTotals): string[] => [name, String(messages), segments === null ? "-" : String(segments), micros === null ? "-" : formatMoney(micros)];
  const columns = [{ title: "" }, { title: words.of("messages"), right: true }, { title: words.of("segments"), right: true }, { title: words.of("amount"), right: true }];
  output.line(`${words.of("title")} ${operator}, ${dayAt(period.fromMs, zoneMinutes)} ${words.of("to")} ${dayAt(period.toMs - 1, zoneMinutes)}`);
  const good = agrees(report);
  output.line(words.of(!good ? "disagrees" : found.missingDays.length > 0 ? "agreesInSum" : "agrees"));
  output.line("");
  const { bill, books } = found;
  output.table(columns, [
    row(words.of("inBill"), bill), row(words.of("inBooks"), books),
    row(words.of("difference"), { messages: bill.messages - books.messages, segments: bill.segments === null ? null : bill.segments - (books.segments ?? 0), micros: moneyDifference(found) }),
  ]);
  output.line("");
  const told: (readonly [string, number])[] = [[words.of("matched"), found.matched], [words.of("byNumber"), found.byNumber], [words.of("severalFitted"), found.severalFitted], [words.of("notCharged"), found.notCharged], [words.of("unpriced"), found.unpriced], [words.of("unreadable"), read.unreadable]];
  output.pairs(told.filter(([, count], index) => index === 0 || count > 0).map(([name, count]) => [name, String(count)] as const));
  for (const { line, reason } of read.named) output.line(`  ${words.of("line")} ${String(line)}: ${reason}`);
  if (read.unreadable > read.named.length) output.line(`  ${words.of("more")} ${String(read.unreadable - read.named.length)}`);
  if (found.missingDays.length > 0) {
    output.line("");
    output.line(`${words.of("missingDays")}: ${found.missingDays.join(", ")}`);
    output.table(columns, [row(words.of("missingBill"), found.missing.bill), row(words.of("missingBooks"), found.missing.books)]);
  }
  const differing = DIFFERENCES.filter((each) => found.differences[each].messages > 0);
  if (differing.length === 0) return;
  output.line("");
  output.table([{ ...columns[0], title: words.of("difference") }, ...columns.slice(1)], differing.map((each) => row(words.difference(each), found.differences[each])));
  output.line("");
  const both = (a: string, b: string): string => (a === b ? a : `${a === "" ? "-" : a} / ${b === "" ? "-" : b}`);
  output.table(
    [{ title: words.of("line"), right: true }, { title: words.of("what") }, { title: words.of("id") }, { title: words.of("phone") }, { title: words.of("time") }, { title: words.of("segments") }, { title: words.of("status") }, { title: words.of("amount") }],
    examples.map((each) => {
      const [b, k] = sides(each, report, words);
      return [
        each.bill === null ? "" : String(each.bill.line), each.differences.map((one) => words.difference(one)).join(", "), b.id === "" ? k.id : b.id, both(b.number, k.number),
        b.time === "" ? k.time : b.time, both(b.segments, k.segments), both(b.fate, k.fate), both(b.amount, k.amount),
      ];
    }),
  );
  output.line(words.of("shown"));
}

interface Side {
  readonly id: string;
  readonly number: string;
  readonly time: string;
  readonly segments: string;
  readonly fate: string;
  readonly amount: string;
}

const NOTHING: Side = { id: "", number: "", time: "", segments: "", fate: "", amount: "" };

function sides({ bill, books }: DifferenceRow, { zoneMinutes, full }: ReconcileReport, words: ReconcileWords): [Side, Side] {
  const shown = full ? (number: string): string => number : maskNumber;
  const time = (ms: number | null): string => (ms === null ? "" : localTime(new Date(ms).toISOString(), zoneMinutes));
  return [
    bill === null ? NOTHING : { id: bill.id, number: shown(bill.number), time: time(bill.atMs), segments: bill.segments === null ? "" : String(bill.segments), fate: words.fate(bill.fate), amount: money(bill.micros) },
    books === null ? NOTHING : { id: books.operatorId, number: shown(books.number), time: time(books.atMs), segments: String(books.segments), fate: words.fate(books.fate), amount: money(books.micros) },
  ];
}

/** Writes every row that differs; how many. What numbers stand in is its owner's alone. */
export function writeDifferences(path: string, rows: Iterable<DifferenceRow>, report: ReconcileReport, words: ReconcileWords): number {
  const file = openSync(path, "w", 0o600);
  let count = 0;
  try {
    const side = (which: "bill" | "books"): string[] => (["id", "phone", "time", "segments", "status", "amount"] as const).map((word) => `${words.of(which)}: ${words.of(word)}`);
    writeSync(file, `${words.lang === "zh" ? UTF8_MARK : ""}${csvLine([words.of("line"), words.of("what"), words.of("messageId"), ...side("bill"), ...side("books")])}\n`);
    let text = "";
    for (const each of rows) {
      const fields = sides(each, report, words).flatMap(({ id, number, time, segments, fate, amount }) => [id, number, time, segments, fate, amount]);
      text += `${csvLine([each.bill?.line ?? "", each.differences.map((one) => words.difference(one)).join("; "), each.books?.messageId ?? "", ...fields])}\n`;
      count++;
      if (text.length < 65_536) continue;
      writeSync(file, text);
      text = "";
    }
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
  return count;
}
