/**
 * SendTarget: as whom and whereto `tollgate send` binds: what the flags say, the rest from the configuration when there is one.
 */
import { readFileSync } from "node:fs";
import type { WireProtocol } from "../../protocols/wire/protocol.js";
import type { BootstrapAccount, ListenSettings, Settings } from "../config/settings.js";
import type { CliContext, CommonOptions } from "./context.js";
import { CliError, Exit } from "./exit.js";
import { cmppVersion } from "./send-cmpp.js";
import type { SendProtocol } from "./send-text.js";

export interface TargetFlags extends CommonOptions {
  readonly cmpp?: true;
  readonly account?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly passwordStdin?: true;
  readonly spId?: string;
  readonly secret?: string;
  readonly secretFile?: string;
  readonly secretStdin?: true;
  readonly cmppVersion?: string;
  readonly host?: string;
  readonly port?: number;
  readonly from?: string;
}

export interface SendTarget {
  readonly protocol: SendProtocol;
  /** Of CMPP: 0x20, 0x21 or 0x30. */
  readonly version: number;
  readonly host: string;
  readonly port: number;
  /** The account's name; "" when only its SP_Id is known. */
  readonly account: string;
  /** system_id or SP_Id. */
  readonly bindAs: string;
  /** Password or shared secret. */
  readonly password: string;
  readonly from: string;
  /** The gateway of the configuration here: its admin socket knows the rest of the story. */
  readonly ours: boolean;
  /** Our message id, as the books have it, from the one a customer was answered; `nowMs` is wall time. */
  ourId(id: string, nowMs: number): string;
}

const ANY_SOURCE = "10690000";
const CMPP_PORT = 7_890;

/** Throws CliError when something is neither given nor configured. */
export async function sendTarget(flags: TargetFlags, protocols: readonly WireProtocol[], context: CliContext): Promise<SendTarget> {
  const name: SendProtocol = flags.cmpp === true ? "cmpp" : "smpp";
  const named = name === "cmpp" ? flags.spId : flags.account;
  const complete = flags.host !== undefined && flags.port !== undefined && named !== undefined;
  const settings = await configured(flags, context, complete && flags.config === undefined);
  const listener = settings?.listen.find((one) => one.protocol === name);
  const bootstrap = settings?.bootstrap.find((one) => accountFits(one, flags, name));
  const host = flags.host ?? reachable(listener) ?? (name === "cmpp" ? "127.0.0.1" : undefined);
  const port = flags.port ?? listener?.port ?? (name === "cmpp" ? CMPP_PORT : undefined);
  if (host === undefined || port === undefined || port === 0) {
    throw new CliError(Exit.usage, `no ${name.toUpperCase()} listener with a port of its own is configured`, "give --host and --port");
  }
  const protocol = protocols.find((one) => one.name === name);
  const account = flags.account ?? bootstrap?.name ?? "";
  const bindAs = name === "cmpp" ? (flags.spId ?? bootstrap?.spId ?? "") : account;
  if (bindAs === "") throw new CliError(Exit.usage, "no account is configured to send as", name === "cmpp" ? "give --sp-id and --secret" : "give --account and --password");
  return {
    protocol: name, version: cmppVersion(flags.cmppVersion), host, port, account, bindAs,
    password: await passwordOf(flags, name, bootstrap, bindAs, context),
    from: flags.from ?? bootstrap?.serviceCodes[0] ?? ANY_SOURCE,
    ours: listener !== undefined && account !== "" && host === reachable(listener) && port === listener.port,
    ourId: (id, nowMs) => (name === "smpp" || protocol === undefined ? id : String(protocol.parseMessageId(id, listener?.settings ?? {}, nowMs))),
  };
}

function accountFits(account: BootstrapAccount, flags: TargetFlags, protocol: SendProtocol): boolean {
  if (protocol === "cmpp" && (account.spId === "" || (flags.spId !== undefined && flags.spId !== account.spId))) return false;
  return flags.account === undefined || account.name === flags.account;
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

async function passwordOf(
  flags: TargetFlags, protocol: SendProtocol, bootstrap: BootstrapAccount | undefined, bindAs: string, context: CliContext,
): Promise<string> {
  const cmpp = protocol === "cmpp";
  const word = cmpp ? "secret" : "password";
  const [given, file, stdin] = cmpp ? [flags.secret, flags.secretFile, flags.secretStdin] : [flags.password, flags.passwordFile, flags.passwordStdin];
  if ([given, file, stdin].filter((one) => one !== undefined).length > 1) {
    throw new CliError(Exit.usage, `give only one of --${word}, --${word}-file and --${word}-stdin`);
  }
  if (given !== undefined) return given;
  if (file !== undefined) return firstLineOf(file);
  if (stdin !== undefined) return (await context.readInput()).split(/\r?\n/, 1)[0] ?? "";
  if (bootstrap !== undefined) return cmpp ? bootstrap.cmppSecret : bootstrap.password;
  throw new CliError(Exit.usage, `the ${word} of ${bindAs} is not in the configuration`, `give --${word} or --${word}-file`);
}

function firstLineOf(path: string): string {
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
