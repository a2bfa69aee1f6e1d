/**
 * A process that has messages of one segment accepted, one commit each, until it is killed.
 *
 * argv: data folder, account number, its first sequence number. Lines on stdout: "ready", then "ok" for each acceptance.
 */
import { writeSync } from "node:fs";
import { messageId } from "../../../../protocols/model/message-id.js";
import { systemClock } from "../../../../protocols/wire/clock.js";
import { Commit } from "../../../../src/store/store.js";
import { Bench, NOON } from "../engine-bench.js";

const [dir = "", account = "0", first = "0"] = process.argv.slice(2);
const clock = systemClock();
const bench = new Bench({ dir });
const from = clock.wallMs;
writeSync(1, "ready\n");
for (let sequence = Number(first); ; sequence++) {
  bench.wallMs = NOON + clock.wallMs - from;
  const id = messageId(NOON / 1_000, 0, sequence);
  if (bench.accept({ id, account: Number(account), charge: 0 }).commit !== Commit.ok) break;
  writeSync(1, "ok\n");
}
