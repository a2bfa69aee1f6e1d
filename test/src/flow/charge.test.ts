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
