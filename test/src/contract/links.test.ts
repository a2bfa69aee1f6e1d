import { expect } from "chai";
import fc from "fast-check";
import { LinkFinder, MAX_LINKS, isBelow } from "../../../src/contract/links.js";

function domains(text: string): string[] {
  const links = new LinkFinder();
  return Array.from({ length: links.read(text) }, (_, no) => links.domain(no));
}

function written(text: string): string[] {
  const links = new LinkFinder();
  return Array.from({ length: links.read(text) }, (_, no) => links.written(no));
}

describe("links", () => {
  it("are addresses, bare domains and short links, with what belongs to them", () => {
    expect(written("见https://m.example.cn:8080/a?b=1#c，谢谢")).to.deep.equal(["https://m.example.cn:8080/a?b=1#c"]);
    expect(written("登录www.example.org。")).to.deep.equal(["www.example.org"]);
    expect(written("点击t.cn/Ab3dE领取")).to.deep.equal(["t.cn/Ab3dE"]);
    expect(written("请登录12306.cn或95588.com.cn查询")).to.deep.equal(["12306.cn", "95588.com.cn"]);
    expect(written("下载 bit.ly/3xYz 和 t.me/abc")).to.deep.equal(["bit.ly/3xYz", "t.me/abc"]);
    expect(written("后台 http://1.2.3.4/x 或 1.2.3.4:8080")).to.deep.equal(["http://1.2.3.4/x", "1.2.3.4:8080"]);
    expect(domains("商城.com 例子.中国 example.中国")).to.deep.equal(["商城.com", "example.中国"]);
  });

  it("lead where a phone would go, not where they seem to", () => {
    expect(domains("https://bank.cn@evil.com/x")).to.deep.equal(["evil.com"]);
    expect(domains("https://bank.cn.evil.com")).to.deep.equal(["bank.cn.evil.com"]);
    expect(domains("https://evil.com\\bank.cn")).to.deep.equal(["evil.com"]);
    expect(domains("HTTPS://WWW.Example.CN")).to.deep.equal(["www.example.cn"]);
    expect(domains("bank.com.evil。cn")).to.deep.equal(["bank.com.evil.cn"]);
  });

  it("are found with their dots written otherwise", () => {
    for (const text of [
      "example。com", "example．com", "example｡com", "example·com", "example点com", "example [.] com", "example[.]com", "example(.)com",
      "example . com", "ｅｘａｍｐｌｅ．ｃｏｍ", "example dot com", "example 点 com", "example【.】com", "example•com",
    ]) expect(domains(`请看${text}吧`), text).to.deep.equal(["example.com"]);
  });

  it("are not numbers, times, ends of sentences, names for mail or files", () => {
    for (const text of [
      "余额3.50元，12.25到期", "See you at 5.It was fun", "e.g. this, i.e. that", "write to a.b@example.cn now", "version 1.2.3.4", "见附件report.txt和a.js",
      "OK.Thanks", "明天下午3点come on", "Mr.Smith", "home.me and you", "上午9点cn", "等等……好的。com", "3:00//4:00", "价格：//", "...", "a.b.c", "I'm in.so what",
    ]) expect(written(text), text).to.deep.equal([]);
  });

  it("are bounded in number", () => {
    expect(domains("t.cn/a ".repeat(100))).to.have.length(MAX_LINKS);
  });

  it("cover their place in the text and no other", () => {
    const links = new LinkFinder();
    links.read("见t.cn/a吧");
    expect(Array.from("见t.cn/a吧", (_, at) => links.covers(at))).to.deep.equal([false, true, true, true, true, true, true, false]);
  });

  it("lie in order within any text, never over each other", () => {
    const char = fc.constantFrom(..."a1.。:/@ [cn点", "com", ".cn", "www.", "http://", "\ud83d");
    fc.assert(fc.property(fc.array(char, { maxLength: 40 }), (chars) => {
      const text = chars.join("");
      const links = new LinkFinder();
      let from = 0;
      for (let no = 0; no < links.read(text); no++) {
        const at = text.indexOf(links.written(no), from);
        expect(links.written(no)).not.to.equal("");
        expect(at, `${text} ${links.written(no)}`).to.be.at.least(from);
        from = at + links.written(no).length;
        expect(links.domain(no)).not.to.equal("");
      }
    }), { numRuns: 2_000 });
  });

  it("tells domains below a domain from those that only end alike", () => {
    expect(["example.cn", "m.example.cn", "badexample.cn", "example.cn.evil.com"].map((domain) => isBelow(domain, ["example.cn"]))).to.deep.equal([true, true, false, false]);
  });
});
