/** What is seen from outside: metrics that move when they should, and a daemon that outlives its log's reader. */
import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { PackageOperator } from "./package-operator.js";
import { Road } from "./road.js";

describe("the gateway, watched", () => {
  const operator = new PackageOperator();
  let road: Road;

  before(async () => {
    road = await Road.open({ operatorPort: await operator.start(), more: '[limits]\nbind_deadline = "500ms"\n' });
    await operator.linked();
    await road.account("seen", 10);
  });

  after(async () => {
    await road.close();
    await operator.stop();
  });

  const until = (metric: string, value: number): Promise<number | null> => road.eventually(() => road.metric(metric), (now) => (now ?? 0) >= value);

  /** Sends octets to the customers' port; resolves when the gateway has closed the connection. */
  const rude = (octets: string): Promise<void> => new Promise((resolve) => {
    const socket = connect(road.port, "127.0.0.1", () => socket.write(Buffer.from(octets, "hex")));
    socket.on("error", () => undefined).on("close", () => resolve()).resume();
  });

  it("counts what operators answer, good and bad", async () => {
    const customer = await road.customer("seen");
    expect((await customer.submit("13800138000", "hello")).command_status).to.equal(0);
    const ok = 'tollgate_operator_answers_total{operator="mobile",status="ESME_ROK"}';
    expect(await until(ok, 1)).to.equal(1);
  });

  it("shows a long text that waits for its segments", async () => {
    const customer = await road.customer("seen");
    const part = Buffer.concat([Buffer.from("050003070201", "hex"), Buffer.alloc(20, "77ed", "hex")]);
    expect((await customer.submit("13800138000", part, { data_coding: 8, esm_class: 0x40 })).command_status).to.equal(0);
    expect(await until("tollgate_gathering_texts", 1)).to.equal(1);
  });

  it("tells garbage in one line", async () => {
    const before = road.daemon.logTail(1_000).split("\n").length;
    await rude("47455420");
    await (await road.customer("seen")).submit("13800138000", "later");
    const lines = road.daemon.logTail(1_000).split("\n").slice(before).map((line) => (JSON.parse(line) as { event: string }).event);
    expect(lines).to.deep.equal(["frame_refused", "bound"]);
  });

  it("counts what peers do wrong, by kind", async () => {
    const customer = await road.customer("seen");
    await rude("ffffffff000000040000000000000001");
    await rude("00000010000000040000000000000001");
    await rude("");
    expect((await customer.submit("", "no number")).command_status).to.not.equal(0);
    for (const kind of ["framing", "state", "timeout", "body"]) {
      expect(await until(`tollgate_protocol_faults_total{kind="${kind}"}`, 1), kind).to.be.at.least(1);
    }
    expect(await road.metric('tollgate_protocol_faults_total{kind="slow_reader"}')).to.equal(0);
  });
});

describe("the daemon as a process", () => {
  const operator = new PackageOperator();
  let road: Road;
  let child: ChildProcess;

  /** A second start of the road's configuration, with its outputs in our hands. */
  async function start(environment: Readonly<Record<string, string>> = {}): Promise<{ readonly ended: Promise<number | null> }> {
    road = await Road.open({ operatorPort: await operator.start() });
    await road.daemon.stop();
    const main = fileURLToPath(new URL("../../src/main.js", import.meta.url));
    child = spawn(process.execPath, [main, "serve", "--config", road.daemon.configPath], {
      stdio: ["ignore", "pipe", "pipe"], cwd: road.daemon.folder, env: { ...process.env, ...environment },
    });
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const ready = await road.eventually(() => road.daemon.call("status", {}).then(({ state }) => state, () => ""), (state) => state === "ready", 15_000);
    expect(ready).to.equal("ready");
    return { ended };
  }

  afterEach(async () => {
    child.kill("SIGKILL");
    await road.close();
    await operator.stop();
  });

  it("goes on when whoever read its log goes away, and ends with 0 when it is told to", async () => {
    let code: number | null | undefined;
    const { ended } = await start();
    void ended.then((ending) => (code = ending));
    child.stdout?.destroy();
    child.stderr?.destroy();
    await road.account("unheard", 10);
    // Binds and unbinds are log lines that nobody takes.
    for (let round = 0; round < 3; round++) (await road.customer("unheard")).session.destroy();
    const customer = await road.customer("unheard");
    expect((await customer.submit("13800138000", "hello")).command_status).to.equal(0);
    expect(code).to.equal(undefined);
    child.kill("SIGTERM");
    expect(await ended).to.equal(0);
  });

  it("on a fault of its own says so in one line on standard error, drains and ends with 70", async () => {
    const fault = 'process.on("SIGUSR2", () => { throw new Error("broken invariant"); });';
    const { ended } = await start({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` });
    let [out, err] = ["", ""];
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (err += text));
    child.kill("SIGUSR2");
    expect(await ended).to.equal(70);
    await road.eventually(() => Promise.resolve(out), (text) => text.includes('"stopped"'));
    expect(out).to.contain('"event":"draining"').and.contain('"event":"stopped"');
    expect(JSON.parse(err)).to.include({ level: "error", event: "crashed", component: "crash", error: "broken invariant" });
  });
});
