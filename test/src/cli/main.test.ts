/** The program as a process of its own: exit codes, where errors go, and the way through a running daemon's socket. */
import { expect } from "chai";
import { execFile } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { serveAdmin } from "../../../src/admin/socket.js";
import type { AdminServer } from "../../../src/admin/socket.js";
import { FakeHost, newFolder } from "../admin/fixtures.js";

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Compiled when the test is, else through tsx. */
const COMPILED = fileURLToPath(new URL("../../../src/main.js", import.meta.url));
const COMMAND = existsSync(COMPILED) ? [COMPILED] : ["--import", import.meta.resolve("tsx"), COMPILED.replace(/\.js$/, ".ts")];

function tollgate(cwd: string, ...argv: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...COMMAND, ...argv], { cwd, env: { ...process.env, TOLLGATE_CONFIG: "" } }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

describe("tollgate", () => {
  let folder = "";
  let server: AdminServer;
  const host = new FakeHost();
  before(async () => {
    folder = newFolder();
    writeFileSync(join(folder, "good.toml"), "[data]\ndir = \".\"\n[[listen]]\n[simulator]\nenabled = true\n");
    writeFileSync(join(folder, "alone.toml"), "[data]\ndir = \"./none\"\n[[listen]]\n[simulator]\nenabled = true\n");
    writeFileSync(join(folder, "bad.toml"), "[[listen]]\nport = 99999\n[simulator]\nenabled = true\nlatncy = \"1s\"\n");
    server = await serveAdmin({ path: join(folder, "admin.sock"), host, clock: new ManualClock(), log: { event: () => undefined } });
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it("tells its version", async () => {
    const { code, out } = await tollgate(folder, "--version");
    expect(code).to.equal(0);
    expect(out).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  it("writes a long answer to a pipe to its end", async () => {
    const argv = [process.execPath, ...COMMAND, "decode", "--json", "0000000c0000000800000009".repeat(500)];
    // What a process gives its children is no pipe but a pair of sockets, which hold more: a shell's is one.
    const out = await new Promise<string>((resolve) => execFile("sh", ["-c", '"$@" | cat', "sh", ...argv], (_error, text) => resolve(text)));
    expect(out.length).to.be.greaterThan(65_536);
    expect(out).to.match(/\]\n$/);
    expect(JSON.parse(out)).to.have.length(500);
  });

  it("ends with 2 for a command that is none, on standard error", async () => {
    const { code, out, err } = await tollgate(folder, "srve");
    expect([code, out]).to.deep.equal([2, ""]);
    expect(err).to.contain("unknown command 'srve'").and.contain("serve");
  });

  it("ends with 78 for word lists that cannot be built, so that nobody starts it again in vain", async () => {
    writeFileSync(join(folder, "words.txt"), "good\n[no such heading\n");
    writeFileSync(join(folder, "words.toml"), "[data]\ndir = \"./words-data\"\n[[listen]]\nport = 0\n[simulator]\nenabled = true\n[filter]\nkeywords = [\"words.txt\"]\n");
    const { code, err } = await tollgate(folder, "serve", "--config", "words.toml");
    expect(err).to.contain("words.txt");
    expect(code).to.equal(78);
  });

  it("ends with 78 for a bad file, one line a problem", async () => {
    const { code, out, err } = await tollgate(folder, "check-config", "--config", "bad.toml");
    expect([code, out]).to.deep.equal([78, ""]);
    expect(err.trimEnd().split("\n").map((line) => line.split(": ").slice(0, 3).join(": "))).to.deep.equal([
      "tollgate: bad.toml:2:8: listen[0].port", "tollgate: bad.toml:5:1: simulator.latncy",
    ]);
  });

  it("asks the running daemon through its socket", async () => {
    const { code, out } = await tollgate(folder, "account", "show", "demo", "--config", "good.toml", "--json");
    expect(code).to.equal(0);
    expect(JSON.parse(out)).to.include({ name: "demo", available: "1750.00", held: "0.07", currency: "CNY" });
  });

  it("changes an account through the running daemon, and says who asked", async () => {
    const { code, out } = await tollgate(folder, "account", "set", "demo", "--rate", "200", "--config", "good.toml");
    expect([code, out]).to.deep.equal([0, "demo: active, available 1750.00 CNY, held 0.07\n"]);
    expect(host.commands.at(-1)).to.deep.include({ kind: "account.set", settings: { rate: 200 } });
    expect(host.commands.at(-1)?.actor).to.match(/^cli:./);
  });

  it("ends with 69 when only a daemon could answer and there is none", async () => {
    const { code, err } = await tollgate(folder, "status", "--config", "alone.toml");
    expect(code).to.equal(69);
    expect(err).to.match(/no daemon runs on .*\n {2}hint: start it with: tollgate serve/);
  });
});
