/**
 * Gauged: what the metrics read of the running parts at a scrape.
 */
import type { Clock } from "../../protocols/wire/clock.js";
import type { LiveBinds, LiveLinks } from "./live.js";
import type { Flow } from "../flow/flow.js";
import { idTimeMs } from "../flow/ids.js";
import type { Gauged } from "../observe/gauges.js";
import type { Log } from "../observe/log.js";
import type { Store } from "../store/store.js";

export interface GaugedParts {
  readonly store: Store;
  readonly log: Log;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly flow: Flow;
  readonly binds: LiveBinds;
  readonly links: LiveLinks;
}

export function gaugedOf(parts: GaugedParts): Gauged {
  const { flow, binds, links } = parts;
  return {
    store: parts.store,
    log: parts.log,
    dataDir: parts.dataDir,
    accounts: () => [...flow.accounts.all()].map((account) => ({
      name: account.terms.name,
      binds: binds.ofAccount(account.terms.no).length,
      queued: account.queued,
      waiting: account.waiting,
      gathering: flow.holder.partsOf(account.terms.no),
      outbox: flow.notifier.depth(account.terms.no),
    })),
    operators: () => [...links.groups].map((group) => ({
      name: group.name,
      bound: group.links.filter((link) => link.state === "bound").length,
      down: group.links.filter((link) => link.state !== "bound").length,
      used: group.links.reduce((sum, link) => sum + link.used, 0),
      pace: group.links.reduce((sum, link) => sum + link.pacer.pace, 0),
    })),
    oldestQueuedMs: () => {
      const id = oldestQueued(flow);
      return id === 0 ? 0 : idTimeMs(id);
    },
    nowMs: () => parts.clock.wallMs,
    get gathering(): number {
      return flow.gatheringGroups;
    },
    get gatheringRefused(): Readonly<Record<string, number>> {
      return flow.holder.refusedFull;
    },
    get remembered(): number {
      return flow.holder.fragments.size;
    },
    get split(): number {
      return flow.holder.release.splits;
    },
    get cancelled(): number {
      return flow.cancelled;
    },
    get resubmitted(): number {
      return flow.resubmissions.answered;
    },
    get resubmissionKeys(): number {
      return flow.resubmissions.size;
    },
    get wordsVersion(): number {
      return flow.wordsVersion;
    },
  };
}

/** The lowest id at the head of a lane, 0 when nothing waits. */
function oldestQueued(flow: Flow): number {
  let oldest = 0;
  for (const dispatcher of flow.dispatchers) {
    for (const lane of dispatcher.lanes) {
      const id = lane.head.peek()?.message.id ?? 0;
      if (id !== 0 && (oldest === 0 || id < oldest)) oldest = id;
    }
  }
  return oldest;
}
