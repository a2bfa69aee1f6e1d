/**
 * CSV: lines of fields as spreadsheets read them, written and read; a field may hold line breaks inside quotes.
 */

/** Excel reads UTF-8 only behind this mark. */
export const UTF8_MARK = "\ufeff";

/** An amount or an id already written out: digits, a point, a sign in front. */
const NUMBER = /^-?[0-9]+(\.[0-9]+)?$/;

/** A field; a text that a spreadsheet would take for a formula is kept from that by an apostrophe. */
export function csvField(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvLine(fields: readonly (string | number)[]): string {
  return fields.map((field) => csvField(String(field))).join(",");
}

/** A file whose quotes do not close, or with a record longer than any of ours. */
export class CsvError extends Error {
  readonly code = "invalid_value";
  readonly line: number;

  constructor(line: number, why: string) {
    super(`line ${line}: ${why}`);
    this.name = "CsvError";
    this.line = line;
  }
}

const MOST_CHARACTERS = 65_536;

/** Takes text in pieces and gives records; commas, quotes doubled inside quotes, any line end. Bounded in memory by one record. */
export class CsvReader {
  readonly #separator: string;
  #fields: string[] = [];
  #field = "";
  #quoted = false;
  /** The last character ended a quoted stretch: a quote now means itself. */
  #closed = false;
  #length = 0;
  #line = 1;
  #first = true;

  constructor(separator = ",") {
    this.#separator = separator;
  }

  /** Calls `record` for each whole record in `text` and what was left before. Throws CsvError. */
  push(text: string, record: (fields: readonly string[], line: number) => void): void {
    let from = 0;
    if (this.#first && text !== "") {
      this.#first = false;
      if (text.startsWith(UTF8_MARK)) from = 1;
    }
    for (let at = from; at < text.length; at++) {
      const character = text.charAt(at);
      if (++this.#length > MOST_CHARACTERS) throw new CsvError(this.#line, "a record is longer than any bill's: is a quote missing?");
      if (this.#quoted) {
        if (character === '"') {
          this.#quoted = false;
          this.#closed = true;
        } else {
          if (character === "\n") this.#line++;
          this.#field += character;
        }
      } else if (character === '"' && (this.#closed || this.#field === "")) {
        if (this.#closed) this.#field += '"';
        this.#quoted = true;
        this.#closed = false;
      } else if (character === this.#separator) {
        this.#endField();
      } else if (character === "\n") {
        this.#endRecord(record);
        this.#line++;
      } else if (character !== "\r") {
        this.#closed = false;
        this.#field += character;
      }
    }
  }

  /** The file has ended. Throws CsvError. */
  end(record: (fields: readonly string[], line: number) => void): void {
    if (this.#quoted) throw new CsvError(this.#line, "a quote is open at the end");
    this.#endRecord(record);
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = "";
    this.#closed = false;
  }

  #endRecord(record: (fields: readonly string[], line: number) => void): void {
    this.#endField();
    const fields = this.#fields;
    this.#fields = [];
    this.#length = 0;
    if (fields.length > 1 || fields[0] !== "") record(fields, this.#line);
  }
}
