/**
 * `npm run fuzz`: mutated frames from a seed, in bounded numbers; outside CI, which has a short run of its own.
 *
 * ```
 *   npm run fuzz                           one million mutants of each protocol through the codecs
 *   npm run fuzz -- --seed 7 --count 5000  others, or fewer
 *   npm run fuzz -- --only codecs          one part alone
 * ```
 * Parts are run in order; each throws when something happened that must not, and then the run ends with 1.
 */
import { parseArgs } from "node:util";
import { TARGETS, fuzzCodec } from "./codecs.js";

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

/** Every part, in order. */
const PARTS: readonly FuzzPart[] = [codecs];

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
