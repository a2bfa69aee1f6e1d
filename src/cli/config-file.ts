/**
 * Which configuration file a command reads: --config, else TOLLGATE_CONFIG, else the system's, else the demo's.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CliError, Exit } from "./exit.js";

export const SYSTEM_FILE = "/etc/tollgate/tollgate.toml";
const DEMO_FILE = "config/demo.toml";

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly systemFile?: string;
}

/** Throws CliError (config) when there is none to be found. A file named outright is not looked for here. */
export function findConfigFile(option: string | undefined, around: Surroundings): string {
  if (option !== undefined) return option;
  const named = around.environment["TOLLGATE_CONFIG"];
  if (named !== undefined && named !== "") return named;
  const system = around.systemFile ?? SYSTEM_FILE;
  if (existsSync(system)) return system;
  if (isProjectFolder(around.cwd) && existsSync(join(around.cwd, DEMO_FILE))) return DEMO_FILE;
  throw new CliError(Exit.config, `no configuration: ${system} is not there`, "name a file with --config FILE or TOLLGATE_CONFIG");
}

function isProjectFolder(folder: string): boolean {
  try {
    const found: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return typeof found === "object" && found !== null && "name" in found && found.name === "tollgate";
  } catch {
    return false;
  }
}
