import { expect } from "chai";
import { decodeDeliver, isFault } from "../../../protocols/cmpp/codec.js";
import type { DeliverBody } from "../../../protocols/cmpp/codec.js";
import { Encoding, SegmentForm, newMessage } from "../../../protocols/model/message.js";
import type { Message } from "../../../protocols/model/message.js";
import { messageId } from "../../../protocols/model/message-id.js";
import type { InboundNotice } from "../../../protocols/model/receipt.js";
import { decodeText } from "../../../protocols/model/text.js";
import type { CustomerSession } from "../../../protocols/wire/protocol.js";
import { VECTOR_MS, connectedSp, frameOf, hex, receiptNotice, spBench, until, type CustomerBench, type RawPeer } from "./customer-bench.js";

const ID = messageId(VECTOR_MS / 1_000, 0, 0x1236);

function inbound(change: Partial<Message>): InboundNotice {
  return { kind: "inbound", order: 1, accountNo: 1, messageId: ID, message: Object.assign(newMessage(), { source: "13800138000", destination: "10690001", ...change }) };
}

/** What an SMPP operator brings in one message_payload. */
function payload(text: string): InboundNotice {
  return inbound({ octets: Buffer.from(text, "utf16le").swap16(), encoding: Encoding.ucs2, codingOctet: 8 });
}

function read(frame: Buffer): DeliverBody {
  const body = decodeDeliver(frame, 0x30);
  if (isFault(body)) throw new Error(body.detail);
  return body;
}

describe("CmppCustomerSession, long texts from phones", () => {
  let bench: CustomerBench;
  let peer: RawPeer;
  let session: CustomerSession;
  beforeEach(async () => {
    bench = await spBench();
  });
  afterEach(async () => bench.listener.close());

  /** Binds an SP whose deliver window has so many places. */
  async function open(deliverWindow = 10): Promise<void> {
    bench.desk.verdict = { accepted: true, window: 10, deliverWindow, alphabet0: "gsm7", checkContentSource: true };
    peer = await connectedSp(bench.port);
    session = bench.desk.sessions[0] as CustomerSession;
  }

  const answer = (request: Buffer, result = 0): void => peer.write(frameOf(0x80000005, request.readUInt32BE(8), `${request.toString("hex", 12, 20)}0000000${result}`));

  /** What was written before has been read when this returns. */
  async function alive(): Promise<void> {
    peer.write(frameOf(8, 77));
    while ((await peer.next()).readUInt32BE(4) !== 0x80000008) continue;
  }

  async function frames(count: number): Promise<Buffer[]> {
    const all: Buffer[] = [];
    while (all.length < count) all.push(await peer.next());
    return all;
  }

  it("C016 are told in several DELIVERs with a header and ids of their own, and are one notice", async () => {
    await open();
    const text = "长".repeat(150);
    const notice = payload(text);
    expect(session.deliver(notice)).to.equal(true);
    const parts = await frames(3);
    expect(session.deliverFree).to.equal(7);
    const bodies = parts.map(read);
    expect(bodies.map((body) => [body.TP_udhi, body.Msg_Fmt, body.Msg_Content.toString("hex", 0, 6)])).to.deep.equal([
      [1, 8, "050003360301"], [1, 8, "050003360302"], [1, 8, "050003360303"],
    ]);
    expect(bodies.map((body) => decodeText(body.Msg_Content.subarray(6), Encoding.ucs2)).join("")).to.equal(text);
    expect(bodies.map((body) => body.Msg_Id_low & 0xffff)).to.deep.equal([0x1236, 0x1237, 0x1238]);
    for (const part of parts.slice(1)) answer(part);
    await alive();
    expect([session.deliverFree, bench.desk.answers]).to.deep.equal([9, []]);
    answer(parts[0] as Buffer);
    await until(() => bench.desk.answers.length === 1);
    expect(bench.desk.answers).to.deep.equal([{ notice, answer: "ok" }]);
    expect(session.deliverFree).to.equal(10);
  });

  it("of a GSM part that UCS-2 takes more room for are told in several, those of one that fits as it came", async () => {
    await open();
    const gsm = { encoding: Encoding.gsm7, hasUdh: true, segmentForm: SegmentForm.udh8, segmentReference: 0x42, segmentTotal: 2 };
    session.deliver(inbound({ ...gsm, octets: Buffer.concat([hex("050003420201"), Buffer.alloc(153, 0x04)]), segmentNumber: 1 }));
    const told = (await frames(3)).map((frame) => decodeText(read(frame).Msg_Content.subarray(6), Encoding.ucs2));
    expect(told.join("")).to.equal("è".repeat(153));
    session.deliver(inbound({ ...gsm, octets: Buffer.concat([hex("050003420202"), Buffer.alloc(20, 0x04)]), segmentNumber: 2 }));
    const [last] = (await frames(1)).map(read);
    expect(last?.Msg_Content.toString("hex")).to.equal(`050003420202${"00e8".repeat(20)}`);
  });

  it("marked by SAR are told with a header, which is all that a DELIVER has", async () => {
    await open();
    session.deliver(inbound({
      octets: hex("90008ba2"), encoding: Encoding.ucs2, codingOctet: 8, segmentForm: SegmentForm.sar, segmentReference: 0x1234, segmentTotal: 3, segmentNumber: 2,
    }));
    const body = read(await peer.next());
    expect([body.TP_udhi, body.Msg_Content.toString("hex")]).to.deep.equal([1, "05000334030290008ba2"]);
    session.deliver(inbound({
      octets: Buffer.alloc(140, 0x61), encoding: Encoding.binary, codingOctet: 4, segmentForm: SegmentForm.sar, segmentReference: 5, segmentTotal: 3, segmentNumber: 2,
    }));
    const sizes = (await frames(2)).map((frame) => read(frame).Msg_Content.length);
    expect(sizes).to.deep.equal([140, 12]);
  });

  it("of more parts than the window are fed in as places become free, before what comes behind them", async () => {
    await open(2);
    session.deliver(payload("长".repeat(67 * 5)));
    expect([session.deliverFree, session.deliver(receiptNotice())]).to.deep.equal([0, false]);
    for (let part = 1; part <= 5; part++) {
      const frame = await peer.next();
      expect(read(frame).Msg_Content.readUInt8(5)).to.equal(part);
      expect(peer.untaken).to.be.at.most(1);
      answer(frame);
    }
    await until(() => bench.desk.answers.length === 1);
    expect(bench.desk.answers[0]?.answer).to.equal("ok");
    expect([session.deliverFree, session.deliver(receiptNotice())]).to.deep.equal([2, true]);
  });

  it("are given back once, to be sent again whole, when one part is put off: no more go out, and the others' answers are waited for", async () => {
    await open(2);
    const notice = payload("长".repeat(67 * 4));
    session.deliver(notice);
    const [first, second] = await frames(2);
    answer(first as Buffer, 8);
    await alive();
    expect([bench.desk.answers, peer.untaken]).to.deep.equal([[], 0]);
    expect(session.deliverFree, "what comes behind goes on").to.equal(1);
    answer(second as Buffer);
    await until(() => bench.desk.answers.length === 1);
    expect(bench.desk.answers).to.deep.equal([{ notice, answer: "retry" }]);
    session.deliver(notice);
    expect((await frames(2)).map((frame) => frame.toString("hex", 12))).to.deep.equal([first, second].map((frame) => frame?.toString("hex", 12)));
  });

  it("are timed out when one part is never answered, and handed back once when the connection ends", async () => {
    await open(3);
    const notice = payload("长".repeat(67 * 4));
    session.deliver(notice);
    const sent = await frames(3);
    answer(sent[0] as Buffer);
    expect(read(await peer.next()).Msg_Content.readUInt8(5)).to.equal(4);
    for (let turn = 0; turn < 4; turn++) {
      bench.clock.advance(20_000);
      await alive();
    }
    await until(() => bench.desk.answers.length === 1);
    expect(bench.desk.answers).to.deep.equal([{ notice, answer: "timeout" }]);
    session.deliver(notice);
    await until(() => peer.untaken > 0);
    peer.socket.destroy();
    await until(() => bench.desk.ends.length === 1);
    expect(bench.desk.ends[0]?.unanswered).to.deep.equal([notice]);
  });

  it("of more than 255 parts, or in octets that are no text, are refused in the SP's name and said in the log", async () => {
    await open();
    for (const notice of [payload("长".repeat(30_000)), inbound({ octets: Buffer.alloc(200, 0xff), encoding: Encoding.gb18030, codingOctet: 15 })]) {
      session.deliver(notice);
      await until(() => bench.desk.answers.length === 1);
      expect(bench.desk.answers.pop()).to.deep.equal({ notice, answer: "refused" });
    }
    expect(bench.log.loud).to.deep.equal(["inbound_unsayable", "inbound_unsayable"]);
    expect(session.deliverFree).to.equal(10);
  });
});
