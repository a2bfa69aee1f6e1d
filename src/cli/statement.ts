/**
 * tollgate statement NAME: an account's money and messages over a period of whole days.
 */
import type { Command } from "commander";
import type { StatementReport } from "../admin/statement-report.js";
import { dayAt, daysPeriod, monthPeriod } from "./business-time.js";
import type { Period } from "./business-time.js";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";

interface Flags extends CommonOptions {
  readonly from?: string;
  readonly to?: string;
  readonly month?: string;
}

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("statement <name>").description("money and messages of a period; this month when none is given"))
    .option("--from <date>", "first day, such as 2025-11-01")
    .option("--to <date>", "last day; today when left out")
    .option("--month <month>", "a whole month, such as 2025-11")
    .action((name: string, flags: Flags) => context.withBooks(flags, async (api, settings) => {
      const { zoneMinutes } = settings.data;
      const statement = await api.call("statement", { name, ...periodOf(flags, dayAt(context.clock.wallMs, zoneMinutes), zoneMinutes) });
      if (flags.json === true) context.output.json(statement);
      else print(context, statement, zoneMinutes);
    }));
}

function periodOf(flags: Flags, today: string, zoneMinutes: number): Period {
  if (flags.month !== undefined) {
    if (flags.from !== undefined || flags.to !== undefined) throw new CliError(Exit.usage, "give --month, or --from and --to");
    return monthPeriod(flags.month, zoneMinutes);
  }
  if (flags.from === undefined && flags.to === undefined) return monthPeriod(today.slice(0, 7), zoneMinutes);
  if (flags.from === undefined) throw new CliError(Exit.usage, "--to needs --from");
  return daysPeriod(flags.from, flags.to ?? today, zoneMinutes);
}

function print(context: CliContext, statement: StatementReport, zoneMinutes: number): void {
  const { output } = context;
  const last = dayAt(Date.parse(statement.to) - 1, zoneMinutes);
  output.line(`${statement.account}, ${dayAt(Date.parse(statement.from), zoneMinutes)} to ${last}, ${statement.currency}`);
  output.line("");
  output.pairs([
    ["opening", statement.opening],
    ["top-ups", statement.topUps],
    ["refunds", statement.refunds],
    ["charges", statement.charges],
    ["forfeits", statement.forfeits],
    ["closing", statement.closing],
    ["of it held", statement.held],
    ["messages", String(statement.messages)],
    ["segments", String(statement.segments)],
  ]);
  const states = Object.entries(statement.byState);
  if (states.length > 0) {
    output.line("");
    output.table([{ title: "state" }, { title: "messages", right: true }, { title: "segments", right: true }],
      states.map(([state, count]) => [state, String(count.messages), String(count.segments)]));
  }
  const refused = Object.entries(statement.refused);
  if (refused.length > 0) {
    output.line("");
    output.table([{ title: "refused, at no charge" }, { title: "messages", right: true }], refused.map(([outcome, count]) => [outcome, String(count)]));
  }
  if (statement.days.length > 0) {
    output.line("");
    output.table([{ title: "day" }, { title: "messages", right: true }, { title: "segments", right: true }, { title: "charges", right: true }],
      statement.days.map((day) => [day.day, String(day.messages), String(day.segments), day.charges]));
  }
}
