/**
 * Gateway: the composition root, the only file that makes the concrete parts; start, drain and stop.
 *
 * ```
 *  customers ─ Gate ─┐                 ┌─ Links ─ operators
 *                    ├─ Flow ─ Store ──┤
 *  admin ─ host ─────┘                 └─ all on the network thread but the store's own threads
 * ```
 */
import { join } from "node:path";
import { protocolByName } from "../protocols/index.js";
import { systemClock, until } from "../protocols/wire/clock.js";
import type { Listener, WireProtocol } from "../protocols/wire/protocol.js";
import { bootstrapAccounts } from "./admin/bootstrap.js";
import type { AdminHost, AskedBy, Gateway, GatewayOptions, ReloadReport } from "./admin/host.js";
import { startHttp, type HttpServer } from "./admin/http.js";
import { serveAdmin, type AdminServer } from "./admin/socket.js";
import { gaugedOf } from "./admin/gauged.js";
import { Reloads, tellWarnings } from "./admin/reload.js";
import { gatewayHost } from "./admin/gateway-host.js";
import { loadWordLists } from "./admin/word-lists.js";
import type { OperatorSettings, Settings } from "./config/settings.js";
import { Binds } from "./customer/binds.js";
import { BindPolicy } from "./customer/bind-policy.js";
import { BindFailures } from "./customer/failures.js";
import { Gate } from "./customer/gate.js";
import { Accounts } from "./flow/accounts.js";
import { Flow } from "./flow/flow.js";
import { MessageIds } from "./flow/ids.js";
import { fateOf, type ReportOrigin } from "./flow/receipt.js";
import { SweepClock } from "./flow/sweep-clock.js";
import type { Screen } from "./filter/screen.js";
import { PasswordChecker } from "./ledger/password.js";
import { Events } from "./observe/events.js";
import { registerGauges } from "./observe/gauges.js";
import { StoreHeartbeat } from "./observe/heartbeat.js";
import { createLog, wireLog } from "./observe/log.js";
import { Metrics } from "./observe/metrics.js";
import { connectServiceManager } from "./observe/systemd.js";
import { Group } from "./operator/group.js";
import { Link } from "./operator/link.js";
import { Links } from "./operator/links.js";
import { Routes } from "./route/route.js";
import { ServiceCodes } from "./route/service-codes.js";
import { startEmbeddedSimulator } from "./simulator/embedded.js";
import { Commit } from "./store/store.js";
import { SqliteStore } from "./store/sqlite/sqlite-store.js";

const SWEEP_EVERY_MS = 1_000;
/** Kept of the drain time for the last answers to reach those who part late. */
const LAST_WORDS_MS = 1_000;
const HTTP_CLOSE_MS = 1_000;

/** Builds, recovers and opens everything. Rejects, with nothing left open, when something stands in the way. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const gateway = new RunningGateway(options);
  try {
    await gateway.start();
  } catch (error) {
    await gateway.abandon();
    throw error;
  }
  return gateway;
}

class RunningGateway implements Gateway {
  readonly #options: GatewayOptions;
  #settings: Settings;
  readonly #clock = systemClock();
  readonly #log;
  readonly #metrics: Metrics;
  readonly #events: Events;
  readonly #accounts = new Accounts();
  readonly #binds = new Binds();
  readonly #serviceCodes = new ServiceCodes();
  readonly #routes = new Routes();
  readonly #store: SqliteStore;
  readonly admin: AdminHost;
  #flow!: Flow;
  #gate!: Gate;
  #links!: Links;
  #listeners: { name: string; protocol: string; listener: Listener }[] = [];
  #simulator: { close(): Promise<void> } | null = null;
  #http: HttpServer | null = null;
  #admin: AdminServer | null = null;
  #service: Awaited<ReturnType<typeof connectServiceManager>> | null = null;
  #state: "starting" | "ready" | "draining" | "stopped" = "starting";
  #stopped: Promise<void> | null = null;
  #finish!: (code: number) => void;
  readonly finished = new Promise<number>((resolve) => {
    this.#finish = resolve;
  });
  #untick: (() => void) | null = null;
  #storeReason = "";
  #exitCode = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
    const settings = options.settings;
    this.#settings = settings;
    this.#log = createLog({ level: settings.log.level, format: settings.log.format, clock: this.#clock });
    this.#metrics = new Metrics({ version: options.version });
    this.#events = new Events(this.#log, this.#metrics);
    this.#store = new SqliteStore({
      ...settings.data,
      outboxRetentionMs: settings.outbox.retentionMs,
      clock: this.#clock,
      events: {
        notice: (notice) => this.#flow.notifier.offer(notice),
        queued: (laneNo, count) => this.#flow.queued(laneNo, count),
        unqueued: (laneNo, count) => this.#flow.unqueued(laneNo, count),
        heldOverdue: (messages) => this.#flow.heldOverdue(messages),
        parked: (accountNo, before, count) => {
          this.#flow.notifier.parked(accountNo, before, count);
          this.#log.warn("notices_parked", { account: this.#accounts.byNo(accountNo)?.terms.name ?? accountNo, count, setting: "outbox.retention" });
        },
        credited: (accountNo) => this.#flow.credited(accountNo),
        accountsChanged: (accounts) => this.#accountsChanged(accounts),
        availability: (available, reason) => {
          this.#storeReason = available ? "" : reason;
          this.#log[available ? "info" : "error"](available ? "store_available" : "store_unavailable", { reason });
        },
        failed: (reason) => void this.#fail(reason),
        log: (level, event, fields) => this.#log[level](event, fields),
      },
    });
    this.admin = gatewayHost(options.version, this.#clock.wallMs, this.#log, {
      flow: () => this.#flow,
      store: () => this.#store,
      state: () => ({ state: this.#state, reasons: this.#notReady(), listeners: this.#listeners, binds: this.#binds, links: this.#links }),
      reload: (by) => this.#reload(by),
    });
  }

  // ---------------------------------------------------------------- start

  async start(): Promise<void> {
    const settings = this.#settings;
    this.#service = await connectServiceManager({ env: process.env, pid: process.pid, clock: this.#clock, log: this.#log });
    const lists = await loadWordLists(settings.filter.keywords, settings.filter.maxInserted);
    tellWarnings(this.#log, lists.warnings);
    const snapshot = await this.#store.open();
    if (settings.simulator.enabled) {
      this.#simulator = await startEmbeddedSimulator({ ...settings.simulator, clock: this.#clock, log: wireLog(this.#log.child("simulator")) });
    }
    const numbers = await this.#store.registerOperators(settings.operator.map((operator) => ({
      name: operator.name,
      policy: { uncertain: operator.uncertain, uncertainWaitMs: operator.uncertainWaitMs, uncertainDeadlineMs: operator.uncertainDeadlineMs },
    })));
    this.#accounts.update(snapshot.accounts, this.#clock.monotonicMs);
    this.#serviceCodes.rebuild(snapshot.accounts);
    this.#compose(lists.screen, new MessageIds(settings.data.node, snapshot.highestId));
    for (const operator of settings.operator) this.#addOperator(operator, numbers.get(operator.name) as number);
    this.#routes.replace(settings.route);
    this.#flow.restore(snapshot);
    await bootstrapAccounts(this.#store, new Set(snapshot.accounts.map((account) => account.name)), settings.bootstrap);
    await this.#open();
    this.#state = "ready";
    this.#log.info("ready", { pid: process.pid, version: this.#options.version, words: lists.screen.size, accounts: this.#accounts.size });
    const heartbeat = new StoreHeartbeat(this.#store, this.#clock);
    this.#service.watch(() => heartbeat.beats(), () => this.#statusLine());
    await this.#service.ready(this.#statusLine());
  }

  #compose(screen: Screen, ids: MessageIds): void {
    const settings = this.#settings;
    this.#flow = new Flow({
      store: this.#store,
      clock: this.#clock,
      ids,
      accounts: this.#accounts,
      metrics: this.#metrics,
      notify: this.#binds,
      screen,
      options: {
        maxQueued: settings.data.maxQueued,
        gatherMs: settings.filter.gatherMs,
        maxGathering: settings.filter.maxGathering,
        incomplete: settings.filter.incomplete,
        retry: settings.retry,
        outbox: settings.outbox,
      },
      chooseOperator: (account, destination) => this.#routes.choose(account.terms, destination),
      accountOfService: (serviceNumber) => this.#serviceCodes.accountOf(serviceNumber),
      observe: {
        receipt: (report, result) => {
          this.#events.receipt(report.receipt, fateOf(result));
          if (report.matched < 0 && result !== Commit.orphan) return;
          const learned = this.#links.learn(report.operatorNo, report.readings[report.matched]);
          if (learned !== null) this.#events.idStyleLearned(learned.group, learned.reading);
        },
        inboundUnroutable: (operatorNo) => this.#events.inboundUnroutable(operatorNo),
        refusedFinally: (accountNo, outcome) => this.#events.refusedFinally(accountNo, outcome),
      },
      storeProgress: () => this.#gate.storeProgress(),
    });
    const running = (): boolean => this.#state !== "starting" && this.#state !== "ready";
    const policy = new BindPolicy({
      accounts: this.#accounts,
      passwords: new PasswordChecker(this.#clock), secretOf: () => null,
      failures: new BindFailures(settings.limits.failedBindsPerMinute),
      clock: this.#clock,
      bindCount: (accountNo) => this.#binds.ofAccount(accountNo).length,
      get shuttingDown(): boolean {
        return running();
      },
    });
    this.#gate = new Gate({
      flow: this.#flow,
      observer: this.#events,
      policy,
      binds: this.#binds,
      clock: this.#clock,
      maxPending: settings.limits.maxStorePending,
    });
    this.#links = new Links(
      {
        submitAnswered: (submission, answer) => this.#flow.submitAnswered(submission, answer),
        submitTimedOut: (submission) => this.#flow.submitTimedOut(submission),
        linkLost: (operatorNo, submissions) => this.#flow.linkLost(operatorNo, submissions),
        dispatchAgain: (operatorNo) => this.#flow.dispatchAgain(operatorNo),
        report: (origin: ReportOrigin, handle, group, receipt) => {
          const candidates = group.correlator.candidates(receipt);
          this.#flow.report(origin, handle, group.operatorNo, receipt, candidates, group.correlator.lastReadings);
        },
        inbound: (origin, handle, operatorNo, message) => this.#flow.inbound(origin, handle, operatorNo, message),
      },
      this.#events,
      this.#clock,
    );
  }

  #addOperator(operator: OperatorSettings, no: number): void {
    const protocol = this.#protocol(operator.protocol);
    const group = new Group(no, operator);
    for (let at = 1; at <= operator.links; at++) {
      const link = new Link(at, no, `${operator.name}/${String(at)}`, operator.rate, this.#clock);
      link.attach(protocol.connect(
        {
          ...operator,
          name: link.name,
          timers: this.#settings.limits,
          maxSendBufferOctets: this.#settings.limits.maxSendBufferKb * 1024,
          clock: this.#clock,
          log: wireLog(this.#log.child("operator")),
        },
        this.#links,
      ));
      group.links.push(link);
    }
    this.#links.add(group);
    this.#flow.addOperator(group);
    this.#routes.addOperator(operator.name, no);
    this.#metrics.addOperator(no, operator.name, protocol.statusNames);
  }

  /** Opens the doors: listeners, links, metrics, admin socket. */
  async #open(): Promise<void> {
    const settings = this.#settings;
    for (const listen of settings.listen) {
      const listener = await this.#protocol(listen.protocol).listen(
        { ...listen, node: settings.data.node, timers: this.#settings.limits, maxSendBufferOctets: settings.limits.maxSendBufferKb * 1024, clock: this.#clock, log: wireLog(this.#log.child("customer")) },
        this.#gate,
      );
      this.#listeners.push({ name: listen.name, protocol: listen.protocol, listener });
      this.#log.info("listening", { protocol: listen.protocol, host: listener.address.host, port: listener.address.port });
    }
    for (const group of this.#links.groups) for (const link of group.links) link.wire.start();
    registerGauges(this.#metrics, gaugedOf({
      store: this.#store, log: this.#log, dataDir: settings.data.dir, clock: this.#clock, flow: this.#flow, binds: this.#binds, links: this.#links,
    }));
    if (settings.http.enabled) {
      this.#http = await startHttp({ host: settings.http.host, port: settings.http.port, clock: this.#clock }, {
        metricsText: async () => ({ type: this.#metrics.contentType, body: await this.#metrics.text() }),
        ready: () => ({ ready: this.#notReady().length === 0, reasons: this.#notReady() }),
      });
    }
    this.#admin = await serveAdmin({ path: join(settings.data.dir, "admin.sock"), host: this.admin, clock: this.#clock, log: wireLog(this.#log.child("admin")) });
    this.#startTicking();
  }

  #startTicking(): void {
    const sweepClock = new SweepClock(this.#clock.wallMs, this.#clock.monotonicMs);
    let sweptAtMs = 0;
    this.#untick = this.#clock.onTick((nowMs) => {
      const jumpMs = sweepClock.tick(this.#clock.wallMs, nowMs);
      if (jumpMs !== 0) this.#log.warn("clock_jumped", { ms: Math.round(jumpMs), hint: "expiry goes by the earlier clock until both have agreed for ten minutes" });
      const sweepMs = sweepClock.sweepMs(this.#clock.wallMs, nowMs);
      this.#flow.tick(sweepMs);
      this.#gate.storeProgress();
      if (nowMs - sweptAtMs < SWEEP_EVERY_MS) return;
      sweptAtMs = nowMs;
      this.#store.sweep(sweepMs);
    });
  }

  #protocol(name: string): WireProtocol {
    const protocol = protocolByName(name);
    if (protocol === undefined) throw new Error(`no such protocol: ${name}`);
    return protocol;
  }

  #accountsChanged(accounts: Parameters<Accounts["update"]>[0]): void {
    this.#accounts.update(accounts, this.#clock.monotonicMs);
    this.#serviceCodes.rebuild([...this.#accounts.all()].map((account) => account.terms));
    this.#gate.accountsChanged();
  }

  // ---------------------------------------------------------------- stop

  stop(reason: string): Promise<void> {
    this.#stopped ??= this.#drain(reason);
    return this.#stopped;
  }

  /** Stop accepting, finish the windows, part from both sides, commit, close; bounded by the drain time at each step. */
  async #drain(reason: string): Promise<void> {
    this.#state = "draining";
    const drainMs = this.#settings.limits.drainMs;
    const endMs = this.#clock.monotonicMs + drainMs;
    const leftMs = (): number => Math.max(0, endMs - this.#clock.monotonicMs);
    this.#log.info("draining", { reason, withinMs: drainMs });
    void this.#service?.stopping("draining");
    for (const { listener } of this.#listeners) listener.stopAccepting();
    this.#gate.close(Math.max(0, drainMs - LAST_WORDS_MS));
    this.#flow.stop();
    const links = [...this.#links.groups].flatMap((group) => group.links);
    for (const link of links) link.state = "draining";
    await until(this.#clock, () => this.#flow.accepting === 0, leftMs());
    await Promise.all(links.map((link) => link.wire.unbind(Math.max(0, leftMs() - LAST_WORDS_MS))));
    await until(this.#clock, () => this.#gate.sessions.size === 0, leftMs());
    await this.#closeAll();
    this.#state = "stopped";
    this.#log.info("stopped", { reason });
    await this.#log.close();
    this.#clock.stop();
    this.#finish(this.#exitCode);
  }

  /** A part has failed that we cannot go on without: part from everybody, end, and be started again. */
  async #fail(reason: string): Promise<void> {
    this.#log.error("store_failed", { reason });
    this.#exitCode = 1;
    await this.stop("store failed");
  }

  /** After a failed start. */
  async abandon(): Promise<void> {
    this.#state = "stopped";
    await this.#closeAll();
    await this.#log.close();
    this.#clock.stop();
  }

  async #closeAll(): Promise<void> {
    this.#untick?.();
    this.#service?.stop();
    for (const { listener } of this.#listeners) await listener.close();
    await this.#admin?.close();
    await this.#http?.close(HTTP_CLOSE_MS);
    await this.#store.close();
    await this.#simulator?.close();
    this.#metrics.close();
  }

  // ---------------------------------------------------------------- what people ask

  #notReady(): string[] {
    const reasons: string[] = [];
    if (this.#state !== "ready") reasons.push(`gateway: ${this.#state}`);
    if (!this.#store.available) reasons.push(`store: ${this.#storeReason === "" ? "not available" : this.#storeReason}`);
    const groups = [...this.#links.groups];
    if (groups.length > 0 && !groups.some((group) => group.anyBound)) reasons.push("operator: no link is bound");
    return reasons;
  }

  #statusLine(): string {
    return `${this.#notReady().join("; ") || "ready"}: ${String(this.#binds.count)} binds, ${String(this.#accounts.size)} accounts`;
  }

  readonly #reloads = new Reloads({
    log: () => this.#log,
    settings: () => this.#settings,
    read: () => this.#options.reloadSettings(),
    wordsVersion: () => this.#flow.wordsVersion,
    change: (command) => this.#store.change(command),
    swap: ({ screen, settings }) => {
      this.#flow.screen = screen;
      this.#routes.replace(settings.route);
      if (settings.log.level !== this.#settings.log.level) this.#log.setLevel(settings.log.level);
      this.#settings = settings;
    },
  });

  /** Everything is read and built before anything is swapped; a bad file changes nothing. */
  #reload(by: AskedBy): Promise<ReloadReport> {
    void this.#service?.reloading();
    return this.#reloads.run(by).finally(() => void this.#service?.ready(this.#statusLine()));
  }
}
