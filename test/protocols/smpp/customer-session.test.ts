import { expect } from "chai";
import { Encoding, SegmentForm } from "../../../protocols/model/message.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { BIND_TRX, ENQUIRE, RawPeer, SUBMIT_UCS2, boundPeer, customerBench, header, hex, pdu, settle, submit, until, type CustomerBench } from "./peers.js";

describe("SmppCustomerSession", () => {
  let bench: CustomerBench;
  beforeEach(async () => {
    bench = await customerBench();
  });
  afterEach(async () => bench.listener.close());

  describe("binding", () => {
    const vectors: readonly (readonly [string, string, string, string, string])[] = [
      ["transceiver 3.4", BIND_TRX.toString("hex"), "0000001e800000090000000000000001746f6c6c67617465000210000134", "both", "3.4"],
      [
        "transmitter 3.4", "0000002a00000002000000000000000164656d6f0064656d6f31323334005355424d4954310034010100",
        "0000001e800000020000000000000001746f6c6c67617465000210000134", "transmit", "3.4",
      ],
      [
        "receiver 3.4", "0000002b00000001000000000000000164656d6f0064656d6f3132333400564d41003401015e3130363900",
        "0000001e800000010000000000000001746f6c6c67617465000210000134", "receive", "3.4",
      ],
      [
        "transmitter 3.3, without the version's TLV", "0000002300000002000000000000000164656d6f0064656d6f31323334000033000000",
        "00000019800000020000000000000001746f6c6c6761746500", "transmit", "3.3",
      ],
      [
        "transceiver 5.0", "0000002300000009000000000000000164656d6f0064656d6f31323334000050000000",
        "0000001e800000090000000000000001746f6c6c67617465000210000150", "both", "5.0",
      ],
    ];
    for (const [name, bind, answer, direction, version] of vectors) {
      it(`accepts a ${name}`, async () => {
        const peer = await RawPeer.to(bench.port);
        peer.write(bind);
        expect(await peer.nextHex()).to.equal(answer);
        const [request] = bench.desk.binds;
        expect(request).to.deep.include({ systemId: "demo", direction, version });
        expect(request?.proof).to.deep.equal({ kind: "password", password: "demo1234" });
        const [session] = bench.desk.sessions;
        expect(session?.bound).to.equal(true);
        expect(session?.canReceive).to.equal(direction !== "transmit");
      });
    }

    it("refuses with ESME_RBINDFAIL whatever the reason, then closes", async () => {
      bench.desk.verdict = { accepted: false, reason: "credentials" };
      const peer = await RawPeer.to(bench.port);
      peer.write(BIND_TRX);
      expect(await peer.nextHex()).to.equal("00000010800000090000000d00000001");
      await peer.closed();
      await until(() => bench.desk.ends.length === 1);
      expect(bench.desk.ends[0]?.reason).to.equal("bind_credentials");
    });

    it("answers a bind that is decided later, and then what was sent behind it without waiting", async () => {
      bench.desk.verdict = null;
      const peer = await RawPeer.to(bench.port);
      peer.write(Buffer.concat([BIND_TRX, SUBMIT_UCS2]));
      await until(() => bench.desk.pending.length === 1);
      await settle();
      expect(peer.frames.length).to.equal(0);
      bench.desk.pending[0]?.({ accepted: true, window: 10, deliverWindow: 10, alphabet0: "gsm7", checkContentSource: true });
      expect((await peer.next()).readUInt32BE(4)).to.equal(0x80000009);
      expect((await peer.next()).readUInt32BE(4)).to.equal(0x80000004);
    });

    it("answers a second bind with ESME_RALYBND and stays bound", async () => {
      const peer = await boundPeer(bench.port);
      peer.write(BIND_TRX);
      expect(await peer.nextHex()).to.equal(header(0x80000009, 0x05, 1));
      peer.write(ENQUIRE);
      expect(await peer.nextHex()).to.equal(header(0x80000015, 0, 1));
    });

    it("C004 answers enquire_link before the bind, and the time allowed for binding runs on", async () => {
      const peer = await RawPeer.to(bench.port);
      peer.write(ENQUIRE);
      expect(await peer.nextHex()).to.equal("00000010800000150000000000000001");
      bench.clock.advance(9_900);
      peer.write(ENQUIRE);
      await peer.next();
      bench.clock.advance(200);
      await peer.closed();
      await until(() => bench.desk.ends.length === 1);
      expect(bench.desk.ends[0]?.reason).to.equal("bind_deadline");
    });

    it("answers a submit before the bind with ESME_RINVBNDSTS and closes", async () => {
      const peer = await RawPeer.to(bench.port);
      peer.write(SUBMIT_UCS2);
      expect(await peer.nextHex()).to.equal(header(0x80000004, 0x04, 2));
      await peer.closed();
      expect(bench.desk.submits).to.deep.equal([]);
    });

    it("lets the owner refuse a connection without an octet", async () => {
      bench.desk.admits = false;
      const peer = await RawPeer.to(bench.port);
      await peer.closed();
      expect(peer.frames).to.deep.equal([]);
      expect(bench.desk.ends).to.deep.equal([]);
    });
  });

  describe("submits", () => {
    it("hands over a message with its octets untouched and answers with our decimal id", async () => {
      const peer = await boundPeer(bench.port);
      peer.write(SUBMIT_UCS2);
      const answer = await peer.next();
      expect(answer.toString("latin1", 16)).to.equal("60000000000001\0");
      const message = bench.desk.submits[0]?.message;
      expect(message).to.deep.include({
        source: "1069012345678", destination: "13800138000", destinationTon: 1, destinationNpi: 1, encoding: Encoding.ucs2,
        codingOctet: 8, receiptWanted: 3, segmentTotal: 0, hasUdh: false,
      });
      expect(message?.octets.toString("hex")).to.equal("30106d4b8bd5301160a876849a8c8bc17801662f003100320033003400350036");
    });

    it("gives a 3.3 bind eight hexadecimal digits", async () => {
      const peer = await boundPeer(bench.port, hex("0000002300000002000000000000000164656d6f0064656d6f31323334000033000000"));
      bench.desk.messageId = 0x1_0a1b_2c3c;
      peer.write(SUBMIT_UCS2);
      expect(await peer.nextHex()).to.equal("00000019800000040000000000000002304131423243334400");
    });

    it("answers an outcome with its status and the header alone", async () => {
      bench.desk.outcome = Outcome.no_credit;
      const peer = await boundPeer(bench.port);
      peer.write(SUBMIT_UCS2);
      expect(await peer.nextHex()).to.equal(header(0x80000004, 0x464, 2));
    });

    it("reads UDH and SAR segments alike", async () => {
      const peer = await boundPeer(bench.port);
      peer.write(
        "0000004d000000040000000000000006000000313036393031323334353637380001013133383030313338303030004000000000010008001405000339020277ed77ed77ed77ed77ed77ed77ed",
      );
      peer.write(
        "00000057000000040000000000000009000000313036393031323334353637380001013133383030313338303030000000000000010008000e77ed77ed77ed77ed77ed77ed77ed020c00021234020e000102020f000102",
      );
      await peer.next();
      await peer.next();
      const [udh, sar] = bench.desk.submits.map((entry) => entry.message);
      expect(udh).to.deep.include({ hasUdh: true, segmentReference: 0x39, segmentTotal: 2, segmentNumber: 2, segmentForm: SegmentForm.udh8 });
      expect(sar).to.deep.include({ hasUdh: false, segmentReference: 0x1234, segmentTotal: 2, segmentNumber: 2, segmentForm: SegmentForm.sar });
      expect(sar?.extras).to.equal(null);
    });

    it("C016 takes the text of message_payload", async () => {
      const peer = await boundPeer(bench.port);
      peer.write("0000003a00000004000000000000000200000031303639000101313338303031333830303000000000000001000800000424000677ed77ed77ed");
      await peer.next();
      expect(bench.desk.submits[0]?.message.octets.toString("hex")).to.equal("77ed77ed77ed");
    });

    it("C020 refuses user_message_reference written as text with ESME_RINVPARLEN, and the session lives", async () => {
      const peer = await boundPeer(bench.port);
      peer.write("0000003a000000040000000000000007000000313036390001013133383030313338303030000000000000010000000268690204000431303000");
      expect(await peer.nextHex()).to.equal(header(0x80000004, 0xc2, 7));
      expect(bench.desk.refusals).to.deep.equal([{ outcome: Outcome.malformed, detail: "user_message_reference" }]);
      peer.write(ENQUIRE);
      await peer.next();
    });

    it("C020 takes it in one octet, as some write it, and passes it on as it is", async () => {
      const peer = await boundPeer(bench.port);
      peer.write(pdu(4, 8, "000000313036390001013133383030313338303030000000000000010000000268690204000164"));
      expect((await peer.next()).readUInt32BE(8)).to.equal(0);
      expect(bench.desk.submits[0]?.message.extras?.toString("hex")).to.equal("530204000164");
    });

    it("reads dest_port, the application a message is for, and passes it on as it is", async () => {
      const peer = await boundPeer(bench.port);
      for (const tlv of ["", "020b00020b84"]) peer.write(pdu(4, 8, `00000031303639000101313338303031333830303000000000000001000000026869${tlv}`));
      await peer.next();
      await peer.next();
      expect(bench.desk.submits.map(({ message }) => [message.applicationPort, message.extras?.toString("hex")])).to.deep.equal([[-1, undefined], [2_948, "53020b00020b84"]]);
    });

    it("C022 refuses addresses written in UCS-2 once, and the session lives", async () => {
      const peer = await boundPeer(bench.port);
      peer.write(
        "00000043000000040000000000000005000001003100300036003900010100310033003800300030003100330038003000300030000000000000010008000400370037" +
          "00000010000000150000000000000006",
      );
      const refusal = await peer.next();
      expect([refusal.readUInt32BE(4), refusal.readUInt32BE(12)]).to.deep.equal([0x80000004, 5]);
      expect(refusal.readUInt32BE(8)).to.not.equal(0);
      expect(await peer.nextHex()).to.equal(header(0x80000015, 0, 6));
      expect(bench.desk.submits).to.deep.equal([]);
    });

    it("C024 reads a relative validity of thirty seconds", async () => {
      const peer = await boundPeer(bench.port);
      peer.write(
        "000000420000000400000000000000020000003130363900010131333830303133383030300000000000303030303030303030303330303030520001000000026869",
      );
      await peer.next();
      expect(bench.desk.submits[0]?.message.expiresAtMs).to.equal(bench.clock.wallMs + 30_000);
    });

    it("C026 reads the class bits of data_coding 0x19 as UCS-2 and of 0x11 as GSM", async () => {
      const peer = await boundPeer(bench.port);
      peer.write("0000003600000004000000000000000200000031303639000101313338303031333830303000000000000001001900065f0053d17968");
      peer.write(pdu(4, 3, "000000313036390001013133383030313338303030000000000000010011000161"));
      await peer.next();
      await peer.next();
      expect(bench.desk.submits.map(({ message }) => [message.encoding, message.codingOctet])).to.deep.equal([
        [Encoding.ucs2, 0x19], [Encoding.gsm7, 0x11],
      ]);
    });

    it("C032 reads data_coding 0 by the account's alphabet", async () => {
      bench.desk.verdict = { accepted: true, window: 10, deliverWindow: 10, alphabet0: "latin1", checkContentSource: true };
      const peer = await boundPeer(bench.port);
      peer.write("00000033000000040000000000000002000000313036390001013133383030313338303030000000000000010000000366fc72");
      await peer.next();
      expect(bench.desk.submits[0]?.message.encoding).to.equal(Encoding.latin1);
    });

    it("C034 hands UCS-2 over big-endian", async () => {
      const peer = await boundPeer(bench.port);
      peer.write("00000034000000040000000000000002000000313036390001013133383030313338303030000000000000010008000477ed4fe1");
      await peer.next();
      expect(bench.desk.submits[0]?.message.octets.toString("hex")).to.equal("77ed4fe1");
    });

    it("C112 reads a schedule of one minute", async () => {
      const peer = await boundPeer(bench.port);
      peer.write(
        "000000420000000400000000000000020000003130363900010131333830303133383030300000000030303030303030303031303030303052000001000000026869",
      );
      await peer.next();
      expect(bench.desk.submits[0]?.message.scheduledAtMs).to.equal(bench.clock.wallMs + 60_000);
    });

    const FIELDS: readonly (readonly [string, string, number, string])[] = [
      ["an empty destination", "000000313036390001010000000000000100000002 6869", 0x0b, "destination_addr"],
      ["priority 4", "00000031303639000101313338303031333830303000000004000001000000026869", 0x06, "priority_flag"],
      ["registered_delivery 0x20", "00000031303639000101313338303031333830303000000000000020000000026869", 0x07, "registered_delivery"],
      ["replace_if_present_flag 1", "00000031303639000101313338303031333830303000000000000001010000026869", 0x42, "replace_if_present_flag"],
      ["a canned text", "00000031303639000101313338303031333830303000000000000001000001026869", 0x63, "sm_default_msg_id"],
      ["a validity of 12 digits", "00000031303639000101313338303031333830303000000000003236313132343138303030300001000000026869", 0x62, "validity_period"],
      [
        "a schedule with month 13",
        "000000313036390001013133383030313338303030000000003236313332343138303030303033322b000001000000026869", 0x61, "schedule_delivery_time",
      ],
      [
        "a schedule in years",
        "000000313036390001013133383030313338303030000000003530303132343138303030303033322b000001000000026869", 0x61, "schedule_delivery_time",
      ],
      [
        "a time to live that ends before the schedule",
        "000000313036390001013133383030313338303030000000003030303030303031303030303030305200000100000002686900170004 0000003c", 0x62, "validity_period",
      ],
      ["a header longer than the text", "0000003130363900010131333830303133383030300040000000000100000002ff69", 0x01, "short_message"],
      ["UCS-2 of an odd length", "000000313036390001013133383030313338303030000000000000010008000377ed4f", 0x01, "short_message"],
      ["sm_length beyond the end", "00000031303639000101313338303031333830303000000000000001000000ff686900", 0x01, "short_message"],
      [
        "a text beside message_payload", "0000003130363900010131333830303133383030300000000000000100000002686904240002 6869",
        0xc1, "tlvs",
      ],
      ["a TLV longer than the rest", "000000313036390001013133383030313338303030000000000000010000000268690424ffff0102030405", 0xc0, "tlvs"],
    ];
    for (const [name, body, status, field] of FIELDS) {
      it(`refuses ${name} with 0x${status.toString(16)}, names the field, and lives on`, async () => {
        const peer = await boundPeer(bench.port);
        peer.write(Buffer.concat([pdu(4, 77, body), pdu(0x15, 78)]));
        expect(await peer.nextHex()).to.equal(header(0x80000004, status, 77));
        expect(await peer.nextHex()).to.equal(header(0x80000015, 0, 78));
        expect(bench.desk.refusals).to.deep.equal([{ outcome: Outcome.malformed, detail: field }]);
        expect(bench.desk.submits).to.deep.equal([]);
      });
    }

    it("tolerates one to three zero octets behind the text", async () => {
      const peer = await boundPeer(bench.port);
      for (const tail of ["00", "0000", "000000"]) {
        peer.write(pdu(4, 1, `00000031303639000101313338303031333830303000000000000001000000026869${tail}`));
        expect((await peer.next()).readUInt32BE(8)).to.equal(0);
      }
    });

    it("refuses a submit on a receiver with ESME_RINVBNDSTS", async () => {
      const peer = await boundPeer(bench.port, hex("0000002b00000001000000000000000164656d6f0064656d6f3132333400564d41003401015e3130363900"));
      peer.write(SUBMIT_UCS2);
      expect(await peer.nextHex()).to.equal(header(0x80000004, 0x04, 2));
      peer.write(ENQUIRE);
      await peer.next();
    });
  });

  describe("the submit window", () => {
    it("takes up to twice the window of what comes in one piece, throttles the rest, and reads on as answers go", async () => {
      bench.desk.outcome = null;
      const peer = await boundPeer(bench.port);
      peer.write(Buffer.concat(Array.from({ length: 25 }, (_, index) => submit(index + 1))));
      for (let sequence = 21; sequence <= 25; sequence++) expect(await peer.nextHex()).to.equal(header(0x80000004, 0x58, sequence));
      expect(bench.desk.submits.length).to.equal(20);
      expect(bench.desk.sessions[0]?.unanswered).to.equal(20);
      expect(bench.desk.refusals.length).to.equal(5);
      peer.write(submit(26));
      await settle();
      expect(bench.desk.submits.length).to.equal(20);
      for (const { session, handle } of bench.desk.submits.slice(0, 11)) session.answerSubmit(handle, 0, 1);
      await until(() => bench.desk.submits.length === 21, "the submit that waited");
      expect(bench.desk.submits[20]?.handle).to.equal(26);
    });

    it("reads on at once when the window is raised", async () => {
      bench.desk.outcome = null;
      const peer = await boundPeer(bench.port);
      peer.write(Buffer.concat(Array.from({ length: 15 }, (_, index) => submit(index + 1))));
      await until(() => bench.desk.submits.length === 15);
      peer.write(submit(16));
      await settle();
      expect(bench.desk.submits.length).to.equal(15);
      bench.desk.sessions[0]?.setWindow(100);
      await until(() => bench.desk.submits.length === 16);
    });

    it("answers both of two submits with the same sequence, and any sequence octet for octet", async () => {
      bench.desk.outcome = null;
      const peer = await boundPeer(bench.port);
      for (const sequence of [7, 7, 0, 0xffff_ffff]) peer.write(submit(sequence));
      await until(() => bench.desk.submits.length === 4);
      for (const { session, handle } of bench.desk.submits) session.answerSubmit(handle, 0, 1);
      const answered = [await peer.next(), await peer.next(), await peer.next(), await peer.next()];
      expect(answered.map((frame) => frame.readUInt32BE(12))).to.deep.equal([7, 7, 0, 0xffff_ffff]);
    });

    it("leaves even frames already read alone while the owner has paused reading", async () => {
      bench.desk.outcome = null;
      const peer = await boundPeer(bench.port);
      const [session] = bench.desk.sessions;
      bench.desk.submit = (who, handle, message) => {
        bench.desk.submits.push({ session: who, handle, message });
        if (bench.desk.submits.length === 1) who.pauseReading();
      };
      peer.write(Buffer.concat([submit(1), submit(2), submit(3)]));
      await settle();
      expect(bench.desk.submits.length).to.equal(1);
      bench.clock.advance(120_000);
      await settle();
      expect(session?.bound).to.equal(true);
      session?.resumeReading();
      await until(() => bench.desk.submits.length === 3);
      peer.write(submit(4));
      await until(() => bench.desk.submits.length === 4);
    });
  });

  describe("answers and unknown commands", () => {
    it("C006 nacks an unknown request and never answers an answer", async () => {
      const peer = await boundPeer(bench.port);
      peer.write("00000010000009990000000000000007" + "00000010800009990000000000000008" + "00000010000000150000000000000009");
      expect(await peer.nextHex()).to.equal("00000010800000000000000300000007");
      expect(await peer.nextHex()).to.equal("00000010800000150000000000000009");
      await settle();
      expect(peer.untaken).to.equal(0);
    });

    it("C012 echoes sequences of ffffffff and 0", async () => {
      const peer = await boundPeer(bench.port);
      peer.write("000000100000001500000000ffffffff" + "00000010000000150000000000000000");
      expect(await peer.nextHex()).to.equal("000000108000001500000000ffffffff");
      expect(await peer.nextHex()).to.equal("00000010800000150000000000000000");
    });

    it("answers known operations that are not offered by their own answer with ESME_RINVCMDID", async () => {
      const peer = await boundPeer(bench.port);
      for (const command of [0x07, 0x21, 0x103]) {
        peer.write(pdu(command, command));
        expect(await peer.nextHex()).to.equal(header(0x80000000 + command, 0x03, command));
      }
      peer.write(pdu(0x05, 5));
      expect(await peer.nextHex()).to.equal(header(0x80000005, 0x03, 5));
      for (const command of [0x0a, 0x10200]) {
        peer.write(pdu(command, command));
        expect(await peer.nextHex()).to.equal(header(0x80000000, 0x03, command));
      }
    });
  });
});
