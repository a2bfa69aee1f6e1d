/**
 * The flags of `account add` and `account set`, made from the table of account settings, and what was given with them.
 */
import { readFileSync } from "node:fs";
import { Option } from "commander";
import type { Command } from "commander";
import { SettingError, readSetting } from "../ledger/account-setting.js";
import type { AccountSetting, SettingValue } from "../ledger/account-setting.js";
import { ACCOUNT_SETTINGS } from "../ledger/account-settings.js";
import { formatMoney } from "../ledger/money.js";
import { hashPasswordSync } from "../ledger/password.js";
import { checkSecret } from "../ledger/secret.js";
import { formatDuration } from "../config/duration.js";
import type { CliContext } from "./context.js";
import { CliError, Exit } from "./exit.js";
import { loadProtocols } from "./protocols.js";

export function addAccountFlags(command: Command): Command {
  for (const setting of ACCOUNT_SETTINGS) {
    const option = new Option(`--${setting.flag} ${valueName(setting)}`, `${setting.help} (${facts(setting)})`);
    if (setting.kind === "list") option.argParser((value: string, before: string | undefined) => (before === undefined ? value : `${before},${value}`));
    if (setting.kind === "boolean") option.preset("true");
    command.addOption(option);
  }
  return command
    .option("--password-file <file>", "read the password from the first line of a file")
    .option("--password-stdin", "read the password from the first line of standard input")
    .option("--cmpp-secret-file <file>", "read the CMPP secret from the first line of a file")
    .option("--cmpp-secret-stdin", "read the CMPP secret from the first line of standard input")
    .option("--reason <text>", "why, for the audit log");
}

export interface GivenSettings {
  readonly settings: Record<string, SettingValue>;
  /** In clear: whoever has the key seals it. "" takes it away. */
  readonly cmppSecret?: string;
}

/** The settings that the flags give. Passwords leave this process as hashes only. Throws CliError (usage). */
export async function givenSettings(flags: Readonly<Record<string, unknown>>, context: CliContext): Promise<GivenSettings> {
  const settings: Record<string, SettingValue> = {};
  for (const setting of ACCOUNT_SETTINGS) {
    const text = flags[optionName(setting.flag)];
    if (typeof text !== "string" || setting.kind === "password" || setting.kind === "secret") continue;
    settings[setting.name] = readFlag(setting, text);
  }
  const ask = once(() => context.readInput());
  const password = await givenText(flags, "password", ask);
  if (password !== null) await warnOfLength(password, context);
  if (password !== null) settings["passwordHash"] = password === "" ? "" : hashPasswordSync(password);
  const cmppSecret = await givenText(flags, "cmpp-secret", ask);
  if (password !== null && flags["passwordStdin"] !== undefined && flags["cmppSecretStdin"] !== undefined) {
    throw new CliError(Exit.usage, "standard input can give the password or the CMPP secret, not both");
  }
  if (cmppSecret === null) return { settings };
  const fault = cmppSecret === "" ? null : checkSecret(cmppSecret);
  if (fault !== null) throw new CliError(Exit.usage, `--cmpp-secret: ${fault}`);
  return { settings, cmppSecret };
}

/** A password that a protocol cannot carry may be meant for another: it is taken, and said. */
async function warnOfLength(password: string, context: CliContext): Promise<void> {
  for (const { name, maxPasswordOctets = Infinity } of await loadProtocols()) {
    if (Buffer.byteLength(password) <= maxPasswordOctets) continue;
    context.output.error(`the password has more than ${maxPasswordOctets} octets: an ${name.toUpperCase()} bind cannot carry it`);
  }
}

/** The same promise for everyone who asks. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

function readFlag(setting: AccountSetting, text: string): SettingValue {
  try {
    return readSetting(setting, text);
  } catch (error) {
    if (error instanceof SettingError) throw new CliError(Exit.usage, `--${error.message}`, setting.help);
    throw error;
  }
}

/** What one of --FLAG, --FLAG-file and --FLAG-stdin gives; null when none of them is there. */
async function givenText(flags: Readonly<Record<string, unknown>>, flag: string, readInput: () => Promise<string>): Promise<string | null> {
  const [text, file, input] = [flags[optionName(flag)], flags[optionName(`${flag}-file`)], flags[optionName(`${flag}-stdin`)]];
  const given = [text, file, input].filter((one) => one !== undefined).length;
  if (given === 0) return null;
  if (given > 1) throw new CliError(Exit.usage, `give only one of --${flag}, --${flag}-file and --${flag}-stdin`);
  if (typeof text === "string") return text;
  return firstLine(flag, typeof file === "string" ? readSecretFile(file) : await readInput());
}

function readSecretFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new CliError(Exit.usage, `cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? "error"}`);
  }
}

function firstLine(flag: string, text: string): string {
  const line = text.split(/\r?\n/, 1)[0] ?? "";
  if (line === "") throw new CliError(Exit.usage, `the ${flag} is empty`, "the first line holds it");
  return line;
}

/** `credit-limit` -> `creditLimit`, as commander names options. */
function optionName(flag: string): string {
  return flag.replace(/-(.)/g, (_match, letter: string) => letter.toUpperCase());
}

function valueName(setting: AccountSetting): string {
  switch (setting.kind) {
    case "boolean":
      return "[true|false]";
    case "choice":
      return `<${setting.choices?.join("|") ?? "word"}>`;
    case "list":
      return "<list>";
    case "password":
    case "secret":
    case "text":
      return "<text>";
    default:
      return `<${setting.kind === "integer" ? "number" : setting.kind}>`;
  }
}

function facts(setting: AccountSetting): string {
  const parts: string[] = [];
  if (setting.unit !== undefined) parts.push(setting.unit);
  if (setting.required === true) parts.push("required by add");
  else if (setting.derived !== undefined) parts.push(`default: ${setting.derived}`);
  else parts.push(`default: ${settingText(setting, setting.default ?? "")}`);
  return parts.join("; ");
}

/** A setting's value as its flag would take it; "none" for an empty one. */
export function settingText(setting: AccountSetting, value: unknown): string {
  if (setting.kind === "money") return typeof value === "number" ? formatMoney(value) : String(value);
  if (setting.kind === "duration" && typeof value === "number") return formatDuration(value);
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(",");
  return value === "" ? "none" : String(value);
}
