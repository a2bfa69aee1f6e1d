/**
 * Daemon: the built gateway as a child process on a folder of its own, for tests that kill, stop and question it.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../protocols/wire/clock.js";
import type { MethodName, ParamsOf, Results } from "../../src/admin/api.js";
import { connectAdmin } from "../../src/cli/admin-client.js";
import { freePorts } from "../../src/cli/free-ports.js";

const MAIN = fileURLToPath(new URL("../../src/main.js", import.meta.url));
const POLL_MS = 20;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export class Daemon {
  readonly folder: string;
  readonly configPath: string;
  readonly logPath: string;
  readonly #clock: Clock;
  readonly #dataDir: string;
  readonly #nodeOptions: readonly string[];
  #child: ChildProcess | null = null;
  #ended: Promise<Ended> = Promise.resolve({ code: 0, signal: null });

  /**
   * `config` is the file's text without its [data] section; the folder is made when it is not there.
   * @param nodeOptions of Node itself, before the program
   */
  constructor(folder: string, config: string, clock: Clock, nodeOptions: readonly string[] = []) {
    this.folder = folder;
    this.#clock = clock;
    this.#nodeOptions = nodeOptions;
    this.#dataDir = join(folder, "data");
    this.configPath = join(folder, "tollgate.toml");
    this.logPath = join(folder, "daemon.log");
    mkdirSync(folder, { recursive: true });
    writeFileSync(this.configPath, `[data]\ndir = "${this.#dataDir}"\nmin_free_disk_mb = 0\n${config}`);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get running(): boolean {
    return this.#child !== null;
  }

  /** Starts the process; it is ready when `ready` resolves. */
  start(): void {
    const log = openSync(this.logPath, "a");
    const child = spawn(process.execPath, [...this.#nodeOptions, MAIN, "serve", "--config", this.configPath], {
      stdio: ["ignore", log, log, ...(this.#nodeOptions.length === 0 ? [] : ["ipc" as const])], cwd: this.folder,
    });
    closeSync(log);
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        if (this.#child === child) this.#child = null;
        resolve({ code, signal });
      });
    });
  }

  /** Resolves once it answers on its admin socket, its doors open. Rejects with the end of its log when it ends first. */
  async ready(withinMs = 15_000): Promise<void> {
    const endMs = this.#clock.preciseMs() + withinMs;
    while (this.#child !== null && this.#clock.preciseMs() < endMs) {
      const connected = await connectAdmin(this.#socketPath, this.#clock).catch(() => null);
      if (connected !== null && connected.client !== null) {
        const state = await connected.client.call("status", {}).then((status) => status.state, () => "");
        await connected.client.close();
        if (state === "ready") return;
      }
      await this.#pause(POLL_MS);
    }
    throw new Error(`the daemon is not ready${this.#child === null ? ", it ended" : ` after ${withinMs} ms`}:\n${this.logTail()}`);
  }

  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<Ended> {
    this.#child?.kill("SIGKILL");
    return this.#ended;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** SIGTERM; killed when it takes longer than `withinMs`, then the signal tells. */
  async stop(withinMs = 20_000): Promise<Ended> {
    this.signal("SIGTERM");
    const cancel = this.#clock.after(withinMs, () => this.signal("SIGKILL"));
    const ended = await this.#ended;
    cancel();
    return ended;
  }

  get ended(): Promise<Ended> {
    return this.#ended;
  }

  /** One call through the admin socket. */
  async call<M extends MethodName>(method: M, params: ParamsOf<M>): Promise<Results[M]> {
    const connected = await connectAdmin(this.#socketPath, this.#clock);
    if (connected.client === null) throw new Error(`no daemon answers: ${connected.reason}`);
    try {
      return await connected.client.call(method, params);
    } finally {
      await connected.client.close();
    }
  }

  /** What a module that the node options have loaded answers. Rejects when the daemon ends first. */
  ask(question: string): Promise<unknown> {
    const child = this.#child;
    if (child === null) return Promise.reject(new Error("no daemon runs"));
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error(`the daemon ended:\n${this.logTail()}`));
      child.once("exit", ended);
      child.once("message", (answer) => {
        child.off("exit", ended);
        resolve(answer);
      });
      child.send(question);
    });
  }

  /** One command line of the built program, with this daemon's configuration. */
  async command(...argv: readonly string[]): Promise<CommandResult> {
    const child = spawn(process.execPath, [MAIN, ...argv, "--config", this.configPath], { stdio: ["ignore", "pipe", "pipe"], cwd: this.folder });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, out, err };
  }

  /** The last lines it logged. */
  logTail(lines = 20): string {
    try {
      return readFileSync(this.logPath, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
    } catch {
      return "(no log)";
    }
  }

  get #socketPath(): string {
    return join(this.#dataDir, "admin.sock");
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve));
  }
}

/** A TCP port that nobody else is given while these tests run. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}
