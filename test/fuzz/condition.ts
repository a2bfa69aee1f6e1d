/**
 * Condition: what of a running gateway must be as before when its peers have gone: sessions, gathered texts, descriptors, memory.
 *
 * Memory is that of each thread after a full collection, by scales.ts. What the process has of the system besides (SQLite's pages, up to
 * 40 MB of the latest day; what the allocator keeps for next time, 16 MB for each thread that has checked a password) is bounded too, and wider.
 */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import type { Road } from "../e2e/road.js";
import type { Weight } from "./scales.js";

/** For `Road.open`: the daemon has its scales. */
export const WITH_SCALES: readonly string[] = ["--expose-gc", "--import", new URL("./scales.js", import.meta.url).href];

export interface Condition {
  readonly connections: number;
  readonly links: number;
  readonly gathering: number;
  readonly descriptors: number;
}

export interface Memory {
  readonly threads: readonly Weight[];
  readonly residentMb: number;
}

const MOST_DESCRIPTORS_MORE = 5;
/**
 * Growth of a thread's heap and buffers that is no leak: code compiled meanwhile, rows of messages that still wait (half a kilobyte
 * each). Measured: less than 1 MB in 50,000 mutants; a hundred octets kept of each would be 5.
 */
export const MOST_THREAD_GROWTH_MB = 3;
/** Growth of resident memory, in which all that waits to be used again is. */
export const MOST_RESIDENT_GROWTH_MB = 100;
const SETTLE_MS = 15_000;
const WEIGH_EVERY_MS = 250;
const MB = 1_048_576;

export async function look(road: Road): Promise<Condition> {
  const { listeners, operators, gathering } = await road.daemon.call("status", {});
  return {
    connections: listeners.reduce((sum, one) => sum + one.connections, 0),
    links: operators.reduce((sum, one) => sum + one.bound, 0),
    gathering,
    descriptors: readdirSync(`/proc/${road.daemon.pid}/fd`).length,
  };
}

/** Waits until sessions, texts and descriptors are back. @throws AssertionError when they are not in time */
export async function settled(road: Road, before: Condition): Promise<Condition> {
  const back = ({ connections, links, gathering, descriptors }: Condition): boolean =>
    connections <= before.connections && links >= before.links && gathering <= before.gathering && descriptors <= before.descriptors + MOST_DESCRIPTORS_MORE;
  const after = await road.eventually(() => look(road), back, SETTLE_MS);
  assert.ok(back(after), `before ${JSON.stringify(before)}, after ${JSON.stringify(after)}`);
  return after;
}

export async function weigh(road: Road): Promise<Memory> {
  const threads = (await road.daemon.ask("weigh")) as readonly Weight[];
  const status = readFileSync(`/proc/${road.daemon.pid}/status`, "utf8");
  return { threads, residentMb: Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024) };
}

/** Waits until each thread's memory is what it was, but for what it may grow. @throws AssertionError when it is not in time */
export async function unburdened(road: Road, before: Memory): Promise<Memory> {
  const endMs = road.clock.preciseMs() + SETTLE_MS;
  for (;;) {
    const after = await weigh(road);
    const grown = growth(before, after);
    if (grown.length === 0) return after;
    assert.ok(road.clock.preciseMs() < endMs, `memory has grown: ${grown.join(", ")} (${shownMemory(before)} before, ${shownMemory(after)} after)`);
    await road.pause(WEIGH_EVERY_MS);
  }
}

/** What has grown by more than it may, each in words. */
export function growth(before: Memory, after: Memory): string[] {
  const grown = after.threads.flatMap(({ thread, heap, external }) => {
    const was = before.threads.find((one) => one.thread === thread);
    const more = heap + external - (was === undefined ? 0 : was.heap + was.external);
    return was !== undefined && more > MOST_THREAD_GROWTH_MB * MB ? [`${thread} by ${inMb(more)} MB`] : [];
  });
  const resident = after.residentMb - before.residentMb;
  return resident > MOST_RESIDENT_GROWTH_MB ? [...grown, `the process by ${resident} MB`] : grown;
}

/** "network 18.3+3.5, writer 8.1+3.7, resident 142 MB": heap and what its objects hold outside it. */
export function shownMemory({ threads, residentMb }: Memory): string {
  return [...threads.map(({ thread, heap, external }) => `${thread} ${inMb(heap)}+${inMb(external)}`), `resident ${residentMb} MB`].join(", ");
}

function inMb(octets: number): string {
  return (octets / MB).toFixed(1);
}
