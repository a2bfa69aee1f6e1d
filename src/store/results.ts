/**
 * Results as octets: what the writer thread answers, record after record, in the order of the batch's intents.
 *
 * Records of `Result` belong to the next ticket each; records of `Told` are what the store did by itself, and stand
 * after them. The batch is on disk before any of it is read.
 */
import { unpackContent } from "./content.js";
import type { ContentColumns } from "./content.js";
import { textSize } from "./octets.js";
import type { OctetReader, Octets } from "./octets.js";
import { ownOctets } from "../../protocols/model/message.js";
import type { Outcome } from "../../protocols/model/outcome.js";
import type { MessageState } from "../../protocols/model/state.js";
import type { InboundNotice, Notice, ReceiptNotice } from "../../protocols/model/receipt.js";
import type { StoredMessage } from "./store.js";

export const Result = {
  /** Commit. */
  plain: 1,
  /** Commit, notice. */
  notice: 2,
  /** Commit, which candidate matched + 1, whether a notice follows. */
  receipt: 3,
  /** Order number: the caller still has the message. */
  inbound: 4,
  /** Messages, remaining. */
  claim: 5,
  /** Notices, and 1 when more may be left. */
  outbox: 6,
} as const;

/** In the place of a count of notices: the store could not look. */
export const REFUSED = 0xffff_ffff;

export const Told = {
  queued: 20,
  unqueued: 21,
  notice: 22,
  heldOverdue: 23,
  credited: 24,
  /** Account, order number before which its notices wait no longer, how many those were. */
  parked: 25,
  /** Message, 1 when its acceptance stands after all, else 0. */
  resolved: 26,
  /** Account, how many of its messages wait elsewhere than in a lane. */
  waiting: 27,
} as const;

/** What stands in front of a notice: which it is. */
const NoticeKind = { receipt: 0, inbound: 1, receiptWithExtras: 2 } as const;

/** What a receipt notice is made of. */
export interface NoticeColumns {
  readonly ord: number;
  readonly account: number;
  readonly id: number;
  readonly kinds: number;
  readonly source: string;
  readonly destination: string;
  readonly serviceType: string;
  readonly protocolNo: number;
  readonly state: number;
  readonly acceptedAt: number;
  readonly at: number;
}

export function packReceiptNotice(into: Octets, row: NoticeColumns, error: string, word: string, extras: Buffer | null): void {
  into.need(84 + (extras?.length ?? 0) + textSize(row.source) + textSize(row.destination) + textSize(row.serviceType) + textSize(error) + textSize(word));
  into.u8(extras === null ? NoticeKind.receipt : NoticeKind.receiptWithExtras);
  into.f64(row.ord);
  into.u32(row.account);
  into.f64(row.id);
  into.u32(row.kinds);
  into.text(row.source);
  into.text(row.destination);
  into.text(row.serviceType);
  into.u8(row.protocolNo);
  into.u8(row.state);
  into.text(error);
  into.text(word);
  into.f64(row.acceptedAt);
  into.f64(row.at);
  if (extras !== null) into.blob(extras);
}

export function packInboundNotice(into: Octets, ord: number, account: number, columns: ContentColumns): void {
  into.need(32);
  into.u8(NoticeKind.inbound);
  into.f64(ord);
  into.u32(account);
  packColumns(into, columns);
}

export function unpackNotice(from: OctetReader): Notice {
  const kind = from.u8();
  return kind === NoticeKind.inbound ? unpackInboundNotice(from) : unpackReceiptNotice(from, kind === NoticeKind.receiptWithExtras);
}

function unpackReceiptNotice(from: OctetReader, withExtras: boolean): ReceiptNotice {
  const order = from.f64();
  const accountNo = from.u32();
  const messageId = from.f64();
  const kinds = from.u32();
  return {
    kind: "receipt", order, accountNo, messageId,
    source: from.text(), sourceTon: kinds >>> 24, sourceNpi: (kinds >>> 16) & 255,
    destination: from.text(), destinationTon: (kinds >>> 8) & 255, destinationNpi: kinds & 255,
    serviceType: from.text(), protocolNo: from.u8(), state: from.u8() as MessageState, error: from.text(), stateWord: from.text(), submittedAtMs: from.f64(), doneAtMs: from.f64(),
    extras: withExtras ? ownOctets(from.blob()) : null,
  };
}

function unpackInboundNotice(from: OctetReader): InboundNotice {
  const order = from.f64();
  const accountNo = from.u32();
  const message = unpackContent(unpackColumns(from));
  return { kind: "inbound", order, accountNo, messageId: message.id, message };
}

export function packColumns(into: Octets, columns: ContentColumns): void {
  into.need(48 + textSize(columns.source) + textSize(columns.destination) + columns.body.length);
  into.f64(columns.id);
  into.u32(columns.kinds);
  into.text(columns.source);
  into.text(columns.destination);
  into.u8(columns.wanted);
  into.f64(columns.expires);
  into.blob(columns.body);
}

export function unpackColumns(from: OctetReader): ContentColumns {
  return {
    id: from.f64(), kinds: from.u32(), source: from.text(), destination: from.text(), wanted: from.u8(), expires: from.f64(),
    // The buffer is used again for the next results; the message lives on.
    body: Buffer.from(from.blob()),
  };
}

/** What a StoredMessage is made of beside its content. */
export interface StoredColumns {
  readonly account: number;
  readonly lane: number;
  readonly operator: number;
  readonly attempts: number;
  readonly segments: number;
  readonly words: number;
  readonly state: number;
  readonly due: number;
  /** Ids kept for its parts, and how many lie between them and its own (in the place of a link). */
  readonly kept: number;
  readonly link: number;
}

/** @param review the Outcome that it is held for a person for, 0 when it is not */
export function packStored(into: Octets, stored: StoredColumns, columns: ContentColumns, review: number): void {
  packColumns(into, columns);
  into.need(48);
  into.u32(stored.account);
  into.f64(stored.lane);
  into.u16(stored.operator);
  into.u8(stored.attempts);
  into.u16(stored.segments);
  into.u32(stored.words);
  into.u8(stored.state);
  into.f64(stored.due);
  into.u8(stored.kept);
  into.u16(stored.link);
  into.u8(review);
}

export function unpackStored(from: OctetReader): StoredMessage {
  const message = unpackContent(unpackColumns(from));
  const stored = {
    message, accountNo: from.u32(), laneNo: from.f64(), operatorNo: from.u16(), attempts: from.u8(), segments: from.u16(),
    wordsVersion: from.u32(), state: from.u8() as MessageState, dueMs: Math.max(0, from.f64()),
    partIds: from.u8(), firstPartId: from.u16(), reviewFor: from.u8() as Outcome,
  };
  stored.firstPartId = stored.partIds === 0 ? 0 : message.id + 1 + stored.firstPartId;
  return stored;
}

