import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NetworkTable } from "../../../src/contract/network.js";
import { NumberLists } from "../../../src/contract/number-lists.js";
import { ConfigError } from "../../../src/config/problem.js";
import { parseSegments } from "../../../src/config/segments.js";
import { ROOT } from "../../root.js";

function problems(text: string): string[] {
  try {
    parseSegments(text, "segments.toml");
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("config/segments.toml", () => {
  const file = parseSegments(readFileSync(join(ROOT, "config/segments.toml"), "utf8"), "segments.toml");
  const table = new NetworkTable(new NumberLists().ported);
  table.replace(file.segments, file.date);
  const said: readonly (readonly [string, string | null, boolean])[] = [
    ["13400000000", "mobile", false], ["13490000000", "telecom", false], ["13900000000", "mobile", false], ["14700000000", "mobile", false],
    ["13000000000", "unicom", false], ["16600166000", "unicom", false], ["19600000000", "unicom", false],
    ["13300000000", "telecom", false], ["17400000000", "telecom", false], ["17405999999", "telecom", false], ["17406000000", null, false], ["17412999999", null, false],
    ["17413000000", null, false], ["17490000000", null, false], ["19000190000", "telecom", false], ["19200192000", "broadcast", false], ["19700197000", "mobile", false],
    ["17200172000", "mobile", false], ["16500000000", "mobile", true], ["17030000000", "mobile", true], ["17040000000", "unicom", true], ["17100000000", "unicom", true],
    ["16200000000", "telecom", true], ["17020000000", "telecom", true], ["14200000000", null, false], ["19400000000", null, false],
  ];
  for (const [number, network, virtual] of said) {
    it(`says of ${number.slice(0, 5)} that it is ${network === null ? "on none of the four networks" : `on that of ${network}${virtual ? ", a virtual operator's" : ""}`}`, () => {
      const found = table.explain(number);
      assert.deepEqual([found.network, found.virtual], [network, virtual]);
    });
  }

  it("is dated, and knows the words of operators for numbers that left them", () => {
    assert.match(file.date, /^20\d\d-\d\d-\d\d$/);
    assert.deepEqual([...file.left], [["MB:1048", "mobile"], ["MB:1049", "mobile"], ["MB:1050", "mobile"], ["MH:0007", "mobile"], ["ID:0043", "mobile"]]);
  });
});

describe("parseSegments", () => {
  const HEAD = 'date = "2026-01-01"\n';

  it("names every bad row with its line", () => {
    assert.deepEqual(problems(`${HEAD}[[segment]]\nnetwork = "mobile"\nprefixes = ["135-13", "139-138"]\n[[segment]]\nnetwork = "unicom"\nprefixes = ["130",\n "130"]\n`), [
      "segments.toml:4:13: segment[0].prefixes[0]: Invalid string: must match pattern /^(1[3-9]\\d{1,3})(?:-(1[3-9]\\d{1,3}))?$/".replace(/Invalid.*/, "expected 3 to 5 digits from 13 to 19 on, or a row such as 135-139"),
    ]);
    assert.deepEqual(problems(`${HEAD}[[segment]]\nnetwork = "mobile"\nprefixes = ["139-138"]\n[[segment]]\nnetwork = "unicom"\nprefixes = ["130",\n "130"]\n`), [
      "segments.toml:4:13: segment[0].prefixes[0]: expected the first and the last prefix of a row, of as many digits (got 139-138)",
      "segments.toml:8:2: segment[1].prefixes[1]: 130 stands in segment[1].prefixes[0] already (got 130)",
    ]);
  });

  it("refuses what is no table, what has no date, and networks that there are not", () => {
    assert.match(problems("date = ")[0] ?? "", /^segments\.toml:1:\d+: /);
    assert.match(problems('[[segment]]\nnetwork = "mobile"\nprefixes = ["135"]\n').join(), /date/);
    assert.match(problems(`${HEAD}[[segment]]\nnetwork = "telkom"\nprefixes = ["135"]\n`).join(), /^segments\.toml:3:11: segment\[0\]\.network/);
    assert.match(problems(`${HEAD}[[segment]]\nnetwork = "mobile"\nprefixes = ["128"]\n`).join(), /^segments\.toml:4:13/);
  });
});
