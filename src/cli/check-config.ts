/**
 * tollgate check-config: what is in force, and where each value came from; or everything that is wrong with the file.
 */
import type { Command } from "commander";
import { KeyFiles } from "../admin/key-files.js";
import { exampleText } from "../config/example.js";
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
      // Outside the service there is no folder of credentials to look into.
      if (keys.path !== "") keys.current();
      if (flags.json === true) return context.output.json({ file: path, settings: effective });
      context.output.table([{ title: "setting" }, { title: "value" }, { title: "unit" }, { title: "from" }],
        effective.map((one) => [one.key, one.value, one.unit, one.origin]));
    });
}
