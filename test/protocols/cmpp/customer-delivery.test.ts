import { expect } from "chai";
import { decodeDeliver, decodeReport, isFault } from "../../../protocols/cmpp/codec.js";
import type { DeliverBody, ReportBody } from "../../../protocols/cmpp/codec.js";
import { ourMessageId } from "../../../protocols/cmpp/msgid.js";
import { Encoding, newMessage } from "../../../protocols/model/message.js";
import type { Message } from "../../../protocols/model/message.js";
import { messageId } from "../../../protocols/model/message-id.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import type { InboundNotice, ReceiptNotice } from "../../../protocols/model/receipt.js";
import { MessageState } from "../../../protocols/model/state.js";
import {
  GATEWAY, TIMERS, VECTOR_MS, connectedSp, frameOf, hex, receiptNotice, resultOf, settle, spBench, submitOf, until, vector, type CustomerBench, type RawPeer,
} from "./customer-bench.js";

const ID = messageId(VECTOR_MS / 1_000, 0, 0x1234);

/** The notice of the vectors' report. */
function report(change: Partial<ReceiptNotice> = {}): ReceiptNotice {
  return receiptNotice({ messageId: ID, serviceType: "TEST", order: 0x12345678, submittedAtMs: VECTOR_MS, doneAtMs: VECTOR_MS + 20_000, ...change });
}

/** The notice of a message from a phone; the id is the vectors' MO's. */
function inbound(change: Partial<Message> = {}): InboundNotice {
  const message = Object.assign(newMessage(), { source: "13800138000", destination: "1069012345678", ...change });
  return { kind: "inbound", order: 1, accountNo: 1, messageId: ourMessageId(0x57a63280, 0x03e91236, GATEWAY, VECTOR_MS), message };
}

function deliverIn(frame: Buffer, version = 0x30): DeliverBody {
  const body = decodeDeliver(frame, version);
  if (isFault(body)) throw new Error(body.detail);
  return body;
}

function reportIn(frame: Buffer, version = 0x30): ReportBody {
  const body = decodeReport(deliverIn(frame, version).Msg_Content);
  if (isFault(body)) throw new Error(body.detail);
  return body;
}

/** A DELIVER_RESP to the request, of either width. */
function answerTo(request: Buffer, result: number, wide = true): Buffer {
  const sequence = request.readUInt32BE(8);
  const value = result.toString(16).padStart(wide ? 8 : 2, "0");
  return frameOf(0x80000005, sequence, request.toString("hex", 12, 20) + value);
}

describe("CmppCustomerSession, the way back and the end", () => {
  let bench: CustomerBench;
  let peer: RawPeer;
  beforeEach(async () => {
    bench = await spBench();
    peer = await connectedSp(bench.port);
  });
  afterEach(async () => bench.listener.close());

  const session = (): NonNullable<CustomerBench["desk"]["sessions"][0]> => bench.desk.sessions.at(-1) as NonNullable<CustomerBench["desk"]["sessions"][0]>;

  describe("status reports", () => {
    for (const [version, octets] of [["20", 145], ["30", 180]] as const) {
      it(`writes DELIVER_${version}_report but for its own Msg_Id`, async () => {
        const sp = await connectedSp(bench.port, vector(`CONNECT_${version}`));
        expect(session().deliver(report())).to.equal(true);
        const frame = await sp.next();
        const due = vector(`DELIVER_${version}_report`);
        expect(frame.length).to.equal(octets);
        frame.copy(due, 8, 8, 20);
        expect(frame.toString("hex")).to.equal(due.toString("hex"));
        expect(frame.includes(vector(`REPORT_BODY_${version}`))).to.equal(true);
      });
    }

    it("C066 begins with the Msg_Id of its own SUBMIT, which is not the DELIVER's", async () => {
      for (const sequence of [1, 2]) {
        session().deliver(report({ messageId: messageId(VECTOR_MS / 1_000, 0, sequence), order: sequence, state: sequence === 1 ? 21 : 20 }));
      }
      const frames = [await peer.next(), await peer.next()];
      const ids = frames.map((frame) => [frame.toString("hex", 12, 20), deliverIn(frame).Msg_Content.toString("hex", 0, 8)]);
      expect(ids.map(([, id]) => id)).to.deep.equal(["57a5eb8003e90001", "57a5eb8003e90002"]);
      expect(new Set(ids.flat()).size).to.equal(4);
      expect(frames.map((frame) => reportIn(frame).Stat)).to.deep.equal(["UNDELIV", "DELIVRD"]);
    });

    it("writes the same octets again for the same notice, on any connection", async () => {
      const other = await connectedSp(bench.port);
      for (const each of bench.desk.sessions) each.deliver(report());
      const [first, second] = [await peer.next(), await other.next()];
      expect(second.subarray(12).equals(first.subarray(12))).to.equal(true);
    });

    const STATS: readonly (readonly [string, Partial<ReceiptNotice>, string])[] = [
      ["delivered", { state: MessageState.delivered }, "DELIVRD"],
      ["undeliverable", { state: MessageState.undeliverable }, "UNDELIV"],
      ["expired", { state: MessageState.expired }, "EXPIRED"],
      ["deleted", { state: MessageState.deleted }, "DELETED"],
      ["rejected", { state: MessageState.rejected }, "REJECTD"],
      ["unknown", { state: MessageState.unknown }, "UNKNOWN"],
      ["an operator's own code", { state: MessageState.undeliverable, stateWord: "MK:0010" }, "MK:0010"],
      ["an operator's shorter code", { state: MessageState.undeliverable, stateWord: "HD:29" }, "HD:29"],
      ["an operator's word", { state: MessageState.undeliverable, stateWord: "BLACK" }, "BLACK"],
      ["a number of one digit", { state: MessageState.undeliverable, stateWord: "5" }, "5"],
      ["SMPP's FAILED", { state: MessageState.undeliverable, stateWord: "FAILED" }, "UNDELIV"],
      ["SMPP's SKIPPED", { state: MessageState.undeliverable, stateWord: "SKIPPED" }, "UNDELIV"],
      ["our own code", { state: MessageState.rejected, stateWord: "TG:0101" }, "TG:0101"],
      ["a word that is too long", { state: MessageState.undeliverable, stateWord: "UNDELIVERABLE" }, "UNDELIV"],
      ["a word that does not print", { state: MessageState.undeliverable, stateWord: "MK\u0000 010" }, "UNDELIV"],
      ["an interim report", { state: MessageState.sent }, "ACCEPTD"],
    ];
    for (const [name, change, stat] of STATS) {
      it(`says ${stat} of ${name}`, async () => {
        session().deliver(report(change));
        expect(reportIn(await peer.next()).Stat).to.equal(stat);
      });
    }

    it("never says that it was done before it was submitted", async () => {
      for (const doneAtMs of [0, VECTOR_MS - 600_000, VECTOR_MS + 60_000]) session().deliver(report({ doneAtMs }));
      const done = [await peer.next(), await peer.next(), await peer.next()].map((frame) => [reportIn(frame).Submit_time, reportIn(frame).Done_time]);
      expect(done).to.deep.equal([["2405150930", "2405150930"], ["2405150930", "2405150930"], ["2405150930", "2405150931"]]);
    });

    it("writes dates and ids over New Year in Beijing's time", async () => {
      const atMs = Date.UTC(2024, 11, 31, 15, 59, 59);
      session().deliver(report({ messageId: messageId(atMs / 1_000, 0, 65_535), submittedAtMs: atMs, doneAtMs: atMs + 1_000 }));
      const body = reportIn(await peer.next());
      expect([body.Submit_time, body.Done_time, body.Msg_Id_high, body.Msg_Id_low]).to.deep.equal([
        "2412312359", "2501010000", 0xcfdfbec0, 0x03e9ffff,
      ]);
    });

    it("cuts what SMPP's addresses may hold beyond CMPP's fields, and throws nothing", async () => {
      session().deliver(report({ source: "x".repeat(65), destination: "9".repeat(65) }));
      const body = deliverIn(await peer.next());
      expect([body.Dest_Id.length, body.Src_terminal_Id.length]).to.deep.equal([21, 21]);
    });
  });

  describe("messages from phones", () => {
    it("writes DELIVER_20_mo and DELIVER_30_mo octet for octet", async () => {
      const sp = await connectedSp(bench.port, vector("CONNECT_20"));
      const gbk = { octets: hex("cdcbb6a9"), encoding: Encoding.gb18030, codingOctet: 15, serviceType: "TEST" };
      session().deliver(inbound(gbk));
      const frame = await sp.next();
      expect(frame.toString("hex", 12)).to.equal(vector("DELIVER_20_mo").toString("hex", 12));
      const ascii = { octets: Buffer.from("TD"), encoding: Encoding.ascii, codingOctet: 0, serviceType: "TEST" };
      bench.desk.sessions[0]?.deliver(inbound(ascii));
      expect((await peer.next()).toString("hex", 12)).to.equal(vector("DELIVER_30_mo").toString("hex", 12));
    });

    it("C084 passes a full-width TD in GBK on as it came", async () => {
      session().deliver(inbound({ octets: hex("a3d4a3c4"), encoding: Encoding.gb18030, codingOctet: 15 }));
      const body = deliverIn(await peer.next());
      expect([body.Msg_Fmt, body.Msg_Content.toString("hex")]).to.deep.equal([15, "a3d4a3c4"]);
    });

    const TEXTS: readonly (readonly [string, Partial<Message>, number, string])[] = [
      ["GSM text that is ASCII too", { octets: Buffer.from("STOP 1"), encoding: Encoding.gsm7, codingOctet: 0 }, 0, "53544f502031"],
      ["GSM's own place for @ as ASCII's", { octets: hex("0061"), encoding: Encoding.gsm7, codingOctet: 0 }, 0, "4061"],
      ["GSM text with letters of its own", { octets: hex("0461"), encoding: Encoding.gsm7, codingOctet: 0 }, 8, "00e80061"],
      ["Latin-1", { octets: hex("66fc72"), encoding: Encoding.latin1, codingOctet: 3 }, 8, "006600fc0072"],
      ["UCS-2", { octets: hex("90008ba2"), encoding: Encoding.ucs2, codingOctet: 8 }, 8, "90008ba2"],
      ["UCS-2 for the screen", { octets: hex("90008ba2"), encoding: Encoding.ucs2, codingOctet: 0x18 }, 24, "90008ba2"],
      ["UCS-2 under a value that SPs do not know", { octets: hex("90008ba2"), encoding: Encoding.ucs2, codingOctet: 0x19 }, 8, "90008ba2"],
      ["binary", { octets: hex("00ff"), encoding: Encoding.binary, codingOctet: 4 }, 4, "00ff"],
      ["binary under another protocol's value", { octets: hex("00ff"), encoding: Encoding.binary, codingOctet: 2 }, 4, "00ff"],
    ];
    for (const [name, change, msgFmt, content] of TEXTS) {
      it(`says ${name} with Msg_Fmt ${msgFmt}`, async () => {
        session().deliver(inbound(change));
        const body = deliverIn(await peer.next());
        expect([body.Msg_Fmt, body.Msg_Content.toString("hex")]).to.deep.equal([msgFmt, content]);
      });
    }

    it("keeps a part's header before a text that is said anew", async () => {
      session().deliver(inbound({ octets: hex("0500034202010461"), encoding: Encoding.gsm7, hasUdh: true, segmentTotal: 2, segmentNumber: 1 }));
      const body = deliverIn(await peer.next());
      expect([body.TP_udhi, body.Msg_Fmt, body.Msg_Content.toString("hex")]).to.deep.equal([1, 8, "05000342020100e80061"]);
    });

    it("says a text that 140 octets of UCS-2 do not hold in GB18030, and gives back what has no room", async () => {
      session().deliver(inbound({ octets: Buffer.concat([hex("04"), Buffer.alloc(120, 0x61)]), encoding: Encoding.gsm7 }));
      const body = deliverIn(await peer.next());
      expect([body.Msg_Fmt, body.Msg_Content.length]).to.deep.equal([15, 122]);
      const notice = inbound({ destination: "1".repeat(22) });
      expect(session().deliver(notice)).to.equal(true);
      await until(() => bench.desk.answers.length > 0);
      expect(bench.desk.answers.pop()).to.deep.equal({ notice, answer: "refused" });
      expect(session().deliverFree).to.equal(9);
    });
  });

  describe("answers to deliveries", () => {
    for (const [result, means] of [[0, "ok"], [1, "retry"], [8, "retry"], [9, "retry"], [200, "retry"]] as const) {
      it(`takes Result ${result} for "${means}", in either width`, async () => {
        for (const wide of [true, false]) {
          session().deliver(report());
          peer.write(answerTo(await peer.next(), result, wide));
          await until(() => bench.desk.answers.length > 0);
          expect(bench.desk.answers.pop()?.answer).to.equal(means);
        }
        await settle();
        expect(bench.desk.windowOpens).to.equal(2);
      });
    }

    it("takes an answer without a Result for delivered: it would come no better the next time", async () => {
      for (const body of ["", "57a5f08003e91235"]) {
        session().deliver(report());
        peer.write(frameOf(0x80000005, (await peer.next()).readUInt32BE(8), body));
        await until(() => bench.desk.answers.length > 0);
        expect(bench.desk.answers.pop()?.answer).to.equal("ok");
      }
    });

    it("never has more than the deliver window unanswered, and says so when places become free", async () => {
      for (let order = 0; order < 10; order++) expect(session().deliver(report({ order }))).to.equal(true);
      expect([session().deliverFree, session().deliver(report())]).to.deep.equal([0, false]);
      const requests = [await peer.next(), await peer.next(), await peer.next()];
      peer.write(Buffer.concat(requests.map((request) => answerTo(request, 0))));
      await until(() => bench.desk.answers.length === 3);
      await settle();
      expect([session().deliverFree, bench.desk.windowOpens]).to.deep.equal([3, 1]);
    });

    it("gives a delivery back as timed out after the response time, ignores its late answer, and hands back the rest at the end", async () => {
      session().deliver(report({ order: 1 }));
      const request = await peer.next();
      const alive = async (): Promise<void> => {
        peer.write(vector("ACTIVE_TEST"));
        await peer.next();
      };
      for (let i = 0; i < 3; i++) {
        bench.clock.advance(20_000);
        await alive();
      }
      expect(bench.desk.answers).to.deep.equal([{ notice: report({ order: 1 }), answer: "timeout" }]);
      peer.write(answerTo(request, 0));
      await alive();
      expect(bench.desk.answers.length).to.equal(1);
      session().deliver(report({ order: 2 }));
      peer.socket.destroy();
      await until(() => bench.desk.ends.length === 1);
      expect(bench.desk.ends[0]?.unanswered.map((notice) => notice.order)).to.deep.equal([2]);
    });
  });

  describe("parting", () => {
    it("sends the answers it owes before it agrees to part, and takes no more", async () => {
      bench.desk.outcome = null;
      peer.write(Buffer.concat([submitOf(2), vector("TERMINATE"), submitOf(3)]));
      const refusal = await peer.next();
      expect([refusal.readUInt32BE(8), resultOf(refusal)]).to.deep.equal([3, 8]);
      expect(peer.ended).to.equal(false);
      session().answerSubmit(2, Outcome.ok, ID);
      expect((await peer.next()).readUInt32BE(4)).to.equal(0x80000004);
      expect(await peer.nextHex()).to.equal(vector("TERMINATE_RESP").toString("hex"));
      await peer.closed();
      await until(() => bench.desk.ends.length === 1);
      expect(bench.desk.ends[0]?.reason).to.equal("unbound_by_peer");
    });

    it("asks the peer to part when its submits have been answered, and closes when it agrees", async () => {
      bench.desk.outcome = null;
      peer.write(submitOf(2));
      await until(() => bench.desk.submits.length === 1);
      session().unbind("shutting down", 5_000);
      await settle();
      expect(peer.untaken).to.equal(0);
      session().answerSubmit(2, Outcome.ok, ID);
      await peer.next();
      const request = await peer.next();
      expect([request.length, request.readUInt32BE(4)]).to.deep.equal([12, 2]);
      peer.write(frameOf(0x80000002, request.readUInt32BE(8)));
      await peer.closed();
      await until(() => bench.desk.ends.length === 1);
      expect(bench.desk.ends[0]?.reason).to.equal("shutting down");
    });

    it("closes after the time given to a peer that does not agree", async () => {
      session().unbind("shutting down", 2_000);
      await peer.next();
      bench.clock.advance(2_100);
      await peer.closed();
    });

    it("closes after that time too when the peer asks to part meanwhile", async () => {
      bench.desk.outcome = null;
      peer.write(submitOf(2));
      await until(() => bench.desk.submits.length === 1);
      session().unbind("shutting down", 2_000);
      bench.clock.advance(1_900);
      peer.write(Buffer.concat([vector("TERMINATE"), vector("ACTIVE_TEST")]));
      await peer.next();
      bench.clock.advance(200);
      expect(await peer.nextHex()).to.equal(vector("TERMINATE_RESP").toString("hex"));
      await peer.closed();
    });

    it("answers nothing and forgets nothing when the peer is gone", async () => {
      bench.desk.outcome = null;
      peer.write(Buffer.concat([submitOf(2), vector("CANCEL")]));
      await until(() => bench.desk.submits.length === 1);
      peer.socket.destroy();
      await until(() => bench.desk.ends.length === 1);
      session().answerSubmit(2, Outcome.ok, ID);
      session().answerQuery(3, { kind: "unavailable" });
      expect([session().deliver(report()), session().unanswered]).to.deep.equal([false, 0]);
    });
  });

  describe("timers", () => {
    it("sends three ACTIVE_TESTs to a quiet peer, then closes", async () => {
      for (let probe = 0; probe < 3; probe++) {
        bench.clock.advance(33_100);
        const frame = await peer.next();
        expect([frame.length, frame.readUInt32BE(4)]).to.deep.equal([12, 8]);
      }
      bench.clock.advance(33_100);
      await peer.closed();
      await until(() => bench.desk.ends.length === 1);
      expect(bench.desk.ends[0]?.reason).to.equal("enquire_unanswered");
    });

    it("quirk 3: keeps a peer that answers them, with or without the reserved octet", async () => {
      const patient = await spBench({ timers: { ...TIMERS, idleMs: 60_000 } });
      const sp = await connectedSp(patient.port);
      for (let probe = 0; probe < 20; probe++) {
        patient.clock.advance(11_000);
        await settle();
        while (sp.untaken > 0) sp.write(frameOf(0x80000008, (await sp.next()).readUInt32BE(8), probe % 2 === 0 ? "00" : ""));
        await settle();
      }
      expect(patient.desk.ends).to.deep.equal([]);
      await patient.listener.close();
    });
  });
});
