import { expect } from "chai";
import { Encoding, newMessage } from "../../../protocols/model/message.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { decodeDeliverSm, isFault } from "../../../protocols/smpp/codec.js";
import { Tlv, findTlv, readTlvInteger, readTlvText } from "../../../protocols/smpp/tlvs.js";
import { ENQUIRE, SUBMIT_UCS2, TIMERS, boundPeer, customerBench, header, hex, pdu, receiptNotice, settle, submit, until, type CustomerBench } from "./peers.js";

describe("SmppCustomerSession, the way back and the end", () => {
  let bench: CustomerBench;
  beforeEach(async () => {
    bench = await customerBench();
  });
  afterEach(async () => bench.listener.close());

  describe("deliveries", () => {
    it("writes a receipt as Appendix B's text and TLVs", async () => {
      const peer = await boundPeer(bench.port);
      expect(bench.desk.sessions[0]?.deliver(receiptNotice())).to.equal(true);
      const body = decodeDeliverSm(await peer.next());
      if (isFault(body)) throw new Error(body.detail);
      expect(body).to.deep.include({
        source_addr: "13800138000", source_addr_ton: 1, destination_addr: "1069012345678", esm_class: 4, data_coding: 0,
      });
      expect(body.short_message.toString("latin1")).to.equal(
        "id:60000000000001 sub:001 dlvrd:001 submit date:2611241800 done date:2611241801 stat:DELIVRD err:000 text:",
      );
      expect(readTlvText(body.tlvs, Tlv.receipted_message_id)).to.equal("60000000000001");
      expect(readTlvInteger(body.tlvs, Tlv.message_state)).to.equal(2);
      expect(findTlv(body.tlvs, Tlv.network_error_code)?.toString("hex")).to.equal("030000");
    });

    it("writes the text alone to a 3.3 peer, with the id its submit was answered with", async () => {
      const peer = await boundPeer(bench.port, hex("0000002300000001000000000000000164656d6f0064656d6f31323334000033000000"));
      bench.desk.sessions[0]?.deliver(receiptNotice({ messageId: 0x1_0a1b_2c3d, state: 24, stateWord: "TG:0101", error: "101" }));
      const body = decodeDeliverSm(await peer.next());
      if (isFault(body)) throw new Error(body.detail);
      expect(body.tlvs.length).to.equal(0);
      expect(body.short_message.toString("latin1")).to.match(/^id:0A1B2C3D sub:001 dlvrd:000 .* stat:TG:0101 err:101 text:$/);
    });

    it("writes an interim report as an intermediate notification", async () => {
      const peer = await boundPeer(bench.port);
      bench.desk.sessions[0]?.deliver(receiptNotice({ state: 10 }));
      const body = decodeDeliverSm(await peer.next());
      if (isFault(body)) throw new Error(body.detail);
      expect(body.esm_class).to.equal(0x20);
      expect(readTlvInteger(body.tlvs, Tlv.message_state)).to.equal(1);
    });

    it("C084 says an inbound text of Msg_Fmt 15 in UCS-2: full-width TD under data_coding 8", async () => {
      const peer = await boundPeer(bench.port);
      const message = Object.assign(newMessage(), {
        source: "13800138000", destination: "10690123456780", octets: hex("a3d4a3c4"), encoding: Encoding.gb18030, codingOctet: 15, serviceType: "TEST",
      });
      bench.desk.sessions[0]?.deliver({ kind: "inbound", order: 1, accountNo: 1, messageId: 5, message });
      const body = decodeDeliverSm(await peer.next());
      if (isFault(body)) throw new Error(body.detail);
      expect(body).to.deep.include({ data_coding: 8, short_message: hex("ff34ff24"), service_type: "TEST", esm_class: 0 });
    });

    it("writes an inbound message octet for octet as the vector has it", async () => {
      const peer = await boundPeer(bench.port);
      const message = Object.assign(newMessage(), {
        source: "13800138000", sourceTon: 1, sourceNpi: 1, destination: "1069012345678", octets: hex("90008ba2"),
        encoding: Encoding.ucs2, codingOctet: 8,
      });
      bench.desk.sessions[0]?.deliver({ kind: "inbound", order: 1, accountNo: 1, messageId: 5, message });
      expect(await peer.nextHex()).to.equal(
        "0000003d000000050000000000000001000101313338303031333830303000000031303639303132333435363738000000000000000008000490008ba2",
      );
    });

    it("C120 takes an answer with, without and with a broken body for delivered", async () => {
      const peer = await boundPeer(bench.port);
      const [session] = bench.desk.sessions;
      for (const length of ["00000010", "00000014", "00000012"]) {
        session?.deliver(receiptNotice());
        const request = await peer.next();
        const tail = { "00000010": "", "00000014": "61626300", "00000012": "6162" }[length] as string;
        peer.write(hex(`${length}8000000500000000${request.toString("hex", 12, 16)}${tail}`));
        await until(() => bench.desk.answers.length > 0);
        expect(bench.desk.answers.pop()?.answer).to.equal("ok");
      }
      expect(session?.bound).to.equal(true);
    });

    for (const [status, means] of [
      [0x58, "retry"], [0x14, "retry"], [0x08, "retry"], [0x64, "retry"], [0xff, "retry"], [0x03, "retry"], [0x777, "retry"],
      [0x65, "refused"], [0x66, "refused"],
    ] as const) {
      it(`C054 takes answer 0x${status.toString(16)} for "${means}"`, async () => {
        const peer = await boundPeer(bench.port);
        bench.desk.sessions[0]?.deliver(receiptNotice());
        const request = await peer.next();
        peer.write(header(0x80000005, status, request.readUInt32BE(12)));
        await until(() => bench.desk.answers.length === 1);
        expect(bench.desk.answers[0]?.answer).to.equal(means);
        expect(bench.desk.windowOpens).to.equal(1);
      });
    }

    it("never has more than the deliver window unanswered, and says so when places become free", async () => {
      const peer = await boundPeer(bench.port);
      const [session] = bench.desk.sessions;
      for (let i = 0; i < 10; i++) expect(session?.deliver(receiptNotice({ order: i }))).to.equal(true);
      expect(session?.deliverFree).to.equal(0);
      expect(session?.deliver(receiptNotice())).to.equal(false);
      const requests = [await peer.next(), await peer.next(), await peer.next()];
      peer.write(requests.map((request) => header(0x80000005, 0, request.readUInt32BE(12))).join(""));
      await until(() => bench.desk.answers.length === 3);
      expect(session?.deliverFree).to.equal(3);
      await settle();
      expect(bench.desk.windowOpens).to.equal(1);
    });

    it("gives a delivery back as timed out after the response time, ignores its late answer, and hands back the rest at the end", async () => {
      const peer = await boundPeer(bench.port);
      const [session] = bench.desk.sessions;
      session?.deliver(receiptNotice({ order: 1 }));
      const request = await peer.next();
      const alive = async (): Promise<void> => {
        peer.write(ENQUIRE);
        await peer.next();
      };
      for (let i = 0; i < 3; i++) {
        bench.clock.advance(20_000);
        await alive();
      }
      expect(bench.desk.answers).to.deep.equal([{ notice: receiptNotice({ order: 1 }), answer: "timeout" }]);
      peer.write(header(0x80000005, 0, request.readUInt32BE(12)));
      await alive();
      expect(bench.desk.answers.length).to.equal(1);
      session?.deliver(receiptNotice({ order: 2 }));
      peer.socket.destroy();
      await until(() => bench.desk.ends.length === 1);
      expect(bench.desk.ends[0]?.unanswered.map((notice) => notice.order)).to.deep.equal([2]);
    });

    it("is not given to a transmitter", async () => {
      await boundPeer(bench.port, hex("0000002a00000002000000000000000164656d6f0064656d6f31323334005355424d4954310034010100"));
      expect(bench.desk.sessions[0]?.deliver(receiptNotice())).to.equal(false);
    });
  });

  describe("parting", () => {
    it("sends the answers it owes before it agrees to part", async () => {
      bench.desk.outcome = null;
      const peer = await boundPeer(bench.port);
      peer.write(Buffer.concat([SUBMIT_UCS2, pdu(0x06, 20), submit(3)]));
      expect(await peer.nextHex()).to.equal(header(0x80000004, 0x08, 3));
      expect(peer.ended).to.equal(false);
      bench.desk.submits[0]?.session.answerSubmit(2, 0, 1);
      expect((await peer.next()).readUInt32BE(4)).to.equal(0x80000004);
      expect(await peer.nextHex()).to.equal("00000010800000060000000000000014");
      await peer.closed();
      await until(() => bench.desk.ends.length === 1);
      expect(bench.desk.ends[0]?.reason).to.equal("unbound_by_peer");
    });

    it("agrees after five seconds although it still owes an answer", async () => {
      bench.desk.outcome = null;
      const peer = await boundPeer(bench.port);
      peer.write(Buffer.concat([SUBMIT_UCS2, pdu(0x06, 20)]));
      await until(() => bench.desk.submits.length === 1);
      await settle();
      bench.clock.advance(5_100);
      expect(await peer.nextHex()).to.equal(header(0x80000006, 0, 20));
      await peer.closed();
    });

    it("asks the peer to part, refuses new submits for now, still takes answers, and closes when it agrees", async () => {
      const peer = await boundPeer(bench.port);
      const [session] = bench.desk.sessions;
      session?.deliver(receiptNotice());
      const delivery = await peer.next();
      session?.unbind("shutting down", 5_000);
      const request = await peer.next();
      expect(request.readUInt32BE(4)).to.equal(6);
      peer.write(submit(9));
      expect(await peer.nextHex()).to.equal(header(0x80000004, 0x08, 9));
      peer.write(header(0x80000005, 0, delivery.readUInt32BE(12)) + header(0x80000006, 0, request.readUInt32BE(12)));
      await peer.closed();
      await until(() => bench.desk.ends.length === 1);
      expect(bench.desk.answers.length).to.equal(1);
      expect(bench.desk.ends[0]).to.deep.equal({ reason: "shutting down", unanswered: [] });
    });

    it("asks the peer to part only when its submits have been answered, for many close the moment they agree", async () => {
      bench.desk.outcome = null;
      const peer = await boundPeer(bench.port);
      peer.write(submit(2));
      await until(() => bench.desk.submits.length === 1);
      const [session] = bench.desk.sessions;
      session?.unbind("shutting down", 5_000);
      peer.write(submit(9));
      expect(await peer.nextHex(), "a new one is refused").to.equal(header(0x80000004, 0x08, 9));
      session?.answerSubmit(2, Outcome.ok, 77);
      const answer = await peer.next();
      expect([answer.readUInt32BE(4), answer.readUInt32BE(8), answer.readUInt32BE(12)]).to.deep.equal([0x80000004, 0, 2]);
      expect((await peer.next()).readUInt32BE(4), "then our unbind").to.equal(6);
      peer.socket.end();
      await until(() => bench.desk.ends.length === 1);
    });

    it("closes after the time given to a peer that does not agree", async () => {
      const peer = await boundPeer(bench.port);
      bench.desk.sessions[0]?.unbind("shutting down", 2_000);
      await peer.next();
      bench.clock.advance(2_100);
      await peer.closed();
    });

    it("answers nothing and forgets nothing when the peer is gone", async () => {
      bench.desk.outcome = null;
      const peer = await boundPeer(bench.port);
      peer.write(SUBMIT_UCS2);
      await until(() => bench.desk.submits.length === 1);
      peer.socket.destroy();
      await until(() => bench.desk.ends.length === 1);
      const [session] = bench.desk.sessions;
      session?.answerSubmit(2, 0, 1);
      expect(session?.deliver(receiptNotice())).to.equal(false);
      expect(session?.unanswered).to.equal(0);
    });
  });

  describe("timers", () => {
    it("probes a quiet peer twice, then closes", async () => {
      const peer = await boundPeer(bench.port);
      bench.clock.advance(33_100);
      const probe = await peer.next();
      expect(probe.readUInt32BE(4)).to.equal(0x15);
      bench.clock.advance(33_100);
      await peer.next();
      bench.clock.advance(33_100);
      await peer.closed();
      await until(() => bench.desk.ends.length === 1);
      expect(bench.desk.ends[0]?.reason).to.equal("enquire_unanswered");
    });

    it("keeps a session that does nothing but answer our probes, and ends one that is idle without being probed", async () => {
      const peer = await boundPeer(bench.port);
      for (let i = 0; i < 30; i++) {
        bench.clock.advance(11_000);
        await settle();
        while (peer.untaken > 0) peer.write(header(0x80000015, 0, (await peer.next()).readUInt32BE(12)));
        await settle();
      }
      expect(bench.desk.ends).to.deep.equal([]);
      const unprobed = await customerBench({ timers: { ...TIMERS, enquireMs: 0 } });
      await boundPeer(unprobed.port);
      unprobed.clock.advance(300_000);
      await until(() => unprobed.desk.ends.length === 1);
      expect(unprobed.desk.ends[0]?.reason).to.equal("idle");
      await unprobed.listener.close();
    });
  });

  it("never fills its own send buffer with deliveries: a customer who reads slowly gets them all, at the pace of the reading", async () => {
    const slow = await customerBench({ maxSendBufferOctets: 65_536 });
    slow.desk.verdict = { accepted: true, window: 10, deliverWindow: 100_000, alphabet0: "gsm7", checkContentSource: true };
    const peer = await boundPeer(slow.port);
    let sent = 0;
    const pump = (): void => {
      while (sent < 60_000 && slow.desk.sessions[0]?.deliver(receiptNotice({ order: sent + 1 })) === true) sent++;
    };
    slow.desk.deliverWindowOpen = pump;
    try {
      peer.socket.pause();
      for (let turn = 0; turn < 20; turn++) {
        pump();
        await settle();
      }
      expect(slow.desk.ends).to.deep.equal([]);
      expect(sent).to.be.within(1, 59_999);
      peer.socket.resume();
      for (let turn = 0; turn < 2_000 && peer.frames.length < 60_001; turn++) {
        slow.clock.advance(100);
        await settle();
        if (peer.socket.destroyed) break;
      }
      expect([sent, peer.frames.length]).to.deep.equal([60_000, 60_001]);
    } finally {
      peer.socket.destroy();
      await slow.listener.close();
    }
  });
});
