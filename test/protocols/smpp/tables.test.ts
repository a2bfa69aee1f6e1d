/** The SMPP tables against the smpp package's, the outcome table's totality, and the session matrix. */
import { expect } from "chai";
import { Outcome, OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import { CommandId, COMMAND_NAMES, OPERATIONS, SessionState, commandName, isResponse, mayReceive, responseId } from "../../../protocols/smpp/commands.js";
import type { CommandName, Role } from "../../../protocols/smpp/commands.js";
import { FIELD_STATUS, STATUSES, Status, explainOutcome, explainStatus, outcomeStatus, reactionTo } from "../../../protocols/smpp/status.js";
import { CODECS } from "../../../protocols/smpp/tables.js";
import { TLVS, Tlv } from "../../../protocols/smpp/tlvs.js";
import type { Field } from "../../../protocols/wire/fields.js";
import { smppPackage } from "./package.js";

/** The three commands of 3.3 that the package lacks. */
const ONLY_OURS = ["param_retrieve", "query_last_msgs", "query_msg_details"].flatMap((name) => [name, `${name}_resp`]);

describe("SMPP command numbers", () => {
  it("are the smpp package's, plus the three commands of 3.3", () => {
    const theirs = Object.fromEntries(Object.entries(smppPackage.commands).map(([name, { id }]) => [name, id]));
    const ours = Object.fromEntries(Object.entries(CommandId).filter(([name]) => !ONLY_OURS.includes(name)));
    expect(ours).to.deep.equal(theirs);
    expect(COMMAND_NAMES).to.have.length(Object.keys(theirs).length + 6);
  });

  it("pair every request with its answer, but outbind and alert_notification have none", () => {
    for (const { name } of OPERATIONS) {
      const answer = responseId(CommandId[name]);
      if (name === "outbind" || name === "alert_notification") expect(answer, name).to.equal(0);
      else expect(commandName(answer), name).to.equal(`${name}_resp`);
    }
    for (const unknown of [0, 0x0a, 0x10200, CommandId.submit_sm_resp, CommandId.generic_nack]) expect(responseId(unknown)).to.equal(0);
    expect(isResponse(CommandId.generic_nack)).to.equal(true);
    expect(isResponse(0x7fffffff)).to.equal(false);
  });

  it("each have a compiled table that ends in the TLVs", () => {
    for (const name of COMMAND_NAMES) {
      const table: readonly Field[] = CODECS[name].table;
      expect(table[table.length - 1]?.name, name).to.equal("tlvs");
    }
  });
});

describe("SMPP statuses", () => {
  it("are the smpp package's, under the 3.4 or the 5.0 name", () => {
    const ours = new Map(STATUSES.map((each) => [each.code, each.name50 ?? each.name]));
    const theirs = new Map(Object.entries(smppPackage.errors).map(([name, code]) => [code, name]));
    expect([...ours].sort()).to.deep.equal([...theirs].sort());
  });

  it("have a meaning and ask for a reaction, whatever the number", () => {
    for (let code = 0; code <= 0x500; code++) {
      const { name, meaning, reaction } = explainStatus(code);
      expect(name).to.match(/^[A-Z0-9_a-z]+$/);
      expect(meaning).to.have.length.greaterThan(3);
      expect(reaction === "ok", name).to.equal(code === 0);
      expect(reactionTo(code)).to.equal(reaction);
    }
    expect(explainStatus(0xffffffff)).to.include({ name: "RESERVED_0xFFFFFFFF", reaction: "retry" });
  });

  it("ask for what the field has learnt", () => {
    const expected: Record<string, string> = {
      ESME_RTHROTTLED: "slow_down", ESME_RMSGQFUL: "slow_down", ESME_RSYSERR: "retry", ESME_RINVDSTADR: "refuse", ESME_RINVSRCADR: "refuse_alarm",
      ESME_RINVDCS: "refuse_alarm", ESME_RINVBNDSTS: "rebind", ESME_RINVPASWD: "rebind", ESME_RX_T_APPN: "retry", ESME_RUNKNOWNERR: "retry",
    };
    for (const [name, reaction] of Object.entries(expected)) expect(reactionTo(Status[name as keyof typeof Status]), name).to.equal(reaction);
    // Vendor values are commonly no credit, black list, spam filter: never to be tried again by ourselves.
    expect([0x400, 0x4ff].map(reactionTo)).to.deep.equal(["refuse_alarm", "refuse_alarm"]);
    expect([0x3ff, 0x500].map(reactionTo)).to.deep.equal(["retry", "retry"]);
  });

  it("answer every outcome, and no two policy refusals but content and advert differ only by name", () => {
    const used = new Map<number, string[]>();
    for (const name of OUTCOME_NAMES) {
      const status = outcomeStatus(Outcome[name]);
      expect(status === 0, name).to.equal(name === "ok");
      expect(explainOutcome(Outcome[name]).status, name).to.equal(status);
      used.set(status, [...(used.get(status) ?? []), name]);
    }
    expect([...used.values()].filter((names) => names.length > 1)).to.deep.equal([["blocked_content", "advert"]]);
  });

  it("answer refusals by the documented numbers", () => {
    const expected: Record<string, number> = {
      throttled: 0x58, queue_full: 0x14, store_unavailable: 0x08, account_suspended: 0x46f, no_credit: 0x464, blocked_content: 0x465,
      signature: 0x466, template: 0x467, destination_blocked: 0x468, off_net: 0x469, international: 0x46a, blasting: 0x46b, hours: 0x46c,
      frequency: 0x46d, duplicate: 0x46e, quota: 0x470, not_supported: 0x471, no_route: 0x472, segments_missing: 0x473,
      invalid_destination: 0x0b, invalid_source: 0x0a, invalid_encoding: 0x104, malformed: 0x45,
    };
    for (const [name, status] of Object.entries(expected)) expect(outcomeStatus(Outcome[name as keyof typeof Outcome]), name).to.equal(status);
    expect(explainOutcome(Outcome.no_credit)).to.deep.equal({ status: 0x464, name: "TOLLGATE_NO_CREDIT" });
    expect(explainStatus(0x464)).to.include({ name: "TOLLGATE_NO_CREDIT", reaction: "refuse_alarm" });
  });

  it("exist for every field that a table can find wrong", () => {
    const known = new Set<number>(STATUSES.map((each) => each.code));
    for (const [field, status] of Object.entries(FIELD_STATUS)) expect(known.has(status), field).to.equal(true);
  });
});

describe("SMPP TLVs", () => {
  it("are the smpp package's, tag for tag", () => {
    const theirs = Object.entries(smppPackage.tlvs).filter(([name]) => name !== "alert_on_msg_delivery" && name !== "failed_broadcast_area_identifier");
    expect({ ...Tlv }).to.deep.equal(Object.fromEntries(theirs.map(([name, { id }]) => [name, id])));
  });

  it("have sizes that make sense", () => {
    for (const { name, kind, min, max, only } of TLVS) {
      expect(min, name).to.be.at.most(max);
      if (kind === "integer") expect(max, name).to.be.oneOf([1, 2, 4]);
      for (const length of only ?? []) expect(length, name).to.be.within(min, max);
    }
  });
});

describe("mayReceive", () => {
  const V34 = 0x34;
  const states = Object.keys(SessionState) as (keyof typeof SessionState)[];
  const where = (role: Role, name: CommandName, version = V34): string =>
    states.filter((state) => mayReceive(role, SessionState[state], CommandId[name], version)).join(" ");

  it("follows the standard's matrix at the message centre", () => {
    expect(where("smsc", "bind_transceiver")).to.equal("open outbound");
    expect(where("smsc", "submit_sm")).to.equal("bound_tx bound_trx");
    expect(where("smsc", "replace_sm")).to.equal("bound_tx bound_trx");
    expect(where("smsc", "data_sm")).to.equal("bound_tx bound_trx");
    expect(where("smsc", "unbind")).to.equal("bound_tx bound_rx bound_trx");
    expect(where("smsc", "deliver_sm")).to.equal("");
    expect(where("smsc", "outbind")).to.equal("");
    expect(where("smsc", "alert_notification")).to.equal("");
  });

  it("follows the standard's matrix at the ESME", () => {
    expect(where("esme", "deliver_sm")).to.equal("bound_rx bound_trx");
    expect(where("esme", "data_sm")).to.equal("bound_rx bound_trx");
    expect(where("esme", "alert_notification")).to.equal("bound_rx bound_trx");
    expect(where("esme", "outbind")).to.equal("open");
    expect(where("esme", "submit_sm")).to.equal("");
    expect(where("esme", "bind_receiver")).to.equal("");
  });

  it("takes answers where their requests went, and after unbind what was still owed", () => {
    expect(where("esme", "bind_transceiver_resp")).to.equal("open outbound");
    expect(where("esme", "submit_sm_resp")).to.equal("bound_tx bound_trx unbound");
    expect(where("smsc", "deliver_sm_resp")).to.equal("bound_rx bound_trx unbound");
    expect(where("esme", "query_sm_resp")).to.equal("bound_tx bound_trx unbound");
    expect(where("smsc", "submit_sm_resp")).to.equal("");
    expect(where("esme", "unbind_resp")).to.equal("bound_tx bound_rx bound_trx unbound");
  });

  it("takes enquire_link and generic_nack always, but nothing once closed", () => {
    const always = "open outbound bound_tx bound_rx bound_trx unbound";
    for (const role of ["smsc", "esme"] as const) {
      for (const name of ["enquire_link", "enquire_link_resp", "generic_nack"] as const) expect(where(role, name), name).to.equal(always);
    }
  });

  it("knows which version has which command", () => {
    expect(where("smsc", "data_sm", 0x33)).to.equal("");
    expect(where("smsc", "broadcast_sm", 0x34)).to.equal("");
    expect(where("smsc", "broadcast_sm", 0x50)).to.equal("bound_tx bound_trx");
    expect(where("smsc", "query_last_msgs", 0x33)).to.equal("bound_tx bound_rx bound_trx");
    expect(where("smsc", "query_last_msgs", 0x34)).to.equal("");
    expect(where("smsc", "submit_sm", 0x33)).to.equal("bound_tx bound_trx");
  });

  it("never takes a number that is no command", () => {
    for (const id of [0, 0x0a, 0x10200, 0x80000055, 0x8000000b, 0x80000102]) {
      expect(mayReceive("smsc", SessionState.bound_trx, id, V34), id.toString(16)).to.equal(false);
    }
  });
});
