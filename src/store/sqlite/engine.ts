/**
 * Engine: carries out batches of intents, each batch one transaction a day file it touches, on the writer thread.
 *
 * ```
 *  batch ─ every intent in order ─ sums ─ COMMIT ─▶ results
 *            │ our own fault         │ disk full, read-only        │ I/O error: nobody knows
 *            ▼                       ▼                             ▼
 *    roll back, one at a time    unavailable until a try succeeds  close, open, read again: "unknown"
 * ```
 * Synchronous throughout, free of threads and clocks: `execute` is given octets and the wall time, and leaves octets.
 * While the store is unavailable, what has happened already (an operator's answer, a customer's acknowledgement) is
 * kept in memory and booked first when it is back; only what can still be refused is refused.
 */
import { statfsSync } from "node:fs";
import type { LedgerCommand } from "../../ledger/commands.js";
import { Octets } from "../octets.js";
import { Commit, type StoreEvents } from "../store.js";
import { changeBooks, forgetInDay, registerPolicies, type Changed } from "./change-books.js";
import { packRow } from "./claims.js";
import { DayFiles } from "./day-files.js";
import { DueChanges } from "./due-changes.js";
import { isDiskTrouble, isFull, reasonOf } from "./disk-trouble.js";
import { acceptedIds, isSweep, records } from "./group.js";
import { applyIntent, applyKept, refuseIntent } from "./intents.js";
import { KeptIntents } from "./kept-intents.js";
import { LedgerDb } from "./ledger-db.js";
import { dayOfMs, ledgerPath, makeFolders } from "./paths.js";
import { lookAround, markUncertain, readBalances, readMemory, settleDoubts, type Doubts, type Found } from "./recovery.js";
import { Sealer } from "./seal.js";
import { WriterState, type Policy, type WriterOptions } from "./state.js";
import type { SilentCursor } from "./sweep.js";
import { Wal, type WalFigures } from "./wal.js";

/** What the engine tells by itself, beside its results. */
export interface EngineEvents {
  readonly log: StoreEvents["log"];
  readonly availability: StoreEvents["availability"];
  /** A sealed day's file waits for its indexes (`erase` 0), or for kinds of data to be overwritten (erase.ts). */
  readonly finishDay: (path: string, erase: number) => void;
  /** Time has changed accounts. */
  readonly changed: (changed: Changed) => void;
}

const MIB = 1_048_576;

export class Engine {
  readonly state: WriterState;
  readonly #options: WriterOptions;
  readonly #events: EngineEvents;
  readonly #wal: Wal;
  readonly #files: DayFiles;
  readonly #ledger: LedgerDb;
  readonly #sealer: Sealer;
  readonly #due: DueChanges;
  readonly #cursors = new Map<number, SilentCursor>();
  /** Why nothing can be written now; "" when it can. */
  #down = "";
  /** Why no new messages are taken; "" when they are. */
  #full = "";
  readonly #kept: KeptIntents;
  /** Batches that may or may not be on disk, until that is known. */
  #doubts: Doubts | null = null;
  /** Order number before the batch under way. */
  #orderBefore = 0;
  /** Intents of the batch under way. */
  #intents = 0;

  /** Opens the folder's files. `preciseMs` measures; it decides nothing. */
  constructor(options: WriterOptions, events: EngineEvents, preciseMs: () => number) {
    this.#options = options;
    this.#events = events;
    this.#kept = new KeptIntents(events.log);
    makeFolders(options.dir);
    this.#ledger = LedgerDb.open(ledgerPath(options.dir));
    this.#files = new DayFiles(options, this.#ledger);
    this.#wal = new Wal(this.#files, preciseMs);
    this.state = new WriterState(options, this.#files);
    this.state.quotas.ledger = this.#ledger;
    this.#due = new DueChanges(this.state, this.#ledger, events.log, events.changed);
    this.#sealer = new Sealer(this.state, this.#files, this.#ledger, events.log, events.finishDay);
  }

  /** Recovers and says what was found; the held messages stand packed in `state.out`, `held` says how many. */
  open(wallMs: number): { readonly found: Found; readonly held: number } {
    const { state } = this;
    this.#files.openAll(this.#ledger.sealedDays());
    readMemory(state, this.#files, this.#ledger);
    this.#begin(wallMs);
    const marked = markUncertain(state, this.#files);
    this.#commitFiles();
    state.forgetTold();
    if (marked > 0) this.#events.log("warn", "dispatches_uncertain", { count: marked });
    this.#wal.checkpoint();
    const { found, held } = lookAround(state, this.#files, this.#ledger);
    state.out.at = 0;
    for (const row of held) packRow(state.out, row);
    return { found, held: held.length };
  }

  // ---------------------------------------------------------------- batches

  /** Carries out a batch; the results stand in `state.out` up to its `at`, and are on disk. */
  execute(batch: Buffer, wallMs: number): void {
    const { state } = this;
    state.out.at = 0;
    this.#begin(wallMs);
    if (this.#down !== "") {
      this.#refuseAll(batch);
      if (records(batch).some(isSweep)) this.#tryAgain(state.out);
      return;
    }
    try {
      this.#applyAll(batch);
    } catch (error) {
      this.#applyFailed(batch, error);
      return;
    }
    try {
      this.#commitFiles();
    } catch (error) {
      this.#commitFailed(records(batch), error, 0, state.out);
      return;
    }
    state.lanes.committed();
    state.flushTold();
    this.#wal.committed(this.#intents);
  }

  #begin(wallMs: number): void {
    const { state } = this;
    state.nowMs = Math.max(state.nowMs, Math.floor(wallMs));
    state.today = dayOfMs(state.nowMs, this.#options.zoneMinutes);
  }

  #applyAll(batch: Buffer): void {
    const { from, order } = this.state;
    this.#orderBefore = order.last;
    from.use(batch);
    this.state.groupLeft = 0;
    this.#intents = 0;
    while (from.at < batch.length) {
      const start = from.at;
      const end = start + from.u32();
      applyIntent(this.state, this.#cursors);
      from.at = end;
      this.#intents++;
    }
  }

  #commitFiles(): void {
    const { state } = this;
    // Oldest first: a report that waits in a later day is taken only once its message's end is on disk.
    if (state.written.length > 1) state.written.sort((a, b) => a.day - b.day);
    for (const file of state.written) file.commit(state.nowMs, state.order.last);
    if (state.written.length > 0) state.forgetFiles();
  }

  /** Something went wrong before COMMIT: nothing of the batch is on disk. */
  #applyFailed(batch: Buffer, error: unknown): void {
    this.#rollback();
    if (this.#down !== "" || isDiskTrouble(error)) {
      this.#goDown(error);
      this.#refuseAll(batch);
      return;
    }
    this.#events.log("error", "batch_replayed", { reason: reasonOf(error) });
    const { out } = this.state;
    const told = new Octets(1_024);
    out.at = 0;
    for (const record of records(batch)) this.#alone(record, told);
    // What is told stands after all results.
    out.need(told.at);
    out.buffer.set(told.buffer.subarray(0, told.at), out.at);
    out.at += told.at;
  }

  /** Carries out one intent in a transaction of its own, so that one at fault fails alone. */
  #alone(record: Buffer, told: Octets): void {
    const { state } = this;
    if (this.#down !== "") {
      this.#refuse(record);
      return;
    }
    const mark = state.out.at;
    try {
      this.#applyAll(record);
    } catch (error) {
      state.out.at = mark;
      this.#failedAlone(record, error);
      return;
    }
    try {
      this.#commitFiles();
    } catch (error) {
      this.#commitFailed([record], error, mark, told);
      return;
    }
    state.lanes.committed();
    state.flushTold(told);
  }

  #failedAlone(record: Buffer, error: unknown): void {
    this.#rollback();
    if (this.#down !== "" || isDiskTrouble(error)) {
      this.#goDown(error);
      this.#refuse(record);
      return;
    }
    this.#events.log("error", "intent_failed", { op: record[4] as number, reason: reasonOf(error) });
    refuseIntent(this.state, record, Commit.failed);
  }

  /**
   * COMMIT failed: unless the disk is just full, nobody knows what is on disk. The results go where they began, at
   * `mark`; what is told goes to `told`.
   */
  #commitFailed(batch: readonly Buffer[], error: unknown, mark: number, told: Octets): void {
    const { state } = this;
    state.out.at = mark;
    if (isFull(error) && state.written.length === 1) {
      this.#rollback();
      this.#goDown(error);
      for (const record of batch) this.#refuse(record);
      return;
    }
    this.#events.log("error", "commit_unknown", { reason: reasonOf(error) });
    this.#doubts ??= { after: this.#orderBefore, accepted: [] };
    for (const record of batch) {
      this.#kept.keep(record);
      this.#doubts.accepted.push(...acceptedIds(record));
      refuseIntent(state, record, Commit.unknown);
    }
    this.#files.closeAll();
    state.forgetFiles();
    this.#goDown(error);
    this.#tryAgain(told);
  }

  /** Throws away what the failed transaction left in memory. */
  #rollback(): void {
    this.#cursors.clear();
    try {
      readMemory(this.state, this.#files, this.#ledger);
    } catch (error) {
      // Not even reading works: everything is opened again at the next try.
      this.#files.closeAll();
      this.state.forgetFiles();
      this.#goDown(error);
    }
  }

  // ---------------------------------------------------------------- unavailable

  #goDown(error: unknown): void {
    if (this.#down !== "") return;
    this.#down = reasonOf(error);
    this.#tellAvailability();
  }

  #tellAvailability(): void {
    const reason = this.#down === "" ? this.#full : this.#down;
    this.#events.availability(reason === "", reason);
  }

  #refuseAll(batch: Buffer): void {
    this.state.out.at = 0;
    for (const record of records(batch)) this.#refuse(record);
  }

  #refuse(record: Buffer): void {
    this.#kept.keep(record);
    refuseIntent(this.state, record, Commit.unavailable);
  }

  /** Opens what is closed, proves that a commit reaches the disk, and books what was kept: the store is back. */
  #tryAgain(told: Octets): void {
    const { state } = this;
    this.#cursors.clear();
    try {
      this.#files.openAll(this.#ledger.sealedDays());
      readMemory(state, this.#files, this.#ledger);
      this.#files.file(state.today, true)?.proveRoom();
      if (this.#doubts !== null) settleDoubts(state, this.#doubts);
      this.#commitFiles();
    } catch (error) {
      this.#rollback();
      this.#events.log("warn", "store_still_down", { reason: reasonOf(error) });
      return;
    }
    this.#doubts = null;
    state.flushTold(told);
    this.#down = "";
    const kept = this.#kept.take();
    for (const record of kept) this.#bookKept(record, told);
    this.#events.log("info", "store_back", { kept: kept.length });
    if (this.#down as string === "") this.#tellAvailability();
  }

  #bookKept(record: Buffer, told: Octets): void {
    const { state } = this;
    if (this.#down !== "") {
      this.#kept.keep(record);
      return;
    }
    try {
      state.from.use(record);
      state.from.at = 4;
      applyKept(state);
      this.#commitFiles();
    } catch (error) {
      this.#rollback();
      if (isDiskTrouble(error)) {
        this.#goDown(error);
        this.#kept.keep(record);
      } else {
        this.#events.log("error", "intent_failed", { op: record[4] as number, reason: reasonOf(error) });
      }
      return;
    }
    state.flushTold(told);
  }

  // ---------------------------------------------------------------- between batches

  /** What is done once a second, in the writer's own time: the disk's room, and a step of sealing as of `wallMs`. */
  rest(wallMs: number): void {
    this.#lookAtDisk();
    this.#due.run(wallMs, this.#down);
    this.#sealer.wallMs = wallMs;
    this.sealStep();
  }

  /** Whether a day is being added up, step by step. */
  get sealing(): boolean {
    return this.#sealer.busy;
  }

  sealStep(): void {
    if (this.#down === "") this.#sealer.step();
  }

  get figures(): Readonly<WalFigures> {
    return this.#wal.figures;
  }

  get openDays(): number {
    return this.#files.open().length;
  }

  #lookAtDisk(): void {
    const { minFreeDiskMb } = this.#options;
    let reason = this.#wal.tooLarge ? "wal_too_large" : "";
    if (minFreeDiskMb > 0) {
      try {
        const { bavail, bsize } = statfsSync(this.#options.dir);
        if ((bavail * bsize) / MIB < minFreeDiskMb) reason = "disk_low";
      } catch (error) {
        reason = reasonOf(error);
      }
    }
    if (reason === this.#full) return;
    this.#full = reason;
    this.state.diskLow = reason !== "";
    if (this.#down === "") this.#tellAvailability();
  }

  // ---------------------------------------------------------------- rare

  /** Gives each operator its number and policy; UNCERTAIN messages are looked at again by it. */
  registerOperators(operators: readonly { readonly name: string; readonly policy: Policy }[], wallMs: number): Map<string, number> {
    this.#begin(wallMs);
    return registerPolicies(this.state, this.#files, this.#ledger, operators);
  }

  /** One change to accounts or money. */
  change(command: LedgerCommand, wallMs: number): Changed {
    this.#begin(wallMs);
    if (command.kind === "forget.rows") return forgetInDay(this.state, this.#files, this.#down, command, this.#events.log);
    this.#due.lookAgain();
    return changeBooks(this.state, this.#ledger, this.#down, command, this.#events.log);
  }

  /** What the accounts' money comes to on disk, for tests: reads everything again. */
  reread(): void {
    readBalances(this.state, this.#files, this.#ledger);
  }

  close(): void {
    if (this.#down === "") {
      try {
        this.#wal.checkpoint();
      } catch (error) {
        this.#events.log("warn", "checkpoint_failed", { reason: reasonOf(error) });
      }
    }
    this.#files.closeAll();
    this.#ledger.close();
  }
}
