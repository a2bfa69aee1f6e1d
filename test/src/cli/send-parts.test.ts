/** The pieces of `tollgate send` that need no wire. */
import { expect } from "chai";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { Pace } from "../../../src/cli/send-pace.js";
import { SendProgress, progressLine } from "../../../src/cli/send-progress.js";
import { cutText, isNumber, readTextLine } from "../../../src/cli/send-text.js";
import { SendTotals } from "../../../src/cli/send-totals.js";
import { SendWords, endedWell } from "../../../src/cli/send-words.js";
import { EXPLAINING } from "./fixtures.js";

describe("the texts of tollgate send", () => {
  const cases: [string, string, string, number[]][] = [
    ["70 ideographs alone", "短".repeat(70), "UCS-2", [140]],
    ["71 ideographs in two parts", "短".repeat(71), "UCS-2", [6 + 134, 6 + 8]],
    ["160 septets alone", "a".repeat(160), "GSM", [160]],
    ["161 septets in two parts", "a".repeat(161), "GSM", [6 + 153, 6 + 8]],
    ["80 extension characters alone", "|".repeat(80), "GSM", [160]],
    ["81 extension characters, no escape cut off", "|".repeat(81), "GSM", [6 + 152, 6 + 10]],
    ["one character outside the alphabet makes all of it UCS-2", `${"a".repeat(70)}汉`, "UCS-2", [140, 14]],
  ];
  for (const [name, text, alphabet, sizes] of cases) {
    it(`are cut: ${name}`, () => {
      const cut = cutText(text, 300);
      expect(cut.parts?.map(({ octets }) => octets.length)).to.deep.equal(sizes);
      expect(cut).to.include({ alphabet });
      if (sizes.length > 1) cut.parts?.forEach(({ octets }, at) => expect([...octets.subarray(0, 6)]).to.deep.equal([5, 0, 3, 300 & 0xff, sizes.length, at + 1]));
    });
  }

  it("are refused with the reason when they could not arrive as they are", () => {
    expect(cutText("", 0)).to.deep.equal({ parts: null, reason: "the text is empty" });
    expect(cutText("汉".repeat(67 * 255 + 1), 0)).to.deep.equal({ parts: null, reason: "the text takes more than 255 segments" });
    // A reader takes the mark in front for a byte order mark and drops it.
    expect(cutText("\uFEFF汉", 0).parts).to.equal(null);
  });

  it("are read from lines in either form, and a line that is none says why", () => {
    expect(readTextLine('"a\\n汉"')).to.deep.equal({ text: "a\n汉", to: null });
    expect(readTextLine('{"to":"+8613800138000","text":"x","other":1}')).to.deep.equal({ text: "x", to: "+8613800138000" });
    expect(readTextLine('{"text":"x"}')).to.deep.equal({ text: "x", to: null });
    expect([readTextLine(""), readTextLine("  \r")]).to.deep.equal([null, null]);
    for (const line of ["{", "5", "null", '["a"]', '{"to":"1"}', '{"text":5}', '{"text":"x","to":13800138000}', '{"text":"x","to":""}']) {
      expect(readTextLine(line), line).to.include({ text: null }).and.have.property("reason");
    }
  });

  it("go to numbers of at most twenty octets", () => {
    expect(["1", "+8613800138000", "1".repeat(20)].every(isNumber)).to.equal(true);
    expect(["", "+", "abc", "1".repeat(21), `+${"1".repeat(20)}`, "138 0013"].some(isNumber)).to.equal(false);
  });
});

describe("the pace of tollgate send", () => {
  it("does not wait without a rate, until it is throttled", () => {
    const pace = new Pace(0);
    expect([0, 1, 2].map((now) => pace.take(now))).to.deep.equal([0, 0, 0]);
    for (let now = 0; now < 1_000; now += 10) pace.accepted(now);
    pace.throttled(1_000);
    expect(pace.rate).to.be.within(94, 96);
    expect(pace.take(1_000)).to.be.greaterThan(100);
  });

  it("spaces submits evenly, and catches up little after a pause", () => {
    const pace = new Pace(100);
    const waits = Array.from({ length: 10 }, () => pace.take(1_000));
    expect(waits.at(-1)).to.be.closeTo(80, 0.001);
    expect(pace.take(9_000)).to.equal(0);
    expect(Array.from({ length: 5 }, () => pace.take(9_000)).at(-1)).to.be.closeTo(40, 0.001);
  });

  it("takes throttled answers of one moment as one, and grows again in quiet seconds, never above the rate given", () => {
    const pace = new Pace(200);
    for (let now = 0; now < 1_000; now += 10) pace.accepted(now);
    pace.throttled(1_000);
    const cut = pace.rate;
    for (let now = 1_001; now < 1_200; now += 20) pace.throttled(now);
    expect(pace.rate).to.equal(cut);
    pace.take(2_100);
    expect(pace.rate).to.be.closeTo(cut * 1.03, 0.001);
    for (let now = 3_200; now < 60_000; now += 1_000) pace.take(now);
    expect(pace.rate).to.equal(200);
  });

  it("never stands still", () => {
    const pace = new Pace(0);
    for (let now = 0; now < 60_000; now += 300) pace.throttled(now);
    expect(pace.rate).to.equal(1);
  });
});

describe("the progress of tollgate send", () => {
  const some = (clock: ManualClock): SendTotals => {
    const totals = new SendTotals(clock);
    totals.start();
    Object.assign(totals, { octetsInAll: 1_000, octetsRead: 500, texts: 50, accepted: 45, segments: 60 });
    totals.receipt("DELIVRD");
    totals.refused("no_credit", 7);
    return totals;
  };

  it("draws over one line of a terminal, no wider than it is", () => {
    const clock = new ManualClock();
    const written: string[] = [];
    const progress = new SendProgress({ isTTY: true, columns: 60, write: (text) => written.push(text) }, clock);
    const totals = some(clock);
    for (let step = 0; step < 10; step++) {
      clock.advance(100);
      progress.show(totals);
    }
    progress.end();
    expect(written).to.have.length(6);
    expect(written[0]).to.match(/^\r\[############------------\] 50%: 50 texts/);
    expect(written.every((text) => text.length <= 61 && !text.includes("\n"))).to.equal(true);
  });

  it("writes a plain line every five seconds elsewhere", () => {
    const clock = new ManualClock();
    const written: string[] = [];
    const progress = new SendProgress({ write: (text) => written.push(text) }, clock);
    const totals = some(clock);
    for (let step = 0; step < 120; step++) {
      clock.advance(100);
      progress.show(totals);
    }
    progress.end();
    expect(written).to.deep.equal([
      "50%: 50 texts, 45 accepted, 1 refused, 1 receipts, 12 segments/s\n",
      "50%: 50 texts, 45 accepted, 1 refused, 1 receipts, 6 segments/s\n",
    ]);
    expect(progressLine(totals)).to.contain("5 segments/s");
  });
});

describe("the words of tollgate send", () => {
  const words = new SendWords([EXPLAINING], "smpp");

  it("explain a status by its outcome, and one that is not ours by its name", () => {
    expect(words.status(0x464)).to.equal("no_credit (0x464): The prepaid balance does not cover the message.");
    expect(words.status(0x0b)).to.equal("ESME_RINVDSTADR (0x0b): The address is wrong.");
    expect(words.remedy(0x464)).to.match(/^Top the account up/);
  });

  it("tell passing refusals and good ends from others", () => {
    expect([0x58, 0x14, 0x08].every((status) => words.passing(status))).to.equal(true);
    expect([0, 0x464, 0x0b].some((status) => words.passing(status))).to.equal(false);
    expect(["DELIVRD", "REJECTD", "TG:0101"].every(endedWell)).to.equal(true);
    expect(["UNDELIV", "EXPIRED", "UNKNOWN", ""].some(endedWell)).to.equal(false);
  });
});
