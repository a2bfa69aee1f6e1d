/**
 * Road: a gateway with an operator at its end, for scenarios: real sockets, independent peers, accounts made as a test needs them.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../protocols/wire/clock.js";
import type { AccountReport, TraceReport } from "../../src/admin/reports.js";
import { protocolByName } from "../../protocols/index.js";
import { hashPasswordSync } from "../../src/ledger/password.js";
import { CmppCustomer, CmppOperator } from "./cmpp-peers.js";
import { Daemon, freePort } from "./daemon.js";
import { PackageCustomer } from "./package-customer.js";
import type { BindMode } from "./package-customer.js";
import { SMPP_ONLY } from "./peer.js";
import type { Combination, PeerProtocol, TestCustomer, TestOperator } from "./peer.js";
import { SmppCustomer, SmppOperator } from "./smpp-peers.js";

export const PASSWORD = "secret01";
export const PRICE_MICROS = 35_000;
/** Hashed once: it takes as long as a password should. */
const PASSWORD_HASH = hashPasswordSync(PASSWORD);

export interface RoadOptions {
  /** SMPP at both ends unless given. */
  readonly combination?: Combination;
  /** Where the operator listens. */
  readonly operatorPort: number;
  readonly links?: number;
  readonly window?: number;
  /** Lines of the word list. */
  readonly words?: readonly string[];
  /** More of the configuration, under its own headings. */
  readonly more?: string;
  /** More lines of the [[operator]] section. */
  readonly operator?: string;
  /** Options of Node itself for the gateway's process. */
  readonly node?: readonly string[];
}

/** An operator that speaks it; of CMPP the newest version unless given. */
export function newOperator(protocol: PeerProtocol, version?: number): TestOperator {
  return protocol === "smpp" ? new SmppOperator() : new CmppOperator(version);
}

/** A road for the tests of one `describe`: laid before them, taken up after; each finds the operator as at the beginning, and reporting. */
export function roadWith(operator: TestOperator, options: Omit<RoadOptions, "operatorPort">): { readonly road: Road } {
  const laid = {} as { road: Road };
  before(async () => {
    laid.road = await Road.open({ ...options, operatorPort: await operator.start() });
    await operator.linked();
  });
  after(async () => {
    await laid.road.close();
    await operator.stop();
  });
  beforeEach(() => {
    operator.reset();
    operator.reports = true;
  });
  return laid;
}

type Settings = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export class Road {
  readonly daemon: Daemon;
  readonly port: number;
  readonly httpPort: number;
  readonly clock = systemClock();
  readonly #folder: string;
  readonly #combination: Combination;
  readonly #peers: { destroy(): void }[] = [];
  /** The SP_Id of each account. */
  readonly #spIds = new Map<string, string>();
  #references = 0;

  private constructor(folder: string, port: number, httpPort: number, options: RoadOptions) {
    this.#folder = folder;
    this.#combination = options.combination ?? SMPP_ONLY;
    this.port = port;
    this.httpPort = httpPort;
    writeFileSync(join(folder, "words.txt"), `${["测试违禁词", ...(options.words ?? [])].join("\n")}\n`);
    const config = `
[[listen]]
protocol = "${this.#combination.customer}"
port = ${port}
[[operator]]
name = "mobile"
protocol = "${this.#combination.operator}"
host = "127.0.0.1"
port = ${options.operatorPort}
system_id = "${this.#combination.operator === "smpp" ? "tollgate" : "900001"}"
password = "tollgate"
links = ${options.links ?? 1}
window = ${options.window ?? 100}
reconnect_min = "100ms"
reconnect_max = "200ms"
${options.operator ?? ""}
[http]
port = ${httpPort}
${options.more ?? '[filter]\nkeywords = ["words.txt"]\n'}`;
    this.daemon = new Daemon(folder, config, this.clock, options.node);
  }

  /** Starts a gateway; resolves when it is ready, bound to the operator or not. */
  static async open(options: RoadOptions): Promise<Road> {
    const road = new Road(mkdtempSync(join(tmpdir(), "tollgate-e2e-")), await freePort(), await freePort(), options);
    road.daemon.start();
    try {
      await road.daemon.ready();
    } catch (error) {
      await road.close();
      throw error;
    }
    return road;
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.destroy();
    await this.daemon.kill();
    this.clock.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** Opens an account with money for so many one-segment messages; more terms as `account add` names them in reports. */
  async account(name: string, messages: number, settings: Settings = {}): Promise<void> {
    const spId = String(settings["spId"] ?? 100_001 + this.#spIds.size);
    this.#spIds.set(name, spId);
    const proof = this.#combination.customer === "smpp"
      ? { settings: { passwordHash: PASSWORD_HASH, window: 1_000 } }
      : { settings: { spId, cmppWindow: settings["window"] ?? 1_000, checkSource: false }, cmppSecret: PASSWORD };
    await this.daemon.call("account.add", {
      ...proof, name, actor: "test", settings: { priceMicros: PRICE_MICROS, rate: 100_000, maxBinds: 50, ...proof.settings, ...settings },
    });
    if (messages > 0) await this.topUp(name, messages);
  }

  async topUp(name: string, messages: number): Promise<void> {
    const micros = messages * PRICE_MICROS;
    const amount = `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, "0")}`;
    await this.daemon.call("topup", { name, amount, reference: `T-${++this.#references}`, actor: "test" });
  }

  /** Binds a customer of the package smpp, which is cut off when the road closes. */
  async customer(name: string, mode: BindMode = "transceiver"): Promise<PackageCustomer> {
    const customer = await PackageCustomer.bind(this.port, name, PASSWORD, mode);
    this.#peers.push({ destroy: () => customer.session.destroy() });
    return customer;
  }

  /** Binds a customer of the road's protocol, which is cut off when the road closes. CMPP has but one mode. */
  async peer(name: string, mode?: BindMode): Promise<TestCustomer> {
    const peer = this.#combination.customer === "smpp" ? await SmppCustomer.bind(this.port, name, PASSWORD, mode) : await this.sp(name);
    this.#peers.push(peer);
    return peer;
  }

  /** Connects an SP of the account. */
  async sp(name: string, version?: number): Promise<CmppCustomer> {
    const sp = await CmppCustomer.bind(this.port, this.spId(name), PASSWORD, version);
    this.#peers.push(sp);
    return sp;
  }

  spId(name: string): string {
    return this.#spIds.get(name) ?? "";
  }

  show(name: string): Promise<AccountReport> {
    return this.daemon.call("account.show", { name });
  }

  /** "available/held" as decimal amounts. */
  async money(name: string): Promise<string> {
    const { available, held } = await this.show(name);
    return `${available}/${held}`;
  }

  async trace(id: string): Promise<TraceReport> {
    const [trace] = await this.daemon.call("trace", { by: "id", value: this.ourId(id), limit: 1 });
    if (trace === undefined) throw new Error(`there is no message ${id}`);
    return trace;
  }

  /** The id as the books have it, from the one a customer was answered. */
  ourId(id: string): string {
    const protocol = protocolByName(this.#combination.customer);
    return this.#combination.customer === "smpp" || protocol === undefined ? id : String(protocol.parseMessageId(id, {}, this.clock.wallMs));
  }

  /** Asks until the answer is the one expected, or gives the last one after a while; for what follows a commit. */
  async eventually<T>(ask: () => Promise<T>, expected: (answer: T) => boolean, withinMs = 5_000): Promise<T> {
    const endMs = this.clock.preciseMs() + withinMs;
    for (;;) {
      const answer = await ask();
      if (expected(answer) || this.clock.preciseMs() >= endMs) return answer;
      await this.pause(20);
    }
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, resolve));
  }

  /** The value of a metric's first sample whose name and labels begin so; null when there is none. */
  async metric(beginning: string): Promise<number | null> {
    const text = await (await fetch(`http://127.0.0.1:${this.httpPort}/metrics`)).text();
    const line = text.split("\n").find((one) => one.startsWith(beginning));
    return line === undefined ? null : Number(line.slice(line.lastIndexOf(" ") + 1));
  }
}
