/**
 * The admin socket: the API on a unix socket in the data folder, one JSON object a line.
 *
 * ```
 *  -> {"id": 1, "method": "account.show", "params": {"name": "demo"}}
 *  <- {"id": 1, "result": {...}}   or   {"id": 1, "error": {"code": "no_such_account", "message": "..."}}
 * ```
 * Who may open the file may do everything (mode 0660). A client's requests are answered one after the other, so that
 * one who does not read holds up only himself; garbage, a line too long, silence and a full house end the connection.
 */
import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { relative } from "node:path";
import { z } from "zod";
import type { Clock } from "../../protocols/wire/clock.js";
import type { WireLog } from "../../protocols/wire/protocol.js";
import { answerCall } from "./answer.js";
import { encodeJson } from "./api.js";
import { AdminError } from "./errors.js";
import type { AdminHost } from "./host.js";
import { LineReader } from "./lines.js";

export interface AdminLimits {
  readonly maxClients: number;
  /** Octets of a request line. */
  readonly maxLineOctets: number;
  /** A connection without a whole request for this long is closed. */
  readonly idleMs: number;
  /** A call not answered in this time is answered `timeout` (its work may still finish). */
  readonly requestMs: number;
  /** The same for calls that read all of the books: verify, statement, trace. */
  readonly longRequestMs: number;
  /** How long an answer may wait for a client that does not read. */
  readonly writeStallMs: number;
}

export const ADMIN_LIMITS: AdminLimits = {
  maxClients: 32,
  // An import of thousands of accounts comes as one.
  maxLineOctets: 4 * 1024 * 1024,
  idleMs: 60_000,
  requestMs: 30_000,
  longRequestMs: 3_600_000,
  writeStallMs: 15_000,
};

const LONG_METHODS: readonly string[] = ["verify", "statement", "trace", "reload", "key.rotate", "account.import", "numbers.import.lines", "numbers.import.end"];

export interface AdminServerOptions {
  /** Of the socket file; a file left by a dead daemon is replaced (the caller holds the data folder's lock). */
  readonly path: string;
  readonly host: AdminHost;
  readonly clock: Clock;
  readonly log: WireLog;
  readonly limits?: Partial<AdminLimits>;
}

export interface AdminServer {
  readonly path: string;
  readonly clients: number;
  /** Takes no more clients, ends the present ones and removes the file. */
  close(): Promise<void>;
}

const REQUEST = z.strictObject({
  id: z.union([z.int(), z.string().max(64)]),
  method: z.string().max(64),
  params: z.unknown().optional(),
});

/** The shorter of the absolute and the relative path: the kernel takes at most 107 octets. */
export function socketAddress(path: string): string {
  const near = relative(process.cwd(), path);
  return Buffer.byteLength(near) < Buffer.byteLength(path) ? `./${near}` : path;
}

/** Opens the socket. Rejects when the path is taken by something that is no socket, or too long. */
export async function serveAdmin(options: AdminServerOptions): Promise<AdminServer> {
  const limits = { ...ADMIN_LIMITS, ...options.limits };
  const address = socketAddress(options.path);
  if (Buffer.byteLength(address) > 107) {
    throw new AdminError("internal", `the admin socket's path is longer than 107 octets: ${options.path}`, "choose a shorter [data] dir");
  }
  removeLeftOver(options.path);
  const clients = new Set<Client>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (clients.size >= limits.maxClients) {
      socket.on("error", () => socket.destroy());
      socket.end(errorLine(null, new AdminError("busy", `${limits.maxClients} clients are connected already`)));
      socket.destroySoon();
      options.log.event("warn", "admin_client_refused", { clients: clients.size });
      return;
    }
    const client = new Client(socket, options, limits, () => clients.delete(client));
    clients.add(client);
  });
  await listen(server, address);
  chmodSync(options.path, 0o660);
  return {
    path: options.path,
    get clients(): number {
      return clients.size;
    },
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      for (const client of clients) client.destroy();
    }),
  };
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path: address }, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}

function removeLeftOver(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new AdminError("internal", `${path} is there and is no socket`, "move it away");
  unlinkSync(path);
}

function errorLine(id: number | string | null, error: AdminError): string {
  const hint = error.hint === "" ? {} : { hint: error.hint };
  return `${encodeJson({ id, error: { code: error.code, message: error.message, ...hint } })}\n`;
}

/** One connection. */
class Client {
  readonly #socket: Socket;
  readonly #options: AdminServerOptions;
  readonly #limits: AdminLimits;
  readonly #reader: LineReader;
  readonly #lines: string[] = [];
  readonly #gone: () => void;
  #busy = false;
  #ended = false;
  #closed = false;
  #cancelTimer: () => void = () => undefined;

  constructor(socket: Socket, options: AdminServerOptions, limits: AdminLimits, gone: () => void) {
    this.#socket = socket;
    this.#options = options;
    this.#limits = limits;
    this.#gone = gone;
    this.#reader = new LineReader(limits.maxLineOctets);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("end", () => {
      this.#ended = true;
      this.#next();
    });
    socket.on("error", () => this.destroy());
    socket.on("close", () => this.destroy());
    this.#watch(limits.idleMs);
  }

  destroy(): void {
    this.#socket.destroy();
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelTimer();
    this.#gone();
  }

  #watch(ms: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.after(ms, () => this.destroy());
  }

  #read(chunk: Buffer): void {
    this.#lines.push(...this.#reader.push(chunk));
    if (this.#reader.tooLong && !this.#busy && this.#lines.length === 0) {
      this.#refuse(new AdminError("bad_request", `a line may have ${this.#limits.maxLineOctets} octets`));
      return;
    }
    this.#next();
  }

  /** Takes the next request when the last one is answered and read. */
  #next(): void {
    if (this.#busy || this.#closed) return;
    const line = this.#lines.shift();
    if (line === undefined) {
      if (this.#reader.tooLong) this.#refuse(new AdminError("bad_request", `a line may have ${this.#limits.maxLineOctets} octets`));
      else if (this.#ended) this.#socket.end();
      else this.#socket.resume();
      return;
    }
    const request = parseRequest(line);
    if (request === null) {
      this.#refuse(new AdminError("bad_request", "this is no request: write {\"id\", \"method\", \"params\"} in one line"));
      return;
    }
    this.#busy = true;
    this.#socket.pause();
    this.#cancelTimer();
    void this.#answer(request.id, request.method, request.params ?? {});
  }

  async #answer(id: number | string, method: string, params: unknown): Promise<void> {
    const text = await this.#call(id, method, params);
    if (this.#closed) return;
    const after = (): void => {
      this.#busy = false;
      this.#watch(this.#limits.idleMs);
      this.#next();
    };
    if (this.#socket.write(text)) {
      after();
    } else {
      this.#watch(this.#limits.writeStallMs);
      this.#socket.once("drain", after);
    }
  }

  /** The answer's line: of the call, of its refusal, or that it took too long. */
  #call(id: number | string, method: string, params: unknown): Promise<string> {
    return new Promise((resolve) => {
      const limitMs = LONG_METHODS.includes(method) ? this.#limits.longRequestMs : this.#limits.requestMs;
      const cancel = this.#options.clock.after(limitMs, () => resolve(errorLine(id, new AdminError("timeout", `${method} took longer than ${limitMs} ms`))));
      answerCall(this.#options.host, method, params)
        .then((result) => `${encodeJson({ id, result: result ?? null })}\n`)
        .catch((error: unknown) => errorLine(id, this.#asAdminError(method, error)))
        .then((line) => {
          cancel();
          resolve(line);
        }, () => this.destroy());
    });
  }

  #asAdminError(method: string, error: unknown): AdminError {
    if (error instanceof AdminError) return error;
    const message = error instanceof Error ? error.message : String(error);
    this.#options.log.event("error", "admin_call_failed", { method, message });
    return new AdminError("internal", `${method} failed: ${message}`);
  }

  /** Says why, then parts. */
  #refuse(error: AdminError): void {
    this.#options.log.event("warn", "admin_client_dropped", { reason: error.message });
    this.#closed = true;
    this.#cancelTimer();
    this.#lines.length = 0;
    const forget = this.#options.clock.after(1_000, () => this.#socket.destroy());
    this.#socket.once("close", () => {
      forget();
      this.#gone();
    });
    this.#socket.end(errorLine(null, error), () => this.#socket.destroy());
  }
}

function parseRequest(line: string): z.output<typeof REQUEST> | null {
  try {
    const request = REQUEST.safeParse(JSON.parse(line));
    return request.success ? request.data : null;
  } catch {
    return null;
  }
}
