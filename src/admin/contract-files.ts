/**
 * Contract files: the table of segments and the words of opting out, read from disk and checked whole.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { ConfigError, problemText } from "../config/problem.js";
import { parseSegments, type SegmentsFile } from "../config/segments.js";
import type { Settings } from "../config/settings.js";
import { readReplyWords } from "../filter/reply-words.js";
import type { ContractFiles } from "../flow/contract-data.js";
import { AdminError } from "./errors.js";

/** @throws AdminError `config_invalid` naming every bad line, or the file that cannot be read */
export async function loadContractFiles(settings: Pick<Settings["contract"], "segments" | "optOut">): Promise<ContractFiles> {
  const table = await read(settings.segments, "segments");
  const words = await read(settings.optOut, "opt_out");
  const replies = readReplyWords(words, settings.optOut);
  if ("errors" in replies) throw refused(replies.errors.map((one) => `${one.file}:${String(one.line)}: ${one.reason}`).join("\n"));
  return {
    segments: readSegments(table, settings.segments),
    replyWords: replies.words,
    version: createHash("sha256").update(table).update("\0").update(words).digest("hex").slice(0, 16),
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
