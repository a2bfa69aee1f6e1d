import { expect } from "chai";
import { SimulatedIsmg } from "../../../src/simulator/ismg.js";
import { cmppLoad } from "../../../src/simulator/load-cmpp.js";
import { smppLoad } from "../../../src/simulator/load-smpp.js";
import { TemplateSource } from "../../../src/simulator/load-source.js";
import { NO_FAULTS } from "../../../src/simulator/faults.js";
import { startRelay } from "../../../src/simulator/relay.js";
import { SimulatedSmsc } from "../../../src/simulator/smsc.js";
import { Bench, FIRST, TEXT } from "./fixtures.js";

describe("Relay", () => {
  for (const [customer, operator] of [["smpp", "smpp"], ["cmpp", "cmpp"], ["smpp", "cmpp"], ["cmpp", "smpp"]] as const) {
    it(`passes submits, answers and receipts on from ${customer} to ${operator}, each once, early receipts too`, async () => {
      const bench = new Bench();
      const centre = new (operator === "cmpp" ? SimulatedIsmg : SimulatedSmsc)({ clock: bench.clock, faults: { ...NO_FAULTS, earlyReceiptRate: 0.2 } });
      const { port } = await centre.start();
      const relay = await startRelay({
        customer, operator, host: "127.0.0.1", port: 0, smscHost: "127.0.0.1", smscPort: port, links: 2, window: 50, smscWindow: 30, clock: bench.clock,
      });
      try {
        await bench.until(() => centre.bound === 2);
        const accepted = new Set<string>();
        const receipts: string[] = [];
        const wire = customer === "cmpp" ? cmppLoad("900002") : smppLoad;
        const esme = await bench.esme(relay.address.port, 0, {
          wire, systemId: "900002", source: new TemplateSource({ messages: 1_000, texts: [TEXT], source: "10690001", firstDestination: FIRST, wire }),
          onAccepted: (_, id) => accepted.add(id), onReceipt: ({ id }) => receipts.push(id),
        });
        await esme.run();
        await bench.until(() => centre.totals.receiptsAcknowledged === 1_000);
        expect(esme.totals).to.include({ accepted: 1_000, receipts: 1_000 });
        expect(receipts).to.have.length(1_000);
        expect(new Set(receipts)).to.deep.equal(accepted);
      } finally {
        await relay.close();
        await bench.close();
        await centre.close();
      }
    });
  }
});
