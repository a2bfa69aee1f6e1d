import { createHash } from "node:crypto";
import { expect } from "chai";
import { Encoding, SegmentForm } from "../../../protocols/model/message.js";
import { messageId } from "../../../protocols/model/message-id.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import type { BindRefusal } from "../../../protocols/wire/protocol.js";
import {
  GATEWAY, RawPeer, VECTOR_MS, connectedSp, frameOf, idOf, resultOf, settle, spBench, submitOf, under, until, vector, type CustomerBench,
} from "./customer-bench.js";

const ACTIVE_TEST = vector("ACTIVE_TEST");
const ALIVE = vector("ACTIVE_TEST_RESP").toString("hex");
const SECOND = VECTOR_MS / 1_000;

describe("CmppCustomerSession", () => {
  let bench: CustomerBench;
  beforeEach(async () => {
    bench = await spBench();
  });
  afterEach(async () => bench.listener.close());

  /** A connection that is still served. */
  async function alive(peer: RawPeer): Promise<void> {
    peer.write(ACTIVE_TEST);
    expect(await peer.nextHex()).to.equal(ALIVE);
  }

  describe("connecting", () => {
    for (const [name, version] of [["CONNECT_20", "2.0"], ["CONNECT_30", "3.0"]] as const) {
      it(`answers ${name} octet for octet as the vector has it`, async () => {
        const peer = await RawPeer.to(bench.port);
        peer.write(vector(name));
        expect(await peer.nextHex()).to.equal(vector(name.replace("CONNECT", "CONNECT_RESP")).toString("hex"));
        const [session] = bench.desk.sessions;
        expect(bench.desk.binds[0]).to.deep.include({ systemId: "901234", direction: "both", version });
        expect([session?.protocol, session?.version, session?.bound, session?.canReceive]).to.deep.equal(["cmpp", version, true, true]);
      });
    }

    it("speaks 2.1 as 2.0 is laid out, and says so", async () => {
      const connect = vector("CONNECT_20");
      connect[34] = 0x21;
      const peer = await RawPeer.to(bench.port);
      peer.write(connect);
      expect(await peer.nextHex()).to.equal("0000001e800000010000000100e34cd9196cc22cce0d3169ab1baa5f4821");
      expect(bench.desk.binds[0]?.version).to.equal("2.1");
      peer.write(submitOf(2, {}, 0x20));
      expect((await peer.next()).length).to.equal(21);
    });

    it("quirk 4: takes the digest over a short Source_Addr with and without its padding", async () => {
      for (const name of ["9012", "9012\0\0"]) {
        const preimage = Buffer.concat([Buffer.from(name), Buffer.alloc(9), Buffer.from("tollgate10515093045")]);
        const connect = vector("CONNECT_20");
        connect.write("9012\0\0", 12, "latin1");
        createHash("md5").update(preimage).digest().copy(connect, 18);
        const peer = await RawPeer.to(bench.port);
        peer.write(connect);
        expect((await peer.next())[12], JSON.stringify(name)).to.equal(0);
      }
      expect(bench.desk.binds.map((bind) => bind.systemId)).to.deep.equal(["9012", "9012"]);
    });

    it("answers a wrong digest with Status 3 and no authenticator, as the vector has it, then closes", async () => {
      const connect = vector("CONNECT_20");
      connect[20] = (connect[20] as number) ^ 1;
      const peer = await RawPeer.to(bench.port);
      peer.write(connect);
      expect(await peer.nextHex()).to.equal(vector("CONNECT_RESP_20_authfail").toString("hex").replace(/^(.{16}).{8}/, "$100000001"));
      await peer.closed();
      await until(() => bench.desk.ends.length === 1);
      expect(bench.desk.ends[0]?.reason).to.equal("bind_credentials");
      expect(bench.log.loud).to.deep.equal(["unbound_closed"]);
    });

    const REFUSALS: readonly (readonly [BindRefusal, number])[] = [
      ["credentials", 3], ["address_refused", 2], ["version_refused", 4], ["too_many_binds", 5], ["suspended", 5], ["closed", 5],
      ["shutting_down", 5], ["too_many_failures", 5], ["direction_refused", 5],
    ];
    for (const [reason, status] of REFUSALS) {
      it(`answers "${reason}" with Status ${status} in the client's own layout, then closes`, async () => {
        bench.desk.verdict = { accepted: false, reason };
        for (const [name, length] of [["CONNECT_20", 30], ["CONNECT_30", 33]] as const) {
          const peer = await RawPeer.to(bench.port);
          peer.write(vector(name));
          const answer = await peer.next();
          expect([answer.length, length === 30 ? answer[12] : answer.readUInt32BE(12)]).to.deep.equal([length, status]);
          expect(answer.toString("hex", length - 17, length - 1)).to.equal("00".repeat(16));
          await peer.closed();
        }
      });
    }

    it("quirk 15: tells a 3.0 client on an account of 2.0 alone that 4, and the highest version we speak", async () => {
      bench.desk.verdict = { accepted: false, reason: "version_refused" };
      const peer = await RawPeer.to(bench.port);
      peer.write(vector("CONNECT_30"));
      expect(await peer.nextHex()).to.equal(vector("CONNECT_RESP_30_vertoohigh").toString("hex"));
    });

    for (const [version, length] of [[0x31, 33], [0x7f, 33], [0x22, 30], [0x00, 30]] as const) {
      it(`answers version 0x${version.toString(16)} with Status 4 in ${length} octets and asks nobody`, async () => {
        const connect = vector("CONNECT_30");
        connect[34] = version;
        const peer = await RawPeer.to(bench.port);
        peer.write(connect);
        const answer = await peer.next();
        expect([answer.length, length === 30 ? answer[12] : answer.readUInt32BE(12), answer[length - 1]]).to.deep.equal([length, 4, 0x30]);
        await peer.closed();
        expect(bench.desk.binds).to.deep.equal([]);
      });
    }

    it("answers a CONNECT that is cut off or too long with Status 1, then closes", async () => {
      for (const change of [38, 40, 20]) {
        const peer = await RawPeer.to(bench.port);
        const frame = Buffer.concat([vector("CONNECT_30"), Buffer.alloc(1)]).subarray(0, change);
        frame.writeUInt32BE(change, 0);
        peer.write(frame);
        expect((await peer.next()).readUInt32BE(12), `${change} octets`).to.equal(1);
        await peer.closed();
      }
      expect(bench.desk.binds).to.deep.equal([]);
    });

    it("answers a CONNECT that is decided later, and then what was sent behind it without waiting", async () => {
      bench.desk.verdict = null;
      const peer = await RawPeer.to(bench.port);
      peer.write(Buffer.concat([vector("CONNECT_30"), vector("SUBMIT_30"), ACTIVE_TEST]));
      await until(() => bench.desk.pending.length === 1);
      await settle();
      expect(peer.frames.length).to.equal(0);
      bench.desk.pending[0]?.({ accepted: true, window: 16, deliverWindow: 16, alphabet0: "gsm7", checkContentSource: true });
      const answers = [await peer.next(), await peer.next(), await peer.next()];
      expect(answers.map((frame) => frame.readUInt32BE(4))).to.deep.equal([0x80000001, 0x80000004, 0x80000008]);
    });

    it("closes at once and without an answer when anything but CONNECT comes first", async () => {
      for (const first of ["SUBMIT_30", "ACTIVE_TEST", "TERMINATE", "QUERY", "DELIVER_RESP_30"]) {
        const peer = await RawPeer.to(bench.port);
        peer.write(vector(first));
        await peer.closed();
        expect(peer.frames, first).to.deep.equal([]);
      }
      await until(() => bench.desk.ends.length === 5);
      expect(new Set(bench.desk.ends.map((end) => end.reason))).to.deep.equal(new Set(["request_before_connect"]));
      expect(bench.log.loud.length).to.equal(5);
    });

    it("closes when no CONNECT comes in time", async () => {
      const peer = await RawPeer.to(bench.port);
      await until(() => bench.desk.sessions.length === 1);
      bench.clock.advance(10_100);
      await peer.closed();
      await until(() => bench.desk.ends.length === 1);
      expect(bench.desk.ends[0]?.reason).to.equal("bind_deadline");
    });

    it("answers a second CONNECT with Status 5 and stays connected", async () => {
      const peer = await connectedSp(bench.port);
      peer.write(vector("CONNECT_30"));
      expect((await peer.next()).readUInt32BE(12)).to.equal(5);
      await alive(peer);
    });
  });

  describe("submits", () => {
    for (const [name, connect] of [["SUBMIT_20", "CONNECT_20"], ["SUBMIT_30", "CONNECT_30"]] as const) {
      it(`hands over ${name} with its octets untouched, and answers with our id as the vector has it`, async () => {
        bench.desk.messageId = messageId(SECOND, 0, 0x1233);
        const peer = await connectedSp(bench.port, vector(connect));
        peer.write(vector(name));
        expect(await peer.nextHex()).to.equal(vector(name.replace("SUBMIT", "SUBMIT_RESP")).toString("hex"));
        const message = bench.desk.submits[0]?.message;
        expect(message).to.deep.include({
          source: "1069012345678", destination: "13800138000", serviceType: "TEST", encoding: Encoding.ucs2, codingOctet: 8, receiptWanted: 3,
          segmentTotal: 0, hasUdh: false, priority: 0, expiresAtMs: 0, scheduledAtMs: 0,
        });
        expect(message?.octets.toString("hex")).to.equal("30106d4b8bd5301160a876849a8c8bc17801662f003100320033003400350036");
        expect(message?.submitKey).to.be.above(0);
      });
    }

    it("C058 answers with a Msg_Id whose top bit is set in December", async () => {
      const plain = await spBench({ settings: {} });
      plain.desk.messageId = messageId(Date.UTC(2024, 11, 16, 1, 2, 13) / 1_000, 0, 114);
      const peer = await connectedSp(plain.port);
      peer.write(vector("SUBMIT_30"));
      expect(idOf(await peer.next())).to.equal("c824234000010073");
      await plain.listener.close();
    });

    for (const version of ["20", "30"]) {
      it(`answers flow excess with Result 8 as SUBMIT_RESP_${version}_flow has it`, async () => {
        bench.desk.outcome = Outcome.throttled;
        const peer = await connectedSp(bench.port, vector(`CONNECT_${version}`));
        peer.write(vector(`SUBMIT_${version}`));
        expect(await peer.nextHex()).to.equal(vector(`SUBMIT_RESP_${version}_flow`).toString("hex"));
        await alive(peer);
      });
    }

    it("answers an outcome with its Result and Msg_Id 0", async () => {
      bench.desk.outcome = Outcome.no_credit;
      const peer = await connectedSp(bench.port);
      peer.write(vector("SUBMIT_30"));
      expect(await peer.nextHex()).to.equal("000000188000000400000002000000000000000000000064");
    });

    it("C118 makes a message of each destination, hands them over together and answers with the first one's Msg_Id", async () => {
      bench.desk.messageId = messageId(SECOND, 0, 0xfffe);
      const peer = await connectedSp(bench.port, vector("CONNECT_20"));
      peer.write(vector("SUBMIT_20_2dest"));
      expect(await peer.nextHex()).to.equal("00000015800000040000000557a5eb8003e9ffff00");
      const [group] = bench.desk.groups;
      expect(group?.messages.map((message) => message.destination)).to.deep.equal(["13800138000", "8613900139000"]);
      expect(group?.messages.map((message) => message.octets.toString())).to.deep.equal(["hello", "hello"]);
      expect(group?.messages.map((message) => message.submitKey > 0)).to.deep.equal([true, false]);
      expect(bench.desk.submits).to.deep.equal([]);
    });

    it("C118 gives each of several destinations header, part and Msg_Fmt as they came", async () => {
      const peer = await connectedSp(bench.port);
      const content = Buffer.concat([Buffer.from("050003390201", "hex"), Buffer.from("77ed", "hex")]);
      peer.write(submitOf(9, { Dest_terminal_Id: ["13800138000", "13900139000"], TP_udhi: 1, Pk_total: 2, Msg_Fmt: 8, Msg_Content: content }));
      expect(resultOf(await peer.next())).to.equal(0);
      for (const message of bench.desk.groups[0]?.messages ?? []) {
        expect(message).to.deep.include({ hasUdh: true, segmentReference: 0x39, segmentTotal: 2, segmentNumber: 1, encoding: Encoding.ucs2 });
        expect(message.octets).to.deep.equal(content);
      }
    });

    it("refuses all destinations for one bad one, with Result 13, and nothing is handed over", async () => {
      const peer = await connectedSp(bench.port);
      for (const bad of ["", "1380013800", "hello", "10086", "138001380001"]) {
        peer.write(submitOf(3, { Dest_terminal_Id: ["13800138000", bad, "13900139000"] }));
        expect(resultOf(await peer.next()), bad).to.equal(13);
      }
      expect([bench.desk.submits.length, bench.desk.groups.length]).to.deep.equal([0, 0]);
      expect(bench.desk.refusals[0]).to.deep.equal({ outcome: Outcome.malformed, detail: "Dest_terminal_Id" });
    });

    it("hands a service number on when it is the only destination: it may be the gateway's own", async () => {
      const peer = await connectedSp(bench.port);
      peer.write(submitOf(3, { Dest_terminal_Id: ["10690000"] }));
      expect(resultOf(await peer.next())).to.equal(0);
      expect(bench.desk.submits[0]?.message.destination).to.equal("10690000");
    });

    it("quirk 8: takes destinations with 86, +86, 0086 and blanks", async () => {
      const peer = await connectedSp(bench.port);
      for (const [index, destination] of ["8613800138000", "+8613800138000", "008613800138000", " 13800138000 ", "138 0013 8000"].entries()) {
        peer.write(submitOf(20 + index, { Dest_terminal_Id: [destination] }));
        expect(resultOf(await peer.next()), destination).to.equal(0);
      }
      expect(bench.desk.submits.length).to.equal(5);
    });

    it("quirk 9: refuses no destination, and 101 and 255 of them, and takes 100", async () => {
      const peer = await connectedSp(bench.port, vector("CONNECT_20"));
      const hundred = Array.from({ length: 100 }, (_, index) => `138001${String(38_000 + index)}`);
      peer.write(submitOf(4, { Dest_terminal_Id: hundred }, 0x20));
      expect(resultOf(await peer.next())).to.equal(0);
      expect(bench.desk.groups[0]?.messages.length).to.equal(100);
      const none = vector("SUBMIT_20");
      for (const count of [0, 101, 255]) {
        none[12 + 116] = count;
        peer.write(none);
        expect(resultOf(await peer.next()), String(count)).to.equal(13);
      }
      await alive(peer);
    });

    it("reads SUBMIT_20_long1 and _long2 as parts of one text, and Pk fields where no header says it", async () => {
      const peer = await connectedSp(bench.port, vector("CONNECT_20"));
      peer.write(vector("SUBMIT_20_long1"));
      peer.write(vector("SUBMIT_20_long2"));
      peer.write(submitOf(20, { Pk_total: 3, Pk_number: 2 }, 0x20));
      peer.write(submitOf(21, { Pk_total: 0, Pk_number: 0 }, 0x20));
      peer.write(submitOf(22, { Pk_total: 3, Pk_number: 2, TP_udhi: 64, Msg_Content: Buffer.from("060804123402016869", "hex") }, 0x20));
      for (let count = 0; count < 5; count++) expect(resultOf(await peer.next())).to.equal(0);
      const parts = bench.desk.submits.map(({ message }) => [message.segmentForm, message.segmentReference, message.segmentTotal, message.segmentNumber]);
      expect(parts).to.deep.equal([
        [SegmentForm.udh8, 0x39, 2, 1], [SegmentForm.udh8, 0x39, 2, 2], [SegmentForm.pk, 0, 3, 2], [SegmentForm.none, 0, 0, 0],
        [SegmentForm.udh16, 0x1234, 2, 1],
      ]);
    });

    it("quirk 2: takes TP_udhi 64 for a header, and text that looks like one without the flag for text", async () => {
      const peer = await connectedSp(bench.port);
      const content = Buffer.from("0500033902016869", "hex");
      for (const [sequence, udhi] of [[2, 64], [3, 0]] as const) peer.write(submitOf(sequence, { TP_udhi: udhi, Msg_Content: content }));
      await until(() => bench.desk.submits.length === 2);
      expect(bench.desk.submits.map(({ message }) => [message.hasUdh, message.segmentTotal])).to.deep.equal([[true, 2], [false, 0]]);
    });

    it("C116 trims what pads a field, keeps what fills it, and does not run into the next", async () => {
      const peer = await connectedSp(bench.port, vector("CONNECT_20"));
      const frame = vector("SUBMIT_20");
      frame.write("13800138000" + " ".repeat(10), 12 + 117, "latin1");
      frame.write("ABCDEFGHIJ", 12 + 12, "latin1");
      peer.write(frame);
      expect(resultOf(await peer.next())).to.equal(0);
      expect(bench.desk.submits[0]?.message).to.deep.include({ destination: "13800138000", serviceType: "ABCDEFGHIJ" });
    });

    it("takes a SUBMIT without its last field, of which all is zero, and refuses any other length with Result 1", async () => {
      const peer = await connectedSp(bench.port);
      const whole = vector("SUBMIT_30");
      const cut = (length: number): Buffer => {
        const frame = Buffer.concat([whole, Buffer.alloc(4)]).subarray(0, length);
        frame.writeUInt32BE(length, 0);
        return frame;
      };
      for (const [length, result] of [[207, 0], [215, 0], [228, 1], [206, 4]] as const) {
        peer.write(under(length, cut(length)));
        expect(resultOf(await peer.next()), `${length} octets`).to.equal(result);
      }
      await alive(peer);
    });

    it("reads Msg_level, times, and what only CMPP understands", async () => {
      const peer = await connectedSp(bench.port);
      const times = { At_Time: "240515103046032+", ValId_Time: "000001000000000R" };
      for (const [index, level] of [0, 1, 3, 4, 6, 7, 9].entries()) peer.write(submitOf(2 + index, { Msg_level: level, ...times, LinkID: "LINK" }));
      await until(() => bench.desk.submits.length === 7);
      expect(bench.desk.submits.map(({ message }) => message.priority)).to.deep.equal([0, 1, 1, 2, 2, 3, 3]);
      const message = bench.desk.submits[6]?.message;
      expect([message?.scheduledAtMs, message?.expiresAtMs]).to.deep.equal([VECTOR_MS + 3_600_000, VECTOR_MS + 86_400_000]);
      expect(message?.extras?.toString("latin1")).to.equal("C\t\u0002\0\u000001000000901234\0\u0004LINK");
    });

    const FIELDS: readonly (readonly [string, Parameters<typeof submitOf>[1] & object, number, string])[] = [
      ["a billing ticket", { Registered_Delivery: 2 }, 1, "Registered_Delivery"],
      ["Registered_Delivery 3", { Registered_Delivery: 3 }, 1, "Registered_Delivery"],
      ["Msg_level 10", { Msg_level: 10 }, 1, "Msg_level"],
      ["part 3 of 2", { Pk_total: 2, Pk_number: 3 }, 1, "Pk_number"],
      ["part 0 of 2", { Pk_total: 2, Pk_number: 0 }, 1, "Pk_number"],
      ["part 2 of 1", { Pk_total: 1, Pk_number: 2 }, 1, "Pk_number"],
      ["another's Msg_src", { Msg_src: "901235" }, 11, "Msg_src"],
      ["no Msg_src", { Msg_src: "" }, 11, "Msg_src"],
      ["an At_Time of 12 digits", { At_Time: "240515103046" }, 1, "At_Time"],
      ["an At_Time in years", { At_Time: "280515103046032+" }, 1, "At_Time"],
      ["a ValId_Time gone by", { ValId_Time: "240515083046032+" }, 1, "ValId_Time"],
      ["octets from 0x80 on in ASCII", { Msg_Content: Buffer.from("68e9", "hex") }, 4, "Msg_Content"],
      ["a header longer than the content", { TP_udhi: 1, Msg_Content: Buffer.from("ff69", "hex") }, 4, "Msg_Content"],
      ["quirk 10: 141 octets of UCS-2", { Msg_Fmt: 8, Msg_Content: Buffer.alloc(141) }, 4, "Msg_Length"],
      ["quirk 10: UCS-2 of an odd length", { Msg_Fmt: 8, Msg_Content: Buffer.alloc(7) }, 4, "Msg_Length"],
      ["no text at all", { Msg_Content: Buffer.alloc(0) }, 4, "Msg_Length"],
      ["161 octets of ASCII", { Msg_Content: Buffer.alloc(161, 0x61) }, 4, "Msg_Length"],
    ];
    for (const [name, change, result, field] of FIELDS) {
      it(`refuses ${name} with Result ${result}, names the field, and lives on`, async () => {
        const peer = await connectedSp(bench.port);
        peer.write(submitOf(77, change));
        const answer = await peer.next();
        expect([resultOf(answer), idOf(answer), answer.readUInt32BE(8)]).to.deep.equal([result, "0".repeat(16), 77]);
        expect(bench.desk.refusals).to.deep.equal([{ outcome: Outcome.malformed, detail: field }]);
        expect(bench.desk.submits).to.deep.equal([]);
        await alive(peer);
      });
    }

    it("takes any Msg_src where the account's is not checked", async () => {
      bench.desk.verdict = { accepted: true, window: 16, deliverWindow: 16, alphabet0: "gsm7", checkContentSource: false };
      const peer = await connectedSp(bench.port);
      peer.write(submitOf(2, { Msg_src: "777777" }));
      expect(resultOf(await peer.next())).to.equal(0);
    });

    it("C066 gives two texts to one number two ids", async () => {
      const peer = await connectedSp(bench.port);
      peer.write(Buffer.concat([submitOf(2), submitOf(3)]));
      const ids = [idOf(await peer.next()), idOf(await peer.next())];
      expect(new Set(ids).size).to.equal(2);
      expect(ids).to.not.include("0".repeat(16));
    });
  });

  describe("the submit window", () => {
    const open = { accepted: true, window: 10, deliverWindow: 10, alphabet0: "gsm7", checkContentSource: true } as const;
    const many = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, (_, index) => submitOf(index + 1)));

    it("takes up to twice the window of what comes in one piece, answers 8 to the rest, and reads on as answers go", async () => {
      bench.desk.verdict = open;
      bench.desk.outcome = null;
      const peer = await connectedSp(bench.port);
      peer.write(many(25));
      for (let sequence = 21; sequence <= 25; sequence++) {
        const answer = await peer.next();
        expect([answer.readUInt32BE(8), resultOf(answer)]).to.deep.equal([sequence, 8]);
      }
      expect([bench.desk.submits.length, bench.desk.sessions[0]?.unanswered, bench.desk.refusals.length]).to.deep.equal([20, 20, 5]);
      peer.write(submitOf(26));
      await settle();
      expect(bench.desk.submits.length).to.equal(20);
      for (const { session, handle } of bench.desk.submits.slice(0, 11)) session.answerSubmit(handle, 0, messageId(SECOND, 0, handle));
      await until(() => bench.desk.submits.length === 21, "the submit that waited");
      expect(bench.desk.submits[20]?.handle).to.equal(26);
    });

    it("quirk 12: echoes the sequences around the wrap as they are", async () => {
      const peer = await connectedSp(bench.port);
      for (const sequence of [0xffff_fffe, 0xffff_ffff, 0, 1]) {
        peer.write(submitOf(sequence, { Msg_Content: Buffer.from(`text ${sequence}`) }));
        expect((await peer.next()).readUInt32BE(8)).to.equal(sequence);
      }
      expect(bench.desk.submits.length).to.equal(4);
    });
  });

  describe("cancel", () => {
    it("asks for the message that the Msg_Id is, and answers as the vectors have it", async () => {
      for (const [version, answer] of [["20", "CANCEL_RESP_20"], ["30", "0000001080000007 0000000b 00000000"]] as const) {
        const peer = await connectedSp(bench.port, vector(`CONNECT_${version}`));
        peer.write(vector("CANCEL"));
        const due = version === "20" ? vector(answer).toString("hex") : answer.replaceAll(" ", "");
        expect(await peer.nextHex()).to.equal(due);
      }
      const due = { messageId: messageId(SECOND, 0, 0x1234), source: "", destination: "", serviceType: "" };
      expect(bench.desk.cancels).to.deep.equal([due, due]);
    });

    for (const given of ["not_found", "too_late", "unavailable"] as const) {
      it(`answers "${given}" with Success_Id 1`, async () => {
        bench.desk.cancelled = given;
        const peer = await connectedSp(bench.port);
        peer.write(vector("CANCEL"));
        expect(await peer.nextHex()).to.equal(vector("CANCEL_RESP_30").toString("hex"));
      });
    }

    it("answers 1 by itself to another gateway's id and to what is none", async () => {
      const peer = await connectedSp(bench.port);
      for (const id of ["57a5eb8003e81234", "0000000000000000", "ffffffffffffffff", "57a5eb80"]) {
        peer.write(frameOf(7, 11, id));
        expect(await peer.nextHex(), id).to.equal(vector("CANCEL_RESP_30").toString("hex"));
      }
      expect(bench.desk.cancels).to.deep.equal([]);
    });

    it("counts in the window like submits", async () => {
      bench.desk.verdict = { accepted: true, window: 2, deliverWindow: 2, alphabet0: "gsm7", checkContentSource: true };
      bench.desk.cancelled = null;
      const peer = await connectedSp(bench.port);
      peer.write(Buffer.concat(Array.from({ length: 6 }, (_, index) => under(index, vector("CANCEL")))));
      expect((await peer.next()).readUInt32BE(8)).to.equal(4);
      expect([bench.desk.cancels.length, bench.desk.sessions[0]?.unanswered]).to.deep.equal([4, 4]);
    });
  });

  describe("query", () => {
    const counts = { accepted: 120, sent: 110, waiting: 4, failed: 6, inboundDelivered: 7, inboundWaiting: 0, inboundFailed: 1 };

    it("answers a day's figures as the vector has them, but messages and users are one number", async () => {
      bench.desk.queried = { kind: "day", counts };
      const peer = await connectedSp(bench.port);
      peer.write(vector("QUERY"));
      expect(await peer.nextHex()).to.equal(vector("QUERY_RESP").toString("hex").replace("00000064", "00000078"));
      expect(bench.desk.queries).to.deep.equal([{ kind: "day", day: "20240515", serviceType: null }]);
    });

    it("asks for one Service_Id's where Query_Type is 1, and repeats the question in the answer", async () => {
      const peer = await connectedSp(bench.port);
      peer.write(frameOf(6, 12, `${Buffer.from("20240515").toString("hex")}01${Buffer.from("TEST\0\0\0\0\0\0").toString("hex")}${"00".repeat(8)}`));
      const answer = await peer.next();
      expect(answer.toString("latin1", 12, 25)).to.equal("20240515\u0001TEST");
      expect(bench.desk.queries).to.deep.equal([{ kind: "day", day: "20240515", serviceType: "TEST" }]);
    });

    it("answers zeros to a day that is none and to a Query_Type nobody knows, and asks nobody", async () => {
      const peer = await connectedSp(bench.port);
      for (const [day, type] of [["20240230", 0], ["2024 515", 0], ["00000000", 0], ["20240515", 2]] as const) {
        peer.write(frameOf(6, 12, `${Buffer.from(day).toString("hex")}0${type}${"00".repeat(18)}`));
        const answer = await peer.next();
        expect([answer.length, answer.toString("latin1", 12, 20), answer.toString("hex", 31)], day).to.deep.equal([63, day, "00".repeat(32)]);
      }
      expect(bench.desk.queries).to.deep.equal([]);
    });

    it("takes a QUERY as far as it goes, without its last fields or with octets behind it; one that ends in its day is answered with zeros", async () => {
      bench.desk.queried = { kind: "day", counts };
      const peer = await connectedSp(bench.port);
      const body = vector("QUERY").toString("hex", 12);
      for (const octets of [body.slice(0, 16), body.slice(0, 38), body.slice(0, 42), `${body}00`]) {
        peer.write(frameOf(6, 12, octets));
        expect((await peer.next()).readUInt32BE(31), octets).to.equal(120);
      }
      for (const octets of ["", body.slice(0, 10)]) {
        peer.write(frameOf(6, 12, octets));
        const answer = await peer.next();
        expect([answer.length, answer.toString("hex", 31)], octets).to.deep.equal([63, "00".repeat(32)]);
      }
      await alive(peer);
      expect([bench.desk.queries.length, bench.log.loud]).to.deep.equal([4, []]);
    });

    it("answers nothing where the figures cannot be had, and has room again", async () => {
      bench.desk.queried = { kind: "unavailable" };
      const peer = await connectedSp(bench.port);
      peer.write(vector("QUERY"));
      await alive(peer);
      expect([bench.desk.queries.length, bench.desk.sessions[0]?.unanswered]).to.deep.equal([1, 0]);
      bench.desk.queried = { kind: "day", counts };
      peer.write(vector("QUERY"));
      expect((await peer.next()).length).to.equal(63);
    });
  });

  describe("commands that no SP sends", () => {
    for (const command of [0x03, 0x05, 0x09, 0x0a, 0x10, 0x17, 0x99]) {
      it(`closes at 0x${command.toString(16)} and says so in one line`, async () => {
        const peer = await connectedSp(bench.port);
        peer.write(frameOf(command, 5));
        await peer.closed();
        await until(() => bench.desk.ends.length === 1);
        expect(bench.desk.ends[0]?.reason).to.equal("command_refused");
        expect([peer.untaken, bench.log.loud]).to.deep.equal([0, ["command_refused"]]);
      });
    }

    it("ignores answers to nothing", async () => {
      const peer = await connectedSp(bench.port);
      for (const command of [0x80000001, 0x80000002, 0x80000004, 0x80000005, 0x80000006, 0x80000009, 0x80000099]) peer.write(frameOf(command, 5));
      await alive(peer);
    });
  });

  it("uses the listener's gateway code and its own node in every Msg_Id", async () => {
    bench.desk.messageId = messageId(SECOND, 3, 0);
    const peer = await connectedSp(bench.port);
    peer.write(submitOf(2));
    const id = BigInt(`0x${idOf(await peer.next())}`);
    expect([Number((id >> 16n) & 0x3f_ffffn), Number(id & 0xffffn)]).to.deep.equal([GATEWAY + 3, 1]);
  });
});
