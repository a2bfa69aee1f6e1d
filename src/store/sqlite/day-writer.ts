/**
 * DayWriter: the writer's one connection to a day's book: its statements, and the sums that each commit adds to it.
 *
 * Entries of one kind for one account in one commit are one row: money is added up here while the batch runs and
 * written, with the account's totals and tallies, just before COMMIT.
 */
import Database from "better-sqlite3";
import { ChargeState, ENTRY_BOOKS, EntryKind } from "../../ledger/settlement.js";
import { BodyKind } from "../body-cipher.js";
import { ROW_STRETCH, contentProtocolNo, contentServiceType, tellsExtras } from "../content.js";
import type { DayBodies } from "./day-keys.js";
import { DAY_VERSION, FIRST_ENTRY, KEPT_BIT, LAST_WORD, NO_WORD, REVIEW_BIT, SPLIT_BIT, Tally, prepareDay } from "./day-schema.js";
import { prepareStatements, type DayStatements } from "./day-statements.js";
import { DataVersionError } from "./ledger-schema.js";
import { OutMark } from "./out-mark.js";
import type { Row } from "./row.js";

/** Entries an account can have in one commit: its four kinds, and settlements made in the acceptance (always after their holds). */
export const Slot = { hold: 0, settle: 1, release: 2, refund: 3, settleAccepted: 4 } as const;
export type Slot = (typeof Slot)[keyof typeof Slot];
const SLOTS = 5;
const SLOT_KIND: readonly EntryKind[] = [EntryKind.hold, EntryKind.settle, EntryKind.release, EntryKind.refund, EntryKind.settle];
const STATES = 32;

/** One account's part in one day. */
export class DayAccount {
  readonly account: number;
  availableDelta = 0;
  held = 0;
  settled = 0;
  heldCount = 0;
  readonly messages = new Float64Array(STATES);
  readonly segments = new Float64Array(STATES);
  /** Of the batch under way: entry ids (0 = none yet), counts, amounts; states whose tally changed (bits). */
  readonly entry = new Float64Array(SLOTS);
  readonly count = new Float64Array(SLOTS);
  readonly amount = new Float64Array(SLOTS);
  changed = 0;
  touched = false;

  constructor(account: number) {
    this.account = account;
  }

  /** Messages without a final state, parts too. */
  get open(): number {
    const { messages } = this;
    let open = (messages[Tally.accepted] as number) + (messages[Tally.parts] as number) - (messages[Tally.partsEnded] as number);
    for (let state = 20; state < STATES; state++) open -= messages[state] as number;
    return open;
  }
}

export interface DayWriterOptions {
  /** Most pages the file may have, for tests; 0 = no limit. */
  readonly maxPages: number;
}

/** The WAL is cut back to this after a checkpoint. */
const WAL_KEPT_OCTETS = 96 * 1_048_576;
const CACHE_KB = 40_960;
/** Of a day that is no longer the latest. */
const OLDER_CACHE_KB = 4_096;
const PAGE_OCTETS = 4_096;


export class DayWriter {
  readonly day: number;
  readonly path: string;
  readonly db: Database.Database;
  readonly statements: DayStatements;
  /** How what its messages say is put on disk. */
  readonly bodies: DayBodies;
  /** Writes of the batch under way are in an open transaction. */
  begun = false;
  /** From where on DISPATCHED messages are to be looked for. */
  readonly out = new OutMark();
  /** Messages held for a person. */
  reviews = 0;
  readonly #accounts = new Map<number, DayAccount>();
  #touched: DayAccount[] = [];
  #nextEntry = FIRST_ENTRY;
  readonly #words = new Map<string, number>();
  readonly #wordTexts: string[] = [];
  #nextWord = NO_WORD + 1;

  /** Opens a day's file for writing; makes or migrates it. Throws DataVersionError when it is newer. */
  constructor(day: number, path: string, options: DayWriterOptions, bodies: DayBodies) {
    this.day = day;
    this.bodies = bodies;
    this.path = path;
    this.db = new Database(path, { timeout: 5_000 });
    try {
      this.#prepareFile(options);
      this.statements = prepareStatements(this.db);
      this.read();
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  #prepareFile(options: DayWriterOptions): void {
    const { db } = this;
    const version = Number(db.pragma("user_version", { simple: true }));
    if (version > DAY_VERSION) throw new DataVersionError(`${this.path} is of version ${version}, this tollgate writes ${DAY_VERSION}`);
    if (version === 0) db.pragma(`page_size = ${PAGE_OCTETS}`);
    db.pragma("journal_mode = WAL");
    // better-sqlite3's default in WAL mode is NORMAL, which loses commits at a power failure.
    db.pragma("synchronous = FULL");
    db.pragma("foreign_keys = ON");
    // What a row said before does not stay in the gaps of its page; costs no page more.
    db.pragma("secure_delete = FAST");
    // The writer checkpoints by itself, between batches.
    db.pragma("wal_autocheckpoint = 0");
    db.pragma(`journal_size_limit = ${WAL_KEPT_OCTETS}`);
    if (options.maxPages > 0) db.pragma(`max_page_count = ${options.maxPages}`);
    prepareDay(db, version);
  }

  /** Ids of DISPATCHED messages, from the mark on disk on. */
  dispatched(): number[] {
    return this.statements.dispatched.all(this.meta("out_mark")) as number[];
  }

  /** Reads the running sums from disk: at open, and again after a failed transaction. */
  read(): void {
    const { db } = this;
    this.begun = false;
    this.out.reset(this.meta("out_mark"), this.dispatched().length, this.meta("commit_ms"));
    this.reviews = this.statements.countReviews.get() as number;
    this.#accounts.clear();
    this.#touched = [];
    for (const row of db.prepare("SELECT account, available_delta, held, settled, held_count FROM account_total").raw().all() as number[][]) {
      const [account, delta, held, settled, heldCount] = row as [number, number, number, number, number];
      const each = this.account(account);
      each.availableDelta = delta;
      each.held = held;
      each.settled = settled;
      each.heldCount = heldCount;
    }
    for (const row of db.prepare("SELECT account, state, messages, segments FROM tally").raw().all() as number[][]) {
      const [account, state, messages, segments] = row as [number, number, number, number];
      const each = this.account(account);
      each.messages[state] = messages;
      each.segments[state] = segments;
    }
    this.#nextEntry = (db.prepare("SELECT coalesce(max(id) + 1, ?) FROM entry").pluck().get(FIRST_ENTRY) as number);
    this.#words.clear();
    this.#wordTexts.length = 0;
    for (const [no, text] of db.prepare("SELECT no, text FROM word ORDER BY no").raw().all() as [number, string][]) {
      this.#words.set(text, no);
      this.#wordTexts[no - NO_WORD] = text;
      this.#nextWord = no + 1;
    }
  }

  /** Opens the transaction of the batch under way, once. */
  begin(): void {
    if (this.begun) return;
    this.statements.begin.run();
    this.begun = true;
  }

  rollback(): void {
    if (this.db.inTransaction) this.statements.rollback.run();
    this.begun = false;
  }

  account(no: number): DayAccount {
    let account = this.#accounts.get(no);
    if (account === undefined) {
      account = new DayAccount(no);
      this.#accounts.set(no, account);
    }
    return account;
  }

  accounts(): Iterable<DayAccount> {
    return this.#accounts.values();
  }

  /** Messages of the day without a final state. */
  get openMessages(): number {
    let open = 0;
    for (const account of this.#accounts.values()) open += account.open;
    return open;
  }

  #touch(account: DayAccount): void {
    if (account.touched) return;
    account.touched = true;
    this.#touched.push(account);
  }

  /** The entry under which this commit books a movement of the account; drawn when first asked for. */
  entryId(account: DayAccount, slot: Slot): number {
    let id = account.entry[slot] as number;
    if (id === 0) {
      this.#touch(account);
      id = this.#nextEntry++;
      account.entry[slot] = id;
    }
    return id;
  }

  /** Gives back an entry just drawn, under which nothing was booked. */
  unbook(account: DayAccount, slot: Slot): void {
    if (account.entry[slot] !== 0 && account.count[slot] === 0 && account.entry[slot] === this.#nextEntry - 1) {
      this.#nextEntry--;
      account.entry[slot] = 0;
    }
  }

  /** Books one message's movement; the entry's id. */
  book(account: DayAccount, slot: Slot, charge: number): number {
    const id = this.entryId(account, slot);
    account.count[slot] = (account.count[slot] as number) + 1;
    account.amount[slot] = (account.amount[slot] as number) + charge;
    switch (slot) {
      case Slot.hold:
        account.availableDelta -= charge;
        account.held += charge;
        account.heldCount++;
        break;
      case Slot.settle:
      case Slot.settleAccepted:
        account.held -= charge;
        account.settled += charge;
        account.heldCount--;
        break;
      case Slot.release:
        account.held -= charge;
        account.availableDelta += charge;
        account.heldCount--;
        break;
      case Slot.refund:
        account.settled -= charge;
        account.availableDelta += charge;
    }
    return id;
  }

  /** Counts a message under a Tally, or in its final state. */
  tally(account: DayAccount, state: number, segments: number): void {
    this.#touch(account);
    account.messages[state] = (account.messages[state] as number) + 1;
    account.segments[state] = (account.segments[state] as number) + segments;
    account.changed |= 1 << state;
  }

  /** The number of a text; NO_WORD when the table is full (a hostile operator's endless words are not kept). */
  word(text: string): number {
    let no = this.#words.get(text);
    if (no === undefined) {
      if (this.#nextWord > LAST_WORD) return NO_WORD;
      this.begin();
      no = this.#nextWord++;
      this.statements.insertWord.run(no, text);
      this.#words.set(text, no);
      this.#wordTexts[no - NO_WORD] = text;
    }
    return no;
  }

  wordText(no: number): string {
    return this.#wordTexts[no - NO_WORD] ?? "";
  }

  /** Writes the batch's sums and commits. */
  commit(nowMs: number, order: number): void {
    const { statements } = this;
    for (const account of this.#touched) this.#writeAccount(account, nowMs);
    statements.setMeta.run("ord", order, "commit_ms", nowMs, "out_mark", this.out.mark());
    statements.commit.run();
    this.begun = false;
    for (const account of this.#touched) {
      account.touched = false;
      account.changed = 0;
      account.entry.fill(0);
      account.count.fill(0);
      account.amount.fill(0);
    }
    this.#touched = [];
  }

  #writeAccount(account: DayAccount, nowMs: number): void {
    const { statements } = this;
    let moved = false;
    for (let slot = 0; slot < SLOTS; slot++) {
      const id = account.entry[slot] as number;
      if (id === 0) continue;
      moved = true;
      const kind = SLOT_KIND[slot] as EntryKind;
      const { debit, credit } = ENTRY_BOOKS[kind];
      statements.insertEntry.run(id, nowMs, account.account, kind, debit, credit, account.count[slot], account.amount[slot]);
    }
    if (moved) statements.setTotal.run(account.account, account.availableDelta, account.held, account.settled, account.heldCount);
    for (let state = 0; state < STATES; state++) {
      if ((account.changed & (1 << state)) !== 0) statements.setTally.run(account.account, state, account.messages[state], account.segments[state]);
    }
  }

  meta(key: string): number {
    return (this.db.prepare("SELECT value FROM meta WHERE key = ?").pluck().get(key) as number | undefined) ?? 0;
  }

  /** How much of the file's pages is kept in memory. */
  setCache(latest: boolean): void {
    this.db.pragma(`cache_size = -${latest ? CACHE_KB : OLDER_CACHE_KB}`);
  }

  /** Octets in the WAL not yet written back. */
  walOctets(): number {
    const [, log, done] = this.statements.lookAtWal.get() as [number, number, number];
    return Math.max(0, log - done) * PAGE_OCTETS;
  }

  /** Writes the WAL back as far as readers allow; the next commit begins it anew. */
  checkpoint(): void {
    this.db.pragma("wal_checkpoint(PASSIVE)");
  }

  /** Commits a megabyte and takes it back: proof that there is room again. Outside any transaction. */
  proveRoom(): void {
    this.db.exec("INSERT INTO room VALUES (zeroblob(1048576))");
    this.db.exec("DELETE FROM room");
  }

  /** When to look at the UNCERTAIN messages of an operator whose grace has just become known. */
  setUncertainDue(operator: number, waitMs: number): void {
    this.db.prepare("UPDATE message SET due = at + ? WHERE state = 7 AND operator = ?").run(waitMs, operator);
  }

  /** A message's row; undefined when the day has no such message. */
  load(id: number): Row | undefined {
    const columns = this.statements.getMessage.get(id) as unknown[] | undefined;
    return columns === undefined ? undefined : this.#row(columns);
  }

  /** What a message of the day says, in plain. */
  body(id: number): Buffer {
    return this.bodies.plain(BodyKind.content, id, this.statements.getBody.get(id) as Buffer);
  }

  /** Puts another content in the place of a message's: `make` is given the plain one. */
  rewrite(id: number, nowMs: number, make: (before: Buffer) => Buffer): void {
    const kept = this.statements.getBody.get(id) as Buffer;
    const body = make(this.bodies.plain(BodyKind.content, id, kept));
    this.statements.setBody.run(this.bodies.instead(BodyKind.content, id, body, kept, nowMs), id);
  }

  #row(columns: unknown[]): Row {
    const n = columns as number[];
    const tries = n[12] as number;
    return {
      file: this, id: n[0] as number, account: n[1] as number, lane: n[2] as number, ord: n[3] as number, state: n[4] as number, chargeState: n[5] as number,
      notify: n[6] as number, segments: n[7] as number, charge: n[8] as number, holdEntry: n[9] as number, lastEntry: n[10] as number,
      operator: n[11] as number, link: Math.floor(tries / 65_536), resent: (tries >> 8) & 1,
      attempts: (tries & (SPLIT_BIT | KEPT_BIT)) === 0 ? tries & 255 : 0, parts: (tries & SPLIT_BIT) === 0 ? 0 : tries & 255,
      kept: (tries & KEPT_BIT) === 0 ? 0 : tries & 255, review: (tries & REVIEW_BIT) === 0 ? 0 : 1, due: n[13] as number, at: n[14] as number,
      report: n[15] as number, dispatchedAt: n[16] as number, sentAt: n[17] as number, acceptedAt: n[18] as number, expires: n[19] as number,
      wanted: n[20] as number, words: n[21] as number, kinds: n[22] as number, source: columns[23] as string, destination: columns[24] as string,
      serviceType: contentServiceType(columns[25] as Buffer, ROW_STRETCH.at), protocolNo: contentProtocolNo(columns[25] as Buffer, ROW_STRETCH.at),
      tellsExtras: tellsExtras(columns[25] as Buffer, ROW_STRETCH.at), key: "",
    };
  }

  close(): void {
    this.db.close();
  }
}

/** The `try` column of a row. */
export function tryOf(link: number, resent: number, attempts: number): number {
  return link * 65_536 + resent * 256 + attempts;
}

/** The same of a held message for whose parts ids are kept. */
export function keptOf(between: number, kept: number): number {
  return between * 65_536 + KEPT_BIT + kept;
}

/** As it stands for a row. */
export function triesOf(row: Row): number {
  if (row.parts > 0) return row.link * 65_536 + SPLIT_BIT + row.parts;
  return row.review * REVIEW_BIT + (row.kept > 0 ? keptOf(row.link, row.kept) : tryOf(row.link, row.resent, row.attempts));
}

/** The slot that books what a movement says. */
export function slotOf(movement: EntryKind): Slot {
  return (movement - 2) as Slot;
}

/** The charge state a message begins with. */
export function chargeStateAtAccept(charge: number, settled: boolean): ChargeState {
  return charge === 0 ? ChargeState.free : settled ? ChargeState.settled : ChargeState.held;
}
