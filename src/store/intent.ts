/**
 * Intents as octets: what the network thread asks of the writer thread, packed record after record into one buffer.
 *
 * Each record is its length (4 octets), an opcode and its fields in the order they are written here, read by the engine
 * in the same order.
 * Numbers are little-endian; ids, times and money are doubles (exact below 2^53). Plain functions, no object a record.
 */
import { packKinds, contentSize, packContent } from "./content.js";
import type { Message } from "../../protocols/model/message.js";
import { MessageState } from "../../protocols/model/state.js";
import { textSize } from "./octets.js";
import type { Octets } from "./octets.js";
import type { AcceptIntent, CancelIntent, InboundIntent, PartIntent, ReceiptIntent, RefusalRecord, RefusedIntent, ReviewMark } from "./store.js";

export const Op = {
  accept: 1,
  dispatch: 2,
  sent: 3,
  refused: 4,
  requeue: 5,
  uncertain: 6,
  receipt: 7,
  inbound: 8,
  release: 9,
  end: 10,
  notified: 11,
  refusal: 12,
  claim: 13,
  claimOutbox: 14,
  sweep: 15,
  /** Stands before the acceptances that are carried out together or not at all; has no result of its own. */
  group: 16,
  split: 17,
  cancel: 18,
  evidence: 19,
  sign: 20,
  countRefused: 21,
  review: 22,
} as const;
export type Op = (typeof Op)[keyof typeof Op];

/** Starts a record of at most `size` more octets; `closeRecord` is given what this returns. */
function openRecord(into: Octets, size: number, op: Op): number {
  into.need(size + 5);
  const start = into.at;
  into.at = start + 4;
  into.u8(op);
  return start;
}

function closeRecord(into: Octets, start: number): void {
  into.view.setUint32(start, into.at - start, true);
}

/** Message columns and content: used by accept, inbound and refusal. */
function packMessage(into: Octets, message: Message, flags: string): void {
  into.f64(message.id);
  into.f64(message.expiresAtMs);
  into.u8(message.receiptWanted);
  into.u32(packKinds(message));
  into.text(message.source);
  into.text(message.destination);
  packBody(into, message, flags);
}

/** The content with its length in front. */
function packBody(into: Octets, message: Message, flags: string): void {
  const lengthAt = into.at;
  const end = packContent(into.buffer, lengthAt + 4, message, flags);
  into.u32(end - lengthAt - 4);
  into.at = end;
}

function messageSize(message: Message, flags: string): number {
  return 32 + textSize(message.source) + textSize(message.destination) + contentSize(message, flags);
}

/** `key`: the message's submitKey, 0 for all but the first message of a submit. */
export function packAccept(into: Octets, intent: AcceptIntent, key = intent.message.submitKey): void {
  const { message } = intent;
  const { review } = intent;
  const start = openRecord(into, 84 + messageSize(message, intent.flags) + (review === null ? 0 : textSize(review.rule)), Op.accept);
  packMessage(into, message, intent.flags);
  into.u32(intent.accountNo);
  into.f64(intent.laneNo);
  into.u8(intent.state);
  into.u16(intent.operatorNo);
  const kept = intent.state === MessageState.held ? intent.partIds : 0;
  // One that is held has no link: ids between its own and those of its parts stand there, as in its row.
  into.u16(kept > 0 ? intent.firstPartId - message.id - 1 : intent.linkNo);
  into.u8(kept);
  into.u16(intent.segments);
  into.f64(intent.chargeMicros);
  into.u32(intent.wordsVersion);
  into.f64(intent.dueMs);
  into.f64(key);
  into.u32(intent.signatureNo);
  into.u8(review === null ? 0 : review.outcome);
  if (review !== null) into.text(review.rule);
  closeRecord(into, start);
}

/** The head of a group; its `intents` follow by packAccept. */
export function packGroup(into: Octets, intents: readonly AcceptIntent[]): void {
  const [first] = intents as readonly [AcceptIntent, ...AcceptIntent[]];
  let total = 0;
  let segments = 0;
  for (const intent of intents) {
    total += intent.chargeMicros;
    segments += intent.segments;
  }
  const start = openRecord(into, 32, Op.group);
  into.u16(intents.length);
  into.u32(first.accountNo);
  into.f64(first.message.id);
  into.f64(total);
  into.u32(segments);
  closeRecord(into, start);
}

export function packDispatch(into: Octets, messageId: number, operatorNo: number, linkNo: number, attempt: number): void {
  const start = openRecord(into, 32, Op.dispatch);
  into.f64(messageId);
  into.u16(operatorNo);
  into.u16(linkNo);
  into.u8(attempt);
  closeRecord(into, start);
}

export function packSent(into: Octets, messageId: number, attempt: number, operatorNo: number, operatorMessageId: string): void {
  const start = openRecord(into, 32 + textSize(operatorMessageId), Op.sent);
  into.f64(messageId);
  into.u8(attempt);
  into.u16(operatorNo);
  into.text(operatorMessageId);
  closeRecord(into, start);
}

export function packRefused(into: Octets, messageId: number, attempt: number, status: number, statusName: string): void {
  const start = openRecord(into, 32 + textSize(statusName), Op.refused);
  into.f64(messageId);
  into.u8(attempt);
  into.u32(status);
  into.text(statusName);
  closeRecord(into, start);
}

export function packRequeue(into: Octets, messageId: number, attempt: number, status: number, dueMs: number): void {
  const start = openRecord(into, 32, Op.requeue);
  into.f64(messageId);
  into.u8(attempt);
  into.u32(status);
  into.f64(dueMs);
  closeRecord(into, start);
}

export function packUncertain(into: Octets, messageId: number, attempt: number): void {
  const start = openRecord(into, 16, Op.uncertain);
  into.f64(messageId);
  into.u8(attempt);
  closeRecord(into, start);
}

export function packReceipt(into: Octets, intent: ReceiptIntent): void {
  const { receipt, candidates } = intent;
  const count = Math.min(candidates.length, 4);
  let size = 64 + receipt.raw.length + textSize(receipt.operatorMessageId) + textSize(receipt.source) + textSize(receipt.destination)
    + textSize(receipt.stateWord) + textSize(receipt.error);
  for (let i = 0; i < count; i++) size += textSize(candidates[i] as string);
  const start = openRecord(into, size, Op.receipt);
  into.u16(intent.operatorNo);
  into.u8(count);
  for (let i = 0; i < count; i++) into.text(candidates[i] as string);
  into.u8(receipt.state);
  into.u8(receipt.final ? 1 : 0);
  into.text(receipt.stateWord);
  into.text(receipt.error);
  // Read only when the report finds no attempt.
  into.text(receipt.operatorMessageId);
  into.text(receipt.source);
  into.text(receipt.destination);
  into.f64(receipt.doneAtMs);
  into.blob(receipt.raw);
  closeRecord(into, start);
}

export function packInbound(into: Octets, intent: InboundIntent): void {
  const start = openRecord(into, 32 + messageSize(intent.message, ""), Op.inbound);
  packMessage(into, intent.message, "");
  into.u32(intent.accountNo);
  into.u16(intent.operatorNo);
  into.u8(intent.optOut ? 1 : 0);
  closeRecord(into, start);
}

export function packRelease(into: Octets, messageId: number, wordsVersion: number, dueMs: number, rewritten: Message | null = null): void {
  const start = openRecord(into, 32 + (rewritten === null ? 0 : contentSize(rewritten, "")), Op.release);
  into.f64(messageId);
  into.u32(wordsVersion);
  into.f64(dueMs);
  if (rewritten === null) into.u32(0);
  else packBody(into, rewritten, "");
  closeRecord(into, start);
}

export function packSplit(into: Octets, messageId: number, wordsVersion: number, dueMs: number, parts: readonly PartIntent[]): void {
  let size = 32;
  for (const { message } of parts) size += 16 + messageSize(message, "");
  const start = openRecord(into, size, Op.split);
  into.f64(messageId);
  into.u32(wordsVersion);
  into.f64(dueMs);
  into.u16(parts.length);
  for (const { message, laneNo, operatorNo } of parts) {
    packMessage(into, message, "");
    into.f64(laneNo);
    into.u16(operatorNo);
  }
  closeRecord(into, start);
}

export function packCancel(into: Octets, intent: CancelIntent): void {
  const { source, destination, serviceType } = intent;
  const start = openRecord(into, 32 + textSize(source) + textSize(destination) + textSize(serviceType), Op.cancel);
  into.u32(intent.accountNo);
  into.f64(intent.messageId);
  into.text(source);
  into.text(destination);
  into.text(serviceType);
  closeRecord(into, start);
}

export function packEvidence(into: Octets, messageId: number, flags: string): void {
  const start = openRecord(into, 16 + textSize(flags), Op.evidence);
  into.f64(messageId);
  into.text(flags);
  closeRecord(into, start);
}

export function packSign(into: Octets, messageId: number, signatureNo: number): void {
  const start = openRecord(into, 16, Op.sign);
  into.f64(messageId);
  into.u32(signatureNo);
  closeRecord(into, start);
}

export function packReview(into: Octets, messageIds: readonly number[], { outcome, rule }: ReviewMark, dueMs: number, textId: number): void {
  const start = openRecord(into, 32 + textSize(rule) + messageIds.length * 8, Op.review);
  into.u8(outcome);
  into.text(rule);
  into.f64(dueMs);
  into.f64(textId);
  into.u16(messageIds.length);
  for (const id of messageIds) into.f64(id);
  closeRecord(into, start);
}

export function packEnd(into: Octets, messageId: number, state: number, outcome: number): void {
  const start = openRecord(into, 16, Op.end);
  into.f64(messageId);
  into.u8(state);
  into.u8(outcome);
  closeRecord(into, start);
}

export function packNotified(into: Octets, accountNo: number, order: number, messageId: number, inbound: boolean, parked: boolean): void {
  const start = openRecord(into, 32, Op.notified);
  into.u32(accountNo);
  into.f64(order);
  into.f64(messageId);
  into.u8((inbound ? 1 : 0) | (parked ? 2 : 0));
  closeRecord(into, start);
}

export function packRefusal(into: Octets, record: RefusalRecord): void {
  const start = openRecord(into, 32 + textSize(record.rule) + messageSize(record.message, ""), Op.refusal);
  packMessage(into, record.message, "");
  into.u32(record.accountNo);
  into.u8(record.outcome);
  into.text(record.rule);
  closeRecord(into, start);
}

export function packCountRefused(into: Octets, intent: RefusedIntent): void {
  const { counts } = intent;
  const start = openRecord(into, 24 + counts.length * 13, Op.countRefused);
  into.f64(intent.no);
  into.f64(intent.atMs);
  into.u16(counts.length);
  for (const { accountNo, outcome, count } of counts) {
    into.u32(accountNo);
    into.u8(outcome);
    into.f64(count);
  }
  closeRecord(into, start);
}

export function packClaim(into: Octets, laneNo: number, n: number): void {
  const start = openRecord(into, 16, Op.claim);
  into.f64(laneNo);
  into.u16(n);
  closeRecord(into, start);
}

export function packClaimOutbox(into: Octets, accountNo: number, after: number, n: number): void {
  const start = openRecord(into, 24, Op.claimOutbox);
  into.u32(accountNo);
  into.f64(after);
  into.u16(n);
  closeRecord(into, start);
}

export function packSweep(into: Octets, wallMs: number): void {
  const start = openRecord(into, 16, Op.sweep);
  into.f64(wallMs);
  closeRecord(into, start);
}
