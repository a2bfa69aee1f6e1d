import { expect } from "chai";
import fc from "fast-check";
import { keptWord, refusalWord, wantsFinal } from "../../../src/lifecycle/notice.js";
import { firstIdOfDay, idDay, idSecond, messageId } from "../../../protocols/model/message-id.js";
import { operatorKey } from "../../../src/lifecycle/operator-key.js";
import { UncertainStep, uncertainStep } from "../../../src/lifecycle/uncertain.js";
import { MessageState } from "../../../protocols/model/state.js";
import { Outcome } from "../../../protocols/model/outcome.js";

describe("operatorKey", () => {
  it("drops leading zeros and case, and keeps a lone zero", () => {
    expect(operatorKey("000a1f")).to.equal("A1F");
    expect(operatorKey("0")).to.equal("0");
    expect(operatorKey("000")).to.equal("0");
    expect(operatorKey(" 0012ab ")).to.equal("12AB");
    expect(operatorKey("")).to.equal("");
    expect(operatorKey("0 0\n01 a0")).to.equal("1 A0");
  });

  it("changes nothing that it has made", () => {
    fc.assert(fc.property(fc.string({ unit: "binary-ascii", maxLength: 20 }), (id) => operatorKey(operatorKey(id)) === operatorKey(id)), {
      examples: [["0 \u0000"], ["0 0"], ["0\n0"], ["00"]],
    });
  });
});

describe("message ids and their days", () => {
  it("gives each id the day it was drawn in, in the business time zone", () => {
    const lastSecond = Date.UTC(2025, 10, 24, 15, 59, 59) / 1_000;
    expect(idDay(messageId(lastSecond, 63, 65_535), 480)).to.equal(20_416);
    expect(idDay(messageId(lastSecond + 1, 0, 0), 480)).to.equal(20_417);
    expect(firstIdOfDay(20_417, 480)).to.equal(messageId(lastSecond + 1, 0, 0));
    expect(idSecond(messageId(lastSecond, 5, 9))).to.equal(lastSecond);
  });
});

describe("notices", () => {
  it("are due for the states the submitter asked for", () => {
    expect(wantsFinal(1, MessageState.delivered)).to.equal(true);
    expect(wantsFinal(1, MessageState.expired)).to.equal(false);
    expect(wantsFinal(2, MessageState.delivered)).to.equal(false);
    expect(wantsFinal(2, MessageState.unknown)).to.equal(true);
    expect(wantsFinal(0, MessageState.rejected)).to.equal(false);
  });

  it("keep a word only when the state does not say it", () => {
    expect(keptWord("DELIVRD")).to.equal("");
    expect(keptWord("MK:0001")).to.equal("MK:0001");
    expect(refusalWord(Outcome.blocked_content)).to.equal("TG:0101");
    // As the submit's answer has it: 101.
    expect(refusalWord(Outcome.advert)).to.equal("TG:0101");
    expect(refusalWord(Outcome.segments_missing)).to.equal("TG:0115");
    expect(refusalWord(Outcome.ok)).to.equal("");
  });
});

describe("uncertainStep", () => {
  const table: [policy: "resend" | "hold" | "fail", resent: boolean, sinceMs: number, step: UncertainStep][] = [
    ["resend", false, 29_999, UncertainStep.wait],
    ["resend", false, 30_000, UncertainStep.resend],
    ["resend", true, 30_000, UncertainStep.wait],
    ["resend", true, 100_000, UncertainStep.unknown],
    ["hold", false, 99_999, UncertainStep.wait],
    ["hold", false, 100_000, UncertainStep.unknown],
    ["fail", false, 29_999, UncertainStep.wait],
    ["fail", false, 30_000, UncertainStep.fail],
  ];
  for (const [policy, resent, sinceMs, step] of table) {
    it(`${policy}${resent ? ", resent before" : ""}, ${sinceMs} ms after: ${Object.keys(UncertainStep)[step]}`, () => {
      expect(uncertainStep(policy, resent, sinceMs, 30_000, 100_000)).to.equal(step);
    });
  }
});
