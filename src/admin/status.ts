/**
 * Status: one picture of the running gateway, gathered from its parts when somebody asks.
 */
import type { Listener } from "../../protocols/wire/protocol.js";
import type { LiveBinds, LiveLinks } from "./live.js";
import type { Flow } from "../flow/flow.js";
import type { GatewayStatus, LogLevelName } from "./host.js";

export interface StatusParts {
  readonly version: string;
  readonly pid: number;
  readonly state: GatewayStatus["state"];
  readonly reasons: readonly string[];
  readonly startedAtMs: number;
  readonly listeners: readonly { readonly name: string; readonly protocol: string; readonly listener: Listener }[];
  readonly flow: Flow;
  readonly binds: LiveBinds;
  readonly links: LiveLinks;
  readonly words: number;
  readonly logLevel: LogLevelName;
}

export function gatewayStatus(parts: StatusParts): GatewayStatus {
  const { flow, binds, links } = parts;
  const { store } = flow;
  const customers = [...flow.accounts.all()].map((account) => {
    const no = account.terms.no;
    const live = binds.ofAccount(no);
    return {
      account: account.terms.name,
      binds: live.length,
      unanswered: live.reduce((sum, bind) => sum + bind.session.unanswered, 0),
      queued: account.queued,
      outbox: flow.notifier.depth(no),
    };
  });
  const depths = new Map([...flow.dispatchers].map((dispatcher) => [dispatcher.operatorNo, dispatcher.depth]));
  const operators = [...links.groups].map((group) => ({
    name: group.name,
    protocol: group.settings.protocol,
    links: group.links.length,
    bound: group.links.filter((link) => link.state === "bound").length,
    outstanding: group.links.reduce((sum, link) => sum + link.used, 0),
    windowFree: group.links.reduce((sum, link) => sum + Math.max(0, link.free), 0),
    queued: depths.get(group.operatorNo) ?? 0,
  }));
  return {
    version: parts.version,
    pid: parts.pid,
    state: parts.state,
    reason: parts.reasons.join("; "),
    startedAtMs: parts.startedAtMs,
    listeners: parts.listeners.map(({ name, protocol, listener }) => ({ name, protocol, ...listener.address, connections: listener.connections })),
    customers,
    operators,
    queued: operators.reduce((sum, operator) => sum + operator.queued, 0),
    outbox: customers.reduce((sum, customer) => sum + customer.outbox, 0),
    gathering: flow.gatheringGroups,
    uncertain: store.stats.uncertain,
    store: {
      available: store.available,
      pending: store.pending,
      commits: store.stats.commits,
      walOctets: store.stats.walOctets,
      orphans: store.stats.orphans,
      openDays: store.stats.openDays,
    },
    words: parts.words,
    wordsVersion: flow.wordsVersion,
    logLevel: parts.logLevel,
  };
}
