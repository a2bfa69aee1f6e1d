/**
 * BenchRun: one measured run: gateway up, account paid in, load through it, gateway down, books looked at; then the bare relay.
 */
import { join } from "node:path";
import type { Clock } from "../../protocols/wire/clock.js";
import { formatMoney, parseMoney } from "../ledger/money.js";
import type { SimulatedCentre } from "../simulator/centre.js";
import type { CentreOptions } from "../simulator/centre-options.js";
import { SimulatedIsmg } from "../simulator/ismg.js";
import { SimulatedSmsc } from "../simulator/smsc.js";
import { BenchChild, runTollgate } from "./bench-child.js";
import { CUSTOMER_NAMES, OPERATOR_NAMES, OPERATOR_PASSWORD } from "./bench-folder.js";
import type { BenchProtocol, BenchSetup, Combination } from "./bench-folder.js";
import { BenchLoad, Judge, pause } from "./bench-load.js";
import { switchOnPolicies } from "./bench-policies.js";
import type { LoadFigures, LoadShape } from "./bench-load.js";
import { CliError, Exit } from "./exit.js";

export interface BenchOptions extends Combination {
  readonly run: number;
  /** Infinity with `forMs`. */
  readonly messages: number;
  readonly forMs: number;
  readonly binds: number;
  readonly window: number;
  /** 0 = as fast as the windows allow. */
  readonly rate: number;
  /** Answers in this first time do not count in the latencies. */
  readonly warmUpMs: number;
  readonly segments: number;
  readonly links: number;
  readonly operatorWindow: number;
  readonly down: boolean;
  /** Destinations over many blocks; a run with policies is compared with one without, of the same destinations. */
  readonly spread: boolean;
  /** Every rule of a contract on, and so many numbers blocked; null = none. */
  readonly policies: { readonly blocked: number } | null;
  readonly relay: boolean;
  /** Folder for a CPU profile of each thread of the gateway; "" = none. */
  readonly profile: string;
}

/** One line of output. A message is a submit: each segment of a long one counts. */
export interface BenchResult {
  readonly run: number;
  /** The customer's protocol and the operator's, such as "smpp->cmpp". */
  readonly combination: string;
  /** Whether every rule of a contract was on. */
  readonly policies: boolean;
  readonly window: number;
  readonly segments: number;
  readonly messages: number;
  readonly accepted: number;
  readonly accepted_per_s: number;
  /** First submit to last receipt acknowledged by the customer; with --down: from the restarted gateway's ready to that. */
  readonly end_to_end_per_s: number;
  /** At the start, not counted in the latencies. */
  readonly warm_up_s: number;
  readonly answer_p50_ms: number;
  readonly answer_p99_ms: number;
  readonly answer_max_ms: number;
  /** CPU of the gateway's process, all threads, user and system. */
  readonly cpu_ms_per_1000: number;
  /** CPU of generator and message centre, which share the machine. */
  readonly harness_cpu_ms_per_1000: number;
  readonly peak_rss_mb: number;
  readonly lost: number;
  readonly doubled: number;
  readonly refused: number;
  readonly refused_by_status: Readonly<Record<string, number>>;
  readonly verify_clean: boolean;
  readonly sums_agree: boolean;
  readonly gateway_exit: number;
  /** With --down: from the restart to readiness. */
  readonly ready_ms: number | null;
  readonly relay_per_s: number | null;
  /** Its answers', with the same load: what machine and message centre take by themselves. */
  readonly relay_answer_p99_ms: number | null;
  /** The gateway's end-to-end figure by the relay's. */
  readonly ratio: number | null;
}

const PRICE = "0.035";
const TOP_UP = "10000000.00";
const READY_MS = 60_000;
const RELAY_MESSAGES = 200_000;
const ACCOUNT_PASSWORD = "bench123";

export async function runBench(options: BenchOptions, setup: BenchSetup, clock: Clock, say: (text: string) => void): Promise<BenchResult> {
  // First, so that generator and message centre, which are measured with it, are no slower for the one than for the other.
  const relay = options.relay ? await measureRelay(options, setup, clock, say) : null;
  const judge = new Judge(options.segments, options.spread);
  const gateway = await GatewayRun.start(options, setup, clock, judge);
  try {
    const before = await payIn(options, setup.config);
    if (options.policies !== null) {
      say(`every policy on, ${String(options.policies.blocked)} numbers blocked`);
      await switchOnPolicies(setup.config, setup.folder, options.policies.blocked);
    }
    const load = new BenchLoad(loadShape(options, setup), { clock, judge, failed: () => gateway.failed() });
    say(options.down ? "submitting with the operator down" : "submitting");
    const harness = process.cpuUsage();
    const cpuMs = gateway.child.cpuMs();
    const figures = await load.run(!options.down);
    let usedMs = gateway.child.cpuMs() - cpuMs;
    const used = process.cpuUsage(harness);
    let peakMb = gateway.child.peakRssMb();
    let endToEndMs = figures.endToEndMs;
    let readyMs: number | null = null;
    if (options.down) {
      say("restarting the gateway, and the operator comes up");
      readyMs = await gateway.restart();
      const drainMs = clock.preciseMs();
      await load.receiptsUpTo(figures.accepted);
      endToEndMs = clock.preciseMs() - drainMs;
      usedMs += gateway.child.cpuMs();
      peakMb = Math.max(peakMb, gateway.child.peakRssMb());
    }
    await load.esme.close();
    const exit = await gateway.stop();
    say("looking at the books");
    const books = await lookAtBooks(setup.config, before, figures.accepted);
    return result(options, figures, { usedMs, harnessMs: (used.user + used.system) / 1_000, peakMb, endToEndMs, readyMs, exit, relay }, judge, books);
  } finally {
    await gateway.abandon();
  }
}

interface Measured {
  readonly usedMs: number;
  readonly harnessMs: number;
  readonly peakMb: number;
  readonly endToEndMs: number;
  readonly readyMs: number | null;
  readonly exit: number;
  readonly relay: RelayFigures | null;
}

function result(options: BenchOptions, figures: LoadFigures, measured: Measured, judge: Judge, books: { clean: boolean; sums: boolean }): BenchResult {
  const { lost, doubled } = judge.verdict();
  const endToEnd = perSecond(figures.accepted, measured.endToEndMs);
  const per1000 = (ms: number): number => rounded((ms / Math.max(1, figures.accepted)) * 1_000, 2);
  return {
    run: options.run,
    combination: combinationName(options),
    policies: options.policies !== null,
    window: options.window,
    segments: options.segments,
    messages: figures.submitted,
    accepted: figures.accepted,
    accepted_per_s: perSecond(figures.accepted, figures.acceptMs),
    end_to_end_per_s: endToEnd,
    warm_up_s: options.warmUpMs / 1_000,
    answer_p50_ms: rounded(figures.p50Ms, 2),
    answer_p99_ms: rounded(figures.p99Ms, 2),
    answer_max_ms: rounded(figures.maxMs, 2),
    cpu_ms_per_1000: per1000(measured.usedMs),
    harness_cpu_ms_per_1000: per1000(measured.harnessMs),
    peak_rss_mb: measured.peakMb,
    lost, doubled,
    refused: figures.submitted - figures.accepted,
    refused_by_status: figures.refused,
    verify_clean: books.clean,
    sums_agree: books.sums,
    gateway_exit: measured.exit,
    ready_ms: measured.readyMs === null ? null : Math.round(measured.readyMs),
    relay_per_s: measured.relay?.perS ?? null,
    relay_answer_p99_ms: measured.relay?.p99Ms ?? null,
    // Offered at a rate, both show the rate.
    ratio: measured.relay === null || options.rate > 0 ? null : rounded(endToEnd / measured.relay.perS, 3),
  };
}

export function combinationName({ customer, operator }: Combination): string {
  return `${customer}->${operator}`;
}

function perSecond(count: number, ms: number): number {
  return ms === 0 ? 0 : Math.round((count * 1_000) / ms);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function loadShape(options: BenchOptions, setup: BenchSetup): LoadShape {
  const { customer, spread, binds, window, messages, forMs, rate, warmUpMs, segments } = options;
  return { customer, spread, port: setup.customerPort, password: ACCOUNT_PASSWORD, binds, window, messages, forMs, rate, warmUpMs, texts: setup.texts, segments };
}

/** The gateway as a child process, and the message centre it is linked to. */
class GatewayRun {
  child: BenchChild;
  readonly #options: BenchOptions;
  readonly #setup: BenchSetup;
  readonly #clock: Clock;
  readonly #judge: Judge;
  #smsc: SimulatedCentre | null = null;
  #stopping = false;

  /** Resolves when the gateway is ready and linked. */
  static async start(options: BenchOptions, setup: BenchSetup, clock: Clock, judge: Judge): Promise<GatewayRun> {
    const run = new GatewayRun(options, setup, clock, judge);
    try {
      if (!options.down) await run.#operatorUp();
      await run.#ready(!options.down);
      return run;
    } catch (error) {
      await run.abandon();
      throw error;
    }
  }

  private constructor(options: BenchOptions, setup: BenchSetup, clock: Clock, judge: Judge) {
    this.#options = options;
    this.#setup = setup;
    this.#clock = clock;
    this.#judge = judge;
    this.child = this.#spawn();
  }

  failed(): Error | null {
    return this.#stopping || this.child.running ? null : this.child.failure();
  }

  /** Ends the gateway in good order and starts it again with the operator up; the ms from start to ready. */
  async restart(): Promise<number> {
    this.#stopping = true;
    await this.child.stop();
    const beganMs = this.#clock.preciseMs();
    this.child = this.#spawn();
    this.#stopping = false;
    await this.#ready(false);
    const readyMs = this.#clock.preciseMs() - beganMs;
    await this.#operatorUp();
    return readyMs;
  }

  /** The gateway's exit code. */
  async stop(): Promise<number> {
    this.#stopping = true;
    const exit = await this.child.stop();
    await this.abandon();
    return exit;
  }

  /** Ends whatever still runs. */
  async abandon(): Promise<void> {
    this.#stopping = true;
    await this.child.kill();
    await this.#smsc?.close();
    this.#smsc = null;
  }

  #spawn(): BenchChild {
    const { profile } = this.#options;
    const nodeFlags = profile === "" ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
    return new BenchChild("gateway", ["serve", "--config", this.#setup.config], join(this.#setup.folder, "gateway.log"), nodeFlags);
  }

  async #operatorUp(): Promise<void> {
    const { operator, operatorWindow } = this.#options;
    this.#smsc = centreOf(operator, {
      port: this.#setup.operatorPort, clock: this.#clock, deliverWindow: operatorWindow,
      credentials: { systemId: OPERATOR_NAMES[operator], password: OPERATOR_PASSWORD }, onSubmit: (submit) => this.#judge.atOperator(submit),
    });
    await this.#smsc.start();
  }

  async #ready(linked: boolean): Promise<void> {
    const untilMs = this.#clock.preciseMs() + READY_MS;
    while (!(await this.#answersReady()) || (linked && (this.#smsc?.bound ?? 0) < this.#options.links)) {
      const failure = this.failed();
      if (failure !== null) throw failure;
      if (this.#clock.preciseMs() > untilMs) throw new CliError(Exit.fault, `the gateway was not ready within ${READY_MS / 1_000} s: see ${this.#setup.folder}/gateway.log`);
      await pause(this.#clock, 10);
    }
  }

  async #answersReady(): Promise<boolean> {
    try {
      // Without its operator a gateway says so in its readiness, but it answers.
      const answer = await fetch(`http://127.0.0.1:${this.#setup.httpPort}/${this.#options.down ? "healthz" : "readyz"}`, { headers: { connection: "close" } });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }
}

function centreOf(protocol: BenchProtocol, options: Partial<CentreOptions> & Pick<CentreOptions, "clock">): SimulatedCentre {
  return protocol === "cmpp" ? new SimulatedIsmg(options) : new SimulatedSmsc(options);
}

/** Opens the account in the first run of a folder, pays in, and says what it then has. */
async function payIn(options: BenchOptions, config: string): Promise<bigint> {
  const common = ["--config", config, "--json"];
  const window = String(Math.max(1_000, options.window));
  const proof = options.customer === "cmpp"
    ? ["--sp-id", CUSTOMER_NAMES.cmpp, "--cmpp-secret", ACCOUNT_PASSWORD, "--cmpp-window", window, "--deliver-window", window]
    : ["--password", ACCOUNT_PASSWORD, "--window", window];
  const terms = [...proof, "--price", PRICE, "--rate", "1000000", "--binds", String(Math.max(16, options.binds))];
  // In a folder used before, the account is there already.
  if ((await accountMoney(config)) === null) await runTollgate(["account", "add", "bench", ...terms, ...common]);
  await runTollgate(["topup", "bench", TOP_UP, "--ref", `BENCH-${options.run}`, ...common]);
  return (await accountMoney(config))?.available ?? 0n;
}

async function accountMoney(config: string): Promise<{ available: bigint; held: bigint } | null> {
  const output = await runTollgate(["account", "show", "bench", "--config", config, "--json"], [0, 1]);
  if (output.trim() === "") return null;
  const report = JSON.parse(output) as { readonly available: string; readonly held: string };
  return { available: parseMoney(report.available, { negative: true }), held: parseMoney(report.held) };
}

/** Whether the books verify, and whether exactly the price of what was accepted is gone and nothing held. */
async function lookAtBooks(config: string, before: bigint, accepted: number): Promise<{ clean: boolean; sums: boolean }> {
  const report = JSON.parse(await runTollgate(["ledger", "verify", "--config", config, "--json"], [0, 1])) as { readonly clean: boolean };
  const money = await accountMoney(config);
  const spent = parseMoney(PRICE) * BigInt(accepted);
  const sums = money !== null && money.held === 0n && formatMoney(before - money.available) === formatMoney(spent);
  return { clean: report.clean, sums };
}

interface RelayFigures {
  /** Messages a second end to end. */
  readonly perS: number;
  readonly p99Ms: number;
}

/** The same traffic through a relay without store or checks, as a child process. */
async function measureRelay(options: BenchOptions, setup: BenchSetup, clock: Clock, say: (text: string) => void): Promise<RelayFigures> {
  say("the same through a bare relay");
  const judge = new Judge(options.segments, options.spread);
  const smsc = centreOf(options.operator, { port: setup.operatorPort, clock, deliverWindow: options.operatorWindow });
  await smsc.start();
  const relay = new BenchChild("relay", [
    "simulate", "relay", "--customer", options.customer, "--operator", options.operator, "--port", String(setup.customerPort), "--smsc-port", String(setup.operatorPort),
    "--links", String(options.links), "--window", String(options.window), "--smsc-window", String(options.operatorWindow),
  ], join(setup.folder, "relay.log"));
  try {
    const load = new BenchLoad({ ...loadShape(options, setup), messages: Math.min(options.messages, RELAY_MESSAGES), forMs: 0 }, {
      clock, judge, failed: () => (relay.running ? null : relay.failure()),
    });
    while (smsc.bound < options.links && relay.running) await pause(clock, 10);
    const figures = await load.run(true);
    await load.esme.close();
    return { perS: perSecond(figures.accepted, figures.endToEndMs), p99Ms: rounded(figures.p99Ms, 2) };
  } finally {
    await relay.kill();
    await smsc.close();
  }
}
