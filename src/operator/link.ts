/**
 * Link: one connection to an operator with its pacer, as the flow sees it: a slot is reserved before the store is asked.
 */
import type { Message } from "../../protocols/model/message.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { OperatorLink } from "../../protocols/wire/protocol.js";
import type { LinkPort } from "../flow/ports.js";
import { Pacer } from "../limiter/pacer.js";

export type LinkState = "down" | "bound" | "draining" | "stopped";

export class Link implements LinkPort {
  readonly no: number;
  readonly operatorNo: number;
  readonly name: string;
  readonly pacer: Pacer;
  state: LinkState = "down";
  /** Why it is not bound, for status and logs. */
  reason = "not yet connected";
  /** Slots promised to messages whose DISPATCHED mark is on its way to disk. */
  #reserved = 0;
  #wire: OperatorLink | null = null;
  readonly #clock: Clock;

  constructor(no: number, operatorNo: number, name: string, rate: number, clock: Clock) {
    this.no = no;
    this.operatorNo = operatorNo;
    this.name = name;
    this.#clock = clock;
    this.pacer = new Pacer(rate, clock.monotonicMs);
  }

  /** The protocol's end of this link; given once, before anything else. */
  attach(wire: OperatorLink): void {
    this.#wire = wire;
    wire.owner = this;
  }

  get wire(): OperatorLink {
    if (this.#wire === null) throw new Error(`link ${this.name} has no connection attached`);
    return this.#wire;
  }

  /** Slots free and not promised. */
  get free(): number {
    return this.state === "bound" && this.#wire !== null ? this.#wire.windowFree - this.#reserved : 0;
  }

  get used(): number {
    return (this.#wire?.outstanding ?? 0) + this.#reserved;
  }

  reserve(): boolean {
    if (this.free <= 0 || !this.pacer.take(this.#clock.monotonicMs)) return false;
    this.#reserved++;
    return true;
  }

  unreserve(): void {
    this.#reserved--;
    this.pacer.giveBack();
  }

  submitReserved(message: Message, ticket: object): boolean {
    if (this.#wire === null || !this.#wire.submit(message, ticket)) return false;
    this.#reserved--;
    return true;
  }
}
