/**
 * BenchPolicies: every rule that a contract can have, switched on for the bench's account, so that its texts pass them all.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runTollgate } from "./bench-child.js";
import { BENCH_TEMPLATE, BENCH_SIGNATURE } from "./bench-folder.js";

/** Numbers on the list of those that nobody may write to; none of the bench's own (130...). */
const FIRST_BLOCKED = 13_900_000_000;
const BLOCKED_STRIDE = 89;

const TERMS = [
  "--signature-rule", "registered", "--signature-place", "start", "--template-rule", "only", "--links", "refuse", "--adverts", "refuse",
  "--network", "mobile,unicom,telecom,broadcast", "--unknown-network", "refuse", "--abroad", "refuse", "--opt-outs", "true",
  "--hours", "00:00-24:00", "--frequency", "5/m,10/h,20/d,5/m@sig", "--duplicate-window", "10m",
  "--blast-run", "50", "--blast-dense", "2000", "--quota-day", "1000000000", "--quota-month", "1000000000",
  "--category", "bench=hold", "--allow-phrase", "您的订单",
];

/** @param blocked how many numbers stand on the list of all accounts */
export async function switchOnPolicies(config: string, folder: string, blocked: number): Promise<void> {
  const common = ["--config", config, "--json"];
  await runTollgate(["account", "signature", "add", "bench", BENCH_SIGNATURE.slice(1, -1), ...common]);
  await runTollgate(["account", "text-template", "add", "bench", BENCH_TEMPLATE, ...common]);
  await runTollgate(["account", "set", "bench", ...TERMS, ...common]);
  const list = join(folder, "blocked.txt");
  writeFileSync(list, Array.from({ length: blocked }, (_, no) => `${String(FIRST_BLOCKED + no * BLOCKED_STRIDE)}\n`).join(""));
  await runTollgate(["numbers", "import", "block", list, ...common]);
}
