/**
 * Bill file: the CSV of an operator's bill, streamed: its encoding, its separator, its header, and then each row.
 */
import { createReadStream, statSync } from "node:fs";
import type { BillRow } from "../store/bill.js";
import { BillReader, type BillForm } from "./bill-rows.js";
import { CsvError, CsvReader } from "./csv.js";
import { CliError, Exit } from "./exit.js";

export const ENCODINGS = ["auto", "utf-8", "gbk"] as const;
export type BillEncoding = (typeof ENCODINGS)[number];

/** Unreadable rows that are named; all are counted. */
const MOST_NAMED = 100;
const CHUNK_OCTETS = 65_536;

export interface BillRead {
  readonly encoding: "utf-8" | "gbk";
  readonly rows: number;
  readonly unreadable: number;
  /** The first of them. */
  readonly named: readonly { readonly line: number; readonly reason: string }[];
}

/** Reads all of a file; `row` is called for each row that can be read. Throws CliError for a file that is none. */
export async function readBill(path: string, encoding: BillEncoding, form: BillForm, row: (row: BillRow) => void): Promise<BillRead> {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) throw new CliError(Exit.usage, `there is no file ${path}`);
  const known = encoding === "auto" ? await encodingOf(path) : encoding;
  let csv: CsvReader | null = null;
  let reader: BillReader | null = null;
  let [rows, unreadable] = [0, 0];
  const named: { line: number; reason: string }[] = [];
  const record = (fields: readonly string[], line: number): void => {
    if (reader === null) {
      reader = new BillReader(fields, form);
      return;
    }
    rows++;
    const read = reader.read(fields, line);
    if (typeof read !== "string") return row(read);
    unreadable++;
    if (named.length < MOST_NAMED) named.push({ line, reason: read });
  };
  try {
    for await (const text of texts(path, known)) {
      if (text === "") continue;
      csv ??= new CsvReader(separatorOf(text));
      csv.push(text, record);
    }
    csv?.end(record);
  } catch (error) {
    // What stands behind an open quote is nobody's row.
    if (!(error instanceof CsvError)) throw error;
    rows++;
    unreadable++;
    named.push({ line: error.line, reason: `${error.message.replace(/^line \d+: /, "")}; nothing behind it was read` });
  }
  if (reader === null) throw new CliError(Exit.usage, `${path} has no header line`);
  return { encoding: known, rows, unreadable, named };
}

/** UTF-8 if it is that from its first octet to its last. */
async function encodingOf(path: string): Promise<"utf-8" | "gbk"> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_OCTETS })) decoder.decode(chunk as Buffer, { stream: true });
    decoder.decode();
    return "utf-8";
  } catch (error) {
    if (error instanceof TypeError) return "gbk";
    throw error;
  }
}

async function* texts(path: string, encoding: "utf-8" | "gbk"): AsyncGenerator<string, void> {
  // What GB18030 has beyond GBK does no harm.
  const decoder = new TextDecoder(encoding === "gbk" ? "gb18030" : "utf-8", { fatal: true });
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_OCTETS })) yield decoder.decode(chunk as Buffer, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new CliError(Exit.refused, `${path} is not written in ${encoding}`, encoding === "gbk" ? "save it as UTF-8" : "try --encoding gbk");
    throw error;
  }
}

/** What stands most often in the first line. */
function separatorOf(text: string): string {
  const [line = ""] = text.split("\n", 1);
  const count = (separator: string): number => line.split(separator).length;
  return [",", "\t", ";"].reduce((best, each) => (count(each) > count(best) ? each : best));
}
