/** Garbage on the customers' port: the gateway stays up, its memory and descriptors stay bounded, and its log short. */
import { expect } from "chai";
import { readFileSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { PackageOperator } from "./package-operator.js";
import { Road } from "./road.js";

describe("hostile input", () => {
  const operator = new PackageOperator();
  const sockets: Socket[] = [];
  let road: Road;
  let descriptors = 0;
  let residentMb = 0;

  const openDescriptors = (): number => readdirSync(`/proc/${road.daemon.pid}/fd`).length;
  const resident = (): number => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${road.daemon.pid}/status`, "utf8"))?.[1] ?? 0) / 1_024;
  const logLines = (): number => readFileSync(road.daemon.logPath, "utf8").split("\n").length;

  before(async () => {
    operator.reports = true;
    road = await Road.open({
      operatorPort: await operator.start(),
      more: '[limits]\nbind_deadline = "2s"\nframe_timeout = "1s"\n',
    });
    await operator.linked();
    await road.account("decent", 100);
    await (await road.customer("decent")).submit("13800138000", "warm");
    // The reader of the books opens its files at the first question.
    await road.show("decent");
    await road.daemon.call("verify", { full: true });
    descriptors = openDescriptors();
    residentMb = resident();
  });

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  after(async () => {
    await road.close();
    await operator.stop();
  });

  /** Connects; octets, if any, are sent at once. */
  const open = (octets?: Buffer): Promise<Socket> => new Promise((resolve, reject) => {
    const socket = connect(road.port, "127.0.0.1");
    sockets.push(socket);
    socket.on("error", reject);
    socket.on("connect", () => {
      socket.on("error", () => socket.destroy());
      if (octets !== undefined) socket.write(octets);
      resolve(socket);
    });
  });

  /** Resolves with the time until the far side closed, or rejects after `withinMs`. */
  const closed = (socket: Socket, withinMs: number): Promise<void> => new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the connection was left open")), withinMs);
    socket.resume();
    socket.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });

  const works = async (): Promise<void> => {
    const customer = await road.customer("decent");
    expect((await customer.submit("13800138000", "still here")).command_status).to.equal(0);
    await customer.close();
  };

  const framing: [string, Buffer][] = [
    ["a TLS hello", Buffer.from(`16030100c8010000c40303${"5a".repeat(190)}`, "hex")],
    ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")],
    ["a length of 0", Buffer.from("00000000000000150000000000000001", "hex")],
    ["a length of 15", Buffer.from("0000000f000000150000000000000001", "hex")],
    ["a length of 4 GB", Buffer.from("ffffffff000000150000000000000001", "hex")],
    ["a length of 16 MB", Buffer.from("01000000000000040000000000000001", "hex")],
    ["random octets", Buffer.from(Array.from({ length: 4_096 }, (_, at) => (at * 7_919 + 0x80) % 251))],
  ];
  for (const [name, octets] of framing) {
    it(`${name} closes its own connection, and no other`, async () => {
      await closed(await open(octets), 4_000);
      await works();
    });
  }

  it("a packet that is never finished is cut off in its time", async () => {
    await closed(await open(Buffer.from("00000030000000090000000000000001", "hex")), 4_000);
    await works();
  });

  it("a packet that comes one octet at a time is cut off in its time", async () => {
    const socket = await open();
    const octets = Buffer.from(`00000030${"00000009".repeat(20)}`, "hex");
    let at = 0;
    const timer = setInterval(() => void (socket.writable && socket.write(octets.subarray(at, ++at))), 250);
    await closed(socket, 6_000).finally(() => clearInterval(timer));
    await works();
  });

  it("a bind's body that is none is answered or closed, whatever it is", async () => {
    for (const body of ["", "00", "ff".repeat(32), "41".repeat(200), "00".repeat(64)]) {
      const length = (16 + body.length / 2).toString(16).padStart(8, "0");
      const socket = await open(Buffer.from(`${length}000000090000000000000001${body}`, "hex"));
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`nothing came to a bind with the body ${body}`)), 4_000);
        const end = (): void => {
          clearTimeout(timer);
          resolve();
        };
        socket.once("data", end);
        socket.once("close", end);
      });
    }
    await works();
  });

  it("a submit before any bind gets nowhere", async () => {
    const socket = await open(Buffer.from("0000003a00000004000000000000000200000031303639000101313338303031333830303000000000000001000800000424000677ed77ed77ed", "hex"));
    const answer = await new Promise<Buffer | null>((resolve) => {
      socket.once("data", (chunk: Buffer) => resolve(chunk));
      socket.once("close", () => resolve(null));
    });
    if (answer !== null) expect(answer.readUInt32BE(8)).to.not.equal(0);
    expect(await road.eventually(async () => (await road.show("decent")).openMessages, (open) => open === 0)).to.equal(0);
    await works();
  });

  it("passwords tried one after another shut out the address they come from, and nobody else", async () => {
    const bind = (password: string): Promise<number> => new Promise((resolve, reject) => {
      const socket = connect({ port: road.port, host: "127.0.0.1", localAddress: "127.0.0.2" });
      const body = Buffer.from(`decent\0${password}\0\0\x34\0\0\0`, "latin1");
      const header = Buffer.alloc(16);
      [16 + body.length, 9, 0, 1].forEach((value, at) => header.writeUInt32BE(value, at * 4));
      socket.once("error", reject);
      socket.once("data", (answer: Buffer) => {
        socket.destroy();
        resolve(answer.readUInt32BE(8));
      });
      socket.once("connect", () => socket.write(Buffer.concat([header, body])));
    });
    expect(await bind("secret01")).to.equal(0);
    for (let tries = 0; tries < 12; tries++) expect(await bind(`wrong${tries}`)).to.not.equal(0);
    expect(await bind("secret01")).to.not.equal(0);
    await works();
  });

  it("a thousand idle connections are held to their limit and gone after the bind deadline", async function () {
    this.timeout(15_000);
    const idle = await Promise.all(Array.from({ length: 1_000 }, () => open().catch(() => null)));
    expect(idle.length).to.equal(1_000);
    expect(openDescriptors() - descriptors).to.be.at.most(1_010);
    await road.eventually(() => Promise.resolve(openDescriptors()), (open) => open <= descriptors + 5, 8_000);
    expect(openDescriptors()).to.be.at.most(descriptors + 5);
    await works();
  });

  it("frames cut at random and thrown together neither end the gateway nor grow it", async function () {
    this.timeout(15_000);
    let seed = 12_345;
    const random = (below: number): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) % below;
    const valid = Buffer.from(`0000002900000009000000000000000164656365${"6e7400"}73656372657430310000340000000000000010000000150000000000000002`, "hex");
    for (let round = 0; round < 300; round++) {
      const octets = Buffer.from(valid.subarray(0, 4 + random(valid.length - 4)));
      for (let change = random(4); change > 0; change--) octets[random(octets.length)] = random(256);
      (await open(octets)).end();
      if (round % 50 === 49) for (const socket of sockets.splice(0)) socket.destroy();
    }
    await works();
  });

  it("leaves neither memory nor descriptors behind, and one line each at the most", async () => {
    await road.eventually(() => Promise.resolve(openDescriptors()), (open) => open <= descriptors + 5, 5_000);
    expect(openDescriptors()).to.be.at.most(descriptors + 5);
    expect(resident() - residentMb).to.be.below(100);
    expect(logLines()).to.be.below(600);
    expect((await road.daemon.call("status", {})).state).to.equal("ready");
  });
});
