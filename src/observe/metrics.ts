/**
 * Metrics: counts on the hot path in plain numbers and fills prom-client (whose only user this is) at a scrape.
 *
 * prom-client's `inc` with labels takes some 300 ns, an array element 5. So: what messages count goes into typed
 * arrays here; what others already keep (queues, balances, windows) is pulled from them at each scrape.
 * Cardinality is bounded by construction: closed lists, plus account and operator names up to MAX_NAMES.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import prom from "prom-client";
import { OUTCOME_NAMES, type Outcome } from "../../protocols/model/outcome.js";
import { MessageState, type MessageStateName } from "../../protocols/model/state.js";
import type { BindRefusal } from "../../protocols/wire/protocol.js";
import { STAGE_NAMES, type Stage } from "../flow/stages.js";
import { Latency } from "./latency.js";
import {
  BIND_REFUSALS, LATENCY_BUCKETS, METRICS, PROTOCOL_FAULTS,
  type MetricName, type MetricRow, type ProtocolFault, type PulledName,
} from "./metrics-table.js";

/** Account or operator names shown by themselves; the rest are added up as "other". */
export const MAX_NAMES = 500;
const OTHER = "other";
const LOOP_SAMPLE_MS = 10;
const OUTCOMES = OUTCOME_NAMES.length;
/** States an operator can report: interim or final. */
const RECEIPT_STATES = (Object.keys(MessageState) as MessageStateName[]).filter((name) => MessageState[name] >= MessageState.sent);

export type Labels = Readonly<Record<string, string>>;
export type Series = readonly (readonly [labels: Labels, value: number])[];
/** One figure, or one a label set, as it is now. */
export type Read = () => number | Series | Promise<number | Series>;

export interface MetricsOptions {
  readonly version: string;
  /** Also show prom-client's metrics of the process and watch the event loop; true unless told. */
  readonly process?: boolean;
}

interface OperatorAnswers {
  readonly name: string;
  readonly statusNames: ReadonlyMap<number, string>;
  readonly counts: Map<number, number>;
  ok: number;
  other: number;
}

export class Metrics {
  readonly #registry = new prom.Registry();
  readonly #stages = new Float64Array(STAGE_NAMES.length * OUTCOMES);
  readonly #answer = new Latency();
  readonly #operatorAnswer = new Latency();
  readonly #receipt = new Latency();
  readonly #receipts = new Float64Array(Math.max(...Object.values(MessageState)) + 1);
  #receiptsRepeated = 0;
  #receiptsContradictory = 0;
  #receiptsUnreadable = 0;
  #scrapeFaults = 0;
  readonly #bindRefusals = new Map<BindRefusal, number>(BIND_REFUSALS.map((reason) => [reason, 0]));
  readonly #faults = new Map<ProtocolFault, number>(PROTOCOL_FAULTS.map((kind) => [kind, 0]));
  readonly #operators: (OperatorAnswers | undefined)[] = [];
  /** Names given a series of their own, by label: the same ones at every scrape. */
  readonly #names = new Map<string, Set<string>>();
  readonly #refreshers: (() => void | Promise<void>)[] = [];
  readonly #loop: ReturnType<typeof monitorEventLoopDelay> | null;
  #scrape: Promise<string> | null = null;

  constructor(options: MetricsOptions) {
    this.#define("tollgate_stage_messages_total", () =>
      STAGE_NAMES.flatMap((stage, no) => OUTCOME_NAMES.map((outcome, at) =>
        [{ stage, outcome }, this.#stages[no * OUTCOMES + at] as number] as const)));
    this.#defineLatency("tollgate_answer_seconds", this.#answer);
    this.#defineLatency("tollgate_operator_answer_seconds", this.#operatorAnswer);
    this.#defineLatency("tollgate_receipt_seconds", this.#receipt);
    this.#define("tollgate_bind_refusals_total", () => [...this.#bindRefusals].map(([reason, count]) => [{ reason }, count]));
    this.#define("tollgate_protocol_faults_total", () => [...this.#faults].map(([kind, count]) => [{ kind }, count]));
    this.#define("tollgate_receipts_total", () =>
      RECEIPT_STATES.map((state) => [{ state }, this.#receipts[MessageState[state]] as number]));
    this.#define("tollgate_receipts_repeated_total", () => this.#receiptsRepeated);
    this.#define("tollgate_receipts_contradictory_total", () => this.#receiptsContradictory);
    this.#define("tollgate_receipts_unreadable_total", () => this.#receiptsUnreadable);
    this.#define("tollgate_operator_answers_total", () => this.#operatorAnswers());
    this.#define("tollgate_scrape_faults_total", () => this.#scrapeFaults);
    this.#define("tollgate_build_info", () => [[{ version: options.version, node: process.version }, 1]]);
    this.#loop = options.process === false ? null : this.#watchProcess();
  }

  readonly contentType: string = prom.prometheusContentType;

  // ---- hot path

  /** `count` messages left `stage` with `outcome`. */
  stage(stage: Stage, outcome: Outcome, count = 1): void {
    const at = stage * OUTCOMES + outcome;
    this.#stages[at] = (this.#stages[at] as number) + count;
  }

  /** A customer's submit was answered `ms` after it was read. */
  observeAnswer(ms: number): void {
    this.#answer.observe(ms);
  }

  /** An operator answered `ms` after our submit was written. */
  observeToOperator(ms: number): void {
    this.#operatorAnswer.observe(ms);
  }

  /** A final receipt came `ms` after its message was accepted. */
  observeToReceipt(ms: number): void {
    this.#receipt.observe(ms);
  }

  /** An operator's receipt changed a message: its reported state, `sent` for an interim one. */
  countReceipt(state: MessageState): void {
    this.#receipts[state] = (this.#receipts[state] as number) + 1;
  }

  countRepeatedReceipt(): void {
    this.#receiptsRepeated++;
  }

  countContradictoryReceipt(): void {
    this.#receiptsContradictory++;
  }

  countUnreadableReceipt(): void {
    this.#receiptsUnreadable++;
  }

  /** An operator answered a submit; a status off the list given to addOperator() counts as "other". */
  countOperatorStatus(operatorNo: number, status: number): void {
    const operator = this.#operators[operatorNo];
    if (operator === undefined) return;
    if (status === 0) operator.ok++;
    else if (operator.statusNames.has(status)) operator.counts.set(status, (operator.counts.get(status) ?? 0) + 1);
    else operator.other++;
  }

  // ---- rare

  bindRefused(reason: BindRefusal): void {
    this.#bindRefusals.set(reason, (this.#bindRefusals.get(reason) ?? 0) + 1);
  }

  protocolFault(kind: ProtocolFault): void {
    this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + 1);
  }

  /**
   * Makes an operator known under its stable number, with the statuses of its protocol by number.
   * A known one is renamed or given another list; its counts stay.
   */
  addOperator(operatorNo: number, name: string, statusNames: ReadonlyMap<number, string>): void {
    const known = this.#operators[operatorNo];
    this.#operators[operatorNo] = { name, statusNames, counts: known?.counts ?? new Map(), ok: known?.ok ?? 0, other: known?.other ?? 0 };
  }

  /**
   * Says once where a pulled metric's figure is read, at each scrape. A metric never registered is not shown, so
   * that no 0 is mistaken for a fact.
   * @throws Error when the metric is registered twice
   */
  pull(name: PulledName, read: Read): void {
    this.#define(name, read);
  }

  /** Runs `refresh` before each scrape, so that several metrics can be read from one answer. */
  beforeScrape(refresh: () => void | Promise<void>): void {
    this.#refreshers.push(refresh);
  }

  /** All metrics in the Prometheus text format. Scrapes at the same moment share one answer. */
  text(): Promise<string> {
    this.#scrape ??= this.#collect().finally(() => {
      this.#scrape = null;
    });
    return this.#scrape;
  }

  /** Stops watching the event loop. */
  close(): void {
    this.#loop?.disable();
  }

  async #collect(): Promise<string> {
    for (const refresh of this.#refreshers) {
      try {
        await refresh();
      } catch {
        this.#scrapeFaults++;
      }
    }
    return this.#registry.metrics();
  }

  #watchProcess(): ReturnType<typeof monitorEventLoopDelay> {
    prom.collectDefaultMetrics({ register: this.#registry });
    const loop = monitorEventLoopDelay({ resolution: LOOP_SAMPLE_MS });
    loop.enable();
    this.#define("tollgate_loop_lag_seconds", () => {
      // The histogram holds nanoseconds from sample to sample: its own step is not lag.
      const lag = (ns: number): number => Math.max(0, ns / 1e9 - LOOP_SAMPLE_MS / 1000);
      const series: Series = [[{ quantile: "0.5" }, lag(loop.percentile(50))], [{ quantile: "0.99" }, lag(loop.percentile(99))], [{ quantile: "1" }, lag(loop.max)]];
      loop.reset();
      return series;
    });
    return loop;
  }

  #operatorAnswers(): Series {
    return this.#operators.flatMap((operator) => operator === undefined ? [] : [
      [{ operator: operator.name, status: operator.statusNames.get(0) ?? "ok" }, operator.ok] as const,
      ...[...operator.counts].map(([status, count]) => [{ operator: operator.name, status: operator.statusNames.get(status) ?? OTHER }, count] as const),
      [{ operator: operator.name, status: OTHER }, operator.other] as const,
    ]);
  }

  #define(name: MetricName, read: Read): void {
    const row: MetricRow = METRICS[name];
    const named = row.labels.includes("account") || row.labels.includes("operator");
    // Read first, then fill in one go: a scrape never sees a metric half filled.
    const collect = async (): Promise<void> => {
      let series: Series = [];
      try {
        const values = await read();
        series = typeof values === "number" ? [[{}, values]] : named ? this.#bound(values) : values;
      } catch {
        this.#scrapeFaults++;
      }
      this.#fill(metric, series);
    };
    const config = { name, help: row.help, labelNames: row.labels, registers: [this.#registry], collect };
    const metric: prom.Counter | prom.Gauge = row.kind === "counter" ? new prom.Counter(config) : new prom.Gauge(config);
  }

  #fill(metric: prom.Counter | prom.Gauge, series: Series): void {
    metric.reset();
    // prom-client shows 0 for an unlabelled metric that has no value; no value is no fact.
    if (series.length === 0) metric.remove({});
    for (const [labels, value] of series) {
      // One figure that is none must not cost the scrape.
      if (!Number.isFinite(value) || (metric instanceof prom.Counter && value < 0)) this.#scrapeFaults++;
      else if (metric instanceof prom.Counter) metric.inc(labels, value);
      else metric.set(labels, value);
    }
  }

  #defineLatency(name: MetricName, latency: Latency): void {
    new FilledHistogram(name, METRICS[name].help, latency, this.#registry);
  }

  /** Adds up what exceeds the bound on account and operator names under "other". */
  #bound(series: Series): Series {
    const sums = new Map<string, [Labels, number]>();
    for (const [labels, value] of series) {
      const shown: Labels = Object.fromEntries(Object.entries(labels).map(([label, name]) => [label, this.#shownName(label, name)]));
      const key = JSON.stringify(shown);
      const sum = sums.get(key);
      if (sum === undefined) sums.set(key, [shown, value]);
      else sum[1] += value;
    }
    return [...sums.values()];
  }

  #shownName(label: string, name: string): string {
    if (label !== "account" && label !== "operator") return name;
    let names = this.#names.get(label);
    if (names === undefined) this.#names.set(label, names = new Set());
    if (names.has(name)) return name;
    if (names.size >= MAX_NAMES) return OTHER;
    names.add(name);
    return name;
  }
}

/** One line of a histogram as prom-client's registry reads it. */
interface HistogramValue {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly sharedLabels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly metricName: string;
}

/** A Latency in prom-client's clothes: it answers the registry with what the Latency has counted. */
class FilledHistogram extends prom.Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #latency: Latency;

  constructor(name: string, help: string, latency: Latency, registry: prom.Registry) {
    super({ name, help, buckets: [...LATENCY_BUCKETS], registers: [registry] });
    this.#name = name;
    this.#help = help;
    this.#latency = latency;
  }

  /** What the registry's text form, and get() of the class above, ask for (prom-client 15.1.3; its types leave it out). */
  getForPromString(): Promise<{ name: string; help: string; type: string; aggregator: string; values: HistogramValue[] }> {
    const { counts, count, sumMs } = this.#latency;
    const line = (suffix: string, value: number, labels: HistogramValue["labels"] = {}): HistogramValue =>
      ({ labels, sharedLabels: {}, value, metricName: this.#name + suffix });
    let below = 0;
    const values = LATENCY_BUCKETS.map((le, at) => line("_bucket", (below += counts[at] as number), { le }));
    values.push(line("_bucket", count, { le: "+Inf" }), line("_sum", sumMs / 1000), line("_count", count));
    return Promise.resolve({ name: this.#name, help: this.#help, type: "histogram", aggregator: "sum", values });
  }
}
