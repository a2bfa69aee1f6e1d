/**
 * CONNECT: versions, both digests and refusals, as both ends of a connection need them. [protocols sheet 1.3, 1.4, 1.13]
 *
 * ```
 *   AuthenticatorSource = MD5(Source_Addr, 9 NULs, secret, MMDDHHMMSS)      the SP's proof
 *   AuthenticatorISMG   = MD5(Status, AuthenticatorSource, secret)          the gateway's
 * ```
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { BindRefusal } from "../wire/protocol.js";
import { VERSION_30 } from "./codec.js";
import { BEIJING_MINUTES } from "./msgid.js";
import { ConnectStatus, explainConnectStatus } from "./status.js";
import type { ConnectBody } from "./tables.js";

export { VERSION_30 };
export const VERSION_20 = 0x20;
/** Laid out as 2.0. */
export const VERSION_21 = 0x21;

const NAMES = new Map<number, string>([[VERSION_20, "2.0"], [VERSION_21, "2.1"], [VERSION_30, "3.0"]]);
/** Versions by the octet that CONNECT says them with. */
export const VERSIONS: readonly number[] = [...NAMES.keys()];

/** Whether we speak it; any other (0x31, a vendor's 0x7F, 0) is answered with Status 4. */
export function isSpoken(version: number): boolean {
  return NAMES.has(version);
}

/** "2.0", "2.1" or "3.0"; of what nobody speaks the two digits it is written with. */
export function versionName(version: number): string {
  return NAMES.get(version) ?? `${version >>> 4}.${version & 15}`;
}

/** The version of that name, 0 when there is none. */
export function versionByName(name: string): number {
  return VERSIONS.find((version) => NAMES.get(version) === name) ?? 0;
}

/** The layout that a CONNECT of this version is answered in, also to say that it is too high. */
export function answerVersion(version: number): number {
  return version >>> 4 <= 2 ? VERSION_20 : VERSION_30;
}

// ---------------------------------------------------------------- digests

const ZEROS_BETWEEN = Buffer.alloc(9);
const SOURCE_ADDR_OCTETS = 6;
const DIGEST_OCTETS = 16;
/** The AuthenticatorISMG of a refusal. */
export const NO_AUTHENTICATOR: Buffer = Buffer.alloc(DIGEST_OCTETS);

/** The digest that proves an SP; `timestamp` is the field's number, MMDDHHMMSS. `padded` fills Source_Addr up to its 6 octets. */
export function authenticatorSource(sourceAddr: string, secret: Buffer, timestamp: number, padded = false): Buffer {
  const name = Buffer.from(padded ? sourceAddr.padEnd(SOURCE_ADDR_OCTETS, "\0") : sourceAddr, "latin1");
  return createHash("md5").update(name).update(ZEROS_BETWEEN).update(secret).update(String(timestamp).padStart(10, "0")).digest();
}

/** The digest that proves a gateway; `statusOctets` is the width Status has on the wire, 1 in 2.x and 4 in 3.0. */
export function authenticatorIsmg(status: number, statusOctets: 1 | 4, source: Buffer, secret: Buffer): Buffer {
  const octets = Buffer.alloc(statusOctets);
  octets.writeUIntBE(status, 0, statusOctets);
  return createHash("md5").update(octets).update(source).update(secret).digest();
}

/** In constant time, whatever lengths come. */
function sameDigest(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whether a CONNECT proves that secret: with Source_Addr as long as it is or, as some clients have it, padded to 6. */
export function provesSource(connect: ConnectBody, secret: Buffer): boolean {
  const bare = sameDigest(connect.AuthenticatorSource, authenticatorSource(connect.Source_Addr, secret, connect.Timestamp));
  const padded = sameDigest(connect.AuthenticatorSource, authenticatorSource(connect.Source_Addr, secret, connect.Timestamp, true));
  return bare || padded;
}

/** Whether a gateway's answer proves that it knows the secret: with Status in one octet or in four, for both are in use. */
export function provesIsmg(status: number, authenticator: Buffer, source: Buffer, secret: Buffer): boolean {
  const four = sameDigest(authenticator, authenticatorIsmg(status, 4, source, secret));
  const one = status <= 0xff && sameDigest(authenticator, authenticatorIsmg(status, 1, source, secret));
  return four || one;
}

/** A CONNECT's proof for whoever holds the secrets. Once it holds, `authenticator` proves us in turn. */
export class ConnectProof {
  readonly kind = "digest";
  /** Zeros until the proof holds. */
  authenticator = NO_AUTHENTICATOR;
  readonly #connect: ConnectBody;

  /** The digest is copied, for the frame does not live as long. */
  constructor(connect: ConnectBody) {
    this.#connect = { ...connect, AuthenticatorSource: Buffer.from(connect.AuthenticatorSource) };
  }

  matches(secret: Buffer): boolean {
    const { AuthenticatorSource, Version } = this.#connect;
    if (!provesSource(this.#connect, secret)) return false;
    this.authenticator = authenticatorIsmg(ConnectStatus.CONNECT_OK, Version >= VERSION_30 ? 4 : 1, AuthenticatorSource, secret);
    return true;
  }
}

/** A CONNECT's Timestamp of a moment (wall ms): MMDDHHMMSS in Beijing, as one number. */
export function timestampOf(nowMs: number): number {
  const local = new Date(nowMs + BEIJING_MINUTES * 60_000);
  const date = (local.getUTCMonth() + 1) * 100 + local.getUTCDate();
  return ((date * 100 + local.getUTCHours()) * 100 + local.getUTCMinutes()) * 100 + local.getUTCSeconds();
}

// ---------------------------------------------------------------- refusals

const REFUSAL_STATUS: Readonly<Record<BindRefusal, number>> = {
  // One answer to a name nobody has and to a wrong digest: strangers must not learn which names exist.
  credentials: ConnectStatus.CONNECT_AUTHENTICATION,
  address_refused: ConnectStatus.CONNECT_SOURCE_ADDR,
  too_many_binds: ConnectStatus.CONNECT_OTHER,
  suspended: ConnectStatus.CONNECT_OTHER,
  closed: ConnectStatus.CONNECT_OTHER,
  too_many_failures: ConnectStatus.CONNECT_OTHER,
  direction_refused: ConnectStatus.CONNECT_OTHER,
  version_refused: ConnectStatus.CONNECT_VERSION,
  shutting_down: ConnectStatus.CONNECT_OTHER,
};

/** What a refused CONNECT is answered with. */
export function refusalStatus(reason: BindRefusal): number {
  return REFUSAL_STATUS[reason];
}

/** Answers to our CONNECT after which asking again soon is useless: names, secrets, addresses and versions do not mend by themselves. */
export function isLastingRefusal(status: number): boolean {
  return status >= ConnectStatus.CONNECT_STRUCTURE && status <= ConnectStatus.CONNECT_VERSION;
}

/** For the link's state: "connect refused: CONNECT_AUTHENTICATION, authentication failed". */
export function refusalText(status: number): string {
  const { name, meaning } = explainConnectStatus(status);
  return `connect refused: ${name}, ${meaning}`;
}
