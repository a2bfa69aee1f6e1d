import { expect } from "chai";
import { CLASS, CharClass, FOLD, classOfFolded, foldText } from "../../../src/filter/fold.js";

function folded(text: string): string {
  return String.fromCodePoint(...foldText(text));
}

describe("fold", () => {
  it("levels width and case", () => {
    expect(folded("ＦａＰｉＡＯ（１）")).to.equal("fapiao(1)");
    expect(folded("ｶﾞｽ")).to.equal(folded("ガス"));
  });

  it("levels accents, composed or not", () => {
    expect(folded("fàpiào")).to.equal("fapiao");
    expect(folded("fa\u0300pia\u0300o")).to.equal("fapiao");
  });

  it("levels traditional characters", () => {
    expect(folded("發票貸款髮")).to.equal("发票贷款发");
    expect(folded("\uf914")).to.equal("乐"); // compatibility form of 樂
  });

  it("levels digit forms of one digit", () => {
    expect(folded("①⑴⒈❶➀➊⓵¹₁１١१")).to.equal("111111111111");
    expect(folded("⓪⓿0️⃣")).to.equal("000");
    expect(folded("𝟗𝟡")).to.equal("99");
  });

  it("levels enclosed and styled letters", () => {
    expect(folded("Ⓐⓑ⒞𝐟𝐚𝓹𝔦🄰")).to.equal("abcfapia");
    expect(folded("㊀㈠")).to.equal("一一");
  });

  it("levels letters of other scripts that look Latin, and boxed ones", () => {
    expect(folded("сАsіnО ΒΕΤ ƒaрiaо")).to.equal("casino bet fapiao");
    expect(folded("🅵🅰🄿🅘🅐🅞")).to.equal("fapiao");
  });

  it("drops what cannot be seen", () => {
    const invisible = "\u200b\u200c\u200d\u200e\u2060\ufeff\u00ad\u202e\u202a\u034f\u180e\ufe0f\u3164\u{e0001}\u{e0100}\u{1f3fd}\u0000";
    expect(folded(`发${invisible}票`)).to.equal("发票");
  });

  it("keeps what is no form of anything else", () => {
    expect(folded("您好，🌸㎏Ⅳ。")).to.equal("您好,🌸㎏Ⅳ。");
    expect(folded("각")).to.equal("각");
    expect(folded("\ud83c")).to.equal("\ud83c");
  });

  it("classes characters as letters, digits and symbols", () => {
    const classOf = (char: string): CharClass => classOfFolded(char.codePointAt(0) ?? 0);
    expect(["票", "か", "각", "𠮷"].map(classOf)).to.deep.equal(new Array(4).fill(CharClass.ideograph));
    expect(["a", "é", "ж"].map(classOf)).to.deep.equal(new Array(3).fill(CharClass.alphabetic));
    expect(["1", "⑩", "½"].map(classOf)).to.deep.equal(new Array(3).fill(CharClass.digit));
    expect(["￥", "·", "。", "ー", "ˋ", "🌸", "\ue000"].map(classOf)).to.deep.equal(new Array(7).fill(CharClass.symbol));
    expect([" ", "\u3000", "\n", "\u00a0"].map(classOf)).to.deep.equal(new Array(4).fill(CharClass.space));
  });

  it("changes nothing when done twice, and keeps the class", () => {
    const wrong: string[] = [];
    for (let unit = 0; unit < 0x10000; unit++) {
      const to = FOLD[unit]!;
      if (to !== 0 && (FOLD[to] !== to || CLASS[to] !== CLASS[unit])) wrong.push(unit.toString(16));
    }
    expect(wrong).to.deep.equal([]);
  });
});
