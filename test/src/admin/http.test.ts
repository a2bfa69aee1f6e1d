/** The monitoring port, asked over real sockets, politely and not. */
import { expect } from "chai";
import { connect, type Socket } from "node:net";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { startHttp, type HttpHost, type HttpServer } from "../../../src/admin/http.js";

describe("admin/http", () => {
  let clock: ManualClock;
  let server: HttpServer;
  let reasons: string[];
  let metricsText: HttpHost["metricsText"];
  const sockets: Socket[] = [];

  beforeEach(async () => {
    clock = new ManualClock();
    reasons = [];
    metricsText = () => Promise.resolve({ type: "text/plain; version=0.0.4; charset=utf-8", body: "tollgate_build_info 1\n" });
    server = await startHttp({ host: "127.0.0.1", port: 0, clock }, {
      metricsText: () => metricsText(),
      ready: () => ({ ready: reasons.length === 0, reasons }),
    });
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    const closed = server.close(0);
    clock.advance(1);
    await closed;
  });

  /** Writes `octets` and resolves with all that came back until the server closed. */
  function raw(octets: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = "";
      const socket = connect(server.address.port, "127.0.0.1", () => socket.write(octets));
      sockets.push(socket);
      socket.setEncoding("latin1");
      socket.on("data", (chunk: string) => (answer += chunk));
      socket.on("end", () => resolve(answer));
      socket.on("error", reject);
    });
  }

  const ask = (method: string, path: string, host = "127.0.0.1:9464"): Promise<string> =>
    raw(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const statusOf = (answer: string): number => Number(answer.slice(9, 12));
  const bodyOf = (answer: string): string => answer.slice(answer.indexOf("\r\n\r\n") + 4);

  it("says it lives", async () => {
    const answer = await ask("GET", "/healthz");
    expect(statusOf(answer)).to.equal(200);
    expect(bodyOf(answer)).to.equal("ok\n");
    expect(answer.toLowerCase()).to.contain("cache-control: no-store");
  });

  it("says whether work is taken, and if not why", async () => {
    expect(bodyOf(await ask("GET", "/readyz"))).to.equal('{"ready":true,"reasons":[]}\n');
    reasons = ["store: disk full", "operator: none bound"];
    const answer = await ask("GET", "/readyz");
    expect(statusOf(answer)).to.equal(503);
    expect(JSON.parse(bodyOf(answer))).to.deep.equal({ ready: false, reasons });
  });

  it("serves the metrics with their own type, query or not", async () => {
    const answer = await ask("GET", "/metrics?name[]=x");
    expect(answer.toLowerCase()).to.contain("content-type: text/plain; version=0.0.4; charset=utf-8");
    expect(bodyOf(answer)).to.equal("tollgate_build_info 1\n");
  });

  it("answers HEAD without a body", async () => {
    const answer = await ask("HEAD", "/metrics");
    expect(statusOf(answer)).to.equal(200);
    expect(answer.toLowerCase()).to.contain("content-length: 22");
    expect(bodyOf(answer)).to.equal("");
  });

  it("refuses other methods and unknown paths", async () => {
    const post = await ask("POST", "/metrics");
    expect(statusOf(post)).to.equal(405);
    expect(post.toLowerCase()).to.contain("allow: get, head");
    expect(statusOf(await ask("GET", "/"))).to.equal(404);
    expect(statusOf(await ask("GET", "/metrics/../healthz"))).to.equal(404);
  });

  it("reads no body: a request that brings one is answered and its connection closed", async () => {
    const answer = await raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nabc");
    expect(statusOf(answer)).to.equal(200);
    expect(answer.toLowerCase()).to.contain("connection: close");
  });

  it("answers on loopback only to loopback's own names", async () => {
    for (const host of ["127.0.0.1", "127.0.0.1:9464", "localhost:9464", "LOCALHOST", "[::1]:9464", "127.8.8.8"]) {
      expect(statusOf(await ask("GET", "/healthz", host)), host).to.equal(200);
    }
    for (const host of ["evil.example", "evil.example:9464", "127.0.0.1.evil.example", "localhost.evil.example", "192.0.2.1", "127.0.0.1:x", "[::1", ""]) {
      expect(statusOf(await ask("GET", "/healthz", host)), host).to.equal(403);
    }
    expect(statusOf(await raw("GET /healthz HTTP/1.0\r\n\r\n"))).to.equal(403);
  });

  it("answers 503 when the metrics fail, or do not come in time", async () => {
    metricsText = () => Promise.reject(new Error("no"));
    expect(statusOf(await ask("GET", "/metrics"))).to.equal(503);
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    metricsText = () => {
      asked();
      return new Promise(() => undefined);
    };
    const answer = ask("GET", "/metrics");
    await isAsked;
    clock.advance(10_000);
    expect(statusOf(await answer)).to.equal(503);
  });

  it("refuses what is not HTTP, and headers without end", async () => {
    expect(statusOf(await raw("\u0016\u0003\u0001\u0002\u0000\r\n\r\n"))).to.equal(400);
    expect(statusOf(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(9000)}\r\n\r\n`))).to.equal(431);
  });

  it("takes a bounded number of connections", async () => {
    const outcomes = await Promise.all(Array.from({ length: 80 }, () => new Promise<"open" | "closed">((resolve) => {
      const socket = connect(server.address.port, "127.0.0.1");
      sockets.push(socket);
      socket.on("error", () => resolve("closed"));
      socket.on("close", () => resolve("closed"));
      socket.on("data", () => resolve("open"));
      socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    })));
    expect(outcomes.filter((outcome) => outcome === "open")).to.have.length(64);
  });

  it("C094 closes within its bound though a client holds on to its connection", async () => {
    const silent = connect(server.address.port, "127.0.0.1");
    const half = connect(server.address.port, "127.0.0.1");
    sockets.push(silent, half);
    const gone = Promise.all([silent, half].map((socket) => new Promise((resolve) => socket.once("close", resolve).on("error", () => undefined).resume())));
    half.write("GET /hea");
    expect(statusOf(await ask("GET", "/healthz"))).to.equal(200);
    const closed = server.close(2000);
    clock.advance(2000);
    await closed;
    await gone;
  });

  it("says so when its port is taken", async () => {
    let code = "";
    try {
      await startHttp({ host: "127.0.0.1", port: server.address.port, clock }, { metricsText, ready: () => ({ ready: true, reasons: [] }) });
    } catch (error) {
      code = (error as NodeJS.ErrnoException).code ?? "";
    }
    expect(code).to.equal("EADDRINUSE");
  });
});
