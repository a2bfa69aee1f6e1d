/**
 * Operator costs: what the configuration says that operators charge, as the ledger takes it.
 */
import type { Settings } from "../config/settings.js";
import type { LedgerCommand } from "../ledger/commands.js";
import { parseMoneyNumber } from "../ledger/money.js";

export function costsCommand({ cost }: Pick<Settings, "cost">, by: { readonly actor: string; readonly reason?: string }): LedgerCommand {
  return {
    kind: "costs.set", ...by,
    costs: cost.map(({ operator, prefix, fromMs, price, charged }) => ({ operator, prefix, fromMs, costMicros: parseMoneyNumber(price), charged })),
  };
}
