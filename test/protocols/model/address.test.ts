import { expect } from "chai";
import fc from "fast-check";
import { classifyDestination, maskNumber, normaliseDestination } from "../../../protocols/model/address.js";

const TONS = [0, 1, 2, 3, 6];

describe("classifyDestination", () => {
  it("C102 takes new segments without a table, and refuses what is no mobile, for every TON", () => {
    for (const ton of TONS) {
      for (const mobile of ["16600166000", "19000190000", "19200192000", "19700197000", "17200172000"]) {
        expect(classifyDestination(mobile, ton), mobile).to.deep.equal({ kind: "mobile", normal: mobile });
      }
      for (const wrong of ["12800128000", "1380013800", "138001380000", "13800138a00"]) {
        expect(classifyDestination(wrong, ton), wrong).to.deep.equal({ kind: "invalid", normal: "" });
      }
      expect(classifyDestination("10086", ton)).to.deep.equal({ kind: "short", normal: "10086" });
    }
  });

  it("C104 gives one normal form to every spelling, and strangers their own", () => {
    const spellings = ["13800138000", "+8613800138000", "8613800138000", "008613800138000", "138 0013 8000",
      "138-0013-8000", "+86 138 0013 8000", " 13800138000 ", "+008613800138000"];
    for (const ton of TONS) {
      for (const spelling of spellings) {
        const destination = classifyDestination(spelling, ton);
        expect(destination, spelling).to.deep.equal({ kind: "mobile", normal: "13800138000" });
      }
      const abroad = classifyDestination("85213800138000", ton);
      expect(abroad).to.deep.equal({ kind: "international", normal: "+85213800138000" });
      expect(classifyDestination("3800138000", ton).kind).to.equal("invalid");
    }
  });

  it("takes a calling code from '+', from 00, or from TON 1", () => {
    const hongKong = { kind: "international", normal: "+85291234567" };
    expect(classifyDestination("+85291234567", 0)).to.deep.equal(hongKong);
    expect(classifyDestination("0085291234567", 0)).to.deep.equal(hongKong);
    expect(classifyDestination("85291234567", 1)).to.deep.equal(hongKong);
    expect(classifyDestination("85291234567", 0), "longer than any national number").to.deep.equal(hongKong);
    expect(classifyDestination("6591234567", 1)).to.deep.equal({ kind: "international", normal: "+6591234567" });
    expect(classifyDestination("6591234567", 0).kind).to.equal("invalid");
    expect(classifyDestination("12125551234", 1)).to.deep.equal({ kind: "international", normal: "+12125551234" });
    expect(classifyDestination("+12125551234", 0).kind).to.equal("international");
  });

  it("refuses an announced number that is truncated, too long, or no mobile of China", () => {
    const wrong = ["+3800138000", "+8521380013", "+13800138000", "+1", "+", "00", "+123456", "+2345678901234567",
      "+8612800128000", "8612800128000", "861380013800", "86138001380000", "+862161234567", "+0123456789"];
    for (const value of wrong) expect(classifyDestination(value, 0).kind, value).to.equal("invalid");
  });

  it("keeps short codes, service numbers and fixed lines as they are", () => {
    for (const value of ["110", "12306", "95588", "955881234567", "106901234567890", "1069012345678901", "02161234567",
      "4008123123", "10690123456789012345"]) {
      expect(classifyDestination(value, 0), value).to.deep.equal({ kind: "short", normal: value });
    }
    expect(classifyDestination("86106901234567", 0)).to.deep.equal({ kind: "short", normal: "106901234567" });
    expect(classifyDestination("+8610086", 1)).to.deep.equal({ kind: "short", normal: "10086" });
    expect(classifyDestination("1069012345678", 1)).to.deep.equal({ kind: "short", normal: "1069012345678" });
  });

  it("refuses what is no number", () => {
    for (const value of ["", " ", "-", "12", "abc", "1380013８000", "138+00138000", "13800138000;1", "1e10", "106901234567890123456"]) {
      expect(classifyDestination(value, 0).kind, value).to.equal("invalid");
    }
  });
});

describe("normaliseDestination", () => {
  it("is the normal form, or null for what is no number", () => {
    expect(normaliseDestination("13800138000", 1)).to.equal("13800138000");
    expect(normaliseDestination("+86 13800138000", 1)).to.equal("13800138000");
    expect(normaliseDestination("10086", 0)).to.equal("10086");
    expect(normaliseDestination("13800138a00", 1)).to.equal(null);
  });

  it("agrees with classifyDestination, and its result is its own normal form", () => {
    const likely = fc
      .tuple(
        fc.constantFrom("", "+", "00", "86", "+86", "0086", "852", "1", "10", "138"),
        fc.array(fc.constantFrom(..."0123456789"), { maxLength: 14 }).map((digits) => digits.join("")),
      )
      .map((parts) => parts.join(""));
    const spelled = fc.oneof(likely, fc.string({ maxLength: 16 }));
    fc.assert(
      fc.property(spelled, fc.constantFrom(...TONS), (value, ton) => {
        const destination = classifyDestination(value, ton);
        const normal = normaliseDestination(value, ton);
        expect(normal).to.equal(destination.kind === "invalid" ? null : destination.normal);
        if (normal === null) return;
        expect(classifyDestination(normal, 0)).to.deep.equal(destination);
        expect(normal).to.match(/^\+?[0-9]{3,20}$/);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("maskNumber", () => {
  it("hides the middle of a number and leaves short codes", () => {
    expect(maskNumber("13800138000")).to.equal("138****8000");
    expect(maskNumber("+85291234567")).to.equal("+85*****4567");
    expect(maskNumber("61234567")).to.equal("61****67");
    expect(maskNumber("10086")).to.equal("10086");
    expect(maskNumber("")).to.equal("");
  });
});
