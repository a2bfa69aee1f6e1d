/**
 * Secrets of the configuration: inline, in a file, or as a systemd credential; exactly one of the three.
 */
import { readFileSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";

export interface SecretSource {
  readonly password: string | undefined;
  readonly password_file: string | undefined;
  readonly password_credential: string | undefined;
}

export type Secret =
  /** `name` is the setting that gave it. */
  | { readonly ok: true; readonly name: keyof SecretSource; readonly value: string }
  /** `name` is the setting at fault, "" when none was given. */
  | { readonly ok: false; readonly name: keyof SecretSource | ""; readonly message: string; readonly hint: string };

const NAMES = ["password", "password_file", "password_credential"] as const;

/** Reads the secret. `folder` is the configuration file's. Only the first line of a file counts. */
export function readSecret(source: SecretSource, folder: string, credentialsDirectory: string | undefined): Secret {
  const given = NAMES.filter((name) => source[name] !== undefined);
  const [name, second] = given;
  if (name === undefined) {
    return { ok: false, name: "", message: "has no password", hint: `give exactly one of ${NAMES.join(", ")}` };
  }
  if (second !== undefined) {
    return { ok: false, name: second, message: `stands beside ${name}`, hint: `give exactly one of ${NAMES.join(", ")}` };
  }
  const value = source[name] ?? "";
  if (name === "password") return { ok: true, name, value };
  if (name === "password_file") return firstLine(name, isAbsolute(value) ? value : resolve(folder, value));
  if (credentialsDirectory === undefined || credentialsDirectory === "") {
    return {
      ok: false, name, message: "cannot be read: CREDENTIALS_DIRECTORY is not set",
      hint: "credentials are there only when systemd starts the daemon with LoadCredential=",
    };
  }
  return firstLine(name, resolve(credentialsDirectory, value));
}

function firstLine(name: keyof SecretSource, path: string): Secret {
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "error";
    return { ok: false, name, message: `cannot read ${path}: ${reason}`, hint: "the daemon's user must be able to read it" };
  }
  const line = content.split(/\r?\n/, 1)[0] ?? "";
  if (line === "" || line.length > 128) {
    return { ok: false, name, message: `${path} does not hold a password of 1 to 128 characters in its first line`, hint: "" };
  }
  return { ok: true, name, value: line };
}
