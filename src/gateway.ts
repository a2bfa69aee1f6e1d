/**
 * Gateway: the composition root's life: start, open, drain and stop; assembly.ts makes the parts between its doors.
 *
 * ```
 *  customers ─ Gate ─┐                 ┌─ Links ─ operators
 *                    ├─ Flow ─ Store ──┤
 *  admin ─ host ─────┘                 └─ all on the network thread but the store's own threads
 * ```
 */
import { join } from "node:path";
import { PROTOCOL_NAMES } from "../protocols/index.js";
import { systemClock, until } from "../protocols/wire/clock.js";
import type { Listener } from "../protocols/wire/protocol.js";
import { costsCommand } from "./admin/operator-costs.js";
import { bootstrapAccounts } from "./admin/bootstrap.js";
import type { AdminHost, AskedBy, Gateway, GatewayOptions, ReloadReport } from "./admin/host.js";
import { startHttp, type HttpServer } from "./admin/http.js";
import { serveAdmin, type AdminServer } from "./admin/socket.js";
import { ComplaintReminders } from "./admin/complaint-reminders.js";
import { gaugedOf } from "./admin/gauged.js";
import { Reloads, tellStrayRoutes, tellWarnings } from "./admin/reload.js";
import { gatewayHost } from "./admin/gateway-host.js";
import { SecretKeys } from "./admin/secret-keys.js";
import { loadContractFiles } from "./admin/contract-files.js";
import { loadWordLists } from "./admin/word-lists.js";
import { accountsChanged, addOperator, assemble, protocolNamed, recallTraffic, type Assembly } from "./assembly.js";
import type { Settings } from "./config/settings.js";
import { ALARMS } from "./contract/alarm.js";
import { Accounts } from "./flow/accounts.js";
import { ContractData } from "./flow/contract-data.js";
import { MessageIds } from "./flow/ids.js";
import { SweepClock } from "./flow/sweep-clock.js";
import { Alarms } from "./observe/alarms.js";
import { Events } from "./observe/events.js";
import { registerAlarmGauges, registerGauges, registerNumberGauges, registerTrafficGauges } from "./observe/gauges.js";
import { StoreHeartbeat } from "./observe/heartbeat.js";
import { createLog, wireLog } from "./observe/log.js";
import { Metrics } from "./observe/metrics.js";
import { connectServiceManager } from "./observe/systemd.js";
import { Webhooks } from "./observe/webhook.js";
import { realOperators, Services } from "./services.js";
import { startEmbeddedSimulator } from "./simulator/embedded.js";
import { SqliteNumbers } from "./store/sqlite/sqlite-numbers.js";
import { StoreCallError } from "./store/sqlite/store-call-error.js";
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
  readonly #accounts: Accounts;
  readonly #store: SqliteStore;
  readonly #contract: ContractData;
  readonly #numbers: SqliteNumbers;
  readonly #keys: SecretKeys;
  readonly #webhooks: Webhooks | null;
  readonly #alarms: Alarms;
  readonly #reminders: ComplaintReminders;
  readonly admin: AdminHost;
  #parts!: Assembly;
  #services: Services | null = null;
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
  /** Why a start that is under way must not come to its end; "" = nothing has failed. */
  #brokenBy = "";
  #exitCode = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
    const settings = options.settings;
    this.#settings = settings;
    this.#accounts = new Accounts(settings.data.zoneMinutes);
    this.#log = createLog({ level: settings.log.level, format: settings.log.format, clock: this.#clock });
    this.#metrics = new Metrics({ version: options.version });
    this.#events = new Events(this.#log, this.#metrics);
    this.#store = new SqliteStore({
      ...settings.data,
      keep: settings.privacy,
      encryptBodies: settings.privacy.encryptBodies,
      keys: () => this.#keys.keys,
      outboxRetentionMs: settings.outbox.retentionMs,
      clock: this.#clock,
      events: {
        notice: (notice) => this.#parts.flow.notifier.offer(notice),
        queued: (laneNo, count) => this.#parts.flow.queued(laneNo, count),
        unqueued: (laneNo, count) => this.#parts.flow.unqueued(laneNo, count),
        heldOverdue: (messages) => this.#parts.flow.heldOverdue(messages),
        waiting: (accountNo, count) => this.#parts.flow.waiting(accountNo, count),
        parked: (accountNo, before, count) => {
          this.#parts.flow.notifier.parked(accountNo, before, count);
          this.#log.warn("notices_parked", { account: this.#accounts.byNo(accountNo)?.terms.name ?? accountNo, count, setting: "outbox.retention" });
        },
        credited: (accountNo) => this.#parts.flow.credited(accountNo),
        resolved: (messageId, accepted) => this.#parts.flow.resolved(messageId, accepted),
        accountsChanged: (accounts) => this.#accountsChanged(accounts),
        availability: (available, reason) => {
          this.#storeReason = available ? "" : reason;
          this.#log[available ? "info" : "error"](available ? "store_available" : "store_unavailable", { reason });
        },
        failed: (reason) => void this.#fail(reason),
        log: (level, event, fields) => this.#log[level](event, fields),
      },
    });
    this.#contract = new ContractData(settings.data.zoneMinutes);
    this.#numbers = new SqliteNumbers({
      dir: settings.data.dir, zoneMinutes: settings.data.zoneMinutes, maxNumbers: settings.contract.maxNumbers, lists: this.#contract.lists, failed: (reason) => void this.#fail(reason),
    });
    this.#keys = new SecretKeys({ settings: settings.secrets, dataDir: settings.data.dir, store: () => this.#store });
    const { webhooks, secret } = settings.alarms;
    this.#webhooks = webhooks.length === 0 ? null : new Webhooks({ ...settings.alarms, urls: webhooks, secret: Buffer.from(secret), clock: this.#clock, log: this.#log.child("alarms") });
    this.#alarms = new Alarms({
      clock: this.#clock, log: this.#log.child("alarms"), webhooks: this.#webhooks, dir: settings.data.dir, kinds: ALARMS,
      isName: (subject) => this.#accounts.byName(subject) !== undefined || settings.operator.some(({ name }) => name === subject),
    });
    this.#reminders = new ComplaintReminders({
      query: (query) => this.#store.query(query),
      reminderMs: () => this.#settings.contract.complaintReminderMs,
      alarms: this.#alarms,
      raised: () => this.#alarms.raised.filter(({ kind }) => kind === "complaint_due").map(({ subject }) => subject),
      failed: (reason) => this.#log.warn("complaints_not_read", { reason }),
    });
    this.admin = gatewayHost(options.version, this.#clock.wallMs, this.#log, {
      flow: () => this.#parts.flow,
      store: () => this.#store,
      keys: () => this.#keys,
      numbers: () => ({ store: this.#numbers, networks: this.#contract.networks, zoneMinutes: this.#settings.data.zoneMinutes, lists: this.#contract.lists, adverts: this.#contract.adverts, trackers: this.#parts.trackers }),
      settings: () => this.#settings,
      alarms: () => ({ raised: () => this.#alarms.raised, test: () => this.#alarms.test(), announced: (incident) => this.#services?.incidents.announced(incident) }),
      protocols: PROTOCOL_NAMES.map(protocolNamed),
      routes: () => ({ routes: this.#parts.routes, rules: this.#settings.route }),
      state: () => ({ state: this.#state, reasons: this.#notReady(), listeners: this.#listeners, binds: this.#parts.binds, links: this.#parts.links }),
      reload: (by) => this.#reload(by),
    });
  }

  // ---------------------------------------------------------------- start

  async start(): Promise<void> {
    const settings = this.#settings;
    this.#service = await connectServiceManager({ env: process.env, pid: process.pid, clock: this.#clock, log: this.#log });
    const lists = await loadWordLists(settings.filter.keywords, settings.filter.maxInserted);
    tellWarnings(this.#log, lists.warnings);
    this.#contract.take(await loadContractFiles(settings.contract));
    this.#keys.load();
    const snapshot = await this.#store.open();
    if (settings.privacy.encryptBodies) await this.#keys.ready();
    this.#log.info("numbers_loaded", { ...(await this.#numbers.open()) });
    const last = this.#alarms.load();
    this.#openSecrets(snapshot.accounts);
    if (settings.simulator.enabled) {
      this.#simulator = await startEmbeddedSimulator({ ...settings.simulator, clock: this.#clock, log: wireLog(this.#log.child("simulator")) });
    }
    const numbers = await this.#store.registerOperators(settings.operator.map((operator) => ({
      name: operator.name,
      policy: { uncertain: operator.uncertain, uncertainWaitMs: operator.uncertainWaitMs, uncertainDeadlineMs: operator.uncertainDeadlineMs },
    })));
    this.#accounts.update(snapshot.accounts, this.#clock.monotonicMs);
    this.#parts = assemble(
      {
        store: this.#store, clock: this.#clock, log: this.#log, metrics: this.#metrics, events: this.#events, alarms: this.#alarms, accounts: this.#accounts,
        contract: this.#contract, numbers: this.#numbers,
        secretOf: (accountNo) => this.#keys.secretOf(accountNo),
        formerSecretOf: (accountNo) => this.#keys.formerSecretOf(accountNo),
      },
      settings,
      lists.screen,
      new MessageIds(settings.data.node, snapshot.highestId),
      () => this.#state === "draining" || this.#state === "stopped",
    );
    for (const operator of settings.operator) addOperator(this.#parts, operator, numbers.get(operator.name) as number, settings.limits);
    this.#parts.flow.restore(snapshot);
    void recallTraffic(this.#parts);
    this.#services = new Services(this.#parts, settings, this.#alarms);
    await this.#services.start(last);
    const rotation = await this.#keys.finish({ actor: "gateway", reason: "a rotation was cut short" });
    if (rotation !== null) this.#log[rotation.reason === "" ? "info" : "warn"]("key_rotation", { key: rotation.keyId, sealed: rotation.secrets, days: rotation.days, waitsIn: rotation.pendingPath, reason: rotation.reason });
    await this.#store.change(costsCommand(settings, { actor: "gateway", reason: "start" }));
    await bootstrapAccounts(this.#store, this.#keys, new Set(snapshot.accounts.map((account) => account.name)), settings.bootstrap);
    this.#stillWhole();
    await this.#open();
    if (this.#brokenBy !== "") {
      await this.stop("store failed");
      return;
    }
    tellStrayRoutes(this.#log, settings.route, (name) => this.#accounts.byName(name) !== undefined);
    this.#state = "ready";
    this.#log.info("ready", { pid: process.pid, version: this.#options.version, words: lists.screen.size, accounts: this.#accounts.size });
    const heartbeat = new StoreHeartbeat(this.#store, this.#clock);
    this.#service.watch(() => heartbeat.beats(), () => this.#statusLine());
    await this.#service.ready(this.#statusLine());
  }

  /** Opens the doors: listeners, links, metrics, admin socket. */
  async #open(): Promise<void> {
    const settings = this.#settings;
    for (const listen of settings.listen) {
      const listener = await protocolNamed(listen.protocol).listen(
        { ...listen, node: settings.data.node, timers: this.#settings.limits, maxSendBufferOctets: settings.limits.maxSendBufferKb * 1024, clock: this.#clock, log: wireLog(this.#log.child("customer")) },
        this.#parts.gate,
      );
      this.#listeners.push({ name: listen.name, protocol: listen.protocol, listener });
      this.#log.info("listening", { protocol: listen.protocol, host: listener.address.host, port: listener.address.port });
    }
    for (const group of this.#parts.links.groups) for (const link of group.links) link.wire.start();
    registerGauges(this.#metrics, gaugedOf({
      store: this.#store, log: this.#log, dataDir: settings.data.dir, clock: this.#clock, flow: this.#parts.flow, binds: this.#parts.binds, links: this.#parts.links,
    }));
    registerTrafficGauges(this.#metrics, { figures: () => this.#parts.trackers.figures });
    registerAlarmGauges(this.#metrics, this.#alarms, this.#webhooks);
    registerNumberGauges(this.#metrics, this.#contract.lists, this.#parts.learning);
    if (settings.http.enabled) {
      this.#http = await startHttp({ host: settings.http.host, port: settings.http.port, clock: this.#clock }, {
        metricsText: async () => ({ type: this.#metrics.contentType, body: await this.#metrics.text() }),
        ready: () => ({ ready: this.#notReady().length === 0, reasons: this.#notReady() }),
      });
    }
    this.#admin = await serveAdmin({ path: join(settings.data.dir, "admin.sock"), host: this.admin, clock: this.#clock, log: wireLog(this.#log.child("admin")) });
    this.#parts.calls.accountsChanged(this.#accounts.all());
    this.#startTicking();
  }

  #startTicking(): void {
    const sweepClock = new SweepClock(this.#clock.wallMs, this.#clock.monotonicMs);
    let sweptAtMs = 0;
    this.#untick = this.#clock.onTick((nowMs) => {
      const jumpMs = sweepClock.tick(this.#clock.wallMs, nowMs);
      if (jumpMs !== 0) this.#log.warn("clock_jumped", { ms: Math.round(jumpMs), hint: "expiry goes by the earlier clock until both have agreed for ten minutes" });
      const sweepMs = sweepClock.sweepMs(this.#clock.wallMs, nowMs);
      this.#parts.flow.tick(sweepMs);
      this.#parts.gate.storeProgress();
      this.#parts.calls.tick();
      this.#services?.tick(nowMs);
      if (nowMs - sweptAtMs < SWEEP_EVERY_MS) return;
      sweptAtMs = nowMs;
      this.#store.sweep(sweepMs);
      this.#reminders.tick(nowMs, this.#clock.wallMs);
      this.#parts.optOuts.tick(this.#accounts.all(), this.#clock.wallMs);
    });
  }

  #accountsChanged(accounts: Parameters<Accounts["update"]>[0]): void {
    this.#openSecrets(accounts);
    this.#accounts.update(accounts, this.#clock.monotonicMs);
    accountsChanged(this.#parts);
    this.#services?.accountsChanged();
  }

  #openSecrets(accounts: Parameters<Accounts["update"]>[0]): void {
    for (const { account, keyId } of this.#keys.update(accounts)) {
      this.#log.error("account_secret_unreadable", { account, key: keyId, hint: "it cannot bind by that secret until its key is back, or it is given its secret again" });
    }
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
    this.#alarms.alive(this.#clock.wallMs, `stopped: ${reason}`);
    void this.#service?.stopping("draining");
    for (const { listener } of this.#listeners) listener.stopAccepting();
    this.#parts.gate.close(Math.max(0, drainMs - LAST_WORDS_MS));
    this.#parts.calls.stop();
    this.#parts.flow.stop();
    const links = [...this.#parts.links.groups].flatMap((group) => group.links);
    for (const link of links) link.state = "draining";
    await until(this.#clock, () => this.#parts.flow.accepting === 0, leftMs());
    await Promise.all(links.map((link) => link.wire.unbind(Math.max(0, leftMs() - LAST_WORDS_MS))));
    await until(this.#clock, () => this.#parts.gate.sessions.size === 0, leftMs());
    // Of those that we connected to no listener knows.
    this.#parts.gate.destroyAll("shutting down");
    this.#parts.flow.close();
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
    // A start that is under way sees it by itself: not everything that a drain ends is there yet.
    if (this.#state === "starting") this.#brokenBy ||= reason;
    else await this.stop("store failed");
  }

  /** Throws where a part that we cannot go on without has failed during the start. */
  #stillWhole(): void {
    if (this.#brokenBy !== "") throw new StoreCallError("failed", this.#brokenBy);
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
    await this.#alarms.close();
    await this.#numbers.close();
    await this.#store.close();
    await this.#services?.close();
    await this.#simulator?.close();
    this.#metrics.close();
  }

  // ---------------------------------------------------------------- what people ask

  #notReady(): string[] {
    const reasons: string[] = [];
    if (this.#state !== "ready") reasons.push(`gateway: ${this.#state}`);
    if (!this.#store.available) reasons.push(`store: ${this.#storeReason === "" ? "not available" : this.#storeReason}`);
    const groups = realOperators(this.#parts.links.groups);
    if (groups.length > 0 && !groups.some((group) => group.anyBound)) reasons.push("operator: no link is bound");
    return reasons;
  }

  #statusLine(): string {
    return `${this.#notReady().join("; ") || "ready"}: ${String(this.#parts.binds.count)} binds, ${String(this.#accounts.size)} accounts`;
  }

  readonly #reloads = new Reloads({
    log: () => this.#log,
    settings: () => this.#settings,
    read: () => this.#options.reloadSettings(),
    wordsVersion: () => this.#parts.flow.wordsVersion,
    contractVersion: () => this.#contract.version,
    hasAccount: (name) => this.#accounts.byName(name) !== undefined,
    change: (command) => this.#store.change(command),
    swap: ({ screen, settings, contract }) => {
      this.#contract.take(contract);
      this.#parts.flow.screen = screen;
      this.#parts.routes.replace(settings.route);
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
