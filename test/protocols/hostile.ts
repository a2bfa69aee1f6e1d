/**
 * Hostile input on a customer port: one suite, told of each protocol's frames.
 */
import { connect as connectTls } from "node:tls";
import { expect } from "chai";
import fc from "fast-check";
import type { ListenOptions } from "../../protocols/wire/protocol.js";
import { RawPeer, hex, settle, until, type CustomerBench } from "./peers.js";

/** What the suite has to know of a protocol. */
export interface HostileKit {
  readonly bench: (options?: Partial<ListenOptions>) => Promise<CustomerBench>;
  readonly headerOctets: number;
  readonly bind: Buffer;
  /** A probe that is answered once bound, and where it begins in a frame of the same shape. */
  readonly enquire: Buffer;
  readonly submit: Buffer;
  /** The longest frame before the bind. */
  readonly longestUnbound: number;
  /** Commands to try with any body. */
  readonly commands: readonly number[];
  /** Whether such a request is answered, else its connection closed or it ignored. */
  readonly answers: (command: number) => boolean;
  /** The last word to a lost stream, as hexadecimal text; "" when there is none. */
  readonly lastWord: (octets: Buffer) => string;
  /** Answers to bind, submit and probe. */
  readonly answerIds: readonly [number, number, number];
  /** Writes a frame's sequence. */
  readonly sequenceAt: number;
}

export function hostileCustomers(kit: HostileKit): void {
  const { headerOctets, bind, enquire } = kit;
  let bench: CustomerBench;
  beforeEach(async () => {
    bench = await kit.bench();
  });
  afterEach(async () => bench.listener.close());

  async function bound(on: CustomerBench): Promise<RawPeer> {
    const peer = await RawPeer.to(on.port);
    peer.write(bind);
    await peer.next();
    return peer;
  }

  /** The gateway answers as if nothing had been. */
  async function stillServes(): Promise<void> {
    const peer = await bound(bench);
    peer.write(enquire);
    expect((await peer.next()).readUInt32BE(4)).to.equal(kit.answerIds[2]);
    peer.socket.destroy();
  }

  /** A header that announces this length. */
  function announcing(length: number): Buffer {
    const frame = Buffer.from(enquire.subarray(0, headerOctets));
    frame.writeUInt32BE(length, 0);
    return frame;
  }

  const LOST: readonly (readonly [string, Buffer])[] = [
    ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
    ["a TLS hello", hex("1603010200010001fc0303000102030405060708090a0b0c0d0e0f")],
    ["a PROXY header", Buffer.from("PROXY TCP4 192.0.2.10 192.0.2.1 40000 2775\r\n")],
    ["length 0", announcing(0)],
    [`length ${headerOctets - 1}`, announcing(headerOctets - 1)],
    [`length ${kit.longestUnbound + 1} before the bind`, announcing(kit.longestUnbound + 1)],
    ["length 4 GB", announcing(0xffff_ffff)],
    ["an impossible length and nothing more", hex("ffffffff")],
  ];
  for (const [name, octets] of LOST) {
    it(`answers ${name} with its last word, closes, and writes one line`, async () => {
      const peer = await RawPeer.to(bench.port);
      peer.write(octets);
      await peer.closed();
      expect(peer.frames.map((frame) => frame.toString("hex")).join()).to.equal(kit.lastWord(octets));
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

  it("ends a frame that trickles in one octet a second at the frame's age limit", async () => {
    const peer = await bound(bench);
    for (let sent = 0; sent < 12 && !peer.ended; sent++) {
      peer.write(Buffer.from([enquire[sent] ?? 0]));
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
    peer.write(bind.subarray(0, 20));
    await settle();
    peer.socket.end();
    await until(() => bench.desk.ends.length === 1);
    expect(bench.desk.binds).to.deep.equal([]);
    expect(bench.log.loud).to.deep.equal([]);
  });

  it("survives any octets, before and after a bind", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.boolean(), async (octets, afterBind) => {
        const peer = afterBind ? await bound(bench) : await RawPeer.to(bench.port);
        peer.socket.end(octets);
        await peer.closed();
      }),
      { numRuns: 60 },
    );
    await until(() => bench.listener.connections === 0);
    await stillServes();
  });

  it("survives any body under a sound length, and answers every request in it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...kit.commands), fc.uint8Array({ maxLength: 200 }), async (command, body) => {
        const peer = await bound(bench);
        const frame = Buffer.alloc(headerOctets + body.length);
        frame.writeUInt32BE(frame.length, 0);
        frame.writeUInt32BE(command, 4);
        frame.writeUInt32BE(0x123, kit.sequenceAt);
        frame.set(body, headerOctets);
        peer.write(frame);
        if (kit.answers(command)) {
          const answer = await peer.next();
          expect(answer.readUInt32BE(kit.sequenceAt)).to.equal(0x123);
          expect(answer.readUInt32BE(4) >= 0x80000000).to.equal(true);
        }
        peer.socket.destroy();
      }),
      { numRuns: 80 },
    );
    await stillServes();
  });

  it("cuts off a peer that does not read, at the limit of its send buffer", async () => {
    const small = await kit.bench({ maxSendBufferOctets: 65_536 });
    const peer = await bound(small);
    peer.socket.pause();
    // Answers as short as the probes; the kernel's own buffers on both sides come first.
    const flood = Buffer.concat(Array.from({ length: 4_000 }, () => enquire));
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
    const wide = await kit.bench({ maxSendBufferOctets: 1 << 28 });
    const peer = await bound(wide);
    peer.socket.pause();
    const flood = Buffer.concat(Array.from({ length: 4_000 }, () => enquire));
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
    const capped = await kit.bench({ maxConnections: 3, maxConnectionsPerAddress: 2 });
    const first = await RawPeer.to(capped.port);
    await RawPeer.to(capped.port);
    for (let i = 0; i < 50; i++) await (await RawPeer.to(capped.port)).closed();
    expect(capped.listener.connections).to.equal(2);
    expect(capped.log.loud.length).to.equal(50);
    expect(capped.log.lines[0]?.fields["cause"]).to.equal("too_many_from_address");
    first.socket.destroy();
    await until(() => capped.listener.connections === 1);
    const late = await RawPeer.to(capped.port);
    late.write(bind);
    await late.next();
    await capped.listener.close();
  });

  it("holds a thousand idle connections cheaply and lets all go at the bind deadline", async () => {
    const wide = await kit.bench({ maxConnections: 2_000, maxConnectionsPerAddress: 2_000 });
    const peers: RawPeer[] = [];
    for (let i = 0; i < 1_000; i++) peers.push(await RawPeer.to(wide.port));
    await until(() => wide.listener.connections === 1_000);
    const before = process.memoryUsage().arrayBuffers;
    for (const peer of peers) peer.write(bind.subarray(0, 20));
    await settle();
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(32 << 20);
    wide.clock.advance(10_100);
    await until(() => wide.listener.connections === 0);
    expect(new Set(wide.desk.ends.map((end) => end.reason))).to.deep.equal(new Set(["bind_deadline"]));
    expect(wide.log.loud.length).to.equal(1_000);
    await wide.listener.close();
  });

  it("gives the same answers wherever the stream is split", async () => {
    const stream = Buffer.concat([bind, kit.submit, enquire]);
    for (let at = 1; at < stream.length; at++) {
      const peer = await RawPeer.to(bench.port);
      peer.write(stream.subarray(0, at));
      await until(() => bench.desk.sessions.length === at);
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      peer.write(stream.subarray(at));
      const answers = [await peer.next(), await peer.next(), await peer.next()];
      expect(answers.map((frame) => frame.readUInt32BE(4)), `split at ${at}`).to.deep.equal(kit.answerIds);
      peer.socket.destroy();
    }
    expect(bench.desk.submits.length).to.equal(stream.length - 1);
    expect(new Set(bench.desk.submits.map(({ message }) => message.octets.toString("hex"))).size).to.equal(1);
  });

  it("gives the same answers to one octet at a time", async () => {
    const peer = await RawPeer.to(bench.port);
    peer.socket.setNoDelay(true);
    for (const octet of Buffer.concat([bind, enquire])) {
      peer.write(Buffer.from([octet]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await peer.next()).readUInt32BE(4)).to.equal(kit.answerIds[0]);
    expect((await peer.next()).readUInt32BE(4)).to.equal(kit.answerIds[2]);
  });
}
