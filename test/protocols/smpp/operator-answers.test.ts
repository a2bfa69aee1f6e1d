/** A link that is about to end while answers are on their way: what the operator took must not be sent to it again. */
import { expect } from "chai";
import { Encoding, newMessage, type Message } from "../../../protocols/model/message.js";
import type { LinkOptions } from "../../../protocols/wire/protocol.js";
import { acceptBind, answer, hex, linkBench, settle, until, type LinkBench, type RawPeer } from "./peers.js";

const UNBIND = "00000010000000060000000000000014";
const UNBIND_RESP = "00000010800000060000000000000014";
const ENQUIRE = "00000010000000150000000000000001";
const MO = "0000003d000000050000000000000002000101313338303031333830303000000031303639303132333435363738000000000000000008000490008ba2";
const ID = "6100";

function message(): Message {
  return Object.assign(newMessage(), { source: "1069", destination: "13800138000", octets: hex("77ed4fe1"), encoding: Encoding.ucs2, codingOctet: 8 });
}

describe("SMPP operator link with answers on their way", () => {
  let bench: LinkBench;
  let peer: RawPeer;

  async function bound(change: Partial<LinkOptions> = {}): Promise<void> {
    bench = await linkBench(change);
    peer = await bench.centre.peer();
    await acceptBind(peer);
    await until(() => bench.desk.binds === 1, "the bind");
  }

  afterEach(() => {
    bench.link.destroy("test over");
    bench.centre.close();
  });

  describe("when the operator unbinds", () => {
    it("takes the answers that follow the unbind, then answers it", async () => {
      await bound();
      bench.link.submit(message(), { n: 1 });
      bench.link.submit(message(), { n: 2 });
      const [first, second] = [await peer.next(), await peer.next()];
      peer.write(UNBIND);
      answer(peer, first, 0, ID);
      await until(() => bench.desk.answered.length === 1);
      expect(bench.link.windowFree).to.equal(0);
      expect(peer.untaken).to.equal(0);
      answer(peer, second, 0x14);
      expect(await peer.nextHex()).to.equal(UNBIND_RESP);
      await until(() => bench.desk.downs.length === 1);
      expect(bench.desk.answered.map((each) => each.answer.status)).to.deep.equal([0, 0x14]);
      expect(bench.desk.downs).to.deep.equal([{ reason: "unbound_by_peer", unanswered: [] }]);
    });

    it("takes those that came in the same read", async () => {
      await bound();
      bench.link.submit(message(), { n: 1 });
      const frame = await peer.next();
      peer.write(Buffer.concat([hex(UNBIND), hex(`000000128000000400000000${frame.toString("hex", 12, 16)}6100`)]));
      await until(() => bench.desk.downs.length === 1);
      expect(bench.desk.answered.length).to.equal(1);
      expect(bench.desk.downs[0]?.unanswered).to.deep.equal([]);
    });

    it("waits for the deliveries we owe it as well, and for both no longer than some seconds", async () => {
      await bound();
      bench.desk.answer = null;
      bench.link.submit(message(), { n: 1 });
      const frame = await peer.next();
      peer.write(MO + UNBIND);
      await until(() => bench.desk.inbounds.length === 1);
      bench.link.answerDeliver(bench.desk.inbounds[0]?.handle as number, "ok");
      expect(await peer.nextHex()).to.equal("0000001180000005000000000000000200");
      await settle();
      expect(peer.untaken).to.equal(0);
      expect(frame.readUInt32BE(4)).to.equal(4);
      bench.clock.advance(5_000);
      expect(await peer.nextHex()).to.equal(UNBIND_RESP);
      await until(() => bench.desk.downs.length === 1);
      expect(bench.desk.downs[0]?.unanswered).to.deep.equal([{ n: 1 }]);
    });

    it("answers it at once when we have unbound ourselves", async () => {
      await bound();
      const parted = bench.link.unbind(60_000);
      expect((await peer.next()).readUInt32BE(4)).to.equal(6);
      peer.write(UNBIND);
      expect(await peer.nextHex()).to.equal(UNBIND_RESP);
      await parted;
    });
  });

  describe("when an answer says that the bind is worth nothing", () => {
    it("takes the others that are on their way before it binds again, and sends nothing new meanwhile", async () => {
      await bound();
      for (let n = 1; n <= 3; n++) bench.link.submit(message(), { n });
      const frames = [await peer.next(), await peer.next(), await peer.next()] as const;
      answer(peer, frames[0], 0x04);
      await until(() => bench.desk.answered.length === 1);
      await settle();
      expect(bench.link.windowFree).to.equal(0);
      expect(bench.desk.downs).to.deep.equal([]);
      answer(peer, frames[1], 0x04);
      answer(peer, frames[2], 0, ID);
      await until(() => bench.desk.downs.length === 1);
      expect(bench.desk.answered.map((each) => each.answer.reaction)).to.deep.equal(["rebind", "rebind", "ok"]);
      expect(bench.desk.downs[0]).to.deep.equal({ reason: "ESME_RINVBNDSTS", unanswered: [] });
    });

    it("waits for them some seconds at most", async () => {
      await bound();
      bench.link.submit(message(), { n: 1 });
      bench.link.submit(message(), { n: 2 });
      answer(peer, await peer.next(), 0x04);
      await until(() => bench.desk.answered.length === 1);
      bench.clock.advance(5_000);
      await until(() => bench.desk.downs.length === 1);
      expect(bench.desk.downs[0]).to.deep.equal({ reason: "ESME_RINVBNDSTS", unanswered: [{ n: 2 }] });
    });
  });

  describe("when one answer never comes", () => {
    async function live(ms: number): Promise<void> {
      for (let passed = 0; passed < ms; passed += 20_000) {
        bench.clock.advance(Math.min(20_000, ms - passed));
        peer.write(ENQUIRE);
        await settle();
      }
    }

    it("takes the others before it gives the connection up, and sends nothing new meanwhile", async () => {
      await bound();
      bench.link.submit(message(), { n: "lost" });
      await peer.next();
      await live(179_000);
      bench.link.submit(message(), { n: "alive" });
      await until(() => peer.frames.at(-1)?.readUInt32BE(4) === 4);
      const alive = peer.frames.at(-1) as Buffer;
      await live(2_000);
      expect(bench.desk.downs).to.deep.equal([]);
      expect(bench.link.windowFree).to.equal(0);
      answer(peer, alive, 0, ID);
      await until(() => bench.desk.answered.length === 1);
      bench.clock.advance(1_000);
      await until(() => bench.desk.downs.length === 1);
      expect(bench.desk.downs[0]).to.deep.equal({ reason: "answers_overdue", unanswered: [] });
      expect(bench.desk.timedOut).to.deep.equal([{ n: "lost" }]);
    });

    it("goes on as before when it comes after all", async () => {
      await bound();
      bench.link.submit(message(), { n: "late" });
      const late = await peer.next();
      await live(179_000);
      bench.link.submit(message(), { n: "other" });
      await live(2_000);
      answer(peer, late, 0, ID);
      await until(() => bench.desk.answered.length === 1);
      bench.clock.advance(1_000);
      expect(bench.link.windowFree).to.equal(9);
      expect(bench.desk.downs).to.deep.equal([]);
    });
  });
});
