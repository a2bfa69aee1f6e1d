/** The client of the admin socket, against the real server and against what is none. */
import { expect } from "chai";
import { rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { Server } from "node:net";
import { join } from "node:path";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { AdminError } from "../../../src/admin/errors.js";
import { serveAdmin } from "../../../src/admin/socket.js";
import type { AdminServer } from "../../../src/admin/socket.js";
import { connectAdmin } from "../../../src/cli/admin-client.js";
import type { AdminClient } from "../../../src/cli/admin-client.js";
import { CliError } from "../../../src/cli/exit.js";
import { FakeHost, newFolder } from "../admin/fixtures.js";

describe("admin client", () => {
  let folder = "";
  let path = "";
  const clock = new ManualClock();
  let server: AdminServer | null = null;
  let other: Server | null = null;

  beforeEach(() => {
    folder = newFolder();
    path = join(folder, "admin.sock");
  });
  afterEach(async () => {
    await server?.close();
    other?.close();
    server = null;
    other = null;
    rmSync(folder, { recursive: true });
  });

  const connect = async (): Promise<AdminClient> => {
    const { client } = await connectAdmin(path, clock);
    if (client === null) throw new Error("nobody listens");
    return client;
  };
  const serve = async (): Promise<FakeHost> => {
    const host = new FakeHost();
    server = await serveAdmin({ path, host, clock, log: { event: () => undefined } });
    return host;
  };
  const failure = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => null, (error: unknown) => error);
  /** A server that says `text` to whoever comes, then perhaps hangs up. */
  const say = (text: string, end: boolean): Promise<void> => new Promise((resolve) => {
    other = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("data", () => {
        socket.write(text);
        if (end) socket.end();
      });
    });
    other.listen(path, resolve);
  });

  it("gets results and refusals of several calls at once", async () => {
    await serve();
    const client = await connect();
    const [shown, refused, status] = await Promise.all([
      client.call("account.show", { name: "demo" }), failure(client.call("account.show", { name: "nobody" })), client.call("status", {}),
    ]);
    expect(shown).to.include({ name: "demo", available: "1750.00" });
    expect(refused).to.be.instanceOf(AdminError).and.include({ code: "no_such_account", hint: "tollgate account list names them all" });
    expect(status.pid).to.equal(42);
    await client.close();
  });

  it("gets answers of several megabytes", async () => {
    const host = await serve();
    host.answer = () => Promise.resolve({ kind: "audit", entries: Array.from({ length: 1_000 }, (_, no) => ({ no, atMs: 1, actor: "x", what: "您".repeat(1_000), hash: "h" })) });
    const client = await connect();
    expect(await client.call("audit", { limit: 1_000 })).to.have.length(1_000);
    await client.close();
  });

  it("finds nobody where no file is, and where a dead daemon left one", async () => {
    expect(await connectAdmin(path, clock)).to.deep.equal({ client: null, reason: "ENOENT" });
    expect(await connectAdmin(join(folder, "no/folder/admin.sock"), clock)).to.deep.equal({ client: null, reason: "ENOENT" });
    writeFileSync(path, "");
    expect(await connectAdmin(path, clock)).to.deep.equal({ client: null, reason: "ECONNREFUSED" });
  });

  it("says so when the daemon goes away before it answers", async () => {
    await say("", true);
    const client = await connect();
    expect(await failure(client.call("status", {}))).to.be.instanceOf(CliError).and.include({ exit: 69 });
  });

  for (const text of ["HTTP/1.1 400 Bad Request\n", "null\n", "{}\n"]) {
    it(`says so when the answer is ${JSON.stringify(text)}`, async () => {
      await say(text, false);
      const client = await connect();
      expect(await failure(client.call("status", {}))).to.be.instanceOf(CliError).and.include({ exit: 69 });
      await client.close();
    });
  }

  it("hands on why a connection is refused", async () => {
    await say('{"id":null,"error":{"code":"busy","message":"32 clients are connected already"}}\n', true);
    const client = await connect();
    expect(await failure(client.call("status", {}))).to.be.instanceOf(AdminError).and.include({ code: "busy" });
  });
});
