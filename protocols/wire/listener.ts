/**
 * Listener: accepts sockets up to the caps, in all and by address, and closes what it accepted when it is closed.
 */
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Listener, ListenOptions, WireLog } from "./protocol.js";

/** What was made of an accepted socket. */
export interface Accepted {
  destroy(reason: string): void;
}

/** Makes a session of a socket; null refuses it (closed at once, no octet sent). */
export type Accept = (socket: Socket, remoteAddress: string, remotePort: number) => Accepted | null;

/**
 * Binds host and port and accepts from then on.
 * @throws Error with the system's code (EADDRINUSE, EACCES, ...) when the port cannot be had.
 */
export async function listenSockets(options: ListenOptions, accept: Accept): Promise<Listener> {
  const listener = new SocketListener(options, accept);
  await listener.open();
  return listener;
}

/** An IPv4 peer of a dual-stack socket is shown as IPv4. */
export function plainAddress(address: string | undefined): string {
  const text = address ?? "";
  return text.startsWith("::ffff:") && text.includes(".") ? text.slice(7) : text;
}

class SocketListener implements Listener {
  readonly #options: ListenOptions;
  readonly #log: WireLog;
  readonly #accept: Accept;
  readonly #server: Server;
  readonly #open = new Map<Socket, Accepted>();
  readonly #byAddress = new Map<string, number>();

  constructor(options: ListenOptions, accept: Accept) {
    this.#options = options;
    this.#log = options.log;
    this.#accept = accept;
    this.#server = createServer({ noDelay: true }, (socket) => this.#connected(socket));
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.removeListener("error", reject);
        resolve();
      });
    });
    // Descriptors used up and the like: accepting goes on when there are some again.
    this.#server.on("error", (error) => this.#log.event("error", "listener_error", { listener: this.#options.name, error: error.message }));
  }

  get address(): { readonly host: string; readonly port: number } {
    const address = this.#server.address() as AddressInfo | null;
    return { host: address?.address ?? this.#options.host, port: address?.port ?? this.#options.port };
  }

  get connections(): number {
    return this.#open.size;
  }

  stopAccepting(): void {
    if (this.#server.listening) this.#server.close();
  }

  async close(): Promise<void> {
    const sockets = [...this.#open.entries()];
    const closed = sockets.map(async ([socket, accepted]) => {
      const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()));
      accepted.destroy("listener_closed");
      await gone;
    });
    this.stopAccepting();
    await Promise.all(closed);
  }

  #connected(socket: Socket): void {
    const address = plainAddress(socket.remoteAddress);
    const port = socket.remotePort ?? 0;
    const cause = this.#full(address);
    if (cause !== "") return this.#refuse(socket, address, cause);
    this.#count(address, 1);
    socket.once("close", () => {
      this.#open.delete(socket);
      this.#count(address, -1);
    });
    const accepted = this.#accept(socket, address, port);
    if (accepted === null) this.#refuse(socket, address, "not_allowed");
    else this.#open.set(socket, accepted);
  }

  /** Why no further socket of this address can be taken; "" when it can. */
  #full(address: string): string {
    if (!this.#server.listening) return "closing";
    if (this.#open.size >= this.#options.maxConnections) return "too_many_connections";
    if ((this.#byAddress.get(address) ?? 0) >= this.#options.maxConnectionsPerAddress) return "too_many_from_address";
    return "";
  }

  #refuse(socket: Socket, address: string, cause: string): void {
    this.#log.event("warn", "connection_refused", { listener: this.#options.name, remote: address, cause });
    socket.on("error", () => undefined);
    socket.destroy();
  }

  #count(address: string, by: 1 | -1): void {
    const count = (this.#byAddress.get(address) ?? 0) + by;
    if (count === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, count);
  }
}
