import { expect } from "chai";
import { syllablesOf } from "../../../src/filter/pinyin.js";
import { buildScreen, type Screen } from "../../../src/filter/screen.js";
import { variantsOf } from "../../../src/filter/variants.js";
import { foldText } from "../../../src/filter/fold.js";

function screenOf(...lines: string[]): Screen {
  const build = buildScreen([{ name: "words.txt", text: lines.join("\n") }], { maxInserted: 3 }, 7, syllablesOf);
  if ("errors" in build) throw new Error(JSON.stringify(build.errors));
  return build.screen;
}

function hits(screen: Screen, texts: readonly string[]): string[] {
  return texts.filter((text) => screen.screen(text) !== null);
}

function spellings(word: string, options: { pinyin?: boolean; reversed?: boolean; exact?: boolean } = {}): string[] {
  const { pinyin = false, reversed = false, exact = false } = options;
  return variantsOf(word, foldText(word), { syllables: pinyin ? syllablesOf : null, reversed, exact }).map(({ folded }) => String.fromCodePoint(...folded));
}

describe("variants", () => {
  it("take numerals in all their forms, and numbers alone as they are", () => {
    expect(spellings("六合彩")).to.have.members(["6合彩", "陆合彩"]);
    expect(spellings("vx88")).to.have.members(["vx八八", "vx8八", "vx八8", "vx捌捌", "vx8捌", "vx捌8", "vx八捌", "vx捌八"]);
    expect(spellings("加vx888")).to.have.members(["加vx八八八", "加vx捌捌捌"]);
    expect(spellings("69")).to.deep.equal([]);
    const texts = ["⑥合彩", "6 合 彩", "陸合彩", "㈥合彩", "６·合·彩"];
    expect(hits(screenOf("六合彩"), [...texts, "16合彩", "六个彩"])).to.deep.equal(texts);
  });

  it("take digits for the letters they look like", () => {
    const texts = ["cas1no", "c4s1n0", "C4sino", "c.4.s.i.n.o"];
    expect(hits(screenOf("casino"), [...texts, "c4s", "cos1no"])).to.deep.equal(texts);
    expect(spellings("vip")).to.deep.equal([]);
  });

  it("are spelt where the list asks for it: wholly, in part, with tones, spaces or digits between", () => {
    const screen = screenOf("[invoice reject pinyin]", "发票");
    const texts = ["fapiao", "FaPiao", "fāpiào", "fa piao", "fa-piao", "fa4piao4", "fa票", "发piao", "发 piao", "f.a.p.i.a.o", "代开fa票吗", "kai fapiao!", "要ｆａ票"];
    expect(hits(screen, texts)).to.deep.equal(texts);
    expect(hits(screen, ["sofa票", "fapiaox", "xfapiao", "发piaox", "fa", "piao", "sofa piano"])).to.deep.equal([]);
    expect(hits(screenOf("发票"), ["fapiao", "fa票"])).to.deep.equal([]);
  });

  it("read ü as v and as u", () => {
    expect(hits(screenOf("[a pinyin]", "旅行团"), ["lvxingtuan", "luxingtuan", "lüxingtuan"])).to.have.length(3);
  });

  it("stay bounded for long words", () => {
    expect(spellings("一二三四五六七八", { pinyin: true }).length).to.be.below(60);
    expect(spellings("无抵押贷款秒到账放款快", { pinyin: true })).to.deep.equal([]);
    expect(spellings("办证", { pinyin: true })).to.have.members(["banzheng", "ban证", "办zheng"]);
  });

  it("of a phrase in letters are its words however they are put together", () => {
    const screen = screenOf("=live sex", "=online casino");
    const texts = ["live sex", "Live-Sex", "LIVESEX", "live   sex!", "onl1ne cas1no", "o n l i n e c a s i n o", "online_casino", "l.i.v.e.s.e.x"];
    expect(hits(screen, texts)).to.deep.equal(texts);
    expect(hits(screen, ["olive sextet", "livesexy", "live in Essex", "online, casinos"])).to.deep.equal([]);
  });

  it("are read backwards where the list asks for it, from three characters up", () => {
    const screen = screenOf("[a reject reversed]", "代开发票", "发票");
    expect(hits(screen, ["票发开代", "票 发 开 代", "车票发现"])).to.deep.equal(["票发开代", "票 发 开 代"]);
  });

  it("are none where the list says exact, and none of words with symbols or of allow-phrases", () => {
    expect(spellings("六合彩", { exact: true })).to.deep.equal([]);
    expect(spellings("九折*券", { pinyin: true })).to.deep.equal([]);
    const screen = screenOf("[a reject pinyin]", "六合彩", "!六合彩新闻");
    expect(hits(screen, ["六合彩新闻", "6合彩新闻"])).to.deep.equal(["6合彩新闻"]);
  });

  it("are told as the word that is listed, flagged once, and not counted as words", () => {
    const screen = screenOf("[a flag pinyin]", "发票", "六合彩");
    expect(screen.size).to.equal(2);
    const verdict = screen.screen("fapiao 发票 fa票 6合彩");
    expect(verdict?.flags.map((hit) => hit.word)).to.deep.equal(["发票", "六合彩"]);
    expect(verdict).to.include({ rule: "words.txt:2", offset: 0, length: 6 });
  });

  it("give way to a word that is listed so itself", () => {
    const screen = screenOf("[a reject pinyin]", "发票", "fapiao");
    expect(screen.screen("xfapiaox")).to.include({ word: "fapiao" });
  });
});
