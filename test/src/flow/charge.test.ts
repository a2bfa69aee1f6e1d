/** What a message costs at acceptance: by the segment, or by the message however long. */
import { expect } from "chai";
import { parseMoney } from "../../../src/ledger/money.js";
import { Encoding } from "../../../protocols/model/message.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { Road, part, text } from "./road.js";

const hex = (units: number): string => "5b57".repeat(units);
const PRICE = Number(parseMoney("0.035"));

describe("the charge", () => {
  const charges = (road: Road): number[] => road.store.accepted.map(({ chargeMicros }) => chargeMicros);

  for (const [unit, long, parts] of [["segment", 3 * PRICE, [PRICE, PRICE, PRICE]], ["message", PRICE, [PRICE, 0, 0]]] as const) {
    it(`by the ${unit}: of a text of 150 characters, whole and in three parts`, () => {
      const road = new Road({ chargeUnit: unit });
      road.send(text(hex(150)));
      expect(charges(road)).to.deep.equal([long]);
      road.store.accepted.length = 0;
      for (const no of [1, 2, 3]) road.send(part(`05000307030${String(no)}${hex(50)}`));
      expect(charges(road)).to.deep.equal(parts);
      // The rate and quotas go by segments all the same.
      expect(road.store.accepted.map(({ segments }) => segments)).to.deep.equal([1, 1, 1]);
    });
  }

  describe("by the message, of texts that never become whole", () => {
    const alone = (road: Road, hexOfPart: string): string => {
      const message = road.send(part(hexOfPart));
      road.clock.advance(30_000);
      road.flow.heldOverdue([road.stored(message)]);
      road.store.commit();
      return road.released(message)[0] === true ? "sent" : (road.ended(message)[0] ?? "");
    };

    it("refuses what lacks its first part, where incomplete texts are sent on, too: nothing goes out unpaid", () => {
      const road = new Road({ chargeUnit: "message" });
      expect(["050003070202", "050003070302", "050003070303"].map((header) => alone(road, `${header}5b575b57`))).to.deep.equal(new Array(3).fill("rejected segments_missing"));
      expect(alone(new Road(), "0500030702025b575b57")).to.equal("sent");
    });

    it("sends the first part, which is paid for, and each sibling that follows it once", () => {
      const road = new Road({ chargeUnit: "message" });
      const becomes = ["050003070301", "050003070302", "050003070302", "050003070303"].map((header) => alone(road, `${header}5b575b57`));
      expect([becomes, charges(road)]).to.deep.equal([["sent", "sent", "rejected segments_missing", "sent"], [PRICE, 0, 0, 0]]);
    });

    it("charges what can be no part of its text like a text of its own", () => {
      const road = new Road({ chargeUnit: "message" });
      for (const header of ["050003070200", "050003070203"]) road.send(part(`${header}5b575b57`));
      expect(charges(road)).to.deep.equal([PRICE, PRICE]);
    });
  });

  it("by the message is once for each destination of one submit", () => {
    const road = new Road({ chargeUnit: "message" });
    road.submitAll(["13800138000", "13800138001"], text(hex(150), Encoding.ucs2));
    road.store.commit();
    expect(charges(road)).to.deep.equal([PRICE, PRICE]);
  });

  it("is none before the contract's first day and after its last, when submits are refused like a suspended account's", () => {
    const today = new Date(new ManualClock().wallMs + 480 * 60_000).toISOString().slice(0, 10);
    const outcomes = ([["", ""], [today, today], ["2099-01-01", ""], ["", "2001-01-01"]] as const).map(([validFrom, validTo]) => {
      const road = new Road({ validFrom, validTo });
      road.send(text(hex(1)));
      return [road.answers[0], road.store.accepted.length];
    });
    expect(outcomes).to.deep.equal([["ok", 1], ["ok", 1], ["account_suspended", 0], ["account_suspended", 0]]);
  });
});
