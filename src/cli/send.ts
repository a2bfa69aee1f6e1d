/**
 * tollgate send: messages sent as a customer sends them, through the package smpp and the gateway's own port.
 */
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { parseDuration } from "../config/duration.js";
import { wholeNumber, withCommonOptions } from "./command.js";
import type { CliContext } from "./context.js";
import { CliError, Exit } from "./exit.js";
import { loadProtocols } from "./protocols.js";
import { sendFile } from "./send-file.js";
import { sendOne } from "./send-one.js";
import { SendProgress } from "./send-progress.js";
import { sendTarget } from "./send-target.js";
import type { TargetFlags } from "./send-target.js";
import { isNumber } from "./send-text.js";
import { SendWords } from "./send-words.js";

interface Flags extends TargetFlags {
  readonly to?: string;
  readonly file?: string;
  readonly window: number;
  readonly rate?: number;
  readonly wait: number;
  readonly receipt: boolean;
}

/** Parts without their siblings are held back for half of this by default before they are sent alone. */
const WAIT_MS = 60_000;

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("send [text]").description("send a message, or a file of them, as a customer does; shows each step to the receipt"))
    .option("--to <number>", "where to; in a file, for the lines that name no number", destination)
    .option("--file <file>", 'texts, one a line: a JSON string, or {"to": "...", "text": "..."}')
    .option("--from <address>", "source address (default: the account's first service code, or 10690000)")
    .option("--account <name>", "system_id to bind with (default: the first [[bootstrap]] account)")
    .option("--password <password>", "its password (default: the [[bootstrap]] account's)")
    .option("--password-file <file>", "a file whose first line is the password")
    .option("--host <address>", "the gateway's address (default: the first SMPP listener's)")
    .option("--port <number>", "its port", wholeNumber(65_535))
    .option("--window <number>", "submits that may be unanswered (with --file)", wholeNumber(10_000), 50)
    .option("--rate <number>", "most submits a second (with --file); none: as fast as the gateway takes them", wholeNumber(1_000_000))
    .option("--wait <duration>", "how long to wait for receipts that do not come", milliseconds, WAIT_MS)
    .option("--no-receipt", "ask for no receipts")
    .action(async (text: string | undefined, flags: Flags) => {
      if ((text === undefined) === (flags.file === undefined)) throw new CliError(Exit.usage, "give a text, or a file of texts with --file");
      const { to } = flags;
      if (text !== undefined && to === undefined) throw new CliError(Exit.usage, "give the number with --to", 'tollgate send --to 13800138000 "hello"');
      const target = await sendTarget(flags, context);
      const words = new SendWords(await loadProtocols());
      const rest = { target, receipt: flags.receipt, waitMs: flags.wait };
      if (text !== undefined && to !== undefined) {
        return sendOne({ ...rest, to, text }, flags, words, context);
      }
      const progress = new SendProgress(process.stderr, context.clock);
      const messages = { ...rest, path: flags.file ?? "", to: to ?? null, window: flags.window, rate: flags.rate ?? 0 };
      const totals = await sendFile(messages, words, context.clock, (now) => progress.show(now)).finally(() => progress.end());
      if (flags.json === true) context.output.json(totals.report());
      else context.output.pairs(totals.pairs(words));
      if (!totals.well) context.exit = Exit.refused;
    });
}

function destination(text: string): string {
  if (!isNumber(text)) throw new InvalidArgumentError("expected a number: digits, a plus in front allowed, at most 20.");
  return text;
}

function milliseconds(text: string): number {
  const value = parseDuration(text);
  if (value === null) throw new InvalidArgumentError('expected a duration such as "500ms", "30s" or "5m".');
  return value;
}
