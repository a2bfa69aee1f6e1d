/**
 * Change: carries out one LedgerCommand on ledger.db, with its audit record, in one transaction, or refuses it as data.
 *
 * The days still open belong to the writer; what a command must know of them comes through the OpenDays port, and what
 * it does to a balance goes back as an effect, so that the writer's running balances stay right without reading again.
 */
import type { LedgerCommand } from "../../ledger/commands.js";
import { addAccount, addTariff, closeAccount, resealSecrets, setAccount } from "./change-accounts.js";
import { ChangeContext, Refused, isLine, type Applied, type DayBooks, type Of } from "./change-context.js";
import { addSignature, clearWarning, endSignature, registerTemplate, seeSignature, setState, warnAccount, withdrawTemplate } from "./change-contract.js";
import { addDatedChange, applyDatedChange, cancelDatedChange, expireCredentials, overdueInvoice } from "./change-dated.js";
import { writeIncident } from "./change-incidents.js";
import { payInvoice } from "./change-invoices.js";
import { addComplaint, addComplaintLine } from "./change-complaints.js";
import { forgetPerson } from "./change-forget.js";
import { cloneAccount, importAccounts } from "./change-many.js";
import { setCosts } from "./change-costs.js";
import { refundMessage, reverseTopUp, topUp } from "./change-money.js";
import type { LedgerDb } from "./ledger-db.js";

/** Applies a command at `nowMs`. Business refusals are results; only a fault of the file or the disk throws (nothing is changed then). */
export function applyCommand(ledger: LedgerDb, days: DayBooks, command: LedgerCommand, nowMs: number): Applied {
  try {
    checkAsked(command);
    return ledger.transaction(() => apply(new ChangeContext(ledger, days, command.actor, command.reason ?? "", nowMs), command));
  } catch (error) {
    if (error instanceof Refused) return { result: { ok: false, code: error.code, message: error.message }, effect: null };
    throw error;
  }
}

function apply(change: ChangeContext, command: LedgerCommand): Applied {
  switch (command.kind) {
    case "account.add": return addAccount(change, command);
    case "account.clone": return cloneAccount(change, command);
    case "account.import": return importAccounts(change, command);
    case "account.set": return setAccount(change, command);
    case "account.suspend": return setState(change, command.name, "suspended");
    case "account.resume": return setState(change, command.name, "active");
    case "account.warn": return warnAccount(change, command);
    case "account.clear": return clearWarning(change, command);
    case "account.close": return closeAccount(change, command);
    case "tariff.add": return addTariff(change, command);
    case "topup": return topUp(change, command);
    case "topup.reverse": return reverseTopUp(change, command);
    case "refund": return refundMessage(change, command);
    case "signature.add": return addSignature(change, command);
    case "signature.end": return endSignature(change, command);
    case "signature.seen": return seeSignature(change, command);
    case "template.add": return registerTemplate(change, command);
    case "template.end": return withdrawTemplate(change, command);
    case "dated.add": return addDatedChange(change, command);
    case "dated.cancel": return cancelDatedChange(change, command);
    case "dated.apply": return applyDatedChange(change, command);
    case "invoice.paid": return payInvoice(change, command);
    case "invoice.overdue": return overdueInvoice(change, command);
    case "credential.expire": return expireCredentials(change, command);
    case "costs.set": return setCosts(change, command);
    case "secrets.reseal": return resealSecrets(change, command);
    case "complaint.add": return addComplaint(change, command);
    case "complaint.line": return addComplaintLine(change, command);
    case "forget.person": return forgetPerson(change, command);
    // Of the days, which are the writer's (engine.ts).
    case "forget.rows": throw new Error("rows of a day are no change of the ledger");
    case "incident": return writeIncident(change, command);
    case "audit": return note(change, command);
  }
}

function checkAsked(command: LedgerCommand): void {
  if (!isLine(command.actor, 64) || command.actor === "") throw new Refused("invalid_value", "actor: 1 to 64 printable characters");
  if (!isLine(command.reason ?? "", 200)) throw new Refused("invalid_value", "reason: at most 200 printable characters");
}

function note(change: ChangeContext, command: Of<"audit">): Applied {
  if (!isLine(command.what, 1_000) || command.what === "") throw new Refused("invalid_value", "what: 1 to 1000 printable characters");
  change.log(command.what, "");
  return { result: { ok: true, repeated: false }, effect: null };
}
