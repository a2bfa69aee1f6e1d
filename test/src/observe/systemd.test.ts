/** Talking to the service manager, over a real datagram socket where the optional package is installed. */
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { UnixDatagramSocket } from "unix-dgram";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { createLog } from "../../../src/observe/log.js";
import { connectServiceManager, watchdogEveryMs, type ServiceManagerOptions } from "../../../src/observe/systemd.js";

const PID = 4711;
const datagrams = await import("unix-dgram").catch(() => null);

class Lines extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

describe("observe/systemd", () => {
  let folder: string;
  let path: string;
  let clock: ManualClock;
  let lines: Lines;
  let manager: UnixDatagramSocket | null;
  let heard: string[];
  let onHeard: () => void;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tollgate-notify-"));
    path = join(folder, "notify");
    clock = new ManualClock();
    lines = new Lines();
    manager = null;
    heard = [];
    onHeard = () => undefined;
  });

  afterEach(() => {
    manager?.close();
    rmSync(folder, { recursive: true });
  });

  const options = (env: Record<string, string>, more: Partial<ServiceManagerOptions> = {}): ServiceManagerOptions =>
    ({ env, pid: PID, clock, log: createLog({ level: "info", format: "json", clock, stream: lines }), ...more });

  function listen(): void {
    manager = datagrams!.createSocket("unix_dgram", (datagram) => {
      heard.push(datagram.toString());
      onHeard();
    });
    manager.bind(path);
  }

  const hear = (count: number): Promise<string[]> => new Promise((resolve) => {
    onHeard = () => {
      if (heard.length >= count) resolve(heard);
    };
    onHeard();
  });

  /** Lets a told message go out: nothing here waits for time. */
  const settle = async (): Promise<void> => {
    for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve));
  };

  describe("over the socket", () => {
    before(function () {
      if (datagrams === null) this.skip();
    });

    it("tells READY, STATUS, RELOADING and STOPPING, each in one datagram and in order", async () => {
      listen();
      const service = await connectServiceManager(options({ NOTIFY_SOCKET: path }));
      expect(service.via).to.equal("socket");
      void service.ready("serving");
      void service.status("2 links\nup");
      void service.reloading();
      await service.stopping("draining");
      expect(await hear(4)).to.deep.equal([
        "READY=1\nSTATUS=serving", "STATUS=2 links up", "RELOADING=1\nSTATUS=reloading", "STOPPING=1\nSTATUS=draining",
      ]);
      expect(lines.text).to.equal("");
    });

    it("C096 feeds the watchdog at a third of its time, from the loop's own tick, only while healthy", async () => {
      listen();
      let healthy = true;
      const service = await connectServiceManager(options({ NOTIFY_SOCKET: path, WATCHDOG_USEC: "2000000", WATCHDOG_PID: String(PID) }));
      expect(service.watchdogEveryMs).to.equal(666);
      service.watch(() => healthy, () => "up");
      for (let n = 0; n < 40; n++) {
        clock.advance(100);
        await settle();
      }
      expect(await hear(6)).to.deep.equal(Array.from({ length: 6 }, () => "WATCHDOG=1"));
      healthy = false;
      for (let n = 0; n < 40; n++) {
        clock.advance(100);
        await settle();
      }
      expect(heard).to.have.length(6);
      expect(lines.text.match(/watchdog_withheld/g)).to.have.length(1);
      healthy = true;
      clock.advance(100);
      await hear(7);
      expect(lines.text).to.contain("watchdog_fed_again");
      service.stop();
      clock.advance(5000);
      await settle();
      expect(heard).to.have.length(7);
    });

    it("keeps the status line true: told again when it has changed, watchdog or not", async () => {
      listen();
      const service = await connectServiceManager(options({ NOTIFY_SOCKET: path }));
      let binds = 0;
      service.watch(() => true, () => `${binds} binds`);
      clock.advance(10_000);
      binds = 3;
      clock.advance(9_900);
      await settle();
      expect(heard).to.deep.equal([]);
      clock.advance(100);
      expect(await hear(1)).to.deep.equal(["STATUS=3 binds"]);
      clock.advance(10_000);
      service.stop();
      binds = 4;
      clock.advance(20_000);
      await settle();
      expect(heard).to.have.length(1);
    });

    it("C096 sends no pings meant for another process", async () => {
      listen();
      const service = await connectServiceManager(options({ NOTIFY_SOCKET: path, WATCHDOG_USEC: "2000000", WATCHDOG_PID: "1" }));
      service.watch(() => true, () => "up");
      clock.advance(10_000);
      await service.ready("serving");
      expect(await hear(1)).to.deep.equal(["READY=1\nSTATUS=serving"]);
    });

    it("does not feed the watchdog when the probe itself fails", async () => {
      listen();
      const service = await connectServiceManager(options({ NOTIFY_SOCKET: path, WATCHDOG_USEC: "300000" }));
      service.watch(() => { throw new Error("store thread is gone"); }, () => "up");
      clock.advance(1000);
      await settle();
      expect(heard).to.deep.equal([]);
      expect(lines.text).to.contain("store thread is gone");
    });

    it("logs a manager that does not listen once, and finds it when it does", async () => {
      const service = await connectServiceManager(options({ NOTIFY_SOCKET: path }));
      await service.status("one");
      await service.status("two");
      expect(lines.text.match(/notify_failed/g)).to.have.length(1);
      listen();
      await service.status("three");
      expect(await hear(1)).to.deep.equal(["STATUS=three"]);
    });
  });

  it("says nothing to nobody", async () => {
    const service = await connectServiceManager(options({}));
    expect(service.via).to.equal("none");
    await service.ready("serving");
    service.watch(() => true, () => "up");
    clock.advance(1000);
    expect(lines.text).to.equal("");
  });

  it("refuses an address that is neither a path nor abstract", async () => {
    const service = await connectServiceManager(options({ NOTIFY_SOCKET: "vsock:2:1234" }));
    expect(service.via).to.equal("none");
    expect(lines.text).to.contain("notify_address_refused");
  });

  it("falls back to the program when the package is missing, and says so in one line", async () => {
    const said = join(folder, "said");
    const program = join(folder, "systemd-notify");
    writeFileSync(program, `#!/bin/sh\nprintf '%s|%s|%s\\n' "$NOTIFY_SOCKET" "$1" "$2" >> ${said}\n`);
    chmodSync(program, 0o755);
    const loadDatagrams = (): Promise<never> => Promise.reject(new Error("Cannot find package"));
    const service = await connectServiceManager(options({ NOTIFY_SOCKET: path }, { loadDatagrams, program }));
    expect(service.via).to.equal("program");
    await service.ready("serving 2 links");
    expect(readFileSync(said, "utf8")).to.equal(`${path}|READY=1|STATUS=serving 2 links\n`);
    expect(lines.text.trim().split("\n")).to.have.length(1);
    expect(lines.text).to.contain("NotifyAccess=all");
  });

  it("goes on without a word more than one when there is no program either", async () => {
    const loadDatagrams = (): Promise<never> => Promise.reject(new Error("Cannot find package"));
    const service = await connectServiceManager(options({ NOTIFY_SOCKET: path }, { loadDatagrams, program: join(folder, "none") }));
    await service.ready("serving");
    await service.status("still");
    expect(lines.text.match(/notify_failed/g)).to.have.length(1);
  });

  it("reaches an abstract socket by the program", async function () {
    const has = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined;
    if (!has("python3") || !has("systemd-notify")) this.skip();
    // Python can bind what Node cannot; it prints the datagram it gets.
    const name = `tollgate-test-${String(process.pid)}`;
    const { spawn } = await import("node:child_process");
    const listener = spawn("python3", ["-c", [
      "import socket,sys",
      "s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)",
      `s.bind('\\0${name}')`,
      "print('bound',flush=True)",
      "s.settimeout(10)",
      "print(s.recv(4096).decode(),flush=True)",
    ].join("\n")]);
    let out = "";
    const printed = (text: string): Promise<void> => new Promise((resolve, reject) => {
      listener.once("close", () => reject(new Error(`ended after: ${out}`)));
      listener.stdout.on("data", (chunk: Buffer) => {
        out += chunk.toString();
        if (out.includes(text)) resolve();
      });
    });
    await printed("bound");
    const service = await connectServiceManager(options({ NOTIFY_SOCKET: `@${name}` }));
    expect(service.via).to.equal("program");
    const ready = printed("STATUS=serving");
    await service.ready("serving");
    await ready;
    expect(out).to.contain("READY=1");
  });

  it("reads the watchdog's time only where it is a time and meant for us", () => {
    expect(watchdogEveryMs({ WATCHDOG_USEC: "30000000" }, PID)).to.equal(10_000);
    expect(watchdogEveryMs({ WATCHDOG_USEC: "30000000", WATCHDOG_PID: String(PID) }, PID)).to.equal(10_000);
    expect(watchdogEveryMs({ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "1" }, PID)).to.equal(0);
    for (const usec of ["", "0", "-5", "1e6", "x"]) expect(watchdogEveryMs({ WATCHDOG_USEC: usec }, PID)).to.equal(0);
  });
});
