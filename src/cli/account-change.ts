/**
 * What the commands that change an account share: who asks, and the line that tells what came of it.
 */
import type { AdminApi } from "../admin/api.js";
import type { AccountReport } from "../admin/reports.js";
import type { CliContext, CommonOptions } from "./context.js";

/** Who asks and why, for the audit log. */
export function asked(context: CliContext, flags: Readonly<Record<string, unknown>>): { actor: string; reason?: string } {
  const { reason } = flags;
  return typeof reason === "string" ? { actor: context.actor, reason } : { actor: context.actor };
}

/** Does `work` with the books and prints the account as it is then. */
export async function change(context: CliContext, flags: CommonOptions, work: (api: AdminApi, zoneMinutes: number) => Promise<AccountReport>): Promise<void> {
  await context.withBooks(flags, async (api, settings) => {
    const report = await work(api, settings.data.zoneMinutes);
    if (flags.json === true) return context.output.json(report);
    for (const warning of report.warnings ?? []) context.output.error(`warning: ${warning}`);
    context.output.line(`${report.name}: ${report.state}, available ${report.available} ${report.currency}, held ${report.held}`);
  });
}
