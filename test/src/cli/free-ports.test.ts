/** Ports for programs that are told theirs: nobody's, and given once. */
import { expect } from "chai";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { freePorts } from "../../../src/cli/free-ports.js";

describe("freePorts", () => {
  it("gives ports below those that the kernel gives to connections, each once", async () => {
    const ports = [...(await freePorts(3)), ...(await freePorts(40)), ...(await Promise.all([freePorts(5), freePorts(5)])).flat()];
    expect(new Set(ports).size).to.equal(53);
    for (const port of ports) expect(port).to.be.at.least(10_000).and.below(32_768);
  });

  it("leaves them free to be listened on", async () => {
    const [port] = await freePorts(1);
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
    await new Promise((resolve) => server.close(resolve));
  });

  it("passes over one that somebody listens on, and one that another process was given", async () => {
    const [before = 0] = await freePorts(1);
    const server = createServer();
    const holder = createSocket("udp4");
    // An error: somebody has it already, which is as good.
    await new Promise<void>((resolve) => server.once("error", () => resolve()).listen(before + 1, "127.0.0.1", resolve));
    await new Promise<void>((resolve) => holder.once("error", () => resolve()).bind({ address: "127.0.0.1", port: before + 2 }, resolve));
    expect((await freePorts(1))[0]).to.be.above(before + 2);
    if (server.listening) await new Promise((resolve) => server.close(resolve));
    holder.close();
  });
});
