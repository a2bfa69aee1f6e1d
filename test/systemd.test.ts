/** The service unit: what systemd's own tools say of it, and the directives that the daemon counts on. */
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Exit } from "../src/cli/exit.js";
import { ROOT } from "./root.js";

const UNIT = join(ROOT, "systemd", "tollgate.service");

/** Directives of the [Service] section; one given several times holds all its values. */
function directives(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of readFileSync(UNIT, "utf8").split("\n")) {
    const parts = /^([A-Za-z]+)=(.*)$/.exec(line);
    if (parts !== null) found.set(parts[1]!, [...(found.get(parts[1]!) ?? []), parts[2]!]);
  }
  return found;
}

const seconds = (text: string | undefined): number => {
  const parts = /^(\d+)(s|min|m)?$/.exec(text ?? "");
  return parts === null ? NaN : Number(parts[1]) * (parts[2]?.startsWith("m") ? 60 : 1);
};

describe("systemd/tollgate.service", () => {
  const unit = directives();
  const one = (name: string): string | undefined => unit.get(name)?.join(" ");
  const hasAnalyze = spawnSync("systemd-analyze", ["--version"]).status === 0;

  it("is a notify service whose main process alone may speak, with a watchdog", () => {
    expect(one("Type")).to.equal("notify");
    expect(one("NotifyAccess")).to.equal("main");
    expect(seconds(one("WatchdogSec"))).to.be.within(5, 120);
    expect(one("ExecStart")).to.equal("/usr/bin/node /usr/lib/tollgate/dist/src/main.js serve --config /etc/tollgate/tollgate.toml");
    expect(one("ExecReload")).to.equal("/bin/kill -HUP $MAINPID");
    expect(one("Restart")).to.equal("on-failure");
  });

  it("is started again for ever after what may pass, and not at all after a refused configuration", () => {
    expect(one("StartLimitIntervalSec")).to.equal("0");
    expect(one("RestartPreventExitStatus")?.split(" ").map(Number)).to.deep.equal([Exit.usage, Exit.config]);
  });

  it("C094 gives a stop more time than the drain takes by default", () => {
    const schema = readFileSync(join(ROOT, "src", "config", "schema.ts"), "utf8");
    const drain = /drain_time: duration\(\{ default: "([^"]+)"/.exec(schema);
    expect(drain, "the default of [limits] drain_time in src/config/schema.ts").not.to.equal(null);
    expect(seconds(one("TimeoutStopSec"))).to.be.greaterThan(2 * seconds(drain![1]));
  });

  it("runs as its own user, with its state where it may write and nowhere else", () => {
    expect(one("User")).to.equal("tollgate");
    expect(one("StateDirectory")).to.equal("tollgate");
    expect(one("ProtectSystem")).to.equal("strict");
    expect(one("CapabilityBoundingSet")).to.equal("");
    for (const name of [
      "NoNewPrivileges", "PrivateTmp", "PrivateDevices", "PrivateUsers", "PrivateMounts", "ProtectHome", "ProtectClock",
      "ProtectControlGroups", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables",
      "LockPersonality", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "RemoveIPC",
    ]) expect(one(name), name).to.equal("yes");
    expect(one("RestrictAddressFamilies")).to.equal("AF_INET AF_INET6 AF_UNIX");
    expect(unit.get("SystemCallFilter")).to.deep.equal(["@system-service", "~@privileged @resources"]);
    expect(unit.has("MemoryDenyWriteExecute"), "V8 compiles at run time").to.equal(false);
  });

  it("shows how a secret is handed over as a credential", () => {
    expect(readFileSync(UNIT, "utf8")).to.match(/^# LoadCredential=\S+:\/etc\/tollgate\/credentials\/\S+$/m);
  });

  it("exposes no more than 1.5 by systemd's own count", function () {
    if (!hasAnalyze) this.skip();
    const run = spawnSync("systemd-analyze", ["security", "--offline=true", "--threshold=15", "--no-pager", UNIT], { encoding: "utf8" });
    expect(run.status, run.stdout + run.stderr).to.equal(0);
  });

  it("is read by systemd without a word", function () {
    if (!hasAnalyze) this.skip();
    // The check wants the program to exist; where this machine keeps its node is not the unit's business.
    const folder = mkdtempSync(join(tmpdir(), "tollgate-unit-"));
    try {
      const copy = join(folder, "tollgate.service");
      writeFileSync(copy, readFileSync(UNIT, "utf8").replace("/usr/bin/node", process.execPath));
      const run = spawnSync("systemd-analyze", ["verify", "--man=no", copy], { encoding: "utf8" });
      // An unknown key or a misspelt value gives a warning and still exits 0: any output is a failure.
      expect(run.stdout + run.stderr).to.equal("");
      expect(run.status).to.equal(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
