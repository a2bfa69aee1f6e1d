/**
 * Route: which operator a message goes to: the account's own, else the first one configured.
 */
import type { Account } from "../ledger/account.js";

/** The operators by name, as numbers; `first` is the default. */
export interface RouteTable {
  first: number;
  readonly byName: Map<string, number>;
}

/** The operator's number, or -1 when there is none (the account names one that is not configured). */
export function chooseOperator(table: RouteTable, account: Account, _destination: string): number {
  if (account.operator === "") return table.first;
  return table.byName.get(account.operator) ?? -1;
}
