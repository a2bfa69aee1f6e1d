/**
 * Shipped lists: config/keywords as a screen, spelt as the daemon spells them.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../root.js";
import type { WordFile } from "../../../src/filter/compile.js";
import { syllablesOf } from "../../../src/filter/pinyin.js";
import { buildScreen, type Screen } from "../../../src/filter/screen.js";
import { parseWordList, type ListWord } from "../../../src/filter/word-list.js";

const FOLDER = join(ROOT, "config/keywords");

export function shippedFiles(): WordFile[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith(".txt")).sort().map((name) => ({ name, text: readFileSync(join(FOLDER, name), "utf8") }));
}

export function shippedScreen(): Screen {
  const build = buildScreen(shippedFiles(), { maxInserted: 4 }, 1, syllablesOf);
  if ("errors" in build) throw new Error(JSON.stringify(build.errors));
  return build.screen;
}

/** Words without patterns and allow-phrases. */
export function shippedWords(): ListWord[] {
  return shippedFiles().flatMap(({ name, text }) => {
    const parsed = parseWordList(name, text);
    if ("errors" in parsed) throw new Error(JSON.stringify(parsed.errors));
    return parsed.words.filter((word) => word.required === null);
  });
}
