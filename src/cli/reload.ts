/**
 * tollgate reload: the daemon reads its configuration and word lists again, as on SIGHUP.
 */
import type { Command } from "commander";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("reload").description("read configuration and word lists again: checked whole, then swapped"))
    .action((flags: CommonOptions) => context.withBooks(flags, async (api) => {
      const report = await api.call("reload", { actor: context.actor });
      if (flags.json === true) return context.output.json(report);
      context.output.line(`${report.words} words in force, version ${report.wordsVersion}`);
      if (report.applied.length > 0) context.output.line(`in force now: ${report.applied.join(", ")}`);
      if (report.needRestart.length > 0) context.output.line(`after a restart: ${report.needRestart.join(", ")}`);
    }, "daemon"));
}
