/**
 * CliContext: what every command is given: where to print, which configuration, and the way to the books.
 */
import { userInfo } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../protocols/wire/clock.js";
import type { Clock } from "../../protocols/wire/clock.js";
import type { AdminApi } from "../admin/api.js";
import { loadConfig } from "../config/load.js";
import type { Loaded } from "../config/load.js";
import type { Settings } from "../config/settings.js";
import { connectAdmin } from "./admin-client.js";
import type { AdminClient } from "./admin-client.js";
import type { OfflineBooks } from "./offline.js";
import { findConfigFile } from "./config-file.js";
import { CliError, Exit } from "./exit.js";
import { consoleOutput } from "./output.js";
import type { Output } from "./output.js";
import { loadProtocols } from "./protocols.js";

/** Flags that every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: true;
}

export interface CliContext {
  readonly output: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  /** "cli:root", for the audit log. */
  readonly actor: string;
  /** The exit code to end with; 0 unless a command says otherwise. */
  exit: Exit;
  /** Reads the configuration; only the daemon itself needs what systemd gives to it alone. Throws ConfigError or CliError. */
  config(options: CommonOptions, needs?: "credentials"): Promise<Loaded>;
  /** Names of the accounts there are, of the daemon or read from its ledger without touching it; null when neither can be had from here. */
  accountNames(options: CommonOptions): Promise<ReadonlySet<string> | null>;
  /** Everything on standard input, as text. */
  readInput(): Promise<string>;
  /**
   * Does `work` with the books: through the daemon while it runs, else by opening the files here.
   * `needs: "daemon"` is for what only a running daemon can do.
   */
  withBooks<T>(options: CommonOptions, work: (api: AdminApi, settings: Settings) => Promise<T>, needs?: "daemon"): Promise<T>;
}

export function makeContext(): CliContext {
  const environment = process.env;
  const clock = systemClock();
  const cwd = process.cwd();
  const config = async (options: CommonOptions, needs?: "credentials"): Promise<Loaded> => loadConfig({
    path: findConfigFile(options.config, { environment, cwd }),
    protocols: await loadProtocols(),
    credentialsDirectory: environment["CREDENTIALS_DIRECTORY"],
    withoutCredentials: needs === undefined && environment["CREDENTIALS_DIRECTORY"] === undefined,
  });
  return {
    output: consoleOutput(),
    environment,
    cwd,
    clock,
    actor: `cli:${userName()}`,
    exit: Exit.ok,
    config,
    async accountNames(options) {
      const { settings } = await config(options);
      const client = await daemonOf(settings, clock);
      if (client === null) return (await import("../store/sqlite/account-names.js")).readAccountNames(settings.data.dir);
      try {
        return new Set((await client.call("account.list", {})).map(({ name }) => name));
      } catch {
        // It has just begun or ended.
        return null;
      } finally {
        await client.close();
      }
    },
    readInput,
    async withBooks(options, work, needs) {
      const { settings } = await config(options);
      const client = await daemonOf(settings, clock);
      if (client === null && needs === "daemon") {
        throw new CliError(Exit.unavailable, `no daemon runs on ${settings.data.dir}`, "start it with: tollgate serve --config FILE");
      }
      const offline = async (): Promise<AdminClient | OfflineBooks> => {
        const { openOffline } = await import("./offline.js");
        try {
          return await openOffline(settings, clock);
        } catch (error) {
          // A daemon that was just starting has the folder, and may be there now.
          const started = await daemonOf(settings, clock);
          if (started === null) throw error;
          return started;
        }
      };
      const books = client ?? (await offline());
      try {
        return await work(books, settings);
      } finally {
        await books.close();
      }
    },
  };
}

/** The daemon's admin socket; null when none runs. */
async function daemonOf(settings: Settings, clock: Clock): Promise<AdminClient | null> {
  return (await connectAdmin(join(settings.data.dir, "admin.sock"), clock)).client;
}

function userName(): string {
  try {
    return userInfo().username.replace(/[^\x21-\x7e]/g, "_").slice(0, 60);
  } catch {
    return "unknown";
  }
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
