/**
 * NumberKeeper: what the thread of the number lists does: writes changes to lists.db, packs lists, reads files of numbers.
 *
 * Changes to a list since it was last packed are kept beside it; when they are many the two are merged, and the network thread takes the
 * whole list over in place of the changes it was told one by one. Long work (an import) is done in slices, so that an opt-out between
 * two slices does not wait.
 */
import { VALUE_OCTETS, type ListName } from "../../contract/number-lists.js";
import { FIRST_ABROAD, NO_NUMBERS, Packer, findPacked, mergePacked, normalOf, numberOf, packedOctets, type PackedNumbers } from "../../contract/packed-numbers.js";
import { NumbersError, type ImportResult, type ImportTerms, type ListFigures, type NumberChange, type NumberEntry, type NumbersOpened } from "../numbers.js";
import { isDiskTrouble, reasonOf } from "./disk-trouble.js";
import { ListsDb, type EntryRow, type ListRow, type Put } from "./lists-db.js";
import { NumberImport } from "./number-import.js";
import type { FromNumbers, NumbersOptions } from "./number-messages.js";

/** Numbers written in one transaction of an import, and read at once when a list is packed. */
const SLICE = 10_000;
const READ_AT_ONCE = 100_000;
/** A list is packed anew when it has so many changes, or an eighth of its own size if that is more. */
const MERGE_AT = 16_384;
const MOST_IMPORTS = 4;
/** An import of which nothing was heard for so long is given up. */
const IMPORT_IDLE_MS = 10 * 60_000;
const MOST_ENTRIES = 1_000;

interface Kept {
  readonly row: ListRow;
  packed: PackedNumbers;
  /** Since it was packed; -1: taken off. */
  readonly changes: Map<number, number>;
  size: number;
}

export class NumberKeeper {
  readonly #options: NumbersOptions;
  readonly #tell: (message: FromNumbers) => void;
  readonly #nowMs: () => number;
  readonly #db: ListsDb;
  readonly #kept = new Map<number, Kept>();
  readonly #imports = new Map<number, NumberImport>();
  #importNo = 0;
  #total = 0;

  /** Throws when lists.db cannot be opened. */
  constructor(options: NumbersOptions, nowMs: () => number, tell: (message: FromNumbers) => void) {
    this.#options = options;
    this.#nowMs = nowMs;
    this.#tell = tell;
    this.#db = ListsDb.open(options.dir);
  }

  /** Packs and hands over every list. */
  load(): NumbersOpened {
    for (const row of this.#db.lists) {
      const packed = this.#pack(row);
      this.#kept.set(row.no, { row, packed, changes: new Map(), size: packed.size });
      this.#total += packed.size;
      this.#tell({ kind: "packed", list: nameOf(row), packed });
    }
    return { lists: this.#kept.size, numbers: this.#total, ms: 0 };
  }

  close(): void {
    this.#imports.clear();
    this.#db.close();
  }

  #pack(row: ListRow): PackedNumbers {
    const abroad = this.#db.countFrom(row, FIRST_ABROAD);
    const octets = VALUE_OCTETS[row.kind];
    const packer = new Packer(this.#db.count(row) - abroad, abroad, octets);
    for (let after = 0, more = true; more;) {
      if (octets === 0) {
        const numbers = this.#db.numbers(row, after, READ_AT_ONCE);
        for (const number of numbers) packer.add(number, 0);
        after = numbers.at(-1) ?? after;
        more = numbers.length === READ_AT_ONCE;
      } else {
        const pairs = this.#db.pairs(row, after, READ_AT_ONCE);
        for (const [number, value] of pairs) packer.add(number, value);
        after = pairs.at(-1)?.[0] ?? after;
        more = pairs.length === READ_AT_ONCE;
      }
    }
    return packer.finish();
  }

  // ---------------------------------------------------------------- one number

  /** @throws NumbersError */
  change(change: NumberChange): boolean {
    const number = numberOf(change.number);
    if (number < 0) return false;
    const nowMs = this.#nowMs();
    if (change.off) {
      const row = this.#db.find(change.list);
      if (row === null) return false;
      const gone = this.#write(() => this.#db.remove(row, number, this.#db.source(change.source), nowMs));
      if (gone) this.#changed(row, number, -1, true);
      return gone;
    }
    // A person who wants no more is heard, whatever room there is.
    if (this.#total >= this.#options.maxNumbers && change.list.kind !== "optout") this.#refuseFull();
    const { row, put } = this.#write(() => {
      const list = this.#db.list(change.list);
      return { row: list, put: this.#db.put(list, number, change.value, change.atMs, this.#db.source(change.source), change.messageId, nowMs) };
    });
    if (put !== "same") this.#changed(row, number, change.value, true);
    return put !== "same";
  }

  #refuseFull(): never {
    throw new NumbersError("limit_exceeded", `the lists have ${String(this.#total)} numbers, and may have ${String(this.#options.maxNumbers)} ([contract] max_numbers)`);
  }

  #write<T>(work: () => T): T {
    try {
      return this.#db.transaction(work);
    } catch (error) {
      this.#db.rolledBack();
      if (isDiskTrouble(error)) throw new NumbersError("unavailable", reasonOf(error));
      throw error;
    }
  }

  /** @param tell whether the network thread is to hear of this one change */
  #changed(row: ListRow, number: number, value: number, tell: boolean): void {
    const kept = this.#keptOf(row);
    const had = kept.changes.get(number);
    const was = had === undefined ? this.#isPacked(kept, number) : had >= 0;
    const delta = Number(value >= 0) - Number(was);
    kept.size += delta;
    this.#total += delta;
    kept.changes.set(number, value);
    if (tell) this.#tell({ kind: "changed", list: nameOf(row), number: normalOf(number), value });
    if (kept.changes.size >= Math.max(MERGE_AT, kept.packed.size / 8)) this.#merge(kept);
  }

  #merge(kept: Kept): void {
    if (kept.changes.size === 0) return;
    kept.packed = mergePacked(kept.packed, kept.changes, VALUE_OCTETS[kept.row.kind]);
    kept.changes.clear();
    kept.size = kept.packed.size;
    this.#tell({ kind: "packed", list: nameOf(kept.row), packed: kept.packed });
  }

  #isPacked(kept: Kept, number: number): boolean {
    return kept.packed.size > 0 && findPacked(kept.packed, normalOf(number)) >= 0;
  }

  #keptOf(row: ListRow): Kept {
    let kept = this.#kept.get(row.no);
    if (kept === undefined) {
      kept = { row, packed: NO_NUMBERS, changes: new Map(), size: 0 };
      this.#kept.set(row.no, kept);
    }
    return kept;
  }

  // ---------------------------------------------------------------- files of numbers

  /** @throws NumbersError `busy` when as many are read as may be */
  importBegin(terms: ImportTerms): number {
    const nowMs = this.#nowMs();
    for (const [no, one] of this.#imports) if (nowMs - one.usedMs > IMPORT_IDLE_MS) this.#imports.delete(no);
    if (this.#imports.size >= MOST_IMPORTS) throw new NumbersError("busy", `${MOST_IMPORTS} files are being read: try again when one is done`);
    const one = new NumberImport(terms, this.#options.zoneMinutes);
    one.usedMs = nowMs;
    this.#imports.set(++this.#importNo, one);
    return this.#importNo;
  }

  /** One step; called again as long as it returns true. @throws NumbersError */
  importLines(no: number, text: string | null): boolean {
    const one = this.#import(no);
    if (text !== null) one.lines(text);
    return one.full && this.#slice(one);
  }

  /** One step; a result when it is done. @throws NumbersError */
  importEnd(no: number, keep: boolean): ImportResult | null {
    const one = this.#import(no);
    if (keep && this.#slice(one)) return null;
    this.#imports.delete(no);
    one.drop();
    const row = this.#db.find(one.terms.list);
    const kept = row === null ? undefined : this.#kept.get(row.no);
    if (kept !== undefined) this.#merge(kept);
    return one.result();
  }

  #import(no: number): NumberImport {
    const one = this.#imports.get(no);
    if (one === undefined) throw new NumbersError("no_such_import", "nothing of this file was heard for ten minutes, and it was given up; what it had brought by then stands");
    one.usedMs = this.#nowMs();
    return one;
  }

  /** Writes the next rows of it; whether there are more. */
  #slice(one: NumberImport): boolean {
    const rows = one.take(SLICE);
    if (rows.length === 0) return false;
    const { list: name, off } = one.terms;
    const nowMs = this.#nowMs();
    const done: (Put | "gone")[] = [];
    const list = this.#write(() => {
      const row = this.#db.list(name);
      let room = this.#options.maxNumbers - this.#total;
      for (const { number, value, atMs, source } of rows) {
        const by = this.#db.source(source);
        const what = off ? (this.#db.remove(row, number, by, nowMs) ? "gone" : "same") : this.#db.put(row, number, value, atMs, by, 0, nowMs);
        if (what === "new" && room-- <= 0) this.#refuseFull();
        done.push(what);
      }
      return row;
    });
    rows.forEach(({ number, value }, at) => {
      const what = done[at];
      if (what === "new" || what === "gone") one.changed++;
      else one.same++;
      if (what !== "same") this.#changed(list, number, off ? -1 : value, false);
    });
    return true;
  }

  // ---------------------------------------------------------------- questions

  find(number: string): NumberEntry[] {
    const asked = numberOf(number);
    return asked < 0 ? [] : this.#entries(this.#db.entries(asked, MOST_ENTRIES));
  }

  page(name: ListName, after: string, limit: number): NumberEntry[] {
    const row = this.#db.find(name);
    return row === null ? [] : this.#entries(this.#db.page(row, after === "" ? 0 : numberOf(after), limit));
  }

  #entries(rows: readonly EntryRow[]): NumberEntry[] {
    const lists = new Map(this.#db.lists.map((row) => [row.no, nameOf(row)] as const));
    return rows.flatMap((row) => {
      const list = lists.get(row.list);
      return list === undefined ? [] : [{
        list, number: normalOf(row.number), value: row.value, atMs: row.at, source: row.source, messageId: row.message, endedAtMs: row.endedAt, endedBy: row.endedBy,
      }];
    });
  }

  figures(): ListFigures[] {
    return [...this.#kept.values()].map(({ row, size, packed }) => ({ list: nameOf(row), size, octets: packedOctets(packed) }));
  }

  /** @throws NumbersError */
  forget(number: string): number {
    const asked = numberOf(number);
    if (asked < 0) return 0;
    const { lists, past } = this.#write(() => this.#db.forget(asked, ["allow", "consent", "ported"]));
    this.#db.cutLog();
    for (const row of lists) this.#changed(row, asked, -1, true);
    return lists.length + past;
  }
}

function nameOf({ kind, accountNo, signatureNo }: ListRow): ListName {
  return { kind, accountNo, signatureNo };
}
