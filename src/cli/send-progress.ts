/**
 * Progress of a file on standard error: one bar that is drawn over on a terminal, a plain line every few seconds elsewhere.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import type { SendTotals } from "./send-totals.js";

/** What of a stream is needed; process.stderr is one. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR = 24;
const DRAW_MS = 200;
const PLAIN_MS = 5_000;

export class SendProgress {
  readonly #stream: ProgressStream;
  readonly #clock: Clock;
  readonly #everyMs: number;
  #lastMs: number;
  #drawn = false;

  constructor(stream: ProgressStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    this.#everyMs = stream.isTTY === true ? DRAW_MS : PLAIN_MS;
    this.#lastMs = clock.monotonicMs;
  }

  /** Shows where things stand, when it is time to. */
  show(totals: SendTotals): void {
    if (this.#clock.monotonicMs - this.#lastMs < this.#everyMs) return;
    this.#lastMs = this.#clock.monotonicMs;
    const line = progressLine(totals);
    if (this.#stream.isTTY !== true) {
      this.#stream.write(`${line}\n`);
      return;
    }
    this.#drawn = true;
    const room = Math.max(20, (this.#stream.columns ?? 100) - 1);
    this.#stream.write(`\r${`${bar(totals)} ${line}`.slice(0, room).padEnd(room)}`);
  }

  /** Clears the bar, so that the summary stands alone. */
  end(): void {
    if (!this.#drawn) return;
    const room = Math.max(20, (this.#stream.columns ?? 100) - 1);
    this.#stream.write(`\r${" ".repeat(room)}\r`);
  }
}

export function progressLine(totals: SendTotals): string {
  const refused = totals.refusedTexts > 0 ? `, ${totals.refusedTexts} refused` : "";
  const throttled = totals.throttled > 0 ? `, throttled ${totals.throttled} times` : "";
  const percent = Math.floor(share(totals) * 100);
  return `${percent}%: ${totals.texts} texts, ${totals.accepted} accepted${refused}, ${totals.receipts} receipts, ${Math.round(totals.rate)} segments/s${throttled}`;
}

function bar(totals: SendTotals): string {
  const full = Math.round(share(totals) * BAR);
  return `[${"#".repeat(full)}${"-".repeat(BAR - full)}]`;
}

function share(totals: SendTotals): number {
  return totals.octetsInAll === 0 ? 1 : Math.min(1, totals.octetsRead / totals.octetsInAll);
}
