/**
 * SendTarget: as whom and whereto `tollgate send` binds: what the flags say, the rest from the configuration when there is one.
 */
import { readFileSync } from "node:fs";
import type { BootstrapAccount, ListenSettings, Settings } from "../config/settings.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";

export interface TargetFlags extends CommonOptions {
  readonly account?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly host?: string;
  readonly port?: number;
  readonly from?: string;
}

export interface SendTarget {
  readonly host: string;
  readonly port: number;
  readonly account: string;
  readonly password: string;
  readonly from: string;
  /** The gateway of the configuration here: its admin socket knows the rest of the story. */
  readonly ours: boolean;
}

const ANY_SOURCE = "10690000";
const PROTOCOL = "smpp";

/** Throws CliError when something is neither given nor configured. */
export async function sendTarget(flags: TargetFlags, context: CliContext): Promise<SendTarget> {
  const complete = flags.host !== undefined && flags.port !== undefined && flags.account !== undefined;
  const settings = await configured(flags, context, complete && flags.config === undefined);
  const listener = settings?.listen.find((one) => one.protocol === PROTOCOL);
  const bootstrap = settings?.bootstrap.find((one) => flags.account === undefined || one.name === flags.account);
  const host = flags.host ?? reachable(listener);
  const port = flags.port ?? listener?.port;
  if (host === undefined || port === undefined || port === 0) {
    throw new CliError(Exit.usage, "no SMPP listener with a port of its own is configured", "give --host and --port");
  }
  const account = flags.account ?? bootstrap?.name;
  if (account === undefined) throw new CliError(Exit.usage, "no account is configured to send as", "give --account and --password");
  return {
    host, port, account,
    password: passwordOf(flags, bootstrap, account),
    from: flags.from ?? bootstrap?.serviceCodes[0] ?? ANY_SOURCE,
    ours: listener !== undefined && host === reachable(listener) && port === listener.port,
  };
}

/** Null when there is no configuration and none is needed. */
async function configured(flags: CommonOptions, context: CliContext, optional: boolean): Promise<Settings | null> {
  try {
    return (await context.config(flags)).settings;
  } catch (error) {
    if (optional) return null;
    throw error;
  }
}

function passwordOf(flags: TargetFlags, bootstrap: BootstrapAccount | undefined, account: string): string {
  if (flags.password !== undefined && flags.passwordFile !== undefined) throw new CliError(Exit.usage, "give only one of --password and --password-file");
  if (flags.password !== undefined) return flags.password;
  if (flags.passwordFile !== undefined) return firstLine(flags.passwordFile);
  if (bootstrap !== undefined) return bootstrap.password;
  throw new CliError(Exit.usage, `the password of ${account} is not in the configuration`, "give --password or --password-file");
}

function firstLine(path: string): string {
  try {
    return readFileSync(path, "utf8").split(/\r?\n/, 1)[0] ?? "";
  } catch (error) {
    throw new CliError(Exit.usage, `cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? "error"}`);
  }
}

/** A listener on every address is reached on the loopback one. */
function reachable(listener: ListenSettings | undefined): string | undefined {
  switch (listener?.host) {
    case "0.0.0.0":
      return "127.0.0.1";
    case "::":
      return "::1";
    default:
      return listener?.host;
  }
}
