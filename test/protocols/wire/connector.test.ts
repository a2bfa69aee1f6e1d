import { createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { expect } from "chai";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { Backoff, Connector } from "../../../protocols/wire/connector.js";

describe("Backoff", () => {
  it("doubles from the shortest pause to the longest and starts over after a success", () => {
    const backoff = new Backoff(1_000, 10_000);
    const pauses = [1, 2, 3, 4, 5, 6].map(() => backoff.nextMs("lost", 0));
    expect(pauses).to.deep.equal([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    backoff.succeeded();
    expect(backoff.nextMs("lost", 0)).to.equal(1_000);
  });

  it("waits longer when the far side refuses us, up to five times the longest pause", () => {
    const backoff = new Backoff(1_000, 60_000);
    const pauses = [1, 2, 3, 4, 5].map(() => backoff.nextMs("refused", 0));
    expect(pauses).to.deep.equal([60_000, 120_000, 240_000, 300_000, 300_000]);
  });

  it("takes off up to half of the pause", () => {
    expect(new Backoff(1_000, 60_000).nextMs("lost", 0.999)).to.be.within(500, 502);
  });

  it("comes back at once after a parting in good order", () => {
    const backoff = new Backoff(1_000, 60_000);
    for (let i = 0; i < 5; i++) backoff.nextMs("lost", 0);
    expect(backoff.nextMs("parted", 0)).to.equal(1_000);
  });
});

describe("Connector", () => {
  it("dials again after a failure and after a loss, and not after it was stopped", async () => {
    const clock = new ManualClock();
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const heard: string[] = [];
    let wake: () => void = () => undefined;
    const next = async (): Promise<void> => new Promise((resolve) => (wake = resolve));
    const sockets: Socket[] = [];
    const connector = new Connector(
      { host: "127.0.0.1", port, reconnectMinMs: 100, reconnectMaxMs: 1_000, dialMs: 5_000, clock },
      {
        connected: (socket) => {
          sockets.push(socket);
          heard.push("connected");
          wake();
        },
        failed: (reason) => {
          heard.push(reason);
          wake();
        },
      },
    );
    let done = next();
    connector.start();
    await done;
    expect(heard).to.deep.equal(["connect_econnrefused"]);
    const again = createServer((socket) => socket.on("error", () => undefined));
    again.listen(port, "127.0.0.1");
    await once(again, "listening");
    done = next();
    clock.advance(100);
    await done;
    expect(heard).to.deep.equal(["connect_econnrefused", "connected"]);
    sockets[0]?.destroy();
    done = next();
    expect(connector.lost("lost")).to.be.within(50, 200);
    clock.advance(200);
    await done;
    expect(heard.length).to.equal(3);
    sockets[1]?.destroy();
    connector.stop();
    expect(connector.lost("lost")).to.equal(-1);
    again.close();
  });
});
