/**
 * Numbers worker: the thread of the number lists; does what number-store.ts asks, in order, long work in slices between which others come in.
 */
import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../../../protocols/wire/clock.js";
import { reasonOf } from "./disk-trouble.js";
import { NumberKeeper } from "./number-keeper.js";
import type { FromNumbers, NumbersOptions, ToNumbers } from "./number-messages.js";

const port = parentPort;
if (port === null) throw new Error("numbers-worker.ts runs as a worker only");
const clock = systemClock();
let keeper: NumberKeeper | null = null;

function tell(message: FromNumbers): void {
  port?.postMessage(message);
}

function opened(): NumberKeeper {
  if (keeper === null) throw new Error("the lists are not open");
  return keeper;
}

function open(): unknown {
  const startedMs = clock.preciseMs();
  keeper = new NumberKeeper(workerData as NumbersOptions, () => clock.wallMs, tell);
  const found = keeper.load();
  return { ...found, ms: Math.round(clock.preciseMs() - startedMs) };
}

/** Calls `step` now and in turns after what else has come, until it gives something; that is the answer. */
function inSlices(no: number, step: () => unknown): void {
  guarded(no, () => {
    const answer = step();
    if (answer === undefined) setImmediate(() => inSlices(no, step));
    else tell({ kind: "done", no, answer });
  });
}

function guarded(no: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    tell({ kind: "failed", no, code: error instanceof Error && "code" in error ? String(error.code) : "failed", message: reasonOf(error) });
  }
}

port.on("message", (call: ToNumbers) => {
  const { no } = call;
  switch (call.kind) {
    case "importLines": {
      const { no: one, text } = call.ask;
      let left: string | null = text;
      return inSlices(no, () => {
        const more = opened().importLines(one, left);
        left = null;
        return more ? undefined : null;
      });
    }
    case "importEnd":
      return inSlices(no, () => opened().importEnd(call.ask.no, call.ask.keep) ?? undefined);
    default:
      return guarded(no, () => tell({ kind: "done", no, answer: answer(call) }));
  }
});

function answer(call: Exclude<ToNumbers, { kind: "importLines" | "importEnd" }>): unknown {
  switch (call.kind) {
    case "open":
      return open();
    case "change":
      return opened().change(call.ask);
    case "importBegin":
      return opened().importBegin(call.ask);
    case "find":
      return opened().find(call.ask);
    case "page":
      return opened().page(call.ask.list, call.ask.after, call.ask.limit);
    case "figures":
      return opened().figures();
    case "forget":
      return opened().forget(call.ask);
    case "close":
      keeper?.close();
      keeper = null;
      clock.stop();
      return null;
  }
}
