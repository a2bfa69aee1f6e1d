/** Root: the project's folder, from sources as from the build, so that tests find the files that come with the program. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let found = dirname(fileURLToPath(import.meta.url));
while (!existsSync(join(found, "package.json"))) found = dirname(found);

export const ROOT = found;
