/**
 * Systemd: tells the service manager how we are, by the sd_notify protocol, and feeds its watchdog.
 *
 * Node has no Unix datagrams: the optional package unix-dgram (used only here) sends them from our own pid, so
 * that NotifyAccess=main is enough. Where it is missing, or the socket is an abstract one, which it cannot
 * reach, the program systemd-notify is run instead; its messages come from a child and need NotifyAccess=all.
 */
import { execFile } from "node:child_process";
import type { UnixDatagramSocket } from "unix-dgram";
import type { Clock } from "../../protocols/wire/clock.js";
import type { Log } from "./log.js";

export interface ServiceManager {
  /** How messages travel; "none" when no service manager asked for any. */
  readonly via: "socket" | "program" | "none";
  /** Milliseconds between watchdog messages, 0 when no watchdog is set for this process. */
  readonly watchdogEveryMs: number;
  /** Started, or reloaded: serving. */
  ready(status: string): Promise<void>;
  /** A reload has begun; ready() ends it. */
  reloading(): Promise<void>;
  /** On the way down; the watchdog is no longer fed after stop(). */
  stopping(status: string): Promise<void>;
  /** One line for `systemctl status`. */
  status(text: string): Promise<void>;
  /**
   * Feeds the watchdog from the main loop's shared tick while `healthy()` says so (store thread heard of, loop
   * turning): a process that hangs, or only seems to work, is restarted by the service manager. `describe` is
   * asked now and then for the line of `systemctl status`, which is told when it has changed.
   */
  watch(healthy: () => boolean, describe: () => string): void;
  /** Ends the watchdog's feeding and the telling. */
  stop(): void;
}

export interface ServiceManagerOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Loads unix-dgram; given by tests to be without it. */
  readonly loadDatagrams?: () => Promise<Datagrams>;
  /** The fallback program; "systemd-notify" unless told. */
  readonly program?: string;
}

/** What is used of unix-dgram. */
interface Datagrams {
  createSocket(type: "unix_dgram"): UnixDatagramSocket;
}
type Send = (message: string) => Promise<void>;

const PROGRAM_TIMEOUT_MS = 5000;
/** How often the line of `systemctl status` may change. */
const STATUS_EVERY_MS = 10_000;
/** How often a message is tried again while the manager's queue is full. */
const CONGESTION_TRIES = 5;
const CONGESTION_WAIT_MS = 100;

/** Finds out who started us and how it wants to be told. Never throws: without a manager, nothing is sent. */
export async function connectServiceManager(options: ServiceManagerOptions): Promise<ServiceManager> {
  const address = options.env["NOTIFY_SOCKET"] ?? "";
  if (address === "") return new Notifier(options, "none", () => Promise.resolve(), 0);
  const everyMs = watchdogEveryMs(options.env, options.pid);
  if (!address.startsWith("/") && !address.startsWith("@")) {
    options.log.warn("notify_address_refused", { hint: "NOTIFY_SOCKET must be a path or start with @" });
    return new Notifier(options, "none", () => Promise.resolve(), 0);
  }
  if (address.startsWith("/")) {
    try {
      const datagrams = await (options.loadDatagrams ?? loadUnixDatagrams)();
      return new Notifier(options, "socket", (message) => sendDatagram(datagrams, address, message, options.clock), everyMs);
    } catch (error) {
      options.log.warn("notify_by_program", {
        reason: messageOf(error), hint: "unix-dgram is not installed: set NotifyAccess=all, or NotifyAccess=main will ignore us",
      });
    }
  } else {
    options.log.info("notify_by_program", { reason: "the notify socket is an abstract one" });
  }
  const program = options.program ?? "systemd-notify";
  return new Notifier(options, "program", (message) => runProgram(program, address, message), everyMs);
}

/** A third of WATCHDOG_USEC in ms; 0 when there is none, or it is meant for another process. */
export function watchdogEveryMs(env: Readonly<Record<string, string | undefined>>, pid: number): number {
  const usec = env["WATCHDOG_USEC"] ?? "";
  if (!/^[1-9]\d{0,15}$/.test(usec)) return 0;
  const meantFor = env["WATCHDOG_PID"];
  if (meantFor !== undefined && meantFor !== String(pid)) return 0;
  return Math.max(1, Math.floor(Number(usec) / 3000));
}

async function loadUnixDatagrams(): Promise<Datagrams> {
  return import("unix-dgram");
}

class Notifier implements ServiceManager {
  readonly via: "socket" | "program" | "none";
  readonly watchdogEveryMs: number;
  readonly #send: Send;
  readonly #clock: Clock;
  readonly #log: Log;
  #failing = false;
  #withheld = false;
  #unwatch: (() => void) | null = null;
  #queue: Promise<void> = Promise.resolve();

  constructor(options: ServiceManagerOptions, via: "socket" | "program" | "none", send: Send, everyMs: number) {
    this.via = via;
    this.watchdogEveryMs = everyMs;
    this.#send = send;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  ready(status: string): Promise<void> {
    return this.#tell(`READY=1\nSTATUS=${oneLine(status)}`);
  }

  reloading(): Promise<void> {
    return this.#tell("RELOADING=1\nSTATUS=reloading");
  }

  stopping(status: string): Promise<void> {
    return this.#tell(`STOPPING=1\nSTATUS=${oneLine(status)}`);
  }

  status(text: string): Promise<void> {
    return this.#tell(`STATUS=${oneLine(text)}`);
  }

  watch(healthy: () => boolean, describe: () => string): void {
    if (this.via === "none") return;
    this.stop();
    let fedAtMs = -Infinity;
    let askedAtMs = this.#clock.monotonicMs;
    let told = oneLine(describe());
    let asking = false;
    this.#unwatch = this.#clock.onTick((nowMs) => {
      if (nowMs - askedAtMs >= STATUS_EVERY_MS) {
        askedAtMs = nowMs;
        const text = oneLine(describe());
        if (text !== told) void this.status((told = text));
      }
      if (this.watchdogEveryMs === 0 || asking || nowMs - fedAtMs < this.watchdogEveryMs) return;
      if (!this.#isHealthy(healthy)) return;
      fedAtMs = nowMs;
      asking = true;
      void this.#tell("WATCHDOG=1").then(() => {
        asking = false;
      });
    });
  }

  stop(): void {
    this.#unwatch?.();
    this.#unwatch = null;
  }

  #isHealthy(probe: () => boolean): boolean {
    let healthy = false;
    try {
      healthy = probe();
    } catch (error) {
      this.#log.sampled("error", "watchdog_probe_failed", "", { reason: messageOf(error) });
    }
    if (healthy === this.#withheld) {
      this.#withheld = !healthy;
      if (healthy) this.#log.info("watchdog_fed_again");
      else this.#log.error("watchdog_withheld", { hint: "the service manager will restart us unless this ends" });
    }
    return healthy;
  }

  /** Messages go out in the order they were told; one that fails is logged once, never thrown. */
  #tell(message: string): Promise<void> {
    if (this.via === "none") return Promise.resolve();
    this.#queue = this.#queue.then(async () => {
      try {
        await this.#send(message);
        this.#failing = false;
      } catch (error) {
        if (!this.#failing) this.#log.warn("notify_failed", { via: this.via, reason: messageOf(error) });
        this.#failing = true;
      }
    });
    return this.#queue;
  }
}

/** One socket a message: there are few, and a manager that was restarted is found again by itself. */
async function sendDatagram(datagrams: Datagrams, address: string, message: string, clock: Clock): Promise<void> {
  for (let tries = 1; ; tries++) {
    const outcome = await tryDatagram(datagrams, address, message);
    if (outcome !== "full") return;
    if (tries === CONGESTION_TRIES) throw new Error("the notify socket's queue is full");
    await new Promise<void>((resolve) => clock.after(CONGESTION_WAIT_MS, resolve));
  }
}

function tryDatagram(datagrams: Datagrams, address: string, message: string): Promise<"sent" | "full"> {
  return new Promise((resolve, reject) => {
    const socket = datagrams.createSocket("unix_dgram");
    let failed: Error | null = null;
    // The package calls back and emits at once, inside connect() and send().
    socket.on("error", (error: Error) => {
      failed = error;
    });
    try {
      socket.connect(address);
      if (failed === null) {
        socket.send(Buffer.from(message), (error) => {
          if (error === undefined) resolve("sent");
          else if (error.code === 1) resolve("full");
          else failed = error;
        });
      }
    } finally {
      socket.close();
    }
    if (failed !== null) reject(failed as Error);
  });
}

function runProgram(program: string, address: string, message: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env["PATH"], NOTIFY_SOCKET: address };
    const child = execFile(program, message.split("\n"), { env, timeout: PROGRAM_TIMEOUT_MS }, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
    child.stdin?.end();
  });
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ").slice(0, 500);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
