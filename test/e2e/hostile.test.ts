/** Garbage on the customers' port: the gateway stays up, its memory and descriptors stay bounded, and its log short. */
import { expect } from "chai";
import { readFileSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { readConnectStatus, writeConnect } from "../../src/simulator/load-cmpp.js";
import { SAME_PROTOCOL } from "./peer.js";
import type { PeerProtocol } from "./peer.js";
import { PASSWORD, Road, newOperator } from "./road.js";

/** What a rude peer needs of a protocol. */
interface Rude {
  readonly headerOctets: number;
  /** A request with nothing but a header, and any length written in it. */
  probe(length: number): Buffer;
  /** The header of a bind whose body does not come. */
  readonly begun: Buffer;
  bind(body: Buffer): Buffer;
  hello(name: string, password: string): Buffer;
  readonly submit: Buffer;
  /** The status of the answer to a bind or a submit. */
  statusOf(answer: Buffer): number;
}

const smppHeader = (length: number, commandId: number): Buffer => {
  const octets = Buffer.alloc(16);
  [length, commandId, 0, 1].forEach((value, at) => octets.writeUInt32BE(value, at * 4));
  return octets;
};
const cmppHeader = (length: number, commandId: number): Buffer => smppHeader(length, commandId).fill(0, 8).subarray(0, 12);

const RUDE: Readonly<Record<PeerProtocol, Rude>> = {
  smpp: {
    headerOctets: 16,
    probe: (length) => smppHeader(length, 0x15),
    begun: smppHeader(0x30, 0x9),
    bind: (body) => Buffer.concat([smppHeader(16 + body.length, 0x9), body]),
    hello: (name, password) => RUDE.smpp.bind(Buffer.from(`${name}\0${password}\0\0\x34\0\0\0`, "latin1")),
    submit: Buffer.from("0000003a00000004000000000000000200000031303639000101313338303031333830303000000000000001000800000424000677ed77ed77ed", "hex"),
    statusOf: (answer) => answer.readUInt32BE(8),
  },
  cmpp: {
    headerOctets: 12,
    probe: (length) => cmppHeader(length, 0x8),
    begun: cmppHeader(0x27, 0x1),
    bind: (body) => Buffer.concat([cmppHeader(12 + body.length, 0x1), body]),
    hello(name, password) {
      const octets = Buffer.alloc(39);
      writeConnect(octets, 0, 1, 0x30, name, password, Date.now());
      return octets;
    },
    submit: Buffer.concat([cmppHeader(164, 0x4), Buffer.alloc(152)]),
    statusOf: readConnectStatus,
  },
};

for (const combination of SAME_PROTOCOL) {
  const rude = RUDE[combination.customer];

  describe(`hostile input, ${combination.customer}`, () => {
    const operator = newOperator(combination.operator);
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
        combination, operatorPort: await operator.start(),
        more: '[limits]\nbind_deadline = "2s"\nframe_timeout = "1s"\n',
      });
      await operator.linked();
      await road.account("decent", 100);
      await (await road.peer("decent")).submit({ to: "13800138000", text: "warm" });
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

    /** Connects, from another address than others where it may be shut out; octets, if any, are sent at once. */
    const open = (octets?: Buffer, localAddress = "127.0.0.1"): Promise<Socket> => new Promise((resolve, reject) => {
      const socket = connect({ port: road.port, host: "127.0.0.1", localAddress });
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
      const customer = await road.peer("decent");
      expect((await customer.submit({ to: "13800138000", text: "still here" })).status).to.equal(0);
      await customer.close();
    };

    const framing: [string, Buffer][] = [
      ["a TLS hello", Buffer.from(`16030100c8010000c40303${"5a".repeat(190)}`, "hex")],
      ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")],
      ["a length of 0", rude.probe(0)],
      ["a length below a header's", rude.probe(rude.headerOctets - 1)],
      ["a length of 4 GB", rude.probe(0xffff_ffff)],
      ["a length of 16 MB", rude.probe(0x0100_0000)],
      ["random octets", Buffer.from(Array.from({ length: 4_096 }, (_, at) => (at * 7_919 + 0x80) % 251))],
    ];
    for (const [name, octets] of framing) {
      it(`${name} closes its own connection, and no other`, async () => {
        await closed(await open(octets), 4_000);
        await works();
      });
    }

    it("a packet that is never finished is cut off in its time", async () => {
      await closed(await open(rude.begun), 4_000);
      await works();
    });

    it("a packet that comes one octet at a time is cut off in its time", async () => {
      const socket = await open();
      const octets = Buffer.concat([rude.begun, Buffer.alloc(80)]);
      let at = 0;
      const timer = setInterval(() => void (socket.writable && socket.write(octets.subarray(at, ++at))), 250);
      await closed(socket, 6_000).finally(() => clearInterval(timer));
      await works();
    });

    it("a bind's body that is none is answered or closed, whatever it is", async () => {
      for (const body of ["", "00", "ff".repeat(32), "41".repeat(200), "00".repeat(64)]) {
        const socket = await open(rude.bind(Buffer.from(body, "hex")));
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
      const socket = await open(rude.submit);
      const answer = await new Promise<Buffer | null>((resolve) => {
        socket.once("data", (chunk: Buffer) => resolve(chunk));
        socket.once("close", () => resolve(null));
      });
      if (answer !== null) expect(rude.statusOf(answer)).to.not.equal(0);
      expect(await road.eventually(async () => (await road.show("decent")).openMessages, (open) => open === 0)).to.equal(0);
      await works();
    });

    it("passwords tried one after another shut out the address they come from, and nobody else", async () => {
      const bind = (password: string): Promise<number> => new Promise((resolve, reject) => {
        const socket = connect({ port: road.port, host: "127.0.0.1", localAddress: "127.0.0.2" });
        socket.once("error", reject);
        socket.once("data", (answer: Buffer) => {
          socket.destroy();
          resolve(rude.statusOf(answer));
        });
        socket.once("connect", () => socket.write(rude.hello(combination.customer === "cmpp" ? road.spId("decent") : "decent", password)));
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
      const valid = Buffer.concat([rude.hello(combination.customer === "cmpp" ? road.spId("decent") : "decent", PASSWORD), rude.probe(rude.headerOctets)]);
      for (let round = 0; round < 300; round++) {
        const octets = Buffer.from(valid.subarray(0, 4 + random(valid.length - 4)));
        for (let change = random(4); change > 0; change--) octets[random(octets.length)] = random(256);
        (await open(octets, "127.0.0.3")).end();
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
}
