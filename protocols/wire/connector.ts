/**
 * Connector: dials one address again and again with a jittered, growing pause, until it is told to stop.
 *
 * ```
 *  stopped --start()--> dialling --connected--> up --lost()--> waiting --pause over--> dialling
 * ```
 */
import { connect, type Socket } from "node:net";
import type { Clock } from "./clock.js";

/** What ended the last try, for the length of the next pause. */
export type LossKind =
  /** The address could not be reached, or the connection broke. */ | "lost"
  /** The far side does not want us: asking again soon would only annoy it. */ | "refused"
  /** The far side parted in good order. */ | "parted";

/** How much longer than the longest ordinary pause a refused one may grow. */
const REFUSED_FACTOR = 5;

/** The pauses between tries: pure, so that it can be tested as a table. */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  #losses = 0;
  #refusals = 0;

  constructor(minMs: number, maxMs: number) {
    this.#minMs = Math.max(1, minMs);
    this.#maxMs = Math.max(this.#minMs, maxMs);
  }

  /** The connection proved good: the next pause is a short one. */
  succeeded(): void {
    this.#losses = 0;
    this.#refusals = 0;
  }

  /**
   * The next pause in ms. `random` in [0, 1) takes off up to half of it, so that links of one gateway do not come in
   * step. A refusal starts where ordinary losses end.
   */
  nextMs(kind: LossKind, random: number): number {
    if (kind === "parted") {
      this.succeeded();
      return Math.round(this.#minMs * (1 - random / 2));
    }
    const full =
      kind === "refused"
        ? Math.min(this.#maxMs * 2 ** Math.min(this.#refusals++, 16), this.#maxMs * REFUSED_FACTOR)
        : Math.min(this.#minMs * 2 ** Math.min(this.#losses++, 30), this.#maxMs);
    return Math.round(full * (1 - random / 2));
  }
}

export interface ConnectorOptions {
  readonly host: string;
  readonly port: number;
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
  /** A dial that has not come through by then has failed. */
  readonly dialMs: number;
  readonly clock: Clock;
}

export interface ConnectorHooks {
  connected(socket: Socket): void;
  /** The dial failed; the next one is already planned. */
  failed(reason: string, nextInMs: number): void;
}

export class Connector {
  readonly #options: ConnectorOptions;
  readonly #hooks: ConnectorHooks;
  readonly #backoff: Backoff;
  #socket: Socket | null = null;
  #cancelTimer: (() => void) | null = null;
  #wanted = false;

  constructor(options: ConnectorOptions, hooks: ConnectorHooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.#backoff = new Backoff(options.reconnectMinMs, options.reconnectMaxMs);
  }

  /** Dials now, unless a try or a connection is under way. */
  start(): void {
    this.#wanted = true;
    if (this.#socket !== null) return;
    this.#cancel();
    this.#dial();
  }

  /** Dials no more. A connection already handed out is its owner's to close. */
  stop(): void {
    this.#wanted = false;
    this.#cancel();
    const socket = this.#socket;
    this.#socket = null;
    if (socket?.connecting === true) socket.destroy();
  }

  /** The connection proved good. */
  succeeded(): void {
    this.#backoff.succeeded();
  }

  /** The connection handed out has ended; returns the pause until the next try, -1 when none is wanted. */
  lost(kind: LossKind): number {
    this.#socket = null;
    if (!this.#wanted) return -1;
    this.#cancel();
    const pauseMs = this.#backoff.nextMs(kind, this.#options.clock.random());
    this.#cancelTimer = this.#options.clock.after(pauseMs, () => {
      this.#cancelTimer = null;
      this.#dial();
    });
    return pauseMs;
  }

  #cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #dial(): void {
    const socket = connect({ host: this.#options.host, port: this.#options.port, noDelay: true });
    this.#socket = socket;
    let reason = "connect_timeout";
    const cancelDeadline = this.#options.clock.after(this.#options.dialMs, () => socket.destroy());
    const onError = (error: NodeJS.ErrnoException): void => {
      reason = `connect_${(error.code ?? "error").toLowerCase()}`;
    };
    const onClose = (): void => {
      cancelDeadline();
      if (this.#socket !== socket) return;
      const nextInMs = this.lost("lost");
      if (nextInMs >= 0) this.#hooks.failed(reason, nextInMs);
    };
    socket.on("error", onError);
    socket.once("close", onClose);
    socket.once("connect", () => {
      cancelDeadline();
      socket.removeListener("close", onClose);
      if (this.#socket !== socket) return void socket.destroy();
      this.#hooks.connected(socket);
      socket.removeListener("error", onError);
    });
  }
}
