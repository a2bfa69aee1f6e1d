/**
 * Change of many accounts at once: all of an import or nothing, every fault told; and one account made after another.
 */
import type { Account } from "../../ledger/account.js";
import type { AccountSettings } from "../../ledger/commands.js";
import { addAccount, setAccount } from "./change-accounts.js";
import { Refused, type Applied, type ChangeContext, type Of } from "./change-context.js";

const MAX_IMPORT = 10_000;
/** Faults told of one import. */
const MAX_FAULTS = 200;

/** Terms that are one customer's alone: another account made after it has none of them. */
const OWN: readonly (keyof AccountSettings)[] = [
  "passwordHash", "cmppSecret", "spId", "protocolNames", "serviceCodes", "allow", "callAt", "party", "partyContact", "contractNo", "signature", "noticeGiven",
];

/** Another account with the same terms and tariffs, but for what is the customer's own; `settings` go before them. */
export function cloneAccount(change: ChangeContext, command: Of<"account.clone">): Applied {
  const from = change.ledger.accountRow(command.from);
  if (from === null) throw new Refused("no_such_account", `there is no account ${JSON.stringify(command.from)}`);
  const terms = Object.fromEntries(Object.entries(from.kept).filter(([name]) => !OWN.includes(name as keyof AccountSettings))) as AccountSettings;
  addAccount(change, {
    kind: "account.add", actor: change.actor, name: command.name, currency: from.account.currency,
    settings: { ...terms, ...given(command.settings) },
  });
  const { no } = change.account(command.name).account;
  for (const tariff of change.ledger.tariffs(from.account.no)) change.ledger.addTariff(no, tariff, change.nowMs);
  change.log(`account ${command.name} made after account ${command.from}, its tariffs among the terms`, `account:${no}`);
  return change.changed(command.name, 0n, false);
}

/** Adds each account, or alters it where it is there and that is wanted. All faults of all accounts are told, a line each; then nothing has changed. */
export function importAccounts(change: ChangeContext, command: Of<"account.import">): Applied {
  const { accounts, update } = command;
  if (accounts.length > MAX_IMPORT) throw new Refused("limit_exceeded", `at most ${MAX_IMPORT} accounts at once`);
  const faults: string[] = [];
  const seen = new Set<string>();
  const changed: Account[] = [];
  for (const { name, currency, settings } of accounts) {
    try {
      if (seen.has(name)) throw new Refused("invalid_value", "name: it stands there twice");
      seen.add(name);
      const before = change.ledger.accountRow(name);
      if (before !== null && !update) throw new Refused("account_exists", "name: there is such an account already");
      if (before !== null && currency !== "" && currency !== before.account.currency) throw new Refused("invalid_value", `currency: its money is ${before.account.currency}`);
      const { effect } = before === null
        ? addAccount(change, { kind: "account.add", actor: change.actor, name, settings: given(settings), ...(currency === "" ? {} : { currency }) })
        : setAccount(change, { kind: "account.set", actor: change.actor, name, settings: given(settings) });
      if (effect !== null) changed.push(effect.account);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      faults.push(`${name}: ${error.message}`);
    }
  }
  if (faults.length > 0) {
    const told = faults.slice(0, MAX_FAULTS);
    throw new Refused("invalid_value", [...told, ...(faults.length > told.length ? [`and ${faults.length - told.length} more`] : [])].join("\n"));
  }
  return { result: { ok: true, repeated: changed.length === 0 }, effect: null, accounts: changed };
}

function given(settings: AccountSettings): AccountSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]: [string, unknown]) => value !== undefined)) as AccountSettings;
}
