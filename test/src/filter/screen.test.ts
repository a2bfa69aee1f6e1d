import { expect } from "chai";
import fc from "fast-check";
import type { ScreenOptions, WordFile } from "../../../src/filter/compile.js";
import { foldText } from "../../../src/filter/fold.js";
import { MAX_FLAGS, buildScreen, type Screen } from "../../../src/filter/screen.js";

const OPTIONS: ScreenOptions = { maxInserted: 3 };

function screenOf(...lines: string[]): Screen {
  return built([{ name: "words.txt", text: lines.join("\n") }]);
}

function built(files: readonly WordFile[], options = OPTIONS): Screen {
  const build = buildScreen(files, options, 7);
  if ("errors" in build) throw new Error(JSON.stringify(build.errors));
  return build.screen;
}

function hits(screen: Screen, texts: readonly string[]): string[] {
  return texts.filter((text) => screen.screen(text) !== null);
}

describe("Screen", () => {
  it("names the word, its rule, its place in the text and the version of the lists", () => {
    const verdict = screenOf("# tax", "[fraud reject]", "发票").screen("您好，代開發@票。");
    expect(verdict).to.deep.equal({ action: "reject", category: "fraud", word: "发票", rule: "words.txt:3", offset: 5, length: 3, version: 7, flags: [] });
  });

  it("is null for a clean text, an empty text and without any word", () => {
    expect(screenOf("发票").screen("您的验证码是123456")).to.equal(null);
    expect(screenOf("发票").screen("")).to.equal(null);
    expect(built([]).screen("发票")).to.equal(null);
  });

  it("C078 finds a word with up to three symbols, digits or spaces between its characters", () => {
    const texts = ["发￥票", "发@#￥票", "发 票", "发·票", "发🌸票", "发1票"];
    expect(hits(screenOf("发票"), texts)).to.deep.equal(texts);
  });

  it("C078 does not take ideographs between for noise", () => {
    expect(hits(screenOf("发票"), ["开发区车票", "头发和邮票", "发a票", "发@#￥!票"])).to.deep.equal([]);
  });

  it("C080 finds digit words between non-digits only", () => {
    const texts = ["order 2000907674375839744", "原价695元", "75折", "第69号", "75折券", "175折券"];
    expect(hits(screenOf("75折券", "=69"), texts)).to.deep.equal(["第69号", "75折券"]);
    expect(hits(screenOf("69"), ["695", "569", "69", "6-9", "6 9"])).to.deep.equal(["69"]);
  });

  it("C086 sees through invisible characters", () => {
    const texts = ["\u200d", "\u200b", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u{e0001}"].map((between) => `发${between}票`);
    expect(hits(screenOf("发票"), texts)).to.deep.equal(texts);
  });

  it("C086 passes a family emoji in a harmless text", () => {
    expect(screenOf("发票", "贷款").screen("祝您和家人👨‍👩‍👧周末愉快！")).to.equal(null);
  });

  it("C034 finds a word in big-endian UTF-16 and not in its octets swapped", () => {
    const screen = screenOf("短信");
    expect(screen.screen("\u77ed\u4fe1")).to.include({ word: "短信", offset: 0, length: 2 });
    expect(screen.screen("\ued77\ue14f")).to.equal(null);
  });

  it("finds the usual evasions", () => {
    const screen = screenOf("发票", "fapiao", "加微信", "VX88");
    const texts = [
      "發票", "发\u200b票", "发.票", "发*票", "发‧票", "发 . 票", "发\n票", "发ー票", "发１票", "发①票",
      "ＦＡＰＩＡＯ", "FaPiao", "fàpiào", "f.a.p.i.a.o", "f-a*p_i~a·o", "f a p i a o", "ⓕⓐⓟⓘⓐⓞ", "𝐟𝐚𝐩𝐢𝐚𝐨",
      "加 微 信", "加❤️微❤️信", "vx⑧⑧", "V-X:88", "Ｖｘ８８",
    ];
    expect(hits(screen, texts)).to.deep.equal(texts);
  });

  it("joins Latin letters over odd symbols, but over spaces and common punctuation only when spelt out", () => {
    const texts = ["fa*piao", "f|apiao", "fapi🌸ao", "f.a.p.i.a.o", "f a p i a o!", "fa.piao", "fa piao", "of a p i a o", "https://apiao"];
    expect(hits(screenOf("fapiao", "sapiao"), texts)).to.deep.equal(["fa*piao", "f|apiao", "fapi🌸ao", "f.a.p.i.a.o", "f a p i a o!"]);
  });

  it("takes 88.00 and 1,088 for longer numbers than 88", () => {
    expect(hits(screenOf("=88"), ["88.00元", "1,088", "0.88", "88", "88.", "88，99", "8.8"])).to.deep.equal(["88", "88.", "88，99"]);
  });

  it("does not join Latin words over a space or a digit", () => {
    expect(hits(screenOf("rapist", "fapiao", "usa"), ["the rap is the", "rapi stop", "fa1piao", "the US army", "us a lot"])).to.deep.equal([]);
    expect(hits(screenOf("usa"), ["u.s.a", "U S A", "u s a!", "us a", "it's us, a b"])).to.deep.equal(["u.s.a", "U S A", "u s a!"]);
  });

  it("finds Latin words inside others unless they are marked whole", () => {
    const texts = ["sex", "essex", "sexy", "sex!", "我sex你", "sex1"];
    expect(hits(screenOf("sex"), texts)).to.deep.equal(texts);
    expect(hits(screenOf("=sex"), texts)).to.deep.equal(["sex", "sex!", "我sex你"]);
    expect(hits(screenOf("=发票"), ["发票", "《发票》", "开发票", "A发票B"])).to.deep.equal(["发票", "《发票》", "A发票B"]);
  });

  it("marked whole, a word that ends with a symbol is whole there whatever follows", () => {
    expect(hits(screenOf("=t.cn/"), ["见t.cn/Ab3", "见sdkd.net.cn/", "m.t.cn/x"])).to.deep.equal(["见t.cn/Ab3", "m.t.cn/x"]);
  });

  it("finds a word that holds digits or symbols as it is written", () => {
    const screen = screenOf("9折*券", "c++培训", "t.cn/", "🎰大奖");
    expect(hits(screen, ["9折*券", "９折＊券", "C++培训", "http://t.cn/abc", "🎰大奖", "9折券", "c培训", "tcn", "大奖"])).to.deep.equal([
      "9折*券", "９折＊券", "C++培训", "http://t.cn/abc", "🎰大奖",
    ]);
  });

  it("finds ideographs outside the Basic Multilingual Plane", () => {
    const screen = screenOf("𠮷野家", "野𠮷");
    expect(screen.screen("在𠮷*野家")).to.include({ word: "𠮷野家", offset: 1, length: 5 });
    expect(screen.screen("野𠮷")).to.include({ offset: 0, length: 3 });
    expect(screen.screen("野𠮶")).to.equal(null);
  });

  it("does not count a word inside an allow-phrase, but counts it beside one", () => {
    const screen = screenOf("公安", "!办公安排");
    expect(screen.screen("本周办公安排已发布")).to.equal(null);
    expect(screen.screen("办公 安排")).to.equal(null);
    expect(screen.screen("办公安排，公安提醒")).to.include({ word: "公安", offset: 5 });
    expect(screen.screen("办公安")).to.include({ offset: 1 });
  });

  it("rejects for the first word to reject and gathers the flags, each rule once", () => {
    const screen = screenOf("[advert flag]", "优惠", "促销", "[fraud reject]", "套现", "发票");
    const verdict = screen.screen("优惠促销优惠，发票套现");
    expect(verdict).to.include({ action: "reject", word: "发票", category: "fraud" });
    expect(verdict?.flags.map((hit) => hit.word)).to.deep.equal(["优惠", "促销"]);
    expect(screen.screen("促销优惠")).to.include({ action: "flag", word: "促销", rule: "words.txt:3" });
  });

  it("bounds the flags it gathers", () => {
    const words = Array.from({ length: 40 }, (_, i) => `词${String.fromCharCode(0x4e00 + i)}`);
    const verdict = screenOf("[a flag]", ...words).screen(words.join(""));
    expect(verdict?.flags).to.have.length(MAX_FLAGS);
  });

  it("obeys every rule of a word that stands in several lists", () => {
    const files = [{ name: "a.txt", text: "[a flag]\n发票" }, { name: "b.txt", text: "[b reject]\n發票" }];
    const verdict = built(files).screen("发票");
    expect(verdict).to.include({ action: "reject", rule: "b.txt:2" });
    expect(verdict?.flags.map((hit) => hit.rule)).to.deep.equal(["a.txt:2"]);
  });

  it("C082 refuses all lists for one bad line", () => {
    const build = buildScreen([{ name: "a.txt", text: "发票" }, { name: "b.txt", text: "贷款\n的" }], OPTIONS, 8);
    expect(build).to.have.property("errors").that.has.length(1);
    expect(build).not.to.have.property("screen");
  });

  it("C082 matches what is left of the dirty list and passes 您好的", () => {
    const screen = screenOf("\ufeff发票\r", "", "   ", "#注释", "发票", "贷款");
    expect(hits(screen, ["发票", "贷款", "您好的", "注释"])).to.deep.equal(["发票", "贷款"]);
    expect(screen.size).to.equal(2);
  });

  it("warns of a word that two files list alike", () => {
    const build = buildScreen([{ name: "x/a.txt", text: "[c]\n发票" }, { name: "y/a.txt", text: "[c]\n发票" }], OPTIONS, 8);
    expect("warnings" in build && build.warnings.map((one) => `${one.file}:${String(one.line)}`)).to.deep.equal(["y/a.txt:2"]);
  });

  it("explains hits, excuses and how the text was read", () => {
    const explained = screenOf("公安", "发票", "!办公安排").explain("辦公安排，发·票");
    expect(explained.folded).to.equal("办公安排,发·票");
    expect(explained.verdict).to.include({ word: "发票", offset: 5, length: 3 });
    expect(explained.hits.map(({ word, allowedBy }) => `${word} ${allowedBy}`)).to.deep.equal(["公安 words.txt:3", "发票 "]);
  });

  it("reads long texts and unpaired surrogates", () => {
    const screen = screenOf("发票");
    expect(screen.screen(`${"好".repeat(20_000)}发票`)).to.include({ offset: 20_000 });
    expect(screen.screen("发\ud83c票")).to.include({ length: 3 });
    expect(screen.screen("\udc00\ud800")).to.equal(null);
  });

  it("agrees with a search by includes on folded texts when nothing may be inserted", () => {
    const char = fc.constantFrom(..."发發票车a", "Ａ", "é", "\u200b", "𠮷", "款");
    const word = fc.array(fc.constantFrom(..."发票车ae𠮷款"), { minLength: 2, maxLength: 4 }).map((chars) => chars.join(""));
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 12 }), fc.array(char, { maxLength: 40 }), (words, chars) => {
        const text = chars.join("");
        const folded = String.fromCodePoint(...foldText(text));
        const verdict = built([{ name: "w", text: words.join("\n") }], { maxInserted: 0 }).screen(text);
        expect(verdict !== null).to.equal(words.some((one) => folded.includes(one)));
      }),
      { numRuns: 100 },
    );
  });

  it("agrees with a pattern of bounded gaps when symbols may be inserted, and names the very place", () => {
    const char = fc.constantFrom(..."发票车款發", "#", "1", " ", "🌸", "\u200d");
    const word = fc.array(fc.constantFrom(..."发票车款"), { minLength: 2, maxLength: 3 }).map((chars) => chars.join(""));
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 4 }), fc.array(char, { maxLength: 60 }), (words, chars) => {
        const text = chars.join("");
        const expected = words.some((one) => new RegExp([...one].join("\u200d*(?:[#1 🌸]\u200d*){0,3}"), "u").test(text.replaceAll("發", "发")));
        const verdict = built([{ name: "w", text: words.join("\n") }]).screen(text);
        expect(verdict !== null).to.equal(expected);
        if (verdict === null) return;
        const span = text.slice(verdict.offset, verdict.offset + verdict.length);
        expect(span.replaceAll("發", "发").replace(/[#1 🌸\u200d]/gu, "")).to.equal(verdict.word);
      }),
      { numRuns: 100 },
    );
  });
});
