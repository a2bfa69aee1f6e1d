/**
 * The smpp package at the other end of a real socket: its client against our message centre, its server against our link.
 */
import { once } from "node:events";
import { createRequire } from "node:module";
import type { AddressInfo, Server, Socket } from "node:net";
import { expect } from "chai";
import { Encoding, newMessage } from "../../../protocols/model/message.js";
import { MessageState } from "../../../protocols/model/state.js";
import { messageText } from "../../../protocols/model/text.js";
import { smpp } from "../../../protocols/smpp/smpp.js";
import { systemClock } from "../../../protocols/wire/clock.js";
import { LogRecorder, OperatorDesk, customerBench, linkOptions, receiptNotice, until } from "./peers.js";

type Pdu = Record<string, unknown> & { readonly command_status: number; response(options?: object): Pdu };
interface PeerSession {
  readonly socket: Socket;
  on(event: string, listener: (pdu: Pdu) => void): void;
  send(pdu: Pdu, answered?: (answer: Pdu) => void): boolean;
  bind_transceiver(options: object, answered: (answer: Pdu) => void): void;
  submit_sm(options: object, answered: (answer: Pdu) => void): void;
  deliver_sm(options: object, answered: (answer: Pdu) => void): void;
  enquire_link(options: object, answered: (answer: Pdu) => void): void;
  unbind(answered: (answer: Pdu) => void): void;
  close(): void;
}
interface Package {
  connect(options: { host: string; port: number }): PeerSession;
  createServer(onSession: (session: PeerSession) => void): Server;
}
const peerPackage = createRequire(import.meta.url)("smpp") as Package;

const TEXT = "【测试】您的验证码是123456 😀";

/** Turns the package's callback into something to wait for. */
async function answerTo(send: (answered: (answer: Pdu) => void) => void): Promise<Pdu> {
  return new Promise((resolve) => send(resolve));
}

describe("the smpp package's client against our message centre", () => {
  it("binds, submits, takes a receipt and an inbound message, and unbinds", async () => {
    const bench = await customerBench();
    const client = peerPackage.connect({ host: "127.0.0.1", port: bench.port });
    await once(client.socket, "connect");
    const delivered: Pdu[] = [];
    client.on("deliver_sm", (pdu) => {
      delivered.push(pdu);
      client.send(pdu.response());
    });
    const bound = await answerTo((answered) => client.bind_transceiver({ system_id: "demo", password: "demo1234", interface_version: 0x34 }, answered));
    expect(bound).to.deep.include({ command_status: 0, system_id: "tollgate" });
    expect(bench.desk.binds[0]).to.deep.include({ systemId: "demo", version: "3.4", direction: "both" });

    const answer = await answerTo((answered) =>
      client.submit_sm({ source_addr: "1069012345678", destination_addr: "13800138000", short_message: TEXT, data_coding: 8, registered_delivery: 1 }, answered),
    );
    expect(answer).to.deep.include({ command_status: 0, message_id: "60000000000001" });
    const message = bench.desk.submits[0]?.message ?? newMessage();
    expect(messageText(message)).to.equal(TEXT);
    expect(message.receiptWanted).to.equal(3);

    const [session] = bench.desk.sessions;
    session?.deliver(receiptNotice());
    const inbound = Object.assign(newMessage(), { source: "13800138000", destination: "1069", octets: message.octets, encoding: Encoding.ucs2, codingOctet: 8 });
    session?.deliver({ kind: "inbound", order: 2, accountNo: 1, messageId: 2, message: inbound });
    await until(() => bench.desk.answers.length === 2, "both answers");
    expect(bench.desk.answers.map((each) => each.answer)).to.deep.equal(["ok", "ok"]);
    expect(delivered[0]).to.deep.include({ esm_class: 4, receipted_message_id: "60000000000001", message_state: 2 });
    expect((delivered[0]?.["short_message"] as { message: string }).message).to.match(/^id:60000000000001 .*stat:DELIVRD/);
    expect((delivered[1]?.["short_message"] as { message: string }).message).to.equal(TEXT);

    expect((await answerTo((answered) => client.enquire_link({}, answered))).command_status).to.equal(0);
    expect((await answerTo((answered) => client.unbind(answered))).command_status).to.equal(0);
    await until(() => bench.desk.ends.length === 1);
    expect(bench.desk.ends[0]?.reason).to.equal("unbound_by_peer");
    await bench.listener.close();
  });
});

describe("the smpp package's server against our link", () => {
  it("is bound to, answers a submit, brings its receipt and an inbound message, and is unbound from", async () => {
    const sessions: PeerSession[] = [];
    const submits: Pdu[] = [];
    const delivered: number[] = [];
    const server = peerPackage.createServer((session) => {
      sessions.push(session);
      session.on("error", () => undefined);
      session.on("bind_transceiver", (pdu) => session.send(pdu.response({ system_id: "centre", sc_interface_version: 0x34 })));
      session.on("enquire_link", (pdu) => session.send(pdu.response()));
      session.on("unbind", (pdu) => {
        session.send(pdu.response());
        session.close();
      });
      session.on("submit_sm", (pdu) => {
        submits.push(pdu);
        session.send(pdu.response({ message_id: "0a1b2c3d" }));
        session.deliver_sm(
          {
            source_addr: pdu["destination_addr"], destination_addr: pdu["source_addr"], esm_class: 4,
            short_message: "id:0a1b2c3d sub:001 dlvrd:001 submit date:2611241800 done date:2611241801 stat:DELIVRD err:000 text:",
          },
          (answer) => delivered.push(answer.command_status),
        );
        session.deliver_sm({ source_addr: "13800138000", destination_addr: "1069", short_message: TEXT, data_coding: 8 }, (answer) =>
          delivered.push(answer.command_status),
        );
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");

    const clock = systemClock();
    const desk = new OperatorDesk();
    const link = smpp.connect(linkOptions((server.address() as AddressInfo).port, clock, new LogRecorder()), desk);
    link.start();
    await until(() => desk.binds === 1, "the bind");
    const ticket = { n: 1 };
    const message = Object.assign(newMessage(), {
      source: "1069012345678", destination: "13800138000", octets: Buffer.from(TEXT, "utf16le").swap16(), encoding: Encoding.ucs2, codingOctet: 8,
    });
    expect(link.submit(message, ticket)).to.equal(true);
    await until(() => delivered.length === 2, "both deliveries");
    expect((submits[0]?.["short_message"] as { message: string }).message).to.equal(TEXT);
    expect(submits[0]).to.deep.include({ destination_addr: "13800138000", registered_delivery: 1, data_coding: 8 });
    expect(desk.answered).to.deep.equal([{ ticket, answer: { reaction: "ok", status: 0, statusName: "ESME_ROK", operatorMessageId: "0a1b2c3d" } }]);
    expect(desk.receipts[0]?.receipt).to.deep.include({
      operatorMessageId: "0a1b2c3d", state: MessageState.delivered, final: true, source: "1069012345678", destination: "13800138000",
    });
    expect(messageText(desk.inbounds[0]?.message ?? newMessage())).to.equal(TEXT);
    expect(delivered).to.deep.equal([0, 0]);

    await link.unbind(2_000);
    expect(desk.downs).to.deep.equal([{ reason: "unbound", unanswered: [] }]);
    server.close();
    clock.stop();
  });
});

describe("our link against our message centre", () => {
  it("carries thousands of messages and receipts through small windows without losing or doubling one", async () => {
    const clock = systemClock();
    const bench = await customerBench();
    const desk = new OperatorDesk();
    const total = 3_000;
    const receipts: number[] = [];
    let sent = 0;
    const waiting: number[] = [];
    const push = (): void => {
      const [session] = bench.desk.sessions;
      while (waiting.length > 0 && session?.deliver(receiptNotice({ messageId: waiting[0] as number })) === true) waiting.shift();
    };
    bench.desk.submit = (session, handle, message) => {
      const id = 1_000 + Number(message.source);
      session.answerSubmit(handle, 0, id);
      waiting.push(id);
      push();
    };
    bench.desk.deliverWindowOpen = push;
    const fill = (): void => {
      while (sent < total && link.submit(Object.assign(newMessage(), { source: String(sent), destination: "13800138000" }), { n: sent })) sent++;
    };
    desk.windowOpen = fill;
    desk.bound = fill;
    desk.receipt = (from, handle, receipt) => {
      receipts.push(Number(receipt.operatorMessageId));
      from.answerDeliver(handle, "ok");
    };
    const link = smpp.connect(linkOptions(bench.port, clock, new LogRecorder(), { window: 7 }), desk);
    link.start();
    await until(() => receipts.length === total, "all receipts");
    expect(desk.answered.every(({ ticket, answer }) => answer.operatorMessageId === String(1_000 + (ticket as { n: number }).n))).to.equal(true);
    expect(desk.answered.length).to.equal(total);
    expect(new Set(receipts).size).to.equal(total);
    await until(() => bench.desk.answers.length === total, "all answers");
    await link.unbind(2_000);
    await bench.listener.close();
    clock.stop();
  });
});
