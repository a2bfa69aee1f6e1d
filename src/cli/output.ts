/**
 * Output: the only place that prints. Answers go to standard output, what went wrong to standard error.
 */
import { encodeJson } from "../admin/api.js";
import { pairLines, tableLines } from "./table.js";
import type { Column } from "./table.js";

export interface Output {
  line(text: string): void;
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void;
  pairs(pairs: readonly (readonly [name: string, value: string])[]): void;
  /** One JSON document for scripts. */
  json(value: unknown): void;
  /** "tollgate: message", and below it a hint. */
  error(message: string, hint?: string): void;
}

export function consoleOutput(): Output {
  const line = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  return {
    line,
    table: (columns, rows) => tableLines(columns, rows).forEach(line),
    pairs: (pairs) => pairLines(pairs).forEach(line),
    json: (value) => line(encodeJson(value, 2)),
    error: (message, hint = "") => {
      process.stderr.write(`tollgate: ${message}\n${hint === "" ? "" : `  hint: ${hint}\n`}`);
    },
  };
}
