/**
 * AdminHost: what the admin API asks of whoever answers it: the running gateway, or the command line over the closed store.
 */
import type { OutcomeName } from "../../protocols/model/outcome.js";
import type { SecretSettings, Settings } from "../config/settings.js";
import type { WordAction } from "../filter/word-list.js";
import type { Calendar } from "../contract/calendar.js";
import type { Account } from "../ledger/account.js";
import type { BindForms } from "../ledger/bind-terms.js";
import type { Incident } from "../ledger/incident.js";
import type { SecretKey } from "../ledger/secret.js";
import type { RaisedAlarm } from "../observe/alarms.js";
import type { WebhookTest } from "../observe/webhook.js";
import type { Decided } from "../flow/review.js";
import type { ReviewEntry } from "../store/query.js";
import type { Store } from "../store/store.js";
import type { NumberHost } from "./number-methods.js";
import type { LiveUsage } from "./usage-live.js";
import type { RouteReport } from "./routing.js";

/** Who asked, and why, for the audit log. */
export interface AskedBy {
  readonly actor: string;
  readonly reason?: string;
}

export type LogLevelName = "error" | "warn" | "info" | "debug";

/** The key of the accounts' shared secrets. Every call throws AdminError `config_invalid` when its file is not as it should be. */
export interface KeyHost {
  /**
   * Does `use` with the secret sealed for the account of that name; no rotation comes between.
   * @throws AdminError `invalid_value` when it can be no secret; the message does not repeat it
   */
  sealed<T>(account: string, secret: string, use: (sealed: string) => Promise<T>): Promise<T>;
  /** The same for several accounts. */
  sealedAll<T>(secrets: readonly { readonly account: string; readonly secret: string }[], use: (sealed: readonly string[]) => Promise<T>): Promise<T>;
  /** Seals all secrets under another key, `given` or a new one, and puts it in the old one's place. */
  rotate(by: AskedBy, given: SecretKey | null): Promise<KeyRotation>;
  check(): Promise<KeyCheck>;
  /** What a number is called where it may not stand: the same for the same number under the same key, and nobody finds the number from it. */
  tag(number: string): Promise<string>;
}

export interface KeyRotation {
  readonly keyId: string;
  /** "" when there was none. */
  readonly oldKeyId: string;
  /** Secrets sealed anew. */
  readonly secrets: number;
  /** Keys of days' texts sealed anew. */
  readonly days: number;
  /** Accounts whose secret could not be opened; it is as it was. */
  readonly unreadable: readonly string[];
  readonly path: string;
  /** "" when the new key stands in the place of the old; else where it is until a person has put it there. */
  readonly pendingPath: string;
  /** Why it could not be put there, "" when it was. */
  readonly reason: string;
}

export interface KeyCheck {
  readonly from: SecretSettings["from"];
  readonly path: string;
  /** "" when none has been made yet. */
  readonly keyId: string;
  /** Of a rotation that waits for its key to be put in place; "" else. */
  readonly pendingKeyId: string;
  /** Accounts with a shared secret. */
  readonly secrets: number;
  readonly unreadable: readonly { readonly account: string; readonly keyId: string }[];
  /** Days of which texts are encrypted, and those of them whose key this one does not read. */
  readonly days: number;
  readonly unreadableDays: readonly { readonly day: string; readonly keyId: string }[];
}

/** The alarms that stand, and who is told. */
export interface AlarmHost {
  /** Oldest first. */
  raised(): readonly RaisedAlarm[];
  /** One try at each webhook. */
  test(): Promise<readonly WebhookTest[]>;
  /** An interruption has been announced, and stands in the ledger. */
  announced(incident: Incident): void;
}

export interface AdminHost {
  readonly store: Store;
  readonly alarms: AlarmHost;
  readonly keys: KeyHost;
  /** The number lists; opened when they are first asked for where no daemon runs. */
  numbers(): Promise<NumberHost>;
  /** Names of the configured operators, in their order. */
  readonly operators: readonly string[];
  /** Names of the categories that the word lists in force have; none where they cannot be read. */
  categories(): Promise<readonly string[]>;
  /** The protocols that accounts can bind over. */
  readonly protocols: readonly BindForms[];
  /** Working time as the configuration has it now. Throws AdminError `config_invalid`. */
  calendar(): Calendar;
  /** Working time in which a complaint is to be answered. */
  readonly complaintMs: number;
  /** Which operator a message of the account would go to, and why. */
  route(account: Account, to: string): RouteReport;
  /** What would become of a text; for an account by its terms when one is named. Throws AdminError `no_such_account`. */
  screen(text: string, account?: string): ScreenVerdict | Promise<ScreenVerdict>;
  /** Lets texts that wait for a person go, or refuses them; what became of each. Throws AdminError `daemon_needed`. */
  decideReview(decision: "approve" | "reject", entries: readonly ReviewEntry[]): Promise<readonly Decided[]>;
  /** Reads configuration and word lists again: checked whole, logged for the audit, then swapped. Throws AdminError. */
  reload(by: AskedBy): Promise<ReloadReport>;
  status(): GatewayStatus;
  /** One account's live traffic (none: there is no such account), or that of all that are not closed. */
  usage(name: string | undefined): Promise<readonly LiveUsage[]>;
  setLogLevel(level: LogLevelName): void;
}

export interface ScreenHit {
  readonly action: WordAction;
  readonly category: string;
  readonly word: string;
  /** Where the word stands: file and line, or the list's own name for it. */
  readonly rule: string;
  /** Rule of the allow-phrase around it, so that it does not count; "" when it counts. */
  readonly allowedBy: string;
}

export interface ScreenVerdict {
  /** What it would be refused or held for: `ok`, `blocked_content`, or an outcome of the account's contract. */
  readonly outcome: OutcomeName;
  /** It would not be refused but held for a person. */
  readonly held: boolean;
  /** What the account's contract says of it ("signature:…@unregistered"); "" when nothing. */
  readonly contract: string;
  /** All that was found, in the order of the text. */
  readonly hits: readonly ScreenHit[];
  /** Units of charge by the account's segment rule, or by the domestic one. */
  readonly segments: number;
  /** Null when no account was named. */
  readonly chargeMicros: bigint | null;
  /** Words in force, and the version of their list. */
  readonly words: number;
  readonly wordsVersion: number;
}

export interface ReloadReport {
  /** Settings that changed and are in force now. */
  readonly applied: readonly string[];
  /** Settings that changed in the file and wait for a restart. */
  readonly needRestart: readonly string[];
  readonly words: number;
  readonly wordsVersion: number;
}

export interface GatewayStatus {
  readonly version: string;
  readonly pid: number;
  readonly state: "starting" | "ready" | "draining" | "stopped";
  /** Why it is not ready; "" when it is. */
  readonly reason: string;
  readonly startedAtMs: number;
  readonly listeners: readonly { readonly name: string; readonly protocol: string; readonly host: string; readonly port: number; readonly connections: number }[];
  /** Bound customers, by account. */
  readonly customers: readonly { readonly account: string; readonly binds: number; readonly unanswered: number; readonly queued: number; readonly outbox: number }[];
  readonly operators: readonly { readonly name: string; readonly protocol: string; readonly links: number; readonly bound: number; readonly outstanding: number; readonly windowFree: number; readonly queued: number }[];
  /** Messages waiting to be dispatched, of all accounts. */
  readonly queued: number;
  /** Notices waiting for customers. */
  readonly outbox: number;
  /** Segments waiting for their siblings. */
  readonly gathering: number;
  readonly uncertain: number;
  readonly store: { readonly available: boolean; readonly pending: number; readonly commits: number; readonly walOctets: number; readonly orphans: number; readonly openDays: number };
  readonly words: number;
  readonly wordsVersion: number;
  readonly logLevel: LogLevelName;
}

export interface GatewayOptions {
  readonly settings: Settings;
  readonly configPath: string;
  readonly version: string;
  /** Reads the configuration again for a reload; throws when it is bad. */
  reloadSettings(): Settings;
}

export interface Gateway {
  readonly admin: AdminHost;
  /** Drains and ends; a second call changes nothing. */
  stop(reason: string): Promise<void>;
  /** The exit code, once everything is closed. */
  readonly finished: Promise<number>;
}
