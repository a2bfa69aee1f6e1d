import { expect } from "chai";
import type { Message } from "../../../protocols/model/message.js";
import { messageText } from "../../../protocols/model/text.js";
import { MessageState } from "../../../protocols/model/state.js";
import { Commit } from "../../../src/store/store.js";
import { part, Road, text } from "./road.js";

const DUAN = "77ed";
const SIGNATURE = "【测试】";
const hexOf = (written: string): string => Buffer.from(written, "utf16le").swap16().toString("hex");

/** A road whose operator takes no text longer than 67 characters as it is. */
function narrow(terms: ConstructorParameters<typeof Road>[0] = {}, most = 67): Road {
  const road = new Road(terms);
  road.operator.mostUnits = most;
  return road;
}

function texts(parts: readonly { readonly message: Message }[] | undefined): (string | null)[] {
  return (parts ?? []).map(({ message }) => messageText(message));
}

describe("a text that does not go out as it is", () => {
  it("C016 is one message of five segments for its customer, and five parts of at most 67 characters for an operator without payloads", () => {
    const road = narrow();
    const message = road.send(text(DUAN.repeat(300)));
    expect(road.store.accepted.map(({ state, segments, chargeMicros }) => [state, segments, chargeMicros])).to.deep.equal([[MessageState.held, 5, 175_000]]);
    const [split] = road.store.splits;
    expect([split?.messageId, split?.dueMs, split?.wordsVersion]).to.deep.equal([message.id, 0, 1]);
    expect(texts(split?.parts).map((one) => one?.length)).to.deep.equal([67, 67, 67, 67, 32]);
    expect(split?.parts.map((one) => one.message.id)).to.deep.equal([1, 2, 3, 4, 5].map((no) => message.id + no));
    // The next message's id is not one of theirs.
    expect(road.send(text(DUAN)).id).to.equal(message.id + 6);
    expect(road.flow.holder.release.splits).to.equal(1);
  });

  it("C040 keeps validity, priority, receipt and time on every part", () => {
    const road = narrow();
    const atMs = road.clock.wallMs + 60_000;
    const message = Object.assign(text(DUAN.repeat(300)), { priority: 2, receiptWanted: 3, expiresAtMs: atMs + 60_000, scheduledAtMs: atMs, submitKey: 5 });
    road.send(message);
    const [split] = road.store.splits;
    expect(split?.dueMs).to.equal(atMs);
    for (const one of split?.parts ?? []) {
      expect(one.message).to.include({ priority: 2, receiptWanted: 3, expiresAtMs: atMs + 60_000, scheduledAtMs: atMs, submitKey: 0, segmentTotal: 5 });
    }
  });

  it("has a reference that the one before to the same number did not have", () => {
    const road = narrow();
    for (let sent = 0; sent < 3; sent++) road.send(text(DUAN.repeat(100)));
    const references = road.store.splits.map(({ parts }) => parts[0]?.message.segmentReference);
    expect(new Set(references).size).to.equal(3);
    expect(new Set(references.map((reference) => (reference ?? 0) & 255)).size).to.equal(3);
  });

  it("is refused in the answer when no plan can be made, and costs nothing", () => {
    const road = narrow({}, 1);
    road.send(text(DUAN.repeat(300)));
    expect([road.answers, road.store.accepted.length]).to.deep.equal([["too_long"], 0]);
  });

  it("is split after a restart that came between, and ends when ids are another's", () => {
    const road = narrow();
    const message = road.submit(text(DUAN.repeat(100)));
    const stored = road.stored(message);
    const [fresh, taken] = [narrow(), narrow()];
    taken.store.splitResults.push(Commit.failed);
    for (const after of [fresh, taken]) {
      after.flow.restore({
        accounts: [], operators: new Map(), lanes: new Map(), waiting: new Map(), outbox: new Map(), highestId: message.id, held: [stored], uncertain: 0, knownSubmits: [],
      });
      after.store.commit();
    }
    expect(fresh.store.splits.map(({ parts }) => parts.map((one) => one.message.id))).to.deep.equal([[message.id + 1, message.id + 2]]);
    expect(taken.ended(message)).to.deep.equal(["rejected too_long"]);
  });

  it("ends after a restart rather than take ids that are another's: none were kept, and now it is too long", () => {
    const road = narrow({}, 200);
    const message = road.submit(text(DUAN.repeat(100)));
    const fresh = narrow();
    fresh.flow.restore({
      accounts: [], operators: new Map(), lanes: new Map(), waiting: new Map(), outbox: new Map(), highestId: message.id, held: [road.stored(message)], uncertain: 0, knownSubmits: [],
    });
    fresh.store.commit();
    expect([fresh.store.splits, fresh.ended(message)]).to.deep.equal([[], ["rejected too_long"]]);
  });

  it("is left HELD on disk when the store is down, and split at its deadline", () => {
    const road = narrow();
    const message = road.submit(text(DUAN.repeat(100)));
    road.store.splitResults.push(Commit.unavailable);
    road.store.commit();
    road.flow.heldOverdue([road.stored(message)]);
    road.store.commit();
    expect(road.store.splits.map(({ messageId }) => messageId)).to.deep.equal([message.id, message.id]);
    expect(road.flow.holder.release.judges(message.id)).to.equal(false);
  });

  it("of the customer's own parts is planned as a whole: each is written anew or split, and keeps its own id and charge", () => {
    const road = narrow({}, 2);
    const first = road.send(part(`0500032a0201${DUAN.repeat(3)}`));
    const second = road.send(part(`0500032a0202${DUAN}`));
    expect(road.store.accepted.map(({ segments }) => segments)).to.deep.equal([1, 1]);
    expect(texts(road.store.splits[0]?.parts)).to.deep.equal(["短短", "短"]);
    expect(road.store.splits[0]?.parts.map((one) => one.message.id)).to.deep.equal([first.id + 1, first.id + 2]);
    expect(second.id).to.equal(first.id + 3);
    const rewritten = road.store.rewritten.get(second.id);
    expect([rewritten?.id, rewritten?.segmentNumber, rewritten?.segmentTotal]).to.deep.equal([second.id, 3, 3]);
  });

  it("that came twice goes out twice, under ids of its own", () => {
    const road = narrow({}, 2);
    const hexes = [`0500032a0201${DUAN.repeat(3)}`, `0500032a0201${DUAN.repeat(3)}`, `0500032a0202${DUAN}`];
    const messages = hexes.map((hex) => road.send(part(hex)));
    const ids = road.store.splits.map(({ parts }) => parts.map((one) => one.message.id));
    expect(ids).to.deep.equal([messages[0], messages[1]].map((message) => [(message?.id ?? 0) + 1, (message?.id ?? 0) + 2]));
  });

  it("that came twice asks for receipts as either asked for", () => {
    const road = narrow({}, 2);
    const hex = `0500032a0201${DUAN.repeat(3)}`;
    const [, again] = [road.send(part(hex)), road.send(Object.assign(part(hex), { receiptWanted: 3, expiresAtMs: road.clock.wallMs + 60_000 }))];
    road.send(part(`0500032a0202${DUAN}`));
    const wanted = road.store.splits.map(({ parts }) => parts.map(({ message }) => [message.receiptWanted, message.expiresAtMs === again.expiresAtMs]));
    expect(wanted).to.deep.equal([[[0, false], [0, false]], [[3, true], [3, true]]]);
  });

  it("ends rather than take ids that are another's when the plan has grown", () => {
    const road = narrow({}, 2);
    const first = road.send(part(`0500032a0201${DUAN.repeat(3)}`));
    road.operator.mostUnits = 1;
    const second = road.send(part(`0500032a0202${DUAN}`));
    road.store.commit();
    expect([road.ended(first), road.ended(second)], "half a text is worse than none").to.deep.equal([["rejected too_long"], ["rejected too_long"]]);
  });
});

describe("an account's fixed signature", () => {
  it("stands in front of every text once, and counts", () => {
    const road = new Road({ signature: SIGNATURE });
    road.send(text(DUAN.repeat(66)));
    road.send(text(DUAN.repeat(67)));
    road.send(text(hexOf(`${SIGNATURE}短信`)));
    expect(road.store.accepted.map(({ message, segments }) => [messageText(message)?.slice(0, 5), messageText(message)?.length, segments])).to.deep.equal([
      [`${SIGNATURE}短`, 70, 1], [`${SIGNATURE}短`, 71, 2], [`${SIGNATURE}短`, 6, 1],
    ]);
    expect(road.store.accepted.map(({ state }) => state)).to.deep.equal(new Array(3).fill(MessageState.dispatched));
  });

  it("is screened with the text: no word may come into being between them", () => {
    const road = new Road({ signature: "开发" });
    road.send(text("7968"));
    expect(road.answers).to.deep.equal(["blocked_content"]);
  });

  it("stands in front of the first part of a customer's long text, which counts by what both take at 67 characters", () => {
    const road = narrow({ signature: SIGNATURE });
    const first = road.send(part(`0500032a0201${DUAN.repeat(67)}`));
    const second = road.send(part(`0500032a0202${DUAN.repeat(10)}`));
    expect(road.store.accepted.map(({ segments }) => segments)).to.deep.equal([2, 1]);
    expect(texts(road.store.splits[0]?.parts)).to.deep.equal([SIGNATURE + "短".repeat(63), "短".repeat(4)]);
    expect(second.id).to.be.greaterThan(first.id + 2);
    const short = new Road({ signature: SIGNATURE });
    short.send(part(`0500032a0201${DUAN.repeat(63)}`));
    short.send(part(`0500032a0202${DUAN.repeat(67)}`));
    expect(short.store.accepted.map(({ segments }) => segments)).to.deep.equal([1, 1]);
    expect([...short.store.rewritten.values()].map((one) => messageText(one))).to.deep.equal([SIGNATURE + "短".repeat(63), "短".repeat(67)]);
  });

  it("may make a later part grow, too: ids are kept for what it can become beside its siblings", () => {
    const road = narrow({ signature: SIGNATURE }, 60);
    const second = road.send(part(`0500032a0202${DUAN.repeat(60)}`));
    // Beside the first part it goes out in an encoding that takes more room.
    road.operator.mostUnits = 40;
    road.send(part(`0500032a0201${DUAN.repeat(10)}`));
    expect(texts(road.store.splits[0]?.parts)).to.deep.equal(["短".repeat(40), "短".repeat(20)]);
    expect(road.store.splits[0]?.parts.map((one) => one.message.id)).to.deep.equal([second.id + 1, second.id + 2]);
  });

  it("is not put in front of a later part whose beginning never came", () => {
    const road = new Road({ signature: SIGNATURE });
    const message = road.send(part(`0500032a0202${DUAN}`));
    road.flow.heldOverdue([road.stored(message)]);
    expect([road.released(message), road.store.rewritten.size]).to.deep.equal([[true], 0]);
  });
});

describe("a signature that the operator adds", () => {
  it("C042 counts: 66 characters are one segment, 67 are two, 131 are three", () => {
    const road = narrow();
    road.operator.signatureUnits = 4;
    for (const units of [66, 67, 131]) road.send(text(DUAN.repeat(units)));
    expect(road.store.accepted.map(({ segments, chargeMicros }) => [segments, chargeMicros])).to.deep.equal([[1, 35_000], [2, 70_000], [3, 105_000]]);
    expect(texts(road.store.splits.at(-1)?.parts).map((one) => one?.length)).to.deep.equal([63, 67, 1]);
  });

  it("counts with the first part of a customer's own", () => {
    const road = new Road();
    road.operator.signatureUnits = 4;
    for (const hex of [`0500032a0201${DUAN.repeat(64)}`, `0500032a0202${DUAN.repeat(67)}`]) road.send(part(hex));
    expect(road.store.accepted.map(({ segments }) => segments)).to.deep.equal([2, 1]);
  });
});
