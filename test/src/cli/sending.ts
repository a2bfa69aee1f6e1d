/**
 * `tollgate send` run in this process against some port, without a configuration and without a daemon.
 */
import type { Clock } from "../../../protocols/wire/clock.js";
import { encodeJson } from "../../../src/admin/api.js";
import type { CliContext } from "../../../src/cli/context.js";
import { CliError, Exit } from "../../../src/cli/exit.js";
import { runCommand } from "../../../src/cli/program.js";
import { pairLines, tableLines } from "../../../src/cli/table.js";

export interface Sent {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `input` is what stands on standard input. */
export async function runSend(argv: readonly string[], clock: Clock, input = ""): Promise<Sent> {
  const out: string[] = [];
  const err: string[] = [];
  const context: CliContext = {
    output: {
      line: (text) => out.push(text),
      table: (columns, rows) => out.push(...tableLines(columns, rows)),
      pairs: (pairs) => out.push(...pairLines(pairs)),
      json: (value) => out.push(encodeJson(value)),
      error: (message, hint = "") => err.push(hint === "" ? message : `${message} [${hint}]`),
    },
    environment: {}, cwd: "/nowhere", clock, actor: "cli:tester", exit: Exit.ok,
    config: () => Promise.reject(new CliError(Exit.config, "no configuration")),
    accountNames: () => Promise.resolve(null),
    readInput: () => Promise.resolve(input),
    withBooks: () => Promise.reject(new CliError(Exit.unavailable, "no daemon")),
  };
  const code = await runCommand(["send", ...argv], context);
  return { code, out: out.join("\n"), err: err.join("\n") };
}
