/**
 * BenchLoad: one load through whatever listens, from the first submit to the last receipt, and the judge that counts losses and doubles.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import type { ArrivedSubmit } from "../simulator/centre-options.js";
import { LoadEsme } from "../simulator/esme.js";
import { cmppLoad } from "../simulator/load-cmpp.js";
import { smppLoad } from "../simulator/load-smpp.js";
import { TemplateSource } from "../simulator/load-source.js";
import { unspread } from "../simulator/spread.js";
import { CUSTOMER_NAMES } from "./bench-folder.js";
import type { BenchProtocol } from "./bench-folder.js";
import { CliError, Exit } from "./exit.js";

export const FIRST_DESTINATION = 13_000_000_000;
const SOURCE = "10690001";
const STALL_MS = 30_000;
/** After the last receipt: time in which one too many would show. */
const AFTERMATH_MS = 300;
const FIRST_ROOM = 1 << 20;

/**
 * Judge: by destination, every message having a number of its own: was each accepted submit seen at the operator once, and did as many
 * receipts come as were accepted.
 */
export class Judge {
  readonly #segments: number;
  readonly #spread: boolean;
  /** By ordinal: 1 = accepted. */
  #accepted = new Uint8Array(FIRST_ROOM);
  /** By ordinal: times seen at the operator. */
  #seen = new Uint8Array(FIRST_ROOM);
  /** By message: receipts. */
  #receipts = new Uint8Array(FIRST_ROOM);
  #most = 0;

  /** @param spread destinations are laid out so (simulator/spread.ts) */
  constructor(segments: number, spread = false) {
    this.#segments = segments;
    this.#spread = spread;
  }

  accepted(ordinal: number): void {
    if (ordinal >= this.#accepted.length) this.#accepted = grown(this.#accepted, ordinal);
    this.#accepted[ordinal] = 1;
    if (ordinal >= this.#most) this.#most = ordinal + 1;
  }

  atOperator(submit: Pick<ArrivedSubmit, "destination" | "octets">): void {
    // The header's last octet is the segment's number, whether its reference has 8 bits or 16.
    const segment = this.#segments === 1 ? 0 : (submit.octets[submit.octets[0] ?? 0] ?? 1) - 1;
    const ordinal = this.#messageAt(submit.destination) * this.#segments + segment;
    if (ordinal >= this.#seen.length) this.#seen = grown(this.#seen, ordinal);
    this.#seen[ordinal] = Math.min(255, (this.#seen[ordinal] ?? 0) + 1);
  }

  #messageAt(destination: string): number {
    const offset = Number(destination) - FIRST_DESTINATION;
    return this.#spread ? unspread(offset) : offset;
  }

  receipt(destination: string): void {
    const message = this.#messageAt(destination);
    if (message >= this.#receipts.length) this.#receipts = grown(this.#receipts, message);
    this.#receipts[message] = Math.min(255, (this.#receipts[message] ?? 0) + 1);
  }

  /** Accepted submits not seen at the operator or without a receipt, and submits or receipts beyond one each. */
  verdict(): { readonly lost: number; readonly doubled: number } {
    let lost = 0;
    let doubled = 0;
    for (let message = 0; message * this.#segments < this.#most; message++) {
      let taken = 0;
      for (let ordinal = message * this.#segments; ordinal < (message + 1) * this.#segments; ordinal++) {
        const accepted = this.#accepted[ordinal] ?? 0;
        const seen = this.#seen[ordinal] ?? 0;
        taken += accepted;
        if (accepted > seen) lost++;
        if (seen > 1) doubled += seen - 1;
      }
      const receipts = this.#receipts[message] ?? 0;
      lost += Math.max(0, taken - receipts);
      doubled += Math.max(0, receipts - taken);
    }
    return { lost, doubled };
  }
}

function grown(array: Uint8Array<ArrayBuffer>, place: number): Uint8Array<ArrayBuffer> {
  const wider = new Uint8Array(Math.max(array.length * 2, place + 1));
  wider.set(array);
  return wider;
}

export interface LoadShape {
  readonly customer: BenchProtocol;
  /** Destinations over many blocks, as with policies. */
  readonly spread: boolean;
  readonly port: number;
  readonly password: string;
  readonly binds: number;
  readonly window: number;
  /** Messages in all; Infinity with `forMs`. */
  readonly messages: number;
  /** Stops submitting after this; 0 = when all messages are sent. */
  readonly forMs: number;
  /** Submits a second offered; 0 = as fast as the windows allow. */
  readonly rate: number;
  /** Answers in this first time do not count in the latencies: a process just started is slow until its code is compiled. */
  readonly warmUpMs: number;
  readonly texts: readonly string[];
  /** Segments that each of them takes. */
  readonly segments: number;
}

export interface LoadWatch {
  readonly clock: Clock;
  readonly judge: Judge;
  /** Ends the load with an error when it returns one: a child has died. */
  readonly failed: () => Error | null;
}

export interface LoadFigures {
  readonly submitted: number;
  readonly accepted: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly acceptMs: number;
  /** First submit to last receipt acknowledged; 0 when receipts were not waited for. */
  readonly endToEndMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** A customer bound and ready, whose load is yet to run. */
export class BenchLoad {
  readonly esme: LoadEsme;
  readonly #watch: LoadWatch;
  readonly #forMs: number;
  readonly #warmUpMs: number;

  constructor(shape: LoadShape, watch: LoadWatch) {
    this.#watch = watch;
    this.#forMs = shape.forMs;
    this.#warmUpMs = shape.warmUpMs;
    const { judge, clock } = watch;
    const systemId = CUSTOMER_NAMES[shape.customer];
    const wire = shape.customer === "cmpp" ? cmppLoad(systemId) : smppLoad;
    const source = new TemplateSource({ messages: shape.messages, texts: shape.texts, source: SOURCE, firstDestination: FIRST_DESTINATION, spread: shape.spread, wire });
    if (source.segments !== shape.segments) throw new RangeError(`texts of ${source.segments} segments where ${shape.segments} were meant`);
    this.esme = new LoadEsme({
      host: "127.0.0.1", port: shape.port, systemId, password: shape.password, binds: shape.binds, window: shape.window, source, clock,
      wire, ratePerSecond: shape.rate,
      onAccepted: (ordinal) => judge.accepted(ordinal),
      onReceipt: ({ destination }) => judge.receipt(destination),
    });
  }

  /** Submits everything; waits for every receipt unless told not to. Rejects when nothing moves for 30 s. */
  async run(receipts: boolean): Promise<LoadFigures> {
    const { esme } = this;
    const { clock } = this.#watch;
    await this.#unlessStalled(esme.start());
    const cancelStop = this.#forMs > 0 ? clock.after(this.#forMs, () => esme.stopSubmitting()) : null;
    const cancelWarmUp = this.#warmUpMs > 0 ? clock.after(this.#warmUpMs, () => esme.answerLatency.forget()) : null;
    const beganMs = clock.preciseMs();
    await this.#unlessStalled(esme.run());
    const acceptMs = clock.preciseMs() - beganMs;
    cancelStop?.();
    cancelWarmUp?.();
    let endToEndMs = 0;
    if (receipts) {
      await this.receiptsUpTo(esme.totals.accepted);
      endToEndMs = clock.preciseMs() - beganMs;
      await pause(clock, AFTERMATH_MS);
    }
    return {
      submitted: esme.totals.submitted,
      accepted: esme.totals.accepted,
      refused: Object.fromEntries([...esme.refusedByStatus].map(([status, count]) => [`0x${status.toString(16)}`, count])),
      acceptMs, endToEndMs,
      p50Ms: esme.answerLatency.percentileMs(0.5), p99Ms: esme.answerLatency.percentileMs(0.99), maxMs: esme.answerLatency.maxMs,
    };
  }

  /** Resolves when so many receipts have come in all. */
  receiptsUpTo(count: number): Promise<void> {
    return this.#unlessStalled(waitFor(this.#watch.clock, () => this.esme.totals.receipts >= count));
  }

  /** Rejects when, for 30 s, no submit was answered and no receipt came, or when a child has died. */
  async #unlessStalled(work: Promise<void>): Promise<void> {
    const { clock, failed } = this.#watch;
    const { totals } = this.esme;
    let stopTicks = (): void => undefined;
    const stalled = new Promise<never>((_, reject) => {
      let progress = -1;
      let movedMs = clock.monotonicMs;
      stopTicks = clock.onTick((nowMs) => {
        const error = failed();
        if (error !== null) reject(error);
        const moved = totals.accepted + totals.refused + totals.receipts + this.esme.boundBinds;
        if (moved !== progress) {
          progress = moved;
          movedMs = nowMs;
        } else if (nowMs - movedMs > STALL_MS) {
          reject(new CliError(Exit.fault, `nothing moved for ${STALL_MS / 1_000} s: bound ${this.esme.boundBinds}, ${JSON.stringify(totals)}`));
        }
      });
    });
    try {
      await Promise.race([work, stalled]);
    } finally {
      stopTicks();
    }
  }
}

export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}

/** Looks every 2 ms. */
export async function waitFor(clock: Clock, condition: () => boolean): Promise<void> {
  while (!condition()) await pause(clock, 2);
}
