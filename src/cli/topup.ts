/**
 * tollgate topup NAME AMOUNT --ref R [--invoice I --due DATE [--unpaid]] | topup NAME --reverse R: prepaid money in, once a reference.
 */
import type { Command } from "commander";
import { asked } from "./account-change.js";
import { dayStart } from "./business-time.js";
import { withCommonOptions, withExample } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";

const DAY_MS = 86_400_000;

interface Flags extends CommonOptions {
  readonly ref?: string;
  readonly reverse?: string;
  readonly invoice?: string;
  readonly due?: string;
  readonly unpaid?: true;
  readonly reason?: string;
}

export function register(program: Command, context: CliContext): void {
  withExample(withCommonOptions(program.command("topup <name> [amount]").description("book a payment; the same reference twice is one payment")),
    "tollgate topup demo 1750.00 --ref BANK-1", "tollgate topup demo 1750.00 --ref BANK-2 --invoice INV-118 --due 2026-12-05 --unpaid")
    .option("--ref <reference>", "the bank's reference of the payment")
    .option("--reverse <reference>", "take back a wrong top-up by its reference")
    .option("--invoice <number>", "the invoice of the payment")
    .option("--due <date>", "the last day to pay the invoice, such as 2026-12-05")
    .option("--unpaid", "the invoice is not paid yet: the money can be spent, but does not open the account; tollgate invoice paid, when it is")
    .option("--reason <text>", "why, for the audit log")
    .action(async (name: string, amount: string | undefined, flags: Flags) => {
      const { ref, reverse } = flags;
      if ((ref === undefined) === (reverse === undefined) || (amount === undefined) === (ref !== undefined)) {
        throw new CliError(Exit.usage, "give an amount with --ref, or --reverse alone", "tollgate topup demo 1750.00 --ref BANK-1");
      }
      if ((flags.due !== undefined || flags.unpaid === true) && (flags.invoice === undefined || ref === undefined)) throw new CliError(Exit.usage, "--due and --unpaid are of an --invoice");
      if (flags.unpaid === true && flags.due === undefined) throw new CliError(Exit.usage, "--unpaid: say with --due by when it is to be paid");
      await context.withBooks(flags, async (api, settings) => {
        const report = ref === undefined || amount === undefined
          ? await api.call("topup.reverse", { name, reference: reverse ?? "", ...asked(context, { ...flags }) })
          : await api.call("topup", { name, amount, reference: ref, ...invoiceOf(flags, settings.data.zoneMinutes), ...asked(context, { ...flags }) });
        if (flags.json === true) return context.output.json(report);
        const account = report.account ?? (await api.call("account.show", { name }));
        const what = ref === undefined ? `top-up ${reverse ?? ""} reversed` : `top-up ${ref}: ${report.amount} ${account.currency}`;
        context.output.line(`${what}${report.repeated ? ", booked already: nothing changed" : ""}; ${name} has ${account.available} ${account.currency} available`);
      });
    });
}

function invoiceOf({ invoice, due, unpaid }: Flags, zoneMinutes: number): { readonly invoice?: { readonly number: string; readonly dueMs: number; readonly paid: boolean } } {
  if (invoice === undefined) return {};
  return { invoice: { number: invoice, dueMs: due === undefined ? 0 : dayStart(due, zoneMinutes) + DAY_MS, paid: unpaid !== true } };
}
