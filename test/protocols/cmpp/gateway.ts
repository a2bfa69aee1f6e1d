/**
 * What the tests of CMPP's operator side share: an operator's gateway made of octets, and a link that connects to it.
 */
import { authenticatorIsmg } from "../../../protocols/cmpp/bind.js";
import { decodeSubmit, isFault, type SubmitBody } from "../../../protocols/cmpp/codec.js";
import { openLink } from "../../../protocols/cmpp/link-connection.js";
import { Encoding, newMessage, type Message } from "../../../protocols/model/message.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import type { LinkOptions, ProtocolSettings } from "../../../protocols/wire/protocol.js";
import { hex, openLinkBench, until, type LinkBench, type RawPeer } from "../peers.js";
import { VECTORS } from "./vectors.js";

/** The moment of the vectors' CONNECT: 05-15 09:30:45 in Beijing. */
export const NOW_MS = Date.UTC(2024, 4, 15, 1, 30, 45);
export const SECRET = "tollgate1";
export const TEXT_A = "30106d4b8bd5301160a876849a8c8bc17801662f003100320033003400350036";
/** The Msg_Id that the gateway gives, and its text. */
export const ID = "57a5eb8003e91234";

export function vector(name: string): string {
  const found = VECTORS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no vector ${name}`);
  return found.hex;
}

export function message(change: Partial<Message> = {}): Message {
  return Object.assign(newMessage(), {
    source: "1069012345678", destination: "13800138000", octets: hex(TEXT_A), encoding: Encoding.ucs2, codingOctet: 8, serviceType: "TEST",
    ...change,
  });
}

/** A PDU of that command and sequence. */
export function pdu(commandId: number, sequence: number, body = ""): string {
  const octets = hex(body);
  const header = Buffer.alloc(12);
  header.writeUInt32BE(12 + octets.length, 0);
  header.writeUInt32BE(commandId, 4);
  header.writeUInt32BE(sequence, 8);
  return header.toString("hex") + octets.toString("hex");
}

const sequenceOf = (frame: Buffer): number => frame.readUInt32BE(8);

/** Answers a SUBMIT; `wide` with a Result of four octets. */
export function submitResp(peer: RawPeer, frame: Buffer, result: number, wide = true, id = ID): void {
  const octets = wide ? result.toString(16).padStart(8, "0") : result.toString(16).padStart(2, "0");
  peer.write(pdu(0x80000004, sequenceOf(frame), id + octets));
}

export interface Answer {
  status?: number;
  /** Octets of Status, as the gateway hashes and writes it. */
  octets?: 1 | 4;
  version?: number;
  authenticator?: Buffer;
}

/** Answers a CONNECT. */
export function connectResp(peer: RawPeer, connect: Buffer, answer: Answer = {}): void {
  const { status = 0, octets = 4, version = 0x30 } = answer;
  const proof = connect.subarray(18, 34);
  const authenticator = answer.authenticator ?? (status === 0 ? authenticatorIsmg(status, octets, proof, Buffer.from(SECRET)) : Buffer.alloc(16));
  const word = status.toString(16).padStart(octets * 2, "0");
  peer.write(pdu(0x80000001, sequenceOf(connect), word + authenticator.toString("hex") + version.toString(16).padStart(2, "0")));
}

/** Every bench opened since the last `closeBenches`. */
const benches: LinkBench[] = [];

export async function linkBench(settings: ProtocolSettings = {}, change: Partial<LinkOptions> = {}): Promise<LinkBench> {
  const bench = await openLinkBench({ connect: openLink }, { systemId: "901234", password: SECRET, settings, ...change }, new ManualClock(NOW_MS));
  benches.push(bench);
  return bench;
}

export function closeBenches(): void {
  for (const bench of benches.splice(0)) {
    bench.link.destroy("test over");
    bench.centre.close();
  }
}

export interface Bound extends LinkBench {
  readonly peer: RawPeer;
}

/** A link of that version, connected. */
export async function boundBench(settings: ProtocolSettings = {}, change: Partial<LinkOptions> = {}): Promise<Bound> {
  const bench = await linkBench(settings, change);
  const peer = await bench.centre.peer();
  const old = settings["version"] === "2.0" || settings["version"] === "2.1";
  connectResp(peer, await peer.next(), old ? { octets: 1, version: 0x20 } : {});
  await until(() => bench.desk.binds === 1, "the CONNECT");
  return { ...bench, peer };
}

export function bodyOf(frame: Buffer, version = 0x30): SubmitBody {
  const body = decodeSubmit(frame, version);
  if (isFault(body)) throw new Error(`${body.field}: ${body.detail}`);
  return body;
}
