/**
 * Road: a gateway with an operator at its end, for scenarios: real sockets, independent peers, accounts made as a test needs them.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../protocols/wire/clock.js";
import type { AccountReport, TraceReport } from "../../src/admin/reports.js";
import { hashPasswordSync } from "../../src/ledger/password.js";
import { Daemon, freePort } from "./daemon.js";
import { PackageCustomer } from "./package-customer.js";
import type { BindMode } from "./package-customer.js";

export const PASSWORD = "secret01";
export const PRICE_MICROS = 35_000;
/** Hashed once: it takes as long as a password should. */
const PASSWORD_HASH = hashPasswordSync(PASSWORD);

export interface RoadOptions {
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
}

type Settings = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export class Road {
  readonly daemon: Daemon;
  readonly port: number;
  readonly httpPort: number;
  readonly clock = systemClock();
  readonly #folder: string;
  readonly #customers: PackageCustomer[] = [];
  #references = 0;

  private constructor(folder: string, port: number, httpPort: number, options: RoadOptions) {
    this.#folder = folder;
    this.port = port;
    this.httpPort = httpPort;
    writeFileSync(join(folder, "words.txt"), `${["测试违禁词", ...(options.words ?? [])].join("\n")}\n`);
    const config = `
[[listen]]
port = ${port}
[[operator]]
name = "mobile"
host = "127.0.0.1"
port = ${options.operatorPort}
system_id = "tollgate"
password = "tollgate"
links = ${options.links ?? 1}
window = ${options.window ?? 100}
reconnect_min = "100ms"
reconnect_max = "200ms"
${options.operator ?? ""}
[http]
port = ${httpPort}
${options.more ?? '[filter]\nkeywords = ["words.txt"]\n'}`;
    this.daemon = new Daemon(folder, config, this.clock);
  }

  /** Starts a gateway; resolves when it is ready, bound to the operator or not. */
  static async open(options: RoadOptions): Promise<Road> {
    const road = new Road(mkdtempSync(join(tmpdir(), "tollgate-e2e-")), await freePort(), await freePort(), options);
    road.daemon.start();
    await road.daemon.ready();
    return road;
  }

  async close(): Promise<void> {
    for (const customer of this.#customers) customer.session.destroy();
    await this.daemon.kill();
    this.clock.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** Opens an account with money for so many one-segment messages; more terms as `account add` names them in reports. */
  async account(name: string, messages: number, settings: Settings = {}): Promise<void> {
    await this.daemon.call("account.add", {
      name, actor: "test",
      settings: { passwordHash: PASSWORD_HASH, priceMicros: PRICE_MICROS, rate: 100_000, maxBinds: 50, window: 1_000, ...settings },
    });
    if (messages > 0) await this.topUp(name, messages);
  }

  async topUp(name: string, messages: number): Promise<void> {
    const micros = messages * PRICE_MICROS;
    const amount = `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, "0")}`;
    await this.daemon.call("topup", { name, amount, reference: `T-${++this.#references}`, actor: "test" });
  }

  /** Binds a customer, which is cut off when the road closes. */
  async customer(name: string, mode: BindMode = "transceiver"): Promise<PackageCustomer> {
    const customer = await PackageCustomer.bind(this.port, name, PASSWORD, mode);
    this.#customers.push(customer);
    return customer;
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
    const [trace] = await this.daemon.call("trace", { by: "id", value: id, limit: 1 });
    if (trace === undefined) throw new Error(`there is no message ${id}`);
    return trace;
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
