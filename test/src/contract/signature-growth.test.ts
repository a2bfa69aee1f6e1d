import { expect } from "chai";
import { MAX_NEW_SIGNATURES, SignatureGrowth, type GrowthTerms } from "../../../src/contract/signature-growth.js";

const NOON = Date.parse("2025-11-25T12:00:00+08:00");
const HOUR = 3_600_000;

function watched(): { readonly growth: SignatureGrowth; readonly told: string[] } {
  const told: string[] = [];
  const growth = new SignatureGrowth(480, {
    seen: ({ name }, signature, source) => void told.push(`seen ${name} ${signature} ${source}`),
    growth: (accountNo, on, detail) => void told.push(`growth ${String(accountNo)} ${on ? detail : "over"}`),
  });
  growth.tick(NOON);
  return { growth, told };
}

function terms(change: Partial<GrowthTerms> = {}): GrowthTerms {
  return { no: 7, name: "demo", newSignatures: 2, signatureRule: "required", ...change };
}

describe("signature growth", () => {
  it("tells each new signature once a day", () => {
    const { growth, told } = watched();
    for (const signature of ["甲公司", "甲公司", "乙公司", "甲公司"]) growth.see(terms(), signature, "10690001");
    expect(told).to.deep.equal(["seen demo 甲公司 10690001", "seen demo 乙公司 10690001"]);
  });

  it("alarms once when more than the contract's number are new in a day, and is over when the day is, in the business zone", () => {
    const { growth, told } = watched();
    for (const signature of ["甲公司", "乙公司", "丙公司", "丁公司"]) growth.see(terms(), signature, "1");
    expect(told.filter((line) => line.startsWith("growth"))).to.deep.equal(["growth 7 3 new signatures today, 2 are usual"]);
    growth.tick(NOON + 11 * HOUR);
    expect(told.at(-1)).to.equal("seen demo 丁公司 1");
    growth.tick(NOON + 13 * HOUR);
    expect(told.at(-1)).to.equal("growth 7 over");
    expect(growth.size).to.equal(0);
  });

  it("keeps accounts apart, and looks only where the contract asks", () => {
    const { growth, told } = watched();
    growth.see(terms({ no: 1, name: "one" }), "甲公司", "1");
    growth.see(terms({ no: 2, name: "two" }), "甲公司", "1");
    growth.see(terms({ no: 3, name: "off", newSignatures: 0, signatureRule: "off" }), "甲公司", "1");
    expect(told).to.deep.equal(["seen one 甲公司 1", "seen two 甲公司 1"]);
  });

  it("is bounded for an account that makes up a signature for each message", () => {
    const { growth, told } = watched();
    for (let i = 0; i < 100_000; i++) growth.see(terms(), `公司${String(i)}`, "1");
    expect(told).to.have.length(MAX_NEW_SIGNATURES + 1);
  });
});
