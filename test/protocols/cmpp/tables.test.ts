/** The CMPP tables: command numbers, the outcome table's totality, what statuses ask for, and the session matrix. */
import { expect } from "chai";
import { Outcome, OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import {
  COMMAND_NAMES, CommandId, OPERATIONS, SessionState, commandName, isResponse, mayReceive, responseId,
} from "../../../protocols/cmpp/commands.js";
import type { CommandName, Role } from "../../../protocols/cmpp/commands.js";
import { deliverAnswerOf, deliverResult, refusalCommand, successId } from "../../../protocols/cmpp/operations.js";
import {
  CONNECT_STATUSES, FIELD_STATUS, RESULTS, RESULT_NAMES, explainConnectStatus, explainOutcome, explainStatus, outcomeStatus, reactionTo,
} from "../../../protocols/cmpp/status.js";
import { CODECS } from "../../../protocols/cmpp/tables.js";

describe("CMPP command numbers", () => {
  it("pair every request with its answer", () => {
    for (const name of COMMAND_NAMES) {
      if (isResponse(CommandId[name])) expect(responseId(CommandId[name]), name).to.equal(0);
      else expect(commandName(responseId(CommandId[name])), name).to.equal(`${name}_RESP`);
    }
    for (const unknown of [0, 3, 0x0a, 0x0f, 0x18, 0x80000000]) expect([commandName(unknown), responseId(unknown)]).to.deep.equal([null, 0]);
  });

  it("of the routing server are hexadecimal, and have no table", () => {
    expect(CommandId.MT_ROUTE).to.equal(16);
    expect(CommandId.GET_MO_ROUTE).to.equal(0x17);
    expect(COMMAND_NAMES.filter((name) => !(name in CODECS)).every((name) => name.includes("ROUTE"))).to.equal(true);
    expect(Object.keys(CODECS)).to.have.length(16);
  });
});

describe("CMPP bodies", () => {
  it("have one shape in both layouts, names in one order, so that one hidden class serves both", () => {
    for (const [name, { v20, v30 }] of Object.entries(CODECS)) expect(Object.keys(v20.blank()), name).to.deep.equal(Object.keys(v30.blank()));
  });
});

describe("CMPP Results", () => {
  it("are 0 to 13, the Status of CONNECT_RESP 0 to 5", () => {
    expect(RESULTS.map((each) => each.code)).to.deep.equal(Array.from({ length: 14 }, (_, code) => code));
    expect(CONNECT_STATUSES.map((each) => each.code)).to.deep.equal([0, 1, 2, 3, 4, 5]);
  });

  it("have a meaning and ask for a reaction, whatever the number", () => {
    for (const code of [...Array.from({ length: 300 }, (_, at) => at), 0xffffffff]) {
      const { name, meaning, reaction } = explainStatus(code);
      expect(name).to.match(/^[A-Z0-9_]+$/);
      expect(meaning).to.have.length.greaterThan(3);
      expect(reaction === "ok", name).to.equal(code === 0);
      expect(reactionTo(code)).to.equal(reaction);
      expect(explainConnectStatus(code).reaction).to.equal(code === 0 ? "ok" : "rebind");
    }
    expect(explainStatus(99).name).to.equal("RESERVED_99");
    expect(explainStatus(199).name).to.equal("VENDOR_199");
  });

  it("C064 ask to try again for 8 alone; a wrong number is the message's own fault, the rest is ours to mend", () => {
    const asking = (reaction: string): number[] => Array.from({ length: 256 }, (_, code) => code).filter((code) => reactionTo(code) === reaction);
    expect(asking("slow_down")).to.deep.equal([8]);
    expect(asking("retry")).to.deep.equal([]);
    expect(asking("refuse")).to.deep.equal([9, 13]);
    expect(reactionTo(10)).to.equal("refuse_alarm");
  });

  it("answer every outcome, 8 wherever trying again helps, and our own refusals by their numbers", () => {
    for (const name of OUTCOME_NAMES) {
      const status = outcomeStatus(Outcome[name]);
      expect(status === 0, name).to.equal(name === "ok");
      expect(status, name).to.be.within(0, 199);
      expect(explainOutcome(Outcome[name])).to.deep.equal({ status, name: RESULT_NAMES.get(status) === "TOLLGATE_BLOCKED_CONTENT" && name === "advert" ? "TOLLGATE_ADVERT" : RESULT_NAMES.get(status) });
    }
    const expected: Record<string, number> = {
      malformed: 1, throttled: 8, queue_full: 8, store_unavailable: 8, account_suspended: 111, no_credit: 100, blocked_content: 101,
      signature: 102, template: 103, advert: 101, destination_blocked: 104, off_net: 105, international: 106, blasting: 107, hours: 108,
      frequency: 109, duplicate: 110, quota: 112, no_route: 114, not_supported: 113, segments_missing: 115, invalid_destination: 13,
      invalid_source: 10, invalid_encoding: 4, too_long: 6, ok: 0,
    };
    expect(Object.fromEntries(OUTCOME_NAMES.map((name) => [name, outcomeStatus(Outcome[name])]))).to.deep.equal(expected);
    expect(explainStatus(100)).to.include({ name: "TOLLGATE_NO_CREDIT", reaction: "refuse_alarm" });
  });

  it("of fields are the standard's", () => {
    const known = new Set(RESULTS.map((each) => each.code));
    for (const [field, status] of Object.entries(FIELD_STATUS)) expect(known.has(status), field).to.equal(true);
  });
});

describe("CMPP operations", () => {
  it("have a delivery that was not taken brought again", () => {
    expect([0, 1, 8, 9, 200].map(deliverAnswerOf)).to.deep.equal(["ok", "retry", "retry", "retry", "retry"]);
    expect((["ok", "retry", "refused"] as const).map(deliverResult)).to.deep.equal([0, 8, 9]);
    expect((["ok", "not_found", "too_late", "unavailable"] as const).map(successId)).to.deep.equal([0, 1, 1, 1]);
  });

  it("refuse by an answer only what has a Result for it", () => {
    expect(refusalCommand(CommandId.FWD)).to.equal(CommandId.FWD_RESP);
    for (const id of [CommandId.FWD_RESP, CommandId.MT_ROUTE, 0, 3, 0x80000003]) expect(refusalCommand(id)).to.equal(0);
  });
});

describe("mayReceive of CMPP", () => {
  const states = Object.keys(SessionState) as (keyof typeof SessionState)[];
  const where = (role: Role, name: CommandName): string => states.filter((state) => mayReceive(role, SessionState[state], CommandId[name])).join(" ");

  it("takes CONNECT before all else, and once", () => {
    expect(where("ismg", "CONNECT")).to.equal("open");
    expect(where("sp", "CONNECT_RESP")).to.equal("open");
    expect(where("sp", "CONNECT")).to.equal("");
    for (const { name } of OPERATIONS) if (name !== "CONNECT") expect(mayReceive("ismg", SessionState.open, CommandId[name]), name).to.equal(false);
  });

  it("takes requests while bound from the end that may send them", () => {
    for (const name of ["SUBMIT", "QUERY", "CANCEL"] as const) expect([where("ismg", name), where("sp", name)], name).to.deep.equal(["bound", ""]);
    expect([where("ismg", "DELIVER"), where("sp", "DELIVER")]).to.deep.equal(["", "bound"]);
    for (const name of ["ACTIVE_TEST", "TERMINATE"] as const) expect([where("ismg", name), where("sp", name)], name).to.deep.equal(["bound", "bound"]);
  });

  it("takes answers where their requests went, and after TERMINATE what was still owed", () => {
    expect([where("sp", "SUBMIT_RESP"), where("ismg", "SUBMIT_RESP")]).to.deep.equal(["bound unbound", ""]);
    expect([where("ismg", "DELIVER_RESP"), where("sp", "DELIVER_RESP")]).to.deep.equal(["bound unbound", ""]);
    expect(where("sp", "TERMINATE_RESP")).to.equal("bound unbound");
  });

  it("never takes a command of gateways among themselves, or a number that is no command", () => {
    for (const name of COMMAND_NAMES.filter((each) => each.startsWith("FWD") || each.includes("ROUTE"))) {
      expect([where("ismg", name), where("sp", name)], name).to.deep.equal(["", ""]);
    }
    for (const id of [0, 3, 0x18, 0x80000003]) expect(mayReceive("ismg", SessionState.bound, id)).to.equal(false);
  });
});
