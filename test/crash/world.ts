/**
 * World: everything around the gateway that outlives its kills: the operators, the customers, the records and the money paid in.
 */
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import type { Clock } from "../../protocols/wire/clock.js";
import { protocolByName } from "../../protocols/index.js";
import { formatMoney, parseMoney } from "../../src/ledger/money.js";
import { LoadEsme } from "../../src/simulator/esme.js";
import { NO_FAULTS } from "../../src/simulator/faults.js";
import type { SimulatedCentre } from "../../src/simulator/centre.js";
import { SimulatedIsmg } from "../../src/simulator/ismg.js";
import { cmppLoad } from "../../src/simulator/load-cmpp.js";
import { smppLoad } from "../../src/simulator/load-smpp.js";
import { SimulatedSmsc } from "../../src/simulator/smsc.js";
import { Daemon, freePort } from "../e2e/daemon.js";
import type { Combination } from "../e2e/peer.js";
import { ACCOUNTS, DELIVER_WINDOW, LINKS, OPERATOR_OF, POOR_MESSAGES, SERIALS } from "./plan.js";
import type { AccountName, CustomerPlan, OperatorName, RoundPlan } from "./plan.js";
import { Records } from "./records.js";
import type { Disturbance } from "./records.js";
import { BLOCKED_WORD, SerialSource, serialOf } from "./serials.js";

export const PRICE = "0.035";
export const PRICE_MICROS = parseMoney(PRICE);
const PASSWORD = "crash123";
const OPERATOR_PASSWORD = "tollgate";
const OPERATOR_NAMES = { smpp: "tollgate", cmpp: "900001" };
/** Over CMPP. */
const SP_IDS: Readonly<Record<AccountName, string>> = { fast: "100001", slow: "100002", poor: "100003" };
const RICH = "1000000.00";

export class World {
  readonly records: Records;
  readonly daemon: Daemon;
  readonly toppedUp = new Map<AccountName, bigint>();
  readonly combination: Combination;
  readonly #clock: Clock;
  readonly #port: number;
  readonly #operators: ReadonlyMap<OperatorName, SimulatedCentre>;
  #customers: LoadEsme[] = [];
  #binds = new Map<AccountName, number>();

  private constructor(
    clock: Clock, combination: Combination, folder: string, port: number, config: string, operators: ReadonlyMap<OperatorName, SimulatedCentre>, records: Records,
  ) {
    this.#clock = clock;
    this.combination = combination;
    this.#port = port;
    this.#operators = operators;
    this.records = records;
    this.daemon = new Daemon(folder, config, clock);
    writeFileSync(join(folder, "words.txt"), `${BLOCKED_WORD}\n`);
  }

  /** Opens the operators on ports of their own and writes the configuration; the gateway is not started. */
  static async make(clock: Clock, combination: Combination, folder: string, seed: number, encrypt = false): Promise<World> {
    const records = new Records(() => clock.preciseMs());
    const operators = new Map<OperatorName, SimulatedCentre>();
    const sections: string[] = [];
    for (const name of ["quick", "slow"] as const) {
      const { links, window, latencyMs } = LINKS[name];
      const centre = new (combination.operator === "cmpp" ? SimulatedIsmg : SimulatedSmsc)({
        clock, latencyMs, seed, receiptDelayMs: name === "quick" ? 20 : 0,
        credentials: { systemId: OPERATOR_NAMES[combination.operator], password: OPERATOR_PASSWORD },
        finalStates: name === "quick" ? { DELIVRD: 1 } : { DELIVRD: 8, UNDELIV: 2 },
        faults: { ...NO_FAULTS, duplicateReceiptRate: 0.01, earlyReceiptRate: name === "quick" ? 0 : 0.05 },
        onSubmit: (submit) => records.arrived(serialOf(submit.octets)),
      });
      const { port } = await centre.start();
      operators.set(name, centre);
      sections.push(`[[operator]]\nname = "${name}"\nprotocol = "${combination.operator}"\nhost = "127.0.0.1"\nport = ${port}\nsystem_id = "${OPERATOR_NAMES[combination.operator]}"\npassword = "${OPERATOR_PASSWORD}"\nlinks = ${links}\nwindow = ${window}\nuncertain = "resend"\nuncertain_wait = "1s"\nuncertain_deadline = "1m"\nreconnect_min = "100ms"\nreconnect_max = "500ms"\n`);
    }
    const port = await freePort();
    const config = `
[[listen]]
protocol = "${combination.customer}"
port = ${port}
${sections.join("\n")}
[http]
enabled = false
[filter]
keywords = ["words.txt"]
gather_time = "2s"
[retry]
delays = ["500ms", "1s", "2s"]
[outbox]
retry_min = "200ms"
[privacy]
encrypt_bodies = ${encrypt}
`;
    return new World(clock, combination, folder, port, config, operators, records);
  }

  /** Opens the accounts of a running gateway and pays in. */
  async openAccounts(): Promise<void> {
    for (const name of ACCOUNTS) {
      const proof = this.combination.customer === "cmpp"
        ? ["--sp-id", SP_IDS[name], "--cmpp-secret", PASSWORD, "--cmpp-window", "1000"] : ["--password", PASSWORD, "--window", "1000"];
      const argv = ["account", "add", name, ...proof, "--price", PRICE, "--rate", "1000000", "--binds", "20", "--deliver-window", String(DELIVER_WINDOW), "--operator", OPERATOR_OF[name], "--on-unknown", "release"];
      const { code, err } = await this.daemon.command(...argv);
      if (code !== 0) throw new Error(`tollgate ${argv.join(" ")} ended with ${String(code)}: ${err}`);
      if (name !== "poor") await this.topUp(name, RICH, "FIRST");
    }
  }

  async topUp(name: AccountName, amount: string, reference: string): Promise<void> {
    await this.daemon.call("topup", { name, amount, reference: `${name}-${reference}`, actor: "crash" });
    this.toppedUp.set(name, (this.toppedUp.get(name) ?? 0n) + parseMoney(amount));
  }

  async payPoor(round: number): Promise<void> {
    await this.topUp("poor", formatMoney(PRICE_MICROS * BigInt(POOR_MESSAGES)), `ROUND-${round}`);
  }

  /** Binds a round's customers; rejects when that takes longer than `withinMs`. */
  async bind(plan: Pick<RoundPlan, "no" | "customers">, withinMs = 20_000): Promise<void> {
    this.#binds = new Map(plan.customers.map(({ account, binds }) => [account, binds]));
    this.#customers = plan.customers.map((customer) => this.#customer(customer, plan.no));
    const bound = Promise.all(this.#customers.map((customer) => customer.start()));
    let cancel = (): void => undefined;
    const late = new Promise<never>((_resolve, reject) => {
      cancel = this.#clock.after(withinMs, () => reject(new Error(`the customers are not bound after ${withinMs} ms:\n${this.daemon.logTail()}`)));
    });
    await Promise.race([bound, late]).finally(() => cancel());
  }

  load(): void {
    for (const customer of this.#customers) void customer.run();
  }

  lose(operator: OperatorName): void {
    this.#operators.get(operator)?.dropConnections();
    this.#disturbed("loss", [operator]);
  }

  /** SIGKILL. Both sides read what was under way to the end before the kill is entered: later sightings are of the next life. */
  async kill(): Promise<void> {
    const atMs = this.#clock.preciseMs();
    await this.daemon.kill();
    await this.until(() => [...this.#operators.values()].every(({ bound }) => bound === 0), 2_000);
    await this.part();
    this.#disturbed("kill", ["quick", "slow"], atMs);
  }

  /** Ends the customers' connections; every submit then has its outcome. */
  async part(): Promise<void> {
    await Promise.all(this.#customers.map((customer) => customer.close(500)));
    this.#customers = [];
  }

  /** Receipts not yet brought home by the operators. */
  get receiptsLeft(): number {
    let left = 0;
    for (const centre of this.#operators.values()) left += centre.waiting;
    return left;
  }

  /** Our message id as the books have it, from the one a customer was answered. */
  ourId(id: string): string {
    const { customer } = this.combination;
    return customer === "smpp" ? id : String(protocolByName(customer)?.parseMessageId(id, {}, this.#clock.wallMs));
  }

  async close(): Promise<void> {
    await this.part();
    await this.daemon.kill();
    for (const centre of this.#operators.values()) await centre.close();
  }

  /** Resolves true once `done`, false after `withinMs`. */
  async until(done: () => boolean | Promise<boolean>, withinMs: number, everyMs = 10): Promise<boolean> {
    const endMs = this.#clock.preciseMs() + withinMs;
    while (!(await done())) {
      if (this.#clock.preciseMs() >= endMs) return false;
      await this.pause(everyMs);
    }
    return true;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve));
  }

  #customer({ account, binds, window, rate, submits }: CustomerPlan, round: number): LoadEsme {
    const { records } = this;
    const first = (round * ACCOUNTS.length + ACCOUNTS.indexOf(account)) * SERIALS;
    const cmpp = this.combination.customer === "cmpp";
    const wire = cmpp ? cmppLoad(SP_IDS[account]) : smppLoad;
    return new LoadEsme({
      host: "127.0.0.1", port: this.#port, systemId: cmpp ? SP_IDS[account] : account, password: PASSWORD, binds, window, ratePerSecond: rate,
      clock: this.#clock, reconnectMs: 50, wire,
      source: new SerialSource(first, submits, wire, (serial) => records.submitted(serial, account)),
      onAccepted: (ordinal, id) => records.accepted(first + ordinal, id),
      onRefused: (ordinal, status) => records.refused(first + ordinal, status),
      onUnanswered: (ordinal) => records.unanswered(first + ordinal),
      onReceipt: ({ id, state, destination }) => records.receipt(id, state, destination),
    });
  }

  #disturbed(kind: Disturbance["kind"], operators: readonly OperatorName[], atMs = this.#clock.preciseMs()): void {
    this.records.disturbed({
      kind, atMs,
      submits: new Map(operators.map((name) => [name, LINKS[name].links * LINKS[name].window])),
      receipts: new Map(kind === "kill" ? [...this.#binds].map(([account, binds]) => [account, binds * DELIVER_WINDOW]) : []),
    });
  }
}
