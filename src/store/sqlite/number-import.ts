/**
 * NumberImport: one file of numbers on its way into a list: its lines are read as they come, sorted in memory, then written in slices.
 *
 * Sorted, because a million numbers in the order of a file touch every page of the disk's tree over and over.
 */
import { MOST_BAD_LINES, type BadLine, type ImportResult, type ImportTerms } from "../numbers.js";
import { NumberLine, readNumberLine } from "./number-line.js";

/** Numbers read and not written yet. */
const STAGED = 1_000_000;

export interface StagedRow {
  readonly number: number;
  readonly value: number;
  readonly atMs: number;
  readonly source: string;
}

export class NumberImport {
  readonly terms: ImportTerms;
  readonly #zoneMinutes: number;
  readonly #line = new NumberLine();
  /** Grows up to STAGED. */
  #numbers = new Float64Array(4_096);
  #values = new Float64Array(4_096);
  #times = new Float64Array(4_096);
  #sources = new Uint32Array(4_096);
  #staged = 0;
  readonly #texts: string[] = [];
  readonly #textNos = new Map<string, number>();
  /** Indexes in the order of their numbers, once sorted, and the next to be written. */
  #order: Uint32Array | null = null;
  #next = 0;
  #lines = 0;
  #read = 0;
  #bad = 0;
  readonly #badLines: BadLine[] = [];
  changed = 0;
  same = 0;
  /** Asked for last. */
  usedMs = 0;

  constructor(terms: ImportTerms, zoneMinutes: number) {
    this.terms = terms;
    this.#zoneMinutes = zoneMinutes;
  }

  get full(): boolean {
    return this.#staged >= STAGED;
  }

  /** Reads whole lines; a blank one, a comment and a heading are none. */
  lines(text: string): void {
    const defaults = { kind: this.terms.list.kind, atMs: this.terms.atMs, source: this.terms.source, value: this.terms.value, zoneMinutes: this.#zoneMinutes };
    const line = this.#line;
    for (const written of text.split("\n")) {
      this.#lines++;
      const bare = (this.#lines === 1 ? written.replace(/^\uFEFF/, "") : written).trim();
      if (bare === "" || bare.startsWith("#") || (this.#lines === 1 && /^"?(number|msisdn|phone)\b/i.test(bare))) continue;
      if (readNumberLine(bare, defaults, line)) this.#stage(line);
      else this.#refuse(line.reason);
    }
  }

  #stage(line: NumberLine): void {
    this.#read++;
    if (this.#staged === this.#numbers.length) this.#grow();
    const at = this.#staged++;
    this.#numbers[at] = line.number;
    this.#values[at] = line.value;
    this.#times[at] = line.atMs;
    this.#sources[at] = this.#sourceNo(line.source);
  }

  #refuse(reason: string): void {
    this.#bad++;
    if (this.#badLines.length < MOST_BAD_LINES) this.#badLines.push({ line: this.#lines, reason });
  }

  /** Sources of one file are few; beyond a bound of different ones each is kept as it comes. */
  #sourceNo(text: string): number {
    let no = this.#textNos.get(text);
    if (no === undefined) {
      no = this.#texts.push(text) - 1;
      if (this.#textNos.size < 100_000) this.#textNos.set(text, no);
    }
    return no;
  }

  #grow(): void {
    const length = this.#numbers.length * 2;
    const grown = <T extends Float64Array | Uint32Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.#numbers = grown(this.#numbers, new Float64Array(length));
    this.#values = grown(this.#values, new Float64Array(length));
    this.#times = grown(this.#times, new Float64Array(length));
    this.#sources = grown(this.#sources, new Uint32Array(length));
  }

  /** Hands over the next rows to be written, ascending; an empty list when all are. */
  take(limit: number): StagedRow[] {
    const order = this.#order ??= this.#sorted();
    const rows: StagedRow[] = [];
    for (; rows.length < limit && this.#next < order.length; this.#next++) {
      const at = order[this.#next] as number;
      rows.push({
        number: this.#numbers[at] as number, value: this.#values[at] as number, atMs: this.#times[at] as number,
        source: this.#texts[this.#sources[at] as number] as string,
      });
    }
    if (rows.length === 0) this.#clear();
    return rows;
  }

  /** Lets go of what was read and not written. */
  drop(): void {
    this.#clear();
  }

  /** Of a number that comes twice the later line is written later. */
  #sorted(): Uint32Array {
    const order = new Uint32Array(this.#staged);
    for (let at = 0; at < order.length; at++) order[at] = at;
    const numbers = this.#numbers;
    return order.sort((a, b) => (numbers[a] as number) - (numbers[b] as number) || a - b);
  }

  #clear(): void {
    this.#staged = 0;
    this.#next = 0;
    this.#order = null;
    this.#texts.length = 0;
    this.#textNos.clear();
  }

  result(): ImportResult {
    return { read: this.#read, changed: this.changed, same: this.same, bad: this.#bad, badLines: this.#badLines };
  }
}
