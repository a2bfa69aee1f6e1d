/**
 * Evidence page: a pack of evidence as one printable HTML page that needs nothing beside it; whatever a text says stays text.
 */
import type { EvidenceSheet } from "./evidence-tables.js";
import type { EvidenceLanguage } from "./evidence-words.js";

const STYLE = `
  body { font: 13px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 2em; color: #111; }
  h1 { font-size: 1.4em; margin: 0 0 .5em; } h2 { font-size: 1.1em; margin: 1.6em 0 .4em; break-after: avoid; }
  table { border-collapse: collapse; width: 100%; } th, td { border: 1px solid #bbb; padding: 2px 6px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
  thead { display: table-header-group; background: #eee; } tr { break-inside: avoid; }
  dl { display: grid; grid-template-columns: max-content auto; gap: 0 1.5em; margin: 0; } dt { color: #555; } dd { margin: 0; }
  .remark { font-weight: bold; } .none { color: #777; margin: 0; }
  @page { size: A4 landscape; margin: 12mm; } @media print { body { margin: 0; font-size: 10px; } }
`;

export function evidencePage(sheet: EvidenceSheet, language: EvidenceLanguage): string {
  const head = sheet.head.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join("");
  const remarks = sheet.remarks.map((remark) => `<p class="remark">${escape(remark)}</p>`).join("\n");
  const tables = sheet.tables.map(({ title, columns, rows }) => {
    const heading = `<h2>${escape(title)} (${rows.length})</h2>`;
    if (rows.length === 0) return `${heading}\n<p class="none">${escape(sheet.nothing)}</p>`;
    const line = (cells: readonly string[], tag: string): string => `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join("")}</tr>`;
    return `${heading}\n<table><thead>${line(columns, "th")}</thead><tbody>\n${rows.map((row) => line(row, "td")).join("\n")}\n</tbody></table>`;
  });
  return `<!doctype html>
<html lang="${language === "zh" ? "zh-CN" : "en"}">
<head><meta charset="utf-8"><title>${escape(sheet.title)}</title><style>${STYLE}</style></head>
<body>
<h1>${escape(sheet.title)}</h1>
<dl>${head}</dl>
${remarks}
${tables.join("\n")}
</body>
</html>
`;
}

/** Control characters and marks that turn the direction of writing would make a page read as it is not. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (sign) => (sign === "\n" ? "<br>" : "\ufffd"));
}
