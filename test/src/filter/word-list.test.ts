import { expect } from "chai";
import { parseWordList, type ListProblem, type ListWord } from "../../../src/filter/word-list.js";

function read(text: string, name = "lists/fraud.txt"): { words: readonly ListWord[]; allows: readonly ListWord[]; warnings: readonly ListProblem[] } {
  const parsed = parseWordList(name, text);
  if ("errors" in parsed) throw new Error(JSON.stringify(parsed.errors));
  return parsed;
}

function errorsOf(text: string): readonly ListProblem[] {
  const parsed = parseWordList("fraud.txt", text);
  return "errors" in parsed ? parsed.errors : [];
}

/** The file of C082. */
const DIRTY = ["\ufeff发票\r", "", "   ", "***", "#注释", "发票", "的", "贷款"].join("\n");
const CLEANED = ["\ufeff发票\r", "", "   ", "#注释", "发票", "贷款"].join("\n");

describe("parseWordList", () => {
  it("C082 refuses what would match nothing or everything, by line number", () => {
    const errors = errorsOf(DIRTY);
    expect(errors.map((error) => error.line)).to.deep.equal([4, 7]);
    expect(errors[0]!.reason).to.contain("***");
    expect(errors[1]!.reason).to.contain("的");
  });

  it("C082 reads the rest: mark, CRLF, blanks and comments skipped, the duplicate named", () => {
    const { words, warnings } = read(CLEANED);
    expect(words.map((word) => word.word)).to.deep.equal(["发票", "贷款"]);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.include({ line: 5 });
    expect(warnings[0]!.reason).to.contain("line 1");
  });

  it("takes category and action from headers, and the file's name before the first", () => {
    const { words } = read("套现\n[advert flag]\n优惠\n[赌博]\n百家乐");
    expect(words.map(({ category, action }) => `${category} ${action}`)).to.deep.equal(["fraud reject", "advert flag", "赌博 reject"]);
  });

  it("refuses a header it cannot read", () => {
    for (const header of ["[fraud", "[fraud delete]", "[]", "[a b c]", "[fraud rejects]"]) {
      expect(errorsOf(`${header}\n发票`).map((error) => error.line), header).to.deep.equal([1]);
    }
  });

  it("tells words, whole words, allow-phrases and escaped words apart", () => {
    const { words, allows } = read("发票\n=69\n!发票抬头\n\\#AB\n\\!no");
    expect(words.map(({ word, whole }) => `${word} ${String(whole)}`)).to.deep.equal(["发票 false", "69 true", "#AB false", "!no false"]);
    expect(allows.map(({ word }) => word)).to.deep.equal(["发票抬头"]);
  });

  it("finds duplicates among different writings of one word, but not among categories", () => {
    const { words, warnings } = read("发票\n發票\n[tax flag]\n发票");
    expect(words).to.have.length(2);
    expect(warnings.map((warning) => warning.line)).to.deep.equal([2]);
  });

  it("refuses a file that is not UTF-8", () => {
    expect(errorsOf(Buffer.from([0xb7, 0xa2, 0xc6, 0xb1]).toString("utf8"))[0]!.reason).to.contain("UTF-8");
  });

  it("refuses a word that is too long, and stops after twenty errors", () => {
    expect(errorsOf("长".repeat(101))).to.have.length(1);
    expect(errorsOf("的\n".repeat(100))).to.have.length(20);
  });
});
