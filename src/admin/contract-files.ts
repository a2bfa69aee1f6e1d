/**
 * Contract files: the table of segments, the words of opting out and how advertisements read, read from disk and checked whole.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { readAdvertFile } from "../contract/adverts.js";
import { ConfigError, problemText } from "../config/problem.js";
import { parseSegments, type SegmentsFile } from "../config/segments.js";
import type { Settings } from "../config/settings.js";
import { readReplyWords } from "../filter/reply-words.js";
import type { ContractFiles } from "../flow/contract-data.js";
import type { ListProblem } from "../filter/word-list.js";
import { AdminError } from "./errors.js";
import { buildScreenInWorker } from "./screen-builder.js";

/** Symbols between two characters of a word that adverts are known by. */
const ADVERTS_INSERTED = 4;

/** @throws AdminError `config_invalid` naming every bad line, or the file that cannot be read */
export async function loadContractFiles(settings: Pick<Settings["contract"], "segments" | "optOut" | "adverts">): Promise<ContractFiles> {
  const table = await read(settings.segments, "segments");
  const words = await read(settings.optOut, "opt_out");
  const replies = readReplyWords(words, settings.optOut);
  if ("errors" in replies) throw refused(linesOf(replies.errors));
  const adverts = await read(settings.adverts, "adverts");
  return {
    segments: readSegments(table, settings.segments),
    replyWords: replies.words,
    adverts: await readAdverts(adverts, settings.adverts),
    version: createHash("sha256").update(table).update("\0").update(words).update("\0").update(adverts).digest("hex").slice(0, 16),
  };
}

function readSegments(text: string, path: string): SegmentsFile {
  try {
    return parseSegments(text, path);
  } catch (error) {
    if (error instanceof ConfigError) throw refused(error.problems.map(problemText).join("\n"));
    throw error;
  }
}

async function readAdverts(text: string, path: string): Promise<ContractFiles["adverts"]> {
  const file = readAdvertFile(path, text);
  if ("errors" in file) throw refused(linesOf(file.errors));
  const build = await buildScreenInWorker([file.words], { maxInserted: ADVERTS_INSERTED }, 1);
  if ("errors" in build) throw refused(linesOf(build.errors));
  return { file, screen: build.screen };
}

function linesOf(errors: readonly ListProblem[]): string {
  return errors.map((one) => `${one.file}:${String(one.line)}: ${one.reason}`).join("\n");
}

async function read(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new AdminError("config_invalid", `${path}: ${error instanceof Error ? error.message : String(error)}`, `check [contract] ${setting}`);
  }
}

function refused(message: string): AdminError {
  return new AdminError("config_invalid", message, "what is in force stays");
}
