/**
 * LedgerCommand: the closed list of changes to accounts and money, and what comes of them.
 *
 * Every command is applied in one transaction with its audit entry. Refusals are data with a stable code.
 */
import type { Account, Standing } from "./account.js";
import type { ComplaintCommand } from "./complaint.js";
import type { ForgetCommand } from "./forget.js";
import type { OperatorCost } from "./operator-cost.js";
import type { Incident } from "./incident.js";

/** Who asks, for the audit log: "cli:root", "config", "api:token-name". */
export interface Asked {
  readonly actor: string;
  readonly reason?: string;
}

export type AccountSettings = Partial<Omit<Account, keyof Standing | "no" | "name" | "state" | "stateReason" | "tariffs" | "currency">>;

export type LedgerCommand =
  | (Asked & { readonly kind: "account.add"; readonly name: string; readonly settings: AccountSettings; readonly currency?: string })
  /** A new account with the terms and tariffs of another, but for what is that customer's own; `settings` go before them. */
  | (Asked & { readonly kind: "account.clone"; readonly from: string; readonly name: string; readonly settings: AccountSettings })
  /** All or none; with `update` those that are there already are altered. A refusal tells every fault of every account, a line each. */
  | (Asked & { readonly kind: "account.import"; readonly accounts: readonly ImportedAccount[]; readonly update: boolean })
  /** `keepOldMs`: a password or secret that is replaced is still taken so long; 0: not at all. */
  | (Asked & { readonly kind: "account.set"; readonly name: string; readonly settings: AccountSettings; readonly keepOldMs?: number })
  | (Asked & { readonly kind: "account.suspend" | "account.resume"; readonly name: string })
  /** A warning is over: the breach is mended. */
  | (Asked & { readonly kind: "account.clear"; readonly name: string })
  /** Told of a breach, with a reason; so many days (its cure-days when left out) to mend it. Again: another deadline. */
  | (Asked & { readonly kind: "account.warn"; readonly name: string; readonly cureDays?: number })
  /** Waits for no one: refused while holds are open. The rest of the balance is forfeited or paid out. */
  | (Asked & { readonly kind: "account.close"; readonly name: string; readonly rest: "forfeit" | "payout" })
  | (Asked & { readonly kind: "tariff.add"; readonly name: string; readonly prefix: string; readonly priceMicros: number; readonly fromMs: number })
  | (Asked & { readonly kind: "topup"; readonly name: string; readonly amountMicros: bigint; readonly reference: string; readonly invoice?: InvoiceAsked })
  | (Asked & { readonly kind: "topup.reverse"; readonly name: string; readonly reference: string })
  | (Asked & { readonly kind: "refund"; readonly messageId: number; readonly amountMicros?: bigint })
  /** A signature registered with the operators (one seen before keeps its number), or taken back. `source` "" = any of the account's. */
  | (Asked & { readonly kind: "signature.add"; readonly name: string; readonly text: string; readonly source: string })
  | (Asked & { readonly kind: "signature.end"; readonly name: string; readonly text: string })
  /** The gateway saw a signature in a message that the account has not registered; known ones change nothing. */
  | (Asked & { readonly kind: "signature.seen"; readonly name: string; readonly text: string; readonly source: string })
  | (Asked & { readonly kind: "template.add"; readonly name: string; readonly text: string })
  | (Asked & { readonly kind: "template.end"; readonly name: string; readonly no: number })
  /** Terms that change by themselves at a moment to come; no password nor secret. */
  | (Asked & { readonly kind: "dated.add"; readonly name: string; readonly settings: AccountSettings; readonly fromMs: number })
  | (Asked & { readonly kind: "dated.cancel"; readonly name: string; readonly no: number })
  /** An unpaid invoice is paid: by its number, or by the reference of its top-up. */
  | (Asked & { readonly kind: "invoice.paid"; readonly name: string; readonly which: string })
  /** What time brings about; the store asks for it itself. */
  | (Asked & { readonly kind: "dated.apply"; readonly name: string; readonly no: number })
  | (Asked & { readonly kind: "invoice.overdue"; readonly name: string; readonly reference: string })
  | (Asked & { readonly kind: "credential.expire"; readonly name: string })
  /**
   * Shared secrets, and keys of days' texts (`name`: the day), sealed under another key: all in one transaction, each only where it is still
   * as it was. `what` tells the log of the keys, never of a secret.
   */
  | (Asked & { readonly kind: "secrets.reseal"; readonly secrets: readonly Resealed[]; readonly dayKeys?: readonly Resealed[]; readonly what: string })
  /** What operators charge, of all of them: takes the place of what was known. */
  | (Asked & { readonly kind: "costs.set"; readonly costs: readonly (OperatorCost & { readonly operator: string })[] })
  | ComplaintCommand
  | ForgetCommand
  /** Something did not work, or is announced; the same one again is another state of it. */
  | (Asked & { readonly kind: "incident"; readonly incident: Incident })
  /** A configuration or word-list change that belongs in the audit log. */
  | (Asked & { readonly kind: "audit"; readonly what: string });

export interface ImportedAccount {
  readonly name: string;
  /** "" = the usual one, or as it is. */
  readonly currency: string;
  readonly settings: AccountSettings;
}

/** The invoice that a top-up comes with. */
export interface InvoiceAsked {
  readonly number: string;
  /** Wall ms from which on it is overdue: the midnight after its day; 0 = none, of a paid one. */
  readonly dueMs: number;
  /** Not yet: the money is there to be spent, but the account does not open with it. */
  readonly paid: boolean;
}

export interface Resealed {
  readonly name: string;
  /** The sealed secret as it stands, and as it is to be. */
  readonly from: string;
  readonly to: string;
}

export type LedgerRefusal =
  | "no_such_account" | "account_exists" | "account_closed" | "invalid_value" | "reference_conflict" | "no_such_topup"
  | "already_reversed" | "already_refunded" | "no_such_message" | "not_charged" | "exceeds_charge" | "open_holds"
  | "insufficient_balance" | "limit_exceeded" | "wrong_state" | "no_such_signature" | "no_such_template" | "no_such_change" | "no_such_invoice" | "unavailable"
  | "no_such_complaint" | "complaint_closed" | "on_its_way";

export type LedgerResult =
  | { readonly ok: true; /** The same top-up or refund was already booked: nothing changed. */ readonly repeated: boolean; readonly account?: AccountView; readonly amountMicros?: bigint; /** Of a complaint that was taken. */ readonly complaintId?: number }
  | { readonly ok: false; readonly code: LedgerRefusal; readonly message: string };

/** An account with its money, as `account show` prints it. */
export interface AccountView {
  readonly account: Account;
  readonly availableMicros: bigint;
  readonly heldMicros: bigint;
  readonly openMessages: number;
  readonly createdAtMs: number;
}
