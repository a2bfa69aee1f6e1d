/**
 * tollgate incidents [announce]: when an operator or the gateway was not to be had, and what was announced before.
 */
import type { Command } from "commander";
import { asked } from "./account-change.js";
import { dayAt, daysPeriod, localTime, monthPeriod } from "./business-time.js";
import { wholeNumber, withCommonOptions, withExample } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";

interface Flags extends CommonOptions {
  readonly from?: string;
  readonly to?: string;
  readonly at: string;
  readonly minutes: number;
  readonly reason: string;
}

export function register(program: Command, context: CliContext): void {
  const incidents = withExample(
    withCommonOptions(program.command("incidents").description("outages of operators (5 s and more) and of the gateway, with their minutes and who waited; this month when no day is given")),
    "tollgate incidents --from 2025-11-01 --to 2025-11-30", 'tollgate incidents announce --at 2025-11-30T02:00 --minutes 30 --reason "new release"',
  )
    .option("--from <date>", "first day, such as 2025-11-01")
    .option("--to <date>", "last day; today when left out")
    .action((flags: Flags) => context.withBooks(flags, async (api, settings) => {
      const { zoneMinutes } = settings.data;
      const today = dayAt(context.clock.wallMs, zoneMinutes);
      if (flags.from === undefined && flags.to !== undefined) throw new CliError(Exit.usage, "--to needs --from");
      const period = flags.from === undefined ? monthPeriod(today.slice(0, 7), zoneMinutes) : daysPeriod(flags.from, flags.to ?? today, zoneMinutes);
      const report = await api.call("incidents", { ...period, nowMs: context.clock.wallMs });
      if (flags.json === true) return context.output.json(report);
      if (report.incidents.length === 0) return context.output.line("no incident");
      context.output.table([{ title: "begun" }, { title: "ended" }, { title: "minutes", right: true }, { title: "what" }, { title: "of" }, { title: "announced" }, { title: "waited" }, { title: "detail" }],
        report.incidents.map((one) => [localTime(one.begun, zoneMinutes), one.ended === "" ? "goes on" : localTime(one.ended, zoneMinutes), one.minutes, one.kind, one.subject, localTime(one.announced, zoneMinutes),
          one.kind === "operator" ? (one.accounts.join(", ") || "nobody") : "all", one.detail]));
      context.output.line("");
      context.output.table([{ title: "in all" }, { title: "incidents", right: true }, { title: "minutes", right: true }],
        report.totals.map((total) => [`${total.kind} ${total.subject}`, String(total.incidents), total.minutes]));
    }));

  withExample(
    withCommonOptions(incidents.command("announce").description("give notice of an interruption: in the log of incidents and the audit log, and by the alarm maintenance until it is over")),
    'tollgate incidents announce --at 2025-11-30T02:00 --minutes 30 --reason "new release"',
  )
    .requiredOption("--at <time>", "when it begins, such as 2025-11-30T02:00 in business time")
    .requiredOption("--minutes <number>", "how long it may take", wholeNumber(10_080))
    .requiredOption("--reason <text>", "what for")
    .action((_flags: Flags, command: Command) => {
      const flags: Flags = command.optsWithGlobals();
      return context.withBooks(flags, async (api, settings) => {
        const { zoneMinutes } = settings.data;
        const utc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(flags.at) ? Date.parse(`${flags.at}:00Z`) : NaN;
        if (Number.isNaN(utc)) throw new CliError(Exit.usage, `${JSON.stringify(flags.at)} is no time`, "write it as 2025-11-30T02:00");
        const fromMs = utc - zoneMinutes * 60_000;
        const incident = await api.call("incidents.announce", { fromMs, toMs: fromMs + flags.minutes * 60_000, nowMs: context.clock.wallMs, detail: flags.reason, actor: asked(context, {}).actor });
        if (flags.json === true) context.output.json(incident);
        else context.output.line(`announced: ${localTime(incident.begun, zoneMinutes)} to ${localTime(incident.ended, zoneMinutes)}`);
      });
    });
}
