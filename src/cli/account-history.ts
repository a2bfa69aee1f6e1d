/**
 * tollgate account history NAME: everything that became of an account: terms, states, money, registers, from the audit log.
 */
import type { Command } from "commander";
import { localTime } from "./business-time.js";
import { wholeNumber, withCommonOptions, withExample } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";

interface Flags extends CommonOptions {
  readonly limit: number;
}

export function registerHistory(account: Command, context: CliContext): void {
  withExample(withCommonOptions(account.command("history <name>").description("what became of an account, oldest first: terms, states, money, invoices, registers, credentials, renewals")), "tollgate account history demo")
    .option("--limit <number>", "the last so many", wholeNumber(1_000), 200)
    .action((name: string, flags: Flags) => context.withBooks(flags, async (api, settings) => {
      const entries = await api.call("account.history", { name, limit: flags.limit, atMs: context.clock.wallMs });
      if (flags.json === true) return context.output.json(entries);
      context.output.table([{ title: "time" }, { title: "about" }, { title: "by" }, { title: "what" }, { title: "reason" }],
        entries.map((one) => [localTime(one.at, settings.data.zoneMinutes), one.about, one.actor, plain(one.what, name, settings.data.zoneMinutes), one.reason]));
    }));
}

/** Without the account's name, which stands above all, and with its times in business time. */
function plain(what: string, name: string, zoneMinutes: number): string {
  const short = [`account ${name}: `, `account ${name} `].reduce((text, start) => (text.startsWith(start) ? text.slice(start.length) : text), what);
  return short.replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g, (iso) => localTime(iso, zoneMinutes));
}
