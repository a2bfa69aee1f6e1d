/**
 * The admin API as a client of the daemon's socket.
 */
import { createConnection } from "node:net";
import type { Socket } from "node:net";
import type { Clock } from "../../protocols/wire/clock.js";
import { encodeJson } from "../admin/api.js";
import type { AdminApi, MethodName, ParamsOf, Results } from "../admin/api.js";
import { AdminError } from "../admin/errors.js";
import type { AdminCode } from "../admin/errors.js";
import { LineReader } from "../admin/lines.js";
import { socketAddress } from "../admin/socket.js";
import { CliError, Exit } from "./exit.js";

/** A thousand traces are a few MB; more than this is no answer of ours. */
const MAX_ANSWER_OCTETS = 256 * 1024 * 1024;
const CONNECT_MS = 5_000;

export type Connected = { readonly client: AdminClient } | { readonly client: null; readonly reason: string };

/** Connects; a null client when nobody listens (no file, or one left by a dead daemon). Throws CliError otherwise. */
export function connectAdmin(path: string, clock: Clock): Promise<Connected> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path: socketAddress(path) });
    const cancel = clock.after(CONNECT_MS, () => socket.destroy(new Error("no answer")));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      cancel();
      const code = error.code ?? error.message;
      if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTDIR") resolve({ client: null, reason: code });
      else if (code === "EACCES" || code === "EPERM") {
        reject(new CliError(Exit.unavailable, `may not open ${path}`, "run it as the daemon's user, such as: sudo -u tollgate tollgate ..."));
      } else reject(new CliError(Exit.unavailable, `cannot reach the daemon at ${path}: ${code}`));
    });
    socket.once("connect", () => {
      cancel();
      socket.removeAllListeners("error");
      resolve({ client: new AdminClient(socket) });
    });
  });
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class AdminClient implements AdminApi {
  readonly #socket: Socket;
  readonly #reader = new LineReader(MAX_ANSWER_OCTETS);
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      for (const line of this.#reader.push(chunk)) this.#take(line);
      if (this.#reader.tooLong) socket.destroy();
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#fail(new CliError(Exit.unavailable, "the daemon closed the connection before it answered")));
  }

  call<M extends MethodName>(method: M, params: ParamsOf<M>): Promise<Results[M]> {
    const id = ++this.#lastId;
    return new Promise<Results[M]>((resolve, reject) => {
      this.#waiting.set(id, { resolve: (result) => resolve(result as Results[M]), reject });
      this.#socket.write(`${encodeJson({ id, method, params })}\n`);
    });
  }

  close(): Promise<void> {
    this.#socket.end();
    this.#socket.destroySoon();
    return Promise.resolve();
  }

  #take(line: string): void {
    const answer = parseAnswer(line);
    if (answer === null) {
      this.#fail(new CliError(Exit.unavailable, "what answers on the admin socket is no Tollgate"));
      this.#socket.destroy();
      return;
    }
    const error = answer.error === undefined ? null : new AdminError(answer.error.code as AdminCode, answer.error.message, answer.error.hint ?? "");
    // An error without id concerns the connection: whatever is waiting will not be answered.
    if (typeof answer.id !== "number") return this.#fail(error ?? new CliError(Exit.unavailable, "the daemon answered nothing that was asked"));
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (error === null) waiting?.resolve(answer.result);
    else waiting?.reject(error);
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

interface AnswerLine {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

function parseAnswer(line: string): AnswerLine | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as AnswerLine) : null;
  } catch {
    return null;
  }
}
