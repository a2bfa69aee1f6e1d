/** Customers who wait for the gateway to come: an ESME of the package smpp that listens, and binds when it is called. */
import { expect } from "chai";
import { createServer } from "smpp";
import type { PDU, Server, Session } from "smpp";
import { Road, newOperator, PASSWORD } from "./road.js";

/** An ESME that listens and does not come by itself. */
class WaitingCustomer {
  readonly calls: PDU[] = [];
  readonly deliveries: PDU[] = [];
  partings = 0;
  readonly #sessions = new Set<Session>();
  #server!: Server;

  start(name: string): Promise<number> {
    this.#server = createServer((session) => {
      this.#sessions.add(session);
      session.on("error", () => session.destroy());
      session.on("close", () => this.#sessions.delete(session));
      session.on("outbind", (pdu: PDU) => {
        this.calls.push(pdu);
        session.bind_receiver({ system_id: name, password: PASSWORD }, () => undefined);
      });
      session.on("deliver_sm", (pdu: PDU) => {
        this.deliveries.push(pdu);
        session.send(pdu.response());
      });
      session.on("unbind", (pdu: PDU) => {
        this.partings++;
        session.send(pdu.response());
        session.close();
      });
    });
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", () => resolve(this.#server.address().port)));
  }

  stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const session of this.#sessions) session.destroy();
    return closed;
  }
}

describe("a customer who waits to be called", () => {
  it("is called for the receipts of what it sent, once it has gone, and parted from when the gateway stops", async () => {
    const operator = newOperator("smpp");
    operator.reports = true;
    const waiting = new WaitingCustomer();
    const road = await Road.open({ operatorPort: await operator.start() });
    try {
      await operator.linked();
      await road.account("waits", 10, { callAt: [`smpp=127.0.0.1:${await waiting.start("waits")}`] });
      const sender = await road.peer("waits", "transmitter");
      const first = await sender.submit({ to: "13800138000", text: "one" });
      const second = await sender.submit({ to: "13800138001", text: "two" });
      await road.eventually(() => Promise.resolve(waiting.deliveries.length), (count) => count === 2);
      expect(waiting.calls).to.have.length(1);
      expect(waiting.calls[0]).to.include({ system_id: "tollgate", password: "" });
      expect(waiting.deliveries.map((pdu) => pdu.receipted_message_id?.replace(/\0$/, ""))).to.have.members([first.id, second.id]);
      const refused = await road.daemon.command("account", "set", "waits", "--call-at", "cmpp=127.0.0.1:1");
      expect(refused.err).to.contain("call-at: in cmpp only customers connect");
      expect((await road.daemon.command("account", "show", "waits")).out).to.match(/^call-at +smpp=127\.0\.0\.1:\d+$/m);
      expect(await road.daemon.stop()).to.deep.equal({ code: 0, signal: null });
      expect(waiting.partings).to.equal(1);
    } finally {
      await road.close();
      await operator.stop();
      await waiting.stop();
    }
  });
});
