/**
 * Live usage: one account's traffic as the running gateway sees it now, put together when somebody asks.
 */
import type { LiveAccount } from "../flow/accounts.js";
import type { Flow } from "../flow/flow.js";
import type { UsageFigures } from "../flow/usage.js";
import type { LiveBinds } from "./live.js";

export interface LiveUsage extends UsageFigures {
  readonly account: string;
  readonly state: string;
  /** Share of today's submits that were throttled, 0 to 1. */
  readonly throttledShare: number;
  readonly binds: number;
  /** Submits that wait for their answers, over all binds, and what one bind's window holds at most. */
  readonly unanswered: number;
  readonly window: number;
  readonly queued: number;
  readonly waiting: number;
  readonly outbox: number;
  /** Segments a second that it may send now. */
  readonly rate: number;
  /** Slowed because it was found blasting: until when (ISO 8601, UTC); "" = it is not. */
  readonly slowedUntil: string;
  /** What it sent before the start is being read back: it is throttled meanwhile. */
  readonly recalling: boolean;
  /** Segments; 0 as quota: there is none, and nothing is left of it to tell. */
  readonly quotaDay: number;
  readonly usedDay: number;
  readonly quotaMonth: number;
  readonly usedMonth: number;
}

export interface UsageParts {
  readonly flow: Flow;
  readonly binds: LiveBinds;
  readonly zoneMinutes: number;
}

/** @param name of one account; undefined: all that are not closed */
export async function liveUsage({ flow, binds, zoneMinutes }: UsageParts, name: string | undefined): Promise<readonly LiveUsage[]> {
  const { wallMs } = flow.clock;
  const day = new Date(wallMs + zoneMinutes * 60_000).toISOString().slice(0, 10).replaceAll("-", "");
  const answer = await flow.store.query({ kind: "accepted_segments", day });
  const used = new Map((answer.kind === "accepted_segments" ? answer.accounts : []).map((each) => [each.accountNo, each]));
  const asked = [...flow.accounts.all()].filter(({ terms }) => (name === undefined ? terms.state !== "closed" : terms.name === name));
  return asked.map((account) => usageOf(flow, binds, account, used.get(account.terms.no), wallMs));
}

function usageOf(flow: Flow, binds: LiveBinds, account: LiveAccount, used: { readonly day: number; readonly month: number } | undefined, wallMs: number): LiveUsage {
  const { terms, policy } = account;
  const live = binds.ofAccount(terms.no);
  const figures = account.usage.read(wallMs);
  const all = Object.values(figures.outcomes).reduce((sum, count) => sum + count, 0);
  const slowedUntilMs = account.slowedTo === 0 ? 0 : (policy?.trackers.blasting.slowedUntil(terms.no) ?? 0);
  return {
    account: terms.name, state: terms.state, ...figures, throttledShare: all === 0 ? 0 : (figures.outcomes["throttled"] ?? 0) / all,
    binds: live.length, unanswered: live.reduce((sum, bind) => sum + bind.session.unanswered, 0), window: terms.window,
    queued: account.queued, waiting: account.waiting, outbox: flow.notifier.depth(terms.no),
    rate: account.slowedTo === 0 ? terms.rate : account.slowedTo, slowedUntil: slowedUntilMs === 0 ? "" : new Date(slowedUntilMs).toISOString(),
    recalling: account.recalling, quotaDay: terms.quotaDay, usedDay: used?.day ?? 0, quotaMonth: terms.quotaMonth, usedMonth: used?.month ?? 0,
  };
}
