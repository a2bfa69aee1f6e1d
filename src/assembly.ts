/**
 * Assembly: makes the parts that messages go through, and wires them to one another; part of the composition root.
 *
 * Nothing here opens a door or starts a timer: gateway.ts does, when all parts are there.
 */
import { protocolByName } from "../protocols/index.js";
import type { Clock } from "../protocols/wire/clock.js";
import type { CustomerCall, WireProtocol } from "../protocols/wire/protocol.js";
import type { OperatorSettings, Settings } from "./config/settings.js";
import { SignatureGrowth } from "./contract/signature-growth.js";
import { Trackers } from "./contract/traffic-policy.js";
import type { AlarmSink } from "./contract/alarm.js";
import { Binds } from "./customer/binds.js";
import { BindPolicy } from "./customer/bind-policy.js";
import { BindFailures } from "./customer/failures.js";
import { Calls } from "./customer/calls.js";
import { Gate } from "./customer/gate.js";
import type { Accounts, LiveAccount } from "./flow/accounts.js";
import { Flow } from "./flow/flow.js";
import type { ContractData } from "./flow/contract-data.js";
import type { PolicyGround } from "./flow/policy.js";
import { Recall, remembered } from "./flow/recall.js";
import type { MessageIds } from "./flow/ids.js";
import { LearnNetworks } from "./flow/learn-networks.js";
import { OptOutWatch } from "./flow/opt-out-watch.js";
import { fateOf, type ReportOrigin } from "./flow/receipt.js";
import { ServiceDesk } from "./flow/service.js";
import type { Screen } from "./filter/screen.js";
import { parseCallAddress } from "./ledger/call-address.js";
import { formatMoney } from "./ledger/money.js";
import { PasswordChecker } from "./ledger/password.js";
import type { Events } from "./observe/events.js";
import { wireLog, type Log } from "./observe/log.js";
import type { Metrics } from "./observe/metrics.js";
import { Group } from "./operator/group.js";
import { Link } from "./operator/link.js";
import { Links } from "./operator/links.js";
import { Routes } from "./route/route.js";
import { ServiceCodes } from "./route/service-codes.js";
import type { NumberStore } from "./store/numbers.js";
import { Commit, type Store } from "./store/store.js";

/** Between tries to reach a customer who waits for us. */
const CALL_PAUSES = { reconnectMinMs: 1_000, reconnectMaxMs: 60_000 };

/** What is there before any of these parts. */
export interface Ground {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly events: Events;
  readonly alarms: AlarmSink;
  readonly accounts: Accounts;
  readonly contract: ContractData;
  readonly numbers: NumberStore;
  /** The shared secret of an account, null when it has none that can be read. */
  secretOf(accountNo: number): Buffer | null;
  /** The one it had before, while that is kept. */
  formerSecretOf(accountNo: number): Buffer | null;
}

export interface Assembly extends Ground {
  readonly flow: Flow;
  readonly gate: Gate;
  readonly links: Links;
  readonly binds: Binds;
  readonly calls: Calls;
  readonly serviceCodes: ServiceCodes;
  readonly routes: Routes;
  readonly service: ServiceDesk;
  readonly trackers: Trackers;
  readonly optOuts: OptOutWatch;
  readonly learning: LearnNetworks;
}

/** @param shuttingDown whether new binds are to be turned away */
export function assemble(ground: Ground, settings: Settings, screen: Screen, ids: MessageIds, shuttingDown: () => boolean): Assembly {
  const { store, clock, metrics, events, accounts } = ground;
  const binds = new Binds();
  const serviceCodes = new ServiceCodes();
  const routes = new Routes();
  routes.replace(settings.route);
  const networks = new LearnNetworks(ground.contract, ground.numbers, (reason) => events.numbersFailed(reason));
  const operatorName = (operatorNo: number): string => [...links.groups].find((group) => group.operatorNo === operatorNo)?.name ?? "";
  const policies = policyGround(ground, settings);
  const flow: Flow = new Flow({
    store,
    clock,
    ids,
    accounts,
    metrics,
    notify: binds,
    screen,
    policies,
    contract: { data: ground.contract, numbers: ground.numbers },
    options: {
      maxQueued: settings.data.maxQueued,
      gatherMs: settings.filter.gatherMs,
      maxGathering: settings.filter.maxGathering,
      gatheringShare: settings.filter.gatheringShare,
      incomplete: settings.filter.incomplete,
      fragmentMs: settings.filter.fragmentMs,
      retry: settings.retry,
      outbox: settings.outbox,
    },
    chooseOperator: (account, destination) => routes.choose(account.terms, destination),
    accountOfService: (serviceNumber) => serviceCodes.accountOf(serviceNumber),
    observe: {
      receipt: (report, result) => {
        events.receipt(report.receipt, fateOf(result));
        if (result === Commit.ok) networks.report(report.receipt, operatorName(report.operatorNo), clock.wallMs);
        if (report.matched < 0 && result !== Commit.orphan) return;
        const learned = links.learn(report.operatorNo, report.readings[report.matched]);
        if (learned !== null) events.idStyleLearned(learned.group, learned.reading);
      },
      numbersFailed: (reason) => events.numbersFailed(reason),
      replyRefused: (accountNo, outcome) => events.replyRefused(accounts.byNo(accountNo)?.terms.name ?? String(accountNo), outcome),
      inboundUnroutable: (operatorNo) => events.inboundUnroutable(operatorNo),
      refusedFinally: (accountNo, outcome) => events.refusedFinally(accountNo, outcome),
      heldForReview: (accountNo, outcome, count) => events.heldForReview(accounts.byNo(accountNo)?.terms.name ?? String(accountNo), outcome, count),
      gatheringFull: (accountNo, bound) => events.gatheringFull(accounts.byNo(accountNo)?.terms.name ?? String(accountNo), bound),
      rejudgeFailed: (reason) => events.rejudgeFailed(reason),
      alarm: (kind, accountNo, on, detail) => ground.alarms.set(kind, accounts.byNo(accountNo)?.terms.name ?? String(accountNo), on, detail),
    },
    storeProgress: () => gate.storeProgress(),
  });
  const policy = new BindPolicy({
    accounts,
    passwords: new PasswordChecker(clock),
    secretOf: (accountNo) => ground.secretOf(accountNo),
    formerSecretOf: (accountNo) => ground.formerSecretOf(accountNo),
    failures: new BindFailures(settings.limits.failedBindsPerMinute),
    clock,
    bindCount: (accountNo) => binds.ofAccount(accountNo).length,
    get shuttingDown(): boolean {
      return shuttingDown();
    },
  });
  const { serviceNumber, balanceWords, balanceEveryMs } = settings.contract;
  const service = new ServiceDesk({
    store, clock, ids, notifier: flow.notifier, number: serviceNumber, words: balanceWords, everyMs: balanceEveryMs, stopping: () => flow.stopping, money: formatMoney,
  });
  const gate: Gate = new Gate({ flow, observer: events, policy, binds, clock, maxPending: settings.limits.maxStorePending, service });
  const links: Links = new Links(
    {
      submitAnswered: (submission, answer) => flow.submitAnswered(submission, answer),
      submitTimedOut: (submission) => flow.submitTimedOut(submission),
      linkLost: (operatorNo, submissions) => flow.linkLost(operatorNo, submissions),
      dispatchAgain: (operatorNo) => flow.dispatchAgain(operatorNo),
      report: (origin: ReportOrigin, handle, group, receipt) => {
        const candidates = group.correlator.candidates(receipt);
        flow.report(origin, handle, group.operatorNo, receipt, candidates, group.correlator.lastReadings);
      },
      inbound: (origin, handle, operatorNo, message) => flow.inbound(origin, handle, operatorNo, message),
    },
    events,
    clock,
  );
  const calls = new Calls({
    binds,
    clock,
    waiting: (accountNo) => flow.notifier.depth(accountNo),
    owed: (accountNo) => flow.notifier.owed(accountNo),
    open: (account, address) => openCall(ground, settings, gate, account, address),
  });
  const optOuts = new OptOutWatch(ground.contract.lists, (kind, no, on, detail) => ground.alarms.set(kind, accounts.byNo(no)?.terms.name ?? String(no), on, detail));
  const assembly = { ...ground, calls, flow, gate, links, binds, serviceCodes, routes, service, trackers: policies.trackers, learning: networks, optOuts };
  rebuildCodes(assembly);
  return assembly;
}

/** Reads back what accounts with caps on their traffic had sent before this start; who is not found blasting by it no longer is. */
export async function recallTraffic({ store, clock, events, accounts, alarms, trackers }: Assembly): Promise<void> {
  const recall = new Recall({ store, clock, trackers, recalled: (count, messages, tookMs, failure) => events.trafficRecalled(count, messages, tookMs, failure) });
  await recall.run(remembered(accounts.all()));
  for (const { terms } of accounts.all()) if (trackers.blasting.slowedUntil(terms.no) === 0) alarms.set("blasting", terms.name, false, "");
}

/** What contracts are judged with. Who is found blasting is slowed, and told of. */
function policyGround({ store, accounts, clock, alarms, contract }: Ground, { data, traffic }: Settings): PolicyGround {
  const trackers = new Trackers({ zoneMinutes: data.zoneMinutes, ...traffic }, {
    blasting: (accountNo, on, detail) => {
      const account = accounts.byNo(accountNo);
      if (account === undefined) return;
      account.slow(on ? account.terms.blastRate : 0, clock.monotonicMs);
      alarms.set("blasting", account.terms.name, on, detail);
    },
  });
  const signatures = new SignatureGrowth(data.zoneMinutes, {
    // Refused where the account has as many as it may, or was closed meanwhile: then it has no number, and is not counted by.
    seen: ({ name }, text, source) => void store.change({ kind: "signature.seen", actor: "gateway", name, text, source }).catch(() => undefined),
    growth: (accountNo, on, detail) => {
      const account = accounts.byNo(accountNo);
      if (account !== undefined) alarms.set("signature_growth", account.terms.name, on, detail);
    },
  });
  return { lists: contract.lists, networks: contract.networks, trackers, adverts: contract.adverts, signatures };
}

/** A call to a customer goes out as from the listener of its protocol; null, and a word to the log, where there is none. */
function openCall(ground: Ground, settings: Settings, gate: Gate, account: LiveAccount, address: string): CustomerCall | null {
  const { clock, log } = ground;
  const { no, name } = account.terms;
  const at = parseCallAddress(address);
  const listen = settings.listen.find(({ protocol }) => protocol === at?.protocol);
  const protocol = at === null ? undefined : protocolByName(at.protocol);
  if (at === null || listen === undefined || protocol?.dial === undefined) {
    log.warn("call_impossible", { account: name, address, hint: "there is no [[listen]] of that protocol" });
    return null;
  }
  const { limits, data } = settings;
  return protocol.dial({
    name: listen.name, systemId: listen.systemId, settings: listen.settings, host: at.host, port: at.port, account: name, secret: () => ground.secretOf(no),
    node: data.node, timers: limits, maxSendBufferOctets: limits.maxSendBufferKb * 1024, ...CALL_PAUSES, clock, log: wireLog(log.child("customer")),
  }, gate);
}

/** An operator with its links; they dial when told to start. */
export function addOperator(assembly: Assembly, operator: OperatorSettings, no: number, limits: Settings["limits"]): void {
  const protocol = protocolNamed(operator.protocol);
  const group = new Group(no, operator, protocol);
  for (let at = 1; at <= operator.links; at++) {
    const link = new Link(at, no, `${operator.name}/${String(at)}`, operator.rate, assembly.clock);
    link.attach(protocol.connect(
      {
        ...operator,
        name: link.name,
        timers: limits,
        maxSendBufferOctets: limits.maxSendBufferKb * 1024,
        clock: assembly.clock,
        log: wireLog(assembly.log.child("operator")),
      },
      assembly.links,
    ));
    group.links.push(link);
  }
  assembly.links.add(group);
  assembly.flow.addOperator(group);
  assembly.routes.addOperator(operator.name, no);
  assembly.metrics.addOperator(no, operator.name, protocol.statusNames);
}

/** New terms have been taken into the accounts: what is derived from them follows. */
export function accountsChanged(assembly: Assembly): void {
  rebuildCodes(assembly);
  assembly.flow.accountsChanged();
  assembly.gate.accountsChanged();
  assembly.calls.accountsChanged(assembly.accounts.all());
}

function rebuildCodes(assembly: Pick<Assembly, "accounts" | "serviceCodes">): void {
  assembly.serviceCodes.rebuild([...assembly.accounts.all()].map((account) => account.terms));
}

/** @throws Error for a name the configuration should never have let through */
export function protocolNamed(name: string): WireProtocol {
  const protocol = protocolByName(name);
  if (protocol === undefined) throw new Error(`no such protocol: ${name}`);
  return protocol;
}
