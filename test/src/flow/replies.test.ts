import assert from "node:assert/strict";
import { Encoding, newMessage, type Message } from "../../../protocols/model/message.js";
import { Outcome } from "../../../protocols/model/outcome.js";
import { messageText } from "../../../protocols/model/text.js";
import { ManualClock } from "../../../protocols/wire/clock.js";
import { readReplyWords } from "../../../src/filter/reply-words.js";
import type { LiveAccount } from "../../../src/flow/accounts.js";
import { ContractData } from "../../../src/flow/contract-data.js";
import { Replies } from "../../../src/flow/replies.js";
import type { Account } from "../../../src/ledger/account.js";
import { NumbersError } from "../../../src/store/numbers.js";
import { FakeNumbers } from "../admin/fake-numbers.js";
import { account, accounts } from "./fixtures.js";

function mo(text: string, more: Partial<Message> = {}): Message {
  return { ...newMessage(), id: 77, source: "8613800138000", destination: "10690001", encoding: Encoding.ucs2, octets: Buffer.from(text, "utf16le").swap16(), ...more };
}

function bench(terms: Partial<Account> = { optOuts: true }) {
  const clock = new ManualClock(1_764_000_000_000);
  const contract = new ContractData(480);
  const read = readReplyWords("[out]\nTD\nR\n退订\n[in]\nSTART\n", "words");
  assert.ok("words" in read);
  contract.take({ segments: { date: "2026-01-01", segments: [], left: new Map() }, replyWords: read.words, adverts: null, version: "1" });
  const numbers = new FakeNumbers();
  const sent: { readonly account: LiveAccount; readonly message: Message }[] = [];
  const failures: string[] = [];
  const replies = new Replies({
    clock, accounts: accounts(clock, account(1, terms)), contract, numbers,
    sendFree: (to, message) => {
      sent.push({ account: to, message });
      return Outcome.ok;
    },
    refused: () => undefined,
    failed: (reason) => failures.push(reason),
  });
  return {
    numbers, sent, failures, replies,
    async say(message: Message): Promise<boolean | null> {
      const asked = replies.read(1, message);
      return asked === null ? null : new Promise((resolve) => replies.keep(asked, message, resolve));
    },
  };
}

describe("Replies", () => {
  it("puts a phone that answers TD on the account's list of opt-outs, with the message that said so", async () => {
    const { say, numbers } = bench();
    assert.equal(await say(mo("ＴＤ")), true);
    assert.deepEqual(numbers.changes, [{
      list: { kind: "optout", accountNo: 1, signatureNo: 0 }, number: "13800138000", off: false, value: 0, atMs: 1_764_000_000_000, source: "MO ＴＤ", messageId: 77,
    }]);
  });

  it("tells that it is kept only once it is on disk", async () => {
    const { say, numbers } = bench();
    numbers.held = true;
    let told = false;
    const saying = say(mo("TD")).then(() => (told = true));
    await Promise.resolve();
    assert.equal(told, false);
    numbers.release?.();
    await saying;
    assert.equal(told, true);
  });

  it("says that it is not kept when the disk cannot take it, and confirms nothing", async () => {
    const { say, numbers, failures, sent } = bench({ optOuts: true, optOutReply: "您已退订" });
    numbers.refusal = new NumbersError("unavailable", "disk full");
    assert.equal(await say(mo("TD")), false);
    assert.deepEqual([failures, sent], [["disk full"], []]);
  });

  it("blocks for the signature alone whose own number was answered to", async () => {
    const { say, numbers } = bench({
      optOuts: true, signatures: [{ no: 3, text: "银行", state: "registered", source: "1069000155" }, { no: 4, text: "旧", state: "ended", source: "1069000156" }],
    });
    await say(mo("TD", { destination: "1069000155" }));
    await say(mo("TD", { destination: "1069000156" }));
    assert.deepEqual(numbers.changes.map(({ list }) => list.signatureNo), [3, 0]);
  });

  it("confirms an opt-out from the number it was sent to, once", async () => {
    const { say, sent } = bench({ optOuts: true, optOutReply: "您已退订" });
    await say(mo("TD"));
    await say(mo("退订"));
    assert.equal(sent.length, 1);
    const { message } = sent[0] as { message: Message };
    assert.deepEqual([message.source, message.destination, messageText(message), message.receiptWanted], ["10690001", "8613800138000", "您已退订", 0]);
  });

  it("takes an opt-out back by START, without a confirmation", async () => {
    const { say, numbers, sent } = bench({ optOuts: true, optOutReply: "您已退订" });
    await say(mo("TD"));
    await say(mo("start"));
    assert.equal(numbers.lists.account(1).optout.has("13800138000"), false);
    assert.equal(sent.length, 1);
  });

  it("C084: takes TD and a number for no opt-out", async () => {
    const { say, numbers } = bench();
    assert.equal(await say(mo("TD 12345")), null);
    assert.equal(await say(mo("R")), true);
    assert.equal(numbers.changes.length, 1);
  });

  for (const [what, terms, message] of [
    ["an account without opt-outs", { optOuts: false }, mo("TD")],
    ["a part of a longer text", { optOuts: true }, mo("TD", { segmentTotal: 2, segmentNumber: 1 })],
    ["a binary message", { optOuts: true }, mo("TD", { encoding: Encoding.binary })],
    ["a sender that is no phone", { optOuts: true }, mo("TD", { source: "10086" })],
    ["a long text", { optOuts: true }, mo(`TD${" ".repeat(200)}`)],
  ] as const) {
    it(`reads nothing into ${what}`, async () => {
      assert.equal(await bench(terms).say(message), null);
    });
  }
});
