/**
 * Screen builder: builds a screen in a worker thread, so that reading 10,000 words never holds up a message.
 */
import { Worker } from "node:worker_threads";
import type { Compiled, ScreenOptions, WordFile } from "../filter/compile.js";
import { screenFromData, type ScreenBuild } from "../filter/screen.js";

/** What the worker is given. */
export interface BuildJob {
  readonly files: readonly WordFile[];
  readonly options: ScreenOptions;
  readonly version: number;
}

const ENTRY = new URL("./screen-worker.js", import.meta.url);

/**
 * As `buildScreen`, off this thread; the data comes over without being copied.
 * @throws Error when the thread itself fails (out of memory)
 */
export function buildScreenInWorker(files: readonly WordFile[], options: ScreenOptions, version: number): Promise<ScreenBuild> {
  const workerData: BuildJob = { files, options, version };
  return new Promise((resolve, reject) => {
    const worker = new Worker(ENTRY, { workerData });
    worker.once("message", (compiled: Compiled) => {
      resolve("errors" in compiled ? compiled : { screen: screenFromData(compiled.data), warnings: compiled.warnings });
    });
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the word list builder ended with ${String(code)} and no result`)));
  });
}
