/** Connections that we make to customers who wait for us: outbind, and the bind it calls for. */
import { expect } from "chai";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { smpp } from "../../../protocols/smpp/smpp.js";
import type { CustomerCall } from "../../../protocols/wire/protocol.js";
import { Desk, LogRecorder, RawCentre, TIMERS, hex, pdu, receiptNotice, settle, until } from "./peers.js";

const OUTBIND = pdu(0x0b, 1, "746f6c6c67617465 00 00").toString("hex");
/** demo / demo1234, version 3.4. */
const BIND_RX = pdu(1, 1, "64656d6f00 64656d6f3132333400 00 34 00 00 00");

describe("An outbind", () => {
  let customer: RawCentre;
  let desk: Desk;
  let log: LogRecorder;
  let clock: ManualClock;
  let call: CustomerCall;

  beforeEach(async () => {
    customer = await RawCentre.open();
    desk = new Desk();
    log = new LogRecorder();
    clock = new ManualClock();
    call = smpp.dial?.({
      name: "smpp-2775", host: "127.0.0.1", port: customer.port, account: "demo", secret: () => null, systemId: "tollgate", node: 0, settings: {},
      timers: TIMERS, maxSendBufferOctets: 1 << 20, reconnectMinMs: 1_000, reconnectMaxMs: 8_000, clock, log,
    }, desk) as CustomerCall;
  });

  afterEach(() => {
    call.stop("test_over", 0);
    for (const session of desk.sessions) session.destroy("test_over");
    customer.close();
  });

  it("calls for a bind, which is one like any other: it takes deliveries, and its answers come back", async () => {
    await settle();
    expect(customer.peers, "before it was started").to.have.length(0);
    call.start();
    call.start();
    const peer = await customer.peer();
    expect(await peer.nextHex()).to.equal(OUTBIND);
    peer.write(BIND_RX);
    expect((await peer.next()).readUInt32BE(4)).to.equal(0x80000001);
    const session = desk.sessions[0]!;
    expect(session).to.include({ calledAccount: "demo", listener: "smpp-2775", remoteAddress: "127.0.0.1", bound: true, canReceive: true });
    expect(call.connected).to.equal(true);
    expect(desk.binds).to.deep.equal([{ systemId: "demo", proof: { kind: "password", password: "demo1234" }, direction: "receive", version: "3.4" }]);
    expect(session.deliver(receiptNotice())).to.equal(true);
    const delivered = await peer.next();
    expect(delivered.readUInt32BE(4)).to.equal(5);
    peer.write(pdu(0x80000005, delivered.readUInt32BE(12), "00"));
    await until(() => desk.answers.length > 0, "the answer");
    expect(desk.answers[0]!.answer).to.equal("ok");
    expect(customer.peers).to.have.length(1);
  });

  it("is parted from when it is stopped, and made anew when it is started again", async () => {
    call.start();
    const peer = await customer.peer();
    await peer.next();
    peer.write(BIND_RX);
    await peer.next();
    call.stop("quiet", 5_000);
    const unbind = await peer.next();
    expect(unbind.readUInt32BE(4)).to.equal(6);
    // Wanted again while it parts: once it has ended.
    call.start();
    peer.write(pdu(0x80000006, unbind.readUInt32BE(12)));
    await peer.closed();
    peer.socket.destroy();
    expect(await (await customer.peer(1)).nextHex()).to.equal(OUTBIND);
    expect(desk.ends).to.deep.equal([{ reason: "quiet", unanswered: [] }]);
  });

  it("comes again with growing pauses while it is not bound, and soon after one that was", async () => {
    call.start();
    for (let tries = 1; tries <= 3; tries++) {
      (await customer.peer(tries - 1)).socket.destroy();
      await until(() => log.loud.length === tries, "the word of it");
      await settle();
      expect(customer.peers).to.have.length(tries);
      clock.advance(1_000 * 2 ** (tries - 1));
    }
    const pauses = log.lines.filter(({ event }) => event === "call_failed").map(({ fields }) => Number(fields["nextInMs"]));
    expect(pauses.every((pause, at) => pause <= 1_000 * 2 ** at && pause >= 500 * 2 ** at), String(pauses)).to.equal(true);
    const peer = await customer.peer(3);
    peer.write(BIND_RX);
    await until(() => desk.sessions.at(-1)?.bound === true, "the bind");
    peer.socket.destroy();
    await until(() => !call.connected, "the loss");
    clock.advance(1_000);
    expect(await (await customer.peer(4)).nextHex()).to.equal(OUTBIND);
  });

  it("gives up at the bind's deadline on a customer that takes the connection and says nothing, or something else", async () => {
    call.start();
    const peer = await customer.peer();
    peer.write(pdu(0x0b, 1, "00 00"));
    peer.write(pdu(4, 2, hex("00")));
    await peer.closed();
    peer.socket.destroy();
    await until(() => log.loud.includes("call_failed"), "the end");
    clock.advance(1_000);
    const silent = await customer.peer(1);
    clock.advance(TIMERS.bindMs + 200);
    await silent.closed();
    expect(desk.ends.map(({ reason }) => reason)).to.deep.equal(["request_before_bind", "bind_deadline"]);
    expect(desk.submits).to.have.length(0);
  });

  it("is hung up when its session may not stay, and when nobody listens tried again", async () => {
    desk.admits = false;
    call.start();
    const peer = await customer.peer();
    await peer.closed();
    expect(peer.frames).to.have.length(0);
    expect(call.connected).to.equal(false);
    customer.close();
    clock.advance(1_000);
    await until(() => log.lines.some(({ fields }) => fields["reason"] === "connect_econnrefused"), "the refusal");
    const failures = (): unknown[] => log.lines.filter(({ event }) => event === "call_failed").map(({ fields }) => fields["reason"]);
    expect(failures()).to.deep.equal(["not_allowed", "connect_econnrefused"]);
    call.stop("not wanted", 0);
    clock.advance(60_000);
    await settle();
    expect(failures()).to.have.length(2);
  });
});
