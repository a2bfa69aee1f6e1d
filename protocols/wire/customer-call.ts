/**
 * CustomerCall: connects to a customer who waits for us at an address of his, and makes a session of each connection.
 *
 * ```
 *  idle --start()--> dialling --connected--> session --ended--> pause --over--> dialling
 *    ^                  '--failed--> pause     |
 *    '------------- stop(): parts, dials no more
 * ```
 * A session that was never bound makes the pauses grow, as an address that cannot be reached does.
 */
import type { Socket } from "node:net";
import { Connector } from "./connector.js";
import type { CustomerConnection } from "./customer-connection.js";
import { plainAddress } from "./listener.js";
import type { CustomerCall, DialOptions } from "./protocol.js";

/** Makes a session of a connected socket and says the first word; null when it may not stay. */
export type Call = (socket: Socket, remoteAddress: string, remotePort: number) => CustomerConnection | null;

export class DialledCall implements CustomerCall {
  readonly #options: DialOptions;
  readonly #call: Call;
  readonly #connector: Connector;
  #wanted = false;
  #session: CustomerConnection | null = null;

  constructor(options: DialOptions, call: Call) {
    this.#options = options;
    this.#call = call;
    this.#connector = new Connector({ ...options, dialMs: options.timers.bindMs }, {
      connected: (socket) => this.#connected(socket),
      failed: (reason, nextInMs) => this.#told("call_failed", reason, nextInMs),
    });
  }

  get connected(): boolean {
    return this.#session !== null;
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    // What is still parting is let go first: its end dials again.
    if (this.#session === null) this.#connector.start();
  }

  stop(reason: string, withinMs: number): void {
    this.#wanted = false;
    this.#connector.stop();
    this.#session?.unbind(reason, withinMs);
  }

  #connected(socket: Socket): void {
    const session = this.#call(socket, plainAddress(socket.remoteAddress), socket.remotePort ?? this.#options.port);
    if (session === null) {
      socket.destroy();
      this.#told("call_failed", "not_allowed", this.#connector.lost("lost"));
      return;
    }
    this.#session = session;
    socket.once("close", () => this.#ended(session));
  }

  #ended(session: CustomerConnection): void {
    this.#session = null;
    if (!this.#wanted) return;
    const nextInMs = this.#connector.lost(session.everBound ? "parted" : "lost");
    // It was parting when it was wanted again.
    if (nextInMs < 0) this.#connector.start();
    else if (!session.everBound) this.#told("call_failed", "not_bound", nextInMs);
  }

  #told(event: string, reason: string, nextInMs: number): void {
    const { account, host, port, log } = this.#options;
    log.event("warn", event, { account, host, port, reason, nextInMs });
  }
}
