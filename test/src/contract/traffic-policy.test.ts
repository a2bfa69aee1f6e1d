import { expect } from "chai";
import { Outcome, OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import { Hours } from "../../../src/contract/hours.js";
import { Judged } from "../../../src/contract/judged.js";
import { Trackers, compileTrafficPolicy, type TrafficPolicy } from "../../../src/contract/traffic-policy.js";
import type { Account } from "../../../src/ledger/account.js";
import { account as accountOf } from "../flow/fixtures.js";

const ZONE = 480;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** 2025-11-24 10:00 in business time. */
const TEN = Date.UTC(2025, 10, 24, 2);
const PHONE = "13800138000";

class Sender {
  readonly trackers = new Trackers({ zoneMinutes: ZONE, maxNumbers: 4_096, maxTexts: 4_096, maxBlocks: 4_096 }, { blasting: () => undefined });
  readonly terms: Account;
  readonly policy: TrafficPolicy;
  readonly judged = new Judged();

  constructor(settings: Partial<Account>) {
    this.terms = accountOf(1, settings);
    this.policy = compileTrafficPolicy(this.terms) as TrafficPolicy;
  }

  /** What one message is answered; counted when it is taken. */
  send(atMs: number, { to = PHONE, text = `text ${String(atMs)}` as string | null, signature = 0, advert = false, scheduledAtMs = 0 } = {}): string {
    const { judged } = this;
    judged.clear();
    judged.signatureNo = signature;
    judged.advert = advert;
    this.trackers.blast(this.terms, to, atMs);
    this.policy.judge(this.trackers, this.terms, to, text, judged, atMs, scheduledAtMs);
    if (judged.outcome === Outcome.ok) this.policy.accepted(this.trackers, this.terms, to, text, signature, atMs);
    return OUTCOME_NAMES[judged.outcome] as string;
  }
}

describe("TrafficPolicy", () => {
  it("is not there for an account without such terms", () => {
    expect(compileTrafficPolicy(accountOf(1))).to.equal(null);
    expect(compileTrafficPolicy(accountOf(1, { blastRun: 20 }))?.remembers).to.equal(true);
    expect(compileTrafficPolicy(accountOf(1, { hours: ["08:00-22:00"] }))?.remembers).to.equal(false);
  });

  describe("hours", () => {
    it("are stretches of the business day, several, to the end of the day and over midnight", () => {
      const at = (hours: Hours, time: string): boolean => hours.open(Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
      const day = new Hours(["08:00-12:00", "14:00-24:00"]);
      expect(["07:59", "08:00", "11:59", "12:00", "13:59", "14:00", "23:59", "00:00"].map((time) => at(day, time))).to.deep.equal([false, true, true, false, false, true, true, false]);
      const night = new Hours(["22:00-06:00"]);
      expect(["21:59", "22:00", "23:59", "00:00", "05:59", "06:00", "12:00"].map((time) => at(night, time))).to.deep.equal([false, true, true, true, true, false, false]);
      expect(at(new Hours(["08:00-08:00"]), "03:00")).to.equal(true);
    });

    it("refuse what comes outside them, by the business time zone", () => {
      const sender = new Sender({ hours: ["08:00-22:00"] });
      expect(sender.send(TEN - 2 * HOUR_MS - 1)).to.equal("hours");
      expect(sender.send(TEN - 2 * HOUR_MS)).to.equal("ok");
      expect(sender.send(TEN + 12 * HOUR_MS)).to.equal("hours");
    });

    it("hold for adverts alone where the terms say so", () => {
      const sender = new Sender({ hours: ["08:00-22:00"], hoursFor: "adverts" });
      expect(sender.policy.asksForAdverts).to.equal(true);
      expect(sender.send(TEN + 13 * HOUR_MS)).to.equal("ok");
      expect(sender.send(TEN + 13 * HOUR_MS, { advert: true })).to.equal("hours");
    });

    it("are those of the time a message is scheduled for, and are looked at again when it is released", () => {
      const sender = new Sender({ hours: ["08:00-22:00"] });
      expect(sender.send(TEN, { scheduledAtMs: TEN + 13 * HOUR_MS })).to.equal("hours");
      expect(sender.send(TEN + 13 * HOUR_MS, { scheduledAtMs: TEN + DAY_MS })).to.equal("ok");
      sender.judged.clear();
      sender.policy.judgeHours(sender.trackers, sender.judged, TEN + 13 * HOUR_MS);
      expect(sender.judged.outcome).to.equal(Outcome.hours);
    });
  });

  describe("frequency", () => {
    it("counts minutes and hours by the clock", () => {
      const sender = new Sender({ frequency: ["2/m", "3/h"] });
      const answers = [0, 59_999, 59_999, 60_000, 60_001, HOUR_MS - 1, HOUR_MS].map((after) => sender.send(TEN + after));
      expect(answers).to.deep.equal(["ok", "ok", "frequency", "ok", "frequency", "frequency", "ok"]);
      expect(sender.send(TEN, { to: "13900139000" })).to.equal("ok");
    });

    it("counts a day as 24 hours that slide, to the millisecond", () => {
      const sender = new Sender({ frequency: ["3/d"] });
      for (const after of [0, HOUR_MS, 2 * HOUR_MS]) expect(sender.send(TEN + after)).to.equal("ok");
      expect(sender.send(TEN + DAY_MS - 1)).to.equal("frequency");
      expect(sender.send(TEN + DAY_MS)).to.equal("ok");
      expect(sender.send(TEN + DAY_MS + 1)).to.equal("frequency");
      expect(sender.send(TEN + DAY_MS + HOUR_MS)).to.equal("ok");
    });

    it("counts each signature apart with @sig, beside the number's own cap", () => {
      const sender = new Sender({ frequency: ["1/m@sig", "3/m"] });
      const answers = [1, 1, 2, 0, 3].map((signature, at) => sender.send(TEN + at, { signature }));
      expect(answers).to.deep.equal(["ok", "frequency", "ok", "ok", "frequency"]);
      expect(sender.judged.evidence).to.equal("3/m");
      sender.send(TEN + 10, { signature: 1 });
      expect(sender.send(TEN + MINUTE_MS, { signature: 1 })).to.equal("ok");
      expect(sender.send(TEN + MINUTE_MS, { signature: 1 })).to.equal("frequency");
      expect(sender.judged.evidence).to.equal("1/m@sig");
    });

    it("gives back what the store refused", () => {
      const sender = new Sender({ frequency: ["1/d", "1/h@sig"] });
      expect(sender.send(TEN, { signature: 4 })).to.equal("ok");
      sender.policy.undone(sender.trackers, sender.terms, PHONE, `text ${String(TEN)}`, 4, TEN);
      expect(sender.send(TEN + 1, { signature: 4 })).to.equal("ok");
      expect(sender.send(TEN + 2, { signature: 4 })).to.equal("frequency");
    });

    it("takes the lowest of several caps for the same stretch, and lives through a change of terms", () => {
      const sender = new Sender({ frequency: ["9/d", "2/d"] });
      expect([sender.send(TEN), sender.send(TEN), sender.send(TEN)]).to.deep.equal(["ok", "ok", "frequency"]);
      const more = accountOf(1, { frequency: ["3/d"] });
      sender.trackers.termsChanged(more);
      const policy = compileTrafficPolicy(more) as TrafficPolicy;
      sender.judged.clear();
      policy.judge(sender.trackers, more, PHONE, "x", sender.judged, TEN);
      expect(sender.judged.outcome).to.equal(Outcome.ok);
      policy.accepted(sender.trackers, more, PHONE, "x", 0, TEN);
      policy.judge(sender.trackers, more, PHONE, "x", sender.judged, TEN);
      expect(sender.judged.outcome).to.equal(Outcome.frequency);
    });
  });

  describe("duplicate", () => {
    it("refuses the same text to the same number within the window, measured from the one that was taken", () => {
      const sender = new Sender({ duplicateWindowMs: 10 * MINUTE_MS });
      const send = (after: number, text = "您的验证码是 1234", to = PHONE): string => sender.send(TEN + after, { text, to });
      expect(send(0)).to.equal("ok");
      expect(send(1)).to.equal("duplicate");
      expect(send(2, "您的验证码是 1235")).to.equal("ok");
      expect(send(3, undefined, "13900139000")).to.equal("ok");
      expect(send(10 * MINUTE_MS - 1)).to.equal("duplicate");
      expect(send(10 * MINUTE_MS)).to.equal("ok");
    });

    it("knows no binary message again, and forgets what the store refused", () => {
      const sender = new Sender({ duplicateWindowMs: 10 * MINUTE_MS });
      expect([sender.send(TEN, { text: null }), sender.send(TEN, { text: null })]).to.deep.equal(["ok", "ok"]);
      sender.send(TEN, { text: "a" });
      sender.policy.undone(sender.trackers, sender.terms, PHONE, "a", 0, TEN);
      expect(sender.send(TEN, { text: "a" })).to.equal("ok");
    });

    it("tells texts apart that differ by a character, by where they are cut, and by account", () => {
      const { duplicates } = new Sender({ duplicateWindowMs: 1_000 }).trackers;
      const texts = ["", "a", "ab", "abc", "abcd", "abcde", "ba", "a\u0000", "测试", "测", "试测"];
      texts.forEach((text) => duplicates.add(1, PHONE, text, TEN));
      expect(duplicates.counts.keys).to.equal(texts.length);
      duplicates.add(1, `${PHONE}a`, "b", TEN);
      expect(duplicates.seen(1, `${PHONE}ab`, "", TEN, 1_000)).to.equal(false);
      expect(duplicates.seen(2, PHONE, "abc", TEN, 1_000)).to.equal(false);
      expect(duplicates.seen(1, PHONE, "abc", TEN, 1_000)).to.equal(true);
    });
  });

  it("says what comes first in the order of refusals, and nothing of what is refused already", () => {
    const sender = new Sender({ hours: ["08:00-22:00"], frequency: ["1/d"], duplicateWindowMs: MINUTE_MS, blastRun: 3 });
    expect(sender.send(TEN, { text: "a" })).to.equal("ok");
    expect(sender.send(TEN, { text: "a" })).to.equal("frequency");
    expect(sender.send(TEN + 13 * HOUR_MS, { text: "a" })).to.equal("hours");
    for (const to of ["13800138001", "13800138002"]) sender.trackers.blast(sender.terms, to, TEN);
    expect(sender.send(TEN + 1, { text: "a" })).to.equal("blasting");
    sender.judged.clear();
    sender.judged.add(Outcome.signature, "reject", "sig");
    sender.policy.judge(sender.trackers, sender.terms, PHONE, "a", sender.judged, TEN + 1);
    expect([sender.judged.outcome, sender.judged.evidence]).to.deep.equal([Outcome.signature, "sig"]);
    sender.judged.clear();
    sender.judged.add(Outcome.blocked_content, "hold", "word");
    sender.policy.judge(sender.trackers, sender.terms, PHONE, "a", sender.judged, TEN + 1);
    expect([sender.judged.outcome, sender.judged.hold]).to.deep.equal([Outcome.blasting, false]);
  });

  it("whose past was read back lets no more through than its caps", () => {
    const sender = new Sender({ frequency: ["3/d"], duplicateWindowMs: HOUR_MS, blastRun: 20 });
    for (const [text, agoMs] of [["c", 1_000], ["b", HOUR_MS], ["a", DAY_MS - 1]] as const) {
      sender.policy.restore(sender.trackers, sender.terms, PHONE, text, 0, TEN - agoMs, TEN);
    }
    sender.policy.restoreBlasting(sender.trackers, sender.terms, "13712340000", TEN - 1_000, TEN);
    expect(sender.send(TEN, { text: "x" })).to.equal("frequency");
    expect(sender.send(TEN + 1, { text: "c" })).to.equal("duplicate");
    expect(sender.send(TEN + 1, { text: "b" })).to.equal("ok");
    expect(sender.send(TEN + 2, { text: "a" })).to.equal("frequency");
    expect(sender.send(TEN, { to: "13712349999" })).to.equal("blasting");
  });

  it("says how much it remembers", () => {
    const sender = new Sender({ frequency: ["3/d"], duplicateWindowMs: HOUR_MS, blastRun: 20 });
    expect(sender.trackers.figures.numbers).to.equal(0);
    sender.send(TEN);
    const { numbers, texts, blocks, blastingAccounts } = sender.trackers.figures;
    expect([numbers, texts, blocks, blastingAccounts]).to.deep.equal([1, 1, 1, 0]);
  });
});
