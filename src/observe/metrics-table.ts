/**
 * MetricsTable: every metric of the gateway, once: name, kind, labels and what it tells.
 *
 * docs/metrics.md is made from it and a test compares the two. Conventions: seconds, octets as bytes, money in
 * yuan (a float, only at this edge), `_total` on every counter. No label ever holds a message id, a number,
 * an address or a name that a stranger chose: each comes from a closed list or from our own configuration.
 */
import type { BindRefusal } from "../../protocols/wire/protocol.js";
import { Stage, STAGE_NAMES } from "../flow/stages.js";

export { Stage, STAGE_NAMES };

/** What a peer may do wrong on the wire, by the reaction it needs. */
export const PROTOCOL_FAULTS = ["framing", "body", "state", "timeout", "slow_reader"] as const;
export type ProtocolFault = (typeof PROTOCOL_FAULTS)[number];

const BIND_REFUSAL_SET: Readonly<Record<BindRefusal, true>> = {
  credentials: true, address_refused: true, too_many_binds: true, suspended: true, closed: true,
  too_many_failures: true, direction_refused: true, version_refused: true, shutting_down: true,
};
export const BIND_REFUSALS = Object.keys(BIND_REFUSAL_SET) as readonly BindRefusal[];

/** Upper bounds of the latency buckets, in seconds. */
export const LATENCY_BUCKETS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** `counted`: Metrics counts it itself. `pulled`: read from its owner at each scrape. */
export interface MetricRow {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly from: "counted" | "pulled";
  readonly labels: readonly string[];
  readonly help: string;
}

const counter = (help: string, labels: readonly string[] = []) => ({ kind: "counter", from: "counted", labels, help }) as const;
const pulledCounter = (help: string, labels: readonly string[] = []) => ({ kind: "counter", from: "pulled", labels, help }) as const;
const gauge = (help: string, labels: readonly string[] = []) => ({ kind: "gauge", from: "pulled", labels, help }) as const;
const ownGauge = (help: string, labels: readonly string[] = []) => ({ kind: "gauge", from: "counted", labels, help }) as const;
const histogram = (help: string) => ({ kind: "histogram", from: "counted", labels: [], help }) as const;

export const METRICS = {
  tollgate_stage_messages_total: counter("Messages that left a stage of their way, by stage and outcome", ["stage", "outcome"]),
  tollgate_answer_seconds: histogram("From a customer's submit read off the socket to its answer written"),
  tollgate_operator_answer_seconds: histogram("From our submit written to the operator's answer read"),
  tollgate_receipt_seconds: histogram("From a message's acceptance to its operator's final receipt"),
  tollgate_binds: gauge("Live binds of customers, by account", ["account"]),
  tollgate_bind_refusals_total: counter("Binds refused, by reason", ["reason"]),
  tollgate_protocol_faults_total: counter("What peers did wrong on the wire: connections that ended by it (customers' and operators') and malformed binds and submits, by kind", ["kind"]),
  tollgate_links: gauge("Links to operators, by state", ["operator", "state"]),
  tollgate_link_window_used: gauge("Submits written to an operator and not yet answered, over all its links", ["operator"]),
  tollgate_link_pace: gauge("Messages a second an operator's links may send now; absent when unlimited", ["operator"]),
  tollgate_operator_answers_total: counter("Operators' answers to our submits, by status; statuses not on the protocol's list count as other", ["operator", "status"]),
  tollgate_spool_messages: gauge("Messages queued and not yet dispatched, by account", ["account"]),
  tollgate_waiting_messages: gauge("Messages kept elsewhere than in the queue, by account: for siblings, for their time, for another try", ["account"]),
  tollgate_spool_oldest_seconds: gauge("Age of the oldest message that waits for dispatch; 0 when none waits"),
  tollgate_gathering_texts: gauge("Long texts held until all their segments are here"),
  tollgate_gathering_segments: gauge("Segments of long texts held until their siblings are here, by account", ["account"]),
  tollgate_gathering_refused_total: pulledCounter("Segments answered queue_full because as many wait for their siblings as may, by whose bound it was (account or all)", ["reason"]),
  tollgate_remembered_segments: gauge("Segments that were sent without their siblings, remembered to judge late ones together with them"),
  tollgate_split_messages_total: pulledCounter("Messages that went out in parts of our making"),
  tollgate_cancelled_messages_total: pulledCounter("Messages taken back by their customers before they were out"),
  tollgate_resubmissions_total: pulledCounter("Submits that came again after their connection had ended, answered with the id of the first"),
  tollgate_resubmission_keys: gauge("Submits of ended connections that would be known again"),
  tollgate_outbox_notices: gauge("Receipts and inbound messages waiting for their customer, by account", ["account"]),
  tollgate_uncertain_messages: gauge("Messages written to an operator whose fate is not known"),
  tollgate_review_messages: gauge("Messages held until a person has looked at them"),
  tollgate_traffic_remembered: gauge("What is remembered of what accounts sent of late, for the caps of their contracts: numbers, texts, blocks of numbers", ["state"]),
  tollgate_traffic_forgotten_total: pulledCounter("Of these, forgotten before their time for want of room", ["state"]),
  tollgate_blasting_accounts: gauge("Accounts slowed because they wrote to consecutive or dense numbers of a block"),
  tollgate_blasting_blocks_total: pulledCounter("Blocks of numbers in which that was found"),
  tollgate_orphan_receipts: gauge("Receipts kept whose message is not known (yet)"),
  tollgate_receipts_total: counter("Operators' receipts that changed a message, by the state reported (sent = interim)", ["state"]),
  tollgate_receipts_repeated_total: counter("Receipts that only said again what was known"),
  tollgate_receipts_contradictory_total: counter("Receipts against the final state already settled; nothing was changed"),
  tollgate_receipts_unreadable_total: counter("Receipts in which neither an id nor an end could be read; kept with their octets"),
  tollgate_ledger_available_yuan: gauge("Money an account can still spend", ["account"]),
  tollgate_ledger_held_yuan: gauge("Money held for an account's messages on their way", ["account"]),
  tollgate_store_commits_total: pulledCounter("Transactions committed to disk"),
  tollgate_store_intents_total: pulledCounter("Intents committed to disk"),
  tollgate_store_batch_intents: gauge("Intents in the last transaction"),
  tollgate_store_commit_seconds_total: pulledCounter("Time spent in transactions, from begin to on disk"),
  tollgate_store_commit_max_seconds: gauge("The longest transaction since start"),
  tollgate_store_checkpoints_total: pulledCounter("Checkpoints of the write-ahead log"),
  tollgate_store_checkpoint_max_seconds: gauge("The longest checkpoint since start"),
  tollgate_store_wal_bytes: gauge("Size of the write-ahead log"),
  tollgate_store_pending_intents: gauge("Intents handed to the store and not yet committed"),
  tollgate_store_open_days: gauge("Day files not yet sealed"),
  tollgate_store_available: gauge("1 while the store takes work, else 0"),
  tollgate_disk_free_bytes: gauge("Free space where the data folder lies"),
  tollgate_word_list_version: gauge("Version of the keyword lists in force"),
  tollgate_numbers: gauge("Numbers on the lists of all accounts together, by kind of list", ["kind"]),
  tollgate_numbers_bytes: gauge("Memory that the packed number lists take"),
  tollgate_numbers_unpacked: gauge("Changes of number lists that are not packed yet"),
  tollgate_networks_learned_total: pulledCounter("Numbers of which operators' reports told that they had left a network"),
  tollgate_alarm: gauge("1 while an alarm stands, by kind and by the account or operator it is about", ["kind", "account"]),
  tollgate_webhook_events_total: pulledCounter("Tries to tell alarms by webhook: sent, failed (and tried again), dropped (given up, or too many waited)", ["state"]),
  tollgate_webhook_waiting_events: gauge("Alarms that webhooks have not taken yet"),
  tollgate_log_lines_dropped_total: pulledCounter("Log lines lost because their reader stalled or went away"),
  tollgate_loop_lag_seconds: ownGauge("How late the network thread's event loop ran since the last scrape", ["quantile"]),
  tollgate_scrape_faults_total: counter("Figures that could not be read at a scrape"),
  tollgate_build_info: ownGauge("1; the versions are in the labels", ["version", "node"]),
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof METRICS;
type NamesOf<Row> = { [Name in MetricName]: (typeof METRICS)[Name] extends Row ? Name : never }[MetricName];
/** Metrics whose figure its owner keeps; see Metrics.pull(). */
export type PulledName = NamesOf<{ readonly from: "pulled" }>;

/** The table as a page: docs/metrics.md. */
export function metricsPage(): string {
  const rows = Object.entries(METRICS).map(([name, row]: [string, MetricRow]) => {
    const labels = row.labels.map((label) => `\`${label}\``).join(", ");
    return `| \`${name}\` | ${row.kind} | ${labels === "" ? "–" : labels} | ${row.help} |`;
  });
  return [
    "# Metrics",
    "",
    "Served at `/metrics` on the `[http]` address in the Prometheus text format. This page is made from",
    "`src/observe/metrics-table.ts`; a test fails when the two differ (`UPDATE_DOCS=1 npm test` writes it anew).",
    "",
    "Counters start at 0 with the process, every stage × outcome included; what is owed and queued is read from the",
    "store, so those gauges are right from the first scrape after a restart. Bills come from the ledger, never from here.",
    "",
    "| name | kind | labels | meaning |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
    `Stages, in order: ${STAGE_NAMES.map((stage) => `\`${stage}\``).join(", ")}.`,
    `Latency buckets, in seconds: ${LATENCY_BUCKETS.join(", ")}.`,
    "",
    "Beside these stand prom-client's metrics of the process (`process_*`, `nodejs_*`).",
    "",
  ].join("\n");
}
