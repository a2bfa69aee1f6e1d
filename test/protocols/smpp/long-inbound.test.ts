import { expect } from "chai";
import { Encoding, SegmentForm, newMessage } from "../../../protocols/model/message.js";
import type { Message } from "../../../protocols/model/message.js";
import type { InboundNotice } from "../../../protocols/model/receipt.js";
import { decodeText, encodeText } from "../../../protocols/model/text.js";
import { decodeDeliverSm, isFault } from "../../../protocols/smpp/codec.js";
import type { DeliverSm } from "../../../protocols/smpp/codec.js";
import { Tlv, findTlv } from "../../../protocols/smpp/tlvs.js";
import type { CustomerSession } from "../../../protocols/wire/protocol.js";
import { BIND_TRX, ENQUIRE, boundPeer, customerBench, header, hex, type CustomerBench, type RawPeer } from "./peers.js";

const BIND_33 = hex("0000002300000001000000000000000164656d6f0064656d6f31323334000033000000");
/** As long as one DELIVER of Msg_Fmt 15 can be, and longer than one short message of UCS-2. */
const MIXED = `${"退订".repeat(25)}${"TD".repeat(20)}`;

function inbound(change: Partial<Message>): InboundNotice {
  return { kind: "inbound", order: 1, accountNo: 1, messageId: 0x1236, message: Object.assign(newMessage(), { source: "13800138000", destination: "10690001", ...change }) };
}

function gb18030(text: string, udh = ""): InboundNotice {
  const octets = Buffer.concat([hex(udh), encodeText(text, Encoding.gb18030) ?? Buffer.alloc(0)]);
  return inbound({ octets, encoding: Encoding.gb18030, codingOctet: 15, hasUdh: udh !== "" });
}

function read(frame: Buffer): DeliverSm {
  const body = decodeDeliverSm(frame);
  if (isFault(body)) throw new Error(body.detail);
  return body;
}

describe("SmppCustomerSession, long texts from phones", () => {
  let bench: CustomerBench;
  let peer: RawPeer;
  let session: CustomerSession;
  beforeEach(async () => {
    bench = await customerBench();
  });
  afterEach(async () => bench.listener.close());

  async function open(bind = BIND_TRX): Promise<void> {
    peer = await boundPeer(bench.port, bind);
    session = bench.desk.sessions[0] as CustomerSession;
  }

  it("of Msg_Fmt 15 that UCS-2 takes more than a short message for are told in several with a header, and are one notice", async () => {
    await open();
    const notice = gb18030(MIXED);
    expect(notice.message.octets.length).to.equal(140);
    session.deliver(notice);
    const frames = [await peer.next(), await peer.next()];
    const bodies = frames.map(read);
    expect(bodies.map((body) => [body.esm_class, body.data_coding, body.short_message.toString("hex", 0, 6)])).to.deep.equal([
      [0x40, 8, "050003360201"], [0x40, 8, "050003360202"],
    ]);
    expect(bodies.map((body) => decodeText(body.short_message.subarray(6), Encoding.ucs2)).join("")).to.equal(MIXED);
    for (const frame of frames) {
      expect(bench.desk.answers).to.deep.equal([]);
      peer.write(header(0x80000005, 0, frame.readUInt32BE(12)) + ENQUIRE);
      await peer.next();
    }
    expect(bench.desk.answers).to.deep.equal([{ notice, answer: "ok" }]);
  });

  it("that are parts of one text and fit stay the parts they were", async () => {
    await open();
    for (const number of [1, 2]) {
      const udh = `05000342020${number}`;
      const { message, ...rest } = gb18030("退订".repeat(30), udh);
      session.deliver({ ...rest, message: { ...message, segmentForm: SegmentForm.udh8, segmentReference: 0x42, segmentTotal: 2, segmentNumber: number } });
      const body = read(await peer.next());
      expect([body.data_coding, body.short_message.toString("hex")]).to.deep.equal([8, `${udh}${"90008ba2".repeat(30)}`]);
    }
    expect(session.deliverFree).to.equal(8);
  });

  it("C016 in a payload come as they came to who takes TLVs, and in several to a 3.3 peer", async () => {
    const notice = inbound({ octets: hex("957f".repeat(150)), encoding: Encoding.ucs2, codingOctet: 8 });
    await open();
    session.deliver(notice);
    expect(findTlv(read(await peer.next()).tlvs, Tlv.message_payload)?.toString("hex")).to.equal("957f".repeat(150));
    peer.socket.destroy();
    const old = await boundPeer(bench.port, BIND_33);
    bench.desk.sessions[1]?.deliver(notice);
    const bodies = [read(await old.next()), read(await old.next()), read(await old.next())];
    expect(bodies.map((body) => body.short_message.subarray(6).toString("hex")).join("")).to.equal("957f".repeat(150));
    expect(bodies.map((body) => [body.tlvs.length, body.esm_class, body.short_message.readUInt8(5)])).to.deep.equal([[0, 0x40, 1], [0, 0x40, 2], [0, 0x40, 3]]);
  });
});
