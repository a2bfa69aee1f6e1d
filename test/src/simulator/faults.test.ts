import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readRecords } from "../../../src/simulator/record-file.js";
import { Bench, FIRST } from "./fixtures.js";

describe("LoadEsme against SimulatedSmsc", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.close());

  it("gets every message accepted and every receipt once", async () => {
    const { port, smsc } = await bench.smsc();
    const accepted = new Map<string, number>();
    const receipts = new Map<string, string>();
    const esme = await bench.esme(port, 2_000, {
      onAccepted: (ordinal, id) => accepted.set(id, ordinal),
      onReceipt: ({ id, destination }) => receipts.set(id, destination),
    });
    await esme.run();
    await bench.until(() => esme.totals.receipts >= 2_000);
    expect(esme.totals).to.include({ submitted: 2_000, accepted: 2_000, refused: 0, unanswered: 0, receipts: 2_000, strayAnswers: 0 });
    expect(accepted.size).to.equal(2_000);
    for (const [id, ordinal] of accepted) expect(receipts.get(id)).to.equal(String(FIRST + ordinal));
    expect(Object.fromEntries(esme.receiptsByState)).to.deep.equal({ DELIVRD: 2_000 });
    expect(esme.answerLatency.count).to.equal(2_000);
    await bench.until(() => smsc.totals.receiptsAcknowledged === 2_000);
  });

  it("never has more unanswered than its windows", async () => {
    const { port, smsc } = await bench.smsc({ latencyMs: 5 });
    let most = 0;
    const esme = await bench.esme(port, 500, { binds: 2, window: 20, onAccepted: () => (most = Math.max(most, smsc.totals.submits - esme.totals.accepted)) });
    await esme.run();
    expect(esme.totals.accepted).to.equal(500);
    expect(most).to.be.within(20, 41);
  });

  it("waits for the latency and then for the receipt's delay", async () => {
    const { port } = await bench.smsc({ latencyMs: 30, receiptDelayMs: 40 });
    const esme = await bench.esme(port, 10);
    const beganMs = bench.clock.preciseMs();
    await esme.run();
    const answeredMs = bench.clock.preciseMs();
    await bench.until(() => esme.totals.receipts === 10);
    expect(answeredMs - beganMs).to.be.at.least(28);
    expect(esme.answerLatency.percentileMs(0.5)).to.be.at.least(28);
    expect(bench.clock.preciseMs() - answeredMs).to.be.at.least(30);
  });

  it("offers no more than the rate it is given", async () => {
    const { port } = await bench.smsc();
    const esme = await bench.esme(port, 100, { ratePerSecond: 1_000 });
    const beganMs = bench.clock.preciseMs();
    await esme.run();
    expect(bench.clock.preciseMs() - beganMs).to.be.at.least(90);
    expect(esme.totals.accepted).to.equal(100);
  });

  it("sends the segments of long texts one after the other to one number", async () => {
    const destinations: string[] = [];
    const { port } = await bench.smsc({ onText: ({ destination, text, segments }) => destinations.push(`${destination} ${segments} ${text?.length}`) });
    const { TemplateSource } = await import("../../../src/simulator/load-source.js");
    const source = new TemplateSource({ messages: 300, texts: ["长".repeat(190)], source: "10690001", firstDestination: FIRST });
    const esme = await bench.esme(port, 0, { source });
    await esme.run();
    expect(esme.totals.accepted).to.equal(900);
    expect(destinations.sort()).to.deep.equal(Array.from({ length: 300 }, (_, message) => `${FIRST + message} 3 190`));
  });

  it("is throttled in the share asked for, the same one for the same seed", async () => {
    const counts: number[] = [];
    for (const seed of [7, 7, 8]) {
      const { port } = await bench.smsc({ seed, faults: { throttleRate: 0.2 } });
      const esme = await bench.esme(port, 1_000, { binds: 1 });
      await esme.run();
      expect([...esme.refusedByStatus.keys()]).to.deep.equal([0x58]);
      expect(esme.totals.accepted + esme.totals.refused).to.equal(1_000);
      counts.push(esme.totals.refused);
    }
    expect(counts[0]).to.be.within(140, 260);
    expect(counts[1]).to.equal(counts[0]);
    expect(counts[2]).to.not.equal(counts[0]);
  });

  it("is throttled above a rate", async () => {
    const { port } = await bench.smsc({ faults: { maxPerSecond: 100 } });
    const esme = await bench.esme(port, 300);
    await esme.run();
    expect(esme.totals.accepted).to.be.within(100, 200);
    expect(esme.refusedByStatus.get(0x58)).to.equal(300 - esme.totals.accepted);
  });

  it("is refused with the status asked for", async () => {
    const { port, smsc } = await bench.smsc({ faults: { errorRate: 1, errorStatus: 0x0b } });
    const esme = await bench.esme(port, 50);
    await esme.run();
    expect(Object.fromEntries(esme.refusedByStatus)).to.deep.equal({ 0x0b: 50 });
    expect(smsc.totals).to.include({ taken: 0, refused: 50, receiptsSent: 0 });
  });

  it("gets the receipts of messages whose answers were lost", async () => {
    const { port, smsc } = await bench.smsc({ faults: { lostAnswerRate: 0.1 } });
    const esme = await bench.esme(port, 200, { window: 200 });
    void esme.run();
    await bench.until(() => esme.totals.receipts === 200);
    expect(smsc.totals.answersLost).to.be.greaterThan(0);
    expect(esme.underWay).to.equal(smsc.totals.answersLost);
  });

  it("misses the receipts that were lost", async () => {
    const { port, smsc } = await bench.smsc({ faults: { lostReceiptRate: 0.5 } });
    const esme = await bench.esme(port, 200);
    await esme.run();
    await bench.until(() => smsc.totals.receiptsAcknowledged + smsc.totals.receiptsLost === 200);
    expect(smsc.totals.receiptsLost).to.be.within(60, 140);
    expect(esme.totals.receipts).to.equal(smsc.totals.receiptsAcknowledged);
  });

  it("gets receipts twice", async () => {
    const { port } = await bench.smsc({ faults: { duplicateReceiptRate: 1 } });
    const esme = await bench.esme(port, 50);
    await esme.run();
    await bench.until(() => esme.totals.receipts === 100);
  });

  it("gets receipts before their answers", async () => {
    const { port } = await bench.smsc({ latencyMs: 5, faults: { earlyReceiptRate: 1 } });
    const order: string[] = [];
    const esme = await bench.esme(port, 1, { onAccepted: (_, id) => order.push(`answer ${id}`), onReceipt: ({ id }) => order.push(`receipt ${id}`) });
    await esme.run();
    expect(order).to.have.length(2);
    expect(order[0]).to.equal(order[1]?.replace("answer", "receipt"));
  });

  it("sees every final state in its share", async () => {
    const { port } = await bench.smsc({ finalStates: { DELIVRD: 8, UNDELIV: 1, EXPIRED: 1 } });
    const esme = await bench.esme(port, 1_000);
    await esme.run();
    await bench.until(() => esme.totals.receipts === 1_000);
    expect([...esme.receiptsByState.keys()].sort()).to.deep.equal(["DELIVRD", "EXPIRED", "UNDELIV"]);
    expect(esme.receiptsByState.get("DELIVRD")).to.be.within(740, 860);
  });

  for (const dropAfterTaking of [false, true]) {
    it(`loses connections at every n-th submit, ${dropAfterTaking ? "after" : "before"} it was taken, and goes on`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "tollgate-simulator-"));
      const recordFile = join(folder, "records");
      const { port, smsc } = await bench.smsc({ recordFile, faults: { dropEvery: 100, dropAfterTaking } });
      const unanswered: number[] = [];
      const esme = await bench.esme(port, 500, { binds: 2, window: 10, onUnanswered: (ordinal) => unanswered.push(ordinal) });
      await esme.run();
      await bench.until(() => esme.boundBinds === 2 && smsc.totals.receiptsAcknowledged >= smsc.totals.taken);
      const { totals } = smsc;
      expect(totals.connectionsDropped).to.be.within(3, 5);
      expect(esme.totals).to.include({ submitted: 500, connectionsLost: totals.connectionsDropped, unanswered: unanswered.length });
      expect(esme.totals.accepted + unanswered.length).to.equal(500);
      const records = readRecords(recordFile);
      const taken = records.filter((record) => record.kind === "taken");
      expect(taken).to.have.length(totals.taken);
      expect(taken.filter((record) => record.answer === "dropped")).to.have.length(dropAfterTaking ? totals.connectionsDropped : 0);
      const acknowledged = new Set(records.filter((record) => record.kind === "acknowledged").map((record) => record.id));
      expect(acknowledged).to.deep.equal(new Set(taken.map((record) => record.id)));
      rmSync(folder, { recursive: true });
    });
  }

  it("writes down what was taken, octets and all", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tollgate-simulator-"));
    const recordFile = join(folder, "records");
    const { port } = await bench.smsc({ recordFile, faults: { lostReceiptRate: 1 } });
    const esme = await bench.esme(port, 1);
    await esme.run();
    const [record] = readRecords(recordFile);
    expect(record).to.deep.include({ kind: "taken", source: "10690001", destination: String(FIRST), dataCoding: 8, answer: "sent", receipt: "none" });
    expect(record?.kind === "taken" && record.octetsHex.startsWith("30106d4b8bd53011")).to.equal(true);
    rmSync(folder, { recursive: true });
  });

  it("tells a refused bind by its status", async () => {
    const { port } = await bench.smsc({ credentials: { systemId: "bench", password: "other" } });
    const refusal = await bench.esme(port, 1).catch((error: Error) => error.message);
    expect(refusal).to.equal("bind of bench refused: ESME_RINVPASWD");
  });

  it("receives messages from phones at the rate asked for", async () => {
    const { port } = await bench.smsc({ mo: { perSecond: 100, destination: "10690001", text: "TD" } });
    const texts: string[] = [];
    await bench.esme(port, 0, { onInbound: (deliver) => texts.push(deliver.octets.toString("latin1")) });
    await bench.until(() => texts.length >= 10);
    expect(new Set(texts)).to.deep.equal(new Set(["TD"]));
  });
});
