/**
 * Statement CSV: a statement as one file for a spreadsheet: a line for each figure, section by section.
 */
import type { OwnerReport, StatementReport } from "../admin/statement-report.js";
import { localTime } from "./business-time.js";
import { UTF8_MARK, csvLine } from "./csv.js";
import type { Labels, Word } from "./statement-labels.js";
import { MONEY_LINES, TRAFFIC_LINES } from "./statement-lines.js";

const FATES = ["messages", "segments", "delivered", "failed", "cancelled", "unknown", "pending"] as const;

function start(labels: Labels, columns: readonly Word[]): string {
  return (labels.lang === "zh" ? UTF8_MARK : "") + csvLine(columns.map((column) => labels.of(column)));
}

/** Lines of the summary: section, item, then figures. */
export function summaryCsv(statement: StatementReport, labels: Labels, zoneMinutes: number): string[] {
  const lines = [start(labels, ["section", "item", ...FATES, "refused", "amount", "note"])];
  const line = (section: Word, item: string, figures: Partial<Record<(typeof FATES)[number] | "refused", number | string>>, amount = "", note = ""): void => {
    lines.push(csvLine([labels.of(section), item, ...[...FATES, "refused" as const].map((name) => figures[name] ?? ""), amount, note]));
  };
  for (const [word, value] of MONEY_LINES) line("money", labels.of(word), {}, value(statement), word === "opening" ? statement.currency : "");
  for (const [word, value] of TRAFFIC_LINES) line("traffic", labels.of(word), { messages: value(statement, labels, zoneMinutes) });
  for (const [name, count] of Object.entries(statement.refused)) line("refusals", labels.outcome(name), { refused: count });
  for (const { code, messages, segments } of statement.failures) line("failures", code, { messages, segments });
  for (const { day, charges, ...figures } of statement.days) line("byDay", day, figures, charges);
  for (const { name, charged, ...figures } of statement.operators) line("byOperator", name === "" ? labels.of("none") : name, figures, charged);
  for (const { name, charged, ...figures } of statement.signatures) line("bySignature", name === "" ? labels.of("none") : name, figures, charged);
  for (const { at, kind, reference, amount, invoice, reason } of statement.movements) {
    line("movements", `${localTime(at, zoneMinutes)} ${labels.word(kind)} ${reference}`, {}, amount, [invoice, reason].filter((text) => text !== "").join("; "));
  }
  return lines;
}

/** A line for each account, then one for each operator. */
export function ownerCsv(statement: OwnerReport, labels: Labels): string[] {
  const money = ["opening", "topUps", "refunds", "charges", "forfeits", "closing", "held"] as const;
  const figures = ["submitted", "refusedMessages", ...FATES] as const;
  const ends = ["charged", "units", "cost", "margin"] as const;
  const lines = [start(labels, ["section", "item", "currency", ...money, ...figures, "successRate", "inbound", "optOuts", ...ends])];
  for (const account of statement.accounts) {
    lines.push(csvLine([
      labels.of("byAccount"), account.account, account.currency, ...money.map((name) => account[name]), ...figures.map((name) => account[name]),
      account.successRate, account.inbound, account.optOuts, ...ends.map((name) => account[name]),
    ]));
  }
  for (const operator of statement.operators) {
    lines.push(csvLine([
      labels.of("byOperator"), operator.name, "", ...money.map(() => ""), "", "", ...FATES.map((name) => operator[name]), operator.successRate, "", "",
      ...ends.map((name) => operator[name]),
    ]));
  }
  return lines;
}
