/**
 * Problem: one thing wrong with a configuration file, said so that it can be put right: where, which key, what value, a hint.
 */
import { TomlSyntaxError, readToml, type Place, type TomlDocument } from "./toml.js";

export interface Problem {
  readonly file: string;
  /** Null when it concerns the file as a whole. */
  readonly place: Place | null;
  /** `listen[0].port`; "" for the file as a whole. */
  readonly key: string;
  readonly message: string;
  /** The value as printed, "" when there is none or it must not be shown. */
  readonly value: string;
  readonly hint: string;
}

/** The configuration is refused; all its problems, in the order of the file. */
export class ConfigError extends Error {
  readonly code = "config_invalid";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemText).join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** `tollgate.toml:6:7: listen[0].port: Too big: expected number to be <=65535 (got 99999); hint: ...` */
export function problemText(problem: Problem): string {
  const where = problem.place === null ? problem.file : `${problem.file}:${problem.place.line}:${problem.place.column}`;
  const key = problem.key === "" ? "" : `${problem.key}: `;
  const got = problem.value === "" ? "" : ` (got ${problem.value})`;
  const hint = problem.hint === "" ? "" : `; hint: ${problem.hint}`;
  return `${where}: ${key}${problem.message}${got}${hint}`;
}

export function byPlace(a: Problem, b: Problem): number {
  return (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0);
}

/** The name among `known` that was probably meant, or null. */
export function nearest(name: string, known: readonly string[]): string | null {
  const allowed = Math.max(1, Math.floor(name.length / 3));
  let best: string | null = null;
  let bestDistance = allowed + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase().replaceAll("-", "_"), candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/**
 * Reads the text of a data file or of the configuration.
 * @param file as messages name it
 * @throws ConfigError where it is no TOML, with the place
 */
export function readTomlFile(text: string, file: string): TomlDocument {
  try {
    // Some editors put a byte order mark in front.
    return readToml(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (!(error instanceof TomlSyntaxError)) throw error;
    throw new ConfigError([{ file, place: error.place, key: "", message: error.message, value: "", hint: "this is not TOML, see https://toml.io" }]);
  }
}
