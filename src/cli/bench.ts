/**
 * tollgate bench: generator -> gateway -> simulated message centre on this machine, judged and measured; one JSON line a run.
 */
import { tmpdir } from "node:os";
import { rmSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { runBench } from "./bench-run.js";
import type { BenchOptions, BenchResult } from "./bench-run.js";
import { makeHistory } from "./bench-history.js";
import { makeBenchFolder } from "./bench-folder.js";
import { wholeNumber } from "./command.js";
import type { CliContext } from "./context.js";
import { Exit } from "./exit.js";

interface Flags {
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

export function register(program: Command, context: CliContext): void {
  program.command("bench").description("measure the gateway on this machine with its own generator and message centre; nothing may be lost")
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
      const results: BenchResult[] = [];
      let setup = await makeBenchFolder(flags.dir, flags);
      const say = (text: string): void => {
        if (flags.json !== true) context.output.line(text);
      };
      try {
        for (let run = 1; run <= flags.runs; run++) {
          if (run > 1 && flags.sameFolder !== true) {
            remove(setup.folder, flags);
            setup = await makeBenchFolder(flags.dir, flags);
          }
          say(`run ${run} of ${flags.runs} in ${setup.folder}`);
          if ((run === 1 || flags.sameFolder !== true) && flags.filled + flags.sealedDays > 0) {
            say("filling the folder with earlier messages");
            await makeHistory({ ...setup.history, nowMs: context.clock.wallMs, today: flags.filled, sealedDays: flags.sealedDays, perSealedDay: PER_SEALED_DAY });
          }
          const result = await runBench({ ...options(flags), run }, setup, context.clock, say);
          results.push(result);
          context.output.line(JSON.stringify(result));
        }
      } finally {
        remove(setup.folder, flags);
      }
      if (results.length > 1) context.output.line(JSON.stringify(medians(results)));
      if (flags.check === true && !results.every(sound)) context.exit = Exit.refused;
    });
}

function options(flags: Flags): Omit<BenchOptions, "run"> {
  return {
    messages: flags.minutes === undefined ? flags.messages : Infinity,
    forMs: (flags.minutes ?? 0) * MINUTE_MS,
    binds: flags.binds, window: flags.window, rate: flags.rate ?? 0, warmUpMs: flags.warmUp * 1_000, segments: flags.segments, links: flags.links, operatorWindow: flags.operatorWindow,
    down: flags.down === true, profile: flags.profile,
    relay: flags.relay && flags.down !== true,
  };
}

function remove(folder: string, flags: Flags): void {
  if (flags.keep !== true) rmSync(folder, { recursive: true, force: true });
}

function sound(result: BenchResult): boolean {
  return result.lost === 0 && result.doubled === 0 && result.verify_clean && result.sums_agree && result.accepted > 0 && result.gateway_exit === 0;
}

/** The middle value of each figure over the runs. */
function medians(results: readonly BenchResult[]): Record<string, number> {
  const [first] = results;
  const middle: Record<string, number> = { median_of: results.length };
  for (const name of Object.keys(first ?? {}) as (keyof BenchResult)[]) {
    const values = results.map((result) => result[name]).filter((value) => typeof value === "number").sort((a, b) => a - b);
    if (values.length === results.length && name !== "run") middle[name] = values[Math.floor(values.length / 2)] ?? 0;
  }
  return middle;
}

function minutes(text: string): number {
  const value = /^\d{1,4}(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value <= 0) throw new InvalidArgumentError("expected minutes above 0, such as 10 or 0.5.");
  return value;
}
