/**
 * Bootstrap: opens the accounts of the loopback demo by their first top-up, once; on later starts it finds them there.
 */
import type { LedgerCommand } from "../ledger/commands.js";
import type { BootstrapAccount } from "../config/settings.js";
import { parseMoney } from "../ledger/money.js";
import { hashPasswordSync } from "../ledger/password.js";
import type { Store } from "../store/store.js";
import { AdminError } from "./errors.js";
import type { KeyHost } from "./host.js";

/**
 * Opens what is missing. The top-up is asked for every time: its reference makes it one, so a start that was cut
 * short between the two is made good by the next.
 * @param keys seals their shared secrets
 * @throws AdminError when the store refuses a new account or its first top-up
 */
export async function bootstrapAccounts(store: Store, keys: Pick<KeyHost, "sealed">, known: ReadonlySet<string>, accounts: readonly BootstrapAccount[]): Promise<void> {
  for (const account of accounts) {
    const isNew = !known.has(account.name);
    if (isNew) {
      const settings = {
        passwordHash: hashPasswordSync(account.password),
        priceMicros: Number(parseMoney(account.price)),
        rate: account.rate,
        serviceCodes: account.serviceCodes,
        spId: account.spId,
        // A demo takes any source, whatever its terms.
        checkSource: false,
      };
      const add = (cmppSecret: string): Promise<void> =>
        required(store, { kind: "account.add", actor: "config", name: account.name, settings: { ...settings, cmppSecret }, reason: "bootstrap" });
      await (account.cmppSecret === "" ? add("") : keys.sealed(account.name, account.cmppSecret, add));
    }
    const amountMicros = parseMoney(account.topUp);
    if (amountMicros === 0n) continue;
    const topUp = { kind: "topup", actor: "config", name: account.name, amountMicros, reference: account.reference, reason: "bootstrap" } as const;
    if (isNew) await required(store, topUp);
    // An account that has lived since may be closed, or its reference reversed: that is its owner's doing.
    else await store.change(topUp);
  }
}

async function required(store: Store, command: LedgerCommand): Promise<void> {
  const result = await store.change(command);
  if (!result.ok) throw new AdminError("config_invalid", `bootstrap ${command.kind}: ${result.message}`, "check [[bootstrap]]");
}
