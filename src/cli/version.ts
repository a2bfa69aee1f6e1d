/**
 * Version: the package's own, found upwards of this file: the tree is run from src/ and from dist/src/.
 */
import { readFileSync } from "node:fs";

export function version(): string {
  for (const place of ["../../package.json", "../../../package.json"]) {
    try {
      const found = JSON.parse(readFileSync(new URL(place, import.meta.url), "utf8")) as { readonly name?: string; readonly version?: string };
      if (found.name === "tollgate") return found.version ?? "0";
    } catch {
      continue;
    }
  }
  return "0";
}
