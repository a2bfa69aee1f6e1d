/** The service desk: what a customer asks the gateway itself, against a store in memory. */
import { expect } from "chai";
import { Encoding, newMessage, type Message } from "../../../protocols/model/message.js";
import { messageText, encodeText } from "../../../protocols/model/text.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { MessageIds } from "../../../src/flow/ids.js";
import { balanceText, lowBalanceText, ServiceDesk } from "../../../src/flow/service.js";
import { LiveAccount } from "../../../src/flow/accounts.js";
import { formatMoney } from "../../../src/ledger/money.js";
import { Commit, type InboundIntent } from "../../../src/store/store.js";
import { account } from "./fixtures.js";
import { Customer } from "./road.js";

class Desk {
  readonly clock = new ManualClock();
  readonly customer = new Customer();
  readonly inbound: InboundIntent[] = [];
  readonly offered: number[] = [];
  stopping = false;
  broken = false;
  readonly owner = new LiveAccount(account(1, { name: "acme", serviceCodes: ["10691234"] }), 0, 480);
  readonly desk: ServiceDesk;

  constructor(number = "10690000") {
    this.desk = new ServiceDesk({
      store: {
        inbound: (intent) => void this.inbound.push(intent),
        query: () => this.broken ? Promise.reject(new Error("disk")) : Promise.resolve({
          kind: "account" as const, account: { account: this.owner.terms, availableMicros: 9_000_000n, heldMicros: 35_000n, openMessages: 1, createdAtMs: 0 },
        }),
      },
      clock: this.clock, ids: new MessageIds(0, 0), notifier: { offer: (notice) => void this.offered.push(notice.messageId) },
      number, words: ["YE", "余额", "BALANCE"], everyMs: 10_000, stopping: () => this.stopping, money: formatMoney,
    });
  }

  async ask(text: string, source = "10691234"): Promise<boolean> {
    const message = newMessage();
    message.source = source;
    message.destination = "10690000";
    message.encoding = Encoding.ucs2;
    message.octets = encodeText(text, Encoding.ucs2) as Buffer;
    const asked = this.desk.asked(this.customer, this.owner, 7, message);
    await new Promise((resolve) => setImmediate(resolve));
    return asked;
  }

  get outcomes(): string[] {
    return this.customer.answers.map(({ outcome }) => outcome);
  }
}

describe("the service desk", () => {
  it("answers only once the word is on disk", async () => {
    const road = new Desk();
    expect(await road.ask("balance")).to.equal(true);
    expect(road.outcomes).to.deep.equal([]);
    const [intent] = road.inbound as [InboundIntent];
    expect(intent).to.include({ accountNo: 1, operatorNo: 0 });
    expect(intent.message).to.include({ source: "10690000", destination: "10691234" });
    expect(messageText(intent.message)).to.equal("账户acme可用余额9.00CNY，预扣0.035。Balance 9.00");
    intent.committed(Commit.ok, { kind: "inbound", order: 1, accountNo: 1, messageId: intent.message.id, message: intent.message });
    expect(road.outcomes).to.deep.equal(["ok"]);
    expect(road.offered).to.deep.equal([intent.message.id]);
    expect(road.customer.answers[0]?.messageId).to.not.equal(intent.message.id);
  });

  it("takes the words in any width and case, and leaves other texts alone", async () => {
    for (const text of ["YE", "ye", " Ｙｅ", "余额", "Balance", "ＢＡＬＡＮＣＥ"]) expect(await new Desk().ask(text), text).to.equal(true);
    for (const text of ["", "YES", "余额不足", "YE YE", "Y".repeat(500)]) expect(await new Desk().ask(text), text).to.equal(false);
  });

  it("answers throttled when an account asks again too soon, each account for itself", async () => {
    const road = new Desk();
    await road.ask("YE");
    road.clock.advance(9_999);
    await road.ask("YE");
    expect(road.outcomes).to.deep.equal(["throttled"]);
    road.clock.advance(1);
    await road.ask("YE");
    expect(road.inbound).to.have.length(2);
  });

  it("says that it cannot when the books or the disk do not answer, and gives no answer to what may be on disk", async () => {
    const road = new Desk();
    road.broken = true;
    await road.ask("YE");
    expect(road.outcomes).to.deep.equal(["store_unavailable"]);
    road.broken = false;
    road.clock.advance(10_000);
    await road.ask("YE");
    road.inbound[0]?.committed(Commit.unavailable, null);
    expect(road.outcomes).to.deep.equal(["store_unavailable", "store_unavailable"]);
    road.clock.advance(10_000);
    await road.ask("YE");
    road.inbound[1]?.committed(Commit.unknown, null);
    expect(road.customer.dropped).to.deep.equal(["commit_unknown"]);
    road.stopping = true;
    road.clock.advance(10_000);
    await road.ask("YE");
    expect(road.outcomes[2]).to.equal("store_unavailable");
  });

  it("tells nothing by itself where it has no number", () => {
    const road = new Desk("");
    road.desk.tell(road.owner.terms, "text");
    expect(road.inbound).to.deep.equal([]);
    const other = new Desk();
    other.desk.tell(other.owner.terms, "text");
    expect((other.inbound[0]?.message as Message).destination).to.equal("10691234");
  });

  it("says its words in one message each, however long the figures", () => {
    const terms = { name: "a".repeat(15), currency: "CNY" };
    expect(balanceText(terms, "9007199254.740991", "9007199254.740991").length).to.be.at.most(70);
    expect(lowBalanceText(terms, "-9007199254.740991").length).to.be.at.most(70);
  });
});
