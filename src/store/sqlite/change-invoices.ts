/**
 * Change of invoices: they ride on top-ups, are paid, or are cancelled with the top-up's reversal.
 */
import { setState, clearWarning } from "./change-contract.js";
import { Refused, isLine, type Applied, type ChangeContext, type Of } from "./change-context.js";
import { overdueReason } from "./change-dated.js";
import { actedOverdue, addInvoice, markActed, readInvoice, setInvoice } from "./standing.js";

/** The invoice a top-up comes with, put on record. */
export function putInvoice(change: ChangeContext, name: string, no: number, reference: string, invoice: NonNullable<Of<"topup">["invoice"]>): void {
  const { number, dueMs, paid } = invoice;
  if (!isLine(number, 64) || number.trim() !== number || number === "") throw new Refused("invalid_value", "invoice: 1 to 64 printable characters, none of them a blank at either end");
  if (!Number.isSafeInteger(dueMs) || dueMs < 0) throw new Refused("invalid_value", "due: a day");
  if (!paid && dueMs === 0) throw new Refused("invalid_value", "due: an unpaid invoice says by when it is to be paid");
  const before = readInvoice(change.ledger, no, number);
  if (before?.number === number) throw new Refused("reference_conflict", `invoice ${number} is of top-up ${before.reference}`);
  addInvoice(change.ledger, no, { reference, number, dueMs, state: paid ? "paid" : "unpaid", acted: false }, paid ? change.nowMs : 0);
  change.log(`account ${name}: invoice ${number} of top-up ${reference} ${paid ? "is paid" : `is to be paid by ${new Date(dueMs - 1).toISOString()}`}`, `invoice:${no}:${reference}`);
}

/** The same top-up again says the same of its invoice. */
export function sameInvoice(change: ChangeContext, no: number, reference: string, asked: Of<"topup">["invoice"]): void {
  if (asked === undefined) return;
  const known = readInvoice(change.ledger, no, reference);
  if (known?.reference === reference && known.number === asked.number && known.dueMs === asked.dueMs) return;
  throw new Refused("reference_conflict", `top-up ${reference} was booked ${known?.reference === reference ? `with invoice ${known.number}` : "without an invoice"}`);
}

export function cancelInvoice(change: ChangeContext, name: string, no: number, reference: string): void {
  const invoice = readInvoice(change.ledger, no, reference);
  if (invoice?.reference !== reference || invoice.state === "cancelled") return;
  setInvoice(change.ledger, no, reference, "cancelled", 0);
  change.log(`account ${name}: invoice ${invoice.number} cancelled with its top-up`, `invoice:${no}:${reference}`);
}

/** Paid: an account that was warned or suspended for just that is as it was before. */
export function payInvoice(change: ChangeContext, command: Of<"invoice.paid">): Applied {
  const { name } = command;
  const row = change.account(name);
  const { no, state, stateReason } = row.account;
  const invoice = readInvoice(change.ledger, no, command.which);
  if (invoice === null || invoice.state === "cancelled") throw new Refused("no_such_invoice", `account ${name} has no invoice ${command.which}`);
  if (invoice.state === "paid") return change.repeated(row);
  setInvoice(change.ledger, no, invoice.reference, "paid", change.nowMs);
  change.log(`account ${name}: invoice ${invoice.number} paid`, `invoice:${no}:${invoice.reference}`);
  const mended = invoice.acted && stateReason === overdueReason(invoice.number);
  if (mended) othersOverdue(change, no, name);
  if (mended && state === "warned") return clearWarning(change, { kind: "account.clear", actor: change.actor, name });
  if (mended && state === "suspended") return setState(change, name, "active");
  return change.changed(name, 0n, false);
}

/** What the account was warned or suspended for is paid: others that are overdue are acted on anew, so that one payment does not free it of all. */
function othersOverdue(change: ChangeContext, no: number, name: string): void {
  for (const { reference, number } of actedOverdue(change.ledger, no, change.nowMs)) {
    markActed(change.ledger, no, reference, false);
    change.log(`account ${name}: invoice ${number} is still not paid`, `invoice:${no}:${reference}`);
  }
}
