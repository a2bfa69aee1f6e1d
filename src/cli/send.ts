/**
 * tollgate send: messages sent as a customer sends them, over SMPP (by the package smpp) or CMPP, to the gateway's own port.
 */
import { InvalidArgumentError, Option } from "commander";
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
  readonly to?: readonly string[];
  readonly file?: string;
  readonly window?: number;
  readonly rate?: number;
  readonly wait: number;
  readonly receipt: boolean;
}

/** Parts without their siblings are held back for half of this by default before they are sent alone. */
const WAIT_MS = 60_000;
/** Of one text; each is followed to its receipt. */
const MOST_NUMBERS = 100;
/** An account's CMPP window is 16 unless it is set. */
const WINDOWS = { smpp: 50, cmpp: 16 };

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("send [text]").description("send a message, or a file of them, as a customer does; shows each step to the receipt"))
    .option("--to <numbers>", "where to: a number, or several with commas (CMPP: up to 100 in one submit; SMPP: a submit each); with --file one number, for the lines that name none", destinations)
    .option("--file <file>", 'texts, one a line: a JSON string, or {"to": "...", "text": "..."}')
    .option("--from <address>", "source address (default: the account's first service code, or 10690000)")
    .option("--cmpp", "speak CMPP instead of SMPP")
    .option("--account <name>", "the account, and the system_id to bind with (default: the first [[bootstrap]] account)")
    .option("--password <password>", "its password (default: the [[bootstrap]] account's)")
    .option("--password-file <file>", "a file whose first line is the password")
    .option("--password-stdin", "read the password from the first line of standard input")
    .option("--sp-id <name>", "with --cmpp: the SP_Id to connect with (default: the account's)")
    .option("--secret <secret>", "with --cmpp: its shared secret (default: the [[bootstrap]] account's)")
    .option("--secret-file <file>", "a file whose first line is the secret")
    .option("--secret-stdin", "read the secret from the first line of standard input")
    .addOption(new Option("--cmpp-version <version>", "with --cmpp: the version spoken").choices(["2.0", "2.1", "3.0"]).default("3.0"))
    .option("--host <address>", "the gateway's address (default: the first listener's of the protocol)")
    .option("--port <number>", "its port", wholeNumber(65_535))
    .option("--window <number>", `submits that may be unanswered, with --file (default: ${WINDOWS.smpp}, CMPP ${WINDOWS.cmpp})`, wholeNumber(10_000))
    .option("--rate <number>", "most submits a second (with --file); none: as fast as the gateway takes them", wholeNumber(1_000_000))
    .option("--wait <duration>", "how long to wait for receipts that do not come", milliseconds, WAIT_MS)
    .option("--no-receipt", "ask for no receipts")
    .action(async (text: string | undefined, flags: Flags) => {
      if ((text === undefined) === (flags.file === undefined)) throw new CliError(Exit.usage, "give a text, or a file of texts with --file");
      const { to } = flags;
      if (text !== undefined && to === undefined) throw new CliError(Exit.usage, "give the number with --to", 'tollgate send --to 13800138000 "hello"');
      const protocols = await loadProtocols();
      const target = await sendTarget(flags, protocols, context);
      const words = new SendWords(protocols, target.protocol);
      const rest = { target, receipt: flags.receipt, waitMs: flags.wait };
      if (text !== undefined && to !== undefined) {
        return sendOne({ ...rest, to, text }, flags, words, context);
      }
      if (to !== undefined && to.length > 1) throw new CliError(Exit.usage, "give one number with --file", "name the others in the file's lines");
      const progress = new SendProgress(process.stderr, context.clock);
      const messages = { ...rest, path: flags.file ?? "", to: to?.[0] ?? null, window: flags.window ?? WINDOWS[target.protocol], rate: flags.rate ?? 0 };
      const totals = await sendFile(messages, words, context.clock, (now) => progress.show(now)).finally(() => progress.end());
      if (flags.json === true) context.output.json(totals.report());
      else context.output.pairs(totals.pairs(words));
      if (!totals.well) context.exit = Exit.refused;
    });
}

/** Each number once, for a receipt tells only which number it is of. */
function destinations(text: string): readonly string[] {
  const numbers = text.split(",").map((number) => number.trim());
  if (!numbers.every(isNumber)) throw new InvalidArgumentError("expected a number: digits, a plus in front allowed, at most 20; several with commas.");
  if (new Set(numbers).size < numbers.length) throw new InvalidArgumentError("a number is given twice.");
  if (numbers.length > MOST_NUMBERS) throw new InvalidArgumentError(`more than ${MOST_NUMBERS} numbers: use --file.`);
  return numbers;
}

function milliseconds(text: string): number {
  const value = parseDuration(text);
  if (value === null) throw new InvalidArgumentError('expected a duration such as "500ms", "30s" or "5m".');
  return value;
}
