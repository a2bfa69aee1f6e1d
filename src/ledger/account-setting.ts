/**
 * Account setting: what one term of an account may be, how its flag's text is read and its value checked.
 */
import { MoneyError, formatMoney, parseMoneyNumber } from "./money.js";
import type { AccountSettings } from "./commands.js";
import { isPasswordHash } from "./password.js";
import { isSealed } from "./secret.js";

export type SettingKind = "integer" | "money" | "duration" | "choice" | "boolean" | "text" | "list" | "password" | "secret";
export type SettingValue = string | number | boolean | readonly string[];
export type AccountSettingName = keyof AccountSettings;

export interface AccountSetting {
  readonly name: AccountSettingName;
  /** The flag of `account add` and `account set`, without dashes. A list's flag may be given several times or with commas. */
  readonly flag: string;
  readonly kind: SettingKind;
  /** null: see `derived`, or it must be given when the account is added. Money in micros, durations in ms. */
  readonly default: SettingValue | null;
  /** How the default follows from other settings, in words; it keeps following them until the setting is given itself. */
  readonly derived?: string;
  readonly required?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  /** What one entry of a list, or a text, must look like. */
  readonly shape?: { readonly test: (text: string) => boolean; readonly words: string };
  readonly unit?: string;
  readonly help: string;
}

const HOUR_MS = 3_600_000;
/** Most entries of a list. */
export const MAX_LIST = 1_000;

export class SettingError extends Error {
  readonly code = "invalid_value";
  readonly setting: string;

  constructor(setting: string, why: string) {
    super(`${setting}: ${why}`);
    this.name = "SettingError";
    this.setting = setting;
  }
}

/** The value a flag's text stands for (a password's text must already be a hash). Throws SettingError naming the flag. */
export function readSetting(setting: AccountSetting, text: string): SettingValue {
  const value = convert(setting, text);
  const problem = checkValue(setting, value);
  if (problem !== null) throw new SettingError(setting.flag, problem);
  return value;
}

function convert(setting: AccountSetting, text: string): SettingValue {
  switch (setting.kind) {
    case "integer":
      return /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
    case "money":
      try {
        return parseMoneyNumber(text);
      } catch (error) {
        if (error instanceof MoneyError) throw new SettingError(setting.flag, error.message);
        throw error;
      }
    case "duration":
      return parseDuration(text);
    case "boolean":
      if (text !== "true" && text !== "false") throw new SettingError(setting.flag, "must be true or false");
      return text === "true";
    case "list":
      return text.split(",").map((part) => part.trim()).filter((part) => part !== "");
    default:
      return text;
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: HOUR_MS, d: 24 * HOUR_MS };

function parseDuration(text: string): number {
  const match = /^([0-9]{1,9})([smhd])$/.exec(text);
  return match === null ? Number.NaN : Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? Number.NaN);
}

/** What is wrong with a value, in words; null when it may stand. */
export function checkValue(setting: AccountSetting, value: unknown): string | null {
  switch (setting.kind) {
    case "integer":
    case "money":
    case "duration":
      return typeof value === "number" && Number.isSafeInteger(value) && value >= (setting.min ?? 0) && value <= (setting.max ?? Infinity)
        ? null
        : rangeWords(setting);
    case "choice":
      return typeof value === "string" && setting.choices?.includes(value) === true ? null : `must be one of ${setting.choices?.join(", ") ?? ""}`;
    case "boolean":
      return typeof value === "boolean" ? null : "must be true or false";
    case "password":
      return typeof value === "string" && (value === "" || isPasswordHash(value)) ? null : "must be a scrypt hash";
    case "secret":
      return typeof value === "string" && (value === "" || isSealed(value)) ? null : "must be a sealed secret";
    case "text":
      return typeof value === "string" && setting.shape?.test(value) !== false ? null : `must be ${setting.shape?.words ?? "text"}`;
    case "list": {
      if (!Array.isArray(value) || value.length > MAX_LIST) return `must be a list of at most ${MAX_LIST}`;
      const wrong: unknown = value.find((entry: unknown) => typeof entry !== "string" || setting.shape?.test(entry) === false);
      return wrong === undefined ? null : `"${String(wrong)}" is not ${setting.shape?.words ?? "text"}`;
    }
  }
}

function rangeWords(setting: AccountSetting): string {
  const { min = 0, max = Infinity } = setting;
  if (setting.kind === "money") return `must be an amount from ${formatMoney(min)} to ${formatMoney(max)}`;
  if (setting.kind === "duration") return `must be a time such as 90s, 30m, 48h or 7d, from ${min / 1_000}s to ${max / (24 * HOUR_MS)}d`;
  return `must be a whole number from ${min} to ${max}`;
}
