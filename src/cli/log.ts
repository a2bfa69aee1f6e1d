/**
 * tollgate log level LEVEL: how much the running daemon writes, until it is restarted.
 */
import { Argument } from "commander";
import type { Command } from "commander";
import type { LogLevelName } from "../admin/host.js";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";

export function register(program: Command, context: CliContext): void {
  const log = program.command("log").description("the running daemon's log");
  withCommonOptions(log.command("level").description("write lines of this urgency and above, until the next restart"))
    .addArgument(new Argument("<level>").choices(["error", "warn", "info", "debug"]))
    .action((level: LogLevelName, flags: CommonOptions) => context.withBooks(flags, async (api) => {
      const report = await api.call("log.level", { level });
      if (flags.json === true) context.output.json(report);
      else context.output.line(`log level is ${report.level}`);
    }, "daemon"));
}
