/**
 * Seal: closes the book of an earlier day once nothing in it is open, a little at a time in quiet moments.
 *
 * ```
 *  all messages final, all notices taken ─▶ sums ─▶ ledger.db (one commit) ─▶ file out of the writer's hands
 *                                                       ─▶ day-finisher.ts: search indexes, read-only ─▶ retention
 * ```
 * A crash in between is harmless: the commit to ledger.db decides, and what follows it is done again at the next start.
 */
import { rmSync, statSync } from "node:fs";
import type { StoreEvents } from "../store.js";
import { readCosts } from "./carried-rollup.js";
import type { DayFiles } from "./day-files.js";
import type { DayWriter } from "./day-writer.js";
import { Erase, eraseAt, erasedOf } from "./erase.js";
import type { LedgerDb } from "./ledger-db.js";
import { dayName, dayOfMs, dayPath, dayStartMs, listDays } from "./paths.js";
import { forgetOrphans } from "./reports.js";
import { collectSealedDay, SealRefused } from "./sealed-day.js";
import type { SealedDay } from "./sealed-day.js";
import type { WriterState } from "./state.js";

/** A day is left alone this long after its end: clocks of ids and commits may differ a little. */
const AFTER_END_MS = 3_600_000;
/** Retention and unfinished files are looked at this often. */
const LOOK_EVERY_MS = 600_000;

export class Sealer {
  readonly #state: WriterState;
  readonly #files: DayFiles;
  readonly #ledger: LedgerDb;
  readonly #log: StoreEvents["log"];
  /** Builds the search indexes of a sealed file and makes it read-only, elsewhere. */
  readonly #finish: (path: string, erase: number) => void;
  /** What is known to be overwritten, by day. */
  readonly #erased = new Map<number, number>();
  #steps: { readonly file: DayWriter; readonly sums: Generator<undefined, SealedDay> } | null = null;
  /** Days whose book does not add up: left open for a person, until the next start. */
  readonly #refused = new Set<number>();
  /** The time by which days end and grow old: the sweep's, for what is deleted does not come back. */
  wallMs = 0;
  #lookedAtMs = 0;

  constructor(state: WriterState, files: DayFiles, ledger: LedgerDb, log: StoreEvents["log"], finish: (path: string, erase: number) => void) {
    this.#state = state;
    this.#files = files;
    this.#ledger = ledger;
    this.#log = log;
    this.#finish = finish;
  }

  /** A day is being added up: the next step wants to be made soon. */
  get busy(): boolean {
    return this.#steps !== null;
  }

  /** Does one short step, between batches. */
  step(): void {
    if (this.#steps !== null) {
      this.#goOn(this.#steps.file, this.#steps.sums);
    } else if (Math.abs(this.wallMs - this.#lookedAtMs) >= LOOK_EVERY_MS) {
      this.#lookedAtMs = this.wallMs;
      this.#keepHouse();
      this.#begin();
    }
  }

  #begin(): void {
    const { options } = this.#state;
    const today = dayOfMs(this.wallMs, options.zoneMinutes);
    let olderOpen = false;
    for (const file of [...this.#files.open()].reverse()) {
      if (file.day >= today || this.#refused.has(file.day) || this.wallMs < dayStartMs(file.day + 1, options.zoneMinutes) + AFTER_END_MS) continue;
      if (file.openMessages > 0) {
        olderOpen = true;
        continue;
      }
      // Reports wait in the day they came: those of a day before may still be for its messages.
      if (waiting(file) || (olderOpen && (file.statements.countOrphans.get() as number) > 0)) continue;
      this.#steps = { file, sums: collectSealedDay(file.db, file.day, options.zoneMinutes, readCosts(this.#ledger)) };
      return;
    }
  }

  #goOn(file: DayWriter, sums: Generator<undefined, SealedDay>): void {
    try {
      const step = sums.next();
      if (step.done !== true) return;
      this.#steps = null;
      const added = this.#ledger.seal(step.value, this.#state.nowMs);
      this.#leave(file);
      this.#log("info", "day_sealed", { day: dayName(file.day), messages: step.value.messages, again: !added });
      this.#finish(file.path, 0);
      // The next day, if there is one, without waiting.
      this.#lookedAtMs = 0;
    } catch (error) {
      this.#steps = null;
      // Trouble passes: the day is looked at again later.
      if (error instanceof SealRefused) this.#refused.add(file.day);
      const reason = error instanceof Error ? error.message : String(error);
      this.#log(error instanceof SealRefused ? "error" : "warn", "day_not_sealed", { day: dayName(file.day), reason });
    }
  }

  /** The day is sealed from now on, whatever fails: its money must not be counted twice. */
  #leave(file: DayWriter): void {
    try {
      forgetOrphans(this.#state, file);
    } finally {
      this.#files.sealed(file.day);
    }
  }

  /** Finishes what a crash left unfinished, and deletes what has been kept long enough; carried sums stay. */
  #keepHouse(): void {
    const { options } = this.#state;
    const today = dayOfMs(this.wallMs, options.zoneMinutes);
    for (const day of listDays(options.dir)) {
      if (!this.#files.isSealed(day)) continue;
      const path = dayPath(options.dir, day);
      if (day < today - options.retentionDays) {
        if (!this.#forgetKey(day)) continue;
        for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
        this.#log("info", "day_deleted", { day: dayName(day), retentionDays: options.retentionDays });
      } else if (writable(path)) {
        this.#finish(path, 0);
      } else if (options.keep !== undefined) {
        this.#erase(day, path, eraseAt(today - day, options.keep));
      }
    }
  }

  /** Before the file, so that no key stays behind; whether it is gone. */
  #forgetKey(day: number): boolean {
    try {
      this.#files.forgetKey(day);
      return true;
    } catch (error) {
      this.#log("warn", "day_not_deleted", { day: dayName(day), reason: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }

  /** Has what is no longer kept overwritten, elsewhere; looked at again until it is. */
  #erase(day: number, path: string, kinds: number): void {
    if ((kinds & ~(this.#erased.get(day) ?? 0)) === 0) return;
    try {
      const erased = erasedOf(path);
      this.#erased.set(day, erased);
      if ((kinds & ~erased) === 0) return;
      this.#finish(path, kinds);
      this.#log("info", "day_erased", { day: dayName(day), texts: (kinds & Erase.texts) !== 0, numbers: (kinds & Erase.numbers) !== 0, inbound: (kinds & Erase.inbound) !== 0, refusals: (kinds & Erase.refusals) !== 0 });
    } catch (error) {
      this.#log("warn", "day_not_erased", { day: dayName(day), reason: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** Whether a customer still has to be told something of that day. */
function waiting(file: DayWriter): boolean {
  const sql = "SELECT EXISTS (SELECT 1 FROM message WHERE notify = 3) OR EXISTS (SELECT 1 FROM inbound WHERE notify = 3)";
  return file.db.prepare(sql).pluck().get() === 1;
}

/** By its mode (root may always write): a finished file has lost the owner's right to write. */
function writable(path: string): boolean {
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o200) !== 0;
}
