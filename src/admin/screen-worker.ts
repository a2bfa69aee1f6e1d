/**
 * Screen worker: the thread behind screen-builder.ts; compiles the lists it is started with, hands the data over and ends.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { BuildJob } from "./screen-builder.js";
import { compileLists } from "../filter/compile.js";
import { syllablesOf } from "../filter/pinyin.js";
import { transferList } from "../filter/screen-data.js";

const { files, options, version } = workerData as BuildJob;
const compiled = compileLists(files, options, version, syllablesOf);
parentPort?.postMessage(compiled, "errors" in compiled ? [] : transferList(compiled.data));
