/** The metrics: what a scrape shows, that it is bounded, and that its page tells the truth. */
import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Outcome, OUTCOME_NAMES } from "../../../protocols/model/outcome.js";
import { MessageState } from "../../../protocols/model/state.js";
import { Stage, STAGE_NAMES } from "../../../src/flow/stages.js";
import { Latency } from "../../../src/observe/latency.js";
import { BIND_REFUSALS, LATENCY_BUCKETS, METRICS, metricsPage } from "../../../src/observe/metrics-table.js";
import { MAX_NAMES, Metrics } from "../../../src/observe/metrics.js";
import { ROOT } from "../../root.js";

const open = (): Metrics => new Metrics({ version: "1.2.3", process: false });

/** Every series of a text, `name{labels}` to its value. */
function parse(text: string): Map<string, number> {
  const series = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const at = line.lastIndexOf(" ");
    expect(series.has(line.slice(0, at)), `doubled: ${line}`).to.equal(false);
    series.set(line.slice(0, at), Number(line.slice(at + 1)));
  }
  return series;
}

const scrape = async (metrics: Metrics): Promise<Map<string, number>> => parse(await metrics.text());

describe("observe/metrics", () => {
  it("C100 shows every stage and outcome at 0 before any traffic", async () => {
    const series = await scrape(open());
    for (const stage of STAGE_NAMES) {
      for (const outcome of OUTCOME_NAMES) {
        expect(series.get(`tollgate_stage_messages_total{stage="${stage}",outcome="${outcome}"}`)).to.equal(0);
      }
    }
    for (const reason of BIND_REFUSALS) expect(series.get(`tollgate_bind_refusals_total{reason="${reason}"}`)).to.equal(0);
    expect(series.get('tollgate_receipts_total{state="delivered"}')).to.equal(0);
    expect(series.get("tollgate_receipts_repeated_total")).to.equal(0);
    expect(series.get("tollgate_answer_seconds_count")).to.equal(0);
  });

  it("C100 shows what is owed and queued at the first scrape after a restart", async () => {
    const metrics = open();
    metrics.pull("tollgate_spool_messages", () => [[{ account: "demo" }, 5]]);
    metrics.pull("tollgate_outbox_notices", () => [[{ account: "demo" }, 2]]);
    metrics.pull("tollgate_ledger_available_yuan", () => Promise.resolve([[{ account: "demo" }, 0.35]]));
    const series = await scrape(metrics);
    expect(series.get('tollgate_spool_messages{account="demo"}')).to.equal(5);
    expect(series.get('tollgate_outbox_notices{account="demo"}')).to.equal(2);
    expect(series.get('tollgate_ledger_available_yuan{account="demo"}')).to.equal(0.35);
  });

  it("counts stages by outcome, once however often it is scraped", async () => {
    const metrics = open();
    metrics.stage(Stage.accept, Outcome.ok);
    metrics.stage(Stage.accept, Outcome.ok);
    metrics.stage(Stage.charge, Outcome.no_credit);
    metrics.stage(Stage.notify, Outcome.invalid_encoding, 7);
    await scrape(metrics);
    const series = await scrape(metrics);
    expect(series.get('tollgate_stage_messages_total{stage="accept",outcome="ok"}')).to.equal(2);
    expect(series.get('tollgate_stage_messages_total{stage="charge",outcome="no_credit"}')).to.equal(1);
    expect(series.get('tollgate_stage_messages_total{stage="notify",outcome="invalid_encoding"}')).to.equal(7);
    const total = [...series].filter(([name]) => name.startsWith("tollgate_stage_messages_total")).reduce((sum, [, n]) => sum + n, 0);
    expect(total).to.equal(10);
  });

  it("shows latencies as a cumulative histogram in seconds", async () => {
    const metrics = open();
    for (const ms of [0.4, 1, 1.1, 60_000, -3, NaN]) metrics.observeAnswer(ms);
    metrics.observeToOperator(7);
    metrics.observeToReceipt(2500);
    const series = await scrape(metrics);
    expect(series.get('tollgate_answer_seconds_bucket{le="0.001"}')).to.equal(3);
    expect(series.get('tollgate_answer_seconds_bucket{le="0.0025"}')).to.equal(4);
    expect(series.get('tollgate_answer_seconds_bucket{le="30"}')).to.equal(4);
    expect(series.get('tollgate_answer_seconds_bucket{le="+Inf"}')).to.equal(5);
    expect(series.get("tollgate_answer_seconds_count")).to.equal(5);
    expect(series.get("tollgate_answer_seconds_sum")).to.be.closeTo(60.0025, 1e-9);
    expect(series.get('tollgate_operator_answer_seconds_bucket{le="0.005"}')).to.equal(0);
    expect(series.get('tollgate_operator_answer_seconds_bucket{le="0.01"}')).to.equal(1);
    expect(series.get('tollgate_receipt_seconds_bucket{le="2.5"}')).to.equal(1);
  });

  it("puts a latency exactly on a bound into that bound's bucket", () => {
    const latency = new Latency();
    for (const seconds of LATENCY_BUCKETS) latency.observe(seconds * 1000);
    expect([...latency.counts]).to.deep.equal([...LATENCY_BUCKETS.map(() => 1), 0]);
  });

  it("counts receipts by state, repeated and contradictory ones apart", async () => {
    const metrics = open();
    metrics.countReceipt(MessageState.delivered);
    metrics.countReceipt(MessageState.sent);
    metrics.countRepeatedReceipt();
    metrics.countContradictoryReceipt();
    const series = await scrape(metrics);
    expect(series.get('tollgate_receipts_total{state="delivered"}')).to.equal(1);
    expect(series.get('tollgate_receipts_total{state="sent"}')).to.equal(1);
    expect(series.get('tollgate_receipts_total{state="expired"}')).to.equal(0);
    expect(series.has('tollgate_receipts_total{state="queued"}')).to.equal(false);
    expect(series.get("tollgate_receipts_repeated_total")).to.equal(1);
    expect(series.get("tollgate_receipts_contradictory_total")).to.equal(1);
  });

  it("C098 counts statuses off the protocol's list as other, and never grows by them", async () => {
    const metrics = open();
    metrics.addOperator(3, "mobile", new Map([[0, "ESME_ROK"], [0x58, "ESME_RTHROTTLED"]]));
    metrics.countOperatorStatus(3, 0x58);
    const before = await scrape(metrics);
    for (let status = 0x400; status < 0x400 + 500; status++) metrics.countOperatorStatus(3, status);
    metrics.countOperatorStatus(3, 0);
    metrics.countOperatorStatus(99, 0);
    const after = await scrape(metrics);
    expect(after.size).to.equal(before.size);
    expect(after.get('tollgate_operator_answers_total{operator="mobile",status="ESME_ROK"}')).to.equal(1);
    expect(after.get('tollgate_operator_answers_total{operator="mobile",status="ESME_RTHROTTLED"}')).to.equal(1);
    expect(after.get('tollgate_operator_answers_total{operator="mobile",status="other"}')).to.equal(500);
  });

  it("keeps an operator's counts when it is made known again", async () => {
    const metrics = open();
    metrics.addOperator(1, "a", new Map());
    metrics.countOperatorStatus(1, 0);
    metrics.addOperator(1, "a", new Map([[0, "ok"]]));
    expect((await scrape(metrics)).get('tollgate_operator_answers_total{operator="a",status="ok"}')).to.equal(1);
  });

  it("C098 shows at most a fixed number of accounts by name, the same ones each time, and the sum of the rest", async () => {
    const metrics = open();
    let accounts = Array.from({ length: MAX_NAMES + 100 }, (_, n) => [{ account: `a${n}` }, 1] as const);
    metrics.pull("tollgate_binds", () => accounts);
    const first = await scrape(metrics);
    accounts = accounts.reverse();
    const second = await scrape(metrics);
    expect([...second].sort()).to.deep.equal([...first].sort());
    expect([...first.keys()].filter((name) => name.startsWith("tollgate_binds{"))).to.have.length(MAX_NAMES + 1);
    expect(first.get('tollgate_binds{account="other"}')).to.equal(100);
  });

  it("forgets a label set its owner no longer reports", async () => {
    const metrics = open();
    let states: [Record<string, string>, number][] = [[{ operator: "m", state: "down" }, 1]];
    metrics.pull("tollgate_links", () => states);
    await scrape(metrics);
    states = [[{ operator: "m", state: "bound" }, 1]];
    const series = await scrape(metrics);
    expect(series.get('tollgate_links{operator="m",state="bound"}')).to.equal(1);
    expect(series.has('tollgate_links{operator="m",state="down"}')).to.equal(false);
  });

  it("shows nothing, rather than 0, for a figure nobody keeps or that cannot be read", async () => {
    const metrics = open();
    metrics.pull("tollgate_store_available", () => { throw new Error("store gone"); });
    metrics.pull("tollgate_store_commits_total", () => NaN);
    metrics.pull("tollgate_store_wal_bytes", () => 4096);
    metrics.beforeScrape(() => Promise.reject(new Error("no answer")));
    const series = await scrape(metrics);
    expect(series.has("tollgate_store_available")).to.equal(false);
    expect(series.has("tollgate_store_pending_intents")).to.equal(false);
    expect(series.get("tollgate_store_wal_bytes")).to.equal(4096);
    expect((await scrape(metrics)).get("tollgate_scrape_faults_total")).to.be.at.least(3);
  });

  it("reads what several metrics share once a scrape, and shares a scrape among those who ask together", async () => {
    const metrics = open();
    let asked = 0;
    metrics.beforeScrape(async () => {
      await Promise.resolve();
      asked++;
    });
    const [one, two] = await Promise.all([metrics.text(), metrics.text()]);
    expect(one).to.equal(two);
    expect(asked).to.equal(1);
    await metrics.text();
    expect(asked).to.equal(2);
  });

  it("refuses to have one metric registered twice", () => {
    const metrics = open();
    metrics.pull("tollgate_binds", () => 0);
    expect(() => metrics.pull("tollgate_binds", () => 0)).to.throw(/already been registered/);
  });

  it("watches the event loop and the process", async () => {
    const metrics = new Metrics({ version: "1.2.3" });
    const series = await scrape(metrics);
    metrics.close();
    for (const quantile of ["0.5", "0.99", "1"]) expect(series.get(`tollgate_loop_lag_seconds{quantile="${quantile}"}`)).to.be.within(0, 60);
    expect(series.get("process_resident_memory_bytes")).to.be.greaterThan(1e6);
    expect(series.get(`tollgate_build_info{version="1.2.3",node="${process.version}"}`)).to.equal(1);
  });

  it("names and describes metrics as Prometheus' own linter asks", () => {
    for (const [name, row] of Object.entries(METRICS)) {
      expect(name).to.match(/^tollgate_[a-z_]+$/);
      expect(name).not.to.match(/_(ms|milliseconds|micros|octets)(_|$)/);
      expect(name.endsWith("_total"), name).to.equal(row.kind === "counter");
      expect(row.help).to.match(/^[A-Z0-9].*[^.]$/);
      for (const label of row.labels) expect(["stage", "outcome", "account", "operator", "state", "status", "reason", "kind", "quantile", "version", "node"]).to.include(label);
    }
  });

  it("has a page that says what the table says", () => {
    const path = join(ROOT, "docs", "metrics.md");
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(path, metricsPage());
    expect(readFileSync(path, "utf8")).to.equal(metricsPage());
  });
});
