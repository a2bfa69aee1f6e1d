/** The conformance statements: complete, proved by tests there are, and written out as they are. */
import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CMPP_STATEMENT } from "./cmpp.js";
import { claim, page, problems } from "./statement.js";
import type { Statement } from "./statement.js";
import { outcomesGiven, projectRoot, testTitles } from "./titles.js";
import { OUTCOME_NAMES } from "../../protocols/model/outcome.js";

const STATEMENTS: readonly (readonly [file: string, statement: Statement])[] = [["protocols/cmpp/README.md", CMPP_STATEMENT]];

describe("a conformance statement", () => {
  for (const [file, statement] of STATEMENTS) {
    it(`${file} has a claim for everything in the tables, and a test for every claim`, () => {
      expect(problems(statement, testTitles())).to.deep.equal([]);
    });

    it(`${file} says what is claimed`, () => {
      const path = join(projectRoot(), file);
      if (process.env["UPDATE_DOCS"] === "1") writeFileSync(path, page(statement, testTitles()));
      expect(readFileSync(path, "utf8")).to.equal(page(statement, testTitles()));
    });
  }

  const item = (key: string): { key: string; cells: string[] } => ({ key, cells: [key] });
  const of = (items: string[], claims: Record<string, ReturnType<typeof claim>>): Statement => ({
    protocol: "x", title: "T", intro: "", sections: [{ title: "S", intro: "", heads: ["name"], items: items.map(item), claims }],
  });

  it("is not true without a claim for every item, an item for every claim, and a proof that is a test", () => {
    const titles = new Map([["is proved", ["protocols/x/a.test.ts"]]]);
    expect(problems(of(["a", "b.c", "b.d"], { a: claim("supported", "is proved"), "b.*": claim("refused", "is proved") }), titles)).to.deep.equal([]);
    expect(problems(of(["a", "toString"], { a: claim("supported", "is proved") }), titles)).to.deep.equal(["S: toString has no claim"]);
    expect(problems(of(["a"], { a: claim("supported", "is proved"), b: claim("passed", "is proved") }), titles)).to.deep.equal(["S: b is claimed, but not in the tables"]);
    expect(problems(of(["a"], { a: claim("supported", "was proved") }), titles)).to.deep.equal(['S: a is proved by no test "was proved"']);
  });

  it("takes no other protocol's test for a proof, and none of which there are several", () => {
    const titles = new Map([["is another's", ["protocols/y/a.test.ts"]], ["is of all", ["protocols/wire/a.test.ts", "protocols/y/a.test.ts"]], ["is twice", ["a.test.ts", "b.test.ts"]]]);
    expect(problems(of(["a"], { a: claim("supported", "is another's") }), titles)).to.deep.equal(['S: a is proved by no test "is another\'s"']);
    expect(problems(of(["a"], { a: claim("supported", "is of all") }), titles)).to.deep.equal([]);
    expect(problems(of(["a"], { a: claim("supported", "is twice") }), titles)).to.deep.equal(['S: "is twice" proves a in more than one file: a.test.ts, b.test.ts']);
  });

  it("shows a row for every item, and titles with their holes left open", () => {
    expect(page(of(["a"], { a: claim("passed", "says ${word} of it", "as it came") }), new Map([["says ${word} of it", ["protocols/x/a.test.ts"]]]))).to.equal(
      "# T\n\n## S\n\n| name | support | proved by |\n| --- | --- | --- |\n| a | passed: as it came | protocols/x/a: says … of it |\n");
  });

  it("finds the titles of tests in their files, of templates too", () => {
    const titles = testTitles();
    expect(titles.has("finds the titles of tests in their files, of templates too")).to.equal(true);
    expect(titles.has("${file} says what is claimed")).to.equal(true);
    expect(titles.has("a conformance statement")).to.equal(false);
    expect(titles.get("finds the titles of tests in their files, of templates too")).to.deep.equal(["conformance/conformance.test.ts"]);
  });

  it("finds that the gateway gives every outcome that has a name", () => {
    const given = outcomesGiven();
    expect(OUTCOME_NAMES.filter((name) => !given.has(name))).to.deep.equal([]);
    expect(given.has("no_such_outcome")).to.equal(false);
  });
});
