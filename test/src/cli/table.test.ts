/** Aligned tables. */
import { expect } from "chai";
import { displayWidth, pairLines, printable, tableLines } from "../../../src/cli/table.js";

describe("table", () => {
  const widths: [string, number][] = [["", 0], ["abc", 3], ["您好", 4], ["ａ", 2], ["【测试】", 8], ["e\u0301", 1], ["a\u200bb", 2], ["😀", 2], ["한글", 4], ["𠮷", 2]];
  for (const [text, width] of widths) it(`gives ${JSON.stringify(text)} ${width} columns`, () => expect(displayWidth(text)).to.equal(width));

  it("aligns columns though some characters are wide", () => {
    expect(tableLines([{ title: "word" }, { title: "n", right: true }, { title: "rule" }], [["您好", "1", "a"], ["abc", "100", "b"]])).to.deep.equal([
      "WORD    N  RULE",
      "您好    1  a",
      "abc   100  b",
    ]);
  });

  it("aligns names of pairs", () => expect(pairLines([["a", "1"], ["long", "2"], ["x", ""]])).to.deep.equal(["a     1", "long  2", "x"]));

  it("lets no text of a message steer the terminal", () => expect(printable("a\x1b[31m\nb\u2028")).to.equal("a\\x1b[31m\\x0ab\\x2028"));
});
