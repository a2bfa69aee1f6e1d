/**
 * tollgate forget --to NUMBER --reason TEXT: takes a person's number and texts out of the books; what was charged stays.
 */
import type { Command } from "commander";
import { asked } from "./account-change.js";
import { withCommonOptions, withExample } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";

interface Flags extends CommonOptions {
  readonly to: string;
  readonly reason: string;
}

export function register(program: Command, context: CliContext): void {
  withExample(withCommonOptions(program.command("forget").description("take a number and all texts to and from it out of the books, of all days; ids, charges and statements stay, and so do opt-outs and blocks")),
    'tollgate forget --to 13800138000 --reason "request of 2025-11-24"')
    .requiredOption("--to <number>", "the number, in any spelling")
    .requiredOption("--reason <text>", "why, for the audit log, which does not name the number")
    .action((flags: Flags) => context.withBooks(flags, async (api) => {
      const report = await api.call("forget", { to: flags.to, ...asked(context, { ...flags }), reason: flags.reason });
      if (flags.json === true) return context.output.json(report);
      context.output.line(`forgotten as ${report.tag}: ${report.messages} messages, ${report.inbound} inbound, ${report.refusals} refusals, ` +
        `${report.reports} reports of ${report.days} days, ${report.listed} entries of lists`);
    }));
}
