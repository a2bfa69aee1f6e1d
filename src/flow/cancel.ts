/**
 * Cancel: a customer takes back a message of its own that is not out yet, or all that wait under the addresses it names.
 *
 * All of them are looked for in the books first, then taken back one by one: what has gone out meanwhile does not hinder the
 * others, and the wish is answered once, when the last of them is known.
 */
import type { Notice } from "../../protocols/model/receipt.js";
import type { CancelAnswer, CancelRequest } from "../../protocols/wire/protocol.js";
import { Commit, type CancelIntent, type Store } from "../store/store.js";
import type { CancelOrigin } from "./ports.js";

export interface CancelSink {
  cancelCommitted(cancel: Cancel, result: Commit, notice: Notice | null): void;
}

/** A wish for several messages: answered when the last of them is. */
class CancelGroup {
  left: number;
  /** The results there were among them. */
  readonly seen = new Set<Commit>();

  constructor(size: number) {
    this.left = size;
  }

  /** What all come to: taken back where any was, else too late where nothing but the time was against it. */
  get result(): Commit {
    for (const result of [Commit.unknown, Commit.ok, Commit.unavailable, Commit.failed, Commit.notApplicable]) if (this.seen.has(result)) return result;
    return Commit.notFound;
  }
}

/** One such wish on its way to disk. */
export class Cancel implements CancelIntent {
  readonly accountNo: number;
  readonly messageId: number;
  readonly source: string;
  readonly destination: string;
  readonly serviceType: string;
  readonly origin: CancelOrigin;
  readonly handle: number;
  /** The others of the same wish; null: it names this message. */
  readonly group: CancelGroup | null;
  readonly #sink: CancelSink;

  constructor(sink: CancelSink, origin: CancelOrigin, handle: number, accountNo: number, request: CancelRequest, group: CancelGroup | null = null) {
    this.#sink = sink;
    this.origin = origin;
    this.handle = handle;
    this.group = group;
    this.accountNo = accountNo;
    this.messageId = request.messageId;
    this.source = request.source;
    this.destination = request.destination;
    this.serviceType = request.serviceType;
  }

  committed(result: Commit, notice: Notice | null): void {
    this.#sink.cancelCommitted(this, result, notice);
  }
}

/** Takes back all that was found to wait (null: nobody could look); answers at once when that is nothing. */
export function cancelAll(store: Store, sink: CancelSink, origin: CancelOrigin, handle: number, accountNo: number, request: CancelRequest, messageIds: readonly number[] | null): void {
  if (messageIds === null || messageIds.length === 0) {
    origin.answerCancel(handle, messageIds === null ? "unavailable" : "not_found");
    return;
  }
  const group = new CancelGroup(messageIds.length);
  for (const messageId of messageIds) store.cancel(new Cancel(sink, origin, handle, accountNo, { ...request, messageId }, group));
}

/** Answers the customer as the commit went, or as those of all messages of its wish went. */
export function answerCancel({ group, origin, handle }: Cancel, result: Commit): void {
  group?.seen.add(result);
  if (group !== null && --group.left > 0) return;
  const all = group?.result ?? result;
  if (all === Commit.unknown) origin.drop("commit_unknown");
  else origin.answerCancel(handle, cancelAnswer(all));
}

function cancelAnswer(result: Commit): CancelAnswer {
  switch (result) {
    case Commit.ok:
      return "ok";
    case Commit.notApplicable:
      return "too_late";
    case Commit.notFound:
      return "not_found";
    default:
      return "unavailable";
  }
}
