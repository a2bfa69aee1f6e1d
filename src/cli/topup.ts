/**
 * tollgate topup NAME AMOUNT --ref R | topup NAME --reverse R: prepaid money in, once a reference.
 */
import type { Command } from "commander";
import { asked } from "./account-change.js";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";

interface Flags extends CommonOptions {
  readonly ref?: string;
  readonly reverse?: string;
  readonly reason?: string;
}

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("topup <name> [amount]").description("book a payment; the same reference twice is one payment"))
    .option("--ref <reference>", "the bank's reference of the payment")
    .option("--reverse <reference>", "take back a wrong top-up by its reference")
    .option("--reason <text>", "why, for the audit log")
    .action(async (name: string, amount: string | undefined, flags: Flags) => {
      const { ref, reverse } = flags;
      if ((ref === undefined) === (reverse === undefined) || (amount === undefined) === (ref !== undefined)) {
        throw new CliError(Exit.usage, "give an amount with --ref, or --reverse alone", "tollgate topup demo 1750.00 --ref BANK-1");
      }
      await context.withBooks(flags, async (api) => {
        const report = ref === undefined || amount === undefined
          ? await api.call("topup.reverse", { name, reference: reverse ?? "", ...asked(context, { ...flags }) })
          : await api.call("topup", { name, amount, reference: ref, ...asked(context, { ...flags }) });
        if (flags.json === true) return context.output.json(report);
        const account = report.account ?? (await api.call("account.show", { name }));
        const what = ref === undefined ? `top-up ${reverse ?? ""} reversed` : `top-up ${ref}: ${report.amount} ${account.currency}`;
        context.output.line(`${what}${report.repeated ? ", booked already: nothing changed" : ""}; ${name} has ${account.available} ${account.currency} available`);
      });
    });
}
