/**
 * tollgate check-config: what is in force, and where each value came from; or everything that is wrong with the file.
 */
import type { Command } from "commander";
import { loadContractFiles } from "../admin/contract-files.js";
import { KeyFiles } from "../admin/key-files.js";
import { exampleText } from "../config/example.js";
import type { RouteSettings } from "../config/settings.js";
import { ANY_ACCOUNT, strayRules } from "../route/route.js";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { loadProtocols } from "./protocols.js";

interface Flags extends CommonOptions {
  readonly example?: true;
}

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("check-config").description("print every setting with its value and origin; exits 78 when the file is refused"))
    .option("--example", "print the example file instead: every setting with its meaning, limits, unit and default")
    .action(async (flags: Flags) => {
      if (flags.example === true) return context.output.line(exampleText(await loadProtocols()).trimEnd());
      const { path, effective, settings } = await context.config(flags);
      const keys = new KeyFiles(settings.secrets, settings.data.dir);
      await loadContractFiles(settings.contract);
      // Outside the service there is no folder of credentials to look into.
      if (keys.path !== "") keys.current();
      const names = settings.route.some(({ account }) => account !== ANY_ACCOUNT) ? await context.accountNames(flags) : null;
      const known = (name: string): boolean => names === null || names.has(name) || settings.bootstrap.some((one) => one.name === name);
      const stray = strayRules(settings.route, known);
      if (flags.json === true) return context.output.json({ file: path, settings: effective, warnings: stray.map(strayText) });
      context.output.table([{ title: "setting" }, { title: "value" }, { title: "unit" }, { title: "from" }],
        effective.map((one) => [one.key, one.value, one.unit, one.origin]));
      for (const one of stray) context.output.error(strayText(one), "tollgate account list names them all");
    });
}

/** A warning only: the account may be opened later. */
function strayText({ account, line }: RouteSettings): string {
  return `the [[route]] of line ${line} is for account ${account}, which does not exist`;
}
