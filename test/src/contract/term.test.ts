/** The days of contracts: first terms, renewals, notice, and the first payment. */
import { expect } from "chai";
import { currentTerm, mayNow, sendingWindow, type TermTerms } from "../../../src/contract/term.js";

const ZONE = 480;
const NO_DAYS: TermTerms = { validFrom: "", validTo: "", renewMonths: 0, noticeDays: 30, noticeGiven: "", opensWith: "at-once", openedAtMs: 0, test: false };
/** The first moment of a day in business time. */
const day = (text: string): number => Date.parse(`${text}T00:00:00+08:00`);
const words = (ms: number): string => (Number.isFinite(ms) ? new Date(ms + ZONE * 60_000).toISOString().slice(0, 10) : String(ms));

describe("the days of a contract", () => {
  const year: TermTerms = { ...NO_DAYS, validFrom: "2023-12-01", validTo: "2024-11-30", renewMonths: 12 };
  const may = (terms: TermTerms, text: string): boolean => mayNow(terms, Date.parse(text), ZONE);

  it("are none where none are given: it may always send", () => {
    expect(sendingWindow(NO_DAYS, ZONE)).to.deep.equal({ fromMs: -Infinity, untilMs: Infinity });
    expect(currentTerm(NO_DAYS, day("2026-01-01"), ZONE)).to.equal(null);
  });

  it("of a test account begin without a payment", () => {
    expect(may({ ...NO_DAYS, opensWith: "topup" }, "2026-01-01")).to.equal(false);
    expect(may({ ...NO_DAYS, opensWith: "topup", test: true }, "2026-01-01")).to.equal(true);
  });

  it("begin and end at midnight of the business zone, the last day included", () => {
    const terms = { ...year, renewMonths: 0 };
    expect(may(terms, "2023-11-30T23:59:59.999+08:00")).to.equal(false);
    expect(may(terms, "2023-12-01T00:00:00+08:00")).to.equal(true);
    expect(may(terms, "2024-11-30T23:59:59.999+08:00")).to.equal(true);
    expect(may(terms, "2024-12-01T00:00:00+08:00")).to.equal(false);
  });

  it("go on by themselves from term to term as long as nobody gives notice", () => {
    expect(sendingWindow(year, ZONE)).to.deep.equal({ fromMs: day("2023-12-01"), untilMs: Infinity });
    const spans = ["2023-06-01", "2023-12-01", "2024-11-30", "2024-12-01", "2026-11-25"].map((at) => {
      const term = currentTerm(year, day(at), ZONE)!;
      return [words(term.startMs), words(term.endMs), term.renewals, term.last];
    });
    expect(spans).to.deep.equal([
      ["2023-12-01", "2024-12-01", 0, false], ["2023-12-01", "2024-12-01", 0, false], ["2023-12-01", "2024-12-01", 0, false],
      ["2024-12-01", "2025-12-01", 1, false], ["2025-12-01", "2026-12-01", 2, false],
    ]);
  });

  for (const [given, end] of [
    ["2024-11-01", "2024-12-01"], ["2024-11-02", "2025-12-01"], ["2023-01-01", "2024-12-01"], ["2026-07-01", "2026-12-01"], ["9999-12-31", "10000-12-01"],
  ] as const) {
    it(`end on ${end} when notice was given on ${given}, at least 30 days before`, () => {
      const { untilMs } = sendingWindow({ ...year, noticeGiven: given }, ZONE);
      expect(untilMs).to.equal(Date.UTC(Number(end.split("-")[0]), 11, 1) - ZONE * 60_000);
    });
  }

  it("stand still at the last term once the contract has ended", () => {
    const term = currentTerm({ ...year, noticeGiven: "2024-06-01" }, day("2026-01-01"), ZONE)!;
    expect([words(term.startMs), words(term.endMs), term.last]).to.deep.equal(["2023-12-01", "2024-12-01", true]);
  });

  for (const [validTo, months, ends] of [
    ["2024-01-31", 1, ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]],
    ["2024-02-29", 12, ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]],
    ["2024-08-30", 6, ["2024-08-30", "2025-02-28", "2025-08-30"]],
    ["2024-11-14", 1, ["2024-11-14", "2024-12-14", "2025-01-14"]],
  ] as const) {
    it(`are renewed every ${months} months from ${validTo} to the same day, or the last of a month`, () => {
      const terms = { ...NO_DAYS, validTo, renewMonths: months };
      let at = 0;
      for (const end of ends) {
        const term = currentTerm(terms, at, ZONE)!;
        expect(words(term.endMs - 1)).to.equal(end);
        at = term.endMs;
      }
    });
  }

  it("find their term far in the future as fast as tomorrow's", () => {
    const monthly = { ...NO_DAYS, validTo: "1970-01-31", renewMonths: 1 };
    const term = currentTerm(monthly, Date.UTC(9_000, 5, 15), ZONE)!;
    expect([term.renewals, words(term.endMs - 1).endsWith("9000-06-30")]).to.deep.equal([(9_000 - 1970) * 12 + 5, true]);
  });

  it("begin with the first payment where the contract says so", () => {
    const unpaid = { ...year, opensWith: "topup" as const };
    expect(mayNow(unpaid, day("2024-01-01"), ZONE)).to.equal(false);
    const paid = { ...unpaid, openedAtMs: day("2024-01-10") };
    expect([mayNow(paid, day("2024-01-10") - 1, ZONE), mayNow(paid, day("2024-01-10"), ZONE)]).to.deep.equal([false, true]);
    // Paid before the first day: the days go on counting.
    expect(mayNow({ ...unpaid, openedAtMs: day("2023-11-20") }, day("2023-11-25"), ZONE)).to.equal(false);
  });
});
