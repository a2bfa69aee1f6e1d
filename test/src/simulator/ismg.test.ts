/** The simulated gateway and the load-making SP, against the sheet's vectors and against one another. */
import { expect } from "chai";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { ismgDigest, sourceDigest, timestampOf, writeHex } from "../../../src/simulator/cmpp-octets.js";
import { newReceipt } from "../../../src/simulator/delivery.js";
import { IsmgIds } from "../../../src/simulator/ismg-ids.js";
import { IsmgWriter, NO_QUIRKS } from "../../../src/simulator/ismg-delivery.js";
import { cmppLoad, readDeliver, readStat, submitOctets, writeConnect, writeSubmit } from "../../../src/simulator/load-cmpp.js";
import { TemplateSource } from "../../../src/simulator/load-source.js";
import { LoadEsme } from "../../../src/simulator/esme.js";
import type { LoadOptions } from "../../../src/simulator/esme.js";
import type { LoadInbound } from "../../../src/simulator/load-bind.js";
import { SimulatedIsmg } from "../../../src/simulator/ismg.js";
import type { IsmgOptions } from "../../../src/simulator/ismg.js";
import type { ArrivedText } from "../../../src/simulator/reassembly.js";
import type { ArrivedSubmit } from "../../../src/simulator/centre-options.js";
import { NO_FAULTS } from "../../../src/simulator/faults.js";
import { Bench, FIRST } from "./fixtures.js";

/** 2024-05-15 09:30:45 in Beijing. */
const MOMENT_MS = Date.UTC(2024, 4, 15, 1, 30, 45);
const ucs2 = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();
const TEXT_A = ucs2("【测试】您的验证码是123456");

const SUBMIT_20 = "000000bf00000004000000020000000000000000010101005445535400000000000002000000000000000000000000000000000000000000000008393031323334303130303030303000000000000000000000000000000000000000000000000000000000000000000000313036393031323334353637380000000000000000013133383030313338303030000000000000000000002030106d4b8bd5301160a876849a8c8bc17801662f0031003200330034003500360000000000000000";
const SUBMIT_30 = "000000e300000004000000020000000000000000010101005445535400000000000002000000000000000000000000000000000000000000000000000000000000000000000008393031323334303130303030303000000000000000000000000000000000000000000000000000000000000000000000313036393031323334353637380000000000000000013133383030313338303030000000000000000000000000000000000000000000002030106d4b8bd5301160a876849a8c8bc17801662f0031003200330034003500360000000000000000000000000000000000000000";
const TWO_DESTINATIONS = "000000b900000004000000050000000000000000010101005445535400000000000002000000000000000000000000000000000000000000000000393031323334303130303030303000000000000000000000000000000000000000000000000000000000000000000000313036393031323334353637380000000000000000023133383030313338303030000000000000000000003836313339303031333930303000000000000000000568656c6c6f0000000000000000";
const REPORT_20 = "57a5eb8003e9123444454c49565244323430353135303933303234303531353039333131333830303133383030300000000000000000000012345678";

describe("simulated CMPP on the wire", () => {
  const submit = { spId: "901234", source: "1069012345678", destinations: ["13800138000"], hasUdh: false, total: 1, number: 1, format: 8, receipt: true, octets: TEXT_A };

  it("writes CONNECT and the digests of both sides as the sheet's example", () => {
    const source = sourceDigest("901234", "tollgate1", 515093045);
    expect(source.toString("hex")).to.equal("6bcfc92cbe6ae603c1fd8ee20088d80e");
    expect(ismgDigest(0, false, source, "tollgate1").toString("hex")).to.equal("e34cd9196cc22cce0d3169ab1baa5f48");
    expect(ismgDigest(0, true, source, "tollgate1").toString("hex")).to.equal("e3ee88b8ac750564ea6afb8740635c84");
    expect(timestampOf(MOMENT_MS)).to.equal(515093045);
    const connect30 = Buffer.alloc(39);
    expect(writeConnect(connect30, 0, 1, 0x30, "901234", "tollgate1", MOMENT_MS)).to.equal(39);
    expect(connect30.toString("hex")).to.equal("0000002700000001000000013930313233346bcfc92cbe6ae603c1fd8ee20088d80e301eb3b235");
  });

  it("writes SUBMIT of 2.0 and 3.0 octet for octet, to several destinations too", () => {
    const target = Buffer.alloc(submitOctets(2), 0xee);
    const hex = (version: number, more: object = {}, sequence = 2): string => target.toString("hex", 0, writeSubmit(target, 0, sequence, version, { ...submit, ...more }));
    expect(hex(0x20)).to.equal(SUBMIT_20);
    expect(hex(0x30)).to.equal(SUBMIT_30);
    const two = { destinations: ["13800138000", "8613900139000"], format: 0, octets: Buffer.from("hello") };
    expect(hex(0x20, two, 5)).to.equal(TWO_DESTINATIONS);
  });

  it("writes reports of 60 and 71 octets, and reads them back", () => {
    const writer = new IsmgWriter(NO_QUIRKS);
    const receipt = newReceipt("57a5eb8003e91234", "DELIVRD", MOMENT_MS, "1069012345678", 0, 0, "13800138000", 0, 0);
    receipt.ownId = "57a5f08012345678";
    const target = Buffer.alloc(400, 0xee);
    for (const [version, total, length] of [[0x20, 145, 60], [0x30, 180, 71]] as const) {
      expect(writer.write(target, 0, 7, version, receipt, MOMENT_MS + 60_000)).to.equal(total);
      const read = readDeliver(target.subarray(0, total), version);
      expect(read).to.include({ source: "13800138000", destination: "1069012345678", report: true, hasUdh: false });
      expect(read?.octets).to.have.length(length);
      expect(readStat(read?.octets ?? Buffer.alloc(0))).to.equal("DELIVRD");
      if (version === 0x20) expect(read?.octets.toString("hex")).to.equal(REPORT_20);
    }
  });

  it("gives out ids of the sheet's layout, and a range runs round inside its sequence field", () => {
    const ids = new IsmgIds(new ManualClock(MOMENT_MS + 1_000), 1_001, 0x1233);
    expect(ids.take(1)).to.equal(timeId(46) + "1234");
    expect(ids.following(timeId(46) + "fffe", 3)).to.equal(timeId(46) + "0001");
    const octets = Buffer.alloc(8);
    writeHex(octets, 0, "57a5eb8003e91234");
    expect(octets.toString("hex")).to.equal("57a5eb8003e91234");
    const many = new Set(Array.from({ length: 70_000 }, () => ids.take(1)));
    expect(many.size).to.equal(70_000);
  });

  /** The first twelve digits of 05-15 09:30:`second`, gateway 1001. */
  function timeId(second: number): string {
    return ((((5n << 22n) | BigInt((15 << 17) | (9 << 12) | (30 << 6) | second)) << 22n) | 1_001n).toString(16).padStart(12, "0");
  }
});

for (const version of [0x20, 0x30] as const) {
  describe(`LoadEsme against SimulatedIsmg, CMPP ${version >> 4}.0`, () => {
    let bench: Bench;
    const closings: (() => Promise<void>)[] = [];

    beforeEach(() => {
      bench = new Bench();
    });
    afterEach(async () => {
      for (const closing of closings.splice(0).toReversed()) await closing();
      await bench.close();
    });

    const ismg = async (options: Partial<IsmgOptions> = {}): Promise<{ centre: SimulatedIsmg; port: number }> => {
      const centre = new SimulatedIsmg({ clock: bench.clock, credentials: { systemId: "901234", password: "tollgate1" }, ...options });
      closings.push(() => centre.close());
      return { centre, port: (await centre.start()).port };
    };
    const sp = async (port: number, messages: number, options: Partial<LoadOptions> = {}): Promise<LoadEsme> => {
      const wire = cmppLoad("901234", version);
      const source = new TemplateSource({ messages, texts: ["【测试】您的验证码是123456"], source: "10690001", firstDestination: FIRST, wire });
      const esme = new LoadEsme({
        host: "127.0.0.1", port, systemId: "901234", password: "tollgate1", binds: 2, window: 16, clock: bench.clock, reconnectMs: 10, source, wire, ...options,
      });
      closings.push(() => esme.close());
      await esme.start();
      return esme;
    };

    it("gets every message accepted and every receipt once, with the id of its answer", async () => {
      const { centre, port } = await ismg();
      const accepted = new Map<string, number>();
      const receipts = new Map<string, string>();
      const esme = await sp(port, 2_000, {
        onAccepted: (ordinal, id) => accepted.set(id, ordinal), onReceipt: ({ id, destination }) => receipts.set(id, destination),
      });
      await esme.run();
      await bench.until(() => centre.totals.receiptsAcknowledged === 2_000);
      expect(esme.totals).to.include({ submitted: 2_000, accepted: 2_000, refused: 0, unanswered: 0, receipts: 2_000, strayAnswers: 0 });
      expect(accepted.size).to.equal(2_000);
      for (const [id, ordinal] of accepted) expect(receipts.get(id)).to.equal(String(FIRST + ordinal));
      expect(Object.fromEntries(esme.receiptsByState)).to.deep.equal({ DELIVRD: 2_000 });
    });

    it("is refused for a wrong name, a wrong secret and a version too high, each with its Status", async () => {
      const { port } = await ismg({ version: 0x20 });
      const refusal = (options: Partial<LoadOptions>): Promise<string> => sp(port, 0, options).then(() => "let in", (error: Error) => error.message);
      expect(await refusal({ systemId: "900000" })).to.contain(version === 0x20 ? "Status 2" : "Status 4");
      expect(await refusal({ password: "other" })).to.contain(version === 0x20 ? "Status 3" : "Status 4");
    });

    it("is throttled with Result 8, refused with the one asked for, and loses what was to be lost", async () => {
      const { centre, port } = await ismg({ faults: { ...NO_FAULTS, throttleRate: 0.2, errorRate: 0.2, lostReceiptRate: 0.1, duplicateReceiptRate: 0.1 } });
      const esme = await sp(port, 1_000);
      await esme.run();
      expect([...esme.refusedByStatus.keys()].sort()).to.deep.equal([8, 9]);
      await bench.until(() => centre.waiting === 0 && centre.totals.receiptsAcknowledged === centre.totals.receiptsSent);
      expect(centre.totals.receiptsSent).to.be.greaterThan(centre.totals.taken - centre.totals.receiptsLost);
      expect(centre.totals.receiptsLost).to.be.greaterThan(0);
    });

    it("gets receipts that come before their answers, of states of its own, and with other lengths than its version's", async () => {
      const { port } = await ismg({
        finalStates: { "MK:0012": 1 }, faults: { ...NO_FAULTS, earlyReceiptRate: 1 },
        quirks: { reportOctets: version === 0x20 ? 71 : 60, wideStatus: true },
      });
      const esme = await sp(port, 20);
      await esme.run();
      await bench.until(() => esme.totals.receipts === 20);
      expect(Object.fromEntries(esme.receiptsByState)).to.deep.equal({ "MK:0012": 20 });
    });

    it("sees a long text arrive whole, and phones' texts come in the format asked for", async () => {
      const texts: ArrivedText[] = [];
      const inbound: LoadInbound[] = [];
      const { centre, port } = await ismg({ onText: (text) => texts.push(text) });
      const wire = cmppLoad("901234", version);
      const source = new TemplateSource({ messages: 10, texts: ["长".repeat(190)], source: "10690001", firstDestination: FIRST, wire });
      const esme = await sp(port, 0, { source, onInbound: (one) => inbound.push({ ...one, octets: Buffer.from(one.octets) }) });
      await esme.run();
      expect(texts.map(({ segments, text }) => `${segments} ${text?.length}`)).to.deep.equal(Array.from({ length: 10 }, () => "3 190"));
      const from = { source: "13800138000", destination: "10690001" };
      centre.injectMo({ ...from, text: "TD" });
      centre.injectMo({ ...from, text: "退订" });
      centre.injectMo({ ...from, text: "退订", coding: "gb18030" });
      expect(centre.injectMo({ ...from, text: "退订".repeat(50) })).to.equal(2);
      await bench.until(() => inbound.length === 5);
      expect(inbound.map(({ coding, hasUdh, octets }) => `${coding} ${hasUdh} ${hasUdh ? octets.length : octets.toString("hex")}`)).to.deep.equal([
        "0 false 5444", "8 false 90008ba2", "15 false cdcbb6a9", "8 true 140", "8 true 72",
      ]);
      expect(inbound[0]).to.include(from);
    });

    it("takes a SUBMIT to many destinations as as many messages, with ids in a row", async () => {
      const submits: [string, string][] = [];
      const { centre, port } = await ismg({ onSubmit: (submit: ArrivedSubmit, id) => submits.push([submit.destination, id]) });
      const socket = connect(port, "127.0.0.1");
      closings.push(() => Promise.resolve(void socket.destroy()));
      const frames = framesOf(socket);
      const octets = Buffer.alloc(4_096);
      socket.write(Buffer.from(octets.subarray(0, writeConnect(octets, 0, 1, version, "901234", "tollgate1", bench.clock.wallMs))));
      const destinations = Array.from({ length: 100 }, (_, at) => String(FIRST + at));
      const fields = { spId: "901234", source: "10690001", destinations, hasUdh: false, total: 1, number: 1, format: 0, receipt: true, octets: Buffer.from("hello") };
      socket.write(Buffer.from(octets.subarray(0, writeSubmit(octets, 0, 2, version, fields))));
      await bench.until(() => frames.length === 102);
      expect(submits.map(([destination]) => destination)).to.deep.equal(destinations);
      const answer = frames[1] ?? Buffer.alloc(0);
      expect(answer.toString("hex", 12, 20)).to.equal(submits[0]?.[1]);
      const reported = frames.slice(2).map((frame) => readDeliver(frame, version)?.octets.toString("hex", 0, 8));
      expect(reported).to.deep.equal(submits.map(([, id]) => id));
      expect(new Set(reported).size).to.equal(100);
      expect(centre.totals).to.include({ submits: 100, taken: 100, receiptsSent: 100 });
    });
  });
}

/** Whole frames as they come. */
function framesOf(socket: Socket): Buffer[] {
  const frames: Buffer[] = [];
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 12 && rest.length >= rest.readUInt32BE(0)) {
      const length = rest.readUInt32BE(0);
      frames.push(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  });
  return frames;
}
