/**
 * tollgate explain CODE: what a refusal or a receipt means, and what the customer should do.
 */
import type { Command } from "commander";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";
import { explain } from "./explanations.js";
import { loadProtocols } from "./protocols.js";

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("explain <code>").description("what a code means and what to do: no_credit, 0x464, 1124, ESME_RTHROTTLED, TG:0100, UNDELIV"))
    .action(async (code: string, flags: CommonOptions) => {
      const found = explain(code, await loadProtocols());
      if (found.length === 0) {
        throw new CliError(Exit.refused, `${JSON.stringify(code)} is no code we know`, "an outcome (no_credit), a status (0x464, 1124, ESME_RTHROTTLED) or a receipt's word (TG:0100, UNDELIV)");
      }
      if (flags.json === true) return context.output.json(found);
      found.forEach((one, index) => {
        if (index > 0) context.output.line("");
        const pairs: [string, string][] = [["code", one.what]];
        if (one.status !== "") pairs.push(["status", one.status]);
        if (one.receipt !== "") pairs.push(["receipt", one.receipt]);
        context.output.pairs([...pairs, ["meaning", one.meaning], ["what to do", one.action]]);
      });
    });
}
