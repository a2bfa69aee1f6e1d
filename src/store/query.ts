/**
 * Query: the closed list of read-only questions to the store, answered on the reader thread across all days.
 */
import type { Message } from "../../protocols/model/message.js";
import type { Outcome } from "../../protocols/model/outcome.js";
import type { MessageState } from "../../protocols/model/state.js";
import type { DayCounts } from "../../protocols/wire/protocol.js";
import type { Detail, OwnerStatement, Statement } from "./statement.js";
import type { AccountView } from "../ledger/commands.js";
import type { StoredMessage } from "./store.js";
import type { Complaint } from "../ledger/complaint.js";
import type { ForgetRows } from "../ledger/forget.js";
import type { Incident } from "../ledger/incident.js";
import type { EvidencePack } from "./evidence-pack.js";

export type * from "./evidence-pack.js";

export type { Detail, Fates, OwnerAccount, OwnerOperator, OwnerStatement, Share, Statement, StatementDay, StatementTotals } from "./statement.js";

export type Query =
  | { readonly kind: "accounts" }
  | { readonly kind: "account"; readonly name: string }
  /** Newest first. `to` is a destination in normal form. Bounded by `limit` (at most 1000). */
  | { readonly kind: "trace"; readonly by: "id" | "operator_id" | "destination"; readonly value: string; readonly limit: number; readonly fromMs?: number }
  /** Wall ms, half-open [fromMs, toMs), cut at days of the business time zone. */
  | { readonly kind: "statement"; readonly name: string; readonly fromMs: number; readonly toMs: number }
  /** What the days of the last four have counted by account so far: messages accepted, ended, and of these failed (not arrived, and not taken back). */
  | { readonly kind: "traffic" }
  /** Incidents that touch the half-open stretch, oldest first, at most 1000. */
  | { readonly kind: "incidents"; readonly fromMs: number; readonly toMs: number; readonly limit: number }
  /** As `statement`, of all accounts, with what operators charge. */
  | { readonly kind: "statement_all"; readonly fromMs: number; readonly toMs: number }
  /** One account's messages of whole days, ids above `after` (0: from the beginning), at most `limit` (5000). */
  | { readonly kind: "statement_details"; readonly name: string; readonly fromMs: number; readonly toMs: number; readonly after: number; readonly limit: number }
  | { readonly kind: "verify"; readonly full: boolean }
  /** The last things that became of an account by `wallMs`, oldest first. */
  | { readonly kind: "history"; readonly name: string; readonly limit: number; readonly wallMs: number }
  /** Of one account, or of all (""); those owed first. */
  | { readonly kind: "invoices"; readonly name: string; readonly limit: number }
  | { readonly kind: "audit"; readonly limit: number }
  | { readonly kind: "uncertain"; readonly limit: number }
  | { readonly kind: "orphans"; readonly limit: number }
  /** One message of the account's own, as its customer may ask for it; `source` as it was submitted, "" = not compared. */
  | { readonly kind: "customer_message"; readonly accountNo: number; readonly messageId: number; readonly source: string }
  /** Messages of the account's own that are not out yet, of exactly these addresses, and of the service type unless it is "". */
  | { readonly kind: "waiting"; readonly accountNo: number; readonly source: string; readonly destination: string; readonly serviceType: string }
  /**
   * The texts that these messages (at most 512) are parts of: what was accepted within `withinMs` of each (0: next to each, some
   * hundred messages before and after) with the same account, addresses, reference and number of parts, whatever has become of it; but for
   * what its customer has taken back.
   */
  | { readonly kind: "siblings"; readonly messageIds: readonly number[]; readonly withinMs: number }
  /** Those still to be answered, next due first; or all, newest first. */
  | { readonly kind: "complaints"; readonly which: "open" | "all"; readonly limit: number }
  | { readonly kind: "complaint"; readonly id: number }
  /** Rows of all days that bear a number in its normal form. */
  | { readonly kind: "number_rows"; readonly number: string }
  /** Everything about a number in its normal form; `texts`: with what was written. */
  | { readonly kind: "evidence"; readonly number: string; readonly fromMs: number; readonly toMs: number; readonly texts: boolean }
  /**
   * What is held for a person, in order of the texts' ids, those above `after`: of an account ("" any), for an outcome (null any), found by a
   * rule ("" any; the whole evidence, its category, or where the word is listed), or these texts and those that these messages are of.
   */
  | {
      readonly kind: "review"; readonly account: string; readonly outcome: Outcome | null; readonly rule: string; readonly ids: readonly number[];
      readonly after: number; readonly limit: number;
    }
  /**
   * What these accounts had accepted from `sinceMs` on, the latest first, at most 1,000 at a time: all before `beforeId` (0: to the last).
   * Messages as their customers gave them; the parts they went out in are left out.
   */
  | { readonly kind: "lately"; readonly accounts: readonly number[]; readonly sinceMs: number; readonly beforeId: number }
  /** What these accounts were refused with an outcome since then, as far as it was kept, the latest first; at most 20,000. */
  | { readonly kind: "refused_lately"; readonly accounts: readonly number[]; readonly outcome: Outcome; readonly sinceMs: number }
  /** The keys under which days are encrypted, as they are kept: sealed themselves. */
  | { readonly kind: "day_keys" }
  /** Segments accepted on a day of acceptance (YYYYMMDD, business time) and in its month, of every account that had any. */
  | { readonly kind: "accepted_segments"; readonly day: string }
  /** What the account's books say of a day (YYYYMMDD, business time); of one service type, or of all (null). */
  | { readonly kind: "day_counts"; readonly accountNo: number; readonly day: string; readonly serviceType: string | null };

/** The key of a day's texts as it is kept. */
export interface WrappedDayKey {
  readonly day: string;
  /** Sealed under the secret key for dayKeyName(day) (ledger/secret.ts). */
  readonly wrapped: string;
}

/** A message that was accepted some time ago. */
export interface LatelyAccepted {
  readonly accountNo: number;
  readonly acceptedAtMs: number;
  /** Number among the account's signatures, 0 = none that is known. */
  readonly signatureNo: number;
  readonly message: Message;
}

/** All parts under one reference. */
export interface SiblingText {
  /** Those of them that were asked about. */
  readonly messageIds: readonly number[];
  /** In order of acceptance; those of several texts where the reference was used again. */
  readonly parts: readonly Message[];
  /** There are too many to be told. */
  readonly cut: boolean;
}

/** A text held for a person. */
export interface ReviewEntry {
  readonly textId: number;
  readonly account: string;
  /** Wall ms since when, and at which its time is over. */
  readonly atMs: number;
  readonly dueMs: number;
  readonly outcome: Outcome;
  readonly rule: string;
  /** Its message, or its parts as far as they are held, in order of acceptance. */
  readonly messages: readonly StoredMessage[];
}

/** Where a customer's own message stands. */
export interface CustomerMessage {
  readonly state: MessageState;
  /** As shown in its receipt, "000" when none. */
  readonly error: string;
  /** Wall ms of its end, 0 while it has none. */
  readonly finalAtMs: number;
}

export interface TraceEvent {
  readonly atMs: number;
  /** accept | screen | charge | spool | dispatch | receipt | settle | notify */
  readonly stage: string;
  readonly text: string;
}

export interface Trace {
  readonly messageId: number;
  readonly account: string;
  readonly state: string;
  readonly source: string;
  readonly destination: string;
  readonly text: string | null;
  readonly encoding: string;
  readonly octetsHex: string;
  readonly segments: number;
  readonly segmentNumber: number;
  readonly segmentTotal: number;
  readonly chargeMicros: bigint;
  readonly chargeState: string;
  readonly operator: string;
  /** Of a message that went out in parts, one after the other. */
  readonly parts: readonly { readonly messageId: number; readonly state: string; readonly operator: string; readonly operatorMessageId: string }[];
  /** Of such a part: the message it is of, and which of how many it is. */
  readonly partOf: { readonly messageId: number; readonly no: number; readonly of: number } | null;
  readonly attempts: readonly { readonly no: number; readonly operator: string; readonly link: number; readonly operatorMessageId: string; readonly status: number; readonly statusName: string; readonly dispatchedAtMs: number; readonly answeredAtMs: number; readonly state: string }[];
  readonly receipt: { readonly state: string; readonly word: string; readonly error: string; readonly atMs: number } | null;
  readonly notify: string;
  readonly acceptedAtMs: number;
  readonly finalAtMs: number;
  readonly flags: string;
  readonly events: readonly TraceEvent[];
}

/** Of one account, on one day of acceptance (a number that grows by one each day). */
export interface TrafficRow {
  readonly day: number;
  readonly accountNo: number;
  readonly accepted: number;
  readonly ended: number;
  readonly failed: number;
}

export interface HistoryEntry {
  readonly atMs: number;
  /** account | contract | topup | invoice | ...: the kind of row it is about. */
  readonly about: string;
  readonly actor: string;
  readonly reason: string;
  readonly what: string;
}

export interface InvoiceView {
  readonly account: string;
  readonly number: string;
  /** The top-up's. */
  readonly reference: string;
  readonly amountMicros: bigint;
  readonly currency: string;
  readonly state: "unpaid" | "paid" | "cancelled";
  readonly bookedAtMs: number;
  /** The midnight after the last day to pay it, 0 = none. */
  readonly dueMs: number;
  readonly paidAtMs: number;
}

export interface VerifyReport {
  readonly clean: boolean;
  readonly problems: readonly string[];
  readonly messages: number;
  readonly entries: number;
  readonly accounts: number;
  readonly days: number;
  readonly tookMs: number;
}

export type Answer =
  | { readonly kind: "accounts"; readonly accounts: readonly AccountView[] }
  | { readonly kind: "account"; readonly account: AccountView | null }
  | { readonly kind: "trace"; readonly traces: readonly Trace[] }
  | { readonly kind: "statement"; readonly statement: Statement | null }
  | { readonly kind: "incidents"; readonly incidents: readonly Incident[] }
  | { readonly kind: "traffic"; readonly rows: readonly TrafficRow[] }
  | { readonly kind: "statement_all"; readonly statement: OwnerStatement }
  /** `details` null: no such account; `next`: where to go on after, 0 at the end. */
  | { readonly kind: "statement_details"; readonly details: readonly Detail[] | null; readonly next: number; readonly missingDays: readonly string[] }
  | { readonly kind: "verify"; readonly report: VerifyReport }
  /** null: no such account. */
  | { readonly kind: "history"; readonly entries: readonly HistoryEntry[] | null }
  | { readonly kind: "invoices"; readonly invoices: readonly InvoiceView[] }
  | { readonly kind: "audit"; readonly entries: readonly { readonly no: number; readonly atMs: number; readonly actor: string; readonly what: string; readonly hash: string }[] }
  | { readonly kind: "uncertain"; readonly messages: readonly { readonly id: number; readonly account: string; readonly operator: string; readonly sinceMs: number; readonly destination: string }[] }
  | { readonly kind: "orphans"; readonly orphans: readonly { readonly operator: string; readonly operatorMessageId: string; readonly destination: string; readonly state: string; readonly octets: string; readonly atMs: number }[] }
  /** null: no such message of that account. */
  | { readonly kind: "customer_message"; readonly message: CustomerMessage | null }
  /** Oldest first, at most 1000. */
  | { readonly kind: "waiting"; readonly messageIds: readonly number[] }
  /** Messages that are no parts, or gone, are in none of them. */
  | { readonly kind: "siblings"; readonly texts: readonly SiblingText[] }
  /** Without their lines. */
  | { readonly kind: "complaints"; readonly complaints: readonly Complaint[] }
  | { readonly kind: "complaint"; readonly complaint: Complaint | null }
  /** `waiting`: of messages that are not over, or wait for their customer. */
  | { readonly kind: "number_rows"; readonly days: readonly { readonly day: number; readonly rows: ForgetRows }[]; readonly waiting: number }
  | { readonly kind: "evidence"; readonly pack: EvidencePack }
  /** In order of their ids; `more`: the limit cut them short. */
  | { readonly kind: "review"; readonly entries: readonly ReviewEntry[]; readonly more: boolean }
  /** `beforeId`: to go on with, 0 = that was all. */
  | { readonly kind: "lately"; readonly messages: readonly LatelyAccepted[]; readonly beforeId: number }
  | { readonly kind: "refused_lately"; readonly refused: readonly { readonly accountNo: number; readonly destination: string; readonly atMs: number }[] }
  /** In order of days (YYYY-MM-DD). */
  | { readonly kind: "day_keys"; readonly keys: readonly WrappedDayKey[] }
  | { readonly kind: "accepted_segments"; readonly accounts: readonly { readonly accountNo: number; readonly day: number; readonly month: number }[] }
  /** null: no day, or one of which nothing is known. */
  | { readonly kind: "day_counts"; readonly counts: DayCounts | null };
