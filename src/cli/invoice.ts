/**
 * tollgate invoice list|paid: the invoices of top-ups, which are owed, and that one is paid.
 */
import type { Command } from "commander";
import { asked, change } from "./account-change.js";
import { dayAt, localTime } from "./business-time.js";
import { wholeNumber, withCommonOptions, withExample } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";

type Flags = CommonOptions & Readonly<Record<string, unknown>>;

export function register(program: Command, context: CliContext): void {
  const invoice = program.command("invoice").description("invoices of top-ups");

  withExample(withCommonOptions(invoice.command("list [name]").description("invoices of one account or of all, those owed first")), "tollgate invoice list demo")
    .option("--limit <number>", "at most so many", wholeNumber(1_000), 200)
    .action((name: string | undefined, flags: Flags) => context.withBooks(flags, async (api, settings) => {
      const all = await api.call("invoice.list", { ...(name === undefined ? {} : { name }), limit: Number(flags["limit"]) });
      if (flags.json === true) return context.output.json(all);
      const { zoneMinutes } = settings.data;
      const nowMs = context.clock.wallMs;
      context.output.table(
        [{ title: "account" }, { title: "invoice" }, { title: "reference" }, { title: "amount", right: true }, { title: "currency" }, { title: "state" }, { title: "booked" }, { title: "due" }, { title: "paid" }],
        all.map((one) => [
          one.account, one.number, one.reference, one.amount, one.currency, one.state === "unpaid" && one.due !== "" && Date.parse(one.due) <= nowMs ? "overdue" : one.state,
          localTime(one.bookedAt, zoneMinutes), one.due === "" ? "-" : dayAt(Date.parse(one.due) - 1, zoneMinutes), localTime(one.paidAt, zoneMinutes),
        ]),
      );
    }));

  withExample(withCommonOptions(invoice.command("paid <name> <invoice>").description("an invoice is paid, by its number or its top-up's reference; a warning or suspension for just that ends")), "tollgate invoice paid demo INV-2026-118")
    .option("--reason <text>", "why, for the audit log")
    .action((name: string, which: string, flags: Flags) => change(context, flags, (api) => api.call("invoice.paid", { name, which, ...asked(context, flags) })));
}
