/**
 * Calendar: working time, in which some duties are counted: when so many working hours are over, and how many lie between.
 *
 * ```
 *  Friday            Saturday  Sunday   Monday
 *  ──09▓▓12─13▓▓▓18──────────────────────09▓▓12─13▓▓▓18──      ▓ counts
 *              ▲ 17:00: one hour is left             ▲ five more are over at 15:00
 * ```
 * A day works when it is a working day of the week, unless it is a holiday; and when it is made to work (a weekend day worked
 * for a holiday). Days are counted from 1970-01-01 in the business time zone, minutes from its midnight.
 */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1_440;
/** No stretch of free days is longer; beyond it a search gives up. */
const MOST_FREE_DAYS = 400;

/** A stretch of the day, in minutes from midnight: [from, to). */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Days that are not as their day of the week says. */
export interface SpecialDays {
  /** Days off. */
  readonly holidays: ReadonlySet<number>;
  /** Days of the weekend that are worked. */
  readonly worked: ReadonlySet<number>;
  /** Years that the table speaks of; of others only the weekdays are known. */
  readonly years: ReadonlySet<number>;
}

export const NO_SPECIAL_DAYS: SpecialDays = { holidays: new Set(), worked: new Set(), years: new Set() };

export interface WorkingTime {
  /** In their order, not overlapping. */
  readonly hours: readonly Stretch[];
  /** 1 (Monday) to 7. */
  readonly weekdays: ReadonlySet<number>;
}

/** "09:00-12:00" as minutes; null when it is no stretch of a day. */
export function parseStretch(text: string): Stretch | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/.exec(text);
  if (match === null) return null;
  const [from, to] = [Number(match[1]) * 60 + Number(match[2]), Number(match[3]) * 60 + Number(match[4])];
  return from < to && to <= DAY_MINUTES ? { from, to } : null;
}

/** Whether each stretch ends before the next begins. */
export function inOrder(hours: readonly Stretch[]): boolean {
  return hours.every((one, index) => index === 0 || (hours[index - 1] as Stretch).to <= one.from);
}

export class Calendar {
  readonly #time: WorkingTime;
  readonly #special: SpecialDays;
  readonly #zoneMs: number;

  /** Throws RangeError when there is no working time at all. */
  constructor(time: WorkingTime, special: SpecialDays, zoneMinutes: number) {
    if (time.hours.length === 0 || time.weekdays.size === 0) throw new RangeError("a calendar without working time");
    this.#time = time;
    this.#special = special;
    this.#zoneMs = zoneMinutes * MINUTE_MS;
  }

  /** Whether the table of special days speaks of the year of that moment. */
  knows(wallMs: number): boolean {
    return this.#special.years.has(new Date(wallMs + this.#zoneMs).getUTCFullYear());
  }

  isWorkingDay(day: number): boolean {
    if (this.#special.worked.has(day)) return true;
    // 1970-01-01 was a Thursday.
    return this.#time.weekdays.has(((day + 3) % 7 + 7) % 7 + 1) && !this.#special.holidays.has(day);
  }

  /**
   * The moment at which so much working time has passed since `fromMs`. Outside of working time the clock stands still: what begins
   * there begins with the next working hour.
   */
  after(fromMs: number, workingMs: number): number {
    let left = workingMs;
    let free = 0;
    for (let day = this.#dayOf(fromMs); ; day++) {
      free = this.isWorkingDay(day) ? 0 : free + 1;
      if (free > MOST_FREE_DAYS) throw new RangeError("no working day within a year");
      if (free > 0) continue;
      const midnight = day * DAY_MS - this.#zoneMs;
      for (const { from, to } of this.#time.hours) {
        const start = Math.max(fromMs, midnight + from * MINUTE_MS);
        const end = midnight + to * MINUTE_MS;
        if (start >= end) continue;
        if (left <= end - start) return start + left;
        left -= end - start;
      }
    }
  }

  /** Working time between two moments, in ms; negative when the second comes first. At most ten years are looked at. */
  between(fromMs: number, toMs: number): number {
    if (toMs < fromMs) return -this.between(toMs, fromMs);
    let sum = 0;
    const last = Math.min(this.#dayOf(toMs), this.#dayOf(fromMs) + 3_660);
    for (let day = this.#dayOf(fromMs); day <= last; day++) {
      if (!this.isWorkingDay(day)) continue;
      const midnight = day * DAY_MS - this.#zoneMs;
      for (const { from, to } of this.#time.hours) {
        sum += Math.max(0, Math.min(toMs, midnight + to * MINUTE_MS) - Math.max(fromMs, midnight + from * MINUTE_MS));
      }
    }
    return sum;
  }

  #dayOf(wallMs: number): number {
    return Math.floor((wallMs + this.#zoneMs) / DAY_MS);
  }
}
