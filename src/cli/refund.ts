/**
 * tollgate refund MESSAGE_ID [--amount A]: gives back what one message cost, once.
 */
import type { Command } from "commander";
import { asked } from "./account-change.js";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { MessageIdForms } from "./message-ids.js";
import { loadProtocols } from "./protocols.js";

interface Flags extends CommonOptions {
  readonly amount?: string;
  readonly reason?: string;
}

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("refund").description("give back what one message cost; never twice, never more than its charge"))
    .argument("<message-id>", "our id of the message, or the form that its customer saw")
    .option("--amount <amount>", "a part of the charge; all of it when left out")
    .option("--reason <text>", "why, for the audit log")
    .action((quoted: string, flags: Flags) => context.withBooks(flags, async (api, settings) => {
      const id = new MessageIdForms(settings.listen, await loadProtocols()).required(quoted, context.clock.wallMs);
      const amount = flags.amount === undefined ? {} : { amount: flags.amount };
      const report = await api.call("refund", { messageId: id, ...amount, ...asked(context, { ...flags }) });
      if (flags.json === true) return context.output.json(report);
      const balance = report.account === null ? "" : `; ${report.account.name} has ${report.account.available} ${report.account.currency} available`;
      context.output.line(`message ${id}: ${report.amount} refunded${report.repeated ? ", booked already: nothing changed" : ""}${balance}`);
    }));
}
