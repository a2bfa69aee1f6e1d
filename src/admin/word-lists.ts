/**
 * Word lists: reads the configured keyword files, has them built off the network thread, and names their version.
 *
 * The version is a digest of what the lists say, so it is the same after a restart with the same lists, and a
 * queued message is screened again only when something really changed.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { WordFile } from "../filter/compile.js";
import type { Screen } from "../filter/screen.js";
import type { ListProblem } from "../filter/word-list.js";
import { AdminError } from "./errors.js";
import { buildScreenInWorker } from "./screen-builder.js";

export interface LoadedLists {
  readonly screen: Screen;
  readonly warnings: readonly ListProblem[];
}

/**
 * Reads and builds all lists.
 * @throws AdminError `config_invalid` naming every bad line or the file that cannot be read; nothing has changed then
 */
export async function loadWordLists(paths: readonly string[], maxInserted: number): Promise<LoadedLists> {
  const files: WordFile[] = [];
  for (const path of paths) {
    try {
      files.push({ name: path, text: await readFile(path, "utf8") });
    } catch (error) {
      throw new AdminError("config_invalid", `${path}: ${error instanceof Error ? error.message : String(error)}`, "check [filter] keywords");
    }
  }
  const build = await buildScreenInWorker(files, { maxInserted }, versionOf(files, maxInserted));
  if ("errors" in build) {
    throw new AdminError("config_invalid", build.errors.map((one) => `${one.file}:${String(one.line)}: ${one.reason}`).join("\n"), "the lists in force stay");
  }
  return build;
}

/** 31 bits, never 0 (0 means "not screened"). */
function versionOf(files: readonly WordFile[], maxInserted: number): number {
  const hash = createHash("sha256").update(String(maxInserted));
  for (const file of files) hash.update("\0").update(file.name).update("\0").update(file.text);
  return (hash.digest().readUInt32BE(0) >>> 1) || 1;
}
