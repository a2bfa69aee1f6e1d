/**
 * Services: what the gateway does beside messages: watching, answering its own number, the road of test accounts; part of the composition root.
 *
 * ```
 *  terms, books, links ──▶ Watch ──▶ alarms ──▶ log, metric, webhooks
 *                            └─ low balance ─▶ ServiceDesk ─▶ the customer's binds
 *  a test account ──▶ a simulator of its own ──▶ links to it, under a reserved name
 * ```
 */
import { join } from "node:path";
import { addOperator, protocolNamed, type Assembly } from "./assembly.js";
import { SIMULATOR_PROTOCOL } from "./config/load.js";
import type { OperatorSettings, Settings } from "./config/settings.js";
import { lowBalanceText } from "./flow/service.js";
import { formatMoney } from "./ledger/money.js";
import type { Alarms } from "./observe/alarms.js";
import { wireLog } from "./observe/log.js";
import { DailyReports } from "./observe/daily-reports.js";
import { Incidents, type LastEnd } from "./observe/incidents.js";
import { Watch } from "./observe/watch.js";
import { TEST_OPERATOR } from "./route/route.js";
import { startEmbeddedSimulator } from "./simulator/embedded.js";

/** How exactly the end of a gateway that was killed is known afterwards. */
const ALIVE_EVERY_MS = 10_000;

export class Services {
  readonly #parts: Assembly;
  readonly #settings: Settings;
  readonly #watch: Watch;
  readonly #alarms: Alarms;
  readonly incidents: Incidents;
  readonly #reports: DailyReports;
  #aliveAtMs = -Infinity;
  #simulator: { close(): Promise<void> } | null = null;
  /** The road of test accounts is there, is being made, or could not be made. */
  #road: "none" | "making" | "made" | "failed" = "none";
  #closed = false;

  constructor(parts: Assembly, settings: Settings, alarms: Alarms) {
    this.#parts = parts;
    this.#settings = settings;
    this.#alarms = alarms;
    const { clock, store, log, accounts, links, events } = parts;
    this.#watch = new Watch({
      clock, store, alarms, settings: { ...settings.alarms, zoneMinutes: settings.data.zoneMinutes },
      accounts: () => accounts.all(),
      operators: () => realOperators(links.groups),
      money: formatMoney,
      lowBalance: (account, availableMicros) => parts.service.tell(account, lowBalanceText(account, formatMoney(availableMicros))),
      failed: (reason) => log.sampled("warn", "watch_failed", "", { reason, hint: "alarms of balances and traffic wait until the books can be read" }),
    });
    this.incidents = new Incidents({
      clock, store, alarms,
      operators: () => realOperators(links.groups),
      waitingFor: (operatorNo) => this.#waitingFor(operatorNo),
      failed: (reason) => log.sampled("warn", "incident_not_noted", "", { reason }),
    });
    this.#reports = new DailyReports({
      clock, store, zoneMinutes: settings.data.zoneMinutes, keepMs: settings.contract.reportsKeepMs,
      dir: settings.contract.reports === "" ? join(settings.data.dir, "reports") : settings.contract.reports,
      accounts: () => accounts.all(),
      money: formatMoney,
      written: (account, day) => log.info("daily_report", { account, day }),
      failed: (reason) => log.sampled("error", "daily_report_failed", "", { reason, hint: "it is tried again every minute" }),
    });
    events.bindFailed = ({ protocol, remoteAddress }, systemId, known) => {
      const account = known ? accounts.byName(systemId) ?? accounts.byBindName(protocol, systemId) : undefined;
      this.#watch.bindFailed(account?.terms.name ?? `address ${remoteAddress}`);
    };
    if (settings.operator.some(({ name }) => name === TEST_OPERATOR)) this.#road = "made";
  }

  /** Before the doors open: the road of test accounts, if there are any. */
  async start(last: LastEnd): Promise<void> {
    await this.incidents.start(last);
    if (this.#hasTestAccount()) await this.#makeRoad();
  }

  /** On the shared tick. */
  tick(nowMs: number): void {
    // Links that part because we stop are no outage.
    if (this.#parts.flow.stopping) return;
    this.#watch.tick(nowMs);
    this.incidents.tick(nowMs);
    this.#reports.tick(nowMs);
    if (nowMs - this.#aliveAtMs < ALIVE_EVERY_MS) return;
    this.#aliveAtMs = nowMs;
    this.#alarms.alive(this.#parts.clock.wallMs);
  }

  accountsChanged(): void {
    this.#watch.lookAtAccounts();
    if (!this.#hasTestAccount()) return;
    if (this.#road === "none") void this.#makeRoad().then(() => {
      for (const group of this.#parts.links.groups) if (group.name === TEST_OPERATOR) for (const link of group.links) link.wire.start();
    });
    else if (this.#road === "failed") this.#tellNoRoad("it could not be started");
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#simulator?.close();
  }

  #waitingFor(operatorNo: number): Set<string> {
    const names = new Set<string>();
    for (const lane of this.#parts.flow.dispatcherOf(operatorNo)?.lanes ?? []) {
      const account = lane.depth > 0 ? this.#parts.accounts.byNo(lane.accountNo) : undefined;
      if (account !== undefined) names.add(account.terms.name);
    }
    return names;
  }

  #hasTestAccount(): boolean {
    for (const { terms } of this.#parts.accounts.all()) if (terms.test && terms.state !== "closed") return true;
    return false;
  }

  /** A simulator at a port of its own, and links to it. What test accounts send goes nowhere else, whatever the routes say. */
  async #makeRoad(): Promise<void> {
    if (this.#road !== "none") return;
    this.#road = "making";
    const { clock, log, store } = this.#parts;
    const { latencyMs, receiptDelayMs } = this.#settings.simulator;
    try {
      const simulator = await startEmbeddedSimulator({ host: "127.0.0.1", port: 0, cmppPort: 0, latencyMs, receiptDelayMs, clock, log: wireLog(log.child("simulator")) });
      if (this.#closed) return await simulator.close();
      this.#simulator = simulator;
      const operator = roadSettings(simulator.port);
      // All of them: the store goes by the list it was given last.
      const numbers = await store.registerOperators([...this.#settings.operator, operator].map(({ name, uncertain, uncertainWaitMs, uncertainDeadlineMs }) =>
        ({ name, policy: { uncertain, uncertainWaitMs, uncertainDeadlineMs } })));
      addOperator(this.#parts, operator, numbers.get(TEST_OPERATOR) as number, this.#settings.limits);
      this.#road = "made";
    } catch (error) {
      this.#road = "failed";
      this.#tellNoRoad(error instanceof Error ? error.message : String(error));
    }
  }

  #tellNoRoad(reason: string): void {
    this.#parts.log.error("test_accounts_without_simulator", { reason, hint: "messages of test accounts are answered no_route until the next start; they never go to an operator" });
  }
}

function roadSettings(port: number): OperatorSettings {
  const { linkSettings = [] } = protocolNamed(SIMULATOR_PROTOCOL);
  return {
    name: TEST_OPERATOR, protocol: SIMULATOR_PROTOCOL, host: "127.0.0.1", port, systemId: "tollgate", password: "tollgate", links: 1, window: 100, rate: 0,
    uncertain: "resend", uncertainWaitMs: 30_000, uncertainDeadlineMs: 86_400_000, idStyle: "auto", reconnectMinMs: 1_000, reconnectMaxMs: 60_000,
    settings: Object.fromEntries(linkSettings.map((told) => [told.name, told.default])),
  };
}

/** All but the road of test accounts, unless there is nothing else. */
export function realOperators<G extends { readonly name: string }>(groups: Iterable<G>): readonly G[] {
  const all = [...groups];
  const real = all.filter(({ name }) => name !== TEST_OPERATOR);
  return real.length === 0 ? all : real;
}
