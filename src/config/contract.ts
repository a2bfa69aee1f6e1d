/**
 * The [contract] section made into settings, and its faults told.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { HolidaysError, readHolidays } from "./holidays.js";
import type { Parsed } from "./schema.js";
import type { ContractSettings } from "./settings.js";

const HOUR_MS = 3_600_000;
const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** `beside` makes a path of the file absolute; `fault` takes what is wrong with a key. */
export function contractSettings(parsed: Parsed["contract"], beside: (path: string) => string, fault: (key: string, message: string, hint: string) => void): ContractSettings {
  const holidays = parsed.holidays === undefined ? shipped("holidays.toml") : beside(parsed.holidays);
  try {
    readHolidays(holidays);
  } catch (error) {
    if (!(error instanceof HolidaysError)) throw error;
    fault("contract.holidays", error.message, "paths are relative to the configuration file; config/holidays.toml shows the form");
  }
  if (parsed.working_hours.length === 0) fault("contract.working_hours", "must name one stretch at least", 'for example ["09:00-12:00", "13:00-18:00"]');
  if (parsed.working_days.length === 0) fault("contract.working_days", "must name one day at least", 'for example ["mon", "tue"]');
  const ends = parsed.working_hours.flatMap((stretch) => stretch.split("-"));
  if (ends.some((end, index) => end > "24:00" || (index > 0 && end < (ends[index - 1] as string)) || (index % 2 === 1 && end === ends[index - 1]))) {
    fault("contract.working_hours", "must stand in their order, and no stretch end before it begins", "for example [\"09:00-12:00\", \"13:00-18:00\"]");
  }
  return {
    segments: parsed.segments === undefined ? shipped("segments.toml") : beside(parsed.segments),
    optOut: parsed.opt_out === undefined ? shipped("opt-out.txt") : beside(parsed.opt_out),
    templates: parsed.templates === undefined ? shipped("templates") : beside(parsed.templates),
    adverts: parsed.adverts === undefined ? shipped("adverts.txt") : beside(parsed.adverts),
    maxNumbers: parsed.max_numbers,
    workingHours: parsed.working_hours,
    workingDays: parsed.working_days.map((day) => WEEKDAYS.indexOf(day) + 1),
    holidays,
    serviceNumber: parsed.service_number ?? "",
    balanceWords: parsed.balance_words,
    balanceEveryMs: parsed.balance_every,
    publicHost: parsed.public_host ?? "",
    reports: parsed.reports === undefined ? "" : beside(parsed.reports),
    reportsKeepMs: parsed.reports_keep,
    complaintMs: parsed.complaint_hours * HOUR_MS,
    complaintReminderMs: parsed.complaint_reminder,
  };
}

/** A file of the program's own config folder. */
function shipped(name: string): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, "config", name);
}
