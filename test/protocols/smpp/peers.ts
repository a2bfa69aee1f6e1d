/**
 * What the tests of both SMPP ends share: benches for SMPP, and frames of it.
 */
import { smpp } from "../../../protocols/smpp/smpp.js";
import type { LinkOptions, ListenOptions } from "../../../protocols/wire/protocol.js";
import { RawPeer, hex, openCustomerBench, openLinkBench, type CustomerBench, type LinkBench } from "../peers.js";
import type { ManualClock } from "../../../protocols/wire/clock.js";

export * from "../peers.js";

export function customerBench(options: Partial<ListenOptions> = {}, clock?: ManualClock): Promise<CustomerBench> {
  return openCustomerBench(smpp, options, clock);
}

export function linkBench(change: Partial<LinkOptions> = {}): Promise<LinkBench> {
  return openLinkBench(smpp, change);
}

/** bind_transceiver, sequence 1, demo / demo1234, version 3.4. */
export const BIND_TRX = hex("0000002300000009000000000000000164656d6f0064656d6f31323334000034000000");

export async function boundPeer(port: number, bind: Buffer = BIND_TRX): Promise<RawPeer> {
  const peer = await RawPeer.to(port);
  peer.write(bind);
  await peer.next();
  return peer;
}

/** Text A of the vectors, to 13800138000, sequence 2, registered_delivery 1. */
export const SUBMIT_UCS2 = hex(
  "00000059000000040000000000000002000000313036393031323334353637380001013133383030313338303030000000000000010008002030106d4b8bd5301160a876849a8c8bc17801662f003100320033003400350036",
);
export const ENQUIRE = "00000010000000150000000000000001";

/** The same under another sequence. */
export function submit(sequence: number): Buffer {
  const frame = Buffer.from(SUBMIT_UCS2);
  frame.writeUInt32BE(sequence, 12);
  return frame;
}

/** Bodies only: header and lengths are put in front. */
export function pdu(commandId: number, sequence: number, body: Buffer | string = ""): Buffer {
  const octets = typeof body === "string" ? hex(body) : body;
  const header = Buffer.alloc(16);
  header.writeUInt32BE(16 + octets.length, 0);
  header.writeUInt32BE(commandId, 4);
  header.writeUInt32BE(sequence, 12);
  return Buffer.concat([header, octets]);
}

/** A PDU of the header alone, as hex. */
export function header(commandId: number, status: number, sequence: number): string {
  const octets = Buffer.alloc(16);
  octets.writeUInt32BE(16, 0);
  octets.writeUInt32BE(commandId, 4);
  octets.writeUInt32BE(status, 8);
  octets.writeUInt32BE(sequence, 12);
  return octets.toString("hex");
}

/** Takes the bind and answers it; `tail` is what follows the header, the system_id and a version by default. */
export async function acceptBind(peer: RawPeer, tail = "746f6c6c676174650002100001 34"): Promise<Buffer> {
  const bind = await peer.next();
  answer(peer, bind, 0, tail);
  return bind;
}

/** Answers a request with status and body. */
export function answer(peer: RawPeer, request: Buffer, status: number, body = ""): void {
  const octets = hex(body);
  const header = Buffer.alloc(16);
  header.writeUInt32BE(16 + octets.length, 0);
  header.writeUInt32BE((request.readUInt32BE(4) | 0x80000000) >>> 0, 4);
  header.writeUInt32BE(status, 8);
  header.writeUInt32BE(request.readUInt32BE(12), 12);
  peer.write(Buffer.concat([header, octets]));
}
