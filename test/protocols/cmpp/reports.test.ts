import { expect } from "chai";
import { Encoding } from "../../../protocols/model/message.js";
import type { Receipt } from "../../../protocols/model/receipt.js";
import { MessageState } from "../../../protocols/model/state.js";
import type { ProtocolSettings } from "../../../protocols/wire/protocol.js";
import { hex, settle, until } from "../peers.js";
import { ID, NOW_MS, boundBench, closeBenches, connectResp, linkBench, message, submitResp, vector, type Bound } from "./gateway.js";

const DONE_MS = Date.UTC(2024, 4, 15, 1, 31);

/** The report of the vectors with other fields. */
interface Report {
  stat?: string;
  submit?: string;
  done?: string;
  destination?: string;
  /** Octets of Msg_Content. */
  octets?: 60 | 71;
  /** Layout of the DELIVER around it. */
  version?: 0x20 | 0x30;
  id?: string;
}

function padded(text: string, octets: number): string {
  return Buffer.from(text, "latin1").toString("hex").padEnd(octets * 2, "0");
}

/** A DELIVER, sequence 7, that holds a report; `cut` octets are missing at its end. */
function deliver(report: Report = {}, cut = 0): Buffer {
  const { stat = "DELIVRD", submit = "2405150930", done = "2405150931", destination = "13800138000", octets = 71, version = 0x30, id = ID } = report;
  const body = id + padded(stat, 7) + padded(submit, 10) + padded(done, 10) + padded(destination, octets === 71 ? 32 : 21) + "12345678";
  const [phone, type, tail] = version === 0x30 ? [32, "00", 20] : [21, "", 8];
  const frame = hex(
    `00000000 00000005 00000007 57a5f08003e91235 ${padded("1069012345678", 21)} ${padded("TEST", 10)} 000000 ${padded("13800138000", phone)}` +
    `${type} 01 ${octets.toString(16)} ${body} ${"00".repeat(tail)}`,
  );
  const short = frame.subarray(0, frame.length - cut);
  short.writeUInt32BE(short.length, 0);
  return short;
}

/** Brings one DELIVER; the answer goes to `answered`. */
async function bring(bound: Bound, frame: Buffer | string): Promise<string> {
  bound.peer.write(frame);
  return bound.peer.nextHex();
}

async function receiptOf(frame: Buffer | string, settings: ProtocolSettings = {}): Promise<Receipt> {
  const bound = await boundBench(settings);
  await bring(bound, frame);
  expect(bound.desk.inbounds).to.deep.equal([]);
  return bound.desk.receipts[0]?.receipt as Receipt;
}

describe("CMPP reports", () => {
  afterEach(closeBenches);

  for (const [version, name] of [["2.0", "20"], ["3.0", "30"]] as const) {
    it(`${version}: the vector is read whole, addresses swapped back, and answered by the vector with the DELIVER's own id`, async () => {
      const bound = await boundBench({ version });
      expect(await bring(bound, vector(`DELIVER_${name}_report`))).to.equal(vector(`DELIVER_RESP_${name}`));
      const receipt = bound.desk.receipts[0]?.receipt as Receipt;
      expect(receipt).to.deep.include({
        operatorMessageId: ID, alternateId: "", state: MessageState.delivered, final: true, stateWord: "DELIVRD", error: "000",
        source: "1069012345678", destination: "13800138000", doneAtMs: DONE_MS,
      });
      expect(receipt.raw.length).to.equal(version === "2.0" ? 60 : 71);
    });

    it(`${version}: what cannot be stored now is answered with 8, what never will with 9`, async () => {
      const bound = await boundBench({ version });
      for (const [answer, result] of [["retry", "08"], ["refused", "09"]] as const) {
        bound.desk.answer = answer;
        const told = await bring(bound, vector(`DELIVER_${name}_report`));
        expect(told).to.equal(vector(`DELIVER_RESP_${name}`).replace(/00$/, result));
      }
    });
  }

  describe("by length, not by version (quirk 1)", () => {
    for (const [octets, version] of [[60, "3.0"], [71, "2.0"], [71, "3.0"], [60, "2.0"]] as const) {
      it(`${octets} octets in a ${version} session`, async () => {
        const wire = version === "3.0" ? 0x30 : 0x20;
        const receipt = await receiptOf(deliver({ octets, version: wire, destination: "13900139000" }), { version });
        expect(receipt).to.deep.include({ operatorMessageId: ID, stateWord: "DELIVRD", destination: "13900139000", doneAtMs: DONE_MS });
      });
    }

    it("a report of 3.0 that is 11 octets short at its end", async () => {
      expect(await receiptOf(deliver({}, 11))).to.deep.include({ operatorMessageId: ID, stateWord: "DELIVRD", destination: "13800138000" });
    });

    it("a DELIVER in the other version's layout", async () => {
      expect(await receiptOf(deliver({ version: 0x20, octets: 60 }), { version: "3.0" })).to.deep.include({ operatorMessageId: ID, final: true });
      expect(await receiptOf(deliver({ version: 0x30, octets: 71 }), { version: "2.0" })).to.deep.include({ operatorMessageId: ID, final: true });
    });

    it("a DELIVER that is whole in the other layout, though it could be read in the session's own without its tail", async () => {
      for (const stat of ["MK:0001", "MB:1234", "TG:0101"]) {
        expect(await receiptOf(deliver({ version: 0x20, octets: 60, stat }), { version: "3.0" })).to.deep.include({
          operatorMessageId: ID, stateWord: stat, final: true, destination: "13800138000",
        });
      }
      const bound = await boundBench();
      const phone = `57a6328003e91236 ${padded("1069012345678", 21)} ${padded("TEST", 10)} 000000 ${padded("13800138000", 21)} 00`;
      const octets = hex(`00000000 00000005 00000008 ${phone} 28 ${"30".repeat(40)} ${"00".repeat(8)}`);
      octets.writeUInt32BE(octets.length, 0);
      await bring(bound, octets);
      expect(bound.desk.receipts).to.deep.equal([]);
      expect(bound.desk.inbounds[0]?.message).to.deep.include({ source: "13800138000", octets: Buffer.alloc(40, 0x30) });
    });

    it("a DELIVER that breaks off inside its report loses none of what came", async () => {
      for (const version of ["3.0", "2.0"] as const) {
        const [wire, octets, tail] = version === "3.0" ? ([0x30, 71, 20] as const) : ([0x20, 60, 8] as const);
        for (const missing of [1, 4, 11, 25]) {
          const receipt = await receiptOf(deliver({ version: wire, octets }, tail + missing), { version });
          expect(receipt, `${version}, ${missing}`).to.deep.include({ operatorMessageId: ID, stateWord: "DELIVRD", final: true, destination: "13800138000" });
          expect(receipt.raw.length).to.equal(octets - missing);
        }
      }
    });

    it("a DELIVER with octets behind its end loses no report", async () => {
      const frame = Buffer.concat([deliver(), Buffer.alloc(5, 0x41)]);
      frame.writeUInt32BE(frame.length, 0);
      expect(await receiptOf(frame)).to.deep.include({ operatorMessageId: ID, stateWord: "DELIVRD" });
    });
  });

  it("are kept with their octets when they end before Msg_Id and Stat, and read as far as they go otherwise", async () => {
    const head = `00000000 00000005 00000007 57a5f08003e91235 ${padded("1069", 21)} ${padded("", 10)} 000000 ${padded("13800138000", 32)} 00 01`;
    const frame = (content: string): Buffer => {
      const octets = hex(`${head} ${(content.length / 2).toString(16).padStart(2, "0")} ${content} ${"00".repeat(20)}`);
      octets.writeUInt32BE(octets.length, 0);
      return octets;
    };
    expect(await receiptOf(frame("57a5eb80"))).to.deep.include({ operatorMessageId: "", state: MessageState.unknown, final: false, destination: "13800138000" });
    expect(await receiptOf(frame(ID + padded("UNDELIV", 7)))).to.deep.include({
      operatorMessageId: ID, state: MessageState.undeliverable, final: true, doneAtMs: 0, destination: "13800138000",
    });
  });

  describe("Stat", () => {
    const STANDARD = [
      ["DELIVRD", MessageState.delivered, true, "000"], ["EXPIRED", MessageState.expired, true, ""], ["DELETED", MessageState.deleted, true, ""],
      ["UNDELIV", MessageState.undeliverable, true, ""], ["REJECTD", MessageState.rejected, true, ""], ["ACCEPTD", MessageState.sent, false, ""],
      ["UNKNOWN", MessageState.unknown, true, ""],
    ] as const;
    for (const [stat, state, final, error] of STANDARD) {
      it(`${stat} is ${final ? "final" : "not final"}`, async () => {
        expect(await receiptOf(deliver({ stat }))).to.deep.include({ stateWord: stat, state, final, error });
      });
    }

    const VENDOR = [["MK:0001", "001"], ["ID:0123", "123"], ["CA:9999", "999"], ["SGIP:5", "005"], ["NOROUTE", ""], ["ERR12", "012"]] as const;
    for (const [stat, error] of VENDOR) {
      it(`${stat} is kept as it is, undeliverable, with error "${error}"`, async () => {
        expect(await receiptOf(deliver({ stat }))).to.deep.include({ stateWord: stat, state: MessageState.undeliverable, final: true, error });
      });
    }

    it("means what the link's settings say, whole or by its beginning, the standard's words included", async () => {
      const stat_classes = "MK:0001=expired, MK*=rejected, OK=delivered, acceptd=delivered, WAIT*=interim, ??=unknown";
      const bound = await boundBench({ stat_classes });
      for (const stat of ["MK:0001", "MK:0002", "OK", "ACCEPTD", "WAITING", "??", "DELIVRD", "ZZ:0001"]) await bring(bound, deliver({ stat }));
      expect(bound.desk.receipts.map(({ receipt }) => [receipt.state, receipt.final])).to.deep.equal([
        [MessageState.expired, true], [MessageState.rejected, true], [MessageState.delivered, true], [MessageState.delivered, true],
        [MessageState.sent, false], [MessageState.unknown, true], [MessageState.delivered, true], [MessageState.undeliverable, true],
      ]);
      expect(bound.log.loud).to.deep.equal([]);
    });

    it("C116 is cut at its NUL and its blanks (quirk 17), and does not swallow the time behind it when it fills its field", async () => {
      for (const [stat, word] of [["REJECTD", "REJECTD"], ["UNDEL \0", "UNDEL"], ["MK:01 ", "MK:01"], ["OK\0\0\0\0\0", "OK"]] as const) {
        const receipt = await receiptOf(deliver({ stat }));
        expect(receipt).to.deep.include({ stateWord: word, doneAtMs: DONE_MS });
      }
      expect((await receiptOf(deliver({ stat: "REJECTD" }))).state).to.equal(MessageState.rejected);
      expect((await receiptOf(deliver({ stat: "\0\0\0\0\0\0\0" }))).state).to.equal(MessageState.unknown);
    });
  });

  it("C114 are known by their ids whatever their times are", async () => {
    const times = [["2405150630", "2405150630"], ["2405151730", "2405151731"], ["0000000000", "0000000000"], ["9999999999", "\0\0\0\0\0\0\0\0\0\0"]] as const;
    const bound = await boundBench();
    for (const [submit, done] of times) await bring(bound, deliver({ submit, done }));
    expect(bound.desk.receipts.map(({ receipt }) => receipt.operatorMessageId)).to.deep.equal([ID, ID, ID, ID]);
    expect(bound.desk.receipts.map(({ receipt }) => receipt.doneAtMs)).to.deep.equal([NOW_MS - 45_000 - 3 * 3_600_000, DONE_MS + 8 * 3_600_000, 0, 0]);
  });

  it("of New Year are of the year that is near (quirk 14)", async () => {
    const bound = await boundBench();
    // The link's clock goes on to 00:30 of 2025-01-01 in Beijing.
    bound.clock.wallMs = Date.UTC(2024, 11, 31, 16, 30);
    await bring(bound, deliver({ submit: "2412312358", done: "2412312359" }));
    expect(bound.desk.receipts[0]?.receipt.doneAtMs).to.equal(Date.UTC(2024, 11, 31, 15, 59));
  });

  it("that come before the submit's answer are brought like any other, with the same id (quirk 5)", async () => {
    const bound = await boundBench();
    const { desk, link, peer } = bound;
    link.submit(message(), { n: 1 });
    const frame = await peer.next();
    await bring(bound, deliver());
    expect(desk.receipts[0]?.receipt.operatorMessageId).to.equal(ID);
    expect(desk.answered).to.deep.equal([]);
    submitResp(peer, frame, 0);
    await until(() => desk.answered.length === 1);
    expect(desk.answered[0]?.answer.operatorMessageId).to.equal(desk.receipts[0]?.receipt.operatorMessageId);
  });

  it("C066 of two texts to one number have the id of the text each is of, in whatever order they come", async () => {
    const bound = await boundBench();
    await bring(bound, deliver({ stat: "UNDELIV", id: "57a5eb8003e91235" }));
    await bring(bound, deliver({ id: "57a5eb8003e91234" }));
    expect(bound.desk.receipts.map(({ receipt }) => [receipt.operatorMessageId, receipt.stateWord])).to.deep.equal([
      ["57a5eb8003e91235", "UNDELIV"], ["57a5eb8003e91234", "DELIVRD"],
    ]);
  });

  describe("and messages from phones", () => {
    it("2.0: the vector in GB18030, to the service's number", async () => {
      const bound = await boundBench({ version: "2.0" });
      expect(await bring(bound, vector("DELIVER_20_mo"))).to.equal("00000015800000050000000857a6328003e9123600");
      expect(bound.desk.receipts).to.deep.equal([]);
      expect(bound.desk.inbounds[0]?.message).to.deep.include({
        source: "13800138000", destination: "1069012345678", encoding: Encoding.gb18030, codingOctet: 15, serviceType: "TEST", hasUdh: false,
        octets: hex("cdcbb6a9"), segmentTotal: 0,
      });
    });

    it("3.0: the vector in ASCII", async () => {
      const bound = await boundBench();
      expect(await bring(bound, vector("DELIVER_30_mo"))).to.equal("00000018800000050000000857a6328003e9123600000000");
      expect(bound.desk.inbounds[0]?.message).to.deep.include({ encoding: Encoding.ascii, octets: Buffer.from("TD") });
    });

    it("parts behind a header, announced by TP_udhi 1 or 64 (quirk 2)", async () => {
      const bound = await boundBench();
      for (const udhi of ["01", "40"]) {
        const frame = hex(vector("DELIVER_30_mo").slice(0, 2 * 88) + "08" + "05000339020177ed" + "00".repeat(20));
        frame[52] = parseInt(udhi, 16);
        frame[53] = 8;
        frame.writeUInt32BE(frame.length, 0);
        await bring(bound, frame);
      }
      expect(bound.desk.inbounds.length).to.equal(2);
      for (const { message: part } of bound.desk.inbounds) {
        expect(part).to.deep.include({ hasUdh: true, segmentReference: 0x39, segmentTotal: 2, segmentNumber: 1, encoding: Encoding.ucs2 });
      }
    });
  });

  describe("and their answers", () => {
    it("go to the DELIVER each is for, in whatever order they are given, and once", async () => {
      const { desk, link, peer } = await boundBench();
      desk.answer = null;
      for (const [sequence, id] of [["00000007", "57a5f08003e91235"], ["00000007", "57a5f08003e91236"], ["00000008", "cfdfbeffffffffff"]] as const) {
        peer.write(vector("DELIVER_30_report").replace(/^(.{16}).{8}.{16}/, `$1${sequence}${id}`));
      }
      await until(() => desk.receipts.length === 3);
      const handles = desk.receipts.map((each) => each.handle);
      for (const handle of [...handles].reverse()) link.answerDeliver(handle, "ok");
      for (const handle of handles) link.answerDeliver(handle, "refused");
      const answers = [await peer.nextHex(), await peer.nextHex(), await peer.nextHex()];
      expect(answers.map((each) => each.slice(16, 40))).to.deep.equal([
        "00000008cfdfbeffffffffff", "0000000757a5f08003e91236", "0000000757a5f08003e91235",
      ]);
      await settle();
      expect(peer.untaken).to.equal(0);
    });

    it("are never given on a later connection for a DELIVER of an earlier one", async () => {
      const { centre, clock, desk, link, peer } = await boundBench();
      desk.answer = null;
      peer.write(vector("DELIVER_30_report"));
      await until(() => desk.receipts.length === 1);
      peer.socket.destroy();
      await until(() => desk.downs.length === 1);
      clock.advance(1_000);
      const again = await centre.peer(1);
      connectResp(again, await again.next());
      await until(() => desk.binds === 2);
      link.answerDeliver(desk.receipts[0]?.handle as number, "ok");
      await settle();
      expect(again.untaken).to.equal(0);
    });

    it("that many DELIVERs wait for stop the reading, until half of them are given", async () => {
      const { desk, link, peer } = await boundBench({ deliver_window: 2 });
      desk.answer = null;
      peer.write(vector("DELIVER_30_mo").repeat(3));
      await until(() => desk.inbounds.length === 3);
      peer.write(vector("DELIVER_30_mo"));
      await settle();
      expect(desk.inbounds.length).to.equal(3);
      for (const { handle } of desk.inbounds.slice(0, 2)) link.answerDeliver(handle, "ok");
      await until(() => desk.inbounds.length === 4);
    });

    it("to a DELIVER that cannot be read name its Msg_Id and the fault", async () => {
      const bound = await boundBench();
      const broken = hex(vector("DELIVER_30_mo")).subarray(0, 80);
      broken.writeUInt32BE(80, 0);
      expect(await bring(bound, broken)).to.equal("00000018800000050000000857a6328003e9123600000001");
      expect(await bring(bound, "0000000e0000000500000009ffff")).to.equal("000000188000000500000009000000000000000000000001");
      expect(bound.desk.inbounds).to.deep.equal([]);
      expect(bound.log.loud).to.deep.equal(["delivery_refused", "delivery_refused"]);
      expect(bound.link.bound).to.equal(true);
    });

    it("are not given to a DELIVER that comes before the CONNECT is answered", async () => {
      const { centre, desk } = await linkBench();
      const peer = await centre.peer();
      const connect = await peer.next();
      peer.write(vector("DELIVER_30_report"));
      connectResp(peer, connect);
      await until(() => desk.binds === 1);
      expect([desk.receipts.length, peer.untaken]).to.deep.equal([0, 0]);
    });
  });
});
