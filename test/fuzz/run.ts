/**
 * `npm run fuzz`: mutated frames from a seed, in bounded numbers; outside CI, which has a short run of its own.
 *
 * ```
 *   npm run fuzz                           one million mutants of each protocol through the codecs, 50,000 through a running gateway
 *   npm run fuzz -- --seed 7 --count 5000  others, or fewer
 *   npm run fuzz -- --only codecs          one part alone
 * ```
 * Parts are run in order; each throws when something happened that must not, and then the run ends with 1.
 */
import { parseArgs } from "node:util";
import { SAME_PROTOCOL } from "../e2e/peer.js";
import { TARGETS, fuzzCodec } from "./codecs.js";
import { MOST_RESIDENT_GROWTH_MB, MOST_THREAD_GROWTH_MB } from "./condition.js";
import { fuzzLive } from "./live.js";

export interface FuzzOptions {
  readonly seed: number;
  /** Mutants of each protocol, where a part does not say otherwise. */
  readonly count: number;
}

/** One thing to fuzz. `run` gives a line on what it did. */
export interface FuzzPart {
  readonly name: string;
  run(options: FuzzOptions, tell: (line: string) => void): Promise<void>;
}

const codecs: FuzzPart = {
  name: "codecs",
  async run({ seed, count }, tell) {
    for (const target of TARGETS) {
      const startedAt = process.hrtime.bigint();
      fuzzCodec(target, count, seed);
      const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
      tell(`${target.name}: ${count} mutants of ${target.frames.length} frames in ${seconds.toFixed(1)} s, none threw or was read twofold`);
    }
  },
};

/** Mutants of each protocol through a gateway at the most: each is a message's work, not a decoder's. */
const MOST_LIVE = 50_000;

const daemon: FuzzPart = {
  name: "daemon",
  async run({ seed, count }, tell) {
    for (const { customer } of SAME_PROTOCOL) {
      const startedAt = process.hrtime.bigint();
      const report = await fuzzLive(customer, Math.min(count, MOST_LIVE), seed);
      const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
      tell(`${customer}: ${report.warmUp} mutants, then ${report.mutants} over ${report.connections} connections, in ${seconds.toFixed(1)} s; `
        + `${report.accepted} messages came to the operator; descriptors ${report.descriptorsBefore} -> ${report.descriptorsAfter}`);
      tell(`${customer}: memory in MB, heap + buffers of each thread after a full collection: ${report.memoryBefore} -> ${report.memoryAfter} `
        + `(at most ${MOST_THREAD_GROWTH_MB} MB more of each thread, ${MOST_RESIDENT_GROWTH_MB} MB resident)`);
    }
  },
};

/** Every part, in order. */
const PARTS: readonly FuzzPart[] = [codecs, daemon];

const { values } = parseArgs({
  options: { seed: { type: "string", default: "20261124" }, count: { type: "string", default: "1000000" }, only: { type: "string" } },
});
const options: FuzzOptions = { seed: wholeNumber("seed", values.seed), count: wholeNumber("count", values.count) };
const parts = PARTS.filter((part) => values.only === undefined || part.name === values.only);
if (parts.length === 0) throw new Error(`--only ${values.only ?? ""}: there are ${PARTS.map((part) => part.name).join(", ")}`);

for (const part of parts) {
  await part.run(options, (line) => process.stdout.write(`${part.name}: ${line} (seed ${options.seed})\n`));
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new Error(`--${name} ${text}: give a whole number`);
  return value;
}
