/**
 * A running gateway under fire: mutated frames from customers, bound and not, and from its operator. Afterwards it must be as it was.
 *
 * ```
 *   connect -> bind (three of four) -> mutants, and a sound probe behind them -> probe answered: on | closed: again
 * ```
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { FrameReader } from "../../protocols/wire/frame.js";
import { HEADER_OCTETS, ismgDigest, readPadded, sourceDigest, writeHeader } from "../../src/simulator/cmpp-octets.js";
import { writeConnect } from "../../src/simulator/load-cmpp.js";
import type { PeerProtocol } from "../e2e/peer.js";
import { PASSWORD, Road } from "../e2e/road.js";
import { TARGETS } from "./codecs.js";
import { WITH_SCALES, look, settled, shownMemory, unburdened, weigh } from "./condition.js";
import { Dice, mutate } from "./mutate.js";

/** What was found after the warm-up and after all, for the report of a run. */
export interface LiveReport {
  readonly warmUp: number;
  readonly mutants: number;
  readonly connections: number;
  /** In words, by thread. */
  readonly memoryBefore: string;
  readonly memoryAfter: string;
  readonly descriptorsBefore: number;
  readonly descriptorsAfter: number;
  readonly accepted: number;
}

/** The SP_Id of the sheet's vectors, so that mutants of its SUBMITs are taken for ours. */
const VECTORS_SP_ID = "901234";
/** Mutants sent before memory is first looked at, or half as many as are sent after it: code is compiled, buffers are as large as they get. */
const MOST_WARM_UP = 10_000;
/** Of the log: faults of our own, which no peer may bring about. */
const OUR_FAULTS = /"event":"(?:crashed|batch_replayed|intent_failed|store_failed|store_unavailable)"/;
/** Customers' connections at the same time. */
const SIDE_BY_SIDE = 24;
/** Mutants between two probes. */
const MOST_BURST = 24;
/** Of each so many, one comes from the operator. */
const OPERATORS_SHARE = 10;
const PROBE_MS = 4_000;
const OPERATOR_LINKS = 2;

/**
 * Sends `count` mutants of a protocol, and a warm-up before them, through a gateway of its own.
 * @throws AssertionError when it is not as it was before
 */
export async function fuzzLive(protocol: PeerProtocol, count: number, seed: number): Promise<LiveReport> {
  const operator = new RudeOperator(protocol, new Dice(seed + 1));
  const road = await Road.open({
    combination: { customer: protocol, operator: protocol }, operatorPort: await operator.start(), links: OPERATOR_LINKS, words: ["发票"],
    more: '[limits]\nframe_timeout = "1s"\nbind_deadline = "2s"\n[filter]\nkeywords = ["words.txt"]\ngather_time = "1s"\n', node: WITH_SCALES,
  });
  try {
    await road.account("fuzzed", 1_000_000, { rate: 1_000_000, maxBinds: 100, ...(protocol === "cmpp" ? { spId: VECTORS_SP_ID } : {}) });
    await ordinary(road, operator);
    await road.daemon.call("verify", { full: true });
    const before = await look(road);
    const warmUp = Math.min(MOST_WARM_UP, Math.ceil(count / 2));
    await fire(protocol, warmUp, seed + 2, road, operator);
    await settled(road, before);
    const memoryBefore = await weigh(road);
    const connections = await fire(protocol, count, seed, road, operator);
    const after = await settled(road, before);
    const memoryAfter = await unburdened(road, memoryBefore);
    await ordinary(road, operator);
    const { clean, problems } = await road.daemon.call("verify", { full: true });
    assert.deepEqual([clean, problems], [true, []], "the books balance");
    assert.deepEqual(readFileSync(road.daemon.logPath, "utf8").split("\n").filter((line) => OUR_FAULTS.test(line)), [], "nothing of ours has failed");
    return {
      warmUp, mutants: count, connections, memoryBefore: shownMemory(memoryBefore), memoryAfter: shownMemory(memoryAfter),
      descriptorsBefore: before.descriptors, descriptorsAfter: after.descriptors, accepted: operator.submits,
    };
  } catch (error) {
    throw new Error(`${protocol}, ${count} mutants of seed ${seed}: the gateway is not what it was\n${road.daemon.logTail(5)}`, { cause: error });
  } finally {
    await road.close();
    await operator.stop();
  }
}

/** Sends mutants from both sides; resolves with the number of connections it took. */
async function fire(protocol: PeerProtocol, count: number, seed: number, road: Road, operator: RudeOperator): Promise<number> {
  const customers = new RudeCustomers(protocol, road, new Dice(seed));
  operator.owed = Math.floor(count / OPERATORS_SHARE);
  await Promise.all([customers.send(count - operator.owed), operator.spent()]);
  operator.owed = 0;
  return customers.connections;
}

/** An ordinary message goes through and its customer parts. */
async function ordinary(road: Road, operator: RudeOperator): Promise<void> {
  const customer = await road.peer("fuzzed");
  const before = operator.submits;
  assert.equal((await customer.submit({ to: "13800138000", text: "still here" })).status, 0);
  await road.eventually(() => Promise.resolve(operator.submits), (submits) => submits > before);
  assert.ok(operator.submits > before, "the operator got it");
  await customer.close();
}

/** What both kinds of rude peers have of a protocol. */
interface Speech {
  readonly frames: readonly Buffer[];
  readonly headerOctets: number;
  readonly sequenceAt: number;
  readonly probe: (sequence: number) => Buffer;
}

/** Sequence numbers of probes, which no vector has. */
const PROBE_SEQUENCE = 0x6eed_0001;

const SPEECHES: Readonly<Record<PeerProtocol, Speech>> = {
  smpp: { frames: framesOf("smpp"), headerOctets: 16, sequenceAt: 12, probe: (sequence) => smppHeader(0x15, sequence) },
  cmpp: { frames: framesOf("cmpp"), headerOctets: HEADER_OCTETS, sequenceAt: 8, probe: (sequence) => cmppHeader(0x8, sequence) },
};

function framesOf(name: PeerProtocol): readonly Buffer[] {
  // Reports are bodies of their own, and no frames.
  return (TARGETS.find((target) => target.name === name)?.frames ?? []).filter((frame) => frame.length >= 12 && frame.readUInt32BE(0) === frame.length);
}

function smppHeader(commandId: number, sequence: number, status = 0): Buffer {
  const octets = Buffer.alloc(16);
  [16, commandId, status, sequence].forEach((value, at) => octets.writeUInt32BE(value, at * 4));
  return octets;
}

function cmppHeader(commandId: number, sequence: number): Buffer {
  const octets = Buffer.alloc(HEADER_OCTETS);
  writeHeader(octets, 0, HEADER_OCTETS, commandId, sequence);
  return octets;
}

/** A mutant whose length is right seven times of eight, so that most of them are looked into and not only cut off. */
function mutantOf(speech: Speech, dice: Dice): Buffer {
  const mutant = mutate(speech.frames, dice);
  if (mutant.length >= speech.headerOctets && dice.roll(8) > 0) mutant.writeUInt32BE(mutant.length, 0);
  return mutant;
}

class RudeCustomers {
  connections = 0;
  readonly #protocol: PeerProtocol;
  readonly #speech: Speech;
  readonly #road: Road;
  readonly #dice: Dice;
  #left = 0;

  constructor(protocol: PeerProtocol, road: Road, dice: Dice) {
    this.#protocol = protocol;
    this.#speech = SPEECHES[protocol];
    this.#road = road;
    this.#dice = dice;
  }

  async send(count: number): Promise<void> {
    this.#left = count;
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, async () => {
      while (this.#left > 0) await this.#connection();
    }));
  }

  /** One connection's life. */
  async #connection(): Promise<void> {
    this.connections++;
    const socket = connect(this.#road.port, "127.0.0.1");
    const probed = new Probed(socket, this.#speech);
    if (!(await probed.opened)) return;
    if (this.#dice.roll(4) > 0) {
      socket.write(this.#hello());
      await probed.anything();
    }
    while (this.#left > 0 && !probed.over) {
      const burst = Math.min(this.#left, 1 + this.#dice.roll(MOST_BURST));
      this.#left -= burst;
      for (let sent = 0; sent < burst; sent++) socket.write(mutantOf(this.#speech, this.#dice));
      if (!(await probed.probe())) break;
    }
    socket.destroy();
  }

  #hello(): Buffer {
    if (this.#protocol === "cmpp") {
      const octets = Buffer.alloc(39);
      writeConnect(octets, 0, 1, this.#dice.roll(2) === 0 ? 0x20 : 0x30, this.#road.spId("fuzzed"), PASSWORD, Date.now());
      return octets;
    }
    const body = Buffer.from(`fuzzed\0${PASSWORD}\0\0\x34\0\0\0`, "latin1");
    const header = smppHeader(0x9, 1);
    header.writeUInt32BE(16 + body.length, 0);
    return Buffer.concat([header, body]);
  }
}

/** A socket whose answers are looked at for those to its probes. */
class Probed {
  over = false;
  readonly opened: Promise<boolean>;
  readonly #socket: Socket;
  readonly #speech: Speech;
  readonly #reader: FrameReader;
  #sequence = PROBE_SEQUENCE;
  #heard: (() => void) | null = null;
  #answered: (() => void) | null = null;

  constructor(socket: Socket, speech: Speech) {
    this.#socket = socket;
    this.#speech = speech;
    this.#reader = new FrameReader(speech.headerOctets, 70_000);
    socket.on("error", () => socket.destroy());
    this.opened = new Promise((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("close", () => {
        this.over = true;
        resolve(false);
        this.#heard?.();
        this.#answered?.();
      });
    });
    socket.on("data", (chunk: Buffer) => {
      this.#heard?.();
      this.#reader.feed(chunk);
      for (let frame = this.#reader.next(); frame !== null; frame = this.#reader.next()) {
        if (frame.readUInt32BE(speech.sequenceAt) === this.#sequence) this.#answered?.();
      }
    });
  }

  /** Resolves at the next octets, or the end. */
  anything(): Promise<void> {
    return new Promise((resolve) => {
      if (this.over) resolve();
      this.#heard = resolve;
    });
  }

  /** False when the connection has ended, or the probe was taken for the rest of a mutant. */
  probe(): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.over) return resolve(false);
      const timer = setTimeout(() => resolve(false), PROBE_MS);
      this.#answered = () => {
        clearTimeout(timer);
        resolve(!this.over);
      };
      this.#socket.write(this.#speech.probe(++this.#sequence));
    });
  }
}

/** Lets links in and takes their submits; says nothing sound as long as it owes mutants. */
class RudeOperator {
  submits = 0;
  /** Mutants still to be sent. */
  owed = 0;
  readonly #protocol: PeerProtocol;
  readonly #speech: Speech;
  readonly #dice: Dice;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;

  constructor(protocol: PeerProtocol, dice: Dice) {
    this.#protocol = protocol;
    this.#speech = SPEECHES[protocol];
    this.#dice = dice;
  }

  start(): Promise<number> {
    const server = createServer((socket) => this.#link(socket));
    this.#server = server;
    return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server?.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Resolves when all owed mutants are sent. */
  async spent(): Promise<void> {
    while (this.owed > 0) {
      await new Promise<void>((resolve) => setTimeout(resolve, 20));
      for (const socket of this.#sockets) {
        for (let burst = this.#dice.roll(MOST_BURST); burst > 0 && this.owed > 0; burst--, this.owed--) socket.write(mutantOf(this.#speech, this.#dice));
      }
    }
  }

  #link(socket: Socket): void {
    const reader = new FrameReader(this.#speech.headerOctets, 70_000);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      reader.feed(chunk);
      for (let frame = reader.next(); frame !== null; frame = reader.next()) this.#frame(socket, frame);
    });
  }

  #frame(socket: Socket, frame: Buffer): void {
    const commandId = frame.readUInt32BE(4);
    const sequence = frame.readUInt32BE(this.#speech.sequenceAt);
    if (commandId === 0x4) this.submits++;
    if (this.#protocol === "smpp") {
      if (commandId === 0x9) {
        this.#sockets.add(socket);
        socket.write(Buffer.concat([withLength(smppHeader(0x8000_0009, sequence), 5), Buffer.from("fuzz\0")]));
      } else if (commandId === 0x4) {
        const id = Buffer.from(`${this.submits}\0`);
        socket.write(Buffer.concat([withLength(smppHeader(0x8000_0004, sequence), id.length), id]));
      } else if (commandId < 0x8000_0000) socket.write(smppHeader(commandId + 0x8000_0000, sequence));
      return;
    }
    if (commandId === 0x1) {
      this.#sockets.add(socket);
      socket.write(welcomeTo(frame, sequence));
    } else if (commandId === 0x4) {
      const octets = Buffer.alloc(24);
      writeHeader(octets, 0, 24, 0x8000_0004, sequence);
      octets.writeUInt32BE(0x57a5_eb80, 12);
      octets.writeUInt32BE(this.submits, 16);
      socket.write(octets);
    } else if (commandId < 0x8000_0000) socket.write(cmppHeader(commandId + 0x8000_0000, sequence));
  }
}

function withLength(header: Buffer, bodyOctets: number): Buffer {
  header.writeUInt32BE(header.length + bodyOctets, 0);
  return header;
}

function welcomeTo(connectFrame: Buffer, sequence: number): Buffer {
  const source = connectFrame.subarray(18, 34);
  assert.ok(sourceDigest(readPadded(connectFrame, 12, 6), "tollgate", connectFrame.readUInt32BE(35)).equals(source), "the link proves its secret");
  const octets = Buffer.alloc(33);
  const at = writeHeader(octets, 0, 33, 0x8000_0001, sequence);
  octets.set(ismgDigest(0, true, source, "tollgate"), at + 4);
  octets[32] = 0x30;
  return octets;
}
