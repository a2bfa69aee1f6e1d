import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { parseHolidays, readHolidays } from "../../../src/config/holidays.js";
import { Calendar, NO_SPECIAL_DAYS, inOrder, parseStretch } from "../../../src/contract/calendar.js";
import type { Stretch } from "../../../src/contract/calendar.js";
import "../../seed.js";
import { ROOT } from "../../root.js";

const HOUR = 3_600_000;
const ZONE = 480;
const hours = ["09:00-12:00", "13:00-18:00"].map(parseStretch).filter((one): one is Stretch => one !== null);
const weekdays = new Set([1, 2, 3, 4, 5]);
const holidays = readHolidays(join(ROOT, "config/holidays.toml"));
const calendar = new Calendar({ hours, weekdays }, holidays, ZONE);
const plain = new Calendar({ hours, weekdays }, NO_SPECIAL_DAYS, ZONE);
/** A moment in business time. */
const at = (text: string): number => Date.parse(`${text}:00+08:00`);
const show = (ms: number): string => new Date(ms + ZONE * 60_000).toISOString().slice(0, 16);

describe("contract/calendar", () => {
  it("clause 2.1(10): a complaint of Friday 17:00 is to be answered in six working hours: on the next working day", () => {
    expect(show(calendar.after(at("2025-11-28T17:00"), 6 * HOUR))).to.equal("2025-12-01T15:00");
  });

  const CASES: readonly (readonly [what: string, from: string, hours: number, due: string])[] = [
    ["within one morning", "2025-11-24T09:00", 2, "2025-11-24T11:00"],
    ["across the midday break", "2025-11-24T11:00", 2, "2025-11-24T14:00"],
    ["to the very end of a stretch", "2025-11-24T09:00", 3, "2025-11-24T12:00"],
    ["from before the working day", "2025-11-24T03:00", 6, "2025-11-24T16:00"],
    ["from after it", "2025-11-24T20:00", 6, "2025-11-25T16:00"],
    ["from a Saturday", "2025-11-29T10:00", 6, "2025-12-01T16:00"],
    ["over the Spring Festival of 2025, whose Saturday after it is worked", "2025-01-27T17:00", 6, "2025-02-05T15:00"],
    ["into a Sunday that is worked", "2025-09-27T10:00", 6, "2025-09-28T16:00"],
    ["over the eight days of October 2025", "2025-09-30T17:00", 6, "2025-10-09T15:00"],
    ["into the worked Saturday after them", "2025-10-10T17:00", 6, "2025-10-11T15:00"],
    ["over New Year 2026, with its worked Sunday", "2025-12-31T17:00", 6, "2026-01-04T15:00"],
    ["over the nine days of February 2026", "2026-02-14T17:00", 6, "2026-02-24T15:00"],
    ["several days", "2025-11-24T09:00", 20, "2025-11-26T14:00"],
  ];
  for (const [what, from, long, due] of CASES) {
    it(`${String(long)} working hours ${what}: ${from} -> ${due}`, () => {
      const found = show(calendar.after(at(from), long * HOUR));
      // The end of a stretch and the beginning of the next are the same amount of work.
      expect(found === due || calendar.between(at(from), at(due)) === long * HOUR && found < due).to.equal(true, found);
    });
  }

  it("what is over and what lies between are the same, for any moment and any span", () => {
    fc.assert(fc.property(fc.integer({ min: at("2024-01-01T00:00"), max: at("2028-12-01T00:00") }), fc.integer({ min: 1, max: 300 * HOUR }), (from, span) => {
      const due = calendar.after(from, span);
      expect(calendar.between(from, due)).to.equal(span);
      expect(calendar.between(due, from)).to.equal(-span);
    }), { numRuns: 300 });
  });

  it("counts by the business zone whatever the day in UTC, also west of it", () => {
    const west = new Calendar({ hours, weekdays }, NO_SPECIAL_DAYS, -300);
    expect(new Date(west.after(Date.parse("2025-11-28T17:00:00-05:00"), 6 * HOUR)).toISOString()).to.equal("2025-12-01T20:00:00.000Z");
  });

  it("knows which years its table speaks of", () => {
    expect([at("2025-06-01T00:00"), at("2027-12-31T23:59"), at("2028-01-01T00:00")].map((ms) => calendar.knows(ms))).to.deep.equal([true, true, false]);
    expect(plain.knows(at("2025-06-01T00:00"))).to.equal(false);
  });

  it("gives up where nothing is ever worked", () => {
    expect(() => new Calendar({ hours: [], weekdays }, NO_SPECIAL_DAYS, ZONE)).to.throw(RangeError);
    const always = { holidays: { has: () => true } as unknown as ReadonlySet<number>, worked: new Set<number>(), years: new Set<number>() };
    expect(() => new Calendar({ hours, weekdays }, always, ZONE).after(0, 1)).to.throw(RangeError, "no working day");
  });

  it("reads stretches of a day, and only those", () => {
    expect(parseStretch("09:00-24:00")).to.deep.equal({ from: 540, to: 1_440 });
    for (const wrong of ["9:00-12:00", "12:00-09:00", "09:00-09:00", "09:00-24:01", "09:00"]) expect(parseStretch(wrong), wrong).to.equal(null);
    expect(inOrder(hours)).to.equal(true);
    expect(inOrder([...hours].reverse())).to.equal(false);
  });
});

describe("config/holidays", () => {
  it("the shipped table has every weekend day that is worked on a weekend, and no day twice", () => {
    const names = [...holidays.worked].map((day) => ((day + 3) % 7) + 1);
    expect(names.every((weekday) => weekday >= 6)).to.equal(true);
    expect([...holidays.years]).to.deep.equal([2025, 2026, 2027]);
    expect(holidays.holidays.size).to.equal(28 + 33 + 13);
  });

  const WRONG: readonly (readonly [what: string, text: string, said: string])[] = [
    ["a day that is none", '[2025]\nholidays = ["2025-02-30"]', "t.toml:2: 2025.holidays[0]: must be a day"],
    ["a stretch that ends before it begins", '[2025]\nholidays = ["2025-02-03..2025-02-01"]', "must be a day"],
    ["a day of another year", '[2025]\nholidays = ["2026-01-01"]', "is not of 2025"],
    ["a key it does not know", "[2025]\nfree = []", "there are holidays and worked only"],
    ["a day both free and worked", '[2025]\nholidays = ["2025-01-26"]\nworked = ["2025-01-26"]', "2025-01-26 is a holiday and worked"],
    ["no TOML", "[2025", "t.toml:1:"],
  ];
  for (const [what, text, said] of WRONG) {
    it(`names ${what}`, () => expect(() => parseHolidays(text, "t.toml")).to.throw(said));
  }
});
