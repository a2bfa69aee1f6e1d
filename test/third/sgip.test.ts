/** SGIP beside the two protocols of the house: its octets through the shared parts, and its calls to customers through the gate. */
import { expect } from "chai";
import type { InboundNotice } from "../../protocols/model/receipt.js";
import { newMessage } from "../../protocols/model/message.js";
import { isFault, type Codec } from "../../protocols/wire/fields.js";
import { ManualClock } from "../../protocols/wire/clock.js";
import type { CustomerCall, Listener } from "../../protocols/wire/protocol.js";
import { BindPolicy } from "../../src/customer/bind-policy.js";
import { Binds } from "../../src/customer/binds.js";
import { Calls } from "../../src/customer/calls.js";
import { BindFailures } from "../../src/customer/failures.js";
import { Gate, type CustomerFlow, type CustomerObserver } from "../../src/customer/gate.js";
import type { LiveAccount } from "../../src/flow/accounts.js";
import { Notifier } from "../../src/flow/notify.js";
import { checkBindTerms } from "../../src/ledger/bind-terms.js";
import { parseCallAddress } from "../../src/ledger/call-address.js";
import { PasswordChecker, hashPasswordSync } from "../../src/ledger/password.js";
import { LogRecorder, RawCentre, RawPeer, TIMERS, hex, receiptNotice, settle, until } from "../protocols/peers.js";
import { FakeStore, NO_METRICS, account, accounts } from "../src/flow/fixtures.js";
import { sgip } from "./sgip.js";
import { BIND, DELIVER, HEADER_OCTETS, Id, REPORT, RESPONSE, RESULT, SUBMIT, writeHeader } from "./sgip-tables.js";
import { SUBMIT_SEQUENCE, VECTORS, resp } from "./vectors.js";

describe("SGIP's octets", () => {
  const codecs: readonly (readonly [keyof typeof VECTORS, Codec<object>])[] = [
    ["BIND", BIND], ["BIND_RESP", RESULT], ["SUBMIT", SUBMIT], ["SUBMIT_RESP", RESULT], ["REPORT", REPORT], ["REPORT_fail", REPORT], ["DELIVER", DELIVER],
  ];
  for (const [name, codec] of codecs) {
    it(`of ${name} are read and written by the field language`, () => {
      const frame = hex(VECTORS[name]);
      const body = codec.decode(frame, HEADER_OCTETS, frame.length);
      expect(isFault(body)).to.equal(false);
      const again = Buffer.alloc(HEADER_OCTETS + codec.room(body));
      const at = writeHeader(again, 0, frame.length, frame.readUInt32BE(4), frame.subarray(8, HEADER_OCTETS));
      expect(again.subarray(0, codec.encode(again, at, body)).toString("hex")).to.equal(VECTORS[name]);
    });
  }

  it("with a length of four octets that reaches beyond the frame are a fault, and read as far as they go where need be", () => {
    const frame = hex(VECTORS.DELIVER);
    frame.writeUInt32BE(0xffff_ffff, HEADER_OCTETS + 45);
    expect(DELIVER.decode(frame, HEADER_OCTETS, frame.length)).to.include({ fault: true, field: "MessageContent" });
    expect(DELIVER.decodeLeniently(frame, HEADER_OCTETS, frame.length).MessageContent).to.have.length(12);
  });
});

/** A gateway's customer side with SGIP in it: gate, policy, binds, notices and calls are the house's own. */
class House {
  readonly clock = new ManualClock();
  readonly log = new LogRecorder();
  readonly store = new FakeStore();
  readonly binds = new Binds();
  readonly notifier: Notifier;
  readonly gate: Gate;
  readonly calls: Calls;
  readonly submitted: string[] = [];
  readonly refused: string[] = [];
  customer!: RawCentre;
  #listener!: Listener;
  #untick = (): void => undefined;

  constructor() {
    this.notifier = new Notifier(this.store.store, this.clock, this.binds, NO_METRICS, { retryMinMs: 1_000, retryMaxMs: 60_000 });
    const flow: CustomerFlow = {
      submit: (origin, _account, handle, message) => {
        this.submitted.push(message.destination);
        origin.answerSubmit(handle, 0, this.submitted.length);
      },
      submitAll: (origin, _account, handle, messages) => {
        this.submitted.push(...messages.map((message) => message.destination));
        origin.answerSubmit(handle, 0, this.submitted.length);
      },
      refused: () => undefined, cancel: () => undefined, query: () => Promise.resolve({ kind: "not_found" }), originEnded: () => undefined,
      noticeAnswered: (notice, answer) => this.notifier.answered(notice, answer),
      noticesReturned: (notices) => this.notifier.returned(notices),
      deliverAgain: (accountNo) => this.notifier.pump(accountNo),
      storePending: 0,
    };
    const observer: CustomerObserver = {
      bound: () => undefined, bindRefused: (_session, systemId, _known, reason) => this.refused.push(`${systemId} ${reason}`), unbound: () => undefined,
      submitRefused: () => undefined, disconnected: () => undefined, paused: () => undefined,
    };
    const live = accounts(this.clock);
    const policy = new BindPolicy({
      accounts: live, passwords: new PasswordChecker(this.clock), secretOf: () => null, formerSecretOf: () => null, failures: new BindFailures(10), clock: this.clock,
      bindCount: (no) => this.binds.ofAccount(no).length, shuttingDown: false,
    });
    this.gate = new Gate({ flow, observer, policy, binds: this.binds, clock: this.clock, maxPending: 100 });
    this.calls = new Calls({
      binds: this.binds, clock: this.clock, waiting: (no) => this.notifier.depth(no), owed: (no) => this.notifier.owed(no), open: (of, address) => this.#open(of, address),
    });
    this.accounts = live;
  }

  readonly accounts;

  /** The customer listens, and the account's terms say where. */
  async open(): Promise<void> {
    this.customer = await RawCentre.open();
    const terms = account(1, { name: "tollsp", passwordHash: hashPasswordSync("secret1"), callAt: [`sgip=127.0.0.1:${this.customer.port}`], allow: ["127.0.0.0/8"] });
    expect(checkBindTerms({ callAt: terms.callAt }, [sgip])).to.equal(null);
    this.accounts.update([terms], this.clock.monotonicMs);
    this.calls.accountsChanged(this.accounts.all());
    this.#listener = await sgip.listen({ ...this.#session(), host: "127.0.0.1", port: 0, maxConnections: 10, maxConnectionsPerAddress: 10 }, this.gate);
    this.#untick = this.clock.onTick(() => {
      this.notifier.tick();
      this.calls.tick();
    });
  }

  connect(): Promise<RawPeer> {
    return RawPeer.to(this.#listener.address.port);
  }

  async close(): Promise<void> {
    this.#untick();
    this.calls.stop();
    this.gate.destroyAll("test_over");
    this.customer.close();
    await this.#listener.close();
  }

  #session() {
    return { name: "sgip-8801", timers: TIMERS, maxSendBufferOctets: 1 << 20, systemId: "tollgate", node: 0, settings: {}, clock: this.clock, log: this.log };
  }

  #open(of: LiveAccount, address: string): CustomerCall | null {
    const at = parseCallAddress(address);
    if (at === null) return null;
    return sgip.dial({
      ...this.#session(), host: at.host, port: at.port, account: of.terms.name, secret: () => Buffer.from("ours"), reconnectMinMs: 1_000, reconnectMaxMs: 8_000,
    }, this.gate);
  }
}

const inbound = (order: number): InboundNotice => ({
  kind: "inbound", order, accountNo: 1, messageId: 77,
  message: Object.assign(newMessage(), { source: "8613001125453", destination: "1069012345678", octets: hex("cdcbb6a9") }),
});

describe("SGIP through the gate", () => {
  let house: House;

  beforeEach(async () => {
    house = new House();
    await house.open();
  });

  afterEach(() => house.close());

  it("takes a customer's submits on the connection that he makes, and delivers nothing there", async () => {
    const peer = await house.connect();
    peer.write(VECTORS.BIND);
    expect(await peer.nextHex()).to.equal(VECTORS.BIND_RESP);
    peer.write(VECTORS.SUBMIT);
    expect(await peer.nextHex()).to.equal(VECTORS.SUBMIT_RESP);
    expect(house.submitted).to.deep.equal(["8613001125453"]);
    house.notifier.offer(receiptNotice({ order: 1 }));
    await settle();
    expect(peer.untaken).to.equal(0);
    peer.write(VECTORS.UNBIND);
    expect((await peer.next()).readUInt32BE(4)).to.equal(Id.UNBIND + RESPONSE);
    await peer.closed();
  });

  it("connects to him when a receipt and a message from a phone wait, tells them there, and parts when it is quiet", async () => {
    await settle();
    house.clock.advance(1_000);
    expect(house.customer.peers).to.have.length(0);
    house.notifier.offer(receiptNotice({ order: 1, destination: "8613001125453", extras: Buffer.concat([Buffer.from("G"), SUBMIT_SEQUENCE]) }));
    house.notifier.offer(inbound(2));
    house.clock.advance(100);
    const peer = await house.customer.peer();
    const bind = await peer.next();
    expect(BIND.decode(bind, HEADER_OCTETS, bind.length)).to.deep.include({ LoginType: 2, LoginName: "tollsp", LoginPassword: "ours" });
    peer.write(resp(bind, 0));
    const [report, deliver] = [await peer.next(), await peer.next()];
    expect([report.readUInt32BE(4), deliver.readUInt32BE(4)]).to.deep.equal([Id.REPORT, Id.DELIVER]);
    expect(report.subarray(HEADER_OCTETS).toString("hex")).to.equal(VECTORS.REPORT.slice(2 * HEADER_OCTETS));
    expect(deliver.subarray(HEADER_OCTETS).toString("hex")).to.equal(VECTORS.DELIVER.slice(2 * HEADER_OCTETS));
    peer.write(resp(report, 0));
    peer.write(resp(deliver, 0));
    await until(() => house.store.calls.length === 2, "both answers");
    expect(house.store.calls).to.deep.equal(["notified 1 ok", "notified 2 ok"]);
    house.store.commit();
    house.clock.advance(29_000);
    expect(peer.untaken).to.equal(0);
    for (let seconds = 0; seconds < 3; seconds++) house.clock.advance(1_000);
    const unbind = await peer.next();
    expect(unbind.readUInt32BE(4)).to.equal(Id.UNBIND);
    peer.write(resp(unbind));
    await peer.closed();
    await until(() => house.binds.count === 0, "the end");
    house.clock.advance(120_000);
    await settle();
    expect(house.customer.peers).to.have.length(1);
  });

  it("names no SUBMIT in the REPORT of a message that came by another protocol", async () => {
    house.notifier.offer(receiptNotice({ order: 1 }));
    house.notifier.offer(receiptNotice({ order: 2, extras: Buffer.from("C of thirteen") }));
    house.clock.advance(100);
    const peer = await house.customer.peer();
    peer.write(resp(await peer.next(), 0));
    for (let reports = 1; reports <= 2; reports++) {
      const report = await peer.next();
      expect(REPORT.decode(report, HEADER_OCTETS, report.length)).to.deep.include({ State: 0, SubmitSequenceNumber: Buffer.alloc(12) });
    }
  });

  it("keeps what waits while he refuses us, and asks again with growing pauses", async () => {
    house.notifier.offer(receiptNotice({ order: 1 }));
    house.clock.advance(100);
    for (let tries = 1; tries <= 3; tries++) {
      const peer = await house.customer.peer(tries - 1);
      peer.write(resp(await peer.next(), 1));
      await peer.closed();
      peer.socket.destroy();
      await until(() => house.log.lines.filter(({ event }) => event === "call_failed").length === tries, "the word of it");
      house.clock.advance(1_000 * 2 ** (tries - 1));
    }
    const peer = await house.customer.peer(3);
    expect(house.notifier.depth(1)).to.equal(1);
    peer.write(resp(await peer.next(), 0));
    expect((await peer.next()).readUInt32BE(4)).to.equal(Id.REPORT);
  });

  it("brings back what he left unanswered when the connection breaks, and tells it on the next", async () => {
    house.notifier.offer(receiptNotice({ order: 1 }));
    house.clock.advance(100);
    const first = await house.customer.peer();
    first.write(resp(await first.next(), 0));
    await first.next();
    first.socket.destroy();
    await until(() => house.notifier.depth(1) === 1, "the return");
    house.clock.advance(1_000);
    const second = await house.customer.peer(1);
    second.write(resp(await second.next(), 0));
    expect((await second.next()).readUInt32BE(4)).to.equal(Id.REPORT);
  });

  it("lets nobody ask for anything on a connection that we made", async () => {
    house.notifier.offer(receiptNotice({ order: 1 }));
    house.clock.advance(100);
    const peer = await house.customer.peer();
    await peer.next();
    peer.write(VECTORS.BIND);
    await peer.closed();
    expect(house.binds.count).to.equal(0);
    expect(house.submitted).to.deep.equal([]);
  });
});
