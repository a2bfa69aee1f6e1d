import { expect } from "chai";
import fc from "fast-check";
import {
  LONGEST_AHEAD_MS, NO_SUCH_TIME, expiryOf, formatAbsoluteTime, formatReceiptDate, parseReceiptDate, parseTime, scheduleOf,
} from "../../../protocols/model/time.js";

const NOW = Date.UTC(2026, 10, 24, 9, 0, 0);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const iso = (text: string): string | null => {
  const time = parseTime(text, NOW);
  return time === null ? null : new Date(time.atMs).toISOString();
};

describe("parseTime", () => {
  const absolute: [string, string][] = [
    ["261124180000032+", "2026-11-24T10:00:00.000Z"],
    ["261124050000020-", "2026-11-24T10:00:00.000Z"],
    ["261124153000022+", "2026-11-24T10:00:00.000Z"],
    ["261124154500023+", "2026-11-24T10:00:00.000Z"],
    ["270101003000004+", "2026-12-31T23:30:00.000Z"],
    ["261231190000520-", "2027-01-01T00:00:00.500Z"],
    ["280229000000000+", "2028-02-29T00:00:00.000Z"],
  ];
  for (const [text, instant] of absolute) {
    it(`reads ${text} as ${instant}`, () => {
      expect(parseTime(text, NOW)?.kind).to.equal("absolute");
      expect(iso(text)).to.equal(instant);
    });
  }

  it("reads relative times", () => {
    expect(parseTime("000007000000000R", NOW)).to.deep.equal({ kind: "relative", atMs: NOW + 7 * DAY });
    expect(parseTime("000000003000000R", NOW)).to.deep.equal({ kind: "relative", atMs: NOW + HOUR / 2 });
    expect(iso("020610233429000R")).to.equal("2029-06-04T08:34:29.000Z");
    expect(iso("000000480000000R"), "48 hours").to.equal("2026-11-26T09:00:00.000Z");
  });

  it("C024 reads a relative time of nothing but seconds, its date all zeros", () => {
    expect(parseTime("000000000030000R", NOW)).to.deep.equal({ kind: "relative", atMs: NOW + 30_000 });
  });

  it("C112 reads a relative time of one minute", () => {
    expect(parseTime("000000000100000R", NOW)).to.deep.equal({ kind: "relative", atMs: NOW + 60_000 });
  });

  it("goes to a month's last day where the day does not exist", () => {
    const last = Date.UTC(2027, 0, 31, 12);
    expect(parseTime("000100000000000R", last)).to.deep.equal({ kind: "relative", atMs: Date.UTC(2027, 1, 28, 12) });
  });

  it("tolerates a lower-case r, and tenths and quarters with R", () => {
    expect(iso("000007000000000r")).to.equal(iso("000007000000000R"));
    expect(iso("000007000000599R")).to.equal(iso("000007000000000R"));
  });

  it("places the year within 50 years before and 49 after now", () => {
    expect(iso("750101000000000+")).to.equal("2075-01-01T00:00:00.000Z");
    expect(iso("760101000000000+")).to.equal("1976-01-01T00:00:00.000Z");
  });

  const malformed: [string, string][] = [
    ["empty", ""],
    ["too short", "26112418000003+"],
    ["too long", "2611241800000032+"],
    ["a letter", "2611241800000a2+"],
    ["a blank", "261124 80000032+"],
    ["month 00", "260024180000032+"],
    ["month 13", "261324180000032+"],
    ["day 00", "261100180000032+"],
    ["day not in month", "261131180000032+"],
    ["29 February of a common year", "270229180000032+"],
    ["hour 24", "261124240000032+"],
    ["minute 60", "261124186000032+"],
    ["second 60", "261124180060032+"],
    ["quarter-hours 49", "261124180000049+"],
    ["another sign", "261124180000032Z"],
    ["absolute without its tail", "261124180000"],
    ["relative of zeros only", "000000000000000R"],
  ];
  for (const [name, text] of malformed) {
    it(`refuses ${name}`, () => {
      expect(parseTime(text, NOW)).to.equal(null);
    });
  }
});

describe("scheduleOf and expiryOf", () => {
  const beijing = (ms: number): string => formatAbsoluteTime(ms, 480);

  it("are 0 where nothing was said, and a schedule gone by is now", () => {
    expect([scheduleOf("", NOW), expiryOf("", NOW + HOUR, NOW), scheduleOf(beijing(NOW - HOUR), NOW)]).to.deep.equal([0, 0, 0]);
  });

  it("take what lies within 31 days; a schedule beyond is none, a validity beyond is cut, from the schedule on", () => {
    expect(LONGEST_AHEAD_MS).to.equal(31 * DAY);
    for (const ms of [NOW + 1_000, NOW + DAY, NOW + 31 * DAY]) expect([scheduleOf(beijing(ms), NOW), expiryOf(beijing(ms), 0, NOW)]).to.deep.equal([ms, ms]);
    for (const text of [beijing(NOW + 31 * DAY + 1_000), "750101000000032+", "010000000000000R"]) {
      expect(scheduleOf(text, NOW), text).to.equal(NO_SUCH_TIME);
      expect(expiryOf(text, 0, NOW), text).to.equal(NOW + 31 * DAY);
      expect(expiryOf("990000000000000R", NOW + DAY, NOW)).to.equal(NOW + 32 * DAY);
    }
  });

  it("are no time when malformed, and a validity also when it ends before the text may go out", () => {
    for (const text of ["261124180000", "270229000000032+", "000000000000000R"]) {
      expect([scheduleOf(text, NOW), expiryOf(text, 0, NOW)], text).to.deep.equal([NO_SUCH_TIME, NO_SUCH_TIME]);
    }
    for (const ms of [NOW - HOUR, NOW, NOW + DAY]) expect(expiryOf(beijing(ms), NOW + DAY, NOW)).to.equal(NO_SUCH_TIME);
  });
});

describe("formatAbsoluteTime", () => {
  it("writes local time with its quarter-hours", () => {
    const at = Date.UTC(2026, 10, 24, 10, 0, 0);
    expect(formatAbsoluteTime(at, 480)).to.equal("261124180000032+");
    expect(formatAbsoluteTime(at, -300)).to.equal("261124050000020-");
    expect(formatAbsoluteTime(at + 500, 345)).to.equal("261124154500523+");
    expect(formatAbsoluteTime(at, 525)).to.equal("261124184500035+");
    expect(formatAbsoluteTime(at, -210)).to.equal("261124063000014-");
    expect(formatAbsoluteTime(Date.UTC(2026, 11, 31, 16), 480)).to.equal("270101000000032+");
  });

  it("is undone by parseTime to the tenth of a second, in any zone", () => {
    const ms = fc.integer({ min: Date.UTC(1990, 0, 1) / 100, max: Date.UTC(2070, 0, 1) / 100 }).map((tenths) => tenths * 100);
    fc.assert(
      fc.property(ms, fc.integer({ min: -720, max: 720 }), (at, zone) => {
        expect(parseTime(formatAbsoluteTime(at, zone), NOW)).to.deep.equal({ kind: "absolute", atMs: at });
      }),
      { numRuns: 300 },
    );
  });
});

describe("formatReceiptDate and parseReceiptDate", () => {
  it("write and read YYMMDDhhmm in a zone", () => {
    expect(formatReceiptDate(NOW, 480)).to.equal("2611241700");
    expect(formatReceiptDate(NOW + 59_999, 480)).to.equal("2611241700");
    expect(formatReceiptDate(Date.UTC(2026, 11, 31, 16), 480)).to.equal("2701010000");
    expect(parseReceiptDate("2611241700", 480, NOW)).to.equal(NOW);
  });

  it("are each other's inverse to the minute within a day of now", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1500, max: 1500 }), fc.integer({ min: -720, max: 840 }), (minutes, zone) => {
        const at = NOW + minutes * 60_000;
        expect(parseReceiptDate(formatReceiptDate(at, zone), zone, NOW)).to.equal(at);
      }),
      { numRuns: 500 },
    );
  });

  it("read 12, 14 and 16 characters", () => {
    const at = NOW + 23_000;
    expect(parseReceiptDate("261124170023", 480, NOW)).to.equal(at);
    expect(parseReceiptDate("20261124170023", 480, NOW)).to.equal(at);
    expect(parseReceiptDate("202611241700", 480, NOW), "YYYYMMDDhhmm").to.equal(NOW);
    expect(parseReceiptDate("261124120023912+", 480, NOW), "its own zone, UTC+3").to.equal(at + 900);
    const forms: [string, number][] = [
      ["141023215253", Date.UTC(2014, 9, 23, 21, 52, 53)],
      ["20110314181534", Date.UTC(2011, 2, 14, 18, 15, 34)],
      ["180711070003912+", Date.UTC(2018, 6, 11, 4, 0, 3, 900)],
    ];
    for (const [text, when] of forms) expect(parseReceiptDate(text, 0, when), text).to.equal(when);
  });

  it("read nothing from zeros, emptiness or nonsense", () => {
    const nothing = ["", "0000000000", "000000000000", "2613241700", "26112417", "26112a1700", "000000003000000R", "2611242400"];
    for (const text of nothing) expect(parseReceiptDate(text, 480, NOW), text).to.equal(0);
  });

  it("C114 take a date up to 26 hours off and none beyond", () => {
    const dateAt = (hours: number): number => parseReceiptDate(formatReceiptDate(NOW + hours * HOUR, 480), 480, NOW);
    for (const hours of [-3, 8, -26, 26]) expect(dateAt(hours), String(hours)).to.equal(NOW + hours * HOUR);
    expect(dateAt(27)).to.equal(0);
    expect(dateAt(-27)).to.equal(0);
    expect(dateAt(-365 * 24)).to.equal(0);
  });
});
