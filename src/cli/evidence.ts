/**
 * tollgate evidence --to NUMBER and tollgate complaint evidence ID: the pack of evidence about a number.
 */
import { chmodSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import type { EvidenceReport } from "../admin/evidence-methods.js";
import { encodeJson } from "../admin/api.js";
import { asked } from "./account-change.js";
import { withCommonOptions, withExample, wholeNumber } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { evidencePage } from "./evidence-page.js";
import { evidenceSheet } from "./evidence-tables.js";
import type { EvidenceLanguage } from "./evidence-words.js";
import { CliError, Exit } from "./exit.js";
import { pairLines, tableLines } from "./table.js";

export interface EvidenceFlags extends CommonOptions {
  readonly days: number;
  readonly text?: true;
  readonly html?: true;
  readonly lang: string;
  readonly output?: string;
  readonly reason?: string;
}

const DAY_MS = 86_400_000;
const MAX_DAYS = 3_650;

export function register(program: Command, context: CliContext): void {
  const command = withCommonOptions(program.command("evidence").description("all that is known of messages to and from a number: for complaints; audited"))
    .requiredOption("--to <number>", "the number, in any spelling");
  withExample(withEvidenceOptions(command), "tollgate evidence --to 13800138000 --days 30", 'tollgate evidence --to 13800138000 --text --reason "12321 complaint 4711" --html --lang zh --output pack.html')
    .action((flags: EvidenceFlags & { readonly to: string }) => context.withBooks(flags, async (api, settings) =>
      show(context, flags, await api.call("evidence", { to: flags.to, ...evidenceWanted(context, flags) }), settings.data.zoneMinutes)));
}

export function withEvidenceOptions(command: Command): Command {
  return command
    .option("--days <number>", "how far back", wholeNumber(MAX_DAYS), 30)
    .option("--text", "with the texts; needs --reason")
    .option("--reason <text>", "why, for the audit log")
    .option("--html", "one printable page")
    .option("--lang <language>", "en or zh", "en")
    .option("--output <file>", "write it to a file that only you may read");
}

/** What is asked for, and by whom. */
export function evidenceWanted(context: CliContext, flags: EvidenceFlags): { fromMs: number; toMs: number; texts: boolean; actor: string; reason?: string } {
  if (flags.lang !== "en" && flags.lang !== "zh") throw new CliError(Exit.usage, `there is no language ${JSON.stringify(flags.lang)}`, "en or zh");
  if (flags.html === true && flags.json === true) throw new CliError(Exit.usage, "give --html or --json");
  const now = context.clock.wallMs;
  // What came in this very moment is in it.
  return { fromMs: now - flags.days * DAY_MS, toMs: now + 1, texts: flags.text === true, ...asked(context, { ...flags }) };
}

export function show(context: CliContext, flags: EvidenceFlags, report: EvidenceReport, zoneMinutes: number): void {
  const document = flags.json === true ? `${encodeJson(report, 2)}\n` : written(report, flags, zoneMinutes);
  if (flags.output === undefined) return context.output.line(document.trimEnd());
  try {
    writeFileSync(flags.output, document, { mode: 0o600 });
    chmodSync(flags.output, 0o600);
  } catch (error) {
    throw new CliError(Exit.usage, `cannot write ${flags.output}: ${(error as NodeJS.ErrnoException).code ?? "error"}`);
  }
  context.output.line(`${flags.output}: ${report.messages.length} messages, ${report.inbound.length} inbound, ${report.refusals.length} refusals`);
}

function written(report: EvidenceReport, flags: EvidenceFlags, zoneMinutes: number): string {
  const language = flags.lang as EvidenceLanguage;
  const sheet = evidenceSheet(report, language, zoneMinutes);
  if (flags.html === true) return evidencePage(sheet, language);
  const lines = [sheet.title, "", ...pairLines(sheet.head)];
  for (const remark of sheet.remarks) lines.push("", remark);
  for (const { title, columns, rows } of sheet.tables) {
    lines.push("", `${title} (${rows.length})`);
    if (rows.length === 0) lines.push(`  ${sheet.nothing}`);
    else lines.push(...tableLines(columns.map((one) => ({ title: one })), rows.map((row) => row.map((cell) => cell.replace(/\s+/g, " ")))));
  }
  return `${lines.join("\n")}\n`;
}
