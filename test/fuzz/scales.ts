/**
 * Scales: what each thread of a daemon holds in memory when the garbage has gone; put into it by the test that starts it, never a part of it.
 *
 * ```
 *   test --IPC: "weigh"--> the daemon's main thread --BroadcastChannel--> its workers
 *   test <--IPC: Weight[]-- as soon as all have answered <----------------'
 * ```
 * Node loads this file first of all in every thread (`node --expose-gc --import .../scales.js`).
 */
import { basename } from "node:path";
import { setImmediate } from "node:timers/promises";
import { BroadcastChannel, isMainThread, threadId } from "node:worker_threads";
import type { Worker } from "node:worker_threads";

/** One thread's memory after a full collection, in octets. */
export interface Weight {
  /** "network", or the file that the worker runs. */
  readonly thread: string;
  readonly heap: number;
  /** Outside the heap and held by objects in it: buffers above all. SQLite's own memory is not among it. */
  readonly external: number;
}

interface Answer {
  readonly from: number;
  readonly weight: Weight;
}

const ASK = "weigh";
const channel = new BroadcastChannel("scales");
channel.unref();

async function weigh(): Promise<Weight> {
  // What finalizers let go is collected by the second.
  for (let time = 0; time < 2; time++) {
    gc?.();
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return { thread: isMainThread ? "network" : basename(process.argv[1] ?? "", ".js"), heap: heapUsed, external };
}

function heard(listener: (message: unknown) => void): void {
  channel.onmessage = (event) => listener((event as { readonly data: unknown }).data);
}

if (!isMainThread) {
  heard((message) => {
    if (message === ASK) void weigh().then((weight) => channel.postMessage({ from: threadId, weight } satisfies Answer));
  });
} else if (process.send !== undefined) {
  const workers = new Set<number>();
  let weights = new Map<number, Weight>();
  let asked = false;
  const tell = (): void => {
    if (!asked || !weights.has(threadId) || [...workers].some((worker) => !weights.has(worker))) return;
    asked = false;
    process.send?.([...weights].sort(([one], [other]) => one - other).map(([, weight]) => weight));
  };
  const answered = ({ from, weight }: Answer): void => {
    weights.set(from, weight);
    tell();
  };
  process.on("worker", (worker: Worker) => {
    const { threadId: id } = worker;
    workers.add(id);
    worker.once("exit", () => {
      workers.delete(id);
      tell();
    });
  });
  heard((message) => answered(message as Answer));
  process.on("message", (message) => {
    if (message !== ASK) return;
    asked = true;
    weights = new Map();
    channel.postMessage(ASK);
    void weigh().then((weight) => answered({ from: threadId, weight }));
  });
}
