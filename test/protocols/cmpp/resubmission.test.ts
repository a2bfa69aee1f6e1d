import { expect } from "chai";
import { messageId } from "../../../protocols/model/message-id.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { TIMERS, VECTOR_MS, connectedSp, idOf, resultOf, settle, spBench, submitOf, until, type CustomerBench, type RawPeer } from "./customer-bench.js";

const ID = messageId(VECTOR_MS / 1_000, 0, 0x1234);

describe("A SUBMIT that is sent again", () => {
  let bench: CustomerBench;
  let peer: RawPeer;
  beforeEach(async () => {
    bench = await spBench({ timers: { ...TIMERS, enquireMs: 0 } });
    bench.desk.messageId = ID;
    peer = await connectedSp(bench.port);
  });
  afterEach(async () => bench.listener.close());

  it("quirk 6: gets the answer it had, and is no second message", async () => {
    peer.write(submitOf(7));
    const first = await peer.nextHex();
    bench.clock.advance(60_000);
    peer.write(submitOf(7));
    expect(await peer.nextHex()).to.equal(first);
    bench.clock.advance(60_000);
    peer.write(submitOf(7));
    expect(await peer.nextHex()).to.equal(first);
    expect([bench.desk.submits.length, bench.desk.refusals.length]).to.deep.equal([1, 0]);
  });

  it("gets one answer with the first while that has none", async () => {
    bench.desk.outcome = null;
    peer.write(Buffer.concat([submitOf(7), submitOf(7), submitOf(7)]));
    await until(() => bench.desk.submits.length === 1);
    await settle();
    bench.desk.sessions[0]?.answerSubmit(7, Outcome.ok, ID);
    expect(idOf(await peer.next())).to.equal("57a5eb8003e91234");
    await settle();
    expect([peer.untaken, bench.desk.submits.length, bench.desk.sessions[0]?.unanswered]).to.deep.equal([0, 1, 0]);
  });

  it("gets the same refusal where it was refused for good", async () => {
    bench.desk.outcome = Outcome.no_credit;
    for (let count = 0; count < 2; count++) {
      peer.write(submitOf(7));
      expect(resultOf(await peer.next())).to.equal(100);
    }
    expect(bench.desk.submits.length).to.equal(1);
  });

  it("is taken where it was refused for the moment: clients repeat what got 8 under its old sequence", async () => {
    for (const outcome of [Outcome.throttled, Outcome.queue_full, Outcome.store_unavailable]) {
      bench.desk.outcome = outcome;
      peer.write(submitOf(7));
      expect(resultOf(await peer.next())).to.equal(8);
    }
    bench.desk.outcome = Outcome.ok;
    peer.write(submitOf(7));
    expect(resultOf(await peer.next())).to.equal(0);
    expect(bench.desk.submits.length).to.equal(4);
  });

  it("with another body under the same sequence gets Result 3, before and after the answer, and the first is not harmed", async () => {
    bench.desk.outcome = null;
    peer.write(submitOf(7));
    await until(() => bench.desk.submits.length === 1);
    peer.write(submitOf(7, { Msg_Content: Buffer.from("hellp") }));
    const refusal = await peer.next();
    expect([resultOf(refusal), refusal.readUInt32BE(8), idOf(refusal)]).to.deep.equal([3, 7, "0".repeat(16)]);
    bench.desk.sessions[0]?.answerSubmit(7, Outcome.ok, ID);
    expect(idOf(await peer.next())).to.equal("57a5eb8003e91234");
    peer.write(submitOf(7, { Dest_terminal_Id: ["13800138001"] }));
    expect(resultOf(await peer.next())).to.equal(3);
    expect(bench.desk.refusals).to.deep.equal([
      { outcome: Outcome.malformed, detail: "Sequence_Id" }, { outcome: Outcome.malformed, detail: "Sequence_Id" },
    ]);
  });

  it("is a new one after 180 s, the same or another", async () => {
    peer.write(submitOf(7));
    const first = idOf(await peer.next());
    for (let step = 0; step < 9; step++) {
      bench.clock.advance(20_000);
      peer.write(submitOf(1_000 + step));
      await peer.next();
    }
    peer.write(submitOf(7));
    expect(idOf(await peer.next())).to.not.equal(first);
    peer.write(submitOf(1_000, { Msg_Content: Buffer.from("other") }));
    expect(resultOf(await peer.next()), "used 160 s ago").to.equal(3);
  });

  it("is known among the last 1,024, and a new one beyond", async () => {
    peer.write(submitOf(7));
    const first = idOf(await peer.next());
    const rest = Array.from({ length: 1_023 }, (_, index) => submitOf(1_000 + index));
    for (const frame of rest) {
      peer.write(frame);
      await peer.next();
    }
    peer.write(submitOf(7));
    expect(idOf(await peer.next())).to.equal(first);
    peer.write(submitOf(5_000));
    await peer.next();
    peer.write(submitOf(7));
    expect(idOf(await peer.next())).to.not.equal(first);
  });

  it("C060 on two connections with the same Sequence_Id: each has its own answer, and neither is the other's again", async () => {
    const other = await connectedSp(bench.port);
    peer.write(submitOf(7));
    other.write(submitOf(7, { Msg_Content: Buffer.from("other") }));
    const answers = [await peer.next(), await other.next()];
    expect(answers.map((frame) => [frame.readUInt32BE(8), resultOf(frame)])).to.deep.equal([[7, 0], [7, 0]]);
    expect(new Set(answers.map(idOf)).size).to.equal(2);
    const keys = bench.desk.submits.map(({ message }) => message.submitKey);
    expect(new Set(keys).size).to.equal(2);
  });

  it("keeps its key and id when the connection ends, for the next one", async () => {
    bench.desk.outcome = null;
    peer.write(Buffer.concat([submitOf(7), submitOf(8), submitOf(9, { Dest_terminal_Id: ["13800138000", "13900139000"] }), submitOf(10)]));
    await until(() => bench.desk.submits.length === 3);
    const [session] = bench.desk.sessions;
    session?.answerSubmit(7, Outcome.ok, ID);
    session?.answerSubmit(8, Outcome.no_credit, 0);
    session?.answerSubmit(9, Outcome.ok, ID + 1);
    peer.socket.destroy();
    await until(() => bench.desk.ends.length === 1);
    const [first] = bench.desk.submits.map(({ message }) => message.submitKey);
    const group = bench.desk.groups[0]?.messages[0]?.submitKey;
    expect([...(session?.answeredKeys ?? [])]).to.deep.equal([[first, ID], [group, ID + 1]]);
    // What is decided after the end is the gateway's to remember.
    session?.answerSubmit(10, Outcome.ok, ID + 3);
    expect(session?.answeredKeys.size).to.equal(2);
  });

  it("keeps its key and id when it is decided after the connection broke and before its end is told", async () => {
    bench.desk.outcome = null;
    peer.write(Buffer.concat([submitOf(7), submitOf(8)]));
    await until(() => bench.desk.submits.length === 2);
    const [session] = bench.desk.sessions;
    session?.destroy("cut");
    session?.answerSubmit(7, Outcome.ok, ID);
    session?.answerSubmit(8, Outcome.throttled, 0);
    expect(bench.desk.ends.length).to.equal(0);
    await until(() => bench.desk.ends.length === 1);
    expect([...(session?.answeredKeys ?? [])]).to.deep.equal([[bench.desk.submits[0]?.message.submitKey, ID]]);
  });

  it("has the same key on every connection, whatever its header's length says, and another for another sequence", async () => {
    const other = await connectedSp(bench.port);
    peer.write(submitOf(7));
    other.write(Buffer.concat([submitOf(7), submitOf(8)]));
    await until(() => bench.desk.submits.length === 3);
    const keys = bench.desk.submits.map(({ session, message }) => [session.id, message.submitKey] as const);
    const mine = keys.filter(([id]) => id === bench.desk.sessions[0]?.id).map(([, key]) => key);
    const others = keys.filter(([id]) => id !== bench.desk.sessions[0]?.id).map(([, key]) => key);
    expect(others[0]).to.equal(mine[0]);
    expect(others[1]).to.not.equal(mine[0]);
  });

  it("is remembered over a change of the window", async () => {
    peer.write(submitOf(7));
    const first = await peer.nextHex();
    bench.desk.sessions[0]?.setWindow(1_000);
    peer.write(submitOf(7));
    expect(await peer.nextHex()).to.equal(first);
    expect(bench.desk.submits.length).to.equal(1);
  });
});
