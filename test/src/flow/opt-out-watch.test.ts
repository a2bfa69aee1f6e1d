import assert from "node:assert/strict";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { NumberLists } from "../../../src/contract/number-lists.js";
import { OptOutWatch } from "../../../src/flow/opt-out-watch.js";
import { account, accounts } from "./fixtures.js";

const EVENING_MS = Date.parse("2026-11-25T23:00:00+08:00");
const HOUR_MS = 3_600_000;

describe("OptOutWatch", () => {
  it("raises one alarm for an account that tries as often as its threshold, and takes it back with the new day", () => {
    const told: string[] = [];
    const lists = new NumberLists(480);
    const live = accounts(new ManualClock(EVENING_MS), account(1, { optOutAlarm: 3 }), account(2, { optOutAlarm: 0 }));
    const watch = new OptOutWatch(lists, (kind, no, on, detail) => told.push(`${kind} ${String(no)} ${on ? detail : "over"}`));
    watch.tick(live.all(), EVENING_MS);
    lists.account(2).optOutHits = 100;
    lists.account(1).optOutHits = 2;
    watch.tick(live.all(), EVENING_MS);
    assert.deepEqual(told, []);
    lists.account(1).optOutHits = 3;
    watch.tick(live.all(), EVENING_MS);
    lists.account(1).optOutHits = 5;
    watch.tick(live.all(), EVENING_MS);
    assert.deepEqual(told, ["opt_out_breach 1 3 messages today to numbers that opted out, all refused"]);
    watch.tick(live.all(), EVENING_MS + HOUR_MS);
    assert.deepEqual(told.slice(1), ["opt_out_breach 1 over", "opt_out_breach 2 over"]);
    lists.account(1).optOutHits = 7;
    watch.tick(live.all(), EVENING_MS + HOUR_MS);
    assert.equal(told.length, 3);
    lists.account(1).optOutHits = 8;
    watch.tick(live.all(), EVENING_MS + HOUR_MS);
    assert.equal(told.at(-1), "opt_out_breach 1 3 messages today to numbers that opted out, all refused");
  });
});
