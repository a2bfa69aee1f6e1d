import { expect } from "chai";
import fc from "fast-check";
import { FoundSignature, KnownSignatures, type SignaturePlace } from "../../../src/contract/signature.js";
import { signature } from "./text-terms.js";

function read(text: string, place: SignaturePlace = "any"): string | null {
  const found = new FoundSignature();
  return found.read(text, place) ? text.slice(found.start, found.end) : null;
}

describe("signature", () => {
  it("has 2 to 18 characters between 【 and 】", () => {
    expect(read("【一二】好")).to.equal("一二");
    expect(read(`【${"长".repeat(18)}】好`)).to.equal("长".repeat(18));
    expect(read(`【${"𠮷".repeat(18)}】好`)).to.equal("𠮷".repeat(18));
    for (const text of ["【】好", "【一】好", `【${"长".repeat(19)}】好`, "【没有结尾", "没有开头】", "好", ""]) expect(read(text), text).to.equal(null);
  });

  it("holds no bracket and no line break", () => {
    expect(read("【【甲公司】好", "start")).to.equal(null);
    expect(read("【甲【乙公司】】好", "start")).to.equal(null);
    expect(read("【甲\n公司】好")).to.equal(null);
    expect(read("好【甲公司】】", "end")).to.equal(null);
  });

  it("is looked for at the start, at the end, or first at the start", () => {
    const both = "【甲公司】您好【乙公司】";
    expect([read(both, "start"), read(both, "end"), read(both)]).to.deep.equal(["甲公司", "乙公司", "甲公司"]);
    expect(read("见【甲公司】的【通知】", "any")).to.equal("通知");
    expect(read("见【甲公司】的【通知】。", "any")).to.equal("甲公司");
  });

  it("may have blanks outside of it", () => {
    expect(read(" \n【甲公司】好", "start")).to.equal("甲公司");
    expect(read("好【甲公司】\u3000\r\n", "end")).to.equal("甲公司");
  });

  it("never reaches beyond the text, whatever it is made of", () => {
    const char = fc.constantFrom(..."【】甲乙丙 \n[]", "𠮷", "\ud840");
    fc.assert(fc.property(fc.array(char, { maxLength: 50 }), fc.constantFrom<SignaturePlace>("any", "start", "end"), (chars, place) => {
      const text = chars.join("");
      const name = read(text, place);
      if (name === null) return;
      expect(text).to.include(`【${name}】`);
      expect(name).not.to.match(/[【】\n]/);
    }), { numRuns: 500 });
  });

  it("is known among 1,000 of an account by what stands in the text", () => {
    const known = new KnownSignatures(Array.from({ length: 1_000 }, (_, i) => signature(i + 1, `公司${String(i)}号`)));
    const text = "【公司777号】您好";
    const found = new FoundSignature();
    expect(found.read(text, "any")).to.equal(true);
    expect(known.find(text, found.start, found.end)?.no).to.equal(778);
    expect(known.find("【公司777】您好", 1, 6)).to.equal(null);
  });
});
