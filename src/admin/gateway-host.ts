/**
 * GatewayHost: the running gateway as the admin API sees it.
 */
import type { Listener } from "../../protocols/wire/protocol.js";
import type { Settings } from "../config/settings.js";
import type { BindForms } from "../ledger/bind-terms.js";
import type { Flow } from "../flow/flow.js";
import type { Log } from "../observe/log.js";
import type { Store } from "../store/store.js";
import type { Routes } from "../route/route.js";
import { AdminError } from "./errors.js";
import type { AdminHost, AlarmHost, AskedBy, GatewayStatus, KeyHost, ReloadReport } from "./host.js";
import type { NumberHost } from "./number-methods.js";
import type { LiveBinds, LiveLinks } from "./live.js";
import { routeReport, type RouteLine } from "./routing.js";
import { screenVerdict } from "./screening.js";
import { gatewayStatus } from "./status.js";
import { liveUsage } from "./usage-live.js";
import { readCalendar } from "./working-time.js";

/** Asked anew at each call: the parts are made while the gateway starts. */
export interface LiveGateway {
  flow(): Flow;
  store(): Store;
  keys(): KeyHost;
  numbers(): NumberHost;
  settings(): Settings;
  alarms(): AlarmHost;
  readonly protocols: readonly BindForms[];
  routes(): { readonly routes: Routes; readonly rules: readonly RouteLine[] };
  state(): {
    readonly state: GatewayStatus["state"];
    readonly reasons: readonly string[];
    readonly listeners: readonly { readonly name: string; readonly protocol: string; readonly listener: Listener }[];
    readonly binds: LiveBinds;
    readonly links: LiveLinks;
  };
  reload(by: AskedBy): Promise<ReloadReport>;
}

export function gatewayHost(version: string, startedAtMs: number, log: Log, live: LiveGateway): AdminHost {
  return {
    get store() {
      return live.store();
    },
    get keys() {
      return live.keys();
    },
    get alarms() {
      return live.alarms();
    },
    numbers: () => Promise.resolve(live.numbers()),
    get operators() {
      return live.routes().routes.operators;
    },
    categories: () => Promise.resolve(live.flow().screen.categories),
    protocols: live.protocols,
    calendar: () => readCalendar(live.settings().contract, live.settings().data.zoneMinutes),
    get complaintMs() {
      return live.settings().contract.complaintMs;
    },
    route: (account, to) => {
      const { routes, rules } = live.routes();
      return routeReport(routes, rules, account, to, (operator) => {
        const links = [...live.state().links.groups].find((group) => group.name === operator)?.links ?? [];
        return { all: links.length, bound: links.filter((link) => link.state === "bound").length };
      });
    },
    screen: (text, name) => {
      const flow = live.flow();
      const account = name === undefined ? null : flow.accounts.byName(name);
      if (account === undefined) throw new AdminError("no_such_account", `there is no account ${JSON.stringify(name)}`);
      return screenVerdict(flow.screen, text, account?.terms ?? null, account?.policy?.text ?? null);
    },
    decideReview: (decision, entries) => {
      const { reviews } = live.flow();
      return Promise.all(entries.map((entry) => reviews[decision](entry)));
    },
    reload: (by) => live.reload(by),
    status: () => gatewayStatus({
      ...live.state(),
      version,
      startedAtMs,
      pid: process.pid,
      flow: live.flow(),
      words: live.flow().screen.size,
      logLevel: log.level,
    }),
    usage: (name) => liveUsage({ flow: live.flow(), binds: live.state().binds, zoneMinutes: live.settings().data.zoneMinutes }, name),
    setLogLevel: (level) => log.setLevel(level),
  };
}
