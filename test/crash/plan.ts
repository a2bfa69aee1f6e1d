/**
 * Plan: what happens in each round, drawn from one seed, so that a run that found something can be repeated.
 */
import { Random } from "../../src/simulator/random.js";

export interface CustomerPlan {
  readonly account: AccountName;
  readonly binds: number;
  readonly window: number;
  /** Submits a second; 0 = as fast as the windows allow. */
  readonly rate: number;
  /** Submits in all at the most. */
  readonly submits: number;
}

export interface RoundPlan {
  readonly no: number;
  readonly customers: readonly CustomerPlan[];
  /** From the beginning of the load to the kill. */
  readonly killAfterMs: number;
  /** Link losses before the kill: when, and whose. */
  readonly losses: readonly { readonly afterMs: number; readonly operator: OperatorName }[];
  /** The gateway stays down for so long. */
  readonly downMs: number;
  /** After this long it is killed while it starts; 0 = it is not. */
  readonly killStartAfterMs: number;
}

/** `fast` and `poor` go to the quick operator, `slow` to the slow one. */
export const ACCOUNTS = ["fast", "slow", "poor"] as const;
export type AccountName = (typeof ACCOUNTS)[number];
export type OperatorName = "quick" | "slow";

export const OPERATOR_OF: Readonly<Record<AccountName, OperatorName>> = { fast: "quick", slow: "slow", poor: "quick" };
export const LINKS: Readonly<Record<OperatorName, { readonly links: number; readonly window: number; readonly latencyMs: number }>> = {
  quick: { links: 2, window: 100, latencyMs: 0 },
  slow: { links: 2, window: 20, latencyMs: 80 },
};
export const DELIVER_WINDOW = 100;
/** Serials set apart for each account in each round. */
export const SERIALS = 200_000;
/** What `poor` gets at the beginning of each round, in messages. */
export const POOR_MESSAGES = 200;

const EARLIEST_KILL_MS = 300;

export class Planner {
  readonly #random: Random;
  readonly #secondsPerRound: number;

  constructor(seed: number, secondsPerRound: number) {
    this.#random = new Random(seed);
    this.#secondsPerRound = secondsPerRound;
  }

  round(no: number): RoundPlan {
    const random = this.#random;
    const killAfterMs = EARLIEST_KILL_MS + random.below(Math.max(1, this.#secondsPerRound * 1_000 - EARLIEST_KILL_MS));
    const customers: CustomerPlan[] = [
      { account: "fast", binds: 1 + random.below(4), window: this.#of([1, 10, 100, 500]), rate: this.#of([0, 1_000, 2_000, 4_000]), submits: SERIALS },
      { account: "slow", binds: 1 + random.below(2), window: this.#of([5, 50]), rate: this.#of([100, 300, 500]), submits: SERIALS },
      { account: "poor", binds: 4, window: this.#of([5, 50]), rate: 0, submits: POOR_MESSAGES * 3 },
    ];
    const losses = [0, 1].flatMap(() => (random.chance(0.25) ? [{ afterMs: random.below(killAfterMs), operator: this.#of<OperatorName>(["quick", "slow"]) }] : []));
    losses.sort((a, b) => a.afterMs - b.afterMs);
    return { no, customers, killAfterMs, losses, downMs: random.below(300), killStartAfterMs: random.chance(0.15) ? 50 + random.below(600) : 0 };
  }

  #of<T>(choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)] as T;
  }
}
