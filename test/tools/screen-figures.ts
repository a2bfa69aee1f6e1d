/**
 * Screen figures: what the shipped lists find in texts of a file (a JSON string a line), and what screening costs, on this machine.
 *
 *   npx tsx test/tools/screen-figures.ts TEXTS.jsonl...            hits by category, each with its text, and the cost of the shipped lists
 *   npx tsx test/tools/screen-figures.ts --words 10000 TEXTS...    the cost with so many words more, every option on
 */
import { join } from "node:path";
import { readFileSync, readdirSync } from "node:fs";
import type { WordFile } from "../../src/filter/compile.js";
import { syllablesOf } from "../../src/filter/pinyin.js";
import { buildScreen, type Screen } from "../../src/filter/screen.js";
import { ROOT } from "../root.js";

const LISTS = join(ROOT, "config/keywords");
const ROUNDS = 5;

const args = process.argv.slice(2);
const more = args[0] === "--words" ? Number(args[1]) : 0;
const paths = more > 0 ? args.slice(2) : args;
const texts = paths.map((path) => readFileSync(path, "utf8").trim().split("\n").map((line) => JSON.parse(line) as string));
const shipped = readdirSync(LISTS).filter((name) => name.endsWith(".txt")).sort().map((name): WordFile => ({ name, text: readFileSync(join(LISTS, name), "utf8") }));
const screen = build(more > 0 ? [...shipped, { name: "more.txt", text: `[more reject pinyin reversed]\n${manyWords(more).join("\n")}` }] : shipped);

paths.forEach((path, at) => {
  const some = texts[at] as string[];
  if (more === 0) tellHits(path, some, screen);
  tellCost(path, some, screen);
});

function build(files: readonly WordFile[]): Screen {
  const before = process.hrtime.bigint();
  const built = buildScreen(files, { maxInserted: 4 }, 1, syllablesOf);
  if ("errors" in built) throw new Error(JSON.stringify(built.errors, null, 1));
  say(`${String(built.screen.size)} words in ${String(built.screen.rules)} spellings, built in ${(Number(process.hrtime.bigint() - before) / 1e6).toFixed(0)} ms, ${(built.screen.octets / 1e6).toFixed(1)} MB`);
  for (const { file, line, reason } of built.warnings) say(`  ${file}:${String(line)}: ${reason}`);
  return built.screen;
}

function tellHits(path: string, some: readonly string[], lists: Screen): void {
  const byCategory = new Map<string, number>();
  let hits = 0;
  for (const text of some) {
    const verdict = lists.screen(text);
    if (verdict === null) continue;
    hits++;
    byCategory.set(`${verdict.category} ${verdict.action}`, (byCategory.get(`${verdict.category} ${verdict.action}`) ?? 0) + 1);
    say(`${verdict.category}\t${verdict.word}\t${text.slice(verdict.offset, verdict.offset + verdict.length)}\t${text.replace(/\s+/gu, " ")}`);
  }
  say(`${path}: ${String(some.length)} texts, ${String(hits)} hit (${((hits / some.length) * 100).toFixed(3)}%)`);
  for (const [category, count] of [...byCategory].sort((a, b) => b[1] - a[1])) say(`  ${category}: ${String(count)} (${((count / some.length) * 100).toFixed(3)}%)`);
}

function tellCost(path: string, some: readonly string[], lists: Screen): void {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.hrtime.bigint();
    for (const text of some) lists.screen(text);
    rounds.push(Number(process.hrtime.bigint() - before) / 1e3 / some.length);
  }
  say(`${path}: ${Math.min(...rounds).toFixed(2)} us a text, best of ${String(ROUNDS)} rounds (${rounds.map((one) => one.toFixed(2)).join(", ")})`);
}

/** Distinct words of 3 to 6 common characters, every fourth with a numeral, every tenth Latin. */
function manyWords(count: number): string[] {
  let seed = 20_261_125;
  const next = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const characters = [...new Set(texts.flat().join("").replace(/[^\u4e00-\u9fff]/gu, ""))].slice(0, 2_500);
  const words = new Set<string>();
  while (words.size < count) {
    const size = 3 + next(4);
    if (words.size % 10 === 9) words.add(Array.from({ length: size + 3 }, () => String.fromCharCode(0x61 + next(26))).join(""));
    else {
      const word = Array.from({ length: size }, () => characters[next(characters.length)] ?? "字");
      if (words.size % 4 === 3) word[next(size)] = "一二三四五六七八九"[next(9)] ?? "一";
      words.add(word.join(""));
    }
  }
  return [...words];
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
