/**
 * Statement page: one HTML page to be printed on A4, with drawings; whole by itself, and the same to the octet however often it is made.
 */
import type { OwnerReport, ShareReport, StatementReport } from "../admin/statement-report.js";
import { localTime } from "./business-time.js";
import { dayChart, escapeHtml, listChart } from "./statement-charts.js";
import type { Labels, Word } from "./statement-labels.js";
import { MONEY_LINES, PART_LINES, TRAFFIC_LINES } from "./statement-lines.js";
import { periodText } from "./statement-table.js";

const FATES = ["messages", "segments", "delivered", "failed", "cancelled", "unknown", "pending"] as const;
const COLOURS = { delivered: "#2e7d32", failed: "#c62828", other: "#9e9e9e", refused: "#ef6c00" } as const;

const STYLE = `
@page { size: A4; margin: 14mm; }
* { box-sizing: border-box; }
body { font: 10pt/1.4 "Noto Sans", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; color: #222; max-width: 182mm; margin: 0 auto; padding: 4mm; }
h1 { font-size: 16pt; margin: 0 0 1mm; }
h2 { font-size: 11pt; margin: 6mm 0 2mm; border-bottom: 1px solid #888; break-after: avoid; }
.head { color: #555; margin: 0 0 4mm; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 8mm; }
table { border-collapse: collapse; width: 100%; font-size: 8.5pt; }
th { text-align: left; font-weight: 600; border-bottom: 1px solid #888; }
th, td { padding: 0.6mm 1.5mm; vertical-align: top; overflow-wrap: anywhere; }
td { border-bottom: 1px solid #e4e4e4; }
tr { break-inside: avoid; }
thead { display: table-header-group; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.part td:first-child { padding-left: 5mm; color: #555; }
.sum td { font-weight: 600; border-bottom: 1px solid #222; }
.note { color: #555; font-size: 8pt; margin: 1mm 0; }
svg { width: 100%; height: auto; font-size: 8.5px; fill: #222; break-inside: avoid; }
.page { break-before: page; }
@media print { body { padding: 0; max-width: none; } }
`;

function page(labels: Labels, title: string, head: string, body: string): string {
  const lang = labels.lang === "zh" ? "zh-CN" : "en";
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p class="head">${head}</p>
${body}
</body>
</html>
`;
}

function table(labels: Labels, columns: readonly Word[], rows: readonly (readonly (string | number)[])[], text = 1): string {
  const right = (index: number): string => (index < text ? "" : ' class="n"');
  const head = columns.map((word, index) => `<th${right(index)}>${escapeHtml(labels.of(word))}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell, index) => `<td${right(index)}>${escapeHtml(String(cell))}</td>`).join("")}</tr>`).join("\n");
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

/** Nothing at all where there are no rows. */
function section(title: string, rows: readonly unknown[], body: () => string): string {
  return rows.length === 0 ? "" : `<h2>${escapeHtml(title)}</h2>\n${body()}\n`;
}

const percent = (rate: string): string => (rate === "" ? "-" : `${rate}%`);

function shareTable(labels: Labels, title: Word, first: Word, shares: readonly ShareReport[]): string {
  return section(labels.of(title), shares, () => `${table(labels, [first, ...FATES, "successRate", "charged"],
    shares.map((share) => [share.name === "" ? labels.of("none") : share.name, ...FATES.map((name) => share[name]), percent(share.successRate), share.charged]))}
<p class="note">${escapeHtml(labels.of("chargedNote"))}</p>`);
}

function pairs(rows: readonly (readonly [word: Word, name: string, value: string])[]): string {
  return `<table><tbody>\n${rows.map(([word, name, value]) => {
    const kind = PART_LINES.has(word) ? ' class="part"' : word === "closing" ? ' class="sum"' : "";
    return `<tr${kind}><td>${escapeHtml(name)}</td><td class="n">${escapeHtml(value)}</td></tr>`;
  }).join("\n")}\n</tbody></table>`;
}

export function statementHtml(statement: StatementReport, labels: Labels, zoneMinutes: number): string {
  const of = (word: Word): string => labels.of(word);
  const refused = Object.entries(statement.refused).sort(([, a], [, b]) => b - a);
  const days = dayChart(
    [{ name: of("delivered"), colour: COLOURS.delivered }, { name: of("failed"), colour: COLOURS.failed }, { name: `${of("pending")}, ${of("unknown")}`, colour: COLOURS.other }],
    statement.days.map((day) => ({ label: day.day.slice(5), values: [day.delivered, day.failed, day.messages - day.delivered - day.failed] })),
  );
  const body = [
    `<div class="two"><div><h2>${of("money")}</h2>${pairs(MONEY_LINES.map(([word, value]) => [word, of(word), value(statement)]))}</div>`,
    `<div><h2>${of("traffic")}</h2>${pairs(TRAFFIC_LINES.map(([word, value]) => [word, of(word), value(statement, labels, zoneMinutes)]))}</div></div>`,
    section(of("byDay"), statement.days, () => `${days}\n${table(labels, ["day", ...FATES, "refused", "inbound", "charges"],
      statement.days.map((day) => [day.day, ...FATES.map((name) => day[name]), day.refused, day.inbound, day.charges]))}`),
    section(of("refusals"), refused, () => listChart(COLOURS.refused, refused.map(([name, value]) => ({ label: labels.outcome(name), value })), 26)),
    section(of("failures"), statement.failures, () => `${listChart(COLOURS.failed, statement.failures.map(({ code, messages }) => ({ label: code, value: messages })))}\n${
      table(labels, ["code", "messages", "segments"], statement.failures.map(({ code, messages, segments }) => [code, messages, segments]))}`),
    shareTable(labels, "byOperator", "operator", statement.operators),
    shareTable(labels, "bySignature", "signature", statement.signatures),
    section(of("movements"), statement.movements, () => table(labels, ["time", "kind", "reference", "invoice", "note", "amount"],
      statement.movements.map((each) => [localTime(each.at, zoneMinutes), labels.word(each.kind), each.reference, each.invoice, each.reason, each.amount]), 5)),
    statement.movementsCut ? `<p class="note">${escapeHtml(of("movementsCut"))}</p>` : "",
  ].filter((part) => part !== "").join("\n");
  const head = `${of("account")} ${escapeHtml(statement.account)} · ${of("period")} ${periodText(statement.from, statement.to, labels, zoneMinutes)} · ${of("currency")} ${escapeHtml(statement.currency)}`;
  return page(labels, `${of("statement")} ${statement.account}`, head, body);
}

export function ownerHtml(statement: OwnerReport, labels: Labels, zoneMinutes: number): string {
  const of = (word: Word): string => labels.of(word);
  const busiest = [...statement.accounts].sort((a, b) => b.messages - a.messages);
  const body = [
    section(of("byAccount"), statement.accounts, () => [
      listChart(COLOURS.delivered, busiest.map(({ account, messages }) => ({ label: account, value: messages })), 20),
      table(labels, ["account", "currency", "opening", "topUps", "refunds", "charges", "forfeits", "closing"],
        statement.accounts.map((one) => [one.account, one.currency, one.opening, one.topUps, one.refunds, one.charges, one.forfeits, one.closing]), 2),
      `<h2>${of("traffic")}</h2>`,
      table(labels, ["account", "submitted", "refused", ...FATES, "successRate"],
        statement.accounts.map((one) => [one.account, one.submitted, one.refusedMessages, ...FATES.map((name) => one[name]), percent(one.successRate)])),
      `<h2>${of("margin")}</h2>`,
      table(labels, ["account", "segments", "charged", "units", "cost", "margin"],
        statement.accounts.map((one) => [one.account, one.segments, one.charged, one.units, one.cost, one.margin])),
    ].join("\n")),
    section(of("byOperator"), statement.operators, () => table(labels, ["operator", ...FATES, "charged", "units", "cost", "margin"],
      statement.operators.map((one) => [one.name, ...FATES.map((name) => one[name]), one.charged, one.units, one.cost, one.margin]))),
    `<p class="note">${escapeHtml(of("chargedNote"))}</p>`,
  ].filter((part) => part !== "").join("\n");
  return page(labels, of("ownerStatement"), `${of("period")} ${periodText(statement.from, statement.to, labels, zoneMinutes)}`, body);
}
