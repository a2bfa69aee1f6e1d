import { expect } from "chai";
import { Encoding, ReceiptWanted, SegmentForm, newMessage, type Message } from "../../../protocols/model/message.js";
import { MessageState } from "../../../protocols/model/state.js";
import { decodeBind, decodeSubmitSm, isFault, type SubmitSm } from "../../../protocols/smpp/codec.js";
import { Tlv, findTlv, readTlvInteger } from "../../../protocols/smpp/tlvs.js";
import type { LinkOptions } from "../../../protocols/wire/protocol.js";
import { TIMERS, acceptBind, answer, hex, linkBench, settle, until, type LinkBench, type RawPeer } from "./peers.js";

const ID = "303132333435363738396162636465 6600";
const NO_VERSION = "5445535400";

function message(change: Partial<Message> = {}): Message {
  return Object.assign(newMessage(), {
    source: "1069012345678", destination: "13800138000", destinationTon: 1, destinationNpi: 1, octets: hex("77ed4fe1"),
    encoding: Encoding.ucs2, codingOctet: 8, ...change,
  });
}

function bodyOf(frame: Buffer): SubmitSm {
  const body = decodeSubmitSm(frame);
  if (isFault(body)) throw new Error(body.detail);
  return body;
}

describe("SMPP operator link", () => {
  let bench: LinkBench;
  let peer: RawPeer;
  const benches: LinkBench[] = [];

  async function open(change: Partial<LinkOptions> = {}): Promise<void> {
    bench = await linkBench(change);
    benches.push(bench);
    peer = await bench.centre.peer();
  }

  async function bound(change: Partial<LinkOptions> = {}, tail?: string): Promise<void> {
    await open(change);
    await acceptBind(peer, tail);
    await until(() => bench.desk.binds === 1, "the bind");
  }

  /** Brings one deliver_sm; returns what was answered. */
  async function deliver(frame: string): Promise<string> {
    peer.write(frame);
    return peer.nextHex();
  }

  afterEach(() => {
    for (const each of benches.splice(0)) {
      each.link.destroy("test over");
      each.centre.close();
    }
  });

  describe("binding", () => {
    it("binds as a transceiver of version 3.4 by default, and as the settings say", async () => {
      await open();
      expect(await peer.nextHex()).to.equal("0000002300000009000000000000000164656d6f0064656d6f31323334000034000000");
      await open({ settings: { bind_mode: "transmitter", system_type: "SUBMIT1", interface_version: "5.0" } });
      const frame = await peer.next();
      expect(frame.readUInt32BE(4)).to.equal(2);
      expect(decodeBind(frame, true)).to.deep.include({ system_type: "SUBMIT1", interface_version: 0x50 });
    });

    it("C002 takes a refusal of sixteen octets, names the reason, and comes back with growing pauses", async () => {
      await open();
      const bind = await peer.next();
      answer(peer, bind, 0x0e);
      await until(() => bench.desk.downs.length === 1);
      expect(bench.desk.downs[0]?.reason).to.match(/^bind refused: ESME_RINVPASWD, .*password/);
      expect(bench.link.bound).to.equal(false);
      const pauses = (): number[] =>
        bench.log.lines.filter((line) => line.event === "link_down").map((line) => Number(line.fields["next_try_ms"]));
      expect(pauses()[0]).to.be.within(15_000, 30_000);
      bench.clock.advance(30_000);
      const second = await bench.centre.peer(1);
      answer(second, await second.next(), 0x0e);
      await until(() => bench.desk.downs.length === 2);
      expect(pauses()[1]).to.be.within(30_000, 60_000);
    });

    it("takes a generic_nack or a close for a failed bind", async () => {
      await open();
      const bind = await peer.next();
      peer.write(`00000010800000000000000300000001`);
      await until(() => bench.desk.downs.length === 1);
      expect(bench.desk.downs[0]?.reason).to.match(/ESME_RINVCMDID/);
      expect(bind.length).to.equal(35);
      await open();
      peer.socket.destroy();
      await until(() => bench.desk.downs.length === 1);
      expect(bench.link.windowFree).to.equal(0);
    });

    it("C010 is bound by an answer without a version, and then sends no TLV: SAR parts get a header", async () => {
      await bound({}, NO_VERSION);
      const part = message({
        segmentForm: SegmentForm.sar, segmentReference: 0x39, segmentTotal: 2, segmentNumber: 1, extras: hex("53 1400000101"),
      });
      bench.link.submit(part, {});
      const body = bodyOf(await peer.next());
      expect(body.tlvs.length).to.equal(0);
      expect(body.esm_class).to.equal(0x40);
      expect(body.short_message.toString("hex")).to.equal("05000339020177ed4fe1");
    });

    it("gives up an unanswered bind at the deadline and dials again", async () => {
      await open();
      await peer.next();
      bench.clock.advance(10_000);
      await until(() => bench.desk.downs.length === 1);
      expect(bench.desk.downs[0]?.reason).to.equal("bind_deadline");
      bench.clock.advance(1_000);
      await bench.centre.peer(1);
    });
  });

  describe("submits", () => {
    it("writes the octets untouched, asks for a receipt, and brings the answer with the id as it is", async () => {
      await bound();
      const ticket = { n: 1 };
      expect(bench.link.submit(message(), ticket)).to.equal(true);
      expect(bench.link.outstanding).to.equal(1);
      const frame = await peer.next();
      expect(bodyOf(frame)).to.deep.include({
        source_addr: "1069012345678", destination_addr: "13800138000", dest_addr_ton: 1, data_coding: 8, registered_delivery: 1,
        validity_period: "", esm_class: 0,
      });
      answer(peer, frame, 0, ID);
      await until(() => bench.desk.answered.length === 1);
      expect(bench.desk.answered[0]).to.deep.equal({
        ticket, answer: { reaction: "ok", status: 0, statusName: "ESME_ROK", operatorMessageId: "0123456789abcdef" },
      });
      expect(bench.link.outstanding).to.equal(0);
      await settle();
      expect(bench.desk.windowOpens).to.equal(1);
    });

    it("C002 takes a refusal of sixteen octets for what it says, and stays bound", async () => {
      await bound();
      bench.link.submit(message(), {});
      answer(peer, await peer.next(), 0x14);
      await until(() => bench.desk.answered.length === 1);
      expect(bench.desk.answered[0]?.answer).to.deep.include({ reaction: "slow_down", status: 0x14, statusName: "ESME_RMSGQFUL" });
      expect(bench.link.bound).to.equal(true);
    });

    it("C018 keeps all 36 characters of an id in front of a TLV of 5.0", async () => {
      await bound();
      bench.link.submit(message(), {});
      answer(peer, await peer.next(), 0, "30663165326433632d346235612d343639372d383837372d363635353434333332323131000428000100");
      await until(() => bench.desk.answered.length === 1);
      expect(bench.desk.answered[0]?.answer.operatorMessageId).to.equal("0f1e2d3c-4b5a-4697-8877-665544332211");
    });

    for (const [name, body, id] of [["no body", "", ""], ["an id without NUL", "616263", "abc"], ["one NUL", "00", ""]] as const) {
      it(`takes an accepting answer with ${name}`, async () => {
        await bound();
        bench.link.submit(message(), {});
        answer(peer, await peer.next(), 0, body);
        await until(() => bench.desk.answered.length === 1);
        expect(bench.desk.answered[0]?.answer).to.deep.include({ reaction: "ok", operatorMessageId: id });
      });
    }

    it("fails the request that a generic_nack names, with its status", async () => {
      await bound();
      bench.link.submit(message(), {});
      const frame = await peer.next();
      peer.write(`000000108000000000000001${frame.toString("hex", 12, 16)}`);
      peer.write("00000010800000000000000300000000");
      await until(() => bench.desk.answered.length === 1);
      expect(bench.desk.answered[0]?.answer).to.deep.include({ status: 1, statusName: "ESME_RINVMSGLEN" });
    });

    it("C008 keeps a delivery and an answer of the same sequence apart", async () => {
      await bound();
      bench.link.submit(message(), {});
      const frame = await peer.next();
      const sequence = frame.toString("hex", 12, 16);
      expect(await deliver(`000000320000000500000000${sequence}00010131333830303133383030300000003130363900000000000000000000026869`)).to.equal(
        `000000118000000500000000${sequence}00`,
      );
      expect(bench.desk.answered).to.deep.equal([]);
      expect(bench.desk.inbounds[0]?.message.octets.toString()).to.equal("hi");
      peer.write(`000000108000000500000000${sequence}`);
      await settle();
      expect(bench.desk.answered).to.deep.equal([]);
      answer(peer, frame, 0, ID);
      await until(() => bench.desk.answered.length === 1);
    });

    it("never writes more than the window, and nothing before the bind", async () => {
      await open({ window: 3 });
      expect(bench.link.submit(message(), {})).to.equal(false);
      await acceptBind(peer);
      await until(() => bench.desk.binds === 1);
      for (let i = 0; i < 3; i++) expect(bench.link.submit(message(), {})).to.equal(true);
      expect(bench.link.windowFree).to.equal(0);
      expect(bench.link.submit(message(), {})).to.equal(false);
      const frames = [await peer.next(), await peer.next(), await peer.next()];
      answer(peer, frames[1] as Buffer, 0, ID);
      await until(() => bench.link.windowFree === 1);
    });

    it("does not submit over a receiver", async () => {
      await bound({ settings: { bind_mode: "receiver" } });
      expect(bench.link.windowFree).to.equal(0);
      expect(bench.link.submit(message(), {})).to.equal(false);
    });

    it("writes the rest of the validity as a relative time", async () => {
      await bound();
      const now = bench.clock.wallMs;
      for (const ms of [30_000, 86_400_000 + 3_661_000, 10, 90 * 86_400_000]) bench.link.submit(message({ expiresAtMs: now + ms }), {});
      const texts = [];
      for (let i = 0; i < 4; i++) texts.push(bodyOf(await peer.next()).validity_period);
      expect(texts).to.deep.equal(["000000000030000R", "000001010101000R", "000000000001000R", "000031000000000R"]);
    });

    it("writes SAR parts, vendor TLVs and long texts as TLVs where the link's settings want them", async () => {
      await bound({ settings: { long_messages: "sar" } });
      bench.link.submit(
        message({ segmentForm: SegmentForm.sar, segmentReference: 0x1234, segmentTotal: 2, segmentNumber: 1, extras: hex("53 140000050102030405") }), {},
      );
      const sar = bodyOf(await peer.next());
      expect(sar.tlvs.toString("hex")).to.equal("020c00021234020e000102020f0001011400" + "00050102030405");
      expect(sar.esm_class).to.equal(0);
      await bound({ settings: { long_messages: "payload" } });
      bench.link.submit(message({ octets: Buffer.alloc(400, 0x77) }), {});
      const long = bodyOf(await peer.next());
      expect(long.short_message.length).to.equal(0);
      expect(findTlv(long.tlvs, Tlv.message_payload)?.length).to.equal(400);
    });

    it("does not pass on what another protocol put into extras", async () => {
      await bound();
      bench.link.submit(message({ extras: hex("43 1234"), serviceType: "TENLETTERS" }), {});
      expect(bodyOf(await peer.next())).to.deep.include({ tlvs: Buffer.alloc(0), service_type: "" });
    });

    it("asks for receipts only where wanted when the settings say so, for interim ones wherever the submitter did (C056)", async () => {
      await bound({ settings: { receipts: "wanted" } });
      bench.link.submit(message(), {});
      bench.link.submit(message({ receiptWanted: ReceiptWanted.onFailure }), {});
      bench.link.submit(message({ receiptWanted: ReceiptWanted.onSuccess | ReceiptWanted.interim }), {});
      for (const asked of [0, 1, 0x11]) expect(bodyOf(await peer.next()).registered_delivery).to.equal(asked);
    });

    it("sets TON and NPI as the settings say, 5 for letters, 1 where a plus sign is taken off", async () => {
      await bound({ settings: { dest_ton: 2, dest_npi: 8, service_type: "CMT" } });
      bench.link.submit(message({ source: "TOLLGATE", sourceTon: 0, sourceNpi: 1 }), {});
      expect(bodyOf(await peer.next())).to.deep.include({
        source_addr_ton: 5, source_addr_npi: 0, dest_addr_ton: 2, dest_addr_npi: 8, service_type: "CMT",
      });
      await bound();
      bench.link.submit(message({ destination: "+8613800138000", destinationTon: 0 }), {});
      expect(bodyOf(await peer.next())).to.deep.include({ destination_addr: "8613800138000", dest_addr_ton: 1 });
    });

    it("says a text in a coding the operator reads alike, and UCS-2 where there is none", async () => {
      await bound({ settings: { alphabet0: "latin1" } });
      bench.link.submit(message({ octets: hex("66fc72"), encoding: Encoding.latin1, codingOctet: 0 }), {});
      bench.link.submit(message({ octets: hex("66fc72"), encoding: Encoding.latin1, codingOctet: 3 }), {});
      bench.link.submit(message({ octets: hex("001b65"), encoding: Encoding.gsm7, codingOctet: 0 }), {});
      const told = [bodyOf(await peer.next()), bodyOf(await peer.next()), bodyOf(await peer.next())];
      expect(told.map((body) => [body.data_coding, body.short_message.toString("hex")])).to.deep.equal([
        [0, "66fc72"], [3, "66fc72"], [8, "004020ac"],
      ]);
    });

    it("refuses by itself what cannot be said to the operator, as an answer in a turn of its own", async () => {
      await bound({ settings: { alphabet0: "latin1", tlvs: "off" } });
      const unsayable = { n: 1 };
      expect(bench.link.submit(message({ octets: hex("ff"), encoding: Encoding.gsm7, codingOctet: 0 }), unsayable)).to.equal(true);
      expect(bench.link.submit(message({ octets: Buffer.alloc(300, 0x77) }), {})).to.equal(true);
      expect(bench.link.submit(message({ destination: "1".repeat(22) }), {})).to.equal(true);
      expect(bench.desk.answered).to.deep.equal([]);
      await until(() => bench.desk.answered.length === 3);
      expect(bench.desk.answered[0]?.ticket).to.equal(unsayable);
      expect(bench.desk.answered.map((each) => each.answer.status)).to.deep.equal([0x104, 0x01, 0x0b]);
      expect(bench.desk.answered.map((each) => each.answer.reaction.startsWith("refuse"))).to.deep.equal([true, true, true]);
      expect(bench.link.outstanding).to.equal(0);
      expect(peer.untaken).to.equal(0);
    });
  });

  describe("time-outs and losses", () => {
    /** Keeps the connection alive without answering the submits. */
    async function live(ms: number): Promise<void> {
      for (let passed = 0; passed < ms; passed += 20_000) {
        bench.clock.advance(Math.min(20_000, ms - passed));
        peer.write("00000010000000150000000000000001");
        await settle();
      }
    }

    it("reports an overdue submit once, keeps its slot, and still takes its late answer", async () => {
      await bound({ window: 2 });
      const slow = { n: 1 };
      bench.link.submit(message(), slow);
      const frame = await peer.next();
      await live(60_100);
      expect(bench.desk.timedOut).to.deep.equal([slow]);
      expect(bench.link.windowFree).to.equal(1);
      expect(bench.link.oldestOutstandingMs).to.be.within(60_000, 61_000);
      await live(20_000);
      expect(bench.desk.timedOut.length).to.equal(1);
      answer(peer, frame, 0, ID);
      await until(() => bench.desk.answered.length === 1);
      expect(bench.desk.answered[0]?.ticket).to.equal(slow);
      expect(bench.link.windowFree).to.equal(2);
    });

    it("hands back what was in flight when the link breaks, but not what it has already reported as overdue", async () => {
      await bound();
      bench.link.submit(message(), { n: "old" });
      await live(60_100);
      bench.link.submit(message(), { n: "new" });
      await settle();
      peer.socket.destroy();
      await until(() => bench.desk.downs.length === 1);
      expect(bench.desk.downs[0]?.unanswered).to.deep.equal([{ n: "new" }]);
      expect(bench.desk.timedOut).to.deep.equal([{ n: "old" }]);
    });

    it("gives up a connection whose oldest answer is three response times late", async () => {
      await bound();
      bench.link.submit(message(), {});
      await live(180_200);
      await until(() => bench.desk.downs.length === 1);
      expect(bench.desk.downs[0]).to.deep.equal({ reason: "answers_overdue", unanswered: [] });
      bench.clock.advance(1_000);
      await bench.centre.peer(1);
    });

    it("binds again after ESME_RINVBNDSTS, when the answers that came with it are dealt with", async () => {
      await bound();
      bench.link.submit(message(), { n: 1 });
      bench.link.submit(message(), { n: 2 });
      const [first, second] = [await peer.next(), await peer.next()];
      peer.write(
        Buffer.concat([hex(`000000108000000400000004${first.toString("hex", 12, 16)}`), hex(`000000128000000400000000${second.toString("hex", 12, 16)}6100`)]),
      );
      await until(() => bench.desk.downs.length === 1);
      expect(bench.desk.answered.map((each) => each.answer.reaction)).to.deep.equal(["rebind", "ok"]);
      expect(bench.desk.downs[0]).to.deep.equal({ reason: "ESME_RINVBNDSTS", unanswered: [] });
      expect((await peer.next()).readUInt32BE(4)).to.equal(6);
    });

    it("ignores answers twice and answers to nothing", async () => {
      await bound();
      bench.link.submit(message(), {});
      const frame = await peer.next();
      answer(peer, frame, 0, ID);
      answer(peer, frame, 0, ID);
      peer.write("00000010800000040000000000000777");
      await settle();
      expect(bench.desk.answered.length).to.equal(1);
      expect(bench.link.bound).to.equal(true);
    });
  });

  describe("deliveries", () => {
    const at = (text: string): string => text.replaceAll("{seq}", "00000002");

    async function receiptOf(frame: string, settings: LinkOptions["settings"] = {}): Promise<LinkBench["desk"]["receipts"][0]["receipt"]> {
      await bound({ settings });
      expect(await deliver(at(frame))).to.equal("0000001180000005000000000000000200");
      expect(bench.desk.inbounds).to.deep.equal([]);
      return bench.desk.receipts[0]?.receipt as LinkBench["desk"]["receipts"][0]["receipt"];
    }

    it("reads a receipt's text, addresses swapped back", async () => {
      const receipt = await receiptOf(
        "000000a9000000050000000000000002000101313338303031333830303000000031303639303132333435363738000400000000000000007069643a30313233343536373839616263646566207375623a30303120646c7672643a303031207375626d697420646174653a3236313132343138303020646f6e6520646174653a3236313132343138303120737461743a44454c49565244206572723a30303020746578743a74657374",
      );
      expect(receipt).to.deep.include({
        operatorMessageId: "0123456789abcdef", alternateId: "", state: MessageState.delivered, final: true, stateWord: "DELIVRD", error: "000",
        source: "1069012345678", destination: "13800138000",
      });
      expect(receipt.raw.toString()).to.match(/^id:0123.*text:test$/);
    });

    it("reads a receipt of TLVs alone", async () => {
      const receipt = await receiptOf(
        "0000005a0000000500000000000000020001013133383030313338303030000000313036393031323334353637380004000000000000000000001e00113031323334353637383961626364656600042700010204230003030000",
      );
      expect(receipt).to.deep.include({ operatorMessageId: "0123456789abcdef", state: MessageState.delivered, final: true, stateWord: "DELIVRD", error: "000" });
    });

    it("reads text and TLVs that agree, the TLV's id without its NUL", async () => {
      const receipt = await receiptOf(
        "000000c9000000050000000000000002000101313338303031333830303000000031303639303132333435363738000400000000000000007069643a30313233343536373839616263646566207375623a30303120646c7672643a303030207375626d697420646174653a3236313132343138303020646f6e6520646174653a3236313132343138303120737461743a554e44454c4956206572723a30323720746578743a74657374001e00103031323334353637383961626364656604270001050423000303001b",
      );
      expect(receipt).to.deep.include({ operatorMessageId: "0123456789abcdef", alternateId: "", state: MessageState.undeliverable, final: true, error: "027" });
    });

    it("C046 does not let a TLV that is not final outvote a final word", async () => {
      const receipt = await receiptOf(
        "000000aa0000000500000000{seq}000101313338303031333830303000000031303639000400000000000000006869643a3933393130303031207375623a30303120646c7672643a303031207375626d697420646174653a3236313132343137333620646f6e6520646174653a3236313132343137333720737461743a554e44454c4956206572723a32353520746578743a3f3f203f001e00093933393130303031000427000100",
      );
      expect(receipt).to.deep.include({ operatorMessageId: "93910001", state: MessageState.undeliverable, final: true, error: "255" });
    });

    it("C048 keeps an unreadable receipt with its octets, and reads it by the link's setting", async () => {
      const frame =
        "000000670000000500000000{seq}000101313338303031333830303000000031303639000400000000000000003730302c303231303032313534332c303231303032313530302c2c31333830303133383030302c313036392c616231323334353637633864";
      const unread = await receiptOf(frame);
      expect(unread).to.deep.include({ operatorMessageId: "", state: MessageState.unknown, final: false });
      expect(unread.raw.toString()).to.match(/^00,0210021543/);
      const read = await receiptOf(frame, { receipts_as_csv: true });
      expect(read).to.deep.include({ operatorMessageId: "ab1234567c8d", state: MessageState.delivered, final: true });
    });

    it("C050 reads a receipt whose text is in message_payload", async () => {
      const receipt = await receiptOf(
        "000000920000000500000000{seq}00010131333830303133383030300000003130363900040000000000000000000424005e69643a3737207375623a30303120646c7672643a303031207375626d697420646174653a3236313132343039303020646f6e6520646174653a3236313132343039303120737461743a44454c49565244206572723a30303020746578743a",
      );
      expect(receipt).to.deep.include({ operatorMessageId: "77", state: MessageState.delivered, final: true });
    });

    it("C044 keeps an id of 18 digits as text", async () => {
      const receipt = await receiptOf(
        "000000b40000000500000000{seq}000101313338303031333830303000000031303639000400000000000000007569643a313233343536373839303132333435363739207075623a30303120646c7672643a303031207375626d697420646174653a3236313132343136323420646f6e6520646174653a3236313132343136323420737461743a44454c49565244206572723a3030303020746578743a481b656c6c6f042300030300001454000400000000",
      );
      expect(receipt).to.deep.include({ operatorMessageId: "123456789012345679", state: MessageState.delivered, error: "0000" });
    });

    /** A deliver_sm of sequence 2 from 13800138000 to 1069. */
    function deliverSm(esmClass: number, text: string): string {
      const head = hex(`00000000000000050000000000000002000101313338303031333830303000000031303639 00${esmClass.toString(16).padStart(2, "0")}0000000000000000`);
      const frame = Buffer.concat([head, Buffer.from([text.length]), Buffer.from(text)]);
      frame.writeUInt32BE(frame.length, 0);
      return frame.toString("hex");
    }

    it("takes an intermediate notification for interim whatever its word says", async () => {
      const receipt = await receiptOf(deliverSm(0x20, "id:77 stat:DELIVRD err:000 text:"));
      expect(receipt).to.deep.include({ operatorMessageId: "77", state: MessageState.sent, final: false, stateWord: "DELIVRD" });
    });

    it("keeps a second id that the text gives beside the TLV's", async () => {
      const frame = hex(`${deliverSm(0x04, "id:77 stat:DELIVRD")}001e000339390 0`);
      frame.writeUInt32BE(frame.length, 0);
      expect(await receiptOf(frame.toString("hex"))).to.deep.include({ operatorMessageId: "99", alternateId: "77" });
    });

    it("does not lose a receipt over a broken TLV", async () => {
      const frame = hex(`${deliverSm(0x04, "id:77 stat:DELIVRD")}0427ffff02`);
      frame.writeUInt32BE(frame.length, 0);
      expect(await receiptOf(frame.toString("hex"))).to.deep.include({ operatorMessageId: "77", final: true });
    });

    it("takes a receipt without esm_class for a message, unless the link's setting says otherwise", async () => {
      const frame = deliverSm(0, "id:77 stat:DELIVRD");
      await bound();
      await deliver(frame);
      expect([bench.desk.inbounds.length, bench.desk.receipts.length]).to.deep.equal([1, 0]);
      await bound({ settings: { receipts_by_shape: true } });
      await deliver(frame);
      expect(bench.desk.receipts[0]?.receipt.operatorMessageId).to.equal("77");
    });

    it("takes a receipt or message by data_sm and answers it as such", async () => {
      await bound();
      peer.write(
        "0000004c00000103000000000000000500010131333830303133383030300000003130363930313233343536373800040000001e001130313233343536373839616263646631000427000102",
      );
      expect(await peer.nextHex()).to.equal("0000001180000103000000000000000500");
      expect(bench.desk.receipts[0]?.receipt).to.deep.include({ operatorMessageId: "0123456789abcdf1", state: MessageState.delivered, final: true });
    });

    it("C120 answers a delivery with 17 octets when it is kept, with 16 and a status when not", async () => {
      const mo = "0000003d000000050000000000000002000101313338303031333830303000000031303639303132333435363738000000000000000008000490008ba2";
      await bound();
      expect(await deliver(mo)).to.equal("0000001180000005000000000000000200");
      bench.desk.answer = "retry";
      expect(await deliver(mo)).to.equal("00000010800000050000006400000002");
      bench.desk.answer = "refused";
      expect(await deliver(mo)).to.equal("00000010800000050000006600000002");
      expect(bench.desk.inbounds[0]?.message).to.deep.include({ source: "13800138000", destination: "1069012345678", encoding: Encoding.ucs2 });
    });

    it("never answers a delivery of an earlier connection on a later one", async () => {
      await bound();
      bench.desk.answer = null;
      peer.write("0000003d000000050000000000000002000101313338303031333830303000000031303639303132333435363738000000000000000008000490008ba2");
      await until(() => bench.desk.inbounds.length === 1);
      peer.socket.destroy();
      await until(() => bench.desk.downs.length === 1);
      bench.clock.advance(1_000);
      const again = await bench.centre.peer(1);
      await acceptBind(again);
      await until(() => bench.desk.binds === 2);
      bench.link.answerDeliver(bench.desk.inbounds[0]?.handle as number, "ok");
      await settle();
      expect(again.untaken).to.equal(0);
    });

    it("stops reading while too many deliveries are unanswered", async () => {
      await bound({ settings: { deliver_window: 2 } });
      bench.desk.answer = null;
      const mo = "0000003d000000050000000000000002000101313338303031333830303000000031303639303132333435363738000000000000000008000490008ba2";
      peer.write(mo.repeat(3));
      await until(() => bench.desk.inbounds.length === 3);
      peer.write(mo);
      await settle();
      expect(bench.desk.inbounds.length).to.equal(3);
      for (const { handle } of bench.desk.inbounds.slice(0, 2)) bench.link.answerDeliver(handle, "ok");
      await until(() => bench.desk.inbounds.length === 4);
    });

    it("answers what it does not serve: ESME_RINVCMDID to unknown commands, nothing to alerts", async () => {
      await bound();
      peer.write("000000330000010200000000000000060101313338303031333830303000000031303639303132333435363738000422000100");
      expect(await deliver("00000010000009990000000000000007")).to.equal("00000010800000000000000300000007");
      expect(await deliver("00000010000000150000000000000008")).to.equal("00000010800000150000000000000008");
    });
  });

  describe("parting", () => {
    it("waits for the answers in flight, unbinds, and does not come back", async () => {
      await bound();
      bench.link.submit(message(), {});
      const frame = await peer.next();
      const parted = bench.link.unbind(5_000);
      expect(bench.link.windowFree).to.equal(0);
      await settle();
      expect(peer.untaken).to.equal(0);
      answer(peer, frame, 0, ID);
      const unbind = await peer.next();
      expect(unbind.readUInt32BE(4)).to.equal(6);
      answer(peer, unbind, 0);
      await parted;
      expect(bench.desk.answered.length).to.equal(1);
      expect(bench.desk.downs).to.deep.equal([{ reason: "unbound", unanswered: [] }]);
      bench.clock.advance(120_000);
      await settle();
      expect(bench.centre.peers.length).to.equal(1);
    });

    it("unbinds and closes when the time is over, and hands back what is in flight", async () => {
      await bound();
      bench.link.submit(message(), { n: 1 });
      await peer.next();
      const parted = bench.link.unbind(2_000);
      bench.clock.advance(2_100);
      expect((await peer.next()).readUInt32BE(4)).to.equal(6);
      await parted;
      expect(bench.desk.downs[0]?.unanswered).to.deep.equal([{ n: 1 }]);
    });

    it("answers the operator's unbind and comes back soon", async () => {
      await bound();
      expect(await deliver("00000010000000060000000000000014")).to.equal("00000010800000060000000000000014");
      await until(() => bench.desk.downs.length === 1);
      bench.clock.advance(1_000);
      await bench.centre.peer(1);
    });

    it("resolves at once when there is no connection, and starts again when told to", async () => {
      await bound();
      bench.link.destroy("operator removed");
      await until(() => bench.desk.downs.length === 1);
      await bench.link.unbind(1_000);
      bench.clock.advance(60_000);
      await settle();
      expect(bench.centre.peers.length).to.equal(1);
      bench.link.start();
      await bench.centre.peer(1);
    });

    it("probes a quiet operator and reconnects when it stays quiet", async () => {
      await bound({ timers: { ...TIMERS, enquireMs: 10_000 } });
      bench.clock.advance(11_100);
      expect((await peer.next()).readUInt32BE(4)).to.equal(0x15);
      bench.clock.advance(22_200);
      await until(() => bench.desk.downs.length === 1);
      expect(bench.desk.downs[0]?.reason).to.equal("enquire_unanswered");
    });
  });

  it("C026 reads the class bits of a delivery's data_coding", async () => {
    await bound();
    await deliver("0000003d000000050000000000000002000101313338303031333830303000000031303639303132333435363738000000000000000019000490008ba2");
    expect(bench.desk.inbounds[0]?.message).to.deep.include({ encoding: Encoding.ucs2, codingOctet: 0x19 });
  });

  it("reads the three SAR TLVs of a delivery", async () => {
    await bound();
    const tlvs = "020c00021234020e000102020f000101";
    await deliver(`0000004d000000050000000000000002000101313338303031333830303000000031303639303132333435363738000000000000000008000490008ba2${tlvs}`);
    expect(bench.desk.inbounds[0]?.message).to.deep.include({ segmentReference: 0x1234, segmentTotal: 2, segmentNumber: 1 });
    expect(readTlvInteger(hex(tlvs), Tlv.sar_total_segments)).to.equal(2);
  });
});
