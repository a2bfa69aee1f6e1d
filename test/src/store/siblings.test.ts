import { expect } from "chai";
import { newMessage } from "../../../protocols/model/message.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { MessageState } from "../../../protocols/model/state.js";
import { NOON, benchEach } from "./engine-bench.js";
import type { Bench, Submitted } from "./engine-bench.js";

const MINUTE = 60_000;

describe("the siblings of a part", () => {
  let bench: Bench;
  benchEach((each) => (bench = each));

  const accept = (place: readonly [number, number, number], submitted: Submitted = {}): number =>
    bench.accept({ state: MessageState.held, dueMs: bench.wallMs + 30_000, charge: 0, place, ...submitted }).id;
  const others = (count: number): void => {
    bench.batch(() => {
      for (let at = 0; at < count; at++) bench.putAccept({ state: MessageState.queued, charge: 0 });
    });
  };
  const texts = (withinMs: number, ...messageIds: number[]): { readonly asked: readonly number[]; readonly parts: readonly number[]; readonly cut: boolean }[] =>
    bench.ask({ kind: "siblings", messageIds, withinMs }).texts.map(({ messageIds: asked, parts, cut }) => ({ asked, parts: parts.map(({ id }) => id), cut }));

  it("are those of its account, addresses, reference and number of parts, whatever has become of them", () => {
    bench.account("b");
    const [first, second, third] = [1, 2, 3].map((number) => accept([7, 3, number])) as [number, number, number];
    accept([7, 3, 1], { account: 2 });
    accept([7, 3, 1], { source: "10690" });
    accept([7, 3, 1], { destination: "13800138001" });
    accept([8, 3, 1]);
    accept([7 + 256, 3, 1]);
    accept([7, 2, 1]);
    bench.dispatch(first);
    bench.sent(first, "K");
    bench.end(second, MessageState.rejected, Outcome.blocked_content);
    for (const withinMs of [0, MINUTE]) {
      expect(texts(withinMs, third), String(withinMs)).to.deep.equal([{ asked: [third], parts: [first, second, third], cut: false }]);
    }
    expect(bench.ask({ kind: "siblings", messageIds: [third], withinMs: 0 }).texts[0]?.parts[1]).to.include({ segmentTotal: 3, segmentNumber: 2, segmentReference: 7, destination: "13800138000" });
  });

  it("are none that their customer has taken back, and none of a message by itself or one that is gone", () => {
    const [first, second] = [accept([7, 2, 1]), accept([7, 2, 2])];
    bench.cancel(first);
    const alone = bench.accept({ state: MessageState.queued }).id;
    expect(texts(MINUTE, second, alone, alone + 1_000)).to.deep.equal([{ asked: [second], parts: [second], cut: false }]);
  });

  it("are those that a part was released with, under the reference it goes out under", () => {
    const [first, second] = [accept([7, 2, 1]), accept([7, 2, 2])];
    const as = (number: number) => ({ ...newMessage(), segmentReference: 900, segmentTotal: 2, segmentNumber: number, octets: Buffer.from(`new ${String(number)}`) });
    bench.release(first, 9, 0, as(1));
    bench.release(second, 9, 0, as(2));
    const found = bench.ask({ kind: "siblings", messageIds: [second], withinMs: 0 }).texts[0]?.parts;
    expect(found?.map(({ octets }) => octets.toString())).to.deep.equal(["new 1", "new 2"]);
  });

  it("are looked for among the nearest, or as far as a text's parts may be from one another", () => {
    const first = accept([7, 2, 1]);
    others(600);
    bench.wallMs += 20_000;
    const second = accept([7, 2, 2]);
    expect(texts(0, second)).to.deep.equal([{ asked: [second], parts: [second], cut: false }]);
    expect(texts(30_000, second)).to.deep.equal([{ asked: [second], parts: [first, second], cut: false }]);
    expect(texts(10_000, second)).to.deep.equal([{ asked: [second], parts: [second], cut: false }]);
    // What comes behind is found as well as what came before.
    expect(texts(30_000, first)[0]?.parts).to.deep.equal([first, second]);
    expect(texts(30_000, first, second)).to.deep.equal([{ asked: [first, second], parts: [first, second], cut: false }]);
  });

  it("are found on the other side of midnight, among very many others, and after a restart", () => {
    bench.wallMs = NOON + 12 * 60 * MINUTE - 5_000;
    const first = accept([7, 2, 1]);
    others(21_000);
    bench.wallMs += 10_000;
    others(21_000);
    const second = accept([7, 2, 2]);
    bench.restart();
    expect(texts(30_000, first, second)).to.deep.equal([{ asked: [first, second], parts: [first, second], cut: false }]);
  });

  it("are told up to a bound, and it is said when there are more", () => {
    const ids: number[] = [];
    bench.batch(() => {
      for (let at = 0; at < 600; at++) ids.push(bench.putAccept({ state: MessageState.held, dueMs: bench.wallMs + 30_000, charge: 0, place: [7, 2, 1] }));
    });
    const [found] = texts(MINUTE, ids[300] as number);
    expect([found?.parts.length, found?.cut]).to.deep.equal([512, true]);
    expect(texts(0, ids[300] as number)[0]).to.include({ cut: false });
  });
});
