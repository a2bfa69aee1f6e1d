/**
 * Writer: the thread that owns the books; batches in, results out, one at a time, in order.
 *
 * It keeps nothing of its own: the engine does the work, this file carries octets and the rare calls across. A day
 * is sealed in steps between batches, and a sealed day's file finished in a short-lived thread of its own.
 */
import { parentPort, Worker, workerData } from "node:worker_threads";
import { systemClock } from "../../../protocols/wire/clock.js";
import { reasonOf } from "./disk-trouble.js";
import { Engine } from "./engine.js";
import { FolderLock } from "./folder-lock.js";
import { makeFolders } from "./paths.js";
import type { WriterOptions } from "./state.js";
import type { FromWriter, ToWriter, WriterFigures } from "./writer-messages.js";

const port = parentPort;
if (port === null) throw new Error("the writer runs as a worker thread only");

const options = workerData as WriterOptions;
const clock = systemClock();
let lock: FolderLock | null = null;
let engine: Engine | null = null;
let sealing = false;
const unfinished: { readonly path: string; readonly erase: number }[] = [];
let finishing = false;

function tell(message: FromWriter, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

function nowMs(): number {
  clock.refresh();
  return clock.wallMs;
}

function opened(): Engine {
  if (engine === null) throw new Error("the books are not open");
  return engine;
}

/** How long a start waits for a command that opened the files itself and will be done in a moment: it must not fail by that. */
const LOCK_WAIT_MS = 3_000;

/** Results begin with this much room, so that their memory fits again and again. */
const RESULT_OCTETS = 262_144;

/** A copy that may leave this thread, in memory that has come back where that is large enough. */
function copyOut(from: Engine, spare: ArrayBuffer | null): ArrayBuffer {
  const { buffer, at } = from.state.out;
  const memory = spare !== null && spare.byteLength >= at ? spare : new ArrayBuffer(Math.max(RESULT_OCTETS, at));
  new Uint8Array(memory).set(buffer.subarray(0, at));
  return memory;
}

function open(no: number): void {
  makeFolders(options.dir);
  lock = FolderLock.take(options.dir, LOCK_WAIT_MS);
  engine = new Engine(
    options,
    {
      log: (level, event, fields) => tell({ kind: "log", level, event, fields }),
      availability: (available, reason) => tell({ kind: "availability", available, reason }),
      finishDay: (path, erase) => {
        if (!unfinished.some((one) => one.path === path && one.erase === erase)) unfinished.push({ path, erase });
        finishNext();
      },
      changed: (changed) => tell({ kind: "changed", changed }),
    },
    () => clock.preciseMs(),
  );
  const { found, held } = engine.open(nowMs());
  const memory = copyOut(engine, null);
  tell({ kind: "opened", no, found, held, memory, figures: figures(engine, 0, 0) }, [memory]);
}

function figures(of: Engine, intents: number, tookMs: number): WriterFigures {
  const { state } = of;
  const { walOctets, checkpoints, checkpointMsMax } = of.figures;
  return { intents, tookMs, walOctets, checkpoints, checkpointMsMax, orphans: state.orphans, uncertain: state.uncertain, reviews: state.reviews, openDays: of.openDays };
}

function batch(memory: ArrayBuffer, octets: number, intents: number, spare: ArrayBuffer | null): void {
  const working = opened();
  const startMs = clock.preciseMs();
  working.execute(Buffer.from(memory, 0, octets), nowMs());
  const results = copyOut(working, spare);
  tell({ kind: "results", memory: results, octets: working.state.out.at, used: memory, figures: figures(working, intents, clock.preciseMs() - startMs) }, [results, memory]);
}

/** Sealing goes on step by step whenever nothing else is to be done. */
function seal(): void {
  if (sealing || engine?.sealing !== true) return;
  sealing = true;
  setImmediate(() => {
    sealing = false;
    engine?.sealStep();
    seal();
  });
}

function finishNext(): void {
  const next = finishing ? undefined : unfinished.shift();
  if (next === undefined) return;
  const { path } = next;
  finishing = true;
  const worker = new Worker(new URL("./day-finisher.js", import.meta.url), { workerData: next });
  worker.on("error", (error: Error) => tell({ kind: "log", level: "warn", event: "day_not_finished", fields: { path, reason: error.message } }));
  worker.on("exit", () => {
    finishing = false;
    finishNext();
  });
}

function close(no: number): void {
  engine?.close();
  engine = null;
  lock?.release();
  lock = null;
  clock.stop();
  tell({ kind: "done", no, value: null });
  port?.close();
}

function call(no: number, work: () => unknown): void {
  try {
    tell({ kind: "done", no, value: work() });
  } catch (error) {
    failed(no, error);
  }
}

function failed(no: number, error: unknown): void {
  const code = error instanceof Error && "code" in error ? String(error.code) : "failed";
  tell({ kind: "failed", no, code, message: reasonOf(error) });
}

port.on("message", (message: ToWriter) => {
  switch (message.kind) {
    case "batch":
      batch(message.memory, message.octets, message.intents, message.spare);
      break;
    case "rest":
      opened().rest(message.wallMs);
      seal();
      break;
    case "open":
      try {
        open(message.no);
      } catch (error) {
        engine = null;
        lock?.release();
        failed(message.no, error);
      }
      break;
    case "operators":
      call(message.no, () => opened().registerOperators(message.operators, nowMs()));
      break;
    case "change":
      call(message.no, () => opened().change(message.command, nowMs()));
      break;
    case "keys":
      call(message.no, () => opened().state.days.keys.use(message.keys));
      break;
    case "close":
      close(message.no);
      break;
  }
});
