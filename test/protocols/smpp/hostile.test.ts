import { expect } from "chai";
import fc from "fast-check";
import { blankBody, encodeDeliverSm, encodeSubmitSm } from "../../../protocols/smpp/codec.js";
import { Tlv, TlvWriter } from "../../../protocols/smpp/tlvs.js";
import { hostileCustomers } from "../hostile.js";
import { BIND_TRX, ENQUIRE, SUBMIT_UCS2, acceptBind, boundPeer, customerBench, hex, linkBench, settle, until, type CustomerBench, type RawPeer } from "./peers.js";

describe("hostile input on a customer port of SMPP", () => {
  /** Answers and the two commands that never have one; everything else is answered, if only by generic_nack. */
  const silent = new Set([0x0b, 0x102]);
  hostileCustomers({
    bench: customerBench, headerOctets: 16, sequenceAt: 12, bind: BIND_TRX, enquire: hex(ENQUIRE), submit: SUBMIT_UCS2, longestUnbound: 4_096,
    commands: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0b, 0x15, 0x21, 0x102, 0x103, 0x111, 0x999, 0x80000004, 0x80000005, 0x80000000, 0x80000006],
    answers: (command) => command < 0x80000000 && !silent.has(command),
    lastWord: (octets) => `000000108000000000000002${octets.length >= 16 ? octets.toString("hex", 12, 16) : "00000000"}`,
    answerIds: [0x80000009, 0x80000004, 0x80000015],
  });
});

describe("what SMPP lets a customer send much of", () => {
  let bench: CustomerBench;
  beforeEach(async () => {
    bench = await customerBench();
  });
  afterEach(async () => bench.listener.close());

  it("takes a message_payload of 65,535 octets after the bind, and closes at a frame beyond 72 KiB", async () => {
    const peer = await boundPeer(bench.port);
    const body = { ...blankBody("submit_sm"), destination_addr: "13800138000", data_coding: 4 };
    const tlvs = new TlvWriter().octets(Tlv.message_payload, Buffer.alloc(65_535, 0x77)).view();
    const frame = Buffer.alloc(66_000);
    peer.write(frame.subarray(0, encodeSubmitSm(frame, 0, 2, { ...body, tlvs })));
    expect((await peer.next()).readUInt32BE(8)).to.equal(0);
    expect(bench.desk.submits[0]?.message.octets.length).to.equal(65_535);
    peer.write("000120010000000400000000000000090000");
    expect(await peer.nextHex()).to.equal("00000010800000000000000200000009");
    await peer.closed();
  });

  it("takes 4 KiB of TLVs that it only passes on, and refuses more with ESME_RINVPARLEN: no book has room for them", async () => {
    const peer = await boundPeer(bench.port);
    const body = { ...blankBody("submit_sm"), destination_addr: "13800138000", data_coding: 4 };
    const frame = Buffer.alloc(73_728);
    const send = async (sequence: number, ...lengths: number[]): Promise<number> => {
      const tlvs = new TlvWriter();
      for (const length of lengths) tlvs.octets(0x1400, Buffer.alloc(length, 0x77));
      peer.write(Buffer.from(frame.subarray(0, encodeSubmitSm(frame, 0, sequence, { ...body, tlvs: tlvs.view() }))));
      return (await peer.next()).readUInt32BE(8);
    };
    expect(await send(2, 4_092)).to.equal(0);
    for (const lengths of [[4_093], [65_530], [65_535], [40_000, 30_000]]) expect(await send(3, ...lengths), String(lengths)).to.equal(0xc2);
    expect(bench.desk.submits.length).to.equal(1);
  });
});

describe("hostile input from an operator", () => {
  it("survives any body in any frame, bound or not, and comes back after lost framing", async () => {
    const bench = await linkBench({ reconnectMinMs: 1, reconnectMaxMs: 1 });
    const commands = [4, 5, 6, 9, 0x0b, 0x15, 0x102, 0x103, 0x999, 0x80000000, 0x80000004, 0x80000005, 0x80000006, 0x80000009, 0x80000103];
    let connection = 0;
    let peer = await bench.centre.peer();
    await acceptBind(peer);
    const next = async (): Promise<RawPeer> => {
      await until(() => bench.desk.downs.length === connection + 1, "the end of the connection");
      bench.clock.advance(100);
      return bench.centre.peer(++connection);
    };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...commands), fc.uint8Array({ maxLength: 200 }), fc.nat(3), async (command, body, status) => {
        if (peer.ended) {
          peer = await next();
          await acceptBind(peer);
        }
        const frame = Buffer.alloc(16 + body.length);
        frame.writeUInt32BE(frame.length, 0);
        frame.writeUInt32BE(command, 4);
        frame.writeUInt32BE(status === 3 ? 0x58 : 0, 8);
        frame.writeUInt32BE(2, 12);
        frame.set(body, 16);
        peer.write(frame);
        await settle();
      }),
      { numRuns: 200 },
    );
    peer.socket.destroy();
    const garbling = await next();
    garbling.write("00000005");
    await garbling.closed();
    await acceptBind(await next());
    await until(() => bench.link.bound);
    bench.link.destroy("test over");
    bench.centre.close();
  });
});

describe("TLVs of an operator", () => {
  it("are left out where no book has room for them: the delivery is taken all the same", async () => {
    const bench = await linkBench();
    const peer = await bench.centre.peer();
    await acceptBind(peer);
    await until(() => bench.link.bound);
    const frame = Buffer.alloc(73_728);
    const tlvs = new TlvWriter().octets(0x1400, Buffer.alloc(40_000)).octets(0x1401, Buffer.alloc(30_000)).view();
    const body = { ...blankBody("deliver_sm"), source_addr: "13800138000", destination_addr: "1069", short_message: Buffer.from("hi"), tlvs };
    peer.write(frame.subarray(0, encodeDeliverSm(frame, 0, 7, body)));
    expect(await peer.nextHex()).to.equal("0000001180000005000000000000000700");
    expect(bench.desk.inbounds[0]?.message).to.deep.include({ source: "13800138000", extras: null });
    bench.link.destroy("test over");
    bench.centre.close();
  });
});
