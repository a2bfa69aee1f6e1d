/**
 * Paths: how the data folder is laid out, and which day a moment or an id belongs to.
 *
 * ```
 *  <dir>/ledger.db            accounts, top-ups, tariffs, refunds, audit, totals of sealed days
 *  <dir>/lock.db              held exclusively by the one daemon, released by the kernel when it dies
 *  <dir>/days/2025-11-24.db   one self-contained book a day of acceptance, in the business time zone
 * ```
 */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

const DAY_MS = 86_400_000;
const DAY_FILE = /^(\d{4})-(\d{2})-(\d{2})\.db$/;

/** A day counted from 1970-01-01 in the business time zone: the number of the file a message lives in. */
export function dayOfMs(wallMs: number, zoneMinutes: number): number {
  return Math.floor((wallMs + zoneMinutes * 60_000) / DAY_MS);
}

/** First wall ms of a day in the business time zone. */
export function dayStartMs(day: number, zoneMinutes: number): number {
  return day * DAY_MS - zoneMinutes * 60_000;
}

/** "2025-11-24" for a day number. */
export function dayName(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The day number of "2025-11-24"; NaN when it is no day. */
export function dayFromName(name: string): number {
  const match = DAY_FILE.exec(`${name}.db`);
  return match === null ? NaN : Math.floor(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) / DAY_MS);
}

export function ledgerPath(dir: string): string {
  return join(dir, "ledger.db");
}

export function lockPath(dir: string): string {
  return join(dir, "lock.db");
}

export function daysDir(dir: string): string {
  return join(dir, "days");
}

export function dayPath(dir: string, day: number): string {
  return join(dir, "days", `${dayName(day)}.db`);
}

/** The days that have a file, oldest first. */
export function listDays(dir: string): number[] {
  let names: string[];
  try {
    names = readdirSync(daysDir(dir));
  } catch {
    return [];
  }
  return names
    .filter((name) => DAY_FILE.test(name))
    .map((name) => dayFromName(name.slice(0, -3)))
    .sort((a, b) => a - b);
}

/** Makes the folder and its days/ where missing; private to the daemon's user. */
export function makeFolders(dir: string): void {
  mkdirSync(daysDir(dir), { recursive: true, mode: 0o700 });
}
