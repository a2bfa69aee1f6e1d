/**
 * Reader: the network thread's side of the read-only thread: a question in, a promise of its answer out.
 *
 * The thread starts with the first question and does not keep the process alive while nothing is asked. Should it die,
 * the questions under way fail and the next one starts it again.
 */
import { Worker } from "node:worker_threads";
import type { Message } from "../../../protocols/model/message.js";
import type { Answer, Query } from "../query.js";
import type { KeyOctets } from "./day-keys.js";
import { unpackLately, type PackedLately } from "./lately.js";
import type { ReaderKeys, ReaderOptions, ReaderReply, ReaderRequest } from "./reader-worker.js";

/** Questions under way at once; each may hold a connection to every day's file. */
const MAX_RUNNING = 4;
/** Questions that may wait; beyond it they are refused as busy. */
const MAX_WAITING = 256;

/** A question that could not be answered: "busy", "closed", or the code of the reader's own error. */
export class ReaderError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "ReaderError";
    this.code = code;
  }
}

interface Waiting {
  readonly query: Query;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export class Reader {
  readonly #options: Omit<ReaderOptions, "keys">;
  #keys: KeyOctets;
  #worker: Worker | null = null;
  #closed = false;
  #no = 0;
  readonly #running = new Map<number, Waiting>();
  readonly #waiting: Waiting[] = [];

  constructor({ keys = [], ...options }: Omit<ReaderOptions, "keys"> & Partial<ReaderOptions>) {
    this.#options = options;
    this.#keys = keys;
  }

  /** The keys to read with from now on. */
  useKeys(keys: KeyOctets): void {
    this.#keys = keys;
    this.#worker?.postMessage({ keys } satisfies ReaderKeys);
  }

  /** Answers one question. Rejects with ReaderError when it cannot. */
  query(query: Query): Promise<Answer> {
    if (this.#closed) return Promise.reject(new ReaderError("closed", "the books are closed"));
    if (this.#running.size >= MAX_RUNNING && this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(new ReaderError("busy", "too many questions are waiting: try again later"));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ query, resolve, reject });
      this.#next();
    });
  }

  /** Ends the thread; questions under way fail as "closed". */
  async close(): Promise<void> {
    this.#closed = true;
    this.#failAll("closed", "the books are closed");
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #next(): void {
    while (this.#running.size < MAX_RUNNING) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) break;
      this.#worker ??= this.#start();
      this.#no += 1;
      this.#running.set(this.#no, waiting);
      this.#worker.ref();
      this.#worker.postMessage({ no: this.#no, query: waiting.query } satisfies ReaderRequest);
    }
    if (this.#running.size === 0) this.#worker?.unref();
  }

  #start(): Worker {
    const worker = new Worker(new URL("./reader-worker.js", import.meta.url), { workerData: { ...this.#options, keys: this.#keys } satisfies ReaderOptions });
    worker.on("message", (reply: ReaderReply) => this.#answered(reply));
    // Once it has died it is forgotten; the exit that follows an error finds nothing left to do.
    worker.on("error", (error: Error) => this.#died(worker, error.message));
    worker.on("exit", (code: number) => this.#died(worker, `exit code ${code}`));
    return worker;
  }

  #answered(reply: ReaderReply): void {
    const waiting = this.#running.get(reply.no);
    this.#running.delete(reply.no);
    if (waiting !== undefined) {
      if ("answer" in reply) waiting.resolve("packed" in reply.answer ? opened(reply.answer) : withBuffers(reply.answer));
      else waiting.reject(new ReaderError(reply.code, reply.error));
    }
    this.#next();
  }

  #died(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#failAll("failed", `the reader thread ended: ${why}`);
  }

  #failAll(code: string, message: string): void {
    const all = [...this.#running.values(), ...this.#waiting];
    this.#running.clear();
    this.#waiting.length = 0;
    for (const each of all) each.reject(new ReaderError(code, message));
  }
}

function opened(found: PackedLately): Answer {
  return { kind: "lately", messages: unpackLately(found), beforeId: found.beforeId };
}

/** Octets cross between threads as plain arrays of octets; messages have buffers. */
function withBuffers(answer: Answer): Answer {
  if (answer.kind === "siblings") for (const text of answer.texts) text.parts.forEach(withOwnBuffers);
  if (answer.kind === "review") for (const entry of answer.entries) for (const { message } of entry.messages) withOwnBuffers(message);
  return answer;
}

function withOwnBuffers(message: Message): void {
  message.octets = asBuffer(message.octets);
  if (message.extras !== null) message.extras = asBuffer(message.extras);
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, length);
}
