/**
 * tollgate bench: generator -> gateway -> simulated message centre on this machine, judged and measured; one JSON line a run.
 */
import { tmpdir } from "node:os";
import { rmSync } from "node:fs";
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { combinationName, runBench } from "./bench-run.js";
import type { BenchOptions, BenchResult } from "./bench-run.js";
import { makeHistory } from "./bench-history.js";
import { BENCH_PROTOCOLS, makeBenchFolder } from "./bench-folder.js";
import type { BenchProtocol, BenchSetup, Combination } from "./bench-folder.js";
import { wholeNumber } from "./command.js";
import type { CliContext } from "./context.js";
import { CliError, Exit } from "./exit.js";

interface Flags {
  readonly customer: BenchProtocol;
  readonly operator: BenchProtocol;
  readonly combinations?: true;
  readonly messages: number;
  readonly minutes?: number;
  readonly binds: number;
  readonly window: number;
  readonly links: number;
  readonly operatorWindow: number;
  readonly rate?: number;
  readonly warmUp: number;
  readonly runs: number;
  readonly segments: number;
  readonly down?: true;
  readonly policies?: true;
  readonly encrypt?: true;
  readonly blocked: number;
  readonly sameFolder?: true;
  readonly filled: number;
  readonly sealedDays: number;
  readonly relay: boolean;
  readonly check?: true;
  readonly dir: string;
  readonly keep?: true;
  readonly profile: string;
  readonly json?: true;
}

const MINUTE_MS = 60_000;
const PER_SEALED_DAY = 50_000;
/** What the others are compared with comes first. */
const COMBINATIONS: readonly Combination[] = [
  { customer: "smpp", operator: "smpp" }, { customer: "cmpp", operator: "cmpp" }, { customer: "smpp", operator: "cmpp" }, { customer: "cmpp", operator: "smpp" },
];

export function register(program: Command, context: CliContext): void {
  program.command("bench").description("measure the gateway on this machine with its own generator and message centre; nothing may be lost")
    .addOption(new Option("--customer <protocol>", "the protocol the customer speaks").choices(BENCH_PROTOCOLS).default("smpp"))
    .addOption(new Option("--operator <protocol>", "the protocol the operator speaks").choices(BENCH_PROTOCOLS).default("smpp"))
    .option("--combinations", "all combinations of the two, one after the other in each run, and their ratios to the first")
    .option("--messages <number>", "messages in all", wholeNumber(900_000_000), 200_000)
    .option("--minutes <number>", "submit for so long instead", minutes)
    .option("--binds <number>", "binds of the customer", wholeNumber(64), 4)
    .option("--window <number>", "submits each bind may have unanswered", wholeNumber(10_000), 1_000)
    .option("--links <number>", "links to the operator", wholeNumber(64), 2)
    .option("--operator-window <number>", "submits each link may have unanswered", wholeNumber(10_000), 2_000)
    .option("--rate <number>", "submits a second offered; else as fast as the windows allow", wholeNumber(1_000_000))
    .option("--warm-up <seconds>", "answers in this first time do not count in the latencies", wholeNumber(3_600), 0)
    .option("--runs <number>", "runs, each in a folder of its own", wholeNumber(100), 1)
    .option("--segments <number>", "segments a message takes", wholeNumber(10), 1)
    .option("--down", "the operator is down while messages are accepted; then the gateway is restarted and drained")
    .option("--policies", "each run without and with every rule of a contract on, and the ratio of the two")
    .option("--encrypt", "texts are encrypted on disk, as with [privacy] encrypt_bodies")
    .option("--blocked <number>", "with --policies: numbers on the list of all accounts", wholeNumber(5_000_000), 1_000_000)
    .option("--same-folder", "all runs in one data folder, so that later ones find the earlier ones' messages in it")
    .option("--filled <number>", "messages already in today's file", wholeNumber(100_000_000), 0)
    .option("--sealed-days <number>", `sealed days behind it, of ${PER_SEALED_DAY} messages each`, wholeNumber(100), 0)
    .option("--no-relay", "do not run the same traffic through a bare relay")
    .option("--check", "exit 1 unless nothing was lost or doubled and the books are clean; speed is not judged")
    .option("--dir <folder>", "where the folders are made", tmpdir())
    .option("--keep", "leave the folders there")
    .option("--profile <folder>", "write a CPU profile of each thread of the gateway there (it slows it down)", "")
    .option("--json", "print the JSON lines only")
    .action(async (flags: Flags) => {
      if (flags.combinations === true && flags.sameFolder === true) throw new CliError(Exit.usage, "give only one of --combinations and --same-folder");
      const combinations = flags.combinations === true ? COMBINATIONS : [{ customer: flags.customer, operator: flags.operator }];
      if (flags.policies === true && (flags.sameFolder === true || flags.down === true)) throw new CliError(Exit.usage, "--policies goes with neither --same-folder nor --down");
      const variants = flags.policies === true ? [null, { blocked: flags.blocked }] : [null];
      const results: BenchResult[] = [];
      let setup: BenchSetup | null = null;
      const say = (text: string): void => {
        if (flags.json !== true) context.output.line(text);
      };
      try {
        for (let run = 1; run <= flags.runs; run++) {
          for (const [combination, policies] of combinations.flatMap((one) => variants.map((variant) => [one, variant] as const))) {
            if (setup === null || flags.sameFolder !== true) {
              remove(setup, flags);
              setup = await newFolder(flags, combination, context, say);
            }
            say(`run ${run} of ${flags.runs}, ${combinationName(combination)}${policies === null ? "" : ", policies on"}, in ${setup.folder}`);
            const result = await runBench({ ...options(flags), ...combination, policies, spread: flags.policies === true, run }, setup, context.clock, say);
            results.push(result);
            context.output.line(JSON.stringify(result));
          }
        }
      } finally {
        remove(setup, flags);
      }
      if (flags.policies === true) for (const combination of combinations) context.output.line(JSON.stringify(policyRatio(results, combinationName(combination))));
      const middles = combinations.map((combination) => medians(results, combinationName(combination)));
      if (flags.runs > 1) for (const middle of middles) context.output.line(JSON.stringify(middle));
      if (combinations.length > 1) context.output.line(JSON.stringify(ratios(middles)));
      if (flags.check === true && !results.every(sound)) context.exit = Exit.refused;
    });
}

async function newFolder(flags: Flags, combination: Combination, context: CliContext, say: (text: string) => void): Promise<BenchSetup> {
  const setup = await makeBenchFolder(flags.dir, { ...flags, ...combination });
  if (flags.filled + flags.sealedDays > 0) {
    say(`filling ${setup.folder} with earlier messages`);
    await makeHistory({ ...setup.history, nowMs: context.clock.wallMs, today: flags.filled, sealedDays: flags.sealedDays, perSealedDay: PER_SEALED_DAY });
  }
  return setup;
}

function options(flags: Flags): Omit<BenchOptions, "run" | "policies" | "spread" | keyof Combination> {
  return {
    messages: flags.minutes === undefined ? flags.messages : Infinity,
    forMs: (flags.minutes ?? 0) * MINUTE_MS,
    binds: flags.binds, window: flags.window, rate: flags.rate ?? 0, warmUpMs: flags.warmUp * 1_000, segments: flags.segments, links: flags.links, operatorWindow: flags.operatorWindow,
    down: flags.down === true, profile: flags.profile,
    relay: flags.relay && flags.down !== true,
  };
}

function remove(setup: BenchSetup | null, flags: Flags): void {
  if (setup !== null && flags.keep !== true) rmSync(setup.folder, { recursive: true, force: true });
}

function sound(result: BenchResult): boolean {
  return result.lost === 0 && result.doubled === 0 && result.verify_clean && result.sums_agree && result.accepted > 0 && result.gateway_exit === 0;
}

type Middle = { readonly combination: string } & Readonly<Record<string, number | string>>;

/** The middle value of each figure over a combination's runs. */
function medians(results: readonly BenchResult[], combination: string): Middle {
  const own = results.filter((result) => result.combination === combination);
  const middle: Record<string, number> = {};
  for (const name of Object.keys(own[0] ?? {}) as (keyof BenchResult)[]) {
    const values = own.map((result) => result[name]).filter((value) => typeof value === "number").sort((a, b) => a - b);
    if (values.length === own.length && name !== "run") middle[name] = values[Math.floor(values.length / 2)] ?? 0;
  }
  return { combination, median_of: own.length, ...middle };
}

/** End-to-end figures by the first combination's, which ran on the same machine at the same time of day. */
function ratios(middles: readonly Middle[]): Record<string, number | string> {
  const [first, ...others] = middles;
  const base = Number(first?.["end_to_end_per_s"] ?? 0);
  const told: Record<string, number | string> = { ratios_to: first?.combination ?? "" };
  for (const middle of others) told[middle.combination] = Number((Number(middle["end_to_end_per_s"]) / base).toFixed(3));
  return told;
}

/** End-to-end figures of a combination's runs without and with policies, the middle ones, and what the second is of the first. */
function policyRatio(results: readonly BenchResult[], combination: string): Record<string, number | string> {
  const middle = (policies: boolean): number => {
    const values = results.filter((one) => one.combination === combination && one.policies === policies).map((one) => one.end_to_end_per_s).sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)] ?? 0;
  };
  const [without, withAll] = [middle(false), middle(true)];
  return { combination, without_policies_per_s: without, with_policies_per_s: withAll, ratio_with_policies: Number((withAll / without).toFixed(3)) };
}

function minutes(text: string): number {
  const value = /^\d{1,4}(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value <= 0) throw new InvalidArgumentError("expected minutes above 0, such as 10 or 0.5.");
  return value;
}
