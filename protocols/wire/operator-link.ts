/**
 * RedialledLink: one link to an operator that keeps itself bound: dials, binds, and comes back with growing pauses.
 */
import type { Socket } from "node:net";
import type { Message } from "../model/message.js";
import { Connector } from "./connector.js";
import type { ConnectorHooks, LossKind } from "./connector.js";
import type { ConnectionOwner, LinkConnection } from "./link-connection.js";
import type { LinkOptions, OperatorEvents, OperatorLink, SubmitAnswer, WireLog } from "./protocol.js";

/** Local handles stay below this; the connection's number stands above it, and wraps before a double loses digits. */
const HANDLES = 0x2_0000_0000;
const CONNECTION_NUMBERS = 0x10_0000;

interface LocalRefusal {
  readonly ticket: object;
  readonly status: number;
}

/** What the protocol adds to a link. */
export interface LinkProtocol {
  /** Begins a connection on a socket just dialled: writes the bind. */
  begin(socket: Socket, owner: ConnectionOwner): LinkConnection;
  /** The answer to a message that a connection refuses by itself, by this status: it can never be said to this operator. */
  refusal(status: number): SubmitAnswer;
}

export class RedialledLink implements OperatorLink, ConnectionOwner, ConnectorHooks {
  readonly name: string;
  readonly link = this;
  owner: unknown = null;
  readonly #protocol: LinkProtocol;
  readonly #events: OperatorEvents;
  readonly #log: WireLog;
  readonly #connector: Connector;
  #connection: LinkConnection | null = null;
  #connectionNo = 0;
  #wanted = false;
  #whenDown: (() => void)[] = [];
  #refusals: LocalRefusal[] = [];

  constructor(options: LinkOptions, events: OperatorEvents, protocol: LinkProtocol) {
    this.name = options.name;
    this.#protocol = protocol;
    this.#events = events;
    this.#log = options.log;
    const { host, port, reconnectMinMs, reconnectMaxMs, clock } = options;
    this.#connector = new Connector({ host, port, reconnectMinMs, reconnectMaxMs, dialMs: options.timers.bindMs, clock }, this);
  }

  get bound(): boolean {
    return this.#connection?.bound ?? false;
  }

  get windowFree(): number {
    return this.#connection?.windowFree ?? 0;
  }

  get outstanding(): number {
    return this.#connection?.outstanding ?? 0;
  }

  get oldestOutstandingMs(): number {
    return this.#connection?.oldestOutstandingMs ?? 0;
  }

  submit(message: Message, ticket: object): boolean {
    const status = this.#connection?.submit(message, ticket) ?? -1;
    if (status < 0) return false;
    // What can never be said to this operator is refused as if it had done so, in a turn of its own.
    if (status > 0) this.#refuse({ ticket, status });
    return true;
  }

  answerDeliver(handle: number, answer: "ok" | "retry" | "refused"): void {
    if (this.#connection === null || Math.floor(handle / HANDLES) !== this.#connectionNo) return;
    this.#connection.answerDeliver(handle % HANDLES, answer);
  }

  async unbind(withinMs: number): Promise<void> {
    this.#wanted = false;
    this.#connector.stop();
    const connection = this.#connection;
    if (connection === null) return;
    await new Promise<void>((resolve) => {
      this.#whenDown.push(resolve);
      connection.part(withinMs);
    });
  }

  start(): void {
    this.#wanted = true;
    if (this.#connection === null) this.#connector.start();
  }

  reconnect(reason: string): void {
    this.#connection?.reconnect(reason);
  }

  destroy(reason: string): void {
    this.#wanted = false;
    this.#connector.stop();
    this.#connection?.destroy(reason);
  }

  // ---------------------------------------------------------------- what the connector and the connection bring

  connected(socket: Socket): void {
    this.#connectionNo = (this.#connectionNo + 1) % CONNECTION_NUMBERS;
    this.#connection = this.#protocol.begin(socket, this);
  }

  failed(reason: string, nextInMs: number): void {
    this.#logDown(reason, nextInMs, 0);
    this.#events.down(this, reason, []);
  }

  connectionBound(): void {
    this.#connector.succeeded();
    this.#events.bound(this);
  }

  connectionEnded(connection: LinkConnection, reason: string, kind: LossKind, unanswered: object[]): void {
    const ignored = connection.ignored;
    this.#connection = null;
    const nextInMs = this.#wanted ? this.#connector.lost(kind) : -1;
    if (this.#wanted && nextInMs < 0) this.#connector.start();
    this.#logDown(reason, nextInMs, ignored);
    this.#events.down(this, reason, unanswered);
    const waiting = this.#whenDown;
    this.#whenDown = [];
    for (const resolve of waiting) resolve();
  }

  handle(local: number): number {
    return this.#connectionNo * HANDLES + local;
  }

  #logDown(reason: string, nextInMs: number, ignored: number): void {
    // Whoever owns the link tells that it is down; this is for who wants to know more.
    this.#log.event("debug", "link_down", { link: this.name, reason, next_try_ms: nextInMs, ignored_answers: ignored });
  }

  #refuse(refusal: LocalRefusal): void {
    this.#refusals.push(refusal);
    if (this.#refusals.length > 1) return;
    setImmediate(() => {
      const refusals = this.#refusals;
      this.#refusals = [];
      for (const { ticket, status } of refusals) this.#events.submitAnswered(this, ticket, this.#protocol.refusal(status));
      this.#events.windowOpen(this);
    });
  }
}
