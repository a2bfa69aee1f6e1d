/**
 * The command line as a whole: which commands there are, and what becomes of their errors.
 */
import { Command, CommanderError } from "commander";
import { version } from "./version.js";
import { AdminError } from "../admin/errors.js";
import { ConfigError, problemText } from "../config/problem.js";
import { register as account } from "./account.js";
import { register as alarms } from "./alarms.js";
import { register as audit } from "./audit.js";
import { register as bench } from "./bench.js";
import { register as checkConfig } from "./check-config.js";
import type { CliContext } from "./context.js";
import { register as complaint } from "./complaint.js";
import { register as decode } from "./decode.js";
import { CliError, Exit } from "./exit.js";
import { register as evidence } from "./evidence.js";
import { register as explain } from "./explain.js";
import { register as forget } from "./forget.js";
import { register as invoice } from "./invoice.js";
import { register as incidents } from "./incidents.js";
import { register as key } from "./key.js";
import { register as ledger } from "./ledger.js";
import { register as log } from "./log.js";
import { register as numbers } from "./numbers.js";
import { register as reconcile } from "./reconcile.js";
import { register as refund } from "./refund.js";
import { register as reload } from "./reload.js";
import { register as review } from "./review.js";
import { register as route } from "./route.js";
import { register as screen } from "./screen.js";
import { register as send } from "./send.js";
import { register as serve } from "./serve.js";
import { register as simulate } from "./simulate.js";
import { register as statement } from "./statement.js";
import { register as status } from "./status.js";
import { register as topup } from "./topup.js";
import { register as trace } from "./trace.js";
import { register as uncertain } from "./uncertain.js";
import { register as usage } from "./usage.js";

/** Every command file exports `register(program, context)`; in the order of `tollgate --help`. */
const COMMANDS: readonly ((program: Command, context: CliContext) => void)[] = [
  serve, send, checkConfig,
  account, key, topup, invoice, refund, statement, reconcile, ledger,
  numbers, complaint, evidence, forget,
  trace, uncertain, explain, decode, screen, review, route,
  status, usage, alarms, incidents, reload, log, audit,
  simulate, bench,
];

/** Runs one command line (without node and script); the exit code to end with. */
export async function runCommand(argv: readonly string[], context: CliContext): Promise<number> {
  const program = new Command("tollgate")
    .description("Carrier-side SMS gateway: SMPP and CMPP in and out, rate limiter, keyword filter, prepaid ledger")
    .version(version(), "-V, --version")
    .showSuggestionAfterError()
    .showHelpAfterError("(add --help for the usage)")
    .exitOverride();
  for (const register of COMMANDS) register(program, context);
  for (const command of allCommands(program)) command.exitOverride();
  try {
    await program.parseAsync([...argv], { from: "user" });
    return context.exit;
  } catch (error) {
    return report(error, context);
  }
}

/** Prints an error as one line and a hint; the exit code it stands for. */
function report(error: unknown, context: CliContext): number {
  const { output } = context;
  if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.ok : Exit.usage;
  if (error instanceof ConfigError) {
    for (const problem of error.problems) output.error(problemText(problem));
    return Exit.config;
  }
  if (error instanceof CliError) {
    output.error(error.message, error.hint);
    return error.exit;
  }
  if (error instanceof AdminError) {
    output.error(error.message, error.hint);
    return exitOf(error);
  }
  output.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return Exit.fault;
}

function exitOf(error: AdminError): Exit {
  switch (error.code) {
    case "config_invalid":
      return Exit.config;
    case "invalid_params":
      return Exit.usage;
    case "busy":
    case "daemon_needed":
    case "timeout":
    case "unavailable":
      return Exit.unavailable;
    case "internal":
    case "bad_request":
    case "unknown_method":
      return Exit.fault;
    default:
      return Exit.refused;
  }
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((one) => [one, ...allCommands(one)]);
}
