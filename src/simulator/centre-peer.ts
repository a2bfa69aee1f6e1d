/**
 * CentrePeer: all connections of one name and the deliveries that wait for a free place on any of them.
 */
import { Deque } from "../flow/deque.js";
import type { Delivery } from "./delivery.js";
import type { CentreConnection } from "./centre.js";

export class CentrePeer {
  readonly name: string;
  readonly connections: CentreConnection[] = [];
  readonly #waiting = new Deque<Delivery>();
  #turn = 0;

  constructor(name: string) {
    this.name = name;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get canReceive(): boolean {
    return this.connections.some((connection) => connection.canReceive);
  }

  /** Sends a delivery now when nothing waits and a connection has a free place; else it waits its turn. */
  offer(delivery: Delivery): void {
    const connection = this.#waiting.length === 0 ? this.#free() : null;
    if (connection === null) this.#waiting.push(delivery);
    else connection.deliver(delivery);
  }

  /** Puts deliveries back in front, in their order. */
  putBack(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries.toReversed()) this.#waiting.unshift(delivery);
  }

  /** Sends what waits as far as there are free places. */
  pump(): void {
    while (this.#waiting.length > 0) {
      const connection = this.#free();
      if (connection === null) return;
      connection.deliver(this.#waiting.shift() as Delivery);
    }
  }

  /** A connection with a free place: the same one for as long as it has, for long writes; then the next. */
  #free(): CentreConnection | null {
    const { length } = this.connections;
    for (let tried = 0; tried < length; tried++) {
      const connection = this.connections[this.#turn % length] as CentreConnection;
      if (connection.deliverFree > 0) return connection;
      this.#turn++;
    }
    return null;
  }
}
