/**
 * LedgerCommand: the closed list of changes to accounts and money, and what comes of them.
 *
 * Every command is applied in one transaction with its audit entry. Refusals are data with a stable code.
 */
import type { Account } from "./account.js";

/** Who asks, for the audit log: "cli:root", "config", "api:token-name". */
interface Asked {
  readonly actor: string;
  readonly reason?: string;
}

export type AccountSettings = Partial<Omit<Account, "no" | "name" | "state" | "stateReason" | "tariffs" | "currency" | "cureByMs" | "signatures" | "templates">>;

export type LedgerCommand =
  | (Asked & { readonly kind: "account.add"; readonly name: string; readonly settings: AccountSettings; readonly currency?: string })
  | (Asked & { readonly kind: "account.set"; readonly name: string; readonly settings: AccountSettings })
  | (Asked & { readonly kind: "account.suspend" | "account.resume"; readonly name: string })
  /** Waits for no one: refused while holds are open. The rest of the balance is forfeited or paid out. */
  | (Asked & { readonly kind: "account.close"; readonly name: string; readonly rest: "forfeit" | "payout" })
  | (Asked & { readonly kind: "tariff.add"; readonly name: string; readonly prefix: string; readonly priceMicros: number; readonly fromMs: number })
  | (Asked & { readonly kind: "topup"; readonly name: string; readonly amountMicros: bigint; readonly reference: string })
  | (Asked & { readonly kind: "topup.reverse"; readonly name: string; readonly reference: string })
  | (Asked & { readonly kind: "refund"; readonly messageId: number; readonly amountMicros?: bigint })
  /**
   * Shared secrets sealed under another key: all in one transaction, each only where it is still as it was. `what` tells the log of the
   * keys, never of a secret.
   */
  | (Asked & { readonly kind: "secrets.reseal"; readonly secrets: readonly Resealed[]; readonly what: string })
  /** A configuration or word-list change that belongs in the audit log. */
  | (Asked & { readonly kind: "audit"; readonly what: string });

export interface Resealed {
  readonly name: string;
  /** The sealed secret as it stands, and as it is to be. */
  readonly from: string;
  readonly to: string;
}

export type LedgerRefusal =
  | "no_such_account" | "account_exists" | "account_closed" | "invalid_value" | "reference_conflict" | "no_such_topup"
  | "already_reversed" | "already_refunded" | "no_such_message" | "not_charged" | "exceeds_charge" | "open_holds"
  | "insufficient_balance" | "limit_exceeded" | "unavailable";

export type LedgerResult =
  | { readonly ok: true; /** The same top-up or refund was already booked: nothing changed. */ readonly repeated: boolean; readonly account?: AccountView; readonly amountMicros?: bigint }
  | { readonly ok: false; readonly code: LedgerRefusal; readonly message: string };

/** An account with its money, as `account show` prints it. */
export interface AccountView {
  readonly account: Account;
  readonly availableMicros: bigint;
  readonly heldMicros: bigint;
  readonly openMessages: number;
  readonly createdAtMs: number;
}
