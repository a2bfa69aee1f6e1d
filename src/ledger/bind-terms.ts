/**
 * Bind terms: what an account has agreed for binds, where that is not the same over every protocol.
 *
 * What goes for one protocol alone stands in lists of "protocol=value", so that a protocol more changes nothing here.
 */
import type { WireProtocol } from "../../protocols/wire/protocol.js";
import type { Account } from "./account.js";
import { MAX_CALL_ADDRESSES } from "./call-address.js";
import type { AccountSettings } from "./commands.js";

export interface BindTerms {
  /** Submits a bind may have unanswered. */
  readonly window: number;
  /** Deliveries we may have unanswered at it. */
  readonly deliverWindow: number;
  /** The versions it may speak; null = any. */
  readonly versions: readonly string[] | null;
}

/** What a protocol says of the binds of its customers. */
export type BindForms = Pick<WireProtocol, "name" | "proof" | "bindName" | "versions" | "dial">;

/** Settings from before there were such lists: still taken, and terms of accounts opened with them. */
const OLDER: ReadonlyMap<string, (account: BindAgreed) => Pick<BindTerms, "window" | "versions">> = new Map([
  ["cmpp", ({ cmppWindow, cmppVersions }) => ({ window: cmppWindow, versions: cmppVersions })],
]);

/** What of an account they are made from. */
export type BindAgreed = Pick<Account, "window" | "deliverWindow" | "cmppWindow" | "cmppVersions" | "protocolWindows" | "protocolVersions">;

/** The terms of a bind over a protocol, by its name. A window of that protocol's own holds for deliveries too. */
export function bindTerms(account: BindAgreed, protocol: string): BindTerms {
  const older = OLDER.get(protocol)?.(account);
  const windows = entriesOf(account.protocolWindows, protocol);
  const versions = entriesOf(account.protocolVersions, protocol);
  const own = windows.length > 0 ? Number(windows[0]) : older?.window;
  return {
    window: own ?? account.window,
    deliverWindow: own === undefined ? account.deliverWindow : Math.min(own, account.deliverWindow),
    versions: versions.length > 0 ? versions : (older?.versions ?? null),
  };
}

/** The name that an account binds with over a protocol where a shared secret is proved, "" = none. */
export function bindName({ spId, protocolNames }: BindNames, protocol: string): string {
  return entriesOf(protocolNames, protocol)[0] ?? spId;
}

export type BindNames = Pick<Account, "spId" | "protocolNames">;

/** What two accounts would both bind with over some protocol, in words that begin with its flag; null when there is nothing. */
export function sharedName(one: BindNames, other: BindNames): string | null {
  if (one.spId !== "" && one.spId === other.spId) return `sp-id: ${one.spId}`;
  for (const protocol of [...one.protocolNames, ...other.protocolNames].map(protocolOf)) {
    const name = bindName(one, protocol);
    if (name !== "" && name === bindName(other, protocol)) return `protocol-name: ${protocol}=${name}`;
  }
  return null;
}

/** The values that a list of "protocol=value" has for one protocol. */
function entriesOf(list: readonly string[], protocol: string): string[] {
  return list.filter((entry) => entry.startsWith(`${protocol}=`)).map((entry) => entry.slice(protocol.length + 1));
}

/** The first fault in settings that only the protocols can judge, in words that name the flag; null when all may stand. */
export function checkBindTerms({ spId = "", protocolNames = [], protocolWindows = [], protocolVersions = [], callAt = [] }: AccountSettings, protocols: readonly BindForms[]): string | null {
  const nameless = spId === "" ? null : refusedName(spId, protocols);
  if (nameless !== null) return `sp-id: ${nameless}`;
  const names = protocols.map(({ name }) => name);
  for (const [flag, list] of [["protocol-name", protocolNames], ["protocol-window", protocolWindows], ["protocol-version", protocolVersions], ["call-at", callAt]] as const) {
    const stray = list.map(protocolOf).find((name) => !names.includes(name));
    if (stray !== undefined) return `${flag}: ${stray} is no protocol we speak: ${names.join(", ")}`;
  }
  for (const [flag, list] of [["protocol-name", protocolNames], ["protocol-window", protocolWindows]] as const) {
    const twice = list.map(protocolOf).find((name, index, all) => all.indexOf(name) < index);
    if (twice !== undefined) return `${flag}: ${twice} stands there twice`;
  }
  for (const protocol of protocols) {
    const [own] = entriesOf(protocolNames, protocol.name);
    const refused = own === undefined ? null : refusedName(own, [protocol]);
    if (refused !== null) return `protocol-name: ${refused}`;
  }
  for (const { name, versions } of protocols) {
    const unspoken = entriesOf(protocolVersions, name).find((version) => !versions.includes(version));
    if (unspoken !== undefined) return `protocol-version: ${name} has no version ${unspoken}: ${versions.join(", ")}`;
  }
  if (callAt.length > MAX_CALL_ADDRESSES) return `call-at: at most ${MAX_CALL_ADDRESSES} addresses`;
  const silent = protocols.find((protocol) => protocol.dial === undefined && callAt.some((entry) => protocolOf(entry) === protocol.name));
  return silent === undefined ? null : `call-at: in ${silent.name} only customers connect`;
}

function protocolOf(entry: string): string {
  return entry.slice(0, entry.indexOf("="));
}

/** Why no protocol whose binds prove a shared secret takes the name, in words; null when one does. */
function refusedName(name: string, protocols: readonly BindForms[]): string | null {
  const digests = protocols.filter(({ proof }) => proof === "digest");
  if (digests.some(({ bindName }) => bindName === undefined || bindName.shape.test(name))) return null;
  const forms = digests.map((one) => `${one.name}'s ${one.bindName?.called ?? ""} has ${one.bindName?.words ?? ""}`);
  return `no protocol takes ${name}${forms.length === 0 ? "" : `: ${forms.join("; ")}`}`;
}
