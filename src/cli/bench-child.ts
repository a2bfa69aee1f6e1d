/**
 * BenchChild: a program run beside the bench and watched from outside: its CPU time, its memory, its end.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CliError, Exit } from "./exit.js";

/** The built command line this file belongs to. */
const MAIN = fileURLToPath(new URL("../main.js", import.meta.url));
/** Linux counts a process's CPU time in hundredths of a second for every reader. */
const CLOCK_TICK_MS = 10;
const OUTPUT_SHOWN = 2_000;

export class BenchChild {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #log: string;
  #exit: number | null = null;
  readonly exited: Promise<number>;

  /** Starts `tollgate ARGS` with node's own flags; what it prints goes to the file `log`. */
  constructor(name: string, args: readonly string[], log: string, nodeFlags: readonly string[] = []) {
    this.#name = name;
    this.#log = log;
    const output = openSync(log, "a");
    this.#process = spawn(process.execPath, [...nodeFlags, MAIN, ...args], { stdio: ["ignore", output, output] });
    closeSync(output);
    this.exited = new Promise((resolve) => {
      this.#process.once("error", () => resolve((this.#exit = 127)));
      this.#process.once("exit", (code, signal) => resolve((this.#exit = code ?? (signal === null ? 1 : 128))));
    });
  }

  get running(): boolean {
    return this.#exit === null;
  }

  /** CPU time of all its threads so far, user and system, ms. */
  cpuMs(): number {
    const stat = this.#read("stat");
    // The name in brackets may hold blanks; utime and stime are the 12th and 13th fields behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * CLOCK_TICK_MS;
  }

  /** The most memory it has had resident, MiB. */
  peakRssMb(): number {
    return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(this.#read("status"))?.[1] ?? 0) / 1_024);
  }

  /** Asks it to end in good order; the exit code. */
  async stop(): Promise<number> {
    this.#process.kill("SIGTERM");
    return this.exited;
  }

  /** Ends it at once, whatever it does. */
  async kill(): Promise<void> {
    if (!this.running) return;
    this.#process.kill("SIGKILL");
    await this.exited;
  }

  /** The error of a child that has ended too early, with the last it said. */
  failure(): Error {
    const said = readFileSync(this.#log, "utf8").slice(-OUTPUT_SHOWN);
    return new CliError(Exit.fault, `the ${this.#name} ended with ${String(this.#exit)}; it said:\n${said}`);
  }

  #read(file: string): string {
    try {
      return readFileSync(`/proc/${String(this.#process.pid)}/${file}`, "utf8");
    } catch {
      // It has gone, or there is no /proc: then these figures are 0.
      return "";
    }
  }
}

/** Runs one `tollgate` command to its end and returns what it printed. Rejects when it fails, with what it said. */
export async function runTollgate(args: readonly string[], allowed: readonly number[] = [0]): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exit) => resolve(exit ?? 1));
  });
  if (!allowed.includes(code)) throw new CliError(Exit.fault, `tollgate ${args[0] ?? ""} ${args[1] ?? ""} ended with ${code}: ${errors.trim()}`);
  return output;
}
