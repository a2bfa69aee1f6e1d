/**
 * Read results: the writer's answers on the network thread: each called back to its ticket, then what the store tells by itself.
 */
import type { InboundNotice, Notice } from "../../../protocols/model/receipt.js";
import type { Ticket } from "../group-commit.js";
import type { OctetReader } from "../octets.js";
import { REFUSED, Result, Told, unpackNotice, unpackStored } from "../results.js";
import { Commit } from "../store.js";
import type { InboundIntent, Intent, ReceiptIntent, StoredMessage, StoreEvents } from "../store.js";

export type Claimed = (messages: StoredMessage[], remaining: number) => void;
export type ClaimedOutbox = (notices: Notice[] | null, more: boolean) => void;

/** Reads one result and calls its ticket back with it. */
export function callBack(from: OctetReader, ticket: Ticket): void {
  switch (from.u8()) {
    case Result.plain: {
      const commit = from.u8() as Commit;
      (ticket as Intent | null)?.committed(commit, null);
      return;
    }
    case Result.notice: {
      const commit = from.u8() as Commit;
      const notice = unpackNotice(from);
      (ticket as Intent | null)?.committed(commit, notice);
      return;
    }
    case Result.receipt: {
      const commit = from.u8() as Commit;
      const report = ticket as ReceiptIntent;
      report.matched = from.u8() - 1;
      report.committed(commit, from.u8() === 0 ? null : unpackNotice(from));
      return;
    }
    case Result.inbound: {
      const intent = ticket as InboundIntent;
      const notice: InboundNotice = { kind: "inbound", order: from.f64(), accountNo: intent.accountNo, messageId: intent.message.id, message: intent.message };
      intent.committed(Commit.ok, notice);
      return;
    }
    case Result.claim: {
      const count = from.u32();
      const messages: StoredMessage[] = [];
      for (let i = 0; i < count; i++) messages.push(unpackStored(from));
      (ticket as Claimed)(messages, from.f64());
      return;
    }
    case Result.outbox: {
      const count = from.u32();
      if (count === REFUSED) {
        (ticket as ClaimedOutbox)(null, true);
        return;
      }
      const notices: Notice[] = [];
      for (let i = 0; i < count; i++) notices.push(unpackNotice(from));
      (ticket as ClaimedOutbox)(notices, from.u8() === 1);
      return;
    }
    default:
      throw new Error("the writer's results cannot be read");
  }
}

/** Reads one thing the store did by itself, and tells it. */
export function tell(from: OctetReader, events: StoreEvents): void {
  switch (from.u8()) {
    case Told.queued:
      events.queued(from.f64(), from.u32());
      return;
    case Told.unqueued:
      events.unqueued(from.f64(), from.u32());
      return;
    case Told.notice:
      events.notice(unpackNotice(from));
      return;
    case Told.heldOverdue: {
      const count = from.u32();
      const messages: StoredMessage[] = [];
      for (let i = 0; i < count; i++) messages.push(unpackStored(from));
      events.heldOverdue(messages);
      return;
    }
    case Told.resolved:
      events.resolved(from.f64(), from.u8() === 1);
      return;
    case Told.waiting:
      events.waiting(from.u32(), from.u32());
      return;
    case Told.parked:
      events.parked(from.u32(), from.f64(), from.u32());
      return;
    case Told.credited:
      events.credited(from.u32());
      return;
    default:
      throw new Error("what the writer tells cannot be read");
  }
}
