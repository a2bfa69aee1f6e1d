/**
 * Bootstrap: opens the accounts of the loopback demo by their first top-up, once; on later starts it finds them there.
 */
import type { BootstrapAccount } from "../config/settings.js";
import { parseMoney } from "../ledger/money.js";
import { hashPasswordSync } from "../ledger/password.js";
import type { Store } from "../store/store.js";
import { AdminError } from "./errors.js";

/** @throws AdminError when the store refuses an account or its top-up */
export async function bootstrapAccounts(store: Store, known: ReadonlySet<string>, accounts: readonly BootstrapAccount[]): Promise<void> {
  for (const account of accounts) {
    if (known.has(account.name)) continue;
    const settings = {
      passwordHash: hashPasswordSync(account.password),
      priceMicros: Number(parseMoney(account.price)),
      rate: account.rate,
      serviceCodes: account.serviceCodes,
    };
    await required(store, { kind: "account.add", actor: "config", name: account.name, settings, reason: "bootstrap" });
    if (account.topUp === "" || account.topUp === "0") continue;
    await required(store, { kind: "topup", actor: "config", name: account.name, amountMicros: parseMoney(account.topUp), reference: account.reference, reason: "bootstrap" });
  }
}

async function required(store: Store, command: Parameters<Store["change"]>[0]): Promise<void> {
  const result = await store.change(command);
  if (!result.ok) throw new AdminError("config_invalid", `bootstrap ${command.kind}: ${result.message}`, "check [[bootstrap]]");
}
