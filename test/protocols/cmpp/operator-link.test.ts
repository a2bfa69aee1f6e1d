import { expect } from "chai";
import { hex, settle, TIMERS, until } from "../peers.js";
import {
  ID, bodyOf, boundBench, closeBenches, connectResp, linkBench, message, pdu, submitResp, vector, type Bound,
} from "./gateway.js";

const ACTIVE_TEST = 0x00000008;
const ACTIVE_TEST_RESP = 0x80000008;
const TERMINATE = 0x00000002;
const TERMINATE_RESP = 0x80000002;

const commandOf = (frame: Buffer): number => frame.readUInt32BE(4);

describe("CMPP operator link", () => {
  afterEach(closeBenches);

  describe("CONNECT", () => {
    for (const [version, name] of [["2.0", "20"], ["3.0", "30"]] as const) {
      it(`${version}: is the vector octet for octet, and the vector's answer binds without a warning`, async () => {
        const { centre, desk, link, log } = await linkBench({ version });
        const peer = await centre.peer();
        expect(await peer.nextHex()).to.equal(vector(`CONNECT_${name}`));
        expect(link.bound).to.equal(false);
        peer.write(vector(`CONNECT_RESP_${name}`));
        await until(() => desk.binds === 1);
        expect(link.bound).to.equal(true);
        expect(log.loud).to.deep.equal([]);
      });
    }

    it("says 2.1 where the settings do, and is laid out as 2.0 then", async () => {
      const bench = await linkBench({ version: "2.1" });
      const peer = await bench.centre.peer();
      const connect = await peer.next();
      expect(connect[34]).to.equal(0x21);
      connectResp(peer, connect, { octets: 1, version: 0x21 });
      await until(() => bench.desk.binds === 1);
      bench.link.submit(message(), {});
      expect((await peer.next()).length).to.equal(191);
    });

    it("writes an SP_Id of less than six characters with NULs behind it and proves the bare name (quirk 4)", async () => {
      const bench = await linkBench({}, { systemId: "9012" });
      const connect = await (await bench.centre.peer()).next();
      expect(connect.toString("hex", 12, 18)).to.equal("393031320000");
    });

    it("takes a four-octet Status in a 2.0 session by its length, whichever width the gateway hashed", async () => {
      for (const octets of [1, 4] as const) {
        const bench = await linkBench({ version: "2.0" });
        const peer = await bench.centre.peer();
        connectResp(peer, await peer.next(), { octets, version: 0x20 });
        await until(() => bench.desk.binds === 1);
        expect(bench.log.loud).to.deep.equal([]);
        bench.link.submit(message(), {});
        expect((await peer.next()).length).to.equal(191);
      }
    });

    it("warns of a wrong AuthenticatorISMG and goes on; a strict link parts from it", async () => {
      const wrong = { authenticator: Buffer.alloc(16, 7) };
      const bench = await linkBench();
      const peer = await bench.centre.peer();
      connectResp(peer, await peer.next(), wrong);
      await until(() => bench.desk.binds === 1);
      expect(bench.log.loud).to.deep.equal(["authenticator_wrong"]);
      const strict = await linkBench({ strict_authenticator: true });
      const other = await strict.centre.peer();
      connectResp(other, await other.next(), wrong);
      await until(() => strict.desk.downs.length === 1);
      expect(strict.desk.downs[0]?.reason).to.equal("connect refused: AuthenticatorISMG is wrong");
      expect(strict.desk.binds).to.equal(0);
    });

    const pauses = (lines: { event: string; fields: Record<string, unknown> }[]): number[] =>
      lines.filter((line) => line.event === "link_down").map((line) => Number(line.fields["next_try_ms"]));

    for (const [status, words] of [[2, /source address/], [3, /authentication/], [4, /version/]] as const) {
      it(`takes Status ${status} for a lasting refusal, in either width, and says why`, async () => {
        for (const octets of [1, 4] as const) {
          const { centre, desk, log } = await linkBench();
          const peer = await centre.peer();
          connectResp(peer, await peer.next(), { status, octets });
          await until(() => desk.downs.length === 1);
          expect(desk.downs[0]?.reason).to.match(/^connect refused: CONNECT_/).and.match(words);
          expect(pauses(log.lines)[0]).to.be.within(15_000, 30_000);
        }
      });
    }

    it("comes back soon after Status 5, one connection too many", async () => {
      const { centre, desk, log, clock } = await linkBench();
      const peer = await centre.peer();
      connectResp(peer, await peer.next(), { status: 5 });
      await until(() => desk.downs.length === 1);
      expect(pauses(log.lines)[0]).to.be.within(500, 1_000);
      clock.advance(1_000);
      await centre.peer(1);
    });

    it("is refused by the vectors of a failed one", async () => {
      for (const name of ["CONNECT_RESP_20_authfail", "CONNECT_RESP_30_vertoohigh"]) {
        const { centre, desk } = await linkBench();
        const peer = await centre.peer();
        await peer.next();
        peer.write(vector(name));
        await until(() => desk.downs.length === 1);
        expect(desk.downs[0]?.reason).to.match(/CONNECT_(AUTHENTICATION|VERSION)/);
      }
    });

    it("takes a refusal that is nothing but its Status, with or without a Version, for what it says", async () => {
      for (const [octets, reason] of [["03", /AUTHENTICATION/], ["0320", /AUTHENTICATION/], ["00000004", /VERSION/], ["0000000430", /VERSION/]] as const) {
        const bench = await linkBench({}, { reconnectMinMs: 1_000, reconnectMaxMs: 60_000 });
        const peer = await bench.centre.peer();
        await peer.next();
        peer.write(pdu(0x80000001, 1, octets));
        await until(() => bench.desk.downs.length === 1);
        expect(bench.desk.downs[0]?.reason, octets).to.match(reason);
        bench.clock.advance(20_000);
        await settle();
        expect(bench.centre.peers.length, "a lasting refusal is not asked again soon").to.equal(1);
      }
      const cut = await linkBench();
      const peer = await cut.centre.peer();
      await peer.next();
      peer.write(pdu(0x80000001, 1, "00"));
      await until(() => cut.desk.downs.length === 1);
      expect(cut.desk.downs[0]?.reason).to.equal("connect refused: the answer is broken");
    });

    it("gives up an answer that ends before its Status, an unanswered one at the deadline, and nothing is written before", async () => {
      const broken = await linkBench();
      const peer = await broken.centre.peer();
      await peer.next();
      expect(broken.link.submit(message(), {})).to.equal(false);
      peer.write(pdu(0x80000001, 1));
      await until(() => broken.desk.downs.length === 1);
      expect(broken.desk.downs[0]?.reason).to.equal("connect refused: the answer is broken");
      const silent = await linkBench();
      await (await silent.centre.peer()).next();
      silent.clock.advance(10_000);
      await until(() => silent.desk.downs.length === 1);
      expect(silent.desk.downs[0]?.reason).to.equal("bind_deadline");
    });

    it("speaks 2.0 with a gateway that answers a 3.0 CONNECT as 2.0, but not with one that only states it", async () => {
      const lowered = await linkBench();
      const peer = await lowered.centre.peer();
      connectResp(peer, await peer.next(), { octets: 1, version: 0x20 });
      await until(() => lowered.desk.binds === 1);
      lowered.link.submit(message(), {});
      expect((await peer.next()).length).to.equal(191);
      const stated = await linkBench();
      const other = await stated.centre.peer();
      connectResp(other, await other.next(), { version: 0x20 });
      await until(() => stated.desk.binds === 1);
      stated.link.submit(message(), {});
      expect((await other.next()).length).to.equal(227);
    });

    it("says which of its settings make no sense", async () => {
      const settings = { retry_results: "8, soon", stat_classes: "MK*=undeliverable,X", service_id: "短信", fee_code: "0000000" };
      const bench = await boundBench(settings, { systemId: "9012345" });
      expect(bench.log.lines.filter((line) => line.event === "setting_ignored").map((line) => line.fields["fault"])).to.deep.equal([
        "service_id: not up to 10 characters of ASCII", "fee_code: not up to 6 characters of ASCII", "retry_results: soon is no Result",
        "stat_classes: X is no WORD=state", "the SP_Id is longer than 6 characters",
      ]);
      bench.link.submit(message(), {});
      expect(bodyOf(await bench.peer.next())).to.deep.include({ Service_Id: "TEST", FeeCode: "000000", Msg_src: "901234" });
    });
  });

  describe("submits", () => {
    for (const [version, name, octets] of [["2.0", "20", 21], ["3.0", "30", 24]] as const) {
      it(`${version}: are the vector octet for octet; the vector's answer gives the id as 16 digits`, async () => {
        const { desk, link, peer } = await boundBench({ version });
        const ticket = { n: 1 };
        expect(link.submit(message(), ticket)).to.equal(true);
        expect(await peer.nextHex()).to.equal(vector(`SUBMIT_${name}`));
        const answer = vector(`SUBMIT_RESP_${name}`);
        expect(answer.length).to.equal(octets * 2);
        peer.write(answer);
        await until(() => desk.answered.length === 1);
        expect(desk.answered[0]).to.deep.equal({
          ticket, answer: { reaction: "ok", status: 0, statusName: "CMPP_OK", operatorMessageId: ID },
        });
        expect(link.outstanding).to.equal(0);
      });

      it(`${version}: Result 8 of the vector slows the link down, and the message is tried again`, async () => {
        const { desk, link, peer } = await boundBench({ version });
        link.submit(message(), {});
        await peer.next();
        peer.write(vector(`SUBMIT_RESP_${name}_flow`));
        await until(() => desk.answered.length === 1);
        expect(desk.answered[0]?.answer).to.deep.equal({
          reaction: "slow_down", status: 8, statusName: "CMPP_FLOW_CONTROL", operatorMessageId: "",
        });
      });

      it(`${version}: answers of the other version's width are read by their length`, async () => {
        const { desk, link, peer } = await boundBench({ version });
        for (const result of [0, 13]) {
          link.submit(message(), {});
          submitResp(peer, await peer.next(), result, version === "2.0");
        }
        await until(() => desk.answered.length === 2);
        expect(desk.answered.map((each) => each.answer.status)).to.deep.equal([0, 13]);
      });
    }

    it("C062 counts the first answer; the second and the third are ignored and counted, and told once", async () => {
      const { desk, link, peer, log, clock } = await boundBench({ version: "2.0" });
      link.submit(message(), { n: 1 });
      const frame = await peer.next();
      submitResp(peer, frame, 0, false);
      submitResp(peer, frame, 0, false, "57a5eb8003e91299");
      await settle();
      clock.advance(TIMERS.responseMs);
      await settle();
      submitResp(peer, frame, 0, false, "57a5eb8003e91299");
      await settle();
      expect(desk.answered.map((each) => each.answer.operatorMessageId)).to.deep.equal([ID]);
      expect(desk.timedOut).to.deep.equal([]);
      expect(log.lines.filter((line) => line.event === "answer_ignored").length).to.equal(1);
      // No answer is ever sent to a response.
      for (const sent of peer.frames) expect(commandOf(sent)).to.be.lessThan(0x80000000);
      peer.socket.destroy();
      await until(() => desk.downs.length === 1);
      expect(log.lines.find((line) => line.event === "link_down")?.fields["ignored_answers"]).to.equal(2);
    });

    it("C064 takes every Result but 8 for final, and keeps the Msg_Id of a refusal for none", async () => {
      const { desk, link, peer } = await boundBench({ version: "2.0" }, { window: 300 });
      for (let result = 1; result < 256; result++) {
        link.submit(message(), { result });
        submitResp(peer, await peer.next(), result, false);
      }
      await until(() => desk.answered.length === 255);
      for (const { ticket, answer } of desk.answered) {
        expect(answer.status).to.equal((ticket as { result: number }).result);
        expect(answer.operatorMessageId).to.equal("");
        if (answer.status === 8) expect(answer.reaction).to.equal("slow_down");
        else expect(answer.reaction).to.be.oneOf(["refuse", "refuse_alarm"]);
      }
      expect(desk.answered[9]?.answer.statusName).to.equal("CMPP_SRC_ID");
    });

    it("C064 tries again after the Results that the link's settings name, and after no other", async () => {
      const { desk, link, peer } = await boundBench({ retry_results: "9, 20" });
      for (const result of [8, 9, 20, 21]) {
        link.submit(message(), {});
        submitResp(peer, await peer.next(), result);
      }
      await until(() => desk.answered.length === 4);
      expect(desk.answered.map((each) => each.answer.reaction)).to.deep.equal(["refuse", "retry", "retry", "refuse_alarm"]);
    });

    it("C066 keeps two texts to one number of one second apart by the ids of their answers", async () => {
      const { desk, link, peer } = await boundBench();
      link.submit(message(), { n: 1 });
      link.submit(message(), { n: 2 });
      const [first, second] = [await peer.next(), await peer.next()];
      submitResp(peer, second, 0, true, "57a5eb8003e91235");
      submitResp(peer, first, 0, true, "57a5eb8003e91234");
      await until(() => desk.answered.length === 2);
      expect(desk.answered.map((each) => [each.ticket, each.answer.operatorMessageId])).to.deep.equal([
        [{ n: 2 }, "57a5eb8003e91235"], [{ n: 1 }, "57a5eb8003e91234"],
      ]);
    });

    it("says once that a gateway accepts without giving an id", async () => {
      const { desk, link, peer, log } = await boundBench();
      for (let n = 0; n < 2; n++) {
        link.submit(message(), {});
        submitResp(peer, await peer.next(), 0, true, "0000000000000000");
      }
      await until(() => desk.answered.length === 2);
      expect(desk.answered[1]?.answer).to.deep.include({ reaction: "ok", operatorMessageId: "" });
      expect(log.loud).to.deep.equal(["answer_without_id"]);
    });

    it("leaves a message unanswered whose answer ends before the result", async () => {
      const { desk, link, peer } = await boundBench();
      link.submit(message(), {});
      const frame = await peer.next();
      peer.write(pdu(0x80000004, frame.readUInt32BE(8), ID));
      await settle();
      expect(desk.answered).to.deep.equal([]);
      expect(link.outstanding).to.equal(1);
    });

    it("never writes more than the window; places that answers free are told once a read", async () => {
      const { desk, link, peer } = await boundBench({}, { window: 3 });
      for (let n = 0; n < 3; n++) expect(link.submit(message(), {})).to.equal(true);
      expect(link.submit(message(), {})).to.equal(false);
      const frames = [await peer.next(), await peer.next(), await peer.next()];
      peer.write(frames.map((frame) => pdu(0x80000004, frame.readUInt32BE(8), `${ID}00000000`)).join(""));
      await until(() => link.windowFree === 3);
      expect(desk.windowOpens).to.equal(1);
    });

    it("reports an overdue submit once, keeps its place, and still takes its late answer", async () => {
      const { clock, desk, link, peer } = await boundBench({}, { window: 2 });
      link.submit(message(), { n: 1 });
      const frame = await peer.next();
      for (let passed = 0; passed < 80_000; passed += 20_000) {
        clock.advance(20_000);
        peer.write(pdu(ACTIVE_TEST, 1));
        await settle();
      }
      expect(desk.timedOut).to.deep.equal([{ n: 1 }]);
      expect(link.windowFree).to.equal(1);
      submitResp(peer, frame, 0);
      await until(() => desk.answered.length === 1);
      expect(link.windowFree).to.equal(2);
    });

    it("refuses by itself what cannot be said to the operator, as an answer in a turn of its own", async () => {
      const { desk, link, peer } = await boundBench({ retry_results: "6,8,13" });
      expect(link.submit(message({ destination: "1".repeat(33) }), { n: 1 })).to.equal(true);
      expect(link.submit(message({ octets: Buffer.alloc(142) }), { n: 2 })).to.equal(true);
      expect(desk.answered).to.deep.equal([]);
      await until(() => desk.answered.length === 2);
      expect(desk.answered.map((each) => [each.ticket, each.answer.statusName])).to.deep.equal([
        [{ n: 1 }, "CMPP_DEST_TERMINAL_ID"], [{ n: 2 }, "CMPP_TOO_LONG"],
      ]);
      // However often such a message were tried again, it could not be said.
      expect(desk.answered.map((each) => each.answer.reaction)).to.deep.equal(["refuse", "refuse_alarm"]);
      expect(link.outstanding).to.equal(0);
      expect(peer.untaken).to.equal(0);
    });

    it("hands back what was in flight when the connection breaks, and dials again", async () => {
      const { centre, clock, desk, link, peer } = await boundBench();
      link.submit(message(), { n: 1 });
      await peer.next();
      peer.socket.destroy();
      await until(() => desk.downs.length === 1);
      expect(desk.downs[0]?.unanswered).to.deep.equal([{ n: 1 }]);
      clock.advance(1_000);
      await centre.peer(1);
    });
  });

  describe("ACTIVE_TEST", () => {
    it("is answered with 13 octets", async () => {
      const { peer } = await boundBench();
      peer.write(vector("ACTIVE_TEST"));
      expect(await peer.nextHex()).to.equal(vector("ACTIVE_TEST_RESP"));
    });

    async function quiet(settings: Record<string, number> = {}): Promise<Bound> {
      return boundBench(settings, { timers: { ...TIMERS, enquireMs: 180_000, responseMs: 60_000, idleMs: 0 } });
    }

    it("goes out after C of quiet, again after T each, and after N of them the connection is given up", async () => {
      const { clock, desk, peer } = await quiet();
      clock.advance(200_000);
      await peer.next();
      for (const times of [2, 3]) {
        clock.advance(60_000);
        await until(() => peer.frames.length === 1 + times);
      }
      expect(peer.frames.slice(1).map(commandOf)).to.deep.equal([ACTIVE_TEST, ACTIVE_TEST, ACTIVE_TEST]);
      expect(desk.downs).to.deep.equal([]);
      clock.advance(60_100);
      await until(() => desk.downs.length === 1);
      expect(desk.downs[0]?.reason).to.equal("enquire_unanswered");
    });

    it("goes out as often as the settings say", async () => {
      const { clock, desk, peer } = await quiet({ active_test_tries: 1 });
      clock.advance(200_000);
      await peer.next();
      clock.advance(60_100);
      await until(() => desk.downs.length === 1);
      expect(peer.untaken).to.equal(0);
    });

    it("is answered well with 13 octets or with 12 (quirk 3)", async () => {
      for (const body of ["00", ""]) {
        const { clock, desk, peer } = await quiet({ active_test_tries: 1 });
        clock.advance(200_000);
        peer.write(pdu(ACTIVE_TEST_RESP, (await peer.next()).readUInt32BE(8), body));
        await settle();
        clock.advance(100_000);
        expect(desk.downs).to.deep.equal([]);
      }
    });
  });

  describe("frames", () => {
    it("are the same in one chunk or in many (quirk 7)", async () => {
      const { desk, link, peer } = await boundBench();
      const octets = hex(vector("DELIVER_30_report") + vector("DELIVER_30_mo") + vector("ACTIVE_TEST"));
      peer.write(octets);
      await until(() => peer.untaken === 3);
      for (const octet of octets) peer.write(Buffer.from([octet]));
      await until(() => peer.untaken === 6);
      expect([desk.receipts.length, desk.inbounds.length]).to.deep.equal([2, 2]);
      expect(link.bound).to.equal(true);
    });

    for (const length of ["0000000b", "ffffffff", "00001001"]) {
      it(`of an impossible length (${length}) end the connection without a word (quirk 7)`, async () => {
        const { desk, log, peer } = await boundBench();
        peer.write(`${length}0000000500000001`);
        await until(() => desk.downs.length === 1);
        expect(desk.downs[0]?.reason).to.equal("framing");
        expect(log.loud).to.deep.equal(["frame_refused"]);
        expect(peer.untaken).to.equal(0);
      });
    }

    it("that only gateways speak among each other are refused or passed over, and the link stays", async () => {
      const { link, log, peer } = await boundBench();
      peer.write(pdu(0x00000010, 5) + pdu(0x00000003, 6) + pdu(0x80000077, 7) + pdu(0x00000009, 8, "00".repeat(200)) + vector("ACTIVE_TEST"));
      const refused = await peer.next();
      expect([commandOf(refused), refused.readUInt32BE(8), refused.readUInt32BE(22)]).to.deep.equal([0x80000009, 8, 2]);
      expect(await peer.nextHex()).to.equal(vector("ACTIVE_TEST_RESP"));
      expect(link.bound).to.equal(true);
      expect(log.loud).to.deep.equal(["command_refused"]);
    });

    it("are numbered from 1, and a gateway's numbers are given back whatever they are (quirk 12)", async () => {
      const { link, peer } = await boundBench();
      link.submit(message(), {});
      expect((await peer.next()).readUInt32BE(8)).to.equal(2);
      for (const sequence of ["ffffffff", "00000000", "00000001"]) {
        peer.write(vector("DELIVER_30_mo").replace(/^(.{16}).{8}/, `$1${sequence}`));
        expect((await peer.next()).toString("hex", 8, 12)).to.equal(sequence);
      }
    });
  });

  describe("TERMINATE", () => {
    it("goes out when the answers in flight have come, and the link does not come back", async () => {
      const { centre, clock, desk, link, peer } = await boundBench();
      link.submit(message(), {});
      const frame = await peer.next();
      const parted = link.unbind(5_000);
      expect(link.windowFree).to.equal(0);
      await settle();
      expect(peer.untaken).to.equal(0);
      submitResp(peer, frame, 0);
      const terminate = await peer.next();
      expect([terminate.length, commandOf(terminate)]).to.deep.equal([12, TERMINATE]);
      peer.write(pdu(TERMINATE_RESP, terminate.readUInt32BE(8)));
      await parted;
      expect(desk.downs).to.deep.equal([{ reason: "unbound", unanswered: [] }]);
      clock.advance(120_000);
      await settle();
      expect(centre.peers.length).to.equal(1);
    });

    it("of the operator makes our own parting no longer", async () => {
      const { clock, desk, link, peer } = await boundBench();
      link.submit(message(), {});
      await peer.next();
      const parted = link.unbind(2_000);
      clock.advance(1_900);
      peer.write(vector("TERMINATE") + vector("ACTIVE_TEST"));
      await peer.next();
      clock.advance(200);
      expect(await peer.nextHex()).to.equal(vector("TERMINATE_RESP"));
      await parted;
      expect(desk.downs.map(({ unanswered }) => unanswered.length)).to.deep.equal([1]);
    });

    it("of the operator is answered, and the link comes back soon", async () => {
      const { centre, clock, desk, peer } = await boundBench();
      peer.write(vector("TERMINATE"));
      expect(await peer.nextHex()).to.equal(vector("TERMINATE_RESP"));
      await until(() => desk.downs.length === 1);
      expect(desk.downs[0]?.reason).to.equal("unbound_by_peer");
      clock.advance(1_000);
      await centre.peer(1);
    });
  });

  it("C118 writes one destination to a SUBMIT, and TP_udhi, Pk_total and Msg_Fmt as they were received", async () => {
    const { link, peer } = await boundBench({ version: "2.0" });
    link.submit(
      message({ octets: hex("050003390201" + "77ed"), hasUdh: true, segmentForm: 1, segmentReference: 0x39, segmentTotal: 2, segmentNumber: 1 }), {},
    );
    link.submit(message({ destination: "8613900139000", octets: Buffer.from("hello"), encoding: 1, codingOctet: 0 }), {});
    expect(bodyOf(await peer.next(), 0x20)).to.deep.include({ TP_udhi: 1, Pk_total: 2, Pk_number: 1, Msg_Fmt: 8, Dest_terminal_Id: ["13800138000"] });
    expect(bodyOf(await peer.next(), 0x20)).to.deep.include({ TP_udhi: 0, Pk_total: 1, Pk_number: 1, Msg_Fmt: 0, Dest_terminal_Id: ["13900139000"] });
  });
});
