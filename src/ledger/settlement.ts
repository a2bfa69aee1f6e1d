/**
 * Settlement: when a message's held money moves, and where to; each movement happens at most once.
 *
 * ```
 *  accept --hold--> HELD --settle--> SETTLED --refund--> REFUNDED
 *                    '--release--> RELEASED
 * ```
 * A message that goes out in parts is settled as one; its parts cost nothing, and broken before all of them were sent it costs nothing either.
 * Pure: the store asks with the charge state that stands on disk and books the answer in the same transaction.
 */
import type { MessageState } from "../../protocols/model/state.js";
import { MessageState as State } from "../../protocols/model/state.js";
import type { Account } from "./account.js";

/** Where the money of one message stands. On disk; at least 2 so that every value takes one octet (see state.ts). */
export const ChargeState = {
  /** Nothing was charged (price 0). */
  free: 2,
  held: 3,
  settled: 4,
  released: 5,
  refunded: 6,
  /** A part of a split message: the whole bears the charge. */
  part: 7,
} as const;
export type ChargeState = (typeof ChargeState)[keyof typeof ChargeState];
export const CHARGE_STATE_NAMES: Readonly<Record<number, keyof typeof ChargeState>> = {
  2: "free", 3: "held", 4: "settled", 5: "released", 6: "refunded", 7: "part",
};

/** Kinds of entry a day file books. On disk. */
export const EntryKind = { hold: 2, settle: 3, release: 4, refund: 5 } as const;
export type EntryKind = (typeof EntryKind)[keyof typeof EntryKind];

/** The books an entry debits and credits: two of the customer's, four of the house's. On disk. */
export const Book = { available: 2, held: 3, revenue: 4, cash: 5, forfeits: 6, adjustments: 7 } as const;
export type Book = (typeof Book)[keyof typeof Book];

/** Which book each kind takes from and gives to. */
export const ENTRY_BOOKS: Readonly<Record<EntryKind, { readonly debit: Book; readonly credit: Book }>> = {
  [EntryKind.hold]: { debit: Book.available, credit: Book.held },
  [EntryKind.settle]: { debit: Book.held, credit: Book.revenue },
  [EntryKind.release]: { debit: Book.held, credit: Book.available },
  [EntryKind.refund]: { debit: Book.revenue, credit: Book.available },
};

/** What is to be booked for one message now; 0 = nothing. */
export type Movement = 0 | typeof EntryKind.settle | typeof EntryKind.release | typeof EntryKind.refund;

/** An account's terms of settlement. */
export type Terms = Pick<Account, "settle" | "refundOnFailure" | "onUnknown">;

/** At acceptance, after the hold: the account may settle at once. */
export function settleOnAccept(terms: Terms): boolean {
  return terms.settle === "accepted";
}

/** The operator took the message. */
export function onSent(terms: Terms, charge: ChargeState): Movement {
  return charge === ChargeState.held && terms.settle !== "delivered" ? EntryKind.settle : 0;
}

/**
 * The message reached a final state. `taken` says that the operator had it (answered ok, or reported on it):
 * before that, a failure always gives the money back; UNKNOWN settles what is still held by the account's word.
 */
export function onFinal(terms: Terms, charge: ChargeState, state: MessageState, taken: boolean): Movement {
  if (charge !== ChargeState.held && charge !== ChargeState.settled) return 0;
  if (state === State.delivered) return charge === ChargeState.held ? EntryKind.settle : 0;
  if (state === State.unknown) {
    if (charge === ChargeState.settled) return 0;
    return terms.onUnknown === "settle" ? EntryKind.settle : EntryKind.release;
  }
  if (!taken) return charge === ChargeState.held ? EntryKind.release : EntryKind.refund;
  if (charge === ChargeState.settled) return terms.refundOnFailure ? EntryKind.refund : 0;
  return terms.settle === "delivered" || terms.refundOnFailure ? EntryKind.release : EntryKind.settle;
}

/** The charge state after a movement. */
export function afterMovement(charge: ChargeState, movement: Movement): ChargeState {
  switch (movement) {
    case EntryKind.settle:
      return ChargeState.settled;
    case EntryKind.release:
      return ChargeState.released;
    case EntryKind.refund:
      return ChargeState.refunded;
    default:
      return charge;
  }
}
