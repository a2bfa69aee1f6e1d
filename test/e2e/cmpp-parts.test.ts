/** Parts that CMPP customers make themselves, through the whole gateway: over several connections, over a kill, under references of 16 bits. */
import { expect } from "chai";
import type { CmppCustomer, CmppOperator } from "./cmpp-peers.js";
import type { PeerAnswer } from "./peer.js";
import { newOperator, roadWith } from "./road.js";
import type { Road } from "./road.js";

/** Where the content's length stands in a SUBMIT of 3.0 to one number, and in which octet the reserved end begins. */
const LENGTH_AT = 174;

/** User data of a SUBMIT to one number in 3.0, in hexadecimal. */
function contentOf(frame: Buffer): string {
  return frame.toString("hex", LENGTH_AT + 1, LENGTH_AT + 1 + (frame[LENGTH_AT] as number));
}

function ucs2(text: string): string {
  return Buffer.from(text, "utf16le").swap16().toString("hex");
}

describe("parts of a text over CMPP", () => {
  const operator = newOperator("cmpp") as CmppOperator;
  const laid = roadWith(operator, { combination: { customer: "cmpp", operator: "cmpp" }, words: ["发票"] });
  let road: Road;
  let accounts = 0;
  let numbers = 0;

  beforeEach(async () => {
    ({ road } = laid);
    await road.account(`parts${++accounts}`, 10);
  });

  const connect = (version?: number): Promise<CmppCustomer> => road.sp(`parts${accounts}`, version);
  const next = (): string => String(13_800_200_000 + ++numbers);
  const accepted = async (answer: Promise<PeerAnswer>): Promise<string> => {
    const { status, id } = await answer;
    expect(status).to.equal(0);
    return id;
  };
  const money = (expected: string): Promise<string> => road.eventually(() => road.money(`parts${accounts}`), (found) => found === expected);
  const stateOf = async (id: string): Promise<string> => (await road.trace(id)).state;
  /** Reports of both, whichever of them each came over. */
  const told = async (one: CmppCustomer, other: CmppCustomer, count: number): Promise<[string, string][]> => {
    const both = (): [string, string][] => [...one.receipts, ...other.receipts].map(({ id, state }) => [id, state]);
    return road.eventually(() => Promise.resolve(both()), (all) => all.length >= count);
  };

  it("quirk 11: segments over two connections, one of 3.0 and one of 2.0, are one text: a listed word across them stops both", async () => {
    const [wide, narrow] = [await connect(0x30), await connect(0x20)];
    const to = next();
    const first = await accepted(wide.submit({ to, text: "开发", udh: "050003420201" }));
    expect(await stateOf(first)).to.equal("held");
    const second = await accepted(narrow.submit({ to, text: "票据", udh: "050003420202" }));
    expect(await told(wide, narrow, 2)).to.have.deep.members([[first, "TG:0101"], [second, "TG:0101"]]);
    expect(await money("0.35/0.00")).to.equal("0.35/0.00");
    expect(operator.submits).to.have.length(0);
  });

  it("quirk 11: segments over two connections go out octet for octet once both are here, the later one first too, and each is reported by its own id", async () => {
    const [wide, narrow] = [await connect(0x30), await connect(0x20)];
    const to = next();
    const second = await accepted(narrow.submit({ to, text: "好", udh: "050003420202" }));
    expect(await stateOf(second)).to.equal("held");
    const first = await accepted(wide.submit({ to, text: "你", udh: "050003420201" }));
    await operator.submitted(2);
    expect(operator.frames.map((frame) => [frame[20], frame[21], contentOf(frame)])).to.have.deep.members([
      [2, 1, `050003420201${ucs2("你")}`], [2, 2, `050003420202${ucs2("好")}`],
    ]);
    expect(await told(wide, narrow, 2)).to.have.deep.members([[first, "DELIVRD"], [second, "DELIVRD"]]);
    expect(await money("0.28/0.00")).to.equal("0.28/0.00");
  });

  it("with references of 16 bits keep them: two texts to one number stay two, though the low octets are the same", async () => {
    const sp = await connect();
    const to = next();
    const udhs = ["06080401390201", "06080402390202", "06080402390201", "06080401390202"];
    for (const udh of udhs) await accepted(sp.submit({ to, text: udh, udh }));
    await operator.submitted(4);
    expect(operator.frames.map(contentOf)).to.have.members(udhs.map((udh) => udh + ucs2(udh)));
    await sp.received(4);
  });

  it("that a kill came between are one text all the same: sent whole, or stopped whole", async () => {
    let sp = await connect();
    const [clean, listed] = [next(), next()];
    const kept = [
      await accepted(sp.submit({ to: clean, text: "三", udh: "050003070303" })), await accepted(sp.submit({ to: clean, text: "一", udh: "050003070301" })),
      await accepted(sp.submit({ to: listed, text: "发", udh: "050003080201" })),
    ];
    expect(await road.money(`parts${accounts}`)).to.equal("0.245/0.105");
    await road.daemon.kill();
    road.daemon.start();
    await road.daemon.ready();
    await operator.linked();
    sp = await connect();
    expect(await Promise.all(kept.map(stateOf))).to.deep.equal(["held", "held", "held"]);
    const last = await accepted(sp.submit({ to: clean, text: "二", udh: "050003070302" }));
    const other = await accepted(sp.submit({ to: listed, text: "票", udh: "050003080202" }));
    const receipts = await sp.received(5);
    expect(receipts.map(({ id, state }) => [id, state])).to.have.deep.members([
      [kept[0], "DELIVRD"], [kept[1], "DELIVRD"], [last, "DELIVRD"], [kept[2], "TG:0101"], [other, "TG:0101"],
    ]);
    expect(operator.submits.map(({ text }) => text).sort()).to.deep.equal(["一", "三", "二"]);
    expect(await money("0.245/0.00")).to.equal("0.245/0.00");
  });

  it("leave books that balance", async () => {
    expect(await road.daemon.call("verify", { full: true })).to.deep.include({ clean: true, problems: [] });
  });
});
