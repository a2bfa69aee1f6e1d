/**
 * tollgate serve: the daemon, from its start to the end of its drain.
 */
import type { Command } from "commander";
import type { WireProtocol } from "../../protocols/wire/protocol.js";
import { loadConfig } from "../config/load.js";
import type { Settings } from "../config/settings.js";
import { AdminError } from "../admin/errors.js";
import type { Gateway } from "../admin/host.js";
import { crashLine } from "../observe/log.js";
import { withCommonOptions } from "./command.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";
import { version } from "./version.js";
import { loadProtocols } from "./protocols.js";

export function register(program: Command, context: CliContext): void {
  withCommonOptions(program.command("serve").description("run the gateway until SIGTERM or Ctrl-C; SIGHUP reloads"))
    .action(async (flags: CommonOptions) => {
      const signals = new Signals(context);
      const { path, settings } = await context.config(flags, "credentials");
      const protocols = await loadProtocols();
      const reloadSettings = (): Settings =>
        loadConfig({ path, protocols, credentialsDirectory: context.environment["CREDENTIALS_DIRECTORY"] }).settings;
      const { startGateway } = await import("../gateway.js");
      const gateway = await startGateway({ settings, configPath: path, version: version(), reloadSettings }).catch((error: unknown) => {
        throw startError(error);
      });
      if (settings.bootstrap.length > 0) greeting(settings, protocols).forEach((line) => context.output.line(line));
      signals.attach(gateway, settings.limits.drainMs);
      const code = await Promise.race([gateway.finished, signals.givenUp]);
      signals.detach();
      context.exit = code === 0 && !signals.crashed ? Exit.ok : Exit.fault;
    });
}

/** A drain after a fault of our own may take this much longer than an ordinary one, then the process ends all the same. */
const CRASH_EXTRA_MS = 5_000;

/**
 * Signals, from before the start until after the end: a stop asked for during the start is not lost. A fault of
 * our own that nobody caught is one too: its last words are written at once, then the gateway drains and ends with 70.
 */
class Signals {
  readonly #context: CliContext;
  readonly #stop = (signal: NodeJS.Signals): void => {
    if (this.#stopping !== null) return;
    this.#stopping = signal;
    if (this.#gateway !== null) this.#end(this.#gateway, signal);
  };
  readonly #reload = (): void => {
    this.#gateway?.admin.reload({ actor: "SIGHUP" }).catch((error: unknown) => this.#context.output.error(`reload refused: ${messageOf(error)}`));
  };
  readonly #tell = (error: unknown, origin: string): void => crashLine(this.#context.clock, "crashed", error, origin);
  readonly #crash = (): void => {
    if (this.crashed || this.#gateway === null) return;
    this.crashed = true;
    this.#context.clock.after(this.#drainMs + CRASH_EXTRA_MS, () => this.#giveUp(Exit.fault));
    this.#end(this.#gateway, "crash");
  };
  crashed = false;
  #giveUp!: (code: number) => void;
  /** Resolves when a drain after a fault has not come to its end in its time. */
  readonly givenUp = new Promise<number>((resolve) => {
    this.#giveUp = resolve;
  });
  #gateway: Gateway | null = null;
  #drainMs = 0;
  #stopping: NodeJS.Signals | null = null;

  constructor(context: CliContext) {
    this.#context = context;
    process.on("SIGTERM", this.#stop);
    process.on("SIGINT", this.#stop);
    process.on("SIGHUP", this.#reload);
    process.on("uncaughtExceptionMonitor", this.#tell);
  }

  attach(gateway: Gateway, drainMs: number): void {
    this.#gateway = gateway;
    this.#drainMs = drainMs;
    process.on("uncaughtException", this.#crash);
    if (this.#stopping !== null) this.#end(gateway, this.#stopping);
  }

  detach(): void {
    process.off("SIGTERM", this.#stop);
    process.off("SIGINT", this.#stop);
    process.off("SIGHUP", this.#reload);
    process.off("uncaughtExceptionMonitor", this.#tell);
    process.off("uncaughtException", this.#crash);
  }

  #end(gateway: Gateway, reason: string): void {
    gateway.stop(reason).catch((error: unknown) => this.#context.output.error(`stopping failed: ${messageOf(error)}`));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An error with a code says what stands in the way (a port taken, a folder locked); any other is our own fault. */
function startError(error: unknown): unknown {
  if (error instanceof AdminError || !(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  const hint = error.code === "EADDRINUSE" ? "another program, or another Tollgate, listens there" : "";
  return new CliError(Exit.unavailable, `cannot start: ${error.message}`, hint);
}

/** What the demo says first: where to bind, and what to try next. */
export function greeting(settings: Settings, protocols: readonly Pick<WireProtocol, "name" | "proof">[]): string[] {
  const lines = ["", "Tollgate is running.", ""];
  for (const account of settings.bootstrap) {
    for (const { protocol, host, port } of settings.listen) {
      const secret = protocols.find(({ name }) => name === protocol)?.proof === "digest";
      if (secret && account.spId === "") continue;
      const who = secret ? `SP_Id ${account.spId}, secret ${account.cmppSecret}` : `system_id ${account.name}, password ${account.password}`;
      lines.push(`  bind here        ${protocol.toUpperCase()} ${host}:${port}, ${who}`);
    }
  }
  const name = settings.bootstrap[0]?.name ?? "demo";
  if (settings.http.enabled) lines.push(`  metrics, health  http://${settings.http.host}:${settings.http.port}/metrics  /healthz  /readyz`);
  lines.push(
    `  data             ${settings.data.dir}`,
    "",
    "Try in another terminal:",
    '  npx tollgate send --to 13800138000 "【测试】您的验证码是123456"',
    `  npx tollgate account show ${name}`,
    "  npx tollgate trace --to 13800138000",
    `  npx tollgate account set ${name} --rate 200`,
    '  npx tollgate screen "【测试】线 上 赌 场"',
    "  npx tollgate status",
    "",
    "Ctrl-C ends it cleanly.",
    "",
  );
  return lines;
}
