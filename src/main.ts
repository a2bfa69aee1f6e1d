#!/usr/bin/env node
/**
 * Main: a command line in, an exit code out; the only place that ends the process.
 */
import { makeContext } from "./cli/context.js";
import { runCommand } from "./cli/program.js";

/** The daemon goes on when its log's reader, or the terminal, goes away: nobody else may end it. */
const daemon = process.argv[2] === "serve";

// A command's reader that has seen enough (head, less) closes the pipe: that is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (daemon) return;
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
process.stderr.on("error", () => undefined);

const code = await runCommand(process.argv.slice(2), makeContext());
// A pipe takes 64 KiB at once: the rest of a long answer is still here. The daemon waits for no reader of its log.
if (!daemon) await new Promise((written) => process.stdout.write("", written));
process.exit(code);
