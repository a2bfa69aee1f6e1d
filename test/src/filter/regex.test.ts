import { expect } from "chai";
import { MAX_ALWAYS, MAX_PATTERNS, compileLists } from "../../../src/filter/compile.js";
import { checkRegex } from "../../../src/filter/regex.js";
import { buildScreen, type Screen } from "../../../src/filter/screen.js";

function screenOf(...lines: string[]): Screen {
  const build = buildScreen([{ name: "words.txt", text: lines.join("\n") }], { maxInserted: 3 }, 7);
  if ("errors" in build) throw new Error(JSON.stringify(build.errors));
  return build.screen;
}

function errors(...lines: string[]): string[] {
  const compiled = compileLists([{ name: "words.txt", text: lines.join("\n") }], { maxInserted: 3 }, 7);
  return "errors" in compiled ? compiled.errors.map((one) => `${String(one.line)}: ${one.reason}`) : [];
}

function required(pattern: string): string[] {
  const checked = checkRegex(pattern);
  if (typeof checked === "string") throw new Error(checked);
  return checked.required.map((run) => String.fromCodePoint(...run));
}

describe("regexes on lists", () => {
  it("match, with the action of their section, the line as word and the place in the text", () => {
    const screen = screenOf("[contact hold]", "/加.{0,4}微信.{0,6}[0-9a-z]{5,}/");
    expect(screen.screen("亲，加我的微信 abc12345 领红包")).to.deep.equal({
      action: "hold", category: "contact", word: "/加.{0,4}微信.{0,6}[0-9a-z]{5,}/", rule: "words.txt:2", offset: 2, length: 14, version: 7, flags: [],
    });
    expect(screen.screen("请用微信扫码，加油")).to.equal(null);
  });

  it("are run on the text as it is, and on it folded, naming the place in the text as it is", () => {
    const screen = screenOf("/微信:[a-z]{4}/");
    expect(screen.screen("👍加微\u200b信：ＡＢｃ𝐝吧")).to.include({ offset: 3, length: 9 });
    expect(screenOf("/[A-Z]{3}票据/").screen("ABC票据")).to.include({ offset: 0, length: 5 });
    expect(screenOf("/[A-Z]{3}票据/").screen("abc票据")).to.equal(null);
  });

  it("that need no text of their own are found, too", () => {
    const screen = screenOf("/(^|[^0-9])1[3-9][0-9]{9}/", "/[a-z0-9]+\\.(top|xyz)/");
    expect(screen.screen("回电１３８００１３８０００")).to.include({ word: "/(^|[^0-9])1[3-9][0-9]{9}/" });
    expect(screen.screen("见abc.top")).to.include({ offset: 1, length: 7 });
    expect(screen.screen("您的验证码是123456")).to.equal(null);
  });

  it("stand beside words, allow-phrases and other sections", () => {
    const screen = screenOf("[a flag]", "发票", "/代开.{0,3}发票/", "[b reject]", "/发票.{0,5}点数/", "!代开电子发票的通知");
    expect(screen.screen("代开发票")?.flags.map((hit) => hit.rule)).to.deep.equal(["words.txt:3", "words.txt:2"]);
    expect(screen.screen("代开电子发票的通知")).to.equal(null);
    expect(screen.screen("发票低点数")).to.include({ action: "reject", category: "b" });
  });

  it("are found again behind a place that a phrase excuses, in the text as it is and in it folded", () => {
    const screen = screenOf("/加微信[a-z_]*[0-9]{5,}/", "!加微信kefu_123456");
    expect(screen.screen("请加微信kefu_123456咨询")).to.equal(null);
    for (const other of ["加微信abc123456", "加微信ａｂｃ123456"]) {
      const text = `请加微信kefu_123456咨询，${other}`;
      expect(screen.screen(text), other).to.include({ offset: text.indexOf(other), length: other.length });
    }
  });

  it("are refused by line when they cannot be read, are too large, or match everything", () => {
    expect(errors("/(/")[0]).to.match(/^1: is no pattern/);
    expect(errors("发票", "/(a+)\\1/")[0]).to.match(/^2: is no pattern/);
    expect(errors("/(?=a)b/")[0]).to.match(/^1: is no pattern/);
    expect(errors("/.*/")[0]).to.contain("every text");
    expect(errors("/(.{0,100}){0,10}票/")[0]).to.match(/^1: is no pattern/);
    expect(errors(`/${"长".repeat(501)}/`)[0]).to.contain("longer");
  });

  it("are bounded in number", () => {
    expect(errors(...Array.from({ length: MAX_PATTERNS + 1 }, (_, i) => `/发票${String(i)}x/`)).at(-1)).to.contain("patterns in all lists");
    expect(errors(...Array.from({ length: MAX_ALWAYS + 1 }, (_, i) => `/[0-9]{${String(i + 3)}}[a-f]/`)).at(-1)).to.contain("run on every text");
  });

  it("are only run where what must stand in them stands", () => {
    expect(required("加.{0,4}(微信|扣扣|QQ).{0,6}[0-9]{5,}")).to.deep.equal(["微信", "扣扣", "qq"]);
    expect(required("(代开|办理)发票")).to.deep.equal(["发票"]);
    expect(required("代開(發票|fapiao)?")).to.deep.equal(["代开"]);
    expect(required("满[0-9]{2,4}减")).to.deep.equal(["满"]);
    expect(required("(微信|x)号?")).to.deep.equal([]);
    expect(required("1[3-9][0-9]{9}")).to.deep.equal([]);
  });

  it("take time that grows with the text alone, however they are written", () => {
    const screen = screenOf("/(a|aa|a?){1,20}(a|b)*c发票/", "/([a-z]+)*x微信/", "/(.*)(.*)(.*)(.*)[^微]信号/");
    const text = "a".repeat(20_000) + "发票微信号";
    const before = process.hrtime.bigint();
    screen.screen(text);
    expect(Number(process.hrtime.bigint() - before) / 1e6).to.be.below(2_000);
  });
});
