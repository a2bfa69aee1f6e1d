/**
 * Holidays: reads the file of days that are not as their day of the week says, such as config/holidays.toml.
 *
 * ```
 *  [2026]
 *  holidays = ["2026-01-01..2026-01-03", "2026-04-05"]
 *  worked = ["2026-01-04"]
 * ```
 * Days come out counted from 1970-01-01.
 */
import { readFileSync } from "node:fs";
import { TomlSyntaxError, readToml } from "./toml.js";

const DAY_MS = 86_400_000;
/** Longest stretch that one line may tell. */
const MOST_DAYS = 60;
/** Most octets of the file. */
const MOST_OCTETS = 1_048_576;

export interface HolidayTable {
  readonly holidays: ReadonlySet<number>;
  readonly worked: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
}

/** The file is not as it should be; the message says where. */
export class HolidaysError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "HolidaysError";
  }
}

/** Throws HolidaysError. */
export function readHolidays(path: string): HolidayTable {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new HolidaysError(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? "error"}`);
  }
  if (text.length > MOST_OCTETS) throw new HolidaysError(`${path} is longer than ${MOST_OCTETS} characters`);
  return parseHolidays(text, path);
}

/** As readHolidays, of a text in hand; `path` for its messages. */
export function parseHolidays(text: string, path: string): HolidayTable {
  const table = { holidays: new Set<number>(), worked: new Set<number>(), years: new Set<number>() };
  let document: ReturnType<typeof readToml>;
  try {
    document = readToml(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (!(error instanceof TomlSyntaxError)) throw error;
    throw new HolidaysError(`${path}:${error.place.line}: ${error.message}`);
  }
  const fault = (key: string, what: string): HolidaysError => {
    const line = document.places.get(key)?.value.line;
    return new HolidaysError(`${path}${line === undefined ? "" : `:${line}`}: ${key}: ${what}`);
  };
  for (const [year, held] of Object.entries(document.value)) {
    if (!/^(19|2\d)\d{2}$/.test(year)) throw fault(year, "is no year");
    if (typeof held !== "object" || held === null || Array.isArray(held)) throw fault(year, "must be a table with holidays and worked");
    table.years.add(Number(year));
    for (const [name, days] of Object.entries(held)) {
      const key = `${year}.${name}`;
      if (name !== "holidays" && name !== "worked") throw fault(key, "there are holidays and worked only");
      if (!Array.isArray(days)) throw fault(key, "must be a list of days");
      days.forEach((day: unknown, index) => {
        const stretch = typeof day === "string" ? stretchOf(day) : null;
        if (stretch === null) throw fault(`${key}[${index}]`, 'must be a day such as "2026-04-05", or a stretch "2026-01-01..2026-01-03"');
        for (let at = stretch.from; at <= stretch.to; at++) {
          if (new Date(at * DAY_MS).getUTCFullYear() !== Number(year)) throw fault(`${key}[${index}]`, `is not of ${year}`);
          table[name].add(at);
        }
      });
    }
  }
  for (const day of table.worked) {
    if (table.holidays.has(day)) throw new HolidaysError(`${path}: ${new Date(day * DAY_MS).toISOString().slice(0, 10)} is a holiday and worked`);
  }
  return table;
}

function stretchOf(text: string): { readonly from: number; readonly to: number } | null {
  const [first = "", last = first, more] = text.split("..");
  const [from, to] = [dayOf(first), dayOf(last)];
  return more !== undefined || Number.isNaN(from) || Number.isNaN(to) || to < from || to - from >= MOST_DAYS ? null : { from, to };
}

function dayOf(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text ? NaN : at / DAY_MS;
}
