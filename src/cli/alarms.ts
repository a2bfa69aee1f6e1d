/**
 * tollgate alarms [test]: what stands now, and whether the webhooks take what they are told.
 */
import type { Command } from "commander";
import { localTime } from "./business-time.js";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { Exit } from "./exit.js";

export function register(program: Command, context: CliContext): void {
  const alarms = withCommonOptions(program.command("alarms").description("alarms that stand now, oldest first"))
    .addHelpText("after", "\nExamples:\n  tollgate alarms\n  tollgate alarms --json\n  tollgate alarms test    sends a test to every webhook of [alarms]")
    .action((flags: CommonOptions) => context.withBooks(flags, async (api, settings) => {
      const raised = await api.call("alarms.list", {});
      if (flags.json === true) return context.output.json(raised);
      if (raised.length === 0) return context.output.line("no alarm stands");
      context.output.table([{ title: "since" }, { title: "alarm" }, { title: "of" }, { title: "what" }],
        raised.map((one) => [localTime(one.since, settings.data.zoneMinutes), one.kind, one.subject, one.detail === "" ? one.meaning : one.detail]));
    }));

  withCommonOptions(alarms.command("test").description("send a test to every webhook; exits with 1 when one does not take it"))
    .addHelpText("after", "\nExample:\n  tollgate alarms test")
    .action((_flags: CommonOptions, command: Command) => {
      const flags: CommonOptions = command.optsWithGlobals();
      return context.withBooks(flags, async (api) => {
        const tests = await api.call("alarms.test", {});
        if (tests.some(({ ok }) => !ok)) context.exit = Exit.refused;
        if (flags.json === true) return context.output.json(tests);
        if (tests.length === 0) return context.output.line("no webhook is configured: [alarms] webhooks");
        context.output.table([{ title: "webhook" }, { title: "taken" }, { title: "result" }], tests.map(({ url, ok, result }) => [url, ok ? "yes" : "no", result]));
      }, "daemon");
    });
}
