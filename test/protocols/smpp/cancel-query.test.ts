import { expect } from "chai";
import { ID_EPOCH_S, messageId } from "../../../protocols/model/message-id.js";
import { MessageState } from "../../../protocols/model/state.js";
import { CommandId } from "../../../protocols/smpp/commands.js";
import { readMessageId, shownMessageId } from "../../../protocols/smpp/operations.js";
import type { QueryAnswer } from "../../../protocols/wire/protocol.js";
import { boundPeer, customerBench, header, hex, pdu, submit, until, type CustomerBench, type RawPeer } from "./peers.js";

const c = (text: string): string => `${Buffer.from(text).toString("hex")}00`;
const SENDER = `0000${c("1069")}`;
const PHONE = `0101${c("13800138000")}`;
const NOBODY = "000000";
const BIND_TX_33 = hex("0000002300000002000000000000000164656d6f0064656d6f31323334000033000000");
const BIND_RX = hex("0000002300000001000000000000000164656d6f0064656d6f31323334000034000000");
const BIND_TRX_50 = hex("0000002300000009000000000000000164656d6f0064656d6f31323334000050000000");

describe("SmppCustomerSession asked to cancel or about a message", () => {
  let bench: CustomerBench;
  let peer: RawPeer;

  beforeEach(async () => {
    bench = await customerBench();
    peer = await boundPeer(bench.port);
  });
  afterEach(async () => bench.listener.close());

  const cancel = (sequence: number, id: string, tail = SENDER + PHONE, serviceType = "00"): void =>
    peer.write(pdu(CommandId.cancel_sm, sequence, serviceType + c(id) + tail));
  const query = (sequence: number, id: string, sender = SENDER): void => peer.write(pdu(CommandId.query_sm, sequence, c(id) + sender));

  it("brings a cancel of one message by its id, and answers what became of it", async () => {
    const statuses = [];
    for (const answer of ["ok", "too_late", "not_found", "unavailable"] as const) {
      bench.desk.cancelled = answer;
      cancel(7, "60000000000001");
      statuses.push((await peer.nextHex()).slice(8));
    }
    const answered = (status: number): string => header(CommandId.cancel_sm_resp, status, 7).slice(8);
    expect(statuses).to.deep.equal([answered(0), answered(0x11), answered(0x0c), answered(0x08)]);
    expect(bench.desk.cancels[0]).to.deep.equal({ messageId: 60_000_000_000_001, source: "1069", destination: "13800138000", serviceType: "" });
  });

  it("brings a cancel of all from a sender to a phone when there is no id, and calls none found a failure", async () => {
    cancel(8, "", SENDER + PHONE, c("CMT"));
    expect(await peer.nextHex()).to.equal(header(CommandId.cancel_sm_resp, 0, 8));
    expect(bench.desk.cancels).to.deep.equal([{ messageId: 0, source: "1069", destination: "13800138000", serviceType: "CMT" }]);
    bench.desk.cancelled = "not_found";
    cancel(9, "");
    expect(await peer.nextHex()).to.equal(header(CommandId.cancel_sm_resp, 0x11, 9));
  });

  it("refuses ids that are none, a cancel of everything, and bodies that end early, without asking anyone", async () => {
    cancel(1, "abc");
    expect(await peer.nextHex()).to.equal(header(CommandId.cancel_sm_resp, 0x0c, 1));
    cancel(2, "", SENDER + NOBODY);
    expect(await peer.nextHex()).to.equal(header(CommandId.cancel_sm_resp, 0x0b, 2));
    peer.write(pdu(CommandId.cancel_sm, 3, "0031"));
    expect(await peer.nextHex()).to.equal(header(CommandId.cancel_sm_resp, 0x0c, 3));
    for (const id of ["", "0", "-1", "99999999999999999", "1e3"]) {
      query(4, id);
      expect(await peer.nextHex(), id).to.equal(header(CommandId.query_sm_resp, 0x0c, 4));
    }
    expect([bench.desk.cancels, bench.desk.queries]).to.deep.equal([[], []]);
  });

  const finalAtMs = Date.UTC(2026, 10, 24, 10, 1);
  const states: readonly (readonly [MessageState, number, string, string])[] = [
    [MessageState.held, 0, "000", "00" + "0100"], [MessageState.scheduled, 0, "000", "00" + "0100"], [MessageState.queued, 0, "000", "00" + "0100"],
    [MessageState.split, 0, "000", "00" + "0100"], [MessageState.sent, 0, "000", "00" + "0100"],
    [MessageState.delivered, finalAtMs, "000", c("261124180100032+") + "0200"], [MessageState.expired, finalAtMs, "000", c("261124180100032+") + "0300"],
    [MessageState.deleted, finalAtMs, "000", c("261124180100032+") + "0400"], [MessageState.undeliverable, finalAtMs, "027", c("261124180100032+") + "051b"],
    [MessageState.rejected, finalAtMs, "0101", c("261124180100032+") + "0865"], [MessageState.unknown, finalAtMs, "999", c("261124180100032+") + "0700"],
  ];
  for (const [state, atMs, error, octets] of states) {
    it(`answers a query by state ${String(state)} with its number, its end in Beijing time and its error`, async () => {
      bench.desk.queried = { kind: "message", state, error, finalAtMs: atMs };
      query(5, "60000000000001");
      expect((await peer.next()).subarray(4).toString("hex")).to.equal("800000030000000000000005" + c("60000000000001") + octets);
      expect(bench.desk.queries).to.deep.equal([{ kind: "message", messageId: 60_000_000_000_001, source: "1069" }]);
    });
  }

  it("tells a 5.0 customer that a message is scheduled", async () => {
    peer = await boundPeer(bench.port, BIND_TRX_50);
    bench.desk.queried = { kind: "message", state: MessageState.scheduled, error: "000", finalAtMs: 0 };
    query(5, "60000000000001");
    expect((await peer.next()).subarray(16).toString("hex")).to.equal(c("60000000000001") + "000000");
  });

  it("answers with a status alone when there is no such message, or no store", async () => {
    const cases: readonly (readonly [QueryAnswer, number])[] = [[{ kind: "not_found" }, 0x0c], [{ kind: "unavailable" }, 0x08]];
    for (const [answer, status] of cases) {
      bench.desk.queried = answer;
      query(6, "60000000000001");
      expect(await peer.nextHex()).to.equal(header(CommandId.query_sm_resp, status, 6));
    }
  });

  it("answers several at a time in any order, each with its own id", async () => {
    bench.desk.queried = null;
    query(1, "60000000000001");
    query(2, "60000000000002");
    await until(() => bench.desk.queries.length === 2);
    const [session] = bench.desk.sessions;
    for (const handle of [2, 1]) session?.answerQuery(handle, { kind: "message", state: MessageState.sent, error: "000", finalAtMs: 0 });
    const answers = [await peer.next(), await peer.next()].map((frame) => [frame.readUInt32BE(12), frame.subarray(16, 30).toString()]);
    expect(answers).to.deep.equal([[2, "60000000000002"], [1, "60000000000001"]]);
  });

  it("is for transmitters only, and counts against the window of the submits", async () => {
    const receiver = await boundPeer(bench.port, BIND_RX);
    receiver.write(pdu(CommandId.cancel_sm, 1, "00" + c("1") + SENDER + PHONE));
    expect(await receiver.nextHex()).to.equal(header(CommandId.cancel_sm_resp, 0x04, 1));
    receiver.write(pdu(CommandId.query_sm, 2, c("1") + SENDER));
    expect(await receiver.nextHex()).to.equal(header(CommandId.query_sm_resp, 0x04, 2));
    bench.desk.cancelled = null;
    bench.desk.outcome = null;
    for (let i = 0; i < 10; i++) cancel(i + 1, "60000000000001");
    for (let i = 10; i < 20; i++) peer.write(submit(i + 1));
    query(21, "60000000000001");
    await until(() => bench.desk.cancels.length === 10);
    expect(bench.desk.sessions[0]?.unanswered).to.be.at.least(10);
    expect(await peer.nextHex()).to.equal(header(CommandId.query_sm_resp, 0x58, 21));
    expect(bench.desk.queries).to.deep.equal([]);
  });

  it("reads the eight digits of a 3.3 customer, whose cancel has to name the phone as well", async () => {
    const second = Math.floor(bench.clock.wallMs / 1_000);
    const id = messageId(second - 600, 3, 77);
    peer = await boundPeer(bench.port, BIND_TX_33);
    cancel(1, shownMessageId(id, 0x33));
    expect(await peer.nextHex()).to.equal(header(CommandId.cancel_sm_resp, 0, 1));
    cancel(2, shownMessageId(id, 0x33), SENDER + NOBODY);
    expect(await peer.nextHex()).to.equal(header(CommandId.cancel_sm_resp, 0x0c, 2));
    expect(bench.desk.cancels.map(({ messageId: asked }) => asked)).to.deep.equal([id]);
  });
});

describe("readMessageId", () => {
  const nowMs = Date.UTC(2026, 10, 24, 10, 0);
  const second = nowMs / 1_000;

  it("reads what shownMessageId shows, decimal of any age and eight digits of the last quarter of an hour", () => {
    for (const age of [0, 1, 899, -30]) {
      for (const sequence of [0, 1, 65_535]) {
        const id = messageId(second - age, 63, sequence);
        expect(readMessageId(shownMessageId(id, 0x33), 0x33, nowMs)).to.equal(id);
        expect(readMessageId(shownMessageId(id, 0x34), 0x34, nowMs)).to.equal(id);
      }
    }
    expect(readMessageId("60000000000001", 0x34, 0)).to.equal(60_000_000_000_001);
  });

  it("is 0 for everything else", () => {
    for (const text of ["", "0", "01", "1.5", "9007199254740992", "12345678901234567", "12ab"]) expect(readMessageId(text, 0x34, nowMs), text).to.equal(0);
    for (const text of ["", "1234567", "123456789", "1234567g"]) expect(readMessageId(text, 0x33, nowMs), text).to.equal(0);
    expect(readMessageId("FFFFFFFF", 0x33, ID_EPOCH_S * 1_000)).to.equal(0);
  });
});
