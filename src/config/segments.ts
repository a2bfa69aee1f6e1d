/**
 * Segments: the table of number prefixes and of operators' words for ported numbers (config/segments.toml), checked whole.
 */
import { z } from "zod";
import type { NetworkName, Segment } from "../contract/network.js";
import { ConfigError, byPlace, readTomlFile, type Problem } from "./problem.js";
import { pathText, type TomlDocument } from "./toml.js";

export interface SegmentsFile {
  /** Day that the table is the state of, such as 2022-07-01. */
  readonly date: string;
  readonly segments: readonly Segment[];
  /** Words in operators' reports that say a number has left a network. */
  readonly left: ReadonlyMap<string, NetworkName>;
}

/** One prefix, or the first and the last of a row of them. */
const PREFIXES = /^(1[3-9]\d{1,3})(?:-(1[3-9]\d{1,3}))?$/;
/** There are 7,000 beginnings of five digits. */
const MOST_PREFIXES = 7_000;

const note = z.string().max(200).optional();
const FILE = z.strictObject({
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "expected a day such as 2022-07-01"),
  segment: z.array(z.strictObject({
    network: z.enum(["mobile", "unicom", "telecom", "broadcast", "none"]),
    virtual: z.boolean().default(false),
    prefixes: z.array(z.string().regex(PREFIXES, "expected 3 to 5 digits from 13 to 19 on, or a row such as 135-139")).min(1).max(1_000),
    note,
  })).min(1).max(1_000),
  left: z.array(z.strictObject({ code: z.string().regex(/^[\x21-\x7e]{1,16}$/, "expected 1 to 16 printable characters"), network: z.enum(["mobile", "unicom", "telecom", "broadcast"]), note })).max(1_000).default([]),
});

/**
 * Reads the table.
 * @param file as messages name it
 * @throws ConfigError with every problem and its line
 */
export function parseSegments(text: string, file: string): SegmentsFile {
  const document = readTomlFile(text, file);
  const problems: Problem[] = [];
  const add = (key: string, message: string, value: string): void => {
    problems.push({ file, place: placeOf(document, key), key, message, value, hint: "" });
  };
  const checked = FILE.safeParse(document.value);
  if (!checked.success) {
    for (const issue of checked.error.issues) add(pathText(issue.path), issue.message, "");
    throw new ConfigError(problems.sort(byPlace));
  }
  const { date, segment: rows, left: words } = checked.data;
  const segments: Segment[] = [];
  const places = new Map<string, string>();
  rows.forEach((row, index) => row.prefixes.forEach((written, at) => {
    const key = `segment[${index}].prefixes[${at}]`;
    const prefixes = expand(written);
    if (prefixes === null || segments.length + prefixes.length > MOST_PREFIXES) return add(key, "expected the first and the last prefix of a row, of as many digits", written);
    for (const prefix of prefixes) {
      const before = places.get(prefix);
      if (before !== undefined) return add(key, `${prefix} stands in ${before} already`, written);
      places.set(prefix, key);
      segments.push({ prefix, network: row.network === "none" ? null : row.network, virtual: row.virtual });
    }
  }));
  const left = new Map<string, NetworkName>();
  words.forEach(({ code, network }, index) => {
    if (left.has(code)) add(`left[${index}].code`, "stands here twice", code);
    left.set(code, network);
  });
  if (problems.length > 0) throw new ConfigError(problems.sort(byPlace));
  return { date, segments, left };
}

/** The prefixes of "135" or "135-139"; null when it is no row. */
function expand(written: string): string[] | null {
  const [, first = "", last = first] = PREFIXES.exec(written) ?? [];
  if (first.length !== last.length || last < first) return null;
  const prefixes: string[] = [];
  for (let prefix = Number(first); prefix <= Number(last); prefix++) prefixes.push(String(prefix));
  return prefixes;
}

/** The place of a key, or of the nearest table around it that stands in the file. */
function placeOf(document: TomlDocument, key: string): Problem["place"] {
  for (let path = key; path !== ""; path = path.replace(/(\.[^.[\]]+|\[\d+\]|^[^.[\]]+)$/, "")) {
    const places = document.places.get(path);
    if (places !== undefined) return path === key ? places.value : places.key;
  }
  return null;
}
