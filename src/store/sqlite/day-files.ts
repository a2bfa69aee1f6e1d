/**
 * DayFiles: the days open for writing: those not yet sealed, opened at start or when their first message comes.
 */
import Database from "better-sqlite3";
import { existsSync } from "node:fs";
import { DayBodies, DayKeys } from "./day-keys.js";
import type { KeyOctets } from "./day-keys.js";
import { DayWriter } from "./day-writer.js";
import type { LedgerDb } from "./ledger-db.js";
import { dayPath, listDays } from "./paths.js";
import type { Days } from "./state.js";

export interface DayFilesOptions {
  readonly dir: string;
  readonly maxPages: number;
  /** What is written is encrypted, under the keys of days that the first of these seals. */
  readonly encryptBodies?: boolean;
  readonly keys?: KeyOctets;
}

export class DayFiles implements Days {
  readonly keys: DayKeys;
  readonly #options: DayFilesOptions;
  readonly #ledger: LedgerDb;
  readonly #files = new Map<number, DayWriter>();
  #open: readonly DayWriter[] = [];
  #sealed: Set<number>;

  /** Throws StoreCallError `key_missing` when what a day says cannot be read. */
  constructor(options: DayFilesOptions, ledger: LedgerDb) {
    this.#options = options;
    this.#ledger = ledger;
    this.#sealed = ledger.sealedDays();
    this.keys = new DayKeys(options.keys ?? []);
    this.keys.check(ledger, listDays(options.dir));
  }

  /** Opens every day that has a file, is not sealed and not open yet. */
  openAll(sealed: Set<number>): void {
    this.#sealed = sealed;
    for (const day of listDays(this.#options.dir)) if (!sealed.has(day) && !this.#files.has(day)) this.#add(day);
  }

  file(day: number, make: boolean): DayWriter | null {
    const file = this.#files.get(day);
    if (file !== undefined) return file;
    if (this.#sealed.has(day) || (!make && !existsSync(dayPath(this.#options.dir, day)))) return null;
    return this.#add(day);
  }

  /** Newest first. */
  open(): readonly DayWriter[] {
    return this.#open;
  }

  isSealed(day: number): boolean {
    return this.#sealed.has(day);
  }

  /** A day has been sealed: its file is no longer the writer's. */
  sealed(day: number): void {
    this.#sealed.add(day);
    this.#files.get(day)?.close();
    this.#files.delete(day);
    this.#list();
  }

  /** The highest id in the newest sealed day, 0 when there is none: ids go on from there even if no day is open. */
  highestSealedId(): number {
    const day = listDays(this.#options.dir).filter((each) => this.#sealed.has(each)).at(-1);
    if (day === undefined) return 0;
    const db = new Database(dayPath(this.#options.dir, day), { readonly: true });
    try {
      return db.prepare("SELECT max(coalesce((SELECT max(id) FROM message), 0), coalesce((SELECT max(id) FROM inbound), 0))").pluck().get() as number;
    } finally {
      db.close();
    }
  }

  /** A day's file is about to be deleted: what was copied of it is not to be read any more either. */
  forgetKey(day: number): void {
    this.keys.forget(this.#ledger, day);
  }

  closeAll(): void {
    for (const file of this.#files.values()) {
      try {
        file.close();
      } catch {
        // A connection that cannot even be closed is left to the kernel.
      }
    }
    this.#files.clear();
    this.#open = [];
  }

  #add(day: number): DayWriter {
    const file = new DayWriter(
      day, dayPath(this.#options.dir, day), this.#options, new DayBodies(day, this.keys, this.#ledger, this.#options.encryptBodies),
    );
    this.#files.set(day, file);
    this.#list();
    return file;
  }

  #list(): void {
    this.#open = [...this.#files.values()].sort((a, b) => b.day - a.day);
    // However many days stay open, most of what happens is in the latest.
    this.#open.forEach((file, age) => file.setCache(age === 0));
  }
}
