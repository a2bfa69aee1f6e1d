/**
 * tollgate audit: who changed what, newest first.
 */
import type { Command } from "commander";
import { localTime } from "./business-time.js";
import { wholeNumber, withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("audit").description("who changed what: accounts, money, configuration; newest first"))
    .option("--limit <number>", "at most so many", wholeNumber(1_000), 50)
    .action((flags: CommonOptions & { readonly limit: number }) => context.withBooks(flags, async (api, settings) => {
      const entries = await api.call("audit", { limit: flags.limit });
      if (flags.json === true) return context.output.json(entries);
      context.output.table([{ title: "no", right: true }, { title: "time" }, { title: "who" }, { title: "what" }, { title: "hash" }],
        entries.map((entry) => [String(entry.no), localTime(entry.at, settings.data.zoneMinutes), entry.actor, entry.what, entry.hash.slice(0, 12)]));
    }));
}
