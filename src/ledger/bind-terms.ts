/**
 * Bind terms: what an account has agreed for binds, where that is not the same over every protocol.
 */
import type { Account } from "./account.js";

export interface BindTerms {
  /** Submits a bind may have unanswered. */
  readonly window: number;
  /** Deliveries we may have unanswered at it. */
  readonly deliverWindow: number;
  /** The versions it may speak; null = any. */
  readonly versions: readonly string[] | null;
}

/** Protocols for which an account has settings of its own. */
const OWN: ReadonlyMap<string, (account: Account) => BindTerms> = new Map([
  ["cmpp", ({ cmppWindow, deliverWindow, cmppVersions }) => ({ window: cmppWindow, deliverWindow: Math.min(cmppWindow, deliverWindow), versions: cmppVersions })],
]);

/** The terms of a bind over a protocol, by its name. */
export function bindTerms(account: Account, protocol: string): BindTerms {
  return OWN.get(protocol)?.(account) ?? { window: account.window, deliverWindow: account.deliverWindow, versions: null };
}
