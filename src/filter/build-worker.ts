/**
 * Build worker: the thread behind builder.ts; compiles the lists it is started with, hands the data over and ends.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { BuildJob } from "./builder.js";
import { compileLists } from "./compile.js";
import { transferList } from "./screen-data.js";

const { files, options, version } = workerData as BuildJob;
const compiled = compileLists(files, options, version);
parentPort?.postMessage(compiled, "errors" in compiled ? [] : transferList(compiled.data));
