/**
 * The crash test: `npm run test:crash -- --rounds 50 --seed N --seconds-per-round 3 --customer cmpp --operator smpp`;
 * `--encrypt`: with texts encrypted on disk.
 *
 * ```
 *  start, bind, load ── (links lost) ── SIGKILL ── start ... ── drain ── SIGTERM ── judge
 * ```
 * One data folder over all rounds. The customers and the operators live here and are not killed; what they saw, and the money,
 * is judged when everything has drained. Prints one line a round and a JSON summary; exits 1 on any violation.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../protocols/wire/clock.js";
import { parseMoney } from "../../src/ledger/money.js";
import { STATUSES, combinationName } from "../e2e/peer.js";
import type { Combination, PeerProtocol } from "../e2e/peer.js";
import { judge } from "./judge.js";
import type { Money, Violation } from "./judge.js";
import { ACCOUNTS, OPERATOR_OF, Planner } from "./plan.js";
import type { RoundPlan } from "./plan.js";
import { PRICE_MICROS, World } from "./world.js";

const DRAIN_MS = 120_000;
const SHOWN = 10;
const TRACED = 3;

interface Drained {
  readonly money: readonly Money[];
  readonly verify: { readonly clean: boolean; readonly problems: readonly string[] };
  readonly violations: readonly Violation[];
  readonly traces: readonly unknown[];
}

const { values } = parseArgs({
  options: {
    "rounds": { type: "string", default: "50" },
    "seed": { type: "string", default: "1" },
    "seconds-per-round": { type: "string", default: "3" },
    "customer": { type: "string", default: "smpp" },
    "operator": { type: "string", default: "smpp" },
    "encrypt": { type: "boolean", default: false },
    "keep": { type: "boolean", default: false },
  },
});
const rounds = wholeNumber("rounds", values.rounds);
const seed = wholeNumber("seed", values.seed);
const secondsPerRound = wholeNumber("seconds-per-round", values["seconds-per-round"]);
const combination: Combination = { customer: protocol("customer", values.customer), operator: protocol("operator", values.operator) };

process.exit(await main());

async function main(): Promise<number> {
  const clock = systemClock();
  const startMs = clock.preciseMs();
  const folder = mkdtempSync(join(tmpdir(), "tollgate-crash-"));
  const world = await World.make(clock, combination, folder, seed, values.encrypt);
  const planner = new Planner(seed, secondsPerRound);
  let clean = false;
  try {
    world.daemon.start();
    await world.daemon.ready();
    await world.openAccounts();
    for (let no = 1; no <= rounds; no++) say(await round(world, planner.round(no)));
    const { money, verify, violations, traces } = await drain(world);
    const verdict = judge({
      records: world.records, money, verify, priceMicros: PRICE_MICROS, blockedStatus: STATUSES[combination.customer].blockedContent, receiptsLeft: world.receiptsLeft,
      operatorOf: new Map(Object.entries(OPERATOR_OF)),
    });
    const all = [...violations, ...verdict.violations];
    clean = all.length === 0;
    const { records } = world;
    say(JSON.stringify({
      rounds, seed, combination: combinationName(combination), seconds: Math.round((clock.preciseMs() - startMs) / 1_000),
      submitted: records.entries.size, accepted: records.count("accepted"), refused: records.count("refused"), unanswered: records.count("unanswered"),
      kills: records.disturbances.filter(({ kind }) => kind === "kill").length, losses: records.disturbances.filter(({ kind }) => kind === "loss").length,
      doubles: verdict.doubles, mostDoubles: verdict.mostDoubles, repeatedReceipts: verdict.repeatedReceipts, mostRepeated: verdict.mostRepeated,
      returned: verdict.returned, unknown: verdict.unknown, verify, violations: all.length, first: all.slice(0, SHOWN), traces, folder: clean && !values.keep ? "" : folder,
    }, null, 2));
  } catch (error) {
    say(JSON.stringify({ rounds, seed, failed: error instanceof Error ? error.message : String(error), folder, log: world.daemon.logTail() }, null, 2));
  } finally {
    await world.close();
    clock.stop();
    if (clean && !values.keep) rmSync(folder, { recursive: true });
  }
  return clean ? 0 : 1;
}

/** One round, from the load to the restart. */
async function round(world: World, plan: RoundPlan): Promise<string> {
  await world.payPoor(plan.no);
  await world.bind(plan);
  world.load();
  let passedMs = 0;
  for (const { afterMs, operator } of plan.losses) {
    await world.pause(afterMs - passedMs);
    passedMs = afterMs;
    world.lose(operator);
  }
  await world.pause(plan.killAfterMs - passedMs);
  await world.kill();
  await world.pause(plan.downMs);
  if (plan.killStartAfterMs > 0) {
    world.daemon.start();
    await world.pause(plan.killStartAfterMs);
    await world.kill();
  }
  const startMs = performance.now();
  world.daemon.start();
  await world.daemon.ready();
  const readyMs = Math.round(performance.now() - startMs);
  return `${roundLine(plan)}; ${totalsLine(world)}; ready again after ${readyMs} ms`;
}

function roundLine(plan: RoundPlan): string {
  const customers = plan.customers.map(({ account, binds, window, rate }) => `${account} ${binds}x${window}${rate === 0 ? "" : `@${rate}`}`).join(" ");
  const losses = plan.losses.map(({ afterMs, operator }) => `, ${operator} lost at ${afterMs}`).join("");
  const again = plan.killStartAfterMs > 0 ? `, and starting at ${plan.killStartAfterMs}` : "";
  return `round ${plan.no}: ${customers}${losses}, killed at ${plan.killAfterMs}${again} ms`;
}

function totalsLine({ records }: World): string {
  let twice = 0;
  for (const { arrivals } of records.entries.values()) if (arrivals.length > 1) twice++;
  return `in all ${records.count("accepted")} accepted, ${records.count("refused")} refused, ${records.count("unanswered")} unanswered, ${twice} twice at an operator, ${records.waiting} await receipts`;
}

/** Waits until nothing is under way, stops the gateway in good order, and reads money and books. */
async function drain(world: World): Promise<Drained> {
  const { daemon, records } = world;
  const violations: Violation[] = [];
  await world.bind({ no: rounds + 1, customers: ACCOUNTS.map((account) => ({ account, binds: 2, window: 1, rate: 0, submits: 0 })) });
  const quiet = async (): Promise<boolean> => {
    if (records.waiting > 0 || world.receiptsLeft > 0) return false;
    const accounts = await daemon.call("account.list", {});
    return accounts.every(({ openMessages }) => openMessages === 0);
  };
  const drained = await world.until(quiet, DRAIN_MS, 100);
  if (!drained) {
    const accounts = await daemon.call("account.list", {});
    const open = accounts.map(({ name, openMessages, held }) => `${name} ${openMessages} open, ${held} held`).join("; ");
    violations.push({ rule: "drain", what: `not drained after ${DRAIN_MS / 1_000} s: ${records.waiting} await receipts; ${open}`, ids: [] });
  }
  const traces = await firstTraces(world);
  await world.part();
  const ended = await daemon.stop();
  if (ended.code !== 0) violations.push({ rule: "stop", what: `SIGTERM ended it with ${String(ended.code ?? ended.signal)}`, ids: [] });
  const verified = await daemon.command("ledger", "verify", "--full", "--json");
  const money: Money[] = [];
  for (const account of ACCOUNTS) {
    const shown = JSON.parse((await daemon.command("account", "show", account, "--json")).out) as { readonly available: string; readonly held: string };
    money.push({ account, availableMicros: parseMoney(shown.available), heldMicros: parseMoney(shown.held), toppedUpMicros: world.toppedUp.get(account) ?? 0n });
  }
  return { money, violations, traces, verify: JSON.parse(verified.out) as Drained["verify"] };
}

/** The traces of some that look wrong, while there is somebody to ask. */
async function firstTraces(world: World): Promise<readonly unknown[]> {
  const suspects: string[] = [];
  for (const { id, outcome, arrivals, receipts } of world.records.entries.values()) {
    if (suspects.length < TRACED && outcome === "accepted" && (arrivals.length === 0 || arrivals.length > 2 || receipts.length === 0)) suspects.push(id);
  }
  const traces: unknown[] = [];
  for (const id of suspects) traces.push(...(await world.daemon.call("trace", { by: "id", value: world.ourId(id), limit: 1 })));
  return traces;
}

function protocol(name: string, text: string): PeerProtocol {
  if (text !== "smpp" && text !== "cmpp") throw new RangeError(`--${name} takes smpp or cmpp`);
  return text;
}

function wholeNumber(name: string, text: string): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1) throw new RangeError(`--${name} takes a whole number from 1`);
  return value;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
