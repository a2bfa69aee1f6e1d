/**
 * Books: a data folder opened for reading only: ledger.db and, as they are asked for, the files of the days.
 *
 * Opened for one question and closed after it. No read lasts longer than one statement or a few (long scans go step by
 * step), so that no reader pins the WAL of a live file. Serves the reader thread, and the command line when no daemon runs.
 */
import Database from "better-sqlite3";
import { existsSync } from "node:fs";
import { idDay } from "../../../protocols/model/message-id.js";
import type { DayBooks, MessageCharge, OpenTotals } from "./change-context.js";
import { DayBodies, DayKeys } from "./day-keys.js";
import { DAY_VERSION, READING_VIEW, Tally } from "./day-schema.js";
import { LedgerDb } from "./ledger-db.js";
import { DataVersionError } from "./ledger-schema.js";
import { dayPath, ledgerPath, listDays } from "./paths.js";

/** A row of integers, as every connection here reads them. */
export type Ints<K extends string> = Readonly<Record<K, bigint>>;

/** One day's file, read-only; integers are bigint unless a statement says otherwise. */
export class DayFile {
  readonly day: number;
  readonly db: Database.Database;
  /** Version of the file; one sealed long ago may be of an earlier one. */
  readonly version: number;
  /** What its messages say, in whatever form it stands. */
  readonly bodies: DayBodies;
  readonly #statements = new Map<string, Database.Statement>();
  readonly #words = new Map<number, string>();

  private constructor(day: number, db: Database.Database, version: number, bodies: DayBodies) {
    this.day = day;
    this.bodies = bodies;
    this.db = db;
    this.version = version;
    db.defaultSafeIntegers(true);
  }

  /** Opens a day's file; null when the writer is just making it. Throws DataVersionError when it is of a newer version. */
  static open(day: number, path: string, bodies: DayBodies): DayFile | null {
    const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 5_000 });
    const version = Number(db.pragma("user_version", { simple: true }));
    if (version > 0 && version <= DAY_VERSION) {
      if (version < DAY_VERSION) db.exec(READING_VIEW);
      return new DayFile(day, db, version, bodies);
    }
    db.close();
    if (version === 0) return null;
    throw new DataVersionError(`${path} is of version ${version}, this tollgate reads ${DAY_VERSION}`);
  }

  /** A prepared statement, kept for next time. */
  prepare(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** A few reads on one state of the file. */
  snapshot<T>(work: () => T): T {
    return this.db.transaction(work).deferred();
  }

  /** The text a word's number stands for. */
  word(no: bigint | number): string {
    const key = Number(no);
    let text = this.#words.get(key);
    if (text === undefined) {
      text = (this.prepare("SELECT text FROM word WHERE no = ?").pluck().get(key) as string | undefined) ?? "";
      this.#words.set(key, text);
    }
    return text;
  }
}

const NO_TOTALS: OpenTotals = { availableDeltaMicros: 0n, heldMicros: 0n, openMessages: 0, openHolds: 0 };

export class Books implements DayBooks {
  readonly ledger: LedgerDb;
  /** Business time zone, minutes ahead of UTC. */
  readonly zoneMinutes: number;
  readonly #dir: string;
  readonly #ownsLedger: boolean;
  readonly #keys: DayKeys;
  readonly #files = new Map<number, DayFile>();

  private constructor(dir: string, zoneMinutes: number, ledger: LedgerDb, ownsLedger: boolean, keys: DayKeys) {
    this.#dir = dir;
    this.zoneMinutes = zoneMinutes;
    this.ledger = ledger;
    this.#ownsLedger = ownsLedger;
    this.#keys = keys;
  }

  /** Opens a folder. Throws when there is no ledger.db, or one of another version. `ledger`: one already open, which stays open. `keys`: for what is encrypted. */
  static open(dir: string, zoneMinutes: number, ledger?: LedgerDb, keys = new DayKeys([])): Books {
    return new Books(dir, zoneMinutes, ledger ?? LedgerDb.openReadOnly(ledgerPath(dir)), ledger === undefined, keys);
  }

  close(): void {
    for (const file of this.#files.values()) file.db.close();
    this.#files.clear();
    if (this.#ownsLedger) this.ledger.close();
  }

  /** Days that have a file, oldest first. */
  days(): number[] {
    return listDays(this.#dir);
  }

  /** The file of a day; null when there is none (any more). */
  file(day: number): DayFile | null {
    const open = this.#files.get(day);
    if (open !== undefined) return open;
    const path = dayPath(this.#dir, day);
    if (!existsSync(path)) return null;
    const file = DayFile.open(day, path, new DayBodies(day, this.#keys, this.ledger));
    if (file !== null) this.#files.set(day, file);
    return file;
  }

  /** The files not among `sealed`, oldest first. */
  openFiles(sealed: ReadonlySet<number>): DayFile[] {
    return this.days().filter((day) => !sealed.has(day)).map((day) => this.file(day)).filter((file) => file !== null);
  }

  /** The file a message id belongs to. */
  fileOf(messageId: number): DayFile | null {
    return this.file(idDay(messageId, this.zoneMinutes));
  }

  /** Sums over the days not yet sealed, as of now. */
  totals(accountNo: number): OpenTotals {
    return this.#totals("WHERE account = ?", [accountNo]).get(accountNo) ?? { ...NO_TOTALS };
  }

  /** As `totals`, for every account that has any. */
  allTotals(): ReadonlyMap<number, OpenTotals> {
    return this.#totals("", []);
  }

  #totals(where: string, parameters: readonly number[]): Map<number, OpenTotals> {
    const sums = new Map<number, OpenTotals>();
    const add = (account: bigint, more: OpenTotals): void => {
      const sum = sums.get(Number(account)) ?? NO_TOTALS;
      sums.set(Number(account), {
        availableDeltaMicros: sum.availableDeltaMicros + more.availableDeltaMicros,
        heldMicros: sum.heldMicros + more.heldMicros,
        openMessages: sum.openMessages + more.openMessages,
        openHolds: sum.openHolds + more.openHolds,
      });
    };
    for (const file of this.openFiles(this.ledger.sealedDays())) {
      file.snapshot(() => {
        const sql = `SELECT account, available_delta AS delta, held, held_count AS holds FROM account_total ${where}`;
        const totals = file.prepare(sql);
        for (const row of totals.all(...parameters) as Ints<"account" | "delta" | "held" | "holds">[]) {
          add(row.account, {
            availableDeltaMicros: row.delta, heldMicros: row.held, openMessages: 0, openHolds: Number(row.holds),
          });
        }
        const open = `sum(CASE WHEN state = ${Tally.accepted} THEN messages WHEN state >= 20 THEN -messages ELSE 0 END)`;
        const tallies = file.prepare(`SELECT account, ${open} AS open FROM tally ${where} GROUP BY account`);
        for (const row of tallies.all(...parameters) as Ints<"account" | "open">[]) {
          add(row.account, { ...NO_TOTALS, openMessages: Number(row.open) });
        }
      });
    }
    return sums;
  }

  /** A message's charge, from whatever day's file is still there. */
  charge(messageId: number): MessageCharge | null {
    const sql = "SELECT account, charge, charge_state, state FROM message WHERE id = ?";
    const row = this.fileOf(messageId)?.prepare(sql).get(messageId) as
      Ints<"account" | "charge" | "charge_state" | "state"> | undefined;
    return row === undefined
      ? null
      : { accountNo: Number(row.account), chargeMicros: row.charge, chargeState: Number(row.charge_state), state: Number(row.state) };
  }

  /** Names by number, for answers. */
  accountNames(): Map<number, string> {
    const rows = this.ledger.prepare("SELECT no, name FROM account").all() as { no: bigint; name: string }[];
    return new Map(rows.map((row) => [Number(row.no), row.name]));
  }

  operatorNames(): Map<number, string> {
    return new Map([...this.ledger.operators()].map(([name, no]) => [no, name]));
  }
}
