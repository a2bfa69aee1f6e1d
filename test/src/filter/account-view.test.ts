import { expect } from "chai";
import { compileAccountView, type AccountView } from "../../../src/filter/account-view.js";
import { buildScreen, type Screen } from "../../../src/filter/screen.js";

function screenOf(...lines: string[]): Screen {
  const build = buildScreen([{ name: "words.txt", text: lines.join("\n") }], { maxInserted: 3 }, 7);
  if ("errors" in build) throw new Error(JSON.stringify(build.errors));
  return build.screen;
}

describe("account view", () => {
  const screen = screenOf("[gambling reject]", "六合彩", "[loan flag]", "无抵押", "[invoice hold]", "发票");

  function viewOf(categories: readonly string[], allowPhrases: readonly string[] = []): AccountView | null {
    return compileAccountView({ categories, allowPhrases }, screen);
  }

  function action(view: AccountView | null, text: string): string {
    return screen.screen(text, view)?.action ?? "ok";
  }

  it("is none where the account leaves the lists as they are", () => {
    expect(viewOf([])).to.equal(null);
  });

  it("a category does what its list says, and for an account what its terms say", () => {
    const view = viewOf(["gambling=hold", "loan=reject", "invoice=pass"]);
    const texts = ["六合彩", "无抵押", "发票", "您好"];
    expect(texts.map((text) => action(null, text))).to.deep.equal(["reject", "flag", "hold", "ok"]);
    expect(texts.map((text) => action(view, text))).to.deep.equal(["hold", "reject", "ok", "ok"]);
  });

  it("a refusal goes before a hold, a hold before a flag, wherever they stand", () => {
    expect(screen.screen("无抵押 发票 六合彩")).to.include({ action: "reject", word: "六合彩" });
    expect(screen.screen("无抵押 发票")).to.include({ action: "hold", word: "发票" });
    expect(screen.screen("无抵押 发票")?.flags.map((hit) => hit.word)).to.deep.equal(["无抵押"]);
  });

  it("words inside a phrase of the account do not count, in any width, script and with symbols between", () => {
    const view = viewOf([], ["电子发票已开具", "＃ABC发票"]);
    for (const text of ["您的电子发票已开具", "您的電子發票已开具", "电 子·发票已\u200b开具", "abc发票"]) expect(action(view, text), text).to.equal("ok");
    for (const text of ["发票", "电子发票代开", "电子发票已开具，再开发票", "电#####子发票已开具"]) expect(action(view, text), text).to.equal("hold");
  });

  it("goes on with lists that were read anew, by the names of their categories", () => {
    const view = viewOf(["loan=reject"]);
    const again = screenOf("[fraud reject]", "刷单返利", "[loan flag]", "无抵押", "低息");
    expect(again.screen("低息", view)?.action).to.equal("reject");
    expect(action(view, "无抵押")).to.equal("reject");
    expect(again.screen("刷单返利", view)?.action).to.equal("reject");
  });

  it("explains what lets a word pass", () => {
    const view = viewOf(["invoice=pass", "loan=hold"], ["六合彩开奖新闻"]);
    expect(screen.explain("发票 六合彩开奖新闻 无抵押", view).hits.map(({ action: what, word, allowedBy }) => [what, word, allowedBy])).to.deep.equal([
      ["hold", "发票", "invoice=pass"], ["reject", "六合彩", "六合彩开奖新闻"], ["hold", "无抵押", ""],
    ]);
  });
});
