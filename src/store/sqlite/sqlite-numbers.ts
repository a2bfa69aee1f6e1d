/**
 * SqliteNumbers: the number lists' durable side as the network thread sees it: calls go to the thread of numbers-worker.ts, what changes comes back
 * into NumberLists.
 */
import { Worker } from "node:worker_threads";
import type { ListName, NumberLists } from "../../contract/number-lists.js";
import {
  MOST_LINES, NumbersError, type ImportResult, type ImportTerms, type ListFigures, type NumberChange, type NumberEntry, type NumberStore, type NumbersOpened, type NumbersRefusal,
} from "../numbers.js";
import type { FromNumbers, NumberCalls, NumbersOptions, ToNumbers } from "./number-messages.js";

export interface SqliteNumbersOptions extends NumbersOptions {
  /** Kept as the lists are. */
  readonly lists: NumberLists;
  /** The thread has ended though nobody closed it: no change can be made any more. */
  failed(reason: string): void;
}

interface Call {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Calls under way at once; inbound messages that opt out are paced by their links, people by themselves. */
const MOST_CALLS = 100_000;
const MOST_PAGE = 10_000;

export class SqliteNumbers implements NumberStore {
  readonly #options: SqliteNumbersOptions;
  readonly #calls = new Map<number, Call>();
  #worker: Worker | null = null;
  #no = 0;
  /** Before that, whoever opens it is told. */
  #opened = false;

  constructor(options: SqliteNumbersOptions) {
    this.#options = options;
  }

  async open(): Promise<NumbersOpened> {
    const { dir, zoneMinutes, maxNumbers } = this.#options;
    const worker = new Worker(new URL("./numbers-worker.js", import.meta.url), { workerData: { dir, zoneMinutes, maxNumbers } satisfies NumbersOptions });
    this.#worker = worker;
    worker.on("message", (message: FromNumbers) => this.#heard(message));
    worker.on("error", (error: Error) => this.#died(worker, error.message));
    worker.on("exit", (code: number) => this.#died(worker, `exit code ${String(code)}`));
    try {
      const opened = await this.#call("open", null);
      this.#opened = true;
      return opened;
    } catch (error) {
      this.#worker = null;
      await worker.terminate();
      throw error;
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    await this.#call("close", null);
    this.#worker = null;
    await worker.terminate();
    this.#failAll("the number lists are closed");
  }

  change(change: NumberChange): Promise<boolean> {
    return this.#call("change", change);
  }

  importBegin(terms: ImportTerms): Promise<number> {
    return this.#call("importBegin", terms);
  }

  async importLines(no: number, text: string): Promise<void> {
    let lines = 1;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
    if (lines > MOST_LINES) throw new NumbersError("limit_exceeded", `at most ${MOST_LINES} lines go at once`);
    await this.#call("importLines", { no, text });
  }

  importEnd(no: number, keep: boolean): Promise<ImportResult> {
    return this.#call("importEnd", { no, keep });
  }

  find(number: string): Promise<readonly NumberEntry[]> {
    return this.#call("find", number);
  }

  page(list: ListName, after: string, limit: number): Promise<readonly NumberEntry[]> {
    return this.#call("page", { list, after, limit: Math.min(limit, MOST_PAGE) });
  }

  figures(): Promise<readonly ListFigures[]> {
    return this.#call("figures", null);
  }

  forget(number: string): Promise<number> {
    return this.#call("forget", number);
  }

  #call<K extends keyof NumberCalls>(kind: K, ask: NumberCalls[K]["ask"]): Promise<NumberCalls[K]["answer"]> {
    const worker = this.#worker;
    if (worker === null) return Promise.reject(new NumbersError("unavailable", "the number lists are not open"));
    if (this.#calls.size >= MOST_CALLS) return Promise.reject(new NumbersError("busy", "too many changes of the number lists are under way"));
    const no = ++this.#no;
    return new Promise((resolve, reject) => {
      this.#calls.set(no, { resolve: resolve as Call["resolve"], reject });
      worker.postMessage({ kind, ask, no } as ToNumbers);
    });
  }

  #heard(message: FromNumbers): void {
    const { lists } = this.#options;
    switch (message.kind) {
      case "changed":
        return lists.list(message.list).change(message.number, message.value);
      case "packed":
        return lists.list(message.list).replace(message.packed);
      case "done":
        return this.#settle(message.no, (call) => call.resolve(message.answer));
      case "failed":
        return this.#settle(message.no, (call) => call.reject(errorOf(message.code, message.message)));
    }
  }

  #settle(no: number, how: (call: Call) => void): void {
    const call = this.#calls.get(no);
    this.#calls.delete(no);
    if (call !== undefined) how(call);
  }

  #died(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const reason = `the thread of the number lists ended: ${why}`;
    this.#failAll(reason);
    if (this.#opened) this.#options.failed(reason);
  }

  #failAll(reason: string): void {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(new NumbersError("unavailable", reason));
  }
}

const REFUSALS: readonly string[] = ["limit_exceeded", "unavailable", "no_such_import", "busy"] satisfies NumbersRefusal[];

function errorOf(code: string, message: string): Error {
  return REFUSALS.includes(code) ? new NumbersError(code as NumbersRefusal, message) : new Error(`${code}: ${message}`);
}
