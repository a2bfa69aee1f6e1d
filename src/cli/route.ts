/**
 * tollgate route --dry-run: which operator a message would go to, and why.
 */
import { basename } from "node:path";
import type { Command } from "commander";
import type { RouteLine, RouteReport } from "../admin/routing.js";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";

interface Flags extends CommonOptions {
  readonly dryRun?: true;
  readonly account: string;
  readonly to: string;
}

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("route").description("which operator a message would go to, and why; exits 1 when to none"))
    .option("--dry-run", "explain only; nothing is sent (routes are set by [[route]] in the configuration)")
    .requiredOption("--account <name>", "whose message")
    .requiredOption("--to <number>", "its destination, in any spelling")
    .action(async (flags: Flags) => {
      if (flags.dryRun !== true) throw new CliError(Exit.usage, "route only explains: give --dry-run", "routes are set by [[route]] in the configuration, and read again by: tollgate reload");
      const { path } = await context.config(flags);
      await context.withBooks(flags, async (api) => {
        const report = await api.call("route", { account: flags.account, to: flags.to });
        const reached = report.configured && report.permitted && (report.kind === "mobile" || report.kind === "international");
        if (!reached) context.exit = Exit.refused;
        if (flags.json === true) return context.output.json(report);
        for (const line of sentences(report, basename(path))) context.output.line(line);
      });
    });
}

/** The report for people; `file` is what the configuration is called. */
export function sentences(report: RouteReport, file: string): string[] {
  const lines = [destination(report)];
  if (report.kind === "short" || report.kind === "invalid") return lines;
  lines.push(decision(report, file));
  for (const rule of report.passedOver) lines.push(`It comes before ${told(rule, file)}.`);
  if (!report.permitted) return [...lines, `The contract of account ${report.account} permits other operators only (permitted-operator): the message would be refused (no_route).`];
  if (!report.configured) {
    const which = report.operator === "" ? "No operator is configured" : `There is no operator ${report.operator}`;
    return [...lines, `${which}: the message would be refused (no_route).`];
  }
  if (report.links === null) return [...lines, "No daemon runs: whether its links are bound is not known."];
  const { all, bound } = report.links;
  const waits = bound === 0 ? ": messages wait until one is" : "";
  return [...lines, `${bound} of ${all} ${all === 1 ? "link" : "links"} of ${report.operator} ${bound === 1 ? "is" : "are"} bound${waits}.`];
}

function destination({ to, kind, normal }: RouteReport): string {
  switch (kind) {
    case "mobile":
      return to === normal ? `${to} is a Chinese mobile.` : `${to} is the Chinese mobile ${normal}.`;
    case "international":
      return `${to} is the international number ${normal}.`;
    case "short":
      return `${to} is a service number or short code: messages to it are refused.`;
    case "invalid":
      return `${to} is no number: messages to it are refused.`;
  }
}

function decision(report: RouteReport, file: string): string {
  const { account, operator, rule } = report;
  if (rule !== null) return `It goes to ${operator} by ${told(rule, file)}.`;
  if (report.by === "account") return `No rule fits; it goes to ${operator}, the operator of account ${account} (tollgate account show ${account}).`;
  return operator === "" ? "No rule fits, and no operator is configured." : `No rule fits, and account ${account} has no operator of its own; it goes to ${operator}, the first configured.`;
}

function told(rule: RouteLine, file: string): string {
  const whose = rule.account === "*" ? "all accounts" : `account ${rule.account}`;
  const which = rule.prefix === "" ? "everything" : `${rule.prefix}...`;
  const note = rule.note === "" ? "" : ` ("${rule.note}")`;
  return `the [[route]] of ${file}:${rule.line}, ${whose}, ${which} to ${rule.operator}${note}`;
}
