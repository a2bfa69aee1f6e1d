/**
 * Peers that speak CMPP 2.0 or 3.0: an SP and a gateway on bare sockets, on the simulator's octets (not protocols/cmpp).
 */
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { Encoding } from "../../protocols/model/message.js";
import { decodeText, encodeText } from "../../protocols/model/text.js";
import { VERSION_30, ismgDigest, readHex, readPadded, sourceDigest, writeHeader, writeHex } from "../../src/simulator/cmpp-octets.js";
import { newInbound, newReceipt } from "../../src/simulator/delivery.js";
import type { Delivery } from "../../src/simulator/delivery.js";
import { readSubmit } from "../../src/simulator/ismg-connection.js";
import { DELIVER_MAX_OCTETS, IsmgWriter, NO_QUIRKS } from "../../src/simulator/ismg-delivery.js";
import { readConnectStatus, readDeliver, readStat, readSubmitResult, submitOctets, writeConnect, writeDeliverResp, writeSubmit } from "../../src/simulator/load-cmpp.js";
import { Waiting } from "./peer.js";
import type { OperatorReply, OperatorReport, PeerAnswer, PeerCoding, PeerMessage, PeerReceipt, PeerSubmission, TestCustomer, TestOperator } from "./peer.js";

export const Command = { connect: 1, terminate: 2, submit: 4, deliver: 5, query: 6, cancel: 7, activeTest: 8 } as const;
export const RESPONSE = 0x8000_0000;

const CODINGS: Readonly<Record<PeerCoding, { readonly value: number; readonly encoding: Encoding }>> = {
  gsm7: { value: 0, encoding: Encoding.gsm7 }, ascii: { value: 0, encoding: Encoding.ascii }, ucs2: { value: 8, encoding: Encoding.ucs2 },
  gb18030: { value: 15, encoding: Encoding.gb18030 },
};
const HAS_UDH = 0x40;

/** A socket cut into frames. */
class Frames {
  readonly socket: Socket;
  #rest: Buffer = Buffer.alloc(0);

  constructor(socket: Socket, frame: (frame: Buffer) => void) {
    this.socket = socket;
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
      while (this.#rest.length >= 12 && this.#rest.length >= this.#rest.readUInt32BE(0)) {
        const length = Math.max(12, this.#rest.readUInt32BE(0));
        const whole = this.#rest.subarray(0, length);
        this.#rest = this.#rest.subarray(length);
        frame(whole);
      }
    });
  }

  header(commandId: number, sequence: number): void {
    const octets = Buffer.alloc(12);
    writeHeader(octets, 0, 12, commandId, sequence);
    this.socket.write(octets);
  }
}

export interface CmppSubmission extends PeerSubmission {
  /** The sequence number; the next one unless given. */
  readonly sequence?: number;
  /** Destinations behind the first. */
  readonly others?: readonly string[];
  /** The content itself, instead of the text. */
  readonly octets?: Buffer;
}

export class CmppCustomer implements TestCustomer {
  readonly receipts: PeerReceipt[] = [];
  readonly inbound: PeerMessage[] = [];
  /** Every frame that came. */
  readonly frames: Buffer[] = [];
  closed = false;
  askedToPart = false;
  answer: (source: string) => number | null = () => 0;
  polite = true;
  readonly #frames: Frames;
  readonly #waiting = new Waiting();
  readonly #answers = new Map<number, (frame: Buffer) => void>();
  readonly #spId: string;
  readonly #version: number;
  /** Each connection has numbers of its own: the same one with the same text again would be a submit sent again. */
  #sequence = 2 + Math.floor(Math.random() * 0x4000_0000);

  private constructor(socket: Socket, spId: string, version: number) {
    this.#spId = spId;
    this.#version = version;
    this.#frames = new Frames(socket, (frame) => this.#frame(frame));
    socket.on("close", () => {
      this.closed = true;
      this.#waiting.tell();
    });
  }

  /** Connects and is let in; rejects with the Status when it is not. */
  static async bind(port: number, spId: string, secret: string, version = VERSION_30): Promise<CmppCustomer> {
    const socket = connect(port, "127.0.0.1");
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    const customer = new CmppCustomer(socket, spId, version);
    const octets = Buffer.alloc(39);
    writeConnect(octets, 0, 1, version, spId, secret, Date.now());
    const answered = customer.answered(1);
    socket.write(octets);
    const status = readConnectStatus(await answered);
    if (status === 0) return customer;
    socket.destroy();
    throw new Error(`bind refused with ${status}`);
  }

  async submit(submission: CmppSubmission): Promise<PeerAnswer> {
    const sequence = submission.sequence ?? ++this.#sequence;
    const answered = this.answered(sequence);
    this.write(submission, sequence);
    const frame = await answered;
    const status = readSubmitResult(frame);
    return { status, id: status === 0 ? readHex(frame, 12) : "" };
  }

  /** Writes a SUBMIT without waiting for its answer. */
  write({ to, text, coding = "ucs2", from = "10690000", udh = "", others = [], octets: content }: CmppSubmission, sequence: number): void {
    const destinations = [to, ...others];
    const octets = Buffer.alloc(submitOctets(destinations.length));
    // The header ends with total and number.
    const header = Buffer.from(udh, "hex");
    const end = writeSubmit(octets, 0, sequence, this.#version, {
      spId: this.#spId, source: from, destinations, hasUdh: udh !== "", total: header.at(-2) ?? 1, number: header.at(-1) ?? 1,
      format: CODINGS[coding].value, receipt: true, octets: content ?? octetsOf(text, coding, udh),
    });
    this.#frames.socket.write(octets.subarray(0, end));
  }

  /** Writes octets as they are. */
  raw(octets: Buffer): void {
    this.#frames.socket.write(octets);
  }

  /** The answer to the request with this sequence number; called before the request goes out. */
  answered(sequence: number): Promise<Buffer> {
    return new Promise((resolve) => this.#answers.set(sequence, resolve));
  }

  async probe(): Promise<void> {
    const sequence = ++this.#sequence;
    const answered = this.answered(sequence);
    this.#frames.header(Command.activeTest, sequence);
    await answered;
  }

  async received(count: number, withinMs = 5_000): Promise<readonly PeerReceipt[]> {
    await this.until(() => this.receipts.length >= count, withinMs, () => `${this.receipts.length} of ${count} receipts came`);
    return this.receipts;
  }

  until(done: () => boolean, withinMs: number, otherwise: () => string): Promise<void> {
    return this.#waiting.until(done, withinMs, otherwise);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.#frames.header(Command.terminate, ++this.#sequence);
    await this.until(() => this.closed, 1_000, () => "").catch(() => this.destroy());
  }

  destroy(): void {
    this.#frames.socket.destroy();
  }

  #frame(frame: Buffer): void {
    this.frames.push(Buffer.from(frame));
    const sequence = frame.readUInt32BE(8);
    const commandId = frame.readUInt32BE(4);
    if (commandId >= RESPONSE) {
      const answer = this.#answers.get(sequence);
      this.#answers.delete(sequence);
      answer?.(Buffer.from(frame));
      if (commandId === Command.terminate + RESPONSE) this.#frames.socket.end();
    } else if (commandId === Command.deliver) this.#delivered(frame);
    else if (commandId === Command.activeTest) this.#frames.header(Command.activeTest + RESPONSE, sequence);
    else if (commandId === Command.terminate) {
      this.askedToPart = true;
      if (this.polite) {
        this.#frames.header(Command.terminate + RESPONSE, sequence);
        this.#frames.socket.end();
      }
    }
    this.#waiting.tell();
  }

  #delivered(frame: Buffer): void {
    const deliver = readDeliver(frame, this.#version);
    if (deliver === null) throw new Error(`a DELIVER whose fields do not add up: ${frame.toString("hex")}`);
    const { source, destination } = deliver;
    if (deliver.report) {
      const id = readHex(deliver.octets, 0);
      this.receipts.push({ id, state: readStat(deliver.octets), source, destination, raw: deliver.octets.toString("hex"), atMs: performance.now() });
    } else this.inbound.push(messageOf({ ...deliver }));
    const status = this.answer(source);
    if (status === null) return;
    const octets = Buffer.alloc(24);
    const end = writeDeliverResp(octets, 0, this.#version, frame);
    octets[end - 1] = status;
    this.#frames.socket.write(octets.subarray(0, end));
  }
}

interface Submit extends PeerMessage {
  readonly frames: Frames;
  readonly sequence: number;
}

export class CmppOperator implements TestOperator {
  readonly submits: Submit[] = [];
  /** The frames of the SUBMITs, as they came. */
  readonly frames: Buffer[] = [];
  answer: (submit: PeerMessage) => OperatorReply | null = () => ({ id: this.id(1_000 + this.submits.length) });
  reports = false;
  readonly #version: number;
  readonly #secret: string;
  readonly #writer = new IsmgWriter(NO_QUIRKS);
  readonly #links = new Set<Frames>();
  readonly #connected = new Set<Socket>();
  readonly #waiting = new Waiting();
  readonly #delivered = new Map<number, (status: number) => void>();
  #server: Server | null = null;
  #sequence = 0;

  constructor(version = VERSION_30, secret = "tollgate") {
    this.#version = version;
    this.#secret = secret;
  }

  reset(): void {
    this.submits.length = 0;
    this.frames.length = 0;
    this.reports = false;
    this.answer = () => ({ id: this.id(Math.floor(Math.random() * 1e9)) });
  }

  /** 05-15 09:30 and a gateway's code in front. */
  id(no: number): string {
    return `57a5eb80${no.toString(16).padStart(8, "0")}`;
  }

  start(port = 0): Promise<number> {
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#connected) socket.destroy();
    await closed;
  }

  async drop(): Promise<void> {
    for (const socket of this.#connected) socket.destroy();
    this.#links.clear();
    await this.linked();
  }

  linked(withinMs = 8_000): Promise<void> {
    return this.#waiting.until(() => this.#links.size > 0, withinMs, () => "no link is bound");
  }

  async submitted(count: number, withinMs = 5_000): Promise<readonly PeerMessage[]> {
    await this.#waiting.until(() => this.submits.length >= count, withinMs, () => `${this.submits.length} of ${count} submits came`);
    return this.submits;
  }

  respond(place: number, id: string): void {
    const submit = this.submits[place];
    if (submit !== undefined) this.#answer(submit, { id });
  }

  receipt({ id, state, from, to }: OperatorReport): Promise<number> {
    return this.#deliver(newReceipt(id, state, Date.now(), from, 0, 0, to, 0, 0));
  }

  deliver({ source, destination, text, coding = "ucs2", udh = "" }: Parameters<TestOperator["deliver"]>[0]): Promise<number> {
    return this.#deliver(newInbound(source, destination, udh === "" ? 0 : HAS_UDH, CODINGS[coding].value, octetsOf(text, coding, udh)));
  }

  #deliver(delivery: Delivery): Promise<number> {
    const [link] = this.#links;
    if (link === undefined) return Promise.reject(new Error("no link is bound"));
    const sequence = ++this.#sequence;
    delivery.ownId = this.id(0x7000_0000 + sequence);
    const octets = Buffer.alloc(DELIVER_MAX_OCTETS);
    const end = this.#writer.write(octets, 0, sequence, this.#version, delivery, Date.now());
    return new Promise((resolve) => {
      this.#delivered.set(sequence, resolve);
      link.socket.write(octets.subarray(0, end));
    });
  }

  #accept(socket: Socket): void {
    const frames = new Frames(socket, (frame) => this.#frame(frames, frame));
    this.#connected.add(socket);
    socket.on("close", () => {
      this.#connected.delete(socket);
      this.#links.delete(frames);
    });
  }

  #frame(frames: Frames, frame: Buffer): void {
    const sequence = frame.readUInt32BE(8);
    switch (frame.readUInt32BE(4)) {
      case Command.connect:
        this.#welcome(frames, frame);
        break;
      case Command.submit:
        this.#submit(frames, frame, sequence);
        break;
      case Command.deliver + RESPONSE:
        this.#delivered.get(sequence)?.(frame[frame.length - 1] ?? 1);
        this.#delivered.delete(sequence);
        break;
      case Command.activeTest:
        frames.header(Command.activeTest + RESPONSE, sequence);
        break;
      case Command.terminate:
        frames.header(Command.terminate + RESPONSE, sequence);
        frames.socket.end();
    }
    this.#waiting.tell();
  }

  #welcome(frames: Frames, frame: Buffer): void {
    const wide = this.#version >= VERSION_30;
    const source = Buffer.from(frame.subarray(18, 34));
    const good = sourceDigest(readPadded(frame, 12, 6), this.#secret, frame.readUInt32BE(35)).equals(source) && frame[34] === this.#version;
    const octets = Buffer.alloc(wide ? 33 : 30);
    writeHeader(octets, 0, octets.length, Command.connect + RESPONSE, frame.readUInt32BE(8));
    octets[wide ? 15 : 12] = good ? 0 : 3;
    octets.set(ismgDigest(0, wide, source, this.#secret), wide ? 16 : 13);
    octets[octets.length - 1] = this.#version;
    frames.socket.write(octets);
    if (good) this.#links.add(frames);
    else frames.socket.end();
  }

  #submit(frames: Frames, frame: Buffer, sequence: number): void {
    const submit = readSubmit(frame, this.#version >= VERSION_30);
    if (submit === null) throw new Error(`a SUBMIT whose fields do not add up: ${frame.toString("hex")}`);
    this.frames.push(Buffer.from(frame));
    const { source, destination, coding, octets, esmClass } = submit;
    const seen: Submit = { ...messageOf({ source, destination, coding, hasUdh: esmClass !== 0, octets }), frames, sequence };
    this.submits.push(seen);
    const reply = this.answer(seen);
    if (reply === null) return;
    this.#answer(seen, reply);
    if (this.reports && (reply.status ?? 0) === 0) void this.receipt({ id: reply.id ?? "", state: "DELIVRD", from: source, to: destination });
  }

  #answer({ frames, sequence }: Submit, { status = 0, id = "" }: OperatorReply): void {
    const octets = Buffer.alloc(this.#version >= VERSION_30 ? 24 : 21);
    writeHeader(octets, 0, octets.length, Command.submit + RESPONSE, sequence);
    writeHex(octets, 12, id);
    octets[octets.length - 1] = status;
    frames.socket.write(octets);
  }
}

function octetsOf(text: string, coding: PeerCoding, udh: string): Buffer {
  const octets = encodeText(text, CODINGS[coding].encoding);
  if (octets === null) throw new RangeError(`${text} cannot be said in ${coding}`);
  return Buffer.concat([Buffer.from(udh, "hex"), octets]);
}

function messageOf({ source, destination, coding, hasUdh, octets }: {
  readonly source: string; readonly destination: string; readonly coding: number; readonly hasUdh: boolean; readonly octets: Buffer;
}): PeerMessage {
  const headerOctets = hasUdh ? 1 + (octets[0] ?? 0) : 0;
  const encoding = Object.values(CODINGS).find(({ value, encoding: each }) => value === coding && each !== Encoding.gsm7)?.encoding ?? Encoding.binary;
  const user = octets.subarray(headerOctets);
  return { source, destination, coding, hasUdh, text: decodeText(user, encoding) ?? user.toString("hex"), udh: octets.toString("hex", 0, headerOctets) };
}
