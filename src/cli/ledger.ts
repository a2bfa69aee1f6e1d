/**
 * tollgate ledger verify [--full]: whether the books balance.
 */
import type { Command } from "commander";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { Exit } from "./exit.js";

export function register(program: Command, context: CliContext): void {
  const ledger = program.command("ledger").description("the books as a whole");
  withCommonOptions(ledger.command("verify").description("check that entries, balances and holds agree; exits 1 when they do not"))
    .option("--full", "from the beginning, not from the last seals")
    .action((flags: CommonOptions & { readonly full?: true }) => context.withBooks(flags, async (api) => {
      const report = await api.call("verify", { full: flags.full === true });
      if (!report.clean) context.exit = Exit.refused;
      if (flags.json === true) return context.output.json(report);
      for (const problem of report.problems) context.output.line(problem);
      const seen = `${report.messages} messages, ${report.entries} entries, ${report.accounts} accounts, ${report.days} days, ${report.tookMs} ms`;
      context.output.line(`${report.clean ? "clean" : `NOT CLEAN: ${report.problems.length} problems`} (${seen})`);
    }));
}
