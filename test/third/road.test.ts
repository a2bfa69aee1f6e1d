/** The whole way of a SUBMIT over SGIP: the gateway's own parts, its store on disk and its threads, an operator that speaks SMPP. */
import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../protocols/wire/clock.js";
import type { Listener } from "../../protocols/wire/protocol.js";
import { smpp } from "../../protocols/smpp/smpp.js";
import { accountsChanged, addOperator, assemble, type Assembly } from "../../src/assembly.js";
import { loadText } from "../../src/config/load.js";
import type { Settings } from "../../src/config/settings.js";
import { Calls } from "../../src/customer/calls.js";
import { Accounts } from "../../src/flow/accounts.js";
import { ContractData } from "../../src/flow/contract-data.js";
import { MessageIds } from "../../src/flow/ids.js";
import { parseCallAddress } from "../../src/ledger/call-address.js";
import { hashPasswordSync } from "../../src/ledger/password.js";
import { Events } from "../../src/observe/events.js";
import { createLog } from "../../src/observe/log.js";
import { Metrics } from "../../src/observe/metrics.js";
import { SqliteNumbers } from "../../src/store/sqlite/sqlite-numbers.js";
import { SmppOperator } from "../e2e/smpp-peers.js";
import { LogRecorder, RawCentre, RawPeer, TIMERS, until } from "../protocols/peers.js";
import { screenOf } from "../src/flow/road.js";
import { openStore } from "../src/store/sqlite/open-store.js";
import { sgip } from "./sgip.js";
import { HEADER_OCTETS, Id } from "./sgip-tables.js";
import { VECTORS, resp } from "./vectors.js";

/** Threads are started from built files. */
const BUILT = !import.meta.url.endsWith(".ts");

/** The listener stands for none: SGIP's is opened by hand. */
function settingsFor(operatorPort: number): Settings {
  return loadText(`
[[listen]]
[[operator]]
name = "far"
host = "127.0.0.1"
port = ${operatorPort}
system_id = "tollgate"
password = "tollgate"
`, { path: "/nowhere/t.toml", protocols: [smpp] }).settings;
}

/** A gateway over a folder, from its start to its end. */
class Gateway {
  readonly #clock = systemClock();
  readonly #metrics = new Metrics({ version: "0" });
  readonly #store;
  #parts!: Assembly;
  #listener!: Listener;

  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
    this.#store = openStore(dir, {
      notice: (notice) => this.#parts.flow.notifier.offer(notice),
      accountsChanged: (accounts) => {
        this.#parts.accounts.update(accounts, this.#clock.monotonicMs);
        accountsChanged(this.#parts);
      },
    });
  }

  async start(operatorPort: number): Promise<void> {
    const clock = this.#clock;
    const settings = settingsFor(operatorPort);
    const snapshot = await this.#store.open();
    const numbers = await this.#store.registerOperators([{ name: "far", policy: { uncertain: "hold", uncertainWaitMs: 1_000, uncertainDeadlineMs: 5_000 } }]);
    const log = createLog({ level: "error", format: "text", clock });
    const accounts = new Accounts();
    accounts.update(snapshot.accounts, clock.monotonicMs);
    const contract = new ContractData(480);
    const lists = new SqliteNumbers({ dir: this.#dir, zoneMinutes: 480, maxNumbers: 1_000, lists: contract.lists, failed: () => undefined });
    const ground = { store: this.#store, clock, log, metrics: this.#metrics, events: new Events(log, this.#metrics), alarms: { set: () => undefined }, accounts, contract, numbers: lists, secretOf: () => Buffer.from("ours"), formerSecretOf: () => null };
    const parts = assemble(ground, settings, screenOf(1), new MessageIds(0, snapshot.highestId), () => false);
    const { gate, binds, flow } = parts;
    const session = { name: "sgip-8801", timers: TIMERS, maxSendBufferOctets: 1 << 20, systemId: "tollgate", node: 0, settings: {}, clock, log: new LogRecorder() };
    const calls = new Calls({
      binds, clock, waiting: (no) => flow.notifier.depth(no), owed: (no) => flow.notifier.owed(no),
      open: (of, address) => {
        const at = parseCallAddress(address);
        return at === null ? null : sgip.dial({
          ...session, host: at.host, port: at.port, account: of.terms.name, secret: () => Buffer.from("ours"), reconnectMinMs: 100, reconnectMaxMs: 100,
        }, gate);
      },
    });
    this.#parts = { ...parts, calls };
    for (const operator of settings.operator) addOperator(this.#parts, operator, numbers.get(operator.name) as number, settings.limits);
    flow.restore(snapshot);
    accountsChanged(this.#parts);
    this.#listener = await sgip.listen({ ...session, host: "127.0.0.1", port: 0, maxConnections: 10, maxConnectionsPerAddress: 10 }, gate);
    for (const group of parts.links.groups) for (const link of group.links) link.wire.start();
    clock.onTick(() => {
      flow.tick(clock.wallMs);
      calls.tick();
    });
  }

  async account(callPort: number): Promise<void> {
    const settings = { priceMicros: 35_000, passwordHash: hashPasswordSync("secret1"), callAt: [`sgip=127.0.0.1:${callPort}`] };
    expect(await this.#store.change({ kind: "account.add", actor: "test", name: "tollsp", settings })).to.include({ ok: true });
    expect(await this.#store.change({ kind: "topup", actor: "test", name: "tollsp", amountMicros: 1_000_000n, reference: "1" })).to.include({ ok: true });
  }

  /** A customer's connection, bound. */
  async bound(): Promise<RawPeer> {
    const peer = await RawPeer.to(this.#listener.address.port);
    peer.write(VECTORS.BIND);
    expect(await peer.nextHex()).to.equal(VECTORS.BIND_RESP);
    return peer;
  }

  /** Waits until everything that was begun is on disk. */
  quiet(): Promise<void> {
    const links = [...this.#parts.links.groups].flatMap((group) => group.links);
    return until(() => this.#store.pending === 0 && links.every(({ wire }) => wire.bound && wire.outstanding === 0), "quiet");
  }

  async stop(): Promise<void> {
    const { calls, flow, gate, links } = this.#parts;
    calls.stop();
    flow.stop();
    gate.destroyAll("test_over");
    for (const group of links.groups) for (const link of group.links) link.wire.destroy("test_over");
    await this.#listener.close();
    await this.#store.close();
    this.#metrics.close();
    this.#clock.stop();
  }
}

describe("a SUBMIT over SGIP", () => {
  let dir = "";
  let customer: RawCentre;
  let gateway: Gateway | null = null;
  const operator = new SmppOperator();

  before(function () {
    if (!BUILT) this.skip();
  });
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "tollgate-third-"));
    customer = await RawCentre.open();
  });
  afterEach(async () => {
    await gateway?.stop();
    gateway = null;
    customer.close();
    await operator.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it("is named by its own sequence in its REPORT, which comes after a restart on a connection that we make", async () => {
    const port = await operator.start();
    operator.answer = () => ({ id: "A1" });
    gateway = new Gateway(dir);
    await gateway.start(port);
    await gateway.account(customer.port);
    const peer = await gateway.bound();
    peer.write(VECTORS.SUBMIT);
    expect(await peer.nextHex()).to.equal(VECTORS.SUBMIT_RESP);
    const [submit] = await operator.submitted(1);
    expect(submit).to.include({ source: "1069012345678", destination: "8613001125453", text: "【测试】您的验证码是123456" });
    await gateway.quiet();
    await gateway.stop();
    gateway = null;
    expect(customer.peers).to.have.length(0);

    gateway = new Gateway(dir);
    await gateway.start(port);
    await operator.linked();
    await operator.receipt({ id: "A1", state: "DELIVRD", from: "1069012345678", to: "8613001125453" });
    const called = await customer.peer();
    const bind = await called.next();
    expect(bind.readUInt32BE(4)).to.equal(Id.BIND);
    called.write(resp(bind, 0));
    const report = await called.next();
    expect(report.readUInt32BE(4)).to.equal(Id.REPORT);
    expect(report.subarray(HEADER_OCTETS).toString("hex")).to.equal(VECTORS.REPORT.slice(2 * HEADER_OCTETS));
    called.write(resp(report, 0));
    await gateway.quiet();
  });
});
