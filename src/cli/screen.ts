/**
 * tollgate screen TEXT: what the keyword filter would say of a text, and why.
 */
import type { Command } from "commander";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { Exit } from "./exit.js";

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("screen <text>").description("what would become of a text, and why; exits 1 when it would not be sent"))
    .option("--account <name>", "by this account's terms, with what it would cost")
    .action((text: string, flags: CommonOptions & { readonly account?: string }) => context.withBooks(flags, async (api) => {
      const account = flags.account === undefined ? {} : { account: flags.account };
      const report = await api.call("screen", { text, ...account });
      if (report.outcome !== "ok") context.exit = Exit.refused;
      if (flags.json === true) return context.output.json(report);
      const flagged = report.hits.some((hit) => hit.action === "flag" && hit.allowedBy === "");
      const stopped = `would be ${report.held ? "held" : "refused"}: ${report.outcome}`;
      const said = report.outcome === "ok" ? (flagged ? "would be sent, and flagged" : "would be sent") : stopped;
      const cost = report.charge === null ? "" : `, ${report.charge}`;
      context.output.line(`${said} (${report.segments} segment${report.segments === 1 ? "" : "s"}${cost}; ${report.words} words, version ${report.wordsVersion})`);
      if (report.contract !== "") context.output.line(`by the contract: ${report.contract}`);
      if (report.hits.length === 0) return;
      context.output.table([{ title: "action" }, { title: "category" }, { title: "word" }, { title: "listed in" }, { title: "allowed by" }],
        report.hits.map((hit) => [hit.action, hit.category, hit.word, hit.rule, hit.allowedBy === "" ? "-" : hit.allowedBy]));
    }));
}
