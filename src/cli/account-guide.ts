/**
 * tollgate account guide NAME: the customer's interface sheet, from the live configuration.
 */
import { writeFileSync } from "node:fs";
import { Option } from "commander";
import type { Command } from "commander";
import { dayAt } from "./business-time.js";
import { withCommonOptions, withExample } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";
import { guideText, type GuideLanguage } from "./guide.js";
import { loadProtocols } from "./protocols.js";

interface Flags extends CommonOptions {
  readonly lang: GuideLanguage;
  readonly output?: string;
}

export function registerGuide(account: Command, context: CliContext): void {
  withExample(
    withCommonOptions(account.command("guide <name>").description("its customer's interface sheet: where to connect, what may be sent, error codes, examples; Markdown, no secrets")),
    "tollgate account guide demo --lang zh --output demo.md",
  )
    .addOption(new Option("--lang <language>", "language of the sheet").choices(["zh", "en"]).default("zh"))
    .option("--output <file>", "write it there instead of printing it")
    .action((name: string, flags: Flags) => context.withBooks(flags, async (api, settings) => {
      const report = await api.call("account.show", { name });
      const signatures = (await api.call("signature.list", { name })).filter(({ state }) => state === "registered");
      const templates = (await api.call("template.list", { name })).map(({ text }) => text);
      const protocols = await loadProtocols();
      const day = dayAt(context.clock.wallMs, settings.data.zoneMinutes);
      const sheet = guideText({ report, settings, protocols, signatures, templates, day }, flags.lang);
      if (flags.output !== undefined) write(flags.output, sheet);
      if (flags.json === true) context.output.json({ account: name, language: flags.lang, ...(flags.output === undefined ? { markdown: sheet } : { file: flags.output }) });
      else if (flags.output === undefined) context.output.line(sheet.trimEnd());
      else context.output.line(`${name}: written to ${flags.output}`);
    }));
}

function write(path: string, sheet: string): void {
  try {
    writeFileSync(path, sheet);
  } catch (error) {
    throw new CliError(Exit.refused, `cannot write ${path}: ${(error as NodeJS.ErrnoException).code ?? "error"}`);
  }
}
