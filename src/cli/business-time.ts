/**
 * Days and times in the business time zone, as people write and read them.
 */
import { CliError, Exit } from "./exit.js";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Wall ms of the beginning of a day "2025-11-24". Throws CliError (usage). */
export function dayStart(text: string, zoneMinutes: number): number {
  const utc = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 10) !== text) {
    throw new CliError(Exit.usage, `${JSON.stringify(text)} is no day`, "write it as 2025-11-24");
  }
  return utc - zoneMinutes * MINUTE_MS;
}

/** Wall ms of "2026-12-01", the beginning of that day, or of "2026-12-01T08:30". Throws CliError (usage). */
export function moment(text: string, zoneMinutes: number): number {
  const match = /^(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (match === null) return dayStart(text, zoneMinutes);
  return dayStart(match[1] ?? "", zoneMinutes) + (Number(match[2]) * 60 + Number(match[3])) * MINUTE_MS;
}

/** A period of whole days, half open, in wall ms. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** From the beginning of one day to the end of another. */
export function daysPeriod(from: string, to: string, zoneMinutes: number): Period {
  const period = { fromMs: dayStart(from, zoneMinutes), toMs: dayStart(to, zoneMinutes) + DAY_MS };
  if (period.fromMs >= period.toMs) throw new CliError(Exit.usage, `the period ends (${to}) before it begins (${from})`);
  return period;
}

/** A whole month "2025-11". */
export function monthPeriod(text: string, zoneMinutes: number): Period {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text);
  if (match === null) throw new CliError(Exit.usage, `${JSON.stringify(text)} is no month`, "write it as 2025-11");
  const [year, month] = [Number(match[1]), Number(match[2])];
  return { fromMs: Date.UTC(year, month - 1, 1) - zoneMinutes * MINUTE_MS, toMs: Date.UTC(year, month, 1) - zoneMinutes * MINUTE_MS };
}

/** "2025-11-24" at a moment. */
export function dayAt(wallMs: number, zoneMinutes: number): string {
  return new Date(wallMs + zoneMinutes * MINUTE_MS).toISOString().slice(0, 10);
}

/** "2025-11-24 18:30:05.123" of a report's ISO time; "-" for none. */
export function localTime(iso: string, zoneMinutes: number): string {
  if (iso === "") return "-";
  return new Date(Date.parse(iso) + zoneMinutes * MINUTE_MS).toISOString().replace("T", " ").replace(/(\.000)?Z$/, "");
}
