/**
 * tollgate uncertain: messages written to an operator and never answered, and receipts that fit no message.
 */
import type { Command } from "commander";
import { localTime } from "./business-time.js";
import { wholeNumber, withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";

interface Flags extends CommonOptions {
  readonly orphans?: true;
  readonly limit: number;
}

const SHOWN_MOST = 60;

/** The beginning of a receipt's octets, those that are no printable ASCII as dots; `--json` has them all. */
function said(octets: string): string {
  const text = Buffer.from(octets, "hex").toString("latin1").replace(/[^\x20-\x7e]/g, ".");
  return text.length > SHOWN_MOST ? `${text.slice(0, SHOWN_MOST)}…` : text;
}

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("uncertain").description("messages written to an operator and never answered"))
    .option("--orphans", "receipts that fit no message, instead")
    .option("--limit <number>", "at most so many", wholeNumber(1_000), 50)
    .action((flags: Flags) => context.withBooks(flags, async (api, settings) => {
      const { zoneMinutes } = settings.data;
      if (flags.orphans === true) {
        const orphans = await api.call("orphans", { limit: flags.limit });
        if (flags.json === true) return context.output.json(orphans);
        return context.output.table([{ title: "operator" }, { title: "operator message id" }, { title: "to" }, { title: "state" }, { title: "time" }, { title: "said" }],
          orphans.map((one) => [one.operator, one.operatorMessageId, one.destination, one.state, localTime(one.at, zoneMinutes), said(one.octets)]));
      }
      const messages = await api.call("uncertain", { limit: flags.limit });
      if (flags.json === true) return context.output.json(messages);
      context.output.table([{ title: "message" }, { title: "account" }, { title: "operator" }, { title: "to" }, { title: "since" }],
        messages.map((one) => [one.messageId, one.account, one.operator, one.destination, localTime(one.since, zoneMinutes)]));
    }));
}
