/** Our own two CMPP ends against each other, over a real socket: what one says the other must take. */
import { expect } from "chai";
import { CmppCustomerSession } from "../../../protocols/cmpp/customer-session.js";
import { openLink } from "../../../protocols/cmpp/link-connection.js";
import { MessageState } from "../../../protocols/model/state.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { listenSockets } from "../../../protocols/wire/listener.js";
import type { Listener, ListenOptions, OperatorLink, ProtocolSettings } from "../../../protocols/wire/protocol.js";
import { Desk, LogRecorder, OperatorDesk, TIMERS, hex, linkOptions, receiptNotice, until } from "../peers.js";
import { NOW_MS, SECRET, message } from "./gateway.js";

const MESSAGE_ID = 805_000_000_000_000;

describe("CMPP's two ends", () => {
  const open: { link: OperatorLink; listener: Listener }[] = [];

  async function pair(settings: ProtocolSettings): Promise<{ desk: Desk; operator: OperatorDesk; link: OperatorLink; log: LogRecorder }> {
    const clock = new ManualClock(NOW_MS);
    const log = new LogRecorder();
    const desk = new Desk();
    desk.messageId = MESSAGE_ID;
    desk.bind = (_session, request, answer) => {
      const known = request.proof.kind === "digest" && request.proof.matches(Buffer.from(SECRET));
      answer(known && desk.verdict !== null ? desk.verdict : { accepted: false, reason: "credentials" });
    };
    const listening: ListenOptions = {
      name: "test", host: "127.0.0.1", port: 0, maxConnections: 10, maxConnectionsPerAddress: 10, timers: TIMERS, maxSendBufferOctets: 1 << 20,
      systemId: "", node: 0, settings: { gateway_code: 1001 }, clock, log,
    };
    const listener = await listenSockets(listening, (socket, address, port) => {
      const session = new CmppCustomerSession(socket, address, port, listening, desk);
      return session.admit() ? session : null;
    });
    const operator = new OperatorDesk();
    const link = openLink(linkOptions(listener.address.port, clock, log, { systemId: "901234", password: SECRET, settings }), operator);
    open.push({ link, listener });
    link.start();
    await until(() => operator.binds === 1, "the CONNECT");
    return { desk, operator, link, log };
  }

  afterEach(async () => {
    for (const { link, listener } of open.splice(0)) {
      link.destroy("test over");
      await listener.close();
    }
  });

  for (const version of ["2.0", "2.1", "3.0"]) {
    it(`${version}: a text goes over as it is, its report comes back under the id that its answer gave`, async () => {
      const { desk, operator, link, log } = await pair({ version });
      const sent = message({ octets: hex("05000339020177ed"), hasUdh: true, segmentForm: 1, segmentReference: 0x39, segmentTotal: 2, segmentNumber: 1 });
      link.submit(sent, {});
      await until(() => operator.answered.length === 1);
      const id = operator.answered[0]?.answer.operatorMessageId as string;
      expect(id).to.match(/^[0-9a-f]{16}$/);
      const taken = desk.submits[0]?.message;
      expect(taken).to.deep.include({
        source: sent.source, destination: sent.destination, octets: sent.octets, encoding: sent.encoding, codingOctet: 8, hasUdh: true,
        segmentForm: 1, segmentReference: 0x39, segmentTotal: 2, segmentNumber: 1, serviceType: "TEST", receiptWanted: 3,
      });
      const [session] = desk.sessions;
      session?.deliver(receiptNotice({ messageId: MESSAGE_ID + 1, submittedAtMs: NOW_MS, doneAtMs: NOW_MS + 60_000 }));
      session?.deliver({ kind: "inbound", order: 2, accountNo: 1, messageId: MESSAGE_ID + 2, message: message({ source: "13800138000", destination: "1069" }) });
      await until(() => desk.answers.length === 2);
      expect(operator.receipts[0]?.receipt).to.deep.include({
        operatorMessageId: id, state: MessageState.delivered, final: true, source: "1069012345678", destination: "13800138000",
      });
      expect(operator.inbounds[0]?.message).to.deep.include({ source: "13800138000", destination: "1069", octets: message().octets });
      expect(desk.answers.map((each) => each.answer)).to.deep.equal(["ok", "ok"]);
      expect(log.loud).to.deep.equal([]);
      await link.unbind(1_000);
    });
  }
});
