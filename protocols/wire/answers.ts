/**
 * Answers: the status that each outcome is answered with, from a protocol's own statuses and the numbers of our refusals.
 */
import { Outcome } from "../model/outcome.js";
import type { OutcomeName } from "../model/outcome.js";
import { REFUSALS } from "../model/refusals.js";
import type { Reaction } from "./protocol.js";

export interface Told {
  readonly code: number;
  readonly name: string;
  readonly meaning: string;
  readonly reaction: Reaction;
}

export class Answers {
  /** Our refusals that no standard has a status for, each number once: what they mean, and ask of who is answered so. */
  readonly refusals: readonly Told[];
  readonly #statuses: readonly number[];
  readonly #names: readonly string[];
  readonly #otherwise: { readonly status: number; readonly name: string };

  /**
   * @param standard the outcomes that the standard has a status of its own for
   * @param numbers the standard's statuses
   * @param refusalsFrom what the number of a refusal is added to
   * @param otherwise the status for what is no outcome
   * @throws TypeError for an outcome without a status
   */
  constructor(standard: Readonly<Partial<Record<OutcomeName, string>>>, numbers: Readonly<Record<string, number>>, refusalsFrom: number, otherwise: string) {
    const refusals = new Map<number, Told>();
    const statuses: number[] = [];
    const names: string[] = [];
    for (const [name, outcome] of Object.entries(Outcome) as [OutcomeName, Outcome][]) {
      const own = standard[name];
      const refusal = REFUSALS[name];
      const status = own === undefined ? refusalsFrom + (refusal?.number ?? NaN) : numbers[own];
      if (status === undefined || Number.isNaN(status)) throw new TypeError(`outcome ${name} has no status`);
      statuses[outcome] = status;
      names[outcome] = own ?? `TOLLGATE_${name.toUpperCase()}`;
      if (own !== undefined || refusal === undefined || refusals.has(status)) continue;
      refusals.set(status, { code: status, name: names[outcome], meaning: refusal.meaning, reaction: "refuse_alarm" });
    }
    this.refusals = [...refusals.values()];
    this.#statuses = statuses;
    this.#names = names;
    this.#otherwise = { status: numbers[otherwise] as number, name: otherwise };
  }

  statusOf(outcome: Outcome): number {
    return this.#statuses[outcome] ?? this.#otherwise.status;
  }

  explain(outcome: Outcome): { readonly status: number; readonly name: string } {
    const status = this.#statuses[outcome];
    return status === undefined ? this.#otherwise : { status, name: this.#names[outcome] as string };
  }
}
