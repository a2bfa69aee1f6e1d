/**
 * Statement table: statements for a terminal.
 */
import type { OwnerReport, ShareReport, StatementReport } from "../admin/statement-report.js";
import { dayAt, localTime } from "./business-time.js";
import type { Output } from "./output.js";
import type { Labels, Word } from "./statement-labels.js";
import { MONEY_LINES, PART_LINES, TRAFFIC_LINES } from "./statement-lines.js";
import type { Column } from "./table.js";

const FATES = ["messages", "segments", "delivered", "failed", "cancelled", "unknown", "pending"] as const;

export function periodText(from: string, to: string, labels: Labels, zoneMinutes: number): string {
  return `${dayAt(Date.parse(from), zoneMinutes)} ${labels.of("to")} ${dayAt(Date.parse(to) - 1, zoneMinutes)}`;
}

class Printer {
  readonly #output: Output;
  readonly #labels: Labels;

  constructor(output: Output, labels: Labels) {
    this.#output = output;
    this.#labels = labels;
  }

  /** The first column's title, then titles of figures. */
  table(title: string, columns: readonly Word[], rows: readonly (readonly (string | number)[])[], text = 1): void {
    if (rows.length === 0) return;
    this.#output.line("");
    this.#output.line(title);
    const head = columns.map((word, at): Column => ({ title: this.#labels.of(word), ...(at < text ? {} : { right: true }) }));
    this.#output.table(head, rows.map((row) => row.map(String)));
  }

  shares(title: Word, first: Word, shares: readonly ShareReport[]): void {
    const { of } = { of: (word: Word) => this.#labels.of(word) };
    this.table(of(title), [first, ...FATES, "successRate", "charged"],
      shares.map((share) => [share.name === "" ? of("none") : share.name, ...FATES.map((name) => share[name]), share.successRate === "" ? "-" : `${share.successRate}%`, share.charged]));
  }
}

export function printStatement(output: Output, statement: StatementReport, labels: Labels, zoneMinutes: number): void {
  const printer = new Printer(output, labels);
  output.line(`${statement.account}, ${periodText(statement.from, statement.to, labels, zoneMinutes)}, ${statement.currency}`);
  output.line("");
  const none = (word: Word, value: string): boolean => PART_LINES.has(word) && word !== "held" && /^0\.0+$/.test(value);
  output.pairs([
    ...MONEY_LINES.map(([word, value]) => [word, value(statement)] as const).filter(([word, value]) => !none(word, value)).map(([word, value]) => [labels.of(word), value] as const),
    ...TRAFFIC_LINES.map(([word, value]) => [labels.of(word), value(statement, labels, zoneMinutes)] as const),
  ]);
  printer.table(labels.of("refusals"), ["reason", "messages"], Object.entries(statement.refused).map(([name, count]) => [labels.outcome(name), count]));
  printer.table(labels.of("failures"), ["code", "messages", "segments"], statement.failures.map(({ code, messages, segments }) => [code, messages, segments]));
  printer.table(labels.of("byDay"), ["day", ...FATES, "refused", "inbound", "charges"],
    statement.days.map((day) => [day.day, ...FATES.map((name) => day[name]), day.refused, day.inbound, day.charges]));
  printer.shares("byOperator", "operator", statement.operators);
  printer.shares("bySignature", "signature", statement.signatures);
  printer.table(labels.of("movements"), ["time", "kind", "reference", "invoice", "note", "amount"],
    statement.movements.map((each) => [localTime(each.at, zoneMinutes), labels.word(each.kind), each.reference, each.invoice, each.reason, each.amount]), 5);
  if (statement.movementsCut) output.line(labels.of("movementsCut"));
}

export function printOwner(output: Output, statement: OwnerReport, labels: Labels, zoneMinutes: number): void {
  const printer = new Printer(output, labels);
  output.line(`${labels.of("ownerStatement")}, ${periodText(statement.from, statement.to, labels, zoneMinutes)}`);
  const rate = (text: string): string => (text === "" ? "-" : `${text}%`);
  printer.table(labels.of("byAccount"), ["account", "currency", "opening", "topUps", "refunds", "charges", "closing", "submitted", "refused", "messages", "segments", "successRate", "charged", "cost", "margin"],
    statement.accounts.map((one) => [
      one.account, one.currency, one.opening, one.topUps, one.refunds, one.charges, one.closing, one.submitted, one.refusedMessages, one.messages, one.segments,
      rate(one.successRate), one.charged, one.cost, one.margin,
    ]), 2);
  printer.table(labels.of("byOperator"), ["operator", ...FATES, "successRate", "charged", "units", "cost", "margin"],
    statement.operators.map((one) => [one.name, ...FATES.map((name) => one[name]), rate(one.successRate), one.charged, one.units, one.cost, one.margin]));
}
