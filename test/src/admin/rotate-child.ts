/**
 * A process that rotates the key and is killed in the midst of it, before the named step. argv: data folder, step.
 */
import { SecretKeys } from "../../../src/admin/secret-keys.js";
import { LedgerStore } from "./ledger-store.js";

const [dir = "", last = ""] = process.argv.slice(2);
const store = new LedgerStore(dir);
const keys = new SecretKeys({
  settings: { from: "data", path: "" }, dataDir: dir, store: () => store,
  step: (name) => {
    if (name === last) process.kill(process.pid, "SIGKILL");
  },
});
await keys.rotate({ actor: "cli:test" }, null);
