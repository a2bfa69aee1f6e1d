/** The gateway's start when a part of it fails. */
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { loadConfig } from "../../src/config/load.js";
import { freePorts } from "../../src/cli/free-ports.js";
import { loadProtocols } from "../../src/cli/protocols.js";
import { startGateway } from "../../src/gateway.js";

describe("A start of the gateway", () => {
  let folder: string;
  const unhandled: unknown[] = [];
  const keep = (reason: unknown): void => void unhandled.push(reason);
  const { postMessage } = Worker.prototype;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tollgate-start-"));
    unhandled.length = 0;
    process.on("unhandledRejection", keep);
  });

  afterEach(() => {
    Worker.prototype.postMessage = postMessage;
    process.off("unhandledRejection", keep);
    rmSync(folder, { recursive: true, force: true });
  });

  /** When the operators are told to the store, the first thread that was asked anything ends, or the second. */
  function endThread(which: number): void {
    const threads: Worker[] = [];
    Worker.prototype.postMessage = function (this: Worker, message: { readonly kind?: string }, ...rest): void {
      if (!threads.includes(this)) threads.push(this);
      if (message.kind === "operators") void threads[which]?.terminate();
      postMessage.call(this, message, ...rest);
    };
  }

  async function start(): Promise<string> {
    const [port, centre] = await freePorts(2);
    const path = join(folder, "tollgate.toml");
    writeFileSync(path, `[data]\ndir = "${join(folder, "data")}"\nmin_free_disk_mb = 0\n[log]\nlevel = "error"\n[http]\nenabled = false\n[filter]\nkeywords = []\n[simulator]\nenabled = true\nport = ${String(centre)}\n[[listen]]\nprotocol = "smpp"\nhost = "127.0.0.1"\nport = ${String(port)}\n`);
    const reloadSettings = (): ReturnType<typeof loadConfig>["settings"] => loadConfig({ path, protocols, credentialsDirectory: undefined }).settings;
    const protocols = await loadProtocols();
    return startGateway({ settings: reloadSettings(), configPath: path, version: "0", reloadSettings }).then(
      async (gateway) => {
        await gateway.stop("test");
        return `ended with ${String(await gateway.finished)}`;
      },
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  }

  it("comes to its end, and ends with 0 when it is stopped", async () => {
    expect(await start()).to.equal("ended with 0");
  });

  for (const [which, told] of [[0, "the writer thread ended: exit code 1"], [1, "the thread of the number lists ended: exit code 1"]] as const) {
    it(`ends with what failed before everything is there: ${told}`, async () => {
      endThread(which);
      expect([await start(), unhandled]).to.deep.equal([told, []]);
    });
  }
});
