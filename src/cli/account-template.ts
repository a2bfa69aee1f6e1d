/**
 * Account templates: a file of flags for `account add`, by its path or by its name in the templates folder.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readToml, TomlSyntaxError } from "../config/toml.js";
import { nearest } from "../config/problem.js";
import { SettingError, readSetting, type AccountSetting, type SettingValue } from "../ledger/account-setting.js";
import { ACCOUNT_SETTINGS } from "../ledger/account-settings.js";
import { CliError, Exit } from "./exit.js";

const MAX_OCTETS = 1_048_576;

/** The settings a template gives. Throws CliError that names file, line and flag. */
export function readTemplate(which: string, folder: string): Record<string, SettingValue> {
  const path = /[/\\]|\.toml$/.test(which) ? which : join(folder, `${which}.toml`);
  const { value, places } = parsed(path, which, folder);
  const settings: Record<string, SettingValue> = {};
  const faults: string[] = [];
  for (const [flag, given] of Object.entries(value)) {
    const where = `${path}:${String(places.get(flag)?.key.line ?? 1)}`;
    const setting = ACCOUNT_SETTINGS.find((one) => one.flag === flag);
    if (setting === undefined) {
      const near = nearest(flag, ACCOUNT_SETTINGS.map((one) => one.flag));
      faults.push(`${where}: ${flag}: there is no such flag${near === null ? "" : `; ${near}, maybe`}`);
    } else if (setting.kind === "password" || setting.kind === "secret") {
      faults.push(`${where}: ${flag}: each account has its own`);
    } else {
      const read = valueOf(setting, given);
      if (typeof read === "string") faults.push(`${where}: ${read}`);
      else settings[setting.name] = read.value;
    }
  }
  if (faults.length > 0) throw new CliError(Exit.usage, faults.join("\n"));
  return settings;
}

function parsed(path: string, which: string, folder: string): ReturnType<typeof readToml> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const there = namesIn(folder);
    throw new CliError(Exit.usage, `there is no template ${which}: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? "error"})`, there.length === 0 ? `none in ${folder}` : `in ${folder}: ${there.join(", ")}`);
  }
  if (text.length > MAX_OCTETS) throw new CliError(Exit.usage, `${path} is no template: it is too large`);
  try {
    return readToml(text);
  } catch (error) {
    if (error instanceof TomlSyntaxError) throw new CliError(Exit.usage, `${path}:${String(error.place.line)}: ${error.message}`);
    throw error;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith(".toml")).map((file) => file.slice(0, -".toml".length)).sort();
  } catch {
    return [];
  }
}

/** A value as its flag's text would give it; what is wrong with it, in words. */
function valueOf(setting: AccountSetting, given: unknown): { readonly value: SettingValue } | string {
  const list = Array.isArray(given) ? (given as unknown[]) : [given];
  if (Array.isArray(given) !== (setting.kind === "list")) return `${setting.flag}: ${setting.kind === "list" ? "must be a list in brackets" : "must be one value"}`;
  if (list.some((one) => typeof one !== "string" && typeof one !== "number" && typeof one !== "boolean")) return `${setting.flag}: must be text, a number, or true or false`;
  if (setting.kind === "money" && typeof given === "number") return `${setting.flag}: write an amount as text, such as "0.035"`;
  try {
    return { value: readSetting(setting, list.map(String).join(",")) };
  } catch (error) {
    if (error instanceof SettingError) return error.message;
    throw error;
  }
}
