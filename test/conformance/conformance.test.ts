/** The conformance statements: complete, proved by tests there are, and written out as they are. */
import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CMPP_STATEMENT } from "./cmpp.js";
import { claim, page, problems } from "./statement.js";
import type { Statement } from "./statement.js";
import { projectRoot, testTitles } from "./titles.js";

const STATEMENTS: readonly (readonly [file: string, statement: Statement])[] = [["protocols/cmpp/README.md", CMPP_STATEMENT]];

describe("a conformance statement", () => {
  for (const [file, statement] of STATEMENTS) {
    it(`${file} has a claim for everything in the tables, and a test for every claim`, () => {
      expect(problems(statement, testTitles())).to.deep.equal([]);
    });

    it(`${file} says what is claimed`, () => {
      const path = join(projectRoot(), file);
      if (process.env["UPDATE_DOCS"] === "1") writeFileSync(path, page(statement));
      expect(readFileSync(path, "utf8")).to.equal(page(statement));
    });
  }

  const item = (key: string): { key: string; cells: string[] } => ({ key, cells: [key] });
  const of = (items: string[], claims: Record<string, ReturnType<typeof claim>>): Statement => ({
    title: "T", intro: "", sections: [{ title: "S", intro: "", heads: ["name"], items: items.map(item), claims }],
  });

  it("is not true without a claim for every item, an item for every claim, and a proof that is a test", () => {
    const titles = new Set(["is proved"]);
    expect(problems(of(["a", "b.c", "b.d"], { a: claim("supported", "is proved"), "b.*": claim("refused", "is proved") }), titles)).to.deep.equal([]);
    expect(problems(of(["a", "toString"], { a: claim("supported", "is proved") }), titles)).to.deep.equal(["S: toString has no claim"]);
    expect(problems(of(["a"], { a: claim("supported", "is proved"), b: claim("passed", "is proved") }), titles)).to.deep.equal(["S: b is claimed, but not in the tables"]);
    expect(problems(of(["a"], { a: claim("supported", "was proved") }), titles)).to.deep.equal(['S: a is proved by no test "was proved"']);
  });

  it("shows a row for every item, and titles with their holes left open", () => {
    expect(page(of(["a"], { a: claim("passed", "says ${word} of it", "as it came") }))).to.equal(
      "# T\n\n## S\n\n| name | support | proved by |\n| --- | --- | --- |\n| a | passed: as it came | says … of it |\n");
  });

  it("finds the titles of tests in their files, of templates too", () => {
    const titles = testTitles();
    expect(titles.has("finds the titles of tests in their files, of templates too")).to.equal(true);
    expect(titles.has("${file} says what is claimed")).to.equal(true);
    expect(titles.has("a conformance statement")).to.equal(false);
  });
});
