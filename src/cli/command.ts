/**
 * What all commands share: the common flags, and arguments read with a plain word on what they should be.
 */
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";

/** Adds --config and --json. */
export function withCommonOptions(command: Command): Command {
  return command
    .option("--config <file>", "configuration file (else TOLLGATE_CONFIG, /etc/tollgate/tollgate.toml, or the demo's)")
    .option("--json", "print one JSON document, amounts as decimal strings");
}

/** Says in the help how it is called. */
export function withExample(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText("after", `\nExample:\n${lines.map((line) => `  ${line}`).join("\n")}`);
}

/** A whole number from 1 to `max`, for commander. */
export function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
    if (value < 1 || value > max) throw new InvalidArgumentError(`expected a whole number from 1 to ${max}.`);
    return value;
  };
}

/** A message id as we give it, up to 16 digits; null for anything else. */
export function readMessageId(text: string): number | null {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  return Number.isSafeInteger(value) && value >= 1 ? value : null;
}
