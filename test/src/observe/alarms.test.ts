/** Alarms: each told once when it begins and once when it is over, also over restarts; by webhook signed, in order, until taken. */
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { ALARMS } from "../../../src/contract/alarm.js";
import { Alarms, MAX_RAISED, readRaised } from "../../../src/observe/alarms.js";
import { createLog } from "../../../src/observe/log.js";
import { Webhooks, type WebhookOptions } from "../../../src/observe/webhook.js";
import { HookServer } from "./hook-server.js";
import { Recorder } from "./recorder.js";

const SECRET = Buffer.from("webhook secret");
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe("alarms", () => {
  const clock = new ManualClock();
  let dir: string;
  let lines: Recorder;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "tollgate-alarms-"));
    lines = new Recorder();
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const log = (): ReturnType<typeof createLog> => createLog({ level: "info", format: "json", clock, stream: lines });
  const alarms = (webhooks: Webhooks | null = null): Alarms =>
    new Alarms({ clock, log: log(), webhooks, dir, kinds: ALARMS, isName: (subject) => subject === "acme" });
  const events = (): string[] => lines.json().map((line) => `${String(line["event"])} ${String(line["kind"])} ${String(line["subject"])}`);

  it("tells an alarm once when it begins and once when it is over, however often it is set", () => {
    const all = alarms();
    for (let at = 0; at < 5; at++) all.set("low_balance", "acme", true, `${String(at)} left`);
    all.set("low_balance", "other", false, "");
    expect(all.raised).to.deep.equal([{ kind: "low_balance", subject: "acme", detail: "0 left", sinceMs: clock.wallMs }]);
    for (let at = 0; at < 5; at++) all.set("low_balance", "acme", false, "topped up");
    all.set("low_balance", "acme", true, "again");
    expect(events()).to.deep.equal(["alarm_raised low_balance acme", "alarm_cleared low_balance acme", "alarm_raised low_balance acme"]);
  });

  it("keeps kinds and subjects apart", () => {
    const all = alarms();
    all.set("low_balance", "acme", true, "");
    all.set("lowest_balance", "acme", true, "");
    all.set("low_balance", "bank", true, "");
    all.set("low_balance", "acme", false, "");
    expect(all.raised.map(({ kind, subject }) => `${kind} ${subject}`)).to.deep.equal(["lowest_balance acme", "low_balance bank"]);
  });

  it("shows in the metric only names of ours", () => {
    const all = alarms();
    all.set("low_balance", "acme", true, "");
    all.set("login_failures", "192.0.2.1", true, "");
    expect(all.series()).to.deep.equal([[{ kind: "low_balance", account: "acme" }, 1], [{ kind: "login_failures", account: "" }, 1]]);
  });

  it("does not tell again after a restart what stood before it, and tells its end", async () => {
    const before = alarms();
    before.load();
    before.set("suspended", "acme", true, "unpaid");
    before.set("blasting", "acme", true, "");
    before.set("blasting", "acme", false, "");
    await before.close();
    lines.clear();
    const after = alarms();
    after.load();
    expect(after.raised.map(({ kind }) => kind)).to.deep.equal(["suspended"]);
    expect(readRaised(dir, ALARMS)).to.deep.equal(after.raised);
    after.set("suspended", "acme", true, "unpaid");
    expect(events()).to.deep.equal([]);
    after.set("suspended", "acme", false, "resumed");
    expect(events()).to.deep.equal(["alarm_cleared suspended acme"]);
    await after.close();
  });

  it("starts empty, and says so, when its file cannot be read; what was in it is put aside", async () => {
    writeFileSync(join(dir, "alarms.json"), "{not json");
    const all = alarms();
    all.load();
    expect(all.size).to.equal(0);
    expect(lines.json().map((line) => line["event"])).to.deep.equal(["alarms_unreadable"]);
    expect(readFileSync(join(dir, "alarms.json.bad"), "utf8")).to.equal("{not json");
    await all.close();
  });

  it("writes nothing into a folder that it was never told to read: it may be another process's", async () => {
    const all = alarms();
    all.set("suspended", "acme", true, "");
    await all.close();
    expect(readRaised(dir, ALARMS)).to.deep.equal([]);
  });

  it("keeps no more than its bound", () => {
    const all = alarms();
    for (let at = 0; at < MAX_RAISED + 10; at++) all.set("login_failures", `address ${String(at)}`, true, "");
    expect(all.size).to.equal(MAX_RAISED);
    expect(all.overflowed).to.equal(10);
  });
});

describe("webhooks", () => {
  let clock: ManualClock;
  let server: HookServer;
  let lines: Recorder;
  let hooks: Webhooks | null;

  beforeEach(async () => {
    clock = new ManualClock();
    lines = new Recorder();
    server = new HookServer();
    hooks = null;
    await server.start();
  });
  afterEach(async () => {
    hooks?.close();
    await server.close();
  });

  const made = (options: Partial<WebhookOptions> = {}): Webhooks => {
    hooks = new Webhooks({
      urls: [server.url], secret: SECRET, clock, log: createLog({ level: "info", format: "json", clock, stream: lines }),
      timeoutMs: 1e9, giveUpMs: 86_400_000, maxWaiting: 3, ...options,
    });
    return hooks;
  };
  const event = (id: string) => ({ id, event: "alarm_raised", kind: "low_balance", subject: "acme", detail: "余额 9.00", at: "2025-11-24T16:00:00.000Z" }) as const;
  const ids = (): string[] => server.got.map(({ body }) => (JSON.parse(body) as { id: string }).id);
  /** Moves time until so many requests have come. */
  const until = async (count: number): Promise<void> => {
    while (server.got.length < count) {
      await settled();
      clock.advance(60_000);
    }
  };

  it("clause 8.2: a fault is told to the other side by a signed POST that can be proved to be ours and of now", async () => {
    made().send(event("a"));
    await server.count(1);
    const [{ headers, body }] = server.got as [{ headers: Record<string, string>; body: string }];
    expect(JSON.parse(body)).to.deep.equal(event("a"));
    expect(headers["content-type"]).to.equal("application/json");
    expect(headers["x-tollgate-timestamp"]).to.equal(String(Math.floor(clock.wallMs / 1000)));
    const expected = createHmac("sha256", "webhook secret").update(`${String(headers["x-tollgate-timestamp"])}.${body}`).digest("hex");
    expect(headers["x-tollgate-signature"]).to.equal(`sha256=${expected}`);
  });

  it("tries again with growing pauses until it is taken, and keeps the order meanwhile", async () => {
    server.answers.push(500, 503, 429);
    const all = made();
    all.send(event("a"));
    all.send(event("b"));
    await until(5);
    await settled();
    expect(ids()).to.deep.equal(["a", "a", "a", "a", "b"]);
    expect(all.totals).to.deep.equal({ sent: 2, failed: 3, dropped: 0 });
    expect(all.waiting()).to.deep.equal([]);
  });

  it("follows no redirect: what is told of customers goes nowhere else", async () => {
    const elsewhere = new HookServer();
    await elsewhere.start();
    server.location = elsewhere.url;
    server.answers.push(302, 307, 308);
    const all = made();
    all.send(event("a"));
    all.send(event("b"));
    await until(4);
    expect(elsewhere.got).to.have.length(0);
    expect(ids()).to.deep.equal(["a", "a", "a", "b"]);
    await elsewhere.close();
  });

  it("gives up what is refused three times, and what was not taken in time", async () => {
    server.answers.push(400, 400, 400);
    const all = made({ giveUpMs: 120_000 });
    all.send(event("refused"));
    await until(3);
    await settled();
    expect(all.totals.dropped).to.equal(1);
    server.answers.push(...Array<number>(50).fill(500));
    all.send(event("late"));
    while (all.waiting().length > 0) {
      await settled();
      clock.advance(30_000);
    }
    expect(all.totals.dropped).to.equal(2);
  });

  it("ends a try that is not answered in time", async () => {
    server.answers.push(0);
    const all = made({ timeoutMs: 10_000 });
    all.send(event("a"));
    await server.count(1);
    clock.advance(10_001);
    await settled();
    expect(all.totals).to.include({ sent: 0, failed: 1 });
    clock.advance(2_000);
    await server.count(2);
    await settled();
    expect(all.totals).to.include({ sent: 1, failed: 1 });
  });

  it("drops the oldest, and counts it, when as many wait as may", async () => {
    server.answers.push(0);
    const all = made();
    for (const id of ["a", "b", "c", "d", "e"]) all.send(event(id));
    await server.count(1);
    expect(all.totals.dropped).to.equal(2);
    // The one under way keeps its place: its answer is to be for it.
    expect(all.waiting().map((waiting) => waiting.event.id)).to.deep.equal(["a", "d", "e"]);
  });

  it("tells after a restart what was not taken before it", async () => {
    const dir = mkdtempSync(join(tmpdir(), "tollgate-alarms-"));
    server.answers.push(500);
    const parts = (webhooks: Webhooks): Alarms => new Alarms({
      clock, log: createLog({ level: "info", format: "json", clock, stream: lines }), webhooks, dir, kinds: ALARMS, isName: () => true,
    });
    const before = parts(made());
    before.load();
    before.set("operator_down", "mobile", true, "");
    await until(1);
    await before.close();
    const after = parts(made());
    after.load();
    await server.count(2);
    expect(new Set(ids()).size).to.equal(1);
    await after.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it("tests each webhook at once and says what it answered, without what may be secret in its address", async () => {
    server.answers.push(403);
    const [refused] = await made().test({ ...event("t"), event: "alarm_test", kind: "" });
    expect(refused).to.include({ ok: false, result: "answered 403" });
    expect(refused?.url).to.match(/\/hook$/);
    const [taken] = await made().test({ ...event("t"), event: "alarm_test", kind: "" });
    expect(taken).to.include({ ok: true });
    const [unreachable] = await made({ urls: ["http://127.0.0.1:1/"] }).test({ ...event("t"), event: "alarm_test", kind: "" });
    expect(unreachable).to.include({ ok: false, result: "ECONNREFUSED" });
  });
});
