/**
 * Change of money: top-ups, their reversal, and the refund of a message.
 */
import { formatMoney } from "../../ledger/money.js";
import { Book, CHARGE_STATE_NAMES, ChargeState } from "../../ledger/settlement.js";
import { isFinal, stateName } from "../../../protocols/model/state.js";
import { Refused, checkLimit, isLine, type Applied, type ChangeContext, type MessageCharge, type Of } from "./change-context.js";
import { cancelInvoice, putInvoice, sameInvoice } from "./change-invoices.js";
import { LedgerKind } from "./ledger-schema.js";

export function topUp(change: ChangeContext, command: Of<"topup">): Applied {
  const { amountMicros: amount, reference } = command;
  const row = change.account(command.name);
  if (amount <= 0n) throw new Refused("invalid_value", "amount: must be more than 0");
  if (!isLine(reference, 64) || reference.trim() !== reference || reference === "") {
    throw new Refused("invalid_value", "reference: 1 to 64 printable characters, none of them a blank at either end");
  }
  const { no } = row.account;
  const before = change.ledger.topUp(no, reference);
  if (before !== null) {
    if (before.amount !== amount) {
      throw new Refused("reference_conflict", `reference ${reference} has been used for ${formatMoney(before.amount)}`);
    }
    if (before.reversal !== null) {
      throw new Refused("already_reversed", `the top-up ${reference} was reversed: a new one needs a new reference`);
    }
    sameInvoice(change, no, reference, command.invoice);
    return change.repeated(row, amount);
  }
  const { availableMicros, heldMicros } = change.view(row);
  checkLimit(availableMicros + heldMicros + amount + BigInt(row.account.creditLimitMicros));
  const entry = change.ledger.book(no, LedgerKind.topUp, Book.cash, Book.available, amount, reference, change.nowMs);
  change.ledger.addTopUp(no, reference, amount, entry);
  change.log(`account ${command.name} topped up by ${formatMoney(amount)}, reference ${reference}`, `topup:${no}:${reference}`);
  if (command.invoice !== undefined) putInvoice(change, command.name, no, reference, command.invoice);
  return change.changed(command.name, amount, true, amount);
}

export function reverseTopUp(change: ChangeContext, command: Of<"topup.reverse">): Applied {
  const { reference } = command;
  const row = change.account(command.name);
  const { no, creditLimitMicros } = row.account;
  const topUp = change.ledger.topUp(no, reference);
  if (topUp === null) throw new Refused("no_such_topup", `account ${command.name} has no top-up with reference ${reference}`);
  if (topUp.reversal !== null) throw new Refused("already_reversed", `the top-up ${reference} was reversed already`);
  const { availableMicros } = change.view(row);
  if (availableMicros - topUp.amount < -BigInt(creditLimitMicros)) {
    throw new Refused("insufficient_balance", `only ${formatMoney(availableMicros)} of the ${formatMoney(topUp.amount)} is still there`);
  }
  const entry = change.ledger.book(no, LedgerKind.reversal, Book.available, Book.cash, topUp.amount, reference, change.nowMs);
  change.ledger.reverseTopUp(no, reference, entry);
  change.log(`account ${command.name}: top-up of ${formatMoney(topUp.amount)} reversed, reference ${reference}`, `topup:${no}:${reference}`);
  cancelInvoice(change, command.name, no, reference);
  return change.changed(command.name, -topUp.amount, false, topUp.amount);
}

export function refundMessage(change: ChangeContext, command: Of<"refund">): Applied {
  const { messageId } = command;
  if (!Number.isSafeInteger(messageId) || messageId <= 0) throw new Refused("invalid_value", "message id: a whole number");
  const charge = change.days.charge(messageId);
  const before = change.ledger.refund(messageId);
  if (before !== null) {
    const row = change.ledger.accountRowByNo(before.account);
    const asked = command.amountMicros ?? charge?.chargeMicros ?? before.amount;
    if (asked === before.amount && row !== null) return change.repeated(row, before.amount);
    throw new Refused("already_refunded", `message ${messageId} was refunded ${formatMoney(before.amount)} already`);
  }
  if (charge === null) throw new Refused("no_such_message", `there is no message ${messageId}, or its day is no longer kept`);
  const row = change.ledger.accountRowByNo(charge.accountNo);
  if (row === null) throw new Refused("no_such_account", `message ${messageId} belongs to no account`);
  if (row.account.state === "closed") throw new Refused("account_closed", `account ${row.account.name} is closed`);
  const amount = command.amountMicros ?? charge.chargeMicros;
  checkRefundable(messageId, charge, amount);
  const { availableMicros, heldMicros } = change.view(row);
  checkLimit(availableMicros + heldMicros + amount + BigInt(row.account.creditLimitMicros));
  const { no, name } = row.account;
  const entry = change.ledger.book(no, LedgerKind.refund, Book.revenue, Book.available, amount, String(messageId), change.nowMs);
  change.ledger.addRefund(messageId, no, amount, entry);
  change.log(`account ${name}: message ${messageId} refunded ${formatMoney(amount)}`, `refund:${messageId}`);
  return change.changed(name, amount, true, amount);
}

/**
 * Only a message whose money can no longer move by itself may be refunded by hand: the refund stands in ledger.db and
 * the message in its day's file, and no power failure may leave one without the other.
 */
function checkRefundable(messageId: number, charge: MessageCharge, amount: bigint): void {
  const which = `message ${messageId}`;
  if (charge.chargeState === ChargeState.refunded) throw new Refused("already_refunded", `${which} got its money back when it failed`);
  if (charge.chargeState !== ChargeState.settled) {
    const stands = CHARGE_STATE_NAMES[charge.chargeState] ?? "unknown";
    throw new Refused("not_charged", `the charge of ${which} is ${stands}: there is nothing to give back`);
  }
  if (!isFinal(charge.state)) {
    throw new Refused("not_charged", `${which} is still on its way (${stateName(charge.state)}): refund it when it has ended`);
  }
  if (amount <= 0n) throw new Refused("invalid_value", "amount: must be more than 0");
  if (amount > charge.chargeMicros) throw new Refused("exceeds_charge", `${which} was charged ${formatMoney(charge.chargeMicros)}`);
}
