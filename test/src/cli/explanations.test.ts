/** What codes mean, in every form that a customer may quote them. */
import { expect } from "chai";
import { OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import { loadProtocols } from "../../../src/cli/protocols.js";
import { explain } from "../../../src/cli/explanations.js";
import { EXPLAINING, THIRD } from "./fixtures.js";

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
  it("says both where two protocols have a name for a number, and only the one that has", () => {
    const both = [EXPLAINING, THIRD];
    expect(explain("8", both).map((one) => one.status.slice(-8))).to.include.members(["in smpp", "in third"].map((end) => end.padStart(8)));
    expect(explain("11", both).map((one) => one.what)).to.deep.equal(["ESME_RINVDSTADR"]);
    expect(explain("777", both).map((one) => one.what)).to.deep.equal(["S777", "T777"]);
    expect(explain("NO_MONEY", both).map((one) => one.outcome)).to.deep.equal(["no_credit"]);
  });
  it("finds a receipt's own code over every protocol, whatever its status there", () => {
    expect(explain("TG:0100", [THIRD])).to.have.length(1);
    expect(explain("no_credit", [EXPLAINING, THIRD]).map(({ receipt, status }) => [receipt, status])).to.deep.equal([
      ["TG:0100", "TOLLGATE_6 0x464 (1124) in smpp"], ["TG:0100", "NO_MONEY 0x0C8 (200) in third"],
    ]);
  });
  it("says what a number means in every answer of CMPP that has one, the submit's first, and in SMPP", async () => {
    const protocols = await loadProtocols();
    const told = (code: string): string[] => explain(code, protocols).map(({ status, meaning, action }) => `${status}: ${meaning} ${action}`);
    expect(told("3").filter((line) => line.includes("cmpp"))).to.deep.equal([
      "CMPP_DUPLICATE_SEQUENCE 0x003 (3) in cmpp: The Sequence_Id was used before. From an operator it asks us to: refuse alarm.",
      "CONNECT_AUTHENTICATION 0x003 (3), Status of CONNECT_RESP in cmpp: Authentication failed. Check SP_Id, secret, version, and the address that connects; trying again alone does not help.",
      "CMPP_DUPLICATE_SEQUENCE 0x003 (3), Result of DELIVER_RESP in cmpp: The Sequence_Id was used before. From a customer it asks us to: deliver it again later.",
    ]);
    expect(told("3")[0]).to.match(/^ESME_RINVCMDID 0x003 \(3\) in smpp/);
    expect(told("5").join("\n")).to.match(/CONNECT_OTHER 0x005 \(5\), Status of CONNECT_RESP in cmpp: Refused, as for too many connections\. Close connections/);
    expect(told("13").filter((line) => line.includes("_RESP in cmpp"))).to.deep.equal([]);
    expect(told("100").filter((line) => line.includes("cmpp"))).to.have.length(1);
    expect(told("connect_version")).to.have.length(1);
    expect(told("connect_version")[0]).to.match(/^CONNECT_VERSION 0x004 \(4\), Status of CONNECT_RESP in cmpp: The version is too high\./);
  });

  for (const code of ["", "nonsense", "TG:9999", "TG:100", "0x", "toString", "-1", "99999999999"]) {
    it(`knows nothing of ${JSON.stringify(code)}`, () => expect(explain(code, [EXPLAINING])).to.deep.equal([]));
  }
});
