/**
 * What the tests of CMPP's customer side share: a listener whose desk knows the vectors' account, and frames of its SP.
 */
import { cmpp } from "../../../protocols/cmpp/cmpp.js";
import { blankSubmit, encodeSubmit } from "../../../protocols/cmpp/codec.js";
import type { SubmitBody } from "../../../protocols/cmpp/codec.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import type { BindVerdict, ListenOptions } from "../../../protocols/wire/protocol.js";
import { RawPeer, VECTOR_MS, openCustomerBench, type CustomerBench } from "../peers.js";
import { vector } from "./vectors.js";

export * from "../peers.js";
export { vector } from "./vectors.js";

export const SECRET = Buffer.from("tollgate1");
/** The vectors' gateway. */
export const GATEWAY = 1001;

/** A desk that accepts who proves the vectors' secret. */
export async function spBench(options: Partial<ListenOptions> = {}): Promise<CustomerBench> {
  const clock = new ManualClock(VECTOR_MS);
  const bench = await openCustomerBench(cmpp, { settings: { gateway_code: GATEWAY }, ...options }, clock);
  const { desk } = bench;
  desk.bind = (_session, request, answer) => {
    desk.binds.push(request);
    const proved = request.proof.kind === "digest" && request.proof.matches(SECRET);
    const verdict: BindVerdict | null = proved ? desk.verdict : { accepted: false, reason: "credentials" };
    if (verdict === null) desk.pending.push(answer);
    else answer(verdict);
  };
  return bench;
}

/** An SP that has connected. */
export async function connectedSp(port: number, connect = vector("CONNECT_30")): Promise<RawPeer> {
  const peer = await RawPeer.to(port);
  peer.write(connect);
  await peer.next();
  return peer;
}

/** A SUBMIT as the vectors' with other values, under a sequence. */
export function submitOf(sequence: number, change: Partial<SubmitBody> = {}, version = 0x30): Buffer {
  const target = Buffer.alloc(4_096);
  const body: SubmitBody = {
    ...blankSubmit(), Pk_total: 1, Pk_number: 1, Registered_Delivery: 1, Service_Id: "TEST", Fee_UserType: 2, FeeType: "01", FeeCode: "000000",
    Msg_src: "901234", Src_Id: "1069012345678", Dest_terminal_Id: ["13800138000"], Msg_Content: Buffer.from("hello"), ...change,
  };
  return Buffer.from(target.subarray(0, encodeSubmit(target, 0, sequence, version, body)));
}

/** A frame of any command. */
export function frameOf(commandId: number, sequence: number, body = ""): Buffer {
  const octets = Buffer.from(body, "hex");
  const header = Buffer.alloc(12);
  header.writeUInt32BE(12 + octets.length, 0);
  header.writeUInt32BE(commandId, 4);
  header.writeUInt32BE(sequence, 8);
  return Buffer.concat([header, octets]);
}

/** The same frame under another sequence. */
export function under(sequence: number, frame: Buffer): Buffer {
  const copy = Buffer.from(frame);
  copy.writeUInt32BE(sequence, 8);
  return copy;
}

/** The Result of a SUBMIT_RESP or DELIVER_RESP. */
export function resultOf(frame: Buffer): number {
  return frame.length === 24 ? frame.readUInt32BE(20) : frame.readUInt8(20);
}

/** The Msg_Id of one, in hexadecimal. */
export function idOf(frame: Buffer): string {
  return frame.toString("hex", 12, 20);
}
