/**
 * Change by date: terms entered for a moment to come, and what time brings about in the books: they are applied, invoices are overdue, former
 * credentials end.
 */
import { checkSettings } from "../../ledger/account-settings.js";
import { checkTogether } from "../../ledger/contract-settings.js";
import type { AccountSettings, LedgerCommand } from "../../ledger/commands.js";
import { describeSettings } from "./audit-words.js";
import { ownNames, setAccount } from "./change-accounts.js";
import { setState, warnAccount } from "./change-contract.js";
import { Refused, type Applied, type ChangeContext, type Of } from "./change-context.js";
import type { LedgerDb } from "./ledger-db.js";
import { addDated, endDated, markActed, setCredentials } from "./standing.js";

/** Changes to come that one account may have. */
const MAX_DATED = 100;
/** How many are carried out at a time. */
const STEP = 100;

export function addDatedChange(change: ChangeContext, command: Of<"dated.add">): Applied {
  const row = change.account(command.name);
  const { settings, fromMs } = command;
  const fault = checkSettings(settings);
  if (fault !== null) throw new Refused("invalid_value", fault);
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]: [string, unknown]) => value !== undefined)) as AccountSettings;
  if (Object.keys(given).length === 0) throw new Refused("invalid_value", "settings: nothing is to change");
  if (given.passwordHash !== undefined || given.cmppSecret !== undefined) throw new Refused("invalid_value", "password, cmpp-secret: they change at once, not from a day on");
  if (!Number.isSafeInteger(fromMs) || fromMs <= change.nowMs) throw new Refused("invalid_value", "from: a time to come");
  const { no, dated } = row.account;
  if (dated.length >= MAX_DATED) throw new Refused("limit_exceeded", `an account has at most ${MAX_DATED} changes to come`);
  // As it will be when those before it have been made.
  const before = dated.filter((one) => one.fromMs <= fromMs).reduce((kept, one) => ({ ...kept, ...one.settings }), row.kept);
  const after = { ...before, ...given };
  const clash = checkTogether(after);
  if (clash !== null) throw new Refused("invalid_value", clash);
  ownNames(change, command.name, after);
  const words = describeSettings(before, after);
  if (words === "") throw new Refused("invalid_value", "settings: they are so already");
  const entered = addDated(change.ledger, no, fromMs, given, change.reason, change.nowMs);
  change.log(`account ${command.name} is to change from ${new Date(fromMs).toISOString()} (${entered}): ${words}`, `dated:${no}:${entered}`);
  return change.changed(command.name, 0n, false);
}

export function cancelDatedChange(change: ChangeContext, command: Of<"dated.cancel">): Applied {
  const row = change.account(command.name);
  const { no, dated } = row.account;
  if (!dated.some((one) => one.no === command.no)) throw new Refused("no_such_change", `account ${command.name} has no change ${command.no} to come`);
  endDated(change.ledger, no, command.no, "cancelled", change.nowMs);
  change.log(`account ${command.name}: change ${command.no} cancelled`, `dated:${no}:${command.no}`);
  return change.changed(command.name, 0n, false);
}

/** Its time has come. What may not stand any more is refused, and said; it is not tried again. */
export function applyDatedChange(change: ChangeContext, command: Of<"dated.apply">): Applied {
  const row = change.ledger.accountRow(command.name);
  const due = row?.account.dated.find((one) => one.no === command.no);
  if (row === null || due === undefined || due.fromMs > change.nowMs) throw new Refused("no_such_change", `account ${command.name} has no change ${command.no} that is due`);
  const { no } = row.account;
  let credited = false;
  let refusal = "";
  try {
    // Within, so that a refusal halfway leaves nothing behind.
    const applied = change.ledger.transaction(() => setAccount(change, { kind: "account.set", actor: change.actor, name: command.name, settings: due.settings }, due.fromMs));
    credited = applied.effect?.credited === true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refusal = error.message;
  }
  endDated(change.ledger, no, due.no, refusal === "" ? "applied" : "refused", change.nowMs);
  change.log(`account ${command.name}: change ${due.no} ${refusal === "" ? "applied" : `could not be applied: ${refusal}`}`, `dated:${no}:${due.no}`);
  return change.changed(command.name, 0n, credited);
}

/** An invoice is not paid in time: what the account's terms want is done, once. */
export function overdueInvoice(change: ChangeContext, command: Of<"invoice.overdue">): Applied {
  const row = change.ledger.accountRow(command.name);
  if (row === null) throw new Refused("no_such_account", `there is no account ${JSON.stringify(command.name)}`);
  const { no, state, overdue } = row.account;
  markActed(change.ledger, no, command.reference);
  change.log(`account ${command.name}: ${change.reason}`, `invoice:${no}:${command.reference}`);
  if (overdue === "warn" && state === "active") return warnAccount(change, { kind: "account.warn", actor: change.actor, name: command.name });
  if (overdue === "suspend" && (state === "active" || state === "warned")) return setState(change, command.name, "suspended");
  return change.changed(command.name, 0n, false);
}

export function expireCredentials(change: ChangeContext, command: Of<"credential.expire">): Applied {
  const row = change.ledger.accountRow(command.name);
  if (row === null) throw new Refused("no_such_account", `there is no account ${JSON.stringify(command.name)}`);
  const { no, credentials } = row.account;
  const password = credentials.formerPasswordHash !== "" && credentials.formerPasswordUntilMs <= change.nowMs;
  const secret = credentials.formerSecret !== "" && credentials.formerSecretUntilMs <= change.nowMs;
  if (!password && !secret) return change.repeated(row);
  setCredentials(change.ledger, no, {
    ...credentials,
    ...(password ? { formerPasswordHash: "", formerPasswordUntilMs: 0 } : {}),
    ...(secret ? { formerSecret: "", formerSecretUntilMs: 0 } : {}),
  });
  const which = [password ? "password" : "", secret ? "cmpp-secret" : ""].filter((word) => word !== "").join(" and ");
  change.log(`account ${command.name}: the former ${which} ended`, `credential:${no}`);
  return change.changed(command.name, 0n, false);
}

// ---------------------------------------------------------------- what is due

/** Why an account is warned or suspended for an invoice; paid, the same words tell that it was for that. */
export function overdueReason(number: string): string {
  return `invoice ${number} is not paid in time`;
}

const DUE: readonly string[] = [
  "SELECT min(from_ms) FROM dated_change WHERE state = 'waiting'",
  "SELECT min(due) FROM invoice WHERE state = 'unpaid' AND due > 0 AND acted = 0",
  "SELECT min(former_password_until) FROM credential WHERE former_password_until > 0",
  "SELECT min(former_secret_until) FROM credential WHERE former_secret_until > 0",
];

/** Wall ms at which time next brings something about; Infinity when nothing is to come. */
export function nextDue(ledger: LedgerDb): number {
  return Math.min(...DUE.map((sql) => Number((ledger.prepare(sql).pluck().get() as bigint | null) ?? Infinity)));
}

/** What is due at a moment, as the commands that do it, some at a time. */
export function dueCommands(ledger: LedgerDb, nowMs: number): LedgerCommand[] {
  const actor = "gateway";
  const dated = ledger.prepare(`SELECT a.name, d.no, d.reason FROM dated_change d JOIN account a ON a.no = d.account
    WHERE d.state = 'waiting' AND d.from_ms <= ? ORDER BY d.from_ms, d.account, d.no LIMIT ${STEP}`).all(nowMs) as { name: string; no: bigint; reason: string }[];
  const invoices = ledger.prepare(`SELECT a.name, i.reference, i.number FROM invoice i JOIN account a ON a.no = i.account
    WHERE i.state = 'unpaid' AND i.due > 0 AND i.due <= ? AND i.acted = 0 ORDER BY i.due LIMIT ${STEP}`).all(nowMs) as { name: string; reference: string; number: string }[];
  const former = ledger.prepare(`SELECT a.name FROM credential c JOIN account a ON a.no = c.account
    WHERE former_password_until BETWEEN 1 AND ? OR former_secret_until BETWEEN 1 AND ? LIMIT ${STEP}`).all(nowMs, nowMs) as { name: string }[];
  return [
    ...dated.map(({ name, no, reason }): LedgerCommand => ({ kind: "dated.apply", actor, reason, name, no: Number(no) })),
    ...invoices.map(({ name, reference, number }): LedgerCommand => ({ kind: "invoice.overdue", actor, reason: overdueReason(number), name, reference })),
    ...former.map(({ name }): LedgerCommand => ({ kind: "credential.expire", actor, name })),
  ];
}
