/** The admin socket over a real unix socket: good clients, garbage, endless lines, silence and slow readers. */
import { expect } from "chai";
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { serveAdmin } from "../../../src/admin/socket.js";
import type { AdminLimits, AdminServer } from "../../../src/admin/socket.js";
import { FakeHost, RawClient, newFolder } from "./fixtures.js";

describe("admin socket", () => {
  let folder = "";
  let path = "";
  let host: FakeHost;
  let clock: ManualClock;
  let server: AdminServer | null = null;
  let events: string[];
  const clients: RawClient[] = [];

  const open = async (limits: Partial<AdminLimits> = {}): Promise<AdminServer> => {
    server = await serveAdmin({ path, host, clock, log: { event: (_level, event) => events.push(event) }, limits });
    return server;
  };
  const connect = (reading = true): RawClient => {
    const client = new RawClient(path, reading);
    clients.push(client);
    return client;
  };

  beforeEach(() => {
    folder = newFolder();
    path = join(folder, "admin.sock");
    host = new FakeHost();
    clock = new ManualClock();
    events = [];
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.socket.destroy();
    await server?.close();
    server = null;
    rmSync(folder, { recursive: true });
  });

  it("answers calls under the id they came with", async () => {
    await open();
    const client = connect();
    const answer = await client.ask("account.show", { name: "demo" }, "a-7");
    expect(answer["id"]).to.equal("a-7");
    expect(answer["result"]).to.include({ name: "demo", available: "1750.00", held: "0.07", currency: "CNY", price: "0.035" });
  });

  it("never gives out a password's hash", async () => {
    await open();
    const client = connect();
    for (const [method, params] of [["account.show", { name: "demo" }], ["account.list", {}], ["topup", { name: "demo", amount: "1", reference: "r" }]] as const) {
      expect(JSON.stringify(await client.ask(method, params))).to.contain("hasPassword").and.not.contain("scrypt");
    }
  });

  it("is open to the owner and his group only", async () => {
    await open();
    expect(statSync(path).mode & 0o777).to.equal(0o660);
  });

  it("answers requests of one client in their order, whatever way they are cut", async () => {
    await open();
    const client = connect();
    const text = [1, 2, 3].map((id) => `${JSON.stringify({ id, method: "status", params: {} })}\r\n`).join("");
    for (const octet of text) client.send(octet);
    expect([(await client.next())["id"], (await client.next())["id"], (await client.next())["id"]]).to.deep.equal([1, 2, 3]);
  });

  it("answers one who has said all and closed his side", async () => {
    await open();
    const client = connect();
    client.socket.end(`${JSON.stringify({ id: 1, method: "status" })}\n`);
    expect((await client.next())["result"]).to.include({ state: "ready" });
    await client.closed;
  });

  it("tells a refusal from a failure and lives on", async () => {
    await open();
    const client = connect();
    expect((await client.ask("account.show", { name: "nobody" }))["error"]).to.include({ code: "no_such_account" });
    expect((await client.ask("drop.tables", {}))["error"]).to.include({ code: "unknown_method" });
    expect((await client.ask("toString", {}))["error"]).to.include({ code: "unknown_method" });
    expect((await client.ask("topup", { name: "demo", amount: "1e9", reference: "r" }))["error"]).to.include({ code: "invalid_value" });
    expect((await client.ask("topup", { name: "demo", amount: "1", reference: "r", extra: 1 }))["error"]).to.include({ code: "invalid_params" });
    host.change = () => Promise.resolve({ ok: false, code: "reference_conflict", message: "r is 2.00 already" });
    expect((await client.ask("topup", { name: "demo", amount: "1", reference: "r" }))["error"]).to.include({ code: "reference_conflict" });
    host.change = () => Promise.reject(new Error("disk on fire"));
    expect((await client.ask("topup", { name: "demo", amount: "1", reference: "r" }))["error"]).to.deep.equal({ code: "internal", message: "topup failed: disk on fire" });
    expect((await client.ask("status", {}))["result"]).to.include({ pid: 42 });
  });

  for (const [name, garbage] of [
    ["what is no JSON", "GET / HTTP/1.1\r\n"], ["JSON that is no request", "[1,2]\n"], ["a request without id", '{"method":"status"}\n'],
    ["a request with more than it should have", '{"id":1,"method":"status","sudo":true}\n'], ["octets", "\x00\xff\x16\x03\x01\n"], ["an empty line", "\n"],
  ] as const) {
    it(`says why and parts from one who sends ${name}`, async () => {
      await open();
      const client = connect();
      const other = connect();
      client.send(garbage);
      expect((await client.next())["error"]).to.include({ code: "bad_request" });
      await client.closed;
      expect((await other.ask("status", {}))["result"]).to.include({ state: "ready" });
      expect(events).to.deep.equal(["admin_client_dropped"]);
    });
  }

  it("parts from one whose line never ends, holding no more than its limit", async () => {
    await open({ maxLineOctets: 1_000 });
    const client = connect();
    client.send("x".repeat(100_000));
    expect((await client.next())["error"]).to.include({ code: "bad_request", message: "a line may have 1000 octets" });
    await client.closed;
  });

  it("takes a line of exactly the limit", async () => {
    await open({ maxLineOctets: 1_000 });
    const client = connect();
    const frame = JSON.stringify({ id: 1, method: "status", params: {} });
    client.send(`${frame}${" ".repeat(1_000 - frame.length)}\n`);
    expect((await client.next())["result"]).to.include({ pid: 42 });
  });

  it("refuses one too many and has room again when one leaves", async () => {
    const running = await open({ maxClients: 2 });
    const [first, second] = [connect(), connect()];
    await first.ask("status", {});
    await second.ask("status", {});
    const third = connect();
    expect((await third.next())["error"]).to.include({ code: "busy" });
    await third.closed;
    first.socket.destroy();
    await first.closed;
    while (running.clients > 1) await new Promise((resolve) => setImmediate(resolve));
    expect((await connect().ask("status", {}))["result"]).to.include({ pid: 42 });
  });

  it("parts from one who connects and says nothing, or half a line", async () => {
    const running = await open({ idleMs: 5_000 });
    const [silent, half] = [connect(), connect()];
    half.send('{"id":1');
    while (running.clients < 2) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(5_000);
    await Promise.all([silent.closed, half.closed]);
    expect(running.clients).to.equal(0);
  });

  it("answers timeout when the work takes too long", async () => {
    await open({ requestMs: 3_000 });
    host.answer = () => new Promise(() => undefined);
    const client = connect();
    const answer = client.ask("audit", { limit: 1 });
    while (host.queries.length === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(3_000);
    expect((await answer)["error"]).to.include({ code: "timeout" });
  });

  it("gives up on one who does not read his answers, and serves others meanwhile", async () => {
    const running = await open({ writeStallMs: 4_000 });
    const entries = Array.from({ length: 1_000 }, (_, no) => ({ no, atMs: 1, actor: "x", what: "y".repeat(4_000), hash: "h" }));
    host.answer = () => Promise.resolve({ kind: "audit", entries });
    const slow = connect(false);
    slow.send(`${JSON.stringify({ id: 1, method: "audit", params: { limit: 1 } })}\n`.repeat(50));
    while (host.queries.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await connect().ask("status", {}))["result"]).to.include({ pid: 42 });
    expect(host.queries, "no further work for one who does not read").to.have.length(1);
    clock.advance(4_000);
    while (running.clients > 1) await new Promise((resolve) => setImmediate(resolve));
  });

  it("takes the place of a file left by a dead daemon", async () => {
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(path, resolve));
    await open();
    expect((await connect().ask("status", {}))["result"]).to.include({ pid: 42 });
    dead.close();
  });

  it("does not touch a file that is no socket", async () => {
    writeFileSync(path, "precious");
    let refusal = "";
    await open().catch((error: Error) => (refusal = error.message));
    expect(refusal).to.contain("is no socket");
    expect(existsSync(path)).to.equal(true);
  });

  it("names a path that is too long for the kernel", async () => {
    const deep = join(folder, "d".repeat(100));
    mkdirSync(deep);
    path = join(deep, "admin.sock");
    let refusal = "";
    await open().catch((error: Error) => (refusal = error.message));
    expect(refusal).to.contain("longer than 107 octets");
  });

  it("ends its clients and removes its file on close", async () => {
    const running = await open();
    const client = connect();
    await client.ask("status", {});
    await running.close();
    await client.closed;
    expect(existsSync(path)).to.equal(false);
  });
});
