import { expect } from "chai";
import fc from "fast-check";
import { LinkFinder } from "../../../src/contract/links.js";
import { TemplateMatcher } from "../../../src/contract/template-matcher.js";
import { VariableKind, parseTemplate, type Template } from "../../../src/contract/template.js";

function template(written: string): Template {
  const parsed = parseTemplate(written);
  if (typeof parsed === "string") throw new Error(parsed);
  return parsed;
}

function matcherOf(...written: string[]): (text: string) => number {
  const links = new LinkFinder();
  const matcher = new TemplateMatcher(written.map((text, at) => ({ no: at + 1, template: template(text) })), links);
  return (text) => {
    links.read(text);
    return matcher.find(text, 0, text.length);
  };
}

describe("template", () => {
  it("reads variables, their kinds and lengths", () => {
    const { fixed, variables } = template("验证码{code:4-8}，{digits:6}，{n}分钟，{any}完");
    expect(fixed).to.deep.equal(["验证码", "，", "，", "分钟，", "完"]);
    expect(variables.map(({ name, kind, min, max }) => [name, kind, min, max])).to.deep.equal([
      ["code", VariableKind.code, 4, 8], ["digits", VariableKind.digits, 6, 6], ["n", VariableKind.text, 1, 20], ["any", VariableKind.any, 1, 500],
    ]);
  });

  it("takes braces that are meant", () => {
    expect(template("面积\\{m\\}是{n}平方").fixed).to.deep.equal(["面积{m}是", "平方"]);
  });

  it("refuses what would let anything pass, or cannot be read, and says why", () => {
    const why = (written: string): string => {
      const parsed = parseTemplate(written);
      return typeof parsed === "string" ? parsed : "";
    };
    expect(why("您的验证码{a}{b}，请查收")).to.contain("right behind another variable");
    expect(why("{any}")).to.contain("fixed letters");
    expect(why("{a}，{b}。{c}！")).to.contain("fixed letters");
    expect(why("您的验证码{code")).to.contain("not closed");
    expect(why("您的验证码code}")).to.contain("closes nothing");
    expect(why("您的验证码{1}")).to.contain("write {name}");
    expect(why("您的验证码{code:8-4}")).to.contain("no length");
    expect(why("您的验证码{code:0-4}")).to.contain("write {name}");
    expect(why("您的验证码是\\")).to.contain("stroke");
    expect(why("长".repeat(1_001))).to.contain("longer");
    expect(why(`您好吗啊${Array.from({ length: 21 }, (_, i) => `{v${String(i)}}，`).join("")}`)).to.contain("variables");
  });
});

describe("template matcher", () => {
  it("names the template a text is like", () => {
    const find = matcherOf("您的验证码{digits:4-6}，请勿泄露", "您的验证码是{digits:4-6}", "{name}您好，您的快递到了", "{a}您好{b}再见啊");
    expect(find("您的验证码123456，请勿泄露")).to.equal(1);
    expect(find("您的验证码是1234")).to.equal(2);
    expect(find("张三您好，您的快递到了")).to.equal(3);
    expect(find("张三您好，有事，再见啊")).to.equal(4);
    expect(find("您的验证码12345a，请勿泄露")).to.equal(0);
    expect(find("您的验证码1234567，请勿泄露")).to.equal(0);
  });

  it("tries every way a text can be cut where what is fixed stands in variables, too", () => {
    const find = matcherOf("编号{a:1-9}的{b:1-9}的包裹");
    expect(find("编号的的的的包裹")).to.equal(1);
    expect(find("编号一的二的三的包裹")).to.equal(1);
    expect(find("编号一二三四五六七八九的的的包裹")).to.equal(1);
    expect(find("编号一二三四五六七八九十的包裹")).to.equal(0);
  });

  it("does not let ends overlap", () => {
    expect(matcherOf("您好您好{n}您好您好")("您好您好您好")).to.equal(0);
    expect(matcherOf("您好您好{n}您好您好")("您好您好一您好您好")).to.equal(1);
  });

  it("agrees with a pattern of the same pieces on any text", () => {
    const piece = fc.constantFrom("甲", "乙甲", "1甲");
    const variable = fc.constantFrom("{a:1-3}", "{digits:1-2}", "{code:2-3}");
    const patterns: Record<string, string> = { "{a:1-3}": "[^【】]{1,3}", "{digits:1-2}": "[0-9]{1,2}", "{code:2-3}": "[0-9a-z]{2,3}" };
    const written = fc.tuple(fc.boolean(), fc.array(fc.tuple(variable, piece), { minLength: 1, maxLength: 3 }), fc.boolean());
    fc.assert(fc.property(written, fc.array(fc.constantFrom(..."甲乙1a"), { maxLength: 14 }), ([head, body, tail], chars) => {
      const pieces = [head ? "甲甲甲甲" : "", ...body.flat()];
      pieces[pieces.length - 1] += tail ? "乙乙乙乙" : "";
      const text = (head ? "甲甲甲甲" : "") + chars.join("") + (tail ? "乙乙乙乙" : "");
      const parsed = parseTemplate(pieces.join(""));
      if (typeof parsed === "string") return;
      const expected = new RegExp(`^${pieces.map((one) => patterns[one] ?? one).join("")}$`, "u").test(text);
      expect(matcherOf(pieces.join(""))(text) > 0, `${pieces.join("")} on ${text}`).to.equal(expected);
    }), { numRuns: 2_000 });
  });

  it("takes no longer for a text made to be tried in every way", () => {
    const find = matcherOf(`${Array.from({ length: 20 }, (_, i) => `{v${String(i)}:1-500}啊`).join("")}完`);
    const text = "啊".repeat(2_000);
    const before = process.hrtime.bigint();
    expect(find(text)).to.equal(0);
    expect(Number(process.hrtime.bigint() - before) / 1e6).to.be.below(100);
  });

  it("finds one of 500 that all begin alike", () => {
    const find = matcherOf(...Array.from({ length: 500 }, (_, i) => `您的${String(i)}号订单{code}已发货`));
    expect(find("您的499号订单SF12已发货")).to.equal(500);
    expect(find("您的500号订单SF12已发货")).to.equal(0);
  });
});
