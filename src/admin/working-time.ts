/**
 * Working time: the calendar of the configuration, with the holidays as their file has them now.
 */
import { HolidaysError, readHolidays } from "../config/holidays.js";
import type { Settings } from "../config/settings.js";
import { Calendar, parseStretch } from "../contract/calendar.js";
import { AdminError } from "./errors.js";

/** Read at each use, which is rare: what was put right in the file counts at once. Throws AdminError `config_invalid`. */
export function readCalendar(contract: Settings["contract"], zoneMinutes: number): Calendar {
  try {
    const special = readHolidays(contract.holidays);
    const hours = contract.workingHours.map(parseStretch).filter((one) => one !== null);
    return new Calendar({ hours, weekdays: new Set(contract.workingDays) }, special, zoneMinutes);
  } catch (error) {
    if (error instanceof HolidaysError || error instanceof RangeError) throw new AdminError("config_invalid", error.message, "look at [contract] holidays and working_hours");
    throw error;
  }
}
