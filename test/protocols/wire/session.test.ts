import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { expect } from "chai";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { Pause, Session, type SessionHooks } from "../../../protocols/wire/session.js";

const TIMERS = { bindMs: 10_000, enquireMs: 30_000, idleMs: 0, responseMs: 60_000, frameMs: 10_000, writeStallMs: 15_000 };

class Hooks implements SessionHooks {
  readonly frames: string[] = [];
  readonly ends: string[] = [];
  reads = 0;
  onFrame: (frame: Buffer) => void = () => undefined;

  frame(frame: Buffer): void {
    this.frames.push(frame.toString("latin1", 4));
    this.onFrame(frame);
  }
  readDone(): void {
    this.reads++;
  }
  framingLost(): void {
    this.frames.push("lost");
  }
  enquire(): void {
    this.frames.push("enquire");
  }
  tick(): void {
    // Nothing is in flight here.
  }
  closed(reason: string): void {
    this.ends.push(reason);
  }
}

function frameOf(text: string): Buffer {
  const frame = Buffer.alloc(4 + text.length);
  frame.writeUInt32BE(frame.length, 0);
  frame.write(text, 4, "latin1");
  return frame;
}

describe("Session", () => {
  let server: Server;
  let near: Socket;
  let far: Socket;
  let hooks: Hooks;
  let session: Session;
  let received: Buffer[];
  const clock = new ManualClock();

  async function turns(count = 20): Promise<void> {
    for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
  }

  function write(text: string): void {
    const frame = frameOf(text);
    const target = session.reserve(frame.length);
    frame.copy(target, session.at);
    session.commit(session.at + frame.length);
  }

  beforeEach(async () => {
    server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const accepted = once(server, "connection") as Promise<[Socket]>;
    far = connect((server.address() as AddressInfo).port, "127.0.0.1");
    [near] = await accepted;
    received = [];
    far.on("data", (chunk: Buffer) => received.push(chunk));
    far.on("error", () => undefined);
    hooks = new Hooks();
    session = new Session(near, { minFrameOctets: 5, maxFrameOctets: 70_000, timers: TIMERS, maxSendBufferOctets: 1 << 20, clock }, hooks);
  });

  afterEach(() => {
    far.destroy();
    session.destroy("test over");
    server.close();
  });

  it("hands over all frames of a read in one pass", async () => {
    far.write(Buffer.concat([frameOf("a"), frameOf("bb"), frameOf("ccc")]));
    await turns();
    expect(hooks.frames).to.deep.equal(["a", "bb", "ccc"]);
    expect(hooks.reads).to.equal(1);
  });

  it("writes what is said in one turn of the loop by one call", async () => {
    let calls = 0;
    const original = near.write.bind(near);
    near.write = ((chunk: Buffer) => {
      calls++;
      return original(chunk);
    }) as Socket["write"];
    for (let i = 0; i < 50; i++) write(`frame ${i}`);
    expect(calls).to.equal(0);
    await turns();
    expect(calls).to.equal(1);
    expect(Buffer.concat(received).length).to.equal(40 * 12 + 10 * 11);
  });

  it("never touches octets again that the socket may still hold", async () => {
    const handed: { view: Buffer; copy: Buffer }[] = [];
    near.write = ((chunk: Buffer) => {
      handed.push({ view: chunk, copy: Buffer.from(chunk) });
      return true;
    }) as Socket["write"];
    for (let i = 0; i < 3_000; i++) write(`${i} ${"x".repeat(100)}`);
    await turns();
    write("y".repeat(69_000));
    await turns();
    for (const { view, copy } of handed) expect(view.equals(copy)).to.equal(true);
    expect(handed.length).to.be.above(4);
  });

  it("stops in the middle of a read while a bind is decided and goes on from there", async () => {
    hooks.onFrame = () => hooks.frames.length === 1 && session.pause(Pause.bind);
    far.write(Buffer.concat([frameOf("bind"), frameOf("next")]));
    await turns();
    far.write(frameOf("last"));
    await turns();
    expect(hooks.frames).to.deep.equal(["bind"]);
    session.resume(Pause.bind);
    await turns();
    expect(hooks.frames).to.deep.equal(["bind", "next", "last"]);
  });

  it("reads on only when no cause for the pause is left", async () => {
    session.pause(Pause.owner);
    session.pause(Pause.window);
    far.write(frameOf("a"));
    await turns();
    session.resume(Pause.owner);
    await turns();
    expect(hooks.frames).to.deep.equal([]);
    session.resume(Pause.window);
    await turns();
    expect(hooks.frames).to.deep.equal(["a"]);
  });

  it("tells its end once, and drops what is written after it", async () => {
    far.destroy();
    await turns();
    write("too late");
    session.end("again");
    session.destroy("and again");
    await turns();
    expect(hooks.ends).to.deep.equal(["peer_closed"]);
  });

  it("sends what is ready before it ends, and hears no more", async () => {
    hooks.onFrame = () => {
      write("farewell");
      session.end("done");
    };
    far.write(Buffer.concat([frameOf("a"), frameOf("b")]));
    await once(far, "close");
    await turns();
    expect(Buffer.concat(received).equals(frameOf("farewell"))).to.equal(true);
    expect(hooks.frames).to.deep.equal(["a"]);
    expect(hooks.ends).to.deep.equal(["done"]);
  });

  it("does not wait longer than two seconds for a peer that keeps its side open", async () => {
    session.end("done");
    far.pause();
    await turns();
    clock.advance(2_100);
    await turns();
    expect(hooks.ends).to.deep.equal(["done"]);
  });

  it("reports a reset by the peer as an end, not as an error", async () => {
    far.resetAndDestroy();
    await turns();
    expect(hooks.ends.length).to.equal(1);
    expect(hooks.ends[0]).to.match(/^(socket_econnreset|peer_closed)$/);
  });
});
