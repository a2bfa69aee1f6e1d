/** The log: what a line holds, what it hides, and what it does when nobody reads. */
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { Writable } from "node:stream";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { createLog, MAX_WAITING_OCTETS, SAMPLED_LINES_A_MINUTE, wireLog, type LogOptions } from "../../../src/observe/log.js";

/** Collects lines; `stall()` makes it a reader that does not read. */
class Sink extends Writable {
  readonly chunks: string[] = [];
  #stalled = false;
  #waiting: (() => void) | null = null;

  constructor() {
    super({ decodeStrings: false });
  }

  stall(): void {
    this.#stalled = true;
  }

  resume(): void {
    this.#stalled = false;
    this.#waiting?.();
    this.#waiting = null;
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    if (this.#stalled) this.#waiting = done;
    else done();
  }

  get lines(): string[] {
    return this.chunks.join("").split("\n").filter((line) => line !== "");
  }

  get records(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

function open(overrides: Partial<LogOptions> = {}): { sink: Sink; clock: ManualClock; log: ReturnType<typeof createLog> } {
  const sink = new Sink();
  const clock = new ManualClock(Date.UTC(2026, 10, 24, 8, 0, 0, 123));
  return { sink, clock, log: createLog({ level: "info", format: "json", clock, stream: sink, ...overrides }) };
}

describe("observe/log", () => {
  it("writes one JSON object an event, with time, level, event and component first", () => {
    const { sink, log } = open();
    log.child("customer").info("bound", { account: "demo", session: 4, tls: false });
    expect(sink.lines).to.deep.equal([
      '{"ts":"2026-11-24T08:00:00.123Z","level":"info","event":"bound","component":"customer","account":"demo","session":4,"tls":false}',
    ]);
  });

  it("keeps a field that bears a reserved name, under another", () => {
    const { sink, log } = open();
    log.info("odd", { event: "x", level: 3 });
    expect(sink.records[0]).to.include({ event: "odd", level: "info", event_: "x", level_: 3 });
  });

  it("changes its level live, for children too", () => {
    const { sink, log } = open({ level: "warn" });
    const child = log.child("flow");
    child.info("no");
    expect(child.debugEnabled).to.equal(false);
    log.setLevel("debug");
    expect(child.debugEnabled).to.equal(true);
    child.debug("yes");
    log.setLevel("error");
    child.warn("no");
    child.error("yes_too");
    expect(sink.records.map((record) => record["event"])).to.deep.equal(["yes", "yes_too"]);
    expect(log.level).to.equal("error");
  });

  it("builds nothing for a level that is off", () => {
    const { log } = open({ level: "error" });
    const fields = new Proxy({}, {
      ownKeys: () => { throw new Error("looked at the fields"); },
      get: () => { throw new Error("looked at a field"); },
    });
    log.debug("quiet", fields);
    log.info("quiet", fields);
    log.sampled("warn", "quiet", "k", fields);
  });

  it("masks numbers by the names of their fields", () => {
    const { sink, log } = open();
    log.info("m", { source: "106900001234", destination: "+8613800138000", to: 13800138000, from: "TOLLGATE", msisdn: "10086", id: "13800138000" });
    expect(sink.records[0]).to.include({
      source: "1069****1234", destination: "+86138****8000", to: "138****8000", from: "TOLLGATE", msisdn: "10086", id: "13800138000",
    });
  });

  it("blanks secrets by the names of their fields, but not figures", () => {
    const { sink, log } = open();
    log.info("m", { password: "hunter2", sharedSecret: "x", api_token: "y", tokens: 12, password_file: "" });
    expect(sink.records[0]).to.include({ password: "***", sharedSecret: "***", api_token: "***", tokens: 12, password_file: "" });
  });

  it("lets no peer's text start a new line, move the cursor or grow without bound", () => {
    const { sink, log } = open();
    log.info("m", { system_id: "a\nb\u001b[2J\u009b2J\u202e", long: "字".repeat(5000) });
    expect(sink.lines).to.have.length(1);
    expect(sink.lines[0]).to.match(/^[^\p{Cc}\u202e]+$/u);
    expect(String(sink.records[0]!["long"])).to.have.length(1025);
  });

  it("writes text lines whose values can be told apart", () => {
    const { sink, log } = open({ format: "text", journal: false });
    log.warn("link_down", { link: "op-1/0", reason: "no answer", empty: "", n: 3 });
    expect(sink.lines).to.deep.equal(['2026-11-24T08:00:00.123Z warn  tollgate link_down link=op-1/0 reason="no answer" empty="" n=3']);
  });

  it("marks text lines with the journal's priority where the journal reads them", () => {
    const { sink, log } = open({ format: "text", journal: true, level: "debug" });
    log.error("e");
    log.debug("d");
    expect(sink.lines.map((line) => line.slice(0, 3))).to.deep.equal(["<3>", "<7>"]);
  });

  it("shows a bounded number of sampled lines a minute and tells how many it left out", () => {
    const { sink, clock, log } = open();
    for (let n = 0; n < 1000; n++) log.sampled("warn", "frame_refused", `192.0.2.${n % 250}`, { n });
    expect(sink.lines).to.have.length(SAMPLED_LINES_A_MINUTE);
    clock.advance(60_000);
    log.sampled("warn", "frame_refused", "192.0.2.1");
    log.sampled("warn", "frame_refused", "192.0.2.1");
    const [first, second] = sink.records.slice(SAMPLED_LINES_A_MINUTE);
    expect(first).to.include({ suppressed: 1000 - SAMPLED_LINES_A_MINUTE });
    expect(second).not.to.have.property("suppressed");
  });

  it("does not let one noisy peer hide the others, nor one event another", () => {
    const { sink, log } = open();
    for (let n = 0; n < 100; n++) log.sampled("warn", "frame_refused", "192.0.2.1");
    log.sampled("warn", "frame_refused", "192.0.2.2", { other: true });
    log.sampled("warn", "bind_refused", "192.0.2.1");
    expect(sink.records.slice(SAMPLED_LINES_A_MINUTE / 2).map((r) => [r["event"], r["other"]])).to.deep.equal([
      ["frame_refused", true], ["bind_refused", undefined],
    ]);
  });

  it("serves as a protocol's log: what peers can cause is sampled, errors are not", () => {
    const { sink, log } = open({ level: "debug" });
    const wire = wireLog(log.child("smpp"));
    for (let n = 0; n < 50; n++) wire.event("warn", "frame_refused", { remote: "192.0.2.1" });
    for (let n = 0; n < 50; n++) wire.event("error", "codec_fault", { n });
    const events = sink.records.map((record) => record["event"]);
    expect(events.filter((event) => event === "frame_refused")).to.have.length(SAMPLED_LINES_A_MINUTE / 2);
    expect(events.filter((event) => event === "codec_fault")).to.have.length(50);
    expect(sink.records[0]).to.include({ component: "smpp" });
  });

  it("drops and counts lines when its reader stalls, and says so when it reads again", async () => {
    const { sink, log } = open();
    sink.stall();
    const text = "x".repeat(1000);
    const tried = 6000;
    for (let n = 0; n < tried; n++) log.info("flood", { text });
    expect(log.dropped).to.be.greaterThan(0);
    expect(sink.writableLength).to.be.lessThan(MAX_WAITING_OCTETS + 4096);
    sink.resume();
    await new Promise((resolve) => sink.write("", resolve));
    log.info("after");
    await log.close();
    const records = sink.records;
    expect(records.filter((record) => record["event"] === "flood")).to.have.length(tried - log.dropped);
    expect(records.at(-2)).to.include({ event: "log_lines_dropped", count: log.dropped });
    expect(records.at(-1)).to.include({ event: "after" });
  });

  it("has everything written when close() resolves, with what sampling left out", async () => {
    const { sink, log } = open();
    for (let n = 0; n < 3000; n++) log.info("line", { n });
    for (let n = 0; n < 30; n++) log.sampled("warn", "noise", String(n));
    await log.close();
    await log.close();
    log.info("too_late");
    expect(sink.records.filter((record) => record["event"] === "line")).to.have.length(3000);
    expect(sink.records.at(-1)).to.include({ event: "log_suppressed", of: "noise", count: 30 - SAMPLED_LINES_A_MINUTE });
  });

  it("does not wait for ever for a reader that never reads", async () => {
    const { sink, clock, log } = open();
    sink.stall();
    log.info("line");
    const closing = log.close();
    clock.advance(2000);
    await closing;
  });

  it("survives a reader that went away", async () => {
    const { sink, log } = open();
    sink.on("error", () => undefined);
    sink.destroy(new Error("EPIPE"));
    await new Promise((resolve) => sink.once("close", resolve));
    log.info("lost");
    expect(log.dropped).to.equal(1);
    await log.close();
  });

  it("gets a crash line out though the process ends at once", () => {
    const clockUrl = new URL("../../../protocols/wire/clock.js", import.meta.url).href;
    const logUrl = new URL("../../../src/observe/log.js", import.meta.url).href;
    const script = `
      import { ManualClock } from ${JSON.stringify(clockUrl)};
      import { crashLine } from ${JSON.stringify(logUrl)};
      crashLine(new ManualClock(), "uncaught", new Error("broken\\ninvariant"));
      process.exit(70);`;
    const run = spawnSync(process.execPath, [...process.execArgv, "--input-type=module", "-e", script], { encoding: "utf8" });
    expect(run.status).to.equal(70);
    const record = JSON.parse(run.stderr) as Record<string, unknown>;
    expect(record).to.include({ level: "error", event: "uncaught", error: "broken\ninvariant" });
    expect(record["stack"]).to.contain("Error: broken");
  });
});
