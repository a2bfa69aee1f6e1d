/**
 * Hours: the times of the business day at which messages may go; several stretches, over midnight where one ends before it begins.
 */
const DAY_MINUTES = 1_440;
const MINUTE_MS = 60_000;

export class Hours {
  /** By the minute of the day: 1 = open. */
  readonly #open = new Uint8Array(DAY_MINUTES);

  /** @param stretches such as "08:00-22:00", "22:00-06:00", "18:00-24:00"; from the first minute up to, but not with, the last */
  constructor(stretches: readonly string[]) {
    for (const stretch of stretches) {
      const [from, to] = stretch.split("-").map(minuteOf) as [number, number];
      // One that ends where it begins is the whole day.
      const length = to > from ? to - from : to + DAY_MINUTES - from;
      for (let at = 0; at < length; at++) this.#open[(from + at) % DAY_MINUTES] = 1;
    }
  }

  /** Whether messages may go in a minute, counted in business time (see `minuteAt`). */
  open(minute: number): boolean {
    return this.#open[minute % DAY_MINUTES] === 1;
  }
}

/** Minutes since 1970 of the business time zone. */
export function minuteAt(wallMs: number, zoneMinutes: number): number {
  return Math.floor(wallMs / MINUTE_MS) + zoneMinutes;
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}
