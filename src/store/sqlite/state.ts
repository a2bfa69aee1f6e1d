/**
 * WriterState: everything the writer thread holds while it carries out intents, shared by the files beside this one.
 */
import type { Account } from "../../ledger/account.js";
import { idDay } from "../../../protocols/model/message-id.js";
import { OctetReader, Octets } from "../octets.js";
import { Told } from "../results.js";
import type { Commit, UncertainPolicy } from "../store.js";
import { Balances } from "./balances.js";
import type { DayKeys, KeyOctets } from "./day-keys.js";
import type { DayWriter } from "./day-writer.js";
import type { KeepDays } from "./erase.js";
import { Lanes } from "./lanes.js";
import { OrphanKeys } from "./orphan-keys.js";
import { Order } from "./order.js";
import { Quotas } from "./quota.js";
import { RecentFinals, RowMemory } from "./row.js";
import type { Row } from "./row.js";
import { Waits } from "./waits.js";

/** What an operator's silence means, when it has no policy of its own (it is no longer configured). */
const DEFAULT_POLICY: Policy = { uncertain: "hold", waitMs: 30_000, deadlineMs: 86_400_000 };

export interface Policy {
  readonly uncertain: UncertainPolicy;
  readonly waitMs: number;
  readonly deadlineMs: number;
}

export interface WriterOptions {
  readonly dir: string;
  /** Business time zone, minutes ahead of UTC. */
  readonly zoneMinutes: number;
  readonly retentionDays: number;
  /** What of a sealed day is kept less long than itself; none: nothing. */
  readonly keep?: KeepDays | undefined;
  /** No receipt for this long after SENT: UNKNOWN. */
  readonly receiptHorizonMs: number;
  /** Notices that the customer has not taken for this long are parked. */
  readonly outboxRetentionMs: number;
  /** Below this much free disk new submits are refused; 0 = not looked at. */
  readonly minFreeDiskMb: number;
  /** Most pages a day's file may have (tests of a full disk); 0 = no limit. */
  readonly maxPages: number;
  /** What messages say is encrypted as it is put on disk. What stands there is read in either form. */
  readonly encryptBodies?: boolean;
  /** For that, and to read what was encrypted; the first seals. */
  readonly keys?: KeyOctets;
}

/** The days open for writing, found by id; files are made as days begin. */
export interface Days {
  readonly keys: DayKeys;
  /** The file of a day; null when it is sealed, and when it does not exist and `make` is false. */
  file(day: number, make: boolean): DayWriter | null;
  /** Newest first. */
  open(): readonly DayWriter[];
}

export class WriterState {
  readonly options: WriterOptions;
  readonly days: Days;
  readonly from = new OctetReader();
  readonly out = new Octets(65_536);
  readonly balances = new Balances();
  readonly quotas: Quotas;
  readonly lanes = new Lanes();
  readonly waits = new Waits();
  readonly rows = new RowMemory();
  readonly finals = new RecentFinals();
  readonly policies = new Map<number, Policy>();
  order = new Order(0);
  /** The source seen last, which the next message is likely to have. */
  likelySource = "";
  /** State word and error code of the report seen last. */
  likelyWord = "";
  likelyError = "";
  /** As many blanks as operators' ids have characters lately: a row made so wide takes its id without growing. */
  idPlaceholder = " ".repeat(16);
  /** Wall ms of the batch under way; never decreases from commit to commit. */
  nowMs = 0;
  /** Day of nowMs. */
  today = 0;
  /** Messages that stand as UNCERTAIN, and reports that wait for their message. */
  uncertain = 0;
  orphans = 0;
  /** Keys under which waiting orphans would be found; rebuilt when a transaction fails. */
  readonly orphanKeys = new OrphanKeys();
  /** The account up to which this round has looked for notices past the retention. */
  parkedTo = 0;
  /** Acceptances still to come of the group under way, and what they are answered; null: each is made. */
  groupLeft = 0;
  groupVerdict: Commit | null = null;
  /** Too little free disk: no new messages. */
  diskLow = false;
  /** Lanes that grew and shrank by something other than acceptance and claim, told after the batch. */
  readonly queued = new Map<number, number>();
  readonly unqueued = new Map<number, number>();
  /** Notices of messages the store ended by itself, packed, told after the batch. */
  readonly told = new Octets(4_096);
  #lastFile: DayWriter | null = null;
  /** Files written in the batch under way. */
  written: DayWriter[] = [];

  constructor(options: WriterOptions, days: Days) {
    this.options = options;
    this.days = days;
    this.quotas = new Quotas(days);
  }

  /** Messages held for a person. */
  get reviews(): number {
    let reviews = 0;
    for (const file of this.days.open()) reviews += file.reviews;
    return reviews;
  }

  policy(operatorNo: number): Policy {
    return this.policies.get(operatorNo) ?? DEFAULT_POLICY;
  }

  account(accountNo: number): Account | undefined {
    return this.balances.get(accountNo)?.account;
  }

  /** The file of an id, in the batch's transaction; null when there is none that can be written. */
  fileOf(id: number, make: boolean): DayWriter | null {
    const day = idDay(id, this.options.zoneMinutes);
    // Nearly always that of the message before.
    if (day === this.#lastFile?.day && this.#lastFile.begun) return this.#lastFile;
    const file = this.days.file(day, make);
    if (file !== null) this.begin(file);
    this.#lastFile = file;
    return file;
  }

  /** Today's file, in the batch's transaction. */
  todayFile(): DayWriter {
    const file = this.days.file(this.today, true);
    if (file === null) throw new Error("today's file is sealed");
    this.begin(file);
    return file;
  }

  /** The transaction under way is over, or lost. */
  forgetFiles(): void {
    this.#lastFile = null;
    this.written = [];
  }

  begin(file: DayWriter): void {
    if (file.begun) return;
    file.begin();
    this.written.push(file);
  }

  /** A message's row, from memory or disk, its file in the batch's transaction; undefined when it is not known (any more). */
  row(id: number): Row | undefined {
    const known = this.rows.get(id);
    if (known !== undefined) {
      this.begin(known.file);
      return known;
    }
    const row = this.fileOf(id, false)?.load(id);
    if (row !== undefined) this.rows.add(row);
    return row;
  }

  nextOrder(): number {
    return this.order.next(this.nowMs);
  }

  /** A row has become queued by something other than its acceptance. */
  tellQueued(laneNo: number): void {
    this.queued.set(laneNo, (this.queued.get(laneNo) ?? 0) + 1);
  }

  /** A row has left the queue without being claimed. */
  tellUnqueued(laneNo: number): void {
    this.unqueued.set(laneNo, (this.unqueued.get(laneNo) ?? 0) + 1);
  }

  /** Forgets what the batch under way has gathered for after it. */
  forgetTold(): void {
    this.queued.clear();
    this.unqueued.clear();
    this.waits.failed();
    this.told.at = 0;
    this.balances.forgetCredited();
  }

  /** Appends what is to be told to the results (or to `out`), and forgets it. */
  flushTold(out: Octets = this.out): void {
    for (const [kind, lanes] of [[Told.queued, this.queued], [Told.unqueued, this.unqueued]] as const) {
      if (lanes.size === 0) continue;
      for (const [laneNo, count] of lanes) {
        out.need(16);
        out.u8(kind);
        out.f64(laneNo);
        out.u32(count);
      }
      lanes.clear();
    }
    for (const [accountNo, count] of this.waits.committed()) {
      out.need(16);
      out.u8(Told.waiting);
      out.u32(accountNo);
      out.u32(count);
    }
    if (this.told.at > 0) {
      out.need(this.told.at);
      out.buffer.set(this.told.buffer.subarray(0, this.told.at), out.at);
      out.at += this.told.at;
      this.told.at = 0;
    }
    for (const purse of this.balances.takeCredited()) {
      out.need(8);
      out.u8(Told.credited);
      out.u32(purse.account.no);
    }
  }
}
