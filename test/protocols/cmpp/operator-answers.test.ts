/** A CMPP link that is about to end while answers are on their way: what the operator took must not be sent to it again. */
import { expect } from "chai";
import { settle, until } from "../peers.js";
import { ID, boundBench, closeBenches, message, pdu, submitResp, vector } from "./gateway.js";

const ACTIVE_TEST = 0x00000008;
const TERMINATE = 0x00000002;

describe("CMPP operator link with answers on their way", () => {
  afterEach(closeBenches);

  describe("when the operator sends TERMINATE", () => {
    it("takes the answers that follow, then answers it", async () => {
      const { desk, link, peer } = await boundBench();
      link.submit(message(), { n: 1 });
      link.submit(message(), { n: 2 });
      const [first, second] = [await peer.next(), await peer.next()];
      peer.write(vector("TERMINATE"));
      submitResp(peer, first, 0);
      await until(() => desk.answered.length === 1);
      expect(link.windowFree).to.equal(0);
      expect(peer.untaken).to.equal(0);
      submitResp(peer, second, 13);
      expect(await peer.nextHex()).to.equal(vector("TERMINATE_RESP"));
      await until(() => desk.downs.length === 1);
      expect(desk.answered.map((each) => each.answer.status)).to.deep.equal([0, 13]);
      expect(desk.downs).to.deep.equal([{ reason: "unbound_by_peer", unanswered: [] }]);
    });

    it("takes those that came in the same read", async () => {
      const { desk, link, peer } = await boundBench();
      link.submit(message(), { n: 1 });
      const frame = await peer.next();
      peer.write(vector("TERMINATE") + pdu(0x80000004, frame.readUInt32BE(8), `${ID}00000000`));
      await until(() => desk.downs.length === 1);
      expect(desk.answered.length).to.equal(1);
      expect(desk.downs[0]?.unanswered).to.deep.equal([]);
    });

    it("answers the deliveries it owes first, and waits for both no longer than some seconds", async () => {
      const { clock, desk, link, peer } = await boundBench();
      desk.answer = null;
      link.submit(message(), { n: 1 });
      await peer.next();
      peer.write(vector("DELIVER_30_report") + vector("TERMINATE"));
      await until(() => desk.receipts.length === 1);
      link.answerDeliver(desk.receipts[0]?.handle as number, "ok");
      expect(await peer.nextHex()).to.equal(vector("DELIVER_RESP_30"));
      await settle();
      expect(peer.untaken).to.equal(0);
      clock.advance(5_000);
      expect(await peer.nextHex()).to.equal(vector("TERMINATE_RESP"));
      await until(() => desk.downs.length === 1);
      expect(desk.downs[0]?.unanswered).to.deep.equal([{ n: 1 }]);
    });

    it("answers it at once when TERMINATE has gone out already", async () => {
      const { link, peer } = await boundBench();
      const parted = link.unbind(60_000);
      expect((await peer.next()).readUInt32BE(4)).to.equal(TERMINATE);
      peer.write(vector("TERMINATE"));
      expect(await peer.nextHex()).to.equal(vector("TERMINATE_RESP"));
      await parted;
    });
  });

  describe("when one answer never comes", () => {
    it("takes the others before it gives the connection up, and sends nothing new meanwhile", async () => {
      const { clock, desk, link, peer } = await boundBench();
      const live = async (ms: number): Promise<void> => {
        for (let passed = 0; passed < ms; passed += 20_000) {
          clock.advance(Math.min(20_000, ms - passed));
          peer.write(pdu(ACTIVE_TEST, 1));
          await settle();
        }
      };
      link.submit(message(), { n: "lost" });
      await peer.next();
      await live(179_000);
      link.submit(message(), { n: "alive" });
      await until(() => peer.frames.at(-1)?.readUInt32BE(4) === 4);
      const alive = peer.frames.at(-1) as Buffer;
      await live(2_000);
      expect(desk.downs).to.deep.equal([]);
      expect(link.windowFree).to.equal(0);
      submitResp(peer, alive, 0);
      await until(() => desk.answered.length === 1);
      clock.advance(1_000);
      await until(() => desk.downs.length === 1);
      expect(desk.downs[0]).to.deep.equal({ reason: "answers_overdue", unanswered: [] });
      expect(desk.timedOut).to.deep.equal([{ n: "lost" }]);
    });
  });

  it("unbinds and closes when the time given is over, and hands back what is in flight", async () => {
    const { clock, desk, link, peer } = await boundBench();
    link.submit(message(), { n: 1 });
    await peer.next();
    const parted = link.unbind(2_000);
    clock.advance(2_100);
    expect((await peer.next()).readUInt32BE(4)).to.equal(TERMINATE);
    await parted;
    expect(desk.downs[0]?.unanswered).to.deep.equal([{ n: 1 }]);
  });
});
