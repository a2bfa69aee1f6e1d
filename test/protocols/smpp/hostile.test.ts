import { connect as connectTls } from "node:tls";
import { expect } from "chai";
import fc from "fast-check";
import { blankBody, encodeDeliverSm, encodeSubmitSm } from "../../../protocols/smpp/codec.js";
import { Tlv, TlvWriter } from "../../../protocols/smpp/tlvs.js";
import { BIND_TRX, RawPeer, acceptBind, boundPeer, customerBench, hex, linkBench, settle, until, type CustomerBench } from "./peers.js";

const ENQUIRE = hex("00000010000000150000000000000001");

describe("hostile input on a customer port", () => {
  let bench: CustomerBench;
  beforeEach(async () => {
    bench = await customerBench();
  });
  afterEach(async () => bench.listener.close());

  /** The gateway answers as if nothing had been. */
  async function stillServes(): Promise<void> {
    const peer = await boundPeer(bench.port);
    peer.write(ENQUIRE);
    expect((await peer.next()).readUInt32BE(4)).to.equal(0x80000015);
    peer.socket.destroy();
  }

  const LOST: readonly (readonly [string, Buffer])[] = [
    ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
    ["a TLS hello", hex("1603010200010001fc0303000102030405060708090a0b0c0d0e0f")],
    ["a PROXY header", Buffer.from("PROXY TCP4 192.0.2.10 192.0.2.1 40000 2775\r\n")],
    ["length 0", hex("00000000000000150000000000000009")],
    ["length 15", hex("0000000f000000150000000000000009")],
    ["length 4097 before the bind", hex("00001001000000150000000000000009")],
    ["length 4 GB", hex("ffffffff000000150000000000000009")],
    ["an impossible length and nothing more", hex("ffffffff")],
  ];
  for (const [name, octets] of LOST) {
    it(`answers ${name} with one generic_nack, closes, and writes one line`, async () => {
      const peer = await RawPeer.to(bench.port);
      peer.write(octets);
      const nack = await peer.nextHex();
      expect(nack.slice(0, 24)).to.equal("000000108000000000000002");
      expect(nack.slice(24)).to.equal(octets.length >= 16 ? octets.toString("hex", 12, 16) : "00000000");
      await peer.closed();
      await until(() => bench.desk.ends.length === 1);
      expect(bench.desk.ends[0]?.reason).to.equal("framing");
      expect(bench.log.loud).to.deep.equal(["frame_refused"]);
      await stillServes();
    });
  }

  it("turns a real TLS client away", async () => {
    const failed = await new Promise<boolean>((resolve) => {
      const tls = connectTls({ port: bench.port, host: "127.0.0.1", rejectUnauthorized: false });
      tls.on("error", () => resolve(true));
      tls.on("secureConnect", () => resolve(false));
    });
    expect(failed).to.equal(true);
    await stillServes();
  });

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
    await stillServes();
  });

  it("ends a frame that trickles in one octet a second at the frame's age limit", async () => {
    const peer = await boundPeer(bench.port);
    for (let sent = 0; sent < 12 && !peer.ended; sent++) {
      peer.write(Buffer.from([ENQUIRE[sent] ?? 0]));
      await settle();
      bench.clock.advance(1_000);
      await settle();
    }
    await peer.closed();
    await until(() => bench.desk.ends.length === 1);
    expect(bench.desk.ends[0]?.reason).to.equal("frame_too_slow");
  });

  it("ends a truncated frame with its connection and without a word", async () => {
    const peer = await RawPeer.to(bench.port);
    peer.write(BIND_TRX.subarray(0, 20));
    await settle();
    peer.socket.end();
    await until(() => bench.desk.ends.length === 1);
    expect(bench.desk.binds).to.deep.equal([]);
    expect(bench.log.loud).to.deep.equal([]);
  });

  it("survives any octets, before and after a bind", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.boolean(), async (octets, afterBind) => {
        const peer = afterBind ? await boundPeer(bench.port) : await RawPeer.to(bench.port);
        peer.socket.end(octets);
        await peer.closed();
      }),
      { numRuns: 60 },
    );
    await until(() => bench.listener.connections === 0);
    await stillServes();
  });

  it("survives any body under a sound length, and answers every request in it", async () => {
    const commands = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0x0b, 0x15, 0x21, 0x102, 0x103, 0x111, 0x999, 0x80000004, 0x80000005, 0x80000000, 0x80000006];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...commands), fc.uint8Array({ maxLength: 200 }), async (command, body) => {
        const peer = await boundPeer(bench.port);
        const frame = Buffer.alloc(16 + body.length);
        frame.writeUInt32BE(frame.length, 0);
        frame.writeUInt32BE(command, 4);
        frame.writeUInt32BE(0x123, 12);
        frame.set(body, 16);
        peer.write(frame);
        if (command < 0x80000000 && command !== 0x0b && command !== 0x102) {
          const answer = await peer.next();
          expect(answer.readUInt32BE(12)).to.equal(0x123);
          expect(answer.readUInt32BE(4) >= 0x80000000).to.equal(true);
        }
        peer.socket.destroy();
      }),
      { numRuns: 80 },
    );
    await stillServes();
  });

  it("cuts off a peer that does not read, at the limit of its send buffer", async () => {
    const small = await customerBench({ maxSendBufferOctets: 65_536 });
    const peer = await boundPeer(small.port);
    peer.socket.pause();
    // Answers of 16 octets each; the kernel's own buffers on both sides come first.
    const flood = Buffer.concat(Array.from({ length: 4_000 }, () => ENQUIRE));
    for (let i = 0; i < 400 && small.desk.ends.length === 0; i++) {
      peer.socket.write(flood);
      await settle();
    }
    await until(() => small.desk.ends.length === 1);
    expect(small.desk.ends[0]?.reason).to.equal("send_buffer_full");
    peer.socket.destroy();
    await small.listener.close();
  });

  it("cuts off a peer that takes nothing for the stall time, though the buffer is not full", async () => {
    const wide = await customerBench({ maxSendBufferOctets: 1 << 28 });
    const peer = await boundPeer(wide.port);
    peer.socket.pause();
    const flood = Buffer.concat(Array.from({ length: 4_000 }, () => ENQUIRE));
    for (let i = 0; i < 200; i++) peer.socket.write(flood);
    await settle();
    await settle();
    wide.clock.advance(16_000);
    await settle();
    wide.clock.advance(16_000);
    await until(() => wide.desk.ends.length === 1);
    expect(wide.desk.ends[0]?.reason).to.equal("write_stalled");
    peer.socket.destroy();
    await wide.listener.close();
  });

  it("refuses connections above the caps in all and by address, each told to the log, and takes new ones when old ones go", async () => {
    const capped = await customerBench({ maxConnections: 3, maxConnectionsPerAddress: 2 });
    const first = await RawPeer.to(capped.port);
    await RawPeer.to(capped.port);
    for (let i = 0; i < 50; i++) await (await RawPeer.to(capped.port)).closed();
    expect(capped.listener.connections).to.equal(2);
    expect(capped.log.loud.length).to.equal(50);
    expect(capped.log.lines[0]?.fields["cause"]).to.equal("too_many_from_address");
    first.socket.destroy();
    await until(() => capped.listener.connections === 1);
    const late = await RawPeer.to(capped.port);
    late.write(ENQUIRE);
    await late.next();
    await capped.listener.close();
  });

  it("holds a thousand idle connections cheaply and lets all go at the bind deadline", async () => {
    const wide = await customerBench({ maxConnections: 2_000, maxConnectionsPerAddress: 2_000 });
    const peers: RawPeer[] = [];
    for (let i = 0; i < 1_000; i++) peers.push(await RawPeer.to(wide.port));
    await until(() => wide.listener.connections === 1_000);
    const before = process.memoryUsage().arrayBuffers;
    for (const peer of peers) peer.write(BIND_TRX.subarray(0, 20));
    await settle();
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(32 << 20);
    wide.clock.advance(10_100);
    await until(() => wide.listener.connections === 0);
    expect(new Set(wide.desk.ends.map((end) => end.reason))).to.deep.equal(new Set(["bind_deadline"]));
    expect(wide.log.loud.length).to.equal(1_000);
    await wide.listener.close();
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

describe("framing on a customer port", () => {
  it("gives the same answers wherever the stream is split", async () => {
    const stream = Buffer.concat([
      BIND_TRX,
      hex(
        "00000059000000040000000000000002000000313036393031323334353637380001013133383030313338303030000000000000010008002030106d4b8bd5301160a876849a8c8bc17801662f003100320033003400350036",
      ),
      ENQUIRE,
    ]);
    const bench = await customerBench();
    for (let at = 1; at < stream.length; at++) {
      const peer = await RawPeer.to(bench.port);
      peer.write(stream.subarray(0, at));
      await until(() => (bench.desk.sessions.length === at));
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      peer.write(stream.subarray(at));
      const answers = [await peer.next(), await peer.next(), await peer.next()];
      expect(answers.map((frame) => frame.readUInt32BE(4)), `split at ${at}`).to.deep.equal([0x80000009, 0x80000004, 0x80000015]);
      peer.socket.destroy();
    }
    expect(bench.desk.submits.length).to.equal(stream.length - 1);
    expect(new Set(bench.desk.submits.map(({ message }) => message.octets.toString("hex"))).size).to.equal(1);
    await bench.listener.close();
  });

  it("gives the same answers to one octet at a time", async () => {
    const bench = await customerBench();
    const peer = await RawPeer.to(bench.port);
    peer.socket.setNoDelay(true);
    for (const octet of Buffer.concat([BIND_TRX, ENQUIRE])) {
      peer.write(Buffer.from([octet]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await peer.next()).readUInt32BE(4)).to.equal(0x80000009);
    expect((await peer.next()).readUInt32BE(4)).to.equal(0x80000015);
    await bench.listener.close();
  });
});
