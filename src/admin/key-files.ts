/**
 * Key files: where the key of the accounts' secrets lies, read with care and replaced so that no moment is without a key.
 *
 * ```
 *  rotation: write PENDING ── seal all anew, one transaction ── put it in the place of the key ── remove PENDING
 *            a crash leaves both readable                        (where it cannot be written, as a credential: PENDING stays)
 * ```
 * Which of the two sealed a secret, the secret itself says; so a crash between any two steps loses nothing.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SecretSettings } from "../config/settings.js";
import { parseSecretKey, secretKeyText } from "../ledger/secret.js";
import type { SecretKey } from "../ledger/secret.js";
import { AdminError } from "./errors.js";

/** A file with a key and remarks is much smaller. */
const MAX_OCTETS = 4_096;
const OWNER_ONLY = 0o600;
/** What no key file may allow: anything to others; writing to the group. A credential's group is its access list. */
const FORBIDDEN = 0o027;
const FORBIDDEN_CREDENTIAL = 0o007;

export class KeyFiles {
  /** The key's own place; "" for a credential outside the service. */
  readonly path: string;
  /** A key that a rotation is bringing in. */
  readonly pendingPath: string;
  readonly from: SecretSettings["from"];

  constructor(settings: SecretSettings, dataDir: string) {
    this.from = settings.from;
    this.path = settings.from === "data" ? join(dataDir, "secret.key") : settings.path;
    this.pendingPath = join(dataDir, "secret.key.pending");
  }

  /** Null when it has not been made yet. Throws AdminError `config_invalid` when a configured one is not there, or is none. */
  current(): SecretKey | null {
    if (this.path === "") {
      throw new AdminError("config_invalid", "[secrets] key_credential cannot be read: CREDENTIALS_DIRECTORY is not set",
        "credentials are there only when systemd starts the daemon with LoadCredential=; ask while the daemon runs");
    }
    return keyIn(this.path, this.from === "credential" ? FORBIDDEN_CREDENTIAL : FORBIDDEN, this.from === "data");
  }

  pending(): SecretKey | null {
    return keyIn(this.pendingPath, FORBIDDEN, true);
  }

  /** Writes the key to its own place; the reason when that cannot be done, "" when it is. */
  put(key: SecretKey): string {
    if (this.from === "credential") return "it is a credential";
    try {
      writeDurably(this.path, key);
      return "";
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error);
    }
  }

  putPending(key: SecretKey): void {
    writeDurably(this.pendingPath, key);
  }

  dropPending(): void {
    rmSync(this.pendingPath, { force: true });
    syncFolder(this.pendingPath);
  }
}

/** The key that a file holds. Throws AdminError `config_invalid` that says what is wrong with it. */
export function readKeyFile(path: string): SecretKey {
  return keyIn(path, FORBIDDEN, false) as SecretKey;
}

/** As readKeyFile; null when there need be no such file and is none. */
function keyIn(path: string, forbidden: number, mayLack: boolean): SecretKey | null {
  const content = Buffer.alloc(MAX_OCTETS);
  let octets: number;
  try {
    const file = openSync(path, "r");
    try {
      const stat = fstatSync(file);
      const mode = stat.mode & 0o777;
      if (!stat.isFile()) throw refused(`${path} is no file`, "name the key's file itself");
      if ((mode & forbidden) !== 0) throw refused(`the key in ${path} is not safe from others (mode ${mode.toString(8).padStart(4, "0")})`, `chmod 600 ${path}`);
      octets = readSync(file, content, 0, MAX_OCTETS, 0);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof AdminError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    if (code === "ENOENT" && mayLack) return null;
    throw refused(`cannot read the key in ${path}: ${code}`, "the daemon's user must be able to read it");
  }
  const key = parseSecretKey(content.subarray(0, octets));
  content.fill(0);
  if (key === null) throw refused(`${path} holds no key`, "32 octets, or 64 hexadecimal digits or base64 of them in its first line; such as from: openssl rand -hex 32");
  return key;
}

function refused(message: string, hint: string): AdminError {
  return new AdminError("config_invalid", message, hint);
}

/** Either what was there before or the whole key is there at any moment, also after a power failure. */
function writeDurably(path: string, key: SecretKey): void {
  const making = `${path}.tmp`;
  rmSync(making, { force: true });
  const file = openSync(making, "wx", OWNER_ONLY);
  try {
    writeSync(file, secretKeyText(key));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(making, path);
  syncFolder(path);
}

function syncFolder(path: string): void {
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
