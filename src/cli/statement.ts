/**
 * tollgate statement NAME: an account's money and messages over a period of whole days; all accounts', and message by message.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { Option } from "commander";
import type { Command } from "commander";
import { encodeJson } from "../admin/api.js";
import type { AdminApi } from "../admin/api.js";
import type { DetailsReport } from "../admin/statement-report.js";
import { asked } from "./account-change.js";
import { dayAt, daysPeriod, localTime, monthPeriod } from "./business-time.js";
import type { Period } from "./business-time.js";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { UTF8_MARK, csvLine } from "./csv.js";
import { CliError, Exit } from "./exit.js";
import { ownerCsv, summaryCsv } from "./statement-csv.js";
import { ownerHtml, statementHtml } from "./statement-html.js";
import { LANGS, Labels, type Lang } from "./statement-labels.js";
import { printOwner, printStatement } from "./statement-table.js";

export interface PeriodFlags {
  readonly from?: string;
  readonly to?: string;
  readonly month?: string;
  readonly day?: string;
}

interface Flags extends CommonOptions, PeriodFlags {
  readonly all?: true;
  readonly csv?: true;
  readonly html?: true;
  readonly details?: true;
  readonly full?: true;
  readonly reason?: string;
  readonly lang: Lang;
  readonly out?: string;
}

const EXAMPLES = `
Examples:
  tollgate statement acme --month 2026-11
  tollgate statement acme --month 2026-11 --html --lang zh --out acme-2026-11.html
  tollgate statement acme --day 2026-11-24 --details --out acme.csv
  tollgate statement --all --month 2026-11 --csv

Money counts on the day it was booked, messages on the day they were accepted. Failures are those of messages that were accepted;
refusals cost nothing.`;

/** Options for a period of whole days in the business time zone. */
export function withPeriodOptions(command: Command): Command {
  return command
    .option("--from <date>", "first day, such as 2026-11-01")
    .option("--to <date>", "last day; today when left out")
    .option("--day <date>", "one day")
    .option("--month <month>", "a whole month, such as 2026-11; this month when no period is given");
}

export function register(program: Command, context: CliContext): void {
  withPeriodOptions(withCommonOptions(program.command("statement [name]").description("money and messages of a period; this month when none is given")))
    .option("--all", "all accounts, with what operators charge and the margin")
    .option("--csv", "as CSV")
    .option("--html", "as one page to be printed, with charts")
    .option("--details", "message by message, as CSV (or JSON lines with --json)")
    .option("--full", "with --details: numbers unmasked; noted in the audit log")
    .option("--reason <text>", "with --full: why, for the audit log")
    .addOption(new Option("--lang <lang>", "language of all words").choices(LANGS).default("en"))
    .option("--out <file>", "write to a file instead of standard output")
    .addHelpText("after", EXAMPLES)
    .action((name: string | undefined, flags: Flags) => run(context, name, flags));
}

/** What a file is to hold follows from its name where no flag says it. */
function byName(flags: Flags): Flags {
  if (flags.out === undefined || flags.csv === true || flags.html === true || flags.json === true || flags.details === true) return flags;
  const [, kind] = /\.(csv|html|json)$/.exec(flags.out) ?? [];
  if (kind === undefined) throw new CliError(Exit.usage, "say what the file is to hold: --csv, --html, --json or --details");
  return { ...flags, [kind]: true };
}

function run(context: CliContext, name: string | undefined, given: Flags): Promise<void> {
  const flags = byName(given);
  if ((name === undefined) === (flags.all !== true)) throw new CliError(Exit.usage, "give the name of an account, or --all");
  if ([flags.csv, flags.html, flags.json, flags.details].filter((flag) => flag === true).length > 1 && !(flags.details === true && flags.json === true && flags.csv !== true && flags.html !== true)) {
    throw new CliError(Exit.usage, "give one of --json, --csv, --html and --details");
  }
  if (flags.details === true && name === undefined) throw new CliError(Exit.usage, "--details needs the name of an account");
  if (flags.full === true && flags.details !== true) throw new CliError(Exit.usage, "--full goes with --details");
  return context.withBooks(flags, async (api, settings) => {
    const { zoneMinutes } = settings.data;
    const period = periodOf(flags, dayAt(context.clock.wallMs, zoneMinutes), zoneMinutes);
    const labels = new Labels(flags.lang);
    const out = openSink(context, flags.out);
    try {
      if (name === undefined) await owner(context, api, flags, period, labels, zoneMinutes, out);
      else if (flags.details === true) await details(context, api, name, flags, period, labels, zoneMinutes, out);
      else await one(context, api, name, flags, period, labels, zoneMinutes, out);
    } finally {
      out.close();
    }
  });
}

/** Where a document goes: standard output, or a file that is made only when there is something to write. */
interface Sink {
  text(text: string): void;
  close(): void;
}

function openSink(context: CliContext, path: string | undefined): Sink {
  let file = -1;
  return {
    text: (text) => {
      if (path === undefined) return context.output.line(text.replace(/\n$/, ""));
      // What numbers and money stand in is its owner's alone.
      if (file < 0) file = openSync(path, "w", 0o600);
      writeSync(file, text);
    },
    close: () => {
      if (file >= 0) closeSync(file);
    },
  };
}

async function one(context: CliContext, api: AdminApi, name: string, flags: Flags, period: Period, labels: Labels, zone: number, out: Sink): Promise<void> {
  const statement = await api.call("statement", { name, ...period });
  if (flags.html === true) out.text(statementHtml(statement, labels, zone));
  else if (flags.csv === true) out.text(`${summaryCsv(statement, labels, zone).join("\n")}\n`);
  else if (flags.json === true) out.text(`${encodeJson(statement, 2)}\n`);
  else printStatement(context.output, statement, labels, zone);
}

async function owner(context: CliContext, api: AdminApi, flags: Flags, period: Period, labels: Labels, zone: number, out: Sink): Promise<void> {
  const statement = await api.call("statement.all", period);
  if (flags.html === true) out.text(ownerHtml(statement, labels, zone));
  else if (flags.csv === true) out.text(`${ownerCsv(statement, labels).join("\n")}\n`);
  else if (flags.json === true) out.text(`${encodeJson(statement, 2)}\n`);
  else printOwner(context.output, statement, labels, zone);
}

/** Page by page, so that a month of millions takes no more memory than a page. */
async function details(context: CliContext, api: AdminApi, name: string, flags: Flags, period: Period, labels: Labels, zone: number, out: Sink): Promise<void> {
  const columns = ["time", "messageId", "destination", "source", "signature", "characters", "segments", "state", "code", "reportTime", "charge"] as const;
  const json = flags.json === true;
  if (!json) out.text(`${labels.lang === "zh" ? UTF8_MARK : ""}${csvLine(columns.map((column) => labels.of(column)))}\n`);
  const who = flags.full === true ? { full: true, ...asked(context, { ...flags }) } : {};
  for (let after: string | null = "0"; after !== null; ) {
    const page: DetailsReport = await api.call("statement.details", { name, ...period, after, ...who });
    if (after === "0" && page.missingDays.length > 0) context.output.error(`${labels.of("missingDays")}: ${page.missingDays.join(", ")}`);
    const lines = page.details.map((each) => (json
      ? JSON.stringify(each)
      : csvLine([
        localTime(each.at, zone), each.messageId, each.destination, each.source, each.signature, each.characters, each.segments, labels.word(each.state), each.code,
        each.reportAt === "" ? "" : localTime(each.reportAt, zone), each.charge,
      ])));
    if (lines.length > 0) out.text(`${lines.join("\n")}\n`);
    after = page.next;
  }
}

export function periodOf(flags: PeriodFlags, today: string, zoneMinutes: number): Period {
  if (flags.month !== undefined || flags.day !== undefined) {
    if (flags.from !== undefined || flags.to !== undefined) throw new CliError(Exit.usage, "give --month, or --from and --to");
    if (flags.month !== undefined && flags.day !== undefined) throw new CliError(Exit.usage, "give --month or --day");
    return flags.day === undefined ? monthPeriod(flags.month ?? "", zoneMinutes) : daysPeriod(flags.day, flags.day, zoneMinutes);
  }
  if (flags.from === undefined && flags.to === undefined) return monthPeriod(today.slice(0, 7), zoneMinutes);
  if (flags.from === undefined) throw new CliError(Exit.usage, "--to needs --from");
  return daysPeriod(flags.from, flags.to ?? today, zoneMinutes);
}
