import { expect } from "chai";
import { Encoding } from "../../../protocols/model/message.js";
import { splitText } from "../../../protocols/model/segment.js";
import type { ArrivedText } from "../../../src/simulator/reassembly.js";
import { Bench, collect, peer, request } from "./fixtures.js";
import type { PeerPdu } from "./fixtures.js";

const ucs2 = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

function submit(fields: object = {}): PeerPdu {
  return new peer.PDU("submit_sm", {
    source_addr: "10690001", destination_addr: "13800138000", registered_delivery: 1, data_coding: 8,
    short_message: ucs2("【测试】您的验证码是123456"), ...fields,
  });
}

describe("SimulatedSmsc and the smpp package's client", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  it("answers a submit with an id and sends its receipt in text and TLVs", async () => {
    const { port } = await bench.smsc();
    const client = await bench.client(port);
    const receipts = collect(client, "deliver_sm");
    const answer = await request(client, submit());
    expect(answer.command_status).to.equal(0);
    await bench.until(() => receipts.length === 1);
    const [receipt] = receipts;
    expect(receipt).to.include({ source_addr: "13800138000", destination_addr: "10690001", esm_class: 4, message_state: 2 });
    expect(receipt?.receipted_message_id).to.equal(answer.message_id);
    expect(String(receipt?.short_message?.message)).to.match(
      new RegExp(`^id:${answer.message_id} sub:001 dlvrd:001 submit date:\\d{10} done date:\\d{10} stat:DELIVRD err:000 text:$`),
    );
  });

  it("sends no receipt that was not asked for", async () => {
    const { port, smsc } = await bench.smsc();
    const client = await bench.client(port);
    await request(client, submit({ registered_delivery: 0 }));
    await request(client, new peer.PDU("enquire_link"));
    expect(smsc.totals).to.include({ taken: 1, receiptsSent: 0 });
  });

  it("sends receipts to a receiver bind of the same system_id, and keeps them until there is one", async () => {
    const { port, smsc } = await bench.smsc();
    const sender = await bench.client(port, "bind_transmitter");
    await request(sender, submit());
    expect(smsc.waiting).to.equal(1);
    const receipts: PeerPdu[] = [];
    await bench.client(port, "bind_receiver", (receiver) => collect(receiver, "deliver_sm", receipts));
    await bench.until(() => smsc.totals.receiptsAcknowledged === 1);
    expect(receipts).to.have.length(1);
  });

  it("refuses a wrong name or password with the status for each", async () => {
    const { port } = await bench.smsc({ credentials: { systemId: "tollgate", password: "other" } });
    let refusal = await bench.client(port).catch((error: Error) => error.message);
    expect(refusal).to.equal("bind answered 14");
    const named = await bench.smsc({ credentials: { systemId: "somebody", password: "secret" } });
    refusal = await bench.client(named.port).catch((error: Error) => error.message);
    expect(refusal).to.equal("bind answered 15");
  });

  it("refuses a submit before the bind and on a receiver bind", async () => {
    const { port, smsc } = await bench.smsc();
    const receiver = await bench.client(port, "bind_receiver");
    expect((await request(receiver, submit())).command_status).to.equal(4);
    expect(smsc.totals.submits).to.equal(0);
  });

  it("answers enquire_link, unbind and a command it does not offer", async () => {
    const { port, smsc } = await bench.smsc();
    const client = await bench.client(port);
    expect((await request(client, new peer.PDU("enquire_link"))).command).to.equal("enquire_link_resp");
    expect((await request(client, new peer.PDU("query_sm", { message_id: "1" }))).command_status).to.equal(3);
    expect((await request(client, new peer.PDU("unbind"))).command).to.equal("unbind_resp");
    await bench.until(() => smsc.bound === 0);
  });

  it("sends a receipt again that was refused for the moment, and not one refused for ever", async () => {
    const { port, smsc } = await bench.smsc({ deliverRetryMs: 5 });
    const client = await bench.client(port);
    const statuses = [0x64, 0x14, 0x65];
    client.on("deliver_sm", (pdu) => client.send(pdu.response({ command_status: statuses.shift() ?? 0 })));
    await request(client, submit());
    await bench.until(() => smsc.totals.receiptsRefused === 1);
    expect(smsc.totals).to.include({ receiptsSent: 3, deliveriesRetried: 2, receiptsAcknowledged: 0 });
  });

  it("sends unanswered receipts again on the next bind", async () => {
    const { port, smsc } = await bench.smsc();
    const first = await bench.client(port);
    const seen: PeerPdu[] = [];
    first.on("deliver_sm", (pdu) => seen.push(pdu));
    const answer = await request(first, submit());
    await bench.until(() => seen.length === 1);
    first.destroy();
    await bench.until(() => smsc.bound === 0);
    const again: PeerPdu[] = [];
    await bench.client(port, "bind_transceiver", (second) => collect(second, "deliver_sm", again));
    await bench.until(() => again.length === 1);
    expect(again[0]?.receipted_message_id).to.equal(answer.message_id);
  });

  it("injects a message from a phone, long ones in parts", async () => {
    const { port, smsc } = await bench.smsc();
    const client = await bench.client(port);
    const arrived = collect(client, "deliver_sm");
    expect(smsc.injectMo({ source: "8613800138000", destination: "10690001", text: "TD" })).to.equal(1);
    expect(smsc.injectMo({ source: "8613800138000", destination: "10690001", text: "退订".repeat(50) })).to.equal(2);
    await bench.until(() => smsc.totals.inboundAcknowledged === 3);
    expect(arrived.map((pdu) => pdu.esm_class)).to.deep.equal([0, 0x40, 0x40]);
    expect(arrived[0]).to.include({ source_addr: "8613800138000", destination_addr: "10690001" });
    expect(arrived.slice(1).map((pdu) => pdu.short_message?.message).join("")).to.equal("退订".repeat(50));
  });

  it("tells the text of every message, long ones whole: UDH 8 and 16 bit, SAR, message_payload", async () => {
    const texts: ArrivedText[] = [];
    const { port } = await bench.smsc({ onText: (text) => texts.push(text) });
    const client = await bench.client(port);
    // The pair of the emoji stands across the border between two parts.
    const long = `【测试】${"长".repeat(62)}😀${"短".repeat(40)}`;
    for (const form of ["udh8", "udh16", "sar"] as const) {
      const parts = splitText(long, Encoding.ucs2, form, 300);
      for (const part of parts.toReversed()) {
        const sar = form === "sar" ? { sar_msg_ref_num: part.segmentReference, sar_total_segments: part.segmentTotal, sar_segment_seqnum: part.segmentNumber } : {};
        await request(client, submit({ esm_class: part.hasUdh ? 0x40 : 0, short_message: part.octets, ...sar }));
      }
    }
    await request(client, submit({ short_message: "", message_payload: ucs2(long) }));
    await request(client, submit({ data_coding: 0, short_message: Buffer.from("plain", "latin1") }));
    expect(texts.map(({ text, segments }) => [segments, text])).to.deep.equal([[2, long], [2, long], [2, long], [1, long], [1, "plain"]]);
  });
});
