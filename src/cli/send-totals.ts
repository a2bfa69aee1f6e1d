/**
 * SendTotals: what became of a file of texts, counted as it happens and told at the end.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import { LatencyHistogram } from "../simulator/latency.js";
import { endedWell } from "./send-words.js";
import type { SendWords } from "./send-words.js";

interface Reason {
  count: number;
  readonly firstLine: number;
}

export class SendTotals {
  lines = 0;
  /** Lines that are not blank. */
  texts = 0;
  /** Texts all of whose parts were accepted. */
  accepted = 0;
  /** Parts accepted. */
  segments = 0;
  /** Passing refusals: the part was sent again. */
  throttled = 0;
  rebinds = 0;
  receipts = 0;
  withoutReceipt = 0;
  /** Why sending ended before the file did; "" when it did not. */
  stopped = "";
  octetsRead = 0;
  octetsInAll = 0;
  readonly answers = new LatencyHistogram();
  readonly refusedBy = new Map<string, Reason>();
  readonly unreadableBy = new Map<string, Reason>();
  readonly unansweredBy = new Map<string, Reason>();
  readonly receiptsBy = new Map<string, number>();
  readonly #clock: Clock;
  #startMs = 0;
  #endMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(): void {
    this.#startMs = this.#clock.preciseMs();
  }

  end(withoutReceipt: number): void {
    this.withoutReceipt += withoutReceipt;
    this.#endMs = this.#clock.preciseMs();
  }

  refused(reason: string, line: number): void {
    count(this.refusedBy, reason, line);
  }

  /** The line is no text that could be sent. */
  unreadable(reason: string, line: number): void {
    count(this.unreadableBy, reason, line);
  }

  /** It may or may not have been accepted. */
  unanswered(reason: string, line: number): void {
    count(this.unansweredBy, reason, line);
  }

  receipt(state: string): void {
    this.receipts++;
    this.receiptsBy.set(state, (this.receiptsBy.get(state) ?? 0) + 1);
  }

  get refusedTexts(): number {
    return sum(this.refusedBy);
  }

  get seconds(): number {
    const endMs = this.#endMs === 0 ? this.#clock.preciseMs() : this.#endMs;
    return Math.max(0, endMs - this.#startMs) / 1_000;
  }

  /** Parts accepted a second. */
  get rate(): number {
    return this.seconds === 0 ? 0 : this.segments / this.seconds;
  }

  /** Every text was delivered, or refused with a reason. */
  get well(): boolean {
    return this.stopped === "" && this.withoutReceipt === 0 && this.unreadableBy.size === 0 && this.unansweredBy.size === 0
      && [...this.receiptsBy.keys()].every(endedWell);
  }

  /** Name and value of every figure worth telling. */
  pairs(words: SendWords): [string, string][] {
    const told: [string, string][] = [
      ["texts", String(this.texts)],
      ["accepted", `${this.accepted} in ${this.segments} segments`],
    ];
    const reasons = (name: string, by: ReadonlyMap<string, Reason>): void => {
      for (const [reason, { count: times, firstLine }] of by) told.push([name, `${times}, ${reason} (first in line ${firstLine})`]);
    };
    reasons("refused", this.refusedBy);
    reasons("unreadable", this.unreadableBy);
    reasons("unanswered", this.unansweredBy);
    if (this.throttled > 0) told.push(["throttled", `${this.throttled} times, sent again slower`]);
    for (const [state, times] of this.receiptsBy) told.push(["receipts", `${times} ${words.receipt(state)}`]);
    if (this.withoutReceipt > 0) told.push(["no receipt", `${this.withoutReceipt} segments`]);
    if (this.rebinds > 0) told.push(["bound again", `${this.rebinds} times`]);
    if (this.stopped !== "") told.push(["stopped", `after line ${this.lines}: ${this.stopped}`]);
    told.push(
      ["answers", `p50 ${this.answers.percentileMs(0.5).toFixed(1)} ms, p99 ${this.answers.percentileMs(0.99).toFixed(1)} ms`],
      ["duration", `${this.seconds.toFixed(1)} s, ${Math.round(this.rate)} segments a second`],
    );
    return told;
  }

  /** For scripts. */
  report(): object {
    const counts = (by: ReadonlyMap<string, Reason>): object => Object.fromEntries([...by].map(([reason, { count: times }]) => [reason, times]));
    return {
      texts: this.texts, accepted: this.accepted, segments: this.segments,
      refused: counts(this.refusedBy), unreadable: counts(this.unreadableBy), unanswered: counts(this.unansweredBy),
      throttled: this.throttled, receipts: Object.fromEntries(this.receiptsBy), withoutReceipt: this.withoutReceipt,
      rebinds: this.rebinds, stopped: this.stopped, seconds: Math.round(this.seconds * 1_000) / 1_000, segmentsPerSecond: Math.round(this.rate),
      answerMs: { p50: this.answers.percentileMs(0.5), p99: this.answers.percentileMs(0.99) }, well: this.well,
    };
  }
}

function count(by: Map<string, Reason>, reason: string, line: number): void {
  const known = by.get(reason);
  if (known === undefined) by.set(reason, { count: 1, firstLine: line });
  else known.count++;
}

function sum(by: ReadonlyMap<string, Reason>): number {
  let total = 0;
  for (const { count: times } of by.values()) total += times;
  return total;
}
