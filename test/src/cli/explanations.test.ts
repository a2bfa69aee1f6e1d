/** What codes mean, in every form that a customer may quote them. */
import { expect } from "chai";
import { OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import { explain } from "../../../src/cli/explanations.js";
import { EXPLAINING } from "./fixtures.js";

describe("explain", () => {
  const outcomes = (code: string): string[] => explain(code, [EXPLAINING]).map((one) => one.outcome);

  for (const code of ["no_credit", "NO_CREDIT", "0x464", "0X464", "1124", "TG:0100", "tg:0100", " 1124 "]) {
    it(`reads ${JSON.stringify(code)} as no credit`, () => {
      const [found] = explain(code, [EXPLAINING]);
      expect(found).to.include({ outcome: "no_credit", receipt: "TG:0100", status: "TOLLGATE_6 0x464 (1124) in smpp" });
      expect(found?.action).to.contain("Top the account up");
    });
  }

  it("names every outcome that shares a code", () => expect(outcomes("TG:0101")).to.deep.equal(["blocked_content", "advert"]));
  it("finds an outcome by its standard status", () => expect(outcomes("0x58")).to.deep.equal(["throttled"]));
  it("explains a status that is no outcome of ours", () => {
    expect(explain("11", [EXPLAINING])[0]).to.include({ what: "ESME_RINVDSTADR", outcome: "", meaning: "The address is wrong." });
    expect(explain("esme_rinvdstadr", [EXPLAINING])[0]).to.include({ status: "ESME_RINVDSTADR 0x00B (11) in smpp" });
  });
  it("explains the words of receipts", () => expect(explain("undeliv", [EXPLAINING])[0]).to.include({ receipt: "UNDELIV" }));
  it("has words for every outcome", () => {
    for (const name of OUTCOME_NAMES) expect(explain(name, [EXPLAINING])[0], name).to.include.keys("meaning", "action");
  });
  for (const code of ["", "nonsense", "TG:9999", "TG:100", "0x", "toString", "-1", "99999999999"]) {
    it(`knows nothing of ${JSON.stringify(code)}`, () => expect(explain(code, [EXPLAINING])).to.deep.equal([]));
  }
});
