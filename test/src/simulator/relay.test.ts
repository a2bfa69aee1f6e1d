import { expect } from "chai";
import { startRelay } from "../../../src/simulator/relay.js";
import { Bench } from "./fixtures.js";

describe("Relay", () => {
  it("passes submits, answers and receipts on, each once, early receipts too", async () => {
    const bench = new Bench();
    const { smsc, port } = await bench.smsc({ faults: { earlyReceiptRate: 0.2 } });
    const relay = await startRelay({ customer: "smpp", operator: "smpp", host: "127.0.0.1", port: 0, smscHost: "127.0.0.1", smscPort: port, links: 2, window: 50, smscWindow: 30, clock: bench.clock });
    try {
      await bench.until(() => smsc.bound === 2);
      const accepted = new Set<string>();
      const receipts: string[] = [];
      const esme = await bench.esme(relay.address.port, 1_000, { onAccepted: (_, id) => accepted.add(id), onReceipt: ({ id }) => receipts.push(id) });
      await esme.run();
      await bench.until(() => smsc.totals.receiptsAcknowledged === 1_000);
      expect(esme.totals).to.include({ accepted: 1_000, receipts: 1_000 });
      expect(receipts).to.have.length(1_000);
      expect(new Set(receipts)).to.deep.equal(accepted);
    } finally {
      await relay.close();
      await bench.close();
    }
  });
});
