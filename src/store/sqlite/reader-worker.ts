/**
 * Reader worker: the read-only third thread; answers the queries that reader.ts sends, several side by side.
 *
 * Each answer has connections of its own, opened when it begins and closed with it. One step of each runs in turn, so
 * that a balance does not wait for a verification of the whole history.
 */
import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../../../protocols/wire/clock.js";
import type { Answer, Query } from "../query.js";
import { answer } from "./answers.js";
import { Books } from "./books.js";
import { DayKeys } from "./day-keys.js";
import type { KeyOctets } from "./day-keys.js";
import { DayCountsCache } from "./day-counts.js";
import { findLately, type PackedLately } from "./lately.js";

export interface ReaderOptions {
  /** The data folder. */
  readonly dir: string;
  /** Business time zone, minutes ahead of UTC. */
  readonly zoneMinutes: number;
  /** To read what is encrypted (day-keys.ts). */
  readonly keys: KeyOctets;
}

/** Other keys from now on. */
export interface ReaderKeys {
  readonly keys: KeyOctets;
}

export interface ReaderRequest {
  readonly no: number;
  readonly query: Query;
}

export type ReaderReply =
  | { readonly no: number; readonly answer: Answer | PackedLately }
  | { readonly no: number; readonly error: string; readonly code: string };

interface Task {
  readonly no: number;
  readonly books: Books;
  readonly steps: Generator<undefined, Answer | PackedLately>;
}

const options = workerData as ReaderOptions;
const clock = systemClock();
const counted = new DayCountsCache();
const keys = new DayKeys(options.keys);
const tasks: Task[] = [];
let running = false;

parentPort?.on("message", (message: ReaderRequest | ReaderKeys) => {
  if ("keys" in message) keys.use(message.keys);
  else begin(message);
});

function begin({ no, query }: ReaderRequest): void {
  let books: Books | null = null;
  try {
    books = Books.open(options.dir, options.zoneMinutes, undefined, keys);
    // Many messages cross packed.
    const steps = query.kind === "lately" ? findLately(books, query) : answer(books, query, () => clock.preciseMs(), counted);
    tasks.push({ no, books, steps });
  } catch (error) {
    books?.close();
    fail(no, error);
  }
  if (!running && tasks.length > 0) {
    running = true;
    setImmediate(turn);
  }
}

/** One step of the task in front, which then goes to the end of the line; messages come in between turns. */
function turn(): void {
  const task = tasks.shift();
  if (task !== undefined && step(task)) tasks.push(task);
  running = tasks.length > 0;
  if (running) setImmediate(turn);
}

/** Whether there is more to do. */
function step(task: Task): boolean {
  try {
    const { done, value } = task.steps.next();
    if (done !== true) return true;
    send({ no: task.no, answer: value });
  } catch (error) {
    fail(task.no, error);
  }
  task.books.close();
  return false;
}

function fail(no: number, error: unknown): void {
  const code = error instanceof Error && "code" in error ? String(error.code) : "failed";
  send({ no, error: error instanceof Error ? error.message : String(error), code });
}

function send(reply: ReaderReply): void {
  parentPort?.postMessage(reply);
}
