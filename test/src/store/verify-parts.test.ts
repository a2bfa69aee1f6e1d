import { expect } from "chai";
import Database from "better-sqlite3";
import type { Notice } from "../../../protocols/model/receipt.js";
import { MessageState } from "../../../protocols/model/state.js";
import { dayOfMs, dayPath } from "../../../src/store/sqlite/paths.js";
import { Bench, NOON } from "./engine-bench.js";

describe("ledger verify of messages in parts", () => {
  let bench: Bench;
  let db: Database.Database;
  /** One on its way, one sent, one delivered, one broken with a part still out; in this order. */
  let wholes: number[];

  beforeEach(() => {
    bench = new Bench();
    bench.account("a");
    wholes = ["way", "sent", "done", "broken"].map((how) => {
      const { id, parts } = bench.split(3);
      parts.forEach((part, i) => {
        if (how === "way" && i > 0) return;
        bench.dispatch(part);
        if (how === "broken" && i === 1) bench.refused(part, 1, "X");
        else bench.sent(part, `K${part}`);
        if (how === "done" || (how === "way" && i === 0)) bench.receipt([`K${part}`]);
      });
      return id;
    });
    bench.notified(bench.inbound(1, "1069", "MO").notice as Notice);
    bench.engine.close();
    db = new Database(dayPath(bench.dir, dayOfMs(NOON, 480)));
  });
  afterEach(() => {
    db.close();
    bench.start();
    bench.close();
  });

  it("finds nothing wrong with true ones", () => {
    const { split, sent, delivered, rejected } = MessageState;
    expect(wholes.map((id) => bench.row(id).state)).to.deep.equal([split, sent, delivered, rejected]);
    expect(bench.problems()).to.deep.equal([]);
  });

  const part = (whole: number, no: number): string => `(SELECT min(id) + ${whole * 4 + no} FROM message)`;
  const TAMPERINGS: readonly (readonly [string, string, RegExp])[] = [
    ["a part that is gone", `DELETE FROM message WHERE id = ${part(0, 2)}`, /2 of its parts are there/],
    ["a part that names another message", `UPDATE message SET hold_entry = hold_entry - 4 WHERE id = ${part(1, 1)}`, /parts between .* belong to no message/],
    ["a message whose parts are said to stand elsewhere", `UPDATE message SET try = try + 65536 WHERE id = ${part(0, 0)}`, /2 of its parts are there[^]*1 parts between .* belong to no message/],
    ["a part that bears money", `UPDATE message SET charge = 35000 WHERE id = ${part(0, 1)}`, /contradict themselves/],
    ["a part that the customer is to be told of", `UPDATE message SET notify = 3 WHERE id = ${part(2, 1)}`, /contradict themselves/],
    ["a message on its way whose parts are all sent", `UPDATE message SET state = 10 WHERE id > ${part(0, 0)} AND id <= ${part(0, 3)} AND state < 10`, /none of its parts is still to be sent/],
    ["a message on its way of which a part has failed", `UPDATE message SET state = 22 WHERE id = ${part(0, 2)}`, /a part of it has failed/],
    ["a sent message with a part that waits", `UPDATE message SET state = 4 WHERE id = ${part(1, 3)}`, /not all of its parts are sent/],
    ["a delivered message with a part that is not", `UPDATE message SET state = 10 WHERE id = ${part(2, 3)}`, /not all its parts are delivered/],
    ["a message that has ended with a part that waits", `UPDATE message SET state = 5 WHERE id = ${part(3, 1)}`, /1 of its parts still wait/],
    ["a split message in a state of none", `UPDATE message SET state = 4 WHERE id = ${part(0, 0)}`, /no state of a split message/],
    ["a count of parts", "UPDATE tally SET messages = messages + 1 WHERE state = 13", /the tally says/],
    ["a count of parts that have ended", "UPDATE tally SET messages = messages - 1 WHERE state = 14", /the tally says/],
    ["a count of what was sent", "UPDATE tally SET messages = messages + 1 WHERE state = 15", /are sent, the tally says/],
    ["a count of what ended unsent", "DELETE FROM tally WHERE state = 16", /are unsent, the tally says/],
    ["a count of inbound messages", "UPDATE tally SET messages = 2 WHERE state = 18", /are inboundTaken, the tally says/],
  ];
  for (const [what, sql, words] of TAMPERINGS) {
    it(`finds ${what}`, () => {
      expect(db.prepare(sql).run().changes).to.be.greaterThan(0);
      expect(bench.problems().join("\n")).to.match(words);
    });
  }
});
