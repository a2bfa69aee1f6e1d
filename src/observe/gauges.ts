/**
 * Gauges: where each pulled metric is read; called at a scrape, so nothing here costs a message anything.
 */
import { statfs } from "node:fs/promises";
import type { Store } from "../store/store.js";
import type { NumberLists } from "../contract/number-lists.js";
import type { AccountView } from "../ledger/commands.js";
import type { TrackerFigures } from "../contract/traffic-policy.js";
import type { Alarms } from "./alarms.js";
import type { Log } from "./log.js";
import type { Metrics, Series } from "./metrics.js";
import type { Webhooks } from "./webhook.js";

/** What the gauges look at; the gateway fills it in. */
export interface GaugedAccount {
  readonly name: string;
  readonly binds: number;
  readonly queued: number;
  readonly waiting: number;
  readonly gathering: number;
  readonly outbox: number;
}

export interface Gauged {
  readonly store: Store;
  readonly log: Log;
  readonly dataDir: string;
  accounts(): Iterable<GaugedAccount>;
  operators(): Iterable<{ readonly name: string; readonly bound: number; readonly down: number; readonly used: number; readonly pace: number }>;
  /** Wall ms of acceptance of the oldest message known to wait, 0 when none. */
  oldestQueuedMs(): number;
  nowMs(): number;
  /** Long texts of which not all segments are here. */
  readonly gathering: number;
  /** Segments refused for want of room, by whose bound it was. */
  readonly gatheringRefused: Readonly<Record<string, number>>;
  /** Segments sent without their siblings that are remembered. */
  readonly remembered: number;
  readonly split: number;
  readonly cancelled: number;
  readonly resubmitted: number;
  readonly resubmissionKeys: number;
  readonly wordsVersion: number;
}

const MICROS = 1_000_000;

export function registerGauges(metrics: Metrics, gauged: Gauged): void {
  const { store } = gauged;
  let views: readonly AccountView[] = [];
  metrics.beforeScrape(async () => {
    const answer = await store.query({ kind: "accounts" });
    if (answer.kind === "accounts") views = answer.accounts;
  });
  const byAccount = (read: (account: GaugedAccount) => number): Series =>
    [...gauged.accounts()].map((account) => [{ account: account.name }, read(account)] as const);
  metrics.pull("tollgate_binds", () => byAccount((account) => account.binds));
  metrics.pull("tollgate_spool_messages", () => byAccount((account) => account.queued));
  metrics.pull("tollgate_waiting_messages", () => byAccount((account) => account.waiting));
  metrics.pull("tollgate_outbox_notices", () => byAccount((account) => account.outbox));
  metrics.pull("tollgate_ledger_available_yuan", () => views.map((view) => [{ account: view.account.name }, Number(view.availableMicros) / MICROS] as const));
  metrics.pull("tollgate_ledger_held_yuan", () => views.map((view) => [{ account: view.account.name }, Number(view.heldMicros) / MICROS] as const));
  metrics.pull("tollgate_links", () =>
    [...gauged.operators()].flatMap((operator) => [
      [{ operator: operator.name, state: "bound" }, operator.bound] as const,
      [{ operator: operator.name, state: "down" }, operator.down] as const,
    ]));
  metrics.pull("tollgate_link_window_used", () => [...gauged.operators()].map((operator) => [{ operator: operator.name }, operator.used] as const));
  metrics.pull("tollgate_link_pace", () =>
    [...gauged.operators()].flatMap((operator) => (Number.isFinite(operator.pace) && operator.pace > 0 ? [[{ operator: operator.name }, operator.pace] as const] : [])));
  metrics.pull("tollgate_spool_oldest_seconds", () => {
    const oldestMs = gauged.oldestQueuedMs();
    return oldestMs === 0 ? 0 : Math.max(0, (gauged.nowMs() - oldestMs) / 1000);
  });
  metrics.pull("tollgate_gathering_texts", () => gauged.gathering);
  metrics.pull("tollgate_gathering_segments", () => byAccount((account) => account.gathering));
  metrics.pull("tollgate_gathering_refused_total", () => Object.entries(gauged.gatheringRefused).map(([bound, count]) => [{ reason: bound }, count] as const));
  metrics.pull("tollgate_remembered_segments", () => gauged.remembered);
  metrics.pull("tollgate_split_messages_total", () => gauged.split);
  metrics.pull("tollgate_cancelled_messages_total", () => gauged.cancelled);
  metrics.pull("tollgate_resubmissions_total", () => gauged.resubmitted);
  metrics.pull("tollgate_resubmission_keys", () => gauged.resubmissionKeys);
  metrics.pull("tollgate_uncertain_messages", () => store.stats.uncertain);
  metrics.pull("tollgate_review_messages", () => store.stats.reviews);
  metrics.pull("tollgate_orphan_receipts", () => store.stats.orphans);
  metrics.pull("tollgate_store_commits_total", () => store.stats.commits);
  metrics.pull("tollgate_store_intents_total", () => store.stats.intents);
  metrics.pull("tollgate_store_batch_intents", () => store.stats.lastBatch);
  metrics.pull("tollgate_store_commit_seconds_total", () => store.stats.commitMsTotal / 1000);
  metrics.pull("tollgate_store_commit_max_seconds", () => store.stats.commitMsMax / 1000);
  metrics.pull("tollgate_store_checkpoints_total", () => store.stats.checkpoints);
  metrics.pull("tollgate_store_checkpoint_max_seconds", () => store.stats.checkpointMsMax / 1000);
  metrics.pull("tollgate_store_wal_bytes", () => store.stats.walOctets);
  metrics.pull("tollgate_store_pending_intents", () => store.pending);
  metrics.pull("tollgate_store_open_days", () => store.stats.openDays);
  metrics.pull("tollgate_store_available", () => (store.available ? 1 : 0));
  metrics.pull("tollgate_disk_free_bytes", async () => {
    const disk = await statfs(gauged.dataDir);
    return disk.bavail * disk.bsize;
  });
  metrics.pull("tollgate_word_list_version", () => gauged.wordsVersion);
  metrics.pull("tollgate_log_lines_dropped_total", () => gauged.log.dropped);
}

/** What is remembered of accounts' traffic. */
export function registerTrafficGauges(metrics: Metrics, { figures }: { readonly figures: () => TrackerFigures }): void {
  metrics.pull("tollgate_traffic_remembered", () => {
    const { numbers, texts, blocks } = figures();
    return [[{ state: "numbers" }, numbers], [{ state: "texts" }, texts], [{ state: "blocks" }, blocks]] as const;
  });
  metrics.pull("tollgate_traffic_forgotten_total", () => {
    const { numbersDropped, textsDropped, blocksDropped } = figures();
    return [[{ state: "numbers" }, numbersDropped], [{ state: "texts" }, textsDropped], [{ state: "blocks" }, blocksDropped]] as const;
  });
  metrics.pull("tollgate_blasting_accounts", () => figures().blastingAccounts);
  metrics.pull("tollgate_blasting_blocks_total", () => figures().blastingFinds);
}

/** Alarms that stand, and how they are told. */
export function registerAlarmGauges(metrics: Metrics, alarms: Pick<Alarms, "series">, webhooks: Pick<Webhooks, "totals" | "waiting"> | null): void {
  metrics.pull("tollgate_alarm", () => alarms.series());
  if (webhooks === null) return;
  metrics.pull("tollgate_webhook_events_total", () => Object.entries(webhooks.totals).map(([state, count]: [string, number]) => [{ state }, count] as const));
  metrics.pull("tollgate_webhook_waiting_events", () => webhooks.waiting().length);
}

export function registerNumberGauges(metrics: Metrics, lists: NumberLists, learning: { readonly learned: number }): void {
  metrics.pull("tollgate_numbers", () => {
    const sizes = new Map<string, number>();
    for (const { kind, size } of lists.lists()) sizes.set(kind, (sizes.get(kind) ?? 0) + size);
    return [...sizes].map(([kind, size]) => [{ kind }, size] as const);
  });
  metrics.pull("tollgate_numbers_bytes", () => [...lists.lists()].reduce((sum, { octets }) => sum + octets, 0));
  metrics.pull("tollgate_numbers_unpacked", () => [...lists.lists()].reduce((sum, { changes }) => sum + changes, 0));
  metrics.pull("tollgate_networks_learned_total", () => learning.learned);
}
