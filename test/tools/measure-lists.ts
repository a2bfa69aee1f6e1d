/**
 * Measures a list of millions of numbers: memory, load time, and the cost of a check with 1% hits in random order.
 *
 *   node dist/test/tools/measure-lists.js [numbers]        5,000,000 unless given
 *
 * The list is written by the very import that `tollgate numbers import` uses, into a folder of its own that is removed afterwards.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NumberLists } from "../../src/contract/number-lists.js";
import { SqliteNumbers } from "../../src/store/sqlite/sqlite-numbers.js";

const COUNT = Number(process.argv[2] ?? 5_000_000);
const CHECKS = 2_000_000;
const BATCH = 100;
const HITS = 0.01;
const BLOCK = { kind: "block", accountNo: 0, signatureNo: 0 } as const;

/** The numbers of the list: one of each of as many places as there are numbers, spread over all mobiles (2^32 steps of a full period). */
let state = 20_261_125;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state;
}
const LISTED = new Uint32Array(COUNT);
for (let at = 0; at < COUNT; at++) LISTED[at] = random();
/** 1.3e10 and up: 32 bits of the 7e9 mobiles there are. */
const numberAt = (place: number): string => String(13_000_000_000 + place);

const rss = (): number => process.memoryUsage.rss();
const megabytes = (octets: number): string => `${(octets / 1_048_576).toFixed(1)} MiB`;
const out = (line: string): void => void process.stdout.write(`${line}\n`);

function open(dir: string): { readonly lists: NumberLists; readonly numbers: SqliteNumbers } {
  const lists = new NumberLists();
  const numbers = new SqliteNumbers({
    dir, zoneMinutes: 480, maxNumbers: COUNT + 1, lists,
    failed: (reason) => {
      throw new Error(reason);
    },
  });
  return { lists, numbers };
}

async function write(dir: string): Promise<void> {
  const { numbers } = open(dir);
  await numbers.open();
  const startMs = performance.now();
  const no = await numbers.importBegin({ list: BLOCK, off: false, atMs: Date.now(), source: "measure", value: 0 });
  for (let from = 0; from < COUNT; from += 10_000) {
    let text = "";
    for (let at = from; at < Math.min(COUNT, from + 10_000); at++) text += `${numberAt(LISTED[at] as number)}\n`;
    await numbers.importLines(no, text);
  }
  const { changed, same } = await numbers.importEnd(no, true);
  const seconds = (performance.now() - startMs) / 1_000;
  out(`import         ${String(changed)} numbers (${String(same)} twice) in ${seconds.toFixed(1)} s, ${Math.round(COUNT / seconds).toLocaleString("en")} lines/s; on disk ${megabytes(statSync(join(dir, "lists.db")).size)}`);
  await numbers.close();
}

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
}

/** Numbers are made beforehand: what is measured is the check alone. */
function check({ lists }: { readonly lists: NumberLists }, what: string): void {
  const asked: string[] = [];
  for (let at = 0; at < CHECKS; at++) asked.push(numberAt(random() / 4_294_967_296 < HITS ? LISTED[random() % COUNT] as number : random()));
  const batches = new Float64Array(CHECKS / BATCH);
  let hits = 0;
  const { block } = lists.all;
  for (const warm of asked.slice(0, 100_000)) if (block.has(warm)) hits++;
  hits = 0;
  for (let batch = 0; batch < batches.length; batch++) {
    const from = process.hrtime.bigint();
    for (let at = batch * BATCH; at < (batch + 1) * BATCH; at++) if (block.has(asked[at] as string)) hits++;
    batches[batch] = Number(process.hrtime.bigint() - from) / BATCH;
  }
  const sorted = batches.sort();
  out(`${what.padEnd(14)} ${CHECKS.toLocaleString("en")} checks, ${(hits / CHECKS * 100).toFixed(2)}% hits: p50 ${percentile(sorted, 0.5).toFixed(0)} ns, p99 ${percentile(sorted, 0.99).toFixed(0)} ns, worst ${percentile(sorted, 1).toFixed(0)} ns (means of ${String(BATCH)})`);
}

const dir = mkdtempSync(join(tmpdir(), "tollgate-measure-"));
try {
  await write(dir);
  global.gc?.();
  const before = rss();
  const opened = open(dir);
  const { ms, numbers } = await opened.numbers.open();
  const { block } = opened.lists.all;
  out(`load           ${numbers.toLocaleString("en")} numbers in ${(ms / 1_000).toFixed(2)} s`);
  out(`memory         ${megabytes(block.octets)} packed, ${(block.octets / block.size).toFixed(2)} octets a number; process grew by ${megabytes(rss() - before)} (${((rss() - before) / block.size).toFixed(1)} octets a number, the thread included)`);
  check(opened, "check");
  check(opened, "check again");
  await opened.numbers.close();
} finally {
  rmSync(dir, { recursive: true });
}
