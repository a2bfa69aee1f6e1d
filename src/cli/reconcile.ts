/**
 * tollgate reconcile FILE.csv: an operator's bill held against the books, row by row.
 *
 * Runs in a process of its own and reads the books beside a running daemon, which does not notice.
 */
import { resolve } from "node:path";
import { Option } from "commander";
import type { Command } from "commander";
import type { DifferenceRow } from "../store/bill.js";
import { asked } from "./account-change.js";
import { ENCODINGS, readBill, type BillEncoding } from "./bill-file.js";
import { parseColumns } from "./bill-rows.js";
import { dayAt } from "./business-time.js";
import { withCommonOptions, withExample } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";
import { agrees, printReconcile, reconcileJson, writeDifferences } from "./reconcile-report.js";
import { ReconcileWords } from "./reconcile-words.js";
import { LANGS, type Lang } from "./statement-labels.js";
import { periodOf, withPeriodOptions, type PeriodFlags } from "./statement.js";

interface Flags extends CommonOptions, PeriodFlags {
  readonly operator: string;
  readonly columns?: string;
  readonly encoding: BillEncoding;
  readonly delivered?: string;
  readonly failed?: string;
  readonly within: string;
  readonly csv?: string;
  readonly full?: true;
  readonly reason?: string;
  readonly lang: Lang;
}

/** Rows that are shown in a table and in JSON. */
const SHOWN = 20;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
const MOST_WITHIN_MS = 86_400_000;

export function register(program: Command, context: CliContext): void {
  const command = withPeriodOptions(withCommonOptions(program.command("reconcile <file>").description("an operator's bill (CSV) against the books, row by row; exit code 1 when they do not agree")))
    .requiredOption("--operator <name>", "the operator whose bill it is")
    .option("--columns <list>", "where its header line is not understood: id=MsgId,to=Mobile,time=SubmitTime,segments=Num,status=Stat,amount=Fee")
    .addOption(new Option("--encoding <name>", "how it is written").choices(ENCODINGS).default("auto"))
    .option("--delivered <words>", "words of its status column that mean delivered, such as 0,DONE")
    .option("--failed <words>", "words of its status column that mean failed")
    .option("--within <time>", "how far apart times may lie where there is no message id", "10m")
    .option("--csv <file>", "write every row that differs, numbers masked")
    .option("--full", "numbers unmasked; noted in the audit log")
    .option("--reason <text>", "with --full: why, for the audit log")
    .addOption(new Option("--lang <lang>", "language of all words").choices(LANGS).default("en"))
    .action((file: string, flags: Flags) => run(context, file, flags));
  withExample(command, "tollgate reconcile mobile-2026-11.csv --operator mobile --month 2026-11 --csv differences.csv", "tollgate reconcile 账单.csv --operator mobile --month 2026-11 --columns id=消息ID,amount=金额 --lang zh");
}

async function run(context: CliContext, file: string, flags: Flags): Promise<void> {
  const { settings } = await context.config(flags);
  const { dir, zoneMinutes } = settings.data;
  const period = periodOf(flags, dayAt(context.clock.wallMs, zoneMinutes), zoneMinutes);
  const words = (list: string | undefined): string[] => (list ?? "").split(",").map((word) => word.trim()).filter((word) => word !== "");
  const form = { zoneMinutes, columns: flags.columns === undefined ? new Map() : parseColumns(flags.columns), delivered: words(flags.delivered), failed: words(flags.failed) };
  const withinMs = durationOf(flags.within);
  const { readableBooks } = await import("../store/sqlite/replay-texts.js");
  const { BillAgainstBooks } = await import("../store/sqlite/bill-books.js");
  if (!readableBooks(dir)) throw new CliError(Exit.unavailable, `there are no books in ${dir} that may be read from here`, "run it as the daemon's user, such as: sudo -u tollgate tollgate ...");
  const against = BillAgainstBooks.open(dir, zoneMinutes, { operator: flags.operator, ...period, withinMs });
  if (!("add" in against)) throw new CliError(Exit.refused, `there is no operator ${JSON.stringify(flags.operator)} in the books`, against.length === 0 ? "" : `there are: ${against.join(", ")}`);
  try {
    const path = resolve(context.cwd, file);
    const read = await readBill(path, flags.encoding, form, (row) => against.add(row));
    if (flags.full === true) await tellTheLog(context, flags);
    const found = against.reconcile();
    const examples: DifferenceRow[] = [];
    for (const row of against.rows()) if (examples.push(row) === SHOWN) break;
    const report = { operator: flags.operator, period, zoneMinutes, read, found, examples, full: flags.full === true };
    const labels = new ReconcileWords(flags.lang);
    if (flags.csv !== undefined) writeDifferences(resolve(context.cwd, flags.csv), against.rows(), report, labels);
    if (flags.json === true) context.output.json(reconcileJson(report));
    else printReconcile(context.output, report, labels);
    if (!agrees(report)) context.exit = Exit.refused;
  } finally {
    against.close();
  }
}

/** Numbers are shown for a reason, which the audit log tells. */
async function tellTheLog(context: CliContext, flags: Flags): Promise<void> {
  if ((flags.reason ?? "").trim() === "") throw new CliError(Exit.usage, "numbers are shown for a reason only", "say why with --reason; it goes into the audit log");
  await context.withBooks(flags, (api) => api.call("reconcile.note", { operator: flags.operator, ...asked(context, { ...flags }), reason: flags.reason ?? "" }));
}

function durationOf(text: string): number {
  const match = /^(\d{1,5})([smh])$/.exec(text);
  const ms = match === null ? NaN : Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  if (!(ms <= MOST_WITHIN_MS)) throw new CliError(Exit.usage, `--within ${text} is no time up to a day`, "such as 30s, 10m or 1h");
  return ms;
}
