import { expect } from "chai";
import { ID_STYLES, OperatorIds } from "../../../src/simulator/operator-ids.js";
import type { IdStyle } from "../../../src/simulator/operator-ids.js";
import { Random } from "../../../src/simulator/random.js";
import { Bench } from "./fixtures.js";

const START_MS = 1_764_000_000_000;
const FORMS: Readonly<Record<IdStyle, readonly [answer: RegExp, receipt: RegExp]>> = {
  decimal: [/^176400000000001$/, /^176400000000001$/],
  hex: [/^a06f5356a001$/, /^a06f5356a001$/],
  uuid: [/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/, /^[0-9a-f-]{36}$/],
  padded: [/^176400000000001$/, /^00000176400000000001$/],
  "18digits": [/^900176400000000001$/, /^900176400000000001$/],
  hex_answer_decimal_receipt: [/^A06F5356A001$/, /^176400000000001$/],
};

describe("OperatorIds", () => {
  for (const style of ID_STYLES) {
    it(`writes ${style} ids in answer and receipt, never one twice`, () => {
      const ids = new OperatorIds(style, START_MS, new Random(1));
      const first = ids.take();
      expect(first).to.match(FORMS[style][0]);
      expect(ids.inReceipt(first)).to.match(FORMS[style][1]);
      const more = Array.from({ length: 1_000 }, () => ids.take());
      expect(new Set([first, ...more])).to.have.property("size", 1_001);
      expect(new Set(more.map((id) => ids.inReceipt(id)))).to.have.property("size", 1_000);
    });
  }

  it("begins higher when the centre is started later", () => {
    const [early, late] = [0, 1_000].map((laterMs) => Number(new OperatorIds("decimal", START_MS + laterMs, new Random(1)).take()));
    expect(late! - early!).to.equal(100_000);
  });

  it("shows the receipt's own form on the wire", async () => {
    const bench = new Bench();
    try {
      for (const style of ID_STYLES) {
        const { port } = await bench.smsc({ ids: style });
        let answered = "";
        let receipted = "";
        const esme = await bench.esme(port, 1, { onAccepted: (_, id) => (answered = id), onReceipt: ({ id }) => (receipted = id) });
        await esme.run();
        await bench.until(() => receipted !== "");
        expect(receipted).to.equal(new OperatorIds(style, 0, new Random(1)).inReceipt(answered));
      }
    } finally {
      await bench.close();
    }
  });
});
